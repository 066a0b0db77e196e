# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""WCSs of lsst.images."""

__all__ = ["ProjectionWcs", "toWcs"]

from dataclasses import dataclass
from typing import Any

from lsst.geom import Box2D, Box2I, Point2D, SpherePoint, radians

from .interfaces import PixelsToSky


@dataclass(frozen=True)
class ProjectionWcs:
    """The projection of an `lsst.images` image, asked as a
    `lsst.afw.geom.SkyWcs` is.

    `lsst.images.SkyProjection.to_legacy` would not do: it refuses the
    projections of images that have been read from a file.
    """

    projection: Any
    """Pixels to sky (`lsst.images.SkyProjection`)."""

    def pixelToSky(self, pixels: Any, /) -> Any:
        """Find the place of pixels on the sky.

        Parameters
        ----------
        pixels : `lsst.geom.Point2D` or sequence of these
            Pixels; also those outside the projection's bounds, to which it
            is continued.

        Returns
        -------
        sky : `lsst.geom.SpherePoint` or `list` of these
            Their places, ICRS.
        """
        if isinstance(pixels, Point2D):
            return self.pixelToSky([pixels])[0]
        sky = self.projection.pixel_to_sky(x=[pixel.x for pixel in pixels], y=[pixel.y for pixel in pixels])
        return [SpherePoint(ra, dec, radians) for ra, dec in zip(sky.ra.rad, sky.dec.rad, strict=True)]


def toWcs(wcs: Any, bbox: Box2I) -> PixelsToSky | None:
    """Return a WCS that can be asked as a `lsst.afw.geom.SkyWcs` is.

    Parameters
    ----------
    wcs : `lsst.afw.geom.SkyWcs`, `lsst.images.SkyProjection` or `None`
        What an `lsst.afw.image.Exposure` or an `lsst.images.VisitImage` has.
    bbox : `lsst.geom.Box2I`
        Box of the image.

    Returns
    -------
    wcs : `PixelsToSky` or `None`
        The WCS.

    Raises
    ------
    ValueError
        If a corner of the image is outside the projection's bounds.
    """
    if not hasattr(wcs, "pixel_to_sky"):
        return wcs
    bounds = wcs.pixel_bounds
    for corner in [] if bounds is None or bbox.isEmpty() else Box2D(bbox).getCorners():
        # Corners of the corner pixels are half a pixel away from their
        # centres, which the bounds must hold.
        x = min(max(corner.x, bbox.getMinX()), bbox.getMaxX())
        y = min(max(corner.y, bbox.getMinY()), bbox.getMaxY())
        if not bounds.contains(x=x, y=y):
            raise ValueError(
                f"The sky projection of the exposure does not reach pixel ({x}, {y}), a corner of {bbox}: "
                f"its bounds are {bounds}."
            )
    return ProjectionWcs(wcs)
