# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys: where in a record a field is, and how its value is read and set."""

__all__ = ["Key", "makeKey"]

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from lsst._lite.arguments import checkArguments, toFlag
from lsst._lite.numbers import toInteger
from lsst.geom import Angle, radians
from lsst.pex.exceptions import InvalidParameterError, LengthError
from lsst.utils import TemplateMeta

from ._elements import ELEMENTS, checkNumber, registerTypes

_INVALID = -1
"""Offset of a key that belongs to no schema."""


class _KeyBase:
    """Place of a field in a record.

    Made without arguments it is not valid; a schema makes those that are.
    """

    __module__ = "lsst.afw.table"

    HAS_NAMED_SUBFIELDS = False

    _typeString: ClassVar[str]

    subfields: Any = None
    """Indices of the elements of an array, otherwise `None`."""

    subkeys: Any = None
    """Keys of the elements of an array, otherwise `None`."""

    def __init__(self) -> None:
        self._offset = _INVALID
        self._size = 1

    @classmethod
    def getTypeString(cls) -> str:
        """Return the name of the type of the field."""
        return cls._typeString

    def isValid(self) -> bool:
        """Whether this belongs to a schema."""
        return self._offset != _INVALID

    def getOffset(self) -> int:
        """Return where in the record the field begins, in bytes."""
        return self._offset

    def _findIn(self, schema: Any) -> Any:
        """Find the field in a schema; see `Schema.find`."""
        return schema._findKey(self)

    def _view(self, record: Any) -> npt.NDArray[Any]:
        """Return the elements of the field in a record, not a copy."""
        return record._view(self._offset, ELEMENTS[self._typeString], self._size)

    def _column(self, data: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the elements of the field in several records, not a copy.

        Parameters
        ----------
        data : `numpy.ndarray`
            Bytes of the records, of shape (records, bytes).

        Returns
        -------
        column : `numpy.ndarray`
            Array of shape (records, elements).
        """
        dtype = ELEMENTS[self._typeString]
        return data[:, self._offset : self._offset + self._size * dtype.itemsize].view(dtype)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return (self._offset, self._size) == (other._offset, other._size)

    def __hash__(self) -> int:
        return hash((type(self), self._offset, self._size))

    def __repr__(self) -> str:
        return f"Key<{self._typeString}>(offset={self._offset}, nElements={self._size})"

    __str__ = __repr__

    def __reduce__(self) -> tuple[Any, ...]:
        return makeKey, (self._typeString, self._offset, self._size)


class _NumberKey(_KeyBase):
    """Place of a number."""

    def get(self, record: Any) -> Any:
        """Return the number in a record."""
        return self._view(record)[0].item()

    def set(self, record: Any, value: float) -> None:
        """Set the number in a record."""
        view = self._view(record)
        view[0] = checkNumber(value, view.dtype)


class _AngleKey(_KeyBase):
    """Place of an angle."""

    def get(self, record: Any) -> Angle:
        """Return the angle in a record."""
        return self._view(record)[0].item() * radians

    def set(self, record: Any, value: Any) -> None:
        """Set the angle in a record."""
        checkArguments("set", value=(value, Angle))
        self._view(record)[0] = value.asRadians()


class _FlagKey(_KeyBase):
    """Place of a flag."""

    def __init__(self) -> None:
        super().__init__()
        # One integer has many flags.
        self._bit = 0

    def getBit(self) -> int:
        """Return the number of the bit."""
        return self._bit

    @property
    def _mask(self) -> Any:
        """Integer in which just this bit is set."""
        return np.uint64(1 << self._bit).astype(np.int64)

    def get(self, record: Any) -> bool:
        """Return the flag in a record."""
        return bool(self._view(record)[0] & self._mask)

    def set(self, record: Any, value: Any) -> None:
        """Set the flag in a record."""
        view = self._view(record)
        view[0] = view[0] | self._mask if toFlag(value) else view[0] & ~self._mask

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return (self._offset, self._bit) == (other._offset, other._bit)

    def __hash__(self) -> int:
        return hash((type(self), self._offset, self._bit))

    def __repr__(self) -> str:
        return f"Key['Flag'](offset={self._offset}, bit={self._bit})"

    __str__ = __repr__

    def __reduce__(self) -> tuple[Any, ...]:
        return makeKey, (self._typeString, self._offset, self._size, self._bit)


class _SizedKey(_KeyBase):
    """Place of something that has a size, or in some fields any size."""

    def getSize(self) -> int:
        """Return the number of elements; 0 if it varies."""
        return self._size

    def getElementCount(self) -> int:
        """Return the number of elements; 0 if it varies."""
        return self._size


class _StringKey(_SizedKey):
    """Place of a string."""

    def get(self, record: Any) -> str:
        """Return the string in a record."""
        if self._size == 0:
            return record._variable.get(self._offset, "")
        return self._view(record).tobytes().split(b"\0")[0].decode("utf-8", "replace")

    def set(self, record: Any, value: Any) -> None:
        """Set the string in a record."""
        checkArguments("set", value=(value, str))
        if self._size == 0:
            record._variable[self._offset] = value
            return
        data = value.encode("utf-8")
        if len(data) > self._size:
            raise LengthError(f"String ({len(data)}) is too large for field ({self._size}).")
        self._view(record)[:] = np.frombuffer(data.ljust(self._size, b"\0"), "S1")


class _ArrayKey(_SizedKey):
    """Place of an array of numbers."""

    def isVariableLength(self) -> bool:
        """Whether each record has an array of its own size."""
        return self._size == 0

    def get(self, record: Any) -> npt.NDArray[Any]:
        """Return the array in a record, not a copy."""
        if self._size == 0:
            return record._variable.get(self._offset, np.empty(0, ELEMENTS[self._typeString]))
        return self._view(record)

    def set(self, record: Any, value: npt.ArrayLike) -> None:
        """Set the array in a record."""
        dtype = ELEMENTS[self._typeString]
        if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype != dtype:
            raise TypeError(f"set: value must be a 1-d array of type {dtype}")
        if self._size == 0:
            record._variable[self._offset] = value
        elif value.size != self._size:
            raise LengthError(f"Array sizes do not agree: {value.size} != {self._size}")
        else:
            self._view(record)[:] = value

    @property
    def subfields(self) -> tuple[int, ...]:
        """Indices of the elements (`tuple`)."""
        return tuple(range(self._size))

    @property
    def subkeys(self) -> tuple[Any, ...]:
        """Keys of the elements (`tuple`)."""
        return tuple(self[i] for i in range(self._size))

    def slice(self, begin: int, end: int) -> Any:
        """Return the key of some elements, as an array.

        Parameters
        ----------
        begin, end : `int`
            Which.
        """
        itemsize = ELEMENTS[self._typeString].itemsize
        return makeKey(self._typeString, self._offset + begin * itemsize, end - begin)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            begin, end, step = index.indices(self._size)
            if step != 1:
                raise InvalidParameterError("Step for array Key indexing must be 1.")
            return self.slice(begin, end)
        i = toInteger(index)
        if not 0 <= i < self._size:
            raise IndexError(f"Index {i} is not one of {self._size} elements")
        typeString = self._typeString.removeprefix("Array")
        return makeKey(typeString, self._offset + i * ELEMENTS[typeString].itemsize)


_BASES = {"Angle": _AngleKey, "Flag": _FlagKey, "String": _StringKey}

_CLASSES = {
    name: type(
        f"Key{name}",
        (_BASES.get(name, _ArrayKey if name.startswith("Array") else _NumberKey),),
        {"__module__": "lsst.afw.table", "_typeString": name},
    )
    for name in ELEMENTS
}


def makeKey(typeString: str, offset: int, size: int = 1, bit: int = 0) -> Any:
    """Make a key.

    Parameters
    ----------
    typeString : `str`
        Name of the type of the field.
    offset : `int`
        Where in the record it begins, in bytes.
    size : `int`, optional
        Number of elements; 0 if it varies.
    bit : `int`, optional
        Number of the bit of a flag.

    Returns
    -------
    key : `Key`
    """
    key = _CLASSES[typeString]()
    key._offset, key._size = offset, size
    if typeString == "Flag":
        key._bit = bit
    return key


class Key(metaclass=TemplateMeta):
    """Place of a field in a record: ``Key["D"]`` and so on."""

    __module__ = "lsst.afw.table"


registerTypes(Key, _CLASSES)
