# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields: what a schema says about each column."""

__all__ = ["Field"]

from typing import Any, ClassVar, Self

import astropy.units

from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toInteger
from lsst.pex.exceptions import LengthError, LogicError
from lsst.utils import TemplateMeta

from ._elements import ELEMENTS, registerTypes


class _FieldBase:
    """Description of a column.

    Parameters
    ----------
    name : `str`
        Name of the field.
    doc : `str`, optional
        What it is.
    units : `str`, optional
        Units, as astropy understands them.
    size : `int`, optional
        Number of elements, for strings and arrays; 0 if it varies.
    parse_strict : `str`, optional
        What to do about units that astropy does not understand: "raise",
        "warn" or "silent".

    Raises
    ------
    ValueError
        Raised if the units are not understood.
    lsst.pex.exceptions.LengthError
        Raised if a string has no size, or if a size is negative.
    lsst.pex.exceptions.LogicError
        Raised if something that has no size is given one.
    """

    __module__ = "lsst.afw.table"

    _typeString: ClassVar[str]

    def __init__(
        self, name: str, doc: str = "", units: str = "", size: int | None = None, parse_strict: str = "raise"
    ) -> None:
        checkArguments("Field", name=(name, str), doc=(doc, str), units=(units, str))
        astropy.units.Unit(units, parse_strict=parse_strict)
        self._name, self._doc, self._units = name, doc, units
        self._size = self._checkSize(size)

    def _checkSize(self, size: int | None) -> Any:
        """Return the number of elements."""
        if size is not None:
            raise LogicError("Constructor disabled (this Field type is not sized).")
        return 1

    @classmethod
    def getTypeString(cls) -> str:
        """Return the name of the type."""
        return cls._typeString

    def getName(self) -> str:
        """Return the name."""
        return self._name

    def getDoc(self) -> str:
        """Return what the field is."""
        return self._doc

    def getUnits(self) -> str:
        """Return the units; "" if there are none."""
        return self._units

    def copyRenamed(self, newName: str) -> Self:
        """Return a copy that has another name.

        Parameters
        ----------
        newName : `str`
            The name.
        """
        (size,) = self._sizes or (None,)
        return type(self)(newName, self._doc, self._units, size, parse_strict="silent")

    _sizes: Any = ()
    """Size as an argument, if there is one."""

    def _addTo(self, schema: Any, doReplace: bool) -> Any:
        """Add this to a schema; see `Schema.addField`."""
        return schema._add(self, doReplace)

    def __repr__(self) -> str:
        facts = [f'name="{self._name}"']
        facts += [f'doc="{self._doc}"'] if self._doc else []
        facts += [f'units="{self._units}"'] if self._units else []
        facts += [f"size={size}" for size in self._sizes]
        return f"Field['{self._typeString}']({', '.join(facts)})"

    __str__ = __repr__

    def __reduce__(self) -> tuple[Any, ...]:
        return _makeField, (self._typeString, self._name, self._doc, self._units, *self._sizes)


class _SizedField(_FieldBase):
    """Description of a column of strings or arrays."""

    def _checkSize(self, size: int | None) -> int:
        if size is None and self._typeString == "String":
            raise LengthError("Size must be provided when constructing a string field.")
        size = 0 if size is None else toInteger(size)
        if size < 0:
            raise LengthError("A non-negative size must be provided when constructing an array field.")
        return size

    @property
    def _sizes(self) -> tuple[int, ...]:
        return (self._size,)

    def getSize(self) -> int:
        """Return the number of elements; 0 if it varies."""
        return self._size


class _ArrayField(_SizedField):
    """Description of a column of arrays."""

    def isVariableLength(self) -> bool:
        """Whether each record has an array of its own size."""
        return self._size == 0


_CLASSES = {
    name: type(
        f"Field{name}",
        (_ArrayField if name.startswith("Array") else _SizedField if name == "String" else _FieldBase,),
        {"__module__": "lsst.afw.table", "_typeString": name},
    )
    for name in ELEMENTS
}


def _makeField(typeString: str, *args: Any) -> Any:
    """Make a field, for pickles."""
    return _CLASSES[typeString](*args, parse_strict="silent")


class Field(metaclass=TemplateMeta):
    """Description of a column: ``Field["D"](name, doc)`` and so on."""

    __module__ = "lsst.afw.table"


registerTypes(Field, _CLASSES)
