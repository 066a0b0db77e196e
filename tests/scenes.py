# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small scenes for the tests: skymaps, coadds and exposures in memory.

Every coadd pixel tells where it comes from: its value is made of its patch
and its place in the tract.
"""

__all__ = ["assertSamePixels", "makeCoadd", "makeExposure", "makeHandles", "makeSkyMap", "pixelValues"]

import numpy as np

import lsst.geom as geom
from lsst.afw.detection import GaussianPsf
from lsst.afw.geom import makeCdMatrix, makeSkyWcs
from lsst.afw.image import ExposureF, FilterLabel, PhotoCalib
from lsst.daf.base import PropertyList
from lsst.pipe.base import InMemoryDatasetHandle
from lsst.skymap import DiscreteSkyMap

PIXEL_SCALE = 1.0
"""Usual pixel scale of tracts and exposures, in arcseconds."""


def makeSkyMap(
    centers=((10.0, 0.0),),
    radius=0.03,
    patchSize=50,
    border=5,
    projection="TAN",
    rotation=0.0,
    pixelScale=PIXEL_SCALE,
):
    """Make a discrete skymap with a tract around each centre.

    Parameters
    ----------
    centers : `~collections.abc.Sequence` [`tuple` [`float`, `float`]]
        Right ascension and declination of each tract's centre, in degrees.
    radius : `float`
        Radius of the tracts, in degrees.
    patchSize, border : `int`
        Size of the patches' inner boxes and width of the border around
        them, in pixels.
    projection : `str`
        FITS code of the tracts' projection.
    rotation : `float`
        By how much the tracts' pixel grids are turned, in degrees.
    pixelScale : `float`
        Pixel scale, in arcseconds.
    """
    config = DiscreteSkyMap.ConfigClass()
    config.raList = [ra for ra, dec in centers]
    config.decList = [dec for ra, dec in centers]
    config.radiusList = [radius] * len(centers)
    config.projection = projection
    config.rotation = rotation
    config.pixelScale = pixelScale
    config.tractOverlap = 0.0
    config.tractBuilder["legacy"].patchInnerDimensions = [patchSize, patchSize]
    config.tractBuilder["legacy"].patchBorder = border
    return DiscreteSkyMap(config)


def makeExposure(
    center, size=(60, 40), rotation=0.0, flipX=False, xy0=(0, 0), pixelScale=PIXEL_SCALE, distortion=0.0
):
    """Make a science exposure centred at a place on the sky.

    Parameters
    ----------
    center : `lsst.geom.SpherePoint`
        Place of the centre of its box.
    size : `tuple` [`int`, `int`]
        Width and height, in pixels.
    rotation : `float`
        Position angle of its y axis, in degrees.
    flipX : `bool`
        Turn the x axis around?
    xy0 : `tuple` [`int`, `int`]
        Lower left pixel.
    pixelScale : `float`
        Pixel scale, in arcseconds.
    distortion : `float`
        SIP coefficient by which straight lines along both axes are bent, per
        pixel.
    """
    bbox = geom.Box2I(geom.Point2I(*xy0), geom.Extent2I(*size))
    cdMatrix = makeCdMatrix(
        scale=pixelScale * geom.arcseconds, orientation=rotation * geom.degrees, flipX=flipX
    )
    crpix = geom.Box2D(bbox).getCenter()
    if not distortion:
        return ExposureF(bbox, makeSkyWcs(crpix=crpix, crval=center, cdMatrix=cdMatrix))
    cards = PropertyList()
    for axis, name in enumerate(("RA---TAN-SIP", "DEC--TAN-SIP")):
        cards.set(f"CTYPE{axis + 1}", name)
        cards.set(f"CUNIT{axis + 1}", "deg")
        cards.set(f"CRVAL{axis + 1}", center[axis].asDegrees())
        # Pixels are counted from 1 there.
        cards.set(f"CRPIX{axis + 1}", crpix[axis] + 1.0)
        for other in (0, 1):
            cards.set(f"CD{axis + 1}_{other + 1}", float(cdMatrix[axis, other]))
    for name, value in {"RADESYS": "ICRS", "A_ORDER": 2, "B_ORDER": 2}.items():
        cards.set(name, value)
    for name in ("A_0_2", "B_2_0"):
        cards.set(name, distortion)
    return ExposureF(bbox, makeSkyWcs(cards))


def pixelValues(patch, bbox):
    """Return the pixels of a patch's coadd, of shape (height, width)."""
    y, x = np.mgrid[bbox.getMinY() : bbox.getEndY(), bbox.getMinX() : bbox.getEndX()]
    return (10000 * patch + 100 * (y % 100) + x % 100).astype(np.float32)


def makeCoadd(tractInfo, patch, bbox=None, band="r", calibration=2.0):
    """Make the coadd of a patch.

    Parameters
    ----------
    tractInfo : `lsst.skymap.TractInfo`
        Tract.
    patch : `int`
        Sequential patch number.
    bbox : `lsst.geom.Box2I`, optional
        Box of the coadd, in tract pixels; by default the patch's outer box.
    band : `str`
        Band of its filter label.
    calibration : `float`
        Calibration mean, in nJy a count.
    """
    bbox = tractInfo[patch].getOuterBBox() if bbox is None else bbox
    coadd = ExposureF(bbox, tractInfo.getWcs())
    coadd.image.array[:] = pixelValues(patch, bbox)
    coadd.variance.array[:] = 1.0 + patch
    coadd.mask.array[:] = (coadd.image.array % 7 == 0) * coadd.mask.getPlaneBitMask("DETECTED")
    coadd.setPsf(GaussianPsf(11, 11, 2.0 + 0.01 * patch))
    coadd.setFilter(FilterLabel(band=band, physical=f"{band}_x"))
    coadd.setPhotoCalib(PhotoCalib(calibration))
    return coadd


def assertSamePixels(exposure, other):
    """Fail unless two exposures have the same pixels, in all planes."""
    for plane in ("image", "mask", "variance"):
        np.testing.assert_array_equal(getattr(exposure, plane).array, getattr(other, plane).array)


def makeHandles(tractInfo, patches, **kwargs):
    """Make handles of the coadds of some patches, keyed by patch number.

    Parameters
    ----------
    tractInfo : `lsst.skymap.TractInfo`
        Tract.
    patches : `~collections.abc.Iterable` [`int`]
        Sequential patch numbers.
    **kwargs
        For `makeCoadd`.
    """
    return {
        patch: InMemoryDatasetHandle(
            makeCoadd(tractInfo, patch, **kwargs),
            storageClass="ExposureF",
            tract=tractInfo.getId(),
            patch=patch,
        )
        for patch in patches
    }
