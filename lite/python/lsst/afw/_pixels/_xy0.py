# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""FITS cards for the position of the first pixel of an image."""

__all__ = ["createTrivialWcsMetadata"]

from lsst.daf.base import PropertyList
from lsst.geom import Point2I


def createTrivialWcsMetadata(wcsName: str, xy0: Point2I) -> PropertyList:
    """Make the cards of the linear WCS that records an image's xy0.

    Parameters
    ----------
    wcsName : `str`
        Letter of the alternate WCS, such as "A".
    xy0 : `lsst.geom.Point2I`
        Parent pixel of the lower left corner of the image.

    Returns
    -------
    metadata : `lsst.daf.base.PropertyList`
        The cards, with comments.
    """
    metadata = PropertyList()
    metadata.set(f"CTYPE1{wcsName}", "LINEAR", "Type of projection")
    metadata.set(f"CTYPE2{wcsName}", "LINEAR", "Type of projection")
    metadata.set(f"CRPIX1{wcsName}", 1.0, "Column Pixel Coordinate of Reference")
    metadata.set(f"CRPIX2{wcsName}", 1.0, "Row Pixel Coordinate of Reference")
    metadata.set(f"CRVAL1{wcsName}", float(xy0.getX()), "Column pixel of Reference Pixel")
    metadata.set(f"CRVAL2{wcsName}", float(xy0.getY()), "Row pixel of Reference Pixel")
    metadata.set(f"CUNIT1{wcsName}", "PIXEL", "Column unit")
    metadata.set(f"CUNIT2{wcsName}", "PIXEL", "Row unit")
    return metadata
