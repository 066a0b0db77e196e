# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

__all__ = ["IntervalD", "IntervalI"]

import math

import numpy as np

from lsst._lite.numbers import INT_MAX, INT_MIN, EnumLikeCpp, argumentError, formatG, toDouble, toInt
from lsst.pex.exceptions import InvalidParameterError, OverflowError


class _Interval:
    """What both kinds of intervals can do."""

    __slots__ = ()

    @classmethod
    def _fromKeywords(cls, **kwargs):
        """Make an interval from one of the permitted pairs of keywords."""
        makers = {
            frozenset({"min", "max"}): cls._fromMinMax,
            frozenset({"min", "size"}): cls._fromMinSize,
            frozenset({"max", "size"}): cls._fromMaxSize,
            frozenset({"center", "size"}): cls._fromCenterSize,
        }
        maker = makers.get(frozenset(kwargs))
        if maker is None:
            raise TypeError(
                "General constructor requires one of the following keyword-only argument pairs: "
                "(min, max), (center, size), (min, size), (max, size)."
            )
        try:
            elements = {name: cls._element(value) for name, value in kwargs.items()}
        except TypeError as err:
            # As C++ casts fail in the compiled stack, unlike arguments.
            raise RuntimeError(f"Unable to cast Python instance to C++ type: {err}") from err
        return maker(**elements)

    @classmethod
    def fromSpannedPoints(cls, points, /):
        """Make the smallest interval that contains some points.

        Parameters
        ----------
        points : sequence of `int` or `float`
            The points.

        Returns
        -------
        interval : `IntervalI` or `IntervalD`
            The interval; empty if there are no points.
        """
        if isinstance(points, (str, bytes)):
            raise argumentError("fromSpannedPoints", points)
        result = cls()
        for point in points:
            result = result.expandedTo(cls._element(point))
        return result

    def getMin(self):
        """Return the smallest coordinate."""
        return self._min

    def getMax(self):
        """Return the largest coordinate, which is inside."""
        return self._max

    min = property(getMin, doc="The smallest coordinate.")
    max = property(getMax, doc="The largest coordinate, which is inside.")

    def contains(self, other, /):
        """Tell whether points, or all of another interval, are inside.

        Parameters
        ----------
        other : interval, number or array of numbers
            What to look for.

        Returns
        -------
        flag : `bool` or `numpy.ndarray` of `bool`
            Whether each point is inside. An empty interval is inside any
            other.
        """
        if isinstance(other, type(self)):
            return other.isEmpty() or (other._min >= self._min and other._max <= self._max)
        try:
            points = self._asArray(other)
        except (TypeError, ValueError) as err:
            raise argumentError("contains", other) from err
        inside = (points >= self._min) & (points <= self._max)
        return inside if inside.ndim else bool(inside)

    def __contains__(self, other):
        if isinstance(other, type(self)):
            return self.contains(other)
        return self.contains(self._element(other))

    def overlaps(self, other, /):
        """Tell whether there are points in both (`bool`)."""
        return not self.isDisjointFrom(other)

    def intersects(self, other, /):
        """Tell whether there are points in both (`bool`)."""
        return not self.isDisjointFrom(other)

    def isDisjointFrom(self, other, /):
        """Tell whether there are no points in both (`bool`)."""
        self._requireSameType("isDisjointFrom", other)
        if self.isEmpty() or other.isEmpty():
            return True
        return self._min > other._max or self._max < other._min

    def erodedBy(self, buffer, /):
        """Return an interval that is smaller at both ends.

        Parameters
        ----------
        buffer : number
            By how much; a negative number makes it larger.
        """
        return self.dilatedBy(-self._element(buffer))

    def expandedTo(self, other, /):
        """Return the smallest interval with this and more inside.

        Parameters
        ----------
        other : interval or number
            What to add.
        """
        if not isinstance(other, type(self)):
            other = self._atPoint(self._element(other))
        if other.isEmpty() or self.isEmpty():
            return type(self)(self if other.isEmpty() else other)
        return self._fromMinMax(min(self._min, other._min), max(self._max, other._max))

    def clippedTo(self, other, /):
        """Return the part that is also in another interval."""
        self._requireSameType("clippedTo", other)
        if self.isEmpty() or other.isEmpty():
            return type(self)()
        return self._fromMinMax(max(self._min, other._min), min(self._max, other._max))

    def _requireSameType(self, what, other):
        if not isinstance(other, type(self)):
            raise argumentError(what, other)

    __hash__ = None

    def __str__(self):
        return f"(min={formatG(self._min)}, max={formatG(self._max)})"

    def __repr__(self):
        return f"{type(self).__name__}{'()' if self.isEmpty() else self}"


