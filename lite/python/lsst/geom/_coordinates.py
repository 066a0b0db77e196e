# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

__all__ = [
    "CoordinateBaseCoordinateExpr2",
    "CoordinateBaseCoordinateExpr3",
    "CoordinateBaseExtent2D",
    "CoordinateBaseExtent2I",
    "CoordinateBaseExtent3D",
    "CoordinateBaseExtent3I",
    "CoordinateBasePoint2D",
    "CoordinateBasePoint2I",
    "CoordinateBasePoint3D",
    "CoordinateBasePoint3I",
    "CoordinateExpr",
    "CoordinateExpr2",
    "CoordinateExpr3",
    "Extent",
    "ExtentD",
    "ExtentI",
    "Extent2D",
    "Extent2I",
    "Extent3D",
    "Extent3I",
    "ExtentBase2D",
    "ExtentBase2I",
    "ExtentBase3D",
    "ExtentBase3I",
    "Point",
    "PointD",
    "PointI",
    "Point2D",
    "Point2I",
    "Point3D",
    "Point3I",
    "PointBase2D",
    "PointBase2I",
    "PointBase3D",
    "PointBase3I",
    "all",
    "any",
    "ceil",
    "floor",
    "truncate",
]

import builtins
import math
import operator

import numpy as np

from lsst._lite.numbers import (
    argumentError,
    divide,
    formatG,
    toBool,
    toDouble,
    toIndex,
    toInt,
    truncateToInt,
    wrapInt,
)
from lsst.pex.exceptions import LogicError
from lsst.utils import TemplateMeta


class _Coordinates:
    """A short list of numbers or flags, of fixed length.

    Subclasses set ``_size``, the number of elements, and ``_element``, the
    conversion of one element from Python.
    """

    __slots__ = ("_values",)

    def __init__(self, *args, **kwargs):
        raise TypeError(f"lsst.geom.{type(self).__name__}: No constructor defined!")

    def __len__(self):
        return self._size

    def __getitem__(self, index):
        return self._values[toIndex(index, self._size)]

    def __setitem__(self, index, value):
        self._values[toIndex(index, self._size)] = self._element(value)

    def __iter__(self):
        return iter(tuple(self._values))

    def __str__(self):
        return f"({', '.join(f'{value:0.5g}' for value in self._values)})"

    def __repr__(self):
        values = (f"{v:0.17g}" if math.isfinite(v) else f"float('{v}')" for v in self._values)
        return f"{type(self).__name__}({', '.join(values)})"

    def __reduce__(self):
        return type(self), tuple(self._values)


class _Flags(_Coordinates):
    """Truth value of a comparison for each coordinate."""

    __slots__ = ()

    _element = staticmethod(toBool)

    def __init__(self, val=False):
        self._values = [toBool(val)] * self._size

    def and_(self, other, /):
        """Return, for each coordinate, whether both are true."""
        return self._combine("and_", other, operator.and_)

    def or_(self, other, /):
        """Return, for each coordinate, whether either is true."""
        return self._combine("or_", other, operator.or_)

    def not_(self):
        """Return the opposite of each."""
        return _make(type(self), [not value for value in self._values])

    def _combine(self, what, other, operation):
        if not isinstance(other, type(self)):
            raise argumentError(what, other)
        return _make(type(self), list(map(operation, self._values, other._values)))


class _Compared(_Coordinates):
    """Coordinates that can be compared one by one.

    Subclasses set ``_type``, which is `int` or `float`.
    """

    __slots__ = ()

    def eq(self, other, /):
        """Tell, for each coordinate, whether it is equal."""
        return self._compare("eq", other, operator.eq)

    def ne(self, other, /):
        """Tell, for each coordinate, whether it is different."""
        return self._compare("ne", other, operator.ne)

    def lt(self, other, /):
        """Tell, for each coordinate, whether it is less."""
        return self._compare("lt", other, operator.lt)

    def le(self, other, /):
        """Tell, for each coordinate, whether it is less or equal."""
        return self._compare("le", other, operator.le)

    def gt(self, other, /):
        """Tell, for each coordinate, whether it is greater."""
        return self._compare("gt", other, operator.gt)

    def ge(self, other, /):
        """Tell, for each coordinate, whether it is greater or equal."""
        return self._compare("ge", other, operator.ge)

    def _compare(self, what, other, operation):
        """Compare with coordinates of the same type, or with a number."""
        if isinstance(other, type(self)):
            others = other._values
        else:
            try:
                others = [self._element(other)] * self._size
            except TypeError as err:
                raise argumentError(what, other) from err
        return _make(_FLAGS[self._size], list(map(operation, self._values, others)))


