# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of images, masks and masked images in FITS files."""

__all__ = ["ImageFitsReader", "MaskFitsReader", "MaskedImageFitsReader"]

from typing import Any

import numpy as np
import numpy.typing as npt

from lsst._lite import Partial
from lsst._lite.properties import TypedProperty
from lsst.daf.base import PropertyList
from lsst.geom import Box2I, Point2I
from lsst.pex.exceptions import TypeError as PexTypeError

from ._image import Image, TypedImage
from ._mask import MaskPixel, MaskX, makeStoredMask
from ._maskedImage import MaskedImage, TypedMaskedImage
from ._origin import PARENT, ImageOrigin
from ._storedPlanes import DEFAULT_HDU, PixelRequest, Plane, openPlane, openPlanes


def _readImage(plane: Plane, request: PixelRequest) -> Any:
    """Read an image, alone."""
    request = plane.withType(request)
    array, xy0 = plane.read(request)
    return Image[array.dtype.type](array, False, xy0)


def _readMask(plane: Plane, request: PixelRequest) -> MaskX:
    """Read a mask, alone."""
    if request.dtype is not None and np.dtype(request.dtype) != MaskPixel:
        raise PexTypeError(f"{plane.error('mask')} dtype {str(np.dtype(request.dtype))!r} not supported.")
    array, xy0 = plane.read(request.of(MaskPixel))
    return makeStoredMask(array, xy0, plane.maskPlanes(), request.conformMasks)


class _Reader(Partial):
    """What all readers share, which have the ``_plane`` of an image."""

    _plane: Plane

    def getFileName(self) -> str:
        """Return the name of the file."""
        return self._plane.fileName

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
        return self._plane.readBBox(origin)

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

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if the box is not inside the image.
        """
        return self._plane.find(PixelRequest(bbox, origin))[2]


class _PlaneReader(_Reader):
    """What the readers of one plane share.

    Parameters
    ----------
    fileName : `str`
        Name of the file.
    hdu : `int`, optional
        Number of the HDU, from 0; by default the first that is not empty.

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be opened.
    """

    def __init__(self, fileName: str, hdu: int = DEFAULT_HDU) -> None:
        self._plane = openPlane(fileName, hdu)

    def getHdu(self) -> int:
        """Return the number of the HDU, from 0."""
        return self._plane.hdu

    hdu = TypedProperty(getHdu, doc="Number of the HDU, from 0 (`int`).")

    def readDType(self) -> np.dtype[Any]:
        """Read the type of the pixels (`numpy.dtype`)."""
        return self._plane.dtype

    def readMetadata(self) -> PropertyList:
        """Read the header (`lsst.daf.base.PropertyList`), without what only
        says how the image is stored.
        """
        return self._plane.readMetadata()

    def readArray(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> npt.NDArray[Any]:
        """Read pixels into an array.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`, optional
            Box to read; by default all.
        origin : `ImageOrigin`, optional
            Coordinate system of ``bbox``.
        allowUnsafe : `bool`, optional
            Whether to permit conversions that may overflow, which otherwise
            are an `lsst.pex.exceptions.Exception`.
        dtype : `numpy.dtype`, optional
            Type of the array; by default that of the file.

        Returns
        -------
        array : `numpy.ndarray`

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if the box is not inside the image.
        lsst.afw.fits.FitsError
            Raised if the pixels cannot be read.
        """
        dtype = self._plane.dtype if dtype is None else dtype
        return self._plane.read(PixelRequest(bbox, origin, allowUnsafe=allowUnsafe, dtype=dtype))[0]


class ImageFitsReader(_PlaneReader):
    """Reader of an image in a FITS file.

    Parameters
    ----------
    fileName : `str`
        Name of the file.
    hdu : `int`, optional
        Number of the HDU, from 0; by default the first that is not empty.

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be opened.
    """

    __module__ = "lsst.afw.image"

    def read(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> TypedImage:
        """Read pixels.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`, optional
            Box to read; by default all.
        origin : `ImageOrigin`, optional
            Coordinate system of ``bbox``.
        allowUnsafe : `bool`, optional
            Whether to permit conversions that may overflow, which otherwise
            are an `lsst.pex.exceptions.Exception`.
        dtype : `numpy.dtype`, optional
            Type of the pixels; by default that of the file.

        Returns
        -------
        image : `Image`
            Image of that type.

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if the box is not inside the image.
        lsst.pex.exceptions.TypeError
            Raised if there are no images of that type.
        lsst.afw.fits.FitsError
            Raised if the pixels cannot be read.
        """
        return _readImage(self._plane, PixelRequest(bbox, origin, allowUnsafe=allowUnsafe, dtype=dtype))


class MaskFitsReader(_PlaneReader):
    """Reader of a mask in a FITS file: see `ImageFitsReader`."""

    __module__ = "lsst.afw.image"

    def read(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> MaskX:
        """Read pixels: see `ImageFitsReader.read`.

        Parameters
        ----------
        bbox, origin, allowUnsafe, dtype
            See there; the only type is `numpy.int32`.
        conformMasks : `bool`, optional
            Whether the planes of the file become those of the session. By
            default the bits are moved to where the session has the planes
            of the same names, and planes that it lacks are added.

        Returns
        -------
        mask : `Mask`
        """
        return _readMask(self._plane, PixelRequest(bbox, origin, conformMasks, allowUnsafe, dtype))


class PlanesReader(_Reader):
    """What readers of masked images and of exposures share.

    Parameters
    ----------
    fileName : `str` or `lsst.afw.fits._rangeFile.RangeFile`
        Name of the file, or what gives parts of it.
    hdu : `int`, optional
        Number of the HDU with the image, from 0; by default the first that
        is not empty.

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be opened, or was written by lsst.images.
    """

    def __init__(self, fileName: Any, hdu: int = DEFAULT_HDU) -> None:
        self._planes = openPlanes(fileName, hdu)
        self._plane = self._planes.image

    def readImage(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> TypedImage:
        """Read the image: see `ImageFitsReader.read`."""
        return _readImage(self._plane, PixelRequest(bbox, origin, allowUnsafe=allowUnsafe, dtype=dtype))

    def readMask(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> MaskX:
        """Read the mask: see `MaskFitsReader.read`."""
        return _readMask(self._planes.mask, PixelRequest(bbox, origin, conformMasks, allowUnsafe, dtype))

    def readVariance(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> TypedImage:
        """Read the variance: see `ImageFitsReader.read`."""
        request = PixelRequest(bbox, origin, allowUnsafe=allowUnsafe, dtype=dtype)
        return _readImage(self._planes.variance, request)

    def readImageDType(self) -> np.dtype[Any]:
        """Read the type of the pixels of the image (`numpy.dtype`)."""
        return self._plane.dtype

    def _readPixels(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> TypedMaskedImage:
        """Read all planes: see `ImageFitsReader.read`.

        Parameters
        ----------
        bbox, origin, allowUnsafe, dtype
            See there.
        conformMasks : `bool`, optional
            See `MaskFitsReader.read`.

        Returns
        -------
        maskedImage : `MaskedImage`
        """
        request = self._plane.withType(PixelRequest(bbox, origin, conformMasks, allowUnsafe, dtype))
        stored = self._planes.read(request)
        cls: Any = MaskedImage.get(stored.image.dtype.type)
        return cls._fromStored(stored, conformMasks)


class MaskedImageFitsReader(PlanesReader):
    """Reader of a masked image in a FITS file: see `ImageFitsReader`."""

    __module__ = "lsst.afw.image"

    read = PlanesReader._readPixels
