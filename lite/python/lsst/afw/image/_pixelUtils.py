# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions of pixel positions, and of whole images."""

__all__ = ["bboxFromMetadata", "imagesOverlap", "indexToPosition", "innerProduct", "positionToIndex"]

import math

import numpy as np

from lsst._lite.arguments import Bool, Float, Int, Overloads, checkArguments
from lsst.daf.base import PropertySet
from lsst.geom import Box2I, Extent2I, Point2I
from lsst.pex.exceptions import LengthError, NotFoundError

from ._image import TypedImage
from ._imageBase import PixelArray
from ._maskedImage import TypedMaskedImage


def indexToPosition(index, /):
    """Convert an image index to a position.

    Parameters
    ----------
    index : `float`
        Index.

    Returns
    -------
    position : `float`
        Position: the same number.
    """
    return Float(index)


def _nearest(instance, position: Float):
    return math.floor(position + 0.5)


def _nearestAndRest(instance, position: Float, residual: Bool):
    index = math.floor(position + 0.5)
    return index, position - index


_INDEX_FORMS = Overloads("positionToIndex", _nearest, _nearestAndRest)


def positionToIndex(*args):
    """Convert an image position to an index.

    Called as ``positionToIndex(position)`` or ``positionToIndex(position,
    True)``.

    Parameters
    ----------
    position : `float`
        Position.

    Returns
    -------
    index : `int`
        Index of the nearest pixel.
    residual : `float`
        What is left, from -0.5 to 0.5; in the second form only.
    """
    return _INDEX_FORMS(None, args, {})


def bboxFromMetadata(metadata, /):
    """Return the box of pixels that a FITS header describes.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet`
        Header.

    Returns
    -------
    bbox : `lsst.geom.Box2I`
        Box with the dimensions of the image, before compression; its corner
        is what the alternate WCS ``A`` says.

    Raises
    ------
    lsst.pex.exceptions.NotFoundError
        Raised if there are no dimensions.
    """
    checkArguments("bboxFromMetadata", metadata=(metadata, PropertySet))
    prefix = "ZNAXIS" if metadata.exists("ZNAXIS1") and metadata.exists("ZNAXIS2") else "NAXIS"
    missing = [name for name in (f"{prefix}1", f"{prefix}2") if not metadata.exists(name)]
    if missing:
        raise NotFoundError(f"{missing[0]} not found")
    dimensions = Extent2I(*(int(metadata.getScalar(f"{prefix}{axis}")) for axis in (1, 2)))
    return Box2I(_readXY0(metadata), dimensions, invert=False)


def _readXY0(metadata):
    """Return the position of the first pixel, (0, 0) if there is none."""
    cards = ("CRPIX1A", "CRPIX2A", "CRVAL1A", "CRVAL2A")
    if not all(metadata.exists(card) for card in cards):
        return Point2I(0, 0)
    crpix1, crpix2, x0, y0 = (float(metadata.getScalar(card)) for card in cards)
    # A reference pixel other than the first is a WCS for something else.
    return Point2I(int(x0), int(y0)) if crpix1 == crpix2 == 1.0 else Point2I(0, 0)


def imagesOverlap(image1, image2):
    """Find out whether two images have memory in common.

    Parameters
    ----------
    image1, image2 : `Image`, `Mask` or `MaskedImage`
        Images, or masked images.

    Returns
    -------
    overlap : `bool`
        Whether the span of memory from the first to the last pixel of one
        overlaps that of the other, in any of their planes.
    """
    if isinstance(image1, PixelArray) and isinstance(image2, PixelArray):
        return bool(np.may_share_memory(image1._array, image2._array))
    checkArguments("imagesOverlap", image1=(image1, TypedMaskedImage), image2=(image2, TypedMaskedImage))
    return any(
        bool(np.may_share_memory(plane1._array, plane2._array))
        for plane1, plane2 in zip(image1._getPlanes(), image2._getPlanes(), strict=True)
    )


def innerProduct(lhs, rhs, border=0):
    """Return the sum of the products of the pixels of two images.

    Parameters
    ----------
    lhs, rhs : `Image`
        Images of the same dimensions.
    border : `int`, optional
        Number of pixels to leave out at each edge.

    Returns
    -------
    product : `float`
        The sum.

    Raises
    ------
    lsst.pex.exceptions.LengthError
        Raised if the dimensions differ.
    """
    checkArguments("innerProduct", lhs=(lhs, TypedImage), rhs=(rhs, TypedImage))
    border = Int(border)
    if lhs.getDimensions() != rhs.getDimensions():
        raise LengthError(
            f"Images are of different size, {lhs.getWidth()}x{lhs.getHeight()} v "
            f"{rhs.getWidth()}x{rhs.getHeight()}"
        )
    inside = slice(border, lhs.getHeight() - border), slice(border, lhs.getWidth() - border)
    return float(np.sum(lhs._array[inside].astype(float) * rhs._array[inside].astype(float)))
