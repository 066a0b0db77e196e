# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["Property", "PropertySet", "requirePropertySet"]

import dataclasses
import math
import numbers
from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from functools import partialmethod
from typing import Any, NamedTuple, Self

from lsst._lite import Partial
from lsst._lite.numbers import argumentError, toBool
from lsst.pex.exceptions import InvalidParameterError, NotFoundError, TypeError as PexTypeError

from ._dateTime import DateTime
from ._elements import ELEMENT_TYPES, isSequence, toText

_INTEGER_TYPES = ("Bool", "Short", "Int", "Long", "LongLong", "UnsignedLongLong")
_ACCEPTED = {
    "Int": ("Bool", "Short", "Int"),
    "Double": (*_INTEGER_TYPES, "Float", "Double"),
}


class Property(NamedTuple):
    """The values of one name, which all have the same type."""

    typeName: str
    """Suffix of the methods for the type, as in ``setInt``."""

    values: list[Any]
    """The values, oldest first."""


class PropertySet(Partial):
    """Container of named values, which can be containers themselves.

    A dot in a name separates levels: ``"a.b"`` is ``"b"`` in the container
    that is ``"a"``. Several values of one type can have the same name.

    Parameters
    ----------
    flat : `bool`, optional
        Whether dots are just part of the names.
    """

    __slots__ = ("_flat", "_properties")

    def __init__(self, flat: bool = False) -> None:
        self._flat = toBool(flat)
        self._properties: dict[str, Property] = {}

    @classmethod
    def from_mapping(cls, metadata: Any) -> Self:
        """Make a container of something like a dictionary.

        Parameters
        ----------
        metadata : `collections.abc.Mapping`
            Names and values; or a dataclass, or an object with one of the
            methods ``to_dict``, ``toDict`` and ``dict``.

        Returns
        -------
        container : `PropertySet`
            The new container.

        Raises
        ------
        ValueError
            Raised if ``metadata`` is nothing of that kind.
        """
        result = cls()
        result.update(_toMapping(metadata))
        return result

    # Finding things.

    def _find(self, name: str) -> Property | None:
        """Return the `Property` of a name, or `None`."""
        name = toText(name)
        if self._flat or "." not in name:
            return self._properties.get(name)
        prefix, suffix = name.split(".", 1)
        found = self._properties.get(prefix)
        if found is None or found.typeName != "PropertySet":
            return None
        return found.values[-1]._find(suffix)

    def _require(self, name: str) -> Property:
        """Return the `Property` of a name that must exist."""
        found = self._find(name)
        if found is None:
            raise NotFoundError(f"{name} not found")
        return found

    def exists(self, name: str, /) -> bool:
        """Return whether there is a value of this name (`bool`)."""
        return self._find(name) is not None

    # Names.

    def names(self, topLevelOnly: bool = True) -> list[str]:
        """Return all names.

        Parameters
        ----------
        topLevelOnly : `bool`, optional
            Whether to leave out the names in containers in this one.

        Returns
        -------
        names : `list` of `str`
            The names. Their order means nothing: that of the full stack is
            that of a hash table.
        """
        return self._collectNames(topLevelOnly, "names", parameters=True, containers=True)

    def paramNames(self, topLevelOnly: bool = True) -> list[str]:
        """Return the names of values that are no containers.

        Parameters
        ----------
        topLevelOnly : `bool`, optional
            Whether to leave out the names in containers in this one.

        Returns
        -------
        names : `list` of `str`
            The names.
        """
        return self._collectNames(topLevelOnly, "paramNames", parameters=True, containers=False)

    def propertySetNames(self, topLevelOnly: bool = True) -> list[str]:
        """Return the names of values that are containers.

        Parameters
        ----------
        topLevelOnly : `bool`, optional
            Whether to leave out the names in containers in this one.

        Returns
        -------
        names : `list` of `str`
            The names.
        """
        return self._collectNames(topLevelOnly, "propertySetNames", parameters=False, containers=True)

    def _collectNames(self, topLevelOnly: bool, method: str, parameters: bool, containers: bool) -> list[str]:
        """Collect names of one or of both kinds."""
        result = []
        # The full stack, too, finds what came last first where it can.
        for name, (typeName, values) in reversed(self._properties.items()):
            isContainer = typeName == "PropertySet"
            if containers if isContainer else parameters:
                result.append(name)
            if isContainer and not topLevelOnly:
                result += [f"{name}.{inner}" for inner in getattr(values[-1], method)(False)]
        return result

    # Getting values.

    def get(self, name: str, default: Any = None) -> Any:
        """Return the last value of a name.

        Parameters
        ----------
        name : `str`
            The name.
        default : `object`, optional
            What to return if there is no such name.

        Returns
        -------
        value : `object`
            The value.
        """
        found = self._find(name)
        return default if found is None else found.values[-1]

    def getScalar(self, name: str) -> Any:
        """Return the last value of a name.

        Parameters
        ----------
        name : `str`
            The name.

        Returns
        -------
        value : `object`
            The value.

        Raises
        ------
        KeyError
            Raised if there is no such name.
        """
        return self._requireKey(name).values[-1]

    def getArray(self, name: str) -> list[Any]:
        """Return all values of a name.

        Parameters
        ----------
        name : `str`
            The name.

        Returns
        -------
        values : `list`
            The values; but just the last one if they are containers.

        Raises
        ------
        KeyError
            Raised if there is no such name.
        """
        typeName, values = self._requireKey(name)
        return values[-1] if typeName == "PropertySet" else list(values)

    def _getEither(self, name: str) -> Any:
        """Return the value of a name, or a list if there are more."""
        typeName, values = self._requireKey(name)
        return list(values) if len(values) > 1 and typeName != "PropertySet" else values[-1]

    def _requireKey(self, name: str) -> Property:
        found = self._find(name)
        if found is None:
            raise KeyError(f"{name} not found")
        return found

    def _getTyped(self, typeName: str, name: str) -> Property:
        """Return the `Property` of a name that must have a given type."""
        found = self._require(name)
        if found.typeName != typeName:
            raise PexTypeError(name)
        return found

    def _getAs(self, target: str, name: str) -> Any:
        """Return the last value of a name that must convert to a type."""
        found = self._require(name)
        if found.typeName not in _ACCEPTED[target]:
            raise PexTypeError(name)
        return found.values[-1]

    def getAsInt(self, name: str, /) -> int:
        """Return the last value of a name, which must fit into 32 bits by
        its type (`int`).
        """
        return int(self._getAs("Int", name))

    def getAsDouble(self, name: str, /) -> float:
        """Return the last value of a name, a number (`float`)."""
        return float(self._getAs("Double", name))

    # Setting values.

    def set(self, name: str, value: Any) -> None:
        """Replace the values of a name.

        Parameters
        ----------
        name : `str`
            The name.
        value : `object`
            New value, or a sequence of them. Values are `bool`, `int`,
            `float`, `str`, `DateTime`, `PropertySet` or `None`.

        Raises
        ------
        TypeError
            Raised for values of another type.
        """
        self._setGuessed("set", name, value)

    def add(self, name: str, value: Any) -> None:
        """Append to the values of a name.

        Parameters
        ----------
        name : `str`
            Name, which need not exist.
        value : `object`
            Value to append, or a sequence of them.

        Raises
        ------
        TypeError
            Raised for values of an unknown type.
        lsst.pex.exceptions.TypeError
            Raised if the values of the name have another type.
        """
        self._setGuessed("add", name, value)

    def _setGuessed(self, action: str, name: str, value: Any, *comment: Any) -> None:
        """Set or add a value of a type that has to be found out."""
        exemplar = next(_iterate(value), _NOTHING)
        if exemplar is _NOTHING:
            return
        # What is added must only fit the existing type by its first value.
        typeName = self._guessIntegerType(name, value if action == "set" else exemplar)
        if typeName is None:
            typeName = _guessType(name, exemplar)
        setTyped = self._setTyped if action == "set" else self._addTyped
        setTyped(typeName, name, value, *comment)

    def _guessIntegerType(self, name: str, value: Any) -> str | None:
        """Find the integer type for new values of a name.

        Parameters
        ----------
        name : `str`
            Name, which need not exist.
        value : `int` or sequence of `int`
            The values.

        Returns
        -------
        typeName : `str` or `None`
            ``"Int"``, ``"LongLong"`` or ``"UnsignedLongLong"``: the smallest
            type that holds all values and is not smaller than the present
            one. `None` for values that are no integers.

        Raises
        ------
        RuntimeError
            Raised if a value needs more than 64 bits.
        """
        values = list(_iterate(value))
        if not all(isinstance(v, numbers.Integral) and not isinstance(v, bool) for v in values):
            return None
        found = self._find(name)
        present = None if found is None else found.typeName
        choices = {_chooseIntegerType(limit, present) for limit in (min(values), max(values))}
        return next(t for t in ("UnsignedLongLong", "LongLong", "Int") if t in choices)

    def _setTyped(self, typeName: str, name: str, value: Any, *comment: Any) -> None:
        """Replace the values of a name by ones of a known type."""
        self._checkComment(comment)
        values = self._convertAll(f"set{typeName}", typeName, value)
        if values:
            self._set(toText(name), Property(typeName, values))
        self._setComment(name, *comment)

    def _addTyped(self, typeName: str, name: str, value: Any, *comment: Any) -> None:
        """Append values of a known type to those of a name."""
        self._checkComment(comment)
        values = self._convertAll(f"add{typeName}", typeName, value)
        found = self._find(name)
        if found is None:
            if values:
                self._set(toText(name), Property(typeName, values))
        elif found.typeName != typeName:
            raise PexTypeError(f"{name} has mismatched type")
        else:
            self._checkCycles(name, Property(typeName, values))
            found.values.extend(values)
        self._setComment(name, *comment)

    def _checkComment(self, comment: Any) -> None:
        """Refuse the arguments after a value, of which there are none."""
        if comment:
            raise argumentError("set", *comment)

    def _setComment(self, name: str) -> None:
        """Do nothing: there are no comments."""

    @staticmethod
    def _convertAll(what: str, typeName: str, value: Any) -> list[Any]:
        """Convert a value or a sequence of values to a list."""
        convert = ELEMENT_TYPES.get(typeName, requirePropertySet)
        try:
            return [convert(v) for v in (value if isSequence(value) else (value,))]
        except TypeError as err:
            raise argumentError(what, value) from err

    def _set(self, name: str, new: Property) -> None:
        """Replace the values of a name, on whatever level it is."""
        if new.typeName == "PropertySet":
            if self._flat:
                self._setFlattened(name, new.values[-1])
                return
            self._checkCycles(name, new)
        if self._flat or "." not in name:
            self._properties[name] = new
            return
        prefix, suffix = name.split(".", 1)
        self._requireContainer(prefix)._set(suffix, new)

    def _requireContainer(self, name: str) -> PropertySet:
        """Return the container of a name, which is made if need be."""
        found = self._properties.get(name)
        if found is None:
            found = self._properties[name] = Property("PropertySet", [PropertySet()])
        if found.typeName != "PropertySet":
            raise InvalidParameterError(f"{name} exists but does not contain PropertySets")
        return found.values[-1]

    def _setFlattened(self, name: str, container: Any) -> None:
        """Append the values of a container under dotted names."""
        for inner in container.paramNames(False):
            self._append(f"{name}.{inner}", container._find(inner))

    def _append(self, name: str, new: Property) -> None:
        """Append the values of another container to those of a name."""
        found = self._find(name)
        if found is None:
            self._set(name, Property(new.typeName, list(new.values)))
            return
        if found.typeName != new.typeName:
            raise PexTypeError(f"{name} has mismatched type")
        self._checkCycles(name, new)
        found.values.extend(new.values)

    def _checkCycles(self, name: str, new: Property) -> None:
        """Refuse containers that this one is part of."""
        if new.typeName != "PropertySet":
            return
        for value in new.values:
            inner = (value.get(innerName) for innerName in value.propertySetNames(False))
            if value is self or any(container is self for container in inner):
                raise InvalidParameterError(f"{name} would cause a cycle")

    def _getLast(self, typeName: str, name: str, *args: Any, **kwargs: Any) -> Any:
        """Return the last value of a name, which must have a type."""
        if len(args) + len(kwargs) > 1 or not kwargs.keys() <= {"defaultValue"}:
            raise argumentError(f"get{typeName}", name, *args, **kwargs)
        convert = ELEMENT_TYPES.get(typeName, requirePropertySet)
        default = [convert(value) for value in (*args, *kwargs.values())]
        if default and not self.exists(name):
            return default[0]
        return self._getTyped(typeName, name).values[-1]

    def _getAll(self, typeName: str, name: str) -> Any:
        """Return all values of a name, which must have a type (`list`)."""
        return list(self._getTyped(typeName, name).values)

    getBool, getArrayBool = partialmethod(_getLast, "Bool"), partialmethod(_getAll, "Bool")
    setBool, addBool = partialmethod(_setTyped, "Bool"), partialmethod(_addTyped, "Bool")
    getShort, getArrayShort = partialmethod(_getLast, "Short"), partialmethod(_getAll, "Short")
    setShort, addShort = partialmethod(_setTyped, "Short"), partialmethod(_addTyped, "Short")
    getInt, getArrayInt = partialmethod(_getLast, "Int"), partialmethod(_getAll, "Int")
    setInt, addInt = partialmethod(_setTyped, "Int"), partialmethod(_addTyped, "Int")
    getLong, getArrayLong = partialmethod(_getLast, "Long"), partialmethod(_getAll, "Long")
    setLong, addLong = partialmethod(_setTyped, "Long"), partialmethod(_addTyped, "Long")
    getLongLong, getArrayLongLong = partialmethod(_getLast, "LongLong"), partialmethod(_getAll, "LongLong")
    setLongLong, addLongLong = partialmethod(_setTyped, "LongLong"), partialmethod(_addTyped, "LongLong")
    getUnsignedLongLong = partialmethod(_getLast, "UnsignedLongLong")
    getArrayUnsignedLongLong = partialmethod(_getAll, "UnsignedLongLong")
    setUnsignedLongLong = partialmethod(_setTyped, "UnsignedLongLong")
    addUnsignedLongLong = partialmethod(_addTyped, "UnsignedLongLong")
    getFloat, getArrayFloat = partialmethod(_getLast, "Float"), partialmethod(_getAll, "Float")
    setFloat, addFloat = partialmethod(_setTyped, "Float"), partialmethod(_addTyped, "Float")
    getDouble, getArrayDouble = partialmethod(_getLast, "Double"), partialmethod(_getAll, "Double")
    setDouble, addDouble = partialmethod(_setTyped, "Double"), partialmethod(_addTyped, "Double")
    getUndef, getArrayUndef = partialmethod(_getLast, "Undef"), partialmethod(_getAll, "Undef")
    setUndef, addUndef = partialmethod(_setTyped, "Undef"), partialmethod(_addTyped, "Undef")
    getString, getArrayString = partialmethod(_getLast, "String"), partialmethod(_getAll, "String")
    setString, addString = partialmethod(_setTyped, "String"), partialmethod(_addTyped, "String")
    getDateTime, getArrayDateTime = partialmethod(_getLast, "DateTime"), partialmethod(_getAll, "DateTime")
    setDateTime, addDateTime = partialmethod(_setTyped, "DateTime"), partialmethod(_addTyped, "DateTime")
    getPropertySet = partialmethod(_getLast, "PropertySet")
    getArrayPropertySet = partialmethod(_getAll, "PropertySet")
    setPropertySet = partialmethod(_setTyped, "PropertySet")
    addPropertySet = partialmethod(_addTyped, "PropertySet")

    # Whole containers.

    def copy(self, dest: str, source: PropertySet, name: str, asScalar: bool = False) -> None:
        """Replace the values of a name by those of another container.

        Parameters
        ----------
        dest : `str`
            Name in this container.
        source : `PropertySet`
            The other container.
        name : `str`
            Name in the other container.
        asScalar : `bool`, optional
            Whether to take only the last value.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if the other container does not have the name.
        """
        found = requirePropertySet(source)._find(name)
        if found is None:
            raise InvalidParameterError(f"{name} not in source")
        self.remove(dest)
        values = found.values[-1:] if toBool(asScalar) else list(found.values)
        self._set(dest, Property(found.typeName, values))

    def combine(self, source: PropertySet, /) -> None:
        """Append all values of another container to those in this one.

        Parameters
        ----------
        source : `PropertySet`
            The other container.

        Raises
        ------
        lsst.pex.exceptions.TypeError
            Raised if values of the same name have different types.
        """
        container = requirePropertySet(source)
        for name in container.paramNames(False):
            self._append(name, container._require(name))

    def update(self, addition: PropertySet | Mapping[str, Any]) -> None:
        """Replace values by those of another container.

        Parameters
        ----------
        addition : `PropertySet` or `collections.abc.Mapping`
            The other container.
        """
        if isinstance(addition, PropertySet):
            for name in addition:
                self.copy(name, addition, name)
        else:
            for name, value in addition.items():
                self[name] = value

    def remove(self, name: str, /) -> None:
        """Remove a name with all its values, if there is one."""
        name = toText(name)
        if self._flat or "." not in name:
            self._properties.pop(name, None)
            return
        prefix, suffix = name.split(".", 1)
        found = self._properties.get(prefix)
        if found is not None and found.typeName == "PropertySet":
            found.values[-1].remove(suffix)

    def pop(self, name: str, default: Any = None) -> Any:
        """Remove a name and return its last value.

        Parameters
        ----------
        name : `str`
            The name.
        default : `object`, optional
            What to return if there is no such name.

        Returns
        -------
        value : `object`
            The value.

        Raises
        ------
        KeyError
            Raised if there is neither the name nor a default.
        """
        if self.exists(name):
            value = self[name]
            self.remove(name)
            return value
        if default is None:
            raise KeyError(name)
        return default

    def deepCopy(self) -> PropertySet:
        """Return a copy, of containers in this one, too."""
        result = PropertySet(self._flat)
        for name, (typeName, values) in self._properties.items():
            copies = [value.deepCopy() for value in values] if typeName == "PropertySet" else list(values)
            result._set(name, Property(typeName, copies))
        return result

    def toDict(self) -> dict[str, Any]:
        """Return all names and values as nested `dict`."""
        result = {}
        for name in self.names():
            value = self._getEither(name)
            result[name] = PropertySet.toDict(value) if isinstance(value, PropertySet) else value
        return result

    # Text.

    def toString(self, topLevelOnly: bool = False, indent: str = "") -> str:
        """Return all names and values as text.

        Parameters
        ----------
        topLevelOnly : `bool`, optional
            Whether to leave out the contents of containers in this one.
        indent : `str`, optional
            What to put in front of each line.

        Returns
        -------
        text : `str`
            One line for each name, sorted.
        """
        names = sorted(self._properties)
        return "".join(f"{indent}{self._formatProperty(name, topLevelOnly, indent)}\n" for name in names)

    def _formatProperty(self, name: str, topLevelOnly: bool = True, indent: str = "") -> str:
        """Format a name with its values."""
        typeName, values = self._properties[name]
        if typeName == "PropertySet":
            inner = " ... " if topLevelOnly else "\n" + values[-1].toString(False, indent + "..") + indent
            return f"{name} = {{{inner}}}"
        texts = [_formatValue(typeName, value) for value in values]
        return f"{name} = {texts[0]}" if len(texts) == 1 else f"{name} = [ {', '.join(texts)} ]"

    def __str__(self) -> str:
        return self.toString()

    # What makes it a mapping.

    def __len__(self) -> int:
        return len(self._properties)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names(True))

    def __contains__(self, name: str) -> bool:
        return name in self._properties

    def __getitem__(self, name: str) -> Any:
        return self.getScalar(name)

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(value, Mapping):
            container = PropertySet()
            container.update(value)
            value = container
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        if not self.exists(name):
            raise KeyError(f"{name} not present in dict")
        self.remove(name)

    def keys(self) -> KeysView[str]:
        """Return a view of the names."""
        return KeysView(self)

    def items(self) -> ItemsView[str, Any]:
        """Return a view of the names with their last values."""
        return ItemsView(self)

    def values(self) -> ValuesView[Any]:
        """Return a view of the last values."""
        return ValuesView(self)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return self._properties.keys() == other._properties.keys() and all(
            _isEqual(found, other._properties[name]) for name, found in self._properties.items()
        )

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> PropertySet:
        result = PropertySet()
        for name in self:
            result.copy(name, self, name)
        return result

    def __deepcopy__(self, memo: dict[int, Any]) -> PropertySet:
        result = memo[id(self)] = self.deepCopy()
        return result


