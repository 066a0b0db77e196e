# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = [
    "Angle",
    "AngleUnit",
    "radians",
    "degrees",
    "hours",
    "arcminutes",
    "arcseconds",
    "milliarcseconds",
]

import math
from collections.abc import Callable
from typing import Any

import lsst.sphgeom
from lsst._lite.numbers import argumentError, divide, formatG, toDouble

PI = math.pi
TWOPI = PI * 2.0
HALFPI = PI * 0.5


class AngleUnit:
    """Unit of an angle; a number times a unit is an `Angle`.

    The units are the module's constants: there is no constructor.
    """

    __slots__ = ("_radians",)

    _radians: float

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError("lsst.geom.AngleUnit: No constructor defined!")

    def __mul__(self, other: Any) -> Angle:
        if isinstance(other, (Angle, AngleUnit)):
            raise NotImplementedError
        try:
            return _makeAngle(toDouble(other) * self._radians)
        except TypeError:
            return NotImplemented

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AngleUnit):
            return NotImplemented
        return self._radians == other._radians

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return AngleUnit, (1.0 * self,)


def _makeUnit(value: float) -> AngleUnit:
    """Make a unit of a size given in radians."""
    unit = AngleUnit.__new__(AngleUnit)
    unit._radians = value
    return unit


radians = _makeUnit(1.0)
degrees = _makeUnit(PI / 180.0)
hours = _makeUnit(PI * 15.0 / 180.0)
arcminutes = _makeUnit(PI / 60 / 180.0)
arcseconds = _makeUnit(PI / 180.0 / 3600.0)
# Not PI/180/3.6e6, or 180 degrees would differ from as many
# milliarcseconds in the last bit.
milliarcseconds = _makeUnit(PI / (180.0 * 3.6e6))


class Angle:
    """Angle, kept in radians.

    Parameters
    ----------
    val : `float`, optional
        Size of the angle.
    units : `AngleUnit`, optional
        Unit of ``val``.
    """

    __slots__ = ("_radians",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not args and not kwargs:
            self._radians = 0.0
            return
        try:
            self._radians = _angleArguments(*args, **kwargs)
        except TypeError as err:
            raise argumentError("Angle", *args, **kwargs) from err

    def asAngularUnits(self, units: AngleUnit, /) -> float:
        """Return the size in a given unit.

        Parameters
        ----------
        units : `AngleUnit`
            The unit.

        Returns
        -------
        size : `float`
            Number of units.
        """
        return self._radians / _requireUnit("asAngularUnits", units)._radians

    def asRadians(self) -> float:
        """Return the size in radians (`float`)."""
        return self._radians

    def asDegrees(self) -> float:
        """Return the size in degrees (`float`)."""
        return self._radians / degrees._radians

    def asHours(self) -> float:
        """Return the size in hours (`float`)."""
        return self._radians / hours._radians

    def asArcminutes(self) -> float:
        """Return the size in minutes of arc (`float`)."""
        return self._radians / arcminutes._radians

    def asArcseconds(self) -> float:
        """Return the size in seconds of arc (`float`)."""
        return self._radians / arcseconds._radians

    def asMilliarcseconds(self) -> float:
        """Return the size in thousandths of a second of arc (`float`)."""
        return self._radians / milliarcseconds._radians

    def wrap(self) -> Angle:
        """Return the equivalent angle from 0 to less than 2 pi radians
        (`Angle`).
        """
        return _makeAngle(wrapRadians(self._radians))

    def wrapCtr(self) -> Angle:
        """Return the equivalent angle from -pi to less than pi radians
        (`Angle`).
        """
        return _makeAngle(_wrapCentred(self._radians))

    def wrapNear(self, refAng: Angle, /) -> Angle:
        """Return the equivalent angle that is closest to another one.

        Parameters
        ----------
        refAng : `Angle`
            The reference.

        Returns
        -------
        angle : `Angle`
            Angle from ``refAng - pi`` to less than ``refAng + pi``, but for
            rounding errors at the upper limit.
        """
        reference = requireAngle("wrapNear", refAng)._radians
        wrapped = _wrapCentred(self._radians - reference) + reference
        if wrapped - reference >= PI:
            wrapped -= TWOPI
        if wrapped - reference < -PI:
            wrapped += TWOPI
        return _makeAngle(wrapped)

    def separation(self, other: Angle, /) -> Angle:
        """Return the signed difference to another angle.

        Parameters
        ----------
        other : `Angle`
            The angle to subtract.

        Returns
        -------
        difference : `Angle`
            Difference from -pi to less than pi radians.
        """
        return _makeAngle(_wrapCentred(self._radians - requireAngle("separation", other)._radians))

    def __float__(self) -> float:
        return self._radians

    def __abs__(self) -> Angle:
        return _makeAngle(abs(self._radians))

    def __neg__(self) -> Angle:
        return _makeAngle(-self._radians)

    def __add__(self, other: Any) -> Angle:
        other = _asAngle(other)
        return NotImplemented if other is None else _makeAngle(self._radians + other._radians)

    def __sub__(self, other: Any) -> Angle:
        other = _asAngle(other)
        return NotImplemented if other is None else _makeAngle(self._radians - other._radians)

    def __iadd__(self, other: Any) -> Angle:
        self._radians += requireAngle("__iadd__", other)._radians
        return _makeAngle(self._radians)

    def __isub__(self, other: Any) -> Angle:
        self._radians -= requireAngle("__isub__", other)._radians
        return _makeAngle(self._radians)

    def __mul__(self, other: Any) -> Angle:
        try:
            return _makeAngle(self._radians * toDouble(other))
        except TypeError:
            return NotImplemented

    __rmul__ = __mul__

    def __imul__(self, other: Any) -> Angle:
        self._radians *= toDouble(other)
        return _makeAngle(self._radians)

    def __truediv__(self, other: Any) -> Angle:
        if isinstance(other, Angle):
            raise TypeError("unsupported operand type(s) for /: 'Angle' and 'Angle'")
        try:
            return _makeAngle(divide(self._radians, toDouble(other)))
        except TypeError:
            return NotImplemented

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Angle):
            mine, theirs = self._radians, other._radians
            return mine == theirs or (mine != mine and theirs != theirs)
        return self._compare(other, float.__eq__)

    def __ne__(self, other: object) -> bool:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def __lt__(self, other: Any) -> bool:
        return self._compare(other, float.__lt__)

    def __le__(self, other: Any) -> bool:
        return self._compare(other, float.__le__)

    def __gt__(self, other: Any) -> bool:
        return self._compare(other, float.__gt__)

    def __ge__(self, other: Any) -> bool:
        return self._compare(other, float.__ge__)

    __hash__ = None  # type: ignore[assignment]

    def _compare(self, other: Any, operation: Callable[[float, float], bool]) -> bool:
        """Compare with an angle, or with a number of radians."""
        try:
            return operation(self._radians, toDouble(other if (angle := _asAngle(other)) is None else angle))
        except TypeError:
            return NotImplemented

    def __reduce__(self) -> tuple[Any, ...]:
        return Angle, (self._radians,)

    def __str__(self) -> str:
        return f"{formatG(self._radians)} rad"

    def __repr__(self) -> str:
        value = self.asDegrees()
        number = f"{value:0.17g}" if math.isfinite(value) else f"float('{value}')"
        return f"Angle({number}, degrees)"


