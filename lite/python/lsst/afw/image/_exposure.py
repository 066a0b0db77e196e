# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exposures: masked images with all that is known about them."""

from __future__ import annotations

__all__ = ["ExposureD", "ExposureF", "ExposureI", "ExposureL", "ExposureU", "makeExposure"]

import math
from typing import Any, ClassVar, Self, overload

import numpy as np
import numpy.typing as npt

from lsst._lite.arguments import checkArguments
from lsst._lite.properties import TypedProperty
from lsst.afw.detection import Psf
from lsst.afw.fits import CompressionOptions
from lsst.afw.geom import SkyWcs
from lsst.daf.base import PropertyList, PropertySet
from lsst.geom import Box2D, Box2I, Extent2D, Extent2I, Point2D, Point2I, SpherePoint
from lsst.pex.exceptions import InvalidParameterError, LogicError
from lsst.sphgeom import ConvexPolygon
from lsst.utils import TemplateMeta

from .._pixels._image import ImageF, TypedImage
from .._pixels._mask import MaskX
from .._pixels._maskedImage import (
    MaskedImage,
    MaskedImageD,
    MaskedImageF,
    MaskedImageI,
    MaskedImageL,
    MaskedImageU,
    TypedMaskedImage,
)
from .._pixels._origin import PARENT, ImageOrigin
from .._pixels._slicing import Sliceable, refuseTemporary
from ._exposureFits import ExposureFitsReader, writeExposure
from ._exposureInfo import ExposureInfo
from ._filterLabel import FilterLabel
from ._photoCalib import PhotoCalib
from ._skyOverlap import containsSkyCoords, makeConvexPolygon
from ._visitInfo import VisitInfo


