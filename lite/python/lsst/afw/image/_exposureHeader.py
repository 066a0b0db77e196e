# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the headers of an exposure in a file say."""

__all__ = ["ARCHIVE_ID", "ExposureHeader", "OLD_COMPONENT_CARDS"]

from lsst.afw.geom import SkyWcs, makeSkyWcs
from lsst.daf.base import PropertyList
from lsst.geom import Extent2D, Point2I
from lsst.pex.exceptions import Exception as PexException, TypeError as PexTypeError

from .._pixels._plane import Plane
from .._pixels._planeTriple import PlaneTriple
from ._filterLabel import FilterLabel
from ._oldFilters import labelOfOldName
from ._photoCalib import makePhotoCalibFromMetadata
from ._visitInfo import VisitInfo
from ._visitInfoCards import stripVisitInfoKeywords

_BAD_CARDS = (ArithmeticError, TypeError, ValueError, PexException)
"""What is raised for values of cards that make no sense."""

OLD_COMPONENT_CARDS = {
    "SKYWCS": ("SKYWCS_ID", "WCS_ID"),
    "PHOTOCALIB": ("PHOTOCALIB_ID",),
    "PSF": ("PSF_ID",),
    "DETECTOR": ("DETECTOR_ID",),
    "VALID_POLYGON": ("VALID_POLYGON_ID",),
    "COADD_INPUTS": ("COADD_INPUTS_ID",),
    "AP_CORR_MAP": ("AP_CORR_MAP_ID",),
    "TRANSMISSION_CURVE": ("TRANSMISSION_CURVE_ID",),
}
"""Cards with the archive ids of components, before there were
``ARCHIVE_ID_`` cards for all.
"""

ARCHIVE_ID = "ARCHIVE_ID_"

_UNUSED_CARDS = ("LTV1", "LTV2", "MJD-OBS", "DATE-OBS", "DETNAME", "DETSER", "AR_HDU")
"""Cards that only say again what components say."""


class ExposureHeader:
    """What the headers of an exposure say.

    Parameters
    ----------
    planes : `PlaneTriple`
        Its planes.
    version : `int`
        Version of the layout.
    """

    def __init__(self, planes: PlaneTriple, version: int) -> None:
        # Not a copy, which would have its names in another order.
        metadata = planes.image.readMetadata()
        self.wcs = self._readWcs(metadata, planes.image)
        self.exposureId = metadata.getScalar("EXPID") if metadata.exists("EXPID") else None
        try:
            self.visitInfo = VisitInfo(metadata)
            stripVisitInfoKeywords(metadata)
            self.photoCalib = makePhotoCalibFromMetadata(metadata, True) if version == 0 else None
            self.filter = self._readFilter(metadata) if version < 2 else None
            if self.exposureId is not None:
                self.exposureId = int(self.exposureId)
        except _BAD_CARDS as err:
            raise planes.image.error(f"cannot understand its cards: {err}") from err
        for name in (*_UNUSED_CARDS, *_archiveCards(metadata)):
            metadata.remove(name)
        self.metadata = metadata

    @staticmethod
    def _readWcs(metadata: PropertyList, plane: Plane) -> SkyWcs | None:
        """Read the WCS and strip its cards."""
        try:
            wcs = makeSkyWcs(metadata, strip=True)
            return wcs.copyAtShiftedPixelOrigin(Extent2D(plane.xy0)) if plane.xy0 != Point2I(0, 0) else wcs
        except PexTypeError:
            return None
        except _BAD_CARDS as err:
            raise plane.error(f"cannot understand the cards of its WCS: {err}") from err

    @staticmethod
    def _readFilter(metadata: PropertyList) -> FilterLabel | None:
        """Read the name of the filter of an old file."""
        return labelOfOldName(str(metadata.getScalar("FILTER"))) if metadata.exists("FILTER") else None


def _archiveCards(metadata: PropertyList) -> list[str]:
    """List the cards of a header that hold archive ids."""
    names = metadata.names()
    generic = [name for name in names if name.startswith(ARCHIVE_ID)]
    twins = {f"{name.removeprefix(ARCHIVE_ID)}_ID" for name in generic}
    # WCS_ID is older than all, and not taken away.
    twins |= {cards[0] for cards in OLD_COMPONENT_CARDS.values()}
    return generic + [name for name in names if name in twins]