def _makeAngle(value: float) -> Angle:
    """Make an angle of a size given in radians."""
    angle = Angle.__new__(Angle)
    angle._radians = value
    return angle


def _angleArguments(val: Any, units: Any = radians) -> float:
    """Compute the size, in radians, from the arguments of `Angle`."""
    return toDouble(val) * _requireUnit("Angle", units)._radians


def _asAngle(value: Any) -> Angle | None:
    """Return an angle, also for one of `lsst.sphgeom`; `None` for others."""
    if isinstance(value, Angle):
        return value
    return _makeAngle(value.asRadians()) if isinstance(value, lsst.sphgeom.Angle) else None


def requireAngle(what: str, value: Any) -> Angle:
    """Return an argument that must be an angle.

    Parameters
    ----------
    what : `str`
        Name of the function that got the argument.
    value : `object`
        The argument.

    Returns
    -------
    angle : `Angle`
        The argument.

    Raises
    ------
    TypeError
        Raised if it is something else.
    """
    angle = _asAngle(value)
    if angle is None:
        raise argumentError(what, value)
    return angle


def _requireUnit(what: str, value: Any) -> AngleUnit:
    """Return an argument that must be a unit."""
    if not isinstance(value, AngleUnit):
        raise argumentError(what, value)
    return value


def wrapRadians(value: float) -> float:
    """Wrap a number of radians to the range from 0 to less than 2 pi."""
    wrapped = math.fmod(value, TWOPI) if math.isfinite(value) else math.nan
    if wrapped < 0.0:
        wrapped += TWOPI
    # A tiny negative number plus 2 pi gives 2 pi.
    return 0.0 if wrapped >= TWOPI else wrapped


def _wrapCentred(value: float) -> float:
    """Wrap a number of radians to the range from -pi to less than pi."""
    wrapped = math.fmod(value, TWOPI) if math.isfinite(value) else math.nan
    if wrapped < -PI:
        wrapped += TWOPI
        return -PI if wrapped >= PI else wrapped
    if wrapped >= PI:
        wrapped -= TWOPI
        return -PI if wrapped < -PI else wrapped
    return wrapped
