# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["SpherePoint"]

import math
import operator
from collections.abc import Iterator, Sequence
from typing import Any, overload

from lsst._lite import Partial
from lsst._lite.numbers import argumentError, require, toDouble, toIndex
from lsst.pex.exceptions import InvalidParameterError
from lsst.sphgeom import LonLat, NormalizedAngle, UnitVector3d, Vector3d

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

    @overload
    def __init__(self) -> None: ...
    @overload
    def __init__(self, longitude: Angle, latitude: Angle) -> None: ...
    @overload
    def __init__(self, longitude: float, latitude: float, units: AngleUnit) -> None: ...
    @overload
    def __init__(self, vector: Vector3d) -> None: ...
    @overload
    def __init__(self, unitVector: UnitVector3d) -> None: ...
    @overload
    def __init__(self, lonLat: LonLat) -> None: ...
    @overload
    def __init__(self, other: SpherePoint) -> None: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._longitude = self._latitude = math.nan
        if len(args) + len(kwargs) > 1:
            self._setAngles(*args, **kwargs)
        elif args or kwargs.keys() & {"vector", "unitVector", "lonLat", "other"}:
            self._setObject(*args, *kwargs.values())
        elif kwargs:
            raise argumentError("SpherePoint", **kwargs)

    def _setAngles(self, longitude: Any, latitude: Any, units: AngleUnit | None = None) -> None:
        if units is None:
            angles = [requireAngle("SpherePoint", angle)._radians for angle in (longitude, latitude)]
        else:
            unit = require("SpherePoint", units, AngleUnit)._radians
            angles = [toDouble(number) * unit for number in (longitude, latitude)]
        self._longitude, self._latitude = wrapRadians(angles[0]), angles[1]
        if abs(self._latitude) > HALFPI:
            latitude = self._latitude / degrees._radians
            raise InvalidParameterError(f"Angle {latitude:f} is not a valid latitude.")

    def _setObject(self, value: Any) -> None:
        if isinstance(value, SpherePoint):
            self._longitude, self._latitude = value._longitude, value._latitude
            return
        if isinstance(value, LonLat):
            self._longitude, self._latitude = value.getLon().asRadians(), value.getLat().asRadians()
        elif isinstance(value, Vector3d | UnitVector3d):
            self._setVector(value.x(), value.y(), value.z())
        else:
            raise argumentError("SpherePoint", value)

    def _setVector(self, x: float, y: float, z: float) -> None:
        norm = math.sqrt(x * x + y * y + z * z)
        if norm == 0.0:
            raise InvalidParameterError("Vector has zero norm and cannot be normalized.")
        # The arc sine loses digits near the poles, as in the stack.
        self._latitude = math.asin(z / norm)
        self._longitude = 0.0 if self.atPole() else wrapRadians(math.atan2(y / norm, x / norm))

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
        return UnitVector3d(self._toLonLat())

    def _toUnitVector(self) -> tuple[float, float, float]:
        distance = math.cos(self._latitude)
        x, y = math.cos(self._longitude) * distance, math.sin(self._longitude) * distance
        return x, y, math.sin(self._latitude)

    def _toLonLat(self) -> LonLat:
        return LonLat.fromRadians(self._longitude, self._latitude)

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
        other = require("bearingTo", other, SpherePoint)
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
        other = require("separation", other, SpherePoint)
        return _makeAngle(NormalizedAngle(self._toLonLat(), other._toLonLat()).asRadians())

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
        axis = require("rotated", axis, SpherePoint)
        angle = requireAngle("rotated", amount)._radians
        sine, cosine = math.sin(angle), math.cos(angle)
        # The formula of Rodrigues, rounded as in the stack.
        x, y, z = pole = axis._toUnitVector()
        sinX, sinY, sinZ = (sine * value for value in pole)
        cosX, cosY, cosZ = ((1.0 - cosine) * value for value in pole)
        rows = (
            (cosX * x + cosine, cosX * y - sinZ, cosX * z + sinY),
            (cosX * y + sinZ, cosY * y + cosine, cosY * z - sinX),
            (cosX * z - sinY, cosY * z + sinX, cosZ * z + cosine),
        )
        vector = self._toUnitVector()
        result = SpherePoint()
        result._setVector(*(sum(map(operator.mul, row, vector)) for row in rows))
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
        east = -math.sin(self._longitude), math.cos(self._longitude), 0.0
        north = _cross(position, east)
        direction = [math.cos(phi) * e + math.sin(phi) * n for e, n in zip(east, north, strict=True)]
        axis = SpherePoint()
        axis._setVector(*_cross(position, direction))
        return self.rotated(axis, amount)

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
        other = require("getTangentPlaneOffset", other, SpherePoint)
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


def _cross(a: Sequence[float], b: Sequence[float]) -> tuple[float, float, float]:
    """Compute the cross product of two vectors."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]
