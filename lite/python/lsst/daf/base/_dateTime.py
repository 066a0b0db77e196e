# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["DateTime"]

import calendar
import datetime
import enum
import math
import operator
import re
import time
from typing import TYPE_CHECKING, Any, overload

import erfa
import numpy as np

from lsst._lite import Partial
from lsst.pex.exceptions import DomainError, RuntimeError as PexRuntimeError

if TYPE_CHECKING:
    import astropy.time

_NSEC_PER_SEC = 1_000_000_000
_NSEC_PER_DAY = 86_400 * _NSEC_PER_SEC
_TT_MINUS_TAI = 32_184_000_000
_EPOCH_IN_MJD = 40587.0
_MJD_TO_JD = 2400000.5
_JD2000 = 2451544.50
_MAX_DAYS = 106751.99
_FIRST_UTC = calendar.timegm((1961, 1, 1, 0, 0, 0)) * _NSEC_PER_SEC
_ISO8601 = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})T(\d{2}):?(\d{2}):?(\d{2})(?:[.,](\d*))?(Z?)", re.ASCII)


class DateTime(Partial):
    """Point in time, to the nanosecond.

    Parameters
    ----------
    nsecs : `int`
        Nanoseconds since 1970.
    date : `float`
        Date in the given system, instead.
    system : `DateTime.DateSystem`, optional
        System of ``date``: MJD (default), JD or EPOCH (Julian epoch).
    scale : `DateTime.Timescale`, optional
        Time scale: TAI (default), UTC or TT.
    *args
        Year, month, day, hour, minute, second and scale, instead; or an
        ISO 8601 string, which ends in ``Z`` for UTC and only for UTC, and the
        scale. Without any argument the time is invalid.

    Raises
    ------
    lsst.pex.exceptions.DomainError
        Raised for a time that cannot be converted, or for a string of
        another format.
    """

    __slots__ = ("_nsecs",)

    class Timescale(enum.Enum):
        """Time scale."""

        TAI = 5
        UTC = 6
        TT = 7

    class DateSystem(enum.Enum):
        """System for dates as numbers."""

        JD = 0
        MJD = 1
        EPOCH = 2

    TAI, UTC, TT = Timescale
    JD, MJD, EPOCH = DateSystem

    invalid_nsecs = -(2**63)

    @overload
    def __init__(self) -> None: ...
    @overload
    def __init__(self, nsecs: int, scale: Timescale = ...) -> None: ...
    @overload
    def __init__(self, date: float, system: DateSystem = ..., scale: Timescale = ...) -> None: ...
    @overload
    def __init__(
        self, year: int, month: int, day: int, hour: int, minute: int, second: int, scale: Timescale, /
    ) -> None: ...
    @overload
    def __init__(self, iso8601: str, scale: Timescale, /) -> None: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not args and not kwargs:
            self._nsecs = self.invalid_nsecs
        elif len(args) == 7:
            self._nsecs = _fromCalendar(*args, **kwargs)
        elif args and isinstance(args[0], str):
            self._nsecs = _fromString(*args, **kwargs)
        elif kwargs.keys() & {"date", "system"} or any(isinstance(a, float | self.DateSystem) for a in args):
            self._nsecs = _fromDate(*args, **kwargs)
        else:
            self._nsecs = _fromNsecs(*args, **kwargs)

    @staticmethod
    def now() -> DateTime:
        """Return the current time (`DateTime`), to the microsecond."""
        return DateTime(time.time_ns() // 1000 * 1000, DateTime.UTC)

    def isValid(self) -> bool:
        """Return whether this is a time at all (`bool`)."""
        return self._nsecs != self.invalid_nsecs

    def nsecs(self, scale: Timescale = Timescale.TAI) -> int:
        """Return the nanoseconds since 1970.

        Parameters
        ----------
        scale : `DateTime.Timescale`, optional
            Time scale.

        Returns
        -------
        nsecs : `int`
            Number of nanoseconds; ``invalid_nsecs`` for an invalid time.
        """
        return _fromTai(self._nsecs, scale) if self.isValid() else self.invalid_nsecs

    def get(self, system: DateSystem = DateSystem.MJD, scale: Timescale = Timescale.TAI) -> float:
        """Return the date as a number.

        Parameters
        ----------
        system : `DateTime.DateSystem`, optional
            System of the result.
        scale : `DateTime.Timescale`, optional
            Time scale.

        Returns
        -------
        date : `float`
            Days, or years for a Julian epoch.

        Raises
        ------
        lsst.pex.exceptions.RuntimeError
            Raised for an invalid time.
        """
        mjd = float(self._validNsecs(scale)) / _NSEC_PER_DAY + _EPOCH_IN_MJD
        match system:
            case DateTime.MJD:
                return mjd
            case DateTime.JD:
                return mjd + _MJD_TO_JD
            case DateTime.EPOCH:
                return 2000.0 + (mjd + _MJD_TO_JD - _JD2000) / 365.25
        raise TypeError(f"expected a DateTime.DateSystem, found {system!r}")

    def toString(self, scale: Timescale, /) -> str:
        """Return the time in the format of ISO 8601.

        Parameters
        ----------
        scale : `DateTime.Timescale`
            Time scale.

        Returns
        -------
        text : `str`
            Date and time with nanoseconds, and a ``Z`` for UTC.

        Raises
        ------
        lsst.pex.exceptions.RuntimeError
            Raised for an invalid time.
        """
        return f"{np.datetime64(self._validNsecs(scale), 'ns')}{'Z' if scale is DateTime.UTC else ''}"

    def _validNsecs(self, scale: Timescale) -> int:
        """Return the nanoseconds of a valid time."""
        if not self.isValid():
            raise PexRuntimeError("DateTime not valid")
        return _fromTai(self._nsecs, scale)

    def toPython(self, timescale: Timescale | None = None) -> datetime.datetime:
        """Return the time for the standard library.

        Parameters
        ----------
        timescale : `DateTime.Timescale`, optional
            Time scale; TAI by default.

        Returns
        -------
        datetime : `datetime.datetime`
            The time, to the microsecond and without time zone.

        Raises
        ------
        lsst.pex.exceptions.RuntimeError
            Raised for an invalid time.
        """
        nsecs = self._validNsecs(timescale or DateTime.TAI)
        return datetime.datetime.fromtimestamp(nsecs / _NSEC_PER_SEC, tz=datetime.UTC).replace(tzinfo=None)

    def toAstropy(self, timescale: Timescale | None = None) -> astropy.time.Time:
        """Return the time for astropy.

        Parameters
        ----------
        timescale : `DateTime.Timescale`, optional
            Not used: the result is always TAI.

        Returns
        -------
        time : `astropy.time.Time`
            The time, as MJD.

        Raises
        ------
        lsst.pex.exceptions.RuntimeError
            Raised for an invalid time.
        """
        import astropy.time

        return astropy.time.Time(self.get(DateTime.MJD, DateTime.TAI), scale="tai", format="mjd")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DateTime):
            return NotImplemented
        return self._nsecs == other._nsecs

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other: Any) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self._nsecs < other._nsecs

    def __reduce__(self) -> tuple[Any, ...]:
        return DateTime, (self._nsecs,)

    def __repr__(self) -> str:
        return f'DateTime("{self.toString(DateTime.TAI)}", TAI)' if self.isValid() else "DateTime()"


