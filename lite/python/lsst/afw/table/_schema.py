# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schemas: the fields of a table, and where in a record they are."""

from __future__ import annotations

__all__ = ["Schema"]

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import astropy.units

from lsst._lite import Partial
from lsst._lite.arguments import Overloads, checkArguments
from lsst.pex.exceptions import InvalidParameterError, NotFoundError

from ._aliasMap import AliasMap
from ._elements import ELEMENTS, FLAG_BITS
from ._field import Field
from ._key import makeKey
from ._schemaItem import makeSchemaItem
from ._subSchema import SubSchema

_POINTER_SIZE = 16
"""Bytes in a record for an array whose size varies, as in the stack."""


class Schema(Partial):
    """The fields of a table, in order, and where in a record they are.

    Called as ``Schema()`` or ``Schema(other)``.

    Notes
    -----
    A copy shares its aliases with the original until `disconnectAliases`.
    """

    __module__ = "lsst.afw.table"

    __hash__ = None  # type: ignore[assignment]

    EQUAL_KEYS = 1
    EQUAL_NAMES = 2
    EQUAL_DOCS = 4
    EQUAL_UNITS = 8
    EQUAL_FIELDS = EQUAL_NAMES | EQUAL_DOCS | EQUAL_UNITS
    EQUAL_ALIASES = 16
    IDENTICAL = EQUAL_KEYS | EQUAL_FIELDS | EQUAL_ALIASES

    VERSION = 3

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._items: dict[str, Any] = {}
        self._recordSize = 0
        self._flagOffset: Any = None
        self._flagBit = FLAG_BITS
        self._aliases = AliasMap()
        _INIT_FORMS(self, args, kwargs)

    def _initEmpty(self) -> None:
        pass

    def _initCopy(self, other: Any) -> None:
        checkArguments("Schema", other=(other, Schema))
        self._items = dict(other._items)
        self._recordSize = other._recordSize
        self._flagOffset, self._flagBit = other._flagOffset, other._flagBit
        self._aliases = other._aliases

    # ---- adding fields

    def addField(
        self,
        field: Any,
        type: Any = None,
        doc: Any = "",
        units: str = "",
        size: int | None = None,
        doReplace: bool = False,
        parse_strict: str = "raise",
    ) -> Any:
        """Add a field.

        Parameters
        ----------
        field : `str` or `Field`
            Name of the field, or the field itself, for which the other
            arguments but ``doReplace`` are not used.
        type : `str` or `type`
            Type of the field, as `Field` knows it: "D" or `float`, and so on.
        doc : `str`, optional
            What it is.
        units : `str`, optional
            Units, as astropy understands them.
        size : `int`, optional
            Number of elements, for strings and arrays.
        doReplace : `bool`, optional
            Whether to replace a field of the same name, type and size.
        parse_strict : `str`, optional
            What to do about units that astropy does not understand.

        Returns
        -------
        key : `Key`
            Key of the field.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if there is a field of that name that is not replaced.
        """
        if isinstance(field, str):
            field = Field[type](field, doc=doc, units=units, size=size, parse_strict=parse_strict)
        return field._addTo(self, doReplace)

    def _add(self, field: Any, doReplace: bool) -> Any:
        """Add a field; see `addField`."""
        name = field.getName()
        if name in self._items:
            return self._replace(field, self._items[name], doReplace)
        key = self._addFlag() if field.getTypeString() == "Flag" else self._addElements(field)
        self._items[name] = makeSchemaItem(key, field)
        return key

    def _replace(self, field: Any, old: Any, doReplace: bool) -> Any:
        """Describe a field anew."""
        name = field.getName()
        if not doReplace:
            raise InvalidParameterError(f"Field with name '{name}' already present in schema.")
        if old.field.getTypeString() != field.getTypeString():
            raise InvalidParameterError(f"Cannot replace field with name '{name}' because types differ.")
        if old.field._sizes != field._sizes:
            raise InvalidParameterError(f"Cannot replace field with name '{name}' because sizes differ.")
        self._items[name] = makeSchemaItem(old.key, field)
        return old.key

    def _addElements(self, field: Any) -> Any:
        """Find a place in the record."""
        size = field._sizes[0] if field._sizes else 1
        itemsize = ELEMENTS[field.getTypeString()].itemsize if size else _POINTER_SIZE
        offset = self._recordSize + -self._recordSize % itemsize
        self._recordSize = offset + itemsize * (size or 1)
        return makeKey(field.getTypeString(), offset, size)

    def _addFlag(self) -> Any:
        """Find a bit in the record."""
        if self._flagBit == FLAG_BITS:
            self._flagOffset, self._flagBit = self._recordSize + -self._recordSize % 8, 0
            self._recordSize = self._flagOffset + 8
        self._flagBit += 1
        return makeKey("Flag", self._flagOffset, bit=self._flagBit - 1)

    def _padTo(self, size: int) -> None:
        """Let the size of a record be a multiple of some bytes."""
        self._recordSize += -self._recordSize % size

    # ---- finding fields

    def find(self, key: Any) -> Any:
        """Find a field.

        Parameters
        ----------
        key : `str` or `Key`
            Name of the field, or an alias; or its key.

        Returns
        -------
        item : `SchemaItem`
            The field and its key.

        Raises
        ------
        KeyError
            Raised if there is no such field.
        """
        try:
            if isinstance(key, (str, bytes)):
                return self._findName(key if isinstance(key, str) else key.decode())
            return key._findIn(self)
        except NotFoundError as err:
            raise KeyError(str(err)) from err

    def _findName(self, name: str) -> Any:
        """Find a field by its name or alias."""
        name = self._aliases.apply(name)
        if name not in self._items:
            raise NotFoundError(f"Field or subfield with name '{name}' not found.")
        return self._items[name]

    def _findKey(self, key: Any) -> Any:
        """Find a field by its key."""
        for item in self._items.values():
            if item.key == key:
                return item
        raise NotFoundError(f"Field {key} not found.")

    def __getitem__(self, name: str) -> SubSchema:
        checkArguments("__getitem__", name=(name, str))
        return SubSchema(self, name)

    def __contains__(self, key: Any) -> bool:
        try:
            self.find(key)
        except (AttributeError, KeyError):
            return False
        return True

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._items.values()))

    def forEach(self, function: Callable[[Any], object], /) -> None:
        """Call a function for each field.

        Parameters
        ----------
        function : `~collections.abc.Callable`
            Function of a `SchemaItem`.
        """
        for item in self:
            function(item)

    def getNames(self, topOnly: bool = False) -> set[str]:
        """Return the names of the fields.

        Parameters
        ----------
        topOnly : `bool`, optional
            Whether to return only what comes before the first "_".

        Returns
        -------
        names : `set` [`str`]
        """
        return {name.split("_")[0] if topOnly else name for name in self._items}

    def getOrderedNames(self) -> list[str]:
        """Return the names of the fields in order (`list` [`str`])."""
        return list(self._items)

    def extract(self, *patterns: Any, **kwargs: Any) -> dict[str, Any]:
        """Find fields by patterns.

        Parameters
        ----------
        *patterns : `str`
            Patterns as a shell has them, for names and aliases.
        regex : `str` or `re.Pattern`, optional
            Regular expression for names, as well.
        sub : `str`, optional
            What to call the fields that ``regex`` fits, see
            `re.Match.expand`.
        ordered : `bool`, optional
            Not needed: the result is in the order of the fields.

        Returns
        -------
        items : `dict` [`str`, `SchemaItem`]

        Raises
        ------
        ValueError
            Raised for ``sub`` without ``regex``, and for other keywords.
        """
        kwargs.pop("ordered", False)
        regex, sub = kwargs.pop("regex", None), kwargs.pop("sub", None)
        if sub is not None and regex is None:
            raise ValueError("'sub' keyword argument to extract is invalid without 'regex' argument")
        if kwargs:
            raise ValueError(f"Unrecognized keyword arguments for extract: {', '.join(kwargs)}")
        found = {}
        for trueName, item in self._items.items():
            for name in self._allNames(trueName):
                match = re.match(regex, name) if regex is not None else None
                if match is not None:
                    found[name if sub is None else match.expand(sub)] = item
                elif any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
                    found[name] = item
        return found

    def _allNames(self, name: str) -> Iterator[str]:
        """Yield the name of a field and what its aliases make of it."""
        yield name
        for alias, target in self._aliases.items():
            if name.startswith(target):
                yield name.replace(target, alias, 1)

    def join(self, a: str, b: str, *more: Any) -> str:
        """Join parts of a name.

        Parameters
        ----------
        a, b : `str`
            The parts; there can be up to four.
        """
        return "_".join((a, b, *more))

    # ---- numbers

    def getFieldCount(self) -> int:
        """Return the number of fields."""
        return len(self._items)

    def getFlagFieldCount(self) -> int:
        """Return the number of flags."""
        return sum(item.key.getTypeString() == "Flag" for item in self)

    def getNonFlagFieldCount(self) -> int:
        """Return the number of fields that are not flags."""
        return self.getFieldCount() - self.getFlagFieldCount()

    def getRecordSize(self) -> int:
        """Return the size of a record, in bytes."""
        return self._recordSize

    # ---- comparison

    def contains(self, other: Schema, flags: int = EQUAL_KEYS) -> int:
        """In what way this begins with the fields of another schema.

        Parameters
        ----------
        other : `Schema`
            Another schema.
        flags : `int`, optional
            What to compare: bits ``EQUAL_...``.

        Returns
        -------
        flags : `int`
            Those in which they agree.
        """
        checkArguments("contains", other=(other, Schema))
        if len(self._items) < len(other._items):
            return 0
        for mine, its in zip(self, other, strict=False):
            flags &= ~self._differences(mine, its)
        if not self._aliases.contains(other._aliases):
            flags &= ~self.EQUAL_ALIASES
        return flags

    def _differences(self, a: Any, b: Any) -> int:
        """Return the bits for what is not the same in two fields."""
        same = {
            self.EQUAL_KEYS: a.key == b.key,
            self.EQUAL_NAMES: a.field.getName() == b.field.getName(),
            self.EQUAL_DOCS: a.field.getDoc() == b.field.getDoc(),
            self.EQUAL_UNITS: a.field.getUnits() == b.field.getUnits(),
        }
        return sum(flag for flag, isSame in same.items() if not isSame)

    def compare(self, other: Schema, flags: int = EQUAL_KEYS) -> int:
        """In what way this is the same as another schema.

        Parameters
        ----------
        other : `Schema`
            Another schema.
        flags : `int`, optional
            What to compare: bits ``EQUAL_...``.

        Returns
        -------
        flags : `int`
            Those in which they agree.
        """
        flags = self.contains(other, flags)
        if len(self._items) != len(other._items):
            return 0
        if flags & self.EQUAL_ALIASES and self._aliases != other._aliases:
            flags &= ~self.EQUAL_ALIASES
        return flags

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schema):
            return NotImplemented
        return bool(self.compare(other, self.EQUAL_KEYS))

    # ---- the rest

    def checkUnits(self, parse_strict: str = "raise") -> None:
        """Check that astropy understands all units.

        Parameters
        ----------
        parse_strict : `str`, optional
            What to do if it does not: "raise", "warn" or "silent".
        """
        for item in self:
            astropy.units.Unit(item.field.getUnits(), parse_strict=parse_strict)

    def getAliasMap(self) -> AliasMap:
        """Return the aliases, not a copy (`AliasMap`)."""
        return self._aliases

    def setAliasMap(self, aliases: AliasMap | None, /) -> None:
        """Set the aliases.

        Parameters
        ----------
        aliases : `AliasMap` or `None`
            Aliases, which are not copied; `None` for new ones.
        """
        checkArguments("setAliasMap", aliases=(aliases, (AliasMap, type(None))))
        self._aliases = AliasMap() if aliases is None else aliases

    def disconnectAliases(self) -> None:
        """Stop sharing aliases with other schemas."""
        self._aliases = AliasMap(self._aliases)

    def __repr__(self) -> str:
        lines = "".join(f"    ({item.field}, {item.key}),\n" for item in self)
        aliases = "".join(f"    '{alias}'->'{target}'\n" for alias, target in self._aliases.items())
        return f"Schema(\n{lines}{aliases})\n"

    __str__ = __repr__

    def __reduce__(self) -> tuple[Any, ...]:
        return _makeSchema, ([item.field for item in self], self._aliases)


_INIT_FORMS = Overloads("Schema", Schema._initEmpty, Schema._initCopy)


def _makeSchema(fields: Iterable[Any], aliases: AliasMap) -> Schema:
    """Make a schema of fields, for pickles."""
    schema = Schema()
    for field in fields:
        schema.addField(field)
    schema.setAliasMap(aliases)
    return schema
