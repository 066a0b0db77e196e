# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an observatory is."""

__all__ = ["Observatory"]

from lsst._lite.numbers import toDouble
from lsst.geom import Angle
from lsst.geom._angle import requireAngle


class Observatory:
    """The location of an observatory. It never changes.

    Parameters
    ----------
    longitude : `lsst.geom.Angle`
        Longitude, positive East of Greenwich.
    latitude : `lsst.geom.Angle`
        Latitude.
    elevation : `float`
        Height above the reference spheroid, in metres.
    """

    def __init__(self, longitude: Angle, latitude: Angle, elevation: float, /) -> None:
        self._longitude = requireAngle("longitude", longitude)
        self._latitude = requireAngle("latitude", latitude)
        self._elevation = toDouble(elevation)

    def getLongitude(self) -> Angle:
        """Get the longitude, positive East (`lsst.geom.Angle`)."""
        return self._longitude

    def getLatitude(self) -> Angle:
        """Get the latitude (`lsst.geom.Angle`)."""
        return self._latitude

    def getElevation(self) -> float:
        """Get the elevation, in metres (`float`)."""
        return self._elevation

    def _key(self) -> tuple[float, float, float]:
        return (self._longitude.asRadians(), self._latitude.asRadians(), self._elevation)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Observatory):
            return NotImplemented
        # As in C++, NaN differs from itself, even where it is one object.
        return all(a == b for a, b in zip(self._key(), other._key(), strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        longitude, latitude = self._longitude.asDegrees(), self._latitude.asDegrees()
        return f"{longitude:g}W, {latitude:g}N  {self._elevation:g}"

    __repr__ = __str__


Observatory.__module__ = "lsst.afw.coord"
