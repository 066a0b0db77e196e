# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dictionaries that give mask planes their bits."""

from __future__ import annotations

__all__ = ["NUM_PLANES_MAX", "MaskPlanes"]

import threading
import weakref
from collections.abc import Mapping
from typing import Any

from lsst.pex.exceptions import InvalidParameterError, RuntimeError

NUM_PLANES_MAX = 32
"""Number of bits of a mask pixel."""

_INITIAL_PLANES = (
    "BAD",
    "SAT",
    "INTRP",
    "CR",
    "EDGE",
    "DETECTED",
    "DETECTED_NEGATIVE",
    "SUSPECT",
    "NO_DATA",
    "VIGNETTED",
    "STREAK",
)


class MaskPlanes:
    """Names of mask planes and their bits.

    One instance is the default of the process: new masks refer to it, and so
    see the planes that are added later. A mask can also have a dictionary of
    its own, which grows, too, by planes that do not contradict it.

    Threads share the dictionaries: who changes any holds the lock, and puts
    a new `dict` in the place of the old one, so that who reads needs none.

    Parameters
    ----------
    planes : `dict` [`str`, `int`]
        Bit number of each plane.
    """

    _live: weakref.WeakSet[MaskPlanes] = weakref.WeakSet()
    _default: Any = None
    _lock = threading.RLock()

    def __init__(self, planes: Mapping[str, int]) -> None:
        self._planes = dict(planes)
        with self._lock:
            self._live.add(self)

    @classmethod
    def getDefault(cls) -> MaskPlanes:
        """Return the default dictionary of the process."""
        return cls._default

    @classmethod
    def setDefault(cls, planes: MaskPlanes) -> None:
        """Make a dictionary the default; masks keep those they have."""
        with cls._lock:
            cls._default = planes

    @classmethod
    def make(cls, planes: Mapping[str, int]) -> MaskPlanes:
        """Return a new dictionary, or the default one for no planes."""
        return cls(planes) if planes else cls._default

    def copy(self) -> MaskPlanes:
        """Return an independent dictionary with the same planes."""
        return MaskPlanes(self._planes)

    def matches(self, other: MaskPlanes) -> bool:
        """Whether another dictionary has the same planes and bits."""
        return self._planes == other._planes

    def asDict(self) -> dict[str, int]:
        """Return the planes, by name, as the stack's `std::map` does."""
        return dict(sorted(self._planes.items()))

    def __len__(self) -> int:
        return len(self._planes)

    def find(self, name: str) -> int:
        """Return the bit number of a plane, or -1 if there is none."""
        return self._planes.get(name, -1)

    def get(self, name: str) -> int:
        """Return the bit number of a plane.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if there is no such plane.
        """
        plane = self.find(name)
        if plane < 0:
            raise InvalidParameterError(f"Invalid mask plane name: {name}")
        return plane

    def hasBit(self, plane: int) -> bool:
        """Whether a bit number is in use."""
        return plane in self._planes.values()

    def remove(self, name: str) -> None:
        """Forget a plane, if it exists."""
        with self._lock:
            self._planes = {key: plane for key, plane in self._planes.items() if key != name}

    def clear(self) -> None:
        """Forget all planes."""
        with self._lock:
            self._planes = {}

    @classmethod
    def removeFromDefault(cls, name: str) -> None:
        """Forget a plane, for masks that are made from now on.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if there is no such plane.
        """
        with cls._lock:
            if cls._default.find(name) < 0:
                raise InvalidParameterError(f"Plane {name} doesn't exist in the default Mask")
            cls._default = cls._default.copy()
            cls._default.remove(name)

    def _addUnlessContradicted(self, name: str, plane: int) -> None:
        if not self.hasBit(plane) and name not in self._planes:
            self._planes = {**self._planes, name: plane}

    @classmethod
    def add(cls, name: str) -> int:
        """Add a plane to all dictionaries that it does not contradict.

        Parameters
        ----------
        name : `str`
            Name of the plane.

        Returns
        -------
        plane : `int`
            Its bit number in the default dictionary.

        Raises
        ------
        lsst.pex.exceptions.RuntimeError
            Raised if all bits are in use.
        """
        with cls._lock:
            plane = cls._default.find(name)
            if plane < 0:
                used = set(cls._default._planes.values())
                plane = next(i for i in range(len(used) + 1) if i not in used)
            if plane >= NUM_PLANES_MAX:
                raise RuntimeError(
                    f"Max number of planes ({NUM_PLANES_MAX}) already used; no room for {name}"
                )
            for planes in list(cls._live):
                planes._addUnlessContradicted(name, plane)
            return plane


MaskPlanes.setDefault(MaskPlanes({name: plane for plane, name in enumerate(_INITIAL_PLANES)}))
