# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Difference-imaging templates from coadds, without resampling."""

from .afwCheck import *
from .getCoaddAsTemplate import *
from .makeCoaddTemplate import *
from .makeWarpedTemplate import *
