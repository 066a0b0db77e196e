# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of schemas."""

__all__ = ["SchemaItem", "makeSchemaItem"]

from typing import Any

from lsst.utils import TemplateMeta

from ._elements import ELEMENTS, registerTypes


class _SchemaItemBase:
    """A field of a schema and its key; can be unpacked into these two.

    Parameters
    ----------
    key : `Key`
        The key.
    field : `Field`
        The field.
    """

    __module__ = "lsst.afw.table"

    def __init__(self, key: Any, field: Any) -> None:
        self._key, self._field = key, field

    @property
    def key(self) -> Any:
        """The key (`Key`)."""
        return self._key

    @property
    def field(self) -> Any:
        """The field (`Field`)."""
        return self._field

    def getKey(self) -> Any:
        """Return the key."""
        return self._key

    def getField(self) -> Any:
        """Return the field."""
        return self._field

    def __getitem__(self, index: int) -> Any:
        return (self._key, self._field)[index]

    def __len__(self) -> int:
        return 2

    def __str__(self) -> str:
        return str((self.key, self.field))

    def __repr__(self) -> str:
        return f"SchemaItem(key={self._key}, field={self._field})"

    def __reduce__(self) -> tuple[Any, ...]:
        return makeSchemaItem, (self._key, self._field)


_CLASSES = {
    name: type(f"SchemaItem{name}", (_SchemaItemBase,), {"__module__": "lsst.afw.table"}) for name in ELEMENTS
}


def makeSchemaItem(key: Any, field: Any) -> Any:
    """Make an item of a schema.

    Parameters
    ----------
    key : `Key`
        The key.
    field : `Field`
        The field.

    Returns
    -------
    item : `SchemaItem`
    """
    return _CLASSES[field.getTypeString()](key, field)


class SchemaItem(metaclass=TemplateMeta):
    """A field of a schema and its key: ``SchemaItem["D"]`` and so on."""

    __module__ = "lsst.afw.table"


registerTypes(SchemaItem, _CLASSES)
