# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a coadd was made from."""

__all__ = ["CoaddInputs"]

from collections.abc import Iterator
from typing import Any, overload

from lsst._lite.arguments import checkArguments
from lsst.afw._persistable import FitsPersistable
from lsst.afw.fits._inputArchive import InputArchive
from lsst.afw.fits._outputArchive import OutputArchive
from lsst.afw.fits._registry import Persistable, register
from lsst.afw.geom import SkyWcs
from lsst.afw.table import ExposureCatalog, Schema
from lsst.geom import Point2D


class CoaddInputs(FitsPersistable):
    """Visits and detectors that went into a coadd.

    Parameters
    ----------
    visitSchema, ccdSchema : `lsst.afw.table.Schema`
        Fields of the two catalogs, which have no records.
    visits, ccds : `lsst.afw.table.ExposureCatalog`
        The two catalogs, which are not copied.
    """

    __module__ = "lsst.afw.image"

    __hash__ = None  # type: ignore[assignment]

    @overload
    def __init__(self) -> None: ...
    @overload
    def __init__(self, visitSchema: Schema, ccdSchema: Schema, /) -> None: ...
    @overload
    def __init__(self, visits: ExposureCatalog, ccds: ExposureCatalog) -> None: ...
    def __init__(self, visits: Any = None, ccds: Any = None) -> None:
        if visits is ccds is None or (isinstance(visits, Schema) and isinstance(ccds, Schema)):
            visits, ccds = ExposureCatalog(visits), ExposureCatalog(ccds)
        self.visits, self.ccds = visits, ccds

    @property
    def visits(self) -> ExposureCatalog:
        """Visits that went into the coadd
        (`lsst.afw.table.ExposureCatalog`).
        """
        return self._visits

    @visits.setter
    def visits(self, catalog: Any) -> None:
        checkArguments("visits", catalog=(catalog, ExposureCatalog))
        self._visits = catalog

    @property
    def ccds(self) -> ExposureCatalog:
        """Detectors of visits that went into the coadd
        (`lsst.afw.table.ExposureCatalog`).
        """
        return self._ccds

    @ccds.setter
    def ccds(self, catalog: Any) -> None:
        checkArguments("ccds", catalog=(catalog, ExposureCatalog))
        self._ccds = catalog

    def subset_containing_ccds(
        self, point: Point2D, wcs: SkyWcs, includeValidPolygon: bool = False
    ) -> ExposureCatalog:
        """Return the detectors that contain a position.

        Parameters
        ----------
        point : `lsst.geom.Point2D`
            Position in pixels of something else.
        wcs : `lsst.afw.geom.SkyWcs`
            WCS of that.
        includeValidPolygon : `bool`, optional
            Whether it must be in the polygons of valid pixels, too.

        Returns
        -------
        ccds : `lsst.afw.table.ExposureCatalog`
        """
        return self.ccds.subsetContaining(point, wcs, includeValidPolygon)

    def subset_containing_visits(
        self, point: Point2D, wcs: SkyWcs, includeValidPolygon: bool = False
    ) -> ExposureCatalog:
        """Return the visits that contain a position.

        Parameters
        ----------
        point : `lsst.geom.Point2D`
            Position in pixels of something else.
        wcs : `lsst.afw.geom.SkyWcs`
            WCS of that.
        includeValidPolygon : `bool`, optional
            Whether it must be in the polygons of valid pixels, too.

        Returns
        -------
        visits : `lsst.afw.table.ExposureCatalog`
        """
        return self.visits.subsetContaining(point, wcs, includeValidPolygon)

    def isPersistable(self) -> bool:
        """Whether this can be written to a file: always `True`."""
        return True

    def __eq__(self, other: object) -> bool:
        # The stack compares the objects.
        return self is other

    def __reduce__(self) -> tuple[Any, ...]:
        return CoaddInputs, (self._visits, self._ccds)


# ---- persistence


def _read(archive: InputArchive, rows: Any) -> CoaddInputs:
    if len(rows) != 2:
        raise ValueError(f"expected two catalogs, found {len(rows)}")
    return CoaddInputs(*(ExposureCatalog._readFromArchive(catalog, archive) for catalog in rows))


def _write(inputs: CoaddInputs, archive: OutputArchive) -> Iterator[tuple[Any, Iterator[Any]]]:
    for catalog in (inputs.visits, inputs.ccds):
        yield catalog._writeToArchive(archive, permissive=True)


def _parts(inputs: CoaddInputs) -> list[Any]:
    return [*inputs.visits._findComponents(), *inputs.ccds._findComponents()]


register(Persistable("CoaddInputs", "lsst.afw.image", _read, _write, _parts))
