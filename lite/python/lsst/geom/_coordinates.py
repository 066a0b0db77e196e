# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["Extent2D", "Extent2I", "ExtentD", "ExtentI", "Point2D", "Point2I", "PointD", "PointI"]

import math
import operator
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, overload

import numpy as np
import numpy.typing as npt

from lsst._lite import Partial
from lsst._lite.numbers import INT_MAX, INT_MIN, argumentError, require, toDouble, toIndex, toInt
from lsst._lite.properties import TypedProperty
from lsst.pex.exceptions import LogicError

Number = TypeVar("Number", int, float)


class _Coordinates(Partial, Generic[Number]):
    """Two numbers.

    Parameters
    ----------
    x, y : `float`, optional
        The numbers, which are truncated to integers where these are wanted.
        A single number stands for both.
    other : point, extent or array-like
        Two numbers, instead.
    """

    __slots__ = ("_values",)

    _element: ClassVar[Any]
    """Conversion of a number that must have the right type."""

    _convert: ClassVar[Any]
    """Conversion of one of two numbers, also of a float to an integer."""

    _values: tuple[Any, Any]

    @overload
    def __init__(self, value: Number = ..., /) -> None: ...
    @overload
    def __init__(self, x: float, y: float) -> None: ...
    @overload
    def __init__(self, other: _Coordinates[Any] | Sequence[float] | npt.NDArray[Any], /) -> None: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs:
            args = self._bind(args, kwargs)
        elif len(args) != 2:
            args = self._split(args)
        self._values = self._convert(args[0]), self._convert(args[1])

    @classmethod
    def _bind(cls, args: Any, kwargs: dict[str, Any]) -> Any:
        """Put keyword arguments in order."""
        names: str = "xy"[len(args) :]
        if kwargs.keys() != set(names):
            raise argumentError(cls.__name__, *args, **kwargs)
        return *args, *map(kwargs.__getitem__, names)

    @classmethod
    def _split(cls, args: Any) -> Any:
        """Find the two numbers that no or one argument stands for."""
        if len(args) > 1:
            raise argumentError(cls.__name__, *args)
        value = args[0] if args else 0
        if isinstance(value, _Coordinates):
            return value._values
        array = np.asarray(value)
        if array.ndim == 0:
            number = cls._element(value)
            return number, number
        if array.shape not in ((2,), (2, 1)):
            raise TypeError(f"{cls.__name__} takes 2 numbers, not an array of shape {array.shape}")
        return array.ravel().tolist()

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> Number:
        return self._values[toIndex(index, 2)]

    def __setitem__(self, index: int, value: Number) -> None:
        if toIndex(index, 2) == 0:
            self.setX(value)
        else:
            self.setY(value)

    def __iter__(self) -> Iterator[Number]:
        return iter(self._values)

    def getX(self) -> Number:
        """Return the x coordinate."""
        return self._values[0]

    def getY(self) -> Number:
        """Return the y coordinate."""
        return self._values[1]

    def setX(self, value: Number, /) -> None:
        """Set the x coordinate."""
        self._values = self._element(value), self._values[1]

    def setY(self, value: Number, /) -> None:
        """Set the y coordinate."""
        self._values = self._values[0], self._element(value)

    x = TypedProperty(getX, setX, doc="The x coordinate.")
    y = TypedProperty(getY, setY, doc="The y coordinate.")

    def clone(self) -> Self:
        """Return a copy."""
        return type(self)(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        # Tuples would compare NaNs by identity.
        return all(map(operator.eq, self._values, other._values))

    __hash__ = None  # type: ignore[assignment]

    def _become(self, result: Self) -> Self:
        """Take over the result of an operation, of the same class."""
        if type(result) is not type(self):
            raise TypeError(f"{type(self).__name__} cannot become {type(result).__name__} in place")
        self._values = result._values
        return self

    if TYPE_CHECKING:

        def __add__(self, other: Any) -> Any: ...
        def __sub__(self, other: Any) -> Any: ...

    def __iadd__(self, other: Any) -> Self:
        return self._become(self + other)

    def __isub__(self, other: Any) -> Self:
        return self._become(self - other)

    def __str__(self) -> str:
        return f"({', '.join(f'{value:0.5g}' for value in self._values)})"

    def __repr__(self) -> str:
        values = (f"{v:0.17g}" if math.isfinite(v) else f"float('{v}')" for v in self._values)
        return f"{type(self).__name__}({', '.join(values)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._values


class _Extent(_Coordinates[Number]):
    """What all extents can do."""

    __slots__ = ()

    def asPoint(self) -> Any:
        """Return the point at this offset from the origin."""
        return _make(_Point, self._values)

    def computeSquaredNorm(self) -> Any:
        """Return the square of the length."""
        return sum(value * value for value in self._values)

    def computeNorm(self) -> float:
        """Return the length.

        Raises
        ------
        lsst.pex.exceptions.LogicError
            Raised for an integer extent.
        """
        if isinstance(self, Extent2I):
            raise LogicError("Cannot compute norm of integer extent")
        return math.hypot(*self._values)

    def __pos__(self) -> Self:
        return self.clone()

    def __neg__(self) -> Self:
        return self * -1

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, _Coordinates):
            return NotImplemented
        kind = _Point if isinstance(other, _Point) else _Extent
        return _make(kind, map(operator.add, self._values, other._values))

    def __sub__(self, other: Any) -> Any:
        if not isinstance(other, _Extent):
            return NotImplemented
        return _make(_Extent, map(operator.sub, self._values, other._values))

    def __mul__(self, other: Any) -> Any:
        try:
            factor: float = toInt(other)
        except TypeError:
            factor = toDouble(other)
        return _make(_Extent, [value * factor for value in self._values])

    __rmul__ = __mul__

    def __imul__(self, other: Any) -> Self:
        return self._become(self * other)

    def __truediv__(self, other: Any) -> Extent2D:
        divisor = toDouble(other)
        return Extent2D(*(value / divisor for value in self._values))

    def __itruediv__(self, other: Any) -> Self:
        return self._become(self / other)


