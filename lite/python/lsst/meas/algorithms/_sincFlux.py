# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fluxes in apertures, exact for images that are sampled well.

Bickerton and Lupton 2013, MNRAS 431, 1275.
"""

__all__ = ["computeSincFlux"]

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from lsst.afw.image import ImageD
from lsst.geom import Box2D, Box2I, Extent2D, Extent2I, Point2D, Point2I

_MIN_HALF_WIDTH = 8
"""Least number of pixels from the centre of the weights to their edge."""


def computeSincFlux(image: ImageD, radius: float) -> float:
    """Compute the flux in a circle around the pixel (0, 0).

    Parameters
    ----------
    image : `lsst.afw.image.ImageD`
        Image of something around that pixel.
    radius : `float`
        Radius, in pixels.

    Returns
    -------
    flux : `float`
        NaN if the circle is not all on the image.
    """
    center, offset = Point2D(0, 0), Extent2D(radius, radius)
    weights = _computeWeights(radius)
    half = len(weights) // 2
    box = Box2I(Point2I(-half, -half), Extent2I(len(weights), len(weights))).clippedTo(image.getBBox())
    if not box.contains(Box2I(Box2D(center - offset, center + offset))):
        return math.nan
    rows = slice(box.getBeginY() + half, box.getEndY() + half)
    columns = slice(box.getBeginX() + half, box.getEndX() + half)
    return float((image[box].array * weights[rows, columns]).sum())


def _computeWeights(radius: float) -> npt.NDArray[Any]:
    """Compute the weights of the pixels.

    They are the circle, smoothed so that it has no frequencies that pixels
    cannot have, which makes them exact for all that has none either.

    Parameters
    ----------
    radius : `float`
        Radius, in pixels.

    Returns
    -------
    weights : `numpy.ndarray`
        Square array; the circle is in its middle.
    """
    width = 2 * max(_MIN_HALF_WIDTH, 2 ** math.ceil(math.log2(2 * radius))) - 1
    frequencies = np.fft.fftfreq(width)
    k = np.hypot(frequencies, frequencies[:, np.newaxis])
    transform = np.full(k.shape, math.pi * radius**2)
    # The transform of a circle (equation 9).
    transform[k > 0] = radius * _besselJ1(2 * math.pi * radius * k[k > 0]) / k[k > 0]
    return np.fft.fftshift(np.fft.ifft2(transform).real)


def _besselJ1(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Compute the Bessel function of the first kind of order one.

    Its integral (NIST Digital Library of Mathematical Functions, equation
    10.9.2) by the midpoint rule, which for a periodic function is exact as
    soon as there are a few more points than oscillations.
    """
    count = int(np.max(x, initial=0.0)) + 40
    tau = np.pi * (np.arange(count) + 0.5) / count
    return sum(np.cos(t - x * math.sin(t)) for t in tau.tolist()) / count
