# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that are defined in a box of pixels."""

from __future__ import annotations

__all__ = ["BoundedField"]

from typing import Any, overload

import numpy as np
import numpy.typing as npt

from lsst._lite import notInLite
from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toDouble
from lsst.afw.fits._opaque import addOpaqueClass
from lsst.geom import Box2I, Point2D
from lsst.pex.exceptions import RuntimeError

from .._persistable import FitsPersistable


class BoundedField(FitsPersistable):
    """A smooth function of position, defined in a box of pixels.

    Fields never change after construction.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box in which the field is defined.
    """

    __module__ = "lsst.afw.math"

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, bbox: Box2I) -> None:
        checkArguments("BoundedField", bbox=(bbox, Box2I))
        self._bbox = bbox

    def _evaluateArrays(self, x: Any, y: Any) -> Any:
        """Evaluate at positions.

        Parameters
        ----------
        x, y : `numpy.ndarray` [`float`]
            Positions, in pixels; of shapes that broadcast.
        """
        raise notInLite(f"lsst.afw.math.{type(self).__name__}.evaluate")

    @overload
    def evaluate(self, position: Point2D) -> float: ...
    @overload
    def evaluate(self, x: float, y: float) -> float: ...
    @overload
    def evaluate(self, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> npt.NDArray[np.float64]: ...
    def evaluate(self, *args: Any, **kwargs: Any) -> Any:
        """Evaluate at one or several positions.

        Parameters
        ----------
        position : `lsst.geom.Point2D`
            Position, in pixels.
        x, y : `float` or `numpy.ndarray`
            Positions, in pixels.

        Returns
        -------
        values : `float` or `numpy.ndarray`
            Value at each position.
        """
        evaluate = self._evaluatePoint if len(args) + len(kwargs) == 1 else self._evaluateXY
        return evaluate(*args, **kwargs)

    def _evaluatePoint(self, position: Point2D) -> float:
        checkArguments("evaluate", position=(position, Point2D))
        return float(self._evaluateArrays(*position))

    def _evaluateXY(self, x: Any, y: Any) -> Any:
        if not isinstance(x, np.ndarray) and not isinstance(y, np.ndarray):
            return float(self._evaluateArrays(toDouble(x), toDouble(y)))
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if x.shape != y.shape:
            raise RuntimeError(f"x and y have different shapes, {x.shape} and {y.shape}")
        return np.asarray(self._evaluateArrays(x, y), dtype=float)

    def _evaluateBox(self, box: Box2I) -> npt.NDArray[Any]:
        """Evaluate at all pixels of a box, as an array indexed [y, x]."""
        x = np.arange(box.getBeginX(), box.getEndX(), dtype=float)
        y = np.arange(box.getBeginY(), box.getEndY(), dtype=float)
        return np.broadcast_to(self._evaluateArrays(x[np.newaxis, :], y[:, np.newaxis]), (len(y), len(x)))

    def integrate(self) -> float:
        """Return the integral over the box, in units of pixel area."""
        raise notInLite(f"lsst.afw.math.{type(self).__name__}.integrate")

    def mean(self) -> float:
        """Return the mean over the box."""
        raise notInLite(f"lsst.afw.math.{type(self).__name__}.mean")

    def getBBox(self) -> Box2I:
        """Return the box in which the field is defined."""
        return Box2I(self._bbox)

    def isPersistable(self) -> bool:
        """Whether this can be written to a file."""
        return False

    # ---- arithmetic

    def __mul__(self, scale: float) -> BoundedField:
        raise notInLite(f"lsst.afw.math.{type(self).__name__}.__mul__")

    def __rmul__(self, scale: float) -> BoundedField:
        return self * scale

    def __truediv__(self, scale: float) -> BoundedField:
        return self * (1.0 / scale)


addOpaqueClass("BoundedField", BoundedField)
