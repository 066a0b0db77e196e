# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Colour of an object."""

__all__ = ["Color"]

import math
from typing import Any

from lsst._lite.arguments import Float, Overloads


class Color:
    """The colour of an object, on which a PSF may depend.

    Called as ``Color()``, which is indeterminate, or ``Color(colorValue,
    colorType)``.

    Parameters
    ----------
    colorValue : `float`
        Difference of two magnitudes.
    colorType : `str`
        Which magnitudes, such as "g-r".
    """

    __module__ = "lsst.afw.image._imageLib"

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _INIT_FORMS(self, args, kwargs)

    def _initIndeterminate(self) -> None:
        self._value, self._type = math.nan, ""

    def _initValue(self, colorValue: Float, colorType: str) -> None:
        self._value, self._type = colorValue, colorType

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


_INIT_FORMS = Overloads("Color", Color._initIndeterminate, Color._initValue)
