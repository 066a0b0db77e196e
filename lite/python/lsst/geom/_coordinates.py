# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["Extent2D", "Extent2I", "ExtentD", "ExtentI", "Point2D", "Point2I", "PointD", "PointI"]

import math
import operator
from collections.abc import Iterator
from typing import Any, ClassVar, Generic, NoReturn, Self, TypeVar

import numpy as np

from lsst._lite import Partial
from lsst._lite.numbers import argumentError, divide, toDouble, toIndex, toInt, truncateToInt, wrapInt
from lsst._lite.properties import TypedProperty
from lsst.pex.exceptions import LogicError

Number = TypeVar("Number", int, float)


class _Coordinates(Partial, Generic[Number]):
    """Two numbers.

    Subclasses set ``_type``, which is `int` or `float`, and ``_element``, the
    conversion of one number from Python.
    """

    __slots__ = ("_values",)

    _type: ClassVar[type[float]]
    _element: ClassVar[Any]
    _values: list[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        try:
            self._values = self._parse(*args, **kwargs)
        except TypeError as err:
            raise argumentError(type(self).__name__, *args, **kwargs) from err

    @classmethod
    def _parse(cls, *args: Any, **kwargs: Any) -> list[Any]:
        """Turn the arguments of the constructor into a list of numbers."""
        if kwargs:
            args = cls._positional(args, kwargs)
        if not args:
            return [cls._type(0)] * 2
        if len(args) == 2:
            return cls._parseElements(args)
        if len(args) != 1:
            raise TypeError("expected 2 numbers")
        return cls._parseOne(*args)

    @classmethod
    def _positional(cls, args: Any, kwargs: Any) -> tuple[Any, ...]:
        """Put keyword arguments where they belong."""
        if not args and kwargs.keys() == {"value"}:
            return (kwargs["value"],)
        names = tuple("xy"[len(args) :])
        if set(names) != kwargs.keys():
            raise TypeError("unknown keyword")
        return args + tuple(kwargs[name] for name in names)

    @classmethod
    def _parseElements(cls, args: Any) -> list[Any]:
        """Convert separate numbers, which are truncated to integers."""
        try:
            values: list[Any] = [toInt(arg) for arg in args]
        except TypeError:
            values = [toDouble(arg) for arg in args]
            return [truncateToInt(value) for value in values] if cls._type is int else values
        return values if cls._type is int else [float(value) for value in values]

    @classmethod
    def _parseOne(cls, arg: Any) -> list[Any]:
        """Convert a single argument: coordinates, a number or an array."""
        if isinstance(arg, _Coordinates):
            return cls._convert(arg)
        if not isinstance(arg, list | tuple):
            try:
                return [cls._element(arg)] * 2
            except TypeError:
                pass
        return cls._parseArray(arg)

    @classmethod
    def _convert(cls, other: Any) -> list[Any]:
        """Convert other coordinates."""
        if other._type is cls._type or cls._type is float:
            return [cls._type(value) for value in other._values]
        return [truncateToInt(value) for value in other._values]

    @classmethod
    def _parseArray(cls, arg: Any) -> list[Any]:
        """Convert a sequence or a column vector."""
        values: list[float]
        try:
            array = np.asarray(arg)
            if array.shape not in ((2,), (2, 1)):
                raise TypeError(f"shape is {array.shape}")
            values = [float(value) if array.dtype.kind not in "iub" else int(value) for value in array.flat]
        except ValueError as err:
            raise TypeError(str(err)) from err
        if cls._type is float:
            return [float(value) for value in values]
        return [wrapInt(value) if isinstance(value, int) else truncateToInt(value) for value in values]

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> Number:
        return self._values[toIndex(index, 2)]

    def __setitem__(self, index: int, value: Number) -> None:
        self._values[toIndex(index, 2)] = self._element(value)

    def __iter__(self) -> Iterator[Number]:
        return iter(tuple(self._values))

    def getX(self) -> Number:
        """Return the x coordinate."""
        return self._values[0]

    def getY(self) -> Number:
        """Return the y coordinate."""
        return self._values[1]

    def setX(self, value: Number, /) -> None:
        """Set the x coordinate."""
        self._values[0] = self._element(value)

    def setY(self, value: Number, /) -> None:
        """Set the y coordinate."""
        self._values[1] = self._element(value)

    x = TypedProperty(getX, setX, doc="The x coordinate.")
    y = TypedProperty(getY, setY, doc="The y coordinate.")

    def clone(self) -> Self:
        """Return a copy."""
        return _make(type(self), list(self._values))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        # Lists would compare NaNs by identity.
        return all(map(operator.eq, self._values, other._values))

    __hash__ = None  # type: ignore[assignment]

    def _shifted(self, kind: type[Any], other: Any, sign: int) -> Any:
        """Add or subtract, with the result as a given kind of coordinates.

        Parameters
        ----------
        kind : `type`
            ``_Point`` or ``_Extent``.
        other : `_Coordinates`
            The second operand.
        sign : `int`
            1 to add, -1 to subtract.
        """
        if self._type is int and other._type is int:
            values: list[Any] = [wrapInt(a + sign * b) for a, b in zip(self._values, other._values)]
            return _make(_CLASSES[kind, int], values)
        values = [float(a + sign * b) for a, b in zip(self._values, other._values)]
        return _make(_CLASSES[kind, float], values)

    def _shiftInPlace(self, what: str, other: Any, sign: int) -> Self:
        """Add or subtract an extent, which must not be a float one for
        integer coordinates.
        """
        if not isinstance(other, _Extent) or (self._type is int and other._type is float):
            raise argumentError(what, self, other)
        kind = _Point if isinstance(self, _Point) else _Extent
        self._values = self._shifted(kind, other, sign)._values
        return self

    def __iadd__(self, other: Any) -> Self:
        return self._shiftInPlace("__iadd__", other, 1)

    def __isub__(self, other: Any) -> Self:
        return self._shiftInPlace("__isub__", other, -1)

    def __str__(self) -> str:
        return f"({', '.join(f'{value:0.5g}' for value in self._values)})"

    def __repr__(self) -> str:
        values = (f"{v:0.17g}" if math.isfinite(v) else f"float('{v}')" for v in self._values)
        return f"{type(self).__name__}({', '.join(values)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(self._values)


class _Extent(_Coordinates[Number]):
    """What all extents can do."""

    __slots__ = ()

    def asPoint(self) -> Any:
        """Return the point at this offset from the origin."""
        return _make(_CLASSES[_Point, self._type], list(self._values))

    def computeSquaredNorm(self) -> Any:
        """Return the square of the length."""
        square = sum(value * value for value in self._values)
        return wrapInt(square) if self._type is int else square

    def computeNorm(self) -> float:
        """Return the length.

        Raises
        ------
        lsst.pex.exceptions.LogicError
            Raised for an integer extent.
        """
        if self._type is int:
            raise LogicError("Cannot compute norm of integer extent")
        return math.sqrt(self.computeSquaredNorm())

    def __pos__(self) -> Self:
        return self.clone()

    def __neg__(self) -> Self:
        values = [-value for value in self._values]
        return _make(type(self), list(map(wrapInt, values)) if self._type is int else values)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, _Extent):
            return self._shifted(_Extent, other, 1)
        return self._shifted(_Point, other, 1) if isinstance(other, _Point) else NotImplemented

    def __sub__(self, other: Any) -> Any:
        return self._shifted(_Extent, other, -1) if isinstance(other, _Extent) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        try:
            return _make(type(self), self._scaledByInt(toInt(other)))
        except TypeError:
            pass
        try:
            factor = toDouble(other)
        except TypeError:
            return NotImplemented
        return _make(Extent2D, [value * factor for value in self._values])

    __rmul__ = __mul__

    def _scaledByInt(self, factor: int) -> list[Any]:
        if self._type is int:
            return [wrapInt(value * factor) for value in self._values]
        return [value * float(factor) for value in self._values]

    def __truediv__(self, other: Any) -> Extent2D:
        try:
            divisor = toDouble(other)
        except TypeError:
            return NotImplemented
        return _make(Extent2D, [divide(value, divisor) for value in self._values])


