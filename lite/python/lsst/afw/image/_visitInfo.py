# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts about a visit."""

from __future__ import annotations

__all__ = ["VisitInfo"]

import math
from typing import Any, overload

from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toBool, toDouble, toInteger
from lsst._lite.properties import TypedProperty
from lsst.afw.coord import Observatory, Weather
from lsst.afw.table._components import VisitInfoInterface
from lsst.daf.base import DateTime, PropertySet
from lsst.geom import Angle, SpherePoint, degrees, radians

from .._persistable import FitsPersistable
from ._rotType import RotType
from ._visitInfoCards import readCards

_NAN_ANGLE = math.nan * degrees
_NAN_POINT = SpherePoint(_NAN_ANGLE, _NAN_ANGLE)

_CONVERTERS = {float: toDouble, int: toInteger, bool: toBool}


_FACTS: dict[str, Any] = dict(
    exposureTime=math.nan,
    darkTime=math.nan,
    date=DateTime(),
    ut1=math.nan,
    era=_NAN_ANGLE,
    boresightRaDec=_NAN_POINT,
    boresightAzAlt=_NAN_POINT,
    boresightAirmass=math.nan,
    boresightRotAngle=_NAN_ANGLE,
    rotType=RotType.UNKNOWN,
    observatory=Observatory(_NAN_ANGLE, _NAN_ANGLE, math.nan),
    weather=Weather(math.nan, math.nan, math.nan),
    instrumentLabel="",
    id=0,
    focusZ=math.nan,
    observationType="",
    scienceProgram="",
    observationReason="",
    object="",
    hasSimulatedContent=False,
)
"""The facts that there are, with their values where they are not known."""


def _convert(name: str, value: Any) -> Any:
    """Convert a fact to the type that it has where it is not known.

    Raises
    ------
    TypeError
        Raised if that is not possible.
    """
    cls = type(_FACTS[name])
    if cls in _CONVERTERS:
        return _CONVERTERS[cls](value)
    checkArguments("VisitInfo", **{name: (value, cls)})
    return value