class _ExtentBase(_Compared):
    """What the base classes of extents have."""

    __slots__ = ()

    def asPoint(self):
        """Return the point at this offset from the origin."""
        return _make(_CLASSES["Point", self._type, self._size], list(self._values))

    def computeSquaredNorm(self):
        """Return the square of the length."""
        square = sum(value * value for value in self._values)
        return wrapInt(square) if self._type is int else square

    def computeNorm(self):
        """Return the length.

        Raises
        ------
        lsst.pex.exceptions.LogicError
            Raised for an integer extent.
        """
        if self._type is int:
            raise LogicError("Cannot compute norm of integer extent")
        return math.sqrt(self.computeSquaredNorm())


class _PointBase(_Compared):
    """What the base classes of points have."""

    __slots__ = ()

    def asExtent(self):
        """Return the offset from the origin."""
        return _make(_CLASSES["Extent", self._type, self._size], list(self._values))

    def shift(self, offset, /):
        """Move this point.

        Parameters
        ----------
        offset : `Extent`
            By how much; of the same number type.
        """
        if not isinstance(offset, _CLASSES["Extent", self._type, self._size]):
            raise argumentError("shift", offset)
        self += offset

    def distanceSquared(self, other, /):
        """Return the square of the distance to another point.

        Parameters
        ----------
        other : `Point`
            The other point, of the same number type.

        Returns
        -------
        square : `float`
            Square of the distance.
        """
        if not isinstance(other, type(self)):
            raise argumentError("distanceSquared", other)
        return float((self - other).computeSquaredNorm())

    def toString(self):
        """Return the coordinates as text, with six digits (`str`)."""
        return f"Point({','.join(map(formatG, self._values))})"

    def scale(self, factor, /):
        """Multiply the coordinates.

        Parameters
        ----------
        factor : `float`
            Factor; only its integer part counts for integer coordinates.
        """
        factor = toDouble(factor)
        if self._type is int:
            self._values = [wrapInt(value * truncateToInt(factor)) for value in self._values]
        else:
            self._values = [value * factor for value in self._values]


class _Numbers(_Compared):
    """Coordinates that are numbers."""

    __slots__ = ()

    def __init__(self, *args, **kwargs):
        try:
            self._values = self._parse(*args, **kwargs)
        except TypeError as err:
            raise argumentError(type(self).__name__, *args, **kwargs) from err

    @classmethod
    def _parse(cls, *args, **kwargs):
        """Turn the arguments of the constructor into a list of numbers."""
        if kwargs:
            args = cls._positional(args, kwargs)
        if not args:
            return [cls._type(0)] * cls._size
        if len(args) == cls._size:
            return cls._parseElements(args)
        if len(args) != 1:
            raise TypeError(f"expected {cls._size} numbers")
        return cls._parseOne(*args)

    @classmethod
    def _positional(cls, args, kwargs):
        """Put keyword arguments where they belong."""
        if not args and kwargs.keys() == {"value"}:
            return (kwargs["value"],)
        names = "xyz"[len(args) : cls._size]
        if set(names) != kwargs.keys():
            raise TypeError("unknown keyword")
        return (*args, *(kwargs[name] for name in names))

    @classmethod
    def _parseElements(cls, args):
        """Convert separate numbers, which are truncated to integers."""
        try:
            values = [toInt(arg) for arg in args]
        except TypeError:
            values = [toDouble(arg) for arg in args]
            return [truncateToInt(value) for value in values] if cls._type is int else values
        return values if cls._type is int else [float(value) for value in values]

    @classmethod
    def _parseOne(cls, arg):
        """Convert a single argument: coordinates, a number or an array."""
        if isinstance(arg, _Numbers) and arg._size == cls._size:
            return cls._convert(arg)
        if not isinstance(arg, (list, tuple, _Numbers)):
            try:
                return [cls._element(arg)] * cls._size
            except TypeError:
                pass
        return cls._parseArray(arg)

    @classmethod
    def _convert(cls, other):
        """Convert other coordinates of the same number of dimensions."""
        if other._type is cls._type or cls._type is float:
            return [cls._type(value) for value in other._values]
        return [truncateToInt(value) for value in other._values]

    @classmethod
    def _parseArray(cls, arg):
        """Convert a sequence or a column vector."""
        try:
            array = np.asarray(arg)
            if array.shape not in ((cls._size,), (cls._size, 1)):
                raise TypeError(f"shape is {array.shape}")
            values = [float(value) if array.dtype.kind not in "iub" else int(value) for value in array.flat]
        except ValueError as err:
            raise TypeError(str(err)) from err
        if cls._type is float:
            return [float(value) for value in values]
        return [wrapInt(value) if isinstance(value, int) else truncateToInt(value) for value in values]

    def getX(self):
        """Return the x coordinate."""
        return self._values[0]

    def getY(self):
        """Return the y coordinate."""
        return self._values[1]

    def setX(self, value, /):
        """Set the x coordinate."""
        self._values[0] = self._element(value)

    def setY(self, value, /):
        """Set the y coordinate."""
        self._values[1] = self._element(value)

    x = property(getX, setX, doc="The x coordinate.")
    y = property(getY, setY, doc="The y coordinate.")

    def clone(self):
        """Return a copy."""
        return _make(type(self), list(self._values))

    def __eq__(self, other):
        if not isinstance(other, type(self)):
            return NotImplemented
        # Lists would compare NaNs by identity.
        return builtins.all(map(operator.eq, self._values, other._values))

    __hash__ = None

    def _shifted(self, kind, other, sign):
        """Add or subtract, with the result as a given kind of coordinates.

        Parameters
        ----------
        kind : `str`
            ``"Point"`` or ``"Extent"``.
        other : `_Numbers`
            The second operand.
        sign : `int`
            1 to add, -1 to subtract.
        """
        if self._type is int and other._type is int:
            values = [wrapInt(a + sign * b) for a, b in zip(self._values, other._values)]
            return _make(_CLASSES[kind, int, self._size], values)
        values = [float(a + sign * b) for a, b in zip(self._values, other._values)]
        return _make(_CLASSES[kind, float, self._size], values)

    def _shiftInPlace(self, what, other, sign):
        """Add or subtract an extent, which must not be a float one for
        integer coordinates.
        """
        if not _isExtent(other, self._size) or (self._type is int and other._type is float):
            raise argumentError(what, self, other)
        self._values = self._shifted(self._kind, other, sign)._values
        return self

    def __iadd__(self, other):
        return self._shiftInPlace("__iadd__", other, 1)

    def __isub__(self, other):
        return self._shiftInPlace("__isub__", other, -1)


