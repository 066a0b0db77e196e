# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pixels of a template on the science grid, and where PSFs are used."""

__all__ = [
    "WarpedPiece",
    "computeHulls",
    "computeLacking",
    "computeOutline",
    "warpFurtherTract",
    "warpTract",
]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.geom import Polygon, SkyWcs
from lsst.afw.math import Warper
from lsst.afw.table import ExposureCatalog

from .boxes import STRIP_HEIGHT, boundingBox, cutIntoStrips
from .templateMosaic import hasData

BoolArray: TypeAlias = npt.NDArray[np.bool_]

OUTLINE_STEP = 20.0
"""Distance of the points of an outline, in pixels; a side is in general no
straight line in another pixel grid.
"""


def warpTract(unwarped: afwImage.ExposureF, wcs: SkyWcs, bbox: geom.Box2I, warper: Warper) -> Any:
    """Warp the pixels of a tract into a template.

    Parameters
    ----------
    unwarped : `lsst.afw.image.ExposureF`
        Pixels of the tract, with its WCS; NaN where there is no data.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the template.
    bbox : `lsst.geom.Box2I`
        Box of the template, in science pixels.
    warper : `lsst.afw.math.Warper`
        Warper.

    Returns
    -------
    template : `lsst.afw.image.ExposureF` or `None`
        The template. Pixels without data are NaN with ``NO_DATA`` and no
        other mask plane. `None` if there are no others.
    """
    template = warper.warpExposure(wcs, unwarped, destBBox=bbox)
    noData, isAnywhere = template.mask.getPlaneBitMask("NO_DATA"), False
    for strip in cutIntoStrips(bbox):
        part = template.maskedImage[strip]
        isData = hasData(part)
        isAnywhere = isAnywhere or bool(isData.any())
        for plane, value in (("image", np.nan), ("mask", noData), ("variance", np.nan)):
            getattr(part, plane).array[~isData] = value
    return template if isAnywhere else None


@dataclass(frozen=True)
class WarpedPiece:
    """Pixels of a further tract for a part of a template."""

    bbox: geom.Box2I
    """The part, in science pixels."""

    pixels: afwImage.MaskedImageF
    """Pixels of the tract."""

    isFilled: BoolArray
    """Which of them the template lacks, of shape (height, width)."""

    def fill(self, template: afwImage.ExposureF, factor: float) -> None:
        """Give a template the pixels that it lacks.

        Parameters
        ----------
        template : `lsst.afw.image.ExposureF`
            The template; changed in place.
        factor : `float`
            What to multiply the image with.
        """
        if factor != 1.0:
            self.pixels.image.array[:] *= factor
            self.pixels.variance.array[:] *= factor**2
        target = template.maskedImage[self.bbox]
        for plane in ("image", "mask", "variance"):
            np.copyto(getattr(target, plane).array, getattr(self.pixels, plane).array, where=self.isFilled)


