# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives: objects in a FITS file that refer to each other.

An archive is a table, its index, and catalogs with the rows of the objects,
those of one class in one catalog.
"""

__all__ = ["OutputArchive", "readCarried", "writeObject"]

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from lsst._lite import notInLite

from ._cards import formatHeader
from ._carried import (
    INDEX,
    NO_CATALOG,
    Carried,
    IndexRow,
    MemoryHdu,
    OpaqueCatalog,
    makeFirst,
    planArchives,
)
from ._error import FitsError
from ._output import FitsOutput, openOutput
from ._registry import findWriter
from ._tables import UNSIGNED_ZERO, Catalog, Row, Schema, Table

_VERSION = ("AFW_TABLE_VERSION", 3)


@dataclasses.dataclass
class _Pending:
    """A catalog that is to be written."""

    name: str
    """Class of the objects in it."""

    content: Table | OpaqueCatalog
    """Its rows, if lite makes it; what it was, if it is carried."""


class OutputArchive:
    """An archive that is to be written.

    Parameters
    ----------
    values : iterable of `object`
        All that will be `put`, known beforehand because opaque objects keep
        their archive ids where they can.
    isFirst : `bool`, optional
        Whether the first object that is put must have the archive id 1.
    """

    def __init__(self, values: Iterable[Any] = (), isFirst: bool = False) -> None:
        self._catalogs: list[_Pending] = []
        self._index: list[IndexRow] = []
        self._ids: dict[int, int] = {}
        self._kept: list[Any] = []
        self._opaqueIds: dict[Carried, int] = {}
        self._reserve(values, int(isFirst))

    def _reserve(self, values: Iterable[Any], reserved: int) -> None:
        """Take in the opaque objects, which come first but for some ids."""
        archives, self._opaqueIds = planArchives(_findOpaque(values), reserved)
        for archive in archives:
            numbers = {NO_CATALOG: NO_CATALOG}
            for number, catalog in sorted(archive.catalogs.items()):
                name = next(row.name for row in archive.index if row.catalog == number)
                self._catalogs.append(_Pending(name, catalog))
                numbers[number] = len(self._catalogs)
            self._index += [dataclasses.replace(row, catalog=numbers[row.catalog]) for row in archive.index]
        used = {row.id for row in self._index}
        self._newIds = itertools.chain(
            set(range(1, reserved + 1)) - used, itertools.count(max(used, default=reserved) + 1)
        )
        self._carried: dict[int, list[IndexRow]] = {}
        for row in sorted(self._index, key=lambda row: row.persistable):
            if row.catalog != NO_CATALOG:
                self._carried.setdefault(row.id, []).append(row)
        self._same: dict[Any, dict[Any, int]] = {}

    def put(self, value: object, permissive: bool = False) -> int:
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
        if isinstance(value, Carried):
            return self._opaqueIds[value]
        if permissive and findWriter(value) is None:
            return 0
        if id(value) not in self._ids:
            # Keep the object, so that its id stays its own.
            self._kept.append(value)
            self._ids[id(value)] = self._add(value)
        return self._ids[id(value)]

    def _add(self, value: Any) -> int:
        """Add an object that is not there yet."""
        persistable = findWriter(value)
        if persistable is None or persistable.write is None:
            raise notInLite(f"{type(value).__module__}.{type(value).__qualname__}.writeFits")
        mine = next(self._newIds)
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
            table: Any = self._catalogs[number - 1].content
            row0 = len(table.rows)
            for row in rows:
                table.append(row)
            self._index.append(
                IndexRow(mine, number, i, row0, len(rows), persistable.name, persistable.module)
            )
        return mine

    def _findCatalog(self, name: str, schema: Schema) -> int:
        """Find the catalog for objects of a class, or begin one."""
        for number, catalog in enumerate(self._catalogs, 1):
            if (
                catalog.name == name
                and isinstance(catalog.content, Table)
                and catalog.content.schema == schema
            ):
                return number
        self._catalogs.append(_Pending(name, Table(schema)))
        return len(self._catalogs)

    def _findSame(self, name: str, catalogs: list[Any]) -> int | None:
        """Find an object that was carried along and is the same.

        A WCS, for instance, that a PSF of a coadd refers to, too.
        """
        schemas = tuple(schema for schema, _ in catalogs)
        if (name, schemas) not in self._same:
            self._same[name, schemas] = dict(self._encodeCarried(name, schemas))
        return self._same[name, schemas].get(tuple(_encode(*catalog) for catalog in catalogs))

    def _encodeCarried(self, name: str, schemas: Any) -> Iterator[Any]:
        """Yield the rows of the objects of a class that were carried along,
        as they would be written now, and their archive ids.
        """
        opened = {}
        for id, index in self._carried.items():
            if index[0].name == name and len(index) == len(schemas):
                for row in index:
                    if row.catalog not in opened:
                        carried: Any = self._catalogs[row.catalog - 1].content
                        opened[row.catalog] = Catalog(MemoryHdu(carried))
                pairs = [
                    (opened[row.catalog], row, schema) for row, schema in zip(index, schemas, strict=True)
                ]
                if all(_hasColumns(catalog, schema) for catalog, _, schema in pairs):
                    yield tuple(_encodeRead(*pair) for pair in pairs), id

    def write(self, output: FitsOutput) -> None:
        """Write the archive.

        Parameters
        ----------
        output : `lsst.afw.fits._output.FitsOutput`
            File to append to.
        """
        used = sorted({row.catalog for row in self._index} - {NO_CATALOG})
        numbers = {NO_CATALOG: NO_CATALOG} | {old: new for new, old in enumerate(used, 1)}
        index = Table(INDEX)
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
        versions: dict[str, int] = {}
        for old in used:
            catalog = self._catalogs[old - 1]
            versions[catalog.name] = versions.get(catalog.name, 0) + 1
            self._writeCatalog(output, catalog, numbers[old], versions[catalog.name])

    @staticmethod
    def _writeCatalog(output: FitsOutput, catalog: _Pending, number: int, version: int) -> None:
        """Write one catalog."""
        cards = [
            ("EXTTYPE", "ARCHIVE_DATA"),
            ("AR_CATN", number, "# of this catalog relative to the start of this archive"),
            *([("EXTVER", version)] if version > 1 else []),
            ("AR_NAME", catalog.name, "Class name for objects stored here"),
            ("EXTNAME", catalog.name),
        ]
        content = catalog.content
        if isinstance(content, Table):
            output.writeRaw(content.header([*cards, _VERSION]), content.data)
            return
        replaced = {"EXTTYPE", "AR_CATN", "EXTVER", "AR_NAME", "EXTNAME", "AFW_TABLE_VERSION"}
        kept = [card for card in content.cards if card.key not in replaced]
        # The version says how to understand the columns.
        old = [card for card in content.cards if card.key == "AFW_TABLE_VERSION"]
        output.writeRaw(formatHeader([*kept, *cards, *old]), content.data)


def _findOpaque(values: Iterable[Any]) -> list[Carried]:
    """Find opaque objects among these and what they refer to.

    Returns
    -------
    opaque : `list` [`Carried`]
    """
    found = []
    for value in values:
        if isinstance(value, Carried):
            found.append(value)
        elif (persistable := findWriter(value)) is not None:
            found += _findOpaque(persistable.parts(value))
    return found


def readCarried(component: Any) -> Row:
    """Return the first row of an opaque object.

    Parameters
    ----------
    component : `Carried`
        The object.

    Returns
    -------
    row : `lsst.afw.fits._tables.Row`
    """
    archive = component._archive
    index = next(row for row in archive.index if row.id == component._archiveId)
    return Catalog(MemoryHdu(archive.catalogs[index.catalog])).read(index.row0, index.nrows)[0]


def _encode(schema: Schema, rows: Iterable[dict[str, Any]]) -> bytes:
    """Turn rows into bytes.

    Parameters
    ----------
    schema : `Schema`
        Columns.
    rows : iterable of `dict`
        Values by columns.

    Returns
    -------
    data : `bytes`
        Equal for rows that are the same.
    """
    table = Table(schema)
    for row in rows:
        table.append(row)
    return table.data


def _hasColumns(catalog: Catalog, schema: Schema) -> bool:
    """Whether a catalog in memory has some columns and flags."""
    return all(
        field.name in (catalog.flags if field.form == "flag" else catalog.columns) for field in schema.fields
    )


def _encodeRead(catalog: Catalog, index: IndexRow, schema: Schema) -> bytes:
    """Turn rows of a catalog in memory into bytes; see `_encode`."""
    return _encode(schema, (_readValues(row, schema) for row in catalog.read(index.row0, index.nrows)))


def _readValues(row: Row, schema: Schema) -> dict[str, Any]:
    """Read a row as the values that it was made of."""
    values: dict[str, Any] = {}
    for field in schema.fields:
        if field.form == "flag":
            values[field.name] = row.flag(field.name)
        elif field.form.endswith("A"):
            values[field.name] = row.string(field.name)
        elif field.form == "QB":
            values[field.name] = row.array(field.name).tobytes()
        elif field.form.endswith("U"):
            values[field.name] = row.array(field.name).astype("i4") + UNSIGNED_ZERO
        else:
            values[field.name] = row.array(field.name)
    return values


def writeObject(value: object, fileName: str, mode: str = "w") -> None:
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
    if isinstance(value, Carried):
        value = makeFirst(value)
    archive = OutputArchive([value], isFirst=not isinstance(value, Carried))
    if archive.put(value) != 1:
        raise FitsError(
            f"Cannot write {value!r} to {fileName!r}, a file of its own: what it holds refers to objects of "
            "other archive ids in a way that is not known in lsst-lite."
        )
    with openOutput(fileName, mode) as output:
        if output.hdus == 0:
            output.writeEmpty()
        archive.write(output)
