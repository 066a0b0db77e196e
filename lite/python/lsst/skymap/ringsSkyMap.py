# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sky map with tracts in rings of declination."""

__all__ = ["RingsSkyMapConfig", "RingsSkyMap"]

import bisect
import functools
import itertools
import math
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import lsst.geom as geom
from lsst.geom import Angle, SpherePoint
from lsst.pex.config import Field
from lsst.sphgeom import LonLat

from .baseSkyMap import BaseSkyMapConfig, _keepOverlaps
from .cachingSkyMap import CachingSkyMap
from .patchInfo import PatchInfo
from .tractInfo import ExplicitTractInfo, TractInfo


class RingsSkyMapConfig(BaseSkyMapConfig):
    """How many rings there are, and where they start."""

    numRings = Field[int](
        doc="Number of rings, not counting the two polar caps",
        dtype=int,
        check=lambda value: value > 0,
    )
    raStart = Field[float](
        doc="Right ascension of the centre of the first tract of each ring (degrees)",
        dtype=float,
        default=0.0,
        check=lambda value: 0.0 <= value < 360.0,
    )


class RingsSkyMap(CachingSkyMap):
    """A sky map of the whole sky, with tracts of equal size.

    Rings of equal height and two polar caps of half that height cover the
    sky. Each ring is divided into so many tracts of equal width that they are
    narrower than high, even at the edge nearer to the equator.

    Parameters
    ----------
    config : `lsst.skymap.ringsSkyMap.RingsSkyMapConfig`
        Configuration of the sky map.
    version : `int`, optional
        Version of the numbering of tracts, 0 or 1.

    Notes
    -----
    Tract 0 is the south polar cap, tract 1 the one at ``raStart`` in the
    southernmost ring. Numbers grow eastwards, then from ring to ring
    northwards; the last tract is the north polar cap.

    In version 0, which old repositories have, a ring has its tract at
    ``raStart`` last instead of first; but the southernmost ring has it twice,
    first and last, and the northernmost ring lacks it.
    """

    ConfigClass = RingsSkyMapConfig
    _version: Any = (1, 0)

    def __init__(self, config: RingsSkyMapConfig, version: int = 1) -> None:
        if version not in (0, 1):
            raise AssertionError(f"Unrecognised version: {version}; must be 0 or 1")
        # The two polar caps together are as high as a ring (radians).
        self._ringSize = math.pi / (config.numRings + 1)
        self._capEdge = self._ringSize * 0.5 - 0.5 * math.pi
        self._ringNums = [self._computeRingNum(ring) for ring in range(config.numRings)]
        self._ringStarts = list(itertools.accumulate(self._ringNums, initial=0))
        super().__init__(self._ringStarts[-1] + 2, config, version)
        self._raStart = self.config.raStart * geom.degrees

    def _computeRingNum(self, ring: int) -> int:
        """Compute the number of tracts in a ring."""
        south = self._ringSize * (ring + 0.5) - 0.5 * math.pi
        dec = min(abs(south), abs(south + self._ringSize))
        return int(2 * math.pi * math.cos(dec) / self._ringSize) + 1

    def getRingIndices(self, index: int) -> tuple[int, int]:
        """Find the ring of a tract.

        Parameters
        ----------
        index : `int`
            Number of the tract in the sky map.

        Returns
        -------
        ring : `int`
            Number of the ring, from south to north; -1 for the south polar
            cap and ``numRings`` for the north polar cap.
        tractNum : `int`
            Number of the tract in the ring, eastwards.

        Raises
        ------
        IndexError
            Raised if there is no such tract.
        """
        if index == 0:
            return -1, 0
        if index == self._numTracts - 1:
            return self.config.numRings, 0
        if index < 0 or index >= self._numTracts:
            raise IndexError(f"Tract index {index} is out of range [0, {self._numTracts - 1}]")
        tractNum = index - 1
        # With version 0, a ring ends after its start has come round again.
        findRing = bisect.bisect_left if self._version == 0 else bisect.bisect_right
        ring = findRing(self._ringStarts, tractNum, lo=1) - 1
        return ring, tractNum - self._ringStarts[ring]

    def generateTract(self, index: int) -> ExplicitTractInfo:
        # Docstring inherited.
        ring, tractNum = self.getRingIndices(index)
        center = self._getCenter(ring, tractNum)
        return ExplicitTractInfo(
            index,
            self._tractBuilder,
            center,
            0.5 * self._ringSize * geom.radians,
            self.config.tractOverlap * geom.degrees,
            functools.partial(self._wcsFactory.makeWcs, crPixPos=geom.Point2D(0, 0), crValCoord=center),
            self._getInnerBoxCorners(ring, center),
        )

    def _getCenter(self, ring: int, tractNum: int) -> SpherePoint:
        """Get the ICRS centre of a tract."""
        if ring == -1:
            return geom.SpherePoint(0.0, -0.5 * math.pi, geom.radians)
        if ring == self.config.numRings:
            return geom.SpherePoint(0.0, 0.5 * math.pi, geom.radians)
        ra = (2 * math.pi * tractNum / self._ringNums[ring]) * geom.radians + self._raStart
        return geom.SpherePoint(ra.wrap(), (self._ringSize * (ring + 1) - 0.5 * math.pi) * geom.radians)

    def _getInnerBoxCorners(self, ring: int, center: SpherePoint) -> tuple[LonLat, LonLat]:
        """Find the corners of the part of the sky where a tract is found.

        Parameters
        ----------
        ring : `int`
            Number of the ring.
        center : `lsst.geom.SpherePoint`
            ICRS centre of the tract.

        Returns
        -------
        corners : `tuple` [`lsst.sphgeom.LonLat`]
            South-west and north-east corner.
        """
        south = max(self._capEdge + self._ringSize * ring, -0.5 * math.pi)
        north = min(self._capEdge + self._ringSize * (ring + 1), 0.5 * math.pi)
        if ring in (-1, self.config.numRings):
            return LonLat.fromRadians(0.0, south), LonLat.fromRadians(2 * math.pi, north)
        ra = center.getLongitude().asRadians()
        halfWidth = math.pi / self._ringNums[ring]
        return (
            LonLat.fromRadians((ra - halfWidth) % (2 * math.pi), south),
            LonLat.fromRadians((ra + halfWidth) % (2 * math.pi), north),
        )

    def _decToRingNum(self, dec: Angle) -> int:
        """Find the ring of a declination.

        Parameters
        ----------
        dec : `lsst.geom.Angle`
            Declination.

        Returns
        -------
        ring : `int`
            Number of the ring, as in `getRingIndices`.
        """
        radians = dec.asRadians()
        if radians < self._capEdge:
            return -1
        if radians > -self._capEdge:
            return self.config.numRings
        return min(int((radians - self._capEdge) / self._ringSize), self.config.numRings - 1)

    def _raToTractNum(self, ra: Angle, ring: int) -> int:
        """Find the tract of a ring at a right ascension.

        Parameters
        ----------
        ra : `lsst.geom.Angle`
            Right ascension.
        ring : `int`
            Number of the ring, not a polar cap.

        Returns
        -------
        tractNum : `int`
            Number of the tract in the ring.
        """
        fromStart = (ra - self._raStart).wrap().asRadians()
        num = self._ringNums[ring]
        return int(fromStart / (2 * math.pi / num) + 0.5) % num

    def _getIndex(self, ring: int, tractNum: int) -> int:
        """Get the number of a tract in the sky map from that in its ring."""
        if self._version == 0 and tractNum == 0 and ring != 0:
            return self._ringStarts[ring + 1] + 1
        return self._ringStarts[ring] + tractNum + 1

    def findTract(self, coord: SpherePoint) -> TractInfo:
        """Find the tract by the ring and right ascension of a position.

        Parameters
        ----------
        coord : `lsst.geom.SpherePoint`
            ICRS position.

        Returns
        -------
        tractInfo : `lsst.skymap.TractInfo`
            The tract whose inner region contains the position.
        """
        ring = self._decToRingNum(coord.getLatitude())
        if ring == -1:
            return self[0]
        if ring == self.config.numRings:
            return self[self._numTracts - 1]
        return self[self._getIndex(ring, self._raToTractNum(coord.getLongitude(), ring))]

    def findTractIdArray(self, ra: Any, dec: Any, degrees: bool = False) -> npt.NDArray[Any]:
        # Docstring inherited.
        ra, dec = np.atleast_1d(ra), np.atleast_1d(dec)
        if degrees:
            ra, dec = np.deg2rad(ra), np.deg2rad(dec)
        numRings = self.config.numRings
        ring = ((dec - self._capEdge) / self._ringSize).astype(np.int32)
        ring = np.clip(ring, 0, numRings - 1)
        num = np.array(self._ringNums)[ring]
        fromStart = (ra - self._raStart.asRadians()) % (2 * math.pi)
        tractNum = (fromStart / (2 * math.pi / num) + 0.5).astype(np.int32) % num
        if self._version == 0:
            ring = np.where((tractNum == 0) & (ring != 0), ring + 1, ring)
        index = np.array(self._ringStarts)[ring] + tractNum + 1
        index[dec < self._capEdge] = 0
        index[dec > -self._capEdge] = self._numTracts - 1
        return index.astype(np.int32)

    def findAllTracts(self, coord: SpherePoint) -> list[TractInfo]:
        """Find all tracts that have a pixel at a position.

        Parameters
        ----------
        coord : `lsst.geom.SpherePoint`
            ICRS position.

        Returns
        -------
        tractList : `list` [`lsst.skymap.TractInfo`]
            The tracts, by number, the polar caps last.
        """
        nearest = self._decToRingNum(coord.getLatitude())
        indices: dict[int, Any] = {}
        for ring in range(max(nearest - 1, 0), min(nearest + 2, self.config.numRings)):
            tractNum = self._raToTractNum(coord.getLongitude(), ring)
            for neighbour in (tractNum - 1, tractNum, tractNum + 1):
                indices[self._getIndex(ring, neighbour % self._ringNums[ring])] = None
        indices.update({0: None, self._numTracts - 1: None})
        return [self[index] for index in indices if self[index].contains(coord)]

    def findTractPatchList(
        self, coordList: Sequence[SpherePoint]
    ) -> list[tuple[TractInfo, tuple[PatchInfo, ...]]]:
        # Docstring inherited.
        coords = list(coordList)
        return _keepOverlaps(
            itertools.chain.from_iterable(self.findAllTracts(coord) for coord in coords), coords
        )

    def updateSha1(self, sha1: Any) -> None:
        # Docstring inherited.
        sha1.update(struct.pack("<id", self.config.numRings, self.config.raStart))
