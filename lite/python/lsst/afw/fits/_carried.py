# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects in a file that lite does not understand, carried unchanged.

Objects of an archive refer to each other by archive id, in integer columns
that nothing marks as references. What an opaque object refers to is therefore
known for some classes only (`REFERENCES`). For others it may be anything in
the archive: then the whole archive travels along, with all its ids.
"""

from __future__ import annotations

__all__ = [
    "Carried",
    "INDEX",
    "IndexRow",
    "MemoryHdu",
    "NO_CATALOG",
    "OpaqueArchive",
    "OpaqueCatalog",
    "makeFirst",
    "planArchives",
]

import dataclasses
import functools
import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from ._cards import Card, Header
from ._error import FitsError
from ._tables import Field, Schema

INDEX = Schema(
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
"""Columns of the index of an archive."""

NO_CATALOG = -1
"""Number of the catalog in the index for an object that has no rows."""

_EXPOSURE_RECORD = (
    frozenset(
        {
            "wcs",
            "psf",
            "photoCalib",
            # The name before 2019.
            "calib",
            "apCorrMap",
            "validPolygon",
            "visitInfo",
            "transmissionCurve",
            "detector",
        }
    ),
    frozenset(
        {"bbox_min_x", "bbox_min_y", "bbox_max_x", "bbox_max_y", "ccd", "visit", "goodpix", "tract", "patch"}
    ),
)

_NOTHING: frozenset[str] = frozenset()

_AMPLIFIER_BOXES = (
    "bbox",
    "raw_bbox",
    "raw_databbox",
    "raw_horizontaloverscanbbox",
    "raw_prescanbbox",
    "raw_verticaloverscanbbox",
)

_AMPLIFIER = frozenset(
    [f"{box}_{end}_{axis}" for box in _AMPLIFIER_BOXES for end in ("min", "extent") for axis in "xy"]
    + ["raw_xyoffset_x", "raw_xyoffset_y", "readoutcorner"]
)

REFERENCES = {
    ("ApCorrMap", 0): (frozenset({"field"}), _NOTHING),
    ("ChebyshevBoundedField", 0): (
        _NOTHING,
        frozenset({"order_x", "bbox_min_x", "bbox_min_y", "bbox_max_x", "bbox_max_y"}),
    ),
    ("CoaddBoundedField", 0): (
        frozenset({"coaddWcs"}),
        frozenset({"bbox_min_x", "bbox_min_y", "bbox_max_x", "bbox_max_y"}),
    ),
    ("CoaddBoundedField", 1): (frozenset({"field", "wcs", "validPolygon"}), _NOTHING),
    ("CoaddInputs", 0): _EXPOSURE_RECORD,
    ("CoaddInputs", 1): _EXPOSURE_RECORD,
    ("CoaddPsf", 0): (frozenset({"coaddwcs"}), frozenset({"cachesize"})),
    ("CoaddPsf", 1): _EXPOSURE_RECORD,
    ("Detector", 0): (
        frozenset({"transformMap"}),
        frozenset({"id", "type", "bbox_min_x", "bbox_min_y", "bbox_max_x", "bbox_max_y"}),
    ),
    ("Detector", 1): (_NOTHING, _AMPLIFIER),
    ("GaussianPsf", 0): (_NOTHING, frozenset({"dimensions_x", "dimensions_y"})),
    ("PhotoCalib", 0): (frozenset({"field"}), frozenset({"version"})),
    ("PsfexPsf", 0): (
        _NOTHING,
        frozenset({"ndim", "ngroup", "ncoeff", "_size_size", "_comp_size", "_context_size"}),
    ),
    ("PsfexPsf", 1): (_NOTHING, frozenset({"*", "group", "degree", "_size"})),
    ("TransformMap", 0): (frozenset({"transform"}), frozenset({"id"})),
    ("TransformMap", 1): (frozenset({"transform"}), frozenset({"from", "to"})),
    ("VisitInfo", 0): (_NOTHING, frozenset({"rottype", "version"})),
}
"""For each class and catalog of it, the 32-bit integer columns that hold
archive ids and those that do not. A catalog with other ones is not
understood; one without any refers to nothing.
"""


@dataclasses.dataclass(frozen=True)
class IndexRow:
    """A row of the index of an archive: rows that an object owns."""

    id: int
    """Archive id of the object."""

    catalog: int
    """Number of the catalog in the archive, from 1; or `NO_CATALOG`."""

    persistable: int
    """Number of the catalog among those of the object, from 0."""

    row0: int
    """First row."""

    nrows: int
    """Number of rows."""

    name: str
    """Class of the object."""

    module: str
    """Python module that registers the class."""


@dataclasses.dataclass(frozen=True)
class OpaqueCatalog:
    """A catalog of an archive, as it is in the file."""

    cards: tuple[Card, ...]
    """Its header."""

    data: bytes
    """Its rows and heap."""

    rowLength: int
    """Bytes of a row."""

    integers: tuple[tuple[str, int], ...]
    """Names of the 32-bit integer columns, and their offsets in a row;
    columns of several integers are named "*".
    """


class OpaqueArchive:
    """The archive of a file, or what opaque components need of it.

    Parameters
    ----------
    fileName : `str`
        Name of the file, for messages.
    index : `list` [`IndexRow`]
        Index of the archive.
    catalogs : `dict` [`int`, `OpaqueCatalog`]
        Catalogs by their numbers.
    """

    def __init__(self, fileName: str, index: list[IndexRow], catalogs: dict[int, Any]) -> None:
        self.fileName = fileName
        self.index = tuple(index)
        self.catalogs = catalogs

    @functools.cached_property
    def digest(self) -> bytes:
        """Digest of all that is in the archive (`bytes`): the same archive
        may have been read twice.
        """
        sha = hashlib.sha256(repr(self.index).encode())
        for number, catalog in sorted(self.catalogs.items()):
            sha.update(repr((number, catalog.cards)).encode())
            sha.update(catalog.data)
        return sha.digest()

    def __getstate__(self) -> tuple[Any, ...]:
        return self.fileName, self.index, self.catalogs

    def __setstate__(self, state: Any) -> None:
        self.fileName, self.index, self.catalogs = state

    def referenceColumns(self, row: IndexRow) -> list[int] | None:
        """Find the references in the rows of an object.

        Parameters
        ----------
        row : `IndexRow`
            Which rows.

        Returns
        -------
        offsets : `list` [`int`] or `None`
            Offsets in a row of the archive ids; `None` if that is not known.
        """
        if row.catalog == NO_CATALOG or not (integers := self.catalogs[row.catalog].integers):
            return []
        references, others = REFERENCES.get((row.name, row.persistable), (_NOTHING, _NOTHING))
        if any(name not in references and name not in others for name, _ in integers):
            return None
        return [offset for name, offset in integers if name in references]

    def closure(self, ids: Iterable[int]) -> tuple[set[int], str]:
        """Find all that objects need.

        Parameters
        ----------
        ids : iterable of `int`
            Archive ids of the objects.

        Returns
        -------
        needed : `set` [`int`]
            Their ids and those of all that they refer to.
        unknown : `str`
            Class of an object whose references are not known, in which case
            ``needed`` is all of the archive; "" if there is none.
        """
        rows: dict[int, list[IndexRow]] = {}
        for row in self.index:
            rows.setdefault(row.id, []).append(row)
        needed: set[int] = set()
        waiting = list(ids)
        while waiting:
            id = waiting.pop()
            if id == 0 or id in needed:
                continue
            needed.add(id)
            for row in rows.get(id, ()):
                offsets = self.referenceColumns(row)
                if offsets is None:
                    return set(rows), row.name
                if offsets:
                    waiting.extend(self._references(row, offsets).reshape(-1).tolist())
        return needed, ""

    def _references(self, row: IndexRow, offsets: Any) -> npt.NDArray[Any]:
        """Read archive ids from the rows of an object."""
        catalog = self.catalogs[row.catalog]
        start = row.row0 * catalog.rowLength
        data = np.frombuffer(catalog.data, "u1", row.nrows * catalog.rowLength, start)
        table = data.reshape(row.nrows, catalog.rowLength)
        columns = [table[:, offset : offset + 4].copy().view(">i4") for offset in offsets]
        return np.concatenate(columns, axis=1)

    def renumbered(self, ids: dict[int, int]) -> OpaqueArchive:
        """Give objects other archive ids.

        Parameters
        ----------
        ids : `dict` [`int`, `int`]
            New id for each old one; objects that are not in it are left
            out. It must be closed under references that are all known.

        Returns
        -------
        archive : `OpaqueArchive`
        """
        data = {number: bytearray(catalog.data) for number, catalog in self.catalogs.items()}
        index = []
        for row in self.index:
            if row.id not in ids:
                continue
            for offset in self.referenceColumns(row) or ():
                length = self.catalogs[row.catalog].rowLength
                for j in range(row.row0, row.row0 + row.nrows):
                    place = slice(j * length + offset, j * length + offset + 4)
                    old = int.from_bytes(self.catalogs[row.catalog].data[place], "big", signed=True)
                    data[row.catalog][place] = ids.get(old, 0).to_bytes(4, "big", signed=True)
            index.append(dataclasses.replace(row, id=ids[row.id]))
        catalogs = {
            number: dataclasses.replace(catalog, data=bytes(data[number]))
            for number, catalog in self.catalogs.items()
        }
        return OpaqueArchive(self.fileName, index, catalogs)

    def restricted(self, ids: set[int]) -> OpaqueArchive:
        """Keep only some objects, with their ids.

        Parameters
        ----------
        ids : `set` [`int`]
            Which.

        Returns
        -------
        archive : `OpaqueArchive`
            Archive with just the catalogs that they have rows in.
        """
        index = [row for row in self.index if row.id in ids]
        used = {row.catalog for row in index}
        return OpaqueArchive(
            self.fileName, index, {number: c for number, c in self.catalogs.items() if number in used}
        )


class Carried:
    """An object of an archive that is carried along.

    Parameters
    ----------
    archive : `OpaqueArchive`
        Where it is.
    id : `int`
        Archive id there.
    name, module : `str`
        Its class and the Python module of that.
    """

    def __init__(self, archive: OpaqueArchive, id: int, name: str, module: str) -> None:
        self._archive = archive
        self._archiveId = id
        self._className = name
        self._moduleName = module


class MemoryHdu:
    """Stands for the HDU of a catalog that is in memory.

    Parameters
    ----------
    opaque : `OpaqueCatalog`
        The catalog.
    fileName : `str`, optional
        Name of the file that it is from.
    """

    def __init__(self, opaque: OpaqueCatalog, fileName: str = "") -> None:
        self.header = Header(list(opaque.cards))
        self._data = opaque.data
        self._fileName = fileName
        self.dataSize = len(opaque.data)
        self.axes = [self.header.getInt("NAXIS1"), self.header.getInt("NAXIS2")]

    def checkComplete(self) -> None:
        """Do nothing: it is there."""

    def read(self, offset: int, size: int) -> bytes:
        """Return a part of the data."""
        if offset < 0 or size < 0 or offset + size > self.dataSize:
            raise self.error(
                f"bytes {offset} to {offset + size} are outside its {self.dataSize} bytes of data"
            )
        return self._data[offset : offset + size]

    def error(self, message: str) -> FitsError:
        """Make an error that names file and HDU."""
        return FitsError(f"{self._fileName}, HDU {self.header.get('EXTNAME')}: {message}".removeprefix(", "))


def makeFirst(component: Carried) -> Any:
    """Give an opaque object the archive id 1, as the only object of a file
    must have it.

    Parameters
    ----------
    component : `Carried`
        The object.

    Returns
    -------
    component : `Carried`

    Raises
    ------
    FitsError
        Raised if the ids in its archive cannot be changed.
    """
    archive, id = component._archive, component._archiveId
    needed, unknown = archive.closure([id])
    if id == 1:
        return component
    if unknown:
        raise FitsError(
            f"Cannot write {component!r} to a file of its own: what {unknown} refers to is not known in "
            "lsst-lite."
        )
    ids = {old: new for new, old in enumerate([id, *sorted(needed - {id})], 1)}
    renumbered = archive.restricted(needed).renumbered(ids)
    return type(component)(renumbered, 1, component._className, component._moduleName)


def planArchives(
    components: Iterable[Carried], reserved: int = 0
) -> tuple[list[OpaqueArchive], dict[Carried, int]]:
    """Decide which archives keep their ids.

    Parameters
    ----------
    components : iterable of `Carried`
        What is to be written in one file.
    reserved : `int`, optional
        Number of ids from 1 that are for other objects, if possible.

    Returns
    -------
    archives : `list` [`OpaqueArchive`]
        What to write, ids of all different.
    ids : `dict` [`Carried`, `int`]
        Archive id that each component has there.

    Raises
    ------
    FitsError
        Raised if there are components of several files, and for more than
        one of those it is not known what they refer to: ids cannot be kept
        then, and not be changed either.
    """
    sources: dict[bytes, list[Carried]] = {}
    for component in components:
        sources.setdefault(component._archive.digest, []).append(component)
    closures = {
        digest: group[0]._archive.closure({component._archiveId for component in group})
        for digest, group in sources.items()
    }
    # The one that must keep its ids goes first.
    order = sorted(sources, key=lambda digest: not closures[digest][1])
    archives: list[OpaqueArchive] = []
    ids: dict[Carried, int] = {}
    used = reserved
    for digest in order:
        group, (needed, unknown) = sources[digest], closures[digest]
        archive = group[0]._archive
        if not archives and (unknown or not reserved):
            archives.append(archive.restricted(needed))
            new = {id: id for id in needed}
        elif unknown:
            first = sources[order[0]][0]
            raise FitsError(
                f"Cannot write components from {first._archive.fileName!r} and from {archive.fileName!r} in "
                f"one file: what {closures[order[0]][1]} and {unknown} refer to is not known in lsst-lite."
            )
        else:
            new = {id: used + i for i, id in enumerate(sorted(needed), 1)}
            archives.append(archive.restricted(needed).renumbered(new))
        used = max([used, *new.values()])
        ids |= {component: new[component._archiveId] for component in group}
    return archives, ids
