# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a coadd was made from."""

__all__ = ["CoaddInputs"]

from collections.abc import Iterator
from typing import Any

from lsst._lite.arguments import Overloads, checkArguments
from lsst.afw._persistable import FitsPersistable
from lsst.afw.fits._inputArchive import InputArchive
from lsst.afw.fits._outputArchive import OutputArchive
from lsst.afw.fits._registry import Persistable, register
from lsst.afw.geom import SkyWcs
from lsst.afw.table import ExposureCatalog, Schema
from lsst.geom import Point2D


class CoaddInputs(FitsPersistable):
    """Visits and detectors that went into a coadd.

    Called as ``CoaddInputs()``, ``CoaddInputs(visitSchema, ccdSchema)`` or
    ``CoaddInputs(visits, ccds)``.

    Parameters
    ----------
    visitSchema, ccdSchema : `lsst.afw.table.Schema`
        Fields of the two catalogs, which have no records.
    visits, ccds : `lsst.afw.table.ExposureCatalog`
        The two catalogs, which are not copied.
    """

    __module__ = "lsst.afw.image"

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _INIT_FORMS(self, args, kwargs)

    def _initEmpty(self) -> None:
        self._initCatalogs(ExposureCatalog(), ExposureCatalog())

    def _initSchemas(self, visitSchema: Schema, ccdSchema: Schema) -> None:
        self._initCatalogs(ExposureCatalog(visitSchema), ExposureCatalog(ccdSchema))

    def _initCatalogs(self, visits: ExposureCatalog, ccds: ExposureCatalog) -> None:
        self._visits, self._ccds = visits, ccds

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


_INIT_FORMS = Overloads(
    "CoaddInputs", CoaddInputs._initEmpty, CoaddInputs._initSchemas, CoaddInputs._initCatalogs
)


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
