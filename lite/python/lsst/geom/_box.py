# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["BoxD", "BoxI", "Box2D", "Box2I"]

import math
import operator
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, overload

import numpy as np
import numpy.typing as npt

from lsst._lite import Partial
from lsst._lite.numbers import INT_MAX, INT_MIN, EnumLikeCpp, argumentError, require
from lsst._lite.properties import TypedProperty
from lsst.pex.exceptions import InvalidParameterError, OverflowError

from ._coordinates import Extent2D, Extent2I, Point2D, Point2I
from ._interval import IntervalI

PointT = TypeVar("PointT", Point2I, Point2D)
ExtentT = TypeVar("ExtentT", Extent2I, Extent2D)
Number = TypeVar("Number", bound=float)


class _Box(Partial, Generic[PointT, ExtentT, Number]):
    """What both kinds of boxes can do."""

    __slots__ = ("_max", "_min")

    _min: tuple[Any, Any]
    """Least coordinates inside."""

    _max: tuple[Any, Any]
    """Greatest coordinates, which are inside or just outside."""

    Point: ClassVar[type[Any]]
    Extent: ClassVar[type[Any]]

    _NOTHING: ClassVar[tuple[Any, Any]]
    """Minimum and maximum of an empty box."""

    _FORMS: ClassVar[tuple[dict[str, Any], ...]]
    """Names and types of what the constructor can be called with."""

    def _set(self, minimum: Iterable[Any], maximum: Iterable[Any]) -> None:
        """Set the limits, or those of an empty box if there is nothing
        between them.
        """
        raise NotImplementedError

    def _setSpan(self, corner: Any, size: Any, invert: bool) -> None:
        """Set the limits by a corner and the size."""
        raise NotImplementedError

    def _setConverted(self, first: Any, second: Any) -> None:
        """Set the limits by something other than points."""
        raise NotImplementedError

    def _containsXY(self, x: Any, y: Any) -> Any:
        """Return whether coordinates, or arrays of them, are inside."""
        raise NotImplementedError

    def _setAround(self, point: Any) -> None:
        """Set the limits to those of the least box around a point."""
        raise NotImplementedError

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._min, self._max = self._NOTHING
        if args or kwargs:
            self._fill(*(self._bind(args, kwargs) if kwargs else args))

    @classmethod
    def _bind(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """Put keyword arguments where they belong."""
        for form in cls._FORMS:
            names: list[str] = [name for name in list(form)[len(args) :] if name in kwargs]
            if len(names) == len(kwargs) and all(isinstance(kwargs[name], form[name]) for name in names):
                return (*args, *(kwargs[name] for name in names))
        raise argumentError(cls.__name__, *args, **kwargs)

    def _fill(self, first: Any, second: Any = None, invert: bool = True) -> None:
        """Set the limits by the arguments of the constructor."""
        if isinstance(first, self.Point) and isinstance(second, self.Extent):
            self._setSpan(first, second, invert)
        elif isinstance(first, self.Point) and isinstance(second, self.Point):
            if invert:
                self._set(map(min, first, second), map(max, first, second))
            else:
                self._set(first, second)
        elif isinstance(first, type(self)) and second is None:
            self._min, self._max = first._min, first._max
        else:
            self._setConverted(first, second)

    def getMin(self) -> PointT:
        """Return the corner with the smallest coordinates."""
        return self.Point(*self._min)

    def getMax(self) -> PointT:
        """Return the corner with the largest coordinates."""
        return self.Point(*self._max)

    def getMinX(self) -> Number:
        """Return the smallest x coordinate."""
        return self._min[0]

    def getMinY(self) -> Number:
        """Return the smallest y coordinate."""
        return self._min[1]

    def getMaxX(self) -> Number:
        """Return the largest x coordinate."""
        return self._max[0]

    def getMaxY(self) -> Number:
        """Return the largest y coordinate."""
        return self._max[1]

    minX = TypedProperty(getMinX, doc="The smallest x coordinate.")
    minY = TypedProperty(getMinY, doc="The smallest y coordinate.")
    maxX = TypedProperty(getMaxX, doc="The largest x coordinate.")
    maxY = TypedProperty(getMaxY, doc="The largest y coordinate.")

    def getDimensions(self) -> ExtentT:
        """Return width and height."""
        return self.Extent(self.getWidth(), self.getHeight())

    def getWidth(self) -> Number:
        """Return the size in x; for pixels the number of columns."""
        raise NotImplementedError

    def getHeight(self) -> Number:
        """Return the size in y; for pixels the number of rows."""
        raise NotImplementedError

    def getArea(self) -> Number:
        """Return the area; for pixels their number."""
        return self.getWidth() * self.getHeight()  # type: ignore[return-value]

    width = TypedProperty(lambda self: self.getWidth(), doc="The size in x.")
    height = TypedProperty(lambda self: self.getHeight(), doc="The size in y.")
    area = TypedProperty(getArea, doc="The area.")

    def getCenter(self) -> Point2D:
        """Return the center (`Point2D`)."""
        return Point2D(self.getCenterX(), self.getCenterY())

    def getCenterX(self) -> float:
        """Return the x coordinate of the center (`float`)."""
        return (self._min[0] + self._max[0]) * 0.5

    def getCenterY(self) -> float:
        """Return the y coordinate of the center (`float`)."""
        return (self._min[1] + self._max[1]) * 0.5

    centerX = TypedProperty(getCenterX, doc="The x coordinate of the center (`float`).")
    centerY = TypedProperty(getCenterY, doc="The y coordinate of the center (`float`).")

    def getCorners(self) -> list[PointT]:
        """Return the corners, counterclockwise from the lowest (`list`)."""
        (minX, minY), (maxX, maxY) = self._min, self._max
        return [self.Point(*corner) for corner in ((minX, minY), (maxX, minY), (maxX, maxY), (minX, maxY))]

    def isEmpty(self) -> bool:
        """Return whether there is nothing inside (`bool`)."""
        return not self._min[0] <= self._max[0]

    @overload
    def contains(self, other: PointT | Self, /) -> bool: ...
    @overload
    def contains(self, x: float, y: float) -> bool: ...
    @overload
    def contains(self, x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.bool_]: ...
    def contains(self, x: Any, y: Any = None) -> Any:
        """Return whether points, or all of another box, are inside.

        Parameters
        ----------
        other : point or box
            What to look for; positional only. An empty box is inside any
            other.
        x, y : number or array of numbers
            Coordinates to look for, instead.

        Returns
        -------
        flag : `bool` or `numpy.ndarray` of `bool`
            The answer, for each pair of coordinates.
        """
        if y is not None:
            inside = self._containsXY(np.asarray(x), np.asarray(y))
            return inside if inside.ndim else bool(inside)
        if isinstance(x, self.Point):
            return self._containsXY(*x)
        require("contains", x, type(self))
        return x.isEmpty() or all(
            (*map(operator.le, self._min, x._min), *map(operator.ge, self._max, x._max))
        )

    def __contains__(self, other: PointT | Self) -> bool:
        return self.contains(other)

    def overlaps(self, other: Self, /) -> bool:
        """Return whether anything is in both boxes (`bool`).

        Boxes of positions that only touch do not overlap.
        """
        return not self.clippedTo(other).isEmpty()

    def grow(self, buffer: Number | ExtentT, /) -> None:
        """Make this box larger on all sides.

        Parameters
        ----------
        buffer : number or extent
            By how much, for both or for each direction; negative ones make
            it smaller, and empty if nothing is left.
        """
        sides: Any = buffer
        if not isinstance(sides, self.Extent):
            sides = (self.Extent._element(buffer),) * 2
        if not self.isEmpty():
            self._set(map(operator.sub, self._min, sides), map(operator.add, self._max, sides))

    def shift(self, offset: ExtentT, /) -> None:
        """Move this box by an extent."""
        require("shift", offset, self.Extent)
        if not self.isEmpty():
            self._set(map(operator.add, self._min, offset), map(operator.add, self._max, offset))

    def include(self, other: PointT | Self, /) -> None:
        """Make this box large enough for a point or another box.

        The maximum of a `Box2D` is put slightly beyond a point, which would
        not be inside otherwise.
        """
        added: Any = other
        if isinstance(other, self.Point):
            added = type(self)()
            added._setAround(other)
        require("include", added, type(self))
        if self.isEmpty():
            self._min, self._max = added._min, added._max
        elif not added.isEmpty():
            self._set(map(min, self._min, added._min), map(max, self._max, added._max))

    def clip(self, other: Self, /) -> None:
        """Reduce this box to the part that is also in another box."""
        require("clip", other, type(self))
        if self.isEmpty() or other.isEmpty():
            self._min, self._max = self._NOTHING
        else:
            self._set(map(max, self._min, other._min), map(min, self._max, other._max))

    def dilatedBy(self, buffer: Number | ExtentT, /) -> Self:
        """Return a box that is larger on all sides; see `grow`."""
        box = type(self)(self)
        box.grow(buffer)
        return box

    def erodedBy(self, buffer: Number | ExtentT, /) -> Self:
        """Return a box that is smaller on all sides; see `grow`."""
        return self.dilatedBy(-buffer)  # type: ignore[arg-type]

    def shiftedBy(self, offset: ExtentT, /) -> Self:
        """Return a box that is moved by an extent."""
        box = type(self)(self)
        box.shift(offset)
        return box

    def expandedTo(self, other: PointT | Self, /) -> Self:
        """Return the smallest box with this and more inside; see
        `include`.
        """
        box = type(self)(self)
        box.include(other)
        return box

    def clippedTo(self, other: Self, /) -> Self:
        """Return the part that is also in another box."""
        box = type(self)(self)
        box.clip(other)
        return box

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        if self._min == other._min and self._max == other._max:
            return True
        return self.isEmpty() and other.isEmpty()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.getMin(), self.getMax())

    def __str__(self) -> str:
        return f"(minimum={self.getMin()}, maximum={self.getMax()})"

    def __repr__(self) -> str:
        return f"{type(self).__name__}(corner={self.getMin()!r}, dimensions={self.getDimensions()!r})"