class IntervalI(_Interval):
    """Range of integers, both ends included.

    Parameters
    ----------
    other : `IntervalD` or `IntervalI`, optional
        Interval to convert or to copy; an empty interval if there are no
        arguments at all.
    edgeHandling : `IntervalI.EdgeHandlingEnum`, optional
        Whether to include (``EXPAND``) or to leave out (``SHRINK``) the
        pixels that are partly in an `IntervalD`; the pixel i reaches from
        i - 0.5 to i + 0.5.
    **kwargs
        Two of ``min``, ``max``, ``size`` and ``center``, instead of
        ``other``: (min, max), (min, size), (max, size) or (center, size).

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if a limit is not finite.
    lsst.pex.exceptions.OverflowError
        Raised if a limit or the size does not fit into 32 bits.
    """

    __slots__ = ("_max", "_min")

    _element = staticmethod(toInt)

    class EdgeHandlingEnum(EnumLikeCpp):
        """What to do with pixels that are partly inside."""

        EXPAND = 0
        SHRINK = 1

    def __init__(self, *args, **kwargs):
        self._min, self._max = 0, -1
        if args or "other" in kwargs:
            self._convert(*args, **kwargs)
        elif kwargs:
            made = self._fromKeywords(**kwargs)
            self._min, self._max = made._min, made._max

    def _convert(self, other, edgeHandling=EdgeHandlingEnum.EXPAND):
        if isinstance(other, IntervalI):
            self._min, self._max = other._min, other._max
            return
        if not isinstance(other, IntervalD) or not isinstance(edgeHandling, IntervalI.EdgeHandlingEnum):
            raise argumentError("IntervalI", other, edgeHandling)
        if other.isEmpty():
            return
        if not other.isFinite():
            raise InvalidParameterError("Cannot convert non-finite IntervalD to IntervalI")
        inward = 0.5 if edgeHandling is IntervalI.EdgeHandlingEnum.SHRINK else -0.5
        made = self._fromMinMax(math.ceil(other._min + inward), math.floor(other._max - inward))
        self._min, self._max = made._min, made._max

    @classmethod
    def _fromMinMax(cls, min, max):
        result = cls()
        if max >= min:
            _checkOverflow(min, "minimum")
            _checkOverflow(max, "maximum")
            _checkOverflow(1 + max - min, "size")
            result._min, result._max = min, max
        return result

    @classmethod
    def _fromMinSize(cls, min, size):
        return cls._fromMinMax(min, min + size - 1)

    @classmethod
    def _fromMaxSize(cls, max, size):
        return cls._fromMinMax(max - size + 1, max)

    @classmethod
    def _fromCenterSize(cls, center, size):
        if size <= 0:
            return cls()
        begin = center - 0.5 * size + 0.5
        _checkOverflow(begin, "minimum")
        _checkOverflow(begin + size - 1, "maximum")
        return cls._fromMinMax(int(begin), int(begin) + size - 1)

    @classmethod
    def _atPoint(cls, point):
        return cls._fromMinMax(point, point)

    @staticmethod
    def _asArray(points):
        return np.asarray(points).astype(np.int32)

    def getBegin(self):
        """Return the smallest integer (`int`)."""
        return self._min

    def getEnd(self):
        """Return the integer after the largest (`int`)."""
        return self._max + 1

    def getSize(self):
        """Return the number of integers (`int`)."""
        return self._max - self._min + 1

    begin = property(getBegin, doc="The smallest integer (`int`).")
    end = property(getEnd, doc="The integer after the largest (`int`).")
    size = property(getSize, doc="The number of integers (`int`).")

    def isEmpty(self):
        """Tell whether there is nothing inside (`bool`)."""
        return self._max < self._min

    def dilatedBy(self, buffer, /):
        """Return an interval that is larger at both ends.

        Parameters
        ----------
        buffer : `int`
            By how much; a negative number makes it smaller.
        """
        buffer = toInt(buffer)
        if self.isEmpty():
            return IntervalI()
        return self._fromMinMax(self._min - buffer, self._max + buffer)

    def shiftedBy(self, offset, /):
        """Return an interval that is moved by a number of pixels."""
        offset = toInt(offset)
        if self.isEmpty():
            return IntervalI()
        return self._fromMinMax(self._min + offset, self._max + offset)

    def reflectedAbout(self, point, /):
        """Return the mirror image with respect to an integer."""
        point = toInt(point)
        if self.isEmpty():
            return IntervalI()
        return self._fromMinMax(2 * point - self._max, 2 * point - self._min)

    def range(self):
        """Return the integers in the interval (`range`)."""
        return range(self._min, self._max + 1)

    def arange(self, dtype=np.int32):
        """Return the integers in the interval as an array.

        Parameters
        ----------
        dtype : `numpy.dtype`, optional
            Type of the array.

        Returns
        -------
        points : `numpy.ndarray`
            The integers.
        """
        return np.arange(self._min, self._max + 1, 1, dtype=dtype)

    def slice(self):
        """Return the `slice` that selects the integers."""
        return slice(self._min, self._max + 1, None)

    def __eq__(self, other):
        if not isinstance(other, IntervalI):
            return NotImplemented
        return self._min == other._min and self._max == other._max

    __hash__ = None

    def __reduce__(self):
        raise argumentError("__reduce__", self)


