# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three planes of masked images in FITS files, as arrays."""

__all__ = ["PlaneTriple", "StoredPlanes", "openPlanes"]

import dataclasses
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from lsst._lite.threads import run
from lsst.afw.fits._file import FitsFile
from lsst.afw.fits._metadata import DEFAULT_HDU, defaultHdu, readHduMetadata
from lsst.daf.base import PropertyList
from lsst.geom import Box2I, Point2I

from ._origin import ImageOrigin
from ._plane import Plane

_LOG = logging.getLogger("lsst.afw.image.fits")

_FEW = 1 << 18
"""Bytes of an image that are read without threads."""


@dataclasses.dataclass(frozen=True)
class StoredPlanes:
    """Pixels of a masked image, as they are in a file."""

    xy0: Point2I
    """Position of the first pixel in the parent."""

    image: np.ndarray
    """Pixels of the image."""

    mask: np.ndarray | None
    """Pixels of the mask, if there is one."""

    variance: np.ndarray | None
    """Pixels of the variance, if there is one."""

    maskPlanes: dict[str, int]
    """What the bits of the mask mean in the file."""


class PlaneTriple:
    """The three planes of a masked image in a file.

    Parameters
    ----------
    file : `lsst.afw.fits._file.FitsFile`
        The file.
    hdu : `int`
        Number of the HDU with the image; mask and variance are in the two
        after it.
    """

    def __init__(self, file: FitsFile, hdu: int) -> None:
        self.file = file
        self.image = Plane(file, hdu, "IMAGE")
        self.mask = Plane(file, hdu + 1, "MASK")
        self.variance = Plane(file, hdu + 2, "VARIANCE")

    def readPrimaryMetadata(self) -> PropertyList:
        """Read the primary header (`lsst.daf.base.PropertyList`)."""
        return readHduMetadata(self.file, 0, strip=True)

    def read(
        self,
        bbox: Box2I,
        origin: ImageOrigin,
        needAllHdus: bool,
        allowUnsafe: bool,
        dtype: npt.DTypeLike | None,
    ) -> StoredPlanes:
        """Read all planes, their tiles shared out over the same threads.

        Returns
        -------
        stored : `StoredPlanes`
        """
        image, xy0, tasks = self.image.prepare(bbox, origin, allowUnsafe, dtype)
        imageBox = self.image.readBBox()
        mask, variance, maskPlanes = None, None, {}
        if self._has(self.mask, needAllHdus):
            mask = self._prepare(self.mask, imageBox, bbox, origin, allowUnsafe, np.int32, tasks)
            maskPlanes = self.mask.planes()
        if self._has(self.variance, needAllHdus):
            variance = self._prepare(self.variance, imageBox, bbox, origin, allowUnsafe, np.float32, tasks)
        # Threads for a few pixels cost more than they gain.
        run(tasks, 1 if image.nbytes < _FEW else None)
        return StoredPlanes(xy0, image, mask, variance, maskPlanes)

    @staticmethod
    def _prepare(
        plane: Plane,
        imageBox: Any,
        bbox: Box2I,
        origin: ImageOrigin,
        allowUnsafe: bool,
        dtype: npt.DTypeLike | None,
        tasks: list[Callable[[], None]],
    ) -> npt.NDArray[Any]:
        """Prepare to read a plane besides the image.

        Returns
        -------
        array : `numpy.ndarray`
            Where the pixels will go; what reads them is appended to
            ``tasks``.
        """
        found = plane.readBBox()
        if found.getDimensions() != imageBox.getDimensions():
            raise plane.error(f"expected the dimensions of the image, {imageBox}, found {found}")
        if bbox.isEmpty() or found == imageBox:
            array, _, more = plane.prepare(bbox, origin, allowUnsafe, dtype)
        else:
            raise plane.error(f"expected the box of the image, {imageBox}, found {found}")
        tasks += more
        return array

    def _has(self, plane: Plane, needed: bool) -> bool:
        """Whether there is a plane.

        An image alone is a masked image whose other planes are zero, unless
        all planes are needed. A file of afw that lacks one is broken.
        """
        if self.file.has(plane.hdu):
            return True
        primary = self.file[0].header
        if needed or "AR_HDU" in primary or "EXPINFO_V" in primary or "EXTTYPE" in self.image._hdu.header:
            self.file[plane.hdu]
        _LOG.warning("%s has no HDU %d for the %s; zero is assumed.", self.file.name, plane.hdu, plane._kind)
        return False


def openPlanes(fileName: Any, hdu: int = DEFAULT_HDU) -> PlaneTriple:
    """Open the planes of a masked image in a file.

    Parameters
    ----------
    fileName : `str` or `lsst.afw.fits._rangeFile.RangeFile`
        Name of the file, or what gives parts of it.
    hdu : `int`, optional
        Number of the HDU with the image, from 0; by default the first that
        is not empty.

    Returns
    -------
    planes : `PlaneTriple`

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be opened.
    """
    file = FitsFile(fileName)
    return PlaneTriple(file, defaultHdu(file, hdu))
