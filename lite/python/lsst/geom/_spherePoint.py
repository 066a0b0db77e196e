# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["SpherePoint"]

import math
import operator
from collections.abc import Iterator, Sequence
from typing import Any

from lsst._lite import Partial
from lsst._lite.numbers import argumentError, toDouble, toIndex
from lsst.pex.exceptions import InvalidParameterError
from lsst.sphgeom import LonLat, UnitVector3d, Vector3d

from ._angle import HALFPI, Angle, AngleUnit, _makeAngle, degrees, requireAngle, wrapRadians
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not args and not kwargs:
            self._longitude = self._latitude = math.nan
        elif len(args) + len(kwargs) == 1:
            self._setFromObject(args, kwargs)
        else:
            self._setFromAngles(*_toAngles(args, kwargs))

    def _setFromObject(self, args: Any, kwargs: Any) -> None:
        types: dict[str, Any] = {
            "vector": Vector3d,
            "unitVector": UnitVector3d,
            "lonLat": LonLat,
            "other": SpherePoint,
        }
        value: Any = (*args, *kwargs.values())[0]
        wanted: Any = tuple(types.get(name, ()) for name in (kwargs or types))
        if not isinstance(value, wanted):
            raise argumentError("SpherePoint", *args, **kwargs)
        if isinstance(value, SpherePoint):
            self._longitude, self._latitude = value._longitude, value._latitude
        elif isinstance(value, LonLat):
            self._setFromAngles(value.getLon().asRadians(), value.getLat().asRadians())
        elif isinstance(value, UnitVector3d):
            self._setFromUnitVector(value.x(), value.y(), value.z())
        else:
            self._setFromVector(value.x(), value.y(), value.z())

    def _setFromAngles(self, longitude: float, latitude: float) -> None:
        """Set the coordinates, in radians."""
        self._longitude, self._latitude = wrapRadians(longitude), latitude
        if abs(latitude) > HALFPI:
            raise InvalidParameterError(f"Angle {latitude / degrees._radians:f} is not a valid latitude.")

    def _setFromVector(self, x: float, y: float, z: float) -> None:
        """Set the coordinates of a direction."""
        norm = math.sqrt(x * x + y * y + z * z)
        if norm <= 0.0:
            vector = f"[{x:g}, {y:g}, {z:g}]"
            raise InvalidParameterError(f"Vector {vector} has zero norm and cannot be normalized.")
        if not math.isfinite(norm):
            norm = math.nan
        self._setFromUnitVector(x / norm, y / norm, z / norm)

    def _setFromUnitVector(self, x: float, y: float, z: float) -> None:
        self._latitude = _asin(z)
        self._longitude = 0.0 if self.atPole() else wrapRadians(math.atan2(y, x))

    def getLongitude(self) -> Angle:
        """Return the longitude (`Angle`)."""
        return _makeAngle(self._longitude)

    def getLatitude(self) -> Angle:
        """Return the latitude (`Angle`)."""
        return _makeAngle(self._latitude)

    def getRa(self) -> Angle:
        """Return the longitude, as right ascension (`Angle`)."""
        return _makeAngle(self._longitude)

    def getDec(self) -> Angle:
        """Return the latitude, as declination (`Angle`)."""
        return _makeAngle(self._latitude)

    def getPosition(self, units: AngleUnit) -> Point2D:
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

    def getVector(self) -> UnitVector3d:
        """Return the unit vector (`lsst.sphgeom.UnitVector3d`)."""
        # The constructor would normalize once more and lose the last bit.
        vector = UnitVector3d.__new__(UnitVector3d)
        vector.__setstate__(self._toUnitVector())  # type: ignore[attr-defined]
        return vector

    def _toUnitVector(self) -> tuple[float, float, float]:
        """Compute the coordinates of the unit vector."""
        cosLatitude = math.cos(self._latitude)
        return (
            math.cos(self._longitude) * cosLatitude,
            math.sin(self._longitude) * cosLatitude,
            math.sin(self._latitude),
        )

    def isFinite(self) -> bool:
        """Return whether both coordinates are finite (`bool`)."""
        return math.isfinite(self._longitude) and math.isfinite(self._latitude)

    def atPole(self) -> bool:
        """Return whether this is one of the poles (`bool`)."""
        return abs(self._latitude) >= HALFPI

    def bearingTo(self, other: SpherePoint) -> Angle:
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

    def separation(self, other: SpherePoint) -> Angle:
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

    def rotated(self, axis: SpherePoint, amount: Angle) -> SpherePoint:
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

    def offset(self, bearing: Angle, amount: Angle) -> SpherePoint:
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

    def getTangentPlaneOffset(self, other: SpherePoint) -> tuple[Angle, Angle]:
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

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> Angle:
        return _makeAngle((self._longitude, self._latitude)[toIndex(index, 2)])

    def __iter__(self) -> Iterator[Angle]:
        return iter((self.getLongitude(), self.getLatitude()))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LonLat):
            other = SpherePoint(other)
        if not isinstance(other, SpherePoint):
            return NotImplemented
        return self._longitude == other._longitude and self._latitude == other._latitude

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return SpherePoint, (self.getLongitude(), self.getLatitude())

    def __str__(self) -> str:
        return f"({self.getLongitude().asDegrees():.10f}, {self.getLatitude().asDegrees():+.10f})"

    def __repr__(self) -> str:
        return f"SpherePoint({', '.join(f'{angle.asDegrees()!r}*degrees' for angle in self)})"


def _toAngles(args: Any, kwargs: Any) -> tuple[float, ...]:
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


def _requirePoint(what: str, value: Any) -> SpherePoint:
    """Return an argument that must be a position."""
    if isinstance(value, LonLat):
        return SpherePoint(value)
    if not isinstance(value, SpherePoint):
        raise argumentError(what, value)
    return value


def _cross(a: Sequence[float], b: Sequence[float]) -> tuple[float, float, float]:
    """Compute the cross product of two vectors."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _rotationMatrix(axis: Sequence[float], angle: float) -> tuple[tuple[float, float, float], ...]:
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


def _sin(value: float) -> float:
    """Compute a sine, which is NaN for an infinite angle."""
    return math.sin(value) if math.isfinite(value) else math.nan


def _cos(value: float) -> float:
    """Compute a cosine, which is NaN for an infinite angle."""
    return math.cos(value) if math.isfinite(value) else math.nan


def _asin(value: float) -> float:
    """Compute an inverse sine, which is NaN outside -1 to 1."""
    return math.asin(value) if -1.0 <= value <= 1.0 else math.nan