class IntervalD(_Interval):
    """Range of numbers, both ends included.

    An interval of one point has size zero and is not empty; an empty one
    has NaN limits.

    Parameters
    ----------
    other : `IntervalI` or `IntervalD`, optional
        Interval to convert or to copy, positional only; an empty interval if
        there are no arguments at all. Pixels reach half a pixel beyond the
        integers.
    **kwargs
        Two of ``min``, ``max``, ``size`` and ``center``, instead of
        ``other``: (min, max), (min, size), (max, size) or (center, size).

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised for infinite limits that do not make sense.
    """

    __slots__ = ("_max", "_min")

    _element = staticmethod(toDouble)

    def __init__(self, *args, **kwargs):
        self._min = self._max = math.nan
        if args:
            self._convert(*args, **kwargs)
        elif kwargs:
            made = self._fromKeywords(**kwargs)
            self._min, self._max = made._min, made._max

    def _convert(self, *args, **kwargs):
        if len(args) != 1 or kwargs or not isinstance(args[0], _Interval):
            raise argumentError("IntervalD", *args, **kwargs)
        (other,) = args
        if not other.isEmpty():
            margin = 0.5 if isinstance(other, IntervalI) else 0.0
            self._min, self._max = other._min - margin, other._max + margin

    @classmethod
    def _fromMinMax(cls, min, max):
        result = cls()
        if max < min or math.isnan(min) or math.isnan(max):
            return result
        if min == math.inf:
            raise InvalidParameterError("Cannot set interval minimum to +infinity.")
        if max == -math.inf:
            raise InvalidParameterError("Cannot set interval maximum to -infinity.")
        result._min, result._max = min, max
        return result

    @classmethod
    def _fromMinSize(cls, min, size):
        _checkUnambiguous(min, size)
        return cls._fromMinMax(min, min + size)

    @classmethod
    def _fromMaxSize(cls, max, size):
        _checkUnambiguous(max, size)
        return cls._fromMinMax(max - size, max)

    @classmethod
    def _fromCenterSize(cls, center, size):
        if math.isinf(center) or math.isinf(size):
            raise InvalidParameterError("Infinite values not supported.")
        return cls._fromMinSize(center - 0.5 * size, size)

    @classmethod
    def _atPoint(cls, point):
        _checkFinite(point, "Cannot expand to a non-finite point.")
        return cls._fromMinMax(point, point)

    @staticmethod
    def _asArray(points):
        points = np.asarray(points, dtype=np.float64)
        if np.isnan(points).any():
            raise InvalidParameterError("Cannot test whether an interval contains NaN.")
        return points

    def getSize(self):
        """Return the length (`float`)."""
        return 0.0 if self.isEmpty() else self._max - self._min

    def getCenter(self):
        """Return the middle (`float`)."""
        return 0.5 * (self._min + self._max)

    size = property(getSize, doc="The length (`float`).")
    center = property(getCenter, doc="The middle (`float`).")

    def isEmpty(self):
        """Tell whether there is nothing inside (`bool`)."""
        return math.isnan(self._min)

    def isFinite(self):
        """Tell whether both limits are finite (`bool`)."""
        return math.isfinite(self._min) and math.isfinite(self._max)

    def dilatedBy(self, buffer, /):
        """Return an interval that is larger at both ends.

        Parameters
        ----------
        buffer : `float`
            By how much; a negative number makes it smaller.
        """
        buffer = _checkFinite(toDouble(buffer), "Cannot dilate or erode with a non-finite buffer.")
        return self._fromMinMax(self._min - buffer, self._max + buffer)

    def shiftedBy(self, offset, /):
        """Return an interval that is moved."""
        offset = _checkFinite(toDouble(offset), "Cannot shift with a non-finite offset.")
        return self._fromMinMax(self._min + offset, self._max + offset)

    def reflectedAbout(self, point, /):
        """Return the mirror image with respect to a point."""
        point = _checkFinite(toDouble(point), "Cannot reflect about a non-finite point.")
        return self._fromMinMax(2 * point - self._max, 2 * point - self._min)

    def __eq__(self, other):
        if not isinstance(other, IntervalD):
            return NotImplemented
        return (self.isEmpty() and other.isEmpty()) or (self._min == other._min and self._max == other._max)

    __hash__ = None

    def __reduce__(self):
        return IntervalD, (self._min, self._max)


def _checkOverflow(value, where):
    """Refuse what does not fit into 32 bits."""
    if value < INT_MIN or value > INT_MAX:
        raise OverflowError(f"Integer overflow ({formatG(value)}) in interval {where}.")


def _checkFinite(value, message):
    """Return a number that must be finite."""
    if not math.isfinite(value):
        raise InvalidParameterError(message)
    return value


def _checkUnambiguous(limit, size):
    """Refuse an infinite limit or size, which leaves the other limit open."""
    if math.isinf(limit) or size == math.inf:
        raise InvalidParameterError(
            "Ambiguously infinite interval parameters; use fromMinMax to "
            "construct infinite intervals instead."
        )
