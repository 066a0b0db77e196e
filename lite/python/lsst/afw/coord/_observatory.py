# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an observatory is."""

__all__ = ["Observatory"]

from lsst.geom import Angle


def _checkAngle(value):
    if not isinstance(value, Angle):
        raise TypeError(f"incompatible argument: {type(value).__name__}, not an Angle")
    return Angle(value)


def _checkNumber(value):
    if isinstance(value, (str, Angle)):
        raise TypeError(f"incompatible argument: {type(value).__name__}, not a number")
    return float(value)


class Observatory:
    """The location of an observatory.

    Parameters
    ----------
    longitude : `lsst.geom.Angle`
        Longitude, positive East of Greenwich.
    latitude : `lsst.geom.Angle`
        Latitude.
    elevation : `float`
        Height above the reference spheroid, in metres.
    """

    def __init__(self, longitude, latitude, elevation, /):
        self._longitude = _checkAngle(longitude)
        self._latitude = _checkAngle(latitude)
        self._elevation = _checkNumber(elevation)

    def getLongitude(self):
        """Get the longitude, positive East (`lsst.geom.Angle`)."""
        return self._longitude

    def getLatitude(self):
        """Get the latitude (`lsst.geom.Angle`)."""
        return self._latitude

    def getElevation(self):
        """Get the elevation, in metres (`float`)."""
        return self._elevation

    def setLongitude(self, longitude):
        """Set the longitude (`lsst.geom.Angle`), positive East."""
        self._longitude = _checkAngle(longitude)

    def setLatitude(self, latitude):
        """Set the latitude (`lsst.geom.Angle`)."""
        self._latitude = _checkAngle(latitude)

    def setElevation(self, elevation):
        """Set the elevation (`float`), in metres."""
        self._elevation = _checkNumber(elevation)

    def _key(self):
        return (self._longitude.asRadians(), self._latitude.asRadians(), self._elevation)

    def __eq__(self, other):
        if not isinstance(other, Observatory):
            return NotImplemented
        # As in C++, NaN differs from itself, even where it is one object.
        return all(a == b for a, b in zip(self._key(), other._key(), strict=True))

    __hash__ = None

    def __str__(self):
        longitude, latitude = self._longitude.asDegrees(), self._latitude.asDegrees()
        return f"{longitude:g}W, {latitude:g}N  {self._elevation:g}"

    __repr__ = __str__


Observatory.__module__ = "lsst.afw.coord"