class TypedExposure(Sliceable):
    """What the exposure classes share; they differ in the image type."""

    _maskedImageType: ClassVar[type[TypedMaskedImage]]
    """Class of the masked image (set by the classes for each type)."""

    _partTypes = TypedMaskedImage

    # ---- construction

    @overload
    def __init__(self, other: TypedExposure, deep: bool = False) -> None: ...
    @overload
    def __init__(self, width: int, height: int, wcs: SkyWcs | None = None) -> None: ...
    @overload
    def __init__(self, dimensions: Extent2I = ..., wcs: SkyWcs | None = None) -> None: ...
    @overload
    def __init__(self, bbox: Box2I, wcs: SkyWcs | None = None) -> None: ...
    @overload
    def __init__(self, maskedImage: TypedMaskedImage, wcs: SkyWcs | None = None) -> None: ...
    @overload
    def __init__(self, maskedImage: TypedMaskedImage, exposureInfo: ExposureInfo) -> None: ...
    @overload
    def __init__(
        self, other: Self, bbox: Box2I, origin: ImageOrigin = PARENT, deep: bool = False
    ) -> None: ...
    @overload
    def __init__(
        self,
        fileName: str,
        bbox: Box2I = ...,
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        allowUnsafe: bool = False,
    ) -> None: ...
    # Exposure(..., dtype=...) makes one of the classes for each type.
    @overload
    def __init__(self, *args: Any, dtype: Any, **kwargs: Any) -> None: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._construct(args, kwargs)

    def _setParts(self, maskedImage: TypedMaskedImage, info: ExposureInfo) -> None:
        self._maskedImage, self._info = maskedImage, info

    def _initCopy(self, other: TypedExposure, deep: bool = False) -> None:
        self._setParts(self._maskedImageType(other._maskedImage, deep), ExposureInfo(other._info, deep))

    def _initBox(self, bbox: Box2I, wcs: SkyWcs | None = None) -> None:
        self._setParts(self._maskedImageType(bbox), _makeInfo(wcs))

    def _initParts(
        self,
        maskedImage: TypedMaskedImage,
        wcs: SkyWcs | ExposureInfo | None = None,
        exposureInfo: ExposureInfo | None = None,
    ) -> None:
        checkArguments(type(self).__name__, maskedImage=(maskedImage, self._maskedImageType))
        if isinstance(wcs, ExposureInfo):
            exposureInfo = wcs
        self._setParts(self._maskedImageType(maskedImage), exposureInfo or _makeInfo(wcs))

    def _initFile(
        self,
        fileName: str,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        allowUnsafe: bool = False,
    ) -> None:
        reader = ExposureFitsReader(fileName)
        pixelType = self._maskedImageType._imageType._pixelType
        maskedImage = reader.readMaskedImage(bbox, origin, conformMasks, allowUnsafe, pixelType)
        self._setParts(maskedImage, reader.readExposureInfo())

    def _initSubset(self, other: Self, bbox: Box2I, origin: ImageOrigin = PARENT, deep: bool = False) -> None:
        maskedImage = self._maskedImageType(other._maskedImage, bbox, origin, deep)
        self._setParts(maskedImage, ExposureInfo(other._info, deep))

    @classmethod
    def _isFloating(cls) -> bool:
        return issubclass(cls._maskedImageType._imageType._pixelType, np.floating)

    # ---- pixels

    def getMaskedImage(self) -> TypedMaskedImage:
        """Return the pixels.

        Returns
        -------
        maskedImage : `MaskedImage`
            Masked image that shares its planes with the exposure.
        """
        return self._maskedImageType(self._maskedImage)

    def setMaskedImage(self, maskedImage: TypedMaskedImage) -> None:
        """Replace the pixels; they are not copied.

        Parameters
        ----------
        maskedImage : `MaskedImage`
            New pixels, of the type of this exposure.
        """
        checkArguments("setMaskedImage", maskedImage=(maskedImage, self._maskedImageType))
        self._maskedImage = self._maskedImageType(maskedImage)

    maskedImage = TypedProperty(getMaskedImage, setMaskedImage)

    @overload
    def getCutout(self, center: SpherePoint | Point2D, size: Extent2I) -> Self: ...
    @overload
    def getCutout(self, box: Box2I, /) -> Self: ...
    @overload
    def getCutout(self, *, box: Box2I) -> Self: ...
    def getCutout(self, center: Any = None, size: Any = None, *, box: Any = None) -> Self:
        """Copy a box of pixels, which may extend beyond the exposure.

        Parameters
        ----------
        center : `lsst.geom.SpherePoint` or `lsst.geom.Point2D`
            Centre of the box, in the sky or in pixels.
        size : `lsst.geom.Extent2I`
            Dimensions of the box, in pixels.
        box : `lsst.geom.Box2I`
            The box, instead of these.

        Returns
        -------
        cutout : same type
            Exposure of just this box; pixels beyond this exposure are NaN (0
            for integers) and ``NO_DATA``.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if the centre is not inside or the box is empty.
        lsst.pex.exceptions.LogicError
            Raised for a centre in the sky if there is no WCS.
        """
        if size is None:
            box = center if box is None else box
            checkArguments("getCutout", box=(box, Box2I))
            return self._getCutoutBox(box)
        if isinstance(center, SpherePoint):
            if self.wcs is None:
                raise LogicError("Cannot look up source position without WCS.")
            center = self.wcs.skyToPixel(center)
        checkArguments("getCutout", center=(center, Point2D), size=(size, Extent2I))
        return self._getCutoutAround(center, size)

    def _getCutoutAround(self, center: Point2D, size: Extent2I) -> Self:
        if not Box2D(self.getBBox()).contains(center):
            raise InvalidParameterError(f"Point {center} lies outside Exposure {self.getBBox()}")
        if size.getX() <= 0 or size.getY() <= 0:
            raise InvalidParameterError(f"Cannot create bounding box with dimensions {size}")
        return self._getCutoutBox(Box2I.makeCenteredBox(center, size))

    def _getCutoutBox(self, box: Box2I) -> Self:
        if box.isEmpty():
            raise InvalidParameterError(f"Cannot create cutout with empty bounding box {box}")
        cutout = self._maskedImageType(box)
        cutout.set(
            math.nan if self._isFloating() else 0, cutout.getMask().getPlaneBitMask("NO_DATA"), math.nan
        )
        overlap = box.clippedTo(self.getBBox())
        if not overlap.isEmpty():
            cutout.assign(self._maskedImage.subset(overlap), overlap)
        return type(self)(cutout, ExposureInfo(self._info))

    def _get(self, index: Point2I, origin: ImageOrigin) -> Any:
        return self._maskedImage._get(index, origin=origin)

    def _set(self, index: Any, value: Any, origin: ImageOrigin) -> None:
        self._maskedImage._set(index, value=value, origin=origin)

    def convertF(self) -> ExposureF:
        """Return a copy with 32-bit floating-point pixels."""
        return ExposureF(self, deep=True)

    def convertD(self) -> ExposureD:
        """Return a copy with 64-bit floating-point pixels."""
        return ExposureD(self, deep=True)

    # ---- planes

    def getImage(self) -> TypedImage:
        """Return the image plane."""
        return self._maskedImage.getImage()

    def setImage(self, image: TypedImage) -> None:
        """Make the image plane a view of another image's pixels."""
        self._maskedImage.setImage(image)

    image = TypedProperty(getImage, setImage)

    def getMask(self) -> MaskX:
        """Return the mask plane."""
        return self._maskedImage.getMask()

    def setMask(self, mask: MaskX) -> None:
        """Make the mask plane a view of another mask's pixels."""
        self._maskedImage.setMask(mask)

    mask = TypedProperty(getMask, setMask)

    def getVariance(self) -> ImageF:
        """Return the variance plane."""
        return self._maskedImage.getVariance()

    def setVariance(self, variance: ImageF) -> None:
        """Make the variance plane a view of another image's pixels."""
        self._maskedImage.setVariance(variance)

    variance = TypedProperty(getVariance, setVariance)

    # ---- geometry

    @property
    def _grid(self) -> TypedImage:
        return self._maskedImage._image

    def setXY0(self, xy0: Point2I) -> None:
        """Set the position of the first pixel, in the parent.

        Parameters
        ----------
        xy0 : `lsst.geom.Point2I`
            Position; the WCS is shifted by as much, so that pixels stay
            where they are in the sky.
        """
        checkArguments("setXY0", xy0=(xy0, Point2I))
        wcs = self.getWcs()
        if wcs is not None:
            self.setWcs(wcs.copyAtShiftedPixelOrigin(Extent2D(xy0 - self.getXY0())))
        self._maskedImage.setXY0(xy0)

    def getConvexPolygon(self, padding: int = 10) -> ConvexPolygon | None:
        """Return a region of the sky that covers the pixels.

        Parameters
        ----------
        padding : `int`, optional
            How much the box of pixels is grown first, in pixels.

        Returns
        -------
        polygon : `lsst.sphgeom.ConvexPolygon` or `None`
            The region; `None` if there is no WCS.
        """
        if self.wcs is None:
            return None
        return makeConvexPolygon(self.getBBox(), self.wcs, padding)

    convex_polygon = TypedProperty(getConvexPolygon)

    def containsSkyCoords(self, ra: Any, dec: Any, padding: int = 10) -> npt.NDArray[Any]:
        """Find out which positions in the sky are on the pixels.

        Parameters
        ----------
        ra, dec : `astropy.units.Quantity`
            Right ascensions and declinations (ICRS), with angular units.
        padding : `int`, optional
            Padding of the polygon with which positions are sorted out
            before the exact test, in pixels.

        Returns
        -------
        contained : `numpy.ndarray` [`bool`]
            Whether each position is.

        Raises
        ------
        ValueError
            Raised if there is no WCS.
        """
        if self.wcs is None:
            raise ValueError("Exposure does not have a valid WCS.")
        return containsSkyCoords(self.getBBox(), self.wcs, ra, dec, padding)

    # ---- components

    def __repr__(self) -> str:
        info = self.getInfo()
        parts = {
            "WCS": info.hasWcs(),
            "PSF": info.hasPsf(),
            "photometric calibration": info.hasPhotoCalib(),
            "filter": info.hasFilter(),
        }
        there = ", ".join(name for name, isThere in parts.items() if isThere) or "neither WCS, PSF nor filter"
        return f"<{type(self).__name__} {self.getBBox()} with {there}>"

    def getInfo(self) -> ExposureInfo:
        """Return the components (`ExposureInfo`)."""
        return self._info

    def setInfo(self, exposureInfo: ExposureInfo | None) -> None:
        """Replace all components; `None` removes them."""
        checkArguments("setInfo", exposureInfo=(exposureInfo, (ExposureInfo, type(None))))
        self._info = ExposureInfo() if exposureInfo is None else exposureInfo

    info = TypedProperty(getInfo)

    def hasWcs(self) -> bool:
        """Whether there is a WCS."""
        return self._info.hasWcs()

    def getWcs(self) -> SkyWcs | Any:
        """Return the WCS (`lsst.afw.geom.SkyWcs` or `None`)."""
        return self._info.getWcs()

    def setWcs(self, wcs: SkyWcs | None) -> None:
        """Set the WCS, or remove it with `None`."""
        self._info.setWcs(wcs)

    wcs = TypedProperty(getWcs)

    def hasPsf(self) -> bool:
        """Whether there is a point spread function."""
        return self._info.hasPsf()

    def getPsf(self) -> Psf | Any:
        """Return the point spread function, or `None`."""
        return self._info.getPsf()

    def setPsf(self, psf: Psf | None) -> None:
        """Set the point spread function, or remove it with `None`."""
        self._info.setPsf(psf)

    psf = TypedProperty(getPsf)

    def getFilter(self) -> FilterLabel | Any:
        """Return the filter label, or `None`."""
        return self._info.getFilter()

    def setFilter(self, filterLabel: FilterLabel | None) -> None:
        """Set the filter label, or remove it with `None`."""
        self._info.setFilter(filterLabel)

    filter = TypedProperty(getFilter)

    def getPhotoCalib(self) -> PhotoCalib | Any:
        """Return the photometric calibration, or `None`."""
        return self._info.getPhotoCalib()

    def setPhotoCalib(self, photoCalib: PhotoCalib | None) -> None:
        """Set the photometric calibration, or remove it with `None`."""
        self._info.setPhotoCalib(photoCalib)

    photoCalib = TypedProperty(getPhotoCalib)

    def getDetector(self) -> Any:
        """Return the detector (opaque in lsst-lite), or `None`."""
        return self._info.getDetector()

    def setDetector(self, detector: Any) -> None:
        """Set the detector, or remove it with `None`."""
        self._info.setDetector(detector)

    detector = TypedProperty(getDetector)

    def setApCorrMap(self, apCorrMap: Any) -> None:
        """Set the aperture corrections, or remove them with `None`."""
        self._info.setApCorrMap(apCorrMap)

    @property
    def apCorrMap(self) -> Any:
        """Aperture corrections (opaque in lsst-lite), or `None`."""
        return self._info.getApCorrMap()

    @property
    def visitInfo(self) -> VisitInfo | Any:
        """Facts about the visit (`VisitInfo`), or `None`."""
        return self._info.getVisitInfo()

    def getMetadata(self) -> PropertyList:
        """Return the metadata, which can be changed in place."""
        return self._info.getMetadata()

    def setMetadata(self, metadata: PropertySet | None) -> None:
        """Replace the metadata."""
        self._info.setMetadata(metadata)

    metadata = TypedProperty(getMetadata, setMetadata)

    __add__ = __sub__ = __mul__ = __rmul__ = __truediv__ = refuseTemporary

    # ---- copies

    def __reduce__(self) -> tuple[Any, ...]:
        info = self.getInfo()
        return _rebuildExposure, (
            type(self),
            self.getMaskedImage(),
            info._components,
            info.getVisitInfo(),
            info.getMetadata(),
            info.getId(),
        )

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self.clone()

    # ---- files

    @classmethod
    def readFits(cls, fileName: str, /) -> Self:
        """Read an exposure from a FITS file."""
        checkArguments("readFits", fileName=(fileName, str))
        return cls(fileName)

    def writeFits(
        self,
        filename: str,
        imageOptions: CompressionOptions | None = None,
        maskOptions: CompressionOptions | None = None,
        varianceOptions: CompressionOptions | None = None,
    ) -> None:
        """Write to a FITS file.

        Parameters
        ----------
        filename : `str`
            Name of the file.
        imageOptions, maskOptions, varianceOptions : \
                `lsst.afw.fits.CompressionOptions`, optional
            How to compress each plane.
        """
        checkArguments("writeFits", filename=(filename, str))
        writeExposure(self, filename, (imageOptions, maskOptions, varianceOptions))


