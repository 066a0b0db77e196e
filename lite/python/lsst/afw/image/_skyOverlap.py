# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a box of pixels is in the sky."""

__all__ = ["containsSkyCoords", "makeConvexPolygon"]

from typing import Any

import numpy as np
import numpy.typing as npt

from lsst.afw.geom import SkyWcs
from lsst.geom import Box2D, Box2I
from lsst.sphgeom import ConvexPolygon


def makeConvexPolygon(bbox: Box2I, wcs: SkyWcs, padding: int) -> ConvexPolygon:
    """Make the region of the sky that a grown box covers.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box of pixels.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the pixels.
    padding : `int`
        How much to grow the box first, in pixels.

    Returns
    -------
    polygon : `lsst.sphgeom.ConvexPolygon`
        Convex hull of the corners.
    """
    box = Box2D(bbox)
    box.grow(padding)
    return ConvexPolygon([sky.getVector() for sky in wcs.pixelToSky(box.getCorners())])


def containsSkyCoords(bbox: Box2I, wcs: SkyWcs, ra: Any, dec: Any, padding: int) -> npt.NDArray[Any]:
    """Find out which positions in the sky are in a box of pixels.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box of pixels.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the pixels.
    ra, dec : `astropy.units.Quantity`
        Positions (ICRS), with angular units.
    padding : `int`
        How much to grow the box for the polygon with which positions on the
        far side of the sky, where a WCS means nothing, are sorted out.

    Returns
    -------
    contained : `numpy.ndarray` [`bool`]
        Whether each position is in the box.
    """
    ra = np.atleast_1d(ra.to_value("rad")).astype(float)
    dec = np.atleast_1d(dec.to_value("rad")).astype(float)
    contained: Any = makeConvexPolygon(bbox, wcs, padding).contains(ra, dec)
    if contained.any():
        x, y = wcs.skyToPixelArray(ra[contained], dec[contained])
        contained[contained] = Box2D(bbox).contains(x, y)
    return contained
