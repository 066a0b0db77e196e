# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of exposures."""

from __future__ import annotations

__all__ = ["ExposureTable"]

from typing import Any, ClassVar

from lsst._lite.arguments import checkArguments
from lsst.pex.exceptions import InvalidParameterError

from ._baseTable import BaseTable
from ._exposureRecord import ExposureRecord
from ._minimalSchema import BBOX_MAX_KEY, BBOX_MIN_KEY, ID_KEY, MINIMAL_SCHEMA
from ._pointKey import Point2IKey
from ._schema import Schema


class ExposureTable(BaseTable):
    """What the records of a catalog of exposures have in common."""

    __module__ = "lsst.afw.table"

    __hash__ = None

    Record = ExposureRecord
    # Set where these classes are defined, which need this one.
    Catalog: ClassVar[Any]
    ColumnView: ClassVar[Any]

    @classmethod
    def make(cls, schema: Schema, /) -> ExposureTable:
        """Make a table.

        Parameters
        ----------
        schema : `Schema`
            Fields of the records, the first of which are those of
            `makeMinimalSchema`.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if they are not.
        """
        if not cls.checkSchema(schema):
            raise InvalidParameterError(
                "Schema for Exposure must contain at least the keys defined by makeMinimalSchema()."
            )
        return cls._make(schema)

    @staticmethod
    def makeMinimalSchema() -> Schema:
        """Return the fields that all records have (`Schema`)."""
        schema = Schema(MINIMAL_SCHEMA)
        schema.disconnectAliases()
        return schema

    @staticmethod
    def checkSchema(schema: Schema) -> bool:
        """Whether a schema begins with the fields that all records have.

        Parameters
        ----------
        schema : `Schema`
            The schema.
        """
        checkArguments("checkSchema", schema=(schema, Schema))
        return bool(schema.contains(MINIMAL_SCHEMA))

    @staticmethod
    def getIdKey() -> Any:
        """Return the key of the identifier (`Key`)."""
        return ID_KEY

    @staticmethod
    def getBBoxMinKey() -> Point2IKey:
        """Return the key of the first pixel of the box (`Point2IKey`)."""
        return BBOX_MIN_KEY

    @staticmethod
    def getBBoxMaxKey() -> Point2IKey:
        """Return the key of the last pixel of the box (`Point2IKey`)."""
        return BBOX_MAX_KEY
