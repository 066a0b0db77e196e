# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogs of exposures: what coadds say about their inputs."""

__all__ = [
    "AliasMap",
    "ExposureCatalog",
    "ExposureRecord",
    "ExposureTable",
    "Field",
    "Key",
    "Schema",
    "SchemaItem",
]

from lsst._lite import moduleGetattr

from ._aliasMap import AliasMap
from ._exposureCatalog import ExposureCatalog
from ._exposureRecord import ExposureRecord
from ._exposureTable import ExposureTable
from ._field import Field
from ._key import Key
from ._schema import Schema
from ._schemaItem import SchemaItem

__getattr__ = moduleGetattr(__name__)
del moduleGetattr
