# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["AffineTransform"]

from typing import Any, overload

import numpy as np
import numpy.typing as npt

from lsst._lite import Partial

from ._coordinates import Extent2D, Point2D
from ._linearTransform import LinearTransform, toMatrix


class AffineTransform(Partial):
    """Linear transformation of the plane followed by a translation.

    Parameters
    ----------
    linear : `LinearTransform`, array-like or `Extent2D`, optional
        Linear part, or its 2 x 2 matrix; or the only argument is a 3 x 3
        matrix for homogeneous coordinates, or a translation.
    translation : `Extent2D` or array-like, optional
        The translation, after the linear part.
    """

    __slots__ = ("_matrix",)

    @overload
    def __init__(self, linear: LinearTransform | npt.ArrayLike = ...) -> None: ...
    @overload
    def __init__(self, translation: Extent2D, /) -> None: ...
    @overload
    def __init__(
        self, linear: LinearTransform | npt.ArrayLike, translation: Extent2D | npt.ArrayLike
    ) -> None: ...
    def __init__(self, linear: Any = ((1.0, 0.0), (0.0, 1.0)), translation: Any = (0.0, 0.0)) -> None:
        if isinstance(linear, Extent2D):
            linear, translation = np.identity(2), linear
        if np.shape(linear) == (3, 3):
            self._matrix = toMatrix(linear, 3, 3)
            return
        self._matrix = np.identity(3)
        self._matrix[:2, :2] = toMatrix(getattr(linear, "_matrix", linear), 2, 2)
        self._matrix[:2, 2:] = toMatrix(tuple(translation), 2, 1)

    def getLinear(self) -> LinearTransform:
        """Return the linear part (`LinearTransform`)."""
        return LinearTransform(self._matrix[:2, :2])

    def getTranslation(self) -> Extent2D:
        """Return the translation (`Extent2D`)."""
        return Extent2D(*self._matrix[:2, 2])

    def getMatrix(self) -> npt.NDArray[Any]:
        """Return the 3 x 3 matrix (`numpy.ndarray`)."""
        return self._matrix.copy()

    def inverted(self) -> AffineTransform:
        """Return the inverse (`AffineTransform`).

        Raises
        ------
        lsst.pex.exceptions.Exception
            Raised if there is none.
        """
        inverse = self.getLinear().inverted()
        return AffineTransform(inverse, -inverse(self.getTranslation()))

    @overload
    def __call__(self, point: Point2D, /) -> Point2D: ...
    @overload
    def __call__(self, point: Extent2D, /) -> Extent2D: ...
    @overload
    def __call__(
        self, x: npt.ArrayLike, y: npt.ArrayLike
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]: ...
    def __call__(self, x: Any, y: Any = None) -> Any:
        if y is not None:
            x, y = (np.asarray(values, dtype=float) for values in (x, y))
            return tuple(row[0] * x + row[1] * y + row[2] for row in self._matrix[:2])
        if isinstance(x, Point2D):
            return Point2D(self._matrix[:2] @ [*x, 1.0])
        return self.getLinear()(x)

    def __mul__(self, other: AffineTransform) -> AffineTransform:
        if not isinstance(other, AffineTransform):
            return NotImplemented
        return AffineTransform(self._matrix @ other._matrix)

    def __reduce__(self) -> tuple[Any, ...]:
        return AffineTransform, (self.getMatrix(),)

    def __str__(self) -> str:
        return str(self._matrix)

    def __repr__(self) -> str:
        return f"AffineTransform(\n{self._matrix}\n)"
