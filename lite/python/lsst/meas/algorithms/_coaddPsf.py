# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Point spread functions of coadds."""

from __future__ import annotations

__all__ = ["CoaddPsf"]

from collections.abc import Iterator
from typing import Any, NoReturn, overload

import numpy as np

from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toInteger
from lsst.afw.detection import InvalidPsfError, Psf
from lsst.afw.fits._outputArchive import OutputArchive
from lsst.afw.fits._registry import Persistable, register
from lsst.afw.fits._tables import Field, Schema
from lsst.afw.geom import Polygon, SkyWcs, makeWcsPairTransform
from lsst.afw.image import ImageD
from lsst.afw.math import WarpingControl
from lsst.afw.table import ExposureCatalog, ExposureRecord, ExposureTable
from lsst.geom import Box2I, Point2D
from lsst.pex.exceptions import LogicError, RangeError, RuntimeError

from ._coaddPsfControl import CoaddPsfControl
from ._imagePsf import ImagePsf
from ._warpedPsf import WarpedPsf

_WEIGHT = "weight"

_MAX_KERNEL = 100
"""More pixels along an axis than any warping kernel in a file has: the time
that is needed grows with their square.
"""

_KEPT = ("goodpix", "tract", "patch")
"""Fields of a catalog that are kept, if it has them."""


