# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what a template needs of the coadd that a handle stands for."""

__all__ = [
    "PatchMismatchError",
    "readComponent",
    "readCorner",
    "readPatch",
    "toHandle",
]

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.daf.butler import StorageClassFactory
from lsst.pipe.base import InMemoryDatasetHandle

from .cellCoadd import CellCoaddHandle
from .interfaces import CoaddHandle, TemplatePatch, describeHandle, describeType

_GETTERS = {"bbox": "getBBox", "photoCalib": "getPhotoCalib", "wcs": "getWcs"}
"""Methods of an exposure that return its components."""


class PatchMismatchError(RuntimeError):
    """The coadd of a patch contradicts its tract or another patch."""


def toHandle(coadd: Any, tract: int, patch: int) -> CoaddHandle:
    """Make a handle of an exposure of whatever stands for a coadd.

    Parameters
    ----------
    coadd : `lsst.daf.butler.DeferredDatasetHandle`, \
            `lsst.pipe.base.InMemoryDatasetHandle`, \
            `lsst.afw.image.Exposure` or `lsst.images.cells.CellCoadd`
        The coadd or a handle of it, which may be one of a cell coadd.
        Anything else with a method ``get`` is taken for a handle.
    tract : `int`
        Number of the tract.
    patch : `int`
        Sequential patch number. It names a coadd in memory, in messages.

    Returns
    -------
    handle : `CoaddHandle`
        Its handle.

    Raises
    ------
    TypeError
        If it is something else.
    """
    if isinstance(coadd, afwImage.Exposure) or _isCellCoadd(coadd):
        coadd = InMemoryDatasetHandle(coadd, tract=tract, patch=patch)
    elif isinstance(coadd, InMemoryDatasetHandle) and not coadd.dataId:
        coadd = InMemoryDatasetHandle(
            coadd.inMemoryDataset,
            storageClass=coadd.storageClass,
            parameters=coadd.parameters,
            copy=coadd.copy,
            tract=tract,
            patch=patch,
        )
    elif isinstance(coadd, Mapping) or not callable(getattr(coadd, "get", None)):
        raise TypeError(
            f"What is given for tract {tract}, patch {patch} must be a coadd or a handle of a coadd, as "
            f"Butler.getDeferred returns it, not {describeType(coadd)}."
        )
    if isinstance(coadd, InMemoryDatasetHandle):
        return CellCoaddHandle(coadd) if _isCellCoadd(coadd.inMemoryDataset) else coadd
    ref = getattr(coadd, "ref", None)
    # By name, since asking for the Python type imports the package.
    isStored = ref is not None and ref.datasetType.storageClass_name == "CellCoadd"
    return CellCoaddHandle(coadd) if isStored and not isinstance(coadd, CellCoaddHandle) else coadd


def _isCellCoadd(coadd: object) -> bool:
    """Return whether a coadd is an `lsst.images.cells.CellCoadd`."""
    # Nobody has one without having imported the package.
    cells = sys.modules.get("lsst.images.cells")
    return cells is not None and isinstance(coadd, cells.CellCoadd)


def readPatch(
    handle: CoaddHandle, bbox: geom.Box2I, patchInfo: TemplatePatch | None = None
) -> afwImage.ExposureF | None:
    """Read the pixels of a coadd that fall into a box.

    Parameters
    ----------
    handle : `lsst.daf.butler.DeferredDatasetHandle`, \
            `lsst.pipe.base.InMemoryDatasetHandle` or similar
        Stands for the coadd of one patch. Unless its storage class has the
        parameter ``bbox``, the whole coadd is read and cut.
    bbox : `lsst.geom.Box2I`
        Box wanted, in tract pixels.
    patchInfo : `lsst.skymap.PatchInfo`, optional
        The patch, if the coadd is checked against it.

    Returns
    -------
    coadd : `lsst.afw.image.ExposureF` or `None`
        The pixels of ``bbox`` that the stored coadd has, in tract pixels;
        `None` if it has none of them. The mask has the planes of this
        process.

    Raises
    ------
    TypeError
        If the handle gives something else.
    PatchMismatchError
        If the stored coadd has pixels outside of the patch.
    Exception
        Whatever the handle raises for a coadd that cannot be read, with a
        note that says which one.
    """
    with _notingWhatIsRead(f"{bbox} of the coadd {describeHandle(handle)}"):
        whole = None if _hasComponent(handle, "bbox") else _getExposure(handle)
        stored = handle.get(component="bbox") if whole is None else whole.getBBox()
        if patchInfo is not None and not patchInfo.getOuterBBox().contains(stored):
            raise PatchMismatchError(
                f"The coadd {describeHandle(handle)} has pixels in {stored}, but the outer box of patch "
                f"{patchInfo.getSequentialIndex()} is {patchInfo.getOuterBBox()}."
            )
        common = bbox.clippedTo(stored)
        if common.isEmpty():
            return None
        coadd = _getExposure(handle, parameters={"bbox": common}) if whole is None else whole[common]
    # Files are read with the planes of this process; only a coadd in memory
    # may have planes of its own.
    isConform = coadd.mask.getMaskPlaneDict() == afwImage.Mask(0, 0).getMaskPlaneDict()
    return coadd if isConform else _conformMask(coadd)


