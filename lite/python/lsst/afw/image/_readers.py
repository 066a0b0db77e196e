# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of images, masks, masked images and exposures in FITS files."""

__all__ = ["ExposureFitsReader", "ImageFitsReader", "MaskFitsReader", "MaskedImageFitsReader"]

import functools
import logging

import numpy as np

from lsst._lite.threads import run
from lsst.afw.fits._file import FitsFile
from lsst.afw.fits._images import openImage
from lsst.afw.fits._inputArchive import InputArchive
from lsst.afw.fits._metadata import DEFAULT_HDU, defaultHdu, readHduMetadata
from lsst.geom import Box2I, Extent2D, Extent2I, Point2I
from lsst.pex.exceptions import Exception as PexException
from lsst.pex.exceptions import LengthError
from lsst.pex.exceptions import TypeError as PexTypeError

from .._pixels._image import ImageD, ImageF, ImageI, ImageL, ImageU
from .._pixels._mask import MaskX
from .._pixels._maskedImage import MaskedImageD, MaskedImageF, MaskedImageI, MaskedImageL, MaskedImageU
from .._pixels._maskPlanes import NUM_PLANES_MAX, MaskPlanes
from .._pixels._origin import PARENT
from ._exposure import ExposureD, ExposureF, ExposureI, ExposureL, ExposureU
from ._exposureInfo import ExposureInfo
from ._filterLabel import FilterLabel
from ._photoCalib import makePhotoCalibFromMetadata
from ._visitInfo import VisitInfo
from ._visitInfoCards import stripVisitInfoKeywords

_LOG = logging.getLogger("lsst.afw.image.fits")

_BROKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, PexException)
"""What header values that make no sense may raise."""

_CODES = {np.dtype(code): i for i, code in enumerate(("u2", "i4", "f4", "f8", "u8"))}
"""Types of pixels that there are classes for."""

_IMAGES = (ImageU, ImageI, ImageF, ImageD, ImageL)
_MASKED_IMAGES = (MaskedImageU, MaskedImageI, MaskedImageF, MaskedImageD, MaskedImageL)
_EXPOSURES = (ExposureU, ExposureI, ExposureF, ExposureD, ExposureL)

_MAX_COORDINATE = 1 << 31

_PLANE_PREFIX = "MP_"

_FEW = 1 << 18
"""Bytes of an image that are read without threads."""


def _classFor(classes, dtype, error):
    """Choose the class for a type of pixels.

    Parameters
    ----------
    classes : `tuple` [`type`]
        Classes in the order of ``_CODES``.
    dtype : `numpy.dtype`
        Type of the pixels.
    error : `~collections.abc.Callable`
        Makes an error that names file and HDU.

    Raises
    ------
    lsst.pex.exceptions.TypeError
        Raised if there is no class for it.
    """
    if dtype not in _CODES:
        raise PexTypeError(f"{error('pixels')} dtype {str(dtype)!r} not supported.")
    return classes[_CODES[dtype]]


def _isSafe(stored, wanted):
    """Whether all values of a type of pixels can be had as another."""
    if wanted.kind == "f":
        return True
    if stored.kind == "f":
        return False
    low, high = np.iinfo(stored), np.iinfo(wanted)
    return high.min <= low.min and low.max <= high.max


