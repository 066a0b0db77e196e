# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a template must know of a science exposure."""

__all__ = ["ScienceGeometry"]

from dataclasses import dataclass
from typing import Self

import lsst.geom as geom
from lsst.afw.geom import SkyWcs
from lsst.afw.image import VisitInfo


@dataclass(frozen=True)
class ScienceGeometry:
    """A science exposure without its pixels.

    It answers as the exposure itself would.
    """

    bbox: geom.Box2I
    """Bounding box of the detector, in its own pixels."""

    wcs: SkyWcs | None
    """Pixels of the detector to sky."""

    visitInfo: VisitInfo | None = None
    """Observing conditions."""

    def getBBox(self) -> geom.Box2I:
        return self.bbox

    def getWcs(self) -> SkyWcs | None:
        return self.wcs

    def getInfo(self) -> Self:
        return self

    def getVisitInfo(self) -> VisitInfo | None:
        return self.visitInfo
