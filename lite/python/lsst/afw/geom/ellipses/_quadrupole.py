# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ellipse by its second moments."""

__all__ = ["Quadrupole"]

import numpy as np

from lsst.pex.exceptions import InvalidParameterError

from ._baseCore import BaseCore, axesOfMoments, momentsOfAxes


class Quadrupole(BaseCore):
    """An ellipse by its second moments.

    Called with numbers, with a vector (ixx, iyy, ixy), with a matrix, or
    with another ellipse.

    Parameters
    ----------
    ixx, iyy, ixy : `float`, optional
        Second moments, in square pixels.
    normalize : `bool`, optional
        Check that they are those of an ellipse? The default is `True` for a
        matrix.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if they are checked and no ellipse has them.
    """

    def __init__(self, ixx=1.0, iyy=1.0, ixy=0.0, normalize=None, **kwargs):
        values = kwargs.pop("vector", kwargs.pop("matrix", ixx))
        if kwargs:
            raise TypeError(f"Quadrupole(): incompatible arguments {sorted(kwargs)}")
        if isinstance(values, BaseCore):
            self._setMoments(*values._getMoments())
            return
        shape = np.shape(values)
        if shape != ():
            # The second argument of these forms is normalize.
            normalize = normalize if iyy == 1.0 else bool(iyy)
        if shape == (2, 2):
            (first, upper), (lower, second) = np.asarray(values, dtype=float).tolist()
            if upper != lower and normalize is not False:
                raise InvalidParameterError("Quadrupole matrix must be symmetric.")
            self._setMoments(first, second, upper)
            normalize = normalize is not False
        elif shape == (3,):
            self.setParameterVector(values)
        elif shape == ():
            self._setMoments(float(values), float(iyy), float(ixy))
        else:
            raise TypeError(f"Quadrupole(): incompatible argument of shape {shape}")
        if normalize:
            self.normalize()

    def _getMoments(self):
        return self._ixx, self._iyy, self._ixy

    def _setMoments(self, ixx, iyy, ixy):
        self._ixx, self._iyy, self._ixy = ixx, iyy, ixy

    def _getAxes(self):
        return axesOfMoments(*self._getMoments())

    def _setAxes(self, a, b, theta):
        self._setMoments(*momentsOfAxes(a, b, theta))

    def _getParameters(self):
        return list(self._getMoments())

    def _setParameters(self, values):
        self._setMoments(*values)

    def normalize(self):
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

    def getIxx(self):
        """Get the second moment in x, in square pixels (`float`)."""
        return self._ixx

    def getIyy(self):
        """Get the second moment in y, in square pixels (`float`)."""
        return self._iyy

    def getIxy(self):
        """Get the mixed second moment, in square pixels (`float`)."""
        return self._ixy

    def setIxx(self, ixx, /):
        """Set the second moment in x (`float`), in square pixels."""
        self._ixx = float(ixx)

    def setIyy(self, iyy, /):
        """Set the second moment in y (`float`), in square pixels."""
        self._iyy = float(iyy)

    def setIxy(self, ixy, /):
        """Set the mixed second moment (`float`), in square pixels."""
        self._ixy = float(ixy)

    def __reduce__(self):
        return Quadrupole, self._getMoments()

    def __repr__(self):
        return f"Quadrupole(ixx={self._ixx!r}, iyy={self._iyy!r}, ixy={self._ixy!r})"

    def __str__(self):
        return f"(ixx={self._ixx}, iyy={self._iyy}, ixy={self._ixy})"


Quadrupole.__module__ = "lsst.afw.geom.ellipses"
