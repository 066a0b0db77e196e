# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of warping."""

__all__ = ["WarpingControl"]


from lsst._lite import Partial
from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toInt
from lsst.pex.exceptions import InvalidParameterError

from ._warpingKernels import SeparableKernel, makeWarpingKernel


class WarpingControl(Partial):
    """How to warp.

    Parameters
    ----------
    warpingKernelName : `str`
        Kernel for image and variance: "bilinear", "nearest", or "lanczos"
        with its order, such as "lanczos3".
    maskWarpingKernelName : `str`, optional
        Kernel for the mask; "" for the same one.
    cacheSize : `int`, optional
        Number of different fractions of a pixel for which kernels are
        computed; 0 for all.
    interpLength : `int`, optional
        Distance, in destination pixels, over which positions on the source
        are interpolated linearly. 0 and 1 mean that each is computed.
    growFullMask : `int`, optional
        Mask bits for which the full kernel counts, not that of the mask.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if there is no such kernel, or if the mask's kernel is the
        larger one.
    """

    __module__ = "lsst.afw.math"

    def __init__(
        self,
        warpingKernelName: str,
        maskWarpingKernelName: str = "",
        cacheSize: int = 0,
        interpLength: int = 0,
        growFullMask: int = 0,
    ) -> None:
        checkArguments(
            "WarpingControl",
            warpingKernelName=(warpingKernelName, str),
            maskWarpingKernelName=(maskWarpingKernelName, str),
        )
        self._cacheSize = toInt(cacheSize)
        self._interpLength = toInt(interpLength)
        self._growFullMask = toInt(growFullMask)
        self._kernel = makeWarpingKernel(warpingKernelName)
        self._kernel.computeCache(self._cacheSize)
        self._maskKernel: SeparableKernel | None = None
        if maskWarpingKernelName:
            self._maskKernel = makeWarpingKernel(maskWarpingKernelName)
            self._maskKernel.computeCache(self._cacheSize)
            box, maskBox = self._kernel.getBBox(), self._maskKernel.getBBox()
            if not box.contains(maskBox):
                raise InvalidParameterError(
                    f"warping kernel {box} is smaller than mask warping kernel {maskBox}"
                )

    def getCacheSize(self) -> int:
        """Return the number of different fractions of a pixel, or 0."""
        return self._cacheSize

    def getInterpLength(self) -> int:
        """Return the distance over which positions are interpolated."""
        return self._interpLength

    def getGrowFullMask(self) -> int:
        """Return the mask bits for which the full kernel counts."""
        return self._growFullMask

    def getWarpingKernel(self) -> SeparableKernel:
        """Return the kernel for image and variance."""
        return self._kernel

    def getMaskWarpingKernel(self) -> SeparableKernel | None:
        """Return the kernel for the mask; `None` for the same one."""
        return self._maskKernel

    def hasMaskWarpingKernel(self) -> bool:
        """Whether the mask has a kernel of its own."""
        return self._maskKernel is not None

    def isPersistable(self) -> bool:
        """Whether the stack can write this to a file."""
        return True
