# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

__all__ = ["IntervalI"]

from typing import Any

from lsst._lite import Partial, notInLite
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
        Raised for other arguments.
    RuntimeError
        Raised for what is no integer of 32 bits.
    """

    __slots__ = ("_max", "_min")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._min, self._max = 0, -1
        if "size" in kwargs:
            raise notInLite("lsst.geom.IntervalI with a size")
        if args or kwargs.keys() not in ({}.keys(), {"min", "max"}):
            raise argumentError("IntervalI", *args, **kwargs)
        if kwargs:
            self._setLimits(**kwargs)

    def _setLimits(self, min: int, max: int) -> None:
        try:
            min, max = toInt(min), toInt(max)
        except TypeError as err:
            # As C++ casts fail in the compiled stack, unlike arguments.
            raise RuntimeError(f"Unable to cast Python instance to C++ type: {err}") from err
        if min <= max:
            self._min, self._max = min, max

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
