# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images, at the place that pickles and files of the stack name."""

__all__ = [
    "Image",
    "ImageBaseD",
    "ImageBaseF",
    "ImageBaseI",
    "ImageBaseL",
    "ImageBaseU",
    "ImageD",
    "ImageF",
    "ImageI",
    "ImageL",
    "ImageU",
    "Mask",
    "MaskX",
]

from .._pixels._image import Image, ImageD, ImageF, ImageI, ImageL, ImageU
from .._pixels._imageBase import ImageBaseD, ImageBaseF, ImageBaseI, ImageBaseL, ImageBaseU
from .._pixels._mask import Mask, MaskX
