# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small geometric pieces that all sky maps share."""

__all__ = ["coordFromVec", "makeSkyPolygonFromBBox", "Index2D"]

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
