# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schemas: the fields of a table."""

from __future__ import annotations

__all__ = ["Schema"]

import fnmatch
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lsst._lite import Partial
from lsst._lite.arguments import checkArguments
from lsst.pex.exceptions import InvalidParameterError, NotFoundError

from ._field import Field, findTypeString
from ._key import Key


class SchemaItem(NamedTuple):
    """A field of a schema and its key."""

    key: Key
    """The key."""

    field: Field
    """The field."""


class SubSchema(Partial):
    """A field of a schema that may not be there, or the prefix of some.

    Parameters
    ----------
    schema : `Schema`
        The schema.
    prefix : `str`
        Name of the field, or the prefix.
    """

    __module__ = "lsst.afw.table"

    def __init__(self, schema: Schema, prefix: str) -> None:
        self._schema, self._prefix = schema, prefix

    def asKey(self) -> Key:
        """Return the key of the field.

        Raises
        ------
        lsst.pex.exceptions.NotFoundError
            Raised if there is no such field.
        """
        return self._schema._findName(self._prefix).key

    def asField(self) -> Field:
        """Return the field.

        Raises
        ------
        lsst.pex.exceptions.NotFoundError
            Raised if there is no such field.
        """
        return self._schema._findName(self._prefix).field

    def __getitem__(self, name: str) -> SubSchema:
        return SubSchema(self._schema, f"{self._prefix}_{name}")


class Schema(Partial):
    """The fields of a table, in order.

    Parameters
    ----------
    other : `Schema`, optional
        Schema to copy.
    """

    __module__ = "lsst.afw.table"

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, other: Schema | None = None) -> None:
        checkArguments("Schema", other=(other, (Schema, type(None))))
        self._items: dict[str, SchemaItem] = {} if other is None else dict(other._items)
        # Other names for fields, or for what their names begin with.
        self._aliases: dict[str, str] = {} if other is None else dict(other._aliases)

    def addField(
        self,
        field: str | Field,
        type: Any = None,
        doc: str = "",
        units: str = "",
        size: int | None = None,
        *,
        parse_strict: str = "raise",
    ) -> Key:
        """Add a field.

        Parameters
        ----------
        field : `str` or field of another schema
            Name of the field, or the field itself, for which the other
            arguments are not used.
        type : `str` or `type`
            Type of the field, as the stack calls it, or `float` and so on:
            "D" or "F" for numbers of 64 and 32 bits; "L", "I", "U" and "B"
            for integers of 64, 32, 16 and 8 bits; "Flag", "String", "Angle",
            "ArrayD" and so on.
        doc : `str`, optional
            What it is.
        units : `str`, optional
            Units, as astropy understands them.
        size : `int`, optional
            Number of elements, for strings and arrays; 0 if it varies.
        parse_strict : `str`, optional
            What to do about units that astropy does not understand: "raise",
            "warn" or "silent".

        Returns
        -------
        key : `Key`
            Key of the field.

        Raises
        ------
        KeyError
            Raised if there is no such type.
        ValueError
            Raised if the units are not understood.
        lsst.pex.exceptions.InvalidParameterError
            Raised if there is a field of that name.
        """
        if isinstance(field, str):
            field = Field(findTypeString(type), field, doc, units, size, parse_strict=parse_strict)
        name = field.getName()
        if name in self._items:
            raise InvalidParameterError(f"Field with name '{name}' already present in schema.")
        self._items[name] = SchemaItem(field._makeKey(), field)
        return self._items[name].key

    def _makeRows(self, count: int) -> npt.NDArray[Any]:
        """Make a structured array with the values of new records."""
        rows = np.zeros(count, [item.key._dtype for item in self])
        for name, item in self._items.items():
            rows[name].fill(item.key._makeEmpty())
        return rows

    # ---- finding fields

    def _resolve(self, name: str) -> str:
        """Replace aliases in a name until there is none left."""
        for _ in self._aliases:
            fitting = [alias for alias in self._aliases if name.startswith(alias)]
            if not fitting:
                break
            alias = max(fitting, key=len)
            name = self._aliases[alias] + name.removeprefix(alias)
        return name

    def _findName(self, name: str) -> SchemaItem:
        """Find a field by its name or alias."""
        name = self._resolve(name)
        if name not in self._items:
            raise NotFoundError(f"Field or subfield with name '{name}' not found.")
        return self._items[name]

    def find(self, key: str | Key) -> SchemaItem:
        """Find a field.

        Parameters
        ----------
        key : `str` or `Key`
            Name of the field, or an alias; or its key.

        Returns
        -------
        item : `tuple`
            Its key and the field, ``item.key`` and ``item.field``.

        Raises
        ------
        KeyError
            Raised if there is no such field.
        """
        try:
            return self._findName(key._name if isinstance(key, Key) else key)
        except NotFoundError as err:
            raise KeyError(str(err)) from err

    def __getitem__(self, name: str) -> SubSchema:
        checkArguments("__getitem__", name=(name, str))
        return SubSchema(self, name)

    def __contains__(self, key: str | Key) -> bool:
        try:
            return bool(self.find(key))
        except KeyError:
            return False

    def __iter__(self) -> Iterator[SchemaItem]:
        return iter(list(self._items.values()))

    def getNames(self) -> set[str]:
        """Return the names of the fields."""
        return set(self._items)

    def getOrderedNames(self) -> list[str]:
        """Return the names of the fields in order (`list` [`str`])."""
        return list(self._items)

    def getFieldCount(self) -> int:
        """Return the number of fields."""
        return len(self._items)

    def extract(self, *patterns: str) -> dict[str, SchemaItem]:
        """Find fields by patterns.

        Parameters
        ----------
        *patterns : `str`
            Patterns as a shell has them, for names and aliases.

        Returns
        -------
        items : `dict`
            Fields and their keys, by names and aliases.
        """
        found = {}
        for trueName, item in self._items.items():
            aliases = [
                (a, target) for a, target in sorted(self._aliases.items()) if trueName.startswith(target)
            ]
            for name in (trueName, *(trueName.replace(target, alias, 1) for alias, target in aliases)):
                if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
                    found[name] = item
        return found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schema):
            return NotImplemented
        return [item.key for item in self] == [item.key for item in other]

    def __repr__(self) -> str:
        lines = "".join(f"    ({item.field}, {item.key}),\n" for item in self)
        aliases = "".join(f"    '{alias}'->'{target}'\n" for alias, target in sorted(self._aliases.items()))
        return f"Schema(\n{lines}{aliases})\n"
