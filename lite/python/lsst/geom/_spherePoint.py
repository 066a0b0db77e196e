# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

__all__ = ["SpherePoint"]

import math
import operator

from lsst._lite import Partial
from lsst._lite.numbers import argumentError, toDouble, toIndex
from lsst.pex.exceptions import InvalidParameterError
from lsst.sphgeom import LonLat, UnitVector3d, Vector3d

from ._angle import HALFPI, AngleUnit, _makeAngle, degrees, requireAngle, wrapRadians
from ._coordinates import Point2D


class SpherePoint(Partial):
    """Position on the sky: longitude and latitude, for instance in ICRS.

    Parameters
    ----------
    longitude, latitude : `Angle` or `float`
        The coordinates; the longitude is wrapped to 0 to 2 pi radians.
    units : `AngleUnit`, optional
        Unit of coordinates that are numbers; required for these.
    vector : `lsst.sphgeom.Vector3d`
        Vector in the direction of the position, instead.
    unitVector : `lsst.sphgeom.UnitVector3d`
        Unit vector, instead.
    lonLat : `lsst.sphgeom.LonLat`
        Longitude and latitude, instead.
    other : `SpherePoint`
        Position to copy, instead. Without any argument both coordinates are
        NaN.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if the latitude is beyond a pole, or for a vector of length
        zero.
    """

    __slots__ = ("_latitude", "_longitude")

    def __init__(self, *args, **kwargs):
        if not args and not kwargs:
            self._longitude = self._latitude = math.nan
        elif len(args) + len(kwargs) == 1:
            self._setFromObject(args, kwargs)
        else:
            self._setFromAngles(*_toAngles(args, kwargs))

    def _setFromObject(self, args, kwargs):
        types = {"vector": Vector3d, "unitVector": UnitVector3d, "lonLat": LonLat, "other": SpherePoint}
        (value,) = [*args, *kwargs.values()]
        if not isinstance(value, tuple(types.get(name, ()) for name in (kwargs or types))):
            raise argumentError("SpherePoint", *args, **kwargs)
        if isinstance(value, SpherePoint):
            self._longitude, self._latitude = value._longitude, value._latitude
        elif isinstance(value, LonLat):
            self._setFromAngles(value.getLon().asRadians(), value.getLat().asRadians())
        elif isinstance(value, UnitVector3d):
            self._setFromUnitVector(value.x(), value.y(), value.z())
        else:
            self._setFromVector(value.x(), value.y(), value.z())

    def _setFromAngles(self, longitude, latitude):
        """Set the coordinates, in radians."""
        self._longitude, self._latitude = wrapRadians(longitude), latitude
        if abs(latitude) > HALFPI:
            raise InvalidParameterError(f"Angle {latitude / degrees._radians:f} is not a valid latitude.")

    def _setFromVector(self, x, y, z):
        """Set the coordinates of a direction."""
        norm = math.sqrt(x * x + y * y + z * z)
        if norm <= 0.0:
            vector = f"[{x:g}, {y:g}, {z:g}]"
            raise InvalidParameterError(f"Vector {vector} has zero norm and cannot be normalized.")
        if not math.isfinite(norm):
            norm = math.nan
        self._setFromUnitVector(x / norm, y / norm, z / norm)

    def _setFromUnitVector(self, x, y, z):
        self._latitude = _asin(z)
        self._longitude = 0.0 if self.atPole() else wrapRadians(math.atan2(y, x))

    def getLongitude(self):
        """Return the longitude (`Angle`)."""
        return _makeAngle(self._longitude)

    def getLatitude(self):
        """Return the latitude (`Angle`)."""
        return _makeAngle(self._latitude)

    def getRa(self):
        """Return the longitude, as right ascension (`Angle`)."""
        return _makeAngle(self._longitude)

    def getDec(self):
        """Return the latitude, as declination (`Angle`)."""
        return _makeAngle(self._latitude)

    def getPosition(self, units):
        """Return both coordinates as numbers.

        Parameters
        ----------
        units : `AngleUnit`
            Unit of the result.

        Returns
        -------
        position : `Point2D`
            Longitude and latitude.
        """
        return Point2D(self.getLongitude().asAngularUnits(units), self.getLatitude().asAngularUnits(units))

    def getVector(self):
        """Return the unit vector (`lsst.sphgeom.UnitVector3d`)."""
        # The constructor would normalize once more and lose the last bit.
        vector = UnitVector3d.__new__(UnitVector3d)
        vector.__setstate__(self._toUnitVector())
        return vector

    def _toUnitVector(self):
        """Compute the coordinates of the unit vector."""
        cosLatitude = math.cos(self._latitude)
        return (
            math.cos(self._longitude) * cosLatitude,
            math.sin(self._longitude) * cosLatitude,
            math.sin(self._latitude),
        )

    def isFinite(self):
        """Tell whether both coordinates are finite (`bool`)."""
        return math.isfinite(self._longitude) and math.isfinite(self._latitude)

    def atPole(self):
        """Tell whether this is one of the poles (`bool`)."""
        return abs(self._latitude) >= HALFPI

    def bearingTo(self, other):
        """Return the direction to another position.

        Parameters
        ----------
        other : `SpherePoint`
            The other position.

        Returns
        -------
        bearing : `Angle`
            Direction, from 0 to 2 pi radians: 0 is east, pi/2 is north.
        """
        other = _requirePoint("bearingTo", other)
        deltaLongitude = other._longitude - self._longitude
        sin1, cos1 = math.sin(self._latitude), math.cos(self._latitude)
        sin2, cos2 = math.sin(other._latitude), math.cos(other._latitude)
        y = math.sin(deltaLongitude) * cos2
        x = cos1 * sin2 - sin1 * cos2 * math.cos(deltaLongitude)
        return _makeAngle(wrapRadians(90.0 * degrees._radians - math.atan2(y, x)))

    def separation(self, other):
        """Return the distance to another position, along a great circle.

        Parameters
        ----------
        other : `SpherePoint`
            The other position.

        Returns
        -------
        separation : `Angle`
            The distance.
        """
        other = _requirePoint("separation", other)
        sinLatitude = math.sin((self._latitude - other._latitude) / 2.0)
        sinLongitude = math.sin((self._longitude - other._longitude) / 2.0)
        haversine = sinLatitude * sinLatitude + math.cos(self._latitude) * math.cos(other._latitude) * (
            sinLongitude * sinLongitude
        )
        return _makeAngle(2.0 * _asin(math.sqrt(haversine)))

    def rotated(self, axis, amount):
        """Return this position after a rotation of the sky.

        Parameters
        ----------
        axis : `SpherePoint`
            Pole of the rotation.
        amount : `Angle`
            Angle of the rotation, by the right-hand rule.

        Returns
        -------
        position : `SpherePoint`
            The new position.
        """
        axis = _requirePoint("rotated", axis)
        matrix = _rotationMatrix(axis._toUnitVector(), requireAngle("rotated", amount)._radians)
        vector = self._toUnitVector()
        result = SpherePoint()
        result._setFromVector(*(sum(map(operator.mul, row, vector)) for row in matrix))
        return result

    def offset(self, bearing, amount):
        """Return a position at a given distance and direction.

        Parameters
        ----------
        bearing : `Angle`
            Direction: 0 is east, pi/2 is north.
        amount : `Angle`
            Distance along the great circle.

        Returns
        -------
        position : `SpherePoint`
            The new position.
        """
        phi = requireAngle("offset", bearing)._radians
        position = self._toUnitVector()
        east = (-math.sin(self._longitude), math.cos(self._longitude), 0.0)
        north = _cross(position, east)
        direction = tuple(_cos(phi) * u + _sin(phi) * w for u, w in zip(east, north, strict=True))
        axis = SpherePoint()
        axis._setFromVector(*_cross(position, direction))
        return self.rotated(axis, requireAngle("offset", amount))

    def getTangentPlaneOffset(self, other):
        """Return the offset to another position in a tangent plane.

        Parameters
        ----------
        other : `SpherePoint`
            The other position.

        Returns
        -------
        xi, eta : `Angle`
            Offsets towards east and north.
        """
        other = _requirePoint("getTangentPlaneOffset", other)
        deltaLongitude = other._longitude - self._longitude
        sin1, cos1 = math.sin(self._latitude), math.cos(self._latitude)
        sin2, cos2 = math.sin(other._latitude), math.cos(other._latitude)
        cosDelta, sinDelta = math.cos(deltaLongitude), math.sin(deltaLongitude)
        divisor = cos1 * cosDelta * cos2 + sin1 * sin2
        xi = cos1 * sinDelta / divisor
        eta = (cos1 * cosDelta * sin2 - sin1 * cos2) / divisor
        return _makeAngle(xi), _makeAngle(eta)

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return _makeAngle((self._longitude, self._latitude)[toIndex(index, 2)])

    def __iter__(self):
        return iter((self.getLongitude(), self.getLatitude()))

    def __eq__(self, other):
        if isinstance(other, LonLat):
            other = SpherePoint(other)
        if not isinstance(other, SpherePoint):
            return NotImplemented
        return self._longitude == other._longitude and self._latitude == other._latitude

    __hash__ = None

    def __reduce__(self):
        return SpherePoint, (self.getLongitude(), self.getLatitude())

    def __str__(self):
        return f"({self.getLongitude().asDegrees():.10f}, {self.getLatitude().asDegrees():+.10f})"

    def __repr__(self):
        return f"SpherePoint({', '.join(f'{angle.asDegrees()!r}*degrees' for angle in self)})"


