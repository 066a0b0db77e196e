# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""FITS files in afw's layout."""

from lsst.afw._lite import moduleGetattr

from ._error import FitsError

__all__ = ["FitsError"]

__getattr__ = moduleGetattr(__name__)
