# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernels with which images are warped."""

from __future__ import annotations

__all__ = [
    "BilinearWarpingKernel",
    "LanczosWarpingKernel",
    "NearestWarpingKernel",
    "SeparableKernel",
    "makeWarpingKernel",
]

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from lsst._lite import Partial, notInLite
from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toInteger
from lsst.geom import Box2I, Extent2I, Point2I
from lsst.pex.exceptions import InvalidParameterError

from ._scratch import Scratch

_NEAR = 1e-5 / math.pi
"""Distance from a pixel, in pixels, up to which its Lanczos weight is 1."""

_TINY = 1e-17
"""What stands for a fraction of 0 in the Lanczos functions."""


class SeparableKernel(Partial):
    """A kernel that is the product of a function of x and one of y.

    In lsst-lite these are the warping kernels: both functions are the same,
    and give the weights of the ``size`` pixels around a position.

    Notes
    -----
    Other separable kernels are not in lsst-lite.
    """

    __module__ = "lsst.afw.math"

    _canVanish = False
    """Whether a weight can be exactly 0, so that its pixel does not count."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise notInLite("lsst.afw.math.SeparableKernel")

    def _setSize(self, size: int) -> None:
        self._size = size
        self._cacheSize = 0

    def getWidth(self) -> int:
        """Return the number of columns."""
        return self._size

    def getHeight(self) -> int:
        """Return the number of rows."""
        return self._size

    def getDimensions(self) -> Extent2I:
        """Return the number of columns and rows."""
        return Extent2I(self._size, self._size)

    def getCtr(self) -> Point2I:
        """Return the pixel of the kernel at or just below the position."""
        return Point2I((self._size - 1) // 2, (self._size - 1) // 2)

    def getBBox(self) -> Box2I:
        """Return the box of the kernel, with its centre at (0, 0)."""
        return Box2I(Point2I(0, 0) - Extent2I(self.getCtr()), self.getDimensions())

    def shrinkBBox(self, bbox: Box2I, /) -> Box2I:
        """Find where the kernel has all its pixels in a box.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`
            Pixels that there are.

        Returns
        -------
        good : `lsst.geom.Box2I`
            Pixels on which the kernel's centre can be.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if the box is smaller than the kernel.
        """
        checkArguments("shrinkBBox", bbox=(bbox, Box2I))
        if bbox.getWidth() < self._size or bbox.getHeight() < self._size:
            dimensions = self.getDimensions()
            raise InvalidParameterError(
                f"{bbox.getDimensions()} pixels are fewer than the kernel's {dimensions}"
            )
        excess = Extent2I(self._size - 1, self._size - 1)
        return Box2I(bbox.getMin() + Extent2I(self.getCtr()), bbox.getDimensions() - excess)

    def computeCache(self, cacheSize: int, /) -> None:
        """Set how many different fractions of a pixel there are.

        Parameters
        ----------
        cacheSize : `int`
            Number of fractions; 0 for all that there are.
        """
        self._cacheSize = max(0, toInteger(cacheSize))

    def getCacheSize(self) -> int:
        """Return how many different fractions of a pixel there are."""
        return self._cacheSize

    def _quantize(self, fractions: npt.NDArray[Any]) -> None:
        """Replace fractions of a pixel by those of the cache, in place."""
        if self._cacheSize:
            # As the stack takes the weights from a table, its results have
            # this resolution. A table would be larger than the cache memory.
            fractions *= self._cacheSize
            np.floor(fractions, out=fractions)
            fractions += 0.5
            fractions /= self._cacheSize

    def _iterateWeights(
        self, fractions: npt.NDArray[Any], scratch: Scratch
    ) -> Iterator[tuple[int, npt.NDArray[Any]]]:
        """Compute the weights along one axis.

        Parameters
        ----------
        fractions : `numpy.ndarray` [`float`]
            How far positions are beyond pixel ``getCtr()``: from 0 to 1.
        scratch : `Scratch`
            Memory for the arrays.

        Yields
        ------
        tap : `int`
            Pixel of the kernel.
        weights : `numpy.ndarray` [`float`]
            Its weight at each position; overwritten by the next.
        """
        raise NotImplementedError


class BilinearWarpingKernel(SeparableKernel):
    """Linear interpolation between the nearest two pixels of each axis."""

    __module__ = "lsst.afw.math"

    def __init__(self) -> None:
        self._setSize(2)

    @property
    def _canVanish(self) -> bool:  # type: ignore[override]
        # The fractions of a cache are never 0 or 1.
        return not self._cacheSize

    def _iterateWeights(
        self, fractions: npt.NDArray[Any], scratch: Scratch
    ) -> Iterator[tuple[int, npt.NDArray[Any]]]:
        weights = scratch.take("weights", fractions.shape)
        for tap, add in ((0, np.add), (1, np.subtract)):
            np.subtract(0.5, fractions, out=weights)
            yield tap, add(0.5, weights, out=weights)


class NearestWarpingKernel(SeparableKernel):
    """The nearest pixel."""

    __module__ = "lsst.afw.math"

    _canVanish = True

    def __init__(self) -> None:
        self._setSize(2)

    def _iterateWeights(
        self, fractions: npt.NDArray[Any], scratch: Scratch
    ) -> Iterator[tuple[int, npt.NDArray[Any]]]:
        weights = scratch.take("weights", fractions.shape)
        yield 0, np.less(fractions, 0.5, out=weights)
        yield 1, np.greater_equal(fractions, 0.5, out=weights)


class LanczosWarpingKernel(SeparableKernel):
    """A sinc function under the central lobe of a wider one.

    Parameters
    ----------
    order : `int`
        Pixels on either side of the position.
    """

    __module__ = "lsst.afw.math"

    def __init__(self, order: int) -> None:
        self._order = toInteger(order)
        if self._order < 1:
            raise InvalidParameterError(f"The order of a Lanczos kernel must be positive, not {order}")
        self._setSize(2 * self._order)
        self._terms = _sineTerms(math.pi / (2 * self._order))

    def getOrder(self) -> int:
        """Return the number of pixels on either side."""
        return self._order

    def _iterateWeights(
        self, fractions: npt.NDArray[Any], scratch: Scratch
    ) -> Iterator[tuple[int, npt.NDArray[Any]]]:
        order = self._order
        if not self._cacheSize:
            np.maximum(fractions, _TINY, out=fractions)
        sine, cosine = self._computeSineAndCosine(fractions, scratch)
        numerator, weights, square = (
            scratch.take(name, fractions.shape) for name in ("numerator", "weights", "square")
        )
        for m in range(1, order + 1):
            # The sines of the angles to the pixels m and m - order differ in
            # their signs only.
            angle, sign = math.pi * m / order, -1.0 if m % 2 else 1.0
            np.multiply(sine, sign * math.cos(angle), out=numerator)
            if m < order:
                np.multiply(cosine, -sign * math.sin(angle), out=square)
                numerator += square
            for pixel in (m - order, m):
                np.subtract(fractions, pixel, out=square)
                square *= square
                np.divide(numerator, square, out=weights)
                if pixel <= 0 and order % 2 == 0:
                    np.negative(weights, out=weights)
                if pixel in (0, 1) and (near := square <= _NEAR**2).any():
                    weights[near] = 1.0
                yield pixel + order - 1, weights

    def _computeSineAndCosine(
        self, fractions: npt.NDArray[Any], scratch: Scratch
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Compute the factors of all weights that depend on the fraction f.

        Returns
        -------
        sine, cosine : `numpy.ndarray`
            Sine and cosine of the angle pi f/order, both times sin(pi f)
            order/pi^2.
        """
        sine, cosine, square, last, full = (
            scratch.take(name, fractions.shape) for name in ("sine", "cosine", "square", "last", "full")
        )
        # The sine of half the angle, by its power series.
        np.multiply(fractions, math.pi / (2 * self._order), out=last)
        np.multiply(last, last, out=square)
        np.multiply(square, self._terms[-1], out=full)
        for term in self._terms[-2:0:-1]:
            full += term
            full *= square
        full += self._terms[0]
        full *= last
        # From it, sine and twice the cosine of the angle.
        np.multiply(full, full, out=square)
        np.subtract(1.0, square, out=sine)
        np.sqrt(sine, out=sine)
        sine *= full
        sine *= 2.0
        np.multiply(square, -4.0, out=cosine)
        cosine += 2.0
        # The sine of ``order`` times the angle, by recurrence.
        last.fill(0.0)
        np.copyto(full, sine)
        for _ in range(self._order - 1):
            np.multiply(cosine, full, out=square)
            square -= last
            last, full, square = full, square, last
        full *= self._order / math.pi**2
        sine *= full
        full *= 0.5
        cosine *= full
        return sine, cosine


def _sineTerms(largest: float) -> list[float]:
    """Return the coefficients of sin(x)/x in powers of x^2.

    Parameters
    ----------
    largest : `float`
        The largest x.
    """
    terms: list[float] = []
    term = 1.0
    while abs(term) * largest ** (2 * len(terms)) > 1e-17:
        terms.append(term)
        term /= -2 * len(terms) * (2 * len(terms) + 1)
    return terms


def makeWarpingKernel(name: str) -> SeparableKernel:
    """Make the warping kernel of a name.

    Parameters
    ----------
    name : `str`
        "bilinear", "nearest", or "lanczos" with the order.

    Returns
    -------
    kernel : `SeparableKernel`
        The kernel.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if there is no such kernel.
    """
    if name == "bilinear":
        return BilinearWarpingKernel()
    if name == "nearest":
        return NearestWarpingKernel()
    if match := re.fullmatch(r"lanczos([0-9]+)", name):
        return LanczosWarpingKernel(int(match[1]))
    raise InvalidParameterError(f'unknown warping kernel name: "{name}"')
