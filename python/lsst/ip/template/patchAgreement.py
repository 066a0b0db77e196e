# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the coadds that a template is made of belong together?"""

__all__ = [
    "PatchFacts",
    "PatchMismatchError",
    "checkFilters",
    "checkWcs",
    "findCalibrationMismatches",
]

from dataclasses import dataclass

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom

from .calibration import calibrationsAgree, reaches
from .coaddPatch import describeHandle

MAX_WCS_OFFSET = 1e-6
"""Largest distance between a coadd's pixel and the tract's, in pixels."""


class PatchMismatchError(RuntimeError):
    """The coadd of a patch contradicts its tract or another patch."""


@dataclass(frozen=True)
class PatchFacts:
    """What must agree between the coadds of a template."""

    patch: int
    """Sequential patch number within the tract."""

    name: str
    """The dataset, for messages."""

    datasetIds: tuple[str, ...]
    """Dataset IDs (UUIDs); empty for coadds that come from no Butler."""

    bbox: geom.Box2I
    """Pixels that were read, in tract pixels."""

    filterLabel: afwImage.FilterLabel | None
    """Filter of the coadd."""

    photoCalib: afwImage.PhotoCalib | None
    """Photometric calibration of the coadd."""

    hasVariance: bool
    """Is any variance that was read more than zero?"""

    @classmethod
    def of(cls, patch, handles, coadd):
        """Gather the facts of a coadd, or of the part that was read.

        Parameters
        ----------
        patch : `int`
            Sequential patch number.
        handles : `list`
            What the coadd was read from.
        coadd : `lsst.afw.image.Exposure`
            The coadd, in tract pixels.
        """
        refs = (getattr(handle, "ref", None) for handle in handles)
        return cls(
            patch=patch,
            name=describeHandle(handles[0]),
            datasetIds=tuple(str(ref.id) for ref in refs if ref is not None),
            bbox=coadd.getBBox(),
            filterLabel=coadd.getFilter(),
            photoCalib=coadd.getPhotoCalib(),
            # Row by row, since nearly always the first one tells.
            hasVariance=any((row > 0).any() for row in coadd.variance.array),
        )


def _samplePoints(bbox):
    """Pick nine points of a box: corners, middles of the sides, centre."""
    box = geom.Box2D(bbox)
    center = box.getCenter()
    return [
        geom.Point2D(x, y)
        for x in (box.getMinX(), center.x, box.getMaxX())
        for y in (box.getMinY(), center.y, box.getMaxY())
    ]


def checkWcs(coadd, tractWcs, name):
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


def checkFilters(facts, log):
    """Raise if coadds have different bands; warn of different filters.

    Parameters
    ----------
    facts : `list` [`PatchFacts`]
        The coadds, in the order in which they are copied.
    log : `logging.Logger` or similar
        For the warning.

    Raises
    ------
    PatchMismatchError
        If two coadds have different bands.
    """
    labelled = [fact for fact in facts if fact.filterLabel is not None]
    if not labelled:
        return
    first = labelled[0]
    others = [fact for fact in labelled if fact.filterLabel != first.filterLabel]
    for fact in others:
        bands = [_bandOf(first.filterLabel), _bandOf(fact.filterLabel)]
        if None not in bands and bands[0] != bands[1]:
            raise PatchMismatchError(
                f"{fact.name} has band {bands[1]!r}, but {first.name} has band {bands[0]!r}."
            )
    if others:
        log.warning(
            "Patches %s have other filters than patch %d; the template gets its label, %s",
            [fact.patch for fact in others],
            first.patch,
            first.filterLabel,
        )


def _bandOf(filterLabel):
    return filterLabel.bandLabel if filterLabel.hasBandLabel() else None


def findCalibrationMismatches(giver, facts):
    """Say for which coadds the template's calibration does not hold.

    Parameters
    ----------
    giver : `PatchFacts`
        The coadd that gives the template its calibration.
    facts : `list` [`PatchFacts`]
        The coadds whose pixels stand in the template.

    Returns
    -------
    mismatches : `list` [`str`]
        A sentence for each coadd with a pixel, among those read, that the
        template's calibration does not reach, or of which it says something
        else than the coadd's own. A coadd without calibration is taken to
        have the template's.
    """
    sentences = (_findMismatch(giver, fact) for fact in facts)
    return [sentence for sentence in sentences if sentence]


def _findMismatch(giver, fact):
    """Say why a coadd's pixels need another calibration than the
    template's, if they do.
    """
    if not reaches(giver.photoCalib, fact.bbox):
        return (
            f"The photometric calibration of {giver.name} ({giver.photoCalib}) varies and ends within "
            f"{fact.bbox}, the pixels of {fact.name}."
        )
    if fact.photoCalib is None or calibrationsAgree(fact.photoCalib, giver.photoCalib, fact.bbox):
        return None
    return (
        f"The photometric calibration of {fact.name} ({fact.photoCalib}) is not "
        f"that of {giver.name} ({giver.photoCalib})."
    )
