# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Colour of an object."""

__all__ = ["Color"]

import math

from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toDouble


class Color:
    """The colour of an object, on which a PSF may depend.

    Parameters
    ----------
    colorValue : `float`, optional
        Difference of two magnitudes; without it the colour is indeterminate.
    colorType : `str`, optional
        Which magnitudes, such as "g-r".
    """

    __module__ = "lsst.afw.image._imageLib"

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, colorValue: float = math.nan, colorType: str = "") -> None:
        checkArguments("Color", colorType=(colorType, str))
        self._value, self._type = toDouble(colorValue), colorType

    def getColorValue(self) -> float:
        """Return the colour, in magnitudes; NaN if indeterminate."""
        return self._value

    def getColorType(self) -> str:
        """Return which magnitudes it is the difference of."""
        return self._type

    def isIndeterminate(self) -> bool:
        """Whether the colour is unknown."""
        return math.isnan(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Color):
            return NotImplemented
        if self.isIndeterminate() and other.isIndeterminate():
            return True
        return (self._value, self._type) == (other._value, other._type)
