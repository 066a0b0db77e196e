# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading from archives: in files, and in memory."""

__all__ = ["InputArchive", "openCatalog", "readObject", "readingErrors", "understand"]

import contextlib
import dataclasses
import itertools
import threading
from collections.abc import Iterator
from typing import Any

import lsst.pex.exceptions as pexExceptions

from ._carried import INDEX, NO_CATALOG, IndexRow, MemoryHdu, OpaqueArchive, OpaqueCatalog
from ._error import FitsError
from ._file import FitsFile
from ._metadata import DEFAULT_HDU
from ._opaque import makeOpaque
from ._registry import findReader
from ._tables import Catalog

_BAD_VALUES = (ArithmeticError, RuntimeError, TypeError, ValueError, pexExceptions.Exception)
"""What classes, and AST, raise for values that make no sense."""


@contextlib.contextmanager
def readingErrors(hdu: Any, what: str) -> Iterator[None]:
    """Turn errors about rows that make no sense into errors about the file.

    Parameters
    ----------
    hdu : `lsst.afw.fits._file.Hdu`
        HDU that is read.
    what : `str`
        What it is read for.

    Raises
    ------
    FitsError
        Raised for such errors.
    """
    try:
        yield
    except FitsError:
        raise
    except _BAD_VALUES as err:
        raise hdu.error(f"cannot read {what}: {err}") from err


def openCatalog(hdu: Any) -> Catalog:
    """Open a catalog with the columns that it would have today.

    Parameters
    ----------
    hdu : `lsst.afw.fits._file.Hdu`
        A binary table.

    Returns
    -------
    catalog : `lsst.afw.fits._tables.Catalog`
        Catalog in which the x and y coordinate of points are columns of
        their own. Until 2015 one column had both.
    """
    catalog = Catalog(hdu)
    columns: dict[str, Any] = {}
    for i, column in enumerate(catalog.columns.values(), 1):
        axes = [column]
        if hdu.header.getStr(f"TCCLS{i}") == "Point" and column.count == 2 and not column.variable:
            axes = [
                dataclasses.replace(
                    column,
                    name=f"{column.name}_{axis}",
                    count=1,
                    offset=column.offset + j * column.elementSize,
                )
                for j, axis in enumerate("xy")
            ]
        columns |= {axis.name: axis for axis in axes}
    catalog.columns = columns
    return catalog


