# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Columns of catalogs as arrays."""

__all__ = ["ColumnView"]

from typing import Any

import numpy as np
import numpy.typing as npt

from lsst._lite.properties import TypedProperty

from ._key import Key
from ._schema import Schema


class ColumnView:
    """Columns of records that are next to each other in memory.

    Parameters
    ----------
    table : `BaseTable`
        Their table.
    data : `numpy.ndarray`
        Their bytes, of shape (records, bytes).
    """

    __module__ = "lsst.afw.table"

    def __init__(self, table: Any, data: npt.NDArray[Any]) -> None:
        self._table, self._data = table, data

    def getTable(self) -> Any:
        """Return the table of the records."""
        return self._table

    table = TypedProperty(getTable)

    def getSchema(self) -> Schema:
        """Return the fields of the records."""
        return self._table.getSchema()

    schema = TypedProperty(getSchema)

    def get(self, key: Any) -> npt.NDArray[Any]:
        """Return a column.

        Parameters
        ----------
        key : `str` or `Key`
            The field.

        Returns
        -------
        column : `numpy.ndarray`
            Values, which can be set here, but for those of flags; angles are
            in radians. Arrays have a row for each record.

        Raises
        ------
        KeyError
            Raised if there is no such field.
        TypeError
            Raised for a field of strings, and for one whose size varies.
        """
        if isinstance(key, str):
            key = self._table._schema.find(key).key
        isKey = isinstance(key, Key)
        if not isKey or isinstance(key, Key["String"]) or key._size == 0:
            raise TypeError(f"There is no array for {key!r}")
        column = key._column(self._data)
        if isinstance(key, Key["Flag"]):
            return (column[:, 0] & key._mask) != 0
        return column if key.getTypeString().startswith("Array") else column[:, 0]

    __getitem__ = get

    def set(self, key: Any, value: npt.ArrayLike) -> None:
        """Set a column.

        Parameters
        ----------
        key : `str` or `Key`
            The field.
        value : `numpy.ndarray` or number
            Its values, or the one value of all.
        """
        self.get(key)[:] = value

    __setitem__ = set

    def get_bool_array(self, key: Any) -> npt.NDArray[Any]:
        """Return a column of flags.

        Parameters
        ----------
        key : `Key`
            The field.

        Returns
        -------
        column : `numpy.ndarray`
            Array of `bool`, a copy.
        """
        if not isinstance(key, Key["Flag"]):
            raise TypeError(f"key={key} not an lsst.afw.table.KeyFlag")
        return self.get(key)

    def extract(self, *patterns: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the columns that fit some patterns, but for strings.

        Parameters
        ----------
        *patterns, **kwargs
            As for `Schema.extract`.
        items : `dict`, optional
            Result of `Schema.extract`, in place of these.
        where : optional
            Index of `numpy.ndarray` that tells which records.
        copy : `bool`, optional
            Whether to copy the columns.

        Returns
        -------
        columns : `dict`
            Columns by the names of the fields.
        """
        copy, where = kwargs.pop("copy", False), kwargs.pop("where", None)
        items = kwargs.pop("items", None)
        if items is None:
            items = self._table._schema.extract(*patterns, **kwargs)
        elif kwargs:
            raise ValueError("kwd 'items' was specified, which is not compatible with additional keywords")
        columns = {}
        for name, item in items.items():
            if item.key.getTypeString() != "String":
                column = self.get(item.key)
                column = column if where is None else column[where]
                columns[name] = np.ascontiguousarray(column) if copy else column
        return columns
