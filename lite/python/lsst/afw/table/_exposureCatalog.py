# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogs of exposures."""

from __future__ import annotations

__all__ = ["ExposureCatalog"]

import bisect
import re
from collections.abc import Iterable, Iterator
from typing import Any, overload

import astropy.table
import numpy as np
import numpy.typing as npt

from lsst._lite import Partial
from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toInteger
from lsst._lite.properties import TypedProperty
from lsst.afw.fits import _tables as fitsTables
from lsst.afw.fits._file import FitsFile
from lsst.afw.fits._inputArchive import InputArchive, openCatalog, readingErrors
from lsst.afw.fits._metadata import DEFAULT_HDU, readMetadata, toCards
from lsst.afw.fits._output import openOutput
from lsst.afw.fits._outputArchive import OutputArchive
from lsst.afw.fits._tables import Rows
from lsst.afw.geom import SkyWcs
from lsst.geom import Point2D, SpherePoint
from lsst.pex.exceptions import LengthError, LogicError, RuntimeError

from ._exposureRecord import ExposureRecord, positionInSky
from ._exposureTable import ExposureTable
from ._key import Key
from ._persistence import encodeCatalog, parseCatalog
from ._schema import Schema

_TYPE_CARDS = (
    ("AFW_TABLE_VERSION", 3),
    ("AFW_TYPE", "EXPOSURE", "Tells lsst::afw to load this as an Exposure table."),
    ("EXPTABLE_VER", 5, "Exposure table version"),
)
"""Cards that say what a table in a file is."""

_OF_THE_TABLE = re.compile(
    r"(ALIAS|AFW_TABLE_VERSION|AFW_TYPE|EXPTABLE_VER|FLAGCOL|T(TYPE|FORM|CCLS|DOC|UNIT|FLAG|FDOC)\d+)\Z",
    re.ASCII,
)
"""Cards that are no metadata."""


