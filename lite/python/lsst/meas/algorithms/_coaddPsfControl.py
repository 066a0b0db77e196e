# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of the point spread functions of coadds."""

__all__ = ["CoaddPsfConfig", "CoaddPsfControl"]

from lsst._lite.arguments import Int, checkArguments
from lsst.pex.config import makeConfigClass


class CoaddPsfControl:
    """How to warp the point spread functions of the inputs of a coadd.

    Parameters
    ----------
    warpingKernelName : `str`, optional
        Name of the kernel to warp with.
    cacheSize : `int`, optional
        Number of fractions of a pixel for which the kernel is computed; 0
        for all.
    """

    __module__ = "lsst.meas.algorithms"

    def __init__(self, warpingKernelName="lanczos3", cacheSize=10000):
        self.warpingKernelName = warpingKernelName
        self.cacheSize = cacheSize

    @property
    def warpingKernelName(self):
        """Name of the kernel to warp with (`str`)."""
        return self._warpingKernelName

    @warpingKernelName.setter
    def warpingKernelName(self, name):
        checkArguments("CoaddPsfControl", warpingKernelName=(name, str))
        self._warpingKernelName = name

    @property
    def cacheSize(self):
        """Number of fractions of a pixel (`int`)."""
        return self._cacheSize

    @cacheSize.setter
    def cacheSize(self, size):
        self._cacheSize = Int(size)

    # What `makeConfigClass` asks for.

    @staticmethod
    def _type_warpingKernelName():
        return "std::string"

    @staticmethod
    def _doc_warpingKernelName():
        return "Name of warping kernel"

    @staticmethod
    def _type_cacheSize():
        return "int"

    @staticmethod
    def _doc_cacheSize():
        return "Warping kernel cache size"


CoaddPsfConfig = makeConfigClass(CoaddPsfControl)
