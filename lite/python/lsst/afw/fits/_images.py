# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image in an HDU, however it is stored: parts of it into an array."""

__all__ = ["AstropyImage", "PlainImage", "isImage", "openImage"]

import struct
import zlib
from functools import partial

import numpy as np

from ._tiles import TileTable

_CHUNK = 1 << 22
"""Bytes of plain pixels that are read at once."""

_BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What astropy lets through from a file that is broken."""

_STORED = {8: "u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}

_UNSIGNED = {(8, -(1 << 7)): "i1", (16, 1 << 15): "u2", (32, 1 << 31): "u4", (64, 1 << 63): "u8"}
"""Types that FITS has only as an offset, by ``BITPIX`` and ``BZERO``."""

_MOST_EXPANDED = 8192
"""Bytes that any compression may make of one byte, generously."""


def _scaledType(bitpix, zero, scale):
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
        return np.dtype(_STORED[bitpix]).newbyteorder("=")
    if scale == 1 and (bitpix, zero) in _UNSIGNED:
        return np.dtype(_UNSIGNED[bitpix, zero])
    return np.dtype("f4" if bitpix in (8, 16, -32) else "f8")


def _number(hdu, key, default):
    """Read a number of a header."""
    value = hdu.header.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise hdu.error(f"expected a number {key}, found {value!r}")
    return value


class PlainImage:
    """An image that is not compressed.

    Parameters
    ----------
    hdu : `lsst.afw.fits._file.Hdu`
        Where it is.

    Attributes
    ----------
    shape : `tuple` [`int`]
        Rows and columns.
    dtype : `numpy.dtype`
        Type of the pixels.
    """

    def __init__(self, hdu):
        self._hdu = hdu
        if len(hdu.axes) != 2:
            raise hdu.error(f"expected an image of 2 dimensions, found NAXIS = {len(hdu.axes)}")
        self.shape = hdu.axes[1], hdu.axes[0]
        bitpix = hdu.header.getInt("BITPIX")
        self._stored = np.dtype(_STORED[bitpix])
        self._zero, self._scale = _number(hdu, "BZERO", 0), _number(hdu, "BSCALE", 1)
        self.dtype = _scaledType(bitpix, self._zero, self._scale)

    def checkSize(self):
        """Make sure that the file holds all pixels."""
        self._hdu.checkComplete()

    def tasks(self, rows, columns, out):
        """Make the tasks that read a box: see `TileTable.tasks`."""
        if not rows or not columns:
            return []
        step = max(1, _CHUNK // (self.shape[1] * self._stored.itemsize))
        return [
            partial(self._read, range(i, min(i + step, rows.stop)), columns, out[i - rows.start :])
            for i in range(rows.start, rows.stop, step)
        ]

    def _read(self, rows, columns, out):
        """Read some rows."""
        size, width = self._stored.itemsize, self.shape[1]
        data = self._hdu.read(rows.start * width * size, len(rows) * width * size)
        part = np.frombuffer(data, self._stored).reshape(len(rows), width)[:, columns.start : columns.stop]
        out = out[: len(rows)]
        if self.dtype == self._stored.newbyteorder("="):
            out[...] = part
        elif self.dtype.kind in "ui":
            bits = part.astype(part.dtype.newbyteorder("=")).view(f"u{size}")
            bits ^= bits.dtype.type(1 << (8 * size - 1))
            out[...] = bits.view(self.dtype)
        else:
            out[...] = part * float(self._scale) + float(self._zero)


class AstropyImage:
    """A compressed image that astropy reads: Rice, quantized floats, and so
    on. Only the tiles that are needed are decompressed.

    Parameters
    ----------
    hdu : `lsst.afw.fits._file.Hdu`
        Where it is.
    """

    def __init__(self, hdu):
        self._hdu = hdu
        header = hdu.header
        bitpix = header.getInt("ZBITPIX")
        sizes = [header.getInt("ZNAXIS2"), header.getInt("ZNAXIS1")]
        if header.getInt("ZNAXIS") != 2 or not all(size and 0 < size < 1 << 31 for size in sizes):
            raise hdu.error(f"expected a compressed image of 2 dimensions, found {sizes}")
        if bitpix not in _STORED:
            raise hdu.error(f"expected a valid ZBITPIX, found {header.get('ZBITPIX')!r}")
        self.shape = tuple(sizes)
        self.dtype = _scaledType(bitpix, _number(hdu, "BZERO", 0), _number(hdu, "BSCALE", 1))

    def checkSize(self):
        """Make sure that the data can hold an image of this size."""
        self._hdu.checkComplete()
        size = self.shape[0] * self.shape[1] * self.dtype.itemsize
        if size > _MOST_EXPANDED * self._hdu.dataSize:
            raise self._hdu.error(
                f"expected an image of {size} bytes, found only {self._hdu.dataSize} bytes of compressed data"
            )

    def tasks(self, rows, columns, out):
        """Make the task that reads a box: see `TileTable.tasks`."""
        return [partial(self._read, rows, columns, out)] if rows and columns else []

    def _read(self, rows, columns, out):
        """Read the box."""
        from astropy.io import fits

        try:
            with fits.open(self._hdu.file.name, memmap=False, lazy_load_hdus=True) as hdus:
                section = hdus[self._hdu.index].section
                pixels = section[rows.start : rows.stop, columns.start : columns.stop]
                out[...] = pixels
        except _BROKEN as err:
            raise self._hdu.error(f"cannot decompress: {type(err).__name__}: {err}") from err


def isImage(hdu):
    """Whether an HDU holds an image, compressed or not, with pixels."""
    if hdu.header.get("ZIMAGE") is True:
        return True
    return hdu.header.get("XTENSION", "IMAGE") == "IMAGE" and len(hdu.axes) > 0


def openImage(hdu):
    """Find out how an image is stored.

    Parameters
    ----------
    hdu : `lsst.afw.fits._file.Hdu`
        Where it is.

    Returns
    -------
    image : `PlainImage`, `TileTable` or `AstropyImage`
        All three have ``shape``, ``dtype``, ``checkSize`` and ``tasks``.

    Raises
    ------
    FitsError
        Raised if there is no image in that HDU.
    """
    if hdu.header.get("ZIMAGE") is True:
        return TileTable(hdu) if TileTable.canRead(hdu.header) else AstropyImage(hdu)
    if not isImage(hdu):
        raise hdu.error(f"expected an image, found {hdu.header.get('XTENSION', 'no pixels')!r}")
    return PlainImage(hdu)
