# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

__all__ = ["SphereTransform"]

import numpy as np

from lsst._lite.numbers import argumentError
from lsst.pex.exceptions import LengthError
from lsst.sphgeom import LonLat, UnitVector3d

from ._linearTransform import apply, toMatrix
from ._spherePoint import SpherePoint


class SphereTransform:
    """Rotation of the sphere.

    Parameters
    ----------
    matrix : array-like, optional
        3 x 3 rotation matrix; the identity by default.
    """

    __slots__ = ("_matrix",)

    def __init__(self, *args, **kwargs):
        try:
            self._matrix = self._parse(*args, **kwargs)
        except TypeError as err:
            raise argumentError("SphereTransform", *args, **kwargs) from err
        self._matrix.flags.writeable = False

    @staticmethod
    def _parse(*args, **kwargs):
        if not args and not kwargs:
            return np.identity(3)

        def convert(matrix):
            return toMatrix(matrix, 3, 3)

        return convert(*args, **kwargs)

    @staticmethod
    def fit_unit_vectors(*args, **kwargs):
        """Find the rotation between two sets of directions.

        Parameters
        ----------
        from : `numpy.ndarray`
            Unit vectors before the rotation; shape (n, 3).
        to : `numpy.ndarray`
            Unit vectors after the rotation; shape (n, 3).
        weights : `numpy.ndarray`, optional
            Weight of each pair; shape (n,).

        Returns
        -------
        transform : `SphereTransform`
            Best rotation in the sense of (weighted) least squares.

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if the shapes do not match.
        """
        names = ("from", "to", "weights")
        bound = dict(zip(names, args, strict=False), **kwargs)
        if len(args) > 3 or not {"from", "to"} <= bound.keys() <= set(names):
            raise argumentError("fit_unit_vectors", *args, **kwargs)
        before, after = (np.asarray(bound[name], dtype=np.float64) for name in names[:2])
        _checkShapes(before, after)
        if bound.get("weights") is not None:
            after = after * np.asarray(bound["weights"], dtype=np.float64)[:, np.newaxis]
        return SphereTransform(_fitRotation(before, after))

    def getMatrix(self):
        """Return the matrix, which cannot be changed (`numpy.ndarray`)."""
        return self._matrix

    matrix = property(getMatrix, doc="The matrix, which cannot be changed (`numpy.ndarray`).")

    def inverted(self):
        """Return the inverse rotation (`SphereTransform`)."""
        return SphereTransform(self._matrix.T)

    def applyX(self, x, y, z):
        """Compute the new x coordinate of numbers or arrays."""
        return apply(self._matrix[0], x, y, z)

    def applyY(self, x, y, z):
        """Compute the new y coordinate of numbers or arrays."""
        return apply(self._matrix[1], x, y, z)

    def applyZ(self, x, y, z):
        """Compute the new z coordinate of numbers or arrays."""
        return apply(self._matrix[2], x, y, z)

    def __call__(self, *args, **kwargs):
        if len(args) == 1 and not kwargs and isinstance(args[0], (SpherePoint, LonLat)):
            return SpherePoint(self(SpherePoint(args[0]).getVector()))
        if len(args) == 1 and not kwargs and isinstance(args[0], UnitVector3d):
            return UnitVector3d(*self(args[0].x(), args[0].y(), args[0].z()))
        if len(args) + len(kwargs) != 3:
            raise argumentError("__call__", *args, **kwargs)
        return self.applyX(*args, **kwargs), self.applyY(*args, **kwargs), self.applyZ(*args, **kwargs)

    def __mul__(self, other):
        if not isinstance(other, SphereTransform):
            return NotImplemented
        return SphereTransform(self._matrix @ other._matrix)

    def __reduce__(self):
        return SphereTransform, (self._matrix.copy(),)

    def __str__(self):
        return str(self._matrix)

    def __repr__(self):
        return f"SphereTransform(\n{self._matrix}\n)"


def _checkShapes(before, after):
    """Refuse arrays that are not two equally long lists of vectors."""
    if before.ndim != 2 or after.ndim != 2:
        raise TypeError("fit_unit_vectors(): the arrays must have two dimensions")
    if len(before) != len(after):
        raise LengthError(
            f"'from' array first dimension ({len(before)}) does not match 'to' array first "
            f"dimension ({len(after)})."
        )
    for name, array in (("from", before), ("to", after)):
        if array.shape[1] != 3:
            raise LengthError(f"'{name}' array second dimension size must be 3; got {array.shape[1]}.")


def _fitRotation(before, after):
    """Solve Wahba's problem with a singular value decomposition (Markley
    1988, J. Astronaut. Sci. 36, 245).
    """
    u, _, vTransposed = np.linalg.svd(before.T @ after)
    v, uTransposed = vTransposed.T, u.T
    if np.linalg.det(v @ uTransposed) < 0.0:
        uTransposed[2] *= -1.0
    return v @ uTransposed
