# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of exposures."""

from __future__ import annotations

__all__ = ["ExposureRecord"]

from typing import Any, ClassVar

import numpy.typing as npt

from lsst._lite.arguments import Bool, Overloads
from lsst._lite.properties import TypedProperty
from lsst.afw.fits import FitsError
from lsst.afw.fits._inputArchive import understand
from lsst.afw.fits._opaque import OpaqueComponent
from lsst.afw.geom import Polygon, SkyWcs
from lsst.geom import Box2D, Box2I, Point2D, SpherePoint
from lsst.pex.exceptions import DomainError, LogicError

from ._baseRecord import BaseRecord
from ._components import COMPONENTS
from ._minimalSchema import BBOX_MAX_KEY, BBOX_MIN_KEY, ID_KEY


class ExposureRecord(BaseRecord):
    """A row of a table of exposures, which makes it: a box of pixels, and
    what is known about them.
    """

    __module__ = "lsst.afw.table"

    __hash__ = None

    # Set where these classes are defined, which need this one.
    Table: ClassVar[Any]
    Catalog: ClassVar[Any]
    ColumnView: ClassVar[Any]

    def __init__(self, table: Any, data: npt.NDArray[Any], index: int) -> None:
        super().__init__(table, data, index)
        self._components: dict[str, Any] = {}

    def assign(self, other: ExposureRecord, mapper: Any = None, /) -> None:
        """Copy all values of another record; see `BaseRecord.assign`.

        Components are not copied, but shared.
        """
        super().assign(other, mapper)
        if isinstance(other, ExposureRecord):
            self._shareComponents(other)

    def _shareComponents(self, other: ExposureRecord) -> None:
        """Take the components of another record, which are not copied."""
        self._components = dict(other._components)

    # ---- fields that all have

    def getId(self) -> int:
        """Return the identifier."""
        return ID_KEY.get(self)

    def setId(self, id: int) -> None:
        """Set the identifier, an integer of 64 bits."""
        ID_KEY.set(self, id)

    id = TypedProperty(getId, setId)

    def getBBox(self) -> Box2I:
        """Return the box of the exposure, in its pixels."""
        return Box2I(BBOX_MIN_KEY.get(self), BBOX_MAX_KEY.get(self), invert=False)

    def setBBox(self, bbox: Box2I) -> None:
        """Set the box of the exposure, in its pixels."""
        BBOX_MIN_KEY.set(self, bbox.getMin())
        BBOX_MAX_KEY.set(self, bbox.getMax())

    def contains(self, *args: Any, **kwargs: Any) -> bool:
        """Whether a position is on the exposure.

        Called as ``contains(coord)`` or ``contains(point, wcs)``.

        Parameters
        ----------
        coord : `lsst.geom.SpherePoint`
            Position in the sky.
        point : `lsst.geom.Point2D`
            Position in pixels of something else.
        wcs : `lsst.afw.geom.SkyWcs`
            WCS of that.
        includeValidPolygon : `bool`, optional
            Whether it must be in the polygon of valid pixels, too, if the
            record has one.

        Raises
        ------
        lsst.pex.exceptions.LogicError
            Raised if the record has no WCS.
        """
        return _CONTAINS_FORMS(self, args, kwargs)

    def _containsCoord(self, coord: SpherePoint, includeValidPolygon: Bool = False) -> bool:
        wcs = self.getWcs()
        if wcs is None:
            raise LogicError("ExposureRecord does not have a Wcs; cannot call contains()")
        try:
            point = wcs.skyToPixel(coord)
        except DomainError:
            return False
        if not Box2D(self.getBBox()).contains(point):
            return False
        polygon = self.getValidPolygon() if includeValidPolygon else None
        return polygon is None or polygon.contains(point)

    def _containsPoint(self, point: Point2D, wcs: SkyWcs, includeValidPolygon: Bool = False) -> bool:
        return self._containsCoord(wcs.pixelToSky(point), includeValidPolygon)

    # ---- components

    def _getComponent(self, name: str) -> Any:
        """Return a component, or `None`.

        One that a catalog in a file refers to is read now: most are never
        asked for.
        """
        value = self._components.get(name)
        if isinstance(value, OpaqueComponent):
            fileName, value = value._archive.fileName, understand(value)
            if not isinstance(value, COMPONENTS[name]):
                found = type(value).__name__
                raise FitsError(f"{fileName}: record {self.getId()}: {name} cannot be {found}")
            self._components[name] = value
        return value

    def _setComponent(self, name: str, value: Any) -> None:
        """Set a component, or remove it with `None`."""
        if value is None:
            self._components.pop(name, None)
        elif not isinstance(value, COMPONENTS[name]):
            raise TypeError(f"{name} cannot be {type(value).__name__}")
        else:
            self._components[name] = value

    def getWcs(self) -> SkyWcs | Any:
        """Return the WCS (`lsst.afw.geom.SkyWcs`), or `None`."""
        return self._getComponent("wcs")

    def setWcs(self, wcs: SkyWcs | None) -> None:
        """Set the WCS, or remove it with `None`."""
        self._setComponent("wcs", wcs)

    wcs = TypedProperty(getWcs, setWcs)

    def getPsf(self) -> Any:
        """Return the PSF (`lsst.afw.detection.Psf`), or `None`."""
        return self._getComponent("psf")

    def setPsf(self, psf: Any) -> None:
        """Set the PSF, or remove it with `None`."""
        self._setComponent("psf", psf)

    psf = TypedProperty(getPsf, setPsf)

    def getPhotoCalib(self) -> Any:
        """Return the photometric calibration
        (`lsst.afw.image.PhotoCalib`), or `None`.
        """
        return self._getComponent("photoCalib")

    def setPhotoCalib(self, photoCalib: Any) -> None:
        """Set the photometric calibration, or remove it with `None`."""
        self._setComponent("photoCalib", photoCalib)

    photoCalib = TypedProperty(getPhotoCalib, setPhotoCalib)

    def getApCorrMap(self) -> Any:
        """Return the aperture corrections (opaque in lsst-lite), or `None`."""
        return self._getComponent("apCorrMap")

    def setApCorrMap(self, apCorrMap: Any) -> None:
        """Set the aperture corrections, or remove them with `None`."""
        self._setComponent("apCorrMap", apCorrMap)

    apCorrMap = TypedProperty(getApCorrMap, setApCorrMap)

    def getValidPolygon(self) -> Polygon | Any:
        """Return the polygon of valid pixels (`lsst.afw.geom.Polygon`), or
        `None`.
        """
        return self._getComponent("validPolygon")

    def setValidPolygon(self, polygon: Polygon | None, /) -> None:
        """Set the polygon of valid pixels, or remove it with `None`."""
        self._setComponent("validPolygon", polygon)

    validPolygon = TypedProperty(getValidPolygon, setValidPolygon)

    def getVisitInfo(self) -> Any:
        """Return the facts about the visit (`lsst.afw.image.VisitInfo`), or
        `None`.
        """
        return self._getComponent("visitInfo")

    def setVisitInfo(self, visitInfo: Any) -> None:
        """Set the facts about the visit, or remove them with `None`."""
        self._setComponent("visitInfo", visitInfo)

    visitInfo = TypedProperty(getVisitInfo, setVisitInfo)

    def getTransmissionCurve(self) -> Any:
        """Return the transmission curve (opaque in lsst-lite), or `None`."""
        return self._getComponent("transmissionCurve")

    def setTransmissionCurve(self, transmissionCurve: Any) -> None:
        """Set the transmission curve, or remove it with `None`."""
        self._setComponent("transmissionCurve", transmissionCurve)

    transmissionCurve = TypedProperty(getTransmissionCurve, setTransmissionCurve)

    def getDetector(self) -> Any:
        """Return the detector (opaque in lsst-lite), or `None`."""
        return self._getComponent("detector")

    def setDetector(self, detector: Any) -> None:
        """Set the detector, or remove it with `None`."""
        self._setComponent("detector", detector)

    detector = TypedProperty(getDetector, setDetector)


_CONTAINS_FORMS = Overloads("contains", ExposureRecord._containsCoord, ExposureRecord._containsPoint)