class _Point(_Coordinates[Number]):
    """What all points can do."""

    __slots__ = ()

    def asExtent(self) -> Any:
        """Return the offset from the origin."""
        return _make(_Extent, self._values)

    def distanceSquared(self, other: Self, /) -> float:
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
        require("distanceSquared", other, type(self))
        return float((self - other).computeSquaredNorm())

    def __add__(self, other: Any) -> Any:
        return other + self if isinstance(other, _Extent) else NotImplemented

    def __sub__(self, other: Any) -> Any:
        if not isinstance(other, _Coordinates):
            return NotImplemented
        kind = _Point if isinstance(other, _Extent) else _Extent
        return _make(kind, map(operator.sub, self._values, other._values))


def _truncate(value: Any) -> int:
    """Convert to an integer, also a float; one that does not fit becomes
    the least integer, as in the compiled stack.
    """
    if not isinstance(value, float):
        return toInt(value)
    return int(value) if INT_MIN - 1 < value < INT_MAX + 1 else INT_MIN


class Extent2I(_Extent[int]):
    """Size or offset in pixels: two integers."""

    __slots__ = ()

    _element = staticmethod(toInt)
    _convert = staticmethod(_truncate)

    def __floordiv__(self, other: Any) -> Extent2I:
        divisor = toInt(other)
        return Extent2I(*(value // divisor for value in self._values))


class Extent2D(_Extent[float]):
    """Size or offset: two floats."""

    __slots__ = ()

    _element = _convert = staticmethod(toDouble)


class Point2I(_Point[int]):
    """Position of a pixel: two integers."""

    __slots__ = ()

    _element = staticmethod(toInt)
    _convert = staticmethod(_truncate)

    @classmethod
    def _split(cls, args: Any) -> Any:
        # Only points are rounded: a point lies on the pixel it is nearest to.
        if len(args) == 1 and isinstance(args[0], Point2D):
            return [(number + 0.5) // 1.0 for number in args[0]._values]
        return super()._split(args)


class Point2D(_Point[float]):
    """Position: two floats."""

    __slots__ = ()

    _element = _convert = staticmethod(toDouble)


ExtentI, ExtentD, PointI, PointD = Extent2I, Extent2D, Point2I, Point2D

_CLASSES: dict[tuple[type[Any], type[Any]], type[Any]] = {
    (_Extent, int): Extent2I,
    (_Extent, float): Extent2D,
    (_Point, int): Point2I,
    (_Point, float): Point2D,
}


def _make(kind: type[Any], values: Iterable[Any]) -> Any:
    """Make a point or an extent of numbers, which decide its class."""
    numbers = tuple(values)
    result = object.__new__(_CLASSES[kind, type(numbers[0])])
    result._values = numbers
    return result
