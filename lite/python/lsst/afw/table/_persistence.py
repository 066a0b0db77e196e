# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogs of exposures in archives and files."""

__all__ = ["encodeCatalog", "parseCatalog"]

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from lsst.afw.fits import _tables as fitsTables
from lsst.afw.fits._outputArchive import OutputArchive
from lsst.afw.fits._tables import Rows

from ._components import COMPONENTS
from ._field import Field
from ._key import ELEMENTS, Key
from ._schema import Schema

_REFERENCES = {
    "wcs": "archive ID for Wcs object",
    "psf": "archive ID for Psf object",
    "photoCalib": "archive ID for PhotoCalib object",
    "apCorrMap": "archive ID for ApCorrMap object",
    "validPolygon": "archive ID for Polygon object",
    "visitInfo": "archive ID for VisitInfo object",
    "transmissionCurve": "archive ID for TransmissionCurve object",
    "detector": "archive ID for Detector object",
}
"""Columns that refer to components, and what they are; they come first."""

_OLD_NAMES = {"calib": "photoCalib"}
"""Names that columns had before table version 5."""

_CODES = {"B": "B", "U": "U", "I": "J", "L": "K", "F": "E", "D": "D", "Angle": "D", "String": "A"}
"""FITS codes of the elements of fields."""

_TYPES = {"B": "B", "I": "U", "J": "I", "K": "L", "E": "F", "D": "D"}
"""Types of fields by the FITS codes of their elements."""

_DESCRIPTION = re.compile(r"(TTYPE|TFLAG)(\d{1,9})\Z", re.ASCII)


# ---- from catalogs to rows


def encodeCatalog(
    catalog: Any, archive: OutputArchive, permissive: bool = False
) -> tuple[fitsTables.Schema, Iterator[dict[str, Any]]]:
    """Turn a catalog into rows.

    Parameters
    ----------
    catalog : `ExposureCatalog`
        The catalog.
    archive : `lsst.afw.fits._outputArchive.OutputArchive`
        Archive to put components into.
    permissive : `bool`, optional
        Whether to leave out components that cannot be written.

    Returns
    -------
    schema : `lsst.afw.fits._tables.Schema`
        Columns.
    rows : iterable of `dict`
        Values by columns; components go into the archive row by row.
    """
    joined, schema = Schema(), catalog.getSchema()
    for name, doc in _REFERENCES.items():
        joined.addField(name, "I", doc)
    for item in schema:
        joined.addField(item.field)
    fields = tuple(_encodeField(item.field) for item in joined)
    return (
        fitsTables.Schema(fields, tuple(sorted(schema._aliases.items()))),
        (_encodeRecord(record, schema, archive, permissive) for record in catalog),
    )


def _encodeField(field: Field) -> fitsTables.Field:
    """Turn a field into a column."""
    name, doc, unit, typeString = field.getName(), field.getDoc(), field.getUnits(), field.getTypeString()
    if typeString == "Flag":
        return fitsTables.Field(name, "flag", doc)
    code, size = _CODES[typeString.removeprefix("Array")], field._size
    if typeString == "Angle":
        return fitsTables.Field(name, code, doc, "rad", "Angle")
    if size is None:
        return fitsTables.Field(name, code, doc, unit, "Scalar")
    template = "String" if typeString == "String" else "Array"
    return fitsTables.Field(name, f"{size or 'Q'}{code}", doc, unit, template)


def _encodeRecord(record: Any, schema: Schema, archive: OutputArchive, permissive: bool) -> dict[str, Any]:
    """Turn a record into values by columns."""
    values = {name: archive.put(record._components.get(name), permissive) for name in COMPONENTS}
    for key, field in schema:
        value = key.get(record)
        values[field.getName()] = value.asRadians() if field.getTypeString() == "Angle" else value
    return values


# ---- from rows to catalogs


