# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["LinearTransform"]

from typing import Any, overload

import numpy as np
import numpy.typing as npt

from lsst._lite import Partial
from lsst._lite.numbers import argumentError, toDouble
from lsst.pex.exceptions import Exception as PexException

from ._coordinates import Extent2D, Point2D


def toMatrix(value: npt.ArrayLike, *shape: int) -> npt.NDArray[Any]:
    """Convert an argument to a matrix.

    Parameters
    ----------
    value : array-like
        The argument.
    *shape : `int`
        Its shape.

    Returns
    -------
    matrix : `numpy.ndarray`
        A copy of the argument.

    Raises
    ------
    TypeError
        Raised if it has another shape or is no array of numbers.
    """
    try:
        matrix = np.array(value, dtype=np.float64, order="F")
    except ValueError as err:
        raise TypeError(str(err)) from err
    if matrix.shape == shape[:1] and shape[1:] == (1,):
        matrix = matrix.reshape(shape)
    if matrix.shape != shape:
        raise TypeError(f"expected an array of shape {shape}, not {matrix.shape}")
    return matrix


class LinearTransform(Partial):
    """Linear transformation of the plane.

    Parameters
    ----------
    matrix : array-like, optional
        2 x 2 matrix; the identity by default.
    """

    __slots__ = ("_matrix",)

    def __init__(self, matrix: npt.ArrayLike = ((1.0, 0.0), (0.0, 1.0))) -> None:
        self._matrix = toMatrix(matrix, 2, 2)

    @staticmethod
    def makeScaling(x: float, y: float | None = None) -> LinearTransform:
        """Make a transformation that scales.

        Parameters
        ----------
        x, y : `float`
            Factors for x and y; one for both if there is only one.

        Returns
        -------
        transform : `LinearTransform`
            The transformation.
        """
        return LinearTransform(np.diag([toDouble(x), toDouble(x if y is None else y)]))

    def getMatrix(self) -> npt.NDArray[Any]:
        """Return a copy of the matrix (`numpy.ndarray`)."""
        return self._matrix.copy()

    def computeDeterminant(self) -> float:
        """Return the determinant of the matrix (`float`)."""
        (xx, xy), (yx, yy) = self._matrix
        return float(xx * yy - xy * yx)

    def inverted(self) -> LinearTransform:
        """Return the inverse (`LinearTransform`).

        Raises
        ------
        lsst.pex.exceptions.Exception
            Raised if there is none.
        """
        (xx, xy), (yx, yy) = self._matrix
        determinant = self.computeDeterminant()
        # Below this, the second pivot is nothing but rounding errors.
        if not abs(determinant) > 2.0 * np.finfo(np.float64).eps * np.max(np.abs(self._matrix)) ** 2:
            raise PexException("Could not compute LinearTransform inverse")
        return LinearTransform(np.array([[yy, -xy], [-yx, xx]]) / determinant)

    @overload
    def __call__(self, point: Point2D, /) -> Point2D: ...
    @overload
    def __call__(self, point: Extent2D, /) -> Extent2D: ...
    def __call__(self, point: Any, /) -> Any:
        if not isinstance(point, Point2D | Extent2D):
            raise argumentError("__call__", point)
        return type(point)(self._matrix @ point._values)

    def __mul__(self, other: LinearTransform) -> LinearTransform:
        if not isinstance(other, LinearTransform):
            return NotImplemented
        return LinearTransform(self._matrix @ other._matrix)

    def __reduce__(self) -> tuple[Any, ...]:
        return LinearTransform, (self.getMatrix(),)

    def __str__(self) -> str:
        return str(self._matrix)

    def __repr__(self) -> str:
        return f"LinearTransform(\n{self._matrix}\n)"
