# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""State of property containers, under the import path that pickles name."""

from .propertyContainerContinued import *
