# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the pixels of a patch come from."""

__all__ = [
    "CoaddTract",
    "PatchOverlap",
    "PatchSource",
    "PatchSourceFactory",
    "StoredPatch",
    "makeStoredPatch",
]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeAlias

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.geom import SkyWcs

from .boxes import boundingBox
from .coaddHandle import readComponent, readPatch, toHandle
from .interfaces import CoaddHandle, TemplatePatch, TemplateTract, describeHandle


class PatchSource(Protocol):
    """Gives the pixels of one patch."""

    @property
    def handles(self) -> Sequence[CoaddHandle]:
        """Handles of the coadds that the pixels are read from. The first has
        the components.
        """

    def computeBox(self, bbox: geom.Box2I) -> geom.Box2I:
        """Compute the part of the patch that is fit for a template.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`
            Box of the template, in tract pixels.

        Returns
        -------
        box : `lsst.geom.Box2I`
            Pixels inside the template, in tract pixels; may be empty.
        """

    def read(
        self, box: geom.Box2I, needed: geom.Box2I, photoCalib: afwImage.PhotoCalib | None
    ) -> afwImage.ExposureF | None:
        """Read pixels.

        Parameters
        ----------
        box : `lsst.geom.Box2I`
            What `computeBox` gave.
        needed : `lsst.geom.Box2I`
            Part of that which is needed.
        photoCalib : `lsst.afw.image.PhotoCalib` or `None`
            Constant calibration that the pixels will be brought to.

        Returns
        -------
        coadd : `lsst.afw.image.ExposureF` or `None`
            The needed pixels that exist, and maybe others of ``box``, in
            tract pixels and in whichever calibration it says; `None` if there
            are none.
        """


PatchSourceFactory: TypeAlias = Callable[[TemplateTract, TemplatePatch, Sequence[CoaddHandle]], PatchSource]
"""Makes the source of a patch of a tract from the handles of its coadds."""


@dataclass(frozen=True)
class StoredPatch:
    """A patch whose pixels are those of its one coadd."""

    patchInfo: TemplatePatch
    """The patch."""

    handles: Sequence[CoaddHandle]
    """Handle of the coadd."""

    def computeBox(self, bbox: geom.Box2I) -> geom.Box2I:
        # Docstring inherited.
        return self.patchInfo.getOuterBBox().clippedTo(bbox)

    def read(
        self, box: geom.Box2I, needed: geom.Box2I, photoCalib: afwImage.PhotoCalib | None
    ) -> afwImage.ExposureF | None:
        # Docstring inherited.
        return readPatch(self.handles[0], needed, self.patchInfo)


def makeStoredPatch(
    tractInfo: TemplateTract, patchInfo: TemplatePatch, handles: Sequence[CoaddHandle]
) -> StoredPatch:
    """Make the source of a patch that has one coadd.

    Parameters
    ----------
    tractInfo : `lsst.skymap.TractInfo`
        The tract.
    patchInfo : `lsst.skymap.PatchInfo`
        The patch.
    handles : `~collections.abc.Sequence` [`CoaddHandle`]
        Handle of the coadd.

    Returns
    -------
    source : `StoredPatch`
        The source.

    Raises
    ------
    ValueError
        If there are several coadds.
    """
    if len(handles) != 1:
        names = " and ".join(map(describeHandle, handles))
        raise ValueError(
            f"{len(handles)} coadds for one patch, {patchInfo.getSequentialIndex()} of tract "
            f"{tractInfo.getId()}: {names}."
        )
    return StoredPatch(patchInfo, handles)


@dataclass(frozen=True)
class PatchOverlap:
    """The part of one patch that falls inside the template."""

    patch: int
    """Sequential patch number within the tract."""

    bbox: geom.Box2I
    """Overlap with the template, in tract pixels; never empty."""

    source: PatchSource
    """What its pixels come from."""

    @property
    def handle(self) -> CoaddHandle:
        """Handle of the coadd that has the patch's components."""
        return self.source.handles[0]


@dataclass(frozen=True)
class CoaddPatch:
    """A patch whose boxes are both that of its coadd."""

    number: int
    """Sequential number within the tract."""

    bbox: geom.Box2I
    """Box of the coadd, in tract pixels."""

    def getSequentialIndex(self) -> int:
        """Return the sequential number within the tract."""
        return self.number

    def getInnerBBox(self) -> geom.Box2I:
        """Return the box of the coadd, in tract pixels."""
        return self.bbox

    def getOuterBBox(self) -> geom.Box2I:
        """Return the box of the coadd, in tract pixels."""
        return self.bbox


@dataclass(frozen=True)
class CoaddTract:
    """A tract known by its coadds only, where there is no skymap.

    It answers as a `lsst.skymap.TractInfo` does.
    """

    tract: int
    """Number of the tract."""

    wcs: SkyWcs
    """WCS of the pixel grid that all patches share."""

    patches: Mapping[int, CoaddPatch]
    """Patches by their sequential numbers."""

    @classmethod
    def fromCoadds(cls, tract: int, coadds: Mapping[int, Sequence[Any]]) -> Self:
        """Read WCS and boxes of coadds.

        Parameters
        ----------
        tract : `int`
            Number of the tract.
        coadds : `~collections.abc.Mapping`
            Coadds of each patch, by number; not empty; see `toHandle`. The
            first of a patch has its box, the first of all the WCS.

        Raises
        ------
        ValueError
            If the coadd has no WCS.
        """
        handles = {patch: toHandle(ofPatch[0], tract, patch) for patch, ofPatch in coadds.items()}
        first = next(iter(handles.values()))
        wcs = readComponent(first, "wcs")
        if wcs is None:
            raise ValueError(f"The coadd {describeHandle(first)} has no WCS.")
        patches = {
            patch: CoaddPatch(patch, readComponent(handle, "bbox")) for patch, handle in handles.items()
        }
        return cls(tract, wcs, patches)

    def __getitem__(self, patch: int, /) -> CoaddPatch:
        return self.patches[patch]

    def findPatchList(self, coordList: Any, /) -> list[CoaddPatch]:
        """Return all patches, wherever the points are."""
        return list(self.patches.values())

    def getBBox(self) -> geom.Box2I:
        """Return the box around all patches, in tract pixels."""
        return boundingBox(patch.bbox for patch in self.patches.values())

    def getId(self) -> int:
        """Return the number of the tract."""
        return self.tract

    def getWcs(self) -> SkyWcs:
        """Return the WCS of the pixel grid that all patches share."""
        return self.wcs
