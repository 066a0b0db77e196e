# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of exposures: they make the records of catalogs."""

from __future__ import annotations

__all__ = ["ExposureTable"]

from lsst._lite import Partial
from lsst._lite.arguments import checkArguments
from lsst._lite.properties import TypedProperty
from lsst.daf.base import PropertyList
from lsst.pex.exceptions import InvalidParameterError

from ._exposureRecord import ExposureRecord
from ._schema import Schema

_BLOCK_SIZE = 100
"""Number of records for which there is room at a time, as in the stack."""


class ExposureTable(Partial):
    """What the records of a catalog of exposures have in common.

    Parameters
    ----------
    schema : `Schema`
        Fields of the records, the first of which are those of
        `makeMinimalSchema`.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if they are not.

    Notes
    -----
    Records that are made one after the other are rows of one array, so that
    whole columns can be read and set, as long as there is room: for 100
    records, or for as many as `preallocate` was told.
    """

    __module__ = "lsst.afw.table"

    def __init__(self, schema: Schema) -> None:
        checkArguments("ExposureTable", schema=(schema, Schema))
        minimal = list(self.makeMinimalSchema())
        if [item.key for item in schema][: len(minimal)] != [item.key for item in minimal]:
            raise InvalidParameterError(
                "Schema for Exposure must contain at least the keys defined by makeMinimalSchema()."
            )
        self._schema = Schema(schema)
        self._metadata: PropertyList | None = None
        self._rows, self._used = self._schema._makeRows(0), 0

    @classmethod
    def make(cls, schema: Schema, /) -> ExposureTable:
        """Make a table."""
        return cls(schema)

    @staticmethod
    def makeMinimalSchema() -> Schema:
        """Return the fields that all records have (`Schema`)."""
        schema = Schema()
        schema.addField("id", "L", "unique ID")
        for end, what in (("min", "minimum"), ("max", "maximum")):
            for axis in "xy":
                schema.addField(f"bbox_{end}_{axis}", "I", f"bounding box ({what})", "pixel")
        return schema

    def clone(self) -> ExposureTable:
        """Return a table with the same schema that made no records yet."""
        table = ExposureTable(self._schema)
        table._metadata = None if self._metadata is None else self._metadata.deepCopy()
        return table

    def getSchema(self) -> Schema:
        """Return the fields of the records (`Schema`)."""
        return Schema(self._schema)

    schema = TypedProperty(getSchema)

    def getMetadata(self) -> PropertyList | None:
        """Return the metadata, not a copy (`lsst.daf.base.PropertyList`)."""
        return self._metadata

    def setMetadata(self, metadata: PropertyList | None) -> None:
        """Set the metadata, which are not copied, or remove them."""
        checkArguments("setMetadata", metadata=(metadata, (PropertyList, type(None))))
        self._metadata = metadata

    metadata = TypedProperty(getMetadata, setMetadata)

    def preallocate(self, n: int, /) -> None:
        """Make room for ``n`` records, next to each other."""
        if len(self._rows) - self._used < n:
            self._rows, self._used = self._schema._makeRows(n), 0

    def makeRecord(self) -> ExposureRecord:
        """Make a record, with NaN in fields of floating point numbers and
        zeros in all others.
        """
        if self._used == len(self._rows):
            self.preallocate(_BLOCK_SIZE)
        self._used += 1
        return ExposureRecord(self, self._rows, self._used - 1)

    def copyRecord(self, record: ExposureRecord, /) -> ExposureRecord:
        """Make a record with the values and components of another one, which
        must have the same fields.
        """
        copy = self.makeRecord()
        copy.assign(record)
        return copy
