# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planes of pixels in FITS files, read and written as arrays."""

__all__ = [
    "DEFAULT_HDU",
    "OF_ONE_HDU",
    "PixelRequest",
    "Plane",
    "PlaneTriple",
    "StoredPlanes",
    "openPlane",
    "openPlanes",
    "toPropertyList",
    "writeImage",
    "writeMaskedImage",
    "writePlanes",
]

import dataclasses
import functools
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from lsst._lite.arguments import checkArguments
from lsst._lite.threads import run
from lsst.afw.fits import CompressionOptions, FitsError
from lsst.afw.fits._file import FitsFile, Hdu
from lsst.afw.fits._images import openImage
from lsst.afw.fits._metadata import DEFAULT_HDU, defaultHdu, readHduMetadata, toCards
from lsst.afw.fits._output import FitsOutput, openOutput
from lsst.afw.fits._plainImage import PlainImage
from lsst.afw.fits._tiles import TileTable
from lsst.daf.base import PropertyList, PropertySet
from lsst.geom import Box2I, Extent2I, Point2I
from lsst.pex.exceptions import Exception as PexException, LengthError, TypeError as PexTypeError

from ._maskPlanes import NUM_PLANES_MAX
from ._origin import PARENT, ImageOrigin
from ._xy0 import createTrivialWcsMetadata

_LOG = logging.getLogger("lsst.afw.image.fits")

_PIXEL_TYPES = tuple(np.dtype(code) for code in ("u2", "i4", "f4", "f8", "u8"))
"""Types of pixels that there are classes of images for."""

_MAX_COORDINATE = 1 << 31

_FEW = 1 << 18
"""Bytes of an image that are read without threads."""

_PLANE_PREFIX = "MP_"

_FOREIGN_PLANE_PREFIX = "MSKN"
"""Start of the cards with the names of mask planes in lsst.images' files."""

_FOREIGN_CARDS = ("DATAMODL", "JSONADDR", "INDXADDR")
"""Cards of the primary header of lsst.images' files."""

_FOREIGN = "expected a file of lsst.afw.image, found one that the package lsst.images reads"

OF_ONE_HDU = ("AR_HDU", "EXTNAME", "EXTTYPE", "INHERIT", "WCS_ID")
"""Cards of the HDU or archive that metadata were read from."""


@dataclasses.dataclass(frozen=True)
class PixelRequest:
    """Which pixels of a file are wanted, and how."""

    bbox: Box2I = dataclasses.field(default_factory=Box2I)
    """Box to read; all of the image if it is empty."""

    origin: ImageOrigin = PARENT
    """Coordinate system of the box."""

    conformMasks: bool = False
    """Whether the mask planes of the file become those of the session."""

    allowUnsafe: bool = False
    """Whether pixels may overflow when they are converted."""

    dtype: npt.DTypeLike | None = None
    """Type that the pixels of the image must become, if any."""

    def __post_init__(self) -> None:
        checkArguments("read", bbox=(self.bbox, Box2I), origin=(self.origin, ImageOrigin))

    def of(self, dtype: npt.DTypeLike) -> "PixelRequest":
        """Return a request for the same pixels as another type."""
        return dataclasses.replace(self, dtype=np.dtype(dtype))


@dataclasses.dataclass(frozen=True)
class StoredPlanes:
    """Pixels of a masked image, as they are in a file."""

    xy0: Point2I
    """Position of the first pixel in the parent."""

    image: npt.NDArray[Any]
    """Pixels of the image."""

    mask: npt.NDArray[Any] | None
    """Pixels of the mask, if there is one."""

    variance: npt.NDArray[Any] | None
    """Pixels of the variance, if there is one."""

    maskPlanes: dict[str, int]
    """What the bits of the mask mean in the file."""


def _isSafe(stored: np.dtype[Any], wanted: np.dtype[Any]) -> bool:
    """Whether all values of a type of pixels can be had as another."""
    if wanted.kind == "f":
        return True
    if stored.kind == "f":
        return False
    low, high = np.iinfo(stored), np.iinfo(wanted)
    return high.min <= low.min and low.max <= high.max


# ---- reading


