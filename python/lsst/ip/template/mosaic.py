# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A template under construction."""

__all__ = ["Mosaic", "countDataPixels"]

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom

from .boxes import boundingBox, subtractBoxes


class Mosaic:
    """A template that is put together from the last patch to the first.

    Going backwards, what a later patch covers is known before an earlier one
    is read, so that pixels that would be overwritten need not be read.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box of the template, in tract pixels.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the tract.
    keepValid : `bool`
        Does a valid pixel of an earlier patch stand where the later ones have
        ``NO_DATA`` or NaN?
    """

    def __init__(self, bbox, wcs, keepValid=False):
        self.template = afwImage.ExposureF(bbox, wcs)
        self.template.maskedImage.set(np.nan, self.template.mask.getPlaneBitMask("NO_DATA"), np.nan)
        self._keepValid = keepValid
        self._covered = []

    def findNeeded(self, bbox):
        """Find the part of a patch that must be read.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`
            Part of the patch inside the template, in tract pixels; not empty.

        Returns
        -------
        needed : `lsst.geom.Box2I`
            Box around the pixels that would stand in the template; a single
            pixel if there are none, since the patch may still be the one to
            give the PSF.
        """
        if self._keepValid:
            return bbox
        needed = boundingBox(subtractBoxes(bbox, self._covered))
        return geom.Box2I(bbox.getMin(), geom.Extent2I(1, 1)) if needed.isEmpty() else needed

    def add(self, coadd):
        """Add the patch before those already added.

        Parameters
        ----------
        coadd : `lsst.afw.image.ExposureF`
            Pixels of the patch, all of them inside the template. The template
            gets its PSF, filter and photometric calibration, as far as it has
            them.
        """
        bbox = coadd.getBBox()
        for box in subtractBoxes(bbox, self._covered):
            self.template.maskedImage.assign(coadd.maskedImage[box], box)
        if self._keepValid:
            self._fillInvalid(coadd)
        self._covered.append(bbox)
        self._copyComponents(coadd)

    def _fillInvalid(self, coadd):
        """Replace the template's invalid pixels by valid ones of a coadd."""
        target = self.template.maskedImage[coadd.getBBox()]
        fill = _findValid(coadd.maskedImage) & ~_findValid(target)
        for plane in ("image", "mask", "variance"):
            getattr(target, plane).array[fill] = getattr(coadd, plane).array[fill]

    def _copyComponents(self, coadd):
        if coadd.getPsf() is not None:
            self.template.setPsf(coadd.getPsf())
        if coadd.getFilter() is not None:
            self.template.setFilter(coadd.getFilter())
        if coadd.getPhotoCalib() is not None:
            self.template.setPhotoCalib(coadd.getPhotoCalib())


def _findValid(maskedImage):
    """Tell the pixels with data, of shape (height, width)."""
    noData = maskedImage.mask.getPlaneBitMask("NO_DATA")
    return np.isfinite(maskedImage.image.array) & (maskedImage.mask.array & noData == 0)


def countDataPixels(mask, rows=256):
    """Count the pixels that hold data.

    Parameters
    ----------
    mask : `lsst.afw.image.Mask`
        Mask of the template.
    rows : `int`, optional
        Number of rows to look at at a time, so that no temporary array is as
        large as the template.

    Returns
    -------
    area : `int`
        Number of pixels without ``NO_DATA``. Counting NaNs instead would
        miss pixels without data that were interpolated over.
    """
    noData = mask.getPlaneBitMask("NO_DATA")
    array = mask.array
    return sum(
        int(np.count_nonzero((array[start : start + rows] & noData) == 0))
        for start in range(0, len(array), rows)
    )