class _Point(_Coordinates[Number]):
    """What all points can do."""

    __slots__ = ()

    def asExtent(self) -> Any:
        """Return the offset from the origin."""
        return _make(_CLASSES[_Extent, self._type], list(self._values))

    def distanceSquared(self, other: Any, /) -> float:
        """Return the square of the distance to another point.

        Parameters
        ----------
        other : `Point2D` or `Point2I`
            The other point, of the same number type.

        Returns
        -------
        square : `float`
            Square of the distance.
        """
        if not isinstance(other, type(self)):
            raise argumentError("distanceSquared", other)
        return float((self - other).computeSquaredNorm())

    def __add__(self, other: Any) -> Any:
        return self._shifted(_Point, other, 1) if isinstance(other, _Extent) else NotImplemented

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, _Extent):
            return self._shifted(_Point, other, -1)
        return self._shifted(_Extent, other, -1) if isinstance(other, _Point) else NotImplemented


class Extent2I(_Extent[int]):
    """Size or offset in pixels: two integers."""

    __slots__ = ()

    _type = int
    _element = staticmethod(toInt)

    def __imul__(self, other: Any) -> Self:
        self._values = self._scaledByInt(toInt(other))
        return self

    def __floordiv__(self, other: Any) -> Extent2I:
        try:
            divisor = float(toInt(other))
        except TypeError:
            return NotImplemented
        return _make(Extent2I, [_floorToInt(divide(float(value), divisor)) for value in self._values])

    def __itruediv__(self, other: Any) -> NoReturn:
        raise TypeError("In-place true division not supported for Extent<int,N>.")


class Extent2D(_Extent[float]):
    """Size or offset: two floats."""

    __slots__ = ()

    _type = float
    _element = staticmethod(toDouble)

    def __imul__(self, other: Any) -> Self:
        factor = toDouble(other)
        self._values = [value * factor for value in self._values]
        return self

    def __itruediv__(self, other: Any) -> Self:
        divisor = toDouble(other)
        self._values = [divide(value, divisor) for value in self._values]
        return self


class Point2I(_Point[int]):
    """Position of a pixel: two integers."""

    __slots__ = ()

    _type = int
    _element = staticmethod(toInt)

    @classmethod
    def _convert(cls, other: Any) -> list[int]:
        # Only points are rounded: a point lies on the pixel it is nearest to.
        if isinstance(other, Point2D):
            return [_floorToInt(value + 0.5) for value in other._values]
        return super()._convert(other)


class Point2D(_Point[float]):
    """Position: two floats."""

    __slots__ = ()

    _type = float
    _element = staticmethod(toDouble)


ExtentI, ExtentD, PointI, PointD = Extent2I, Extent2D, Point2I, Point2D

_CLASSES = {
    (_Extent, int): Extent2I,
    (_Extent, float): Extent2D,
    (_Point, int): Point2I,
    (_Point, float): Point2D,
}


def _make(cls: type[Any], values: list[Any]) -> Any:
    """Make coordinates of a list of values that have the right type."""
    result = object.__new__(cls)
    result._values = values
    return result


def _floorToInt(value: float) -> int:
    return truncateToInt(math.floor(value) if math.isfinite(value) else value)
