# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys: which value of a record is meant, and of what type it is."""

__all__ = ["ELEMENTS", "Key"]

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from lsst._lite.arguments import checkArguments, toFlag
from lsst._lite.numbers import toDouble, toInteger
from lsst.geom import Angle, radians
from lsst.pex.exceptions import LengthError

_NUMBERS: dict[str, np.dtype[Any]] = {
    "B": np.dtype(np.uint8),
    "U": np.dtype(np.uint16),
    "I": np.dtype(np.int32),
    "L": np.dtype(np.int64),
    "F": np.dtype(np.float32),
    "D": np.dtype(np.float64),
}

ELEMENTS: dict[str, np.dtype[Any]] = _NUMBERS | {
    "Angle": np.dtype(np.float64),
    "Flag": np.dtype(bool),
    "String": np.dtype("S"),
    **{f"Array{name}": dtype for name, dtype in _NUMBERS.items() if name != "L"},
}
"""Types of fields, by the names that they have in the stack, and what they
have in a record: angles are in radians.
"""


@dataclasses.dataclass(frozen=True, repr=False)
class Key:
    """Place of a field in a record."""

    _typeString: str
    _name: str
    _size: int | None = None
    """Number of elements, for strings and arrays; 0 if it varies."""

    def getTypeString(self) -> str:
        """Return the name of the type of the field."""
        return self._typeString

    @property
    def _isArray(self) -> bool:
        return self._typeString.startswith("Array")

    @property
    def _dtype(self) -> tuple[Any, ...]:
        """Name, type and shape of the field in a structured array."""
        if self._size == 0:
            return self._name, object
        if self._typeString == "String":
            return self._name, f"S{self._size}"
        return self._name, ELEMENTS[self._typeString], (self._size,) if self._isArray else ()

    def _makeEmpty(self) -> Any:
        """Return the value of a new record: NaN, 0, or nothing."""
        if self._size == 0:
            return np.empty(0, ELEMENTS[self._typeString]) if self._isArray else ""
        if self._typeString == "String":
            return b""
        return np.nan if ELEMENTS[self._typeString].kind == "f" else 0

    def get(self, record: Any) -> Any:
        """Return the value in a record; an array is not a copy."""
        value = record._rows[self._name][record._index]
        if self._isArray or self._size == 0:
            return value
        if self._typeString == "String":
            return value.decode("utf-8", "replace")
        return value.item() * radians if self._typeString == "Angle" else value.item()

    def set(self, record: Any, value: Any) -> None:
        """Set the value in a record.

        Raises
        ------
        TypeError
            Raised if it is not of the type of the field, or does not fit.
        lsst.pex.exceptions.LengthError
            Raised if it is longer than the field.
        """
        record._rows[self._name][record._index] = self._check(value)

    def _check(self, value: Any) -> Any:
        """Check a value that is to be set, and return it as it is stored."""
        dtype = ELEMENTS[self._typeString]
        if self._isArray:
            return self._checkArray(value, dtype)
        if self._typeString == "String":
            checkArguments("set", value=(value, str))
            return self._checkString(value)
        if self._typeString == "Angle":
            checkArguments("set", value=(value, Angle))
            return value.asRadians()
        if self._typeString == "Flag":
            return toFlag(value)
        if dtype.kind == "f":
            return toDouble(value)
        number, limits = toInteger(value), np.iinfo(dtype)
        if not limits.min <= number <= limits.max:
            raise TypeError(f"{number} does not fit into field {self._name!r} of type {dtype}")
        return number

    def _checkString(self, value: str) -> str | bytes:
        data = value.encode("utf-8")
        if self._size == 0:
            return value
        if len(data) > (self._size or 0):
            raise LengthError(f"String ({len(data)}) is too large for field ({self._size}).")
        return data

    def _checkArray(self, value: Any, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype != dtype:
            raise TypeError(f"set: value must be a 1-d array of type {dtype}")
        if self._size and value.size != self._size:
            raise LengthError(f"Array sizes do not agree: {value.size} != {self._size}")
        return value.copy()

    def __repr__(self) -> str:
        size = "" if self._size is None else f", size={self._size}"
        return f"Key['{self._typeString}']({self._name!r}{size})"
