# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives: objects in a FITS file that refer to each other.

An archive is a table, its index, and catalogs with the rows of the objects,
those of one class in one catalog.
"""

__all__ = ["InputArchive", "OutputArchive", "readCarried", "readObject", "readingErrors", "writeObject"]

import contextlib
import dataclasses

import lsst.pex.exceptions as pexExceptions
from lsst._lite import notInLite

from . import _persistables  # noqa: F401 (registers them)
from ._cards import Header, formatHeader
from ._error import FitsError
from ._file import FitsFile
from ._opaque import (
    IndexRow,
    OpaqueArchive,
    OpaqueCatalog,
    OpaqueComponent,
    makeFirst,
    makeOpaque,
    planArchives,
)
from ._output import openOutput
from ._registry import findReader, findWriter
from ._tables import Catalog, Field, Schema, Table

DEFAULT_HDU = -(2**31)

_BROKEN = (
    *(ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
    pexExceptions.Exception,
)
"""What reading an object from rows that make no sense may raise."""

_VERSION = ("AFW_TABLE_VERSION", 3)

_INDEX = Schema(
    (
        Field(
            "id", "J", "Archive ID of the persistable object that owns the records pointed at by this entry"
        ),
        Field(
            "cat.archive",
            "J",
            "index of the catalog this entry points to, from the perspective of the archive",
        ),
        Field(
            "cat.persistable",
            "J",
            "index of the catalog this entry points to, from the perspective of the Persistable",
        ),
        Field("row0", "J", "first row used by the persistable object in this catalog"),
        Field("nrows", "J", "number of rows used by the persistable object in this catalog"),
        Field("name", "64A", "unique name for the persistable object's class"),
        Field("module", "64A", "Python module that should be imported to register the object's factory"),
    )
)


@contextlib.contextmanager
def readingErrors(hdu, what):
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
    except _BROKEN as err:
        raise hdu.error(f"cannot read {what}: {err}") from err


class InputArchive:
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

    def __init__(self, file, hdu):
        self._file = file
        self._hdu = hdu
        index = file[hdu]
        if index.header.getStr("EXTTYPE") != "ARCHIVE_INDEX":
            raise index.error(f"expected an archive, found EXTTYPE = {index.header.get('EXTTYPE')!r}")
        self._count = index.header.getInt("AR_NCAT", 0)
        table = Catalog(index)
        columns = [table.column(field.name, field.form[-1]) for field in _INDEX.fields]
        self._index = list(map(IndexRow, *columns))
        self._rows = {}
        for row in self._index:
            if not 0 < row.catalog < self._count or row.nrows < 0 or row.row0 < 0:
                raise index.error(f"expected one of {self._count} catalogs, found {row}")
            self._rows.setdefault(row.id, []).append(row)
        self._catalogs = {}
        self._objects = {}
        self._opaque = None

    def _catalog(self, number):
        """Open a catalog by its number."""
        if number not in self._catalogs:
            self._catalogs[number] = Catalog(self._file[self._hdu + number])
        return self._catalogs[number]

    def get(self, id):
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
            Raised if there is no such object, or if it cannot be read.
        """
        if id == 0:
            return None
        if id not in self._objects:
            # An object that refers to itself finds nothing.
            self._objects[id] = None
            self._objects[id] = self._read(id)
        return self._objects[id]

    def _read(self, id):
        """Read an object for the first time."""
        index = sorted(self._rows.get(id, ()), key=lambda row: row.persistable)
        if not index:
            raise self._file[self._hdu].error(f"expected an object with archive id {id}, found none")
        name, module = index[0].name, index[0].module
        persistable = findReader(name, module)
        if persistable is None:
            return makeOpaque(self.readOpaque(), id, name, module)
        rows = [self._catalog(row.catalog).read(row.row0, row.nrows) for row in index]
        with readingErrors(self._catalog(index[0].catalog).hdu, f"{name} with archive id {id}"):
            return persistable.read(self, rows)

    def readOpaque(self):
        """Read all of the archive as it is.

        Returns
        -------
        archive : `lsst.afw.fits._opaque.OpaqueArchive`
            The same each time.
        """
        if self._opaque is None:
            numbers = sorted({row.catalog for row in self._index})
            catalogs = {number: self._readOpaqueCatalog(number) for number in numbers}
            for row in self._index:
                if row.row0 + row.nrows > self._catalog(row.catalog).rows:
                    raise self._catalog(row.catalog).hdu.error(f"expected more rows, for {row}")
            self._opaque = OpaqueArchive(self._file.name, self._index, catalogs)
        return self._opaque

    def _readOpaqueCatalog(self, number):
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


@dataclasses.dataclass
class _Pending:
    """A catalog that is to be written."""

    name: str
    """Class of the objects in it."""

    table: Table | None = None
    """Its rows, if lite makes it."""

    opaque: OpaqueCatalog | None = None
    """What it was, if it is carried."""


