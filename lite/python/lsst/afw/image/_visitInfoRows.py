# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the facts about a visit are persisted."""

__all__ = []

import math
from typing import Any

from lsst.afw.coord import Observatory, Weather
from lsst.afw.fits._outputArchive import OutputArchive
from lsst.afw.fits._registry import Persistable, oneCatalog, onlyRow, register
from lsst.afw.fits._tables import Field, Schema
from lsst.daf.base import DateTime
from lsst.geom import Angle, SpherePoint, radians

from ._rotType import RotType
from ._visitInfo import VisitInfo

_VISIT_INFO = Schema(
    (
        Field("exposuretime", "D", "exposure duration", "s"),
        Field("darktime", "D", "time from CCD flush to readout", "s"),
        Field("tai", "K", "TAI date and time at middle of exposure as nsec from unix epoch", "nsec"),
        Field("ut1", "D", "UT1 date and time at middle of exposure", "MJD"),
        Field("era", "D", "earth rotation angle at middle of exposure", "rad"),
        Field("boresightradec_ra", "D", "sky position of boresight at middle of exposure", "rad"),
        Field("boresightradec_dec", "D", "sky position of boresight at middle of exposure", "rad"),
        Field(
            "boresightazalt_az",
            "D",
            "refracted apparent topocentric position of boresight at middle of exposure",
            "rad",
        ),
        Field(
            "boresightazalt_alt",
            "D",
            "refracted apparent topocentric position of boresight at middle of exposure",
            "rad",
        ),
        Field("boresightairmass", "D", "airmass at boresight, relative to zenith at sea level"),
        Field("boresightrotangle", "D", "rotation angle at boresight at middle of exposure", "rad"),
        Field("rottype", "J", "rotation type; see VisitInfo.getRotType for details", "MJD"),
        Field("latitude", "D", "latitude of telescope (+ is east of Greenwich)", "rad"),
        Field("longitude", "D", "longitude of telescope", "rad"),
        Field("elevation", "D", "elevation of telescope"),
        Field("airtemperature", "D", "air temperature", "C"),
        Field("airpressure", "D", "air pressure", "Pascal"),
        Field("humidity", "D", "humidity (%)"),
        Field("instrumentlabel", "QA", "Short name of the instrument that took this data"),
        Field("version", "J", "version of this VisitInfo"),
        Field("idnum", "K", "identifier of this full focal plane exposure"),
        Field("focusz", "D", "defocal distance", "mm"),
        Field("observationType", "QA", "type of this observation (e.g. science, flat, bias)"),
        Field("scienceProgram", "QA", "observing program (survey or proposal) identifier"),
        Field("observationReason", "QA", "reason this observation was taken, or its purpose"),
        Field("object", "QA", "object of interest or field name"),
        Field("hasSimulatedContent", "flag", "Was any part of this observation simulated?"),
    )
)

_VISIT_INFO_VERSION = 5


def _readVisitInfo(archive: Any, rows: Any) -> VisitInfo:
    row = onlyRow(rows)
    version = row.integer("version") if "version" in row else 0
    if version > _VISIT_INFO_VERSION:
        raise ValueError(f"expected VisitInfo version up to {_VISIT_INFO_VERSION}, found {version}")

    def number(name: str, default: float = math.nan) -> float:
        # Older versions do not have all columns.
        return row.scalar(name) if name in row else default

    def word(name: str) -> str:
        return row.string(name) if name in row else ""

    def angle(name: str) -> Angle:
        return number(name) * radians

    return VisitInfo(
        exposureTime=number("exposuretime"),
        darkTime=number("darktime"),
        date=DateTime(row.integer("tai"), DateTime.TAI),
        ut1=number("ut1"),
        era=angle("era"),
        boresightRaDec=SpherePoint(angle("boresightradec_ra"), angle("boresightradec_dec")),
        boresightAzAlt=SpherePoint(angle("boresightazalt_az"), angle("boresightazalt_alt")),
        boresightAirmass=number("boresightairmass"),
        boresightRotAngle=angle("boresightrotangle"),
        rotType=RotType(row.integer("rottype")),
        observatory=Observatory(angle("longitude"), angle("latitude"), number("elevation")),
        weather=Weather(number("airtemperature"), number("airpressure"), number("humidity")),
        instrumentLabel=word("instrumentlabel"),
        id=row.integer("idnum") if "idnum" in row else 0,
        focusZ=number("focusz"),
        observationType=word("observationType"),
        scienceProgram=word("scienceProgram"),
        observationReason=word("observationReason"),
        object=word("object"),
        hasSimulatedContent=row.hasFlag("hasSimulatedContent") and row.flag("hasSimulatedContent"),
    )


def _visitInfoRows(info: VisitInfo, archive: OutputArchive) -> Any:
    observatory, weather = info.getObservatory(), info.getWeather()
    ra, dec = info.getBoresightRaDec()
    az, alt = info.getBoresightAzAlt()
    return [
        {
            "exposuretime": info.getExposureTime(),
            "darktime": info.getDarkTime(),
            "tai": info.getDate().nsecs(DateTime.TAI),
            "ut1": info.getUt1(),
            "era": info.getEra().asRadians(),
            "boresightradec_ra": ra.asRadians(),
            "boresightradec_dec": dec.asRadians(),
            "boresightazalt_az": az.asRadians(),
            "boresightazalt_alt": alt.asRadians(),
            "boresightairmass": info.getBoresightAirmass(),
            "boresightrotangle": info.getBoresightRotAngle().asRadians(),
            "rottype": info.getRotType().value,
            "latitude": observatory.getLatitude().asRadians(),
            "longitude": observatory.getLongitude().asRadians(),
            "elevation": observatory.getElevation(),
            "airtemperature": weather.getAirTemperature(),
            "airpressure": weather.getAirPressure(),
            "humidity": weather.getHumidity(),
            "instrumentlabel": info.getInstrumentLabel(),
            "version": _VISIT_INFO_VERSION,
            "idnum": info.getId(),
            "focusz": info.getFocusZ(),
            "observationType": info.getObservationType(),
            "scienceProgram": info.getScienceProgram(),
            "observationReason": info.getObservationReason(),
            "object": info.getObject(),
            "hasSimulatedContent": info.getHasSimulatedContent(),
        }
    ]


register(Persistable("VisitInfo", "", _readVisitInfo, oneCatalog(_VISIT_INFO, _visitInfoRows)))
