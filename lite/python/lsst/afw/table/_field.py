# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields: what a schema says about each column."""

__all__ = ["Field", "findTypeString"]

import dataclasses
from typing import Any

import astropy.units

from lsst._lite.arguments import checkArguments
from lsst.geom import Angle
from lsst.pex.exceptions import InvalidParameterError, LengthError, LogicError

from ._key import ELEMENTS, Key

_PYTHON_TYPES: dict[Any, str] = {
    **{ELEMENTS[name].type: name for name in ("B", "U", "I", "L", "F", "D")},
    float: "D",
    str: "String",
    Angle: "Angle",
}
"""Types of fields that may be named by a type of Python or numpy, too."""


def findTypeString(type: Any) -> str:
    """Return the name that a type of fields has in the stack.

    Parameters
    ----------
    type : `str` or `type`
        The name, or a type of Python or numpy.

    Raises
    ------
    KeyError
        Raised if there is no such type.
    """
    typeString = _PYTHON_TYPES.get(type, type)
    if typeString not in ELEMENTS:
        raise KeyError(f"there are no fields of type {type!r}, only of {', '.join(ELEMENTS)}")
    return typeString


@dataclasses.dataclass(frozen=True, repr=False)
class Field:
    """Description of a column; `Schema.addField` says what of."""

    _typeString: str
    _name: str
    _doc: str = ""
    _units: str = ""
    _size: int | None = None
    """Number of elements, for strings and arrays; 0 if it varies."""

    parse_strict: dataclasses.InitVar[str] = "raise"

    def __post_init__(self, parse_strict: str) -> None:
        checkArguments("Field", name=(self._name, str), doc=(self._doc, str), units=(self._units, str))
        if not self._name:
            raise InvalidParameterError("Fields must have names.")
        if self._units:
            astropy.units.Unit(self._units, parse_strict=parse_strict)
        if self._typeString.startswith("Array"):
            object.__setattr__(self, "_size", self._size or 0)
        elif self._typeString == "String":
            if self._size is None:
                raise LengthError("Size must be provided when constructing a string field.")
        elif self._size is not None:
            raise LogicError("Constructor disabled (this Field type is not sized).")

    def getTypeString(self) -> str:
        """Return the name of the type."""
        return self._typeString

    def getName(self) -> str:
        """Return the name."""
        return self._name

    def getDoc(self) -> str:
        """Return what the field is."""
        return self._doc

    def getUnits(self) -> str:
        """Return the units; "" if there are none."""
        return self._units

    def _makeKey(self) -> Key:
        """Make the key of the values."""
        return Key(self._typeString, self._name, self._size)

    def __repr__(self) -> str:
        facts = [f'name="{self._name}"']
        facts += [f'doc="{self._doc}"'] if self._doc else []
        facts += [f'units="{self._units}"'] if self._units else []
        facts += [f"size={self._size}"] if self._size is not None else []
        return f"Field['{self._typeString}']({', '.join(facts)})"
