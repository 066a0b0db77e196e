# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arithmetic on sets of integer boxes."""

__all__ = ["boundingBox", "coverWithBoxes", "cutIntoStrips", "subtractBox", "subtractBoxes"]

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

import lsst.geom as geom

STRIP_HEIGHT = 512
"""Number of rows of a strip of pixels."""


def boundingBox(boxes: Iterable[geom.Box2I]) -> geom.Box2I:
    """Find the smallest box that contains all of some boxes.

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


def cutIntoStrips(bbox: geom.Box2I) -> list[geom.Box2I]:
    """Cut a box into strips of rows, so that what is made for one strip at a
    time takes little memory.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box to cut.

    Returns
    -------
    strips : `list` [`lsst.geom.Box2I`]
        Disjoint boxes of 512 rows, the last may have fewer, that together are
        ``bbox``.
    """
    size = geom.Extent2I(bbox.getWidth(), STRIP_HEIGHT)
    return [
        geom.Box2I(geom.Point2I(bbox.getMinX(), y), size).clippedTo(bbox)
        for y in range(bbox.getBeginY(), bbox.getEndY(), STRIP_HEIGHT)
    ]


def subtractBox(bbox: geom.Box2I, cover: geom.Box2I) -> list[geom.Box2I]:
    """Cut one box out of another.

    Parameters
    ----------
    bbox, cover : `lsst.geom.Box2I`
        Boxes in one pixel grid.

    Returns
    -------
    rest : `list` [`lsst.geom.Box2I`]
        At most four disjoint, non-empty boxes that together hold the pixels
        of ``bbox`` that are not in ``cover``.
    """
    common = bbox.clippedTo(cover)
    if common.isEmpty():
        return [] if bbox.isEmpty() else [bbox]
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
        rest = [piece for box in rest for piece in subtractBox(box, cover)]
    return rest


def coverWithBoxes(wanted: npt.NDArray[np.bool_], minimum: geom.Point2I) -> list[geom.Box2I]:
    """Cut a set of pixels into boxes.

    Parameters
    ----------
    wanted : `numpy.ndarray` [`bool`]
        Which pixels, of shape (height, width).
    minimum : `lsst.geom.Point2I`
        Position of the first of them.

    Returns
    -------
    boxes : `list` [`lsst.geom.Box2I`]
        Disjoint, non-empty boxes that together hold the wanted pixels and no
        others, each as high as it can be.
    """
    height = len(wanted)
    changes = (wanted[1:] != wanted[:-1]).any(axis=1)
    boxes: list[geom.Box2I] = []
    begun: dict[tuple[int, int], int] = {}
    for y in [0, *(np.flatnonzero(changes) + 1).tolist(), height]:
        runs = _findRuns(wanted[y]) if y < height else set()
        for run in sorted(begun.keys() - runs):
            first = minimum + geom.Extent2I(run[0], begun.pop(run))
            boxes.append(geom.Box2I(first, minimum + geom.Extent2I(run[1], y - 1)))
        begun.update((run, y) for run in runs - begun.keys())
    return boxes


def _findRuns(row: npt.NDArray[np.bool_]) -> set[tuple[int, int]]:
    """Find the first and last indices of the runs of `True` in a row."""
    edges = np.flatnonzero(np.diff(row, prepend=False, append=False)).tolist()
    return {(begin, end - 1) for begin, end in zip(edges[::2], edges[1::2], strict=True)}