class Plane:
    """One plane of pixels of a file.

    Parameters
    ----------
    file : `lsst.afw.fits._file.FitsFile`
        The file.
    hdu : `int`
        Number of the HDU.
    kind : `str`, optional
        What the HDU must be called, if it has a name: "IMAGE", "MASK" or
        "VARIANCE".
    """

    def __init__(self, file: FitsFile, hdu: int, kind: str = "") -> None:
        self._file = file
        self.hdu = hdu
        self.kind = kind

    @property
    def fileName(self) -> str:
        """Name of the file (`str`)."""
        return self._file.name

    @functools.cached_property
    def _hdu(self) -> Hdu:
        """The HDU, of which the name is right.

        An image may have any name but that of another plane.
        """
        hdu = self._file[self.hdu]
        extType, name = hdu.header.getStr("EXTTYPE"), hdu.header.getStr("EXTNAME")
        found = extType or name.upper()
        if self.kind == "IMAGE" and not extType and found not in ("MASK", "VARIANCE"):
            found = ""
        if self.kind and found and found != self.kind:
            raise hdu.error(f"expected EXTTYPE or EXTNAME = {self.kind!r}, found {found!r}")
        return hdu

    @property
    def header(self) -> Any:
        """The header, as it is in the file."""
        return self._hdu.header

    @functools.cached_property
    def image(self) -> PlainImage | TileTable:
        """The image, however it is stored."""
        return openImage(self._hdu)

    def error(self, message: str) -> FitsError:
        """Make an error that names file and HDU."""
        return self._hdu.error(message)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the pixels (`numpy.dtype`)."""
        return self.image.dtype

    def _hasXY0(self) -> bool:
        """Whether the header says where the first pixel is."""
        return (self.header.get("CRPIX1A"), self.header.get("CRPIX2A")) == (1, 1)

    @functools.cached_property
    def xy0(self) -> Point2I:
        """Position of the first pixel in the parent (`Point2I`)."""
        if not self._hasXY0():
            return Point2I(0, 0)
        position = self.header.get("CRVAL1A", 0), self.header.get("CRVAL2A", 0)
        for value in position:
            if not isinstance(value, int | float) or not abs(value) < _MAX_COORDINATE:
                raise self.error(f"expected the position of a pixel in CRVAL1A, CRVAL2A, found {position}")
        return Point2I(*(round(value) for value in position))

    def readBBox(self, origin: ImageOrigin = PARENT) -> Box2I:
        """Box of the pixels."""
        rows, columns = self.image.shape
        corner = self.xy0 if origin is PARENT else Point2I(0, 0)
        if max(rows, columns, corner[0] + columns, corner[1] + rows) >= _MAX_COORDINATE:
            raise self.error(f"expected an image with pixel numbers of 32 bits, found {rows} rows")
        return Box2I(corner, Extent2I(columns, rows))

    def find(self, request: PixelRequest) -> tuple[range, range, Point2I]:
        """Find the pixels that are asked for.

        Returns
        -------
        rows, columns : `range`
            The box, in pixels of the image from 0.
        xy0 : `Point2I`
            Position of its first pixel in the parent.

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if the box is not inside the image.
        """
        full, bbox = self.readBBox(request.origin), request.bbox
        if bbox.isEmpty():
            bbox = full
        elif not full.contains(bbox):
            raise LengthError(f"{self.error('subset')} {bbox} is not contained in the image, {full}")
        x, y = bbox.getMinX() - full.getMinX(), bbox.getMinY() - full.getMinY()
        return (
            range(y, y + bbox.getHeight()),
            range(x, x + bbox.getWidth()),
            Point2I(self.xy0[0] + x, self.xy0[1] + y),
        )

    def prepare(self, request: PixelRequest) -> tuple[npt.NDArray[Any], Point2I, list[Callable[[], None]]]:
        """Prepare to read pixels.

        Returns
        -------
        array : `numpy.ndarray`
            Where they will go.
        xy0 : `Point2I`
            Position of the first of them in the parent.
        tasks : `list` [`~collections.abc.Callable`]
            What reads them.
        """
        dtype = np.dtype(request.dtype)
        rows, columns, xy0 = self.find(request)
        if not request.allowUnsafe and not _isSafe(self.dtype, dtype):
            # The stack's class for this has no name in Python.
            raise PexException(
                f"cfitsio error ({self.fileName}) : Incompatible type for FITS image: on disk is "
                f"{self.dtype} (HDU {self.hdu}), in-memory is {dtype}; "
                "allowUnsafe=True permits what may overflow."
            )
        self.image.checkSize()
        try:
            array = np.empty((len(rows), len(columns)), dtype)
        except MemoryError as err:
            raise self.error(f"cannot have memory for {len(rows)} rows of {len(columns)} pixels") from err
        return array, xy0, self.image.tasks(rows, columns, array)

    def read(self, request: PixelRequest) -> tuple[npt.NDArray[Any], Point2I]:
        """Read pixels into an array, with the position of the first."""
        array, xy0, tasks = self.prepare(request)
        run(tasks)
        return array, xy0

    def withType(self, request: PixelRequest) -> PixelRequest:
        """Return a request for a type of pixels, that of the file by default.

        Raises
        ------
        lsst.pex.exceptions.TypeError
            Raised if there are no images of that type.
        """
        dtype = self.dtype if request.dtype is None else np.dtype(request.dtype)
        if dtype not in _PIXEL_TYPES:
            raise PexTypeError(f"{self.error('pixels')} dtype {str(dtype)!r} not supported.")
        return request.of(dtype)

    def readMetadata(self) -> PropertyList:
        """Return the header (`lsst.daf.base.PropertyList`), without what says
        how the image is stored and where its first pixel is.
        """
        metadata = readHduMetadata(self._file, self._hdu.index, strip=True)
        if self._hasXY0():
            for name in ("CTYPE", "CRPIX", "CRVAL", "CUNIT"):
                metadata.remove(f"{name}1A")
                metadata.remove(f"{name}2A")
        if self.kind:
            metadata.remove("EXTTYPE")
        return metadata

    def maskPlanes(self) -> dict[str, int]:
        """Bits of the mask planes in the file (`dict`)."""
        planes, bits = {}, set(range(NUM_PLANES_MAX))
        for card in self.header.cards:
            if card.key.startswith(_FOREIGN_PLANE_PREFIX):
                raise self.error(f"{_FOREIGN}: its mask planes are in {card.key}")
            if not card.key.startswith(_PLANE_PREFIX):
                continue
            if not isinstance(card.value, int) or card.value not in bits:
                raise self.error(f"expected a bit of its own for {card.key}, found {card.value!r}")
            bits.remove(card.value)
            planes[card.key.removeprefix(_PLANE_PREFIX)] = card.value
        return planes


class PlaneTriple:
    """The three planes of a masked image in a file.

    Parameters
    ----------
    file : `lsst.afw.fits._file.FitsFile`
        The file.
    hdu : `int`
        Number of the HDU with the image; mask and variance are in the two
        after it.

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised for a file of lsst.images, which has other mask planes, and
        perhaps more than one HDU of them.
    """

    def __init__(self, file: FitsFile, hdu: int) -> None:
        for card in _FOREIGN_CARDS:
            if card in file[0].header:
                raise file[0].error(f"{_FOREIGN}: there is a card {card}")
        self.file = file
        self.image = Plane(file, hdu, "IMAGE")
        self.mask = Plane(file, hdu + 1, "MASK")
        self.variance = Plane(file, hdu + 2, "VARIANCE")

    def readPrimaryMetadata(self) -> PropertyList:
        """Read the primary header (`lsst.daf.base.PropertyList`)."""
        return readHduMetadata(self.file, 0, strip=True)

    def read(self, request: PixelRequest) -> StoredPlanes:
        """Read all planes, their tiles shared out over the same threads.

        Returns
        -------
        stored : `StoredPlanes`
        """
        image, xy0, tasks = self.image.prepare(request)
        mask, variance, maskPlanes = None, None, {}
        if self._has(self.mask):
            mask = self._prepare(self.mask, request.of(np.int32), tasks)
            maskPlanes = self.mask.maskPlanes()
        if self._has(self.variance):
            variance = self._prepare(self.variance, request.of(np.float32), tasks)
        # Threads for a few pixels cost more than they gain.
        run(tasks, 1 if image.nbytes < _FEW else None)
        return StoredPlanes(xy0, image, mask, variance, maskPlanes)

    def _prepare(
        self, plane: Plane, request: PixelRequest, tasks: list[Callable[[], None]]
    ) -> npt.NDArray[Any]:
        """Prepare to read a plane besides the image.

        Returns
        -------
        array : `numpy.ndarray`
            Where the pixels will go; what reads them is appended to
            ``tasks``.
        """
        found, wanted = plane.readBBox(), self.image.readBBox()
        if found.getDimensions() != wanted.getDimensions():
            raise plane.error(f"expected the dimensions of the image, {wanted}, found {found}")
        if not request.bbox.isEmpty() and found != wanted:
            raise plane.error(f"expected the box of the image, {wanted}, found {found}")
        array, _, more = plane.prepare(request)
        tasks += more
        return array

    def _has(self, plane: Plane) -> bool:
        """Whether there is a plane.

        An image alone is a masked image whose other planes are zero. A file
        of an exposure or of a masked image that lacks one is broken.
        """
        if self.file.has(plane.hdu):
            return True
        primary = self.file[0].header
        if "AR_HDU" in primary or "EXPINFO_V" in primary or "EXTTYPE" in self.image.header:
            self.file[plane.hdu]
        _LOG.warning("%s has no HDU %d for the %s; zero is assumed.", self.file.name, plane.hdu, plane.kind)
        return False


def openPlane(fileName: Any, hdu: int = DEFAULT_HDU) -> Plane:
    """Open the plane of an image that is alone in a file.

    Parameters
    ----------
    fileName : `str` or `lsst.afw.fits._rangeFile.RangeFile`
        Name of the file, or what gives parts of it.
    hdu : `int`, optional
        Number of the HDU, from 0; by default the first that is not empty.

    Returns
    -------
    plane : `Plane`

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be opened.
    """
    file = FitsFile(fileName)
    return Plane(file, defaultHdu(file, hdu))


def openPlanes(fileName: Any, hdu: int = DEFAULT_HDU) -> PlaneTriple:
    """Open the planes of a masked image: see `openPlane`."""
    file = FitsFile(fileName)
    return PlaneTriple(file, defaultHdu(file, hdu))


# ---- writing


def toPropertyList(metadata: PropertySet | None) -> PropertyList:
    """Copy a property set, or make an empty one, with an order."""
    if isinstance(metadata, PropertyList):
        return metadata.deepCopy()
    result = PropertyList()
    if metadata is not None:
        result.update(metadata)
    return result


def _writePlane(
    output: FitsOutput, image: Any, header: PropertyList, options: CompressionOptions | None
) -> None:
    """Write an image or a mask, with the position of its first pixel.

    Parameters
    ----------
    output : `lsst.afw.fits._output.FitsOutput`
        File to write to.
    image : `Image` or `Mask`
        What to write.
    header : `lsst.daf.base.PropertyList`
        Cards; changed in place.
    options : `lsst.afw.fits.CompressionOptions` or `None`
        How to compress; `None` for not at all.
    """
    image._addCards(header)
    header.update(createTrivialWcsMetadata("A", image.getXY0()))
    output.writeImage(image.getArray(), toCards(header), options)


def writeImage(
    image: Any, fileName: str, metadata: PropertySet | None, mode: str, options: CompressionOptions | None
) -> None:
    """Write an image or a mask to a FITS file: see `ImageF.writeFits`."""
    with openOutput(fileName, mode) as output:
        _writePlane(output, image, toPropertyList(metadata), options)


def writePlanes(
    output: FitsOutput, maskedImage: Any, common: PropertyList, options: tuple[CompressionOptions | None, ...]
) -> None:
    """Write the three planes of a masked image.

    Parameters
    ----------
    output : `lsst.afw.fits._output.FitsOutput`
        File to write to, with a primary HDU.
    maskedImage : `MaskedImage`
        What to write.
    common : `lsst.daf.base.PropertyList`
        Cards of each plane.
    options : `tuple` [`lsst.afw.fits.CompressionOptions` or `None`]
        How to compress image, mask and variance.
    """
    planes = {"IMAGE": maskedImage.image, "MASK": maskedImage.mask, "VARIANCE": maskedImage.variance}
    for (name, plane), howToCompress in zip(planes.items(), options, strict=True):
        header = common.deepCopy()
        header.set("INHERIT", True)
        header.set("EXTTYPE", name)
        header.set("EXTNAME", name)
        _writePlane(output, plane, header, howToCompress)


def writeMaskedImage(
    maskedImage: Any,
    fileName: str,
    metadata: PropertySet | None,
    options: tuple[CompressionOptions | None, ...],
) -> None:
    """Write a masked image to a FITS file: see `MaskedImageF.writeFits`."""
    with openOutput(fileName) as output:
        output.writeEmpty([card for card in toCards(metadata) if card[0] not in OF_ONE_HDU[1:]])
        writePlanes(output, maskedImage, PropertyList(), options)
