# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of the point spread functions of coadds."""

__all__ = ["CoaddPsfConfig", "CoaddPsfControl"]

from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toInteger
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

    def __init__(self, warpingKernelName: str = "lanczos3", cacheSize: int = 10000) -> None:
        self.warpingKernelName = warpingKernelName
        self.cacheSize = cacheSize

    @property
    def warpingKernelName(self) -> str:
        """Name of the kernel to warp with (`str`)."""
        return self._warpingKernelName

    @warpingKernelName.setter
    def warpingKernelName(self, name: str) -> None:
        checkArguments("CoaddPsfControl", warpingKernelName=(name, str))
        self._warpingKernelName = name

    @property
    def cacheSize(self) -> int:
        """Number of fractions of a pixel (`int`)."""
        return self._cacheSize

    @cacheSize.setter
    def cacheSize(self, size: int) -> None:
        self._cacheSize = toInteger(size)

    # What `makeConfigClass` asks for.

    @staticmethod
    def _type_warpingKernelName() -> str:
        return "std::string"

    @staticmethod
    def _doc_warpingKernelName() -> str:
        return "Name of warping kernel"

    @staticmethod
    def _type_cacheSize() -> str:
        return "int"

    @staticmethod
    def _doc_cacheSize() -> str:
        return "Warping kernel cache size"


CoaddPsfConfig = makeConfigClass(CoaddPsfControl)
