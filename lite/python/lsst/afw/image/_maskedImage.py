# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The masked images, at the place that pickles of the stack name."""

__all__ = [
    "MaskedImage",
    "MaskedImageD",
    "MaskedImageF",
    "MaskedImageI",
    "MaskedImageL",
    "MaskedImageU",
    "makeMaskedImage",
]

from typing import TYPE_CHECKING

from .._pixels._maskedImage import (
    MaskedImage as _MaskedImage,
    MaskedImageD,
    MaskedImageF,
    MaskedImageI,
    MaskedImageL,
    MaskedImageU,
    TypedMaskedImage,
    makeMaskedImage,
)

if TYPE_CHECKING:
    # What has the methods of the classes of all pixel types.
    MaskedImage = TypedMaskedImage
else:
    MaskedImage = _MaskedImage