class _ArchiveReader:
    """Reads objects of an archive. May be shared by threads.

    Parameters
    ----------
    index : `list` [`lsst.afw.fits._opaque.IndexRow`]
        Index of the archive.
    """

    def __init__(self, index: Any) -> None:
        self._index = index
        self._rows: dict[int, list[IndexRow]] = {}
        for row in index:
            self._rows.setdefault(row.id, []).append(row)
        self._objects: dict[int, Any] = {}
        self._lock = threading.RLock()
        # Objects that are being read, each for the one before; and, for each
        # object that another one refers to, the ids of those that do.
        self._reading: list[int] = []
        self._referrers: dict[int, set[int]] = {}

    def error(self, message: str) -> FitsError:
        """Make an error that names the archive."""
        raise NotImplementedError

    def _catalog(self, number: int) -> Any:
        """Open a catalog by its number."""
        raise NotImplementedError

    def readOpaque(self) -> OpaqueArchive:
        """Read all of the archive as it is.

        Returns
        -------
        archive : `lsst.afw.fits._opaque.OpaqueArchive`
            The same each time.
        """
        raise NotImplementedError

    def _findRows(self, id: int) -> Any:
        """Find the rows of the index for an object, in the order of its
        catalogs.
        """
        rows = sorted(self._rows.get(id, ()), key=lambda row: row.persistable)
        if not rows:
            raise self.error(f"expected an object with archive id {id}, found none")
        if any(before.persistable == row.persistable for before, row in itertools.pairwise(rows)):
            raise self.error(f"expected different catalogs of the object with archive id {id}")
        return rows

    def get(self, id: int) -> Any:
        """Read an object.

        Parameters
        ----------
        id : `int`
            Archive id; 0 is `None`.

        Returns
        -------
        value : `object`
            The same if asked for twice; an `OpaqueComponent` if lite does
            not have its class.

        Raises
        ------
        FitsError
            Raised if there is no such object, if it cannot be read, or if
            it refers to itself.
        """
        if id == 0:
            return None
        with self._lock:
            self._refer(id)
            if id not in self._objects:
                self._reading.append(id)
                try:
                    self._objects[id] = self._read(id)
                finally:
                    self._reading.pop()
            return self._objects[id]

    def _refer(self, id: int) -> None:
        """Note that the object that is being read refers to one.

        Those that are only carried may do so, too: they are read later.

        Raises
        ------
        FitsError
            Raised if it is the object itself, or one that refers to it.
        """
        if not self._reading:
            return
        referrers, found = self._reading[-1:], set()
        while referrers:
            found.add(referrer := referrers.pop())
            referrers += self._referrers.get(referrer, set()) - found
        if id in found:
            raise self.error(
                f"expected objects that do not refer to themselves, found that with archive id {id}"
            )
        self._referrers.setdefault(id, set()).add(self._reading[-1])

    def _read(self, id: int) -> Any:
        """Read an object for the first time."""
        index = self._findRows(id)
        name = index[0].name
        persistable = findReader(name, index[0].module)
        if persistable is None:
            return self._makeOpaque(id)
        index = [row for row in index if row.catalog != NO_CATALOG]
        rows = [self._catalog(row.catalog).read(row.row0, row.nrows) for row in index]
        place = rows[0].catalog.hdu if rows else self
        with readingErrors(place, f"{name} with archive id {id}"):
            return persistable.read(self, rows)

    def carry(self, id: int) -> Any:
        """Take an object as it is, to be read when someone asks for it.

        Parameters
        ----------
        id : `int`
            Archive id; 0 is `None`.

        Returns
        -------
        component : `lsst.afw.fits._opaque.OpaqueComponent` or `None`
            The object, for `understand`.

        Raises
        ------
        FitsError
            Raised if there is no such object.
        """
        if id == 0:
            return None
        self._refer(id)
        return self._makeOpaque(id)

    def _makeOpaque(self, id: int) -> Any:
        index = self._findRows(id)
        return makeOpaque(self.readOpaque(), id, index[0].name, index[0].module)


class InputArchive(_ArchiveReader):
    """An archive in a file. Only the rows of objects asked for are read.

    Parameters
    ----------
    file : `lsst.afw.fits._file.FitsFile`
        The file.
    hdu : `int`
        Number of the HDU with the index, from 0.

    Raises
    ------
    FitsError
        Raised if there is no archive.
    """

    def __init__(self, file: FitsFile, hdu: int) -> None:
        self._file = file
        self._hdu = hdu
        header = file[hdu].header
        if header.getStr("EXTTYPE") != "ARCHIVE_INDEX":
            raise self.error(f"expected an archive, found EXTTYPE = {header.get('EXTTYPE')!r}")
        count = header.getInt("AR_NCAT", 0)
        table = Catalog(file[hdu])
        columns = [table.column(_oldName(field.name, table), field.form[-1]) for field in INDEX.fields]
        super().__init__([IndexRow(*row) for row in zip(*columns, strict=True)])
        self._checkIndex(count)
        self._catalogs: dict[int, Catalog] = {}
        self._opaque: OpaqueArchive | None = None

    def _checkIndex(self, count: int) -> None:
        """Make sure that each row of a catalog belongs to one object.

        Were they shared, a short file could have many large objects.

        Parameters
        ----------
        count : `int`
            Number of catalogs, with the index.
        """
        ends: dict[int, int] = {}
        for row in sorted(self._index, key=lambda row: (row.catalog, row.row0, row.nrows)):
            if row.catalog == NO_CATALOG and row.nrows == 0:
                continue
            if not 0 < row.catalog < count or row.nrows < 0 or row.row0 < 0:
                raise self.error(f"expected one of {count} catalogs, found {row}")
            if row.row0 < ends.get(row.catalog, 0):
                raise self.error(f"expected rows that no other object has, found {row}")
            ends[row.catalog] = row.row0 + row.nrows

    def error(self, message: str) -> FitsError:
        """Make an error that names file and HDU."""
        return self._file[self._hdu].error(message)

    def _catalog(self, number: int) -> Catalog:
        if number not in self._catalogs:
            self._catalogs[number] = openCatalog(self._file[self._hdu + number])
        return self._catalogs[number]

    def readOpaque(self) -> OpaqueArchive:
        # Docstring inherited.
        if self._opaque is None:
            index = [row for row in self._index if row.catalog != NO_CATALOG]
            numbers = sorted({row.catalog for row in index})
            catalogs = {number: self._readOpaqueCatalog(number) for number in numbers}
            for row in index:
                if row.row0 + row.nrows > self._catalog(row.catalog).rows:
                    raise self._catalog(row.catalog).hdu.error(f"expected more rows, for {row}")
            self._opaque = OpaqueArchive(self._file.name, self._index, catalogs)
        return self._opaque

    def _readOpaqueCatalog(self, number: int) -> OpaqueCatalog:
        """Read all of a catalog as it is."""
        catalog = self._catalog(number)
        integers = []
        for column in catalog.columns.values():
            if column.code == "J":
                single = column.count == 1 and not column.variable
                integers.append((column.name if single else "*", column.offset))
        return OpaqueCatalog(
            tuple(catalog.hdu.header.cards),
            catalog.hdu.read(0, catalog.hdu.dataSize),
            catalog.rowLength,
            tuple(integers),
        )


