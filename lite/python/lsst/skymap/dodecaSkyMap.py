# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sky map with the twelve faces of a dodecahedron."""

__all__ = ["DodecaSkyMapConfig", "DodecaSkyMap"]

import struct
from typing import Any

import lsst.geom as geom
import lsst.pex.config as pexConfig
from lsst.geom import SpherePoint

from . import detail
from .baseSkyMap import BaseSkyMapConfig, _WholeSkyMap
from .tractInfo import TractInfo


class DodecaSkyMapConfig(BaseSkyMapConfig):
    """How the dodecahedron is oriented."""

    withTractsOnPoles = pexConfig.Field[bool](
        doc="Put the centre of a tract on each pole? Otherwise, the corner of three tracts is there",
        dtype=bool,
        default=False,
    )

    def setDefaults(self) -> None:
        # Docstring inherited.
        self.tractOverlap = 3.5
        self.patchBorder = 250
        # LSSTCam: pixels of 10 um, 50 um per arcsecond.
        self.pixelScale = 10.0 / 50.0
        self.patchInnerDimensions = (4000, 4000)
        self.projection = "STG"


class DodecaSkyMap(_WholeSkyMap):
    """A sky map of the whole sky, with twelve tracts.

    Parameters
    ----------
    config : `lsst.skymap.DodecaSkyMapConfig`, optional
        Configuration of the sky map.
    """

    ConfigClass = DodecaSkyMapConfig

    def __init__(self, config: DodecaSkyMapConfig | None = None) -> None:
        super().__init__(config)
        self._dodecahedron = detail.Dodecahedron(withFacesOnPoles=self.config.withTractsOnPoles)
        self._tractInfoList = [self._makeTract(face) for face in range(12)]

    def _makeTract(self, face: int) -> TractInfo:
        """Make the tract of a face.

        Parameters
        ----------
        face : `int`
            Number of the face, and of the tract.

        Returns
        -------
        tractInfo : `lsst.skymap.TractInfo`
            The tract.
        """
        center = detail.coordFromVec(self._dodecahedron.getFaceCtr(face), defRA=0 * geom.radians)
        vertices = self._dodecahedron.getVertices(face)
        return TractInfo(
            id=face,
            tractBuilder=self._tractBuilder,
            ctrCoord=center,
            vertexCoordList=[detail.coordFromVec(vertex, defRA=center.getLongitude()) for vertex in vertices],
            tractOverlap=self.config.tractOverlap * geom.degrees,
            wcs=self._wcsFactory.makeWcs(crPixPos=geom.Point2D(0, 0), crValCoord=center),
        )

    def findTract(self, coord: SpherePoint) -> TractInfo:
        """Find the tract whose inner region contains a position.

        Parameters
        ----------
        coord : `lsst.geom.SpherePoint`
            ICRS position.

        Returns
        -------
        tractInfo : `lsst.skymap.TractInfo`
            The tract.
        """
        return self[self._dodecahedron.getFaceInd(list(coord.getVector()))]

    def updateSha1(self, sha1: Any) -> None:
        # Docstring inherited.
        sha1.update(struct.pack("<?", self.config.withTractsOnPoles))