class _ExtentOperations(_Numbers, _ExtentBase):
    """What all extents can do."""

    __slots__ = ()

    _kind = "Extent"

    def __pos__(self):
        return self.clone()

    def __neg__(self):
        values = [-value for value in self._values]
        return _make(type(self), list(map(wrapInt, values)) if self._type is int else values)

    def __add__(self, other):
        if _isExtent(other, self._size):
            return self._shifted("Extent", other, 1)
        return self._shifted("Point", other, 1) if _isPoint(other, self._size) else NotImplemented

    def __sub__(self, other):
        return self._shifted("Extent", other, -1) if _isExtent(other, self._size) else NotImplemented

    def __mul__(self, other):
        try:
            return _make(type(self), self._scaledByInt(toInt(other)))
        except TypeError:
            pass
        try:
            factor = toDouble(other)
        except TypeError:
            return NotImplemented
        return _make(_CLASSES["Extent", float, self._size], [value * factor for value in self._values])

    __rmul__ = __mul__

    def _scaledByInt(self, factor):
        if self._type is int:
            return [wrapInt(value * factor) for value in self._values]
        return [value * float(factor) for value in self._values]

    def __truediv__(self, other):
        try:
            divisor = toDouble(other)
        except TypeError:
            return NotImplemented
        values = [divide(value, divisor) for value in self._values]
        return _make(_CLASSES["Extent", float, self._size], values)


class _IntExtentOperations(_ExtentOperations):
    """What extents of integers can do."""

    __slots__ = ()

    _type = int
    _element = staticmethod(toInt)

    def __imul__(self, other):
        self._values = self._scaledByInt(toInt(other))
        return self

    def __floordiv__(self, other):
        try:
            divisor = toInt(other)
        except TypeError:
            return NotImplemented
        return _make(type(self), self._floorDivided(divisor))

    def __ifloordiv__(self, other):
        self._values = self._floorDivided(toInt(other))
        return self

    def _floorDivided(self, divisor):
        return [_floorToInt(divide(float(value), float(divisor))) for value in self._values]

    def __itruediv__(self, other):
        raise TypeError("In-place true division not supported for Extent<int,N>.")