_NOTHING = object()


def _toMapping(metadata: Any) -> Mapping[str, Any]:
    """Turn something like a dictionary into a mapping."""
    if isinstance(metadata, Mapping):
        return metadata
    if dataclasses.is_dataclass(metadata) and not isinstance(metadata, type):
        return dataclasses.asdict(metadata)
    for name in ("to_dict", "toDict", "dict"):
        if hasattr(metadata, name):
            return getattr(metadata, name)()
    raise ValueError(f"Unable to extract mappings from the supplied metadata of type {type(metadata)}")


def requirePropertySet(value: Any) -> PropertySet:
    """Return an argument that must be a container."""
    if not isinstance(value, PropertySet):
        raise argumentError("PropertySet", value)
    return value


def _iterate(value: Any) -> Iterator[Any]:
    """Iterate over a sequence, or over just one value."""
    if isinstance(value, (str, PropertySet)):
        return iter((value,))
    try:
        return iter(value)
    except TypeError:
        return iter((value,))


def _guessType(name: str, value: Any) -> str:
    """Find the type for a new value that is no integer."""
    if value is None:
        return "Undef"
    types = {bool: "Bool", float: "Double", str: "String", DateTime: "DateTime", PropertySet: "PropertySet"}
    for cls, typeName in types.items():
        if isinstance(value, cls):
            return typeName
    raise TypeError(f"Unknown value type for key '{name}': {type(value)}")


