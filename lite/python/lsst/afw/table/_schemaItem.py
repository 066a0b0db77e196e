# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of schemas."""

__all__ = ["SchemaItem", "makeSchemaItem"]

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

    def __init__(self, key, field):
        self._key, self._field = key, field

    @property
    def key(self):
        """The key (`Key`)."""
        return self._key

    @property
    def field(self):
        """The field (`Field`)."""
        return self._field

    def getKey(self):
        """Return the key."""
        return self._key

    def getField(self):
        """Return the field."""
        return self._field

    def __getitem__(self, index):
        return (self._key, self._field)[index]

    def __len__(self):
        return 2

    def __str__(self):
        return str(tuple(self))

    def __repr__(self):
        return f"SchemaItem(key={self._key}, field={self._field})"

    def __reduce__(self):
        return makeSchemaItem, (self._key, self._field)


_CLASSES = {
    name: type(f"SchemaItem{name}", (_SchemaItemBase,), {"__module__": "lsst.afw.table"}) for name in ELEMENTS
}


def makeSchemaItem(key, field):
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
