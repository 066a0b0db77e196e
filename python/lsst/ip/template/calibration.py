# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Photometric calibrations of coadds, and one that holds for a template.

The calibration of a pixel is what
`lsst.afw.image.PhotoCalib.getLocalCalibration` gives, inside the box of its
field and outside of it; but `lsst.afw.image.PhotoCalib.calibrateImage` leaves
pixels outside as they are, so that a template needs one that reaches all its
pixels.
"""

__all__ = [
    "CalibrationError",
    "calibrationsAgree",
    "checkCalibration",
    "isConstant",
    "makeConstant",
    "reaches",
    "rescaleTo",
]

import itertools
import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

import lsst.afw.image as afwImage
import lsst.geom as geom

TOLERANCE = 1e-9
"""Largest relative difference between two equal calibrations."""


class CalibrationError(RuntimeError):
    """A photometric calibration that a template cannot be made with."""


def isConstant(photoCalib: afwImage.PhotoCalib) -> bool:
    """Return whether a calibration is the same everywhere.

    Parameters
    ----------
    photoCalib : `lsst.afw.image.PhotoCalib`
        Calibration.

    Returns
    -------
    isConstant : `bool`
        Whether it has no field.
    """
    # The stack's tasks ask so too; there is no public way to tell.
    return photoCalib._isConstant


def reaches(photoCalib: afwImage.PhotoCalib, bbox: geom.Box2I) -> bool:
    """Return whether `~lsst.afw.image.PhotoCalib.calibrateImage` calibrates
    all pixels of a box.

    Parameters
    ----------
    photoCalib : `lsst.afw.image.PhotoCalib`
        Calibration, with a mean that is not zero.
    bbox : `lsst.geom.Box2I`
        Box, in pixels.

    Returns
    -------
    reaches : `bool`
        Whether the calibration is constant, or its field's box holds the
        other.
    """
    return isConstant(photoCalib) or photoCalib.computeScaledCalibration().getBBox().contains(bbox)


def checkCalibration(photoCalib: afwImage.PhotoCalib, bbox: geom.Box2I, name: str) -> None:
    """Raise if a calibration cannot be one.

    Parameters
    ----------
    photoCalib : `lsst.afw.image.PhotoCalib`
        Calibration.
    bbox : `lsst.geom.Box2I`
        Pixels that it is needed for; may be empty.
    name : `str`
        The dataset, for the message.

    Raises
    ------
    CalibrationError
        If its mean, or its value at a pixel of the box, is zero, negative or
        not finite.
    """
    rows = [] if isConstant(photoCalib) else _evaluateRows(photoCalib, bbox)
    mean = np.array([photoCalib.getCalibrationMean()])
    for where, row in itertools.chain(
        [("on average", mean)], ((f"in row {y} of {bbox}", row) for y, row in rows)
    ):
        bad = row[~(np.isfinite(row) & (row > 0))]
        if len(bad):
            raise CalibrationError(
                f"The photometric calibration of {name} ({photoCalib}) is {bad[0]} {where}; "
                "it must be positive and finite."
            )


def calibrationsAgree(one: afwImage.PhotoCalib, other: afwImage.PhotoCalib, bbox: geom.Box2I) -> bool:
    """Return whether two photometric calibrations say the same in a box.

    Parameters
    ----------
    one, other : `lsst.afw.image.PhotoCalib`
        Calibrations; constant or not.
    bbox : `lsst.geom.Box2I`
        Where to compare them.

    Returns
    -------
    agree : `bool`
        Whether they are the same to 1e-9 at each pixel of the box. Their
        errors, and the boxes that they are made for, do not count.
    """
    if isConstant(one) and isConstant(other):
        return math.isclose(one.getCalibrationMean(), other.getCalibrationMean(), rel_tol=TOLERANCE)
    rows = zip(_evaluateRows(one, bbox), _evaluateRows(other, bbox), strict=True)
    return all(np.allclose(mine, its, rtol=TOLERANCE, atol=0.0) for (_, mine), (_, its) in rows)


def _evaluateRows(
    photoCalib: afwImage.PhotoCalib, bbox: geom.Box2I
) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
    """Yield y and the calibration at each pixel of a row, for the rows of a
    box.
    """
    x = np.arange(bbox.getBeginX(), bbox.getEndX(), dtype=float)
    for y in range(bbox.getBeginY(), bbox.getEndY()):
        yield y, photoCalib.getLocalCalibrationArray(x, np.full_like(x, y))


def makeConstant(photoCalib: afwImage.PhotoCalib) -> afwImage.PhotoCalib:
    """Make the constant calibration that patches are brought to.

    Parameters
    ----------
    photoCalib : `lsst.afw.image.PhotoCalib`
        Calibration of the first patch.

    Returns
    -------
    constant : `lsst.afw.image.PhotoCalib`
        That itself if it is constant, else its mean, with the same error.
    """
    if isConstant(photoCalib):
        return photoCalib
    return afwImage.PhotoCalib(photoCalib.getCalibrationMean(), photoCalib.getCalibrationErr())


def rescaleTo(constant: afwImage.PhotoCalib, coadd: afwImage.ExposureF) -> afwImage.ExposureF:
    """Bring a coadd's pixels to a constant photometric calibration.

    Parameters
    ----------
    constant : `lsst.afw.image.PhotoCalib`
        The calibration wanted.
    coadd : `lsst.afw.image.ExposureF`
        A coadd with a calibration; not changed.

    Returns
    -------
    rescaled : `lsst.afw.image.ExposureF`
        A coadd whose image and variance, multiplied with ``constant``, give
        the same fluxes. It shares the pixels if the calibrations agree.
    """
    own, bbox = coadd.getPhotoCalib(), coadd.getBBox()
    if calibrationsAgree(own, constant, bbox):
        rescaled = coadd[bbox]
    else:
        rescaled = coadd.clone()
        image, variance = rescaled.image.array, rescaled.variance.array
        for index, (_, row) in enumerate(_evaluateRows(own, bbox)):
            ratio = row / constant.getCalibrationMean()
            image[index] *= ratio
            variance[index] *= ratio**2
    rescaled.setPhotoCalib(constant)
    return rescaled
