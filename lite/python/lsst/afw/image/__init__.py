# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images, masks, exposures, and what exposures are made of."""

import typing as _typing

from lsst._lite import moduleGetattr as _moduleGetattr

from .._pixels._basicUtils import *
from .._pixels._color import *
from .._pixels._fitsReaders import *
from .._pixels._origin import *
from .._pixels._pixelUtils import *
from . import _visitInfoRows
from ._coaddInputs import *
from ._exposure import *
from ._exposure import Exposure as _Exposure, TypedExposure as _TypedExposure
from ._exposureFits import *
from ._exposureInfo import *
from ._filterLabel import *
from ._image import *
from ._maskedImage import *
from ._photoCalib import *
from ._rotType import *
from ._visitInfo import *
from ._visitInfoCards import stripVisitInfoKeywords as stripVisitInfoKeywords
from ._visitInfoWriter import *

if _typing.TYPE_CHECKING:
    # What has the methods of the classes of all pixel types.
    Exposure = _TypedExposure
else:
    Exposure = _Exposure

__getattr__ = _moduleGetattr(__name__)