class CoaddPsf(ImagePsf):
    """The point spread function of a coadd: at each position, the weighted
    mean of those of the exposures that were coadded there.

    Parameters
    ----------
    catalog : `lsst.afw.table.ExposureCatalog`
        Exposures that were coadded, with their boxes, WCSs, PSFs, weights
        and, where they have some, polygons of valid pixels.
    coaddWcs : `lsst.afw.geom.SkyWcs`
        WCS of the coadd.
    weightFieldName : `str`, optional
        Name of the field of weights.
    warpingKernelName : `str`, optional
        Name of the kernel to warp with.
    cacheSize : `int`, optional
        Number of fractions of a pixel for which the kernel is computed; 0
        for all.
    averagePosition : `lsst.geom.Point2D`
        Average position, in pixels of the coadd; the field of weights must
        be called "weight" then.
    ctrl : `CoaddPsfControl`
        Kernel and number of fractions.

    Raises
    ------
    lsst.pex.exceptions.NotFoundError
        Raised if there is no field of weights.
    lsst.pex.exceptions.RuntimeError
        Raised if no average position is given, and the one that is found is
        on none of the exposures.
    """

    __module__ = "lsst.meas.algorithms"

    __hash__ = None

    @overload
    def __init__(
        self,
        catalog: ExposureCatalog,
        coaddWcs: SkyWcs,
        weightFieldName: str = _WEIGHT,
        warpingKernelName: str = "lanczos3",
        cacheSize: int = 10000,
    ) -> None: ...
    @overload
    def __init__(
        self,
        catalog: ExposureCatalog,
        coaddWcs: SkyWcs,
        averagePosition: Point2D,
        warpingKernelName: str = "lanczos3",
        cacheSize: int = 10000,
    ) -> None: ...
    @overload
    def __init__(
        self,
        catalog: ExposureCatalog,
        coaddWcs: SkyWcs,
        ctrl: CoaddPsfControl,
        weightFieldName: str = _WEIGHT,
    ) -> None: ...
    def __init__(self, catalog: Any, coaddWcs: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(isFixed=False)
        checkArguments("CoaddPsf", catalog=(catalog, ExposureCatalog), coaddWcs=(coaddWcs, SkyWcs))
        third = args[0] if args else None
        if "averagePosition" in kwargs or isinstance(third, Point2D):
            initialize: Any = self._initPosition
        elif "ctrl" in kwargs or isinstance(third, CoaddPsfControl):
            initialize = self._initControl
        else:
            initialize = self._initWeights
        initialize(catalog, coaddWcs, *args, **kwargs)

    def _initWeights(
        self,
        catalog: ExposureCatalog,
        coaddWcs: SkyWcs,
        weightFieldName: str = _WEIGHT,
        warpingKernelName: str = "lanczos3",
        cacheSize: int = 10000,
    ) -> None:
        checkArguments("CoaddPsf", weightFieldName=(weightFieldName, str))
        selected = _selectFields(catalog, weightFieldName)
        position = _computeAveragePosition(selected, coaddWcs)
        self._initPosition(selected, coaddWcs, position, warpingKernelName, cacheSize)

    def _initPosition(
        self,
        catalog: ExposureCatalog,
        coaddWcs: SkyWcs,
        averagePosition: Point2D,
        warpingKernelName: str = "lanczos3",
        cacheSize: int = 10000,
    ) -> None:
        checkArguments("CoaddPsf", averagePosition=(averagePosition, Point2D))
        self._catalog = ExposureCatalog(catalog)
        self._weightKey = catalog.schema[_WEIGHT].asKey()
        self._coaddWcs = coaddWcs
        self._averagePosition = averagePosition
        self._warpingKernelName = warpingKernelName
        self._control = WarpingControl(warpingKernelName, "", cacheSize)

    def _initControl(
        self,
        catalog: ExposureCatalog,
        coaddWcs: SkyWcs,
        ctrl: CoaddPsfControl,
        weightFieldName: str = _WEIGHT,
    ) -> None:
        self._initWeights(catalog, coaddWcs, weightFieldName, ctrl.warpingKernelName, ctrl.cacheSize)

    def clone(self) -> CoaddPsf:
        """Return a copy."""
        return CoaddPsf(*self._state())

    def _state(self) -> Any:
        """Return what this consists of."""
        cacheSize = self._control.getCacheSize()
        return self._catalog, self._coaddWcs, self._averagePosition, self._warpingKernelName, cacheSize

    def resized(self, width: int, height: int) -> NoReturn:
        """Raise an error: images of warped functions cannot be resized."""
        raise LogicError("Not Implemented")

    # ---- computation

    def getAveragePosition(self) -> Point2D:
        """Return the average position, in pixels of the coadd
        (`lsst.geom.Point2D`).
        """
        return self._averagePosition

    def _findComponents(self, position: Point2D, what: str) -> list[Any]:
        """List the exposures at a position, and their functions as seen in
        the coadd.

        Raises
        ------
        lsst.afw.detection.InvalidPsfError
            Raised if there are none.
        """
        records = self._catalog.subsetContaining(position, self._coaddWcs, True)
        if not records:
            raise InvalidPsfError(
                f"Cannot compute {what} at point {position}; no input images at that point."
            )
        return [(record, self._seenInCoadd(record)) for record in records]

    def _seenInCoadd(self, record: ExposureRecord) -> WarpedPsf:
        """Return the function of an exposure as it is seen in the coadd."""
        toCoadd = makeWcsPairTransform(record.wcs, self._coaddWcs)
        return WarpedPsf(record.getPsf(), toCoadd, self._control)

    def _doComputeBBox(self, position: Any = None, color: Any = None) -> Box2I:
        bbox = Box2I()
        for _, psf in self._findComponents(position, "BBox"):
            bbox = bbox.expandedTo(psf.computeBBox(position, color))
        return bbox

    def _doComputeKernelImage(self, position: Any = None, color: Any = None) -> ImageD:
        images, weights, bbox = [], [], Box2I()
        for record, psf in self._findComponents(position, "CoaddPsf"):
            try:
                images.append(psf.computeKernelImage(position, color, self.INTERNAL))
            except RangeError as err:
                err.add_note(f"Computing WarpedPsf kernel image for id={record.getId()}")
                raise
            weights.append(self._weightKey.get(record))
            bbox = bbox.expandedTo(images[-1].getBBox())
        mean = ImageD(bbox)
        for image, weight in zip(images, weights, strict=True):
            mean[image.getBBox()].array += weight / image.array.sum() * image.array
        with np.errstate(invalid="ignore", divide="ignore"):
            mean.array /= sum(weights)
        return mean

    # ---- components

    def getCoaddWcs(self) -> SkyWcs:
        """Return the WCS of the coadd (`lsst.afw.geom.SkyWcs`)."""
        return self._coaddWcs

    def getComponentCount(self) -> int:
        """Return the number of exposures that were coadded."""
        return len(self._catalog)

    def _component(self, index: Any) -> ExposureRecord:
        """Return the record of an exposure.

        Raises
        ------
        lsst.pex.exceptions.RangeError
            Raised if there is no such exposure.
        """
        index = toInteger(index)
        if not 0 <= index < len(self._catalog):
            raise RangeError("index of CoaddPsf component out of range")
        return self._catalog[index]

    def _get(self, index: int, name: str) -> Any:
        """Return the value of a field that not all catalogs have."""
        return self._component(index).get(self._catalog.schema[name].asKey())

    def getPsf(self, index: int, /) -> Psf | None:
        """Return the PSF of an exposure, in its own pixels."""
        return self._component(index).getPsf()

    def getWcs(self, index: int, /) -> SkyWcs:
        """Return the WCS of an exposure."""
        return self._component(index).wcs

    def getValidPolygon(self, index: int, /) -> Polygon | None:
        """Return the polygon of valid pixels of an exposure, or `None`."""
        return self._component(index).getValidPolygon()

    def getWeight(self, index: int, /) -> float:
        """Return the weight of an exposure."""
        return self._weightKey.get(self._component(index))

    def getId(self, index: int, /) -> int:
        """Return the identifier of an exposure."""
        return self._component(index).getId()

    def getBBox(self, index: int, /) -> Box2I:
        """Return the box of an exposure, in its own pixels."""
        return self._component(index).getBBox()

    def getTract(self, index: int, /) -> int:
        """Return the tract of a component of a template."""
        return self._get(index, "tract")

    def getPatch(self, index: int, /) -> int:
        """Return the patch of a component of a template."""
        return self._get(index, "patch")

    def isPersistable(self) -> bool:
        """Whether this can be written to a file: always `True`."""
        return True


def _selectFields(catalog: ExposureCatalog, weightFieldName: str) -> ExposureCatalog:
    """Copy a catalog without the fields that a PSF does not need.

    Parameters
    ----------
    catalog : `lsst.afw.table.ExposureCatalog`
        The catalog.
    weightFieldName : `str`
        Name of the field of weights, which becomes "weight".

    Returns
    -------
    selected : `lsst.afw.table.ExposureCatalog`
    """
    weightKey = catalog.schema[weightFieldName].asKey()
    schema = ExposureTable.makeMinimalSchema()
    kept = []
    for name in _KEPT:
        if name in catalog.schema:
            key, field = catalog.schema.find(name)
            kept.append((key, schema.addField(field)))
    kept.append((weightKey, schema.addField(_WEIGHT, type="D", doc="Coadd weight")))
    selected = ExposureCatalog(schema)
    selected.reserve(len(catalog))
    for record in catalog:
        copy = selected.addNew()
        copy.setId(record.getId())
        copy.setBBox(record.getBBox())
        for old, new in kept:
            new.set(copy, old.get(record))
        copy._shareComponents(record)
    return selected


def _computeAveragePosition(catalog: ExposureCatalog, coaddWcs: SkyWcs) -> Point2D:
    """Compute the weighted mean of the average positions of the exposures.

    Those of least weight are left out until it is on one of them.

    Parameters
    ----------
    catalog : `lsst.afw.table.ExposureCatalog`
        Exposures with a field of weights.
    coaddWcs : `lsst.afw.geom.SkyWcs`
        WCS of the coadd.

    Returns
    -------
    position : `lsst.geom.Point2D`
        In pixels of the coadd.

    Raises
    ------
    lsst.pex.exceptions.RuntimeError
        Raised if it is on none of them.
    """
    hasGoodPixels = "goodpix" in catalog.schema
    items = []
    for record in catalog:
        weight = record[_WEIGHT] * (record["goodpix"] if hasGoodPixels else 1)
        position = coaddWcs.skyToPixel(record.getWcs().pixelToSky(record.getPsf().getAveragePosition()))
        items.append((weight, np.array([position.getX() * weight, position.getY() * weight, weight])))
    items.sort(key=lambda item: item[0])
    total = sum((item for _, item in items), np.zeros(3))
    for _, item in [*items, (None, None)]:
        with np.errstate(invalid="ignore", divide="ignore"):
            position = Point2D(*(total[:2] / total[2]))
        if len(catalog.subsetContaining(position, coaddWcs, True)):
            return position
        if item is not None:
            total = total - item
    raise RuntimeError("Could not find a valid average position for CoaddPsf")


# ---- persistence

_SCHEMA = Schema(
    (
        Field("coaddwcs", "J", "archive ID of the coadd's WCS"),
        Field("cachesize", "J", "size of the warping cache"),
        Field("avgpos_x", "D", "PSF accessors default position", "pixel"),
        Field("avgpos_y", "D", "PSF accessors default position", "pixel"),
        Field("warpingkernelname", "32A", "warping kernel name"),
    )
)


def _read(archive: Any, rows: Any) -> CoaddPsf:
    if len(rows) != 2 or len(rows[0]) != 1:
        raise ValueError(f"expected one row and a catalog, found {[len(catalog) for catalog in rows]} rows")
    row = rows[0][0]
    psf = CoaddPsf(
        ExposureCatalog._readFromArchive(rows[1], archive),
        archive.get(row.integer("coaddwcs")),
        Point2D(row.scalar("avgpos_x"), row.scalar("avgpos_y")),
        row.string("warpingkernelname"),
        row.integer("cachesize"),
    )
    width = psf._control.getWarpingKernel().getWidth()
    if width > _MAX_KERNEL:
        raise ValueError(
            f"expected a warping kernel of at most {_MAX_KERNEL} pixels, "
            f"found {psf._warpingKernelName!r} of {width}"
        )
    return psf


def _write(psf: CoaddPsf, archive: OutputArchive) -> Iterator[tuple[Any, Any]]:
    yield _SCHEMA, _writeRow(psf, archive)
    yield psf._catalog._writeToArchive(archive)


def _writeRow(psf: CoaddPsf, archive: OutputArchive) -> Iterator[dict[str, Any]]:
    _, coaddWcs, averagePosition, warpingKernelName, cacheSize = psf._state()
    yield {
        "coaddwcs": archive.put(coaddWcs),
        "cachesize": cacheSize,
        "avgpos_x": averagePosition.getX(),
        "avgpos_y": averagePosition.getY(),
        "warpingkernelname": warpingKernelName,
    }


def _parts(psf: CoaddPsf) -> list[Any]:
    return [psf.getCoaddWcs(), *psf._catalog._findComponents()]


register(Persistable("CoaddPsf", "lsst.meas.algorithms", _read, _write, _parts))
