# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what a template needs of the coadd that a handle stands for."""

__all__ = ["describeHandle", "readBBox", "readComponent", "readCorner", "readPatch"]

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.daf.butler import StorageClass, StorageClassFactory
from lsst.pex.exceptions import LengthError

from .interfaces import CoaddHandle

_ONE_PIXEL = geom.Extent2I(1, 1)


def describeHandle(handle: CoaddHandle) -> str:
    """Say which dataset a handle stands for, for messages.

    Parameters
    ----------
    handle : `lsst.daf.butler.DeferredDatasetHandle` or similar
        Anything with a ``get`` method.

    Returns
    -------
    description : `str`
        The dataset reference, else the data ID, else the type.
    """
    if ref := getattr(handle, "ref", None):
        return str(ref)
    dataId = getattr(handle, "dataId", None)
    mapping = getattr(dataId, "mapping", dataId)
    if isinstance(mapping, Mapping) and mapping:
        return ", ".join(f"{name} {value}" for name, value in mapping.items())
    return f"in-memory {type(handle).__name__}"


def readPatch(handle: CoaddHandle, bbox: geom.Box2I) -> afwImage.Exposure | None:
    """Read the pixels of a coadd that fall into a box.

    Parameters
    ----------
    handle : `lsst.daf.butler.DeferredDatasetHandle`, \
            `lsst.pipe.base.InMemoryDatasetHandle` or similar
        Stands for the coadd of one patch. Unless its storage class has the
        parameter ``bbox``, the whole coadd is read and cut.
    bbox : `lsst.geom.Box2I`
        Box wanted, in tract pixels.

    Returns
    -------
    coadd : `lsst.afw.image.Exposure` or `None`
        The pixels of ``bbox`` that the stored coadd has, in tract pixels;
        `None` if it has none of them. The mask has the planes of this
        process.

    Raises
    ------
    TypeError
        If the handle gives no exposure.
    Exception
        Whatever the handle raises for a coadd that cannot be read, with a
        note that says which one.
    """
    with _notingWhatIsRead(f"{bbox} of the coadd {describeHandle(handle)}"):
        coadd = _readBox(handle, bbox)
    if coadd is None:
        return None
    common = bbox.clippedTo(coadd.getBBox())
    if common.isEmpty():
        return None
    return _conformMask(coadd if common == coadd.getBBox() else coadd[common])


def readCorner(handle: CoaddHandle) -> afwImage.Exposure:
    """Read what a coadd has beside its pixels, and one pixel at most.

    Parameters
    ----------
    handle : `lsst.daf.butler.DeferredDatasetHandle`, \
            `lsst.pipe.base.InMemoryDatasetHandle` or similar
        Stands for the coadd of one patch.

    Returns
    -------
    coadd : `lsst.afw.image.Exposure`
        The lower left pixel that the stored coadd has, wherever that is; or
        the whole coadd, from a handle that only has that, or of a coadd
        without pixels.

    Raises
    ------
    TypeError
        If the handle gives no exposure.
    Exception
        Whatever the handle raises for a coadd that cannot be read, with a
        note that says which one.
    """
    with _notingWhatIsRead(f"the components of the coadd {describeHandle(handle)}"):
        if not _canCut(handle):
            return _getExposure(handle)
        stored = handle.get(component="bbox")
        if stored.isEmpty():
            return _getExposure(handle)
        return _getExposure(handle, parameters={"bbox": geom.Box2I(stored.getMin(), _ONE_PIXEL)})


