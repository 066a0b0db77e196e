# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Positions of pixels."""

__all__ = ["positionToIndex"]

import math
from typing import Any

from lsst._lite.arguments import Bool, Float, Overloads


def _nearest(instance: Any, position: Float) -> int:
    return math.floor(position + 0.5)


def _nearestAndRest(instance: Any, position: Float, residual: Bool) -> tuple[int, float]:
    index = math.floor(position + 0.5)
    return index, position - index


_INDEX_FORMS = Overloads("positionToIndex", _nearest, _nearestAndRest)


def positionToIndex(*args: Any) -> Any:
    """Convert an image position to an index.

    Called as ``positionToIndex(position)`` or ``positionToIndex(position,
    True)``.

    Parameters
    ----------
    position : `float`
        Position.

    Returns
    -------
    index : `int`
        Index of the nearest pixel.
    residual : `float`
        What is left, from -0.5 to 0.5; in the second form only.
    """
    return _INDEX_FORMS(None, args, {})
