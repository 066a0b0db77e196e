# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Positions of pixels."""

__all__ = ["positionToIndex"]

import math
from typing import Any, Literal, overload

from lsst._lite.numbers import toDouble


@overload
def positionToIndex(position: float) -> int: ...
@overload
def positionToIndex(position: float, residual: Literal[True]) -> tuple[int, float]: ...
def positionToIndex(position: float, residual: bool = False) -> Any:
    """Convert an image position to an index.

    Parameters
    ----------
    position : `float`
        Position.
    residual : `bool`, optional
        Whether to return what is left, too.

    Returns
    -------
    index : `int`
        Index of the nearest pixel.
    residual : `float`
        What is left, from -0.5 to 0.5, if it is asked for.
    """
    index = math.floor(toDouble(position) + 0.5)
    return (index, position - index) if residual else index
