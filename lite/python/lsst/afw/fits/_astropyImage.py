# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compressed images that astropy reads, once it is sure that it can."""

__all__ = ["AstropyImage"]

import io
import math
import re
import struct
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from ._cards import BLOCK, formatHeader
from ._error import FitsError
from ._file import Hdu
from ._pixelTypes import STORED, readNumber, scaledType
from ._tables import Catalog
from ._tiles import TileGrid, TileTable, inflate, mostStored

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

_CARDS = re.compile(
    r"(BITPIX|BLANK|BSCALE|BZERO|GCOUNT|NAXIS[12]?|PCOUNT|TFIELDS|THEAP|XTENSION"
    r"|T(FORM|NULL|SCAL|TYPE|ZERO)\d{1,3}|Z(NAME|VAL)\d{1,2}"
    r"|Z(BITPIX|BLANK|CMPTYPE|DITHER0|IMAGE|NAXIS[12]?|QUANTIZ|SCALE|ZERO))\Z",
    re.ASCII,
)
"""Keywords that matter for the decompression."""

_PARAMETERS = {
    "BLOCKSIZE": (16, 32, 64, 128),
    "BYTEPIX": (1, 2, 4, 8),
    "SMOOTH": range(2),
    "ZDITHER0": range(10001),
}
"""What parameters of compression may be."""

_MOST_EXPANDED = 8192
"""Bytes that any compression may make of one byte, generously."""

_MOST_PIXELS = {"RICE_1": 350, "RICE_ONE": 350, "PLIO_1": 2048}
"""Pixels that a compression makes of one byte at most; HCOMPRESS makes any
number of none.
"""

_LARGE = 1 << 24
"""Pixels of an image or tile that is taken for large: 4096 x 4096."""

_WORK = 16
"""Bytes that astropy needs for each pixel of a tile."""


def _codecErrors() -> tuple[type[Exception], ...]:
    """What the compiled part of astropy raises, where there is such a type.

    It is a plain `Exception`, and not part of astropy's interface.
    """
    try:
        from astropy.io.fits.hdu.compressed._compression import CfitsioException
    except ImportError:
        return ()
    return (CfitsioException,)


