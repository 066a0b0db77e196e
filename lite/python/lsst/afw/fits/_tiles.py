# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tile codec: GZIP_1 and GZIP_2 tiles to arrays and back, in threads.

A tile-compressed image (FITS 4.0, section 10) is a binary table with a row
for each tile, which points to the tile's compressed bytes in the heap behind
the table. Here are the lossless tiles that the Butler writes: integers and
floats that are not quantized. GZIP_1 is the deflated big-endian pixels; for
GZIP_2 the bytes are sorted before by their significance: first the highest
byte of each pixel, then all second ones, and so on.

Nearly all the time goes into deflate, and both ``isal`` and ``zlib`` let go
of the interpreter's lock while they work, so tiles are shared out over
threads.
"""

__all__ = ["TileGrid", "TileTable", "encode"]

import dataclasses
import functools
import math
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from lsst._lite.threads import threadCount

from ._cards import Header
from ._error import FitsError
from ._file import Hdu

try:
    from isal import isal_zlib as _deflate
except ImportError:
    _deflate = zlib  # type: ignore[misc]

_DEFLATE_ERRORS: tuple[Any, ...] = (zlib.error, ValueError, _deflate.error)
_LEVEL = 1
"""Compression level: astropy's sizes, at many times its speed, with isal; and
what cfitsio uses, with zlib.
"""

_GZIP = 31
"""``wbits`` of a stream with a gzip header and a checksum."""

_MOST_INFLATED = 1040
"""Bytes that deflate makes, at the very most, of one byte."""

_MOST_STORED = 32
"""Bytes that a pixel may take in a tile."""

_MOST_OVERHEAD = 4096
"""Bytes that a tile may take beyond those of its pixels."""

_BATCH = 1 << 18
"""Bytes of pixels that are unshuffled at once: they fit into the cache."""

_TASK = 1 << 20
"""Bytes of pixels that a thread takes at once."""


# Pixels


@dataclasses.dataclass(frozen=True)
class TileGrid:
    """How an image is cut into tiles."""

    shape: tuple[int, int]
    """Rows and columns of the image."""

    tile: tuple[int, int]
    """Rows and columns of a tile; less at the upper and right edges."""

    @functools.cached_property
    def counts(self) -> tuple[int, int]:
        """Number of tiles along columns and along rows."""
        down, across = (-(-n // t) for n, t in zip(self.shape, self.tile, strict=True))
        return down, across

    @property
    def isRows(self) -> bool:
        """Whether each tile is one whole row of the image (`bool`)."""
        return self.tile[0] == 1 and self.tile[1] >= self.shape[1]

    def span(self, index: int) -> tuple[range, range]:
        """Return the pixels of a tile.

        Parameters
        ----------
        index : `int`
            Number of the tile; along the row first.

        Returns
        -------
        rows, columns : `range`
        """
        where = divmod(index, self.counts[1])
        rows, columns = (
            range(i * t, min((i + 1) * t, n)) for i, t, n in zip(where, self.tile, self.shape, strict=True)
        )
        return rows, columns

    def touched(self, rows: range, columns: range) -> list[int]:
        """List the tiles that a box has pixels of.

        Parameters
        ----------
        rows, columns : `range`
            The box, within the image.

        Returns
        -------
        tiles : `list` [`int`]
            Numbers of the tiles, in order.
        """
        if not rows or not columns:
            return []
        (down, across), perRow = self.tile, self.counts[1]
        return [
            j * perRow + i
            for j in range(rows.start // down, (rows.stop - 1) // down + 1)
            for i in range(columns.start // across, (columns.stop - 1) // across + 1)
        ]


def _unshuffle(planes: npt.NDArray[Any], out: npt.NDArray[Any]) -> None:
    """Put the bytes of pixels together again.

    Parameters
    ----------
    planes : `numpy.ndarray`
        Bytes, from the most to the least significant along the first axis.
    out : `numpy.ndarray`
        Unsigned integers, of the shape of the other axes; set in place.
    """
    if len(planes) == 1:
        out[...] = planes[0]
        return
    half = len(planes) // 2
    if half == 1:
        high, low = planes
    else:
        high = np.empty(out.shape, f"u{half}")
        low = np.empty(out.shape, f"u{half}")
        _unshuffle(planes[:half], high)
        _unshuffle(planes[half:], low)
    out[...] = high
    out <<= 8 * half
    out |= low


def _shuffle(pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Sort the bytes of big-endian pixels by significance."""
    size = pixels.dtype.itemsize
    return np.ascontiguousarray(pixels.reshape(-1).view("u1").reshape(-1, size).T)


