# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exposures in FITS files: reading them, whole and in parts, and writing."""

__all__ = ["ExposureFitsReader"]

import functools
from collections.abc import Callable
from typing import Any, ClassVar

import numpy.typing as npt

from lsst.afw.fits import CompressionOptions
from lsst.afw.fits._inputArchive import InputArchive
from lsst.afw.fits._metadata import toCards
from lsst.afw.fits._opaque import OpaqueComponent
from lsst.afw.fits._output import openOutput
from lsst.afw.fits._outputArchive import OutputArchive, readCarried
from lsst.afw.geom import Polygon, SkyWcs, makeSkyWcs
from lsst.daf.base import PropertyList
from lsst.geom import Box2I, Extent2D, Point2I
from lsst.pex.exceptions import Exception as PexException, TypeError as PexTypeError

from .._pixels._fitsReaders import PlanesReader
from .._pixels._origin import PARENT, ImageOrigin
from .._pixels._storedPlanes import OF_ONE_HDU, Plane, toPropertyList, writePlanes
from ._coaddInputs import CoaddInputs
from ._exposureInfo import ExposureInfo, findClass
from ._filterLabel import FilterLabel
from ._oldFilters import labelOfOldName
from ._photoCalib import PhotoCalib, makePhotoCalibFromMetadata
from ._visitInfo import VisitInfo
from ._visitInfoCards import stripVisitInfoKeywords
from ._visitInfoWriter import setVisitInfoMetadata

_FORMAT_VERSION = 2
"""Newest version of the layout of exposures: read and written."""

_MAX_HDU = 1 << 31

_BAD_CARDS = (ArithmeticError, TypeError, ValueError, PexException)
"""What is raised for values of cards that make no sense."""

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

_ARCHIVE_HDU = 5
"""HDU with the index of the archive of an exposure, from 1."""

_COMPONENT_ORDER = (
    ExposureInfo.KEY_VALID_POLYGON,
    ExposureInfo.KEY_TRANSMISSION_CURVE,
    ExposureInfo.KEY_FILTER,
    ExposureInfo.KEY_AP_CORR_MAP,
    ExposureInfo.KEY_PHOTO_CALIB,
    ExposureInfo.KEY_PSF,
    ExposureInfo.KEY_COADD_INPUTS,
    ExposureInfo.KEY_DETECTOR,
    ExposureInfo.KEY_SUMMARY_STATS,
)
"""Order in which the stack has been seen to write components, before others
and the WCS.
"""


# ---- reading


class _Header:
    """What the headers of an exposure say.

    Parameters
    ----------
    plane : `Plane`
        Its image.
    version : `int`
        Version of the layout.
    """

    def __init__(self, plane: Plane, version: int) -> None:
        metadata = plane.readMetadata()
        self.wcs = _readWcs(metadata, plane)
        self.exposureId = metadata.getScalar("EXPID") if metadata.exists("EXPID") else None
        try:
            self.visitInfo = VisitInfo(metadata)
            stripVisitInfoKeywords(metadata)
            self.photoCalib = makePhotoCalibFromMetadata(metadata, True) if version == 0 else None
            self.filter = _readFilter(metadata) if version < 2 else None
            if self.exposureId is not None:
                self.exposureId = int(self.exposureId)
        except _BAD_CARDS as err:
            raise plane.error(f"cannot understand its cards: {err}") from err
        for name in (*_UNUSED_CARDS, *_archiveCards(metadata)):
            metadata.remove(name)
        self.metadata = metadata


def _readWcs(metadata: PropertyList, plane: Plane) -> SkyWcs | None:
    """Read the WCS and strip its cards."""
    try:
        wcs = makeSkyWcs(metadata, strip=True)
        return wcs.copyAtShiftedPixelOrigin(Extent2D(plane.xy0)) if plane.xy0 != Point2I(0, 0) else wcs
    except PexTypeError:
        return None
    except _BAD_CARDS as err:
        raise plane.error(f"cannot understand the cards of its WCS: {err}") from err


def _readFilter(metadata: PropertyList) -> FilterLabel | None:
    """Read the name of the filter of an old file."""
    return labelOfOldName(str(metadata.getScalar("FILTER"))) if metadata.exists("FILTER") else None


def _archiveCards(metadata: PropertyList) -> list[str]:
    """List the cards of a header that hold archive ids."""
    names = metadata.names()
    generic = [name for name in names if name.startswith(_ARCHIVE_ID)]
    twins = {f"{name.removeprefix(_ARCHIVE_ID)}_ID" for name in generic}
    # WCS_ID is older than all, and not taken away.
    twins |= {cards[0] for cards in _OLD_COMPONENT_CARDS.values()}
    return generic + [name for name in names if name in twins]


