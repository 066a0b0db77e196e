# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of each pixel type, and arithmetic on them."""

from __future__ import annotations

__all__ = ["Image", "ImageD", "ImageF", "ImageI", "ImageL", "ImageU"]

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, overload

import numpy as np
import numpy.typing as npt

from lsst._lite.arguments import checkArguments
from lsst.daf.base import PropertySet
from lsst.geom import Box2I, Extent2I, Point2I
from lsst.pex.exceptions import LengthError
from lsst.utils import TemplateMeta

from ._imageBase import PixelArray
from ._origin import PARENT, ImageOrigin
from ._slicing import refuseTemporary
from ._storedPlanes import DEFAULT_HDU, PixelRequest


def _divide(left: Any, right: Any, out: Any) -> None:
    """Divide as C++ does: integers truncate toward zero."""
    if np.issubdtype(left.dtype, np.floating):
        np.divide(left, right, out=out)
        return
    quotient = left // right
    if np.issubdtype(left.dtype, np.signedinteger):
        quotient += (quotient < 0) & (quotient * right != left)
    out[...] = quotient


class TypedImage(PixelArray):
    """What the image classes share; they differ in the type of pixels."""

    # ---- construction

    @overload
    def __init__(self, rhs: TypedImage, deep: bool = False) -> None: ...
    @overload
    def __init__(self, width: int, height: int, initialValue: float = 0) -> None: ...
    @overload
    def __init__(self, dimensions: Extent2I = ..., initialValue: float = 0) -> None: ...
    @overload
    def __init__(self, bbox: Box2I, initialValue: float = 0) -> None: ...
    @overload
    def __init__(self, rhs: Self, bbox: Box2I, origin: ImageOrigin = PARENT, deep: bool = False) -> None: ...
    @overload
    def __init__(self, array: npt.NDArray[Any], deep: bool = False, xy0: Point2I = ...) -> None: ...
    @overload
    def __init__(
        self,
        fileName: str,
        hdu: int = DEFAULT_HDU,
        metadata: PropertySet | None = None,
        bbox: Box2I = ...,
        origin: ImageOrigin = PARENT,
        allowUnsafe: bool = False,
    ) -> None: ...
    # Image(..., dtype=...) makes one of the classes for each type.
    @overload
    def __init__(self, *args: Any, dtype: Any, **kwargs: Any) -> None: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._construct(args, kwargs)

    def _initBox(self, bbox: Box2I, initialValue: float = 0) -> None:
        self._allocate(bbox, self._toPixel(initialValue))

    def _initCopy(self, rhs: TypedImage, deep: bool = False) -> None:
        initialize = self._initFromOther if self._isSameType(rhs) else self._initByConversion
        initialize(rhs, deep)

    def _initSubset(self, rhs: Self, bbox: Box2I, origin: ImageOrigin = PARENT, deep: bool = False) -> None:
        checkArguments(type(self).__name__, rhs=(rhs, type(self)))
        self._initFromSubset(rhs, bbox, origin, deep)

    def _initFile(
        self,
        fileName: str,
        hdu: int = DEFAULT_HDU,
        metadata: PropertySet | None = None,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        allowUnsafe: bool = False,
    ) -> None:
        self._readPlane(fileName, hdu, metadata, PixelRequest(bbox, origin, allowUnsafe=allowUnsafe))

    def _isSameType(self, other: Any) -> bool:
        return isinstance(other, TypedImage) and other._pixelType is self._pixelType

    @classmethod
    def _isFloating(cls) -> bool:
        return issubclass(cls._pixelType, np.floating)

    # ---- conversion

    def convertF(self) -> ImageF:
        """Return a copy with 32-bit floating-point pixels."""
        return ImageF(self, True)

    def convertD(self) -> ImageD:
        """Return a copy with 64-bit floating-point pixels."""
        return ImageD(self, True)

    # ---- arithmetic

    def _operand(self, other: Any) -> Any:
        """Return what an in-place operator works with.

        Raises
        ------
        TypeError
            Raised if it can be neither a pixel nor an image of this type.
        """
        if self._isSameType(other):
            if other._array.shape != self._array.shape:
                raise LengthError(
                    f"Images are of different size, {self.getWidth()}x{self.getHeight()} v "
                    f"{other.getWidth()}x{other.getHeight()}"
                )
            return other._array
        return self._toPixel(other)

    def _operate(self, function: Callable[..., Any], other: Any) -> Self:
        """Apply a binary function in place, with the compiled overflow."""
        try:
            operand = self._operand(other)
        except TypeError:
            return NotImplemented
        with np.errstate(all="ignore"):
            function(self._array, operand, out=self._array)
        return self

    def __iadd__(self, other: Any) -> Self:  # type: ignore[misc]
        return self._operate(np.add, other)

    def __isub__(self, other: Any) -> Self:  # type: ignore[misc]
        return self._operate(np.subtract, other)

    def __imul__(self, other: Any) -> Self:  # type: ignore[misc]
        return self._operate(np.multiply, other)

    def __itruediv__(self, other: Any) -> Self:  # type: ignore[misc]
        if self._isFloating() and not isinstance(other, TypedImage):
            try:
                # The stack multiplies by the reciprocal, in the pixel type.
                with np.errstate(all="ignore"):
                    reciprocal = self._pixelType(1) / self._toPixel(other)
            except TypeError:
                return NotImplemented
            return self._operate(np.multiply, reciprocal)
        return self._operate(_divide, other)

    __add__ = __sub__ = __mul__ = __rmul__ = __truediv__ = refuseTemporary

    # ---- copies, and what is shown

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuildImage, (type(self), np.ascontiguousarray(self._array), self._x0, self._y0)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self.clone()

    def __str__(self) -> str:
        return f"{self.array}, bbox={self.getBBox()}"

    def __repr__(self) -> str:
        return f"{self.__module__}.{type(self).__name__}={self}"

    # ---- files

    @classmethod
    def readFits(cls, filename: str, hdu: int = DEFAULT_HDU) -> Self:
        """Read an image from a FITS file."""
        checkArguments("readFits", filename=(filename, str))
        return cls(filename, hdu)


