# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that all records of exposures have."""

__all__ = ["BBOX_MAX_KEY", "BBOX_MIN_KEY", "ID_KEY", "MINIMAL_SCHEMA"]

from ._pointKey import Point2IKey
from ._schema import Schema

MINIMAL_SCHEMA = Schema()
"""The schema with these fields."""

ID_KEY = MINIMAL_SCHEMA.addField("id", type="L", doc="unique ID")
"""Key of the identifier."""

BBOX_MIN_KEY = Point2IKey.addFields(MINIMAL_SCHEMA, "bbox_min", "bounding box (minimum)", "pixel")
"""Key of the first pixel of the box."""

BBOX_MAX_KEY = Point2IKey.addFields(MINIMAL_SCHEMA, "bbox_max", "bounding box (maximum)", "pixel")
"""Key of the last pixel of the box."""