class Box2I(_Box[Point2I, Extent2I, int]):
    """Rectangle of pixels.

    Minimum and maximum are both inside. All empty boxes are equal.

    Parameters
    ----------
    minimum, maximum : `Point2I`
        Opposite corners.
    corner, dimensions : `Point2I`, `Extent2I`
        Corner, and width and height, instead.
    x, y : `IntervalI`
        Ranges in x and y, instead.
    other : `Box2D` or `Box2I`
        Box to convert or to copy, instead; without any argument the box is
        empty.
    invert : `bool`, optional
        Whether to exchange limits (or to go the other way from the corner)
        where a size is negative; otherwise the box is empty then.
    edgeHandling : `Box2I.EdgeHandlingEnum`, optional
        Whether to include (``EXPAND``) or to leave out (``SHRINK``) pixels
        that are partly in a `Box2D`; pixels reach half a pixel beyond their
        integer position.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if the limits of a `Box2D` are not finite.
    lsst.pex.exceptions.OverflowError
        Raised if the box does not fit into 32-bit integers.
    """

    __slots__ = ()

    Point = Point2I
    Extent = Extent2I

    class EdgeHandlingEnum(EnumLikeCpp):
        """What to do with pixels that are partly inside."""

        EXPAND = 0
        SHRINK = 1

    EXPAND = EdgeHandlingEnum.EXPAND
    SHRINK = EdgeHandlingEnum.SHRINK

    _NOTHING = (0, 0), (-1, -1)
    _FORMS = (
        {"corner": Point2I, "dimensions": Extent2I, "invert": object},
        {"minimum": Point2I, "maximum": Point2I, "invert": object},
        {"x": IntervalI, "y": IntervalI},
        {"other": _Box, "edgeHandling": EdgeHandlingEnum},
    )

    if TYPE_CHECKING:

        @overload
        def __init__(self) -> None: ...
        @overload
        def __init__(self, minimum: Point2I, maximum: Point2I, invert: bool = True) -> None: ...
        @overload
        def __init__(self, corner: Point2I, dimensions: Extent2I, invert: bool = True) -> None: ...
        @overload
        def __init__(self, x: IntervalI, y: IntervalI) -> None: ...
        @overload
        def __init__(self, other: Box2D, edgeHandling: EdgeHandlingEnum = EXPAND) -> None: ...
        @overload
        def __init__(self, other: Box2I) -> None: ...
        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def _set(self, minimum: Iterable[int], maximum: Iterable[int]) -> None:
        (minX, minY), (maxX, maxY) = minimum, maximum
        if maxX < minX or maxY < minY:
            self._min, self._max = self._NOTHING
            return
        extremes = min(minX, minY), max(maxX, maxY, maxX - minX + 1, maxY - minY + 1)
        if extremes[0] < INT_MIN or extremes[1] > INT_MAX:
            raise OverflowError(f"Limits or size of a box need more than 32 bits: {extremes}")
        self._min, self._max = (minX, minY), (maxX, maxY)

    def _setSpan(self, corner: Point2I, size: Extent2I, invert: bool) -> None:
        minimum, maximum = [], []
        for start, count in zip(corner, size, strict=True):
            if invert and count < 0:
                start, count = start + count + 1, -count
            minimum.append(start)
            maximum.append(start + count - 1)
        self._set(minimum, maximum)

    def _setConverted(self, first: Any, second: Any) -> None:
        if isinstance(first, IntervalI) and isinstance(second, IntervalI):
            self._set((first.min, second.min), (first.max, second.max))
        elif not isinstance(first, Box2D) or not isinstance(second, self.EdgeHandlingEnum | None):
            raise argumentError("Box2I", first, second)
        elif not first.isEmpty():
            if not all(map(math.isfinite, (*first._min, *first._max))):
                raise InvalidParameterError("Cannot convert non-finite Box2D to Box2I")
            inward = 0.5 if second is self.SHRINK else -0.5
            self._set(
                [math.ceil(limit + inward) for limit in first._min],
                [math.floor(limit - inward) for limit in first._max],
            )

    def _setAround(self, point: Point2I) -> None:
        self._min = self._max = tuple(point)  # type: ignore[assignment]

    @staticmethod
    def makeCenteredBox(center: Point2D, size: Extent2I) -> Box2I:
        """Make a box around a position.

        Parameters
        ----------
        center : `Point2D`
            Desired center, which is met within half a pixel.
        size : `Extent2I`
            Width and height; the box is empty if one of them is not positive.

        Returns
        -------
        box : `Box2I`
            The box.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if the center is not finite.
        """
        require("makeCenteredBox", center, Point2D)
        require("makeCenteredBox", size, Extent2I)
        if not math.isfinite(center.x) or not math.isfinite(center.y):
            raise InvalidParameterError("Cannot make Box2I with non-finite center")
        corner = center + size * -0.5 + Extent2D(0.5, 0.5)
        return Box2I(Point2I(corner), size, False)

    def _containsXY(self, x: Any, y: Any) -> Any:
        (minX, minY), (maxX, maxY) = self._min, self._max
        return (minX <= x) & (x <= maxX) & (minY <= y) & (y <= maxY)

    def getWidth(self) -> int:
        """Return the number of columns (`int`)."""
        return self._max[0] - self._min[0] + 1

    def getHeight(self) -> int:
        """Return the number of rows (`int`)."""
        return self._max[1] - self._min[1] + 1

    def getBegin(self) -> Point2I:
        """Return the position of the first pixel (`Point2I`)."""
        return self.getMin()

    def getEnd(self) -> Point2I:
        """Return the position after the last pixel (`Point2I`)."""
        return Point2I(self.getEndX(), self.getEndY())

    def getBeginX(self) -> int:
        """Return the x coordinate of the first pixel (`int`)."""
        return self._min[0]

    def getBeginY(self) -> int:
        """Return the y coordinate of the first pixel (`int`)."""
        return self._min[1]

    def getEndX(self) -> int:
        """Return the x coordinate after the last pixel (`int`)."""
        return self._max[0] + 1

    def getEndY(self) -> int:
        """Return the y coordinate after the last pixel (`int`)."""
        return self._max[1] + 1

    beginX = TypedProperty(getBeginX, doc="The x coordinate of the first pixel (`int`).")
    beginY = TypedProperty(getBeginY, doc="The y coordinate of the first pixel (`int`).")
    endX = TypedProperty(getEndX, doc="The x coordinate after the last pixel (`int`).")
    endY = TypedProperty(getEndY, doc="The y coordinate after the last pixel (`int`).")

    def getX(self) -> IntervalI:
        """Return the range of x coordinates (`IntervalI`)."""
        return IntervalI(min=self._min[0], max=self._max[0])

    def getY(self) -> IntervalI:
        """Return the range of y coordinates (`IntervalI`)."""
        return IntervalI(min=self._min[1], max=self._max[1])

    x = TypedProperty(getX, doc="The range of x coordinates (`IntervalI`).")
    y = TypedProperty(getY, doc="The range of y coordinates (`IntervalI`).")

    def getSlices(self) -> tuple[slice, slice]:
        """Return what selects the box from an array (`tuple` of `slice`).

        The first slice is for y, as in `numpy`, and the array is meant to
        start at the origin.
        """
        return slice(self._min[1], self._max[1] + 1, 1), slice(self._min[0], self._max[0] + 1, 1)

    slices = TypedProperty(getSlices, doc="What selects the box from an array.")


