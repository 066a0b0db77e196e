# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts about a visit as FITS header cards."""

__all__ = ["readCards", "stripVisitInfoKeywords"]

import math
from typing import Any

from lsst._lite.arguments import checkArguments
from lsst.afw.coord import Observatory, Weather
from lsst.daf.base import DateTime, PropertySet
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


def stripVisitInfoKeywords(metadata: PropertySet) -> int:
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


def readCards(metadata: PropertySet) -> dict[str, Any]:
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

    def getNumber(name: str) -> float:
        """Return a number, NaN if it is missing or no number."""
        value = metadata.getScalar(name) if metadata.exists(name) else math.nan
        return float(value) if isinstance(value, (int, float)) else math.nan

    def getPoint(first: str, second: str) -> SpherePoint:
        return SpherePoint(getNumber(first) * degrees, getNumber(second) * degrees)

    def getWord(name: str) -> str:
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


def _readDate(metadata: PropertySet) -> DateTime:
    """Read the date at the middle of the exposure."""
    if metadata.exists("DATE-AVG"):
        system = metadata.getString("TIMESYS").rstrip() if metadata.exists("TIMESYS") else None
        if system != "TAI":
            raise RuntimeError(f"VisitInfo requires TIMESYS to exist and to equal 'TAI'; it is {system!r}")
        return DateTime(metadata.getString("DATE-AVG").rstrip(), DateTime.TAI)
    if metadata.exists("TIME-MID"):
        # An obsolete keyword; always UTC, although its comment says TAI.
        return DateTime(metadata.getString("TIME-MID").rstrip(), DateTime.UTC)
    return DateTime()


def _readRotType(metadata: PropertySet) -> RotType:
    """Read what the rotation angle is relative to."""
    if not metadata.exists("ROTTYPE"):
        return RotType.UNKNOWN
    name = metadata.getScalar("ROTTYPE")
    if name not in RotType.__members__:
        raise RuntimeError(f"Unknown RotType name: {name!r}")
    return RotType[name]
