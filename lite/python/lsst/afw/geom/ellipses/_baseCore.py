# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ways to describe an ellipse have in common."""

__all__ = ["BaseCore"]

import math

import numpy as np

from lsst.geom import Extent2D, LinearTransform


def axesOfMoments(ixx, iyy, ixy):
    """Compute the semi-axes and the position angle from second moments."""
    root = math.hypot(ixx - iyy, 2 * ixy)
    a = _sqrt(0.5 * (ixx + iyy + root))
    b = _sqrt(0.5 * (ixx + iyy - root))
    return a, b, 0.5 * math.atan2(2 * ixy, ixx - iyy)


def momentsOfAxes(a, b, theta):
    """Compute second moments from the semi-axes and the position angle."""
    cosine, sine = math.cos(theta), math.sin(theta)
    ixx = cosine**2 * a**2 + sine**2 * b**2
    iyy = sine**2 * a**2 + cosine**2 * b**2
    return ixx, iyy, (a**2 - b**2) * cosine * sine


def _sqrt(value):
    # NaN for what no ellipse has; math.sqrt would raise.
    return math.sqrt(value) if value >= 0 else math.nan


class BaseCore:
    """Size and shape of an ellipse, without its centre.

    Notes
    -----
    Lengths are in pixels, angles in radians. This is a base class; use
    `Quadrupole` or `Axes`.
    """

    def __init__(self, *args, **kwargs):
        raise TypeError(f"lsst.afw.geom.ellipses.{type(self).__name__}: No constructor defined!")

    def _getAxes(self):
        raise NotImplementedError

    def _getMoments(self):
        raise NotImplementedError

    def _setAxes(self, a, b, theta):
        raise NotImplementedError

    def _setMoments(self, ixx, iyy, ixy):
        raise NotImplementedError

    def _getParameters(self):
        raise NotImplementedError

    def _setParameters(self, values):
        raise NotImplementedError

    def __eq__(self, other):
        if not isinstance(other, BaseCore):
            return NotImplemented
        return type(self) is type(other) and self._getParameters() == other._getParameters()

    __hash__ = None

    def getName(self):
        """Get the name of this way to describe an ellipse (`str`)."""
        return type(self).__name__

    def clone(self):
        """Make a copy."""
        return type(self)(self)

    def normalize(self):
        """Check the parameters, and bring them into their usual range."""
        raise NotImplementedError

    def grow(self, buffer, /):
        """Add to both semi-axes.

        Parameters
        ----------
        buffer : `float`
            What to add, in pixels.
        """
        a, b, theta = self._getAxes()
        self._setAxes(a + buffer, b + buffer, theta)

    def scale(self, factor, /):
        """Multiply both semi-axes.

        Parameters
        ----------
        factor : `float`
            Factor.
        """
        a, b, theta = self._getAxes()
        self._setAxes(a * factor, b * factor, theta)

    def getArea(self):
        """Compute the area, in square pixels (`float`)."""
        a, b, _ = self._getAxes()
        return a * b * math.pi

    def getDeterminantRadius(self):
        """Compute the radius of the circle of the same area (`float`).

        It is the fourth root of the determinant of the moments.
        """
        a, b, _ = self._getAxes()
        return _sqrt(a * b)

    def getTraceRadius(self):
        """Compute the square root of half the trace (`float`)."""
        ixx, iyy, _ = self._getMoments()
        return _sqrt(0.5 * (ixx + iyy))

    def computeDimensions(self):
        """Compute width and height of the box around the ellipse.

        Returns
        -------
        dimensions : `lsst.geom.Extent2D`
            Dimensions, in pixels.
        """
        a, b, theta = self._getAxes()
        ixx, iyy, _ = momentsOfAxes(a, b, theta)
        return Extent2D(2.0 * math.sqrt(ixx), 2.0 * math.sqrt(iyy))

    def getParameterVector(self):
        """Get the parameters (`numpy.ndarray` of 3 `float`)."""
        return np.array(self._getParameters())

    def setParameterVector(self, parameters, /):
        """Set the parameters.

        Parameters
        ----------
        parameters : sequence of 3 `float`
            What `getParameterVector` gives.
        """
        self._setParameters([float(p) for p in parameters])

    def assign(self, other, /):
        """Make this the same ellipse as another one.

        Parameters
        ----------
        other : `BaseCore`
            The other one.
        """
        if type(other) is type(self):
            self._setParameters(other._getParameters())
        else:
            self._setAxes(*other._getAxes())

    def convolve(self, other, /):
        """Convolve two Gaussians that have these ellipses' moments.

        Parameters
        ----------
        other : `BaseCore`
            The other one.

        Returns
        -------
        result : `BaseCore`
            Ellipse of this class whose moments are the sums of the moments.
        """
        result = self.clone()
        moments = zip(self._getMoments(), other._getMoments(), strict=True)
        result._setMoments(*(mine + others for mine, others in moments))
        return result

    def transform(self, transform, /):
        """Transform the ellipse.

        Parameters
        ----------
        transform : `lsst.geom.LinearTransform`
            The transform.

        Returns
        -------
        result : `BaseCore`
            The transformed ellipse, of this class.
        """
        result = self.clone()
        result.transformInPlace(transform)
        return result

    def transformInPlace(self, transform, /):
        """Transform this ellipse in place; see `transform`."""
        if not isinstance(transform, LinearTransform):
            raise TypeError(f"incompatible argument: {type(transform).__name__}, not a LinearTransform")
        matrix = np.asarray(transform.getMatrix())
        ixx, iyy, ixy = self._getMoments()
        moments = matrix @ np.array([[ixx, ixy], [ixy, iyy]]) @ matrix.T
        self._setMoments(float(moments[0, 0]), float(moments[1, 1]), float(moments[0, 1]))


BaseCore.__module__ = "lsst.afw.geom.ellipses"
