# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points in records."""

from __future__ import annotations

__all__ = ["Point2IKey"]

from typing import Any

from lsst._lite.arguments import checkArguments
from lsst.geom import Point2I

from ._baseRecord import BaseRecord
from ._schema import Schema


class Point2IKey:
    """Place of a point, whose coordinates are two fields.

    Parameters
    ----------
    x, y : `Key`
        Their keys.
    """

    __module__ = "lsst.afw.table"

    def __init__(self, x: Any, y: Any) -> None:
        self._x, self._y = x, y

    @classmethod
    def addFields(cls, schema: Schema, name: str, doc: str, unit: str) -> Point2IKey:
        """Add the fields of a point to a schema.

        Parameters
        ----------
        schema : `Schema`
            The schema.
        name : `str`
            What the names of the fields begin with.
        doc : `str`
            What the point is.
        unit : `str`
            Unit of its coordinates.

        Returns
        -------
        key : `Point2IKey`
        """
        names = (schema.join(name, axis) for axis in "xy")
        return cls(*(schema.addField(field, type="I", doc=doc, units=unit) for field in names))

    def getX(self) -> Any:
        """Return the key of the x coordinate."""
        return self._x

    def getY(self) -> Any:
        """Return the key of the y coordinate."""
        return self._y

    def isValid(self) -> bool:
        """Whether both keys belong to a schema."""
        return self._x.isValid() and self._y.isValid()

    def get(self, record: BaseRecord) -> Point2I:
        """Return the point in a record (`lsst.geom.Point2I`)."""
        return Point2I(self._x.get(record), self._y.get(record))

    def set(self, record: BaseRecord, value: Point2I) -> None:
        """Set the point in a record."""
        checkArguments("set", value=(value, Point2I))
        self._x.set(record, value.getX())
        self._y.set(record, value.getY())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Point2IKey):
            return NotImplemented
        return (self._x, self._y) == (other._x, other._y)

    def __hash__(self) -> int:
        return hash((self._x, self._y))
