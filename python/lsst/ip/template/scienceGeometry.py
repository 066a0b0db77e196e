# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a template must know of a science exposure."""

__all__ = ["ScienceGeometry", "toScienceExposure"]

from dataclasses import dataclass
from typing import Any, Self

import lsst.geom as geom
from lsst.afw.image import VisitInfo

from .interfaces import PixelsToSky, ScienceExposure
from .observationInfo import toVisitInfo
from .skyProjection import toWcs


@dataclass(frozen=True)
class ScienceGeometry:
    """A science exposure without its pixels.

    It answers as the exposure itself would.
    """

    bbox: geom.Box2I
    """Bounding box of the detector, in its own pixels."""

    wcs: PixelsToSky | None
    """Pixels of the detector to sky."""

    visitInfo: VisitInfo | None = None
    """Observing conditions."""

    @classmethod
    def of(cls, bbox: Any, wcs: Any, visitInfo: Any = None) -> Self:
        """Make the geometry from components of either kind of image.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I` or `lsst.images.Box`
            Bounding box of the detector, in its own pixels.
        wcs : `lsst.afw.geom.SkyWcs`, `lsst.images.SkyProjection` or `None`
            Pixels of the detector to sky.
        visitInfo : `lsst.afw.image.VisitInfo` or \
                `astro_metadata_translator.ObservationInfo`, optional
            Observing conditions.

        Raises
        ------
        ValueError
            If a corner of the box is outside the bounds of the projection.
        """
        bbox = bbox if isinstance(bbox, geom.Box2I) else bbox.to_legacy()
        return cls(bbox, toWcs(wcs, bbox), toVisitInfo(visitInfo))

    def getBBox(self) -> geom.Box2I:
        return self.bbox

    def getWcs(self) -> PixelsToSky | None:
        return self.wcs

    def getInfo(self) -> Self:
        return self

    def getVisitInfo(self) -> VisitInfo | None:
        return self.visitInfo


def toScienceExposure(exposure: Any) -> ScienceExposure:
    """Return a science image that answers as an `lsst.afw.image.Exposure`.

    Parameters
    ----------
    exposure : `lsst.afw.image.Exposure`, `lsst.images.VisitImage` or similar
        Science image.

    Returns
    -------
    exposure : `ScienceExposure`
        The geometry of an image of `lsst.images`; anything else as it is.

    Raises
    ------
    ValueError
        If a corner of the image is outside the bounds of its projection.
    """
    if not hasattr(exposure, "sky_projection"):
        return exposure
    return ScienceGeometry.of(exposure.bbox, exposure.sky_projection, getattr(exposure, "obs_info", None))
