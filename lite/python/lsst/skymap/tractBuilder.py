# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a tract is divided into patches."""

__all__ = [
    "tractBuilderRegistry",
    "BaseTractBuilderConfig",
    "BaseTractBuilder",
    "LegacyTractBuilderConfig",
    "LegacyTractBuilder",
    "CellTractBuilderConfig",
    "CellTractBuilder",
]

import abc
import struct
from typing import Any

import lsst.geom as geom
import lsst.pex.config as pexConfig
from lsst.afw.geom import SkyWcs
from lsst.geom import Box2D, Box2I, Extent2I

from .detail import Index2D, pairFromNumber, resolveIndex
from .patchInfo import PatchInfo


class BaseTractBuilderConfig(pexConfig.Config):
    """What all tract builders have to configure: nothing."""


class BaseTractBuilder(metaclass=abc.ABCMeta):
    """Base class of the ways to divide a tract into patches.

    Parameters
    ----------
    config : `lsst.skymap.BaseTractBuilderConfig`
        Dimensions of patches.

    Notes
    -----
    A builder serves one tract, whose patches `setupPatches` lays out; each
    `lsst.skymap.TractInfo` has its own copy. A subclass sets
    ``_patchInnerDimensions`` and ``_patchBorder``, and defines
    ``_makePatchInfo`` and ``_sizes``.
    """

    _numPatches: Any = None
    _tractBBox: Any = None
    _patchInnerDimensions: Any
    _patchBorder: int

    def __init__(self, config: Any) -> None:
        self.config = config

    def setupPatches(self, minBBox: Box2D, wcs: SkyWcs) -> tuple[Box2I, Index2D]:
        """Lay out the patches of a tract.

        Parameters
        ----------
        minBBox : `lsst.geom.Box2D`
            Pixels that the tract has to cover.
        wcs : `lsst.afw.geom.SkyWcs`
            WCS of these pixels.

        Returns
        -------
        bbox : `lsst.geom.Box2I`
            Box of the whole patches that cover ``minBBox``, about its
            centre, in the same pixels.
        numPatches : `lsst.skymap.Index2D`
            Number of columns and of rows of patches.
        """
        bbox = geom.Box2I(minBBox)
        numPatches, corner, dimensions = [], [], []
        for start, size, inner in zip(bbox.getMin(), bbox.getDimensions(), self._patchInnerDimensions):
            num = -(-size // inner)
            numPatches.append(num)
            corner.append(start - (num * inner - size) // 2)
            dimensions.append(num * inner)
        self._numPatches = Index2D(*numPatches)
        # Patches are counted from the corner of the tract, its pixel (0, 0).
        self._tractBBox = geom.Box2I(geom.Point2I(0, 0), geom.Extent2I(*dimensions))
        return geom.Box2I(geom.Point2I(*corner), geom.Extent2I(*dimensions)), self._numPatches

    def getPatchBorder(self) -> int:
        """Get the width of the border around a patch.

        Returns
        -------
        patchBorder : `int`
            Width (pixels).
        """
        return self._patchBorder

    def getPatchInnerDimensions(self) -> Extent2I:
        """Get the dimensions of the inner boxes of patches.

        Returns
        -------
        dimensions : `lsst.geom.Extent2I`
            Width and height (pixels); a copy.
        """
        return geom.Extent2I(self._patchInnerDimensions)

    def getPatchInfo(self, index: Any, tractWcs: SkyWcs | None) -> PatchInfo:
        """Get a patch.

        Parameters
        ----------
        index : `lsst.skymap.Index2D`, pair of `int`, or `int`
            Column and row of the patch, or its sequential index; not
            negative.
        tractWcs : `lsst.afw.geom.SkyWcs`
            WCS of the tract.

        Returns
        -------
        patchInfo : `lsst.skymap.PatchInfo`
            The patch.

        Raises
        ------
        IndexError
            Raised if the tract has no such patch.
        RuntimeError
            Raised if no tract has been laid out.
        """
        if self._numPatches is None:
            raise RuntimeError("No tract has been laid out with setupPatches")
        pair = resolveIndex("Patch", index, self._numPatches)
        width, height = self._patchInnerDimensions
        innerBBox = geom.Box2I(
            geom.Point2I(int(pair.x * width), int(pair.y * height)), self._patchInnerDimensions
        )
        number = self.getSequentialPatchIndexFromPair(pair)
        return self._makePatchInfo(pair, innerBBox, innerBBox.dilatedBy(self._patchBorder), number, tractWcs)

    @abc.abstractmethod
    def _makePatchInfo(
        self, pair: Index2D, innerBBox: Box2I, outerBBox: Box2I, number: int, tractWcs: SkyWcs | None
    ) -> PatchInfo:
        """Make a patch; its outer box may extend beyond the tract."""
        raise NotImplementedError()

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
        return self.getSequentialPatchIndexFromPair(patchInfo.getIndex())

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
        x, y = index
        return self._numPatches.x * y + x

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
        return pairFromNumber(sequentialIndex, self._numPatches)

    def getPackedConfig(self, config: Any) -> bytes:
        """Pack the configuration of a sky map, for its hash.

        Parameters
        ----------
        config : `lsst.skymap.BaseSkyMapConfig`
            Configuration whose tract builder is this one.

        Returns
        -------
        packed : `bytes`
            The values that all sky maps with this tract builder have.
        """
        sizes = self._sizes()
        return struct.pack(
            f"<{len(sizes)}idd3sd",
            *sizes,
            config.tractOverlap,
            config.pixelScale,
            config.projection.encode("ascii"),
            config.rotation,
        )

    @abc.abstractmethod
    def _sizes(self) -> list[int]:
        """List the sizes that the configuration has, for the hash."""
        raise NotImplementedError()


class LegacyTractBuilderConfig(BaseTractBuilderConfig):
    """Dimensions of plain patches."""

    patchInnerDimensions = pexConfig.ListField[int](
        doc="Width and height of the inner box of a patch (pixels)",
        dtype=int,
        length=2,
        default=(4000, 4000),
    )
    patchBorder = pexConfig.Field[int](
        doc="Width of the border that a patch shares with its neighbours (pixels)",
        dtype=int,
        default=100,
    )


class LegacyTractBuilder(BaseTractBuilder):
    """Divide a tract into plain patches, without a border beyond the tract.

    Parameters
    ----------
    config : `lsst.skymap.LegacyTractBuilderConfig`
        Dimensions of patches.
    """

    ConfigClass = LegacyTractBuilderConfig

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self._patchInnerDimensions = geom.Extent2I(*config.patchInnerDimensions)
        self._patchBorder = config.patchBorder

    def _makePatchInfo(
        self, pair: Index2D, innerBBox: Box2I, outerBBox: Box2I, number: int, tractWcs: SkyWcs | None
    ) -> PatchInfo:
        return PatchInfo(pair, innerBBox, outerBBox.clippedTo(self._tractBBox), number, tractWcs)

    def _sizes(self) -> list[int]:
        return [*self.config.patchInnerDimensions, self.config.patchBorder]


class CellTractBuilderConfig(BaseTractBuilderConfig):
    """Dimensions of patches that are made of cells."""

    cellInnerDimensions = pexConfig.ListField[int](
        doc="Width and height of the inner box of a cell (pixels); they must be equal",
        dtype=int,
        length=2,
        default=(150, 150),
    )
    cellBorder = pexConfig.Field[int](
        doc="Width of the border that a cell shares with its neighbours (pixels)",
        dtype=int,
        default=50,
    )
    numCellsPerPatchInner = pexConfig.Field[int](
        doc="Cells along each axis of the inner box of a patch",
        dtype=int,
        default=20,
    )
    numCellsInPatchBorder = pexConfig.Field[int](
        doc="Cells between the inner box of a patch and the edge of its outer cells",
        dtype=int,
        default=1,
    )

    def validate(self) -> None:
        # Docstring inherited.
        super().validate()
        width, height = self.cellInnerDimensions
        if width != height:
            raise ValueError(f"Cells must be square; cellInnerDimensions are {width} and {height}")


class CellTractBuilder(BaseTractBuilder):
    """Divide a tract into patches that are made of cells.

    Parameters
    ----------
    config : `lsst.skymap.CellTractBuilderConfig`
        Dimensions of cells, and how many a patch has.

    Notes
    -----
    All patches have all their cells, so that those at the edge of a tract
    extend beyond it.
    """

    ConfigClass = CellTractBuilderConfig

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        width, height = config.cellInnerDimensions
        self._patchInnerDimensions = geom.Extent2I(
            width * config.numCellsPerPatchInner, height * config.numCellsPerPatchInner
        )
        self._patchBorder = config.numCellsInPatchBorder * width + config.cellBorder

    def _makePatchInfo(
        self, pair: Index2D, innerBBox: Box2I, outerBBox: Box2I, number: int, tractWcs: SkyWcs | None
    ) -> PatchInfo:
        width, height, *cells = self._sizes()
        return PatchInfo(pair, innerBBox, outerBBox, number, tractWcs, (width, height), *cells)

    def _sizes(self) -> list[int]:
        c = self.config
        return [*c.cellInnerDimensions, c.cellBorder, c.numCellsPerPatchInner, c.numCellsInPatchBorder]


tractBuilderRegistry = pexConfig.makeRegistry(doc="Ways to divide a tract into patches")

tractBuilderRegistry.register("legacy", LegacyTractBuilder)
tractBuilderRegistry.register("cells", CellTractBuilder)
