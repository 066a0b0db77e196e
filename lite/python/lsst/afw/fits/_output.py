# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing FITS files: whole or not at all."""

__all__ = ["FitsOutput", "openOutput"]

import contextlib
import math
import os
import secrets
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from ._cards import BLOCK, formatHeader, tableCards
from ._codecs import RICE_BLOCK
from ._error import FitsError
from ._file import FitsFile, checkRegular
from ._options import CompressionOptions
from ._tiles import TileGrid, encode

_BITPIX = {"u1": 8, "i2": 16, "i4": 32, "i8": 64, "f4": -32, "f8": -64}

_ZERO = {"u2": 1 << 15, "u4": 1 << 31, "u8": 1 << 63, "i1": -(1 << 7)}
"""Offsets of the types that FITS does not have."""

_CHUNK = 1 << 22
"""Bytes of plain pixels that are converted and written at once."""


def _storedPixels(pixels: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], list[tuple[Any, ...]]]:
    """Give pixels a type that FITS can store.

    Parameters
    ----------
    pixels : `numpy.ndarray`
        Pixels of any integer or float type.

    Returns
    -------
    stored : `numpy.ndarray`
        The same, unless their type needs an offset.
    cards : `list` [`tuple`]
        Cards that say which offset.
    """
    code = pixels.dtype.newbyteorder("=").str[1:]
    if code not in _ZERO:
        return pixels, []
    size = pixels.dtype.itemsize
    bits = pixels.astype(f"u{size}") ^ np.dtype(f"u{size}").type(1 << (8 * size - 1))
    cards = [
        ("BZERO", _ZERO[code], "offset data range to that of unsigned short" if code == "u2" else ""),
        ("BSCALE", 1, "default scaling factor"),
    ]
    return bits if size == 1 else bits.view(f"i{size}"), cards


def _bitpix(pixels: npt.NDArray[Any]) -> int:
    """Code of a type that FITS can store."""
    return _BITPIX[pixels.dtype.newbyteorder("=").str[1:]]


_PRIMARY = [
    ("COMMENT", "  FITS (Flexible Image Transport System) format is defined in 'Astronomy"),
    ("COMMENT", "  and Astrophysics', volume 376, page 359; bibcode: 2001A&A...376..359H"),
]


def _imageCards(primary: bool, bitpix: int, shape: tuple[int, ...]) -> list[tuple[Any, ...]]:
    """Cards that every image starts with."""
    start: list[tuple[Any, ...]]
    end: list[tuple[Any, ...]]
    if primary:
        start = [("SIMPLE", True, "file does conform to FITS standard")]
        end = [("EXTEND", True, "FITS dataset may contain extensions"), *_PRIMARY]
    else:
        start = [("XTENSION", "IMAGE", "IMAGE extension")]
        end = [
            ("PCOUNT", 0, "required keyword; must = 0"),
            ("GCOUNT", 1, "required keyword; must = 1"),
        ]
    return [
        *start,
        ("BITPIX", bitpix, "number of bits per data pixel"),
        ("NAXIS", len(shape), "number of data axes"),
        *((f"NAXIS{i}", n, f"length of data axis {i}") for i, n in enumerate(reversed(shape), 1)),
        *end,
    ]


