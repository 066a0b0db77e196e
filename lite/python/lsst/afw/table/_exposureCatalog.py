# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogs of exposures."""

from __future__ import annotations

__all__ = ["ExposureCatalog"]

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from lsst._lite.arguments import Bool, Overloads
from lsst.afw.fits import _tables as fitsTables
from lsst.afw.fits._file import FitsFile
from lsst.afw.fits._inputArchive import InputArchive, readingErrors
from lsst.afw.fits._metadata import DEFAULT_HDU, readMetadata, toCards
from lsst.afw.fits._output import openOutput
from lsst.afw.fits._outputArchive import OutputArchive
from lsst.afw.fits._tables import Rows
from lsst.afw.geom import SkyWcs
from lsst.daf.base import PropertyList
from lsst.geom import Point2D, SpherePoint

from ._catalog import Catalog
from ._columnView import ColumnView
from ._exposureRecord import ExposureRecord
from ._exposureTable import ExposureTable
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


class ExposureCatalog(Catalog):
    """A list of records of exposures, sorted or not.

    Called as ``ExposureCatalog(schema)``, ``ExposureCatalog(table)`` or
    ``ExposureCatalog(other)``.

    Parameters
    ----------
    schema : `Schema`
        Fields of the records; a new table is made.
    table : `ExposureTable`, optional
        Table of the records.
    other : `ExposureCatalog`
        Catalog whose records this has, too: they are not copied.
    """

    __module__ = "lsst.afw.table"

    __hash__ = None

    Table = ExposureTable
    Record = ExposureRecord

    dtype = "Exposure"

    def subsetContaining(self, *args: Any, **kwargs: Any) -> ExposureCatalog:
        """Return a catalog of the records that contain a position.

        Called as ``subsetContaining(coord)`` or
        ``subsetContaining(point, wcs)``.

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
        return _SUBSET_CONTAINING_FORMS(self, args, kwargs)

    def _subsetContainingCoord(
        self, coord: SpherePoint, includeValidPolygon: Bool = False
    ) -> ExposureCatalog:
        return self._withRecords([record for record in self if record.contains(coord, includeValidPolygon)])

    def _subsetContainingPoint(
        self, point: Point2D, wcs: SkyWcs, includeValidPolygon: Bool = False
    ) -> ExposureCatalog:
        return self._subsetContainingCoord(wcs.pixelToSky(point), includeValidPolygon)

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

    def writeFits(self, filename: str, mode: str = "w", flags: int = 0) -> None:
        """Write the catalog to a FITS file, with all that the records hold.

        Parameters
        ----------
        filename : `str`
            Name of the file.
        mode : `str`, optional
            "w" for a new file; "a" to append to a file.
        flags : `int`, optional
            Not used.
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
    def readFits(cls, filename: str, hdu: int = DEFAULT_HDU, flags: int = 0) -> ExposureCatalog:
        """Read a catalog from a FITS file.

        Parameters
        ----------
        filename : `str`
            Name of the file.
        hdu : `int`, optional
            Number of the HDU, from 0; by default the first with a table.
        flags : `int`, optional
            Not used.

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
        table = fitsTables.Catalog(file[number])
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
        table = self._table
        if table is None:
            return type(self), ()
        states = [
            (record._data[record._index].tobytes(), record._variable, record._components) for record in self
        ]
        return _unpickle, (type(self), table._schema, table._metadata, states)


def _unpickle(
    cls: type[Any], schema: Schema, metadata: PropertyList | None, states: list[Any]
) -> ExposureCatalog:
    """Make a catalog of what records consist of."""
    catalog = cls(schema)
    catalog._table.setMetadata(metadata)
    catalog.resize(len(states))
    for record, (data, variable, components) in zip(catalog, states, strict=True):
        record._data[record._index] = np.frombuffer(data, np.uint8)
        record._variable, record._components = variable, components
    return catalog


_SUBSET_CONTAINING_FORMS = Overloads(
    "subsetContaining", ExposureCatalog._subsetContainingCoord, ExposureCatalog._subsetContainingPoint
)

ExposureRecord.Table = ExposureTable
ExposureRecord.Catalog = ExposureTable.Catalog = ExposureCatalog
ExposureRecord.ColumnView = ExposureTable.ColumnView = ColumnView
