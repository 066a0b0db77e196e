# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of images, masks and masked images in FITS files."""

__all__ = ["ImageFitsReader", "MaskFitsReader", "MaskedImageFitsReader"]


from typing import Any

import numpy as np
import numpy.typing as npt

from lsst._lite.properties import TypedProperty
from lsst.afw.fits._metadata import DEFAULT_HDU
from lsst.daf.base import PropertyList
from lsst.geom import Box2I, Point2I

from ._image import TypedImage
from ._mask import MaskX
from ._maskedImage import TypedMaskedImage
from ._origin import PARENT, ImageOrigin
from ._plane import openPlane
from ._planeMethods import PlaneMethods, readImage, readMask, readMaskedImage
from ._planeTriple import openPlanes


class _PlaneReader:
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

    def getFileName(self) -> str:
        """Return the name of the file."""
        return self._plane.fileName

    fileName = TypedProperty(getFileName, doc="Name of the file (`str`).")

    def getHdu(self) -> int:
        """Return the number of the HDU, from 0."""
        return self._plane.hdu

    hdu = TypedProperty(getHdu, doc="Number of the HDU, from 0 (`int`).")

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
        """Read the position of the first pixel.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`, optional
            Box whose first pixel it is; by default all of the image.
        origin : `ImageOrigin`, optional
            Coordinate system of ``bbox``.

        Returns
        -------
        xy0 : `lsst.geom.Point2I`
            Position in the parent.

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if the box is not inside the image.
        """
        return self._plane.find(bbox, origin)[2]

    def readDType(self) -> np.dtype[Any]:
        """Read the type of the pixels (`numpy.dtype`)."""
        return self._plane.readDType()

    def readMetadata(self) -> PropertyList:
        """Read the header.

        Returns
        -------
        metadata : `lsst.daf.base.PropertyList`
            Header, without what only says how the image is stored.
        """
        return self._plane.metadata

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
        return self._plane.readArray(bbox, origin, allowUnsafe, dtype)


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
        return readImage(self._plane, bbox, origin, allowUnsafe, dtype)


class MaskFitsReader(_PlaneReader):
    """Reader of a mask in a FITS file.

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
        conformMasks: bool = False,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> MaskX:
        """Read pixels.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`, optional
            Box to read; by default all.
        origin : `ImageOrigin`, optional
            Coordinate system of ``bbox``.
        conformMasks : `bool`, optional
            Whether the planes of the file become those of the session. By
            default the bits are moved to where the session has the planes
            of the same names, and planes that it lacks are added.
        allowUnsafe : `bool`, optional
            Whether to permit conversions that may overflow, which otherwise
            are an `lsst.pex.exceptions.Exception`.
        dtype : `numpy.dtype`, optional
            Type of the pixels: `numpy.int32`.

        Returns
        -------
        mask : `Mask`

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if the box is not inside the mask.
        lsst.afw.fits.FitsError
            Raised if the pixels cannot be read.
        """
        return readMask(self._plane, bbox, origin, conformMasks, allowUnsafe, dtype)


class MaskedImageFitsReader(PlaneMethods):
    """Reader of a masked image in a FITS file.

    Parameters
    ----------
    fileName : `str`
        Name of the file.
    hdu : `int`, optional
        Number of the HDU with the image, from 0; by default the first that
        is not empty.

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be opened.
    """

    __module__ = "lsst.afw.image"

    def __init__(self, fileName: str, hdu: int = DEFAULT_HDU) -> None:
        self._planes = openPlanes(fileName, hdu)

    def read(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        needAllHdus: bool = False,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> TypedMaskedImage:
        """Read all planes.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`, optional
            Box to read; by default all.
        origin : `ImageOrigin`, optional
            Coordinate system of ``bbox``.
        conformMasks : `bool`, optional
            Whether the mask planes of the file become those of the session.
        needAllHdus : `bool`, optional
            Whether a file with an image alone is an error; otherwise mask
            and variance are zero.
        allowUnsafe : `bool`, optional
            Whether to permit conversions that may overflow, which otherwise
            are an `lsst.pex.exceptions.Exception`.
        dtype : `numpy.dtype`, optional
            Type of the image; by default that of the file.

        Returns
        -------
        maskedImage : `MaskedImage`

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if the box is not inside the image.
        lsst.afw.fits.FitsError
            Raised if the pixels cannot be read.
        """
        return readMaskedImage(self._planes, bbox, origin, conformMasks, needAllHdus, allowUnsafe, dtype)

    def readPrimaryMetadata(self) -> PropertyList:
        """Read the primary header (`lsst.daf.base.PropertyList`)."""
        return self._planes.readPrimaryMetadata()

    def readImageMetadata(self) -> PropertyList:
        """Read the header of the image (`lsst.daf.base.PropertyList`)."""
        return self._planes.image.metadata

    def readMaskMetadata(self) -> PropertyList:
        """Read the header of the mask (`lsst.daf.base.PropertyList`)."""
        return self._planes.mask.metadata

    def readVarianceMetadata(self) -> PropertyList:
        """Read the header of the variance (`lsst.daf.base.PropertyList`)."""
        return self._planes.variance.metadata
