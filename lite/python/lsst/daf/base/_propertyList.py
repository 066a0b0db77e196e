# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["PropertyList"]

from collections.abc import Iterator
from typing import Any

from lsst._lite.numbers import argumentError
from lsst.pex.exceptions import NotFoundError

from ._elements import toText
from ._propertySet import Property, PropertySet


class PropertyList(PropertySet):
    """Container of named values with comments, in the order in which they
    were set: what a FITS header needs.

    Dots are just part of the names.
    """

    __slots__ = ("_comments",)

    COMMENTSUFFIX = "#COMMENT"
    """What to append to a name to set its comment in dictionary syntax."""

    def __init__(self) -> None:
        super().__init__(True)
        # Comment by name, in the order of the names.
        self._comments: dict[str, str] = {}

    def getComment(self, name: str, /) -> str:
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

    def setComment(self, name: str, comment: str) -> None:
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

    def getOrderedNames(self) -> list[str]:
        """Return the names in the order in which they were set (`list`)."""
        return list(self._comments)

    def _nameInOrder(self) -> PropertyList:
        """Let `names` begin with the name that was set first.

        So does the hash table of the full stack once it held many names.
        """
        self._properties = dict(reversed(self._properties.items()))
        return self

    def set(self, name: str, value: Any, comment: str | None = None) -> None:
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

    def add(self, name: str, value: Any, comment: str | None = None) -> None:
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

    def _setFlattened(self, name: str, container: Any) -> None:
        super()._setFlattened(name, container)
        self._comments.pop(name, None)
        if isinstance(container, PropertyList):
            for inner in container.paramNames(False):
                self._comments[f"{name}.{inner}"] = container.getComment(inner)

    def _checkComment(self, comment: Any) -> None:
        """Refuse more than one comment, and any that is no text."""
        if len(comment) > 1:
            raise argumentError("set", *comment)
        for text in comment:
            toText(text)

    def _setComment(self, name: str, *comment: Any) -> None:
        """Replace the comment of a name, if there is a new one."""
        if comment and name in self._comments:
            self._comments[name] = toText(comment[0])

    def _set(self, name: str, new: Property) -> None:
        super()._set(name, new)
        if new.typeName != "PropertySet":
            self._comments.setdefault(name, "")

    def copy(self, dest: str, source: PropertySet, name: str, asScalar: bool = False) -> None:
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

    def combine(self, source: PropertySet, /) -> None:
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

    def remove(self, name: str, /) -> None:
        """Remove a name with all its values, if there is one."""
        super().remove(name)
        self._comments.pop(name, None)

    def deepCopy(self) -> PropertyList:
        """Return a copy."""
        result = PropertyList()
        for name, (typeName, values) in self._properties.items():
            result._properties[name] = Property(typeName, list(values))
        result._comments = dict(self._comments)
        return result

    def toList(self) -> list[tuple[str, Any, str]]:
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

    def toOrderedDict(self) -> dict[str, Any]:
        """Return a `dict` of all names and values, in order."""
        return {name: self._getEither(name) for name in self}

    toDict = toOrderedDict

    def toString(self, topLevelOnly: bool = False, indent: str = "") -> str:
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

    def __iter__(self) -> Iterator[str]:
        return iter(self.getOrderedNames())

    def __setitem__(self, name: str, value: Any) -> None:
        if name.endswith(self.COMMENTSUFFIX):
            self.setComment(name.removesuffix(self.COMMENTSUFFIX), value)
        else:
            super().__setitem__(name, value)

    def __eq__(self, other: object) -> bool:
        equal = super().__eq__(other)
        # Not `NotImplemented` for another type, as in the compiled stack.
        return equal is True and isinstance(other, PropertyList) and self._comments == other._comments

    __hash__ = None

    def __copy__(self) -> PropertyList:
        result = PropertyList()
        for name in self:
            result.copy(name, self, name)
        return result
