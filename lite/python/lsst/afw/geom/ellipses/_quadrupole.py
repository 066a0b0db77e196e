# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ellipse by its second moments."""

from __future__ import annotations

__all__ = ["Quadrupole"]

import math
from typing import Any

import numpy as np

from lsst._lite import Partial
from lsst.geom import LinearTransform
from lsst.pex.exceptions import InvalidParameterError


def _sqrt(value: float) -> float:
    # NaN for what no ellipse has; math.sqrt would raise.
    return math.sqrt(value) if value >= 0 else math.nan


class Quadrupole(Partial):
    """Size and shape of an ellipse by its second moments.

    Called with numbers, with a matrix, or with another ellipse.

    Parameters
    ----------
    ixx, iyy, ixy : `float`, optional
        Second moments, in square pixels.
    normalize : `bool`, optional
        Whether to check that they are those of an ellipse. The default is
        `True` for a matrix.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if they are checked and no ellipse has them.
    """

    __module__ = "lsst.afw.geom.ellipses"

    def __init__(self, ixx: Any = 1.0, iyy: float = 1.0, ixy: float = 0.0, normalize: Any = None) -> None:
        if isinstance(ixx, Quadrupole):
            ixx, iyy, ixy = ixx._moments()
        elif np.ndim(ixx):
            (ixx, ixy), (lower, iyy) = np.asarray(ixx, dtype=float).tolist()
            normalize = normalize is not False
            if lower != ixy and normalize:
                raise InvalidParameterError("Quadrupole matrix must be symmetric.")
        self._ixx, self._iyy, self._ixy = float(ixx), float(iyy), float(ixy)
        if normalize:
            self.normalize()

    def _moments(self) -> tuple[float, float, float]:
        return self._ixx, self._iyy, self._ixy

    def normalize(self) -> None:
        """Check that the moments are those of an ellipse.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if they are not.
        """
        if self._ixx < 0 or self._iyy < 0:
            raise InvalidParameterError("Quadrupole matrix cannot have negative diagonal elements.")
        if self._ixx * self._iyy - self._ixy**2 < 0:
            raise InvalidParameterError("Quadrupole matrix cannot have negative determinant.")

    def getIxx(self) -> float:
        """Get the second moment in x, in square pixels (`float`)."""
        return self._ixx

    def getIyy(self) -> float:
        """Get the second moment in y, in square pixels (`float`)."""
        return self._iyy

    def getIxy(self) -> float:
        """Get the mixed second moment, in square pixels (`float`)."""
        return self._ixy

    def _axes(self) -> tuple[float, float]:
        """Compute both semi-axes, in pixels."""
        mean, root = self._ixx + self._iyy, math.hypot(self._ixx - self._iyy, 2 * self._ixy)
        return _sqrt(0.5 * (mean + root)), _sqrt(0.5 * (mean - root))

    def getArea(self) -> float:
        """Compute the area, in square pixels (`float`)."""
        a, b = self._axes()
        return a * b * math.pi

    def getDeterminantRadius(self) -> float:
        """Compute the radius of the circle of the same area (`float`).

        It is the fourth root of the determinant of the moments.
        """
        a, b = self._axes()
        return _sqrt(a * b)

    def getTraceRadius(self) -> float:
        """Compute the square root of half the trace (`float`)."""
        return _sqrt(0.5 * (self._ixx + self._iyy))

    def transform(self, transform: LinearTransform, /) -> Quadrupole:
        """Transform the ellipse.

        Parameters
        ----------
        transform : `lsst.geom.LinearTransform`
            The transform.

        Returns
        -------
        result : `Quadrupole`
            The transformed ellipse.
        """
        if not isinstance(transform, LinearTransform):
            raise TypeError(f"incompatible argument: {type(transform).__name__}, not a LinearTransform")
        matrix = transform.getMatrix()
        moments = matrix @ np.array([[self._ixx, self._ixy], [self._ixy, self._iyy]]) @ matrix.T
        return Quadrupole(moments, normalize=False)

    def clone(self) -> Quadrupole:
        """Make a copy."""
        return Quadrupole(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quadrupole):
            return NotImplemented
        return self._moments() == other._moments()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return Quadrupole, self._moments()

    def __repr__(self) -> str:
        return f"Quadrupole(ixx={self._ixx!r}, iyy={self._iyy!r}, ixy={self._ixy!r})"

    def __str__(self) -> str:
        return f"(ixx={self._ixx}, iyy={self._iyy}, ixy={self._ixy})"