class _FloatExtentOperations(_ExtentOperations):
    """What extents of floats can do."""

    __slots__ = ()

    _type = float
    _element = staticmethod(toDouble)

    def __imul__(self, other):
        factor = toDouble(other)
        self._values = [value * factor for value in self._values]
        return self

    def __itruediv__(self, other):
        divisor = toDouble(other)
        self._values = [divide(value, divisor) for value in self._values]
        return self

    def truncate(self):
        """Return the integer extent that is nearest towards zero."""
        return _make(_CLASSES["Extent", int, self._size], list(map(truncateToInt, self._values)))

    def floor(self):
        """Return the largest integer extent that is not larger."""
        return _make(_CLASSES["Extent", int, self._size], list(map(_floorToInt, self._values)))

    def ceil(self):
        """Return the smallest integer extent that is not smaller."""
        return _make(_CLASSES["Extent", int, self._size], list(map(_ceilToInt, self._values)))


class _PointOperations(_Numbers, _PointBase):
    """What all points can do."""

    __slots__ = ()

    _kind = "Point"

    def __add__(self, other):
        return self._shifted("Point", other, 1) if _isExtent(other, self._size) else NotImplemented

    def __sub__(self, other):
        if _isExtent(other, self._size):
            return self._shifted("Point", other, -1)
        return self._shifted("Extent", other, -1) if _isPoint(other, self._size) else NotImplemented


class _IntPointOperations(_PointOperations):
    """What points with integer coordinates can do."""

    __slots__ = ()

    _type = int
    _element = staticmethod(toInt)

    @classmethod
    def _convert(cls, other):
        # Only points are rounded: a point lies on the pixel it is nearest to.
        if other._type is float and isinstance(other, _PointOperations):
            return [_floorToInt(value + 0.5) for value in other._values]
        return super()._convert(other)


class _FloatPointOperations(_PointOperations):
    """What points with float coordinates can do."""

    __slots__ = ()

    _type = float
    _element = staticmethod(toDouble)


class _Spatial(_Numbers):
    """Coordinates in three dimensions."""

    __slots__ = ()

    def getZ(self):
        """Return the z coordinate."""
        return self._values[2]

    def setZ(self, value, /):
        """Set the z coordinate."""
        self._values[2] = self._element(value)

    z = property(getZ, setZ, doc="The z coordinate.")


class CoordinateBaseCoordinateExpr2(_Coordinates):
    """Base class of `CoordinateExpr2`."""

    __slots__ = ()

    _size = 2


class CoordinateBaseCoordinateExpr3(_Coordinates):
    """Base class of `CoordinateExpr3`."""

    __slots__ = ()

    _size = 3


class CoordinateExpr2(_Flags, CoordinateBaseCoordinateExpr2):
    """Truth values for two coordinates."""

    __slots__ = ()


class CoordinateExpr3(_Flags, CoordinateBaseCoordinateExpr3):
    """Truth values for three coordinates."""

    __slots__ = ()


class CoordinateBaseExtent2I(_Coordinates):
    """Base class of `Extent2I`."""

    __slots__ = ()

    _size = 2


class CoordinateBaseExtent2D(_Coordinates):
    """Base class of `Extent2D`."""

    __slots__ = ()

    _size = 2


class CoordinateBaseExtent3I(_Coordinates):
    """Base class of `Extent3I`."""

    __slots__ = ()

    _size = 3


class CoordinateBaseExtent3D(_Coordinates):
    """Base class of `Extent3D`."""

    __slots__ = ()

    _size = 3


class CoordinateBasePoint2I(_Coordinates):
    """Base class of `Point2I`."""

    __slots__ = ()

    _size = 2


class CoordinateBasePoint2D(_Coordinates):
    """Base class of `Point2D`."""

    __slots__ = ()

    _size = 2


class CoordinateBasePoint3I(_Coordinates):
    """Base class of `Point3I`."""

    __slots__ = ()

    _size = 3


class CoordinateBasePoint3D(_Coordinates):
    """Base class of `Point3D`."""

    __slots__ = ()

    _size = 3


class ExtentBase2I(_ExtentBase, CoordinateBaseExtent2I):
    """Base class of `Extent2I`."""

    __slots__ = ()


class ExtentBase2D(_ExtentBase, CoordinateBaseExtent2D):
    """Base class of `Extent2D`."""

    __slots__ = ()


class ExtentBase3I(_ExtentBase, CoordinateBaseExtent3I):
    """Base class of `Extent3I`."""

    __slots__ = ()


class ExtentBase3D(_ExtentBase, CoordinateBaseExtent3D):
    """Base class of `Extent3D`."""

    __slots__ = ()


