# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chebyshev polynomials over a box of pixels."""

from __future__ import annotations

__all__ = ["ChebyshevBoundedField"]

from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.polynomial.chebyshev import chebval

from lsst.afw.fits._outputArchive import OutputArchive
from lsst.afw.fits._registry import Persistable, onlyRow, register
from lsst.afw.fits._tables import Field, Row, Schema
from lsst.geom import Box2D, Box2I, Extent2I, Point2I

from ._boundedField import BoundedField


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

    def __init__(self, bbox: Box2I, coefficients: npt.ArrayLike) -> None:
        super().__init__(bbox)
        if not isinstance(coefficients, np.ndarray) or coefficients.ndim != 2:
            raise TypeError("coefficients must be a 2-d array")
        if coefficients.dtype != np.float64:
            raise TypeError(f"coefficients must be float64, not {coefficients.dtype}")
        if 0 in coefficients.strides:
            # The stack refuses these, as of coefficients[np.newaxis, :].
            raise TypeError(
                f"coefficients must be an array of its own, not of strides {coefficients.strides}"
            )
        self._coefficients = coefficients.copy()

    def _normalize(self, x: Any, y: Any) -> Any:
        """Map positions to -1 ... 1."""
        box = Box2D(self._bbox)
        width, height = np.float64(box.getWidth()), np.float64(box.getHeight())
        # Within an empty box nothing is defined: NaN, as in the stack.
        with np.errstate(divide="ignore", invalid="ignore"):
            return (
                2.0 / width * x - 2.0 * box.getCenterX() / width,
                2.0 / height * y - 2.0 * box.getCenterY() / height,
            )

    def _evaluateArrays(self, x: Any, y: Any) -> Any:
        x, y = self._normalize(x, y)
        # One polynomial in x for each order in y, then that of y.
        inX = chebval(x, self._coefficients.T, tensor=True)
        return chebval(y, inX, tensor=False)

    def getCoefficients(self) -> npt.NDArray[Any]:
        """Return the coefficients, indexed by order in y, then in x."""
        return self._coefficients.copy()

    def integrate(self) -> float:
        """Return the integral over the box, in units of pixel area."""
        return self.mean() * self._bbox.getArea()

    def mean(self) -> float:
        """Return the mean over the box."""
        # The mean of T_n over -1 ... 1 is 1/(1 - n^2) for even n, else 0.
        weights = [_meanOfOrders(n) for n in self._coefficients.shape]
        return float(weights[0] @ self._coefficients @ weights[1])

    def isPersistable(self) -> bool:
        """Whether this can be written to a file."""
        return True

    def __mul__(self, scale: float) -> ChebyshevBoundedField:
        if not isinstance(scale, (int, float, np.integer, np.floating)):
            return NotImplemented
        return ChebyshevBoundedField(self._bbox, self._coefficients * float(scale))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ChebyshevBoundedField):
            return NotImplemented
        return self._bbox == other._bbox and np.array_equal(self._coefficients, other._coefficients)

    def __str__(self) -> str:
        ny, nx = self._coefficients.shape
        return f"ChebyshevBoundedField ({ny},{nx}) coefficients in y,x"

    def __repr__(self) -> str:
        return f"ChebyshevBoundedField({self._bbox!r}, {self._coefficients.tolist()})"

    def __reduce__(self) -> tuple[Any, ...]:
        # The pickle of an empty box is not empty, in the stack neither.
        corners = self._bbox.getMin(), self._bbox.getDimensions()
        return _rebuildField, (*corners, self._coefficients)


def _rebuildField(
    minimum: Point2I, dimensions: Extent2I, coefficients: npt.NDArray[Any]
) -> ChebyshevBoundedField:
    """Construct a pickled field."""
    return ChebyshevBoundedField(Box2I(minimum, dimensions, invert=False), coefficients)


def _meanOfOrders(count: int) -> npt.NDArray[Any]:
    """Return the means of the first Chebyshev polynomials over -1 ... 1."""
    orders = np.arange(count)
    means = np.zeros(count)
    means[::2] = 1.0 / (1.0 - orders[::2] ** 2.0)
    return means


# ---- persistence


def _chebyshevSchema(field: ChebyshevBoundedField) -> Schema:
    size = field.getCoefficients().size
    box = [
        Field(f"bbox_{end}_{axis}", "J", f"bounding box ({word})", "pixel")
        for end, word in (("min", "minimum"), ("max", "maximum"))
        for axis in "xy"
    ]
    return Schema(
        (
            Field("order_x", "J", "maximum Chebyshev function order in x"),
            *box,
            Field("coefficients", f"{size}D", "Chebyshev function coefficients, ordered by y then x"),
        )
    )


def _readBox(row: Row, name: str) -> Box2I:
    """Read a box from its corners; an empty one has its maximum below its
    minimum.
    """
    low, high = (
        Point2I(row.integer(f"{name}_{end}_x"), row.integer(f"{name}_{end}_y")) for end in ("min", "max")
    )
    return Box2I(low, Extent2I(high - low + Extent2I(1, 1)), invert=False)


def _readChebyshev(archive: Any, rows: Any) -> ChebyshevBoundedField:
    row = onlyRow(rows)
    coefficients, columns = row.array("coefficients"), row.integer("order_x") + 1
    if columns < 1 or coefficients.size % columns:
        raise ValueError(f"{coefficients.size} coefficients cannot be of order {columns - 1} in x")
    return ChebyshevBoundedField(_readBox(row, "bbox"), coefficients.reshape(-1, columns))


def _writeChebyshev(field: ChebyshevBoundedField, archive: OutputArchive) -> Any:
    bbox, coefficients = field.getBBox(), field.getCoefficients()
    row = {
        "order_x": coefficients.shape[1] - 1,
        "bbox_min_x": bbox.getMinX(),
        "bbox_min_y": bbox.getMinY(),
        "bbox_max_x": bbox.getMaxX(),
        "bbox_max_y": bbox.getMaxY(),
        "coefficients": coefficients.reshape(-1),
    }
    return [(_chebyshevSchema(field), [row])]


register(Persistable("ChebyshevBoundedField", "lsst.afw.math", _readChebyshev, _writeChebyshev))
