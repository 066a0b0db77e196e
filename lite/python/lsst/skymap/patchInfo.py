# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patch: the unit in which coadds are made and stored."""

__all__ = ["PatchInfo"]

from collections.abc import Iterator
from typing import Any

from lsst._lite.properties import TypedProperty
from lsst.afw.geom import SkyWcs
from lsst.geom import Box2I, Extent2I, Point2I

from .cellInfo import CellInfo
from .detail import Index2D, pairFromNumber, resolveIndex
from .gridRegion import GridRegion


class PatchInfo(GridRegion):
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
        super().__init__(index, innerBBox, outerBBox, sequentialIndex, tractWcs)
        self._cellInnerDimensions = Extent2I(*cellInnerDimensions)
        self._cellBorder = cellBorder
        self._numCellsInPatchBorder = numCellsInPatchBorder
        numCells = numCellsPerPatchInner + 2 * numCellsInPatchBorder if numCellsPerPatchInner else 0
        self._numCells = Index2D(x=numCells, y=numCells)

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
        self._requireCells()
        pair = resolveIndex("Cell", index, self._numCells)
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
        return pairFromNumber(sequentialIndex, self._numCells)

    def _requireCells(self) -> None:
        if not self._numCells.x:
            raise IndexError("Patch does not contain cells.")

    def __iter__(self) -> Iterator[CellInfo]:
        for y in range(self._numCells.y):
            for x in range(self._numCells.x):
                yield self.getCellInfo(Index2D(x=x, y=y))

    def __len__(self) -> int:
        return self._numCells.x * self._numCells.y

    def __getitem__(self, index: Any) -> CellInfo:
        return self.getCellInfo(index)

    def _key(self) -> tuple[Any, ...]:
        return *super()._key(), self._numCells, self._cellBorder

    def __repr__(self) -> str:
        if not self._numCells.x:
            return super().__repr__()
        return (
            f"{super().__repr__()[:-1]}, cellInnerDimensions={self._cellInnerDimensions}, "
            f"cellBorder={self._cellBorder}, numCellsPerPatchInner={self._numCells.x})"
        )
