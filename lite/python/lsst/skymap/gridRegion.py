# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What patches and cells have in common."""

__all__ = ["GridRegion"]

from typing import Any

from lsst._lite.properties import TypedProperty
from lsst.afw.geom import SkyWcs
from lsst.geom import Box2I
from lsst.sphgeom import ConvexPolygon

from .detail import Index2D, makeSkyPolygonFromBBox


class GridRegion:
    """Where one element of a regular grid of tract pixels is.

    Parameters
    ----------
    index : `lsst.skymap.Index2D`
        Column and row of the element.
    innerBBox : `lsst.geom.Box2I`
        Inner bounding box, in tract pixels; the inner boxes tile the grid.
    outerBBox : `lsst.geom.Box2I`
        Inner bounding box and border around it, in tract pixels.
    sequentialIndex : `int`
        Number of the element, row by row.
    tractWcs : `lsst.afw.geom.SkyWcs`
        WCS of the tract.

    Raises
    ------
    RuntimeError
        Raised if the outer box does not contain the inner one.
    """

    def __init__(
        self,
        index: Index2D,
        innerBBox: Box2I,
        outerBBox: Box2I,
        sequentialIndex: int,
        tractWcs: SkyWcs | None,
    ) -> None:
        if not outerBBox.contains(innerBBox):
            raise RuntimeError(f"outerBBox={outerBBox} does not contain innerBBox={innerBBox}")
        self._index = index
        self._innerBBox = Box2I(innerBBox)
        self._outerBBox = Box2I(outerBBox)
        self._sequentialIndex = sequentialIndex
        self._wcs: Any = tractWcs

    def getIndex(self) -> Index2D:
        """Get the column and row, of a patch in its tract or of a cell in its
        patch.

        Returns
        -------
        index : `lsst.skymap.Index2D`
            Column and row, counted from 0.
        """
        return self._index

    index = TypedProperty(getIndex)

    def getSequentialIndex(self) -> int:
        """Get the number, of a patch in its tract or of a cell in its patch.

        Returns
        -------
        sequentialIndex : `int`
            Number, counted row by row from 0; that of a patch is the
            ``patch`` of a data ID.
        """
        return self._sequentialIndex

    sequential_index = TypedProperty(getSequentialIndex)

    def getWcs(self) -> SkyWcs:
        """Get the WCS of the tract.

        Returns
        -------
        wcs : `lsst.afw.geom.SkyWcs`
            Tract pixels to ICRS.
        """
        return self._wcs

    wcs = TypedProperty(getWcs)

    def getInnerBBox(self) -> Box2I:
        """Get the inner bounding box.

        Returns
        -------
        bbox : `lsst.geom.Box2I`
            Box in tract pixels; a copy.
        """
        return Box2I(self._innerBBox)

    inner_bbox = TypedProperty(getInnerBBox)

    def getOuterBBox(self) -> Box2I:
        """Get the outer bounding box; that of a patch is that of its coadds.

        Returns
        -------
        bbox : `lsst.geom.Box2I`
            Box in tract pixels; a copy.
        """
        return Box2I(self._outerBBox)

    outer_bbox = TypedProperty(getOuterBBox)

    def getInnerSkyPolygon(self, tractWcs: SkyWcs | None = None) -> ConvexPolygon:
        """Get the region on the sky of the inner bounding box.

        Parameters
        ----------
        tractWcs : `lsst.afw.geom.SkyWcs`, optional
            WCS to use instead of the tract's.

        Returns
        -------
        polygon : `lsst.sphgeom.ConvexPolygon`
            ICRS region.
        """
        return makeSkyPolygonFromBBox(self._innerBBox, self._wcs if tractWcs is None else tractWcs)

    inner_sky_polygon = TypedProperty(getInnerSkyPolygon, doc="Region on the sky of the inner bounding box.")

    def getOuterSkyPolygon(self, tractWcs: SkyWcs | None = None) -> ConvexPolygon:
        """Get the region on the sky of the outer bounding box.

        Parameters
        ----------
        tractWcs : `lsst.afw.geom.SkyWcs`, optional
            WCS to use instead of the tract's.

        Returns
        -------
        polygon : `lsst.sphgeom.ConvexPolygon`
            ICRS region.
        """
        return makeSkyPolygonFromBBox(self._outerBBox, self._wcs if tractWcs is None else tractWcs)

    outer_sky_polygon = TypedProperty(getOuterSkyPolygon, doc="Region on the sky of the outer bounding box.")

    def _key(self) -> tuple[Any, ...]:
        """List what equal ones have in common."""
        return self._index, self._innerBBox, self._outerBBox

    def __eq__(self, rhs: object) -> bool:
        if not isinstance(rhs, type(self)):
            return NotImplemented
        return self._key() == rhs._key()

    # Equality says nothing of the WCS, so that hashing by value would mislead.
    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{type(self).__name__}(index={self._index})"

    def __repr__(self) -> str:
        boxes = f"innerBBox={self._innerBBox}, outerBBox={self._outerBBox}"
        return f"{type(self).__name__}(index={self._index}, {boxes})"
