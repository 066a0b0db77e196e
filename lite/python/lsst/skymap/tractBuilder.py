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
import numbers
import struct
from collections.abc import Iterable
from typing import Any

import lsst.geom as geom
import lsst.pex.config as pexConfig
from lsst.afw.geom import SkyWcs
from lsst.geom import Box2D, Box2I, Extent2I

from .detail import Index2D
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
    ``_patchInnerDimensions`` and ``_patchBorder``.
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

    @abc.abstractmethod
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

        Raises
        ------
        ValueError
            Raised if ``index`` is not a pair.
        """
        isSequence = isinstance(index, Iterable)
        if not isSequence:
            raise ValueError(f"Patch index {index!r} is not a pair of numbers")
        if len(index) != 2:
            raise ValueError(f"Patch index {index} has {len(index)} values; must have 2")
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
        y, x = divmod(sequentialIndex, self._numPatches.x)
        return Index2D(x=x, y=y)

    @abc.abstractmethod
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
        raise NotImplementedError()

    def _getIndexAndInnerBBox(self, index: Any) -> tuple[Index2D, Box2I]:
        """Find the inner box of a patch.

        Parameters
        ----------
        index : `lsst.skymap.Index2D`, pair of `int`, or `int`
            As in `getPatchInfo`.

        Returns
        -------
        pair : `lsst.skymap.Index2D`
            Column and row of the patch.
        innerBBox : `lsst.geom.Box2I`
            Inner box (tract pixels).
        """
        if self._numPatches is None:
            raise RuntimeError("No tract has been laid out with setupPatches")
        isNumber = isinstance(index, numbers.Number)
        pair = self.getPatchIndexPair(index) if isNumber else Index2D(*index)
        if not (0 <= pair.x < self._numPatches.x and 0 <= pair.y < self._numPatches.y):
            raise IndexError(
                f"Patch index {tuple(pair)} is not in range [0-{self._numPatches.x - 1}, "
                f"0-{self._numPatches.y - 1}]"
            )
        width, height = self._patchInnerDimensions
        innerMin = geom.Point2I(int(pair.x * width), int(pair.y * height))
        return pair, geom.Box2I(innerMin, self._patchInnerDimensions)


def _packSkyMapConfig(config: Any) -> bytes:
    """Pack what is the same for all tract builders, for the hash."""
    return struct.pack(
        "<dd3sd", config.tractOverlap, config.pixelScale, config.projection.encode("ascii"), config.rotation
    )


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

    def getPatchInfo(self, index: Any, tractWcs: SkyWcs | None) -> PatchInfo:
        # Docstring inherited.
        pair, innerBBox = self._getIndexAndInnerBBox(index)
        return PatchInfo(
            index=pair,
            innerBBox=innerBBox,
            outerBBox=innerBBox.dilatedBy(self._patchBorder).clippedTo(self._tractBBox),
            sequentialIndex=self.getSequentialPatchIndexFromPair(pair),
            tractWcs=tractWcs,
        )

    def getPackedConfig(self, config: Any) -> bytes:
        # Docstring inherited.
        own = config.tractBuilder[config.tractBuilder.name]
        return struct.pack("<3i", *own.patchInnerDimensions, own.patchBorder) + _packSkyMapConfig(config)


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
        self._cellInnerDimensions = geom.Extent2I(width, height)
        self._patchInnerDimensions = geom.Extent2I(
            width * config.numCellsPerPatchInner, height * config.numCellsPerPatchInner
        )
        self._patchBorder = config.numCellsInPatchBorder * width + config.cellBorder

    def getPatchInfo(self, index: Any, tractWcs: SkyWcs | None) -> PatchInfo:
        # Docstring inherited.
        pair, innerBBox = self._getIndexAndInnerBBox(index)
        return PatchInfo(
            index=pair,
            innerBBox=innerBBox,
            outerBBox=innerBBox.dilatedBy(self._patchBorder),
            sequentialIndex=self.getSequentialPatchIndexFromPair(pair),
            tractWcs=tractWcs,
            cellInnerDimensions=self._cellInnerDimensions,
            cellBorder=self.config.cellBorder,
            numCellsPerPatchInner=self.config.numCellsPerPatchInner,
            numCellsInPatchBorder=self.config.numCellsInPatchBorder,
        )

    def getPackedConfig(self, config: Any) -> bytes:
        # Docstring inherited.
        own = config.tractBuilder[config.tractBuilder.name]
        packed = struct.pack(
            "<5i",
            *own.cellInnerDimensions,
            own.cellBorder,
            own.numCellsPerPatchInner,
            own.numCellsInPatchBorder,
        )
        return packed + _packSkyMapConfig(config)


tractBuilderRegistry = pexConfig.makeRegistry(doc="Ways to divide a tract into patches")

tractBuilderRegistry.register("legacy", LegacyTractBuilder)
tractBuilderRegistry.register("cells", CellTractBuilder)