def _makeInfo(wcs: Any) -> ExposureInfo:
    """Make the components of an exposure that has only a WCS, or none.

    Raises
    ------
    TypeError
        Raised if ``wcs`` is something else.
    """
    info = ExposureInfo()
    info.setWcs(wcs)
    return info


TypedExposure._copiedTypes = TypedExposure


class ExposureI(TypedExposure):
    """An exposure of 32-bit integers."""

    _maskedImageType = MaskedImageI


class ExposureF(TypedExposure):
    """An exposure of 32-bit floating-point numbers."""

    _maskedImageType = MaskedImageF


class ExposureD(TypedExposure):
    """An exposure of 64-bit floating-point numbers."""

    _maskedImageType = MaskedImageD


class ExposureU(TypedExposure):
    """An exposure of unsigned 16-bit integers."""

    _maskedImageType = MaskedImageU


class ExposureL(TypedExposure):
    """An exposure of unsigned 64-bit integers."""

    _maskedImageType = MaskedImageL


def _rebuildExposure(
    cls: type[Any],
    maskedImage: TypedMaskedImage,
    components: Any,
    visitInfo: VisitInfo | None,
    metadata: PropertyList,
    exposureId: int | None,
) -> Any:
    """Construct a pickled exposure."""
    info = ExposureInfo(metadata=metadata, visitInfo=visitInfo)
    for key, component in components.items():
        info.setComponent(key, component)
    info.setId(exposureId)
    return cls(maskedImage, info)