def _chooseIntegerType(value: int, present: str | None) -> str:
    """Find the integer type for one value.

    Parameters
    ----------
    value : `int`
        The value.
    present : `str` or `None`
        Type that the name has now.

    Returns
    -------
    typeName : `str`
        Smallest type for the value that is not smaller than the present one.
    """
    if present not in ("Int", "LongLong", "UnsignedLongLong"):
        present = "Int"
    if -(2**31) <= value < 2**31 and present == "Int":
        return "Int"
    if -(2**63) <= value < 0 or (0 <= value < 2**63 and present != "UnsignedLongLong"):
        return "LongLong"
    if 0 <= value < 2**64:
        return "UnsignedLongLong"
    raise RuntimeError(f"Unable to guess integer type for storing out of range value: {value}")


def _formatValue(typeName: str, value: Any) -> str:
    """Format one value as the C++ code does."""
    if typeName == "Undef":
        return "<Unknown>"
    if typeName in ("Float", "Double"):
        return f"{value:#.7g}" if typeName == "Float" else f"{value:#.14g}"
    if typeName == "String":
        return f'"{value}"'
    return value.toString(DateTime.UTC) if typeName == "DateTime" else str(int(value))


def _isEqual(mine: Property, theirs: Property) -> bool:
    """Return whether two properties are equal, where NaN equals NaN."""
    if mine.typeName != theirs.typeName or len(mine.values) != len(theirs.values):
        return False
    if mine.typeName == "PropertySet":
        return mine.values[-1] == theirs.values[-1]
    if mine.typeName in ("Float", "Double"):
        return all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(mine.values, theirs.values))
    return mine.values == theirs.values
