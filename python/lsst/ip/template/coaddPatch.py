# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the part of a coadd patch that a template needs."""

__all__ = ["PatchOverlap", "describeHandle", "readCorner", "readPatch"]

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.pex.exceptions import LengthError

_ONE_PIXEL = geom.Extent2I(1, 1)

_CANNOT_CUT = (AttributeError, KeyError, TypeError)
"""What a handle raises that knows no parameters or components, or whose
storage class does not.
"""


@dataclass(frozen=True)
class PatchOverlap:
    """The part of one coadd patch that falls inside the template."""

    rank: int
    """Place in the order of copying."""

    patch: int
    """Sequential patch number within the tract."""

    bbox: geom.Box2I
    """Overlap with the template, in tract pixels; never empty."""

    source: Any
    """What its coadd is read from: a handle, or a `DcrModel`."""


def describeHandle(handle):
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


def readPatch(handle, bbox):
    """Read the pixels of a coadd that fall into a box.

    Parameters
    ----------
    handle : `lsst.daf.butler.DeferredDatasetHandle`, \
            `lsst.pipe.base.InMemoryDatasetHandle` or similar
        Stands for the coadd of one patch. If its ``get`` takes no
        ``parameters``, the whole coadd is read and cut.
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


def readCorner(handle):
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
        try:
            stored = handle.get(component="bbox")
            if not stored.isEmpty():
                return _getExposure(handle, parameters={"bbox": geom.Box2I(stored.getMin(), _ONE_PIXEL)})
        except _CANNOT_CUT:
            pass
        return _getExposure(handle)


@contextlib.contextmanager
def _notingWhatIsRead(what):
    """Add to an exception what was read when it was raised."""
    try:
        yield
    except Exception as err:
        err.add_note(f"while reading {what}")
        planes = _getSessionPlanes()
        if len(planes) == afwImage.Mask.getNumPlanesMax():
            err.add_note(f"This process has no room for mask planes besides {sorted(planes)}.")
        raise


def _getExposure(handle, **kwargs):
    """Get what a handle stands for, which has to be an exposure."""
    exposure = handle.get(**kwargs)
    if not isinstance(exposure, afwImage.Exposure):
        raise TypeError(f"{describeHandle(handle)} must be an Exposure, not a {type(exposure).__name__}.")
    return exposure


def _readBox(handle, bbox):
    """Read the pixels of a box, or more; `None` if there are none."""
    try:
        try:
            return _getExposure(handle, parameters={"bbox": bbox})
        except (ValueError, LengthError):
            # Most likely the stored coadd does not have all of the box; only
            # now is it worth while to ask for its bounding box.
            common = bbox.clippedTo(handle.get(component="bbox"))
            if common == bbox:
                raise
            return None if common.isEmpty() else _getExposure(handle, parameters={"bbox": common})
    except _CANNOT_CUT:
        return _getExposure(handle)


def _getSessionPlanes():
    """Give the mask planes that new masks have (`dict`)."""
    return afwImage.Mask(0, 0).getMaskPlaneDict()


def _conformMask(coadd):
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
