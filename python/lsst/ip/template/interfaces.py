# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the task asks of objects that it is given."""

__all__ = [
    "CoaddHandle",
    "PixelsToSky",
    "ScienceExposure",
    "ScienceInfo",
    "TemplatePatch",
    "TemplateTract",
]

from collections.abc import Callable
from typing import Any, Protocol

from lsst.afw.geom import SkyWcs
from lsst.afw.image import VisitInfo
from lsst.geom import Box2I


class CoaddHandle(Protocol):
    """Stands for the coadd of one patch.

    Such as `lsst.daf.butler.DeferredDatasetHandle` or
    `lsst.pipe.base.InMemoryDatasetHandle`.
    """

    @property
    def get(self) -> Callable[..., Any]:
        """Method that returns the coadd, or with ``component`` or
        ``parameters`` a part of it; not every handle takes these.
        """


class PixelsToSky(Protocol):
    """A WCS, as far as a template depends on that of a science exposure.

    Such as `lsst.afw.geom.SkyWcs`.
    """

    def pixelToSky(self, pixels: Any, /) -> Any:
        """Return the place on the sky (`lsst.geom.SpherePoint`) of a pixel
        (`lsst.geom.Point2D`), or a list of those of several.
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

    def getWcs(self) -> PixelsToSky | None:
        """Return the WCS."""

    def getInfo(self) -> ScienceInfo:
        """Return what else is known of the exposure."""


class TemplatePatch(Protocol):
    """A patch, as far as a template depends on it.

    Such as `lsst.skymap.PatchInfo`.
    """

    def getSequentialIndex(self) -> int:
        """Return the sequential number within the tract."""

    def getInnerBBox(self) -> Box2I:
        """Return the box without the border, in tract pixels."""

    def getOuterBBox(self) -> Box2I:
        """Return the box with the border, in tract pixels."""


class TemplateTract(Protocol):
    """A tract, as far as a template depends on it.

    Such as `lsst.skymap.TractInfo`.
    """

    def __getitem__(self, patch: int, /) -> TemplatePatch:
        """Return the patch of a sequential number."""

    def getId(self) -> int:
        """Return the number of the tract."""

    def getWcs(self) -> SkyWcs:
        """Return the WCS of the pixel grid that all patches share."""
