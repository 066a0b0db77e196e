# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masked images: an image with its mask and its variance."""

from __future__ import annotations

__all__ = [
    "MaskedImage",
    "MaskedImageD",
    "MaskedImageF",
    "MaskedImageI",
    "MaskedImageL",
    "MaskedImageU",
    "VariancePixel",
    "makeMaskedImage",
]

import collections.abc
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, overload

import numpy as np

from lsst._lite import notInLite
from lsst._lite.arguments import checkArguments
from lsst._lite.properties import TypedProperty
from lsst.afw.fits import CompressionOptions
from lsst.daf.base import PropertySet
from lsst.geom import Box2I, Extent2I, Point2I
from lsst.pex.exceptions import InvalidParameterError, LengthError
from lsst.utils import TemplateMeta

from ._image import Image, ImageD, ImageF, ImageI, ImageL, ImageU, TypedImage
from ._mask import MaskX, makeStoredMask
from ._origin import PARENT, ImageOrigin
from ._slicing import Sliceable, refuseTemporary
from ._storedPlanes import PixelRequest, StoredPlanes, openPlanes, writeMaskedImage

VariancePixel = np.float32


class TypedMaskedImage(Sliceable):
    """What the masked image classes share; they differ in the image type."""

    _imageType: ClassVar[type[TypedImage]]
    """Class of the image plane (set by the classes for each type)."""

    _partTypes = TypedImage

    # ---- construction

    @overload
    def __init__(self, rhs: TypedMaskedImage, deep: bool = False) -> None: ...
    @overload
    def __init__(self, width: int, height: int, planeDict: Mapping[str, int] = ...) -> None: ...
    @overload
    def __init__(self, dimensions: Extent2I, planeDict: Mapping[str, int] = ...) -> None: ...
    @overload
    def __init__(self, bbox: Box2I, planeDict: Mapping[str, int] = ...) -> None: ...
    @overload
    def __init__(
        self, image: TypedImage, mask: MaskX | None = None, variance: ImageF | None = None
    ) -> None: ...
    @overload
    def __init__(self, rhs: Self, bbox: Box2I, origin: ImageOrigin = PARENT, deep: bool = False) -> None: ...
    @overload
    def __init__(
        self,
        fileName: str,
        metadata: PropertySet | None = None,
        bbox: Box2I = ...,
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        *,
        allowUnsafe: bool = False,
    ) -> None: ...
    # MaskedImage(..., dtype=...) makes one of the classes for each type.
    @overload
    def __init__(self, *args: Any, dtype: Any, **kwargs: Any) -> None: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._construct(args, kwargs)

    def _setPlanes(self, image: Any, mask: MaskX, variance: ImageF) -> None:
        self._image, self._mask, self._variance = image, mask, variance

    def _initCopy(self, rhs: TypedMaskedImage, deep: bool = False) -> None:
        if not self._isSameType(rhs) and not issubclass(self._imageType._pixelType, np.floating):
            raise TypeError(f"{type(self).__name__} cannot be made of {type(rhs).__name__}")
        if deep:
            self._setPlanes(self._imageType(rhs._image, True), rhs._mask.clone(), rhs._variance.clone())
        elif self._isSameType(rhs):
            self._setPlanes(*rhs._getPlanes())
        else:
            raise InvalidParameterError(
                "Only deep copies are permitted for MaskedImages with different pixel types"
            )

    def _initBox(self, bbox: Box2I, planeDict: Mapping[str, int] = {}) -> None:
        self._setPlanes(self._imageType(bbox), MaskX(bbox, planeDict), ImageF(bbox))

    def _initParts(
        self, image: TypedImage, mask: MaskX | None = None, variance: ImageF | None = None
    ) -> None:
        checkArguments(
            type(self).__name__,
            image=(image, self._imageType),
            mask=(mask, (MaskX, type(None))),
            variance=(variance, (ImageF, type(None))),
        )
        self._setPlanes(image, _conform(image, mask, MaskX), _conform(image, variance, ImageF))

    def _initSubset(self, rhs: Self, bbox: Box2I, origin: ImageOrigin = PARENT, deep: bool = False) -> None:
        self._setPlanes(
            self._imageType(rhs._image, bbox, origin, deep),
            MaskX(rhs._mask, bbox, origin, deep),
            ImageF(rhs._variance, bbox, origin, deep),
        )

    def _initFile(
        self,
        fileName: str,
        metadata: PropertySet | None = None,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        *,
        allowUnsafe: bool = False,
    ) -> None:
        planes = openPlanes(fileName)
        if metadata is not None:
            metadata.update(planes.readPrimaryMetadata())
        pixelType = self._imageType._pixelType
        request = PixelRequest(bbox, origin, conformMasks, allowUnsafe, pixelType)
        self._initCopy(self._fromStored(planes.read(request), conformMasks))

    @classmethod
    def _fromStored(cls, stored: StoredPlanes, conformMasks: bool) -> Self:
        """Make a masked image of pixels of a file.

        Parameters
        ----------
        stored : `StoredPlanes`
            Pixels, of the type of ``cls``.
        conformMasks : `bool`
            See `MaskX._conformStored`.
        """
        image = cls._imageType(stored.image, False, stored.xy0)
        mask, variance = None, None
        if stored.mask is not None:
            mask = makeStoredMask(stored.mask, stored.xy0, stored.maskPlanes, conformMasks)
        if stored.variance is not None:
            variance = ImageF(stored.variance, False, stored.xy0)
        return cls(image, mask, variance)

    @classmethod
    def _isSameType(cls, other: Any) -> bool:
        return isinstance(other, TypedMaskedImage) and other._imageType is cls._imageType

    # ---- planes

    def getImage(self) -> TypedImage:
        """Return the image plane."""
        return self._image

    def getMask(self) -> MaskX:
        """Return the mask plane."""
        return self._mask

    def getVariance(self) -> ImageF:
        """Return the variance plane."""
        return self._variance

    def setImage(self, image: TypedImage, /) -> None:
        """Make the image plane a view of another image's pixels."""
        checkArguments("setImage", image=(image, self._imageType))
        self._image._takePixels(image)

    def setMask(self, mask: MaskX, /) -> None:
        """Make the mask plane a view of another mask's pixels."""
        checkArguments("setMask", mask=(mask, MaskX))
        self._mask._takePixels(mask)
        self._mask._planes = mask._planes

    def setVariance(self, variance: ImageF, /) -> None:
        """Make the variance plane a view of another image's pixels."""
        checkArguments("setVariance", variance=(variance, ImageF))
        self._variance._takePixels(variance)

    image = TypedProperty(getImage, setImage)
    mask = TypedProperty(getMask, setMask)
    variance = TypedProperty(getVariance, setVariance)

    def _getPlanes(self) -> tuple[TypedImage, MaskX, ImageF]:
        return self._image, self._mask, self._variance

    def assign(self, rhs: Self, bbox: Box2I = Box2I(), origin: ImageOrigin = PARENT) -> None:
        """Copy the pixels of another masked image into this one.

        Parameters
        ----------
        rhs : same type
            What to copy from; its own ``xy0`` plays no role.
        bbox : `lsst.geom.Box2I`, optional
            Box of this image to copy to; an empty one means all of it.
        origin : `ImageOrigin`, optional
            Coordinate system of ``bbox``.

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if the dimensions differ, or the box is not inside.
        TypeError
            Raised for a masked image with another pixel type.
        """
        sameType = MaskedImage.get(self._imageType._pixelType)
        checkArguments("assign", rhs=(rhs, sameType), bbox=(bbox, Box2I), origin=(origin, ImageOrigin))
        for destination, source in zip(self._getPlanes(), rhs._getPlanes(), strict=True):
            destination.assign(source, bbox, origin)

    # ---- pixels

    def set(self, value: Any, mask: int | None = None, variance: float | None = None) -> None:
        """Set all pixels.

        Parameters
        ----------
        value : `float` or `tuple`
            Image pixel, or all three pixel values.
        mask : `int`, optional
            Mask pixel; 0 by default.
        variance : `float`, optional
            Variance pixel; 0 by default.
        """
        if mask is None and variance is None and isinstance(value, collections.abc.Iterable):
            value, mask, variance = value
        self.image.set(value)
        self.mask.set(0 if mask is None else mask)
        self.variance.set(0.0 if variance is None else variance)

    def _get(self, index: Any, origin: ImageOrigin) -> Any:
        return tuple(plane._get(index, origin) for plane in self._getPlanes())

    def _set(self, index: Any, value: Any, origin: ImageOrigin) -> None:
        for i, plane in enumerate(self._getPlanes()):
            plane._set(index, value[i], origin)

    def convertF(self) -> MaskedImageF:
        """Return a copy with 32-bit floating-point pixels."""
        return MaskedImageF(self, True)

    def convertD(self) -> MaskedImageD:
        """Return a copy with 64-bit floating-point pixels."""
        return MaskedImageD(self, True)

    # ---- geometry

    @property
    def _grid(self) -> TypedImage:
        return self._image

    @overload
    def setXY0(self, origin: Point2I, /) -> None: ...
    @overload
    def setXY0(self, x0: int, y0: int, /) -> None: ...
    def setXY0(self, *position: Any) -> None:
        """Set the position of the first pixel, in the parent.

        Parameters
        ----------
        origin : `lsst.geom.Point2I`
            Position; or its two numbers.
        """
        for plane in self._getPlanes():
            plane.setXY0(*position)

    # ---- arithmetic: the pixels of two images are taken as independent

    def _isPixel(self, value: Any) -> bool:
        try:
            self._imageType._toPixel(value)
        except TypeError:
            return False
        return True

    def _add(self, other: Any, sign: int) -> Self:
        """Add or subtract; the variances add up in either case."""
        operate = self._imageType.__iadd__ if sign > 0 else self._imageType.__isub__
        if self._isSameType(other):
            operate(self._image, other._image)
            self._mask |= other._mask
            self._variance += other._variance
        elif isinstance(other, self._imageType) or self._isPixel(other):
            operate(self._image, other)
        else:
            return NotImplemented
        return self

    def __iadd__(self, other: Any) -> Self:  # type: ignore[misc]
        return self._add(other, 1)

    def __isub__(self, other: Any) -> Self:  # type: ignore[misc]
        return self._add(other, -1)

    def __imul__(self, other: Any) -> Self:  # type: ignore[misc]
        return self._scale(other, TypedImage.__imul__)

    def __itruediv__(self, other: Any) -> Self:  # type: ignore[misc]
        return self._scale(other, TypedImage.__itruediv__)

    def _scale(self, factor: Any, operate: Callable[[Any, Any], Any]) -> Self:
        """Multiply or divide by a number."""
        if isinstance(factor, Sliceable):
            raise notInLite(f"lsst.afw.image.{type(self).__name__}.{operate.__name__} with images")
        if not self._isPixel(factor):
            return NotImplemented
        operate(self._image, factor)
        pixel: Any = self._imageType._toPixel(factor)
        with np.errstate(all="ignore"):
            operate(self._variance, float(pixel * pixel))
        return self

    __add__ = __sub__ = __mul__ = __rmul__ = __truediv__ = refuseTemporary

    # ---- copies, and what is shown

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._getPlanes()

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self.clone()

    def __str__(self) -> str:
        return (
            f"image={self.image.array},\nmask={self.mask.array}, "
            f"maskPlaneDict={self.mask.getMaskPlaneDict()}\n"
            f"variance={self.variance.array}, bbox={self.getBBox()}"
        )

    def __repr__(self) -> str:
        return f"{self.__module__}.{type(self).__name__}=({self})"

    # ---- files

    @classmethod
    def readFits(cls, filename: str) -> Self:
        """Read a masked image from a FITS file."""
        checkArguments("readFits", filename=(filename, str))
        return cls(filename)

    @overload
    def writeFits(self, fileName: str, metadata: PropertySet | None = None) -> None: ...
    @overload
    def writeFits(
        self,
        fileName: str,
        imageOptions: CompressionOptions | None,
        /,
        maskOptions: CompressionOptions | None,
        varianceOptions: CompressionOptions | None,
        header: PropertySet | None = None,
    ) -> None: ...
    @overload
    def writeFits(
        self,
        fileName: str,
        *,
        imageOptions: CompressionOptions | None,
        maskOptions: CompressionOptions | None,
        varianceOptions: CompressionOptions | None,
        header: PropertySet | None = None,
    ) -> None: ...
    def writeFits(
        self,
        fileName: str,
        metadata: Any = None,
        maskOptions: Any = None,
        varianceOptions: Any = None,
        header: Any = None,
        *,
        imageOptions: Any = None,
    ) -> None:
        """Write to a FITS file, one HDU for each plane.

        Parameters
        ----------
        fileName : `str`
            Name of the file.
        metadata, header : `lsst.daf.base.PropertySet`, optional
            Header cards for the primary HDU.
        imageOptions, maskOptions, varianceOptions : \
                `lsst.afw.fits.CompressionOptions`, optional
            How to compress each plane; not at all by default.
        """
        if isinstance(metadata, CompressionOptions):
            metadata, imageOptions = None, metadata
        options = imageOptions, maskOptions, varianceOptions
        writeMaskedImage(self, fileName, header if metadata is None else metadata, options)


