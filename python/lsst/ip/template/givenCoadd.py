# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What callers give as the coadd of a patch."""

__all__ = ["toHandle"]

from typing import Any

import lsst.afw.image as afwImage
from lsst.pipe.base import InMemoryDatasetHandle

from .cellCoadd import CellCoaddHandle, isCellCoadd


def toHandle(given: Any, tract: int, patch: int) -> Any:
    """Make a handle of an exposure out of what was given as a coadd.

    Parameters
    ----------
    given : `lsst.daf.butler.DeferredDatasetHandle`, \
            `lsst.pipe.base.InMemoryDatasetHandle`, \
            `lsst.afw.image.Exposure` or `lsst.images.cells.CellCoadd`
        The coadd or a handle of it, which may be one of a cell coadd.
    tract : `int`
        Number of the tract.
    patch : `int`
        Sequential patch number. It names a coadd in memory, in messages.

    Returns
    -------
    handle : `CoaddHandle`
        Its handle. What is neither a coadd nor one of these handles is
        returned as it is.
    """
    if isinstance(given, afwImage.Exposure) or isCellCoadd(given):
        given = InMemoryDatasetHandle(given, tract=tract, patch=patch)
    elif isinstance(given, InMemoryDatasetHandle) and not given.dataId:
        given = InMemoryDatasetHandle(
            given.inMemoryDataset,
            storageClass=given.storageClass,
            parameters=given.parameters,
            copy=given.copy,
            tract=tract,
            patch=patch,
        )
    return CellCoaddHandle(given) if _isOfCellCoadd(given) else given


def _isOfCellCoadd(handle: Any) -> bool:
    """Return whether a handle gives cell coadds."""
    if isinstance(handle, InMemoryDatasetHandle):
        return isCellCoadd(handle.inMemoryDataset)
    ref = getattr(handle, "ref", None)
    # By name, since asking for the Python type imports the package.
    isStored = ref is not None and ref.datasetType.storageClass_name == "CellCoadd"
    return isStored and not isinstance(handle, CellCoaddHandle)