class _Plane:
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

    def __init__(self, file, hdu, kind=""):
        self._file = file
        self.hdu = hdu
        self._kind = kind

    @functools.cached_property
    def _hdu(self):
        """The HDU, of which ``EXTTYPE`` is right."""
        hdu = self._file[self.hdu]
        found = hdu.header.getStr("EXTTYPE")
        if self._kind and found and found != self._kind:
            raise hdu.error(f"expected EXTTYPE = {self._kind!r}, found {found!r}")
        return hdu

    @functools.cached_property
    def image(self):
        """The image, however it is stored."""
        return openImage(self._hdu)

    def error(self, message):
        """Make an error that names file and HDU."""
        return self._hdu.error(message)

    def readDType(self):
        """Type of the pixels (`numpy.dtype`)."""
        return self.image.dtype

    @functools.cached_property
    def xy0(self):
        """Position of the first pixel in the parent (`Point2I`)."""
        header = self._hdu.header
        if (header.get("CRPIX1A"), header.get("CRPIX2A")) != (1, 1):
            return Point2I(0, 0)
        position = header.get("CRVAL1A", 0), header.get("CRVAL2A", 0)
        for value in position:
            if not isinstance(value, int | float) or not abs(value) < _MAX_COORDINATE:
                raise self.error(f"expected the position of a pixel in CRVAL1A, CRVAL2A, found {position}")
        return Point2I(*(round(value) for value in position))

    def readBBox(self, origin=PARENT):
        """Box of the pixels."""
        rows, columns = self.image.shape
        corner = self.xy0 if origin is PARENT else Point2I(0, 0)
        if max(rows, columns, corner[0] + columns, corner[1] + rows) >= _MAX_COORDINATE:
            raise self.error(f"expected an image with pixel numbers of 32 bits, found {rows} rows")
        return Box2I(corner, Extent2I(columns, rows))

    def find(self, bbox, origin):
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

    def prepare(self, bbox, origin, allowUnsafe=False, dtype=None):
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
        array = np.empty((len(rows), len(columns)), dtype)
        return array, xy0, self.image.tasks(rows, columns, array)

    def readArray(self, bbox=Box2I(), origin=PARENT, allowUnsafe=False, dtype=None):
        """Read pixels into an array."""
        _classFor(_IMAGES, self.readDType() if dtype is None else np.dtype(dtype), self.error)
        array, _, tasks = self.prepare(bbox, origin, allowUnsafe, dtype)
        run(tasks)
        return array

    @functools.cached_property
    def metadata(self):
        """What `readMetadata` gives, read once."""
        return self.readMetadata()

    def readMetadata(self):
        """Give the header (`lsst.daf.base.PropertyList`), without what says
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

    def planes(self):
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


def _makeMask(array, xy0, planes, conformMasks):
    """Make a mask of pixels of a file.

    Parameters
    ----------
    array : `numpy.ndarray`
        Pixels as they are in the file.
    xy0 : `Point2I`
        Position of the first of them.
    planes : `dict` [`str`, `int`]
        What the bits mean in the file.
    conformMasks : `bool`
        Whether the file's planes become those of the session, instead of
        the pixels being changed to mean the same in the session.
    """
    if conformMasks and planes and planes != MaskPlanes.getDefault().asDict():
        MaskPlanes.setDefault(MaskPlanes(planes))
    mask = MaskX(array, False, xy0)
    mask.conformMaskPlanes(planes)
    return mask


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

    def __init__(self, fileName, hdu=DEFAULT_HDU):
        file = FitsFile(fileName)
        self._plane = _Plane(file, defaultHdu(file, hdu))
        self._file = file

    def getFileName(self):
        """Return the name of the file."""
        return self._file.name

    fileName = property(getFileName, doc="Name of the file (`str`).")

    def getHdu(self):
        """Return the number of the HDU, from 0."""
        return self._plane.hdu

    hdu = property(getHdu, doc="Number of the HDU, from 0 (`int`).")

    def readBBox(self, origin=PARENT):
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

    def readXY0(self, bbox=Box2I(), origin=PARENT):
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

    def readDType(self):
        """Read the type of the pixels (`numpy.dtype`)."""
        return self._plane.readDType()

    def readMetadata(self):
        """Read the header.

        Returns
        -------
        metadata : `lsst.daf.base.PropertyList`
            Header, without what only says how the image is stored.
        """
        return self._plane.metadata

    def readArray(self, bbox=Box2I(), origin=PARENT, allowUnsafe=False, dtype=None):
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

    def read(self, bbox=Box2I(), origin=PARENT, allowUnsafe=False, dtype=None):
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
        return _readImage(self._plane, bbox, origin, allowUnsafe, dtype)


def _readImage(plane, bbox, origin, allowUnsafe, dtype):
    """Read an image, alone."""
    dtype = plane.readDType() if dtype is None else np.dtype(dtype)
    cls = _classFor(_IMAGES, dtype, plane.error)
    array, xy0, tasks = plane.prepare(bbox, origin, allowUnsafe, dtype)
    run(tasks)
    return cls(array, False, xy0)


def _readMask(plane, bbox, origin, conformMasks, allowUnsafe, dtype):
    """Read a mask, alone."""
    _checkMaskType(plane, dtype)
    array, xy0, tasks = plane.prepare(bbox, origin, allowUnsafe, np.int32)
    run(tasks)
    return _makeMask(array, xy0, plane.planes(), conformMasks)


def _checkMaskType(plane, dtype):
    """Refuse another type of mask pixels than there is."""
    if dtype is not None and np.dtype(dtype) != np.int32:
        raise PexTypeError(f"{plane.error('mask')} dtype {str(np.dtype(dtype))!r} not supported.")


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

    def read(self, bbox=Box2I(), origin=PARENT, conformMasks=False, allowUnsafe=False, dtype=None):
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
        return _readMask(self._plane, bbox, origin, conformMasks, allowUnsafe, dtype)


class _MaskedImagePlanes:
    """The three planes of a masked image in a file.

    Parameters
    ----------
    file : `lsst.afw.fits._file.FitsFile`
        The file.
    hdu : `int`
        Number of the HDU with the image; mask and variance are in the two
        after it.
    """

    def __init__(self, file, hdu):
        self._file = file
        self.image = _Plane(file, hdu, "IMAGE")
        self.mask = _Plane(file, hdu + 1, "MASK")
        self.variance = _Plane(file, hdu + 2, "VARIANCE")

    def read(self, bbox, origin, conformMasks, needAllHdus, allowUnsafe, dtype):
        """Read all planes, their tiles shared out over the same threads.

        Returns
        -------
        maskedImage : `MaskedImage`
        """
        dtype = self.image.readDType() if dtype is None else np.dtype(dtype)
        cls = _classFor(_MASKED_IMAGES, dtype, self.image.error)
        imageArray, xy0, tasks = self.image.prepare(bbox, origin, allowUnsafe, dtype)
        imageBox = self.image.readBBox()
        maskArray, varianceArray, planes = None, None, {}
        if self._has(self.mask, needAllHdus):
            maskArray = self._prepare(self.mask, imageBox, bbox, origin, allowUnsafe, np.int32, tasks)
            planes = self.mask.planes()
        if self._has(self.variance, needAllHdus):
            varianceArray = self._prepare(
                self.variance, imageBox, bbox, origin, allowUnsafe, np.float32, tasks
            )
        # Threads for a few pixels cost more than they gain.
        run(tasks, 1 if imageArray.nbytes < _FEW else None)
        image = cls._imageType(imageArray, False, xy0)
        mask = None if maskArray is None else _makeMask(maskArray, xy0, planes, conformMasks)
        variance = None if varianceArray is None else ImageF(varianceArray, False, xy0)
        return cls(image, mask, variance)

    @staticmethod
    def _prepare(plane, imageBox, bbox, origin, allowUnsafe, dtype, tasks):
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

    def _has(self, plane, needed):
        """Whether there is a plane.

        An image alone is a masked image whose other planes are zero, unless
        all planes are needed. A file of afw that lacks one is broken.
        """
        if self._file.has(plane.hdu):
            return True
        primary = self._file[0].header
        if needed or "AR_HDU" in primary or "EXPINFO_V" in primary or "EXTTYPE" in self.image._hdu.header:
            self._file[plane.hdu]
        _LOG.warning("%s has no HDU %d for the %s; zero is assumed.", self._file.name, plane.hdu, plane._kind)
        return False


class MaskedImageFitsReader:
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

    def __init__(self, fileName, hdu=DEFAULT_HDU):
        self._file = FitsFile(fileName)
        self._planes = _MaskedImagePlanes(self._file, defaultHdu(self._file, hdu))

    def read(
        self,
        bbox=Box2I(),
        origin=PARENT,
        conformMasks=False,
        needAllHdus=False,
        allowUnsafe=False,
        dtype=None,
    ):
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
        return self._planes.read(bbox, origin, conformMasks, needAllHdus, allowUnsafe, dtype)

    def readPrimaryMetadata(self):
        """Read the primary header (`lsst.daf.base.PropertyList`)."""
        return readHduMetadata(self._file, 0, strip=True)

    def readImageMetadata(self):
        """Read the header of the image (`lsst.daf.base.PropertyList`)."""
        return self._planes.image.metadata

    def readMaskMetadata(self):
        """Read the header of the mask (`lsst.daf.base.PropertyList`)."""
        return self._planes.mask.metadata

    def readVarianceMetadata(self):
        """Read the header of the variance (`lsst.daf.base.PropertyList`)."""
        return self._planes.variance.metadata


def _addPlaneMethods(cls):
    """Add what masked images and exposures have for each of their planes.

    Parameters
    ----------
    cls : `type`
        Reader with ``_file`` and ``_planes``.
    """

    def getFileName(self):
        """Return the name of the file."""
        return self._file.name

    def readBBox(self, origin=PARENT):
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

    def readXY0(self, bbox=Box2I(), origin=PARENT):
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

    def readImage(self, bbox=Box2I(), origin=PARENT, allowUnsafe=False, dtype=None):
        """Read the image: see `ImageFitsReader.read`."""
        return _readImage(self._planes.image, bbox, origin, allowUnsafe, dtype)

    def readMask(self, bbox=Box2I(), origin=PARENT, conformMasks=False, allowUnsafe=False, dtype=None):
        """Read the mask: see `MaskFitsReader.read`."""
        return _readMask(self._planes.mask, bbox, origin, conformMasks, allowUnsafe, dtype)

    def readVariance(self, bbox=Box2I(), origin=PARENT, allowUnsafe=False, dtype=None):
        """Read the variance: see `ImageFitsReader.read`."""
        return _readImage(self._planes.variance, bbox, origin, allowUnsafe, dtype)

    methods = [getFileName, readBBox, readXY0, readImage, readMask, readVariance]
    for plane in ("image", "mask", "variance"):
        methods += _makePlaneMethods(plane)
    for method in methods:
        method.__qualname__ = f"{cls.__name__}.{method.__name__}"
        setattr(cls, method.__name__, method)
    cls.fileName = property(getFileName, doc="Name of the file (`str`).")
    return cls


def _makePlaneMethods(plane):
    """Make the methods that read an array and its type.

    Parameters
    ----------
    plane : `str`
        "image", "mask" or "variance".
    """

    def readArray(self, bbox=Box2I(), origin=PARENT, allowUnsafe=False, dtype=None):
        return getattr(self._planes, plane).readArray(bbox, origin, allowUnsafe, dtype)

    def readDType(self):
        return getattr(self._planes, plane).readDType()

    readArray.__name__ = f"read{plane.capitalize()}Array"
    readArray.__doc__ = f"Read the {plane} into an array: see `ImageFitsReader.readArray`."
    readDType.__name__ = f"read{plane.capitalize()}DType"
    readDType.__doc__ = f"Read the type of the pixels of the {plane} (`numpy.dtype`)."
    return [readArray, readDType]


_addPlaneMethods(MaskedImageFitsReader)

_FORMAT_VERSION = 2
"""Newest version of the layout of exposures that is understood."""

_OLD_COMPONENT_CARDS = {
    "SKYWCS": ("SKYWCS_ID", "WCS_ID"),
    "PHOTOCALIB": ("PHOTOCALIB_ID",),
    "PSF": ("PSF_ID",),
    "DETECTOR": ("DETECTOR_ID",),
    "VALID_POLYGON": ("VALID_POLYGON_ID",),
    "COADD_INPUTS": ("COADD_INPUTS_ID",),
    "AP_CORR_MAP": ("AP_CORR_MAP_ID",),
    "TRANSMISSION_CURVE": ("TRANSMISSION_CURVE_ID",),
}
"""Cards with the archive ids of components, before there were
``ARCHIVE_ID_`` cards for all.
"""

_ARCHIVE_ID = "ARCHIVE_ID_"

_UNUSED_CARDS = ("LTV1", "LTV2", "MJD-OBS", "DATE-OBS", "DETNAME", "DETSER", "AR_HDU")
"""Cards that only say again what components say."""

_NO_FILTER = ("", "_unknown_")


class _ExposureHeader:
    """What the headers of an exposure say.

    Parameters
    ----------
    planes : `_MaskedImagePlanes`
        Its planes.
    version : `int`
        Version of the layout.
    """

    def __init__(self, planes, version):
        # Not a copy, which would have its names in another order.
        metadata = planes.image.readMetadata()
        self.wcs = self._readWcs(metadata, planes.image)
        self.exposureId = metadata.getScalar("EXPID") if metadata.exists("EXPID") else None
        try:
            self.visitInfo = VisitInfo(metadata)
            stripVisitInfoKeywords(metadata)
            self.photoCalib = makePhotoCalibFromMetadata(metadata, True) if version == 0 else None
            self.filter = self._readFilter(metadata) if version < 2 else None
            if self.exposureId is not None:
                self.exposureId = int(self.exposureId)
        except _BROKEN as err:
            raise planes.image.error(f"cannot understand its cards: {err}") from err
        for name in (*_UNUSED_CARDS, *_archiveCards(metadata)):
            metadata.remove(name)
        self.metadata = metadata

    @staticmethod
    def _readWcs(metadata, plane):
        """Read the WCS and strip its cards."""
        from lsst.afw.geom import makeSkyWcs

        try:
            wcs = makeSkyWcs(metadata, strip=True)
            return wcs.copyAtShiftedPixelOrigin(Extent2D(plane.xy0)) if plane.xy0 != Point2I(0, 0) else wcs
        except PexTypeError:
            return None
        except _BROKEN as err:
            raise plane.error(f"cannot understand the cards of its WCS: {err}") from err

    @staticmethod
    def _readFilter(metadata):
        """Read the name of the physical filter of an old file."""
        name = metadata.getScalar("FILTER") if metadata.exists("FILTER") else ""
        return None if name in _NO_FILTER else FilterLabel(physical=str(name))


def _archiveCards(metadata):
    """List the cards of a header that hold archive ids."""
    names = metadata.names()
    generic = [name for name in names if name.startswith(_ARCHIVE_ID)]
    twins = {f"{name.removeprefix(_ARCHIVE_ID)}_ID" for name in generic}
    # WCS_ID is older than all, and not taken away.
    twins |= {cards[0] for cards in _OLD_COMPONENT_CARDS.values()}
    return generic + [name for name in names if name in twins]


@_addPlaneMethods
class ExposureFitsReader:
    """Reader of an exposure in a FITS file, whole or in parts.

    Parameters
    ----------
    fileName : `str`
        Name of the file.

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be opened.
    """

    __module__ = "lsst.afw.image"

    def __init__(self, fileName):
        self._file = FitsFile(fileName)
        self._planes = _MaskedImagePlanes(self._file, defaultHdu(self._file))

    @functools.cached_property
    def _header(self):
        """What the headers say (`_ExposureHeader`)."""
        return _ExposureHeader(self._planes, self.readSerializationVersion())

    @functools.cached_property
    def _archive(self):
        """The archive (`InputArchive`), or `None` if there is none."""
        number = self._file[0].header.get("AR_HDU")
        if number is None:
            return None
        if not isinstance(number, int) or not 1 < number < _MAX_COORDINATE:
            raise self._file[0].error(f"expected the number of an HDU in AR_HDU, found {number!r}")
        return InputArchive(self._file, number - 1)

    @functools.cached_property
    def _componentIds(self):
        """Archive ids of all components, by name (`dict` [`str`, `int`])."""
        header, ids = self._file[0].header, {}
        for card in header.cards:
            if card.key.startswith(_ARCHIVE_ID):
                ids[card.key.removeprefix(_ARCHIVE_ID)] = card.value
        for name, cards in _OLD_COMPONENT_CARDS.items():
            for card in cards:
                if name not in ids and card in header:
                    ids[name] = header.get(card)
        return ids

    def _readComponent(self, name, cls=None):
        """Read a component from the archive.

        Parameters
        ----------
        name : `str`
            Name of the component.
        cls : `type`, optional
            What it must be.

        Returns
        -------
        component : ``cls`` or `None`
            `None` if there is none.
        """
        id = self._componentIds.get(name)
        if id is None or self._archive is None:
            return None
        if not isinstance(id, int):
            raise self._file[0].error(f"expected an archive id of {name}, found {id!r}")
        component = self._archive.get(id)
        if cls is not None and component is not None and not isinstance(component, cls):
            raise self._file[0].error(f"expected a {cls.__name__} for {name}, found {component!r}")
        return component

    def readSerializationVersion(self):
        """Read the version of the layout of the file.

        Returns
        -------
        version : `int`
            0 for files that do not have it.

        Raises
        ------
        lsst.afw.fits.FitsError
            Raised if it is newer than what lite understands.
        """
        version = self._file[0].header.get("EXPINFO_V", 0)
        if not isinstance(version, int) or not 0 <= version <= _FORMAT_VERSION:
            raise self._file[0].error(f"expected EXPINFO_V up to {_FORMAT_VERSION}, found {version!r}")
        return int(version)

    def readExposureId(self):
        """Read the identifier of the exposure (`int` or `None`)."""
        return self._header.exposureId

    def readMetadata(self):
        """Read the metadata.

        Returns
        -------
        metadata : `lsst.daf.base.PropertyList`
            Header, without what has become components.
        """
        return self._header.metadata

    def readWcs(self):
        """Read the WCS (`lsst.afw.geom.SkyWcs` or `None`).

        It is the exact one, from the archive, if there is one there, and the
        one of the FITS header otherwise.
        """
        from lsst.afw.geom import SkyWcs

        wcs = self._readComponent(ExposureInfo.KEY_WCS, SkyWcs)
        return self._header.wcs if wcs is None else wcs

    def readFilter(self):
        """Read the filter label (`FilterLabel` or `None`)."""
        if self.readSerializationVersion() < 2:
            return self._header.filter
        return self._readComponent(ExposureInfo.KEY_FILTER, FilterLabel)

    def readPhotoCalib(self):
        """Read the photometric calibration (`PhotoCalib` or `None`)."""
        from ._photoCalib import PhotoCalib

        if self.readSerializationVersion() == 0:
            return self._header.photoCalib
        return self._readComponent(ExposureInfo.KEY_PHOTO_CALIB, PhotoCalib)

    def readPsf(self):
        """Read the point spread function (`lsst.afw.detection.Psf` or
        `None`); one that lite does not have is opaque.
        """
        from lsst.afw.detection import Psf

        return self._readComponent(ExposureInfo.KEY_PSF, Psf)

    def readValidPolygon(self):
        """Read the valid area (`lsst.afw.geom.Polygon` or `None`)."""
        from lsst.afw.geom import Polygon

        return self._readComponent(ExposureInfo.KEY_VALID_POLYGON, Polygon)

    def readApCorrMap(self):
        """Read the aperture corrections (opaque, or `None`)."""
        return self._readComponent(ExposureInfo.KEY_AP_CORR_MAP)

    def readCoaddInputs(self):
        """Read the inputs of a coadd (`CoaddInputs` or `None`)."""
        return self._readComponent(ExposureInfo.KEY_COADD_INPUTS)

    def readDetector(self):
        """Read the detector (opaque, or `None`)."""
        return self._readComponent(ExposureInfo.KEY_DETECTOR)

    def readTransmissionCurve(self):
        """Read the transmission curve (opaque, or `None`)."""
        return self._readComponent(ExposureInfo.KEY_TRANSMISSION_CURVE)

    def readVisitInfo(self):
        """Read the facts about the visit (`VisitInfo`)."""
        return self._header.visitInfo

    def readComponent(self, name, /):
        """Read a component of any kind.

        Parameters
        ----------
        name : `str`
            Its name, such as "PSF".

        Returns
        -------
        component : `object` or `None`
            `None` if there is no such component.
        """
        return self._readComponent(name)

    def readExposureInfo(self):
        """Read all components (`ExposureInfo`)."""
        info = ExposureInfo()
        readers = {
            ExposureInfo.KEY_WCS: self.readWcs,
            ExposureInfo.KEY_FILTER: self.readFilter,
            ExposureInfo.KEY_PHOTO_CALIB: self.readPhotoCalib,
            ExposureInfo.KEY_PSF: self.readPsf,
            ExposureInfo.KEY_VALID_POLYGON: self.readValidPolygon,
        }
        for name in sorted(self._componentIds.keys() | readers.keys()):
            component = readers[name]() if name in readers else self._readComponent(name)
            if component is not None:
                info.setComponent(name, component)
        info.setVisitInfo(self.readVisitInfo())
        info.setId(self.readExposureId())
        info.setMetadata(self.readMetadata())
        return info

    def readMaskedImage(self, bbox=Box2I(), origin=PARENT, conformMasks=False, allowUnsafe=False, dtype=None):
        """Read the pixels.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`, optional
            Box to read; by default all.
        origin : `ImageOrigin`, optional
            Coordinate system of ``bbox``.
        conformMasks : `bool`, optional
            Whether the mask planes of the file become those of the session.
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
        return self._planes.read(bbox, origin, conformMasks, False, allowUnsafe, dtype)

    def read(self, bbox=Box2I(), origin=PARENT, conformMasks=False, allowUnsafe=False, dtype=None):
        """Read the exposure.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`, optional
            Box to read; by default all.
        origin : `ImageOrigin`, optional
            Coordinate system of ``bbox``.
        conformMasks : `bool`, optional
            Whether the mask planes of the file become those of the session.
        allowUnsafe : `bool`, optional
            Whether to permit conversions that may overflow, which otherwise
            are an `lsst.pex.exceptions.Exception`.
        dtype : `numpy.dtype`, optional
            Type of the image; by default that of the file.

        Returns
        -------
        exposure : `Exposure`
            The pixels of the box, and all components.

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if the box is not inside the image.
        lsst.pex.exceptions.TypeError
            Raised if there are no exposures of that type.
        lsst.afw.fits.FitsError
            Raised if the file cannot be read.
        """
        dtype = self.readImageDType() if dtype is None else np.dtype(dtype)
        cls = _classFor(_EXPOSURES, dtype, self._planes.image.error)
        maskedImage = self.readMaskedImage(bbox, origin, conformMasks, allowUnsafe, dtype)
        return cls(maskedImage, self.readExposureInfo())
