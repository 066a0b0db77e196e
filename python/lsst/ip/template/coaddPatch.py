# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the part of a coadd patch that a template needs."""

__all__ = ["PatchOverlap", "describeHandle", "readPatch"]

import contextlib
from dataclasses import dataclass

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.pex.exceptions import LengthError


@dataclass(frozen=True)
class PatchOverlap:
    """The part of one coadd patch that falls inside the template."""

    patch: int
    """Sequential patch number within the tract."""

    bbox: geom.Box2I
    """Overlap with the template, in tract pixels; never empty."""


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
    for attribute in ("ref", "dataId"):
        if value := getattr(handle, attribute, None):
            return str(value)
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
    Exception
        Whatever the handle raises for a coadd that cannot be read, with a
        note that says which one.
    """
    try:
        coadd = _read(handle, bbox)
    except Exception as err:
        err.add_note(f"while reading {bbox} of the coadd {describeHandle(handle)}")
        planes = _getSessionPlanes()
        if len(planes) == afwImage.Mask.getNumPlanesMax():
            err.add_note(f"This process has no room for mask planes besides {sorted(planes)}.")
        raise
    if coadd is None:
        return None
    common = bbox.clippedTo(coadd.getBBox())
    if common.isEmpty():
        return None
    return _conformMask(coadd if common == coadd.getBBox() else coadd[common])


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


def _read(handle, bbox):
    try:
        return handle.get(parameters={"bbox": bbox})
    except (TypeError, KeyError):
        # A handle that knows no parameters, or no storage class that has
        # them.
        return handle.get()
    except (ValueError, LengthError) as err:
        # Most likely the stored coadd does not have all of the box; only now
        # is it worth while to ask for its bounding box.
        with contextlib.suppress(ValueError, KeyError, TypeError):
            stored = handle.get(component="bbox")
            if not stored.contains(bbox):
                common = bbox.clippedTo(stored)
                return None if common.isEmpty() else handle.get(parameters={"bbox": common})
        raise err
