# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shifts of images by fractions of a pixel."""

__all__ = ["makeLanczosKernel", "recenterKernelImage"]

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from lsst._lite import notInLite
from lsst.afw._pixels._image import ImageD
from lsst.afw._pixels._pixelUtils import positionToIndex
from lsst.geom import Point2D, Point2I
from lsst.pex.exceptions import InvalidParameterError, LengthError


def makeLanczosKernel(order: int, shift: float) -> tuple[npt.NDArray[Any], int]:
    """Make the weights with which to shift an image along one axis.

    Parameters
    ----------
    order : `int`
        Order of the Lanczos function; there are twice as many weights.
    shift : `float`
        Shift toward larger coordinates, in pixels, between -1 and 1.

    Returns
    -------
    weights : `numpy.ndarray`
        Weights, of sum 1.
    center : `int`
        Index of the weight of the pixel itself.
    """
    # The largest weights are in the middle for either sign of the shift.
    center = order if shift > 0 else order - 1
    x = np.arange(2 * order) - center + shift
    weights = np.sinc(x) * np.sinc(x / order)
    return weights / weights.sum(), center


def _shiftRows(array: npt.NDArray[Any], weights: npt.NDArray[Any], center: int) -> npt.NDArray[Any]:
    """Correlate each row with weights; pixels that lack neighbours stay."""
    count = array.shape[1] - len(weights) + 1
    result = array.copy()
    windows = np.lib.stride_tricks.sliding_window_view(array, len(weights), axis=1)
    result[:, center : center + count] = windows @ weights
    return result


def _offset(
    array: npt.NDArray[Any], shiftX: float, shiftY: float, order: int, buffer: int
) -> npt.NDArray[Any]:
    """Shift an array by a fraction of a pixel."""
    padded = np.pad(array, buffer)
    if min(padded.shape) < 2 * order:
        raise LengthError(
            f"Image of size {padded.shape[1]}x{padded.shape[0]} is too small to offset using a "
            f"lanczos{order} kernel (minimum {2 * order}x{2 * order})"
        )
    weightsX, centerX = makeLanczosKernel(order, shiftX)
    weightsY, centerY = makeLanczosKernel(order, shiftY)
    result = padded.copy()
    inside = tuple(
        slice(center, size - 2 * order + 1 + center)
        for center, size in zip((centerY, centerX), padded.shape, strict=True)
    )
    shifted = _shiftRows(_shiftRows(padded, weightsX, centerX).T, weightsY, centerY).T
    result[inside] = shifted[inside]
    return result[buffer : result.shape[0] - buffer, buffer : result.shape[1] - buffer]


def recenterKernelImage(im: ImageD, position: Point2D, warpAlgorithm: str, warpBuffer: int) -> ImageD:
    """Move a kernel image to a position; see `Psf.recenterKernelImage`."""
    (x, shiftX), (y, shiftY) = (positionToIndex(coordinate, True) for coordinate in position)
    if shiftX != 0 or shiftY != 0:
        match = re.fullmatch(r"lanczos(\d+)", warpAlgorithm)
        if match is None:
            if warpAlgorithm in ("bilinear", "nearest"):
                raise notInLite(f"lsst.afw.detection.Psf.recenterKernelImage with {warpAlgorithm!r}")
            raise InvalidParameterError(f"unknown warping kernel name: {warpAlgorithm}")
        # The stack passes the shift on in single precision.
        shiftX, shiftY = (float(np.float32(shift)) for shift in (shiftX, shiftY))
        xy0 = im.getXY0()
        im = type(im)(_offset(im.array, shiftX, shiftY, int(match[1]), warpBuffer).copy(), False, xy0)
    im.setXY0(Point2I(x + im.getX0(), y + im.getY0()))
    return im