@VisitInfoInterface.register
class VisitInfo(FitsPersistable):
    """Where the telescope pointed in a visit, when, and how it was used.

    Facts never change after construction; see `copyWith`.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet`
        Header to take the facts from, instead of all that follows.
    visitInfo : `VisitInfo`
        What to copy, instead of all that follows, which is optional.
    exposureTime : `float`
        Exposure time, in s.
    darkTime : `float`
        Time from flush to readout, in s.
    date : `lsst.daf.base.DateTime`
        Date at the middle of the exposure.
    ut1 : `float`
        UT1 at the middle of the exposure, as an MJD.
    era : `lsst.geom.Angle`
        Earth rotation angle at the middle of the exposure.
    boresightRaDec : `lsst.geom.SpherePoint`
        ICRS position of the boresight.
    boresightAzAlt : `lsst.geom.SpherePoint`
        Refracted apparent topocentric position of the boresight; azimuth is
        from north through east.
    boresightAirmass : `float`
        Airmass at the boresight, relative to that at the zenith.
    boresightRotAngle : `lsst.geom.Angle`
        Rotation angle at the boresight; see ``rotType``.
    rotType : `RotType`
        What the rotation angle is relative to.
    observatory : `lsst.afw.coord.Observatory`
        Place of the observatory.
    weather : `lsst.afw.coord.Weather`
        Weather.
    instrumentLabel : `str`
        Name of the instrument.
    id : `int`
        Identifier of the visit.
    focusZ : `float`
        Defocal distance, in mm.
    observationType, scienceProgram, observationReason, object : `str`
        Type, programme, reason and target of the observation.
    hasSimulatedContent : `bool`
        Whether any part of it is simulated.
    """

    __module__ = "lsst.afw.image"

    __hash__ = None  # type: ignore[assignment]

    @overload
    def __init__(
        self,
        exposureTime: float = ...,
        darkTime: float = ...,
        date: DateTime = ...,
        ut1: float = ...,
        era: Angle = ...,
        boresightRaDec: SpherePoint = ...,
        boresightAzAlt: SpherePoint = ...,
        boresightAirmass: float = ...,
        boresightRotAngle: Angle = ...,
        rotType: RotType = ...,
        observatory: Observatory = ...,
        weather: Weather = ...,
        instrumentLabel: str = ...,
        id: int = ...,
        focusZ: float = ...,
        observationType: str = ...,
        scienceProgram: str = ...,
        observationReason: str = ...,
        object: str = ...,
        hasSimulatedContent: bool = ...,
    ) -> None: ...
    @overload
    def __init__(self, metadata: PropertySet, /) -> None: ...
    @overload
    def __init__(self, visitInfo: VisitInfo, /) -> None: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args and isinstance(args[0], PropertySet | VisitInfo):
            (source,) = args
            kwargs |= source._facts if isinstance(source, VisitInfo) else readCards(source)
        else:
            kwargs |= dict(zip(_FACTS, args, strict=False))
        if len(args) > len(_FACTS) or not kwargs.keys() <= _FACTS.keys():
            raise TypeError(f"VisitInfo: expected facts among {', '.join(_FACTS)}; found {', '.join(kwargs)}")
        self._facts: dict[str, Any] = {
            name: _convert(name, kwargs.get(name, default)) for name, default in _FACTS.items()
        }

    def copyWith(
        self,
        exposureTime: float | None = None,
        darkTime: float | None = None,
        date: DateTime | None = None,
        ut1: float | None = None,
        era: Angle | None = None,
        boresightRaDec: SpherePoint | None = None,
        boresightAzAlt: SpherePoint | None = None,
        boresightAirmass: float | None = None,
        boresightRotAngle: Angle | None = None,
        rotType: RotType | None = None,
        observatory: Observatory | None = None,
        weather: Weather | None = None,
        instrumentLabel: str | None = None,
        id: int | None = None,
        focusZ: float | None = None,
        observationType: str | None = None,
        scienceProgram: str | None = None,
        observationReason: str | None = None,
        object: str | None = None,
        hasSimulatedContent: bool | None = None,
    ) -> VisitInfo:
        """Return these facts with some of them replaced.

        The parameters are those of the constructor; what is `None` stays.
        """
        given = dict(locals())
        changes = {name: value for name, value in given.items() if name in _FACTS and value is not None}
        return VisitInfo(**self._facts | changes)

    # ---- the facts

    def getExposureTime(self) -> float:
        """Return the exposure time, in s."""
        return self._facts["exposureTime"]

    def getDarkTime(self) -> float:
        """Return the time from flush to readout, in s."""
        return self._facts["darkTime"]

    def getDate(self) -> DateTime:
        """Return the date at the middle of the exposure."""
        return self._facts["date"]

    def getUt1(self) -> float:
        """Return UT1 at the middle of the exposure, as an MJD."""
        return self._facts["ut1"]

    def getEra(self) -> Angle:
        """Return the Earth rotation angle at the middle of the exposure."""
        return self._facts["era"]

    def getBoresightRaDec(self) -> SpherePoint:
        """Return the ICRS position of the boresight."""
        return self._facts["boresightRaDec"]

    def getBoresightAzAlt(self) -> SpherePoint:
        """Return the azimuth and altitude of the boresight."""
        return self._facts["boresightAzAlt"]

    def getBoresightAirmass(self) -> float:
        """Return the airmass at the boresight."""
        return self._facts["boresightAirmass"]

    def getBoresightRotAngle(self) -> Angle:
        """Return the rotation angle at the boresight."""
        return self._facts["boresightRotAngle"]

    def getRotType(self) -> RotType:
        """Return what the rotation angle is relative to."""
        return self._facts["rotType"]

    def getObservatory(self) -> Observatory:
        """Return the place of the observatory."""
        return self._facts["observatory"]

    def getWeather(self) -> Weather:
        """Return the weather."""
        return self._facts["weather"]

    def getInstrumentLabel(self) -> str:
        """Return the name of the instrument."""
        return self._facts["instrumentLabel"]

    def getId(self) -> int:
        """Return the identifier of the visit."""
        return self._facts["id"]

    def getFocusZ(self) -> float:
        """Return the defocal distance, in mm."""
        return self._facts["focusZ"]

    def getObservationType(self) -> str:
        """Return the type of the observation."""
        return self._facts["observationType"]

    def getScienceProgram(self) -> str:
        """Return the programme of the observation."""
        return self._facts["scienceProgram"]

    def getObservationReason(self) -> str:
        """Return the reason for the observation."""
        return self._facts["observationReason"]

    def getObject(self) -> str:
        """Return the target of the observation."""
        return self._facts["object"]

    def getHasSimulatedContent(self) -> bool:
        """Return whether any part of the observation is simulated."""
        return self._facts["hasSimulatedContent"]

    # ---- what follows from them

    def getLocalEra(self) -> Angle:
        """Return the Earth rotation angle plus the longitude."""
        return self._facts["era"] + self._facts["observatory"].getLongitude()

    def getBoresightHourAngle(self) -> Angle:
        """Return the hour angle of the boresight."""
        return self.getLocalEra() - self._facts["boresightRaDec"][0]

    def getBoresightParAngle(self) -> Angle:
        """Return the parallactic angle of the boresight.

        The angle from the celestial north pole to the zenith (Meeus 1998,
        equation 14.1).
        """
        hourAngle = self.getBoresightHourAngle().asRadians()
        declination = self._facts["boresightRaDec"][1].asRadians()
        latitude = self._facts["observatory"].getLatitude().asRadians()
        toEast = math.sin(hourAngle)
        toNorth = math.cos(declination) * math.tan(latitude) - math.sin(declination) * math.cos(hourAngle)
        return math.atan2(toEast, toNorth) * radians

    exposureTime = TypedProperty(getExposureTime)
    darkTime = TypedProperty(getDarkTime)
    date = TypedProperty(getDate)
    ut1 = TypedProperty(getUt1)
    era = TypedProperty(getEra)
    boresightRaDec = TypedProperty(getBoresightRaDec)
    boresightAzAlt = TypedProperty(getBoresightAzAlt)
    boresightAirmass = TypedProperty(getBoresightAirmass)
    boresightRotAngle = TypedProperty(getBoresightRotAngle)
    rotType = TypedProperty(getRotType)
    observatory = TypedProperty(getObservatory)
    weather = TypedProperty(getWeather)
    instrumentLabel = TypedProperty(getInstrumentLabel)
    id = TypedProperty(getId)
    focusZ = TypedProperty(getFocusZ)
    observationType = TypedProperty(getObservationType)
    scienceProgram = TypedProperty(getScienceProgram)
    observationReason = TypedProperty(getObservationReason)
    object = TypedProperty(getObject)
    hasSimulatedContent = TypedProperty(getHasSimulatedContent)
    localEra = TypedProperty(getLocalEra)
    boresightHourAngle = TypedProperty(getBoresightHourAngle)
    boresightParAngle = TypedProperty(getBoresightParAngle)

    # ---- the rest

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, VisitInfo):
            return NotImplemented
        return all(_areEqual(self._facts[name], other._facts[name]) for name in _FACTS)

    def __str__(self) -> str:
        date = self.date.toString(DateTime.TAI) if self.date.isValid() else "<invalid>"
        return (
            f"VisitInfo(exposureTime={self.exposureTime:g}, darkTime={self.darkTime:g}, date={date}, "
            f"UT1={self.ut1:g}, ERA={self.era}, boresightRaDec={self.boresightRaDec}, "
            f"boresightAzAlt={self.boresightAzAlt}, boresightAirmass={self.boresightAirmass:g}, "
            f"boresightRotAngle={self.boresightRotAngle}, rotType={int(self.rotType)}, "
            f"observatory={self.observatory}, weather={self.weather}, "
            f"instrumentLabel='{self.instrumentLabel}', id={self.id}, focusZ={self.focusZ:g}, "
            f"observationType='{self.observationType}', scienceProgram='{self.scienceProgram}', "
            f"observationReason='{self.observationReason}', object='{self.object}', "
            f"hasSimulatedContent={str(self.hasSimulatedContent).lower()})"
        )

    __repr__ = __str__

    def __reduce__(self) -> tuple[Any, ...]:
        return VisitInfo, tuple(self._facts.values())

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> VisitInfo:
        return VisitInfo(self)

    @property
    def isPersistable(self) -> bool:
        """Whether this can be written to a file (`bool`)."""
        return True


def _areEqual(left: Any, right: Any) -> bool:
    """Compare facts; what is not known equals what is not known."""
    if isinstance(left, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    if isinstance(left, Angle):
        return _areEqual(left.asRadians(), right.asRadians())
    if isinstance(left, SpherePoint):
        return left == right or not (left.isFinite() or right.isFinite())
    if isinstance(left, Observatory):
        return all(
            _areEqual(getattr(left, name)(), getattr(right, name)())
            for name in ("getLongitude", "getLatitude", "getElevation")
        )
    if isinstance(left, Weather):
        return all(
            _areEqual(getattr(left, name)(), getattr(right, name)())
            for name in ("getAirTemperature", "getAirPressure", "getHumidity")
        )
    return left == right
