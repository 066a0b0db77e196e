# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""TAI - UTC, by the table of the IERS that comes with astropy."""

__all__ = ["EPOCH_IN_MJD", "MJD_TO_JD", "NSEC_PER_DAY", "taiToUtc", "utcToTai"]

import calendar
import itertools
from typing import Any, NamedTuple

import erfa

from lsst.pex.exceptions import DomainError

MJD_TO_JD = 2400000.5
EPOCH_IN_MJD = 40587.0
NSEC_PER_DAY = 86.4e12

_DRIFTS = itertools.chain(
    2 * [(37300.0, 0.001296)],
    2 * [(37665.0, 0.0011232)],
    7 * [(38761.0, 0.001296)],
    2 * [(39126.0, 0.002592)],
)
"""Day that the drift counts from (MJD) and drift in seconds per day, for the
first 13 lines of the table: until 1972 UTC drifted. The table of pyerfa has
the offsets alone.
"""


class Leap(NamedTuple):
    """One line of the table."""

    whenUtc: int
    """UTC from which it is valid; nanoseconds since 1970."""

    whenTai: int
    """TAI from which it is valid; nanoseconds since 1970."""

    offset: float
    """TAI - UTC in seconds, without drift."""

    mjdRef: float
    """Day from which the drift counts (MJD)."""

    drift: float
    """Drift in seconds per day."""


def _makeLeap(line: Any, drift: Any) -> Leap:
    """Make one line of the table of one of pyerfa's."""
    whenUtc = calendar.timegm((int(line["year"]), int(line["month"]), 1, 0, 0, 0)) * 1_000_000_000
    leap = Leap(whenUtc, 0, float(line["tai_utc"]), *drift)
    return leap._replace(whenTai=whenUtc + int(1.0e9 * _secondsAt(leap, whenUtc)))


def _secondsAt(leap: Leap, nsecs: int) -> float:
    """Compute TAI - UTC in seconds, with drift."""
    mjd = float(nsecs) / NSEC_PER_DAY + EPOCH_IN_MJD
    return leap.offset + (mjd - leap.mjdRef) * leap.drift


_LEAPS = [
    _makeLeap(*line)
    for line in zip(
        (line for line in erfa.leap_seconds.get() if line["year"] > 1960),
        itertools.chain(_DRIFTS, itertools.repeat((41317.0, 0.0))),
    )
]


def utcToTai(nsecs: int) -> int:
    """Convert UTC to TAI.

    Parameters
    ----------
    nsecs : `int`
        UTC, in nanoseconds since 1970.

    Returns
    -------
    nsecs : `int`
        TAI, in nanoseconds since 1970.

    Raises
    ------
    lsst.pex.exceptions.DomainError
        Raised for a time before the table begins.
    """
    leap = next((leap for leap in reversed(_LEAPS) if nsecs >= leap.whenUtc), None)
    if leap is None:
        raise DomainError(f"DateTime value too early for UTC-TAI conversion: {nsecs}")
    return nsecs + int(_secondsAt(leap, nsecs) * 1.0e9 + 0.5)


def taiToUtc(nsecs: int) -> int:
    """Convert TAI to UTC.

    Parameters
    ----------
    nsecs : `int`
        TAI, in nanoseconds since 1970.

    Returns
    -------
    nsecs : `int`
        UTC, in nanoseconds since 1970.

    Raises
    ------
    lsst.pex.exceptions.DomainError
        Raised for a time before the table begins.
    """
    leap = next((leap for leap in reversed(_LEAPS) if nsecs >= leap.whenTai), None)
    if leap is None:
        raise DomainError(f"DateTime value too early for TAI-UTC conversion: {nsecs}")
    # The drift counts in days of UTC, but the time is in TAI.
    seconds = _secondsAt(leap, nsecs) / (1.0 + leap.drift * 1.0e9 / NSEC_PER_DAY)
    return nsecs - int(seconds * 1.0e9 + 0.5)