def _conform(image: TypedImage, plane: Any, cls: type[Any]) -> Any:
    """Return a plane with the dimensions of an image.

    Parameters
    ----------
    image : `TypedImage`
        The image.
    plane : `MaskX`, `ImageF` or `None`
        The plane; a new one is made if it is `None` or has no pixels.
    cls : `type`
        Class of the plane.

    Raises
    ------
    lsst.pex.exceptions.LengthError
        Raised if the plane has other dimensions.
    """
    if plane is None or plane.getWidth() == 0 or plane.getHeight() == 0:
        return cls(image.getBBox())
    if plane.getDimensions() != image.getDimensions():
        name = "Mask" if cls is MaskX else "Variance"
        raise LengthError(
            f"Dimension mismatch: Image {image.getWidth()}x{image.getHeight()} v. "
            f"{name} {plane.getWidth()}x{plane.getHeight()}"
        )
    return plane


TypedMaskedImage._copiedTypes = TypedMaskedImage


class MaskedImageI(TypedMaskedImage):
    """A masked image of 32-bit integers."""

    __module__ = "lsst.afw.image._maskedImage"

    _imageType = ImageI


class MaskedImageF(TypedMaskedImage):
    """A masked image of 32-bit floating-point numbers."""

    __module__ = "lsst.afw.image._maskedImage"

    _imageType = ImageF


