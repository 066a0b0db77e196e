# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file far away, of which only the ranges of bytes that are read come."""

__all__ = ["RangeFile"]

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from ._error import FitsError

_AHEAD = 96 << 10
"""Bytes fetched at least: most headers with the tile tables after them."""

_MOST_AHEAD = 4 << 20
"""Bytes fetched at once of what is read from one end to the other."""

_GAP = 256 << 10
"""Bytes that are fetched in vain rather than by another request."""

_PIECE = 16 << 20
"""Bytes of one request; the next is under way while these are used."""

_REQUESTS = 2
"""Requests that are under way at a time: one is answered while the next one
travels.
"""


@dataclass(frozen=True)
class _Segment:
    """Bytes that have been asked for."""

    start: int
    """Place of the first, in the file."""

    stop: int
    """Place after the last."""

    data: "Future[bytes]"
    """The bytes."""


class RangeFile:
    """A file of which ranges of bytes can be fetched.

    It serves in the place of an open local file: see `FitsFile`. What has
    been fetched is kept until it is closed. It may be shared by threads.

    Parameters
    ----------
    name : `str`
        Name of the file, for messages.
    size : `int`
        Length of the file, in bytes.
    fetch : `~collections.abc.Callable`
        Fetches bytes, given the place of the first and their number. It is
        called from two threads.
    """

    isRemote = True
    """Whether it pays to tell early what will be read (`bool`)."""

    def __init__(self, name: str, size: int, fetch: Callable[[int, int], bytes]) -> None:
        self.name = name
        self.size = size
        self._fetch = fetch
        self._segments: list[_Segment] = []
        self._expected: list[tuple[int, int]] = []
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(_REQUESTS)

    def __enter__(self) -> "RangeFile":
        return self

    def __exit__(self, *args: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._segments.clear()

    def expect(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Learn what will be read. The first read of it fetches it all, in
        few requests.

        Parameters
        ----------
        ranges : `~collections.abc.Iterable` [`tuple` [`int`, `int`]]
            Places of the first byte, and after the last.
        """
        with self._lock:
            self._expected += _join(ranges)

    def pread(self, offset: int, size: int) -> bytes:
        """Read bytes of the file, fewer if it ends before.

        Parameters
        ----------
        offset, size : `int`
            The part, in bytes.
        """
        stop = min(offset + size, self.size)
        parts = []
        while offset < stop:
            segment = self._findSegment(offset, stop)
            data = segment.data.result()
            parts.append(data[offset - segment.start : stop - segment.start])
            offset = segment.stop
        return b"".join(parts) if len(parts) != 1 else parts[0]

    def _findSegment(self, offset: int, stop: int) -> _Segment:
        """Find the segment with a byte, or ask for one."""
        with self._lock:
            if any(start <= offset < end for start, end in self._expected):
                expected, self._expected = self._expected, []
                for start, end in expected:
                    self._ask(start, end)
            while True:
                for segment in self._segments:
                    if segment.start <= offset < segment.stop:
                        return segment
                self._ask(offset, max(stop, offset + self._findAhead(offset)))

    def _findAhead(self, offset: int) -> int:
        """Find how many bytes to fetch at least from some place on: twice as
        many as before where a read goes on.
        """
        before = next((segment for segment in self._segments if segment.stop == offset), None)
        if before is None:
            return _AHEAD
        return min(2 * (before.stop - before.start), _MOST_AHEAD)

    def _ask(self, start: int, stop: int) -> None:
        """Ask for what is not there yet of a range."""
        stop = min(stop, self.size)
        for segment in sorted(self._segments, key=lambda segment: segment.start):
            if segment.start <= start < segment.stop:
                start = segment.stop
            elif start < segment.start < stop:
                self._askPieces(start, segment.start)
                start = segment.stop
        self._askPieces(start, stop)

    def _askPieces(self, start: int, stop: int) -> None:
        """Ask for all of a range."""
        while start < stop:
            end = min(start + _PIECE, stop)
            self._segments.append(_Segment(start, end, self._pool.submit(self._fetchAll, start, end)))
            start = end

    def _fetchAll(self, start: int, stop: int) -> bytes:
        """Fetch a range."""
        data = self._fetch(start, stop - start)
        if len(data) != stop - start:
            raise FitsError(
                f"{self.name}: truncated: expected {stop - start} bytes at {start}, found {len(data)}"
            )
        return data


def _join(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join ranges with little between them."""
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(ranges):
        if joined and start - joined[-1][1] <= _GAP:
            joined[-1] = joined[-1][0], max(stop, joined[-1][1])
        else:
            joined.append((start, stop))
    return joined
