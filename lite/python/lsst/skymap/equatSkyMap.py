# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sky maps of a band along the equator."""

__all__ = ["EquatSkyMapConfig", "EquatSkyMap"]

import struct
from typing import Any

import lsst.geom as geom
import lsst.pex.config as pexConfig

from .baseSkyMap import BaseSkyMapConfig, _WholeSkyMap
from .tractInfo import TractInfo


class EquatSkyMapConfig(BaseSkyMapConfig):
    """How broad the band is, and how it is divided."""

    numTracts = pexConfig.Field[int](
        doc="Number of tracts around the equator; with the projection TAN at least 3",
        dtype=int,
        default=4,
    )
    decRange = pexConfig.ListField[float](
        doc="Lowest and highest declination (degrees)",
        dtype=float,
        length=2,
        default=(-1.25, 1.25),
    )

    def setDefaults(self) -> None:
        # Docstring inherited.
        self.projection = "CEA"


class EquatSkyMap(_WholeSkyMap):
    """A sky map of a band along the equator, such as SDSS stripe 82.

    Parameters
    ----------
    config : `lsst.skymap.EquatSkyMapConfig`, optional
        Configuration of the sky map.
    """

    ConfigClass = EquatSkyMapConfig

    def __init__(self, config: EquatSkyMapConfig | None = None) -> None:
        super().__init__(config)
        self._tractInfoList = [self._makeTract(index) for index in range(self.config.numTracts)]

    def _makeTract(self, index: int) -> TractInfo:
        """Make a tract.

        Parameters
        ----------
        index : `int`
            Number of the tract, from RA 0 eastwards.

        Returns
        -------
        tractInfo : `lsst.skymap.TractInfo`
            The tract.
        """
        south, north = (dec * geom.degrees for dec in self.config.decRange)
        width = (360.0 / self.config.numTracts) * geom.degrees
        begin = width * index
        end = begin + width
        middle = begin + width / 2.0
        # A cylindrical projection is symmetric only about the equator.
        reference = geom.SpherePoint(middle, 0.0 * geom.degrees)
        return TractInfo(
            id=index,
            tractBuilder=self._tractBuilder,
            ctrCoord=geom.SpherePoint(middle, (south + north) / 2.0),
            vertexCoordList=[
                geom.SpherePoint(ra, dec)
                for ra, dec in ((begin, south), (end, south), (end, north), (begin, north))
            ],
            tractOverlap=self.config.tractOverlap * geom.degrees,
            wcs=self._wcsFactory.makeWcs(crPixPos=geom.Point2D(0, 0), crValCoord=reference),
        )

    def updateSha1(self, sha1: Any) -> None:
        # Docstring inherited.
        sha1.update(struct.pack("<i2d", self.config.numTracts, *self.config.decRange))
