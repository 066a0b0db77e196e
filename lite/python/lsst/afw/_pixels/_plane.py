# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planes of pixels in FITS files, as arrays."""

__all__ = ["PIXEL_TYPES", "Plane", "openPlane"]

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from lsst._lite.threads import run
from lsst.afw.fits import FitsError
from lsst.afw.fits._file import FitsFile, Hdu
from lsst.afw.fits._images import openImage
from lsst.afw.fits._metadata import DEFAULT_HDU, defaultHdu, readHduMetadata
from lsst.afw.fits._plainImage import PlainImage
from lsst.afw.fits._tiles import TileTable
from lsst.daf.base import PropertyList
from lsst.geom import Box2I, Extent2I, Point2I
from lsst.pex.exceptions import Exception as PexException, LengthError, TypeError as PexTypeError

from ._maskPlanes import NUM_PLANES_MAX
from ._origin import PARENT, ImageOrigin

PIXEL_TYPES = tuple(np.dtype(code) for code in ("u2", "i4", "f4", "f8", "u8"))
"""Types of pixels that there are classes of images for."""

_MAX_COORDINATE = 1 << 31

_PLANE_PREFIX = "MP_"


def _isSafe(stored: np.dtype[Any], wanted: np.dtype[Any]) -> bool:
    """Whether all values of a type of pixels can be had as another."""
    if wanted.kind == "f":
        return True
    if stored.kind == "f":
        return False
    low, high = np.iinfo(stored), np.iinfo(wanted)
    return high.min <= low.min and low.max <= high.max


class Plane:
    """One plane of pixels of a file.

    Parameters
    ----------
    file : `lsst.afw.fits._file.FitsFile`
        The file.
    hdu : `int`
        Number of the HDU.
    kind : `str`, optional
        What ``EXTTYPE`` must be, if it is there.
    """

    def __init__(self, file: FitsFile, hdu: int, kind: str = "") -> None:
        self._file = file
        self.hdu = hdu
        self._kind = kind

    @property
    def fileName(self) -> str:
        """Name of the file (`str`)."""
        return self._file.name

    @functools.cached_property
    def _hdu(self) -> Hdu:
        """The HDU, of which ``EXTTYPE`` is right."""
        hdu = self._file[self.hdu]
        found = hdu.header.getStr("EXTTYPE")
        if self._kind and found and found != self._kind:
            raise hdu.error(f"expected EXTTYPE = {self._kind!r}, found {found!r}")
        return hdu

    @functools.cached_property
    def image(self) -> PlainImage | TileTable:
        """The image, however it is stored."""
        return openImage(self._hdu)

    def error(self, message: str) -> FitsError:
        """Make an error that names file and HDU."""
        return self._hdu.error(message)

    def readDType(self) -> np.dtype[Any]:
        """Type of the pixels (`numpy.dtype`)."""
        return self.image.dtype

    @functools.cached_property
    def xy0(self) -> Point2I:
        """Position of the first pixel in the parent (`Point2I`)."""
        header = self._hdu.header
        if (header.get("CRPIX1A"), header.get("CRPIX2A")) != (1, 1):
            return Point2I(0, 0)
        position = header.get("CRVAL1A", 0), header.get("CRVAL2A", 0)
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

    def find(self, bbox: Box2I, origin: ImageOrigin) -> tuple[range, range, Point2I]:
        """Find a box of pixels, all of them if it is empty.

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
        full = self.readBBox(origin)
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

    def prepare(
        self, bbox: Box2I, origin: ImageOrigin, allowUnsafe: bool = False, dtype: Any = None
    ) -> tuple[npt.NDArray[Any], Point2I, list[Callable[[], None]]]:
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
        stored = self.readDType()
        dtype = stored if dtype is None else np.dtype(dtype)
        rows, columns, xy0 = self.find(bbox, origin)
        if not allowUnsafe and not _isSafe(stored, dtype):
            # The stack's class for this has no name in Python.
            raise PexException(
                f"cfitsio error ({self._file.name}) : Incompatible type for FITS image: on disk is {stored} "
                f"(HDU {self.hdu}), in-memory is {dtype}; allowUnsafe=True permits what may overflow."
            )
        self.image.checkSize()
        try:
            array = np.empty((len(rows), len(columns)), dtype)
        except MemoryError as err:
            raise self.error(f"cannot have memory for {len(rows)} rows of {len(columns)} pixels") from err
        return array, xy0, self.image.tasks(rows, columns, array)

    def checkType(self, dtype: Any) -> None:
        """Refuse a type of pixels that there is no class of images for.

        Raises
        ------
        lsst.pex.exceptions.TypeError
            Raised for such a type.
        """
        if dtype not in PIXEL_TYPES:
            raise PexTypeError(f"{self.error('pixels')} dtype {str(dtype)!r} not supported.")

    def readPixels(
        self, bbox: Box2I, origin: ImageOrigin, allowUnsafe: bool, dtype: Any
    ) -> tuple[npt.NDArray[Any], Point2I]:
        """Read pixels into an array, with the position of the first."""
        array, xy0, tasks = self.prepare(bbox, origin, allowUnsafe, dtype)
        run(tasks)
        return array, xy0

    def readArray(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        allowUnsafe: bool = False,
        dtype: Any = None,
    ) -> npt.NDArray[Any]:
        """Read pixels into an array."""
        self.checkType(self.readDType() if dtype is None else np.dtype(dtype))
        return self.readPixels(bbox, origin, allowUnsafe, dtype)[0]

    @functools.cached_property
    def metadata(self) -> PropertyList:
        """What `readMetadata` gives, read once."""
        return self.readMetadata()

    def readMetadata(self) -> PropertyList:
        """Return the header (`lsst.daf.base.PropertyList`), without what says
        how the image is stored and where its first pixel is.
        """
        metadata = readHduMetadata(self._file, self._hdu.index, strip=True)
        if (self._hdu.header.get("CRPIX1A"), self._hdu.header.get("CRPIX2A")) == (1, 1):
            for name in ("CTYPE", "CRPIX", "CRVAL", "CUNIT"):
                metadata.remove(f"{name}1A")
                metadata.remove(f"{name}2A")
        if self._kind:
            metadata.remove("EXTTYPE")
        return metadata

    def planes(self) -> dict[str, int]:
        """Bits of the mask planes in the file (`dict`)."""
        planes, bits = {}, set(range(NUM_PLANES_MAX))
        for card in self._hdu.header.cards:
            if not card.key.startswith(_PLANE_PREFIX):
                continue
            if not isinstance(card.value, int) or card.value not in bits:
                raise self.error(f"expected a bit of its own for {card.key}, found {card.value!r}")
            bits.remove(card.value)
            planes[card.key.removeprefix(_PLANE_PREFIX)] = card.value
        return planes


def openPlane(fileName: str, hdu: int = DEFAULT_HDU) -> Plane:
    """Open the plane of an image that is alone in a file.

    Parameters
    ----------
    fileName : `str`
        Name of the file.
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
