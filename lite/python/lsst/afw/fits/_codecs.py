# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decompression of the tiles of images: bytes into pixels.

Deflate, in which coadds are stored, is isal's or zlib's; Rice, PLIO and
HCOMPRESS are the compiled functions of astropy, which are no part of its
public interface, but several times as fast as asking astropy for the image.
Both let go of the interpreter's lock while they work.
"""

__all__ = ["RICE_BLOCK", "Codec", "compress", "inflate", "mostStored", "unshuffle"]

import dataclasses
import math
import struct
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

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

RICE_BLOCK = 32
"""Pixels of a block of Rice's algorithm, usually."""

_GZIP = 31
"""``wbits`` of a stream with a gzip header and a checksum."""

_WIDEST = 8
"""Bytes of a pixel, at most."""

_MOST_STORED = 32
"""Bytes that a pixel may take in a tile."""

_MOST_OVERHEAD = 4096
"""Bytes that a tile may take beyond those of its pixels."""

_MOST_EXPANDED = 2048
"""Pixels that a compression makes of one byte, at most."""

_LARGE = 1 << 24
"""Pixels of a tile that is taken for large: 4096 x 4096."""

_DITHERS = {"": 0, "NONE": 0, "NO_DITHER": 0, "SUBTRACTIVE_DITHER_1": 1, "SUBTRACTIVE_DITHER_2": 2}
"""How floats were quantized, by ``ZQUANTIZ``."""

_SEEDS = 10000
"""Number of seeds that dithering has."""


def mostStored(pixels: int) -> int:
    """Bytes that a tile may take, for its number of pixels.

    No compression makes more of it. Tiles may share their bytes; without a
    bound, a short file could have many tiles that are all long.
    """
    return _MOST_STORED * pixels + _MOST_OVERHEAD


def compress(pixels: npt.NDArray[Any], algorithm: str) -> bytes:
    """Compress the big-endian pixels of a tile.

    Parameters
    ----------
    pixels : `numpy.ndarray`
        Pixels in two dimensions.
    algorithm : `str`
        "GZIP_1", "GZIP_2", or "RICE_1" with its usual parameters, for
        integers of up to 32 bits.
    """
    size = pixels.dtype.itemsize
    if algorithm == "RICE_1":
        # It is needed for some files only.
        from astropy.io.fits.hdu.compressed import _compression as compiled

        native = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
        return compiled.compress_rice_1_c(native.tobytes(), RICE_BLOCK, size)
    if algorithm == "GZIP_2":
        pixels = np.ascontiguousarray(pixels.reshape(-1).view("u1").reshape(-1, size).T)
    return _deflate.compress(pixels, _LEVEL, _GZIP)


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


def unshuffle(planes: npt.NDArray[Any], out: npt.NDArray[Any]) -> None:
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
        unshuffle(planes[:half], high)
        unshuffle(planes[half:], low)
    out[...] = high
    out <<= 8 * half
    out |= low


def _readBytes(data: bytes | memoryview, pixels: int, shuffled: bool, kind: str) -> npt.NDArray[Any]:
    """Take bytes for big-endian pixels, however wide these are."""
    width = len(data) // pixels
    if width * pixels != len(data) or width not in ((4, 8) if kind == "f" else (1, 2, 4, 8)):
        raise ValueError(f"expected {pixels} pixels, found {len(data)} bytes of pixels")
    array = np.frombuffer(data, "u1")
    if shuffled:
        array = array.reshape(width, pixels).T.reshape(-1)
    return array.view("u1" if width == 1 else f">{kind}{width}")


