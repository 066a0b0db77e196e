# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pixelizations of the sky: sky maps, their tracts, patches and cells.

As in the full stack, the sky maps that are found through
`~lsst.skymap.skyMapRegistry` but are not names of this package are reached
through their module, such as `lsst.skymap.ringsSkyMap.RingsSkyMap`.
"""

from lsst._lite import moduleGetattr as _moduleGetattr

from .baseSkyMap import *
from .cellInfo import *
from .detail import Index2D, makeSkyPolygonFromBBox
from .discreteSkyMap import *
from .dodecaSkyMap import *
from .equatSkyMap import *
from .patchInfo import *
from .skyMapRegistry import *
from .tractBuilder import *
from .tractInfo import *

__getattr__ = _moduleGetattr(__name__)