def _oldName(name: str, table: Catalog) -> str:
    """Return the name of a column: until 2015 it had underscores for dots."""
    return name if name in table.columns else name.replace(".", "_")


class _MemoryArchive(_ArchiveReader):
    """An archive in memory.

    Parameters
    ----------
    archive : `lsst.afw.fits._opaque.OpaqueArchive`
        The archive as it was in the file.
    """

    def __init__(self, archive: OpaqueArchive) -> None:
        super().__init__(archive.index)
        self._archive = archive
        self._catalogs: dict[int, Catalog] = {}

    def error(self, message: str) -> FitsError:
        """Make an error that names the file."""
        return FitsError(f"{self._archive.fileName}: {message}")

    def _catalog(self, number: int) -> Catalog:
        if number not in self._catalogs:
            hdu = MemoryHdu(self._archive.catalogs[number], self._archive.fileName)
            self._catalogs[number] = openCatalog(hdu)
        return self._catalogs[number]

    def readOpaque(self) -> OpaqueArchive:
        # Docstring inherited.
        return self._archive


def understand(component: Any) -> Any:
    """Read an object that was carried as it is.

    Parameters
    ----------
    component : `lsst.afw.fits._opaque.OpaqueComponent`
        The object.

    Returns
    -------
    value : `object`
        Again an `OpaqueComponent` if lite does not have its class.

    Raises
    ------
    FitsError
        Raised if it cannot be read.
    """
    archive = component._archive
    # Whichever thread is first makes the reader of all.
    reader = vars(archive).setdefault("reader", _MemoryArchive(archive))
    return reader.get(component._archiveId)


def _findIndex(file: FitsFile, hdu: int) -> int:
    """Find the index of the archive of a file with one object."""
    if hdu != DEFAULT_HDU:
        return hdu
    return next((h.index for h in file if h.header.getStr("EXTTYPE") == "ARCHIVE_INDEX"), 1)


def readObject(fileName: str, hdu: int = DEFAULT_HDU) -> Any:
    """Read an object from a file of its own.

    Parameters
    ----------
    fileName : `str`
        Name of the file.
    hdu : `int`, optional
        Number of the HDU with the archive, from 0; by default the first
        that there is.

    Returns
    -------
    value : `object`
        The object.

    Raises
    ------
    FitsError
        Raised if the file cannot be read or has no archive.
    """
    file = FitsFile(fileName)
    return InputArchive(file, _findIndex(file, hdu)).get(1)
