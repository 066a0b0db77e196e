# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sky maps with square tracts anywhere."""

__all__ = ["DiscreteSkyMapConfig", "DiscreteSkyMap"]

import functools
import struct
from typing import Any

import lsst.geom as geom
from lsst.geom import SpherePoint
from lsst.pex.config import ListField

from .baseSkyMap import BaseSkyMapConfig
from .cachingSkyMap import CachingSkyMap
from .tractInfo import ExplicitTractInfo


class DiscreteSkyMapConfig(BaseSkyMapConfig):
    """Where the tracts are, and how large."""

    raList = ListField[float](
        dtype=float, default=[], doc="Right ascension of the centre of each tract (degrees)"
    )
    decList = ListField[float](
        dtype=float, default=[], doc="Declination of the centre of each tract (degrees)"
    )
    radiusList = ListField[float](dtype=float, default=[], doc="Half the width of each tract (degrees)")

    def validate(self) -> None:
        # Docstring inherited.
        super().validate()
        for name in ("raList", "decList"):
            if len(getattr(self, name)) != len(self.radiusList):
                raise ValueError(
                    f"radiusList has {len(self.radiusList)} values, {name} has {len(getattr(self, name))}"
                )


class DiscreteSkyMap(CachingSkyMap):
    """A sky map with a square tract at each of some positions.

    Parameters
    ----------
    config : `lsst.skymap.DiscreteSkyMapConfig`
        Configuration of the sky map.
    version : `int`, optional
        Version of the definition of the tracts; there is only one.
    """

    ConfigClass = DiscreteSkyMapConfig

    def __init__(self, config: DiscreteSkyMapConfig, version: int = 0) -> None:
        super().__init__(len(config.radiusList), config, version)

    def _getCenters(self) -> list[SpherePoint]:
        # Docstring inherited.
        return [self._getCenter(index) for index in range(len(self))]

    def _getCenter(self, index: int) -> SpherePoint:
        """Get the ICRS centre of a tract."""
        return geom.SpherePoint(self.config.raList[index], self.config.decList[index], geom.degrees)

    def generateTract(self, index: int) -> ExplicitTractInfo:
        # Docstring inherited.
        center = self._getCenter(index)
        return ExplicitTractInfo(
            index,
            self._tractBuilder,
            center,
            self.config.radiusList[index] * geom.degrees,
            self.config.tractOverlap * geom.degrees,
            functools.partial(self._wcsFactory.makeWcs, crPixPos=geom.Point2D(0, 0), crValCoord=center),
        )

    def updateSha1(self, sha1: Any) -> None:
        # Docstring inherited.
        for values in (self.config.raList, self.config.decList, self.config.radiusList):
            sha1.update(struct.pack(f"<{len(values)}d", *values))