class ExposureFitsReader(PlanesReader):
    """Reader of an exposure in a FITS file, whole or in parts.

    Parameters
    ----------
    fileName : `str`
        Name of the file.

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be opened, or was written by lsst.images.
    """

    __module__ = "lsst.afw.image"

    _exposureTypes: ClassVar[dict[Any, Callable[..., Any]]] = {}
    """Classes of exposures, which are made of what this module reads, by the
    type of their pixels.
    """

    def __init__(self, fileName: Any) -> None:
        super().__init__(fileName)
        self._file = self._planes.file

    @functools.cached_property
    def _header(self) -> _Header:
        """What the headers say (`_Header`)."""
        return _Header(self._plane, self.readSerializationVersion())

    @functools.cached_property
    def _archive(self) -> InputArchive | None:
        """The archive (`InputArchive`), or `None` if there is none."""
        number = self._file[0].header.get("AR_HDU")
        if number is None:
            return None
        if not isinstance(number, int) or not 1 < number < _MAX_HDU:
            raise self._file[0].error(f"expected the number of an HDU in AR_HDU, found {number!r}")
        return InputArchive(self._file, number - 1)

    @functools.cached_property
    def _componentIds(self) -> dict[str, int]:
        """Archive ids of all components, by name (`dict` [`str`, `int`])."""
        header = self._file[0].header
        ids: dict[str, Any] = {}
        for card in header.cards:
            if card.key.startswith(_ARCHIVE_ID):
                ids[card.key.removeprefix(_ARCHIVE_ID)] = card.value
        for name, keys in _OLD_COMPONENT_CARDS.items():
            for key in keys:
                if name not in ids and key in header:
                    ids[name] = header.get(key)
        return ids

    def readComponent(self, name: str, /) -> Any:
        """Read a component of any kind from the archive.

        Parameters
        ----------
        name : `str`
            Its name, such as "PSF".

        Returns
        -------
        component : `object` or `None`
            `None` if there is none.

        Raises
        ------
        lsst.afw.fits.FitsError
            Raised if it is not of the class of such components.
        """
        id = self._componentIds.get(name)
        if id is None or self._archive is None:
            return None
        if not isinstance(id, int):
            raise self._file[0].error(f"expected an archive id of {name}, found {id!r}")
        component, cls = self._archive.get(id), findClass(name)
        if component is not None and not isinstance(component, cls):
            found = getattr(component, "_className", type(component).__name__)
            raise self._file[0].error(f"expected a {cls.__name__} for {name}, found a {found}")
        return component

    def readSerializationVersion(self) -> int:
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

    def readExposureId(self) -> int | None:
        """Read the identifier of the exposure (`int` or `None`)."""
        return self._header.exposureId

    def readMetadata(self) -> PropertyList:
        """Read the metadata.

        Returns
        -------
        metadata : `lsst.daf.base.PropertyList`
            Header, without what has become components.
        """
        return self._header.metadata

    def readWcs(self) -> SkyWcs | Any:
        """Read the WCS (`lsst.afw.geom.SkyWcs` or `None`).

        It is the exact one, from the archive, if there is one there, and the
        one of the FITS header otherwise.
        """
        wcs = self.readComponent(ExposureInfo.KEY_WCS)
        return self._header.wcs if wcs is None else wcs

    def readFilter(self) -> FilterLabel | Any:
        """Read the filter label (`FilterLabel` or `None`)."""
        if self.readSerializationVersion() < 2:
            return self._header.filter
        return self.readComponent(ExposureInfo.KEY_FILTER)

    def readPhotoCalib(self) -> PhotoCalib | Any:
        """Read the photometric calibration (`PhotoCalib` or `None`)."""
        if self.readSerializationVersion() == 0:
            return self._header.photoCalib
        return self.readComponent(ExposureInfo.KEY_PHOTO_CALIB)

    def readPsf(self) -> Any:
        """Read the point spread function (`lsst.afw.detection.Psf` or
        `None`); one that lite does not have is opaque.
        """
        return self.readComponent(ExposureInfo.KEY_PSF)

    def readValidPolygon(self) -> Polygon | Any:
        """Read the valid area (`lsst.afw.geom.Polygon` or `None`)."""
        return self.readComponent(ExposureInfo.KEY_VALID_POLYGON)

    def readApCorrMap(self) -> Any:
        """Read the aperture corrections (opaque, or `None`)."""
        return self.readComponent(ExposureInfo.KEY_AP_CORR_MAP)

    def readCoaddInputs(self) -> CoaddInputs | Any:
        """Read the inputs of a coadd (`CoaddInputs` or `None`)."""
        return self.readComponent(ExposureInfo.KEY_COADD_INPUTS)

    def readDetector(self) -> Any:
        """Read the detector (opaque, or `None`)."""
        return self.readComponent(ExposureInfo.KEY_DETECTOR)

    def readTransmissionCurve(self) -> Any:
        """Read the transmission curve (opaque, or `None`)."""
        return self.readComponent(ExposureInfo.KEY_TRANSMISSION_CURVE)

    def readVisitInfo(self) -> VisitInfo:
        """Read the facts about the visit (`VisitInfo`)."""
        return self._header.visitInfo

    def readExposureInfo(self) -> ExposureInfo:
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
            component = readers[name]() if name in readers else self.readComponent(name)
            if component is not None:
                info.setComponent(name, component)
        info.setVisitInfo(self.readVisitInfo())
        info.setId(self.readExposureId())
        info.setMetadata(self.readMetadata())
        return info

    readMaskedImage = PlanesReader._readPixels

    def read(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> Any:
        """Read the exposure, with all components: see `readMaskedImage`."""
        maskedImage = self.readMaskedImage(bbox, origin, conformMasks, allowUnsafe, dtype)
        return self._exposureTypes[maskedImage.image._pixelType](maskedImage, self.readExposureInfo())


# ---- writing


def _findPlace(name: str) -> tuple[bool, int, str]:
    """Return what sorts names of components into the stack's order."""
    place = _COMPONENT_ORDER.index(name) if name in _COMPONENT_ORDER else len(_COMPONENT_ORDER)
    return name == ExposureInfo.KEY_WCS, place, name


def _putComponents(info: ExposureInfo, metadata: PropertyList) -> OutputArchive:
    """Make the archive of the components, and the cards that point there.

    Parameters
    ----------
    info : `ExposureInfo`
        The components.
    metadata : `lsst.daf.base.PropertyList`
        Header; changed in place.

    Returns
    -------
    archive : `lsst.afw.fits._outputArchive.OutputArchive`
    """
    components = info._components
    names = sorted(components, key=_findPlace)
    archive = OutputArchive([components[name] for name in names])
    for name in names:
        number = archive.put(components[name])
        for card in (f"{name}_ID", _ARCHIVE_ID + name):
            metadata.set(card, number, f"archive ID for generic component '{name}'")
    return archive


def _addDetector(metadata: PropertyList, detector: Any) -> None:
    """Add the cards that name a detector."""
    if isinstance(detector, OpaqueComponent):
        row = readCarried(detector)
        for card, column in (("DETNAME", "name"), ("DETSER", "serial")):
            if column in row:
                metadata.set(card, row.string(column))


def _makePlaneHeader(info: ExposureInfo, bbox: Box2I) -> PropertyList:
    """Make the cards that the planes of an exposure have in common.

    Parameters
    ----------
    info : `ExposureInfo`
        The components.
    bbox : `lsst.geom.Box2I`
        Box of the pixels.

    Returns
    -------
    metadata : `lsst.daf.base.PropertyList`
        The WCS, as well as FITS can have it, in pixels of the file.
    """
    metadata = PropertyList()
    wcs = info.getWcs()
    if wcs is not None and not bbox.isEmpty():
        metadata.update(wcs.getFitsMetadata(bbox=bbox))
    for name in metadata.names():
        value = metadata.getScalar(name)
        if isinstance(value, float):
            # As many digits as the stack writes: the exact WCS is in the
            # archive.
            metadata.set(name, float(f"{value:.15G}"))
    metadata.set("LTV1", float(-bbox.getMinX()))
    metadata.set("LTV2", float(-bbox.getMinY()))
    return metadata


def writeExposure(exposure: Any, fileName: str, options: tuple[CompressionOptions | None, ...]) -> None:
    """Write an exposure with all of its components: see
    `ExposureF.writeFits`.
    """
    info = exposure.getInfo()
    metadata = toPropertyList(info.getMetadata())
    for name in (*OF_ONE_HDU, *(name for name in metadata.names() if name.startswith(_ARCHIVE_ID))):
        metadata.remove(name)
    metadata.set("EXPINFO_V", _FORMAT_VERSION)
    metadata.set(
        "AR_HDU", _ARCHIVE_HDU, "HDU (1-indexed) containing the archive used to store ancillary objects"
    )
    archive = _putComponents(info, metadata)
    _addDetector(metadata, info.getDetector())
    if info.hasVisitInfo():
        setVisitInfoMetadata(metadata, info.getVisitInfo())
    if info.hasId():
        metadata.set("EXPID", info.getId())
    header = _makePlaneHeader(info, exposure.getBBox())
    with openOutput(fileName) as output:
        output.writeEmpty(toCards(metadata))
        writePlanes(output, exposure.maskedImage, header, options)
        archive.write(output)
