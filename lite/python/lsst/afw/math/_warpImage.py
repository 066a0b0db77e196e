# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warping of images and exposures."""

__all__ = ["warpExposure", "warpImage"]

from typing import Any, TypeAlias, overload

import numpy as np

from lsst._lite import notInLite
from lsst._lite.arguments import checkArguments
from lsst.pex.exceptions import InvalidParameterError

from .._pixels._image import TypedImage
from .._pixels._mask import MaskX
from .._pixels._maskedImage import TypedMaskedImage
from ..geom import SkyWcs, TransformPoint2ToPoint2, makeWcsPairTransform
from ._resample import MaskPlane, PixelPlane, Resampler
from ._sourcePositions import SourcePositions
from ._warpingControl import WarpingControl

Warpable: TypeAlias = TypedImage | TypedMaskedImage

_SOURCE_TYPES = {
    np.float64: (np.float64, np.float32, np.int32, np.uint16),
    np.float32: (np.float32, np.int32, np.uint16),
    np.int32: (np.int32,),
    np.uint16: (np.uint16,),
}
"""Types of pixels that can be warped to pixels of a type."""


@overload
def warpImage(
    destImage: Warpable,
    destWcs: SkyWcs,
    srcImage: Warpable,
    srcWcs: SkyWcs,
    control: WarpingControl,
    padValue: Any = None,
) -> int: ...
@overload
def warpImage(
    destImage: Warpable,
    srcImage: Warpable,
    srcToDest: TransformPoint2ToPoint2,
    control: WarpingControl,
    padValue: Any = None,
) -> int: ...
def warpImage(destImage: Any, *args: Any, **kwargs: Any) -> int:
    """Warp an image or a masked image.

    Parameters
    ----------
    destImage : `~lsst.afw.image.Image` or `~lsst.afw.image.MaskedImage`
        Image whose pixels are set.
    destWcs : `~lsst.afw.geom.SkyWcs`
        WCS of that image.
    srcImage : same kind as ``destImage``
        Image to warp, of the same pixel type; a ``destImage`` of
        floating-point numbers can be made of one of integers, too, and one
        of `numpy.float64` of any.
    srcWcs : `~lsst.afw.geom.SkyWcs`
        WCS of the image to warp.
    srcToDest : `~lsst.afw.geom.TransformPoint2ToPoint2`
        Transform from pixels of ``srcImage`` to those of ``destImage``.
    control : `WarpingControl`
        How to warp.
    padValue : `float`, optional
        Value of the pixels for which ``srcImage`` does not have all pixels
        under the kernel. By default NaN, or 0 for integers; for a masked
        image this with the mask NO_DATA and an infinite variance.

    Returns
    -------
    count : `int`
        Number of pixels that got a value from ``srcImage``.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if the images share memory.

    Notes
    -----
    Pixels are fluxes: they are scaled with the area of the pixels.
    """
    isByWcs = "destWcs" in kwargs or (args and isinstance(args[0], SkyWcs))
    warp = _warpBetweenWcs if isByWcs else _warpByTransform
    return warp(destImage, *args, **kwargs)


def _warpBetweenWcs(
    destImage: Any,
    destWcs: SkyWcs,
    srcImage: Any,
    srcWcs: SkyWcs,
    control: WarpingControl,
    padValue: Any = None,
) -> int:
    checkArguments("warpImage", destWcs=(destWcs, SkyWcs), srcWcs=(srcWcs, SkyWcs))
    return _warpByTransform(destImage, srcImage, makeWcsPairTransform(srcWcs, destWcs), control, padValue)


def _warpByTransform(
    destImage: Any,
    srcImage: Any,
    srcToDest: TransformPoint2ToPoint2,
    control: WarpingControl,
    padValue: Any = None,
) -> int:
    checkArguments(
        "warpImage", srcToDest=(srcToDest, TransformPoint2ToPoint2), control=(control, WarpingControl)
    )
    planes = _makePlanes(destImage, srcImage, control, padValue)
    if any(np.may_share_memory(plane.destination, plane.source) for plane in planes):
        raise InvalidParameterError("destImage overlaps srcImage; cannot warp")
    if destImage.getBBox().isEmpty():
        return 0
    kernel = control.getWarpingKernel()
    if srcImage.getWidth() < kernel.getWidth() or srcImage.getHeight() < kernel.getHeight():
        for plane in planes:
            plane.destination[...] = plane.padValue
        return 0
    positions = SourcePositions(srcToDest, destImage.getBBox(), control.getInterpLength())
    return Resampler(positions, kernel, srcImage.getBBox(), planes).run()


