# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Point spread functions of coadds."""

__all__ = [
    "CoaddPsf",
    "CoaddPsfConfig",
    "CoaddPsfControl",
    "ImagePsf",
    "WarpedPsf",
]

from lsst._lite import moduleGetattr

from ._coaddPsf import CoaddPsf
from ._coaddPsfControl import CoaddPsfConfig, CoaddPsfControl
from ._imagePsf import ImagePsf
from ._warpedPsf import WarpedPsf

__getattr__ = moduleGetattr(__name__)
del moduleGetattr