class Exposure(metaclass=TemplateMeta):
    """Access to the exposure classes by pixel type.

    ``Exposure[np.float32]`` and ``Exposure["F"]`` are `ExposureF`, and
    ``Exposure(..., dtype=np.float32)`` constructs one.
    """


_CLASSES: dict[str, type[TypedExposure]] = dict(
    I=ExposureI, F=ExposureF, D=ExposureD, U=ExposureU, L=ExposureL
)
for _suffix, _class in _CLASSES.items():
    Exposure.register(_class._maskedImageType._imageType._pixelType, _class)
    Exposure.alias(_suffix, _class)
    ExposureFitsReader._exposureTypes[_class._maskedImageType._imageType._pixelType] = _class


def makeExposure(maskedImage: TypedMaskedImage, wcs: SkyWcs | None = None) -> Any:
    """Make an exposure of the type of a masked image.

    Parameters
    ----------
    maskedImage : `MaskedImage`
        Pixels; they are not copied.
    wcs : `lsst.afw.geom.SkyWcs`, optional
        Positions of the pixels in the sky.

    Returns
    -------
    exposure : `Exposure`
        The exposure.
    """
    checkArguments("makeExposure", maskedImage=(maskedImage, MaskedImage))
    return Exposure[maskedImage._imageType._pixelType](maskedImage, wcs)
