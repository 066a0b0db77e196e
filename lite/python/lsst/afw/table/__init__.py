# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogs of exposures: what coadds say about their inputs."""

__all__ = ["ExposureCatalog", "ExposureRecord", "ExposureTable", "Schema"]

from lsst._lite import moduleGetattr

from ._exposureCatalog import ExposureCatalog
from ._exposureRecord import ExposureRecord
from ._exposureTable import ExposureTable
from ._schema import Schema

__getattr__ = moduleGetattr(__name__)
del moduleGetattr
