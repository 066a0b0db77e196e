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
from typing import Any

import numpy as np

import lsst.sphgeom
from lsst._lite.numbers import require, toDouble

PI = math.pi
TWOPI = PI * 2.0
HALFPI = PI * 0.5


class AngleUnit:
    """Unit of an angle; a number times a unit is an `Angle`.

    The units are the module's constants; nobody needs another.
    """

    __slots__ = ("_radians",)

    def __init__(self, radians: float, /) -> None:
        self._radians = radians

    def __mul__(self, other: float) -> Angle:
        if isinstance(other, (Angle, AngleUnit)):
            raise NotImplementedError
        try:
            return _makeAngle(toDouble(other) * self._radians)
        except TypeError:
            # An array multiplies its elements, one by one.
            return NotImplemented

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AngleUnit):
            return NotImplemented
        return self._radians == other._radians

    __hash__ = None  # type: ignore[assignment]


radians = AngleUnit(1.0)
degrees = AngleUnit(PI / 180.0)
hours = AngleUnit(PI * 15.0 / 180.0)
arcminutes = AngleUnit(PI / 60 / 180.0)
arcseconds = AngleUnit(PI / 180.0 / 3600.0)
# Not PI/180/3.6e6, or 180 degrees would differ from as many
# milliarcseconds in the last bit.
milliarcseconds = AngleUnit(PI / (180.0 * 3.6e6))


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

    def __init__(self, val: float = 0.0, units: AngleUnit = radians) -> None:
        self._radians = toDouble(val) * require("Angle", units, AngleUnit)._radians

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
        return self._radians / require("asAngularUnits", units, AngleUnit)._radians

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
        return _makeAngle(_wrapCentred(self._radians - reference) + reference)

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

    def __add__(self, other: Angle) -> Angle:
        return _makeAngle(self._radians + requireAngle("__add__", other)._radians)

    def __sub__(self, other: Angle) -> Angle:
        return _makeAngle(self._radians - requireAngle("__sub__", other)._radians)

    def __mul__(self, other: float) -> Angle:
        try:
            return _makeAngle(self._radians * toDouble(other))
        except TypeError:
            # A unit refuses, an array multiplies its elements, one by one.
            return NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: float) -> Angle:
        if isinstance(other, Angle):
            raise TypeError("unsupported operand type(s) for /: 'Angle' and 'Angle'")
        # As in C++, a division by zero gives an infinity or NaN.
        with np.errstate(divide="ignore", invalid="ignore"):
            return _makeAngle(float(np.float64(self._radians) / toDouble(other)))

    __iadd__, __isub__, __imul__ = __add__, __sub__, __mul__

    # Angles compare with other angles, and with numbers of radians.

    def __eq__(self, other: object) -> bool:
        try:
            mine, theirs = self._radians, _toRadians(other)
        except TypeError:
            return NotImplemented
        return mine == theirs or (mine != mine and theirs != theirs)

    def __lt__(self, other: Angle | float) -> bool:
        return self._radians < _toRadians(other)

    def __le__(self, other: Angle | float) -> bool:
        return self._radians <= _toRadians(other)

    def __gt__(self, other: Angle | float) -> bool:
        return self._radians > _toRadians(other)

    def __ge__(self, other: Angle | float) -> bool:
        return self._radians >= _toRadians(other)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return Angle, (self._radians,)

    def __str__(self) -> str:
        return f"{self._radians:g} rad"

    def __repr__(self) -> str:
        value = self.asDegrees()
        number = f"{value:0.17g}" if math.isfinite(value) else f"float('{value}')"
        return f"Angle({number}, degrees)"


def _makeAngle(value: float) -> Angle:
    """Make an angle of a size given in radians."""
    angle = Angle.__new__(Angle)
    angle._radians = value
    return angle


def _toRadians(value: Any) -> float:
    """Return the size of an angle, or a number of radians."""
    return value.asRadians() if isinstance(value, lsst.sphgeom.Angle) else toDouble(value)


def requireAngle(what: str, value: Any) -> Angle:
    """Return an argument that must be an angle, perhaps of `lsst.sphgeom`.

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
    if isinstance(value, lsst.sphgeom.Angle):
        return _makeAngle(value.asRadians())
    return require(what, value, Angle)


def wrapRadians(value: float) -> float:
    """Wrap a number of radians to the range from 0 to less than 2 pi."""
    wrapped = value % TWOPI
    # A tiny negative number plus 2 pi gives 2 pi.
    return 0.0 if wrapped >= TWOPI else wrapped


def _wrapCentred(value: float) -> float:
    """Wrap a number of radians to the range from -pi to less than pi."""
    wrapped = math.remainder(value, TWOPI) if math.isfinite(value) else math.nan
    return -PI if wrapped >= PI else wrapped
