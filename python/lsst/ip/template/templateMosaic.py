# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A template under construction."""

__all__ = ["Mosaic", "ValidMosaic", "hasData"]

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.geom import SkyWcs

from .boxes import boundingBox, cutIntoStrips, subtractBoxes

BoolArray: TypeAlias = npt.NDArray[np.bool_]


def hasData(maskedImage: afwImage.MaskedImage) -> BoolArray:
    """Return which pixels have data.

    Parameters
    ----------
    maskedImage : `lsst.afw.image.MaskedImage`
        Pixels.

    Returns
    -------
    hasData : `numpy.ndarray` [`bool`]
        Whether image and variance are finite and the mask has no
        ``NO_DATA``, of shape (height, width).
    """
    noData = maskedImage.mask.getPlaneBitMask("NO_DATA")
    isFinite = np.isfinite(maskedImage.image.array) & np.isfinite(maskedImage.variance.array)
    return isFinite & (maskedImage.mask.array & noData == 0)


class Mosaic:
    """The pixels of a template, put together from the last patch to the
    first.

    The later patch is used, whatever its pixels are. Going backwards, it is
    known what later patches cover before an earlier one is read, so that
    pixels that would be overwritten need not be read.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box of the template, in tract pixels.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the tract.
    """

    def __init__(self, bbox: geom.Box2I, wcs: SkyWcs) -> None:
        self.template = afwImage.ExposureF(bbox, wcs)
        self.template.maskedImage.set(np.nan, self.template.mask.getPlaneBitMask("NO_DATA"), np.nan)
        self.dataBoxes: dict[int, geom.Box2I] = {}
        """For each patch of which a pixel was copied, the bounding box of its
        pixels with data, in tract pixels; it may be empty.
        """
        self._covered: list[geom.Box2I] = []

    def computeNeeded(self, bbox: geom.Box2I) -> geom.Box2I:
        """Compute the part of a patch that must be read.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`
            Part of the patch inside the template, in tract pixels; not empty.

        Returns
        -------
        needed : `lsst.geom.Box2I`
            Box around the pixels that would be copied; empty if there are
            none.
        """
        return boundingBox(subtractBoxes(bbox, self._covered))

    def add(self, patch: int, coadd: afwImage.ExposureF) -> None:
        """Add the pixels of the patch before those already added.

        Parameters
        ----------
        patch : `int`
            Sequential patch number.
        coadd : `lsst.afw.image.ExposureF`
            Pixels of the patch, all of them inside the template.
        """
        bbox = coadd.getBBox()
        uncovered = subtractBoxes(bbox, self._covered)
        for box in uncovered:
            self.template.maskedImage.assign(coadd.maskedImage[box], box)
        self._covered.append(bbox)
        if uncovered:
            self.dataBoxes[patch] = _computeDataBox(coadd.maskedImage)


class ValidMosaic(Mosaic):
    """A mosaic of pixels with data only: what the later patch lacks is filled
    from the earlier ones.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box of the template, in tract pixels.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the tract.
    """

    def computeNeeded(self, bbox: geom.Box2I) -> geom.Box2I:
        # Docstring inherited.
        return bbox

    def add(self, patch: int, coadd: afwImage.ExposureF) -> None:
        # Docstring inherited.
        isUsed = False
        for strip in cutIntoStrips(coadd.getBBox()):
            source, target = coadd.maskedImage[strip], self.template.maskedImage[strip]
            isCopied = hasData(source) & np.isnan(target.image.array)
            for plane in ("image", "mask", "variance"):
                np.copyto(getattr(target, plane).array, getattr(source, plane).array, where=isCopied)
            isUsed = isUsed or bool(isCopied.any())
        if isUsed:
            self.dataBoxes[patch] = _computeDataBox(coadd.maskedImage)


def _computeDataBox(maskedImage: afwImage.MaskedImage) -> geom.Box2I:
    """Compute the bounding box of the pixels with data.

    From the sides inwards, since most often each side has data.
    """
    box = maskedImage.getBBox()
    right, up, none = geom.Extent2I(1, 0), geom.Extent2I(0, 1), geom.Extent2I(0, 0)
    for low, high in ((up, none), (none, up), (right, none), (none, right)):
        while not box.isEmpty():
            rest = geom.Box2I(box.getMin() + low, box.getMax() - high, invert=False)
            (side,) = subtractBoxes(box, [rest])
            if hasData(maskedImage[side]).any():
                break
            box = rest
    return box
