# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Observatory, weather and refraction."""

from lsst._lite import moduleGetattr

from ._observatory import *
from ._refraction import *
from ._weather import *

__getattr__ = moduleGetattr(__name__)
del moduleGetattr