class Box2D(_Box[Point2D, Extent2D, float]):
    """Rectangle of positions.

    The minimum is inside, the maximum is not. An empty box has NaN limits;
    all empty boxes are equal.

    Parameters
    ----------
    minimum, maximum : `Point2D`
        Opposite corners.
    corner, dimensions : `Point2D`, `Extent2D`
        Corner, and width and height, instead.
    other : `Box2I` or `Box2D`
        Box to convert or to copy, instead, positional only; without any
        argument the box is empty. The box of a `Box2I` has the edges of its
        pixels, half a pixel beyond their positions.
    invert : `bool`, optional
        Whether to exchange limits where a size is negative; otherwise the
        box is empty then.
    """

    __slots__ = ()

    Point = Point2D
    Extent = Extent2D

    EPSILON = sys.float_info.epsilon * 2
    INVALID = math.nan

    _NOTHING = (math.nan, math.nan), (math.nan, math.nan)
    _FORMS = (
        {"corner": Point2D, "dimensions": Extent2D, "invert": object},
        {"minimum": Point2D, "maximum": Point2D, "invert": object},
    )

    if TYPE_CHECKING:

        @overload
        def __init__(self) -> None: ...
        @overload
        def __init__(self, minimum: Point2D, maximum: Point2D, invert: bool = True) -> None: ...
        @overload
        def __init__(self, corner: Point2D, dimensions: Extent2D, invert: bool = True) -> None: ...
        @overload
        def __init__(self, other: Box2I | Box2D, /) -> None: ...
        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def _set(self, minimum: Iterable[float], maximum: Iterable[float]) -> None:
        (minX, minY), (maxX, maxY) = minimum, maximum
        isEmpty = not (minX < maxX and minY < maxY)
        self._min, self._max = self._NOTHING if isEmpty else ((minX, minY), (maxX, maxY))

    def _setSpan(self, corner: Point2D, size: Extent2D, invert: bool) -> None:
        self._fill(corner, corner + size, invert)

    def _setConverted(self, first: Any, second: Any) -> None:
        if not isinstance(first, Box2I) or second is not None:
            raise argumentError("Box2D", first, second)
        if not first.isEmpty():
            self._set([limit - 0.5 for limit in first._min], [limit + 0.5 for limit in first._max])

    def _setAround(self, point: Point2D) -> None:
        x, y = point
        self._min, self._max = (x, y), (_justAbove(x), _justAbove(y))

    @staticmethod
    def makeCenteredBox(center: Point2D, size: Extent2D) -> Box2D:
        """Make a box around a position.

        Parameters
        ----------
        center : `Point2D`
            The center.
        size : `Extent2D`
            Width and height; the box is empty if one of them is not positive.

        Returns
        -------
        box : `Box2D`
            The box.
        """
        require("makeCenteredBox", center, Point2D)
        require("makeCenteredBox", size, Extent2D)
        return Box2D(center + size * -0.5, size, False)

    def _containsXY(self, x: Any, y: Any) -> Any:
        (minX, minY), (maxX, maxY) = self._min, self._max
        return (minX <= x) & (x < maxX) & (minY <= y) & (y < maxY)

    def getWidth(self) -> float:
        """Return the size in x (`float`)."""
        return 0.0 if self.isEmpty() else self._max[0] - self._min[0]

    def getHeight(self) -> float:
        """Return the size in y (`float`)."""
        return 0.0 if self.isEmpty() else self._max[1] - self._min[1]


BoxI, BoxD = Box2I, Box2D


def _justAbove(value: float) -> float:
    """Return the limit of a box that has a coordinate just inside."""
    if value < 0.0:
        return value * (1.0 - Box2D.EPSILON)
    return value * (1.0 + Box2D.EPSILON) if value > 0.0 else Box2D.EPSILON
