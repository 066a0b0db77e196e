# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What readers of masked images and of exposures have for each plane."""

__all__ = ["PlaneMethods", "readImage", "readMask", "readMaskedImage"]

from typing import Any

import numpy as np
import numpy.typing as npt

from lsst._lite.properties import TypedProperty
from lsst.geom import Box2I, Point2I
from lsst.pex.exceptions import TypeError as PexTypeError

from ._image import Image, TypedImage
from ._mask import MaskPixel, MaskX, makeStoredMask
from ._maskedImage import MaskedImage
from ._origin import PARENT, ImageOrigin
from ._plane import Plane
from ._planeTriple import PlaneTriple


def readImage(
    plane: Plane, bbox: Box2I, origin: ImageOrigin, allowUnsafe: bool, dtype: npt.DTypeLike | None
) -> Any:
    """Read an image, alone.

    Parameters
    ----------
    plane : `Plane`
        Where it is; see `ImageFitsReader.read` for the rest.
    """
    dtype = plane.readDType() if dtype is None else np.dtype(dtype)
    plane.checkType(dtype)
    array, xy0 = plane.readPixels(bbox, origin, allowUnsafe, dtype)
    return Image[dtype.type](array, False, xy0)


def readMask(
    plane: Plane,
    bbox: Box2I,
    origin: ImageOrigin,
    conformMasks: bool,
    allowUnsafe: bool,
    dtype: npt.DTypeLike | None,
) -> MaskX:
    """Read a mask, alone.

    Parameters
    ----------
    plane : `Plane`
        Where it is; see `MaskFitsReader.read` for the rest.
    """
    if dtype is not None and np.dtype(dtype) != MaskPixel:
        raise PexTypeError(f"{plane.error('mask')} dtype {str(np.dtype(dtype))!r} not supported.")
    array, xy0 = plane.readPixels(bbox, origin, allowUnsafe, MaskPixel)
    return makeStoredMask(array, xy0, plane.planes(), conformMasks)


def readMaskedImage(
    planes: PlaneTriple,
    bbox: Box2I,
    origin: ImageOrigin,
    conformMasks: bool,
    needAllHdus: bool,
    allowUnsafe: bool,
    dtype: npt.DTypeLike | None,
) -> Any:
    """Read a masked image.

    Parameters
    ----------
    planes : `PlaneTriple`
        Where it is; see `MaskedImageFitsReader.read` for the rest.
    """
    dtype = planes.image.readDType() if dtype is None else np.dtype(dtype)
    planes.image.checkType(dtype)
    stored = planes.read(bbox, origin, needAllHdus, allowUnsafe, dtype)
    cls: Any = MaskedImage.get(dtype.type)
    return cls._fromStored(stored, conformMasks)


class PlaneMethods:
    """Methods of a reader with ``_planes``, a `PlaneTriple`."""

    _planes: PlaneTriple

    def getFileName(self) -> str:
        """Return the name of the file."""
        return self._planes.image.fileName

    fileName = TypedProperty(getFileName, doc="Name of the file (`str`).")

    def readBBox(self, origin: ImageOrigin = PARENT) -> Box2I:
        """Read the box of the pixels.

        Parameters
        ----------
        origin : `ImageOrigin`, optional
            Whether the first pixel is at its position in the parent or at
            (0, 0).

        Returns
        -------
        bbox : `lsst.geom.Box2I`
        """
        return self._planes.image.readBBox(origin)

    def readXY0(self, bbox: Box2I = Box2I(), origin: ImageOrigin = PARENT) -> Point2I:
        """Read the position of the first pixel in the parent.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`, optional
            Box whose first pixel it is; by default all of the image.
        origin : `ImageOrigin`, optional
            Coordinate system of ``bbox``.

        Returns
        -------
        xy0 : `lsst.geom.Point2I`
        """
        return self._planes.image.find(bbox, origin)[2]

    def readImage(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> TypedImage:
        """Read the image: see `ImageFitsReader.read`."""
        return readImage(self._planes.image, bbox, origin, allowUnsafe, dtype)

    def readMask(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> MaskX:
        """Read the mask: see `MaskFitsReader.read`."""
        return readMask(self._planes.mask, bbox, origin, conformMasks, allowUnsafe, dtype)

    def readVariance(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> TypedImage:
        """Read the variance: see `ImageFitsReader.read`."""
        return readImage(self._planes.variance, bbox, origin, allowUnsafe, dtype)

    def readImageArray(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> npt.NDArray[Any]:
        """Read the image into an array: see `ImageFitsReader.readArray`."""
        return self._planes.image.readArray(bbox, origin, allowUnsafe, dtype)

    def readImageDType(self) -> np.dtype[Any]:
        """Read the type of the pixels of the image (`numpy.dtype`)."""
        return self._planes.image.readDType()

    def readMaskArray(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> npt.NDArray[Any]:
        """Read the mask into an array: see `ImageFitsReader.readArray`."""
        return self._planes.mask.readArray(bbox, origin, allowUnsafe, dtype)

    def readMaskDType(self) -> np.dtype[Any]:
        """Read the type of the pixels of the mask (`numpy.dtype`)."""
        return self._planes.mask.readDType()

    def readVarianceArray(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> npt.NDArray[Any]:
        """Read the variance into an array: see `ImageFitsReader.readArray`."""
        return self._planes.variance.readArray(bbox, origin, allowUnsafe, dtype)

    def readVarianceDType(self) -> np.dtype[Any]:
        """Read the type of the pixels of the variance (`numpy.dtype`)."""
        return self._planes.variance.readDType()