class _HduStream(io.RawIOBase):
    """A file with nothing but one HDU of another file in it.

    Parameters
    ----------
    header : `bytes`
        Header of the HDU.
    hdu : `lsst.afw.fits._file.Hdu`
        Where its data are.
    """

    def __init__(self, header: bytes, hdu: Hdu) -> None:
        self._start = formatHeader([("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True)]) + header
        self._hdu = hdu
        self._place = 0
        self._size = len(self._start) + -(-hdu.dataSize // BLOCK) * BLOCK

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def seekable(self) -> bool:
        """Whether it can be read from any place: yes."""
        return True

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to another place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer: Any) -> int:
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

    def __init__(self, hdu: Hdu) -> None:
        self._hdu = hdu
        header = hdu.header
        self._algorithm = header.getStr("ZCMPTYPE")
        bitpix = header.getInt("ZBITPIX")
        sizes = [header.getInt("ZNAXIS2"), header.getInt("ZNAXIS1")]
        if header.getInt("ZNAXIS") != 2 or not all(size and 0 < size < 1 << 31 for size in sizes):
            raise hdu.error(f"expected a compressed image of 2 dimensions, found {sizes}")
        if bitpix not in STORED:
            raise hdu.error(f"expected a valid ZBITPIX, found {header.get('ZBITPIX')!r}")
        self.shape = tuple(sizes)
        self.dtype = scaledType(bitpix, readNumber(hdu, "BZERO", 0), readNumber(hdu, "BSCALE", 1))
        self._grid = self._makeGrid()
        self._table = Catalog(hdu)
        if self._table.rows != math.prod(self._grid.counts):
            tiles = math.prod(self._grid.counts)
            raise hdu.error(f"expected a row for each of {tiles} tiles, found {self._table.rows} rows")
        self._checkColumns()
        self._checkParameters()

    def _checkColumns(self) -> None:
        """Make sure that astropy takes the same columns as this does."""
        columns = self._table.columns
        if not all(columns[name].variable for name in TileTable.COLUMNS if name in columns):
            raise self._hdu.error("expected columns of tiles that point to the heap")
        names = {name.upper() for name in columns}
        if "COMPRESSED_DATA" not in columns or len(names) != self._hdu.header.getInt("TFIELDS"):
            raise self._hdu.error(f"expected columns of different names, with COMPRESSED_DATA, found {names}")

    def _checkParameters(self) -> None:
        """Make sure of what the decompressor takes on trust."""
        header, parameters = self._hdu.header, {}
        for i in range(1, 100):
            if f"ZNAME{i}" in header:
                parameters[header.getStr(f"ZNAME{i}").upper()] = header.get(f"ZVAL{i}")
        parameters["ZDITHER0"] = header.get("ZDITHER0", 0)
        for name, allowed in _PARAMETERS.items():
            value = parameters.get(name, allowed[-1])
            if not isinstance(value, int) or value not in allowed:
                raise self._hdu.error(f"expected {name} from {allowed[0]} to {allowed[-1]}, found {value!r}")

    def _makeGrid(self) -> TileGrid:
        """Find out how the image is cut."""
        tile = self._hdu.header.getInt("ZTILE2", 1), self._hdu.header.getInt("ZTILE1", self.shape[1])
        if not all(0 < t for t in tile):
            raise self._hdu.error(f"expected tiles of positive size, found {tile}")
        return TileGrid(self.shape, (min(tile[0], self.shape[0]), min(tile[1], self.shape[1])))

    def checkSize(self) -> None:
        """Make sure that the data can hold an image of this size."""
        self._hdu.checkComplete()
        size = self.shape[0] * self.shape[1] * self.dtype.itemsize
        if size > max(_LARGE * self.dtype.itemsize, _MOST_EXPANDED * self._hdu.dataSize):
            raise self._hdu.error(
                f"expected an image of {size} bytes, found only {self._hdu.dataSize} bytes of compressed data"
            )

    def tasks(self, rows: range, columns: range, out: npt.NDArray[Any]) -> list[Callable[[], None]]:
        """Make the task that reads a box: see `TileTable.tasks`."""
        return [partial(self._read, rows, columns, out)] if rows and columns else []

    def _header(self) -> bytes:
        """Write a header with just what matters for the decompression."""
        found = {card.key: card for card in reversed(self._hdu.header.cards) if _CARDS.match(card.key)}
        cards: list[tuple[Any, ...]] = list(reversed(found.values()))
        cards += [("ZTILE1", self._grid.tile[1]), ("ZTILE2", self._grid.tile[0])]
        return formatHeader(cards)

    def _checkTiles(self, rows: range, columns: range) -> None:
        """Make sure of what the decompressor takes on trust in tiles."""
        tiles = self._grid.touched(rows, columns)
        table = self._table.read(tiles[0], tiles[-1] - tiles[0] + 1)
        places = {name: table.places(name) for name in TileTable.COLUMNS if name in self._table.columns}
        for tile in tiles:
            stored = {name: place[tile - tiles[0]] for name, place in places.items()}
            try:
                self._checkTile(stored, math.prod(map(len, self._grid.span(tile))))
            except ValueError as err:
                raise self._hdu.error(f"tile {tile}: {err}") from err
        # Astropy's compiled part does not look whether it gets what it needs.
        np.empty(_WORK * math.prod(self._grid.tile), "u1")

    def _checkTile(self, stored: dict[str, tuple[int, int]], pixels: int) -> None:
        """Make sure that a tile is what its row of the table says.

        Parameters
        ----------
        stored : `dict` [`str`, `tuple`]
            Offset in the heap and size, in bytes, of what each column has.
        pixels : `int`
            Number of its pixels.

        Raises
        ------
        ValueError
            Raised if it cannot be, or would take too much memory.
        """
        # Where there are several, the first is taken.
        name, (offset, size) = next((item for item in stored.items() if item[1][1]), ("", (0, 0)))
        if not name:
            raise ValueError("it has no data")
        if size > mostStored(pixels):
            raise ValueError(f"expected at most {mostStored(pixels)} bytes, found {size}")
        data = self._table.readHeap(offset, size)
        algorithm = self._algorithm if name == "COMPRESSED_DATA" else name
        if pixels > max(_LARGE, _MOST_PIXELS.get(algorithm, 2048) * size):
            raise ValueError(f"{size} bytes cannot hold {pixels} pixels")
        if algorithm.startswith("GZIP"):
            inflate(data, 8 * pixels)
        elif algorithm.startswith("HCOMPRESS"):
            # The decompressor goes by the size in the stream.
            sizes = struct.unpack(">ii", data[2:10]) if size >= 10 else (0, 0)
            if min(sizes) < 1 or math.prod(sizes) != pixels:
                raise ValueError(f"expected {pixels} pixels, found {sizes}")

    def _read(self, rows: range, columns: range, out: npt.NDArray[Any]) -> None:
        """Read the box."""
        from astropy.io import fits

        stream = io.BufferedReader(_HduStream(self._header(), self._hdu))
        try:
            self._checkTiles(rows, columns)
            with fits.open(stream, memmap=False) as hdus:
                section = hdus[1].section
                out[...] = section[rows.start : rows.stop, columns.start : columns.stop]
        except (*_ASTROPY_ERRORS, *_codecErrors(), fits.VerifyError) as err:
            if isinstance(err, FitsError):
                raise
            raise self._hdu.error(f"cannot decompress: {type(err).__name__}: {err}") from err
