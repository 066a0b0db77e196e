# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A science image of either image package as box, WCS and observing
conditions.
"""

__all__ = ["ScienceGeometry", "toBox", "toScienceExposure", "toVisitInfo"]

import math
from dataclasses import dataclass
from typing import Any, Self

import erfa

from lsst.afw.coord import Observatory, Weather
from lsst.afw.image import VisitInfo
from lsst.geom import Box2D, Box2I, Point2D, SpherePoint, radians

from .interfaces import PixelsToSky, ScienceExposure, describeType


@dataclass(frozen=True)
class ScienceGeometry:
    """A science exposure without its pixels.

    It answers as the exposure itself would.
    """

    bbox: Box2I
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
        TypeError
            If ``bbox`` or ``wcs`` is something else.
        ValueError
            If a corner of the box is outside the bounds of the projection.
        """
        bbox = toBox(bbox)
        return cls(bbox, _toWcs(wcs, bbox), toVisitInfo(visitInfo))

    def getBBox(self) -> Box2I:
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
    exposure : `lsst.afw.image.Exposure` or `lsst.images.VisitImage`
        Science image, or whatever answers as one, such as its
        `ScienceGeometry`.

    Returns
    -------
    exposure : `ScienceExposure`
        The geometry of an image of `lsst.images`; anything else as it is.

    Raises
    ------
    TypeError
        If it is something else.
    ValueError
        If a corner of the image is outside the bounds of its projection.
    """
    if hasattr(exposure, "sky_projection"):
        return ScienceGeometry.of(exposure.bbox, exposure.sky_projection, getattr(exposure, "obs_info", None))
    if not all(hasattr(exposure, method) for method in ("getBBox", "getWcs")):
        raise TypeError(f"exposure must be an Exposure or a VisitImage, not {describeType(exposure)}.")
    return exposure


def toBox(bbox: Any) -> Box2I:
    """Return the bounding box of a science image as a `lsst.geom.Box2I`.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I` or `lsst.images.Box`
        Box.

    Raises
    ------
    TypeError
        If it is something else.
    """
    if hasattr(bbox, "to_legacy"):
        bbox = bbox.to_legacy()
    if not isinstance(bbox, Box2I):
        raise TypeError(f"bbox must be a Box2I, not {describeType(bbox)}.")
    return bbox


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
        """Compute the places of pixels on the sky.

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


def _toWcs(wcs: Any, bbox: Box2I) -> PixelsToSky | None:
    """Return a WCS that can be asked as a `lsst.afw.geom.SkyWcs` is, if it
    reaches the corners of a box.
    """
    if wcs is None or hasattr(wcs, "pixelToSky"):
        return wcs
    if not hasattr(wcs, "pixel_to_sky"):
        raise TypeError(
            f"wcs must be a SkyWcs, not {describeType(wcs)}. lsst.afw.geom.makeSkyWcs makes one of the cards "
            "of a FITS header."
        )
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


def toVisitInfo(conditions: Any) -> VisitInfo | None:
    """Return observing conditions as a `lsst.afw.image.VisitInfo`.

    Parameters
    ----------
    conditions : `lsst.afw.image.VisitInfo`, \
            `astro_metadata_translator.ObservationInfo` or `None`
        What an `lsst.afw.image.Exposure` or an `lsst.images.VisitImage` has.

    Returns
    -------
    visitInfo : `lsst.afw.image.VisitInfo` or `None`
        The conditions that refraction depends on. What an observation info
        lacks is NaN, and the Earth's rotation angle is that of UTC, less than
        15 arcseconds from that of UT1.
    """
    if not hasattr(conditions, "tracking_radec"):
        return conditions
    facts: dict[str, Any] = {}
    if (raDec := conditions.tracking_radec) is not None:
        facts["boresightRaDec"] = SpherePoint(raDec.icrs.ra.rad, raDec.icrs.dec.rad, radians)
    if (azAlt := conditions.altaz_begin) is not None:
        facts["boresightAzAlt"] = SpherePoint(azAlt.az.rad, azAlt.alt.rad, radians)
    if (place := conditions.location) is not None:
        longitude, latitude, height = place.to_geodetic()
        facts["observatory"] = Observatory(
            longitude.rad * radians, latitude.rad * radians, height.to_value("m")
        )
    begin, end = conditions.datetime_begin, conditions.datetime_end
    if begin is not None and end is not None:
        middle = (begin + 0.5 * (end - begin)).utc
        # UTC stands for UT1, whose difference would have to be fetched.
        facts["era"] = float(erfa.era00(middle.jd1, middle.jd2)) * radians
    facts["weather"] = Weather(
        _valueOf(conditions.temperature, "K") - 273.15,
        _valueOf(conditions.pressure, "Pa"),
        math.nan if conditions.relative_humidity is None else conditions.relative_humidity,
    )
    return VisitInfo(**facts)


def _valueOf(quantity: Any, unit: str) -> float:
    return math.nan if quantity is None else quantity.to_value(unit)
