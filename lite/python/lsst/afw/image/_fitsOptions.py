# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and writing with options in a property set."""

__all__ = ["readFitsWithOptions", "writeExposureWithOptions", "writeImageWithOptions"]

from lsst._lite import notInLite
from lsst.geom import Box2I, Extent2I, Point2I

from ._origin import LOCAL, PARENT


def readFitsWithOptions(cls, source, options):
    """Read from a FITS file.

    Parameters
    ----------
    source : `str`
        Name of the file.
    options : `lsst.daf.base.PropertySet` or `None`
        May have a box, as ``llcX``, ``llcY``, ``width`` and ``height``, and
        ``imageOrigin``, "LOCAL" or "PARENT" (the default).

    Returns
    -------
    image : ``cls``
        What was read.
    """
    bbox = Box2I()
    if options and options.exists("llcX"):
        corner = Point2I(options.getScalar("llcX"), options.getScalar("llcY"))
        bbox = Box2I(corner, Extent2I(options.getScalar("width"), options.getScalar("height")))
    origin = PARENT
    if options and options.exists("imageOrigin"):
        name = options.getScalar("imageOrigin")
        origins = dict(LOCAL=LOCAL, PARENT=PARENT)
        if name not in origins:
            raise RuntimeError(f"Unknown ImageOrigin type {name!r}")
        origin = origins[name]
    return cls(source, bbox=bbox, origin=origin)


def _refuseOptions(image, options, *items):
    """Refuse options that say how to write."""
    for item in items:
        if options and item in options:
            name = f"lsst.afw.image.{type(image).__name__}.writeFitsWithOptions"
            raise notInLite(f"{name} with {item!r} options")


def writeImageWithOptions(self, dest, options, item="image"):
    """Write to a FITS file.

    Parameters
    ----------
    dest : `str`
        Name of the file.
    options : `lsst.daf.base.PropertySet` or `None`
        Options; those for writing are not in lsst-lite.
    item : `str`, optional
        Item of ``options`` that says how to write.
    """
    _refuseOptions(self, options, item)
    self.writeFits(dest)


def writeExposureWithOptions(self, dest, options):
    """Write to a FITS file.

    Parameters
    ----------
    dest : `str`
        Name of the file.
    options : `lsst.daf.base.PropertySet` or `None`
        Options; those for writing are not in lsst-lite.
    """
    _refuseOptions(self, options, "image", "mask", "variance")
    self.writeFits(dest)
