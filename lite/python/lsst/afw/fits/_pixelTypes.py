# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a header says about the type of pixels."""

__all__ = ["STORED", "readNumber", "scaledType"]

from typing import Any

import numpy as np

from ._file import Hdu

STORED = {8: "u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
"""Types that FITS has, by ``BITPIX``."""

_UNSIGNED: dict[tuple[int, float], str] = {
    (8, -(1 << 7)): "i1",
    (16, 1 << 15): "u2",
    (32, 1 << 31): "u4",
    (64, 1 << 63): "u8",
}
"""Types that FITS has only as an offset, by ``BITPIX`` and ``BZERO``."""


def scaledType(bitpix: int, zero: float, scale: float) -> np.dtype[Any]:
    """Type of the pixels that a header means.

    Parameters
    ----------
    bitpix : `int`
        Type as stored.
    zero, scale : `float`
        Offset and factor.

    Returns
    -------
    dtype : `numpy.dtype`
    """
    if scale == 1 and zero == 0:
        return np.dtype(STORED[bitpix]).newbyteorder("=")
    if scale == 1 and (bitpix, zero) in _UNSIGNED:
        return np.dtype(_UNSIGNED[bitpix, zero])
    return np.dtype("f4" if bitpix in (8, 16, -32) else "f8")


def readNumber(hdu: Hdu, key: str, default: Any) -> float:
    """Read a number of a header."""
    value = hdu.header.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise hdu.error(f"expected a number {key}, found {value!r}")
    return value
