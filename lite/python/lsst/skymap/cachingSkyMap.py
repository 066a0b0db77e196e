# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sky maps that make their tracts when they are asked for."""

__all__ = ["CachingSkyMap"]

import operator
from collections.abc import Iterator
from typing import Any

from .baseSkyMap import BaseSkyMap
from .tractInfo import TractInfo


class CachingSkyMap(BaseSkyMap):
    """A sky map that makes a tract when it is first asked for.

    Parameters
    ----------
    numTracts : `int`
        Number of tracts.
    config : `lsst.skymap.BaseSkyMapConfig`, optional
        Configuration of the sky map.
    version : `int`, optional
        Version of the definition of the tracts.

    Notes
    -----
    A subclass defines `generateTract`, and a constructor with the parameters
    ``config`` and ``version``, which pickles are made of.
    """

    def __init__(self, numTracts: int, config: Any = None, version: int = 0) -> None:
        super().__init__(config)
        self._numTracts = numTracts
        self._tractCache: dict[int, TractInfo] = {}
        self._version: Any = version

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.config, self._version)

    def __iter__(self) -> Iterator[TractInfo]:
        for index in range(self._numTracts):
            yield self[index]

    def __len__(self) -> int:
        return self._numTracts

    def __getitem__(self, index: int) -> TractInfo:
        if index < 0 or index >= self._numTracts:
            raise IndexError(f"Tract index {index} is out of range [0-{self._numTracts - 1}]")
        # A float that is a whole number would find the tract of that number.
        index = operator.index(index)
        tractInfo = self._tractCache.get(index)
        if tractInfo is None:
            # Of two threads that make the same tract, both get the first.
            tractInfo = self._tractCache.setdefault(index, self.generateTract(index))
        return tractInfo

    def generateTract(self, index: int) -> TractInfo:
        """Make a tract.

        Parameters
        ----------
        index : `int`
            Number of the tract.

        Returns
        -------
        tractInfo : `lsst.skymap.TractInfo`
            The tract.
        """
        raise NotImplementedError()
