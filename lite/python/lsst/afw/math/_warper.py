# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warping to another WCS, with a box that fits."""

from __future__ import annotations

__all__ = ["Warper", "WarperConfig", "computeWarpedBBox"]

from typing import Any

from lsst.afw.geom import SkyWcs
from lsst.geom import Box2D, Box2I
from lsst.pex.config import ChoiceField, Config, Field

from .._pixels._mask import MaskX
from ._warpImage import warpExposure, warpImage
from ._warpingControl import WarpingControl
from ._warpingKernels import SeparableKernel

_INTERP_LENGTH = 10
_CACHE_SIZE = 1000000
_GROW_FULL_MASK = MaskX.getPlaneBitMask("EDGE")

_KERNELS = {
    "bilinear": "linear interpolation",
    "lanczos3": "Lanczos kernel of order 3",
    "lanczos4": "Lanczos kernel of order 4",
    "lanczos5": "Lanczos kernel of order 5",
}


def computeWarpedBBox(destWcs: SkyWcs, srcBBox: Box2I, srcWcs: SkyWcs) -> Box2I:
    """Find the pixels that an image has in another WCS.

    Parameters
    ----------
    destWcs : `~lsst.afw.geom.SkyWcs`
        WCS of the warped image.
    srcBBox : `~lsst.geom.Box2I`
        Box of the image.
    srcWcs : `~lsst.afw.geom.SkyWcs`
        WCS of the image.

    Returns
    -------
    destBBox : `~lsst.geom.Box2I`
        Box around the four corners of ``srcBBox``.
    """
    box = Box2D()
    for corner in Box2D(srcBBox).getCorners():
        box.include(destWcs.skyToPixel(srcWcs.pixelToSky(corner)))
    return Box2I(box, Box2I.EXPAND)


class WarperConfig(Config):
    """Configuration of `Warper`."""

    warpingKernelName = ChoiceField[str](
        doc="Kernel for image and variance.", dtype=str, default="lanczos3", allowed=_KERNELS
    )
    maskWarpingKernelName = ChoiceField[str](
        doc="Kernel for the mask.",
        dtype=str,
        default="bilinear",
        allowed={"": "the one for image and variance", **_KERNELS},
    )
    interpLength = Field[int](
        doc="Distance in pixels over which positions on the source are interpolated.",
        dtype=int,
        default=_INTERP_LENGTH,
    )
    cacheSize = Field[int](
        doc="Number of different fractions of a pixel for which kernels are computed; 0 for all.",
        dtype=int,
        default=_CACHE_SIZE,
    )
    growFullMask = Field[int](
        doc="Mask bits that spread as far as image and variance do.", dtype=int, default=_GROW_FULL_MASK
    )


class Warper:
    """Warps images and exposures to another WCS.

    Parameters
    ----------
    warpingKernelName, interpLength, cacheSize, maskWarpingKernelName, \
growFullMask
        See `WarpingControl`.
    """

    ConfigClass = WarperConfig

    def __init__(
        self,
        warpingKernelName: str,
        interpLength: int = _INTERP_LENGTH,
        cacheSize: int = _CACHE_SIZE,
        maskWarpingKernelName: str = "",
        growFullMask: int = _GROW_FULL_MASK,
    ) -> None:
        self._warpingControl = WarpingControl(
            warpingKernelName, maskWarpingKernelName, cacheSize, interpLength, growFullMask
        )

    @classmethod
    def fromConfig(cls, config: WarperConfig) -> Warper:
        """Make a warper of a configuration.

        Parameters
        ----------
        config : `WarperConfig`
            The configuration.
        """
        return cls(**config.toDict())

    def getWarpingKernel(self) -> SeparableKernel:
        """Return the kernel for image and variance."""
        return self._warpingControl.getWarpingKernel()

    def getMaskWarpingKernel(self) -> SeparableKernel | None:
        """Return the kernel for the mask; `None` for the same one."""
        return self._warpingControl.getMaskWarpingKernel()

    def warpExposure(
        self,
        destWcs: SkyWcs,
        srcExposure: Any,
        border: int = 0,
        maxBBox: Box2I | None = None,
        destBBox: Box2I | None = None,
    ) -> Any:
        """Warp an exposure.

        Parameters
        ----------
        destWcs : `~lsst.afw.geom.SkyWcs`
            WCS of the result.
        srcExposure : `~lsst.afw.image.Exposure`
            Exposure to warp.
        border : `int`, optional
            By how many pixels to grow the box of the result beyond the
            corners of the exposure.
        maxBBox : `~lsst.geom.Box2I`, optional
            To what to limit that box.
        destBBox : `~lsst.geom.Box2I`, optional
            Box of the result, regardless of ``border`` and ``maxBBox``.

        Returns
        -------
        destExposure : same type as ``srcExposure``
            Result, with the photometric calibration, the filter label and
            the visit info of ``srcExposure``. It has no PSF.
        """
        if destBBox is None:
            srcBBox = srcExposure.getMaskedImage().getBBox()
            destBBox = _findDestBBox(destWcs, srcBBox, srcExposure.getWcs(), border, maxBBox)
        destExposure = srcExposure.Factory(destBBox, destWcs)
        warpExposure(destExposure, srcExposure, self._warpingControl)
        return destExposure

    def warpImage(
        self,
        destWcs: SkyWcs,
        srcImage: Any,
        srcWcs: SkyWcs,
        border: int = 0,
        maxBBox: Box2I | None = None,
        destBBox: Box2I | None = None,
    ) -> Any:
        """Warp an image or a masked image.

        Parameters
        ----------
        destWcs : `~lsst.afw.geom.SkyWcs`
            WCS of the result.
        srcImage : `~lsst.afw.image.Image` or `~lsst.afw.image.MaskedImage`
            Image to warp.
        srcWcs : `~lsst.afw.geom.SkyWcs`
            WCS of ``srcImage``.
        border, maxBBox, destBBox : optional
            See `warpExposure`.

        Returns
        -------
        destImage : same type as ``srcImage``
            Result.
        """
        if destBBox is None:
            destBBox = _findDestBBox(destWcs, srcImage.getBBox(), srcWcs, border, maxBBox)
        destImage = srcImage.Factory(destBBox)
        warpImage(destImage, destWcs, srcImage, srcWcs, self._warpingControl)
        return destImage


def _findDestBBox(
    destWcs: SkyWcs, srcBBox: Box2I, srcWcs: SkyWcs, border: int, maxBBox: Box2I | None
) -> Box2I:
    """Find the box of a warped image; see `Warper.warpExposure`."""
    destBBox = computeWarpedBBox(destWcs, srcBBox, srcWcs)
    if border:
        destBBox.grow(border)
    if maxBBox is not None:
        destBBox.clip(maxBBox)
    return destBBox
