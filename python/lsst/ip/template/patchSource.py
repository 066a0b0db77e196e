# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the pixels of a patch come from."""

__all__ = ["PatchOverlap", "PatchSource", "PatchSourceFactory", "StoredPatch"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import lsst.afw.image as afwImage
import lsst.geom as geom

from .coaddHandle import describeHandle, readPatch
from .interfaces import CoaddHandle, TemplatePatch


class PatchSource(Protocol):
    """Gives the pixels of one patch."""

    @property
    def handles(self) -> Sequence[CoaddHandle]:
        """Handles of the coadds that the pixels are read from. The first has
        the components.
        """

    def findBox(self, patchInfo: TemplatePatch, bbox: geom.Box2I) -> geom.Box2I:
        """Find the part of a patch that is fit for a template.

        Parameters
        ----------
        patchInfo : `lsst.skymap.PatchInfo`
            The patch.
        bbox : `lsst.geom.Box2I`
            Box of the template, in tract pixels.

        Returns
        -------
        box : `lsst.geom.Box2I`
            Pixels inside the template, in tract pixels; may be empty.
        """

    def read(
        self, box: geom.Box2I, needed: geom.Box2I, photoCalib: afwImage.PhotoCalib | None
    ) -> afwImage.Exposure | None:
        """Read pixels.

        Parameters
        ----------
        box : `lsst.geom.Box2I`
            What `findBox` gave.
        needed : `lsst.geom.Box2I`
            Part of that which is needed.
        photoCalib : `lsst.afw.image.PhotoCalib` or `None`
            Constant calibration that the pixels will be brought to.

        Returns
        -------
        coadd : `lsst.afw.image.Exposure` or `None`
            The needed pixels that there are, and maybe others of ``box``, in
            tract pixels and in whichever calibration it says; `None` if there
            are none.
        """


PatchSourceFactory: TypeAlias = Callable[[Sequence[CoaddHandle]], PatchSource]
"""Makes the source of a patch from the handles of its coadds."""


@dataclass(frozen=True)
class StoredPatch:
    """A patch whose pixels are those of its one coadd."""

    handles: tuple[CoaddHandle]
    """Handle of the coadd."""

    @classmethod
    def fromHandles(cls, handles: Sequence[CoaddHandle]) -> "StoredPatch":
        """Make the source from the handles of a patch.

        Parameters
        ----------
        handles : `~collections.abc.Sequence` [`CoaddHandle`]
            One handle.

        Raises
        ------
        ValueError
            If there are several.
        """
        if len(handles) != 1:
            names = " and ".join(map(describeHandle, handles))
            raise ValueError(f"{len(handles)} coadds for one patch: {names}.")
        return cls((handles[0],))

    def findBox(self, patchInfo: TemplatePatch, bbox: geom.Box2I) -> geom.Box2I:
        # Docstring inherited.
        return patchInfo.getOuterBBox().clippedTo(bbox)

    def read(
        self, box: geom.Box2I, needed: geom.Box2I, photoCalib: afwImage.PhotoCalib | None
    ) -> afwImage.Exposure | None:
        # Docstring inherited.
        return readPatch(self.handles[0], needed)


@dataclass(frozen=True)
class PatchOverlap:
    """The part of one patch that falls inside the template."""

    rank: int
    """Place in the order of copying."""

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
