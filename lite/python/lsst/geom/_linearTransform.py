# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

__all__ = ["LinearTransform"]

import numpy as np

from lsst._lite.numbers import argumentError, toDouble, toIndex
from lsst.pex.exceptions import Exception as PexException

from ._angle import requireAngle
from ._coordinates import Extent2D, Point2D


def toMatrix(value, *shape):
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


def isIdentityMatrix(matrix):
    """Tell whether a matrix is the identity to 12 digits (`bool`)."""
    return bool(np.allclose(matrix, np.identity(len(matrix)), rtol=0.0, atol=1e-12))


def scaleFactors(what, args, kwargs):
    """Convert the arguments of ``makeScaling``: one number, or two."""
    if kwargs.keys() == {"scale"} and not args:
        args, kwargs = (kwargs["scale"],), {}
    if kwargs or len(args) not in (1, 2):
        raise argumentError(what, *args, **kwargs)
    factors = [toDouble(arg) for arg in args]
    return factors[0], factors[-1]


def apply(row, *coordinates):
    """Compute one coordinate for numbers or arrays of numbers.

    Parameters
    ----------
    row : sequence of `float`
        Factor for each coordinate, and perhaps a constant.
    *coordinates : `float` or array-like
        The coordinates.

    Returns
    -------
    result : `float` or `numpy.ndarray`
        Sum of the products, plus the constant.
    """
    try:
        arrays = [np.asarray(values, dtype=np.float64) for values in coordinates]
    except ValueError as err:
        raise TypeError(str(err)) from err
    result = sum(factor * values for factor, values in zip(row, arrays, strict=False))
    if len(row) > len(arrays):
        result = result + row[len(arrays)]
    return result if result.ndim else float(result)


class LinearTransform:
    """Linear transformation of the plane.

    Parameters
    ----------
    matrix : array-like, optional
        2 x 2 matrix; the identity by default.
    """

    __slots__ = ("_matrix",)

    XX, YX, XY, YY = range(4)

    def __init__(self, *args, **kwargs):
        try:
            self._matrix = self._parse(*args, **kwargs)
        except TypeError as err:
            raise argumentError("LinearTransform", *args, **kwargs) from err

    @staticmethod
    def _parse(*args, **kwargs):
        if not args and not kwargs:
            return np.identity(2)

        def convert(matrix):
            return toMatrix(matrix, 2, 2)

        return convert(*args, **kwargs)

    @staticmethod
    def makeScaling(*args, **kwargs):
        """Make a transformation that scales.

        Parameters
        ----------
        scale : `float`
            Factor; or two factors, positional only, for x and y.

        Returns
        -------
        transform : `LinearTransform`
            The transformation.
        """
        return LinearTransform(np.diag(scaleFactors("makeScaling", args, kwargs)))

    @staticmethod
    def makeRotation(angle):
        """Make a rotation.

        Parameters
        ----------
        angle : `Angle`
            Angle from the x towards the y axis.

        Returns
        -------
        transform : `LinearTransform`
            The transformation.
        """
        value = requireAngle("makeRotation", angle).asRadians()
        sine, cosine = np.sin(value), np.cos(value)
        return LinearTransform([[cosine, -sine], [sine, cosine]])

    def getParameterVector(self):
        """Return the elements XX, YX, XY, YY (`numpy.ndarray`)."""
        return self._matrix.flatten(order="F")

    def getMatrix(self):
        """Return a copy of the matrix (`numpy.ndarray`)."""
        return self._matrix.copy()

    def set(self, xx, yx, xy, yy):
        """Set all elements of the matrix."""
        self._matrix = toMatrix([[toDouble(xx), toDouble(xy)], [toDouble(yx), toDouble(yy)]], 2, 2)

    def inverted(self):
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

    def computeDeterminant(self):
        """Return the determinant of the matrix (`float`)."""
        (xx, xy), (yx, yy) = self._matrix
        return float(xx * yy - xy * yx)

    def isIdentity(self):
        """Tell whether this changes nothing (`bool`)."""
        return isIdentityMatrix(self._matrix)

    def applyX(self, x, y):
        """Compute the new x coordinate of numbers or arrays."""
        return apply(self._matrix[0], x, y)

    def applyY(self, x, y):
        """Compute the new y coordinate of numbers or arrays."""
        return apply(self._matrix[1], x, y)

    def __call__(self, *args, **kwargs):
        if len(args) == 1 and not kwargs and isinstance(args[0], (Point2D, Extent2D)):
            return type(args[0])(self.applyX(*args[0]), self.applyY(*args[0]))
        if len(args) + len(kwargs) != 2:
            raise argumentError("__call__", *args, **kwargs)
        return self.applyX(*args, **kwargs), self.applyY(*args, **kwargs)

    def __getitem__(self, index):
        if isinstance(index, tuple):
            if len(index) != 2:
                raise argumentError("__getitem__", index)
            return float(self._matrix[toIndex(index[0], 2), toIndex(index[1], 2)])
        column, row = divmod(toIndex(index, 4), 2)
        return float(self._matrix[row, column])

    def __mul__(self, other):
        if not isinstance(other, LinearTransform):
            return NotImplemented
        return LinearTransform(self._matrix @ other._matrix)

    def __add__(self, other):
        if not isinstance(other, LinearTransform):
            return NotImplemented
        return LinearTransform(self._matrix + other._matrix)

    def __sub__(self, other):
        if not isinstance(other, LinearTransform):
            return NotImplemented
        return LinearTransform(self._matrix - other._matrix)

    def __iadd__(self, other):
        if not isinstance(other, LinearTransform):
            raise argumentError("__iadd__", other)
        self._matrix += other._matrix
        return self

    def __isub__(self, other):
        if not isinstance(other, LinearTransform):
            raise argumentError("__isub__", other)
        self._matrix -= other._matrix
        return self

    def __reduce__(self):
        return LinearTransform, (self.getMatrix(),)

    def __str__(self):
        return str(self._matrix)

    def __repr__(self):
        return f"LinearTransform(\n{self._matrix}\n)"
