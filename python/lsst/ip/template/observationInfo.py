# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Observing conditions as the image packages know them."""

__all__ = ["toVisitInfo"]

import math
from typing import Any

from lsst.afw.coord import Observatory, Weather
from lsst.afw.image import VisitInfo
from lsst.geom import Angle, SpherePoint, degrees, radians


def toVisitInfo(conditions: Any) -> VisitInfo | None:
    """Return observing conditions as a `lsst.afw.image.VisitInfo`.

    Parameters
    ----------
    conditions : `lsst.afw.image.VisitInfo`, \
            `astro_metadata_translator.ObservationInfo` or `None`
        What an `lsst.afw.image.Exposure` or an `lsst.images.VisitImage` has.

    Returns
    -------
    visitInfo : `lsst.afw.image.VisitInfo` or `None`
        The conditions that refraction depends on. Of an observation info,
        what it lacks is NaN, and the Earth's rotation angle is that of UTC,
        less than 15 arcseconds from that of UT1.
    """
    if not hasattr(conditions, "tracking_radec"):
        return conditions
    facts: dict[str, Any] = {}
    if (raDec := conditions.tracking_radec) is not None:
        facts["boresightRaDec"] = SpherePoint(raDec.icrs.ra.rad, raDec.icrs.dec.rad, radians)
    if (azAlt := conditions.altaz_begin) is not None:
        facts["boresightAzAlt"] = SpherePoint(azAlt.az.rad, azAlt.alt.rad, radians)
    if (place := conditions.location) is not None:
        longitude, latitude, height = place.to_geodetic()
        facts["observatory"] = Observatory(
            longitude.rad * radians, latitude.rad * radians, height.to_value("m")
        )
    begin, end = conditions.datetime_begin, conditions.datetime_end
    if begin is not None and end is not None:
        facts["era"] = _findEarthRotation(begin + 0.5 * (end - begin))
    facts["weather"] = Weather(
        _valueOf(conditions.temperature, "K") - 273.15,
        _valueOf(conditions.pressure, "Pa"),
        math.nan if conditions.relative_humidity is None else conditions.relative_humidity,
    )
    return VisitInfo(**facts)


def _findEarthRotation(time: Any) -> Angle:
    """Find the Earth's rotation angle at a time (`astropy.time.Time`).

    UTC stands for UT1, whose difference would have to be fetched.
    """
    days = (time.utc.jd1 - 2451545.0) + time.utc.jd2
    # IAU 2000 (Capitaine et al. 2000, A&A 355, 398), turns since J2000.
    turns = 0.7790572732640 + 0.00273781191135448 * days + days % 1.0
    return (360.0 * (turns % 1.0)) * degrees


def _valueOf(quantity: Any, unit: str) -> float:
    return math.nan if quantity is None else quantity.to_value(unit)
