# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts about a visit as FITS cards."""

__all__ = ["setVisitInfoMetadata"]

import math

from lsst._lite.arguments import checkArguments
from lsst.daf.base import DateTime, PropertyList
from lsst.geom import Angle

from ._visitInfo import VisitInfo


def setVisitInfoMetadata(metadata: PropertyList, visitInfo: VisitInfo) -> None:
    """Write facts about a visit as cards; what is not known has none.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertyList`
        Header, changed in place.
    visitInfo : `VisitInfo`
        The facts.
    """
    checkArguments(
        "setVisitInfoMetadata", metadata=(metadata, PropertyList), visitInfo=(visitInfo, VisitInfo)
    )

    def setNumber(name: str, value: float) -> None:
        if math.isfinite(value):
            metadata.set(name, value)

    def setAngle(name: str, value: Angle) -> None:
        setNumber(name, value.asDegrees())

    def setWord(name: str, value: str) -> None:
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
