# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images, masks, exposures, and what exposures are made of."""

from lsst._lite import moduleGetattr as _moduleGetattr

from ._basicUtils import *
from ._color import *
from ._exposure import *
from ._exposureInfo import *
from ._filterLabel import *
from ._image import *
from ._imageBase import ImageBaseD, ImageBaseF, ImageBaseI, ImageBaseL, ImageBaseU
from ._mask import Mask, MaskX
from ._maskedImage import (
    MaskedImage,
    MaskedImageD,
    MaskedImageF,
    MaskedImageI,
    MaskedImageL,
    MaskedImageU,
    makeMaskedImage,
)
from ._origin import *
from ._photoCalib import *
from ._pixelUtils import *
from ._readers import *
from ._rotType import *
from ._visitInfo import *
from ._visitInfoCards import setVisitInfoMetadata, stripVisitInfoKeywords

__getattr__ = _moduleGetattr(__name__)
