# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A template under construction."""

__all__ = ["Mosaic", "ValidMosaic"]

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.geom import SkyWcs

from .boxes import boundingBox, coverWithBoxes, cutIntoStrips, subtractBoxes

BoolArray: TypeAlias = npt.NDArray[np.bool_]


class Mosaic:
    """The pixels of a template, put together from the last patch to the
    first.

    The later patch stands, whatever its pixels are. Going backwards, what a
    later patch covers is known before an earlier one is read, so that pixels
    that would be overwritten need not be read.

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
        self._added: dict[int, geom.Box2I] = {}
        self._stands: dict[int, list[geom.Box2I]] = {}

    def findNeeded(self, bbox: geom.Box2I) -> geom.Box2I:
        """Find the part of a patch that must be read.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`
            Part of the patch inside the template, in tract pixels; not empty.

        Returns
        -------
        needed : `lsst.geom.Box2I`
            Box around the pixels that would stand in the template; empty if
            there are none.
        """
        return boundingBox(self._findUncovered(bbox))

    def findStanding(self, coadd: afwImage.Exposure) -> BoolArray:
        """Find the pixels of a coadd that would stand in the template.

        Parameters
        ----------
        coadd : `lsst.afw.image.Exposure`
            Pixels of the patch before those already added, all of them inside
            the template.

        Returns
        -------
        stands : `numpy.ndarray` [`bool`]
            Of shape (height, width). What an earlier patch may yet replace
            counts as standing.
        """
        bbox = coadd.getBBox()
        stands = np.zeros((bbox.getHeight(), bbox.getWidth()), dtype=bool)
        for box in self._findUncovered(bbox):
            box.shift(geom.Point2I(0, 0) - bbox.getMin())
            stands[box.getSlices()] = True
        return stands

    def add(self, patch: int, coadd: afwImage.ExposureF) -> None:
        """Add the pixels of the patch before those already added.

        Parameters
        ----------
        patch : `int`
            Sequential patch number.
        coadd : `lsst.afw.image.ExposureF`
            Pixels of the patch, all of them inside the template.
        """
        uncovered = self._findUncovered(coadd.getBBox())
        for box in uncovered:
            self.template.maskedImage.assign(coadd.maskedImage[box], box)
        if uncovered:
            self._added[patch] = coadd.getBBox()
            self._stands[patch] = uncovered

    def _findUncovered(self, bbox: geom.Box2I) -> list[geom.Box2I]:
        """Cut out of a box what the patches already added cover."""
        return subtractBoxes(bbox, self._added.values())

    def findUsed(self) -> dict[int, list[geom.Box2I]]:
        """Find the patches whose pixels stand in the template, and where.

        Returns
        -------
        used : `dict` [`int`, `list` [`lsst.geom.Box2I`]]
            For the sequential numbers of such patches, disjoint boxes that
            hold their pixels and no others, in tract pixels.
        """
        return self._stands


class ValidMosaic(Mosaic):
    """A mosaic in which a pixel with ``NO_DATA`` or NaN never takes the place
    of a valid one of an earlier patch.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box of the template, in tract pixels.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the tract.
    """

    def __init__(self, bbox: geom.Box2I, wcs: SkyWcs) -> None:
        super().__init__(bbox, wcs)
        # The place in the order of adding, from 1, of the patch of each pixel.
        self._places = afwImage.ImageU(bbox, 0)

    def findNeeded(self, bbox: geom.Box2I) -> geom.Box2I:
        # Docstring inherited.
        return bbox

    def findStanding(self, coadd: afwImage.Exposure) -> BoolArray:
        # Docstring inherited.
        target = self.template.maskedImage[coadd.getBBox()]
        return super().findStanding(coadd) | (_findValid(coadd.maskedImage) & ~_findValid(target))

    def add(self, patch: int, coadd: afwImage.ExposureF) -> None:
        # Docstring inherited.
        place = len(self._added) + 1
        for strip in cutIntoStrips(coadd.getBBox()):
            source, target = coadd[strip], self.template.maskedImage[strip]
            stands = self.findStanding(source)
            for plane in ("image", "mask", "variance"):
                np.copyto(getattr(target, plane).array, getattr(source, plane).array, where=stands)
            self._places[strip].array[stands] = place
        self._added[patch] = coadd.getBBox()

    def findUsed(self) -> dict[int, list[geom.Box2I]]:
        # Docstring inherited. A patch's pixels may all have been replaced.
        boxes = {
            patch: coverWithBoxes(self._places[bbox].array == place, bbox.getMin())
            for place, (patch, bbox) in enumerate(self._added.items(), start=1)
        }
        return {patch: found for patch, found in boxes.items() if found}


def _findValid(maskedImage: afwImage.MaskedImage) -> BoolArray:
    """Return the pixels with data, of shape (height, width)."""
    noData = maskedImage.mask.getPlaneBitMask("NO_DATA")
    return np.isfinite(maskedImage.image.array) & (maskedImage.mask.array & noData == 0)