class ExposureCatalog(Partial):
    """A list of records of exposures, sorted or not.

    Parameters
    ----------
    source : `Schema`, `ExposureTable` or `ExposureCatalog`, optional
        Fields of the records, for which a new table is made; or the table of
        the records; or a catalog whose records this has, too, which are not
        copied. By default there are the fields that all records have.
    """

    __module__ = "lsst.afw.table"

    __hash__ = None  # type: ignore[assignment]

    Table = ExposureTable
    Record = ExposureRecord

    def __init__(self, source: Schema | ExposureTable | ExposureCatalog | None = None, /) -> None:
        self._table: ExposureTable
        self._records: list[ExposureRecord] = []
        if isinstance(source, ExposureCatalog):
            self._table, self._records = source._table, list(source)
        elif isinstance(source, ExposureTable):
            self._table = source
        else:
            self._table = ExposureTable(ExposureTable.makeMinimalSchema() if source is None else source)

    def _withRecords(self, records: Iterable[ExposureRecord]) -> ExposureCatalog:
        """Make a catalog of some of the records."""
        catalog = ExposureCatalog(self._table)
        catalog._records = list(records)
        return catalog

    def getTable(self) -> ExposureTable:
        """Return the table of the records."""
        return self._table

    table = TypedProperty(getTable)

    def getSchema(self) -> Schema:
        """Return the fields of the records."""
        return self._table.getSchema()

    schema = TypedProperty(getSchema)

    def __getattr__(self, name: str) -> Any:
        # As in the stack, what a catalog does not know, its table may.
        if not name.startswith("_") and hasattr(ExposureTable, name):
            return getattr(self._table, name)
        return super().__getattr__(name)  # type: ignore[misc]

    # ---- the records

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[ExposureRecord]:
        return iter(list(self._records))

    @overload
    def __getitem__(self, key: int) -> ExposureRecord: ...
    @overload
    def __getitem__(self, key: str | Key) -> npt.NDArray[Any]: ...
    @overload
    def __getitem__(self, key: slice | npt.NDArray[Any]) -> ExposureCatalog: ...
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
            return self.subset(key)
        if isinstance(key, (str, Key)):
            return self._readColumn(key)
        return self._records[toInteger(key)]

    def __setitem__(self, key: Any, value: Any) -> None:
        """Set a record, or a column.

        Parameters
        ----------
        key : `int`, `str` or `Key`
            Index of a record; or name or key of a column.
        value : `ExposureRecord`, `numpy.ndarray` or number
            Record of the same table; or values of the column.
        """
        if isinstance(key, (str, Key)):
            self._getRows()[self._findColumn(key)][:] = value
        else:
            self._records[toInteger(key)] = self._checkRecord(value)

    def __delitem__(self, key: int | slice) -> None:
        del self._records[key]

    def _checkRecord(self, record: ExposureRecord) -> ExposureRecord:
        """Check that a record is one of the table, and return it."""
        checkArguments("ExposureCatalog", record=(record, ExposureRecord))
        if record._table is not self._table:
            raise LogicError("Record to append must be associated with the container's table.")
        return record

    def addNew(self) -> ExposureRecord:
        """Make a record, append it and return it."""
        self._records.append(self._table.makeRecord())
        return self._records[-1]

    def append(self, record: ExposureRecord) -> None:
        """Append a record of the same table."""
        self._records.append(self._checkRecord(record))

    def insert(self, key: int, value: ExposureRecord) -> None:
        """Insert a record of the same table before that of an index."""
        self._records.insert(toInteger(key), self._checkRecord(value))

    def extend(self, iterable: Iterable[ExposureRecord], deep: bool = False) -> None:
        """Append several records.

        Parameters
        ----------
        iterable : iterable of `ExposureRecord`
            The records.
        deep : `bool`, optional
            Whether to copy them; otherwise they must be of the same table.
        """
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
        """Make room for as many records as the catalog shall have, next to
        each other.
        """
        self._table.preallocate(n - len(self))

    def resize(self, n: int, /) -> None:
        """Remove records from the end, or append new ones, until there are
        as many.
        """
        del self._records[n:]
        self.reserve(n)
        while len(self) < n:
            self.addNew()

    def copy(self, deep: bool = False) -> ExposureCatalog:
        """Copy the catalog.

        Parameters
        ----------
        deep : `bool`, optional
            Whether to copy table and records, too.
        """
        catalog = ExposureCatalog(self._table.clone() if deep else self._table)
        catalog.extend(self, deep)
        return catalog

    # ---- some of the records

    @overload
    def subset(self, mask: npt.NDArray[Any], /) -> ExposureCatalog: ...
    @overload
    def subset(self, startd: int, stopd: int, step: int, /) -> ExposureCatalog: ...
    def subset(self, *args: Any) -> ExposureCatalog:
        """Return a catalog of some of the records, which are not copied.

        Parameters
        ----------
        mask : `numpy.ndarray`
            For each record, whether it is one of them.
        startd, stopd, step : `int`
            Which records, as in a slice.
        """
        if len(args) == 3:
            return self._withRecords(self._records[slice(*map(toInteger, args))])
        if len(args) != 1 or not isinstance(args[0], np.ndarray):
            raise TypeError("subset() takes an array of bool, or start, stop and step")
        (mask,) = args
        if mask.dtype != bool:
            raise RuntimeError(f"Unsupported array type for indexing non-contiguous Catalog: {mask.dtype}")
        if mask.shape != (len(self),):
            raise LengthError(
                f"Mask array with {mask.size} elements applied to catalog with {len(self)} elements."
            )
        return self._withRecords(self._records[i] for i in np.flatnonzero(mask))

    @overload
    def subsetContaining(self, coord: SpherePoint, includeValidPolygon: bool = False) -> ExposureCatalog: ...
    @overload
    def subsetContaining(
        self, point: Point2D, wcs: SkyWcs, includeValidPolygon: bool = False
    ) -> ExposureCatalog: ...
    def subsetContaining(self, *args: Any, **kwargs: Any) -> ExposureCatalog:
        """Return a catalog of the records that contain a position.

        Parameters
        ----------
        coord : `lsst.geom.SpherePoint`
            Position in the sky.
        point : `lsst.geom.Point2D`
            Position in pixels of something else.
        wcs : `lsst.afw.geom.SkyWcs`
            WCS of that.
        includeValidPolygon : `bool`, optional
            Whether it must be in the polygons of valid pixels, too.

        Returns
        -------
        catalog : `ExposureCatalog`
            Catalog of the same table.
        """
        position = positionInSky(*args, **kwargs)
        return self._withRecords(record for record in self if record._contains(*position))

    def isSorted(self, key: Key | None = None) -> bool:
        """Whether the records are sorted by a field, by default by the ID."""
        values = [record.get(key or "id") for record in self]
        return all(not b < a for a, b in zip(values, values[1:], strict=False))

    def sort(self, key: Key | None = None) -> None:
        """Sort the records by a field, by default by the ID."""
        self._records.sort(key=lambda record: record.get(key or "id"))

    def find(self, value: Any, key: Key | None = None) -> ExposureRecord | None:
        """Find a record in a sorted catalog.

        Parameters
        ----------
        value : `int`, `float` or `lsst.geom.Angle`
            Value of the field.
        key : `Key`, optional
            The field, by which the catalog is sorted; by default the ID.

        Returns
        -------
        record : `ExposureRecord` or `None`
            The first with this value; `None` if there is none.
        """
        i = bisect.bisect_left(self._records, value, key=lambda record: record.get(key or "id"))
        return self[i] if i < len(self) and self[i].get(key or "id") == value else None

    # ---- columns

    def isContiguous(self) -> bool:
        """Whether the records are next to each other in memory."""
        return all(
            b._rows is a._rows and b._index == a._index + 1
            for a, b in zip(self._records, self._records[1:], strict=False)
        )

    def _getRows(self) -> npt.NDArray[Any]:
        """Return the values of all records as a structured array, not a copy.

        Raises
        ------
        lsst.pex.exceptions.RuntimeError
            Raised if the records are not next to each other in memory.
        """
        if not self.isContiguous():
            raise RuntimeError("Record data is not contiguous in memory.")
        if not self._records:
            return self._table._schema._makeRows(0)
        first = self._records[0]
        return first._rows[first._index : first._index + len(self)]

    def _findColumn(self, key: str | Key) -> str:
        """Return the name of a field that can be a column of an array."""
        key = self._table._schema.find(key).key
        if key._size == 0 or key.getTypeString() == "String":
            raise TypeError(f"There is no array for {key!r}")
        return key._name

    def _readColumn(self, key: str | Key) -> npt.NDArray[Any]:
        """Return a column, whose values can be set if the records are next to
        each other; but those of flags are a copy, as in the stack.
        """
        name = self._findColumn(key)
        if self.isContiguous():
            column = self._getRows()[name]
            return column.copy() if column.dtype == bool else column
        column = np.array([record._rows[name][record._index] for record in self])
        column.flags.writeable = False
        return column

    def extract(self, *patterns: str) -> dict[str, npt.NDArray[Any]]:
        """Return the columns that fit some patterns, but for strings; see
        `Schema.extract`.
        """
        items = self._table._schema.extract(*patterns).items()
        return {name: self[item.key] for name, item in items if item.key.getTypeString() != "String"}

    def asAstropy(self, cls: Any = None, copy: bool = False) -> Any:
        """Return the catalog as a table of astropy.

        Parameters
        ----------
        cls : `type`, optional
            Class of the table; by default `astropy.table.Table`.
        copy : `bool`, optional
            Whether to copy all columns. Otherwise numbers that are changed
            in the table change in the catalog, too.

        Returns
        -------
        table : `astropy.table.Table`
            Table without arrays whose size varies.

        Raises
        ------
        lsst.pex.exceptions.RuntimeError
            Raised if the records are not next to each other in memory.
        """
        rows = self._getRows()
        columns = []
        for name, (key, field) in self._table._schema.extract("*").items():
            if key._isArray and key._size == 0:
                continue
            typeString, data = key.getTypeString(), rows[key._name]
            if typeString == "String":
                data = np.array([key.get(record) for record in self], "U")
            unit = "radian" if typeString == "Angle" else field.getUnits() or None
            columns.append(
                astropy.table.Column(
                    data, name, unit=unit, description=field.getDoc(), copy=copy or typeString == "Flag"
                )
            )
        metadata = self._table.getMetadata()
        meta = None if metadata is None else metadata.toOrderedDict()
        return (astropy.table.Table if cls is None else cls)(columns, meta=meta, copy=False)

    def __str__(self) -> str:
        if self.isContiguous():
            return str(self.asAstropy())
        names = " ".join(self._table._schema.getOrderedNames())
        return f"Non-contiguous afw.Catalog of {len(self)} rows.\ncolumns: {names}"

    def __repr__(self) -> str:
        return f"{type(self)}\n{self}"

    # ---- persistence

    def _findComponents(self) -> list[Any]:
        """List all that the records hold."""
        return [component for record in self for component in record._components.values()]

    def _writeToArchive(
        self, archive: OutputArchive, permissive: bool = False
    ) -> tuple[fitsTables.Schema, Iterator[Any]]:
        """Turn the records into rows of an archive; see `encodeCatalog`."""
        return encodeCatalog(self, archive, permissive)

    @classmethod
    def _readFromArchive(cls, rows: Rows, archive: Any) -> ExposureCatalog:
        """Make a catalog of rows of an archive; see `parseCatalog`."""
        return parseCatalog(cls, rows, archive)

    def writeFits(self, filename: str, mode: str = "w") -> None:
        """Write the catalog to a FITS file, with all that the records hold.

        Parameters
        ----------
        filename : `str`
            Name of the file.
        mode : `str`, optional
            "w" for a new file; "a" to append to a file.
        """
        archive = OutputArchive(self._findComponents())
        schema, rows = self._writeToArchive(archive)
        table = fitsTables.Table(schema)
        for row in rows:
            table.append(row)
        metadata = self._table.getMetadata()
        cards = [] if metadata is None else toCards(metadata)
        with openOutput(filename, mode) as output:
            if output.hdus == 0:
                output.writeEmpty()
            output.writeRaw(table.header([*cards, *_TYPE_CARDS]), table.data)
            archive.write(output)

    @classmethod
    def readFits(cls, filename: str, hdu: int = DEFAULT_HDU) -> ExposureCatalog:
        """Read a catalog from a FITS file.

        Parameters
        ----------
        filename : `str`
            Name of the file.
        hdu : `int`, optional
            Number of the HDU, from 0; by default the first with a table.

        Returns
        -------
        catalog : `ExposureCatalog`

        Raises
        ------
        lsst.afw.fits.FitsError
            Raised if there is no catalog of exposures.
        """
        file = FitsFile(filename)
        number = 1 if hdu == DEFAULT_HDU else hdu
        table = openCatalog(file[number])
        if table.hdu.header.getStr("AFW_TYPE") != "EXPOSURE":
            raise table.hdu.error("expected a catalog of exposures")
        archive = InputArchive(file, number + 1) if file.has(number + 1) else None
        with readingErrors(table.hdu, "a catalog of exposures"):
            catalog = cls._readFromArchive(table.read(0, table.rows), archive)
        metadata = readMetadata(filename, number, True)
        for name in metadata.getOrderedNames():
            if _OF_THE_TABLE.match(name):
                metadata.remove(name)
        catalog._table.setMetadata(metadata)
        return catalog

    def __reduce__(self) -> tuple[Any, ...]:
        # Copied so that its records are together.
        copied = self.copy(deep=True)
        components = [record._components for record in copied]
        return _unpickle, (self._table._schema, self._table._metadata, copied._getRows(), components)


def _unpickle(
    schema: Schema, metadata: Any, rows: npt.NDArray[Any], components: list[Any]
) -> ExposureCatalog:
    """Make a catalog of what it consists of."""
    catalog = ExposureCatalog(schema)
    catalog._table.setMetadata(metadata)
    catalog.resize(len(rows))
    catalog._getRows()[:] = rows
    for record, each in zip(catalog, components, strict=True):
        record._components = each
    return catalog
