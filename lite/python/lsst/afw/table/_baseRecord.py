# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records: rows of tables."""

__all__ = ["BaseRecord"]

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from lsst._lite import notInLite
from lsst._lite.arguments import checkArguments
from lsst._lite.properties import TypedProperty
from lsst.pex.exceptions import LogicError

from ._elements import ELEMENTS
from ._key import Key
from ._schema import Schema


class BaseRecord:
    """A row of a table, which makes it.

    Parameters
    ----------
    table : `BaseTable`
        The table.
    data : `numpy.ndarray`
        Bytes of several records, of shape (records, bytes).
    index : `int`
        Which of these is this one.
    """

    __module__ = "lsst.afw.table"

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, table: Any, data: npt.NDArray[Any], index: int) -> None:
        self._table = table
        self._data = data
        self._index = index
        # Values of fields whose size varies, by their offsets.
        self._variable: dict[int, Any] = {}
        for item in table._schema:
            dtype = ELEMENTS[item.key.getTypeString()]
            if dtype.kind == "f" and item.key._size:
                item.key._view(self)[:] = np.nan

    def _view(self, offset: int, dtype: np.dtype[Any], size: int) -> npt.NDArray[Any]:
        """Return elements, not a copy.

        Parameters
        ----------
        offset : `int`
            Where they begin, in bytes.
        dtype : `numpy.dtype`
            Their type.
        size : `int`
            Their number.
        """
        return self._data[self._index, offset : offset + size * dtype.itemsize].view(dtype)

    def getTable(self) -> Any:
        """Return the table."""
        return self._table

    table = TypedProperty(getTable)

    def getSchema(self) -> Schema:
        """Return the schema of the table."""
        return self._table.getSchema()

    schema = TypedProperty(getSchema)

    # ---- values

    def _findKey(self, key: Any) -> Any:
        """Return the key of a field that may be given by its name."""
        return self._table._schema.find(key).key if isinstance(key, (str, bytes)) else key

    def get(self, key: Any, /) -> Any:
        """Return the value of a field.

        Parameters
        ----------
        key : `str` or `Key`
            The field.

        Raises
        ------
        KeyError
            Raised if there is no such field.
        """
        return self._findKey(key).get(self)

    def set(self, key: Any, value: Any, /) -> None:
        """Set the value of a field.

        Parameters
        ----------
        key : `str` or `Key`
            The field.
        value : `object`
            Value of its type.

        Raises
        ------
        KeyError
            Raised if there is no such field.
        TypeError
            Raised if the value is not of its type, or does not fit.
        """
        self._findKey(key).set(self, value)

    __getitem__ = get
    __setitem__ = set

    def extract(self, *patterns: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the values of the fields that fit some patterns.

        Parameters
        ----------
        *patterns, **kwargs
            As for `Schema.extract`.
        items : `dict`, optional
            Result of `Schema.extract`, in place of these.

        Returns
        -------
        values : `dict`
            Values by the names of the fields.
        """
        items = kwargs.pop("items", None)
        if items is None:
            items = self._table._schema.extract(*patterns, **kwargs)
        elif kwargs:
            raise ValueError(f"Unrecognized keyword arguments for extract: {', '.join(kwargs)}")
        return {name: item.key.get(self) for name, item in items.items()}

    # ---- copying

    def assign(self, other: Any, mapper: None = None, /) -> None:
        """Copy all values of another record.

        Parameters
        ----------
        other : `BaseRecord`
            Record with the same fields.
        mapper : `None`
            Mappings between schemas are not in lsst-lite.

        Raises
        ------
        lsst.pex.exceptions.LogicError
            Raised if it has other fields.
        """
        if mapper is not None:
            raise notInLite("lsst.afw.table.SchemaMapper")
        checkArguments("assign", other=(other, BaseRecord))
        if self._table._schema != other._table._schema:
            raise LogicError("Unequal schemas in record assignment.")
        self._data[self._index] = other._data[other._index]
        self._variable = {offset: _copied(value) for offset, value in other._variable.items()}

    def __eq__(self, other: object) -> bool:
        return self is other if isinstance(other, BaseRecord) else NotImplemented

    def __str__(self) -> str:
        return "".join(f"{name}: {value}\n" for name, value in self.extract("*").items())

    def __repr__(self) -> str:
        return f"{type(self)}\n{self}"


def _copied(value: Any) -> Any:
    """Copy an array; return a string as it is."""
    return value.copy() if isinstance(value, np.ndarray) else value


def _makeAccessors(typeString: str) -> dict[str, Callable[..., Any]]:
    """Make the methods that get and set fields of one type."""

    def getValue(self: BaseRecord, key: Any, /) -> Any:
        checkArguments(f"get{typeString}", key=(key, Key[typeString]))
        return key.get(self)

    def setValue(self: BaseRecord, key: Any, value: Any, /) -> None:
        checkArguments(f"set{typeString}", key=(key, Key[typeString]))
        key.set(self, value)

    getValue.__doc__ = f"Return the value of a field of type {typeString}."
    setValue.__doc__ = f"Set the value of a field of type {typeString}."
    return {f"get{typeString}": getValue, f"set{typeString}": setValue}


for _typeString in ELEMENTS:
    for _name, _method in _makeAccessors(_typeString).items():
        setattr(BaseRecord, _name, _method)
