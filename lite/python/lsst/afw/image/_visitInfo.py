# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts about a visit."""

from __future__ import annotations

__all__ = ["VisitInfo"]

import math
from typing import Any

from lsst._lite.arguments import Bool, Float, Int, MismatchError, Overloads
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


@VisitInfoInterface.register
class VisitInfo(FitsPersistable):
    """Where the telescope pointed in a visit, when, and how it was used.

    Facts never change after construction; see `copyWith`.

    Called as ``VisitInfo(metadata)``, ``VisitInfo(visitInfo)``, or with
    facts, all optional:

    Parameters
    ----------
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _INIT_FORMS(self, args, kwargs)

    def _initFacts(
        self,
        exposureTime: Float = math.nan,
        darkTime: Float = math.nan,
        date: DateTime = DateTime(),
        ut1: Float = math.nan,
        era: Angle = _NAN_ANGLE,
        boresightRaDec: SpherePoint = _NAN_POINT,
        boresightAzAlt: SpherePoint = _NAN_POINT,
        boresightAirmass: Float = math.nan,
        boresightRotAngle: Angle = _NAN_ANGLE,
        rotType: RotType = RotType.UNKNOWN,
        observatory: Observatory = Observatory(_NAN_ANGLE, _NAN_ANGLE, math.nan),
        weather: Weather = Weather(math.nan, math.nan, math.nan),
        instrumentLabel: str = "",
        id: Int = 0,
        focusZ: Float = math.nan,
        observationType: str = "",
        scienceProgram: str = "",
        observationReason: str = "",
        object: str = "",
        hasSimulatedContent: Bool = False,
    ) -> None:
        self._exposureTime = exposureTime
        self._darkTime = darkTime
        self._date = date
        self._ut1 = ut1
        self._era = era
        self._boresightRaDec = boresightRaDec
        self._boresightAzAlt = boresightAzAlt
        self._boresightAirmass = boresightAirmass
        self._boresightRotAngle = boresightRotAngle
        self._rotType = rotType
        self._observatory = observatory
        self._weather = weather
        self._instrumentLabel = instrumentLabel
        self._id = id
        self._focusZ = focusZ
        self._observationType = observationType
        self._scienceProgram = scienceProgram
        self._observationReason = observationReason
        self._object = object
        self._hasSimulatedContent = hasSimulatedContent

    def _initMetadata(self, metadata: PropertySet) -> None:
        self._initFacts(**readCards(metadata))

    def _initCopy(self, visitInfo: object) -> None:
        if not isinstance(visitInfo, VisitInfo):
            raise MismatchError("not a VisitInfo")
        self._initFacts(**visitInfo._asDict())

    def _asDict(self) -> dict[str, Any]:
        """Return the facts, by the names of the constructor's arguments."""
        return {name: getattr(self, f"_{name}") for name in _FACTS}

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
        changes = dict(
            exposureTime=exposureTime,
            darkTime=darkTime,
            date=date,
            ut1=ut1,
            era=era,
            boresightRaDec=boresightRaDec,
            boresightAzAlt=boresightAzAlt,
            boresightAirmass=boresightAirmass,
            boresightRotAngle=boresightRotAngle,
            rotType=rotType,
            observatory=observatory,
            weather=weather,
            instrumentLabel=instrumentLabel,
            id=id,
            focusZ=focusZ,
            observationType=observationType,
            scienceProgram=scienceProgram,
            observationReason=observationReason,
            object=object,
            hasSimulatedContent=hasSimulatedContent,
        )
        facts = self._asDict()
        facts.update((name, value) for name, value in changes.items() if value is not None)
        return VisitInfo(**facts)

    # ---- the facts

    def getExposureTime(self) -> float:
        """Return the exposure time, in s."""
        return self._exposureTime

    def getDarkTime(self) -> float:
        """Return the time from flush to readout, in s."""
        return self._darkTime

    def getDate(self) -> DateTime:
        """Return the date at the middle of the exposure."""
        return self._date

    def getUt1(self) -> float:
        """Return UT1 at the middle of the exposure, as an MJD."""
        return self._ut1

    def getEra(self) -> Angle:
        """Return the Earth rotation angle at the middle of the exposure."""
        return self._era

    def getBoresightRaDec(self) -> SpherePoint:
        """Return the ICRS position of the boresight."""
        return self._boresightRaDec

    def getBoresightAzAlt(self) -> SpherePoint:
        """Return the azimuth and altitude of the boresight."""
        return self._boresightAzAlt

    def getBoresightAirmass(self) -> float:
        """Return the airmass at the boresight."""
        return self._boresightAirmass

    def getBoresightRotAngle(self) -> Angle:
        """Return the rotation angle at the boresight."""
        return self._boresightRotAngle

    def getRotType(self) -> RotType:
        """Return what the rotation angle is relative to."""
        return self._rotType

    def getObservatory(self) -> Observatory:
        """Return the place of the observatory."""
        return self._observatory

    def getWeather(self) -> Weather:
        """Return the weather."""
        return self._weather

    def getInstrumentLabel(self) -> str:
        """Return the name of the instrument."""
        return self._instrumentLabel

    def getId(self) -> int:
        """Return the identifier of the visit."""
        return self._id

    def getFocusZ(self) -> float:
        """Return the defocal distance, in mm."""
        return self._focusZ

    def getObservationType(self) -> str:
        """Return the type of the observation."""
        return self._observationType

    def getScienceProgram(self) -> str:
        """Return the programme of the observation."""
        return self._scienceProgram

    def getObservationReason(self) -> str:
        """Return the reason for the observation."""
        return self._observationReason

    def getObject(self) -> str:
        """Return the target of the observation."""
        return self._object

    def getHasSimulatedContent(self) -> bool:
        """Return whether any part of the observation is simulated."""
        return self._hasSimulatedContent

    # ---- what follows from them

    def getLocalEra(self) -> Angle:
        """Return the Earth rotation angle plus the longitude."""
        return self._era + self._observatory.getLongitude()

    def getBoresightHourAngle(self) -> Angle:
        """Return the hour angle of the boresight."""
        return self.getLocalEra() - self._boresightRaDec[0]

    def getBoresightParAngle(self) -> Angle:
        """Return the parallactic angle of the boresight.

        The angle from the celestial north pole to the zenith (Meeus 1998,
        equation 14.1).
        """
        hourAngle = self.getBoresightHourAngle().asRadians()
        declination = self._boresightRaDec[1].asRadians()
        latitude = self._observatory.getLatitude().asRadians()
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
        mine, theirs = self._asDict(), other._asDict()
        return all(_areEqual(mine[name], theirs[name]) for name in _FACTS)

    def __str__(self) -> str:
        date = self._date.toString(DateTime.TAI) if self._date.isValid() else "<invalid>"
        return (
            f"VisitInfo(exposureTime={self._exposureTime:g}, darkTime={self._darkTime:g}, date={date}, "
            f"UT1={self._ut1:g}, ERA={self._era}, boresightRaDec={self._boresightRaDec}, "
            f"boresightAzAlt={self._boresightAzAlt}, boresightAirmass={self._boresightAirmass:g}, "
            f"boresightRotAngle={self._boresightRotAngle}, rotType={int(self._rotType)}, "
            f"observatory={self._observatory}, weather={self._weather}, "
            f"instrumentLabel='{self._instrumentLabel}', id={self._id}, focusZ={self._focusZ:g}, "
            f"observationType='{self._observationType}', scienceProgram='{self._scienceProgram}', "
            f"observationReason='{self._observationReason}', object='{self._object}', "
            f"hasSimulatedContent={str(self._hasSimulatedContent).lower()})"
        )

    __repr__ = __str__

    def __reduce__(self) -> tuple[Any, ...]:
        return VisitInfo, tuple(self._asDict().values())

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


_INIT_FORMS = Overloads("VisitInfo", VisitInfo._initFacts, VisitInfo._initMetadata, VisitInfo._initCopy)

_FACTS = tuple(_INIT_FORMS._forms[0].signature.parameters)[1:]
