# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A slow and obvious warp of one pixel after another."""

__all__ = ["warpReference"]

import itertools
import math

import numpy as np

from lsst.geom import Point2D


def lanczosWeight(order, distance):
    """Weight of a pixel at a distance from the position."""
    if abs(distance) < 1e-9:
        return 1.0
    wide, narrow = math.pi * distance / order, math.pi * distance
    return math.sin(wide) * math.sin(narrow) / (wide * narrow)


def findWeights(name, position):
    """Find the pixels of one axis that count, and their weights.

    Parameters
    ----------
    name : `str`
        Name of the kernel.
    position : `float`
        Position along the axis.

    Returns
    -------
    weights : `dict` [`int`, `float`]
        Weight of each pixel.
    """
    first = math.floor(position)
    if name == "bilinear":
        return {first: first + 1 - position, first + 1: position - first}
    if name == "nearest":
        return {first: float(position - first < 0.5), first + 1: float(position - first >= 0.5)}
    order = int(name.removeprefix("lanczos"))
    pixels = range(first - order + 1, first + order + 1)
    return {pixel: lanczosWeight(order, pixel - position) for pixel in pixels}


def warpReference(source, bbox, srcToDest, kernel, maskKernel, growFullMask=0):
    """Warp a masked image.

    Parameters
    ----------
    source : `lsst.afw.image.MaskedImage`
        What to warp.
    bbox : `lsst.geom.Box2I`
        Pixels of the result.
    srcToDest : `lsst.afw.geom.TransformPoint2ToPoint2`
        Transform from the source.
    kernel, maskKernel : `str`
        Names of the kernels.
    growFullMask : `int`, optional
        Mask bits that spread like the image.

    Returns
    -------
    pixels : `dict` [`tuple` [`int`, `int`], `tuple` [`float`, `int`, \
`float`]]
        Image, mask and variance of each pixel (x, y) for which the source
        has all pixels under the kernel.
    """
    result, (x0, y0) = {}, source.getXY0()
    columns, rows = range(bbox.getBeginX(), bbox.getEndX()), range(bbox.getBeginY(), bbox.getEndY())
    for x, y in itertools.product(columns, rows):
        neighbors = [Point2D(x, y), Point2D(x - 1, y), Point2D(x, y - 1)]
        here, beside, below = map(np.array, srcToDest.applyInverse(neighbors))
        area = abs(np.linalg.det([here - beside, here - below]))
        weights, maskWeights = (combineWeights(name, here) for name in (kernel, maskKernel))
        if not all(source.getBBox().contains(*pixel) for pixel in weights):
            continue
        image, mask, variance, total = 0.0, 0, 0.0, sum(weights.values())
        for (i, j), weight in weights.items():
            pixel = j - y0, i - x0
            if weight:
                image += weight * float(source.image.array[pixel])
                variance += weight**2 * float(source.variance.array[pixel])
                mask |= int(source.mask.array[pixel]) & growFullMask
            if maskWeights.get((i, j)):
                mask |= int(source.mask.array[pixel])
        result[x, y] = image * area / total, mask, variance * (area / total) ** 2
    return result


def combineWeights(name, position):
    """Find the pixels that count for a position, and their weights."""
    columns, rows = (findWeights(name, coordinate) for coordinate in position)
    return {(i, j): columns[i] * rows[j] for j in rows for i in columns}
