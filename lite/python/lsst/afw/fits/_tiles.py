# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images in compressed tiles, read and written by several threads.

A tile-compressed image (FITS 4.0, section 10) is a binary table with a row
for each tile, which points to the tile's compressed bytes in the heap behind
the table. The Butler writes lossless tiles, of integers and of floats that are
not quantized. GZIP_1 is the deflated big-endian pixels; for GZIP_2 the bytes
are sorted before by their significance: first the highest byte of each pixel,
then all second ones, and so on.

Nearly all the time goes into the decompression, which lets go of the
interpreter's lock, so tiles are shared out over threads.
"""

__all__ = ["TileGrid", "TileTable", "encode"]

import dataclasses
import functools
import math
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lsst._lite.threads import threadCount

from ._codecs import Codec, compress, inflate, mostStored, unshuffle
from ._error import FitsError
from ._file import Hdu
from ._pixelTypes import PixelType, readNumber
from ._tables import Catalog, Rows

_COLUMNS = ("COMPRESSED_DATA", "GZIP_COMPRESSED_DATA", "UNCOMPRESSED_DATA")
"""Columns of the table that point to tiles; the first that does counts."""

_MOST_EXPANDED = 8192
"""Bytes that any compression may make of one byte, generously."""

_LARGE = 1 << 24
"""Pixels of an image that is taken for large: 4096 x 4096."""

_BATCH = 1 << 18
"""Bytes of pixels that are unshuffled at once: they fit into the cache."""

_TASK = 1 << 20
"""Bytes of pixels that a thread takes at once."""


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


class _StoredTile(NamedTuple):
    """Where a tile is stored, and what its numbers mean."""

    number: int
    """Which tile it is."""

    column: str
    """Column of the table that points to it."""

    offset: int
    """First byte, from the start of the data of the HDU."""

    size: int
    """Number of bytes."""

    scaling: tuple[float, float] | None
    """Step and zero of floats that were quantized."""

    blank: int | None
    """Integer that stands for no value."""


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

    Raises
    ------
    FitsError
        Raised if the header contradicts itself or the size of the file.
    """

    def __init__(self, hdu: Hdu) -> None:
        self._hdu = hdu
        if hdu.header.getInt("ZNAXIS") != 2:
            raise hdu.error(f"expected an image of 2 dimensions, found {hdu.header.get('ZNAXIS')!r}")
        shape = self._positive("ZNAXIS2"), self._positive("ZNAXIS1")
        tile = self._positive("ZTILE2", 1), self._positive("ZTILE1", shape[1])
        self.grid = TileGrid(shape, (min(tile[0], shape[0]), min(tile[1], shape[1])))
        self._pixels = PixelType.ofHeader(hdu, "Z")
        self.dtype = self._pixels.dtype
        self._codec = Codec.ofHeader(hdu, "f" if self._pixels.stored.kind == "f" else "i")
        self._table = Catalog(hdu)
        tiles = math.prod(self.grid.counts)
        if self._table.rows != tiles:
            raise hdu.error(f"expected a row for each of {tiles} tiles, found {self._table.rows} rows")
        if "COMPRESSED_DATA" not in self._table.columns:
            raise hdu.error(f"expected a column COMPRESSED_DATA, found {sorted(self._table.columns)}")

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

    def checkSize(self) -> None:
        """Make sure that the data can hold an image of this size.

        To be called before anything of that size is allocated.
        """
        size = math.prod(self.grid.shape) * self.dtype.itemsize
        if size > max(_LARGE * self.dtype.itemsize, _MOST_EXPANDED * self._hdu.dataSize):
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
        if tiles and self._hdu.isRemote:
            self._hdu.expect((tile.offset, tile.size) for tile in self._locate(tiles))
        perTile = math.prod(self.grid.tile) * self.dtype.itemsize
        step = max(1, _TASK // perTile)
        return [
            partial(self._read, tiles[i : i + step], rows, columns, out) for i in range(0, len(tiles), step)
        ]

    def _read(self, tiles: list[int], rows: range, columns: range, out: npt.NDArray[Any]) -> None:
        """Read some tiles into a box."""
        stored = self._locate(tiles)
        data = self._compressed(stored)
        step = 1
        isShuffled = all(tile.column == "COMPRESSED_DATA" and not tile.scaling for tile in stored)
        if isShuffled and self._codec.algorithm == "GZIP_2" and self.grid.isRows:
            step = max(1, _BATCH // (self.grid.shape[1] * self.dtype.itemsize))
        for i in range(0, len(tiles), step):
            batch = stored[i : i + step]
            down, across = self.grid.span(batch[0].number)
            # Only tiles that are whole rows come several at once.
            down = range(down.start, down.stop + len(batch) - 1)
            top, bottom = max(down.start, rows.start), min(down.stop, rows.stop)
            left, right = max(across.start, columns.start), min(across.stop, columns.stop)
            target = out[top - rows.start : bottom - rows.start, left - columns.start : right - columns.start]
            inside = np.s_[top - down.start : bottom - down.start, left - across.start : right - across.start]
            if step > 1:
                self._placeRows(batch, data[i : i + step], inside[1], target)
            else:
                self._placeTile(batch[0], data[i], (len(down), len(across)), inside, target)

    def _placeTile(
        self,
        tile: _StoredTile,
        data: memoryview,
        shape: tuple[int, int],
        inside: tuple[slice, slice],
        target: npt.NDArray[Any],
    ) -> None:
        """Decompress a tile, and put the part that is wanted where it
        belongs.
        """
        isQuantized = tile.scaling is not None and tile.column == "COMPRESSED_DATA"
        try:
            pixels = self._codec.decode(tile.column, data, shape, isQuantized)
        except (MemoryError, ValueError) as err:
            raise self._tileError(tile.number, err) from err
        if isQuantized and tile.scaling is not None:
            floats = self._codec.unquantize(pixels, self.dtype, *tile.scaling, tile.number)
            if tile.blank is not None:
                floats = np.where(pixels == tile.blank, self.dtype.type(np.nan), floats)
            pixels = floats
        if self._codec.algorithm == "PLIO_1" and self.dtype == np.uint16:
            # PLIO has no negative numbers: these are stored as they are.
            pixels = pixels - (1 << 15)
        stored = self._pixels.stored
        if (pixels.dtype.kind, pixels.dtype.itemsize) != (stored.kind, stored.itemsize):
            pixels = pixels.astype(stored)
        self._pixels.assign(pixels[inside], target, tile.blank)

    def _placeRows(
        self, tiles: list[_StoredTile], data: list[memoryview], inside: slice, target: npt.NDArray[Any]
    ) -> None:
        """Decompress tiles of GZIP_2 that are rows, and put the part that is
        wanted where it belongs.
        """
        stored, width = self._pixels.stored, self.grid.shape[1]
        size = width * stored.itemsize
        pieces = [self._inflate(*piece, size) for piece in zip(tiles, data, strict=True)]
        if any(len(piece) != size for piece in pieces):
            for i, tile in enumerate(tiles):
                self._placeTile(tile, data[i], (1, width), (slice(1), inside), target[i : i + 1])
            return
        planes = np.frombuffer(b"".join(pieces), "u1").reshape(len(pieces), stored.itemsize, width)
        planes = planes.transpose(1, 0, 2)[:, :, inside]
        native = stored.newbyteorder("=")
        isPlace = self._pixels.isPlain and target.dtype == native
        bits = (target if isPlace else np.empty(target.shape, native)).view(f"u{stored.itemsize}")
        unshuffle(planes, bits)
        if not isPlace:
            self._pixels.assign(bits.view(native), target, tiles[0].blank)

    def _inflate(self, tile: _StoredTile, data: memoryview, size: int) -> bytes:
        """Inflate a tile, whose pixels may be wider than they need be."""
        try:
            return inflate(data, 8 * size)
        except ValueError as err:
            raise self._tileError(tile.number, err) from err

    def _compressed(self, tiles: list[_StoredTile]) -> list[memoryview]:
        """Read the stored bytes of some tiles."""
        start = min(tile.offset for tile in tiles)
        stop = max(tile.offset + tile.size for tile in tiles)
        if stop - start <= 2 * sum(tile.size for tile in tiles):
            block = memoryview(self._hdu.read(start, stop - start))
            return [block[tile.offset - start : tile.offset - start + tile.size] for tile in tiles]
        # Neighbours are stored far apart.
        return [memoryview(self._hdu.read(tile.offset, tile.size)) for tile in tiles]

    def _locate(self, tiles: list[int]) -> list[_StoredTile]:
        """Find tiles in the heap."""
        first, count = tiles[0], tiles[-1] - tiles[0] + 1
        table = self._table.read(first, count)
        places = {name: table.places(name) for name in _COLUMNS if name in self._table.columns}
        scales, zeros = self._numbers(table, "ZSCALE"), self._numbers(table, "ZZERO")
        blanks = self._numbers(table, "ZBLANK")
        most = mostStored(math.prod(self.grid.tile))
        found = []
        for tile in tiles:
            i = tile - first
            name = next((name for name, place in places.items() if place[i][1]), "")
            if not name:
                raise self._tileError(tile, "it has no data")
            offset, size = places[name][i]
            offset += self._table.heap
            if size < 0 or offset < self._table.heap or offset + size > self._hdu.dataSize:
                raise self._tileError(tile, "it is stored outside the data")
            if size > most:
                raise self._tileError(tile, f"expected at most {most} bytes, found {size}")
            scaling = None if scales is None or zeros is None else (scales[i], zeros[i])
            blank = self._pixels.blank if blanks is None else blanks[i]
            found.append(_StoredTile(tile, name, offset, size, scaling, blank))
        return found

    def _numbers(self, table: Rows, name: str) -> list[Any] | None:
        """Read a number of each tile, from a column or else the header."""
        if name in self._table.columns:
            numbers = table.column(name)
            if numbers.shape[1] != 1 or numbers.dtype.kind == "S":
                raise self._hdu.error(f"expected one number for each tile in column {name!r}")
            return numbers[:, 0].tolist()
        if name == "ZBLANK" or name not in self._hdu.header:
            return None
        return [readNumber(self._hdu, name, 0)] * len(table)

    def _tileError(self, tile: int, message: object) -> FitsError:
        """Make an error that says which tile it is about."""
        rows, columns = self.grid.span(tile)
        return self._hdu.error(f"tile {tile} (row {rows.start}, column {columns.start}): {message}")


def _encodeTiles(pixels: npt.NDArray[Any], grid: TileGrid, algorithm: str, tiles: range) -> list[bytes]:
    """Compress some tiles.

    Returns
    -------
    data : `list` [`bytes`]
        Compressed bytes of each tile.
    """
    big = pixels.dtype.newbyteorder(">")
    spans = map(grid.span, tiles)
    parts = (pixels[rows.start : rows.stop, columns.start : columns.stop] for rows, columns in spans)
    return [compress(np.ascontiguousarray(part, dtype=big), algorithm) for part in parts]


def encode(
    pixels: npt.NDArray[Any], grid: TileGrid, algorithm: str = "GZIP_2", count: int | None = None
) -> Iterator[list[bytes]]:
    """Compress an image.

    Parameters
    ----------
    pixels : `numpy.ndarray`
        Signed integers (unsigned for 8 bits) or floats, as FITS stores
        them, in two dimensions.
    grid : `TileGrid`
        How to cut it.
    algorithm : `str`, optional
        How to compress it: see `compress`.
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
        yield from (_encodeTiles(pixels, grid, algorithm, part) for part in parts)
        return
    with ThreadPoolExecutor(count) as pool:
        waiting: deque[Future[list[bytes]]] = deque()
        for part in parts:
            waiting.append(pool.submit(_encodeTiles, pixels, grid, algorithm, part))
            # A few more than there are threads keep them all busy; memory
            # stays at that many parts.
            if len(waiting) > 2 * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
