# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the pixels of a warped image come from."""

__all__ = ["SourcePositions", "StripPositions"]

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from lsst.afw.geom import TransformPoint2ToPoint2
from lsst.afw.geom._ast import applyInverse
from lsst.geom import Box2I

from ._scratch import Scratch


@dataclasses.dataclass(frozen=True)
class SourcePositions:
    """Positions on the source of the pixels of a destination."""

    srcToDest: TransformPoint2ToPoint2
    """Transform from source pixels to destination pixels, both in the
    parent's coordinates.
    """

    bbox: Box2I
    """Pixels of the destination."""

    interpLength: int
    """Distance over which positions are interpolated; see `WarpingControl`."""

    def transform(self, rows: npt.NDArray[Any], columns: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Transform the nodes of a grid.

        Parameters
        ----------
        rows, columns : `numpy.ndarray` [`int`]
            Rows and columns of the grid, counted from the first pixel of the
            destination.

        Returns
        -------
        positions : `numpy.ndarray`
            Positions on the source, in pixels of the parent: x and y, each
            indexed by row and column; NaN where there are none.
        """
        x, y = np.meshgrid(columns + float(self.bbox.getMinX()), rows + float(self.bbox.getMinY()))
        positions = applyInverse(self.srcToDest._mapping, np.array([x.ravel(), y.ravel()]))
        return positions.reshape(2, *x.shape)

    def findNodes(self, pixels: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
        """Find the nodes between which positions are interpolated.

        Parameters
        ----------
        pixels : `numpy.ndarray` [`int`]
            Successive pixels of one axis.
        size : `int`
            Number of pixels that the destination has along it.

        Returns
        -------
        nodes : `numpy.ndarray` [`int`]
            Nodes that enclose these pixels.
        """
        # The area of the first pixel needs the one before: there nodes begin.
        first = (pixels[0] + 1) // self.interpLength
        last = -(-(pixels[-1] + 1) // self.interpLength)
        return np.minimum(np.arange(first, last + 1) * self.interpLength - 1, size - 1)


class StripPositions:
    """Positions on the source of the pixels of some rows.

    Parameters
    ----------
    positions : `SourcePositions`
        Positions of the destination.
    rows : `range`
        Rows of the destination, counted from zero.
    """

    def __init__(self, positions: SourcePositions, rows: range) -> None:
        self._positions = positions
        # The area of a pixel needs its neighbours below and to the left.
        self._rows = np.arange(rows.start - 1, rows.stop)
        if positions.interpLength > 1:
            self._setNodes(positions.bbox.getHeight(), positions.bbox.getWidth())

    def _setNodes(self, height: int, width: int) -> None:
        """Compute the positions at the nodes of each row."""
        rowNodes = self._positions.findNodes(self._rows, height)
        self._nodes = self._positions.findNodes(np.arange(-1, width), width)
        atNodes = self._positions.transform(rowNodes, self._nodes)
        slopes = np.diff(atNodes, axis=1) / np.diff(rowNodes)[:, np.newaxis]
        band, offset = _locate(self._rows, rowNodes)
        self._atNodes = atNodes[:, band] + slopes[:, band] * offset[:, np.newaxis]
        self._slopes = np.diff(self._atNodes, axis=2) / np.diff(self._nodes)

    def compute(self, columns: range, scratch: Scratch) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Compute the positions of some columns.

        Parameters
        ----------
        columns : `range`
            Columns of the destination, counted from zero.
        scratch : `Scratch`
            Memory for the arrays.

        Returns
        -------
        positions : `numpy.ndarray`
            Positions on the source, in pixels of the parent: x and y, each
            indexed by row and column.
        area : `numpy.ndarray`
            Area of a destination pixel, in source pixels.
        """
        around = np.arange(columns.start - 1, columns.stop)
        interpLength = self._positions.interpLength
        if interpLength > 1:
            positions = self._interpolate(around, scratch)
        else:
            positions = self._positions.transform(self._rows, around)
        here, below = positions[:, 1:, 1:], positions[:, :-1, 1:]
        # Without interpolation the stack takes a neighbour that is below,
        # too, which is the same where the transform is linear.
        beside = positions[:, 1:, :-1] if interpLength > 0 else positions[:, :-1, :-1]
        return here, _computeArea(here, beside, below, scratch)

    def _interpolate(self, columns: npt.NDArray[Any], scratch: Scratch) -> npt.NDArray[Any]:
        """Interpolate along the rows."""
        band, offset = _locate(columns, self._nodes)
        shape = 2, len(self._rows), len(columns)
        positions, rest = scratch.take("positions", shape), scratch.take("rest", shape)
        self._slopes.take(band, 2, rest, "clip")
        self._atNodes.take(band, 2, positions, "clip")
        rest *= offset
        positions += rest
        return positions


def _locate(pixels: npt.NDArray[Any], nodes: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Find between which nodes pixels are.

    Returns
    -------
    band : `numpy.ndarray` [`int`]
        Number of the node at or before each pixel.
    offset : `numpy.ndarray` [`int`]
        Pixels from that node.
    """
    band = np.minimum(np.searchsorted(nodes, pixels, side="right") - 1, len(nodes) - 2)
    return band, pixels - nodes[band]


def _computeArea(
    here: npt.NDArray[Any], beside: npt.NDArray[Any], below: npt.NDArray[Any], scratch: Scratch
) -> npt.NDArray[Any]:
    """Compute the area between the vectors to two neighbours of each pixel."""
    toBeside, toBelow = (scratch.take(name, here.shape) for name in ("toBeside", "toBelow"))
    np.subtract(here, beside, out=toBeside)
    np.subtract(here, below, out=toBelow)
    area = toBeside[0]
    area *= toBelow[1]
    toBelow[0] *= toBeside[1]
    area -= toBelow[0]
    return np.abs(area, out=area)
