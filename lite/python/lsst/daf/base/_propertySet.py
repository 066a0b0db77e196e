# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["Property", "PropertySet"]

import dataclasses
import itertools
import numbers
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from functools import partialmethod
from types import MappingProxyType, NoneType
from typing import Any, Self

from lsst._lite import Partial
from lsst.pex.exceptions import InvalidParameterError, NotFoundError, TypeError as PexTypeError

from ._dateTime import DateTime

_ACCEPTED: dict[type, Any] = {
    bool: bool,
    int: numbers.Integral,
    float: numbers.Real,
    str: str,
    DateTime: DateTime,
    NoneType: NoneType,
}
"""Types that a container holds, and what is converted to each of them."""

_NOTHING = object()


@dataclasses.dataclass(frozen=True)
class Property:
    """What a container holds under one name."""

    values: list[Any]
    """The values, oldest first; all have the same type."""

    comment: str = ""
    """What a FITS card says after the value."""

    def __eq__(self, other: object) -> bool:
        # NaN equals NaN, and 1 is neither 1.0 nor True.
        return repr(self) == repr(other)


class PropertySet(Partial):
    """Container of named values, where dots in names separate levels.

    A name has one value, or several of one type: `bool`, `int`, `float`,
    `str`, `DateTime` or `None`. What is below ``"a"``, the values of names
    such as ``"a.b"``, can be got as a container, which cannot be changed; a
    container that is set is copied.
    """

    __slots__ = ("_properties",)

    def __init__(self) -> None:
        # By full name, in the order in which they were set.
        self._properties: dict[str, Property] = {}

    @classmethod
    def from_mapping(cls, metadata: Any) -> Self:
        """Make a container of something like a dictionary.

        Parameters
        ----------
        metadata : `collections.abc.Mapping`
            Names and values; or a dataclass, or an object with a method
            ``to_dict``.

        Returns
        -------
        container : `PropertySet`
            The new container.

        Raises
        ------
        ValueError
            Raised if ``metadata`` is nothing of that kind.
        """
        if dataclasses.is_dataclass(metadata) and not isinstance(metadata, type):
            metadata = dataclasses.asdict(metadata)
        elif hasattr(metadata, "to_dict"):
            metadata = metadata.to_dict()
        if not isinstance(metadata, Mapping):
            raise ValueError(f"expected something like a mapping, found {type(metadata).__name__}")
        result = cls()
        result.update(metadata)
        return result

    # Levels, of which a PropertyList has just one.

    def _levels(self, name: str) -> list[str]:
        """Return the names of the containers that a name is in, and itself."""
        return list(itertools.accumulate(name.split("."), "{}.{}".format))

    def _below(self, name: str) -> dict[str, Property]:
        """Return what the container of that name holds."""
        start = f"{name}."
        return {k.removeprefix(start): v for k, v in self._properties.items() if k.startswith(start)}

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
            that of a hash table, which has what came last first if it can.
        """
        levels = map(self._levels, reversed(self._properties))
        return list(dict.fromkeys(name for level in levels for name in level[: 1 if topLevelOnly else None]))

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
        return [name for name in self.names(topLevelOnly) if name in self._properties]

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
        return [name for name in self.names(topLevelOnly) if name not in self._properties]

    def exists(self, name: str, /) -> bool:
        """Return whether there is a value of this name (`bool`)."""
        return self._find(name) is not None

    # Getting values.

    def _find(self, name: str) -> Property | None:
        """Return what there is under a name."""
        if name in self._properties:
            return self._properties[name]
        if not (below := self._below(name)):
            return None
        container = PropertySet()
        container._properties = MappingProxyType(below)  # type: ignore[assignment]
        return Property([container])

    def _require(self, name: str, error: type[Exception] = KeyError) -> Property:
        """Return what there is under a name that must exist."""
        if (found := self._find(name)) is None:
            raise error(f"{name} not found")
        return found

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
        return default if (found := self._find(name)) is None else found.values[-1]

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
        return self._require(name).values[-1]

    def getArray(self, name: str) -> list[Any]:
        """Return all values of a name.

        Parameters
        ----------
        name : `str`
            The name.

        Returns
        -------
        values : `list`
            The values.

        Raises
        ------
        KeyError
            Raised if there is no such name.
        """
        return list(self._require(name).values)

    def _getEither(self, name: str) -> Any:
        """Return the value of a name, or a list if there are more."""
        values = self.getArray(name)
        return values if len(values) > 1 else values[0]

    def _getTyped(self, types: tuple[type, ...], name: str, defaultValue: Any = _NOTHING) -> Any:
        """Return the last value of a name, which must have a type.

        Raises
        ------
        lsst.pex.exceptions.NotFoundError
            Raised if there is neither the name nor a default.
        lsst.pex.exceptions.TypeError
            Raised if the value has another type.
        """
        if defaultValue is not _NOTHING and not self.exists(name):
            return defaultValue
        value = self._require(name, NotFoundError).values[-1]
        if type(value) not in types:
            expected = " or ".join(kind.__name__ for kind in types)
            raise PexTypeError(f"{name}: expected {expected}, found {type(value).__name__}")
        return value

    getBool = partialmethod(_getTyped, (bool,))
    getShort = getInt = getLong = getLongLong = getUnsignedLongLong = partialmethod(_getTyped, (int,))
    getFloat = getDouble = partialmethod(_getTyped, (float,))
    getString = partialmethod(_getTyped, (str,))
    getDateTime = partialmethod(_getTyped, (DateTime,))
    getUndef = partialmethod(_getTyped, (NoneType,))

    def getPropertySet(self, name: str) -> PropertySet:
        """Return a container that is in this one."""
        return self._getTyped((PropertySet,), name)

    def getAsInt(self, name: str, /) -> int:
        """Return the last value of a name, a truth value or an integer."""
        return int(self._getTyped((bool, int), name))

    def getAsDouble(self, name: str, /) -> float:
        """Return the last value of a name, a number."""
        return float(self._getTyped((bool, int, float), name))

    # Setting values.

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
            New comment, for a `PropertyList`; the present one stays by
            default.

        Raises
        ------
        TypeError
            Raised for values of an unknown type.
        lsst.pex.exceptions.InvalidParameterError
            Raised if the part of the name before a dot has a value already.
        """
        if isinstance(value, PropertySet):
            added = {f"{name}.{inner}": found for inner, found in value._properties.items()}
            self.remove(name)
            for inner, found in added.items():
                self._put(inner, list(found.values), found.comment)
        elif values := _toList(value):
            self._setTyped(_findType(name, values[0]), name, values, comment)

    def add(self, name: str, value: Any, comment: str | None = None) -> None:
        """Append to the values of a name.

        Parameters
        ----------
        name : `str`
            Name, which need not exist.
        value : `object`
            Value to append, or a sequence of them.
        comment : `str`, optional
            New comment, for a `PropertyList`; the present one stays by
            default.

        Raises
        ------
        TypeError
            Raised for values of an unknown type.
        lsst.pex.exceptions.TypeError
            Raised if the values of the name have another type.
        """
        if (present := self._properties.get(name)) is None:
            self.set(name, value, comment)
        elif values := _toList(value):
            kind, expected = _findType(name, values[0]), type(present.values[0])
            if kind is not expected:
                raise PexTypeError(f"{name}: expected {expected.__name__}, found {kind.__name__}")
            added = _convert(name, kind, values)
            self._put(name, present.values, comment)
            present.values.extend(added)

    def _setTyped(self, kind: type, name: str, value: Any, comment: str | None = None) -> None:
        """Replace the values of a name by one or several of a known type."""
        if values := _toList(value):
            self._put(name, _convert(name, kind, values), comment)

    setBool = partialmethod(_setTyped, bool)
    setShort = setInt = setLong = setLongLong = setUnsignedLongLong = partialmethod(_setTyped, int)
    setFloat = setDouble = partialmethod(_setTyped, float)
    setString = partialmethod(_setTyped, str)
    setDateTime = partialmethod(_setTyped, DateTime)
    setUndef = partialmethod(_setTyped, NoneType)

    def _put(self, name: str, values: list[Any], comment: str | None) -> None:
        """Replace the values of a name, whatever it had."""
        for level in self._levels(name)[:-1]:
            if level in self._properties:
                raise InvalidParameterError(f"{level} exists but does not contain PropertySets")
        if name not in self._properties:
            self.remove(name)
        elif comment is None:
            comment = self._properties[name].comment
        self._properties[name] = Property(values, comment or "")

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
            Name in the other container, whose comment is taken, too.
        asScalar : `bool`, optional
            Whether to take only the last value.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if the other container does not have the name.
        """
        found = source._find(name)
        if found is None:
            raise InvalidParameterError(f"{name} not in source")
        self.remove(dest)
        self.set(dest, found.values[-1] if asScalar else source._getEither(name), found.comment)

    def combine(self, source: PropertySet, /) -> None:
        """Append all values of another container to those in this one.

        Parameters
        ----------
        source : `PropertySet`
            The other container, whose comments replace those in this one.

        Raises
        ------
        lsst.pex.exceptions.TypeError
            Raised if values of the same name have different types.
        """
        for name, found in source._properties.items():
            self.add(name, found.values, found.comment or None)

    def update(self, addition: PropertySet | Mapping[str, Any]) -> None:
        """Replace values by those of another container.

        Parameters
        ----------
        addition : `PropertySet` or `collections.abc.Mapping`
            The other container.
        """
        for name in addition:
            if isinstance(addition, PropertySet):
                self.copy(name, addition, name)
            else:
                self[name] = addition[name]

    def remove(self, name: str, /) -> None:
        """Remove a name with all its values, if there is one."""
        for inner in self._below(name):
            del self._properties[f"{name}.{inner}"]
        if name in self._properties:
            del self._properties[name]

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
        value = self[name] if default is None else self.get(name, default)
        self.remove(name)
        return value

    def deepCopy(self) -> Self:
        """Return a copy."""
        result = type(self)()
        result._properties = {n: Property(list(p.values), p.comment) for n, p in self._properties.items()}
        return result

    __copy__ = deepCopy

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.deepCopy()

    def toDict(self) -> dict[str, Any]:
        """Return all names and values as nested `dict`."""
        items = ((name, self._getEither(name)) for name in self)
        return {name: value.toDict() if isinstance(value, PropertySet) else value for name, value in items}

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
        text = ""
        for name in sorted(self):
            if name in self._properties:
                text += f"{indent}{name} = {formatValues(self.getArray(name))}\n"
            elif topLevelOnly:
                text += f"{indent}{name} = {{ ... }}\n"
            else:
                inner = self.getPropertySet(name).toString(False, f"{indent}..")
                text += f"{indent}{name} = {{\n{inner}{indent}}}\n"
        return text

    def __str__(self) -> str:
        return self.toString()

    # What makes it a mapping.

    def __len__(self) -> int:
        return len(self.names())

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __contains__(self, name: str) -> bool:
        return self.exists(name) and self._levels(name) == [name]

    def __getitem__(self, name: str) -> Any:
        return self.getScalar(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.set(name, PropertySet.from_mapping(value) if isinstance(value, Mapping) else value)

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
        # Not `NotImplemented` for another type, as in the compiled stack.
        return type(other) is type(self) and self._properties == other._properties

    __hash__ = None  # type: ignore[assignment]


def _toList(value: Any) -> list[Any]:
    """Return the values that one argument stands for."""
    isOne = isinstance(value, str | bytes | Mapping | PropertySet) or not isinstance(value, Iterable)
    return [value] if isOne else list(value)


def _findType(name: str, value: Any) -> type:
    """Find the type in which to hold a value."""
    for kind, accepted in _ACCEPTED.items():
        if isinstance(value, accepted):
            return kind
    raise TypeError(f"Unknown value type for key '{name}': {type(value)}")


def _convert(name: str, kind: type, values: list[Any]) -> list[Any]:
    """Convert values to the type in which they are held."""
    for value in values:
        if not isinstance(value, _ACCEPTED[kind]):
            raise TypeError(f"{name}: expected {kind.__name__}, found {type(value).__name__}")
        if kind is int and not -(2**63) <= value < 2**64:
            raise RuntimeError(f"Unable to guess integer type for storing out of range value: {value}")
    return [kind(value) for value in values] if kind in (int, float, str) else values


def formatValues(values: list[Any]) -> str:
    """Format the values of one name as the compiled stack does."""
    texts = [_formatValue(value) for value in values]
    return texts[0] if len(texts) == 1 else f"[ {', '.join(texts)} ]"


def _formatValue(value: Any) -> str:
    match value:
        case None:
            return "<Unknown>"
        case str():
            return f'"{value}"'
        case float():
            return f"{value:#.14g}"
        case DateTime():
            return value.toString(DateTime.UTC)
    return str(int(value))
