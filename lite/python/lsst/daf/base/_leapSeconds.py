# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""TAI - UTC, by the table of the IERS that comes with astropy."""

__all__ = ["EPOCH_IN_MJD", "MJD_TO_JD", "NSEC_PER_DAY", "taiToUtc", "utcToTai"]

import calendar
from bisect import bisect_right

import erfa

from lsst._lite import notInLite

MJD_TO_JD = 2400000.5
EPOCH_IN_MJD = 40587.0
NSEC_PER_DAY = 86.4e12

_NSEC_PER_SEC = 1_000_000_000
_FIRST_YEAR = 1972
"""Since then UTC differs from TAI by whole seconds."""

_TABLE = [
    (calendar.timegm((int(row["year"]), int(row["month"]), 1, 0, 0, 0)), round(float(row["tai_utc"])))
    for row in erfa.leap_seconds.get()
    if row["year"] >= _FIRST_YEAR
]
_OFFSETS = [offset * _NSEC_PER_SEC for _, offset in _TABLE]
_UTC = [begin * _NSEC_PER_SEC for begin, _ in _TABLE]
_TAI = [begin + offset for begin, offset in zip(_UTC, _OFFSETS, strict=True)]


def utcToTai(nsecs):
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
    NotImplementedError
        Raised for a time before 1972, when UTC drifted.
    """
    return nsecs + _offset(_UTC, nsecs)


def taiToUtc(nsecs):
    """Convert TAI to UTC: the inverse of `utcToTai`."""
    return nsecs - _offset(_TAI, nsecs)


def _offset(begins, nsecs):
    """Find TAI - UTC in nanoseconds in a table of times."""
    index = bisect_right(begins, nsecs)
    if index == 0:
        raise notInLite(f"UTC before {_FIRST_YEAR} in lsst.daf.base.DateTime")
    return _OFFSETS[index - 1]
