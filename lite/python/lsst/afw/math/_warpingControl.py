# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of warping."""

__all__ = ["WarpingControl"]

from typing import Any

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
        self._maskKernel: SeparableKernel | None = None
        self.setWarpingKernelName(warpingKernelName)
        self.setMaskWarpingKernelName(maskWarpingKernelName)
        self.setCacheSize(cacheSize)
        self.setInterpLength(interpLength)
        self.setGrowFullMask(growFullMask)

    def getCacheSize(self) -> int:
        """Return the number of different fractions of a pixel, or 0."""
        return self._cacheSize

    def setCacheSize(self, cacheSize: int) -> None:
        """Set the number of different fractions of a pixel; 0 for all."""
        self._cacheSize = toInt(cacheSize)

    def getInterpLength(self) -> int:
        """Return the distance over which positions are interpolated."""
        return self._interpLength

    def setInterpLength(self, interpLength: int) -> None:
        """Set the distance over which positions are interpolated."""
        self._interpLength = toInt(interpLength)

    def getGrowFullMask(self) -> int:
        """Return the mask bits for which the full kernel counts."""
        return self._growFullMask

    def setGrowFullMask(self, growFullMask: int) -> None:
        """Set the mask bits for which the full kernel counts."""
        self._growFullMask = toInt(growFullMask)

    def getWarpingKernel(self) -> SeparableKernel:
        """Return the kernel for image and variance."""
        self._kernel.computeCache(self._cacheSize)
        return self._kernel

    def setWarpingKernelName(self, warpingKernelName: str) -> None:
        """Set the kernel for image and variance by its name."""
        checkArguments("setWarpingKernelName", warpingKernelName=(warpingKernelName, str))
        self.setWarpingKernel(makeWarpingKernel(warpingKernelName))

    def setWarpingKernel(self, warpingKernel: SeparableKernel) -> None:
        """Set the kernel for image and variance to a copy of a kernel.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if the mask's kernel is larger.
        """
        checkArguments("setWarpingKernel", warpingKernel=(warpingKernel, SeparableKernel))
        if self._maskKernel is not None:
            _checkSizes(warpingKernel, self._maskKernel)
        self._kernel = warpingKernel.clone()

    def getMaskWarpingKernel(self) -> SeparableKernel | None:
        """Return the kernel for the mask; `None` for the same one."""
        if self._maskKernel is not None:
            self._maskKernel.computeCache(self._cacheSize)
        return self._maskKernel

    def hasMaskWarpingKernel(self) -> bool:
        """Whether the mask has a kernel of its own."""
        return self._maskKernel is not None

    def setMaskWarpingKernelName(self, maskWarpingKernelName: str) -> None:
        """Set the kernel for the mask by its name; "" for the same one."""
        checkArguments("setMaskWarpingKernelName", maskWarpingKernelName=(maskWarpingKernelName, str))
        if maskWarpingKernelName:
            self.setMaskWarpingKernel(makeWarpingKernel(maskWarpingKernelName))
        else:
            self._maskKernel = None

    def setMaskWarpingKernel(self, maskWarpingKernel: SeparableKernel) -> None:
        """Set the kernel for the mask to a copy of a kernel.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if it is larger than the one for image and variance.
        """
        checkArguments("setMaskWarpingKernel", maskWarpingKernel=(maskWarpingKernel, SeparableKernel))
        _checkSizes(self._kernel, maskWarpingKernel)
        self._maskKernel = maskWarpingKernel.clone()

    def isPersistable(self) -> bool:
        """Whether the stack can write this to a file."""
        return True


def _checkSizes(kernel: Any, maskKernel: Any) -> None:
    """Refuse a mask kernel that needs pixels that the kernel does not."""
    if not kernel.getBBox().contains(maskKernel.getBBox()):
        raise InvalidParameterError(
            f"warping kernel {kernel.getBBox()} is smaller than mask warping kernel {maskKernel.getBBox()}"
        )
