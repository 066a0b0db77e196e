# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tract as the coadds made on it know it."""

__all__ = ["CoaddPatch", "CoaddTract"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import lsst.geom as geom
from lsst.afw.geom import SkyWcs

from .coaddHandle import describeHandle, readBBox, readComponent
from .interfaces import CoaddHandle


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
    """A tract whose patches are those with a coadd.

    It answers as a `lsst.skymap.TractInfo` does, where there is no skymap.
    """

    tract: int
    """Number of the tract."""

    wcs: SkyWcs
    """WCS of the pixel grid that all patches share."""

    patches: Mapping[int, CoaddPatch]
    """Patches by their sequential numbers."""

    @classmethod
    def fromHandles(cls, tract: int, handles: Mapping[int, Sequence[CoaddHandle]]) -> Self:
        """Ask coadds for WCS and boxes.

        Parameters
        ----------
        tract : `int`
            Number of the tract.
        handles : `~collections.abc.Mapping`
            Handles of the coadds of each patch; not empty. The first of a
            patch has its box, the first of all the WCS.

        Raises
        ------
        ValueError
            If the coadd has no WCS.
        """
        first = next(iter(handles.values()))[0]
        wcs = readComponent(first, "wcs")
        if wcs is None:
            raise ValueError(f"The coadd {describeHandle(first)} has no WCS.")
        patches = {patch: CoaddPatch(patch, readBBox(given[0])) for patch, given in handles.items()}
        return cls(tract, wcs, patches)

    def __getitem__(self, patch: int, /) -> CoaddPatch:
        return self.patches[patch]

    def getId(self) -> int:
        """Return the number of the tract."""
        return self.tract

    def getWcs(self) -> SkyWcs:
        """Return the WCS of the pixel grid that all patches share."""
        return self.wcs
