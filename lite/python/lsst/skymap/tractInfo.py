# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tract: a part of the sky with one projection."""

__all__ = ["TractInfo"]

import copy
import dataclasses
import functools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import lsst.geom as geom
import lsst.pex.exceptions as pexExceptions
from lsst._lite.properties import TypedProperty
from lsst.afw.geom import SkyWcs
from lsst.geom import Angle, Box2D, Box2I, Extent2I, Point2D, Point2I, SpherePoint
from lsst.sphgeom import Box, ConvexPolygon, Region

from .detail import Index2D, makeSkyPolygonFromBBox
from .patchInfo import PatchInfo
from .tractBuilder import BaseTractBuilder

# Beyond any tract, and within the integers of a box.
_FAR = 2.0**30


@dataclasses.dataclass(frozen=True)
class _Layout:
    """The pixels of a tract."""

    tractBuilder: BaseTractBuilder
    """Division into patches; this tract's own."""

    numPatches: Index2D
    """Number of columns and of rows of patches."""

    bbox: geom.Box2I
    """Bounding box, from pixel (0, 0); not to be changed."""

    wcs: SkyWcs
    """Pixels to ICRS (`lsst.afw.geom.SkyWcs`)."""


class TractInfo:
    """Where one tract of a sky map is, and how it is divided into patches.

    Parameters
    ----------
    id : `int`
        Number of the tract.
    tractBuilder : `lsst.skymap.BaseTractBuilder`
        How to divide the tract into patches; copied.
    ctrCoord : `lsst.geom.SpherePoint`
        ICRS centre of the inner region.
    vertexCoordList : `~collections.abc.Iterable` [`lsst.geom.SpherePoint`]
        ICRS vertices of the inner region.
    tractOverlap : `lsst.geom.Angle`
        How much adjacent tracts overlap at least; each of the two extends
        by half of it beyond its inner region.
    wcs : `lsst.afw.geom.SkyWcs` or `~collections.abc.Callable`
        WCS with the tract's scale, orientation and projection; the tract's
        own WCS is shifted so that its first pixel is (0, 0). Or a function
        that makes it, to be called when pixels are first asked for: most
        tracts that are found by position never need theirs.
    innerBoxCorners : pair of `lsst.sphgeom.LonLat`, optional
        South-west and north-east corner of the inner region, if it is a box
        in right ascension and declination.

    Notes
    -----
    The inner regions of the tracts tile the sky map. A tract is a grid of
    whole patches, at least large enough for its inner region and overlap.
    Patch (0, 0) is at the corner with the lowest pixels.

    A tract iterates over its patches and is indexed by patch, either by
    column and row or by sequential index.
    """

    def __init__(
        self,
        id: int,
        tractBuilder: Any,
        ctrCoord: SpherePoint,
        vertexCoordList: Any,
        tractOverlap: Angle,
        wcs: Any,
        innerBoxCorners: Any = None,
    ) -> None:
        self._id = id
        self._ctrCoord = ctrCoord
        self._vertexCoordList = tuple(vertexCoordList)
        self._tractOverlap = tractOverlap
        self._innerBoxCorners = None if innerBoxCorners is None else tuple(innerBoxCorners)
        self._initialTractBuilder = tractBuilder
        self._initialWcs = wcs
        if not callable(wcs):
            # Raise here what does not work, not when pixels are asked for.
            self._layout  # noqa: B018

    @functools.cached_property
    def _layout(self) -> _Layout:
        """Pixels and patches (`_Layout`)."""
        wcs = self._initialWcs() if callable(self._initialWcs) else self._initialWcs
        # The number of patches is the tract's; a builder knows only one.
        tractBuilder = copy.copy(self._initialTractBuilder)
        bbox, numPatches = tractBuilder.setupPatches(self._minimumBoundingBox(wcs), wcs)
        return _Layout(
            tractBuilder=tractBuilder,
            numPatches=numPatches,
            bbox=geom.Box2I(geom.Point2I(0, 0), bbox.getDimensions()),
            wcs=wcs.copyAtShiftedPixelOrigin(geom.Extent2D(-bbox.getMinX(), -bbox.getMinY())),
        )

    def _minimumBoundingBox(self, wcs: SkyWcs) -> Box2D:
        """Find the pixels of the inner region and the overlap.

        Parameters
        ----------
        wcs : `lsst.afw.geom.SkyWcs`
            WCS of the pixels.

        Returns
        -------
        bbox : `lsst.geom.Box2D`
            Box around the vertices, with circles of half the overlap about
            them.
        """
        coords = list(self._vertexCoordList)
        if self._tractOverlap != 0:
            step = 15.0 * geom.degrees
            coords = [
                vertex.offset(i * step, self._tractOverlap / 2.0)
                for vertex in self._vertexCoordList
                for i in range(24)
            ]
        return _makeBox(wcs.skyToPixel(coords))

    def getSequentialPatchIndex(self, patchInfo: PatchInfo) -> int:
        """Get the number of a patch of this tract.

        Parameters
        ----------
        patchInfo : `lsst.skymap.PatchInfo`
            The patch.

        Returns
        -------
        sequentialIndex : `int`
            Number, counted row by row from 0.
        """
        return self._layout.tractBuilder.getSequentialPatchIndex(patchInfo)

    def getSequentialPatchIndexFromPair(self, index: Any) -> int:
        """Convert column and row of a patch to its number.

        Parameters
        ----------
        index : `lsst.skymap.Index2D` or pair of `int`
            Column and row of the patch.

        Returns
        -------
        sequentialIndex : `int`
            Number, counted row by row from 0.
        """
        return self._layout.tractBuilder.getSequentialPatchIndexFromPair(index)

    def getPatchIndexPair(self, sequentialIndex: int) -> Index2D:
        """Convert the number of a patch to its column and row.

        Parameters
        ----------
        sequentialIndex : `int`
            Number, counted row by row from 0.

        Returns
        -------
        index : `lsst.skymap.Index2D`
            Column and row of the patch.
        """
        return self._layout.tractBuilder.getPatchIndexPair(sequentialIndex)

    def findPatch(self, coord: SpherePoint) -> PatchInfo:
        """Find the patch whose inner box contains a position.

        Parameters
        ----------
        coord : `lsst.geom.SpherePoint`
            ICRS position.

        Returns
        -------
        patchInfo : `lsst.skymap.PatchInfo`
            The patch.

        Raises
        ------
        LookupError
            Raised if the position is not in the tract.
        """
        pixel = self._findPixel(coord)
        if pixel is None or not self._layout.bbox.contains(pixel):
            raise LookupError(f"{coord} is not in tract {self._id}")
        width, height = self.getPatchInnerDimensions()
        return self.getPatchInfo(Index2D(pixel.getX() // width, pixel.getY() // height))

    def findPatchList(self, coordList: Iterable[SpherePoint]) -> tuple[PatchInfo, ...]:
        """Find the patches that may overlap a region.

        Parameters
        ----------
        coordList : `~collections.abc.Iterable` [`lsst.geom.SpherePoint`]
            ICRS vertices of the region.

        Returns
        -------
        patchList : `tuple` [`lsst.skymap.PatchInfo`]
            Patches whose outer boxes overlap the pixel box around the
            vertices, column by column; empty if there are none.

        Notes
        -----
        A region that is not a box in pixels also gets patches that it does
        not touch. Vertices so far from the tract that they have no pixel
        position are left out.
        """
        bbox = geom.Box2I(_makeBox(self._skyToPixel(list(coordList))))
        bbox.grow(self.getPatchBorder())
        bbox.clip(self._layout.bbox)
        if bbox.isEmpty():
            return ()
        width, height = self.getPatchInnerDimensions()
        return tuple(
            self.getPatchInfo(Index2D(x, y))
            for x in range(bbox.getMinX() // width, bbox.getMaxX() // width + 1)
            for y in range(bbox.getMinY() // height, bbox.getMaxY() // height + 1)
        )

    def _skyToPixel(self, coords: Any) -> list[Point2D]:
        """Convert positions to pixels; off the projection there are none."""
        if not coords:
            return []
        try:
            return self._layout.wcs.skyToPixel(coords)
        except (pexExceptions.DomainError, pexExceptions.RuntimeError):
            return []

    def _findPixel(self, coord: SpherePoint) -> Point2I | None:
        """Find the pixel at a position.

        Parameters
        ----------
        coord : `lsst.geom.SpherePoint`
            ICRS position.

        Returns
        -------
        pixel : `lsst.geom.Point2I` or `None`
            Pixel in the frame of the tract, if there is one.
        """
        for point in self._skyToPixel([coord]):
            if max(abs(point.getX()), abs(point.getY())) < _FAR:
                return geom.Point2I(point)
        return None

    def getBBox(self) -> Box2I:
        """Get the bounding box of the tract.

        Returns
        -------
        bbox : `lsst.geom.Box2I`
            Box in tract pixels, from (0, 0); a copy.
        """
        return geom.Box2I(self._layout.bbox)

    bbox = TypedProperty(getBBox)

    def getCtrCoord(self) -> SpherePoint:
        """Get the centre of the inner region.

        Returns
        -------
        ctrCoord : `lsst.geom.SpherePoint`
            ICRS position.
        """
        return self._ctrCoord

    ctr_coord = TypedProperty(getCtrCoord)

    def getId(self) -> int:
        """Get the number of the tract.

        Returns
        -------
        id : `int`
            Number of the tract in the sky map.
        """
        return self._id

    tract_id = TypedProperty(getId)

    def getNumPatches(self) -> Index2D:
        """Get the number of patches.

        Returns
        -------
        numPatches : `lsst.skymap.Index2D`
            Number of columns and of rows.
        """
        return self._layout.numPatches

    num_patches = TypedProperty(getNumPatches)

    def getPatchBorder(self) -> int:
        """Get the width of the border around a patch.

        Returns
        -------
        patchBorder : `int`
            Width (pixels).
        """
        return self._layout.tractBuilder.getPatchBorder()

    patch_border = TypedProperty(getPatchBorder)

    def getPatchInfo(self, index: Any) -> PatchInfo:
        """Get a patch.

        Parameters
        ----------
        index : `lsst.skymap.Index2D`, pair of `int`, or `int`
            Column and row of the patch, or its sequential index; not
            negative.

        Returns
        -------
        patchInfo : `lsst.skymap.PatchInfo`
            The patch.

        Raises
        ------
        IndexError
            Raised if the tract has no such patch.
        """
        return self._layout.tractBuilder.getPatchInfo(index, self._layout.wcs)

    def getPatchInnerDimensions(self) -> Extent2I:
        """Get the dimensions of the inner boxes of patches.

        Returns
        -------
        dimensions : `lsst.geom.Extent2I`
            Width and height (pixels).
        """
        return self._layout.tractBuilder.getPatchInnerDimensions()

    patch_inner_dimensions = TypedProperty(getPatchInnerDimensions)

    def getTractOverlap(self) -> Angle:
        """Get how much adjacent tracts overlap at least.

        Returns
        -------
        tractOverlap : `lsst.geom.Angle`
            Overlap on the sky.
        """
        return self._tractOverlap

    tract_overlap = TypedProperty(getTractOverlap)

    def getVertexList(self) -> Sequence[SpherePoint]:
        """Get the vertices of the inner region.

        Returns
        -------
        vertexList : `~collections.abc.Sequence` [`lsst.geom.SpherePoint`]
            ICRS positions.
        """
        return self._vertexCoordList

    vertex_list = TypedProperty(getVertexList)

    def getInnerSkyPolygon(self) -> ConvexPolygon:
        """Get the region of the sky between the vertices.

        Returns
        -------
        polygon : `lsst.sphgeom.ConvexPolygon`
            ICRS region. It is not quite the inner region where that is a
            box in right ascension and declination; `getInnerSkyRegion` is.
        """
        return ConvexPolygon.convexHull([vertex.getVector() for vertex in self.getVertexList()])

    inner_sky_polygon = TypedProperty(getInnerSkyPolygon, doc="Region of the sky between the vertices.")

    def getInnerSkyRegion(self) -> Region:
        """Get the inner region.

        Returns
        -------
        region : `lsst.sphgeom.Region`
            ICRS region: the box between ``innerBoxCorners`` if the tract has
            them, else the polygon between the vertices.
        """
        if self._innerBoxCorners is not None:
            return Box(*self._innerBoxCorners)
        return self.getInnerSkyPolygon()

    inner_sky_region = TypedProperty(getInnerSkyRegion, doc="The inner region.")

    def getOuterSkyPolygon(self) -> ConvexPolygon:
        """Get the region of the sky that the tract's pixels cover.

        Returns
        -------
        polygon : `lsst.sphgeom.ConvexPolygon`
            ICRS region.
        """
        return makeSkyPolygonFromBBox(bbox=self._layout.bbox, wcs=self._layout.wcs)

    outer_sky_polygon = TypedProperty(
        getOuterSkyPolygon, doc="Region of the sky that the tract's pixels cover."
    )

    def getWcs(self) -> SkyWcs:
        """Get the WCS of the tract.

        Returns
        -------
        wcs : `lsst.afw.geom.SkyWcs`
            Tract pixels to ICRS.
        """
        return self._layout.wcs

    wcs = TypedProperty(getWcs)

    def contains(self, coord: SpherePoint) -> bool:
        """Find whether the tract has a pixel at a position.

        Parameters
        ----------
        coord : `lsst.geom.SpherePoint`
            ICRS position.

        Returns
        -------
        contains : `bool`
            Whether the position is within the bounding box.
        """
        pixel = self._findPixel(coord)
        return pixel is not None and self._layout.bbox.contains(pixel)

    def __str__(self) -> str:
        return f"TractInfo(id={self._id})"

    def __repr__(self) -> str:
        return f"TractInfo(id={self._id}, ctrCoord={self._ctrCoord.getVector()})"

    def __iter__(self) -> Iterator[PatchInfo]:
        for y in range(self._layout.numPatches.y):
            for x in range(self._layout.numPatches.x):
                yield self.getPatchInfo(Index2D(x, y))

    def __len__(self) -> int:
        return self._layout.numPatches.x * self._layout.numPatches.y

    def __getitem__(self, index: Any) -> PatchInfo:
        return self.getPatchInfo(index)


class ExplicitTractInfo(TractInfo):
    """A square tract, given by its centre and half its width.

    Parameters
    ----------
    ident : `int`
        Number of the tract.
    tractBuilder : `lsst.skymap.BaseTractBuilder`
        How to divide the tract into patches; copied.
    ctrCoord : `lsst.geom.SpherePoint`
        ICRS centre.
    radius : `lsst.geom.Angle`
        Half the width of the inner region.
    tractOverlap : `lsst.geom.Angle`
        How far the tract extends beyond its inner region.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS with the tract's scale, orientation and projection.
    innerBoxCorners : pair of `lsst.sphgeom.LonLat`, optional
        South-west and north-east corner of the inner region, if it is a box
        in right ascension and declination.

    Notes
    -----
    The vertices are those of the whole tract.
    """

    def __init__(
        self,
        ident: int,
        tractBuilder: Any,
        ctrCoord: SpherePoint,
        radius: Angle,
        tractOverlap: Angle,
        wcs: Any,
        innerBoxCorners: Any = None,
    ) -> None:
        self._radius = radius
        super().__init__(ident, tractBuilder, ctrCoord, [], tractOverlap, wcs, innerBoxCorners)

    def _minimumBoundingBox(self, wcs: SkyWcs) -> Box2D:
        # Docstring inherited.
        distance = self._radius + self._tractOverlap
        ends = [self._ctrCoord.offset(i * 90.0 * geom.degrees, distance) for i in range(4)]
        return _makeBox(wcs.skyToPixel(ends))

    def getVertexList(self) -> Sequence[SpherePoint]:
        # Docstring inherited.
        bbox = geom.Box2D(self._layout.bbox)
        # A point on the upper edges of a box is not in the box.
        bbox.grow(-0.001)
        return self._layout.wcs.pixelToSky(bbox.getCorners())

    vertex_list = TypedProperty(getVertexList)


def _makeBox(points: Iterable[Point2D]) -> Box2D:
    """Make the box around points.

    Parameters
    ----------
    points : `~collections.abc.Iterable` [`lsst.geom.Point2D`]
        Points in pixels; those without a position are NaN and left out.

    Returns
    -------
    bbox : `lsst.geom.Box2D`
        Box that contains the points; empty if there are none.
    """
    bbox = geom.Box2D()
    for point in points:
        x, y = point
        if not (math.isnan(x) or math.isnan(y)):
            bbox.include(geom.Point2D(min(max(x, -_FAR), _FAR), min(max(y, -_FAR), _FAR)))
    return bbox
