# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of the values that a property container can hold."""

__all__ = ["ELEMENT_TYPES", "TypeInfo", "elementTypeName", "isSequence", "toText"]

import ctypes
import functools
from collections.abc import Generator, Iterable
from types import NoneType
from typing import NamedTuple

from lsst._lite.numbers import argumentError, toBool, toDouble, toInt

from ._dateTime import DateTime


class TypeInfo:
    """C++ type of a value.

    There is no constructor: instances come from ``typeOf`` and from the
    ``TYPE_`` constants of the containers.
    """

    __slots__ = ("_name",)

    def __init__(self, *args, **kwargs):
        raise TypeError("lsst.daf.base.TypeInfo: No constructor defined!")

    def name(self):
        """Return the name of the type as the compiler mangles it (`str`)."""
        return self._name

    def __eq__(self, other):
        return self._name == other._name if isinstance(other, TypeInfo) else NotImplemented

    def __hash__(self):
        return hash(self._name)


class ElementType(NamedTuple):
    """One type of values."""

    info: TypeInfo
    """What ``typeOf`` returns."""

    convert: callable
    """Function that converts a Python value, or raises `TypeError`."""


def _makeTypeInfo(name):
    info = TypeInfo.__new__(TypeInfo)
    info._name = name
    return info


def toText(value):
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


def _toFloat(value):
    return ctypes.c_float(toDouble(value)).value


def _integer(bits, signed=True):
    """Make the conversion for an integer type."""
    limits = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return functools.partial(_toLimitedInt, *limits)


def _toLimitedInt(minimum, maximum, value):
    return toInt(value, minimum, maximum)


def _instanceOf(cls, value):
    if not isinstance(value, cls):
        raise argumentError(cls.__name__, value)
    return value


_STRING = "NSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"

ELEMENT_TYPES = {
    name: ElementType(_makeTypeInfo(mangled), convert)
    for name, mangled, convert in (
        ("Bool", "b", toBool),
        ("Short", "s", _integer(16)),
        ("Int", "i", _integer(32)),
        ("Long", "l", _integer(64)),
        ("LongLong", "x", _integer(64)),
        ("UnsignedLongLong", "y", _integer(64, signed=False)),
        ("Float", "f", _toFloat),
        ("Double", "d", toDouble),
        ("Undef", "Dn", functools.partial(_instanceOf, NoneType)),
        ("String", _STRING, toText),
        ("DateTime", "N4lsst3daf4base8DateTimeE", functools.partial(_instanceOf, DateTime)),
        ("PropertySet", "St10shared_ptrIN4lsst3daf4base11PropertySetEE", None),
    )
}
"""Types by the suffix of the methods for them, as in ``setInt``."""

_NAMES = {element.info: name for name, element in ELEMENT_TYPES.items()}


def elementTypeName(info):
    """Return the suffix of the methods for a type.

    Parameters
    ----------
    info : `TypeInfo`
        The type.

    Returns
    -------
    name : `str`
        Suffix, as in ``setInt``.
    """
    return _NAMES[info]


def isSequence(value):
    """Tell whether a value stands for several (`bool`)."""
    if isinstance(value, (str, bytes, bytearray, dict)):
        return False
    if isinstance(value, Generator):
        return True
    isContainer = isinstance(value, Iterable) and hasattr(value, "__getitem__") and not hasattr(value, "keys")
    # Arrays without dimensions look like containers, too.
    return isContainer and getattr(value, "ndim", 1) > 0
