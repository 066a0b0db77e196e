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

from .._pixels._maskedImage import (
    MaskedImage,
    MaskedImageD,
    MaskedImageF,
    MaskedImageI,
    MaskedImageL,
    MaskedImageU,
    makeMaskedImage,
)
