# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the task asks of objects that it is given."""

__all__ = ["CoaddHandle", "ScienceExposure", "ScienceInfo"]

from typing import Any, Protocol

from lsst.afw.geom import SkyWcs
from lsst.afw.image import VisitInfo
from lsst.geom import Box2I


class CoaddHandle(Protocol):
    """Stands for the coadd of one patch.

    Such as `lsst.daf.butler.DeferredDatasetHandle` or
    `lsst.pipe.base.InMemoryDatasetHandle`.
    """

    def get(self, **kwargs: Any) -> Any:
        """Return the coadd, or with ``component`` or ``parameters`` a part of
        it; not every handle takes these.
        """


class ScienceInfo(Protocol):
    """What a science exposure tells beside its pixels."""

    def getVisitInfo(self) -> VisitInfo | None:
        """Return the observing conditions."""


class ScienceExposure(Protocol):
    """A science exposure, as far as a template depends on it.

    Such as `lsst.afw.image.Exposure`.
    """

    def getBBox(self) -> Box2I:
        """Return the bounding box, in the exposure's own pixels."""

    def getWcs(self) -> SkyWcs | None:
        """Return the WCS."""

    def getInfo(self) -> ScienceInfo:
        """Return what else is known of the exposure."""
