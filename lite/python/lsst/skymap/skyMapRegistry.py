# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of sky maps, by the names that configurations use."""

__all__ = ["skyMapRegistry"]

from lsst.pex.config import makeRegistry

from .discreteSkyMap import DiscreteSkyMap
from .dodecaSkyMap import DodecaSkyMap
from .equatSkyMap import EquatSkyMap
from .ringsSkyMap import RingsSkyMap

skyMapRegistry = makeRegistry("Kinds of sky maps")

skyMapRegistry.register("dodeca", DodecaSkyMap)
skyMapRegistry.register("equat", EquatSkyMap)
skyMapRegistry.register("discrete", DiscreteSkyMap)
skyMapRegistry.register("rings", RingsSkyMap)
