# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""World coordinates, polygons and ellipses."""

from lsst._lite import moduleGetattr

from . import _tanWcs, ellipses as ellipses
from ._makeWcs import *
from ._polygon import *
from ._skyWcs import *
from ._transform import *
from ._wcsUtils import *
from .ellipses import Quadrupole as Quadrupole

__getattr__ = moduleGetattr(__name__)
del moduleGetattr
