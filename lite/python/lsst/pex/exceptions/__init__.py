# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exceptions of the LSST Science Pipelines."""

from lsst._lite import moduleGetattr as _moduleGetattr

from .wrappers import *
from .wrappers import __all__

__getattr__ = _moduleGetattr(__name__)
