# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module by which the Butler's storage class ``Wcs`` names SkyWcs."""

__all__ = ["SkyWcs"]

from ._skyWcs import SkyWcs
