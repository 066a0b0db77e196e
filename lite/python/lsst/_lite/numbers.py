# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion of arguments to C++ numbers, by the compiled stack's rules."""

__all__ = [
    "EnumLikeCpp",
    "argumentError",
    "formatG",
    "require",
    "toBool",
    "toDouble",
    "toInt",
    "toIndex",
    "toInteger",
]

import enum
import math
import operator
from typing import Any, TypeVar

T = TypeVar("T")

INT_MIN = -(2**31)
INT_MAX = 2**31 - 1


class EnumLikeCpp(enum.Enum):
    """Enumeration that converts to `int`, as wrapped C++ ones do."""

    def __int__(self) -> int:
        return self.value

    __index__ = __int__

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int):
            return self.value == other
        return self is other

    __hash__ = enum.Enum.__hash__


def argumentError(what: str, *args: object, **kwargs: object) -> TypeError:
    """Make the exception for arguments of a wrong type or number.

    Parameters
    ----------
    what : `str`
        Name of the function or class.
    *args, **kwargs
        What it was called with.

    Returns
    -------
    error : `TypeError`
        The exception, for the caller to raise.
    """
    given = [type(arg).__name__ for arg in args]
    given += [f"{name}={type(arg).__name__}" for name, arg in kwargs.items()]
    return TypeError(f"{what}(): incompatible function arguments; invoked with ({', '.join(given)})")


def require(what: str, value: Any, wanted: type[T] | tuple[type[T], ...]) -> T:
    """Return an argument that must be of a class.

    Parameters
    ----------
    what : `str`
        Name of the function that got the argument.
    value : `object`
        The argument.
    wanted : `type` or `tuple` [`type`]
        The class, or several.

    Returns
    -------
    value : `object`
        The argument.

    Raises
    ------
    TypeError
        Raised if it is something else.
    """
    if not isinstance(value, wanted):
        raise argumentError(what, value)
    return value


def toDouble(value: Any) -> float:
    """Convert to a C++ ``double``.

    Parameters
    ----------
    value : `object`
        Anything with ``__float__`` or ``__index__``, but no string.

    Returns
    -------
    number : `float`
        The value.

    Raises
    ------
    TypeError
        Raised if there is no such conversion.
    """
    if type(value) is float:
        return value
    if isinstance(value, (str, bytes, bytearray)):
        raise TypeError(f"must be a real number, not {type(value).__name__}")
    try:
        return float(value)
    except (OverflowError, ValueError) as err:
        raise TypeError(f"{type(value).__name__} cannot be converted to float: {err}") from err


def toInt(value: Any, minimum: float = INT_MIN, maximum: float = INT_MAX) -> int:
    """Convert to a C++ ``int``.

    Parameters
    ----------
    value : `object`
        Anything with ``__index__`` or ``__int__``, but no string and no
        Python float, which the compiled stack refuses too.
    minimum, maximum : `int`, optional
        Limits of the integer type.

    Returns
    -------
    number : `int`
        The value.

    Raises
    ------
    TypeError
        Raised if there is no such conversion, or if the value does not fit.
    """
    if type(value) is not int:
        if isinstance(value, (float, str, bytes, bytearray)):
            raise TypeError(f"{type(value).__name__} cannot be interpreted as an integer")
        try:
            value = operator.index(value)
        except TypeError:
            if not hasattr(value, "__int__"):
                raise
            try:
                value = int(value)
            except (OverflowError, ValueError) as err:
                raise TypeError(f"{type(value).__name__} cannot be converted to int: {err}") from err
    if not minimum <= value <= maximum:
        raise TypeError(f"{value} does not fit into an integer between {minimum} and {maximum}")
    return value


def toInteger(value: Any) -> int:
    """Convert to an integer of any size, by the rules of `toInt`."""
    return toInt(value, -math.inf, math.inf)


def toBool(value: Any) -> bool:
    """Convert to a C++ ``bool``.

    Parameters
    ----------
    value : `object`
        Anything but a container: a truth value, a number or `None`.

    Returns
    -------
    flag : `bool`
        The value.

    Raises
    ------
    TypeError
        Raised if the value has no ``__bool__``.
    """
    if value is None:
        return False
    if not hasattr(value, "__bool__"):
        raise TypeError(f"{type(value).__name__} cannot be interpreted as a bool")
    return bool(value)


def toIndex(index: Any, size: int) -> int:
    """Resolve a possibly negative index.

    Parameters
    ----------
    index : `int`
        Index; negative ones count from the end.
    size : `int`
        Number of elements.

    Returns
    -------
    index : `int`
        Index between 0 and ``size - 1``.

    Raises
    ------
    IndexError
        Raised if there is no such element.
    """
    index = toInt(index)
    if not -size <= index < size:
        raise IndexError(f"Index {index} not in range [{-size}, {size - 1}]")
    return index + size if index < 0 else index


def formatG(value: float) -> str:
    """Format a number as a C++ stream does by default: six digits."""
    return str(value) if isinstance(value, int) else f"{value:g}"