def computeLacking(template: afwImage.ExposureF, interpLength: int) -> geom.Box2I:
    """Compute where a template lacks pixels.

    Parameters
    ----------
    template : `lsst.afw.image.ExposureF`
        The template.
    interpLength : `int`
        Distance of the pixels whose positions a warp computes, in pixels.

    Returns
    -------
    bbox : `lsst.geom.Box2I`
        Box around the pixels without data, in science pixels, that starts and
        ends at multiples of ``interpLength`` from the template's corner, or
        at its edge, so that a warp of it has the pixels of a warp of the
        whole; empty if no pixel is without data.
    """
    bbox, mask = template.getBBox(), template.mask
    noData, lacking = mask.getPlaneBitMask("NO_DATA"), geom.Box2I()
    for strip in cutIntoStrips(bbox):
        isLacking = mask[strip].array & noData != 0
        rows, columns = (np.flatnonzero(isLacking.any(axis=axis)).tolist() for axis in (1, 0))
        for end in (0, -1) if rows else ():
            lacking.include(strip.getMin() + geom.Extent2I(columns[end], rows[end]))
    if lacking.isEmpty():
        return lacking
    step = max(interpLength, 1)
    low, high = lacking.getMin() - bbox.getMin(), lacking.getMax() - bbox.getMin()
    first = geom.Extent2I(low.x // step * step, low.y // step * step)
    last = geom.Extent2I((high.x // step + 1) * step - 1, (high.y // step + 1) * step - 1)
    return geom.Box2I(bbox.getMin() + first, bbox.getMin() + last).clippedTo(bbox)


def warpFurtherTract(
    template: afwImage.ExposureF,
    lacking: geom.Box2I,
    unwarped: afwImage.ExposureF,
    warper: Warper,
    interpLength: int,
) -> Iterator[WarpedPiece]:
    """Warp the pixels of a further tract that a template lacks.

    Parameters
    ----------
    template : `lsst.afw.image.ExposureF`
        The template.
    lacking : `lsst.geom.Box2I`
        What `computeLacking` gave.
    unwarped : `lsst.afw.image.ExposureF`
        Pixels of the tract, with its WCS; NaN where there is no data.
    warper : `lsst.afw.math.Warper`
        Warper.
    interpLength : `int`
        Distance of the pixels whose positions it computes, in pixels.

    Yields
    ------
    piece : `WarpedPiece`
        Pixels that the template lacks, some in each piece.
    """
    noData = template.mask.getPlaneBitMask("NO_DATA")
    step = max(interpLength, 1)
    for strip in cutIntoStrips(lacking, height=max(1, STRIP_HEIGHT // step) * step):
        isLacking = template.mask[strip].array & noData != 0
        if not isLacking.any():
            continue
        pixels = warper.warpExposure(template.getWcs(), unwarped, destBBox=strip).maskedImage
        isFilled = isLacking & hasData(pixels)
        if isFilled.any():
            yield WarpedPiece(strip, pixels, isFilled)


def computeOutline(corners: Sequence[geom.Point2D]) -> list[geom.Point2D]:
    """Compute points around a polygon that are close to each other.

    Parameters
    ----------
    corners : `~collections.abc.Sequence` [`lsst.geom.Point2D`]
        Corners of the polygon, in pixels.

    Returns
    -------
    outline : `list` [`lsst.geom.Point2D`]
        The corners, and points between them at most 20 pixels apart.
    """
    outline = []
    for corner, following in zip(corners, [*corners[1:], corners[0]], strict=True):
        side = following - corner
        steps = max(1, int(np.ceil(side.computeNorm() / OUTLINE_STEP)))
        outline += [corner + side * (step / steps) for step in range(steps)]
    return outline


def computeHulls(
    pieces: Sequence[tuple[geom.Box2I, BoolArray]], closer: ExposureCatalog, wcs: SkyWcs
) -> list[Polygon]:
    """Compute where the PSF of a further tract is used.

    Parameters
    ----------
    pieces : `~collections.abc.Sequence`
        Boxes, and which of their pixels the tract filled.
    closer : `lsst.afw.table.ExposureCatalog`
        The patches of closer tracts; see `makePatchCatalog`.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the template.

    Returns
    -------
    hulls : `list` [`lsst.afw.geom.Polygon`]
        Convex hulls, in science pixels, of each connected piece of the
        filled pixels that no patch of a closer tract reaches. They hold whole
        pixels, so that a hull overlaps such a patch by up to a pixel, and by
        more around its corner.
    """
    # Heavy, and only needed where tracts meet.
    from scipy import ndimage

    bbox = boundingBox(box for box, _ in pieces)
    isFilled = np.zeros((bbox.getHeight(), bbox.getWidth()), dtype=bool)
    for box, isFilledInBox in pieces:
        isFilled[box.shiftedBy(geom.Point2I(0, 0) - bbox.getMin()).getSlices()] = isFilledInBox
    square = np.ones((3, 3), dtype=bool)
    # The outermost pixels that a patch reaches count as not reached, since
    # outlines are exact to a fraction of a pixel.
    isReached = ndimage.binary_erosion(_rasterize(closer, wcs, bbox), square, border_value=1)
    labels, _ = ndimage.label(isFilled & ~isReached, square)
    hulls = []
    for number, slices in enumerate(ndimage.find_objects(labels), start=1):
        corner = geom.Point2D(bbox.getMin()) + geom.Extent2D(slices[1].start, slices[0].start)
        hulls.append(_computeHull(labels[slices] == number, corner))
    return hulls


def _computeHull(isIn: BoolArray, minimum: geom.Point2D) -> Polygon:
    """Compute the convex hull of pixels, with points all along it."""
    corners = []
    for row in np.flatnonzero(isIn.any(axis=1)).tolist():
        columns = np.flatnonzero(isIn[row])
        for x in (float(columns[0]) - 0.5, float(columns[-1]) + 0.5):
            corners += [minimum + geom.Extent2D(x, row - 0.5), minimum + geom.Extent2D(x, row + 0.5)]
    vertices = Polygon(corners).convexHull().getVertices()
    # The first vertex is repeated at the end.
    return Polygon(computeOutline(vertices[:-1]))


def _rasterize(catalog: ExposureCatalog, wcs: SkyWcs, bbox: geom.Box2I) -> BoolArray:
    """Compute the pixels of a box that some patch reaches."""
    isReached = np.zeros((bbox.getHeight(), bbox.getWidth()), dtype=bool)
    for record in catalog:
        outline = computeOutline(record.getValidPolygon().getVertices())
        points = np.array(wcs.skyToPixel(record.getWcs().pixelToSky(outline))) - np.array(bbox.getMin())
        for row, (low, high) in enumerate(_computeSpans(points, bbox.getHeight())):
            isReached[row, max(low, 0) : max(high + 1, 0)] = True
    return isReached


def _computeSpans(points: npt.NDArray[np.float64], height: int) -> npt.NDArray[np.int64]:
    """Compute the first and last pixel of a polygon in each row, of shape
    (height, 2), for a polygon that no row enters twice.
    """
    rows = np.arange(height)[:, np.newaxis]
    (x0, y0), (x1, y1) = points.T, np.roll(points, -1, axis=0).T
    isCrossed = (y0 <= rows) != (y1 <= rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        x = x0 + (rows - y0) * (x1 - x0) / (y1 - y0)
    low = np.ceil(np.where(isCrossed, x, np.inf).min(axis=1))
    high = np.floor(np.where(isCrossed, x, -np.inf).max(axis=1))
    isEmpty = ~isCrossed.any(axis=1)
    low[isEmpty], high[isEmpty] = 0, -1
    return np.stack([low, high], axis=1).astype(np.int64)
