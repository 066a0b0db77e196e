# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that an exposure has besides pixels."""

from __future__ import annotations

__all__ = ["ExposureInfo"]

from typing import Any, overload

from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toInteger
from lsst._lite.properties import TypedProperty
from lsst.afw.detection import Psf
from lsst.afw.geom import Polygon, SkyWcs
from lsst.daf.base import PropertyList, PropertySet

from ._coaddInputs import CoaddInputs
from ._filterLabel import FilterLabel
from ._photoCalib import PhotoCalib
from ._visitInfo import VisitInfo

_MAX_ID = 2**63

_PLAIN_TYPES = (str, bytes, bool, int, float, complex, list, tuple, dict, set)
"""Types that are never components."""


class ExposureInfo:
    """The components of an exposure, any of which may be missing.

    Parameters
    ----------
    other : `ExposureInfo`
        What to copy, instead of all of the following, which are optional.
    copyMetadata : `bool`, optional
        Whether a copy has metadata of its own.
    wcs : `lsst.afw.geom.SkyWcs`
        Positions of pixels in the sky.
    psf : `lsst.afw.detection.Psf`
        Point spread function.
    photoCalib : `PhotoCalib`
        Photometric calibration.
    detector : opaque
        Detector.
    polygon : `lsst.afw.geom.Polygon`
        Valid area, in pixels.
    metadata : `lsst.daf.base.PropertySet`
        Header.
    coaddInputs : `CoaddInputs`
        Inputs of a coadd.
    apCorrMap : opaque
        Aperture corrections.
    visitInfo : `VisitInfo`
        Facts about the visit.
    transmissionCurve : opaque
        Transmission curve.
    other : `ExposureInfo`
        Info whose components this has, too.
    copyMetadata : `bool`
        Whether to copy the metadata of the other one.

    Notes
    -----
    Components never change, but can be replaced. Only the metadata is shared
    with the exposures that this one is a shallow copy of.

    What is missing is `None`. In annotations that is `~typing.Any`: who knows
    that a component is there need not check it for a type checker.
    """

    __module__ = "lsst.afw.image"

    KEY_WCS = "SKYWCS"
    KEY_PSF = "PSF"
    KEY_PHOTO_CALIB = "PHOTOCALIB"
    KEY_FILTER = "FILTER"
    KEY_DETECTOR = "DETECTOR"
    KEY_VALID_POLYGON = "VALID_POLYGON"
    KEY_COADD_INPUTS = "COADD_INPUTS"
    KEY_AP_CORR_MAP = "AP_CORR_MAP"
    KEY_TRANSMISSION_CURVE = "TRANSMISSION_CURVE"
    KEY_SUMMARY_STATS = "SUMMARY_STATS"

    @overload
    def __init__(self, other: ExposureInfo, copyMetadata: bool = False, /) -> None: ...
    @overload
    def __init__(
        self,
        wcs: SkyWcs | None = None,
        psf: Psf | None = None,
        photoCalib: PhotoCalib | None = None,
        detector: Any = None,
        polygon: Polygon | None = None,
        metadata: PropertySet | None = None,
        coaddInputs: CoaddInputs | None = None,
        apCorrMap: Any = None,
        visitInfo: VisitInfo | None = None,
        transmissionCurve: Any = None,
    ) -> None: ...
    def __init__(
        self,
        wcs: Any = None,
        psf: Any = None,
        photoCalib: Any = None,
        detector: Any = None,
        polygon: Any = None,
        metadata: PropertySet | None = None,
        coaddInputs: Any = None,
        apCorrMap: Any = None,
        visitInfo: VisitInfo | None = None,
        transmissionCurve: Any = None,
    ) -> None:
        self._components: dict[str, Any] = {}
        self._metadata: Any = None
        self._visitInfo: VisitInfo | None = None
        self._exposureId: int | None = None
        if isinstance(wcs, ExposureInfo):
            self._copy(wcs, copyMetadata=bool(psf))
            return
        components = {
            self.KEY_WCS: wcs,
            self.KEY_PSF: psf,
            self.KEY_PHOTO_CALIB: photoCalib,
            self.KEY_DETECTOR: detector,
            self.KEY_VALID_POLYGON: polygon,
            self.KEY_COADD_INPUTS: coaddInputs,
            self.KEY_AP_CORR_MAP: apCorrMap,
            self.KEY_TRANSMISSION_CURVE: transmissionCurve,
        }
        for key, component in components.items():
            self._put(key, component)
        self.setVisitInfo(visitInfo)
        self.setMetadata(PropertyList() if metadata is None else metadata)

    def _copy(self, other: ExposureInfo, copyMetadata: bool) -> None:
        self._components = dict(other._components)
        self._visitInfo = other._visitInfo
        self._exposureId = other._exposureId
        self._metadata = other._metadata
        if copyMetadata and other._metadata is not None:
            self._metadata = other._metadata.deepCopy()

    # ---- generic components

    def _put(self, key: str, component: Any) -> None:
        """Set a component, or remove it if it is `None`.

        Raises
        ------
        TypeError
            Raised if it is not of the type that the key is for.
        """
        if component is None:
            self._components.pop(key, None)
            return
        cls = findClass(key)
        if not isinstance(component, cls) or isinstance(component, _PLAIN_TYPES):
            raise TypeError(f"{key}: must be {cls.__name__}, not {type(component).__name__}")
        self._components[key] = component

    def hasComponent(self, key: str) -> bool:
        """Whether there is a component.

        Parameters
        ----------
        key : `str`
            Name of the component, one of the ``KEY_`` constants or another.
        """
        return key in self._components

    def getComponent(self, key: str) -> Any:
        """Return a component, or `None` if there is none.

        Parameters
        ----------
        key : `str`
            Name of the component, one of the ``KEY_`` constants or another.
        """
        return self._components.get(key)

    def setComponent(self, key: str, object: Any) -> None:
        """Set a component.

        Parameters
        ----------
        key : `str`
            Name of the component, one of the ``KEY_`` constants or another.
        object : storable object
            The component.

        Raises
        ------
        TypeError
            Raised if it is not of the type that the key is for.
        """
        self._put(key, object)

    def removeComponent(self, key: str) -> None:
        """Remove a component, if it is there.

        Parameters
        ----------
        key : `str`
            Name of the component, one of the ``KEY_`` constants or another.
        """
        self._components.pop(key, None)

    # ---- components by name

    def hasWcs(self) -> bool:
        """Whether there is a WCS."""
        return self.KEY_WCS in self._components

    def getWcs(self) -> SkyWcs | Any:
        """Return the WCS (`lsst.afw.geom.SkyWcs` or `None`)."""
        return self._components.get(self.KEY_WCS)

    def setWcs(self, wcs: SkyWcs | None) -> None:
        """Set the WCS, or remove it with `None`."""
        self._put(self.KEY_WCS, wcs)

    def hasPsf(self) -> bool:
        """Whether there is a point spread function."""
        return self.KEY_PSF in self._components

    def getPsf(self) -> Psf | Any:
        """Return the point spread function, or `None`."""
        return self._components.get(self.KEY_PSF)

    def setPsf(self, psf: Psf | None) -> None:
        """Set the point spread function, or remove it with `None`."""
        self._put(self.KEY_PSF, psf)

    def hasPhotoCalib(self) -> bool:
        """Whether there is a photometric calibration."""
        return self.KEY_PHOTO_CALIB in self._components

    def getPhotoCalib(self) -> PhotoCalib | Any:
        """Return the photometric calibration, or `None`."""
        return self._components.get(self.KEY_PHOTO_CALIB)

    def setPhotoCalib(self, photoCalib: PhotoCalib | None) -> None:
        """Set the photometric calibration, or remove it with `None`."""
        self._put(self.KEY_PHOTO_CALIB, photoCalib)

    def hasFilter(self) -> bool:
        """Whether there is a filter label."""
        return self.KEY_FILTER in self._components

    def getFilter(self) -> FilterLabel | Any:
        """Return the filter label, or `None`."""
        return self._components.get(self.KEY_FILTER)

    def setFilter(self, filterLabel: FilterLabel | None) -> None:
        """Set the filter label, or remove it with `None`."""
        self._put(self.KEY_FILTER, filterLabel)

    def hasDetector(self) -> bool:
        """Whether there is a detector."""
        return self.KEY_DETECTOR in self._components

    def getDetector(self) -> Any:
        """Return the detector (opaque in lsst-lite), or `None`."""
        return self._components.get(self.KEY_DETECTOR)

    def setDetector(self, detector: Any) -> None:
        """Set the detector, or remove it with `None`."""
        self._put(self.KEY_DETECTOR, detector)

    def hasValidPolygon(self) -> bool:
        """Whether there is a polygon of valid pixels."""
        return self.KEY_VALID_POLYGON in self._components

    def getValidPolygon(self) -> Polygon | Any:
        """Return the polygon of valid pixels, or `None`."""
        return self._components.get(self.KEY_VALID_POLYGON)

    def setValidPolygon(self, polygon: Polygon | None) -> None:
        """Set the polygon of valid pixels, or remove it with `None`."""
        self._put(self.KEY_VALID_POLYGON, polygon)

    def hasCoaddInputs(self) -> bool:
        """Whether there is a list of coadd inputs."""
        return self.KEY_COADD_INPUTS in self._components

    def getCoaddInputs(self) -> CoaddInputs | Any:
        """Return the coadd inputs (`CoaddInputs`), or `None`."""
        return self._components.get(self.KEY_COADD_INPUTS)

    def setCoaddInputs(self, coaddInputs: CoaddInputs | None) -> None:
        """Set the coadd inputs, or remove them with `None`."""
        self._put(self.KEY_COADD_INPUTS, coaddInputs)

    def hasApCorrMap(self) -> bool:
        """Whether there are aperture corrections."""
        return self.KEY_AP_CORR_MAP in self._components

    def getApCorrMap(self) -> Any:
        """Return the aperture corrections (opaque in lsst-lite), or `None`."""
        return self._components.get(self.KEY_AP_CORR_MAP)

    def setApCorrMap(self, apCorrMap: Any) -> None:
        """Set the aperture corrections, or remove them with `None`."""
        self._put(self.KEY_AP_CORR_MAP, apCorrMap)

    def hasTransmissionCurve(self) -> bool:
        """Whether there is a transmission curve."""
        return self.KEY_TRANSMISSION_CURVE in self._components

    def getTransmissionCurve(self) -> Any:
        """Return the transmission curve (opaque in lsst-lite), or `None`."""
        return self._components.get(self.KEY_TRANSMISSION_CURVE)

    def setTransmissionCurve(self, transmissionCurve: Any) -> None:
        """Set the transmission curve, or remove it with `None`."""
        self._put(self.KEY_TRANSMISSION_CURVE, transmissionCurve)

    def hasSummaryStats(self) -> bool:
        """Whether there are summary statistics."""
        return self.KEY_SUMMARY_STATS in self._components

    def getSummaryStats(self) -> Any:
        """Return the summary statistics (opaque in lsst-lite), or `None`."""
        return self._components.get(self.KEY_SUMMARY_STATS)

    def setSummaryStats(self, summaryStats: Any) -> None:
        """Set the summary statistics, or remove them with `None`."""
        self._put(self.KEY_SUMMARY_STATS, summaryStats)

    # ---- what is not a component

    def hasVisitInfo(self) -> bool:
        """Whether there are facts about the visit."""
        return self._visitInfo is not None

    def getVisitInfo(self) -> VisitInfo | Any:
        """Return the facts about the visit, or `None`."""
        return self._visitInfo

    def setVisitInfo(self, visitInfo: VisitInfo | None) -> None:
        """Set the facts about the visit, or remove them with `None`."""
        checkArguments("setVisitInfo", visitInfo=(visitInfo, (VisitInfo, type(None))))
        self._visitInfo = visitInfo

    def getMetadata(self) -> PropertyList:
        """Return the metadata, which can be changed in place."""
        return self._metadata

    def setMetadata(self, metadata: PropertySet | None) -> None:
        """Replace the metadata."""
        checkArguments("setMetadata", metadata=(metadata, (PropertySet, type(None))))
        self._metadata = metadata

    def hasId(self) -> bool:
        """Whether there is an exposure identifier."""
        return self._exposureId is not None

    def getId(self) -> int | None:
        """Return the exposure identifier (`int` or `None`)."""
        return self._exposureId

    def setId(self, id: int | None) -> None:
        """Set the exposure identifier, or remove it with `None`.

        Raises
        ------
        TypeError
            Raised if it is not an integer of 64 bits.
        """
        if id is not None:
            id = toInteger(id)
            if not -_MAX_ID <= id < _MAX_ID:
                raise TypeError(f"setId: {id} does not fit into 64 bits")
        self._exposureId = id

    def clearId(self) -> None:
        """Remove the exposure identifier."""
        self._exposureId = None

    id = TypedProperty(getId, setId)


_CLASSES: dict[str, Any] = {
    ExposureInfo.KEY_WCS: SkyWcs,
    ExposureInfo.KEY_PSF: Psf,
    ExposureInfo.KEY_VALID_POLYGON: Polygon,
    ExposureInfo.KEY_PHOTO_CALIB: PhotoCalib,
    ExposureInfo.KEY_FILTER: FilterLabel,
    ExposureInfo.KEY_COADD_INPUTS: CoaddInputs,
}


def findClass(key: str) -> Any:
    """Return the class that a component with a key must have.

    The stack has classes for the other keys, too; here they are opaque.
    """
    return _CLASSES.get(key, object)
