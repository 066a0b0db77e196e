# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["DateTime"]

import calendar
import datetime
import math
import re
import time
from typing import TYPE_CHECKING, Any

from lsst._lite import Partial
from lsst._lite.numbers import EnumLikeCpp, argumentError, formatG, toDouble, toInt
from lsst.pex.exceptions import DomainError, RuntimeError as PexRuntimeError

from ._leapSeconds import EPOCH_IN_MJD, MJD_TO_JD, NSEC_PER_DAY, taiToUtc, utcToTai

if TYPE_CHECKING:
    import astropy.time

_NSEC_PER_SEC = 1_000_000_000
_TT_MINUS_TAI_NSECS = 32_184_000_000
_JD2000 = 2451544.50
_MAX_DAYS = 106751.99
_INT64 = -(2**63), 2**63 - 1
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

    class Timescale(EnumLikeCpp):
        """Time scale."""

        TAI = 5
        UTC = 6
        TT = 7

    class DateSystem(EnumLikeCpp):
        """System for dates as numbers."""

        JD = 0
        MJD = 1
        EPOCH = 2

    TAI, UTC, TT = Timescale
    JD, MJD, EPOCH = DateSystem

    invalid_nsecs = _INT64[0]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not args and not kwargs:
            self._nsecs = self.invalid_nsecs
            return
        try:
            self._nsecs = _parse(*args, **kwargs)
        except TypeError as err:
            raise argumentError("DateTime", *args, **kwargs) from err

    @staticmethod
    def now() -> DateTime:
        """Return the current time (`DateTime`), to the microsecond."""
        return DateTime(time.time_ns() // 1000 * 1000, DateTime.UTC)

    def isValid(self) -> bool:
        """Return whether this is a time at all (`bool`)."""
        return self._nsecs != self.invalid_nsecs

    def nsecs(self, scale: Any = Timescale.TAI) -> int:
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
        _requireScale("nsecs", scale)
        return _fromTai(self._nsecs, scale) if self.isValid() else self.invalid_nsecs

    def get(self, system: Any = DateSystem.MJD, scale: Any = Timescale.TAI) -> float:
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
        if not isinstance(system, DateTime.DateSystem):
            raise argumentError("get", system, scale)
        mjd = float(self._validNsecs("get", scale)) / NSEC_PER_DAY + EPOCH_IN_MJD
        if system is DateTime.MJD:
            return mjd
        jd = mjd + MJD_TO_JD
        return jd if system is DateTime.JD else 2000.0 + (jd - _JD2000) / 365.25

    def toString(self, scale: Any, /) -> str:
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
        seconds, fraction = divmod(self._validNsecs("toString", scale), _NSEC_PER_SEC)
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction:09d}{'Z' if scale is DateTime.UTC else ''}"

    def _validNsecs(self, what: str, scale: Any) -> int:
        """Return the nanoseconds of a valid time."""
        _requireScale(what, scale)
        if not self.isValid():
            raise PexRuntimeError("DateTime not valid")
        return _fromTai(self._nsecs, scale)

    def toPython(self, timescale: DateTime.Timescale | None = None) -> datetime.datetime:
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
        builtins.RuntimeError
            Raised for an invalid time.
        """
        if not self.isValid():
            raise RuntimeError("DateTime not valid")
        nsecs = self.nsecs() if timescale is None else self.nsecs(timescale)
        return datetime.datetime.fromtimestamp(nsecs / 10**9, tz=datetime.UTC).replace(tzinfo=None)

    def toAstropy(self, timescale: DateTime.Timescale | None = None) -> astropy.time.Time:
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


def _parse(*args: Any, **kwargs: Any) -> int:
    """Turn the arguments of `DateTime` into nanoseconds of TAI."""
    if len(args) == 7 and not kwargs:
        return _fromCalendar(*args)
    if len(args) == 2 and not kwargs and isinstance(args[0], str):
        return _fromString(*args)
    for parse in (_fromNsecs, _fromDate):
        try:
            return parse(*args, **kwargs)
        except TypeError as err:
            error = err
    raise error


def _fromNsecs(nsecs: Any, scale: Any = DateTime.TAI) -> int:
    return _toTai(toInt(nsecs, *_INT64), _requireScale("DateTime", scale))


def _fromDate(date: Any, system: Any = DateTime.MJD, scale: DateTime.Timescale = DateTime.TAI) -> int:
    """Convert a date that is a number to nanoseconds of TAI."""
    date = toDouble(date)
    _requireScale("DateTime", scale)
    if not isinstance(system, DateTime.DateSystem):
        raise argumentError("DateTime", date, system, scale)
    if system is DateTime.EPOCH:
        date = 365.25 * (date - 2000.0) + _JD2000
    mjd = date if system is DateTime.MJD else date - MJD_TO_JD
    if mjd > EPOCH_IN_MJD + _MAX_DAYS:
        raise DomainError(f"MJD too far in the future: {formatG(mjd)}")
    if mjd < EPOCH_IN_MJD - _MAX_DAYS:
        raise DomainError(f"MJD too far in the past: {formatG(mjd)}")
    nsecs = DateTime.invalid_nsecs if math.isnan(mjd) else int((mjd - EPOCH_IN_MJD) * NSEC_PER_DAY)
    return _toTai(nsecs, scale)


def _fromCalendar(year: Any, month: Any, day: Any, hour: Any, minute: Any, second: Any, scale: Any) -> int:
    """Convert a calendar date to nanoseconds of TAI."""
    fields = [toInt(value) for value in (year, month, day, hour, minute, second)]
    _requireScale("DateTime", scale)
    if not 1902 <= fields[0] <= 2261:
        raise DomainError(f"Year = {fields[0]} out of range [1902, 2261]")
    # Months and days beyond the end of the year or month go on in the next.
    extraYears, month = divmod(fields[1] - 1, 12)
    seconds = calendar.timegm((fields[0] + extraYears, month + 1, 1, *fields[3:])) + (fields[2] - 1) * 86400
    return _toTai(seconds * _NSEC_PER_SEC, scale)


def _fromString(iso8601: str, scale: DateTime.Timescale) -> int:
    """Convert an ISO 8601 string to nanoseconds of TAI."""
    _requireScale("DateTime", scale)
    match = _ISO8601.fullmatch(iso8601)
    if match is None or (match[8] == "Z") != (scale is DateTime.UTC):
        raise DomainError(f"Not in acceptable ISO8601 format: {iso8601}")
    fraction = (match[7] or "")[:9]
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    return _fromCalendar(year, month, day, hour, minute, second, scale) + int(fraction.ljust(9, "0"))


def _requireScale(what: str, scale: Any) -> DateTime.Timescale:
    """Return an argument that must be a time scale."""
    if not isinstance(scale, DateTime.Timescale):
        raise argumentError(what, scale)
    return scale


def _toTai(nsecs: int, scale: DateTime.Timescale) -> int:
    """Convert nanoseconds of any time scale to TAI."""
    if scale is DateTime.UTC:
        return utcToTai(nsecs)
    return nsecs - _TT_MINUS_TAI_NSECS if scale is DateTime.TT else nsecs


def _fromTai(nsecs: int, scale: DateTime.Timescale) -> int:
    """Convert nanoseconds of TAI to any time scale."""
    if scale is DateTime.UTC:
        return taiToUtc(nsecs)
    return nsecs + _TT_MINUS_TAI_NSECS if scale is DateTime.TT else nsecs
