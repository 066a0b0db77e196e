# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of exposures."""

from __future__ import annotations

__all__ = ["ExposureRecord"]

import copy
from typing import Any, overload

import numpy.typing as npt

from lsst._lite import Partial
from lsst._lite.arguments import checkArguments
from lsst._lite.properties import TypedProperty
from lsst.afw.fits import FitsError
from lsst.afw.fits._inputArchive import understand
from lsst.afw.fits._opaque import OpaqueComponent
from lsst.afw.geom import Polygon, SkyWcs
from lsst.geom import Box2D, Box2I, Point2D, Point2I, SpherePoint
from lsst.pex.exceptions import DomainError, LogicError

from ._components import COMPONENTS
from ._key import Key
from ._schema import Schema

_ID = Key("L", "id")

_BBOX = [[Key("I", f"bbox_{end}_{axis}") for axis in "xy"] for end in ("min", "max")]


class ExposureRecord(Partial):
    """A row of a table of exposures, which makes it: a box of pixels, and
    what is known about them.

    Parameters
    ----------
    table : `ExposureTable`
        The table.
    rows : `numpy.ndarray`
        Structured array with the values of several records.
    index : `int`
        Which of these is this one.
    """

    __module__ = "lsst.afw.table"

    def __init__(self, table: Any, rows: npt.NDArray[Any], index: int) -> None:
        self._table, self._rows, self._index = table, rows, index
        self._components: dict[str, Any] = {}

    def getTable(self) -> Any:
        """Return the table (`ExposureTable`)."""
        return self._table

    table = TypedProperty(getTable)

    def getSchema(self) -> Schema:
        """Return the schema of the table."""
        return self._table.getSchema()

    schema = TypedProperty(getSchema)

    # ---- values

    def get(self, key: str | Key, /) -> Any:
        """Return the value of a field.

        Parameters
        ----------
        key : `str` or `Key`
            The field.

        Raises
        ------
        KeyError
            Raised if there is no such field.
        """
        return self._table._schema.find(key).key.get(self)

    def set(self, key: str | Key, value: Any, /) -> None:
        """Set the value of a field.

        Parameters
        ----------
        key : `str` or `Key`
            The field.
        value : `object`
            Value of its type.

        Raises
        ------
        KeyError
            Raised if there is no such field.
        TypeError
            Raised if the value is not of its type, or does not fit.
        """
        self._table._schema.find(key).key.set(self, value)

    __getitem__ = get
    __setitem__ = set

    def extract(self, *patterns: str) -> dict[str, Any]:
        """Return the values of the fields that fit some patterns, by name;
        see `Schema.extract`.
        """
        return {name: item.key.get(self) for name, item in self._table._schema.extract(*patterns).items()}

    def assign(self, other: ExposureRecord, /) -> None:
        """Copy all values of another record, and share its components.

        Parameters
        ----------
        other : `ExposureRecord`
            Record with the same fields.

        Raises
        ------
        lsst.pex.exceptions.LogicError
            Raised if it has other fields.
        """
        checkArguments("assign", other=(other, ExposureRecord))
        if self._table._schema != other._table._schema:
            raise LogicError("Unequal schemas in record assignment.")
        # Arrays whose size varies are objects, which must be copied.
        self._rows[self._index] = copy.deepcopy(other._rows[other._index : other._index + 1])[0]
        self._shareComponents(other)

    def _shareComponents(self, other: ExposureRecord) -> None:
        """Take the components of another record, which are not copied."""
        self._components = dict(other._components)

    def __str__(self) -> str:
        return "".join(f"{name}: {value}\n" for name, value in self.extract("*").items())

    def __repr__(self) -> str:
        return f"{type(self)}\n{self}"

    # ---- fields that all have

    def getId(self) -> int:
        """Return the identifier."""
        return _ID.get(self)

    def setId(self, id: int) -> None:
        """Set the identifier, an integer of 64 bits."""
        _ID.set(self, id)

    id = TypedProperty(getId, setId)

    def getBBox(self) -> Box2I:
        """Return the box of the exposure, in its pixels."""
        low, high = (Point2I(*(key.get(self) for key in keys)) for keys in _BBOX)
        return Box2I(low, high, invert=False)

    def setBBox(self, bbox: Box2I) -> None:
        """Set the box of the exposure, in its pixels."""
        for keys, point in zip(_BBOX, (bbox.getMin(), bbox.getMax()), strict=True):
            for key, coordinate in zip(keys, point, strict=True):
                key.set(self, coordinate)

    @overload
    def contains(self, coord: SpherePoint, includeValidPolygon: bool = False) -> bool: ...
    @overload
    def contains(self, point: Point2D, wcs: SkyWcs, includeValidPolygon: bool = False) -> bool: ...
    def contains(self, *args: Any, **kwargs: Any) -> bool:
        """Whether a position is on the exposure.

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
        return self._contains(*positionInSky(*args, **kwargs))

    def _contains(self, coord: SpherePoint, includeValidPolygon: bool) -> bool:
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


def positionInSky(*args: Any, **kwargs: Any) -> tuple[SpherePoint, bool]:
    """Return the position that `ExposureRecord.contains` is called with, and
    whether polygons count.
    """
    isPoint = isinstance(args[0], Point2D) if args else "point" in kwargs
    return _fromPoint(*args, **kwargs) if isPoint else _fromCoord(*args, **kwargs)


def _fromCoord(coord: SpherePoint, includeValidPolygon: bool = False) -> tuple[SpherePoint, bool]:
    checkArguments("contains", coord=(coord, SpherePoint))
    return coord, includeValidPolygon


def _fromPoint(point: Point2D, wcs: SkyWcs, includeValidPolygon: bool = False) -> tuple[SpherePoint, bool]:
    checkArguments("contains", wcs=(wcs, SkyWcs))
    return wcs.pixelToSky(point), includeValidPolygon