TypedImage._copiedTypes = TypedImage


def _rebuildImage(cls: Any, array: Any, x0: int, y0: int) -> Any:
    """Construct a pickled image."""
    return cls(array, False, Point2I(x0, y0))


class ImageI(TypedImage):
    """An image of 32-bit integers."""

    __module__ = "lsst.afw.image._image"

    _pixelType = np.int32


class ImageF(TypedImage):
    """An image of 32-bit floating-point numbers."""

    __module__ = "lsst.afw.image._image"

    _pixelType = np.float32


class ImageD(TypedImage):
    """An image of 64-bit floating-point numbers."""

    __module__ = "lsst.afw.image._image"

    _pixelType = np.float64


class ImageU(TypedImage):
    """An image of unsigned 16-bit integers."""

    __module__ = "lsst.afw.image._image"

    _pixelType = np.uint16


class ImageL(TypedImage):
    """An image of unsigned 64-bit integers."""

    __module__ = "lsst.afw.image._image"

    _pixelType = np.uint64


class Image(metaclass=TemplateMeta):
    """Access to the image classes by pixel type.

    ``Image[np.float32]`` and ``Image["F"]`` are `ImageF`, and
    ``Image(..., dtype=np.float32)`` constructs one.
    """

    __module__ = "lsst.afw.image._image"

    if TYPE_CHECKING:
        # What is constructed is one of the classes for each type.
        def __new__(cls, *args: Any, **kwargs: Any) -> Any: ...


_CLASSES: dict[str, type[TypedImage]] = dict(I=ImageI, F=ImageF, D=ImageD, U=ImageU, L=ImageL)
for _suffix, _class in _CLASSES.items():
    Image.register(_class._pixelType, _class)
    Image.alias(_suffix, _class)
