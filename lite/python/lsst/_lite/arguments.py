# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks and conversions of arguments, as the compiled classes make them."""

__all__ = ["checkArguments", "toFlag", "toSize"]

from typing import Any

import numpy as np

from .numbers import toBool, toInteger


def toSize(value: Any) -> int:
    """Convert to a number of pixels or rows, which is not negative."""
    number = toInteger(value)
    if number < 0:
        raise TypeError(f"{value!r} is negative")
    return number


def toFlag(value: Any) -> bool:
    """Convert to a truth value, but no string and no array."""
    if np.ndim(value):
        raise TypeError(f"{type(value).__name__} is not a bool")
    return toBool(value)


def checkArguments(name: str, /, **arguments: tuple[Any, type | tuple[type, ...]]) -> None:
    """Check the arguments of a function that has one call form.

    Parameters
    ----------
    name : `str`
        Name of the function, for the error message.
    **arguments : `tuple`
        For each argument its value and the class, or tuple of classes, that
        it must be an instance of.

    Raises
    ------
    TypeError
        Raised if one is not.
    """
    for argument, (value, cls) in arguments.items():
        if not isinstance(value, cls):
            wanted = " or ".join(c.__name__ for c in (cls if isinstance(cls, tuple) else (cls,)))
            raise TypeError(f"{name}: {argument} must be {wanted}, not {type(value).__name__}")