def _makePlanes(
    destImage: Any, srcImage: Any, control: WarpingControl, padValue: Any
) -> tuple[PixelPlane | MaskPlane, ...]:
    """List what is warped.

    Raises
    ------
    TypeError
        Raised if the one cannot be made of the other.
    """
    if isinstance(destImage, TypedImage) and isinstance(srcImage, TypedImage):
        return (_makeImagePlane(destImage, srcImage, padValue),)
    if isinstance(destImage, TypedMaskedImage) and isinstance(srcImage, TypedMaskedImage):
        if padValue is not None:
            raise notInLite("lsst.afw.image.pixel.SinglePixel, for padValue,")
        return _makeMaskedImagePlanes(destImage, srcImage, control)
    raise TypeError(f"warpImage: {type(srcImage).__name__} is not warped to {type(destImage).__name__}")


def _makeImagePlane(destImage: Any, srcImage: Any, padValue: Any) -> PixelPlane:
    """Describe the warp of an image; see `_makePlanes`."""
    _checkPixelTypes(destImage, srcImage)
    padValue = _getPadValue(destImage) if padValue is None else destImage._toPixel(padValue)
    # The stack multiplies pixels of an image by weights in double precision.
    return PixelPlane(srcImage.array, destImage.array, padValue, np.float64, np.float64)


def _makeMaskedImagePlanes(
    destImage: Any, srcImage: Any, control: WarpingControl
) -> tuple[PixelPlane | MaskPlane, ...]:
    """List what is warped of a masked image; see `_makePlanes`."""
    _checkPixelTypes(destImage.image, srcImage.image)
    # The stack multiplies pixels of a masked image by weights in the type of
    # the pixels, even if these are integers.
    image = PixelPlane(
        srcImage.image.array,
        destImage.image.array,
        _getPadValue(destImage.image),
        srcImage.image._pixelType,
        destImage.image._pixelType,
    )
    variance = PixelPlane(
        srcImage.variance.array, destImage.variance.array, np.inf, np.float32, np.float32, isVariance=True
    )
    mask = MaskPlane(
        srcImage.mask.array,
        destImage.mask.array,
        MaskX.getPlaneBitMask("NO_DATA"),
        control.getMaskWarpingKernel(),
        control.getGrowFullMask(),
    )
    return image, mask, variance


def _checkPixelTypes(destImage: Any, srcImage: Any) -> None:
    if srcImage._pixelType not in _SOURCE_TYPES.get(destImage._pixelType, ()):
        raise TypeError(f"warpImage: {type(srcImage).__name__} is not warped to {type(destImage).__name__}")


def _getPadValue(image: Any) -> float:
    """Return the value of pixels for which the source is too small."""
    return np.nan if np.issubdtype(image._pixelType, np.floating) else 0


def warpExposure(destExposure: Any, srcExposure: Any, control: WarpingControl, padValue: Any = None) -> int:
    """Warp an exposure.

    Parameters
    ----------
    destExposure : `~lsst.afw.image.Exposure`
        Exposure with a WCS, whose pixels are set; it gets the photometric
        calibration, the filter label and the visit info of the other, too.
    srcExposure : `~lsst.afw.image.Exposure`
        Exposure to warp, with a WCS; for its type see `warpImage`.
    control : `WarpingControl`
        How to warp.
    padValue : optional
        See `warpImage`.

    Returns
    -------
    count : `int`
        Number of pixels that got a value from ``srcExposure``.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if one has no WCS, or if they share memory.
    """
    for name, exposure in (("destExposure", destExposure), ("srcExposure", srcExposure)):
        if not hasattr(exposure, "getMaskedImage"):
            raise TypeError(f"warpExposure: {name} must be an exposure, not {type(exposure).__name__}")
        if not exposure.hasWcs():
            raise InvalidParameterError(f"{name} has no Wcs")
    count = warpImage(
        destExposure.getMaskedImage(),
        destExposure.getWcs(),
        srcExposure.getMaskedImage(),
        srcExposure.getWcs(),
        control,
        padValue,
    )
    destExposure.setPhotoCalib(srcExposure.getPhotoCalib())
    destExposure.setFilter(srcExposure.getFilter())
    destExposure.getInfo().setVisitInfo(srcExposure.getInfo().getVisitInfo())
    return count
