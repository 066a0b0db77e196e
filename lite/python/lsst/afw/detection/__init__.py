# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Point spread functions.

All else of ``lsst.afw.detection`` (footprints, peaks, ...) is not in
lsst-lite.
"""

from lsst._lite import moduleGetattr as _moduleGetattr

from ._gaussianPsf import *
from ._psf import *

__getattr__ = _moduleGetattr(__name__)
