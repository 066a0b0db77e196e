# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Point spread functions."""

from __future__ import annotations

__all__ = ["InvalidPsfError", "Psf"]

import enum
import math
from typing import Any, NoReturn

from lsst._lite import notInLite
from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toInteger
from lsst.afw._pixels._color import Color
from lsst.afw._pixels._image import ImageD
from lsst.afw.fits._opaque import addOpaqueClass
from lsst.afw.geom.ellipses import Quadrupole
from lsst.afw.table._components import PsfInterface
from lsst.geom import Box2I, Extent2I, Point2D, Point2I
from lsst.pex.exceptions import InvalidParameterError

from .._persistable import FitsPersistable
from ._recenter import recenterKernelImage as _recenterKernelImage


class InvalidPsfError(InvalidParameterError):
    """A point spread function that cannot be computed where it should."""

    __module__ = "lsst.afw.detection"


class ImageOwnerEnum(enum.Enum):
    """Whether an image of a PSF may be changed by the caller."""

    COPY = 0
    """The image is the caller's."""

    INTERNAL = 1
    """The image may be the one that the PSF keeps, and must not change."""

    def __int__(self) -> int:
        return self.value

    def __index__(self) -> int:
        return self.value


@PsfInterface.register
class Psf(FitsPersistable):
    """A point spread function.

    Subclasses implement ``_doComputeKernelImage(position, color)``,
    ``_doComputeBBox(position, color)``, ``_doComputeShape(position, color)``
    and ``_doComputeApertureFlux(radius, position, color)``, and may implement
    ``_doComputeImage(position, color)``.

    Parameters
    ----------
    isFixed : `bool`, optional
        Whether the function is the same everywhere.
    capacity : `int`, optional
        Number of images that the stack would keep; plays no role here.
    """

    __module__ = "lsst.afw.detection"

    __hash__ = None  # type: ignore[assignment]

    ImageOwnerEnum = ImageOwnerEnum
    COPY = ImageOwnerEnum.COPY
    INTERNAL = ImageOwnerEnum.INTERNAL

    def __init__(self, isFixed: bool = False, capacity: int = 100) -> None:
        self._isFixed = bool(isFixed)
        self._capacity = toInteger(capacity)

    # ---- what subclasses implement

    def _doComputeKernelImage(self, position: Any = None, color: Any = None) -> ImageD:
        raise _makeAbstractError(self, "_doComputeKernelImage")

    def _doComputeBBox(self, position: Any = None, color: Any = None) -> Box2I:
        raise _makeAbstractError(self, "_doComputeBBox")

    def _doComputeShape(self, position: Any = None, color: Any = None) -> Quadrupole:
        raise _makeAbstractError(self, "_doComputeShape")

    def _doComputeApertureFlux(self, radius: float, position: Any = None, color: Any = None) -> float:
        raise _makeAbstractError(self, "_doComputeApertureFlux")

    def _doComputeImage(self, position: Any = None, color: Any = None) -> ImageD:
        image = self._doComputeKernelImage(position, color)
        return self.recenterKernelImage(image.clone(), position)

    def clone(self) -> Psf:
        """Return a copy."""
        raise _makeAbstractError(self, "clone")

    def resized(self, width: int, height: int) -> Psf:
        """Return a copy whose images have other dimensions.

        Parameters
        ----------
        width, height : `int`
            Dimensions, in pixels.
        """
        raise _makeAbstractError(self, "resized")

    # ---- images

    def _resolve(self, name: str, position: Any, color: Color | None) -> Point2D:
        """Check arguments, and return the position to compute at.

        A position of NaN means the average one.
        """
        checkArguments(name, position=(position, Point2D), color=(color, Color))
        if math.isnan(position.getX()) and math.isnan(position.getY()):
            return self.getAveragePosition()
        return position

    def computeImage(
        self, position: Point2D, color: Color = Color(), owner: Any = ImageOwnerEnum.COPY
    ) -> ImageD:
        """Return an image of the PSF where a source has it.

        Parameters
        ----------
        position : `lsst.geom.Point2D`
            Position of the source, in pixels.
        color : `lsst.afw.image.Color`, optional
            Colour of the source.
        owner : `Psf.ImageOwnerEnum`, optional
            Whether the image may be changed; here it always may.

        Returns
        -------
        image : `lsst.afw.image.ImageD`
            Image in the coordinates of ``position``: the source is at its
            centre, give or take half a pixel. The sum is 1, but for what the
            shift does.
        """
        checkArguments("computeImage", owner=(owner, ImageOwnerEnum))
        position = self._resolve("computeImage", position, color)
        return self._doComputeImage(position, color)

    def computeKernelImage(
        self, position: Point2D, color: Color = Color(), owner: Any = ImageOwnerEnum.COPY
    ) -> ImageD:
        """Return an image of the PSF centred on the pixel (0, 0).

        Parameters
        ----------
        position : `lsst.geom.Point2D`
            Position of the source, in pixels.
        color : `lsst.afw.image.Color`, optional
            Colour of the source.
        owner : `Psf.ImageOwnerEnum`, optional
            Whether the image may be changed.

        Returns
        -------
        image : `lsst.afw.image.ImageD`
            Image whose sum is 1.
        """
        checkArguments("computeKernelImage", owner=(owner, ImageOwnerEnum))
        position = self._resolve("computeKernelImage", position, color)
        image = self._doComputeKernelImage(position, color)
        return image if owner is ImageOwnerEnum.INTERNAL else image.clone()

    def computePeak(self, position: Point2D, color: Color = Color()) -> float:
        """Return the value at the centre of the kernel image.

        Parameters
        ----------
        position : `lsst.geom.Point2D`
            Position of the source, in pixels.
        color : `lsst.afw.image.Color`, optional
            Colour of the source.
        """
        return self.computeKernelImage(position, color)[Point2I(0, 0)]

    def computeApertureFlux(self, radius: float, position: Point2D, color: Color = Color()) -> float:
        """Return the part of the light inside a circle.

        Parameters
        ----------
        radius : `float`
            Radius of the circle, in pixels.
        position : `lsst.geom.Point2D`
            Position of the source, in pixels.
        color : `lsst.afw.image.Color`, optional
            Colour of the source.
        """
        position = self._resolve("computeApertureFlux", position, color)
        return self._doComputeApertureFlux(radius, position, color)

    def computeShape(self, position: Point2D, color: Color = Color()) -> Quadrupole:
        """Return the second moments of the PSF.

        Parameters
        ----------
        position : `lsst.geom.Point2D`
            Position of the source, in pixels.
        color : `lsst.afw.image.Color`, optional
            Colour of the source.

        Returns
        -------
        shape : `lsst.afw.geom.ellipses.Quadrupole`
            Moments, in square pixels.
        """
        position = self._resolve("computeShape", position, color)
        return self._doComputeShape(position, color)

    def computeKernelBBox(self, position: Point2D, color: Color = Color()) -> Box2I:
        """Return the box of the kernel image.

        Parameters
        ----------
        position : `lsst.geom.Point2D`
            Position of the source, in pixels.
        color : `lsst.afw.image.Color`, optional
            Colour of the source.
        """
        position = self._resolve("computeKernelBBox", position, color)
        return self._doComputeBBox(position, color)

    def computeBBox(self, position: Point2D, color: Color = Color()) -> Box2I:
        """Return the box of the kernel image; see `computeKernelBBox`."""
        return self.computeKernelBBox(position, color)

    def computeImageBBox(self, position: Point2D, color: Color = Color()) -> Box2I:
        """Return the box of the image where a source has it.

        Parameters
        ----------
        position : `lsst.geom.Point2D`
            Position of the source, in pixels.
        color : `lsst.afw.image.Color`, optional
            Colour of the source.
        """
        position = self._resolve("computeImageBBox", position, color)
        bbox = self._doComputeBBox(position, color)
        return bbox.shiftedBy(Extent2I(*(math.floor(coordinate + 0.5) for coordinate in position)))

    def getLocalKernel(self, position: Point2D, color: Color = Color()) -> NoReturn:
        """Return the PSF as a convolution kernel; not in lsst-lite."""
        raise notInLite("lsst.afw.detection.Psf.getLocalKernel")

    @staticmethod
    def recenterKernelImage(
        im: ImageD, position: Point2D, warpAlgorithm: str = "lanczos5", warpBuffer: int = 5
    ) -> ImageD:
        """Move a kernel image to where a source is.

        Parameters
        ----------
        im : `lsst.afw.image.ImageD`
            Kernel image. If the position has no fraction, the result is this
            very image with another ``xy0``.
        position : `lsst.geom.Point2D`
            Position of the source, in pixels.
        warpAlgorithm : `str`, optional
            How to shift by a fraction of a pixel: "lanczos" and the order.
        warpBuffer : `int`, optional
            Width of zeros to put around the image before, in pixels.

        Returns
        -------
        image : `lsst.afw.image.ImageD`
            The image.
        """
        checkArguments("recenterKernelImage", im=(im, ImageD), position=(position, Point2D))
        return _recenterKernelImage(im, position, warpAlgorithm, warpBuffer)

    # ---- the rest

    def getAveragePosition(self) -> Point2D:
        """Return the mean position of the stars that the PSF is made from."""
        return Point2D(0.0, 0.0)

    def getAverageColor(self) -> Color:
        """Return the mean colour of the stars that the PSF is made from."""
        return Color()

    def getCacheCapacity(self) -> int:
        """Return the number of images that the stack would keep."""
        return self._capacity

    def setCacheCapacity(self, capacity: int, /) -> None:
        """Set the number of images that the stack would keep."""
        self._capacity = toInteger(capacity)

    def __eq__(self, other: object) -> bool:
        # The stack compares the objects, not what they compute.
        return self is other

    def isPersistable(self) -> bool:
        """Whether this can be written to a file."""
        return False


def _makeAbstractError(psf: Any, method: str) -> RuntimeError:
    """Make the error for a method that a subclass does not implement."""
    return RuntimeError(f'Tried to call pure virtual function "{method}" of {type(psf).__name__}')


addOpaqueClass("Psf", Psf)
