# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small geometric pieces that all sky maps share."""

__all__ = ["Index2D", "coordFromVec", "makeSkyPolygonFromBBox", "pairFromNumber", "resolveIndex"]

import numbers
import sys
from typing import Any, NamedTuple

import lsst.geom as geom
from lsst.afw.geom import SkyWcs
from lsst.geom import Angle, Box2D, Box2I, SpherePoint
from lsst.sphgeom import ConvexPolygon, Vector3d


class Index2D(NamedTuple):
    """Position of a patch in its tract, or of a cell in its patch.

    Parameters
    ----------
    x : `int`
        Column, counted from 0.
    y : `int`
        Row, counted from 0.
    """

    x: int
    y: int


def pairFromNumber(number: Any, num: Index2D) -> Index2D:
    """Convert the number of an element of a grid to its column and row.

    Parameters
    ----------
    number : `int`
        Number of the element, counted row by row from 0.
    num : `Index2D`
        Number of columns and of rows.

    Returns
    -------
    pair : `Index2D`
        Column and row.
    """
    y, x = divmod(number, num.x)
    return Index2D(x=x, y=y)


def resolveIndex(what: str, index: Any, num: Index2D) -> Index2D:
    """Find the column and row of an element of a grid.

    Parameters
    ----------
    what : `str`
        What the elements are, for the error message.
    index : `Index2D`, pair of `int`, or `int`
        Column and row of the element, or its number.
    num : `Index2D`
        Number of columns and of rows.

    Returns
    -------
    pair : `Index2D`
        Column and row.

    Raises
    ------
    IndexError
        Raised if there is no such element.
    """
    pair = pairFromNumber(index, num) if isinstance(index, numbers.Number) else Index2D(*index)
    if not (0 <= pair.x < num.x and 0 <= pair.y < num.y):
        raise IndexError(f"{what} index {tuple(pair)} is not in range [0-{num.x - 1}, 0-{num.y - 1}]")
    return pair


def coordFromVec(vec: Any, defRA: Angle | None = None) -> SpherePoint:
    """Convert a cartesian vector to a sky position.

    Parameters
    ----------
    vec : `~collections.abc.Sequence` [`float`]
        ICRS cartesian vector of three components, of any length.
    defRA : `lsst.geom.Angle`, optional
        Right ascension of a vector that points exactly at a pole.

    Returns
    -------
    coord : `lsst.geom.SpherePoint`
        ICRS position.

    Raises
    ------
    RuntimeError
        Raised if ``vec`` points at a pole and ``defRA`` is `None`.
    """
    if max(abs(vec[0]), abs(vec[1])) >= sys.float_info.min:
        return geom.SpherePoint(Vector3d(*(float(component) for component in vec)))
    if defRA is None:
        raise RuntimeError(f"{tuple(vec)} points at a pole and has no right ascension, and defRA is None")
    return geom.SpherePoint(defRA, (90.0 if vec[2] > 0 else -90.0) * geom.degrees)


def makeSkyPolygonFromBBox(bbox: Box2I | Box2D, wcs: SkyWcs) -> ConvexPolygon:
    """Make the region on the sky that a pixel box covers.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I` or `lsst.geom.Box2D`
        Box in the pixels of ``wcs``; an integer box counts with the whole
        of its outermost pixels.
    wcs : `lsst.afw.geom.SkyWcs`
        Pixels to ICRS.

    Returns
    -------
    polygon : `lsst.sphgeom.ConvexPolygon`
        Polygon whose vertices are the corners of the box.
    """
    corners = wcs.pixelToSky(geom.Box2D(bbox).getCorners())
    return ConvexPolygon([corner.getVector() for corner in corners])
