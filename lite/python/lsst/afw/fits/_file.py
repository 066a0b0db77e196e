# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""An open FITS file: opened once, every header parsed at most once."""

from __future__ import annotations

__all__ = ["FitsFile", "Hdu", "checkRegular"]

import functools
import gzip
import math
import os
import re
import stat
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from ._cards import BLOCK, CARD, Header
from ._error import FitsError
from ._rangeFile import RangeFile

_HEADER_READ = 4 * BLOCK
"""Bytes read first in search of the end of a header."""

_MAX_HEADER = 16 << 20
"""Bytes beyond which a header without ``END`` is given up."""

_BITPIX = (8, 16, 32, 64, -32, -64)

_MAX_SIZE = 1 << 62
"""More than any length in a file."""

_MAX_MESSAGE = 1000
"""Characters of an error message: what is quoted in it may be long."""

_END = b"END".ljust(CARD)

_EXTENSION = b"XTENSION"
"""Start of every HDU but the first."""

_GZIP = b"\x1f\x8b"
"""Start of a file that is compressed as a whole."""

_SELECTED = re.compile(r"(.+)\[([^\[\]]+)\]\Z", re.DOTALL)
"""Name of a file that ends in the number or the name of an HDU."""


class Hdu:
    """One header and what is known of the data that follow it.

    Parameters
    ----------
    file : `_OpenFile`
        File that the HDU is in.
    index : `int`
        Number of the HDU, 0 for the primary one.
    offset : `int`
        Where in the file its header starts, in bytes.

    Raises
    ------
    FitsError
        Raised if there is no valid header.
    """

    def __init__(self, file: Any, index: int, offset: int) -> None:
        self._file = file
        self.index = index
        self.offset = offset
        text = self._readHeader()
        self.header = Header.parse(text)
        self.dataOffset = offset + -(-(len(text) + CARD) // BLOCK) * BLOCK
        self.dataSize = self._computeDataSize()

    def _readHeader(self) -> str:
        """Read up to the ``END`` card."""
        raw = bytearray()
        expected = _EXTENSION if self.index else b"SIMPLE  "
        while True:
            # Twice as much each time: long headers are read few times.
            wanted = max(_HEADER_READ, len(raw))
            more = self._file.pread(self.offset + len(raw), wanted)
            if not raw and not more.startswith(expected):
                found = more[:8].decode("latin-1")
                raise self.error(f"expected a header that starts with {expected.decode()!r}, found {found!r}")
            searched = len(raw)
            raw += more
            # All but the last read are whole cards.
            for start in range(searched, len(raw), CARD):
                if raw.startswith(_END, start):
                    return raw[:start].decode("latin-1")
            if len(more) < wanted or len(raw) > _MAX_HEADER:
                raise self.error(f"truncated: the header does not end within {len(raw)} bytes")

    def _computeDataSize(self) -> int:
        """Length of the data without padding, as the header has it."""
        sizes = [self._size("BITPIX", self.header.getInt("BITPIX")), *self.axes]
        if len(sizes) == 1:
            return 0
        count = self._size("GCOUNT", self.header.getInt("GCOUNT", 1))
        heap = self._size("PCOUNT", self.header.getInt("PCOUNT", 0))
        size = sizes[0] // 8 * count * (heap + math.prod(sizes[1:]))
        if size >= _MAX_SIZE:
            raise self.error(f"expected data that a file can hold, found axes of {self.axes[:4]} ... pixels")
        return size

    def _size(self, key: str, value: int | None) -> int:
        """Check a number that a length is computed from."""
        least = 1 if key == "GCOUNT" else 0
        if value is None or not (value in _BITPIX if key == "BITPIX" else least <= value < _MAX_SIZE):
            raise self.error(f"expected a valid {key}, found {self.header.get(key)!r}")
        return abs(value)

    @functools.cached_property
    def axes(self) -> list[int]:
        """Lengths of the axes of the data, fastest first (`list`)."""
        count = self.header.getInt("NAXIS")
        if count is None or not 0 <= count <= 999:
            raise self.error(f"expected a valid NAXIS, found {self.header.get('NAXIS')!r}")
        return [self._size(key, self.header.getInt(key)) for key in (f"NAXIS{i + 1}" for i in range(count))]

    @property
    def end(self) -> int:
        """Where the next HDU starts, in bytes (`int`)."""
        return self.dataOffset + -(-self.dataSize // BLOCK) * BLOCK

    def checkComplete(self) -> None:
        """Make sure that the file holds all the data of this HDU.

        To be called before anything of the size of the data is allocated.
        """
        found = self._file.size - self.dataOffset
        if found < self.dataSize:
            raise self.error(f"truncated: expected {self.dataSize} bytes of data, found {max(0, found)}")

    def read(self, offset: int, size: int) -> bytes:
        """Read a part of the data.

        Parameters
        ----------
        offset, size : `int`
            The part, from the start of the data, in bytes.

        Returns
        -------
        data : `bytes`

        Raises
        ------
        FitsError
            Raised if that is not all within the data, or not in the file.
        """
        if offset < 0 or size < 0 or offset + size > self.dataSize:
            raise self.error(
                f"bytes {offset} to {offset + size} are outside its {self.dataSize} bytes of data"
            )
        data = self._file.pread(self.dataOffset + offset, size)
        if len(data) != size:
            raise self.error(f"truncated: expected {size} bytes at {offset}, found {len(data)}")
        return data

    def expect(self, places: Iterable[tuple[int, int]]) -> None:
        """Tell a remote file what parts of the data will be read.

        Parameters
        ----------
        places : `~collections.abc.Iterable` [`tuple` [`int`, `int`]]
            Offset and size of each, in bytes from the start of the data.
        """
        begins = ((self.dataOffset + offset, size) for offset, size in places)
        self._file.expect((begin, begin + size) for begin, size in begins)

    @property
    def isRemote(self) -> bool:
        """Whether it pays to call `expect` (`bool`)."""
        return self._file.isRemote

    def error(self, message: str) -> FitsError:
        """Make an error that names file and HDU."""
        name = self.header.get("EXTNAME") if "header" in vars(self) else None
        label = f"HDU {self.index} ({name[:80]})" if isinstance(name, str) else f"HDU {self.index}"
        if len(message) > _MAX_MESSAGE:
            message = f"{message[:_MAX_MESSAGE]} ..."
        return FitsError(f"{self._file.name}, {label}: {message}")


def checkRegular(fileName: str, status: os.stat_result) -> None:
    """Raise if something is no regular file.

    Parameters
    ----------
    fileName : `str`
        Its name.
    status : `os.stat_result`
        What the system knows of it.

    Raises
    ------
    FitsError
        Raised if it is a directory, FIFO, socket or device.
    """
    if not stat.S_ISREG(status.st_mode):
        found = "a directory" if stat.S_ISDIR(status.st_mode) else "a FIFO, socket or device"
        raise FitsError(f"{fileName}: expected a regular file, found {found}")


class _OpenFile:
    """An open file, which knows nothing of FITS.

    Parameters
    ----------
    fileName : `str`
        Path of a local file.
    """

    isRemote = False

    def __init__(self, fileName: str) -> None:
        self.name = os.fspath(fileName)
        self._descriptor: Any = None
        try:
            # Without waiting for a writer, should it be a FIFO.
            self._descriptor = os.open(self.name, os.O_RDONLY | os.O_NONBLOCK)
        except (OSError, ValueError) as err:
            # ValueError: a null character in the name.
            raise FitsError(f"{self.name}: cannot open: {getattr(err, 'strerror', None) or err}") from err
        status = os.fstat(self._descriptor)
        checkRegular(self.name, status)
        self.size = status.st_size

    def __del__(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)

    def pread(self, offset: int, size: int) -> bytes:
        """Read bytes of the file, fewer if it ends before.

        Parameters
        ----------
        offset, size : `int`
            The part, in bytes.
        """
        try:
            return os.pread(self._descriptor, min(size, max(0, self.size - offset)), offset)
        except OSError as err:
            raise FitsError(f"{self.name}: cannot read: {err.strerror}") from err


class _UnpackedFile:
    """The content of a file that is compressed as a whole, in memory.

    Parameters
    ----------
    file : `RangeFile` or `_OpenFile`
        The file, in gzip's format.
    """

    isRemote = False

    def __init__(self, file: Any) -> None:
        self.name = file.name
        try:
            self._content = gzip.decompress(file.pread(0, file.size))
        except (EOFError, OSError, zlib.error) as err:
            raise FitsError(
                f"{self.name}: cannot decompress the file, which begins as gzip's: {err}"
            ) from err
        self.size = len(self._content)

    def pread(self, offset: int, size: int) -> bytes:
        """Read bytes of the content, fewer if it ends before."""
        return self._content[offset : offset + size]


class FitsFile:
    """A FITS file that is open for reading.

    Only what is asked for is read. It may be shared by threads once the HDUs
    that they need are known. The file is closed as soon as neither this nor
    one of its HDUs is in use.

    Parameters
    ----------
    source : `str` or `RangeFile`
        Path of a local file, or a file of which ranges can be read. A path
        may end in the number or the name of an HDU in brackets. A file that
        is compressed with gzip as a whole is decompressed into memory.

    Attributes
    ----------
    selected : `str`
        What the name has in brackets, or "".

    Raises
    ------
    FitsError
        Raised if the file cannot be opened or is no FITS file.
    """

    def __init__(self, source: Any) -> None:
        self.selected = ""
        if isinstance(source, RangeFile):
            self._file: RangeFile | _OpenFile | _UnpackedFile = source
        else:
            path = os.fspath(source)
            match = _SELECTED.match(path)
            if match and not os.path.exists(path):
                path, self.selected = match.groups()
            self._file = _OpenFile(path)
        if self.pread(0, len(_GZIP)) == _GZIP:
            self._file = _UnpackedFile(self._file)
        if self.size == 0:
            raise FitsError(f"{self.name}: expected a FITS file, found an empty file")
        self._hdus = [Hdu(self._file, 0, 0)]

    @property
    def name(self) -> str:
        """Name of the file (`str`)."""
        return self._file.name

    @property
    def size(self) -> int:
        """Length of the file, in bytes (`int`)."""
        return self._file.size

    def pread(self, offset: int, size: int) -> bytes:
        """Read bytes of the file, fewer if it ends before."""
        return self._file.pread(offset, size)

    def __getitem__(self, index: int) -> Hdu:
        """Return an HDU by its number, 0 for the primary one."""
        if not self.has(index):
            last = self._hdus[-1]
            last.checkComplete()
            rest = self.pread(last.end, len(_EXTENSION))
            found = f"{last.index + 1} HDUs, then {rest!r}" if rest else f"{last.index + 1} HDUs"
            raise FitsError(f"{self.name}: expected an HDU {index}, found {found}")
        return self._hdus[index]

    def has(self, index: int) -> bool:
        """Whether there is an HDU of this number."""
        while len(self._hdus) <= index:
            end = self._hdus[-1].end
            # Whatever else follows the last HDU does no harm.
            if self.pread(end, len(_EXTENSION)) != _EXTENSION:
                return False
            self._hdus.append(Hdu(self._file, len(self._hdus), end))
        return True

    def find(self, name: str) -> int:
        """Find the number of an HDU.

        Parameters
        ----------
        name : `str`
            Its name (``EXTNAME``), in any case; or its number.

        Raises
        ------
        FitsError
            Raised if there is no such HDU.
        """
        if name.isdecimal():
            return int(name)
        for hdu in self:
            if hdu.header.getStr("EXTNAME").upper() == name.upper():
                return hdu.index
        raise FitsError(f"{self.name}: expected an HDU named {name!r}, found none")

    def __iter__(self) -> Iterator[Hdu]:
        index = 0
        while self.has(index):
            yield self[index]
            index += 1
