# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

__all__ = ["PropertyList"]

from lsst._lite.numbers import argumentError
from lsst.pex.exceptions import NotFoundError

from ._elements import ELEMENT_TYPES, toText
from ._propertySet import PropertySet, _requirePropertySet, declareAccessors


class PropertyList(PropertySet):
    """Container of named values with comments, in the order in which they
    were set: what a FITS header needs.

    Dots are just part of the names.
    """

    __slots__ = ("_comments",)

    COMMENTSUFFIX = "#COMMENT"
    """What to append to a name to set its comment in dictionary syntax."""

    def __init__(self):
        super().__init__(True)
        # Comment by name, in the order of the names.
        self._comments = {}

    def getComment(self, name, /):
        """Return the comment of a name.

        Parameters
        ----------
        name : `str`
            The name.

        Returns
        -------
        comment : `str`
            The comment; empty if there is none.

        Raises
        ------
        lsst.pex.exceptions.NotFoundError
            Raised if there is no such name.
        """
        comment = self._comments.get(toText(name))
        if comment is None:
            raise NotFoundError(f"{name} not found")
        return comment

    def setComment(self, name, comment):
        """Replace the comment of a name.

        Parameters
        ----------
        name : `str`
            The name.
        comment : `str`
            New comment.

        Raises
        ------
        KeyError
            Raised if there is no such name.
        """
        self._requireKey(name)
        self._comments[name] = toText(comment)

    def getOrderedNames(self):
        """Return the names in the order in which they were set (`list`)."""
        return list(self._comments)

    def set(self, name, value, comment=None):
        """Replace the values of a name.

        Parameters
        ----------
        name : `str`
            The name.
        value : `object`
            New value, or a sequence of them. The values of a `PropertySet`
            get dotted names.
        comment : `str`, optional
            New comment; the present one stays by default.

        Raises
        ------
        TypeError
            Raised for values of an unknown type.
        """
        self._setGuessed("set", name, value, *(() if comment is None else (comment,)))

    def add(self, name, value, comment=None):
        """Append to the values of a name.

        Parameters
        ----------
        name : `str`
            Name, which need not exist.
        value : `object`
            Value to append, or a sequence of them. The values of a
            `PropertySet` get dotted names.
        comment : `str`, optional
            New comment; the present one stays by default.

        Raises
        ------
        TypeError
            Raised for values of an unknown type.
        lsst.pex.exceptions.TypeError
            Raised if the values of the name have another type.
        """
        self._setGuessed("add", name, value, *(() if comment is None else (comment,)))

    def setPropertySet(self, name, value, /):
        """Append the values of a container under dotted names.

        Parameters
        ----------
        name : `str`
            First part of the names.
        value : `PropertySet`
            The container; comments are taken from a `PropertyList`.
        """
        self._setFlattened(toText(name), _requirePropertySet(value))
        self._comments.pop(name, None)
        if isinstance(value, PropertyList):
            for inner in value.paramNames(False):
                self._comments[f"{name}.{inner}"] = value.getComment(inner)

    def _set(self, name, new):
        super()._set(name, new)
        if new.typeName != "PropertySet":
            self._comments.setdefault(name, "")

    def copy(self, dest, source, name, asScalar=False):
        """Replace the values of a name by those of another container.

        Parameters
        ----------
        dest : `str`
            Name in this container.
        source : `PropertySet`
            The other container; the comment is taken from a `PropertyList`.
        name : `str`
            Name in the other container.
        asScalar : `bool`, optional
            Whether to take only the last value.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if the other container does not have the name.
        """
        super().copy(dest, source, name, asScalar)
        if isinstance(source, PropertyList):
            self._comments[dest] = source._comments[name]

    def combine(self, source, /):
        """Append all values of another container to those in this one.

        Parameters
        ----------
        source : `PropertySet`
            The other container. The comments of a `PropertyList` replace
            those in this one, and new names keep its order.

        Raises
        ------
        lsst.pex.exceptions.TypeError
            Raised if values of the same name have different types.
        """
        if not isinstance(source, PropertyList):
            super().combine(source)
            return
        self._comments.update(dict.fromkeys(source._comments, ""))
        super().combine(source)
        self._comments.update(source._comments)

    def remove(self, name, /):
        """Remove a name with all its values, if there is one."""
        super().remove(name)
        self._comments.pop(name, None)

    def deepCopy(self):
        """Return a copy."""
        result = PropertyList()
        # The stack copies twice, too, which shows in the order of names.
        PropertySet.combine(result, super().deepCopy())
        result._comments = dict(self._comments)
        return result

    def toList(self):
        """Return a list of all values.

        Returns
        -------
        values : `list` of `tuple`
            Name, value and comment for each value, in order.
        """
        return [
            (name, value, comment)
            for name, comment in self._comments.items()
            for value in self._properties[name].values
        ]

    def toOrderedDict(self):
        """Return a `dict` of all names and values, in order."""
        return {name: self._getEither(name) for name in self}

    toDict = toOrderedDict

    def get_dict(self, key):
        """Return the values of dotted names as `dict`.

        Parameters
        ----------
        key : `str`
            First part of the names.

        Returns
        -------
        value : `dict`
            Other parts of the names and values, nested; empty if there are
            no such names.
        """
        result = {}
        for name in self.getOrderedNames():
            first, *levels = name.split(".")
            if first == key and levels:
                nested = result
                for level in levels[:-1]:
                    nested = nested.setdefault(level, {})
                nested[levels[-1]] = self[name]
        return result

    def toString(self, topLevelOnly=False, indent=""):
        """Return all names and values as text.

        Parameters
        ----------
        topLevelOnly, indent : `bool`, `str`, optional
            Not used.

        Returns
        -------
        text : `str`
            One line for each name, and one for each comment, in order.
        """
        lines = []
        for name, comment in self._comments.items():
            lines.append(f"{self._formatProperty(name)}\n")
            if comment:
                lines.append(f"// {comment}\n")
        return "".join(lines)

    def __iter__(self):
        return iter(self.getOrderedNames())

    def __setitem__(self, name, value):
        if name.endswith(self.COMMENTSUFFIX):
            self.setComment(name.removesuffix(self.COMMENTSUFFIX), value)
        else:
            super().__setitem__(name, value)

    def __eq__(self, other):
        equal = super().__eq__(other)
        # Not `NotImplemented` for another type, as in the compiled stack.
        return equal is True and self._comments == other._comments

    __hash__ = None

    def __copy__(self):
        result = PropertyList()
        for name in self:
            result.copy(name, self, name)
        return result

    def __reduce__(self):
        from .propertyContainer.propertyContainerContinued import _makePropertyList, getPropertyListState

        return _makePropertyList, (getPropertyListState(self),)


def _makeSetter(action, typeName):
    def setter(self, name, value, *comment):
        if len(comment) > 1:
            raise argumentError(action + typeName, name, value, *comment)
        comment = [toText(text) for text in comment]
        getattr(self, f"_{action}Typed")(typeName, name, value)
        if comment and name in self._comments:
            self._comments[name] = comment[0]

    verb = "Replace" if action == "set" else "Append to"
    setter.__doc__ = f"""{verb} the values of a name, of type {typeName}.

    Parameters
    ----------
    name : `str`
        The name.
    value : `object`
        Value, or a sequence of them.
    *comment : `str`
        New comment; the present one stays by default.
    """
    return setter


declareAccessors(PropertyList, _makeSetter, [name for name in ELEMENT_TYPES if name != "PropertySet"])