def inflate(data: bytes | memoryview, most: int) -> bytes:
    """Inflate a stream.

    Parameters
    ----------
    data : bytes-like
        The compressed bytes.
    most : `int`
        Bytes that there may be.

    Returns
    -------
    pixels : `bytes`

    Raises
    ------
    ValueError
        Raised if that is not one stream of no more than that many bytes.
    """
    stream = _deflate.decompressobj(_GZIP)
    try:
        # One byte more than wanted tells a stream that is too long.
        pixels = stream.decompress(data, most + 1)
    except _DEFLATE_ERRORS as err:
        raise ValueError(f"corrupt deflate stream: {err}") from err
    if len(pixels) > most or not stream.eof:
        more = "more than " if len(pixels) > most else ""
        raise ValueError(f"expected {most} bytes of pixels, found {more}{min(len(pixels), most)}")
    if rest := stream.unused_data.rstrip(b"\0"):
        raise ValueError(f"expected one stream, found {len(rest)} bytes after it")
    return pixels


def _inflateTile(data: memoryview, size: int) -> bytes:
    """Inflate one tile, of just so many bytes; otherwise as `inflate`."""
    if size > _MOST_INFLATED * (len(data) + 1):
        raise ValueError(f"{len(data)} bytes cannot hold a tile of {size} bytes")
    pixels = inflate(data, size)
    if len(pixels) != size:
        raise ValueError(f"expected {size} bytes of pixels, found {len(pixels)}")
    return pixels


def mostStored(pixels: int) -> int:
    """Bytes that a tile may take, for its number of pixels.

    No compression makes more of it. Tiles may share their bytes; without a
    bound, a short file could have many tiles that are all long.
    """
    return _MOST_STORED * pixels + _MOST_OVERHEAD


# Reading


