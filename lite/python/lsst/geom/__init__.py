# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points, boxes, angles and transforms of the LSST Science Pipelines."""

from types import FunctionType as _FunctionType

from lsst._lite import moduleGetattr as _moduleGetattr

from . import (
    _affineTransform,
    _angle,
    _box,
    _coordinates,
    _interval,
    _linearTransform,
    _spherePoint,
)
from ._affineTransform import *
from ._angle import *
from ._box import *
from ._coordinates import *
from ._interval import *
from ._linearTransform import *
from ._spherePoint import *

__all__ = [
    *_affineTransform.__all__,
    *_angle.__all__,
    *_box.__all__,
    *_coordinates.__all__,
    *_interval.__all__,
    *_linearTransform.__all__,
    *_spherePoint.__all__,
]

# Pickles name classes by their public module, as those of the full stack do.
for _public in map(globals().get, __all__):
    if isinstance(_public, (type, _FunctionType)):
        _public.__module__ = __name__
del _public

__getattr__ = _moduleGetattr(__name__)