class FitsOutput:
    """A FITS file that is being written, one HDU after the other.

    Parameters
    ----------
    stream : `io.BufferedRandom`
        Where to write.
    hdus : `int`, optional
        Number of HDUs that are there already.
    """

    def __init__(self, stream: BinaryIO, hdus: int = 0) -> None:
        self._stream = stream
        self.hdus = hdus

    def _pad(self) -> None:
        """Fill up the last block with zeros."""
        self._stream.write(bytes(-self._stream.tell() % BLOCK))

    def writeEmpty(self, cards: Iterable[tuple[Any, ...]] = ()) -> None:
        """Write an HDU without data.

        Parameters
        ----------
        cards : iterable of `tuple`
            Cards after the ones that the format asks for.
        """
        self._stream.write(formatHeader([*_imageCards(self.hdus == 0, 8, ()), *cards]))
        self.hdus += 1

    def writeRaw(self, header: bytes, data: bytes) -> None:
        """Write an HDU whose header and data are bytes already.

        Parameters
        ----------
        header : `bytes`
            Whole blocks.
        data : `bytes`
            Data without padding.
        """
        self._stream.write(header)
        self._stream.write(data)
        self._pad()
        self.hdus += 1

    def writeImage(
        self,
        pixels: npt.NDArray[Any],
        cards: Iterable[tuple[Any, ...]] = (),
        compression: CompressionOptions | None = None,
    ) -> None:
        """Write an image.

        Parameters
        ----------
        pixels : `numpy.ndarray`
            Pixels in two dimensions.
        cards : iterable of `tuple`
            Cards after the ones that the format asks for.
        compression : `lsst.afw.fits.CompressionOptions`, optional
            How to compress; not at all by default.
        """
        stored, offset = _storedPixels(pixels)
        # There are no tiles of nothing.
        if compression is None or pixels.size == 0:
            self._writePlain(stored, [*offset, *cards])
            return
        if self.hdus == 0:
            self.writeEmpty()
        if compression.algorithm.name == "RICE_1" and stored.dtype.str[1:] not in ("u1", "i2", "i4"):
            raise FitsError(f"RICE_1 compresses integers of up to 32 bits only; {stored.dtype} needs GZIP_2.")
        self._writeTiles(stored, [*offset, *cards], compression)

    def _writePlain(self, pixels: npt.NDArray[Any], cards: Iterable[tuple[Any, ...]]) -> None:
        """Write an image that is not compressed."""
        cards = [*_imageCards(self.hdus == 0, _bitpix(pixels), pixels.shape), *cards]
        self._stream.write(formatHeader(cards))
        big = pixels.dtype.newbyteorder(">")
        step = max(1, _CHUNK // max(1, pixels.shape[1] * pixels.dtype.itemsize))
        for i in range(0, pixels.shape[0], step):
            self._stream.write(np.ascontiguousarray(pixels[i : i + step], dtype=big).data)
        self._pad()
        self.hdus += 1

    def _writeTiles(
        self, pixels: npt.NDArray[Any], cards: Iterable[tuple[Any, ...]], compression: CompressionOptions
    ) -> None:
        """Write an image in tiles.

        The tiles are written as they are made; what depends on their lengths
        is filled in afterwards.
        """
        grid = _grid(pixels.shape, compression)
        tiles = math.prod(grid.counts)
        algorithm = compression.algorithm.name
        # What deflate cannot compress it makes little longer.
        wide = pixels.nbytes * 1.01 + 64 * tiles >= 1 << 31
        element = 16 if wide else 8
        start = self._stream.tell()
        header = self._tileHeader(pixels, grid, element, 0, 0, algorithm, cards)
        self._stream.seek(start + len(header) + tiles * element)
        sizes: list[int] = []
        for tile in encode(pixels, grid, algorithm):
            # One call for many tiles: they are short.
            self._stream.write(b"".join(tile))
            sizes.extend(map(len, tile))
        self._pad()
        end = self._stream.tell()
        table = np.zeros((tiles, 2), f">i{element // 2}")
        table[:, 0] = sizes
        table[1:, 1] = np.cumsum(sizes[:-1])
        self._stream.seek(start)
        self._stream.write(self._tileHeader(pixels, grid, element, sum(sizes), max(sizes), algorithm, cards))
        self._stream.write(table.tobytes())
        self._stream.seek(end)
        self.hdus += 1

    @staticmethod
    def _tileHeader(
        pixels: npt.NDArray[Any],
        grid: TileGrid,
        element: int,
        heap: int,
        longest: int,
        algorithm: str,
        cards: Iterable[tuple[Any, ...]],
    ) -> bytes:
        """Header of an image in tiles."""
        bitpix = _bitpix(pixels)
        parameters = [("BLOCKSIZE", RICE_BLOCK), ("BYTEPIX", bitpix // 8)] if algorithm == "RICE_1" else []
        form = f"1{'P' if element == 8 else 'Q'}B({longest})"
        quantized = [("ZQUANTIZ", "NONE", "Lossless compression without quantization")] if bitpix < 0 else []
        return formatHeader(
            [
                *tableCards(element, math.prod(grid.counts), heap, 1),
                ("TTYPE1", "COMPRESSED_DATA", "label for field   1"),
                ("TFORM1", form, "data format of field: variable length array"),
                ("ZIMAGE", True, "extension contains compressed image"),
                ("ZBITPIX", bitpix, "data type of original image"),
                ("ZNAXIS", 2, "dimension of original image"),
                *((f"ZNAXIS{i}", grid.shape[2 - i], "length of original image axis") for i in (1, 2)),
                *((f"ZTILE{i}", grid.tile[2 - i], "size of tiles to be compressed") for i in (1, 2)),
                *quantized,
                ("ZCMPTYPE", algorithm, "compression algorithm"),
                *((f"ZNAME{i}", name) for i, (name, _) in enumerate(parameters, 1)),
                *((f"ZVAL{i}", value) for i, (_, value) in enumerate(parameters, 1)),
                *cards,
            ]
        )


def _grid(shape: tuple[int, ...], compression: CompressionOptions) -> TileGrid:
    """Tiles that compression options ask for: 0 is the whole axis."""
    rows, columns = shape
    height, width = compression.tile_height, compression.tile_width
    tile = min(height, rows) if height > 0 else rows, min(width, columns) if width > 0 else columns
    return TileGrid((rows, columns), tile)


def _copyHdus(fileName: str, stream: BinaryIO) -> int:
    """Copy the HDUs of a file, without what follows them; count them."""
    old = FitsFile(fileName)
    last = list(old)[-1]
    last.checkComplete()
    for start in range(0, last.end, _CHUNK):
        stream.write(old.pread(start, min(_CHUNK, last.end - start)))
    stream.write(bytes(last.end - stream.tell()))
    return last.index + 1


@contextlib.contextmanager
def openOutput(fileName: str, mode: str = "w") -> Iterator[FitsOutput]:
    """Write a file whole or not at all.

    What is written goes to a file next to the one that is wanted, which takes
    its place only when all has been written, and is removed otherwise.

    Parameters
    ----------
    fileName : `str`
        Path of a local file.
    mode : `str`, optional
        "w" for a new file, which replaces an old one; "a" for HDUs after
        those of the file, if there is one.

    Yields
    ------
    output : `FitsOutput`

    Raises
    ------
    FitsError
        Raised if the file cannot be written, or appended to.
    ValueError
        Raised for another mode.
    """
    if mode not in ("w", "a"):
        raise ValueError(f"Mode must be 'w' or 'a', not {mode!r}.")
    fileName = os.fspath(fileName)
    folder, base = os.path.split(os.path.abspath(fileName))
    partial = os.path.join(folder, f".{base[:64]}.{secrets.token_hex(8)}.part")
    if os.path.exists(fileName):
        # Not a FIFO or a device: it would be replaced by the file.
        checkRegular(fileName, os.stat(fileName))
    try:
        try:
            with open(partial, "x+b") as stream:
                hdus = _copyHdus(fileName, stream) if mode == "a" and os.path.exists(fileName) else 0
                yield FitsOutput(stream, hdus)
            os.replace(partial, fileName)
        finally:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                os.remove(partial)
    except FitsError:
        raise
    except (OSError, ValueError) as err:
        # ValueError: a null character in the name.
        raise FitsError(f"{fileName}: cannot write: {getattr(err, 'strerror', None) or err}") from err
