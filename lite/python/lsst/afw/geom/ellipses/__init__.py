# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ellipses, by their moments."""

from lsst._lite import moduleGetattr

from ._quadrupole import *

__getattr__ = moduleGetattr(__name__)
del moduleGetattr
