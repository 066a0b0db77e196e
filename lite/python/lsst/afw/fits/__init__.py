# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""FITS files in afw's layout."""

__all__ = ["CompressionAlgorithm", "CompressionOptions", "FitsError", "readMetadata"]

from lsst._lite import moduleGetattr

from ._error import FitsError
from ._metadata import readMetadata
from ._options import CompressionAlgorithm, CompressionOptions

__getattr__ = moduleGetattr(__name__)
