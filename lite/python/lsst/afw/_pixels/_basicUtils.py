# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images from arrays."""

__all__ = ["makeImageFromArray", "makeMaskFromArray", "makeMaskedImageFromArrays"]

from typing import Any

import numpy.typing as npt

from ._image import Image, TypedImage
from ._mask import Mask, MaskX
from ._maskedImage import MaskedImage, TypedMaskedImage


def makeImageFromArray(array: npt.NDArray[Any] | None) -> TypedImage | None:
    """Make an image of the type of an array.

    Parameters
    ----------
    array : `numpy.ndarray` or `None`
        Pixels, indexed [y, x]; they are not copied.

    Returns
    -------
    image : `Image` or `None`
        The image; `None` for no array.
    """
    return None if array is None else Image(array, dtype=array.dtype.type)


def makeMaskFromArray(array: npt.NDArray[Any] | None) -> MaskX | None:
    """Make a mask of an array.

    Parameters
    ----------
    array : `numpy.ndarray` or `None`
        Pixels, indexed [y, x]; they are not copied.

    Returns
    -------
    mask : `Mask` or `None`
        The mask; `None` for no array.
    """
    return None if array is None else Mask(array, dtype=array.dtype.type)


def makeMaskedImageFromArrays(
    image: npt.NDArray[Any], mask: npt.NDArray[Any] | None = None, variance: npt.NDArray[Any] | None = None
) -> TypedMaskedImage:
    """Make a masked image of arrays.

    Parameters
    ----------
    image : `numpy.ndarray`
        Pixels of the image plane; like the others not copied.
    mask, variance : `numpy.ndarray`, optional
        Pixels of the other planes; zero by default.

    Returns
    -------
    maskedImage : `MaskedImage`
        Masked image of the type of ``image``.
    """
    return MaskedImage(
        makeImageFromArray(image),
        makeMaskFromArray(mask),
        makeImageFromArray(variance),
        dtype=image.dtype.type,
    )
