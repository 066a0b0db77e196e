# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of a coadd whose pixels are no longer in memory, and whether
coadds belong together.
"""

__all__ = ["UNIT_CARD", "CoaddRecord", "checkFilters", "checkWcs", "describeCalibrationMismatch", "getBand"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.detection import Psf
from lsst.afw.geom import SkyWcs
from lsst.utils.logging import LsstLoggers

from .calibration import calibrationsAgree, checkCalibration, reaches
from .coaddHandle import PatchMismatchError
from .interfaces import CoaddHandle, describeHandle

UNIT_CARD = "BUNIT"
"""Header card with the unit of the pixels (FITS standard 4.0, section
4.4.2.5).
"""

MAX_WCS_OFFSET = 1e-6
"""Largest distance between a coadd's pixel and the tract's, in pixels."""


@dataclass(frozen=True)
class CoaddRecord:
    """What is kept of a coadd, or of the part of it that was read."""

    patch: int
    """Sequential patch number within the tract."""

    name: str
    """The dataset, for messages."""

    datasetIds: tuple[str, ...]
    """Dataset IDs (UUIDs); empty for coadds that come from no Butler."""

    bbox: geom.Box2I
    """Pixels that were read, in tract pixels."""

    psf: Psf | None
    """PSF of the coadd."""

    filterLabel: afwImage.FilterLabel | None
    """Filter of the coadd."""

    photoCalib: afwImage.PhotoCalib | None
    """Photometric calibration of the coadd."""

    unit: str | None
    """Unit of the pixels, as the coadd's header has it."""

    hasVariance: bool
    """Whether any variance that was read is more than zero."""

    @classmethod
    def of(cls, patch: int, handles: Sequence[CoaddHandle], coadd: afwImage.Exposure) -> Self:
        """Make the record of a coadd.

        Parameters
        ----------
        patch : `int`
            Sequential patch number.
        handles : `~collections.abc.Sequence` [`CoaddHandle`]
            What the coadd was read from.
        coadd : `lsst.afw.image.Exposure`
            The coadd, in tract pixels.
        """
        refs = (getattr(handle, "ref", None) for handle in handles)
        metadata = coadd.getMetadata()
        return cls(
            patch=patch,
            name=describeHandle(handles[0]),
            datasetIds=tuple(str(ref.id) for ref in refs if ref is not None),
            bbox=coadd.getBBox(),
            psf=coadd.getPsf(),
            filterLabel=coadd.getFilter(),
            photoCalib=coadd.getPhotoCalib(),
            unit=metadata.getScalar(UNIT_CARD) if UNIT_CARD in metadata else None,
            # Row by row, since nearly always the first one has some.
            hasVariance=any((row > 0).any() for row in coadd.variance.array),
        )


def checkWcs(coadd: afwImage.Exposure, tractWcs: SkyWcs, name: str) -> None:
    """Raise if a coadd's pixels are not those of the tract.

    Parameters
    ----------
    coadd : `lsst.afw.image.Exposure`
        Coadd, or a part of one. One without WCS is trusted.
    tractWcs : `lsst.afw.geom.SkyWcs`
        WCS of the tract.
    name : `str`
        The dataset, for the message.

    Raises
    ------
    PatchMismatchError
        If a corner of the coadd, the middle of a side or its centre is more
        than 1e-6 pixel from the tract's pixel of the same number.
    """
    wcs = coadd.getWcs()
    if wcs is None:
        return
    box = geom.Box2D(coadd.getBBox())
    low, center, high = box.getMin(), box.getCenter(), box.getMax()
    points = [geom.Point2D(x, y) for x in (low.x, center.x, high.x) for y in (low.y, center.y, high.y)]
    inTract = tractWcs.skyToPixel(wcs.pixelToSky(points))
    offset = max(np.hypot(*(one - other)) for one, other in zip(points, inTract, strict=True))
    if not offset <= MAX_WCS_OFFSET:
        raise PatchMismatchError(
            f"The WCS of {name} is up to {offset:.3g} pixels from the tract's in {coadd.getBBox()}; "
            f"at most {MAX_WCS_OFFSET} are allowed."
        )


def checkFilters(records: Sequence[CoaddRecord], log: LsstLoggers) -> None:
    """Raise if coadds have different bands; warn of different filters.

    Parameters
    ----------
    records : `~collections.abc.Sequence` [`CoaddRecord`]
        The coadds, in the order in which they are copied.
    log : `logging.Logger` or similar
        Logger for the warning.

    Raises
    ------
    PatchMismatchError
        If two coadds have different bands.
    """
    labelled = [record for record in records if record.filterLabel is not None]
    others = [record for record in labelled if record.filterLabel != labelled[0].filterLabel]
    for record in others:
        band, other = getBand(labelled[0].filterLabel), getBand(record.filterLabel)
        if None not in (band, other) and band != other:
            raise PatchMismatchError(
                f"{record.name} has band {other!r}, but {labelled[0].name} has band {band!r}."
            )
    if others:
        log.warning(
            "Patches %s have other filters than patch %d; the template gets its label, %s",
            [record.patch for record in others],
            labelled[0].patch,
            labelled[0].filterLabel,
        )


def getBand(filterLabel: afwImage.FilterLabel | None) -> str | None:
    """Return the band of a filter label.

    Parameters
    ----------
    filterLabel : `lsst.afw.image.FilterLabel` or `None`
        The label.

    Returns
    -------
    band : `str` or `None`
        The band; `None` if it is not known.
    """
    return filterLabel.bandLabel if filterLabel is not None and filterLabel.hasBandLabel() else None


def describeCalibrationMismatch(source: CoaddRecord, record: CoaddRecord) -> str:
    """Say why the template's calibration does not hold for a coadd's pixels.

    Parameters
    ----------
    source : `CoaddRecord`
        The coadd that the template's calibration comes from.
    record : `CoaddRecord`
        A coadd that was copied. One without calibration is taken to have the
        template's.

    Returns
    -------
    mismatch : `str`
        A sentence if a pixel, among those read, lies outside the domain of
        the template's calibration, or where it disagrees with the coadd's
        own; otherwise empty.

    Raises
    ------
    CalibrationError
        If the template's calibration cannot be one.
    """
    calibration = source.photoCalib
    assert calibration is not None, "that makes it the source"
    checkCalibration(calibration, geom.Box2I(), source.name)
    if not reaches(calibration, record.bbox):
        return (
            f"The photometric calibration of {source.name} ({calibration}) varies and ends within "
            f"{record.bbox}, the pixels of {record.name}."
        )
    if record.photoCalib is None or calibrationsAgree(record.photoCalib, calibration, record.bbox):
        return ""
    return (
        f"The photometric calibration of {record.name} ({record.photoCalib}) is not "
        f"that of {source.name} ({calibration})."
    )
