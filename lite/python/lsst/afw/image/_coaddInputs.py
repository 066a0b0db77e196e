# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a coadd was made from."""

__all__ = ["CoaddInputs"]

from lsst._lite.arguments import Overloads, checkArguments
from lsst.afw._persistable import FitsPersistable
from lsst.afw.fits._registry import Persistable, register
from lsst.afw.table import ExposureCatalog, Schema


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

    __hash__ = None

    def __init__(self, *args, **kwargs):
        _INIT_FORMS(self, args, kwargs)

    def _initEmpty(self):
        self._initCatalogs(ExposureCatalog(), ExposureCatalog())

    def _initSchemas(self, visitSchema: Schema, ccdSchema: Schema):
        self._initCatalogs(ExposureCatalog(visitSchema), ExposureCatalog(ccdSchema))

    def _initCatalogs(self, visits: ExposureCatalog, ccds: ExposureCatalog):
        self._visits, self._ccds = visits, ccds

    @property
    def visits(self):
        """Visits that went into the coadd
        (`lsst.afw.table.ExposureCatalog`).
        """
        return self._visits

    @visits.setter
    def visits(self, catalog):
        checkArguments("visits", catalog=(catalog, ExposureCatalog))
        self._visits = catalog

    @property
    def ccds(self):
        """Detectors of visits that went into the coadd
        (`lsst.afw.table.ExposureCatalog`).
        """
        return self._ccds

    @ccds.setter
    def ccds(self, catalog):
        checkArguments("ccds", catalog=(catalog, ExposureCatalog))
        self._ccds = catalog

    def subset_containing_ccds(self, point, wcs, includeValidPolygon=False):
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

    def subset_containing_visits(self, point, wcs, includeValidPolygon=False):
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

    def isPersistable(self):
        """Whether this can be written to a file: always `True`."""
        return True

    def __eq__(self, other):
        # The stack compares the objects.
        return self is other

    def __reduce__(self):
        return CoaddInputs, (self._visits, self._ccds)


_INIT_FORMS = Overloads(
    "CoaddInputs", CoaddInputs._initEmpty, CoaddInputs._initSchemas, CoaddInputs._initCatalogs
)


# ---- persistence


def _read(archive, rows):
    if len(rows) != 2:
        raise ValueError(f"expected two catalogs, found {len(rows)}")
    return CoaddInputs(*(ExposureCatalog._readFromArchive(catalog, archive) for catalog in rows))


def _write(inputs, archive):
    for catalog in (inputs.visits, inputs.ccds):
        yield catalog._writeToArchive(archive, permissive=True)


def _parts(inputs):
    return [*inputs.visits._findComponents(), *inputs.ccds._findComponents()]


register(Persistable("CoaddInputs", "lsst.afw.image", _read, _write, _parts))