class PointBase2I(_PointBase, CoordinateBasePoint2I):
    """Base class of `Point2I`."""

    __slots__ = ()


class PointBase2D(_PointBase, CoordinateBasePoint2D):
    """Base class of `Point2D`."""

    __slots__ = ()


class PointBase3I(_PointBase, CoordinateBasePoint3I):
    """Base class of `Point3I`."""

    __slots__ = ()


class PointBase3D(_PointBase, CoordinateBasePoint3D):
    """Base class of `Point3D`."""

    __slots__ = ()


class Extent2I(_IntExtentOperations, ExtentBase2I):
    """Size or offset in pixels: two integers."""

    __slots__ = ()


class Extent2D(_FloatExtentOperations, ExtentBase2D):
    """Size or offset: two floats."""

    __slots__ = ()


class Extent3I(_IntExtentOperations, _Spatial, ExtentBase3I):
    """Size or offset in space: three integers."""

    __slots__ = ()


class Extent3D(_FloatExtentOperations, _Spatial, ExtentBase3D):
    """Size or offset in space: three floats."""

    __slots__ = ()


class Point2I(_IntPointOperations, PointBase2I):
    """Position of a pixel: two integers."""

    __slots__ = ()


class Point2D(_FloatPointOperations, PointBase2D):
    """Position: two floats."""

    __slots__ = ()


class Point3I(_IntPointOperations, _Spatial, PointBase3I):
    """Position in space: three integers."""

    __slots__ = ()


class Point3D(_FloatPointOperations, _Spatial, PointBase3D):
    """Position in space: three floats."""

    __slots__ = ()


class CoordinateExpr(metaclass=TemplateMeta):
    """Abstract base class and factory of truth values of coordinates."""

    TEMPLATE_PARAMS = ("dimensions",)


class Extent(metaclass=TemplateMeta):
    """Abstract base class and factory of extents."""

    TEMPLATE_PARAMS = ("dtype", "dimensions")
    TEMPLATE_DEFAULTS = (None, 2)


class Point(metaclass=TemplateMeta):
    """Abstract base class and factory of points."""

    TEMPLATE_PARAMS = ("dtype", "dimensions")
    TEMPLATE_DEFAULTS = (None, 2)


ExtentI, ExtentD, PointI, PointD = Extent2I, Extent2D, Point2I, Point2D

_FLAGS = {2: CoordinateExpr2, 3: CoordinateExpr3}
_CLASSES = {
    ("Extent", int, 2): Extent2I,
    ("Extent", float, 2): Extent2D,
    ("Extent", int, 3): Extent3I,
    ("Extent", float, 3): Extent3D,
    ("Point", int, 2): Point2I,
    ("Point", float, 2): Point2D,
    ("Point", int, 3): Point3I,
    ("Point", float, 3): Point3D,
}
for _size, _cls in _FLAGS.items():
    CoordinateExpr.register(_size, _cls)
for (_kind, _type, _size), _cls in _CLASSES.items():
    (Extent if _kind == "Extent" else Point).register((_type, _size), _cls)


def _make(cls, values):
    """Make coordinates of a list of values that have the right type."""
    result = cls.__new__(cls)
    result._values = values
    return result


def _isExtent(value, size):
    return isinstance(value, _ExtentOperations) and value._size == size


def _isPoint(value, size):
    return isinstance(value, _PointOperations) and value._size == size


def _floorToInt(value):
    return truncateToInt(math.floor(value) if math.isfinite(value) else value)


def _ceilToInt(value):
    return truncateToInt(math.ceil(value) if math.isfinite(value) else value)


def all(expression, /):
    """Tell whether a comparison holds for all coordinates (`bool`)."""
    if not isinstance(expression, _Flags):
        raise argumentError("all", expression)
    return builtins.all(expression._values)


def any(expression, /):
    """Tell whether a comparison holds for any coordinate (`bool`)."""
    if not isinstance(expression, _Flags):
        raise argumentError("any", expression)
    return builtins.any(expression._values)


def truncate(extent, /):
    """Return the integer extent that is nearest towards zero."""
    return _requireFloatExtent("truncate", extent).truncate()


def floor(extent, /):
    """Return the largest integer extent that is not larger."""
    return _requireFloatExtent("floor", extent).floor()


def ceil(extent, /):
    """Return the smallest integer extent that is not smaller."""
    return _requireFloatExtent("ceil", extent).ceil()


def _requireFloatExtent(what, value):
    if not isinstance(value, _FloatExtentOperations):
        raise argumentError(what, value)
    return value
