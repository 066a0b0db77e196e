# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""TAI - UTC, by the table of the IERS and USNO (tai-utc.dat)."""

__all__ = ["EPOCH_IN_MJD", "MJD_TO_JD", "NSEC_PER_DAY", "LeapSeconds"]

import re
from typing import NamedTuple

from lsst.pex.exceptions import DomainError

MJD_TO_JD = 2400000.5
EPOCH_IN_MJD = 40587.0
NSEC_PER_DAY = 86.4e12

# First day (MJD), TAI - UTC in seconds, day the drift counts from (MJD), and
# drift in seconds per day.
_DRIFTING = (
    (37300, 1.4228180, 37300.0, 0.001296),
    (37512, 1.3728180, 37300.0, 0.001296),
    (37665, 1.8458580, 37665.0, 0.0011232),
    (38334, 1.9458580, 37665.0, 0.0011232),
    (38395, 3.2401300, 38761.0, 0.001296),
    (38486, 3.3401300, 38761.0, 0.001296),
    (38639, 3.4401300, 38761.0, 0.001296),
    (38761, 3.5401300, 38761.0, 0.001296),
    (38820, 3.6401300, 38761.0, 0.001296),
    (38942, 3.7401300, 38761.0, 0.001296),
    (39004, 3.8401300, 38761.0, 0.001296),
    (39126, 4.3131700, 39126.0, 0.002592),
    (39887, 4.2131700, 39126.0, 0.002592),
)
# First days (MJD) of TAI - UTC = 10, 11, 12, ... seconds.
_WHOLE = (
    41317,
    41499,
    41683,
    42048,
    42413,
    42778,
    43144,
    43509,
    43874,
    44239,
    44786,
    45151,
    45516,
    46247,
    47161,
    47892,
    48257,
    48804,
    49169,
    49534,
    50083,
    50630,
    51179,
    53736,
    54832,
    56109,
    57204,
    57754,
)

_LINE = re.compile(
    r"^\d{4}.*?=JD\s*([\d.]+)\s+TAI-UTC=\s+([\d.]+)\s+S \+ \(MJD - ([\d.]+)\) X ([\d.]+)\s*S$", re.MULTILINE
)


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


class LeapSeconds:
    """Conversion between UTC and TAI."""

    def __init__(self):
        lines = [*_DRIFTING, *((mjd, 10.0 + n, 41317.0, 0.0) for n, mjd in enumerate(_WHOLE))]
        self._leaps = [_makeLeap(*line) for line in lines]

    def read(self, text):
        """Replace the table.

        Parameters
        ----------
        text : `str`
            New table in the format of ``tai-utc.dat``.
        """
        numbers = (tuple(map(float, match.groups())) for match in _LINE.finditer(text))
        self._leaps = [_makeLeap(jd - MJD_TO_JD, *line) for jd, *line in numbers]

    def utcToTai(self, nsecs):
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
        leap = next((leap for leap in reversed(self._leaps) if nsecs >= leap.whenUtc), None)
        if leap is None:
            raise DomainError(f"DateTime value too early for UTC-TAI conversion: {nsecs}")
        return nsecs + int(_secondsAt(leap, nsecs) * 1.0e9 + 0.5)

    def taiToUtc(self, nsecs):
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
        leap = next((leap for leap in reversed(self._leaps) if nsecs >= leap.whenTai), None)
        if leap is None:
            raise DomainError(f"DateTime value too early for TAI-UTC conversion: {nsecs}")
        # The drift counts in days of UTC, but the time is in TAI.
        seconds = _secondsAt(leap, nsecs) / (1.0 + leap.drift * 1.0e9 / NSEC_PER_DAY)
        return nsecs - int(seconds * 1.0e9 + 0.5)


def _makeLeap(mjd, offset, mjdRef, drift):
    whenUtc = int((mjd - EPOCH_IN_MJD) * NSEC_PER_DAY)
    return Leap(whenUtc, whenUtc + int(1.0e9 * (offset + (mjd - mjdRef) * drift)), offset, mjdRef, drift)


def _secondsAt(leap, nsecs):
    """Compute TAI - UTC in seconds, with drift."""
    mjd = float(nsecs) / NSEC_PER_DAY + EPOCH_IN_MJD
    return leap.offset + (mjd - leap.mjdRef) * leap.drift
