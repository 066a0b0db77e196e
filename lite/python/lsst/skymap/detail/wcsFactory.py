# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WCS of a tract before the tract's size is known."""

__all__ = ["WcsFactory"]

from typing import Any

import lsst.geom as geom
from lsst.afw.geom import SkyWcs, makeCdMatrix, makeSkyWcs
from lsst.geom import Angle, SpherePoint


class WcsFactory:
    """A maker of WCSs that share scale, orientation and projection.

    Parameters
    ----------
    pixelScale : `lsst.geom.Angle`
        Size of a pixel on the sky, at the reference position.
    projection : `str`
        FITS code of the projection, three letters (Calabretta & Greisen
        2002, A&A 395, 1077, table 13), such as ``"TAN"``.
    rotation : `lsst.geom.Angle`, optional
        Angle from the pixels' x axis to west, towards north.
    flipX : `bool`, optional
        Let x grow with right ascension.

    Raises
    ------
    RuntimeError
        Raised if ``projection`` does not have three letters.
    """

    def __init__(
        self, pixelScale: Angle, projection: str, rotation: Angle = 0 * geom.radians, flipX: bool = False
    ) -> None:
        if len(projection) != 3:
            raise RuntimeError(f"projection={projection!r} has {len(projection)} letters; must have 3")
        self._projection = projection
        self._cdMatrix = makeCdMatrix(scale=pixelScale, orientation=rotation, flipX=flipX)

    def makeWcs(self, crPixPos: Any, crValCoord: SpherePoint) -> SkyWcs:
        """Make a WCS.

        Parameters
        ----------
        crPixPos : `lsst.geom.Point2D` or pair of `float`
            Pixel position of the reference point, counted from 0.
        crValCoord : `lsst.geom.SpherePoint`
            ICRS position of the reference point.

        Returns
        -------
        wcs : `lsst.afw.geom.SkyWcs`
            The WCS.
        """
        return makeSkyWcs(
            crpix=geom.Point2D(*crPixPos),
            crval=crValCoord,
            cdMatrix=self._cdMatrix,
            projection=self._projection,
        )
