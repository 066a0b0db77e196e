# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ellipse by its semi-axes and position angle."""

__all__ = ["Axes"]

import math

from lsst.pex.exceptions import InvalidParameterError

from ._baseCore import BaseCore, axesOfMoments, momentsOfAxes


class Axes(BaseCore):
    """An ellipse by its semi-axes and its position angle.

    Called with numbers, or with another ellipse.

    Parameters
    ----------
    a, b : `float`, optional
        Semi-axes, in pixels.
    theta : `float`, optional
        Angle from the x axis to the axis of ``a``, counterclockwise, in
        radians.
    normalize : `bool`, optional
        Bring the parameters into their usual range?
    """

    def __init__(self, a=1.0, b=1.0, theta=0.0, normalize=False):
        if isinstance(a, BaseCore):
            self._setAxes(*a._getAxes())
            return
        self._setAxes(float(a), float(b), float(theta))
        if normalize:
            self.normalize()

    def _getAxes(self):
        return self._a, self._b, self._theta

    def _setAxes(self, a, b, theta):
        self._a, self._b, self._theta = a, b, theta

    def _getMoments(self):
        return momentsOfAxes(*self._getAxes())

    def _setMoments(self, ixx, iyy, ixy):
        self._setAxes(*axesOfMoments(ixx, iyy, ixy))

    def _getParameters(self):
        return list(self._getAxes())

    def _setParameters(self, values):
        self._setAxes(*values)

    def normalize(self):
        """Let a be the longer axis, and theta be from -pi/2 to pi/2.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if a semi-axis is negative.
        """
        if self._a < 0 or self._b < 0:
            raise InvalidParameterError("Major and minor axes cannot be negative.")
        if self._a < self._b:
            self._setAxes(self._b, self._a, self._theta + 0.5 * math.pi)
        if self._theta > 0.5 * math.pi or self._theta <= -0.5 * math.pi:
            self._theta = math.remainder(self._theta, math.pi)

    def getA(self):
        """Get the first semi-axis, in pixels (`float`)."""
        return self._a

    def getB(self):
        """Get the second semi-axis, in pixels (`float`)."""
        return self._b

    def getTheta(self):
        """Get the position angle, in radians (`float`)."""
        return self._theta

    def setA(self, a, /):
        """Set the first semi-axis (`float`), in pixels."""
        self._a = float(a)

    def setB(self, b, /):
        """Set the second semi-axis (`float`), in pixels."""
        self._b = float(b)

    def setTheta(self, theta, /):
        """Set the position angle (`float`), in radians."""
        self._theta = float(theta)

    def __reduce__(self):
        return Axes, self._getAxes()

    def __repr__(self):
        return f"Axes(a={self._a!r}, b={self._b!r}, theta={self._theta!r})"

    def __str__(self):
        return f"(a={self._a}, b={self._b}, theta={self._theta})"


Axes.__module__ = "lsst.afw.geom.ellipses"