def readCorner(handle: CoaddHandle) -> afwImage.ExposureF:
    """Read a coadd's components and at most one pixel.

    Parameters
    ----------
    handle : `lsst.daf.butler.DeferredDatasetHandle`, \
            `lsst.pipe.base.InMemoryDatasetHandle` or similar
        Stands for the coadd of one patch.

    Returns
    -------
    coadd : `lsst.afw.image.ExposureF`
        The lower left pixel of the stored coadd, wherever that is; or the
        whole coadd, if the handle gives nothing less or there are no pixels.

    Raises
    ------
    TypeError
        If the handle gives something else.
    Exception
        Whatever the handle raises for a coadd that cannot be read, with a
        note that says which one.
    """
    with _notingWhatIsRead(f"the components of the coadd {describeHandle(handle)}"):
        if not _hasComponent(handle, "bbox") or (stored := handle.get(component="bbox")).isEmpty():
            return _getExposure(handle)
        return _getExposure(handle, parameters={"bbox": geom.Box2I(stored.getMin(), geom.Extent2I(1, 1))})


def readComponent(handle: CoaddHandle, name: str) -> Any:
    """Read a component of a coadd, without its pixels if that is possible.

    Parameters
    ----------
    handle : `lsst.daf.butler.DeferredDatasetHandle`, \
            `lsst.pipe.base.InMemoryDatasetHandle` or similar
        Stands for the coadd of one patch.
    name : `str`
        Name of the component: ``bbox``, ``photoCalib`` or ``wcs``.

    Returns
    -------
    component : `object` or `None`
        The component; `None` if the coadd has none.

    Raises
    ------
    TypeError
        If the handle gives no exposure.
    Exception
        Whatever the handle raises for a coadd that cannot be read, with a
        note that says which one.
    """
    with _notingWhatIsRead(f"the {name} of the coadd {describeHandle(handle)}"):
        if _hasComponent(handle, name):
            return handle.get(component=name)
        return getattr(_getExposure(handle), _GETTERS[name])()


@contextlib.contextmanager
def _notingWhatIsRead(what: str) -> Iterator[None]:
    """Add to an exception what was read when it was raised."""
    try:
        yield
    except Exception as err:
        err.add_note(f"while reading {what}")
        if isinstance(err, ModuleNotFoundError) and err.name == "lsst.cell_coadds":
            err.add_note("It is a cell coadd: set the task's coaddImage to 'CellCoadd'.")
        planes = afwImage.Mask(0, 0).getMaskPlaneDict()
        if len(planes) == afwImage.Mask.getNumPlanesMax():
            err.add_note(f"This process has no room for mask planes besides {sorted(planes)}.")
        raise


def _hasComponent(handle: CoaddHandle, name: str) -> bool:
    """Return whether a handle can give a component of a coadd; with the
    component "bbox" it can also give a part of the coadd.
    """
    inMemory = getattr(handle, "inMemoryDataset", None)
    if not (inMemory is None or isinstance(inMemory, afwImage.Exposure)):
        # It is no exposure, whatever it is said to be.
        return False
    ref = getattr(handle, "ref", None)
    storageClass = getattr(handle, "storageClass", None) or (ref and ref.datasetType.storageClass)
    if isinstance(storageClass, str):
        storageClass = StorageClassFactory().getStorageClass(storageClass)
    return storageClass is not None and name in storageClass.allComponents()


def _getExposure(handle: CoaddHandle, **kwargs: Any) -> afwImage.ExposureF:
    """Get what a handle stands for, which has to be an exposure with pixels
    of the template's type.
    """
    exposure = handle.get(**kwargs)
    if not isinstance(exposure, afwImage.ExposureF):
        raise TypeError(
            f"The coadd {describeHandle(handle)} must be an ExposureF, not {describeType(exposure)}."
        )
    return exposure


def _conformMask(coadd: afwImage.ExposureF) -> afwImage.ExposureF:
    """Give a coadd's mask the planes of this process, by name."""
    mask = afwImage.Mask(coadd.getBBox())
    mask.array[:] = coadd.mask.array
    mask.conformMaskPlanes(coadd.mask.getMaskPlaneDict())
    return afwImage.ExposureF(afwImage.makeMaskedImage(coadd.image, mask, coadd.variance), coadd.getInfo())