def _fromNsecs(nsecs: int, scale: DateTime.Timescale = DateTime.TAI) -> int:
    return _toTai(operator.index(nsecs), scale)


def _fromDate(
    date: float, system: DateTime.DateSystem = DateTime.MJD, scale: DateTime.Timescale = DateTime.TAI
) -> int:
    """Convert a date that is a number to nanoseconds of TAI."""
    match system:
        case DateTime.MJD:
            days = date - _EPOCH_IN_MJD
        case DateTime.JD:
            days = date - _MJD_TO_JD - _EPOCH_IN_MJD
        case DateTime.EPOCH:
            days = 365.25 * (date - 2000.0) + _JD2000 - _MJD_TO_JD - _EPOCH_IN_MJD
        case _:
            raise TypeError(f"expected a DateTime.DateSystem, found {system!r}")
    if math.isnan(days):
        return DateTime.invalid_nsecs
    if abs(days) > _MAX_DAYS:
        raise DomainError(f"MJD too far in the {'past' if days < 0 else 'future'}: {days + _EPOCH_IN_MJD:g}")
    return _toTai(int(days * _NSEC_PER_DAY), scale)


def _fromCalendar(
    year: int, month: int, day: int, hour: int, minute: int, second: int, scale: DateTime.Timescale
) -> int:
    """Convert a calendar date to nanoseconds of TAI."""
    if not 1902 <= year <= 2261:
        raise DomainError(f"Year = {year} out of range [1902, 2261]")
    if not 1 <= month <= 12:
        raise DomainError(f"Month = {month} out of range [1, 12]")
    return _toTai(calendar.timegm((year, month, day, hour, minute, second)) * _NSEC_PER_SEC, scale)


def _fromString(iso8601: str, scale: DateTime.Timescale) -> int:
    """Convert an ISO 8601 string to nanoseconds of TAI."""
    match = _ISO8601.fullmatch(iso8601)
    if match is None or (match[8] == "Z") != (scale is DateTime.UTC):
        raise DomainError(f"Not in acceptable ISO8601 format: {iso8601}")
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction = (match[7] or "")[:9]
    return _fromCalendar(year, month, day, hour, minute, second, scale) + int(fraction.ljust(9, "0"))


def _toTai(nsecs: int, scale: DateTime.Timescale) -> int:
    """Convert nanoseconds of any time scale to TAI."""
    match scale:
        case DateTime.TAI:
            return nsecs
        case DateTime.TT:
            return nsecs - _TT_MINUS_TAI
        case DateTime.UTC:
            return nsecs + _taiMinusUtc(nsecs)
    raise TypeError(f"expected a DateTime.Timescale, found {scale!r}")


def _fromTai(nsecs: int, scale: DateTime.Timescale) -> int:
    """Convert nanoseconds of TAI to any time scale."""
    match scale:
        case DateTime.TAI:
            return nsecs
        case DateTime.TT:
            return nsecs + _TT_MINUS_TAI
        case DateTime.UTC:
            # TAI taken for UTC may be on the other side of a leap second,
            # but not what the inner call makes of it.
            return nsecs - _taiMinusUtc(nsecs - _taiMinusUtc(nsecs))
    raise TypeError(f"expected a DateTime.Timescale, found {scale!r}")


def _taiMinusUtc(utc: int) -> int:
    """Return TAI - UTC in nanoseconds, which drifts until 1972.

    Parameters
    ----------
    utc : `int`
        UTC, in nanoseconds since 1970.

    Raises
    ------
    lsst.pex.exceptions.DomainError
        Raised before 1961.
    """
    if utc < _FIRST_UTC:
        raise DomainError(f"DateTime value too early for conversion between UTC and TAI: {utc}")
    days, rest = divmod(utc, _NSEC_PER_DAY)
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days)
    # The function behind `erfa.dat`, which warns of dates in the far future.
    seconds, _ = erfa.ufunc.dat(date.year, date.month, date.day, rest / _NSEC_PER_DAY)
    return round(seconds * _NSEC_PER_SEC)
