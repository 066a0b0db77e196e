# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
from ._transform import *