class MaskedImageD(TypedMaskedImage):
    """A masked image of 64-bit floating-point numbers."""

    __module__ = "lsst.afw.image._maskedImage"

    _imageType = ImageD


class MaskedImageU(TypedMaskedImage):
    """A masked image of unsigned 16-bit integers."""

    __module__ = "lsst.afw.image._maskedImage"

    _imageType = ImageU


class MaskedImageL(TypedMaskedImage):
    """A masked image of unsigned 64-bit integers."""

    __module__ = "lsst.afw.image._maskedImage"

    _imageType = ImageL


class MaskedImage(metaclass=TemplateMeta):
    """Access to the masked image classes by pixel type.

    ``MaskedImage[np.float32]`` and ``MaskedImage["F"]`` are `MaskedImageF`,
    and ``MaskedImage(..., dtype=np.float32)`` constructs one.
    """

    __module__ = "lsst.afw.image._maskedImage"

    if TYPE_CHECKING:
        # What is constructed is one of the classes for each type.
        def __new__(cls, *args: Any, **kwargs: Any) -> Any: ...


_CLASSES: dict[str, type[TypedMaskedImage]] = dict(
    I=MaskedImageI, F=MaskedImageF, D=MaskedImageD, U=MaskedImageU, L=MaskedImageL
)
for _suffix, _class in _CLASSES.items():
    MaskedImage.register(_class._imageType._pixelType, _class)
    MaskedImage.alias(_suffix, _class)


def makeMaskedImage(
    image: TypedImage, mask: MaskX | None = None, variance: ImageF | None = None
) -> TypedMaskedImage:
    """Make a masked image of the type of an image.

    Parameters
    ----------
    image : `Image`
        Image plane.
    mask : `Mask`, optional
        Mask plane; zero by default.
    variance : `ImageF`, optional
        Variance plane; zero by default.

    Returns
    -------
    maskedImage : `MaskedImage`
        Masked image that consists of these planes, not copies of them.
    """
    checkArguments("makeMaskedImage", image=(image, Image))
    return MaskedImage[image._pixelType](image, mask, variance)
