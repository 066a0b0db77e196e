# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

__all__ = ["AffineTransform", "makeAffineTransformFromTriple"]

import numpy as np

from lsst._lite.numbers import argumentError, toDouble, toInt

from ._coordinates import Extent2D, Point2D
from ._linearTransform import LinearTransform, apply, isIdentityMatrix, scaleFactors, toMatrix


class AffineTransform:
    """Linear transformation of the plane followed by a translation.

    Parameters
    ----------
    matrix : array-like, optional
        3 x 3 matrix for homogeneous coordinates.
    linear : `LinearTransform` or array-like, optional
        Linear part, or its 2 x 2 matrix, instead.
    translation : `Extent2D` or array-like, optional
        The translation, after the linear part.
    """

    __slots__ = ("_matrix",)

    XX, YX, XY, YY, X, Y = range(6)

    def __init__(self, *args, **kwargs):
        try:
            self._matrix = _parse(*args, **kwargs)
        except TypeError as err:
            raise argumentError("AffineTransform", *args, **kwargs) from err

    @staticmethod
    def makeScaling(*args):
        """Make a transformation that scales.

        Parameters
        ----------
        *args : `float`
            Factor, or two factors for x and y.

        Returns
        -------
        transform : `AffineTransform`
            The transformation.
        """
        return AffineTransform(np.diag(scaleFactors("makeScaling", args, {})))

    @staticmethod
    def makeRotation(angle):
        """Make a rotation.

        Parameters
        ----------
        angle : `Angle`
            Angle from the x towards the y axis.

        Returns
        -------
        transform : `AffineTransform`
            The transformation.
        """
        return AffineTransform(LinearTransform.makeRotation(angle))

    @staticmethod
    def makeTranslation(translation):
        """Make a translation.

        Parameters
        ----------
        translation : `Extent2D`
            The offset.

        Returns
        -------
        transform : `AffineTransform`
            The transformation.
        """
        if not isinstance(translation, Extent2D):
            raise argumentError("makeTranslation", translation)
        return AffineTransform(translation)

    def getLinear(self):
        """Return the linear part (`LinearTransform`)."""
        return LinearTransform(self._matrix[:2, :2])

    def getTranslation(self):
        """Return the translation (`Extent2D`)."""
        return Extent2D(*self._matrix[:2, 2])

    def getMatrix(self):
        """Return the 3 x 3 matrix (`numpy.ndarray`)."""
        return self._matrix.copy()

    def getParameterVector(self):
        """Return the elements XX, YX, XY, YY, X, Y (`numpy.ndarray`)."""
        return self._matrix[:2].flatten(order="F")

    def setParameterVector(self, vector, /):
        """Set the elements XX, YX, XY, YY, X, Y."""
        self._matrix[:2] = toMatrix(vector, 6, 1).reshape((2, 3), order="F")

    def inverted(self):
        """Return the inverse (`AffineTransform`).

        Raises
        ------
        lsst.pex.exceptions.Exception
            Raised if there is none.
        """
        inverse = self.getLinear().inverted()
        return AffineTransform(inverse, -inverse(self.getTranslation()))

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
        if len(args) == 1 and not kwargs and isinstance(args[0], Point2D):
            return Point2D(self.applyX(*args[0]), self.applyY(*args[0]))
        if len(args) == 1 and not kwargs and isinstance(args[0], Extent2D):
            return self.getLinear()(args[0])
        if len(args) + len(kwargs) != 2:
            raise argumentError("__call__", *args, **kwargs)
        return self.applyX(*args, **kwargs), self.applyY(*args, **kwargs)

    def __getitem__(self, *index):
        # Two indices cannot come from brackets, which make a tuple of them.
        if len(index) == 2:
            row, column = map(toInt, index)
            if not (0 <= row <= 2 and 0 <= column <= 2):
                raise IndexError(f"Invalid index for AffineTransform: {row}, {column}")
        else:
            row, column = _parameterPosition(*index)
        return float(self._matrix[row, column])

    def __setitem__(self, index, value):
        row, column = _parameterPosition(index)
        self._matrix[row, column] = toDouble(value)

    def __mul__(self, other):
        if not isinstance(other, AffineTransform):
            return NotImplemented
        return AffineTransform(self._matrix @ other._matrix)

    def __reduce__(self):
        return AffineTransform, (self.getMatrix(),)

    def __str__(self):
        return str(self._matrix)

    def __repr__(self):
        return f"AffineTransform(\n{self._matrix}\n)"


def makeAffineTransformFromTriple(p1, p2, p3, q1, q2, q3, /):
    """Make the transformation that maps three points to three others.

    Parameters
    ----------
    p1, p2, p3 : `Point2D`
        Points to map.
    q1, q2, q3 : `Point2D`
        What they are mapped to.

    Returns
    -------
    transform : `AffineTransform`
        The transformation.

    Notes
    -----
    The elements are not finite if the points to map are on a line.
    """
    points = (p1, p2, p3, q1, q2, q3)
    if not all(isinstance(point, Point2D) for point in points):
        raise argumentError("makeAffineTransformFromTriple", *points)
    before, after = (
        np.array([first - third, second - third]).T for first, second, third in (points[:3], points[3:])
    )
    (xx, xy), (yx, yy) = before
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = np.array([[yy, -xy], [-yx, xx]]) * (np.float64(1.0) / (xx * yy - xy * yx))
        linear = LinearTransform(after @ inverse)
        return AffineTransform(linear, q1 - linear(p1))


def _parse(*args, **kwargs):
    """Turn the arguments of `AffineTransform` into a 3 x 3 matrix."""
    if len(args) == 1 and not kwargs:
        kwargs = {_role(args[0]): args[0]}
    elif args:
        kwargs = dict(zip(("linear", "translation"), args, strict=False), **kwargs)
    if len(args) > 2 or kwargs.keys() not in (
        {}.keys(),
        {"matrix"},
        {"linear"},
        {"translation"},
        {"linear", "translation"},
    ):
        raise TypeError("unknown combination of arguments")
    if "matrix" in kwargs:
        return toMatrix(kwargs["matrix"], 3, 3)
    matrix = np.identity(3)
    if "linear" in kwargs:
        linear = kwargs["linear"]
        matrix[:2, :2] = linear._matrix if isinstance(linear, LinearTransform) else toMatrix(linear, 2, 2)
    if "translation" in kwargs:
        matrix[:2, 2] = toMatrix(tuple(kwargs["translation"]), 2, 1)[:, 0]
    return matrix


def _role(argument):
    """Tell what the only argument of `AffineTransform` is."""
    if isinstance(argument, LinearTransform):
        return "linear"
    shape = np.shape(argument)
    return {(3, 3): "matrix", (2, 2): "linear"}.get(shape, "translation")


def _parameterPosition(index):
    """Find row and column of a parameter."""
    index = toInt(index)
    if not 0 <= index <= 5:
        raise IndexError(f"Invalid index for AffineTransform: {index}")
    column, row = divmod(index, 2)
    return row, column
