# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the coadds that a template is made of belong together?"""

__all__ = [
    "PatchFacts",
    "PatchMismatchError",
    "calibrationsAgree",
    "checkFilters",
    "checkWcs",
    "findCalibrationMismatches",
    "rescaleTo",
]

from dataclasses import dataclass

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom

from .coaddPatch import describeHandle

MAX_WCS_OFFSET = 1e-6
"""Largest distance between a coadd's pixel and the tract's, in pixels."""

CALIBRATION_TOLERANCE = 1e-9
"""Largest relative difference between two equal calibrations."""


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


def calibrationsAgree(one, other, bbox):
    """Do two photometric calibrations say the same in a box?

    Parameters
    ----------
    one, other : `lsst.afw.image.PhotoCalib`
        Calibrations; constant or not.
    bbox : `lsst.geom.Box2I`
        Where to compare them.

    Returns
    -------
    agree : `bool`
        Are they the same to 1e-9 at nine points of the box?
    """
    return all(
        np.isclose(
            one.getLocalCalibration(point),
            other.getLocalCalibration(point),
            rtol=CALIBRATION_TOLERANCE,
            atol=0.0,
        )
        for point in _samplePoints(bbox)
    )


def findCalibrationMismatches(facts):
    """Say which coadds have another calibration than the first.

    Parameters
    ----------
    facts : `list` [`PatchFacts`]
        The coadds, in the order in which they are copied.

    Returns
    -------
    mismatches : `list` [`str`]
        A sentence for each coadd whose calibration differs, in its box, from
        that of the first coadd that has one.
    """
    calibrated = [fact for fact in facts if fact.photoCalib is not None]
    return [
        f"The photometric calibration of {fact.name} ({fact.photoCalib}) is not "
        f"that of {calibrated[0].name} ({calibrated[0].photoCalib})."
        for fact in calibrated[1:]
        if not calibrationsAgree(fact.photoCalib, calibrated[0].photoCalib, fact.bbox)
    ]


def rescaleTo(photoCalib, coadd):
    """Bring a coadd's pixels to another photometric calibration.

    Parameters
    ----------
    photoCalib : `lsst.afw.image.PhotoCalib`
        The calibration wanted.
    coadd : `lsst.afw.image.ExposureF`
        A coadd with a calibration.

    Returns
    -------
    rescaled : `lsst.afw.image.ExposureF`
        The coadd itself if the calibrations agree, else a copy whose image
        and variance, multiplied with ``photoCalib``, give the same fluxes.
    """
    if calibrationsAgree(coadd.getPhotoCalib(), photoCalib, coadd.getBBox()):
        return coadd
    unit = afwImage.MaskedImageF(coadd.getBBox())
    unit.image.set(1.0)
    ratio = coadd.getPhotoCalib().calibrateImage(unit).image.array
    ratio /= photoCalib.calibrateImage(unit).image.array
    rescaled = coadd.clone()
    rescaled.image.array *= ratio
    rescaled.variance.array *= ratio**2
    rescaled.setPhotoCalib(photoCalib)
    return rescaled
