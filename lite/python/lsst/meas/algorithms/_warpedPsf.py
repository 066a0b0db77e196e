# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Point spread functions seen in other pixels."""

from __future__ import annotations

__all__ = ["WarpedPsf"]

import math
from typing import Any, NoReturn, overload

import numpy as np

from lsst._lite.arguments import checkArguments
from lsst.afw.detection import Psf
from lsst.afw.geom import TransformPoint2ToPoint2, linearizeTransform, makeTransform
from lsst.afw.image import ImageD
from lsst.afw.math import WarpingControl, warpImage
from lsst.geom import AffineTransform, Box2D, Box2I, Extent2D, Extent2I, Point2D, Point2I
from lsst.pex.exceptions import InvalidParameterError, LogicError, RangeError

from ._imagePsf import ImagePsf

_MAX_SCALE = 200.0
"""Largest factor between pixels, as in the stack."""

_MAX_AREA = 2048**2
"""More pixels than any image of a PSF has."""


class WarpedPsf(ImagePsf):
    """A point spread function, seen in other pixels.

    Parameters
    ----------
    undistortedPsf : `lsst.afw.detection.Psf`
        The function in its own pixels.
    distortion : `lsst.afw.geom.TransformPoint2ToPoint2`
        Transform from its pixels to the others.
    kernel : `str` or `lsst.afw.math.WarpingControl`, optional
        Name of the kernel to warp its images with; or how to warp them.
    cache : `int`, optional
        Number of fractions of a pixel for which the kernel of that name is
        computed; 0 for all.

    Raises
    ------
    lsst.pex.exceptions.LogicError
        Raised if an argument is `None`.

    Notes
    -----
    Around a position, the transform is taken to be linear.
    """

    __module__ = "lsst.meas.algorithms"

    __hash__ = None

    @overload
    def __init__(
        self, undistortedPsf: Psf, distortion: TransformPoint2ToPoint2, control: WarpingControl
    ) -> None: ...
    @overload
    def __init__(
        self,
        undistortedPsf: Psf,
        distortion: TransformPoint2ToPoint2,
        kernelName: str = "lanczos3",
        cache: int = 10000,
    ) -> None: ...
    def __init__(  # type: ignore[misc]
        self,
        undistortedPsf: Any,
        distortion: Any,
        control: Any = "lanczos3",
        cache: int = 10000,
        *,
        kernelName: str | None = None,
    ) -> None:
        super().__init__(isFixed=False)
        control = kernelName or control
        if isinstance(control, str):
            control = WarpingControl(control, "", cache)
        for name, value, wanted in (
            ("Undistorted Psf", undistortedPsf, Psf),
            ("Transform", distortion, TransformPoint2ToPoint2),
            ("WarpingControl", control, WarpingControl),
        ):
            if value is None:
                raise LogicError(f"{name} passed to WarpedPsf must not be None/NULL")
            checkArguments("WarpedPsf", **{name: (value, wanted)})
        self._undistortedPsf = undistortedPsf
        self._distortion = distortion
        self._control = control

    def clone(self) -> WarpedPsf:
        """Return a copy."""
        return WarpedPsf(self._undistortedPsf.clone(), self._distortion, self._control)

    def resized(self, width: int, height: int) -> NoReturn:
        """Raise an error: it is not known which images would become so large
        by the transform.
        """
        raise LogicError("Not Implemented")

    def getAveragePosition(self) -> Point2D:
        """Return where the average position of the function is seen
        (`lsst.geom.Point2D`).
        """
        return self._distortion.applyForward(self._undistortedPsf.getAveragePosition())

    def _linearize(self, position: Point2D) -> tuple[Point2D, AffineTransform]:
        """Find the function that is seen at a position, and how.

        Returns
        -------
        source : `lsst.geom.Point2D`
            Position of the function in its own pixels, such that it is seen
            in the centre of a pixel.
        toKernel : `lsst.geom.AffineTransform`
            Linear transform from its pixels to those of a kernel image.

        Raises
        ------
        lsst.pex.exceptions.RangeError
            Raised if it is not finite, or unreasonably large.
        """
        toSource = linearizeTransform(self._distortion.inverted(), position)
        # The function itself knows best how to be between pixels.
        rounded = Point2D(*(_round(coordinate) for coordinate in position))
        toKernel = AffineTransform(-Extent2D(rounded)) * toSource.inverted()
        if not np.abs(toKernel.getLinear().getMatrix()).max() <= _MAX_SCALE:
            raise RangeError("Unexpectedly large transform passed to WarpedPsf")
        return toSource(rounded), toKernel

    def _doComputeBBox(self, position: Any = None, color: Any = None) -> Box2I:
        source, toKernel = self._linearize(position)
        return _transformBox(self._undistortedPsf.computeImageBBox(source, color), toKernel)

    def _doComputeKernelImage(self, position: Any = None, color: Any = None) -> ImageD:
        source, toKernel = self._linearize(position)
        image = self._undistortedPsf.computeImage(source, color)
        warped = ImageD(_transformBox(image.getBBox(), toKernel))
        warpImage(warped, _pad(image, self._control), makeTransform(toKernel), self._control, 0.0)
        # The stack adds pixel by pixel, which rounds in its own way.
        total = np.cumsum(warped.array)[-1]
        if total == 0.0:
            raise InvalidParameterError("psf image has sum 0")
        warped.array /= total
        return warped


def _round(coordinate: float) -> float:
    """Round a coordinate to a whole number, halves away from 0."""
    return math.copysign(math.floor(abs(coordinate) + 0.5), coordinate)


def _transformBox(bbox: Box2I, toKernel: AffineTransform) -> Box2I:
    """Find the box of a kernel image.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box of an image.
    toKernel : `lsst.geom.AffineTransform`
        Transform from its pixels to those of the kernel image.

    Returns
    -------
    bbox : `lsst.geom.Box2I`
        Box around the pixel (0, 0), as large as what the box becomes.

    Raises
    ------
    lsst.pex.exceptions.RangeError
        Raised if it is unreasonably large.
    """
    transformed = Box2D()
    for corner in Box2D(bbox).getCorners():
        transformed.include(toKernel(corner))
    halves = [math.floor(0.5 * size) for size in transformed.getDimensions()]
    if math.prod(2 * half + 1 for half in halves) > _MAX_AREA:
        raise RangeError(f"Image of a PSF in {bbox} would have half-sizes of {halves}, which is too large")
    return Box2I(Point2I(0, 0), Extent2I(1, 1)).dilatedBy(Extent2I(*halves))


def _pad(image: ImageD, control: WarpingControl) -> ImageD:
    """Put zeros around an image, for the kernel to warp with.

    Parameters
    ----------
    image : `lsst.afw.image.ImageD`
        The image.
    control : `lsst.afw.math.WarpingControl`
        How to warp it.

    Returns
    -------
    image : `lsst.afw.image.ImageD`
    """
    kernel = control.getWarpingKernel()
    sizes = zip(kernel.getCtr(), (kernel.getWidth(), kernel.getHeight()), strict=True)
    x, y = (max(center, size - center) for center, size in sizes)
    padded = np.pad(image.array, ((y, y), (x, x)))
    return ImageD(padded, False, Point2I(image.getX0() - x, image.getY0() - y))