@dataclasses.dataclass(frozen=True)
class Codec:
    """How the tiles of an image are compressed."""

    algorithm: str
    """Name of the compression (``ZCMPTYPE``)."""

    parameters: dict[str, Any]
    """Parameters of the compression (``ZVALn``) by their names."""

    kind: str
    """Kind of the pixels that are meant: "f" or "i"."""

    dither: int
    """How floats were quantized: 0, 1 or 2."""

    seed: int
    """Seed of the dithering (``ZDITHER0``)."""

    @classmethod
    def ofHeader(cls, hdu: Hdu, kind: str) -> "Codec":
        """Find how an image is compressed.

        Parameters
        ----------
        hdu : `lsst.afw.fits._file.Hdu`
            Where it is.
        kind : `str`
            Kind of its pixels: "f" or "i".

        Raises
        ------
        FitsError
            Raised if the header has unknown methods or wrong parameters.
        """
        header = hdu.header
        algorithm = header.getStr("ZCMPTYPE").replace("RICE_ONE", "RICE_1")
        if algorithm not in ("GZIP_1", "GZIP_2", "RICE_1", "PLIO_1", "HCOMPRESS_1", "NOCOMPRESS"):
            raise hdu.error(f"expected a known ZCMPTYPE, found {algorithm!r}")
        dither = _DITHERS.get(header.getStr("ZQUANTIZ"))
        if dither is None:
            raise hdu.error(f"expected a known ZQUANTIZ, found {header.get('ZQUANTIZ')!r}")
        parameters = {"BLOCKSIZE": RICE_BLOCK, "BYTEPIX": 4, "SMOOTH": 0}
        for i in range(1, 10):
            parameters[header.getStr(f"ZNAME{i}").upper()] = header.getInt(f"ZVAL{i}")
        # The decompressor takes these on trust.
        for name, allowed in (("BLOCKSIZE", range(1, 1 << 16)), ("BYTEPIX", (1, 2, 4)), ("SMOOTH", (0, 1))):
            if parameters[name] not in allowed:
                raise hdu.error(f"expected a known {name}, found {parameters[name]!r}")
        return cls(algorithm, parameters, kind, dither, header.getInt("ZDITHER0", 0))

    def decode(
        self, column: str, data: bytes | memoryview, shape: tuple[int, int], isQuantized: bool
    ) -> npt.NDArray[Any]:
        """Decompress a tile.

        Parameters
        ----------
        column : `str`
            Column of the table that it is stored in.
        data : bytes-like
            Its bytes.
        shape : `tuple` [`int`, `int`]
            Its rows and columns.
        isQuantized : `bool`
            Whether the pixels are integers that stand for floats.

        Returns
        -------
        pixels : `numpy.ndarray`
            Its pixels, of the type and byte order that it has them in.

        Raises
        ------
        ValueError
            Raised if the bytes are not such a tile.
        """
        pixels = math.prod(shape)
        kind = "i" if isQuantized else self.kind
        if column == "UNCOMPRESSED_DATA" or (column == "COMPRESSED_DATA" and self.algorithm == "NOCOMPRESS"):
            array = _readBytes(data, pixels, False, kind)
        elif column == "GZIP_COMPRESSED_DATA" or self.algorithm.startswith("GZIP"):
            shuffled = column == "COMPRESSED_DATA" and self.algorithm == "GZIP_2"
            array = _readBytes(inflate(data, _WIDEST * pixels), pixels, shuffled, kind)
        else:
            array = self._decodeCompiled(bytes(data), shape)
        return array.reshape(shape)

    def _decodeCompiled(self, data: bytes, shape: tuple[int, int]) -> npt.NDArray[Any]:
        """Decompress a tile with the compiled functions of astropy."""
        # They are needed for some files only.
        from astropy.io.fits.hdu.compressed import _compression as compiled

        pixels = math.prod(shape)
        if pixels > max(_LARGE, _MOST_EXPANDED * len(data)):
            raise ValueError(f"{len(data)} bytes cannot hold {pixels} pixels")
        # They do not look whether they get the memory that they ask for.
        np.empty(2 * _WIDEST * pixels, "u1")
        width = 4
        try:
            if self.algorithm == "RICE_1":
                width = self.parameters["BYTEPIX"]
                raw = compiled.decompress_rice_1_c(data, self.parameters["BLOCKSIZE"], width, pixels)
            elif self.algorithm == "PLIO_1":
                swapped = np.frombuffer(data, ">i2").astype("i2").tobytes()
                raw = compiled.decompress_plio_1_c(swapped, pixels)
            else:
                # This goes by the size in the stream.
                sizes = struct.unpack(">ii", data[2:10]) if len(data) >= 10 else (0, 0)
                if sizes != shape:
                    raise ValueError(f"expected {shape} pixels, found {sizes}")
                raw = compiled.decompress_hcompress_1_c(data, *shape, 0, self.parameters["SMOOTH"], 8)
        except compiled.CfitsioException as err:
            raise ValueError(str(err)) from err
        return np.frombuffer(raw, f"i{width}", pixels)

    def unquantize(
        self, pixels: npt.NDArray[Any], dtype: np.dtype[Any], scale: float, zero: float, tile: int
    ) -> npt.NDArray[Any]:
        """Make floats of the integers of a tile.

        Parameters
        ----------
        pixels : `numpy.ndarray`
            The integers.
        dtype : `numpy.dtype`
            Type of the floats.
        scale, zero : `float`
            Step between floats, and the one that 0 stands for.
        tile : `int`
            Number of the tile.

        Returns
        -------
        floats : `numpy.ndarray`
        """
        if not self.dither:
            return (pixels * scale + zero).astype(dtype)
        from astropy.io.fits.hdu.compressed import _compression as compiled

        function = compiled.unquantize_float_c if dtype.itemsize == 4 else compiled.unquantize_double_c
        integers = pixels.astype("i4", copy=False).tobytes()
        row = (tile + self.seed - 1) % _SEEDS + 1
        raw = function(integers, row, pixels.size, scale, zero, self.dither, 0, 0, 0.0, 4)
        return np.frombuffer(raw, dtype).reshape(pixels.shape)
