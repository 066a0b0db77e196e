# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in that says that lsst-lite does not have this module."""

__all__ = []

from lsst._lite import absentModule

raise absentModule(__name__)