def readComponent(handle: CoaddHandle, name: str) -> Any:
    """Read a component of a coadd, without its pixels if that is possible.

    Parameters
    ----------
    handle : `lsst.daf.butler.DeferredDatasetHandle`, \
            `lsst.pipe.base.InMemoryDatasetHandle` or similar
        Stands for the coadd of one patch.
    name : `str`
        Name of the component in the Butler and, without its first letter's
        case, of the exposure's getter, such as ``photoCalib``.

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
        storageClass = _findStorageClass(handle)
        if storageClass is not None and name in storageClass.allComponents():
            return handle.get(component=name)
        return getattr(_getExposure(handle), f"get{name[0].upper()}{name[1:]}")()


def readBBox(handle: CoaddHandle) -> geom.Box2I:
    """Read the bounding box of a coadd, without its pixels if that is
    possible.

    Parameters
    ----------
    handle : `lsst.daf.butler.DeferredDatasetHandle`, \
            `lsst.pipe.base.InMemoryDatasetHandle` or similar
        Stands for the coadd of one patch.

    Returns
    -------
    bbox : `lsst.geom.Box2I`
        The box, in tract pixels.

    Raises
    ------
    TypeError
        If the handle gives no exposure.
    Exception
        Whatever the handle raises for a coadd that cannot be read, with a
        note that says which one.
    """
    with _notingWhatIsRead(f"the bounding box of the coadd {describeHandle(handle)}"):
        if _canCut(handle):
            return handle.get(component="bbox")
        return _getExposure(handle).getBBox()


@contextlib.contextmanager
def _notingWhatIsRead(what: str) -> Iterator[None]:
    """Add to an exception what was read when it was raised."""
    try:
        yield
    except Exception as err:
        err.add_note(f"while reading {what}")
        if isinstance(err, ModuleNotFoundError) and err.name == "lsst.cell_coadds":
            err.add_note("It is a cell coadd: set the task's coaddImage to 'CellCoadd'.")
        planes = _getSessionPlanes()
        if len(planes) == afwImage.Mask.getNumPlanesMax():
            err.add_note(f"This process has no room for mask planes besides {sorted(planes)}.")
        raise


def _findStorageClass(handle: CoaddHandle) -> StorageClass | None:
    """Find what is known of the datasets of a handle's kind; `None` for what
    is in memory and no exposure, whatever it is said to be.
    """
    inMemory = getattr(handle, "inMemoryDataset", None)
    if not (inMemory is None or isinstance(inMemory, afwImage.Exposure)):
        return None
    ref = getattr(handle, "ref", None)
    found = getattr(handle, "storageClass", None) or (ref and ref.datasetType.storageClass)
    return StorageClassFactory().getStorageClass(found) if isinstance(found, str) else found


def _canCut(handle: CoaddHandle) -> bool:
    """Return whether a handle can give a part of a coadd, and its box."""
    storageClass = _findStorageClass(handle)
    if storageClass is None:
        return False
    return "bbox" in storageClass.parameters and "bbox" in storageClass.allComponents()


def _getExposure(handle: CoaddHandle, **kwargs: Any) -> afwImage.Exposure:
    """Get what a handle stands for, which has to be an exposure."""
    exposure = handle.get(**kwargs)
    if not isinstance(exposure, afwImage.Exposure):
        raise TypeError(f"{describeHandle(handle)} must be an Exposure, not a {type(exposure).__name__}.")
    return exposure


def _readBox(handle: CoaddHandle, bbox: geom.Box2I) -> afwImage.Exposure | None:
    """Read the pixels of a box, or more; `None` if there are none."""
    if not _canCut(handle):
        return _getExposure(handle)
    try:
        return _getExposure(handle, parameters={"bbox": bbox})
    except (ValueError, LengthError):
        # Most likely the stored coadd does not have all of the box; only now
        # is it worth while to ask for its bounding box.
        common = bbox.clippedTo(handle.get(component="bbox"))
        if common == bbox:
            raise
        return None if common.isEmpty() else _getExposure(handle, parameters={"bbox": common})


def _getSessionPlanes() -> dict[str, int]:
    """Return the mask planes that new masks have (`dict`)."""
    return afwImage.Mask(0, 0).getMaskPlaneDict()


def _conformMask(coadd: afwImage.Exposure) -> afwImage.Exposure:
    """Give a coadd's mask the planes of this process, by name.

    Files are read so; only a coadd in memory may have planes of its own.
    """
    planes = coadd.mask.getMaskPlaneDict()
    if planes == _getSessionPlanes():
        return coadd
    mask = afwImage.Mask(coadd.getBBox())
    mask.array[:] = coadd.mask.array
    mask.conformMaskPlanes(planes)
    return type(coadd)(afwImage.makeMaskedImage(coadd.image, mask, coadd.variance), coadd.getInfo())
