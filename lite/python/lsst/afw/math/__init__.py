# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Smooth functions over boxes of pixels.

All else of ``lsst.afw.math`` (statistics, convolution, warping, ...) is not
in lsst-lite.
"""

from lsst._lite import moduleGetattr as _moduleGetattr

from ._boundedField import *
from ._chebyshevBoundedField import *

__getattr__ = _moduleGetattr(__name__)
