# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chebyshev polynomials over a box of pixels."""

__all__ = ["ChebyshevBoundedField", "ChebyshevBoundedFieldControl"]

import numpy as np
from numpy.polynomial.chebyshev import chebval, chebvander

from lsst.geom import Box2D, Box2I
from lsst.pex.exceptions import LengthError

from ._boundedField import BoundedField


class ChebyshevBoundedFieldControl:
    """Which coefficients a fit has."""

    __module__ = "lsst.afw.math"

    def __init__(self):
        self.orderX = 2
        self.orderY = 2
        self.triangular = True

    def _makeSelection(self):
        """Return which coefficients are fitted, as an array [y, x]."""
        i, j = np.ogrid[: self.orderY + 1, : self.orderX + 1]
        if not self.triangular:
            return np.ones((self.orderY + 1, self.orderX + 1), dtype=bool)
        # The larger order limits the sum, so that the smaller one still
        # has all of its own terms.
        return i + j <= max(self.orderX, self.orderY)

    def computeSize(self):
        """Return the number of coefficients."""
        return int(np.count_nonzero(self._makeSelection()))


class ChebyshevBoundedField(BoundedField):
    """A sum of products of Chebyshev polynomials of the first kind.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box in which the field is defined; it is mapped, with the outer
        edges of its pixels, to -1 ... 1 in both directions.
    coefficients : `numpy.ndarray` [`float`]
        Coefficients, indexed by order in y, then by order in x.
    """

    __module__ = "lsst.afw.math"

    __hash__ = None

    Control = ChebyshevBoundedFieldControl

    def __init__(self, bbox, coefficients):
        super().__init__(bbox)
        if not isinstance(coefficients, np.ndarray) or coefficients.ndim != 2:
            raise TypeError("coefficients must be a 2-d array")
        if coefficients.dtype != np.float64:
            raise TypeError(f"coefficients must be float64, not {coefficients.dtype}")
        self._coefficients = coefficients.copy()

    def _normalize(self, x, y):
        """Map positions to -1 ... 1."""
        box = Box2D(self._bbox)
        width, height = np.float64(box.getWidth()), np.float64(box.getHeight())
        # Within an empty box nothing is defined: NaN, as in the stack.
        with np.errstate(divide="ignore", invalid="ignore"):
            return (
                2.0 / width * x - 2.0 * box.getCenterX() / width,
                2.0 / height * y - 2.0 * box.getCenterY() / height,
            )

    def _evaluateArrays(self, x, y):
        x, y = self._normalize(x, y)
        # One polynomial in x for each order in y, then that of y.
        inX = chebval(x, self._coefficients.T, tensor=True)
        return chebval(y, inX, tensor=False)

    def getCoefficients(self):
        """Return the coefficients, indexed by order in y, then in x."""
        return self._coefficients.copy()

    def integrate(self):
        """Return the integral over the box, in units of pixel area."""
        return self.mean() * self._bbox.getArea()

    def mean(self):
        """Return the mean over the box."""
        # The mean of T_n over -1 ... 1 is 1/(1 - n^2) for even n, else 0.
        weights = [_meanOfOrders(n) for n in self._coefficients.shape]
        return float(weights[0] @ self._coefficients @ weights[1])

    def truncate(self, ctrl):
        """Return the field without its terms of high order.

        Parameters
        ----------
        ctrl : `ChebyshevBoundedFieldControl`
            Orders of the result.

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if these are larger than those of this field.
        """
        ny, nx = self._coefficients.shape
        for axis, new, size in (("x", ctrl.orderX, nx), ("y", ctrl.orderY, ny)):
            if new >= size:
                raise LengthError(f"New {axis} order ({new}) exceeds old {axis} order ({size - 1})")
        coefficients = self._coefficients[: ctrl.orderY + 1, : ctrl.orderX + 1].copy()
        coefficients[~ctrl._makeSelection()] = 0.0
        return ChebyshevBoundedField(self._bbox, coefficients)

    def relocate(self, bbox):
        """Return a field with these coefficients in another box."""
        return ChebyshevBoundedField(bbox, self._coefficients)

    @staticmethod
    def fit(bbox, x, y, z, *args):
        """Fit a field to values at positions.

        Called as ``fit(bbox, x, y, z, ctrl)`` or ``fit(bbox, x, y, z, w,
        ctrl)``.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`
            Box of the field.
        x, y : `numpy.ndarray` [`float`]
            Positions, in pixels.
        z : `numpy.ndarray` [`float`]
            Values.
        w : `numpy.ndarray` [`float`]
            Weights, with which both sides are multiplied.
        ctrl : `ChebyshevBoundedFieldControl`
            Orders of the fit.
        """
        weights, ctrl = args if len(args) == 2 else (np.ones(len(x)), *args)
        selection = ctrl._makeSelection()
        field = ChebyshevBoundedField(bbox, np.zeros(selection.shape))
        inX, inY = field._normalize(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        terms = (
            chebvander(inY, ctrl.orderY)[:, :, np.newaxis] * chebvander(inX, ctrl.orderX)[:, np.newaxis, :]
        )
        coefficients = np.zeros(selection.shape)
        matrix = terms[:, selection] * weights[:, np.newaxis]
        coefficients[selection] = np.linalg.lstsq(matrix, z * weights, rcond=None)[0]
        return ChebyshevBoundedField(bbox, coefficients)

    def isPersistable(self):
        """Whether this can be written to a file."""
        return True

    def __mul__(self, scale):
        if not isinstance(scale, (int, float, np.integer, np.floating)):
            return NotImplemented
        return ChebyshevBoundedField(self._bbox, self._coefficients * float(scale))

    def __eq__(self, other):
        if not isinstance(other, ChebyshevBoundedField):
            return NotImplemented
        return self._bbox == other._bbox and np.array_equal(self._coefficients, other._coefficients)

    def __str__(self):
        ny, nx = self._coefficients.shape
        return f"ChebyshevBoundedField ({ny},{nx}) coefficients in y,x"

    def __repr__(self):
        return f"ChebyshevBoundedField({self._bbox!r}, {self._coefficients.tolist()})"

    def __reduce__(self):
        # The pickle of an empty box is not empty, in the stack neither.
        corners = self._bbox.getMin(), self._bbox.getDimensions()
        return _rebuildField, (*corners, self._coefficients)


def _rebuildField(minimum, dimensions, coefficients):
    """Construct a pickled field."""
    return ChebyshevBoundedField(Box2I(minimum, dimensions, invert=False), coefficients)


def _meanOfOrders(count):
    """Return the means of the first Chebyshev polynomials over -1 ... 1."""
    orders = np.arange(count)
    means = np.zeros(count)
    means[::2] = 1.0 / (1.0 - orders[::2] ** 2.0)
    return means
