# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images, at the place that pickles and files of the stack name."""

__all__ = [
    "Image",
    "ImageD",
    "ImageF",
    "ImageI",
    "ImageL",
    "ImageU",
    "Mask",
    "MaskX",
]

from typing import TYPE_CHECKING

from .._pixels._image import Image as _Image, ImageD, ImageF, ImageI, ImageL, ImageU, TypedImage
from .._pixels._mask import Mask as _Mask, MaskX

if TYPE_CHECKING:
    # What has the methods of the classes of all pixel types.
    Image = TypedImage
    Mask = MaskX
else:
    Image = _Image
    Mask = _Mask