def _toAngles(args, kwargs):
    """Turn longitude, latitude and perhaps a unit into radians."""
    names = ("longitude", "latitude", "units")
    bound = dict(zip(names, args, strict=False))
    if len(args) > 3 or not bound.keys().isdisjoint(kwargs) or not kwargs.keys() <= set(names):
        raise argumentError("SpherePoint", *args, **kwargs)
    bound.update(kwargs)
    try:
        if len(bound) == 2:
            return tuple(requireAngle("SpherePoint", bound[name])._radians for name in names[:2])
        if not isinstance(bound["units"], AngleUnit):
            raise TypeError("units must be an AngleUnit")
        return tuple(toDouble(bound[name]) * bound["units"]._radians for name in names[:2])
    except (KeyError, TypeError) as err:
        raise argumentError("SpherePoint", *args, **kwargs) from err


def _requirePoint(what, value):
    """Return an argument that must be a position."""
    if isinstance(value, LonLat):
        return SpherePoint(value)
    if not isinstance(value, SpherePoint):
        raise argumentError(what, value)
    return value


def _cross(a, b):
    """Compute the cross product of two vectors."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _rotationMatrix(axis, angle):
    """Compute the matrix of a rotation.

    Parameters
    ----------
    axis : `tuple` of `float`
        Unit vector of the axis.
    angle : `float`
        Angle in radians.

    Returns
    -------
    matrix : `tuple` of `tuple` of `float`
        The rows (the formula of Rodrigues).
    """
    cosine = _cos(angle)
    x, y, z = axis
    sinX, sinY, sinZ = (_sin(angle) * value for value in axis)
    cosX, cosY, cosZ = ((1.0 - cosine) * value for value in axis)
    return (
        (cosX * x + cosine, cosX * y - sinZ, cosX * z + sinY),
        (cosX * y + sinZ, cosY * y + cosine, cosY * z - sinX),
        (cosX * z - sinY, cosY * z + sinX, cosZ * z + cosine),
    )


def _sin(value):
    """Compute a sine, which is NaN for an infinite angle."""
    return math.sin(value) if math.isfinite(value) else math.nan


def _cos(value):
    """Compute a cosine, which is NaN for an infinite angle."""
    return math.cos(value) if math.isfinite(value) else math.nan


def _asin(value):
    """Compute an inverse sine, which is NaN outside -1 to 1."""
    return math.asin(value) if -1.0 <= value <= 1.0 else math.nan
