# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of exposures in FITS files: components and pixels."""

__all__ = ["ExposureFile"]

import functools
from typing import Any

import numpy.typing as npt

from lsst.afw.fits._inputArchive import InputArchive
from lsst.afw.geom import Polygon, SkyWcs
from lsst.daf.base import PropertyList
from lsst.geom import Box2I

from .._pixels._maskedImage import TypedMaskedImage
from .._pixels._origin import PARENT, ImageOrigin
from .._pixels._planeMethods import PlaneMethods, readMaskedImage
from .._pixels._planeTriple import openPlanes
from ._coaddInputs import CoaddInputs
from ._exposureHeader import ARCHIVE_ID, OLD_COMPONENT_CARDS, ExposureHeader
from ._exposureInfo import ExposureInfo, findClass
from ._filterLabel import FilterLabel
from ._photoCalib import PhotoCalib
from ._visitInfo import VisitInfo

_FORMAT_VERSION = 2
"""Newest version of the layout of exposures that is understood."""

_MAX_HDU = 1 << 31


class ExposureFile(PlaneMethods):
    """The parts of an exposure in a FITS file.

    Parameters
    ----------
    fileName : `str`
        Name of the file.

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be opened.
    """

    def __init__(self, fileName: Any) -> None:
        self._planes = openPlanes(fileName)
        self._file = self._planes.file

    @functools.cached_property
    def _header(self) -> ExposureHeader:
        """What the headers say (`ExposureHeader`)."""
        return ExposureHeader(self._planes, self.readSerializationVersion())

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
            if card.key.startswith(ARCHIVE_ID):
                ids[card.key.removeprefix(ARCHIVE_ID)] = card.value
        for name, keys in OLD_COMPONENT_CARDS.items():
            for key in keys:
                if name not in ids and key in header:
                    ids[name] = header.get(key)
        return ids

    def _readComponent(self, name: str) -> Any:
        """Read a component from the archive.

        Parameters
        ----------
        name : `str`
            Name of the component.

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
        wcs = self._readComponent(ExposureInfo.KEY_WCS)
        return self._header.wcs if wcs is None else wcs

    def readFilter(self) -> FilterLabel | Any:
        """Read the filter label (`FilterLabel` or `None`)."""
        if self.readSerializationVersion() < 2:
            return self._header.filter
        return self._readComponent(ExposureInfo.KEY_FILTER)

    def readPhotoCalib(self) -> PhotoCalib | Any:
        """Read the photometric calibration (`PhotoCalib` or `None`)."""
        if self.readSerializationVersion() == 0:
            return self._header.photoCalib
        return self._readComponent(ExposureInfo.KEY_PHOTO_CALIB)

    def readPsf(self) -> Any:
        """Read the point spread function (`lsst.afw.detection.Psf` or
        `None`); one that lite does not have is opaque.
        """
        return self._readComponent(ExposureInfo.KEY_PSF)

    def readValidPolygon(self) -> Polygon | Any:
        """Read the valid area (`lsst.afw.geom.Polygon` or `None`)."""
        return self._readComponent(ExposureInfo.KEY_VALID_POLYGON)

    def readApCorrMap(self) -> Any:
        """Read the aperture corrections (opaque, or `None`)."""
        return self._readComponent(ExposureInfo.KEY_AP_CORR_MAP)

    def readCoaddInputs(self) -> CoaddInputs | Any:
        """Read the inputs of a coadd (`CoaddInputs` or `None`)."""
        return self._readComponent(ExposureInfo.KEY_COADD_INPUTS)

    def readDetector(self) -> Any:
        """Read the detector (opaque, or `None`)."""
        return self._readComponent(ExposureInfo.KEY_DETECTOR)

    def readTransmissionCurve(self) -> Any:
        """Read the transmission curve (opaque, or `None`)."""
        return self._readComponent(ExposureInfo.KEY_TRANSMISSION_CURVE)

    def readVisitInfo(self) -> VisitInfo:
        """Read the facts about the visit (`VisitInfo`)."""
        return self._header.visitInfo

    def readComponent(self, name: str, /) -> Any:
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
            component = readers[name]() if name in readers else self._readComponent(name)
            if component is not None:
                info.setComponent(name, component)
        info.setVisitInfo(self.readVisitInfo())
        info.setId(self.readExposureId())
        info.setMetadata(self.readMetadata())
        return info

    def readMaskedImage(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> TypedMaskedImage:
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
        return readMaskedImage(self._planes, bbox, origin, conformMasks, False, allowUnsafe, dtype)
