# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

__all__ = ["HashOrder"]

import functools

_BUCKET_COUNTS = (
    13,
    29,
    59,
    127,
    257,
    541,
    1109,
    2357,
    5087,
    10273,
    20753,
    42043,
    85229,
    172933,
    351061,
    712697,
    1447153,
)
_MULTIPLIER = 0xC6A4A7935BD1E995
_SEED = 0xC70F6907
_MASK = 2**64 - 1


class HashOrder:
    """Order in which the compiled stack visits the names of a container.

    The stack keeps properties in a ``std::unordered_map``; pickles, names and
    sums over a container follow its order. This keeps the same order, which
    is determined by the hash of the names and by the history of insertions.
    """

    def __init__(self):
        # Within a bucket, and among the buckets, what came last is visited
        # first.
        self._buckets = {}
        self._bucketCount = 1
        self._size = 0
        self._waiting = []

    def insert(self, name):
        """Add a name that is not there yet.

        Parameters
        ----------
        name : `str`
            The name.
        """
        # Hashing waits until somebody asks for the order: most never do.
        self._waiting.append(name)

    def remove(self, name):
        """Remove a name.

        Parameters
        ----------
        name : `str`
            The name.
        """
        self._insertWaiting()
        bucket = hashString(name) % self._bucketCount
        self._buckets[bucket].remove(name)
        if not self._buckets[bucket]:
            del self._buckets[bucket]
        self._size -= 1

    def names(self):
        """Return the names in the order of the stack (`list` of `str`)."""
        self._insertWaiting()
        return [name for bucket in reversed(self._buckets.values()) for name in reversed(bucket)]

    def _insertWaiting(self):
        for name in self._waiting:
            if self._bucketCount == 1 or self._size >= self._bucketCount:
                self._grow()
            self._link(name)
            self._size += 1
        self._waiting = []

    def _grow(self):
        """Distribute the names over more buckets."""
        self._bucketCount = next(count for count in _BUCKET_COUNTS if count > self._bucketCount)
        names = [name for bucket in reversed(self._buckets.values()) for name in reversed(bucket)]
        self._buckets = {}
        for name in names:
            self._link(name)

    def _link(self, name):
        self._buckets.setdefault(hashString(name) % self._bucketCount, []).append(name)


@functools.lru_cache(maxsize=8192)
def hashString(text):
    """Compute the hash of libstdc++ for a string (MurmurHash64A).

    Parameters
    ----------
    text : `str`
        The string.

    Returns
    -------
    value : `int`
        Hash, 64 bits.
    """
    data = text.encode()
    whole = len(data) & ~7
    value = _SEED ^ (len(data) * _MULTIPLIER & _MASK)
    for start in range(0, whole, 8):
        word = _shiftMix(int.from_bytes(data[start : start + 8], "little") * _MULTIPLIER & _MASK)
        value = (value ^ (word * _MULTIPLIER & _MASK)) * _MULTIPLIER & _MASK
    if whole != len(data):
        value = (value ^ int.from_bytes(data[whole:], "little")) * _MULTIPLIER & _MASK
    value = _shiftMix(value) * _MULTIPLIER & _MASK
    return _shiftMix(value)


def _shiftMix(value):
    return value ^ (value >> 47)
