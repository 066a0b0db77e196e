# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the coadds that a template is made of belong together."""

__all__ = [
    "PatchMismatchError",
    "checkFilters",
    "checkWcs",
    "findCalibrationMismatches",
]

from collections.abc import Iterable, Sequence

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.geom import SkyWcs
from lsst.utils.logging import LsstLoggers

from .calibration import calibrationsAgree, reaches
from .coaddRecord import CoaddRecord

MAX_WCS_OFFSET = 1e-6
"""Largest distance between a coadd's pixel and the tract's, in pixels."""


class PatchMismatchError(RuntimeError):
    """The coadd of a patch contradicts its tract or another patch."""


def _samplePoints(bbox: geom.Box2I) -> list[geom.Point2D]:
    """Pick nine points of a box: corners, middles of the sides, centre."""
    box = geom.Box2D(bbox)
    center = box.getCenter()
    return [
        geom.Point2D(x, y)
        for x in (box.getMinX(), center.x, box.getMaxX())
        for y in (box.getMinY(), center.y, box.getMaxY())
    ]


def checkWcs(coadd: afwImage.Exposure, tractWcs: SkyWcs, name: str) -> None:
    """Raise if a coadd's pixels are not those of the tract.

    Parameters
    ----------
    coadd : `lsst.afw.image.Exposure`
        Coadd, or a part of one. One without WCS is taken at its word.
    tractWcs : `lsst.afw.geom.SkyWcs`
        WCS of the tract.
    name : `str`
        The dataset, for the message.

    Raises
    ------
    PatchMismatchError
        If a pixel of the coadd is more than 1e-6 pixel from the tract's pixel
        of the same number.
    """
    wcs = coadd.getWcs()
    if wcs is None:
        return
    points = _samplePoints(coadd.getBBox())
    there = tractWcs.skyToPixel(wcs.pixelToSky(points))
    offset = max(np.hypot(*(a - b)) for a, b in zip(points, there, strict=True))
    if not offset <= MAX_WCS_OFFSET:
        raise PatchMismatchError(
            f"The WCS of {name} is up to {offset:.3g} pixels from the tract's in {coadd.getBBox()}; "
            f"at most {MAX_WCS_OFFSET} are allowed."
        )


def checkFilters(records: Sequence[CoaddRecord], log: LsstLoggers) -> None:
    """Raise if coadds have different bands; warn of different filters.

    Parameters
    ----------
    records : `list` [`CoaddRecord`]
        The coadds, in the order in which they are copied.
    log : `logging.Logger` or similar
        For the warning.

    Raises
    ------
    PatchMismatchError
        If two coadds have different bands.
    """
    labelled = [record for record in records if record.filterLabel is not None]
    if not labelled:
        return
    first = labelled[0]
    others = [record for record in labelled if record.filterLabel != first.filterLabel]
    for record in others:
        bands = [_bandOf(first.filterLabel), _bandOf(record.filterLabel)]
        if None not in bands and bands[0] != bands[1]:
            raise PatchMismatchError(
                f"{record.name} has band {bands[1]!r}, but {first.name} has band {bands[0]!r}."
            )
    if others:
        log.warning(
            "Patches %s have other filters than patch %d; the template gets its label, %s",
            [record.patch for record in others],
            first.patch,
            first.filterLabel,
        )


def _bandOf(filterLabel: afwImage.FilterLabel | None) -> str | None:
    return None if filterLabel is None or not filterLabel.hasBandLabel() else filterLabel.bandLabel


def findCalibrationMismatches(giver: CoaddRecord, records: Iterable[CoaddRecord]) -> list[str]:
    """Say for which coadds the template's calibration does not hold.

    Parameters
    ----------
    giver : `CoaddRecord`
        The coadd that gives the template its calibration.
    records : `list` [`CoaddRecord`]
        The coadds whose pixels stand in the template.

    Returns
    -------
    mismatches : `list` [`str`]
        A sentence for each coadd with a pixel, among those read, that the
        template's calibration does not reach, or of which it says something
        else than the coadd's own. A coadd without calibration is taken to
        have the template's.
    """
    sentences = (_findMismatch(giver, record) for record in records)
    return [sentence for sentence in sentences if sentence]


def _findMismatch(giver: CoaddRecord, record: CoaddRecord) -> str | None:
    """Say why a coadd's pixels need another calibration than the
    template's, if they do.
    """
    wanted = giver.photoCalib
    assert wanted is not None  # It is what made it the giver.
    if not reaches(wanted, record.bbox):
        return (
            f"The photometric calibration of {giver.name} ({giver.photoCalib}) varies and ends within "
            f"{record.bbox}, the pixels of {record.name}."
        )
    if record.photoCalib is None or calibrationsAgree(record.photoCalib, wanted, record.bbox):
        return None
    return (
        f"The photometric calibration of {record.name} ({record.photoCalib}) is not "
        f"that of {giver.name} ({giver.photoCalib})."
    )
