# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["BoxD", "BoxI", "Box2D", "Box2I"]

import math
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

import numpy as np
import numpy.typing as npt

from lsst._lite import Partial
from lsst._lite.numbers import (
    INT_MAX,
    INT_MIN,
    EnumLikeCpp,
    argumentError,
    formatG,
    toBool,
    toDouble,
    toInt,
    wrapInt,
)
from lsst._lite.properties import TypedProperty
from lsst.pex.exceptions import InvalidParameterError, OverflowError

from ._coordinates import Extent2D, Extent2I, Point2D, Point2I
from ._interval import IntervalI

PointT = TypeVar("PointT")
ExtentT = TypeVar("ExtentT")
Number = TypeVar("Number", bound=float)


class _Box(Partial, Generic[PointT, ExtentT, Number]):
    """What both kinds of boxes can do.

    Subclasses keep ``_minX``, ``_minY``, ``_maxX`` and ``_maxY`` and set
    ``Point`` and ``Extent``.
    """

    __slots__ = ("_maxX", "_maxY", "_minX", "_minY")

    _minX: Number
    _minY: Number
    _maxX: Number
    _maxY: Number
    Point: ClassVar[type[Any]]
    Extent: ClassVar[type[Any]]
    _element: ClassVar[Any]

    if TYPE_CHECKING:
        # Each kind of boxes has its own.
        _setCorners: Any
        _setCornerAndSize: Any
        _asArray: Any
        _belowMaximum: Any
        getWidth: Any
        getHeight: Any
        grow: Any
        shift: Any
        include: Any
        clip: Any

        def __contains__(self, other: Any) -> bool: ...

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make a box; every kind has forms of its own."""

    def _copyFrom(self, other: Any) -> None:
        """Take over the limits of another box."""
        self._minX, self._minY = other._minX, other._minY
        self._maxX, self._maxY = other._maxX, other._maxY

    def _forms(self) -> list[tuple[Callable[..., None], tuple[str, ...], type[Any], type[Any]]]:
        """List what two arguments of the constructor can be: what sets the
        limits, the names, and the types of the first two.
        """
        return [
            (self._setCornerAndSize, ("corner", "dimensions", "invert"), self.Point, self.Extent),
            (self._setCorners, ("minimum", "maximum", "invert"), self.Point, self.Point),
        ]

    def _requireBox(self, what: str, other: Any) -> None:
        if not isinstance(other, type(self)):
            raise argumentError(what, other)

    def _requireExtent(self, what: str, other: Any) -> None:
        if not isinstance(other, self.Extent):
            raise argumentError(what, other)

    def _toBuffer(self, what: str, buffer: Any) -> Any:
        """Convert an argument that is an extent, or a number for both."""
        if isinstance(buffer, self.Extent):
            return buffer
        try:
            return self.Extent(self._element(buffer))
        except TypeError as err:
            raise argumentError(what, buffer) from err

    def getMin(self) -> PointT:
        """Return the corner with the smallest coordinates."""
        return self.Point(self._minX, self._minY)

    def getMax(self) -> PointT:
        """Return the corner with the largest coordinates."""
        return self.Point(self._maxX, self._maxY)

    def getMinX(self) -> Number:
        """Return the smallest x coordinate."""
        return self._minX

    def getMinY(self) -> Number:
        """Return the smallest y coordinate."""
        return self._minY

    def getMaxX(self) -> Number:
        """Return the largest x coordinate."""
        return self._maxX

    def getMaxY(self) -> Number:
        """Return the largest y coordinate."""
        return self._maxY

    minX = TypedProperty(getMinX, doc="The smallest x coordinate.")
    minY = TypedProperty(getMinY, doc="The smallest y coordinate.")
    maxX = TypedProperty(getMaxX, doc="The largest x coordinate.")
    maxY = TypedProperty(getMaxY, doc="The largest y coordinate.")

    def getDimensions(self) -> ExtentT:
        """Return width and height."""
        return self.Extent(self.getWidth(), self.getHeight())

    def getCorners(self) -> list[PointT]:
        """Return the corners, counterclockwise from the lowest (`list`)."""
        return [
            self.getMin(),
            self.Point(self._maxX, self._minY),
            self.getMax(),
            self.Point(self._minX, self._maxY),
        ]

    def contains(self, *args: Any, **kwargs: Any) -> Any:
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
        if len(args) == 1 and not kwargs:
            return self.__contains__(args[0])
        if len(args) + len(kwargs) != 2 or not kwargs.keys() <= {"x", "y"}:
            raise argumentError("contains", *args, **kwargs)
        return self._containsCoordinates(*args, **kwargs)

    def _containsBox(self, other: Any) -> bool:
        return other.isEmpty() or (
            other._minX >= self._minX
            and other._minY >= self._minY
            and other._maxX <= self._maxX
            and other._maxY <= self._maxY
        )

    def _containsCoordinates(self, x: Any, y: Any) -> Any:
        try:
            x, y = self._asArray(x), self._asArray(y)
        except (TypeError, ValueError) as err:
            raise argumentError("contains", x, y) from err
        inside = (x >= self._minX) & (y >= self._minY) & self._belowMaximum(x, y)
        return inside if inside.ndim else bool(inside)

    def dilatedBy(self, buffer: Number | ExtentT, /) -> Self:
        """Return a box that is larger on all sides.

        Parameters
        ----------
        buffer : number or extent
            By how much, for both or for each direction; negative ones make
            it smaller, and empty if nothing is left.
        """
        buffer = self._toBuffer("dilatedBy", buffer)
        self._checkFinite(buffer, "Cannot dilate or erode with a non-finite buffer.")
        box = type(self)(self)
        box.grow(buffer)
        return box

    def erodedBy(self, buffer: Number | ExtentT, /) -> Self:
        """Return a box that is smaller on all sides.

        Parameters
        ----------
        buffer : number or extent
            By how much, for both or for each direction; negative ones make
            it larger.
        """
        return self.dilatedBy(-self._toBuffer("erodedBy", buffer))

    def shiftedBy(self, offset: ExtentT, /) -> Self:
        """Return a box that is moved by an extent."""
        self._requireExtent("shiftedBy", offset)
        self._checkFinite(offset, "Cannot shift with a non-finite offset.")
        box = type(self)(self)
        box.shift(offset)
        return box

    @staticmethod
    def _checkFinite(extent: Any, message: str) -> None:
        """Refuse extents that are not finite."""
        if not all(map(math.isfinite, extent._values)):
            raise InvalidParameterError(message)

    def expandedTo(self, other: Any, /) -> Self:
        """Return the smallest box with this and more inside.

        Parameters
        ----------
        other : point or box
            What to add. The maximum of a `Box2D` is put slightly beyond a
            point, which would not be inside otherwise.
        """
        box = type(self)(self)
        box.include(other)
        return box

    def clippedTo(self, other: Any, /) -> Self:
        """Return the part that is also in another box."""
        box = type(self)(self)
        box.clip(other)
        return box

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
    _element = staticmethod(toInt)

    class EdgeHandlingEnum(EnumLikeCpp):
        """What to do with pixels that are partly inside."""

        EXPAND = 0
        SHRINK = 1

    EXPAND = EdgeHandlingEnum.EXPAND
    SHRINK = EdgeHandlingEnum.SHRINK

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._minX = self._minY = 0
        self._maxX = self._maxY = -1
        if args or kwargs:
            _dispatch(self, args, kwargs)

    def _setConverted(self, other: Any, edgeHandling: Any = EdgeHandlingEnum.EXPAND) -> None:
        if not isinstance(other, Box2D) or not isinstance(edgeHandling, Box2I.EdgeHandlingEnum):
            raise argumentError("Box2I", other, edgeHandling)
        if other.isEmpty():
            return
        limits = other._minX, other._minY, other._maxX, other._maxY
        if not all(map(math.isfinite, limits)):
            raise InvalidParameterError("Cannot convert non-finite Box2D to Box2I")
        inward = 0.5 if edgeHandling is Box2I.SHRINK else -0.5
        self._setLimits(
            *(math.ceil(limit + inward) for limit in limits[:2]),
            *(math.floor(limit - inward) for limit in limits[2:]),
        )

    def _forms(self) -> list[tuple[Callable[..., None], tuple[str, ...], type[Any], type[Any]]]:
        return [*super()._forms(), (self._setIntervals, ("x", "y"), IntervalI, IntervalI)]

    def _setIntervals(self, x: IntervalI, y: IntervalI) -> None:
        self._setLimits(x._min, y._min, x._max, y._max)

    def _setLimits(self, minX: int, minY: int, maxX: int, maxY: int) -> None:
        """Set the limits, or none if there are no pixels between them."""
        if maxX < minX or maxY < minY:
            minX, minY, maxX, maxY = 0, 0, -1, -1
        for value in (minX, minY, maxX, maxY, 1 + maxX - minX, 1 + maxY - minY):
            if not INT_MIN <= value <= INT_MAX:
                raise OverflowError(f"Integer overflow ({formatG(value)}) in a limit or the size of a box.")
        self._minX, self._minY, self._maxX, self._maxY = minX, minY, maxX, maxY

    def _setCorners(self, minimum: Point2I, maximum: Point2I, invert: bool = True) -> None:
        (minX, minY), (maxX, maxY) = minimum._values, maximum._values
        width, height = wrapInt(maxX - minX), wrapInt(maxY - minY)
        if not toBool(invert) and (width < 0 or height < 0):
            return
        if width < 0:
            minX, width = minX + width, -width
        if height < 0:
            minY, height = minY + height, -height
        self._minX, self._minY, self._maxX, self._maxY = minX, minY, minX + width, minY + height

    def _setCornerAndSize(self, corner: Point2I, dimensions: Extent2I, invert: bool = True) -> None:
        (minX, minY), (width, height) = corner._values, dimensions._values
        if width == 0 or height == 0 or (not toBool(invert) and (width < 0 or height < 0)):
            return
        if width < 0:
            minX, width = minX + width + 1, -width
        if height < 0:
            minY, height = minY + height + 1, -height
        maxX, maxY = minX + width - 1, minY + height - 1
        if maxX > INT_MAX or maxY > INT_MAX:
            raise OverflowError("Box dimensions too large; integer overflow detected.")
        self._minX, self._minY, self._maxX, self._maxY = wrapInt(minX), wrapInt(minY), maxX, maxY

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
        if not isinstance(center, Point2D) or not isinstance(size, Extent2I):
            raise argumentError("makeCenteredBox", center, size)
        if not math.isfinite(center.x) or not math.isfinite(center.y):
            raise InvalidParameterError("Cannot make Box2I with non-finite center")
        corner = center + size * -0.5 + Extent2D(0.5, 0.5)
        return Box2I(Point2I(corner), size, False)

    @staticmethod
    def _asArray(values: Any) -> npt.NDArray[Any]:
        return np.asarray(values).astype(np.int32)

    def _belowMaximum(self, x: Any, y: Any) -> Any:
        return (x <= self._maxX) & (y <= self._maxY)

    def getBegin(self) -> Point2I:
        """Return the position of the first pixel (`Point2I`)."""
        return Point2I(self._minX, self._minY)

    def getEnd(self) -> Point2I:
        """Return the position after the last pixel (`Point2I`)."""
        return Point2I(self._maxX + 1, self._maxY + 1)

    def getBeginX(self) -> int:
        """Return the x coordinate of the first pixel (`int`)."""
        return self._minX

    def getBeginY(self) -> int:
        """Return the y coordinate of the first pixel (`int`)."""
        return self._minY

    def getEndX(self) -> int:
        """Return the x coordinate after the last pixel (`int`)."""
        return self._maxX + 1

    def getEndY(self) -> int:
        """Return the y coordinate after the last pixel (`int`)."""
        return self._maxY + 1

    beginX = TypedProperty(getBeginX, doc="The x coordinate of the first pixel (`int`).")
    beginY = TypedProperty(getBeginY, doc="The y coordinate of the first pixel (`int`).")
    endX = TypedProperty(getEndX, doc="The x coordinate after the last pixel (`int`).")
    endY = TypedProperty(getEndY, doc="The y coordinate after the last pixel (`int`).")

    def getWidth(self) -> int:
        """Return the number of columns (`int`)."""
        return self._maxX - self._minX + 1

    def getHeight(self) -> int:
        """Return the number of rows (`int`)."""
        return self._maxY - self._minY + 1

    def getArea(self) -> int:
        """Return the number of pixels, in 32 bits (`int`)."""
        return wrapInt(self.getWidth() * self.getHeight())

    width = TypedProperty(getWidth, doc="The number of columns (`int`).")
    height = TypedProperty(getHeight, doc="The number of rows (`int`).")
    area = TypedProperty(getArea, doc="The number of pixels (`int`).")

    def getCenter(self) -> Point2D:
        """Return the center (`Point2D`)."""
        return Box2D(self).getCenter()

    def getCenterX(self) -> float:
        """Return the x coordinate of the center (`float`)."""
        return self.getCenter().x

    def getCenterY(self) -> float:
        """Return the y coordinate of the center (`float`)."""
        return self.getCenter().y

    centerX = TypedProperty(getCenterX, doc="The x coordinate of the center (`float`).")
    centerY = TypedProperty(getCenterY, doc="The y coordinate of the center (`float`).")

    def getX(self) -> IntervalI:
        """Return the range of x coordinates (`IntervalI`)."""
        return IntervalI(min=self._minX, max=self._maxX)

    def getY(self) -> IntervalI:
        """Return the range of y coordinates (`IntervalI`)."""
        return IntervalI(min=self._minY, max=self._maxY)

    x = TypedProperty(getX, doc="The range of x coordinates (`IntervalI`).")
    y = TypedProperty(getY, doc="The range of y coordinates (`IntervalI`).")

    def getSlices(self) -> tuple[slice, slice]:
        """Return what selects the box from an array (`tuple` of `slice`).

        The first slice is for y, as in `numpy`, and the array is meant to
        start at the origin.
        """
        return slice(self._minY, self._maxY + 1, 1), slice(self._minX, self._maxX + 1, 1)

    slices = TypedProperty(getSlices, doc="What selects the box from an array.")

    def isEmpty(self) -> bool:
        """Return whether there is no pixel inside (`bool`)."""
        return self._maxX < self._minX

    def __contains__(self, other: Any) -> bool:
        if isinstance(other, Box2I):
            return self._containsBox(other)
        if not isinstance(other, Point2I):
            raise argumentError("contains", other)
        x, y = other._values
        return self._minX <= x <= self._maxX and self._minY <= y <= self._maxY

    def overlaps(self, other: Box2I, /) -> bool:
        """Return whether any pixel is in both boxes (`bool`)."""
        self._requireBox("overlaps", other)
        if self.isEmpty() or other.isEmpty():
            return False
        return (
            self._minX <= other._maxX
            and other._minX <= self._maxX
            and self._minY <= other._maxY
            and other._minY <= self._maxY
        )

    def grow(self, buffer: int | Extent2I, /) -> None:
        """Make this box larger on all sides.

        Parameters
        ----------
        buffer : `int` or `Extent2I`
            By how much, for both or for each direction; negative ones make
            it smaller, and empty if nothing is left.
        """
        x, y = self._toBuffer("grow", buffer)
        if not self.isEmpty():
            self._setLimits(self._minX - x, self._minY - y, self._maxX + x, self._maxY + y)

    def shift(self, offset: Extent2I, /) -> None:
        """Move this box by an extent."""
        self._requireExtent("shift", offset)
        x, y = offset
        if not self.isEmpty():
            self._setLimits(self._minX + x, self._minY + y, self._maxX + x, self._maxY + y)

    def include(self, other: Any, /) -> None:
        """Make this box large enough for a `Point2I` or a `Box2I`."""
        if isinstance(other, Point2I):
            other = Box2I(other, other)
        self._requireBox("include", other)
        if self.isEmpty():
            self._copyFrom(other)
        elif not other.isEmpty():
            self._setLimits(
                min(self._minX, other._minX),
                min(self._minY, other._minY),
                max(self._maxX, other._maxX),
                max(self._maxY, other._maxY),
            )

    def clip(self, other: Box2I, /) -> None:
        """Reduce this box to the part that is also in another box."""
        self._requireBox("clip", other)
        self._setLimits(
            max(self._minX, other._minX),
            max(self._minY, other._minY),
            min(self._maxX, other._maxX),
            min(self._maxY, other._maxY),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Box2I):
            return NotImplemented
        return (
            self._minX == other._minX
            and self._minY == other._minY
            and self._maxX == other._maxX
            and self._maxY == other._maxY
        )

    __hash__ = None


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
    _element = staticmethod(toDouble)

    EPSILON = sys.float_info.epsilon * 2
    INVALID = math.nan

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._setEmpty()
        if args or kwargs:
            _dispatch(self, args, kwargs)

    def _setEmpty(self) -> None:
        self._minX = self._minY = self._maxX = self._maxY = math.nan

    def _setConverted(self, *args: Any, **kwargs: Any) -> None:
        if len(args) != 1 or kwargs or not isinstance(args[0], Box2I):
            raise argumentError("Box2D", *args, **kwargs)
        (other,) = args
        if not other.isEmpty():
            self._minX, self._minY = other._minX - 0.5, other._minY - 0.5
            self._maxX, self._maxY = other._maxX + 0.5, other._maxY + 0.5

    def _setCorners(self, minimum: Point2D, maximum: Point2D, invert: bool = True) -> None:
        (minX, minY), (maxX, maxY) = minimum._values, maximum._values
        self._setLimits(minX, minY, maxX, maxY, toBool(invert))

    def _setCornerAndSize(self, corner: Point2D, dimensions: Extent2D, invert: bool = True) -> None:
        (minX, minY), (width, height) = corner._values, dimensions._values
        self._setLimits(minX, minY, minX + width, minY + height, toBool(invert))

    def _setLimits(self, minX: float, minY: float, maxX: float, maxY: float, invert: Any) -> None:
        if minX == maxX or minY == maxY or (not invert and (minX > maxX or minY > maxY)):
            return
        self._minX, self._maxX = (maxX, minX) if minX > maxX else (minX, maxX)
        self._minY, self._maxY = (maxY, minY) if minY > maxY else (minY, maxY)

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
        if not isinstance(center, Point2D) or not isinstance(size, Extent2D):
            raise argumentError("makeCenteredBox", center, size)
        return Box2D(center + size * -0.5, size, False)

    @staticmethod
    def _asArray(values: Any) -> npt.NDArray[Any]:
        return np.asarray(values, dtype=np.float64)

    def _belowMaximum(self, x: Any, y: Any) -> Any:
        return (x < self._maxX) & (y < self._maxY)

    def getWidth(self) -> float:
        """Return the size in x (`float`)."""
        return 0.0 if self.isEmpty() else self._maxX - self._minX

    def getHeight(self) -> float:
        """Return the size in y (`float`)."""
        return 0.0 if self.isEmpty() else self._maxY - self._minY

    def getArea(self) -> float:
        """Return the area (`float`)."""
        return self.getWidth() * self.getHeight()

    width = TypedProperty(getWidth, doc="The size in x (`float`).")
    height = TypedProperty(getHeight, doc="The size in y (`float`).")
    area = TypedProperty(getArea, doc="The area (`float`).")

    def getCenter(self) -> Point2D:
        """Return the center (`Point2D`)."""
        return Point2D(self.getCenterX(), self.getCenterY())

    def getCenterX(self) -> float:
        """Return the x coordinate of the center (`float`)."""
        return (self._minX + self._maxX) * 0.5

    def getCenterY(self) -> float:
        """Return the y coordinate of the center (`float`)."""
        return (self._minY + self._maxY) * 0.5

    centerX = TypedProperty(getCenterX, doc="The x coordinate of the center (`float`).")
    centerY = TypedProperty(getCenterY, doc="The y coordinate of the center (`float`).")

    def isEmpty(self) -> bool:
        """Return whether there is nothing inside (`bool`)."""
        return self._minX != self._minX

    def __contains__(self, other: Any) -> bool:
        if isinstance(other, Box2D):
            return self._containsBox(other)
        if not isinstance(other, Point2D):
            raise argumentError("contains", other)
        x, y = other._values
        return self._minX <= x < self._maxX and self._minY <= y < self._maxY

    def overlaps(self, other: Box2D, /) -> bool:
        """Return whether any position is in both boxes (`bool`).

        Boxes that only touch do not overlap.
        """
        self._requireBox("overlaps", other)
        return not (
            other.isEmpty()
            or self.isEmpty()
            or other._maxX <= self._minX
            or other._maxY <= self._minY
            or other._minX >= self._maxX
            or other._minY >= self._maxY
        )

    def grow(self, buffer: float | Extent2D, /) -> None:
        """Make this box larger on all sides.

        Parameters
        ----------
        buffer : `float` or `Extent2D`
            By how much, for both or for each direction; negative ones make
            it smaller, and empty if nothing is left.
        """
        x, y = self._toBuffer("grow", buffer)
        if self.isEmpty():
            return
        self._minX, self._minY = self._minX - x, self._minY - y
        self._maxX, self._maxY = self._maxX + x, self._maxY + y
        if self._minX >= self._maxX or self._minY >= self._maxY:
            self._setEmpty()

    def shift(self, offset: Extent2D, /) -> None:
        """Move this box by an extent."""
        self._requireExtent("shift", offset)
        self._minX, self._minY = self._minX + offset.x, self._minY + offset.y
        self._maxX, self._maxY = self._maxX + offset.x, self._maxY + offset.y

    def include(self, other: Any, /) -> None:
        """Make this box large enough for a `Point2D` or a `Box2D`.

        The maximum is put slightly beyond a point, which would not be inside
        otherwise.
        """
        if isinstance(other, Point2D):
            self._includePoint(*other)
            return
        self._requireBox("include", other)
        if other.isEmpty():
            return
        if self.isEmpty():
            self._copyFrom(other)
            return
        self._minX, self._minY = min(self._minX, other._minX), min(self._minY, other._minY)
        self._maxX, self._maxY = max(self._maxX, other._maxX), max(self._maxY, other._maxY)

    def _includePoint(self, x: float, y: float) -> None:
        if self.isEmpty():
            self._minX, self._minY, self._maxX, self._maxY = x, y, _justAbove(x), _justAbove(y)
            return
        if x < self._minX:
            self._minX = x
        elif x >= self._maxX:
            self._maxX = _justAbove(x)
        if y < self._minY:
            self._minY = y
        elif y >= self._maxY:
            self._maxY = _justAbove(y)

    def clip(self, other: Box2D, /) -> None:
        """Reduce this box to the part that is also in another box."""
        self._requireBox("clip", other)
        if self.isEmpty():
            return
        if other.isEmpty():
            self._setEmpty()
            return
        self._minX, self._minY = max(self._minX, other._minX), max(self._minY, other._minY)
        self._maxX, self._maxY = min(self._maxX, other._maxX), min(self._maxY, other._maxY)
        if self._maxX <= self._minX or self._maxY <= self._minY:
            self._setEmpty()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Box2D):
            return NotImplemented
        return (self.isEmpty() and other.isEmpty()) or (
            self._minX == other._minX
            and self._minY == other._minY
            and self._maxX == other._maxX
            and self._maxY == other._maxY
        )

    __hash__ = None


BoxI, BoxD = Box2I, Box2D


def _dispatch(box: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Find the constructor that arguments are meant for, and call it.

    Parameters
    ----------
    box : `Box2I` or `Box2D`
        Box to initialize; empty so far.
    args, kwargs : `tuple`, `dict`
        Arguments of the constructor.
    """
    if len(args) + len(kwargs) == 1 and kwargs.keys() <= {"other"}:
        (other,) = [*args, *kwargs.values()]
        if isinstance(other, type(box)):
            box._copyFrom(other)
            return
    else:
        for setter, names, first, second in box._forms():
            bound = _bind(names, args, kwargs)
            if isinstance(bound.get(names[0]), first) and isinstance(bound.get(names[1]), second):
                setter(**bound)
                return
    try:
        box._setConverted(*args, **kwargs)
    except TypeError as err:
        raise argumentError(type(box).__name__, *args, **kwargs) from err


def _bind(names: tuple[str, ...], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Give names to arguments, or to none if they do not fit the names."""
    if len(args) > len(names) or (kwargs and not kwargs.keys() <= set(names[len(args) :])):
        return {}
    return dict(zip(names, args), **kwargs)


def _justAbove(value: float) -> float:
    """Return the limit of a box that has a coordinate just inside."""
    if value < 0.0:
        return value * (1.0 - Box2D.EPSILON)
    return value * (1.0 + Box2D.EPSILON) if value > 0.0 else Box2D.EPSILON
