# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a header says about stored pixels: their type, and what they mean."""

__all__ = ["PixelType"]

import dataclasses
import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from ._file import Hdu

_STORED = {8: "u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
"""Types that FITS has, by ``BITPIX``."""

_SHIFTED: dict[tuple[int, float], str] = {
    (8, -(1 << 7)): "i1",
    (16, 1 << 15): "u2",
    (32, 1 << 31): "u4",
    (64, 1 << 63): "u8",
}
"""Types that FITS has only as an offset, by ``BITPIX`` and ``BZERO``."""


@dataclasses.dataclass(frozen=True)
class PixelType:
    """The type of the pixels of an image."""

    bitpix: int
    """FITS code of the type as stored."""

    zero: float
    """What is added to stored pixels (``BZERO``)."""

    scale: float
    """What they are multiplied with before (``BSCALE``)."""

    blank: int | None
    """Stored integer that stands for no value."""

    @classmethod
    def ofHeader(cls, hdu: Hdu, prefix: str = "") -> "PixelType":
        """Find the type of the pixels of an HDU.

        Parameters
        ----------
        hdu : `lsst.afw.fits._file.Hdu`
            Where they are.
        prefix : `str`, optional
            "Z" for those of a compressed image.

        Raises
        ------
        FitsError
            Raised if the header does not say it.
        """
        bitpix = hdu.header.getInt(f"{prefix}BITPIX")
        if bitpix not in _STORED:
            raise hdu.error(f"expected a valid {prefix}BITPIX, found {bitpix!r}")
        blank = hdu.header.getInt(f"{prefix}BLANK", hdu.header.getInt("BLANK"))
        return cls(bitpix, readNumber(hdu, "BZERO", 0), readNumber(hdu, "BSCALE", 1), blank)

    @functools.cached_property
    def stored(self) -> np.dtype[Any]:
        """Type as stored (`numpy.dtype`)."""
        return np.dtype(_STORED[self.bitpix])

    @functools.cached_property
    def dtype(self) -> np.dtype[Any]:
        """Type of the pixels that are meant (`numpy.dtype`)."""
        if self.isPlain:
            return self.stored.newbyteorder("=")
        if self.isShifted:
            return np.dtype(_SHIFTED[self.bitpix, self.zero])
        return np.dtype("f4" if self.bitpix in (8, 16, -32) else "f8")

    @functools.cached_property
    def isPlain(self) -> bool:
        """Whether stored pixels are those that are meant (`bool`)."""
        return self.scale == 1 and self.zero == 0

    @functools.cached_property
    def isShifted(self) -> bool:
        """Whether they are integers of a type that FITS does not have
        (`bool`).
        """
        return self.scale == 1 and (self.bitpix, self.zero) in _SHIFTED

    def assign(self, stored: npt.NDArray[Any], target: npt.NDArray[Any], blank: int | None) -> None:
        """Set pixels to what stored ones mean.

        Parameters
        ----------
        stored : `numpy.ndarray`
            Pixels as stored, in either byte order.
        target : `numpy.ndarray`
            Pixels of any type; set in place.
        blank : `int` or `None`
            Stored integer that becomes NaN, where ``target`` can hold that.
        """
        if self.isPlain:
            target[...] = stored
        elif self.isShifted:
            bits = stored.astype(stored.dtype.newbyteorder("=")).view(f"u{self.stored.itemsize}")
            # Half the range of an integer is its top bit.
            bits ^= bits.dtype.type(1 << (8 * bits.dtype.itemsize - 1))
            target[...] = bits.view(self.dtype)
        else:
            target[...] = stored * float(self.scale) + float(self.zero)
        if blank is not None and stored.dtype.kind != "f" and target.dtype.kind == "f":
            target[stored == blank] = np.nan


def readNumber(hdu: Hdu, key: str, default: Any) -> float:
    """Read a number of a header."""
    value = hdu.header.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise hdu.error(f"expected a number {key}, found {value!r}")
    return value
