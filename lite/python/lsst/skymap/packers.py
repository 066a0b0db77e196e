# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packers of data IDs: not in lsst-lite."""

__all__ = []

from lsst._lite import absentModule

raise absentModule(__name__)
