# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogs: lists of records of one table."""

__all__ = ["Catalog"]

import bisect
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self

import astropy.table
import numpy as np
import numpy.typing as npt

from lsst._lite import notInLite
from lsst._lite.arguments import Int, MismatchError, Overloads, checkArguments, toSize
from lsst._lite.numbers import toDouble, toInteger
from lsst._lite.properties import TypedProperty
from lsst.geom import Angle
from lsst.pex.exceptions import LengthError, LogicError, RuntimeError

from ._baseRecord import BaseRecord
from ._baseTable import BaseTable
from ._columnView import ColumnView
from ._key import Key
from ._schema import Schema


class Catalog:
    """A list of records of one table, sorted or not.

    Called as ``Catalog(schema)``, ``Catalog(table)`` or ``Catalog(other)``.

    Parameters
    ----------
    schema : `Schema`
        Fields of the records; a new table is made.
    table : `BaseTable`, optional
        Table of the records.
    other : `Catalog`
        Catalog whose records this has, too: they are not copied.
    """

    __module__ = "lsst.afw.table"

    __hash__ = None  # type: ignore[assignment]

    Table: ClassVar[Any] = BaseTable
    Record: ClassVar[Any] = BaseRecord
    ColumnView = ColumnView

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._table: Any = None
        self._records: list[Any] = []
        _INIT_FORMS(self, args, kwargs)

    def _initSchema(self, schema: Schema) -> None:
        self._table = self.Table.make(schema)

    def _initTable(self, table: BaseTable | None = None) -> None:
        if not isinstance(table, (self.Table, type(None))):
            raise TypeError(f"table must be {self.Table.__name__}, not {type(table).__name__}")
        self._table = table

    def _initCopy(self, other: Any) -> None:
        checkArguments(type(self).__name__, other=(other, type(self)))
        self._table, self._records = other._table, list(other._records)

    def _withRecords(self, records: Any) -> Self:
        """Make a catalog of some of the records."""
        catalog = type(self)(self._table)
        catalog._records = records
        return catalog

    # ---- the table

    def getTable(self) -> Any:
        """Return the table of the records."""
        return self._table

    table = TypedProperty(getTable)

    def getSchema(self) -> Schema:
        """Return the fields of the records."""
        if self._table is None:
            raise LogicError(f"{type(self).__name__} has no table")
        return self._table.getSchema()

    schema = TypedProperty(getSchema)

    def __getattr__(self, name: str) -> Any:
        # The stack passes on to the table and the columns what it does not
        # know.
        table = self.__dict__.get("_table")
        if not name.startswith("_") and table is not None:
            if hasattr(table, name):
                return getattr(table, name)
            if hasattr(ColumnView, name):
                return getattr(self.columns, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    # ---- the records

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._records))

    def _index(self, i: Any) -> int:
        """Return an index that may count from the end."""
        i = toInteger(i)
        if not -len(self) <= i < len(self):
            raise IndexError(f"Index {i} not in range [{-len(self)}, {len(self) - 1}]")
        return i

    def __getitem__(self, key: Any) -> Any:
        """Return a record, a column or some of the records.

        Parameters
        ----------
        key : `int`, `str`, `Key`, `slice` or `numpy.ndarray`
            Index of a record; name or key of a column; or which records, as
            a slice or an array of `bool`.
        """
        if isinstance(key, slice):
            bounds = (0 if key.start is None else key.start, len(self) if key.stop is None else key.stop)
            return self.subset(*bounds, 1 if key.step is None else key.step)
        if isinstance(key, np.ndarray):
            if key.dtype != bool:
                raise RuntimeError(f"Unsupported array type for indexing non-contiguous Catalog: {key.dtype}")
            return self.subset(key)
        if isinstance(key, (str, Key)):
            return self.columns[key] if self.isContiguous() else self._copyColumn(key)
        return self._records[self._index(key)]

    def _copyColumn(self, key: Any) -> npt.NDArray[Any]:
        """Return a column that cannot be set."""
        key = self._table._schema[key].asKey() if isinstance(key, str) else key
        rows = [record._data[record._index] for record in self._records]
        column = ColumnView(self._table, np.array(rows)).get(key)
        column.flags.writeable = False
        return column

    def __setitem__(self, key: Any, value: Any) -> None:
        """Set a record, or a column.

        Parameters
        ----------
        key : `int`, `str` or `Key`
            Index of a record; or name or key of a column.
        value : `BaseRecord`, `numpy.ndarray` or number
            Record of the same table; or values of the column.
        """
        key = self._table._schema[key].asKey() if isinstance(key, str) else key
        if isinstance(key, Key["Flag"]):
            self._setFlags(key, value)
        elif isinstance(key, Key):
            self.columns[key] = value
        else:
            self.set(key, value)

    def _setFlags(self, key: Any, values: npt.NDArray[Any]) -> None:
        """Set a column of flags."""
        if np.ndim(values) == 1 and len(values) != len(self):
            raise LengthError(f"Catalog has {len(self)} rows, while array has {len(values)} elements.")
        for record, value in zip(self, np.broadcast_to(values, len(self)).tolist(), strict=True):
            key.set(record, value)

    def __delitem__(self, key: int) -> None:
        if isinstance(key, slice) and key.step not in (None, 1):
            raise IndexError("Slice step must be exactly 1")
        del self._records[key if isinstance(key, slice) else self._index(key)]

    def _checkRecord(self, record: Any) -> None:
        """Check that a record is one of the table."""
        checkArguments(type(self).__name__, record=(record, self.Record))
        if record._table is not self._table:
            raise LogicError("Record to append must be associated with the container's table.")

    def set(self, i: int, record: Any, /) -> None:
        """Replace a record.

        Parameters
        ----------
        i : `int`
            Which.
        record : `BaseRecord`
            Record of the same table.
        """
        self._checkRecord(record)
        self._records[self._index(i)] = record

    def addNew(self) -> Any:
        """Make a record, append it and return it."""
        record = self._table.makeRecord()
        self._records.append(record)
        return record

    def append(self, record: Any) -> None:
        """Append a record.

        Parameters
        ----------
        record : `BaseRecord`
            Record of the same table.
        """
        self._checkRecord(record)
        self._records.append(record)

    def insert(self, key: int, value: Any) -> None:
        """Insert a record.

        Parameters
        ----------
        key : `int`
            Index that it shall have.
        value : `BaseRecord`
            Record of the same table.
        """
        self._checkRecord(value)
        self._records.insert(toInteger(key), value)

    def extend(self, iterable: Iterable[Any], deep: bool = False, mapper: Any = None) -> None:
        """Append several records.

        Parameters
        ----------
        iterable : iterable of `BaseRecord`
            The records.
        deep : `bool`, optional
            Whether to copy them; otherwise they must be of the same table.
        mapper : `None`
            Mappings between schemas are not in lsst-lite.
        """
        if mapper is not None:
            raise notInLite("lsst.afw.table.SchemaMapper")
        records = list(iterable)
        if deep:
            self._table.preallocate(len(records))
            records = [self._table.copyRecord(record) for record in records]
        for record in records:
            self.append(record)

    def clear(self) -> None:
        """Remove all records."""
        self._records.clear()

    def reserve(self, n: int, /) -> None:
        """Make room for records, next to each other.

        Parameters
        ----------
        n : `int`
            Number of records that the catalog shall have.
        """
        if toSize(n) > len(self):
            self._table.preallocate(n - len(self))

    def resize(self, n: int, /) -> None:
        """Remove records from the end, or append new ones.

        Parameters
        ----------
        n : `int`
            Number of records that the catalog shall have.
        """
        del self._records[toSize(n) :]
        self.reserve(n)
        while len(self) < n:
            self.addNew()

    def capacity(self) -> int:
        """Return the number of records for which there is room."""
        return len(self)

    # ---- some of the records

    def subset(self, *args: Any, **kwargs: Any) -> Self:
        """Return a catalog of some of the records, which are not copied.

        Called as ``subset(mask)`` or ``subset(start, stop, step)``.

        Parameters
        ----------
        mask : `numpy.ndarray`
            For each record, whether it is one of them.
        startd, stopd, step : `int`
            Which records, as in a slice.
        """
        return _SUBSET_FORMS(self, args, kwargs)

    def _subsetMask(self, mask: np.ndarray) -> Self:
        if mask.ndim != 1 or mask.dtype != bool:
            raise MismatchError("not a 1-d array of bool")
        if len(mask) != len(self):
            raise LengthError(
                f"Mask array with {len(mask)} elements applied to catalog with {len(self)} elements."
            )
        return self._withRecords([record for record, isIn in zip(self, mask.tolist(), strict=True) if isIn])

    def _subsetSlice(self, startd: Int, stopd: Int, step: Int) -> Self:
        return self._withRecords(self._records[startd:stopd:step])

    def copy(self, deep: bool = False) -> Self:
        """Copy the catalog.

        Parameters
        ----------
        deep : `bool`, optional
            Whether to copy table and records, too.
        """
        return self.cast(type(self), deep)

    def cast(self, type_: type[Any], deep: bool = False) -> Any:
        """Copy the catalog as one of another type.

        Parameters
        ----------
        type_ : `type`
            Type of the copy.
        deep : `bool`, optional
            Whether to copy table and records, too.
        """
        catalog = type_(self._table.clone() if deep else self._table)
        catalog.extend(self, deep)
        return catalog

    # ---- sorting and finding

    def _keyOrId(self, name: str, key: Any) -> Any:
        """Return a key whose values have an order, by default the one of
        the ID.
        """
        key = self.Table.getIdKey() if key is None else key
        if not isinstance(key, _SORTABLE):
            raise TypeError(f"{name}: incompatible key: {key!r}")
        return key

    def isSorted(self, key: Any = None) -> bool:
        """Whether the records are sorted.

        Parameters
        ----------
        key : `Key`, optional
            By which field; by default by the ID.
        """
        values = [record.get(self._keyOrId("isSorted", key)) for record in self]
        return all(not b < a for a, b in zip(values, values[1:], strict=False))

    def sort(self, key: Any = None) -> None:
        """Sort the records.

        Parameters
        ----------
        key : `Key`, optional
            By which field; by default by the ID.
        """
        self._records.sort(key=self._keyOrId("sort", key).get)

    def find(self, value: Any, key: Any = None) -> Any:
        """Find a record in a sorted catalog.

        Parameters
        ----------
        value : `int`, `float` or `lsst.geom.Angle`
            Value of the field.
        key : `Key`, optional
            The field, by which the catalog is sorted; by default the ID.

        Returns
        -------
        record : `BaseRecord` or `None`
            The first with this value; `None` if there is none.
        """
        key = self._keyOrId("find", key)
        i = self.lower_bound(value, key)
        return self[i] if i < len(self) and key.get(self[i]) == value else None

    def lower_bound(self, value: Any, key: Any, /) -> int:
        """Return the index of the first record of a sorted catalog whose
        value is not less than one.
        """
        key = self._keyOrId("lower_bound", key)
        return bisect.bisect_left(self._records, _checkValue(value, key), key=key.get)

    def upper_bound(self, value: Any, key: Any, /) -> int:
        """Return the index of the first record of a sorted catalog whose
        value is greater than one.
        """
        key = self._keyOrId("upper_bound", key)
        return bisect.bisect_right(self._records, _checkValue(value, key), key=key.get)

    def equal_range(self, value: Any, key: Any, /) -> slice:
        """Return which records of a sorted catalog have a value (`slice`)."""
        return slice(self.lower_bound(value, key), self.upper_bound(value, key), 1)

    def between(self, lower: Any, upper: Any, key: Any, /) -> slice:
        """Return which records of a sorted catalog have a value from one to
        another, inclusive (`slice`).
        """
        return slice(self.lower_bound(lower, key), self.upper_bound(upper, key), 1)

    # ---- columns

    def isContiguous(self) -> bool:
        """Whether the records are next to each other in memory."""
        return all(
            b._data is a._data and b._index == a._index + 1
            for a, b in zip(self._records, self._records[1:], strict=False)
        )

    def getColumnView(self) -> Any:
        """Return the columns.

        Raises
        ------
        lsst.pex.exceptions.RuntimeError
            Raised if the records are not next to each other in memory.
        """
        if not self.isContiguous():
            raise RuntimeError("Record data is not contiguous in memory.")
        if not self._records:
            return ColumnView(self._table, np.empty((0, self._table._schema.getRecordSize()), np.uint8))
        first = self._records[0]
        return ColumnView(self._table, first._data[first._index : first._index + len(self)])

    columns = TypedProperty(getColumnView)

    def extract(self, *patterns: Any, **kwds: Any) -> dict[str, Any]:
        """Return the columns that fit some patterns; see
        `ColumnView.extract`.
        """
        return self.columns.extract(*patterns, **kwds)

    def asAstropy(self, cls: Any = None, copy: bool = False, unviewable: str = "copy") -> Any:
        """Return the catalog as a table of astropy.

        Parameters
        ----------
        cls : `type`, optional
            Class of the table; by default `astropy.table.Table`.
        copy : `bool`, optional
            Whether to copy all columns. Otherwise what is changed in the
            table changes in the catalog, too.
        unviewable : `str`, optional
            What to do about strings and flags, if columns are not copied:
            "copy" them, "skip" them, or "raise" an exception.

        Returns
        -------
        table : `astropy.table.Table`
            Table without the fields whose size varies.

        Raises
        ------
        ValueError
            Raised for other values of ``unviewable``, and if there are such
            fields that shall raise it.
        lsst.pex.exceptions.RuntimeError
            Raised if the records are not next to each other in memory.
        """
        if unviewable not in ("copy", "raise", "skip"):
            raise ValueError(f"'unviewable'={unviewable!r} must be one of 'copy', 'raise', or 'skip'")
        columns = []
        for name, item in self._table._schema.extract("*").items():
            data = self._astropyData(item.key, copy, unviewable)
            if data is not None:
                unit = "radian" if item.key.getTypeString() == "Angle" else item.field.getUnits() or None
                columns.append(
                    astropy.table.Column(data, name=name, unit=unit, description=item.field.getDoc())
                )
        metadata = self._table.getMetadata()
        meta = None if metadata is None else metadata.toOrderedDict()
        return (astropy.table.Table if cls is None else cls)(columns, meta=meta, copy=False)

    def _astropyData(self, key: Any, copy: bool, unviewable: str) -> Any:
        """Return the values of a column; `None` to leave it out."""
        typeString = key.getTypeString()
        if typeString.startswith("Array") and key.isVariableLength():
            if unviewable == "raise":
                raise ValueError("Cannot extract variable-length array fields unless unviewable='skip'.")
            return None
        if typeString in ("String", "Flag") and not copy:
            if unviewable == "raise":
                what = "string" if typeString == "String" else "packed bit columns"
                raise ValueError(f"Cannot extract {what} unless copy=True or unviewable='copy' or 'skip'.")
            if unviewable == "skip":
                return None
        if typeString == "String":
            return np.array([key.get(record) for record in self], np.dtype((str, key.getSize())))
        return self.columns.get(key).copy() if copy else self.columns.get(key)

    def __str__(self) -> str:
        if self.isContiguous():
            return str(self.asAstropy())
        names = " ".join(self._table._schema.getOrderedNames())
        return f"Non-contiguous afw.Catalog of {len(self)} rows.\ncolumns: {names}"

    def __repr__(self) -> str:
        return f"{type(self)}\n{self}"


_INIT_FORMS = Overloads("Catalog", Catalog._initSchema, Catalog._initTable, Catalog._initCopy)
_SUBSET_FORMS = Overloads("subset", Catalog._subsetMask, Catalog._subsetSlice)

_SORTABLE = tuple(Key[typeString] for typeString in ("I", "L", "F", "D", "Angle"))
"""Keys of values that have an order."""


def _checkValue(value: Any, key: Any) -> Any:
    """Check that a value is one of a field."""
    if key.getTypeString() == "Angle":
        checkArguments("find", value=(value, Angle))
        return value
    return toInteger(value) if key.getTypeString() in ("I", "L") else toDouble(value)
