# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all images are: pixels and the position of the first of them."""

from __future__ import annotations

__all__ = ["PixelArray"]

from typing import Any, ClassVar, Self, overload

import numpy as np
import numpy.typing as npt

from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toDouble, toInteger
from lsst.afw.fits import CompressionOptions
from lsst.daf.base import PropertySet
from lsst.geom import Box2I, Point2I
from lsst.pex.exceptions import InvalidParameterError, LengthError

from ._origin import PARENT, ImageOrigin
from ._slicing import Sliceable, checkDimensions
from ._storedPlanes import PixelRequest, Plane, openPlane, writeImage


class PixelArray(Sliceable):
    """A two-dimensional array of pixels with an origin.

    This is the part that images and masks of all pixel types share. Several
    of them can have the same memory: a subimage is always a view.
    """

    _pixelType: ClassVar[Any] = None
    """Numpy type of a pixel (set by the classes for each type)."""

    _partTypes = np.ndarray

    # ---- construction

    def _allocate(self, bbox: Box2I, initialValue: Any = 0) -> None:
        """Take memory for a box of pixels, all with the same value."""
        width, height = bbox.getWidth(), bbox.getHeight()
        checkDimensions(width, height)
        if initialValue == 0:
            # Pages of zeros take no memory and no time until written to.
            self._array = np.zeros((height, width), dtype=self._pixelType)
        else:
            self._array = np.full((height, width), initialValue, dtype=self._pixelType)
        self._setOrigin(bbox.getMinX(), bbox.getMinY())

    def _share(self, array: npt.NDArray[Any], x0: int, y0: int, deep: bool) -> None:
        """Use the memory of an array, or a copy of it."""
        self._array = array.copy() if deep else array
        self._setOrigin(x0, y0)

    def _setOrigin(self, x0: int, y0: int) -> None:
        self._x0, self._y0 = int(x0), int(y0)

    def _initParts(self, array: npt.NDArray[Any], deep: bool = False, xy0: Point2I = Point2I(0, 0)) -> None:
        """Use, or copy, the memory of an array with exactly this type."""
        self._checkArray(array)
        checkDimensions(*array.shape[::-1])
        # The view keeps this image as it is if the caller reshapes the array.
        self._share(array.view(np.ndarray), xy0.x, xy0.y, deep)

    def _checkArray(self, array: Any) -> None:
        """Refuse an array whose memory is not laid out as that of images."""
        if array.ndim != 2 or not array.flags.writeable:
            raise TypeError(f"{type(self).__name__}: expected a writeable array with 2 axes")
        if array.dtype != self._pixelType or not array.dtype.isnative:
            wanted = np.dtype(self._pixelType)
            raise TypeError(f"{type(self).__name__}: expected an array of {wanted}, found {array.dtype}")
        if array.shape[1] > 1 and array.strides[1] != array.itemsize:
            raise TypeError(f"{type(self).__name__}: rows of the array are not contiguous")

    def _initFromOther(self, src: Any, deep: bool) -> None:
        """Use, or copy, the pixels of another image of this type."""
        self._share(src._array, src._x0, src._y0, deep)

    def _initFromSubset(self, src: Any, bbox: Box2I, origin: ImageOrigin, deep: bool) -> None:
        """Use, or copy, the pixels of another image inside a box."""
        x, y = bbox.getMinX(), bbox.getMinY()
        if origin is PARENT:
            x, y = x - src._x0, y - src._y0
        view = src._viewPixels(x, y, bbox.getWidth(), bbox.getHeight())
        self._share(view, src._x0 + x, src._y0 + y, deep)

    def _initByConversion(self, src: Any, deep: bool) -> None:
        """Copy the pixels of an image of another type."""
        if not deep:
            raise InvalidParameterError(
                "Only deep copies are permitted for ImageBases with different pixel types"
            )
        # C++ casts, which numpy warns of for NaN.
        with np.errstate(invalid="ignore"):
            self._share(src._array.astype(self._pixelType), src._x0, src._y0, False)

    def _viewPixels(self, x: int, y: int, width: int, height: int) -> npt.NDArray[Any]:
        """Return a view of a box of pixels, in local coordinates."""
        if x < 0 or y < 0 or x + width > self.getWidth() or y + height > self.getHeight():
            raise LengthError(
                f"Box2I(Point2I({x},{y}),Extent2I({width},{height})) doesn't fit in image "
                f"{self.getWidth()}x{self.getHeight()}"
            )
        return self._array[y : y + height, x : x + width]

    def _takePixels(self, other: Any) -> None:
        """Become a view of the pixels of another image of this type."""
        self._initFromOther(other, False)

    # ---- pixels

    @classmethod
    def _toPixel(cls, value: Any) -> Any:
        """Convert a number to a pixel value.

        Raises
        ------
        TypeError
            Raised if it is not a number that the type can hold.
        """
        if np.issubdtype(cls._pixelType, np.floating):
            # A double that is too large for a float becomes infinite.
            with np.errstate(over="ignore"):
                return cls._pixelType(toDouble(value))
        number = toInteger(value)
        limits = np.iinfo(cls._pixelType)
        if not limits.min <= number <= limits.max:
            raise TypeError(f"{value!r} does not fit into {cls._pixelType.__name__}")
        return cls._pixelType(number)

    def _find(self, index: Any, origin: ImageOrigin) -> Any:
        """Return the array indices of a pixel.

        Raises
        ------
        IndexError
            Raised if there is no such pixel.
        """
        checkArguments("index", index=(index, Point2I), origin=(origin, ImageOrigin))
        bbox = self.getBBox(origin)
        if not bbox.contains(index):
            raise IndexError(f"Pixel index {index} out of bounds {bbox}.")
        return index.getY() - bbox.getMinY(), index.getX() - bbox.getMinX()

    def _get(self, index: Any, origin: ImageOrigin) -> Any:
        return self._array[self._find(index, origin)].item()

    def _set(self, index: Any, value: Any, origin: ImageOrigin) -> None:
        pixel = self._toPixel(value)
        self._array[self._find(index, origin)] = pixel

    def set(self, value: float, /) -> None:
        """Set all pixels to a value."""
        self._array[...] = self._toPixel(value)

    def getArray(self) -> npt.NDArray[Any]:
        """Return the pixels.

        Returns
        -------
        array : `numpy.ndarray`
            A view of the pixels, indexed [y, x] from zero; each call makes
            a new one.
        """
        return self._array[...]

    @property
    def array(self) -> npt.NDArray[Any]:
        return self.getArray()

    @array.setter
    def array(self, array: npt.ArrayLike) -> None:
        if not isinstance(array, np.ndarray) or array.ndim != 2 or array.dtype != self._pixelType:
            raise TypeError(
                f"array: must be a 2-d array of {np.dtype(self._pixelType)}, not "
                f"{getattr(array, 'dtype', type(array).__name__)}"
            )
        self._array[...] = array

    def assign(self, rhs: Self, bbox: Box2I = Box2I(), origin: ImageOrigin = PARENT) -> None:
        """Copy the pixels of another image into this one.

        Parameters
        ----------
        rhs : same image type
            Image to copy from; its own ``xy0`` plays no role.
        bbox : `lsst.geom.Box2I`, optional
            Box of this image to copy to; an empty one means all of it.
        origin : `ImageOrigin`, optional
            Coordinate system of ``bbox``.

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if the dimensions differ, or the box is not inside.
        TypeError
            Raised for an image with another pixel type.
        """
        checkArguments("assign", rhs=(rhs, type(self)), bbox=(bbox, Box2I), origin=(origin, ImageOrigin))
        wanted = self.getDimensions() if bbox.isEmpty() else bbox.getDimensions()
        if wanted != rhs.getDimensions():
            raise LengthError(
                f"Dimension mismatch: {wanted.getX()}x{wanted.getY()} v. {rhs.getWidth()}x{rhs.getHeight()}"
            )
        if bbox.isEmpty():
            self._array[...] = rhs._array
            return
        x, y = bbox.getMinX(), bbox.getMinY()
        if origin is PARENT:
            x, y = x - self._x0, y - self._y0
        self._viewPixels(x, y, *wanted)[...] = rhs._array

    # ---- geometry

    @property
    def _grid(self) -> Self:
        return self

    @overload
    def setXY0(self, xy0: Point2I, /) -> None: ...
    @overload
    def setXY0(self, x0: int, y0: int, /) -> None: ...
    def setXY0(self, x0: Any, y0: Any = None, /) -> None:
        """Set the position of the first pixel, in the parent.

        Parameters
        ----------
        xy0 : `lsst.geom.Point2I`
            Position; or its two numbers.
        """
        if y0 is None:
            checkArguments("setXY0", xy0=(x0, Point2I))
            x0, y0 = x0
        self._setOrigin(toInteger(x0), toInteger(y0))

    # ---- files

    def _readPlane(self, fileName: str, hdu: int, metadata: Any, request: PixelRequest) -> Plane:
        """Take pixels, and perhaps cards, from a file."""
        plane = openPlane(fileName, toInteger(hdu))
        if metadata is not None:
            metadata.update(plane.readMetadata())
        array, xy0 = plane.read(request.of(self._pixelType))
        self._initParts(array, False, xy0)
        return plane

    @overload
    def writeFits(self, fileName: str, metadata: PropertySet | None = None, mode: str = "w") -> None: ...
    @overload
    def writeFits(
        self,
        fileName: str,
        options: CompressionOptions,
        /,
        mode: str = "w",
        header: PropertySet | None = None,
    ) -> None: ...
    def writeFits(
        self, fileName: str, metadata: Any = None, mode: str = "w", header: Any = None, options: Any = None
    ) -> None:
        """Write to a FITS file, a mask with the planes of the process.

        Parameters
        ----------
        fileName : `str`
            Name of the file.
        metadata, header : `lsst.daf.base.PropertySet`, optional
            Additional header cards.
        mode : `str`, optional
            "w" to make or replace the file, "a" to append an HDU to it.
        options : `lsst.afw.fits.CompressionOptions`, optional
            How to compress; not at all by default.
        """
        if isinstance(metadata, CompressionOptions):
            metadata, options = header, metadata
        writeImage(self, fileName, metadata, mode, options)

    def _addCards(self, header: PropertySet) -> None:
        """Add the cards that say what the pixels mean."""
