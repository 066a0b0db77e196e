# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What sky maps are made of; not for general use."""

from .dodecahedron import *
from .utils import *
from .wcsFactory import *
