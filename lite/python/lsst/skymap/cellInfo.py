# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cell: the smallest unit of a sky map."""

__all__ = ["CellInfo"]

from .gridRegion import GridRegion


class CellInfo(GridRegion):
    """Where one cell of a patch is.

    Parameters
    ----------
    index : `lsst.skymap.Index2D`
        Column and row of the cell in its patch.
    innerBBox : `lsst.geom.Box2I`
        Inner bounding box, in tract pixels; the inner boxes of the cells of
        a patch tile the patch.
    outerBBox : `lsst.geom.Box2I`
        Inner bounding box and border around it, in tract pixels.
    sequentialIndex : `int`
        Number of the cell in its patch, row by row.
    tractWcs : `lsst.afw.geom.SkyWcs`
        WCS of the tract.

    Raises
    ------
    RuntimeError
        Raised if the outer box does not contain the inner one.
    """
