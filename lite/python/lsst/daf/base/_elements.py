# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of the values that a property container can hold."""

__all__ = ["ELEMENT_TYPES", "isSequence", "toText"]

import ctypes
import functools
from collections.abc import Callable, Generator, Iterable
from types import NoneType
from typing import Any, TypeVar

from lsst._lite.numbers import argumentError, toBool, toDouble, toInt

from ._dateTime import DateTime

T = TypeVar("T")


def toText(value: Any) -> str:
    """Convert to a C++ string.

    Parameters
    ----------
    value : `str` or `bytes`
        The value.

    Returns
    -------
    text : `str`
        The string.

    Raises
    ------
    TypeError
        Raised for other types.
    """
    if isinstance(value, (bytes, bytearray)):
        return value.decode()
    if not isinstance(value, str):
        raise argumentError("string", value)
    return str(value)


def _toFloat(value: Any) -> float:
    return ctypes.c_float(toDouble(value)).value


def _integer(bits: int) -> Callable[[Any], int]:
    """Make the conversion for an integer type."""
    return functools.partial(toInt, minimum=-(2 ** (bits - 1)), maximum=2 ** (bits - 1) - 1)


def _instanceOf(cls: type[T], value: Any) -> T:
    if not isinstance(value, cls):
        raise argumentError(cls.__name__, value)
    return value


ELEMENT_TYPES: dict[str, Callable[[Any], Any]] = {
    "Bool": toBool,
    "Short": _integer(16),
    "Int": _integer(32),
    "Long": _integer(64),
    "LongLong": _integer(64),
    "UnsignedLongLong": functools.partial(toInt, minimum=0, maximum=2**64 - 1),
    "Float": _toFloat,
    "Double": toDouble,
    "Undef": functools.partial(_instanceOf, NoneType),
    "String": toText,
    "DateTime": functools.partial(_instanceOf, DateTime),
}
"""What converts a Python value to each type or raises `TypeError`, by the
suffix of the methods for the type, as in ``setInt``.
"""


def isSequence(value: Any) -> bool:
    """Return whether a value stands for several (`bool`)."""
    if isinstance(value, (str, bytes, bytearray, dict)):
        return False
    if isinstance(value, Generator):
        return True
    isContainer = isinstance(value, Iterable) and hasattr(value, "__getitem__") and not hasattr(value, "keys")
    # Arrays without dimensions look like containers, too.
    return isContainer and getattr(value, "ndim", 1) > 0
