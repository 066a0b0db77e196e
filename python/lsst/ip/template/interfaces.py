# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the task asks of objects that it is given."""

__all__ = [
    "CoaddHandle",
    "PixelsToSky",
    "ScienceExposure",
    "TemplatePatch",
    "TemplateTract",
    "describeHandle",
    "describeType",
]

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from lsst.afw.geom import SkyWcs
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


class ScienceExposure(Protocol):
    """A science exposure, as far as a template depends on it.

    Such as `lsst.afw.image.Exposure`.
    """

    def getBBox(self) -> Box2I:
        """Return the bounding box, in the exposure's own pixels."""

    def getWcs(self) -> PixelsToSky | None:
        """Return the WCS."""

    def getInfo(self) -> Any:
        """Return what else is known of the exposure, which has a method
        ``getVisitInfo``.
        """


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

    def findPatchList(self, coordList: Any, /) -> Sequence[TemplatePatch]:
        """Return the patches around points on the sky, in the order of
        copying.
        """

    def getBBox(self) -> Box2I:
        """Return the box around all patches, in tract pixels."""

    def getId(self) -> int:
        """Return the number of the tract."""

    def getWcs(self) -> SkyWcs:
        """Return the WCS of the pixel grid that all patches share."""


def describeHandle(handle: CoaddHandle) -> str:
    """Name the dataset that a handle stands for, for messages.

    Parameters
    ----------
    handle : `lsst.daf.butler.DeferredDatasetHandle` or similar
        Anything with a ``get`` method.

    Returns
    -------
    description : `str`
        The dataset reference, else the data ID, else the type.
    """
    if ref := getattr(handle, "ref", None):
        return str(ref)
    dataId = getattr(handle, "dataId", None)
    mapping = getattr(dataId, "mapping", dataId)
    if isinstance(mapping, Mapping) and mapping:
        return ", ".join(f"{name} {value}" for name, value in mapping.items())
    return f"in-memory {type(handle).__name__}"


def describeType(value: object) -> str:
    """Name the type of an argument, for messages.

    Parameters
    ----------
    value : `object`
        The argument, or a type.

    Returns
    -------
    description : `str`
        Such as "an ExposureF" or "None".
    """
    name = (value if isinstance(value, type) else type(value)).__name__
    return "None" if value is None else f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
