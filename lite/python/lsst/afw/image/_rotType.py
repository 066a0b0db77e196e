# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotator angle is relative to."""

__all__ = ["HORIZON", "MOUNT", "SKY", "UNKNOWN", "RotType"]

import enum


class RotType(enum.Enum):
    """What a rotator angle is relative to."""

    __module__ = "lsst.afw.image"

    UNKNOWN = 0
    """Not known."""

    SKY = 1
    """Position angle of focal plane +y, from north through east."""

    HORIZON = 2
    """Position angle of focal plane +y, from the zenith through +azimuth."""

    MOUNT = 3
    """The position that is sent to the rotator."""

    def __int__(self) -> int:
        return self.value

    def __index__(self) -> int:
        return self.value

    def __str__(self) -> str:
        return f"RotType.{self.name}"


UNKNOWN = RotType.UNKNOWN
SKY = RotType.SKY
HORIZON = RotType.HORIZON
MOUNT = RotType.MOUNT