class OutputArchive:
    """An archive that is to be written.

    Parameters
    ----------
    values : iterable of `object`
        All that will be `put`, known beforehand because opaque objects keep
        their archive ids where they can.
    """

    def __init__(self, values=()):
        self._catalogs = []
        self._index = []
        self._ids = {}
        self._kept = []
        self._opaqueIds = {}
        self._last = 0
        self._reserve(values)

    def _reserve(self, values):
        """Take in the opaque objects, which come first."""
        archives, self._opaqueIds = planArchives(_findOpaque(values))
        for archive in archives:
            numbers = {}
            for number, catalog in sorted(archive.catalogs.items()):
                name = next(row.name for row in archive.index if row.catalog == number)
                self._catalogs.append(_Pending(name, opaque=catalog))
                numbers[number] = len(self._catalogs)
            self._index += [dataclasses.replace(row, catalog=numbers[row.catalog]) for row in archive.index]
        self._last = max((row.id for row in self._index), default=0)
        self._carried = {}
        for row in sorted(self._index, key=lambda row: row.persistable):
            self._carried.setdefault(row.id, []).append(row)
        self._opened = {}

    def put(self, value, permissive=False):
        """Add an object, with all that it refers to.

        Parameters
        ----------
        value : `object`
            The object, or `None`.
        permissive : `bool`, optional
            Whether to leave out an object that lite cannot write.

        Returns
        -------
        id : `int`
            Its archive id; 0 for `None`.

        Raises
        ------
        NotImplementedError
            Raised if lite cannot write such an object.
        """
        if value is None:
            return 0
        if isinstance(value, OpaqueComponent):
            return self._opaqueIds[value]
        if permissive and findWriter(value) is None:
            return 0
        if id(value) not in self._ids:
            # Keep the object, so that its id stays its own.
            self._kept.append(value)
            self._ids[id(value)] = self._add(value)
        return self._ids[id(value)]

    def _add(self, value):
        """Add an object that is not there yet."""
        persistable = findWriter(value)
        if persistable is None:
            raise notInLite(f"{type(value).__module__}.{type(value).__qualname__}.writeFits")
        self._last += 1
        mine = self._last
        catalogs, numbers = [], []
        for schema, rows in persistable.write(value, self):
            # As in the stack, a catalog comes before those of what its rows
            # refer to.
            numbers.append(self._findCatalog(persistable.name, schema))
            catalogs.append((schema, list(rows)))
        same = self._findSame(persistable.name, catalogs)
        if same is not None:
            return same
        for i, (number, (_, rows)) in enumerate(zip(numbers, catalogs, strict=True)):
            table = self._catalogs[number - 1].table
            row0 = len(table.rows)
            for row in rows:
                table.append(row)
            self._index.append(
                IndexRow(mine, number, i, row0, len(rows), persistable.name, persistable.module)
            )
        return mine

    def _findCatalog(self, name, schema):
        """Find the catalog for objects of a class, or begin one."""
        for number, catalog in enumerate(self._catalogs, 1):
            if catalog.table is not None and (catalog.name, catalog.table.schema) == (name, schema):
                return number
        self._catalogs.append(_Pending(name, Table(schema)))
        return len(self._catalogs)

    def _findSame(self, name, catalogs):
        """Find an object that was carried along and is the same.

        A WCS, for instance, that a PSF of a coadd refers to, too.
        """
        for rows in self._carried.values():
            if rows[0].name == name and len(rows) == len(catalogs):
                if all(
                    _sameRows(self._open(row.catalog), row, *catalog)
                    for row, catalog in zip(rows, catalogs, strict=True)
                ):
                    return rows[0].id
        return None

    def _open(self, number):
        """Open a catalog that was carried along."""
        if number not in self._opened:
            self._opened[number] = Catalog(_Memory(self._catalogs[number - 1].opaque))
        return self._opened[number]

    def write(self, output):
        """Write the archive.

        Parameters
        ----------
        output : `lsst.afw.fits._output.FitsOutput`
            File to append to.
        """
        used = sorted({row.catalog for row in self._index})
        numbers = {old: new for new, old in enumerate(used, 1)}
        index = Table(_INDEX)
        for row in self._index:
            index.append(
                {
                    "id": row.id,
                    "cat.archive": numbers[row.catalog],
                    "cat.persistable": row.persistable,
                    "row0": row.row0,
                    "nrows": row.nrows,
                    "name": row.name,
                    "module": row.module,
                }
            )
        cards = [
            ("EXTTYPE", "ARCHIVE_INDEX"),
            ("EXTNAME", "ARCHIVE_INDEX"),
            ("AR_CATN", 0, "# of this catalog relative to the start of this archive"),
            ("AR_NCAT", len(used) + 1, "# of catalogs in this archive, including the index"),
            _VERSION,
        ]
        output.writeRaw(index.header(cards), index.data)
        versions = {}
        for old in used:
            catalog = self._catalogs[old - 1]
            versions[catalog.name] = versions.get(catalog.name, 0) + 1
            self._writeCatalog(output, catalog, numbers[old], versions[catalog.name])

    @staticmethod
    def _writeCatalog(output, catalog, number, version):
        """Write one catalog."""
        cards = [
            ("EXTTYPE", "ARCHIVE_DATA"),
            ("AR_CATN", number, "# of this catalog relative to the start of this archive"),
            *([("EXTVER", version)] if version > 1 else []),
            ("AR_NAME", catalog.name, "Class name for objects stored here"),
            ("EXTNAME", catalog.name),
        ]
        if catalog.table is not None:
            output.writeRaw(catalog.table.header([*cards, _VERSION]), catalog.table.data)
            return
        replaced = {"EXTTYPE", "AR_CATN", "EXTVER", "AR_NAME", "EXTNAME", "AFW_TABLE_VERSION"}
        kept = [card for card in catalog.opaque.cards if card.key not in replaced]
        # The version says how to understand the columns.
        old = [card for card in catalog.opaque.cards if card.key == "AFW_TABLE_VERSION"]
        output.writeRaw(formatHeader([*kept, *cards, *old]), catalog.opaque.data)


