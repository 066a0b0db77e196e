# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts about a visit as FITS header cards."""

__all__ = ["readCards", "setVisitInfoMetadata", "stripVisitInfoKeywords"]

import math

from lsst._lite.arguments import checkArguments
from lsst.afw.coord import Observatory, Weather
from lsst.daf.base import DateTime, PropertyList, PropertySet
from lsst.geom import SpherePoint, degrees
from lsst.pex.exceptions import RuntimeError

from ._rotType import RotType

_KEYWORDS = (
    "EXPID",
    "EXPTIME",
    "DARKTIME",
    "DATE-AVG",
    "TIMESYS",
    "TIME-MID",
    "MJD-AVG-UT1",
    "AVG-ERA",
    "BORE-RA",
    "BORE-DEC",
    "BORE-AZ",
    "BORE-ALT",
    "BORE-AIRMASS",
    "BORE-ROTANG",
    "ROTTYPE",
    "OBS-LONG",
    "OBS-LAT",
    "OBS-ELEV",
    "AIRTEMP",
    "AIRPRESS",
    "HUMIDITY",
    "INSTRUMENT",
    "IDNUM",
    "FOCUSZ",
    "OBSTYPE",
    "PROGRAM",
    "REASON",
    "OBJECT",
    "HAS-SIMULATED-CONTENT",
)


def stripVisitInfoKeywords(metadata):
    """Remove the cards that hold facts about a visit.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet`
        Header, changed in place.

    Returns
    -------
    count : `int`
        Number of cards removed.
    """
    checkArguments("stripVisitInfoKeywords", metadata=(metadata, PropertySet))
    present = [name for name in _KEYWORDS if metadata.exists(name)]
    for name in present:
        metadata.remove(name)
    return len(present)


def setVisitInfoMetadata(metadata, visitInfo):
    """Write facts about a visit as cards; what is not known has none.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertyList`
        Header, changed in place.
    visitInfo : `VisitInfo`
        The facts.
    """
    from ._visitInfo import VisitInfo

    checkArguments(
        "setVisitInfoMetadata", metadata=(metadata, PropertyList), visitInfo=(visitInfo, VisitInfo)
    )

    def setNumber(name, value):
        if math.isfinite(value):
            metadata.set(name, value)

    def setAngle(name, value):
        setNumber(name, value.asDegrees())

    def setWord(name, value):
        if value:
            metadata.set(name, value)

    setNumber("EXPTIME", visitInfo.getExposureTime())
    setNumber("DARKTIME", visitInfo.getDarkTime())
    if visitInfo.getDate().isValid():
        date = visitInfo.getDate().toString(DateTime.TAI)
        metadata.set("DATE-AVG", date, "TAI date at middle of observation")
        metadata.set("TIMESYS", "TAI")
    setNumber("MJD-AVG-UT1", visitInfo.getUt1())
    setAngle("AVG-ERA", visitInfo.getEra())
    setAngle("BORE-RA", visitInfo.getBoresightRaDec()[0])
    setAngle("BORE-DEC", visitInfo.getBoresightRaDec()[1])
    setAngle("BORE-AZ", visitInfo.getBoresightAzAlt()[0])
    setAngle("BORE-ALT", visitInfo.getBoresightAzAlt()[1])
    setNumber("BORE-AIRMASS", visitInfo.getBoresightAirmass())
    setAngle("BORE-ROTANG", visitInfo.getBoresightRotAngle())
    metadata.set("ROTTYPE", visitInfo.getRotType().name, "Type of rotation angle")
    setAngle("OBS-LONG", visitInfo.getObservatory().getLongitude())
    setAngle("OBS-LAT", visitInfo.getObservatory().getLatitude())
    setNumber("OBS-ELEV", visitInfo.getObservatory().getElevation())
    setNumber("AIRTEMP", visitInfo.getWeather().getAirTemperature())
    setNumber("AIRPRESS", visitInfo.getWeather().getAirPressure())
    setNumber("HUMIDITY", visitInfo.getWeather().getHumidity())
    setWord("INSTRUMENT", visitInfo.getInstrumentLabel())
    if visitInfo.getId() != 0:
        metadata.set("IDNUM", visitInfo.getId(), "identifier of this full focal plane exposure")
    setNumber("FOCUSZ", visitInfo.getFocusZ())
    setWord("OBSTYPE", visitInfo.getObservationType())
    setWord("PROGRAM", visitInfo.getScienceProgram())
    setWord("REASON", visitInfo.getObservationReason())
    setWord("OBJECT", visitInfo.getObject())
    metadata.set(
        "HAS-SIMULATED-CONTENT",
        visitInfo.getHasSimulatedContent(),
        "Was any part of this observation simulated?",
    )