class TileTable:
    """The tiles of one compressed image of a file.

    Parameters
    ----------
    hdu : `lsst.afw.fits._file.Hdu`
        A binary table with ``ZIMAGE = T``.

    Attributes
    ----------
    grid : `TileGrid`
        How the image is cut.
    dtype : `numpy.dtype`
        Type of the pixels.
    touched : `int`
        Number of tiles asked for so far.

    Raises
    ------
    FitsError
        Raised if the header contradicts itself or the size of the file.
    """

    COLUMNS = ("COMPRESSED_DATA", "GZIP_COMPRESSED_DATA", "UNCOMPRESSED_DATA")

    def __init__(self, hdu: Hdu) -> None:
        self._hdu = hdu
        header = hdu.header
        shape = self._positive("ZNAXIS2"), self._positive("ZNAXIS1")
        if header.getInt("ZNAXIS") != 2:
            raise hdu.error(f"expected an image of 2 dimensions, found ZNAXIS = {header.get('ZNAXIS')!r}")
        tile = (
            min(self._positive("ZTILE2", 1), shape[0]),
            min(self._positive("ZTILE1", shape[1]), shape[1]),
        )
        self.grid = TileGrid(shape, tile)
        self._stored, self._offset = self._pixelType()
        self.dtype = self._stored.newbyteorder("=") if self._offset is None else self._offset
        self._shuffled = header.getStr("ZCMPTYPE") == "GZIP_2"
        self._rowLength, rows = (hdu.axes + [0, 0])[:2]
        tiles = math.prod(self.grid.counts)
        if rows != tiles:
            raise hdu.error(f"expected a row for each of {tiles} tiles, found {rows} rows")
        self._descriptors = self._findColumns()
        self._heap = header.getInt("THEAP", self._rowLength * rows)
        self.touched = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the image."""
        return self.grid.shape

    def _positive(self, key: str, default: int | None = None) -> int:
        """Read a number that must be positive."""
        value = self._hdu.header.getInt(key, default if key not in self._hdu.header else None)
        if value is None or not 0 < value < 1 << 31:
            raise self._hdu.error(f"expected a positive {key}, found {self._hdu.header.get(key)!r}")
        return value

    @staticmethod
    def canRead(header: Header) -> bool:
        """Whether these are lossless tiles that are decoded here.

        Parameters
        ----------
        header : `lsst.afw.fits._cards.Header`
            Header of a tile-compressed image.
        """
        columns = {header.get(f"TTYPE{i}") for i in range(1, min(header.getInt("TFIELDS", 0), 999) + 1)}
        return (
            header.getStr("ZCMPTYPE") in ("GZIP_1", "GZIP_2")
            and columns <= set(TileTable.COLUMNS)
            and not any(key in header for key in ("ZSCALE", "ZZERO"))
            and header.get("BSCALE", 1) == 1
            and (header.getInt("ZBITPIX"), header.get("BZERO", 0)) in _PIXELS
        )

    def _pixelType(self) -> tuple[np.dtype[Any], np.dtype[Any] | None]:
        """Type as stored, and the unsigned type that ``BZERO`` makes of
        it.
        """
        key = self._hdu.header.getInt("ZBITPIX"), self._hdu.header.get("BZERO", 0)
        stored, shifted = _PIXELS[key]
        return np.dtype(stored), None if shifted is None else np.dtype(shifted)

    def _findColumns(self) -> dict[str, tuple[int, str, int]]:
        """Find the descriptors of each column in a row of the table.

        Returns
        -------
        columns : `dict` [`str`, `tuple`]
            For each column its offset in the row, the type of the two
            numbers of a descriptor, and the bytes of an element.
        """
        header, found, offset = self._hdu.header, {}, 0
        for i in range(1, header.getInt("TFIELDS", 0) + 1):
            form = header.getStr(f"TFORM{i}").lstrip("01")
            if form[:1] not in ("P", "Q") or form[1:2] not in _ELEMENTS:
                raise self._hdu.error(f"expected tiles in column {i}, found TFORM{i} = {form!r}")
            kind = ">i4" if form[0] == "P" else ">i8"
            found[header.getStr(f"TTYPE{i}")] = offset, kind, _ELEMENTS[form[1]]
            offset += 2 * np.dtype(kind).itemsize
        if "COMPRESSED_DATA" not in found or offset > self._rowLength:
            raise self._hdu.error("expected a column COMPRESSED_DATA that fits into a row")
        return found

    def checkSize(self) -> None:
        """Make sure that the data can hold an image of this size.

        To be called before anything of that size is allocated.
        """
        self._hdu.checkComplete()
        size = math.prod(self.grid.shape) * self.dtype.itemsize
        if size > _MOST_INFLATED * self._hdu.dataSize:
            raise self._hdu.error(
                f"expected an image of {size} bytes, found only {self._hdu.dataSize} bytes of compressed data"
            )

    def tasks(self, rows: range, columns: range, out: npt.NDArray[Any]) -> list[Callable[[], None]]:
        """Make the tasks that read a box.

        Parameters
        ----------
        rows, columns : `range`
            The box, in pixels of the image from 0.
        out : `numpy.ndarray`
            Where the pixels go: any type and strides, shape of the box.

        Returns
        -------
        tasks : `list` [`~collections.abc.Callable`]
            Functions for `run`, each of which fills a part of ``out``.
        """
        tiles = self.grid.touched(rows, columns)
        self.touched += len(tiles)
        if tiles and self._hdu.isRemote:
            self._hdu.expect((offset, size) for _, offset, size in self._locate(tiles))
        perTile = math.prod(self.grid.tile) * self.dtype.itemsize
        step = max(1, _TASK // perTile)
        return [
            partial(self._read, tiles[i : i + step], rows, columns, out) for i in range(0, len(tiles), step)
        ]

    def _read(self, tiles: list[int], rows: range, columns: range, out: npt.NDArray[Any]) -> None:
        """Read some tiles into a box."""
        data = self._compressed(tiles)
        step = 1
        if self.grid.isRows and self._shuffled:
            step = max(1, _BATCH // (self.grid.shape[1] * self.dtype.itemsize))
        for i in range(0, len(tiles), step):
            batch = tiles[i : i + step]
            down, across = self.grid.span(batch[0])
            # Only tiles that are whole rows come several at once.
            down = range(down.start, down.stop + len(batch) - 1)
            top, bottom = max(down.start, rows.start), min(down.stop, rows.stop)
            left, right = max(across.start, columns.start), min(across.stop, columns.stop)
            target = out[top - rows.start : bottom - rows.start, left - columns.start : right - columns.start]
            inside = np.s_[top - down.start : bottom - down.start, left - across.start : right - across.start]
            size = len(down) // len(batch) * len(across) * self._stored.itemsize
            pieces = [
                self._pixels(tile, size, *where)
                for tile, where in zip(batch, data[i : i + step], strict=True)
            ]
            self._place(pieces, (len(down), len(across)), inside, target)

    def _place(
        self, pieces: list[Any], shape: tuple[int, int], inside: tuple[slice, ...], target: npt.NDArray[Any]
    ) -> None:
        """Put inflated tiles where they belong.

        Parameters
        ----------
        pieces : `list`
            Pixels of one tile, or of tiles that are consecutive rows, each
            with the flag whether its bytes are shuffled.
        shape : `tuple`
            Rows and columns of all of them together.
        inside : `tuple` [`slice`]
            The part that is wanted.
        target : `numpy.ndarray`
            Where it goes.
        """
        if not self._shuffled or not all(shuffled for _, shuffled in pieces):
            for j, (pixels, shuffled) in enumerate(pieces):
                part = np.frombuffer(pixels, self._stored)
                if shuffled:
                    part = np.frombuffer(pixels, "u1").reshape(self._stored.itemsize, -1).T.copy()
                    part = part.reshape(-1).view(self._stored)
                if len(pieces) == 1:
                    self._assign(part.reshape(shape)[inside], target)
                else:
                    self._assign(part[inside[1]], target[j])
            return
        size = self._stored.itemsize
        joined = pieces[0][0] if len(pieces) == 1 else b"".join(pixels for pixels, _ in pieces)
        if len(pieces) == 1:
            planes = np.frombuffer(joined, "u1").reshape(size, *shape)
        else:
            planes = np.frombuffer(joined, "u1").reshape(shape[0], size, shape[1]).transpose(1, 0, 2)
        planes = planes[(slice(None), *inside)]
        if target.dtype == self.dtype:
            bits = target.view(f"u{size}")
            _unshuffle(planes, bits)
            self._shift(bits)
        else:
            bits = np.empty(target.shape, f"u{size}")
            _unshuffle(planes, bits)
            self._shift(bits)
            target[...] = bits.view(self.dtype)

    def _assign(self, part: npt.NDArray[Any], target: npt.NDArray[Any]) -> None:
        """Copy stored pixels, as the type that they stand for."""
        if self._offset is not None:
            bits = part.astype(self._stored.newbyteorder("=")).view(f"u{self._stored.itemsize}")
            self._shift(bits)
            part = bits.view(self.dtype)
        target[...] = part

    def _shift(self, bits: npt.NDArray[Any]) -> None:
        """Apply ``BZERO``: half the range of an integer is its top bit."""
        if self._offset is not None:
            bits ^= bits.dtype.type(1 << (8 * bits.dtype.itemsize - 1))

    def _compressed(self, tiles: list[int]) -> list[tuple[memoryview, str]]:
        """Read the stored bytes of some tiles.

        Returns
        -------
        data : `list` [`tuple`]
            For each tile the bytes and the column that they are of.
        """
        places = self._locate(tiles)
        start = min(offset for _, offset, _ in places)
        stop = max(offset + size for _, offset, size in places)
        if stop - start <= 2 * sum(size for _, _, size in places):
            block = memoryview(self._hdu.read(start, stop - start))
            return [(block[offset - start : offset - start + size], name) for name, offset, size in places]
        # Neighbours are stored far apart.
        return [(memoryview(self._hdu.read(offset, size)), name) for name, offset, size in places]

    def _locate(self, tiles: list[int]) -> list[tuple[str, int, int]]:
        """Find tiles in the heap.

        Returns
        -------
        places : `list` [`tuple`]
            For each tile the column, and offset and size in bytes from the
            start of the data of the HDU.
        """
        first, count = tiles[0], tiles[-1] - tiles[0] + 1
        table = self._hdu.read(first * self._rowLength, count * self._rowLength)
        places: list[Any] = [None] * len(tiles)
        for name, (place, kind, element) in self._descriptors.items():
            strides = (self._rowLength, np.dtype(kind).itemsize)
            pointers = np.ndarray((count, 2), kind, table, place, strides).tolist()
            for i, tile in enumerate(tiles):
                length, offset = pointers[tile - first]
                if length and places[i] is None:
                    places[i] = name, self._heap + offset, length * element
        most = mostStored(math.prod(self.grid.tile))
        for tile, place in zip(tiles, places, strict=True):
            if place is None:
                raise self._hdu.error(f"tile {tile} has no data")
            _, offset, size = place
            if size < 0 or offset < self._heap or offset + size > self._hdu.dataSize:
                raise self._hdu.error(f"tile {tile} is stored outside the data")
            if size > most:
                raise self._tileError(tile, f"expected at most {most} bytes, found {size}")
        return places

    def _pixels(self, tile: int, size: int, data: memoryview, column: str) -> tuple[bytes | memoryview, bool]:
        """Inflate a tile.

        Parameters
        ----------
        tile : `int`
            Number of the tile.
        size : `int`
            Bytes that its pixels take.
        data : `memoryview`
            What is stored.
        column : `str`
            Column where it is.

        Returns
        -------
        pixels : `bytes` or `memoryview`
        shuffled : `bool`
        """
        try:
            if column != "UNCOMPRESSED_DATA":
                return _inflateTile(data, size), self._shuffled and column == "COMPRESSED_DATA"
            if len(data) == size:
                return data, False
            raise ValueError(f"expected {size} bytes of pixels, found {len(data)}")
        except ValueError as err:
            raise self._tileError(tile, err) from err

    def _tileError(self, tile: int, message: object) -> FitsError:
        """Make an error that says which tile it is about."""
        rows, columns = self.grid.span(tile)
        return self._hdu.error(f"tile {tile} (row {rows.start}, column {columns.start}): {message}")


_ELEMENTS = {"B": 1, "I": 2, "J": 4, "K": 8, "E": 4, "D": 8}
"""Bytes of an element of a variable-length column."""

_PIXELS = {
    (8, 0): ("u1", None),
    (8, -128): ("u1", "i1"),
    (16, 0): (">i2", None),
    (16, 1 << 15): (">i2", "u2"),
    (32, 0): (">i4", None),
    (32, 1 << 31): (">i4", "u4"),
    (64, 0): (">i8", None),
    (64, 1 << 63): (">i8", "u8"),
    (-32, 0): (">f4", None),
    (-64, 0): (">f8", None),
}
"""Stored type, and type that is meant if it is another one, for each pair of
``ZBITPIX`` and ``BZERO``.
"""


# Writing


def _encodeTiles(pixels: npt.NDArray[Any], grid: TileGrid, shuffled: bool, tiles: range) -> list[bytes]:
    """Compress some tiles.

    Returns
    -------
    data : `list` [`bytes`]
        Compressed bytes of each tile.
    """
    big = pixels.dtype.newbyteorder(">")
    data = []
    for tile in tiles:
        rows, columns = grid.span(tile)
        part = np.ascontiguousarray(pixels[rows.start : rows.stop, columns.start : columns.stop], dtype=big)
        data.append(_deflate.compress(_shuffle(part) if shuffled else part, _LEVEL, _GZIP))
    return data


def encode(
    pixels: npt.NDArray[Any], grid: TileGrid, shuffled: bool = True, count: int | None = None
) -> Iterator[list[bytes]]:
    """Compress an image.

    Parameters
    ----------
    pixels : `numpy.ndarray`
        Signed integers (unsigned for 8 bits) or floats, as FITS stores
        them, in two dimensions.
    grid : `TileGrid`
        How to cut it.
    shuffled : `bool`, optional
        Whether to sort the bytes: GZIP_2 rather than GZIP_1.
    count : `int`, optional
        Number of threads; by default `threadCount`.

    Yields
    ------
    data : `list` [`bytes`]
        Compressed tiles, some at a time, all in order.
    """
    tiles = range(math.prod(grid.counts))
    step = max(1, _TASK // max(1, math.prod(grid.tile) * pixels.dtype.itemsize))
    parts = [tiles[i : i + step] for i in range(0, len(tiles), step)]
    count = min(count or threadCount(), len(parts))
    if count <= 1:
        yield from (_encodeTiles(pixels, grid, shuffled, part) for part in parts)
        return
    with ThreadPoolExecutor(count) as pool:
        waiting: deque[Future[list[bytes]]] = deque()
        for part in parts:
            waiting.append(pool.submit(_encodeTiles, pixels, grid, shuffled, part))
            # A few more than there are threads keep them all busy; memory
            # stays at that many parts.
            if len(waiting) > 2 * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
