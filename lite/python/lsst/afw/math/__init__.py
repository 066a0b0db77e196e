# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Smooth functions over boxes of pixels, and warping.

All else of ``lsst.afw.math`` (statistics, convolution, ...) is not in
lsst-lite.
"""

from lsst._lite import moduleGetattr as _moduleGetattr

from ._boundedField import *
from ._chebyshevBoundedField import *
from ._warper import *
from ._warpImage import *
from ._warpingControl import *
from ._warpingKernels import (
    BilinearWarpingKernel as BilinearWarpingKernel,
    LanczosWarpingKernel as LanczosWarpingKernel,
    NearestWarpingKernel as NearestWarpingKernel,
    SeparableKernel as SeparableKernel,
)

__getattr__ = _moduleGetattr(__name__)