def readCards(metadata):
    """Read facts about a visit from header cards.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet`
        Header; cards may be missing.

    Returns
    -------
    facts : `dict` [`str`]
        Arguments for the constructor of `VisitInfo`.

    Raises
    ------
    lsst.pex.exceptions.RuntimeError
        Raised if there is a date that is not TAI, or a rotation type that
        does not exist.
    """

    def getNumber(name):
        """Return a number, NaN if it is missing or no number."""
        value = metadata.getScalar(name) if metadata.exists(name) else math.nan
        return float(value) if isinstance(value, (int, float)) else math.nan

    def getPoint(first, second):
        return SpherePoint(getNumber(first) * degrees, getNumber(second) * degrees)

    def getWord(name):
        return str(metadata.getScalar(name)) if metadata.exists(name) else ""

    return dict(
        # Some old files have the exposure time as a string.
        exposureTime=float(metadata.getScalar("EXPTIME")) if metadata.exists("EXPTIME") else math.nan,
        darkTime=getNumber("DARKTIME"),
        date=_readDate(metadata),
        ut1=getNumber("MJD-AVG-UT1"),
        era=getNumber("AVG-ERA") * degrees,
        boresightRaDec=getPoint("BORE-RA", "BORE-DEC"),
        boresightAzAlt=getPoint("BORE-AZ", "BORE-ALT"),
        boresightAirmass=getNumber("BORE-AIRMASS"),
        boresightRotAngle=getNumber("BORE-ROTANG") * degrees,
        rotType=_readRotType(metadata),
        observatory=Observatory(
            getNumber("OBS-LONG") * degrees, getNumber("OBS-LAT") * degrees, getNumber("OBS-ELEV")
        ),
        weather=Weather(getNumber("AIRTEMP"), getNumber("AIRPRESS"), getNumber("HUMIDITY")),
        instrumentLabel=getWord("INSTRUMENT"),
        id=int(metadata.getScalar("IDNUM")) if metadata.exists("IDNUM") else 0,
        focusZ=getNumber("FOCUSZ"),
        observationType=getWord("OBSTYPE"),
        scienceProgram=getWord("PROGRAM"),
        observationReason=getWord("REASON"),
        object=getWord("OBJECT"),
        hasSimulatedContent=bool(
            metadata.exists("HAS-SIMULATED-CONTENT") and metadata.getScalar("HAS-SIMULATED-CONTENT")
        ),
    )


def _readDate(metadata):
    """Read the date at the middle of the exposure."""
    if metadata.exists("DATE-AVG"):
        system = metadata.getScalar("TIMESYS").rstrip() if metadata.exists("TIMESYS") else None
        if system != "TAI":
            raise RuntimeError(f"VisitInfo requires TIMESYS to exist and to equal 'TAI'; it is {system!r}")
        return DateTime(metadata.getScalar("DATE-AVG").rstrip(), DateTime.TAI)
    if metadata.exists("TIME-MID"):
        # An obsolete keyword; always UTC, although its comment says TAI.
        return DateTime(metadata.getScalar("TIME-MID").rstrip(), DateTime.UTC)
    return DateTime()


def _readRotType(metadata):
    """Read what the rotation angle is relative to."""
    if not metadata.exists("ROTTYPE"):
        return RotType.UNKNOWN
    name = metadata.getScalar("ROTTYPE")
    if name not in RotType.__members__:
        raise RuntimeError(f"Unknown RotType name: {name!r}")
    return RotType[name]
