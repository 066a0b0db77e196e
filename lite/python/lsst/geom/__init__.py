# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points, boxes, angles and transforms of the LSST Science Pipelines."""

from lsst._lite import moduleGetattr as _moduleGetattr

from ._affineTransform import *
from ._angle import *
from ._box import *
from ._coordinates import *
from ._interval import *
from ._linearTransform import *
from ._spherePoint import *

# Pickles name classes by their public module, as those of the full stack do.
for _public in list(vars().values()):
    if isinstance(_public, type):
        _public.__module__ = __name__
del _public

__getattr__ = _moduleGetattr(__name__)
