# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables: they make the records of catalogs."""

__all__ = ["BaseTable"]

from typing import Any, ClassVar, Self

import numpy as np

from lsst._lite.arguments import checkArguments, toSize
from lsst._lite.properties import TypedProperty
from lsst.daf.base import PropertyList

from ._baseRecord import BaseRecord
from ._schema import Schema

_BLOCK_SIZE = 100
"""Number of records for which there is room at a time, as in the stack."""

_ALIGNMENT = 16
"""Size of a record is a multiple of these bytes."""


class BaseTable:
    """What the records of a catalog have in common.

    Parameters
    ----------
    schema : `Schema`
        Fields of the records.

    Notes
    -----
    Records that are made one after the other are next to each other in
    memory, so that whole columns can be read and set, as long as there is
    room: for 100 records, or for as many as `preallocate` was told.
    """

    __module__ = "lsst.afw.table"

    __hash__ = None  # type: ignore[assignment]

    Record: ClassVar[type[BaseRecord]] = BaseRecord

    _schema: Schema

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError(f"{type(self).__name__}: No constructor defined!")

    @classmethod
    def _make(cls, schema: Schema, metadata: PropertyList | None = None) -> Self:
        """Make a table."""
        table = cls.__new__(cls)
        table._schema = Schema(schema)
        table._schema._padTo(_ALIGNMENT)
        table._schema.disconnectAliases()
        table._metadata = metadata
        table._data, table._used = np.empty((0, table._schema.getRecordSize()), np.uint8), 0
        return table

    def clone(self) -> Self:
        """Return a table with the same schema that made no records yet."""
        metadata = None if self._metadata is None else self._metadata.deepCopy()
        return self._make(self._schema, metadata)

    def getSchema(self) -> Schema:
        """Return the fields of the records (`Schema`)."""
        return Schema(self._schema)

    schema = TypedProperty(getSchema)

    def getMetadata(self) -> PropertyList | None:
        """Return the metadata, not a copy (`lsst.daf.base.PropertyList`)."""
        return self._metadata

    def setMetadata(self, metadata: PropertyList | None) -> None:
        """Set the metadata.

        Parameters
        ----------
        metadata : `lsst.daf.base.PropertyList` or `None`
            The metadata, which are not copied.
        """
        checkArguments("setMetadata", metadata=(metadata, (PropertyList, type(None))))
        self._metadata = metadata

    def popMetadata(self) -> PropertyList | None:
        """Remove and return the metadata."""
        metadata, self._metadata = self._metadata, None
        return metadata

    metadata = TypedProperty(getMetadata, setMetadata)

    def getBufferSize(self) -> int:
        """Return for how many records there is room."""
        return len(self._data) - self._used

    def preallocate(self, n: int, /) -> None:
        """Make room for records, next to each other.

        Parameters
        ----------
        n : `int`
            Their number.
        """
        n = toSize(n)
        if self.getBufferSize() < n:
            self._data, self._used = np.zeros((n, self._schema.getRecordSize()), np.uint8), 0

    def makeRecord(self) -> Any:
        """Make a record, with NaN in fields of floating point numbers and
        zeros in all others.
        """
        if self.getBufferSize() == 0:
            self.preallocate(_BLOCK_SIZE)
        self._used += 1
        return self.Record(self, self._data, self._used - 1)

    def copyRecord(self, record: BaseRecord, mapper: Any = None, /) -> Any:
        """Make a record with the values of another one.

        Parameters
        ----------
        record : `BaseRecord`
            Record with the same fields.
        mapper : `None`
            Mappings between schemas are not in lsst-lite.
        """
        copy = self.makeRecord()
        copy.assign(record, mapper)
        return copy

    def __eq__(self, other: object) -> bool:
        return self is other if isinstance(other, BaseTable) else NotImplemented
