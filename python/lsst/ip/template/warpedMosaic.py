# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A template on the science grid under construction."""

__all__ = ["WarpedMosaic"]

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.geom import Polygon, SkyWcs
from lsst.afw.math import Warper

from .boxes import cutIntoStrips

BoolArray: TypeAlias = npt.NDArray[np.bool_]


class WarpedMosaic:
    """The pixels of a template, put together from tracts.

    The pixels that are there stand; those of a further tract fill what is
    lacking. A pixel is there if its image is finite and it has no
    ``NO_DATA``; all others are NaN with ``NO_DATA``.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box of the template, in science pixels.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the science exposure.
    warper : `lsst.afw.math.Warper`
        Warps to that WCS.
    """

    def __init__(self, bbox: geom.Box2I, wcs: SkyWcs, warper: Warper) -> None:
        self.template = afwImage.ExposureF(bbox, wcs)
        self.template.maskedImage.set(np.nan, self._noData, np.nan)
        self._warper = warper

    @property
    def _noData(self) -> int:
        return self.template.mask.getPlaneBitMask("NO_DATA")

    def findLacking(self) -> geom.Box2I:
        """Find where pixels are lacking.

        Returns
        -------
        bbox : `lsst.geom.Box2I`
            Box around the pixels without data, in science pixels; empty if
            there are none.
        """
        lacking = geom.Box2I()
        for strip in cutIntoStrips(self.template.getBBox()):
            mask = self.template.mask[strip].array
            rows, columns = (np.flatnonzero((mask & self._noData).any(axis=axis)) for axis in (1, 0))
            for row, column in zip(rows[[0, -1]], columns[[0, -1]], strict=True) if len(rows) else ():
                lacking.include(strip.getMin() + geom.Extent2I(int(column), int(row)))
        return lacking

    def add(self, unwarped: afwImage.ExposureF, bbox: geom.Box2I) -> Polygon | None:
        """Warp the pixels of a tract into the places where pixels are
        lacking.

        Parameters
        ----------
        unwarped : `lsst.afw.image.ExposureF`
            Pixels of the tract, with its WCS.
        bbox : `lsst.geom.Box2I`
            Part of the template to fill, in science pixels.

        Returns
        -------
        outline : `lsst.afw.geom.Polygon` or `None`
            Convex hull of the pixels filled, in science pixels; `None` if
            there are none.
        """
        corners: list[geom.Point2D] = []
        for strip in cutIntoStrips(bbox):
            target = self.template.maskedImage[strip]
            lacking = target.mask.array & self._noData != 0
            if not lacking.any():
                continue
            warped = self._warper.warpExposure(self.template.getWcs(), unwarped, destBBox=strip).maskedImage
            filled = lacking & np.isfinite(warped.image.array) & (warped.mask.array & self._noData == 0)
            for plane in ("image", "mask", "variance"):
                np.copyto(getattr(target, plane).array, getattr(warped, plane).array, where=filled)
            corners += _findCorners(filled, strip.getMin())
        return Polygon(corners).convexHull() if corners else None


def _findCorners(filled: BoolArray, minimum: geom.Point2I) -> list[geom.Point2D]:
    """Find corners of pixels whose convex hull is that of all of them."""
    corners = []
    for row in np.flatnonzero(filled.any(axis=1)):
        columns = np.flatnonzero(filled[row])
        for x in (minimum.x + columns[0] - 0.5, minimum.x + columns[-1] + 0.5):
            corners += [geom.Point2D(x, minimum.y + row - 0.5), geom.Point2D(x, minimum.y + row + 0.5)]
    return corners
