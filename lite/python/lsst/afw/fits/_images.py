# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image in an HDU, however it is stored: parts of it into an array."""

__all__ = ["AstropyImage", "PlainImage", "isImage", "openImage"]

import io
import math
import struct
import zlib
from functools import partial

import numpy as np

from ._cards import BLOCK, formatHeader
from ._tables import Catalog
from ._tiles import TileGrid, TileTable

_CHUNK = 1 << 22
"""Bytes of plain pixels that are read at once."""

_ASTROPY_ERRORS = (
    ArithmeticError,
    AssertionError,
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

_ASTROPY_CARDS = frozenset(
    {
        "BITPIX",
        "BLANK",
        "BSCALE",
        "BZERO",
        "GCOUNT",
        "NAXIS",
        "NAXIS1",
        "NAXIS2",
        "PCOUNT",
        "TFIELDS",
        "THEAP",
        "XTENSION",
    }
)

_PARAMETERS = {
    "BLOCKSIZE": (16, 32, 64, 128),
    "BYTEPIX": (1, 2, 4, 8),
    "SMOOTH": range(2),
    "ZDITHER0": range(10001),
}
"""What parameters of compression may be."""

_ASTROPY_STARTS = ("TFORM", "TNULL", "TSCAL", "TTYPE", "TZERO", "Z")

_MOST_EXPANDED = 8192
"""Bytes that any compression may make of one byte, generously."""


def _codecErrors():
    """What the compiled part of astropy raises, where there is such a type.

    It is a plain `Exception`, and not part of astropy's interface.
    """
    try:
        from astropy.io.fits.hdu.compressed._compression import CfitsioException
    except ImportError:
        return ()
    return (CfitsioException,)


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


class _HduStream(io.RawIOBase):
    """A file with nothing but one HDU of another file in it.

    Parameters
    ----------
    header : `bytes`
        Header of the HDU.
    hdu : `lsst.afw.fits._file.Hdu`
        Where its data are.
    """

    def __init__(self, header, hdu):
        self._start = formatHeader([("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True)]) + header
        self._hdu = hdu
        self._place = 0
        self._size = len(self._start) + -(-hdu.dataSize // BLOCK) * BLOCK

    def readable(self):
        """Whether it can be read: yes."""
        return True

    def seekable(self):
        """Whether it can be read from any place: yes."""
        return True

    def tell(self):
        """Where the next byte comes from."""
        return self._place

    def seek(self, offset, whence=io.SEEK_SET):
        """Move to another place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer):
        """Read into a buffer, as much as there is."""
        size = max(0, min(len(buffer), self._size - self._place))
        data = self._start[self._place : self._place + size]
        if len(data) < size:
            offset = self._place + len(data) - len(self._start)
            stop = min(offset + size - len(data), self._hdu.dataSize)
            data += self._hdu.read(offset, max(0, stop - offset))
        # What is missing is the padding.
        buffer[:size] = data.ljust(size, b"\0")
        self._place += size
        return size


class AstropyImage:
    """A compressed image that astropy reads: Rice, quantized floats, and so
    on. Only the tiles that are needed are decompressed.

    Parameters
    ----------
    hdu : `lsst.afw.fits._file.Hdu`
        Where it is.

    Raises
    ------
    FitsError
        Raised if the header contradicts itself or the size of the file.
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
        self._grid = self._makeGrid()
        self._table = Catalog(hdu)
        if self._table.rows != math.prod(self._grid.counts) or "COMPRESSED_DATA" not in self._table.columns:
            raise hdu.error(f"expected a row for each of {math.prod(self._grid.counts)} tiles")

        self._checkParameters()

    def _checkParameters(self):
        """Make sure of what the decompressor takes on trust."""
        header, parameters = self._hdu.header, {}
        for i in range(1, 100):
            if f"ZNAME{i}" in header:
                parameters[header.get(f"ZNAME{i}")] = header.get(f"ZVAL{i}")
        parameters["ZDITHER0"] = header.get("ZDITHER0", 0)
        for name, allowed in _PARAMETERS.items():
            value = parameters.get(name, allowed[-1])
            if not isinstance(value, int) or value not in allowed:
                raise self._hdu.error(f"expected {name} from {allowed[0]} to {allowed[-1]}, found {value!r}")

    def _makeGrid(self):
        """Find out how the image is cut."""
        tile = self._hdu.header.getInt("ZTILE2", 1), self._hdu.header.getInt("ZTILE1", self.shape[1])
        if not all(0 < t for t in tile):
            raise self._hdu.error(f"expected tiles of positive size, found {tile}")
        return TileGrid(self.shape, tuple(map(min, tile, self.shape)))

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

    def _header(self):
        """Write a header with just what matters for the decompression."""
        cards = [
            card
            for card in self._hdu.header.cards
            if (card.key in _ASTROPY_CARDS or card.key.startswith(_ASTROPY_STARTS))
            and card.key[:5] != "ZTILE"
        ]
        cards += [("ZTILE1", self._grid.tile[1]), ("ZTILE2", self._grid.tile[0])]
        return formatHeader(cards)

    def _checkHcompress(self, rows, columns):
        """Make sure that tiles have the size that they are taken to have.

        The decompressor goes by the size in the stream, whatever room there
        is.
        """
        for tile in self._grid.touched(rows, columns):
            start = self._table.read(tile, 1)[0].array("COMPRESSED_DATA")[:10].tobytes()
            expected = math.prod(map(len, self._grid.span(tile)))
            sizes = struct.unpack(">ii", start[2:]) if len(start) == 10 else (0, 0)
            if start and (min(sizes) < 1 or math.prod(sizes) != expected):
                raise self._hdu.error(f"tile {tile}: expected {expected} pixels, found {sizes}")

    def _read(self, rows, columns, out):
        """Read the box."""
        from astropy.io import fits

        if self._hdu.header.getStr("ZCMPTYPE").startswith("HCOMPRESS"):
            self._checkHcompress(rows, columns)
        stream = io.BufferedReader(_HduStream(self._header(), self._hdu))
        try:
            with fits.open(stream, memmap=False) as hdus:
                section = hdus[1].section
                out[...] = section[rows.start : rows.stop, columns.start : columns.stop]
        except (*_ASTROPY_ERRORS, *_codecErrors(), fits.VerifyError) as err:
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