def _findOpaque(values):
    """Find opaque objects among these and what they refer to.

    Returns
    -------
    opaque : `list` [`OpaqueComponent`]
    """
    found = []
    for value in values:
        if isinstance(value, OpaqueComponent):
            found.append(value)
        elif (persistable := findWriter(value)) is not None:
            found += _findOpaque(persistable.parts(value))
    return found


class _Memory:
    """Stands for the HDU of a catalog that is in memory.

    Parameters
    ----------
    opaque : `OpaqueCatalog`
        The catalog.
    """

    def __init__(self, opaque):
        self.header = Header(list(opaque.cards))
        self._data = opaque.data
        self.axes = [self.header.getInt("NAXIS1"), self.header.getInt("NAXIS2")]

    def checkComplete(self):
        """Do nothing: it is there."""

    def read(self, offset, size):
        """Give a part of the data."""
        return self._data[offset : offset + size]

    def error(self, message):
        """Make an error."""
        return FitsError(message)


def readCarried(component):
    """Give the first row of an opaque object.

    Parameters
    ----------
    component : `OpaqueComponent`
        The object.

    Returns
    -------
    row : `lsst.afw.fits._tables.Row`
    """
    archive = component._archive
    index = next(row for row in archive.index if row.id == component._archiveId)
    return Catalog(_Memory(archive.catalogs[index.catalog])).read(index.row0, index.nrows)[0]


def _sameRows(catalog, index, schema, values):
    """Whether rows in memory have these values.

    Parameters
    ----------
    catalog : `Catalog`
        Catalog in memory.
    index : `IndexRow`
        Which rows.
    schema : `Schema`
        Columns of the values.
    values : `list` [`dict`]
        Values of each row.
    """
    if index.nrows != len(values) or any(
        field.name not in catalog.columns for field in schema.fields if field.form != "flag"
    ):
        return False
    wanted = Table(schema)
    carried = Table(schema)
    for row, value in zip(catalog.read(index.row0, index.nrows), values, strict=True):
        wanted.append(value)
        carried.append(_readValues(row, schema))
    return carried.data == wanted.data


def _readValues(row, schema):
    """Read a row as the values that it was made of."""
    values = {}
    for field in schema.fields:
        if field.form == "flag":
            values[field.name] = row.flag(field.name)
        elif field.form.endswith("A"):
            values[field.name] = row.string(field.name)
        elif field.form == "QB":
            values[field.name] = row.array(field.name).tobytes()
        else:
            values[field.name] = row.array(field.name)
    return values


def _findIndex(file, hdu):
    """Find the index of the archive of a file with one object."""
    if hdu != DEFAULT_HDU:
        return hdu
    return next((h.index for h in file if h.header.getStr("EXTTYPE") == "ARCHIVE_INDEX"), 1)


def readObject(fileName, hdu=DEFAULT_HDU):
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


def writeObject(value, fileName, mode="w"):
    """Write an object to a file of its own.

    Parameters
    ----------
    value : `object`
        The object.
    fileName : `str`
        Name of the file.
    mode : `str`, optional
        "w" for a new file; "a" to append to a file.

    Raises
    ------
    FitsError
        Raised if the file cannot be written.
    NotImplementedError
        Raised if lite cannot write such an object.
    """
    if isinstance(value, OpaqueComponent):
        value = makeFirst(value)
    archive = OutputArchive([value])
    if archive.put(value) != 1:
        raise FitsError(f"{fileName}: {value!r} cannot be written to a file of its own.")
    with openOutput(fileName, mode) as output:
        if output.hdus == 0:
            output.writeEmpty()
        archive.write(output)
