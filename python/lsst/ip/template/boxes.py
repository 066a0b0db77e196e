# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arithmetic on sets of integer boxes."""

__all__ = ["boundingBox", "cutIntoStrips", "subtractBoxes"]

from collections.abc import Iterable

import lsst.geom as geom

STRIP_HEIGHT = 512
"""Number of rows of a strip of pixels."""


def boundingBox(boxes: Iterable[geom.Box2I]) -> geom.Box2I:
    """Compute the smallest box that contains all of some boxes.

    Parameters
    ----------
    boxes : `~collections.abc.Iterable` [`lsst.geom.Box2I`]
        Boxes in one pixel grid.

    Returns
    -------
    bbox : `lsst.geom.Box2I`
        Their bounding box; empty if there are none.
    """
    bbox = geom.Box2I()
    for box in boxes:
        bbox.include(box)
    return bbox


def cutIntoStrips(bbox: geom.Box2I, height: int = STRIP_HEIGHT) -> list[geom.Box2I]:
    """Cut a box into strips of rows, so that temporary arrays are small.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box to cut; may be empty.
    height : `int`, optional
        Number of rows of a strip. The last strip may have fewer.

    Returns
    -------
    strips : `list` [`lsst.geom.Box2I`]
        Disjoint boxes from the bottom to the top; none of an empty box.
    """
    return [
        geom.Box2I(geom.Point2I(bbox.getMinX(), y), geom.Extent2I(bbox.getWidth(), height)).clippedTo(bbox)
        for y in range(bbox.getBeginY(), bbox.getEndY(), height)
    ]


def subtractBoxes(bbox: geom.Box2I, covers: Iterable[geom.Box2I]) -> list[geom.Box2I]:
    """Cut several boxes out of one.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box to cut from.
    covers : `~collections.abc.Iterable` [`lsst.geom.Box2I`]
        Boxes to cut out, in the same pixel grid; they may overlap.

    Returns
    -------
    rest : `list` [`lsst.geom.Box2I`]
        Disjoint, non-empty boxes that together hold the pixels of ``bbox``
        that are in none of ``covers``.
    """
    rest = [] if bbox.isEmpty() else [bbox]
    for cover in covers:
        rest = [piece for box in rest for piece in _subtractBox(box, cover)]
    return rest


def _subtractBox(bbox: geom.Box2I, cover: geom.Box2I) -> list[geom.Box2I]:
    """Cut one box out of another: below, left, right and above of it."""
    common = bbox.clippedTo(cover)
    if common.isEmpty():
        return [bbox]
    xMin, xMax, yMin, yMax = bbox.getMinX(), bbox.getMaxX(), common.getMinY(), common.getMaxY()
    spans = [
        (xMin, bbox.getMinY(), xMax, yMin - 1),
        (xMin, yMin, common.getMinX() - 1, yMax),
        (common.getMaxX() + 1, yMin, xMax, yMax),
        (xMin, yMax + 1, xMax, bbox.getMaxY()),
    ]
    return [
        geom.Box2I(geom.Point2I(x0, y0), geom.Point2I(x1, y1))
        for x0, y0, x1, y1 in spans
        if x0 <= x1 and y0 <= y1
    ]
