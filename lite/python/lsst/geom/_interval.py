# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

__all__ = ["IntervalI"]

from typing import overload

from lsst._lite import Partial
from lsst._lite.numbers import argumentError, toInt
from lsst._lite.properties import TypedProperty


class IntervalI(Partial):
    """Range of integers, both ends included: columns or rows of a box.

    Parameters
    ----------
    min, max : `int`, optional
        Smallest and largest; an empty interval without them.

    Raises
    ------
    TypeError
        Raised for other arguments, and for what is no integer of 32 bits.
    """

    __slots__ = ("_max", "_min")

    @overload
    def __init__(self) -> None: ...
    @overload
    def __init__(self, *, min: int, max: int) -> None: ...
    def __init__(self, **limits: int) -> None:
        if limits and limits.keys() != {"min", "max"}:
            raise argumentError("IntervalI", **limits)
        self._min, self._max = toInt(limits.get("min", 0)), toInt(limits.get("max", -1))
        if self._max < self._min:
            self._min, self._max = 0, -1

    def getMin(self) -> int:
        """Return the smallest integer (`int`)."""
        return self._min

    def getMax(self) -> int:
        """Return the largest integer (`int`)."""
        return self._max

    def getBegin(self) -> int:
        """Return the smallest integer (`int`)."""
        return self._min

    def getEnd(self) -> int:
        """Return the integer after the largest (`int`)."""
        return self._max + 1

    def getSize(self) -> int:
        """Return the number of integers (`int`)."""
        return self._max - self._min + 1

    min = TypedProperty(getMin, doc="The smallest integer (`int`).")
    max = TypedProperty(getMax, doc="The largest integer (`int`).")
    begin = TypedProperty(getBegin, doc="The smallest integer (`int`).")
    end = TypedProperty(getEnd, doc="The integer after the largest (`int`).")
    size = TypedProperty(getSize, doc="The number of integers (`int`).")

    def isEmpty(self) -> bool:
        """Return whether there is nothing inside (`bool`)."""
        return self._max < self._min

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, IntervalI):
            return NotImplemented
        return self._min == other._min and self._max == other._max

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"(min={self._min}, max={self._max})"

    def __repr__(self) -> str:
        return f"IntervalI{'()' if self.isEmpty() else self}"
