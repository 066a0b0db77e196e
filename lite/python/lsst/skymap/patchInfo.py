# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patch: the unit in which coadds are made and stored."""

__all__ = ["PatchInfo"]

import numbers
from collections.abc import Iterable, Iterator
from typing import Any

from lsst._lite.properties import TypedProperty
from lsst.afw.geom import SkyWcs
from lsst.geom import Box2I, Extent2I, Point2I
from lsst.sphgeom import ConvexPolygon

from .cellInfo import CellInfo
from .detail import Index2D, makeSkyPolygonFromBBox


class PatchInfo:
    """Where one patch of a tract is, and how it is divided into cells.

    Parameters
    ----------
    index : `lsst.skymap.Index2D`
        Column and row of the patch in its tract.
    innerBBox : `lsst.geom.Box2I`
        Inner bounding box, in tract pixels; the inner boxes of the patches
        of a tract tile the tract.
    outerBBox : `lsst.geom.Box2I`
        Inner bounding box and border around it, in tract pixels.
    sequentialIndex : `int`
        Number of the patch in its tract, row by row.
    tractWcs : `lsst.afw.geom.SkyWcs`
        WCS of the tract.
    cellInnerDimensions : `lsst.geom.Extent2I` or pair of `int`, optional
        Width and height of the inner boxes of cells (pixels).
    cellBorder : `int`, optional
        Width of the border around a cell (pixels).
    numCellsPerPatchInner : `int`, optional
        Number of cells along each axis of the inner box; 0 for a patch
        without cells.
    numCellsInPatchBorder : `int`, optional
        Number of cells beyond each edge of the inner box.

    Raises
    ------
    RuntimeError
        Raised if the outer box does not contain the inner one.
    ValueError
        Raised if ``cellInnerDimensions`` is not a pair.

    Notes
    -----
    A patch iterates over its cells and is indexed by cell, either by column
    and row or by sequential index.
    """

    def __init__(
        self,
        index: Index2D,
        innerBBox: Box2I,
        outerBBox: Box2I,
        sequentialIndex: int,
        tractWcs: SkyWcs | None,
        cellInnerDimensions: Any = (0, 0),
        cellBorder: int = 0,
        numCellsPerPatchInner: int = 0,
        numCellsInPatchBorder: int = 0,
    ) -> None:
        if not outerBBox.contains(innerBBox):
            raise RuntimeError(f"outerBBox={outerBBox} does not contain innerBBox={innerBBox}")
        isPair = isinstance(cellInnerDimensions, (Iterable, Extent2I))
        if not isPair:
            raise ValueError(f"cellInnerDimensions={cellInnerDimensions!r} is not a pair of numbers")
        if len(cellInnerDimensions) != 2:
            raise ValueError(
                f"cellInnerDimensions={cellInnerDimensions} has {len(cellInnerDimensions)} "
                "values; must have 2"
            )
        self._index = index
        self._innerBBox = Box2I(innerBBox)
        self._outerBBox = Box2I(outerBBox)
        self._sequentialIndex = sequentialIndex
        self._wcs: Any = tractWcs
        self._cellInnerDimensions = Extent2I(*cellInnerDimensions)
        self._cellBorder = cellBorder
        self._numCellsInPatchBorder = numCellsInPatchBorder
        numCells = numCellsPerPatchInner + 2 * numCellsInPatchBorder if numCellsPerPatchInner else 0
        self._numCells = Index2D(x=numCells, y=numCells)

    def getIndex(self) -> Index2D:
        """Get the column and row of the patch in its tract.

        Returns
        -------
        index : `lsst.skymap.Index2D`
            Column and row, counted from 0.
        """
        return self._index

    index = TypedProperty(getIndex)

    def getSequentialIndex(self) -> int:
        """Get the number of the patch in its tract.

        Returns
        -------
        sequentialIndex : `int`
            Number, counted row by row from 0; the ``patch`` of a data ID.
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
        """Get the outer bounding box, that of a coadd of the patch.

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

    @property
    def inner_sky_polygon(self) -> ConvexPolygon:
        """Region on the sky of the inner bounding box
        (`lsst.sphgeom.ConvexPolygon`).
        """
        return self.getInnerSkyPolygon()

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

    @property
    def outer_sky_polygon(self) -> ConvexPolygon:
        """Region on the sky of the outer bounding box
        (`lsst.sphgeom.ConvexPolygon`).
        """
        return self.getOuterSkyPolygon()

    def getNumCells(self) -> Index2D:
        """Get the number of cells, those in the border included.

        Returns
        -------
        numCells : `lsst.skymap.Index2D`
            Number of columns and of rows; zeros if the patch has no cells.
        """
        return self._numCells

    num_cells = TypedProperty(getNumCells)

    def getCellBorder(self) -> int:
        """Get the width of the border around a cell.

        Returns
        -------
        cellBorder : `int`
            Width (pixels).
        """
        return self._cellBorder

    cell_border = TypedProperty(getCellBorder)

    def getCellInnerDimensions(self) -> Extent2I:
        """Get the dimensions of the inner boxes of the cells.

        Returns
        -------
        dimensions : `lsst.geom.Extent2I`
            Width and height (pixels); a copy.
        """
        return Extent2I(self._cellInnerDimensions)

    cell_inner_dimensions = TypedProperty(getCellInnerDimensions)

    def getCellInfo(self, index: Any) -> CellInfo:
        """Get a cell.

        Parameters
        ----------
        index : `lsst.skymap.Index2D`, pair of `int`, or `int`
            Column and row of the cell, or its sequential index; not
            negative.

        Returns
        -------
        cellInfo : `lsst.skymap.CellInfo`
            The cell.

        Raises
        ------
        IndexError
            Raised if the patch has no such cell, or no cells at all.
        """
        isNumber = isinstance(index, numbers.Number)
        pair = self.getCellIndexPair(index) if isNumber else Index2D(*index)
        self._requireCells()
        if not (0 <= pair.x < self._numCells.x and 0 <= pair.y < self._numCells.y):
            raise IndexError(
                f"Cell index {tuple(pair)} is not in range [0-{self._numCells.x - 1}, "
                f"0-{self._numCells.y - 1}]"
            )
        # Cell (0, 0) is the one in the corner of the border, not the first of
        # the inner box.
        innerMin = Point2I(
            *(
                int(start + (each - self._numCellsInPatchBorder) * size)
                for start, each, size in zip(self._innerBBox.getBegin(), pair, self._cellInnerDimensions)
            )
        )
        innerBBox = Box2I(innerMin, self._cellInnerDimensions)
        return CellInfo(
            index=pair,
            innerBBox=innerBBox,
            outerBBox=innerBBox.dilatedBy(self._cellBorder),
            sequentialIndex=self.getSequentialCellIndexFromPair(pair),
            tractWcs=self._wcs,
        )

    def getSequentialCellIndex(self, cellInfo: CellInfo) -> int:
        """Get the number of a cell of this patch.

        Parameters
        ----------
        cellInfo : `lsst.skymap.CellInfo`
            The cell.

        Returns
        -------
        sequentialIndex : `int`
            Number, counted row by row from 0.
        """
        return self.getSequentialCellIndexFromPair(cellInfo.getIndex())

    def getSequentialCellIndexFromPair(self, index: Any) -> int:
        """Convert column and row of a cell to its number.

        Parameters
        ----------
        index : `lsst.skymap.Index2D` or pair of `int`
            Column and row of the cell.

        Returns
        -------
        sequentialIndex : `int`
            Number, counted row by row from 0.
        """
        x, y = index
        return self._numCells.x * y + x

    def getCellIndexPair(self, sequentialIndex: int) -> Index2D:
        """Convert the number of a cell to its column and row.

        Parameters
        ----------
        sequentialIndex : `int`
            Number, counted row by row from 0.

        Returns
        -------
        index : `lsst.skymap.Index2D`
            Column and row of the cell.

        Raises
        ------
        IndexError
            Raised if the patch has no cells.
        """
        self._requireCells()
        y, x = divmod(sequentialIndex, self._numCells.x)
        return Index2D(x=x, y=y)

    def _requireCells(self) -> None:
        if not self._numCells.x or not self._numCells.y:
            raise IndexError("Patch does not contain cells.")

    def __iter__(self) -> Iterator[CellInfo]:
        for y in range(self._numCells.y):
            for x in range(self._numCells.x):
                yield self.getCellInfo(Index2D(x=x, y=y))

    def __len__(self) -> int:
        return self._numCells.x * self._numCells.y

    def __getitem__(self, index: Any) -> CellInfo:
        return self.getCellInfo(index)

    def __eq__(self, rhs: object) -> bool:
        if not isinstance(rhs, PatchInfo):
            return NotImplemented
        return (
            self._index == rhs._index
            and self._innerBBox == rhs._innerBBox
            and self._outerBBox == rhs._outerBBox
            and self._numCells == rhs._numCells
            and self._cellBorder == rhs._cellBorder
        )

    # Equality says nothing of the WCS, so that hashing by value would mislead.
    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"PatchInfo(index={self._index})"

    def __repr__(self) -> str:
        text = f"PatchInfo(index={self._index}, innerBBox={self._innerBBox}, outerBBox={self._outerBBox}"
        if self._numCells.x:
            text += (
                f", cellInnerDimensions={self._cellInnerDimensions}, cellBorder={self._cellBorder}, "
                f"numCellsPerPatchInner={self._numCells.x}"
            )
        return text + ")"
