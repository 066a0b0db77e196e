# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two pixel coordinate systems of an image."""

__all__ = ["LOCAL", "PARENT", "ImageOrigin"]

import enum


class ImageOrigin(enum.Enum):
    """Where pixel coordinates count from."""

    __module__ = "lsst.afw.image._image"

    PARENT = 0
    """The image's ``xy0`` is the position of its first pixel."""

    LOCAL = 1
    """The first pixel is at (0, 0), whatever ``xy0``."""

    def __int__(self) -> int:
        return self.value

    def __index__(self) -> int:
        return self.value

    def __str__(self) -> str:
        return f"ImageOrigin.{self.name}"


PARENT = ImageOrigin.PARENT
LOCAL = ImageOrigin.LOCAL
