# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PSF of a template, made of those of its patches."""

__all__ = [
    "UsedPatch",
    "clipCatalog",
    "makeCoaddInputs",
    "makePatchCatalog",
    "makePatchPsf",
]

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.detection import Psf
from lsst.afw.geom import Polygon, SkyWcs
from lsst.afw.table import ExposureCatalog, ExposureTable
from lsst.meas.algorithms import CoaddPsf

from .coaddRecord import CoaddRecord
from .interfaces import TemplatePatch

_SEAM = 1e-6
"""Number of pixels by which a box reaches beyond its upper edges.

A position on the border of two boxes is in neither otherwise, since the
outline of a polygon is not a part of it.
"""


@dataclass(frozen=True)
class UsedPatch:
    """A patch of which pixels were copied into a template."""

    patchInfo: TemplatePatch
    """The patch."""

    record: CoaddRecord
    """Its coadd."""

    regions: Sequence[geom.Box2I]
    """Disjoint boxes in which the PSF is this patch's, in tract pixels; none
    if later patches cover all of its pixels with data.
    """

    photoCalib: afwImage.PhotoCalib | None
    """Photometric calibration of the copied pixels."""


def makePatchCatalog(tract: int, wcs: SkyWcs, patches: Iterable[UsedPatch]) -> ExposureCatalog:
    """List the patches whose PSFs a template has.

    Parameters
    ----------
    tract : `int`
        Tract.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the tract.
    patches : `~collections.abc.Iterable` [`UsedPatch`]
        The patches.

    Returns
    -------
    catalog : `lsst.afw.table.ExposureCatalog`
        A record for each region of each patch, with ``tract``, ``patch``,
        ``weight`` (1), the patch's outer box, the outline of the region as
        valid polygon, WCS, photometric calibration and PSF.
    """
    schema = ExposureTable.makeMinimalSchema()
    tractKey = schema.addField("tract", type=np.int32, doc="Tract that the pixels are from.")
    patchKey = schema.addField("patch", type=np.int32, doc="Patch that the pixels are from.")
    weightKey = schema.addField("weight", type=float, doc="Weight of the PSF; always 1.")
    catalog = ExposureCatalog(schema)
    for patch in patches:
        for region in patch.regions:
            record = catalog.addNew()
            record.set(tractKey, tract)
            record.set(patchKey, patch.patchInfo.getSequentialIndex())
            record.set(weightKey, 1.0)
            record.setBBox(patch.patchInfo.getOuterBBox())
            record.setValidPolygon(_makeOutline(region))
            record.setWcs(wcs)
            record.setPhotoCalib(patch.photoCalib)
            record.setPsf(patch.record.psf)
    return catalog


def _makeOutline(box: geom.Box2I) -> Polygon:
    """Make the outline of a box, such that boxes side by side leave no gap."""
    region = geom.Box2D(box)
    upper = region.getMax() + geom.Extent2D(_SEAM, _SEAM)
    return Polygon(geom.Box2D(region.getMin(), upper).getCorners())


def clipCatalog(catalog: ExposureCatalog, outlines: Iterable[Polygon], wcs: SkyWcs) -> ExposureCatalog:
    """Confine the patches of one tract to parts of a template.

    Parameters
    ----------
    catalog : `lsst.afw.table.ExposureCatalog`
        What `makePatchCatalog` gave.
    outlines : `~collections.abc.Iterable` [`lsst.afw.geom.Polygon`]
        The parts of the template, in the template's pixels.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the template.

    Returns
    -------
    clipped : `lsst.afw.table.ExposureCatalog`
        The records whose valid polygons reach into a part, with what they
        have in common with it as valid polygons; one for each piece.
    """
    clipped = ExposureCatalog(catalog.schema)
    sky = [wcs.pixelToSky(outline.getVertices()) for outline in outlines]
    for record in catalog:
        for corners in sky:
            inTract = Polygon(record.getWcs().skyToPixel(corners))
            for piece in record.getValidPolygon().intersection(inTract):
                clippedRecord = clipped.addNew()
                clippedRecord.assign(record)
                clippedRecord.setValidPolygon(piece)
    return clipped


def makePatchPsf(
    catalog: ExposureCatalog,
    wcs: SkyWcs,
    middle: geom.Point2D,
    warpingKernelName: str = "lanczos3",
    cacheSize: int = 10000,
) -> Psf | None:
    """Make the PSF of a template from those of its patches.

    Parameters
    ----------
    catalog : `lsst.afw.table.ExposureCatalog`
        What `makePatchCatalog` gave, of one tract or of several.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the template.
    middle : `lsst.geom.Point2D`
        Middle of the template, in its pixels. The average position of the PSF
        is there or, where no patch has a PSF there, inside the closest region
        with one.
    warpingKernelName : `str`, optional
        Kernel that PSFs are resampled with, where ``wcs`` is not a tract's.
    cacheSize : `int`, optional
        Size of that kernel's cache.

    Returns
    -------
    psf : `lsst.afw.detection.Psf` or `None`
        The PSF; `None` if no patch has one.
    """
    withPsf = catalog.subset(np.array([record.getPsf() is not None for record in catalog], dtype=bool))
    if not len(withPsf):
        return None
    sky = wcs.pixelToSky(middle)
    places = []
    for record in withPsf:
        polygon, inTract = record.getValidPolygon(), record.getWcs().skyToPixel(sky)
        place = inTract if polygon.contains(inTract) else polygon.calculateCenter()
        places.append(wcs.skyToPixel(record.getWcs().pixelToSky(place)))
    position = min(places, key=lambda place: (place - middle).computeNorm())
    return CoaddPsf(withPsf, wcs, position, warpingKernelName, cacheSize)


def makeCoaddInputs(catalog: ExposureCatalog) -> afwImage.CoaddInputs:
    """Make the inputs of a template.

    Parameters
    ----------
    catalog : `lsst.afw.table.ExposureCatalog`
        What `makePatchCatalog` gave, of one tract or of several.

    Returns
    -------
    inputs : `lsst.afw.image.CoaddInputs`
        With the catalog as ``ccds``, and without visits.
    """
    inputs = afwImage.CoaddInputs(ExposureTable.makeMinimalSchema(), catalog.schema)
    inputs.ccds.extend(catalog, deep=True)
    return inputs
