# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PSF of a template as that of each patch where its own pixels stand."""

__all__ = ["PatchPixels", "clipCatalog", "makeCoaddInputs", "makePatchCatalog", "makePatchPsf"]

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.detection import Psf
from lsst.afw.geom import Polygon, SkyWcs
from lsst.afw.table import ExposureCatalog, ExposureTable
from lsst.meas.algorithms import CoaddPsf

from .interfaces import TemplatePatch

_SEAM = 1e-6
"""Number of pixels by which a box reaches beyond its upper edges.

A position on the border of two boxes is in neither otherwise, since the
outline of a polygon is not a part of it.
"""


@dataclass(frozen=True)
class PatchPixels:
    """Where the pixels of a patch stand in a template, and what they are
    worth.
    """

    patchInfo: TemplatePatch
    """The patch."""

    boxes: Sequence[geom.Box2I]
    """Disjoint boxes that hold these pixels and no others, in tract pixels."""

    psf: Psf | None
    """PSF of the coadd."""

    photoCalib: afwImage.PhotoCalib | None
    """Photometric calibration of the pixels."""


def makePatchCatalog(tract: int, wcs: SkyWcs, patches: Iterable[PatchPixels]) -> ExposureCatalog:
    """List the patches whose pixels stand in a template.

    Parameters
    ----------
    tract : `int`
        Tract.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the tract.
    patches : `~collections.abc.Iterable` [`PatchPixels`]
        The patches.

    Returns
    -------
    catalog : `lsst.afw.table.ExposureCatalog`
        A record for each box of each patch, with ``tract``, ``patch``,
        ``weight`` (1), the patch's outer box, the outline of the box as valid
        polygon, WCS, photometric calibration and PSF.
    """
    schema = ExposureTable.makeMinimalSchema()
    tractKey = schema.addField("tract", type=np.int32, doc="Tract that the pixels are from.")
    patchKey = schema.addField("patch", type=np.int32, doc="Patch that the pixels are from.")
    weightKey = schema.addField("weight", type=float, doc="Weight of the PSF; always 1.")
    catalog = ExposureCatalog(schema)
    for pixels in patches:
        for box in pixels.boxes:
            record = catalog.addNew()
            record.set(tractKey, tract)
            record.set(patchKey, pixels.patchInfo.getSequentialIndex())
            record.set(weightKey, 1.0)
            record.setBBox(pixels.patchInfo.getOuterBBox())
            record.setValidPolygon(_outline(box))
            record.setWcs(wcs)
            record.setPhotoCalib(pixels.photoCalib)
            record.setPsf(pixels.psf)
    return catalog


def _outline(box: geom.Box2I) -> Polygon:
    """Make the outline of a box, such that boxes side by side leave no gap."""
    region = geom.Box2D(box)
    upper = region.getMax() + geom.Extent2D(_SEAM, _SEAM)
    return Polygon(geom.Box2D(region.getMin(), upper).getCorners())


def clipCatalog(catalog: ExposureCatalog, outline: Polygon, wcs: SkyWcs) -> ExposureCatalog:
    """Confine the patches of one tract to a part of a template.

    Parameters
    ----------
    catalog : `lsst.afw.table.ExposureCatalog`
        What `makePatchCatalog` gave.
    outline : `lsst.afw.geom.Polygon`
        The part of the template, in the template's pixels.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the template.

    Returns
    -------
    clipped : `lsst.afw.table.ExposureCatalog`
        The records whose valid polygons reach into the part, with what they
        have in common with it as valid polygons; one for each piece.
    """
    clipped = ExposureCatalog(catalog.schema)
    corners = wcs.pixelToSky(outline.getVertices())
    for record in catalog:
        inTract = Polygon(record.getWcs().skyToPixel(corners))
        for piece in record.getValidPolygon().intersection(inTract):
            clippedRecord = clipped.addNew()
            clippedRecord.assign(record)
            clippedRecord.setValidPolygon(piece)
    return clipped


def makePatchPsf(
    catalog: ExposureCatalog,
    wcs: SkyWcs,
    position: geom.Point2D,
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
    position : `lsst.geom.Point2D`
        Where the PSF is best asked for its typical properties, in the
        template's pixels.
    warpingKernelName : `str`, optional
        Kernel that PSFs are resampled with, where ``wcs`` is not a tract's.
    cacheSize : `int`, optional
        Size of that kernel's cache.

    Returns
    -------
    psf : `lsst.afw.detection.Psf` or `None`
        The PSF; `None` if no patch has one.
    """
    hasPsf = np.array([record.getPsf() is not None for record in catalog], dtype=bool)
    if not hasPsf.any():
        return None
    return CoaddPsf(catalog.subset(hasPsf), wcs, position, warpingKernelName, cacheSize)


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