def parseCatalog(cls: type[Any], rows: Rows, archive: Any) -> Any:
    """Make a catalog of rows.

    Parameters
    ----------
    cls : `type`
        Class of the catalog.
    rows : `lsst.afw.fits._tables.Rows`
        The rows.
    archive : `lsst.afw.fits._inputArchive.InputArchive` or `None`
        Archive that has the components; `None` to leave them out.

    Returns
    -------
    catalog : `ExposureCatalog`

    Raises
    ------
    ValueError
        Raised if a column cannot be understood.
    lsst.pex.exceptions.InvalidParameterError
        Raised if the first columns are not those of all exposures.
    """
    references: dict[str, str] = {}
    schema = Schema()
    for name, field in _parseColumns(rows.catalog):
        component = _OLD_NAMES.get(name, name)
        if component in _REFERENCES and field[0] == "I":
            references[component] = name
        elif field is not None:
            typeString, doc, unit, size = field
            schema.addField(name, typeString, doc, unit, size, parse_strict="silent")
    schema._aliases.update(_parseAliases(rows.catalog))
    catalog = cls(schema)
    catalog.resize(len(rows))
    for key, _ in schema:
        _parseField(catalog, key, rows)
    if archive is not None:
        for component, name in references.items():
            for record, id in zip(catalog, rows.column(name)[:, 0].tolist(), strict=True):
                if id != 0:
                    record._components[component] = archive.carry(id)
    return catalog


def _parseColumns(catalog: Any) -> Iterator[Any]:
    """Yield the names of columns and flags, in order, and the arguments of
    `Schema.addField`.
    """
    header = catalog.hdu.header
    for card in header.cards:
        match = _DESCRIPTION.match(card.key)
        if match is None:
            continue
        number, name = match[2], header.getStr(card.key)
        if match[1] == "TFLAG":
            yield name, ("Flag", header.getStr(f"TFDOC{number}"), "", None)
            continue
        template, unit = header.getStr(f"TCCLS{number}"), header.getStr(f"TUNIT{number}")
        doc = header.getStr(f"TDOC{number}") or card.comment
        for part in (f"{name}_x", f"{name}_y") if template == "Point" else (name,):
            if part in catalog.columns and part != "flags":
                yield part, _parseType(catalog.columns[part], template, unit, doc)


def _parseType(column: Any, template: str, unit: str, doc: str) -> Any:
    """Return type, documentation, unit and size of a field."""
    size = 0 if column.variable else column.count
    if not column.variable and size == 0:
        raise ValueError(f"column {column.name!r} has no elements")
    if column.code == "A":
        return "String", doc, unit, size
    if column.code not in _TYPES:
        raise ValueError(f"column {column.name!r} has elements of type {column.code!r}")
    if template == "Angle" and (column.code, size) == ("D", 1):
        return "Angle", doc, "", None
    typeString = _TYPES[column.code]
    if template == "Array" or size != 1:
        return f"Array{typeString}", doc, unit, size
    return typeString, doc, unit, None


def _parseAliases(catalog: Any) -> Iterator[tuple[str, str]]:
    """Yield aliases and what they stand for."""
    for card in catalog.hdu.header.cards:
        if card.key == "ALIAS":
            alias, colon, target = str(card.value).partition(":")
            if not colon:
                raise ValueError(f"Malformed alias definition: {card.value!r}")
            yield alias, target


def _parseField(catalog: Any, key: Key, rows: Rows) -> None:
    """Set a field in all records."""
    name, typeString = key._name, key.getTypeString()
    if typeString == "String" or key._size == 0:
        for record, row in zip(catalog, rows, strict=True):
            key.set(record, row.string(name) if typeString == "String" else _decode(key, row.array(name)))
        return
    column = catalog._getRows()[name]
    if typeString == "Flag":
        column[:] = rows.flag(name)
    else:
        column[:] = _decode(key, rows.column(name)).reshape(column.shape)


def _decode(key: Key, elements: Any) -> Any:
    """Turn elements of a file into those of a record."""
    if key.getTypeString().endswith("U"):
        elements = elements.astype(np.int32) + fitsTables.UNSIGNED_ZERO
    return elements.astype(ELEMENTS[key.getTypeString()])
