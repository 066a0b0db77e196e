# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Circular Gaussian point spread functions."""

from __future__ import annotations

__all__ = ["GaussianPsf"]

import math
from typing import Any, overload

import numpy as np

from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toDouble, toInt
from lsst.afw._pixels._image import ImageD
from lsst.afw.fits._outputArchive import OutputArchive
from lsst.afw.fits._registry import Persistable, oneCatalog, onlyRow, register
from lsst.afw.fits._tables import Field, Schema
from lsst.afw.geom.ellipses import Quadrupole
from lsst.geom import Box2I, Extent2I, Point2I
from lsst.pex.exceptions import InvalidParameterError

from ._psf import Psf


class GaussianPsf(Psf):
    """A circular Gaussian, the same everywhere.

    Parameters
    ----------
    width, height : `int`
        Dimensions of its images, in pixels; odd.
    dimensions : `lsst.geom.Extent2I`
        The same.
    sigma : `float`
        Standard deviation along each axis, in pixels.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if the width is even.
    """

    __module__ = "lsst.afw.detection"

    __hash__ = None

    @overload
    def __init__(self, width: int, height: int, sigma: float) -> None: ...
    @overload
    def __init__(self, dimensions: Extent2I, sigma: float) -> None: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(isFixed=True)
        isPair = len(args) + len(kwargs) < 3
        initialize = self._initDimensions if isPair else self._initNumbers
        initialize(*args, **kwargs)

    def _initNumbers(self, width: int, height: int, sigma: float) -> None:
        self._initDimensions(Extent2I(toInt(width), toInt(height)), sigma)

    def _initDimensions(self, dimensions: Extent2I, sigma: float) -> None:
        checkArguments("GaussianPsf", dimensions=(dimensions, Extent2I))
        # Only the width: the stack lets an even height pass.
        if dimensions.getX() % 2 == 0:
            raise InvalidParameterError(f"GaussianPsf dimensions must be odd, not {dimensions}")
        self._dimensions = Extent2I(dimensions)
        self._sigma = toDouble(sigma)

    def getDimensions(self) -> Extent2I:
        """Return the dimensions of its images (`lsst.geom.Extent2I`)."""
        return Extent2I(self._dimensions)

    def getSigma(self) -> float:
        """Return the standard deviation along each axis, in pixels."""
        return self._sigma

    def _doComputeBBox(self, position: Any = None, color: Any = None) -> Box2I:
        width, height = self._dimensions
        return Box2I(Point2I(-(width // 2), -(height // 2)), self._dimensions)

    def _doComputeKernelImage(self, position: Any = None, color: Any = None) -> ImageD:
        image = ImageD(self._doComputeBBox())
        bbox = image.getBBox()
        x = np.arange(bbox.getBeginX(), bbox.getEndX())
        y = np.arange(bbox.getBeginY(), bbox.getEndY())[:, np.newaxis]
        values = np.exp(-0.5 * (x * x + y * y) / (self._sigma * self._sigma))
        # The stack adds pixel by pixel, which rounds in its own way.
        image.array = values / np.cumsum(values)[-1]
        return image

    def _doComputeShape(self, position: Any = None, color: Any = None) -> Quadrupole:
        return Quadrupole(self._sigma**2, self._sigma**2, 0.0)

    def _doComputeApertureFlux(self, radius: float, position: Any = None, color: Any = None) -> float:
        return 1.0 - math.exp(-0.5 * toDouble(radius) ** 2 / self._sigma**2)

    def clone(self) -> GaussianPsf:
        """Return a copy."""
        return GaussianPsf(self._dimensions, self._sigma)

    def resized(self, width: int, height: int) -> GaussianPsf:
        """Return a Gaussian whose images have other dimensions.

        Parameters
        ----------
        width, height : `int`
            Dimensions, in pixels; odd.
        """
        return GaussianPsf(width, height, self._sigma)

    def isPersistable(self) -> bool:
        """Whether this can be written to a file."""
        return True

    def __reduce__(self) -> tuple[Any, ...]:
        return GaussianPsf, (self._dimensions, self._sigma)


# ---- persistence


_MAX_KERNEL = 4096
"""More pixels than any image of a PSF has on a side."""

_GAUSSIAN_PSF = Schema(
    (
        Field("dimensions_x", "J", "width/height of realization of Psf", "pixel"),
        Field("dimensions_y", "J", "width/height of realization of Psf", "pixel"),
        Field("sigma", "D", "radius of Gaussian", "pixel"),
    )
)


def _readGaussianPsf(archive: Any, rows: Any) -> GaussianPsf:
    row = onlyRow(rows)
    width, height = row.integer("dimensions_x"), row.integer("dimensions_y")
    if not 0 < min(width, height) <= max(width, height) <= _MAX_KERNEL:
        raise row.error(f"expected a PSF of 1 to {_MAX_KERNEL} pixels, found {width} x {height}")
    return GaussianPsf(width, height, row.scalar("sigma"))


def _gaussianPsfRows(psf: GaussianPsf, archive: OutputArchive) -> Any:
    width, height = psf.getDimensions()
    return [{"dimensions_x": width, "dimensions_y": height, "sigma": psf.getSigma()}]


register(
    Persistable(
        "GaussianPsf", "lsst.afw.detection", _readGaussianPsf, oneCatalog(_GAUSSIAN_PSF, _gaussianPsfRows)
    )
)
