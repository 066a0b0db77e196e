# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regions of a template that are much noisier than the rest."""

__all__ = ["flagHighVariance"]

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import lsst.afw.image as afwImage

BIN_SIZE = 32
"""Width and height of the bins, in pixels."""

IGNORED_PLANES = ("BAD", "EDGE", "DETECTED", "DETECTED_NEGATIVE", "NO_DATA")
"""Mask planes whose pixels do not count."""


@dataclass(frozen=True)
class _BinRow:
    """Bins side by side."""

    y: int
    """First row of pixels."""

    medians: npt.NDArray[np.float32]
    """Median variance of each bin; NaN for one without pixels that count."""

    goodPixels: int
    """Number of pixels that count."""


def flagHighVariance(maskedImage: afwImage.MaskedImage, threshold: float, minFraction: float) -> float:
    """Set the mask plane ``HIGH_VARIANCE`` where a template is much noisier
    than usual.

    Parameters
    ----------
    maskedImage : `lsst.afw.image.MaskedImage`
        Pixels of the template; the mask is changed in place, and gets the
        plane if it has none.
    threshold : `float`
        A bin of 32 by 32 pixels is flagged, as a whole, if the median of its
        variance is more than the median of all bins by this factor. Detected
        sources, and pixels that are bad, at an edge or without data do not
        count, and pixels without data are not flagged.
    minFraction : `float`
        Smallest fraction of pixels that have to count; with less, nothing is
        flagged.

    Returns
    -------
    goodFraction : `float`
        Fraction of pixels that count.
    """
    mask = maskedImage.mask
    mask.addMaskPlane("HIGH_VARIANCE")
    highVariance = mask.getPlaneBitMask("HIGH_VARIANCE")
    ignored, noData = mask.getPlaneBitMask(IGNORED_PLANES), mask.getPlaneBitMask("NO_DATA")
    rows = list(_makeBins(maskedImage.variance.array, mask.array, ignored))
    goodFraction = sum(row.goodPixels for row in rows) / mask.array.size
    medians = np.concatenate([row.medians for row in rows])
    known = medians[np.isfinite(medians)]
    if goodFraction >= minFraction and len(known):
        limit = threshold * np.median(known)
        for row in rows:
            for index in np.flatnonzero(row.medians > limit):
                x = BIN_SIZE * index
                pixels = mask.array[row.y : row.y + BIN_SIZE, x : x + BIN_SIZE]
                pixels[pixels & noData == 0] |= highVariance
    return goodFraction


def _makeBins(
    variance: npt.NDArray[np.float32], mask: npt.NDArray[np.int32], ignored: int
) -> Iterator[_BinRow]:
    """Yield the rows of bins, from the bottom; the last may be smaller."""
    height, width = variance.shape
    numBins = -(-width // BIN_SIZE)
    for y in range(0, height, BIN_SIZE):
        values = variance[y : y + BIN_SIZE]
        good = (mask[y : y + BIN_SIZE] & ignored == 0) & np.isfinite(values)
        padded = np.full((len(values), numBins * BIN_SIZE), np.nan, dtype=np.float32)
        padded[:, :width][good] = values[good]
        bins = padded.reshape(len(values), numBins, BIN_SIZE).swapaxes(0, 1).reshape(numBins, -1)
        yield _BinRow(y, _computeMedians(bins), int(np.count_nonzero(good)))


def _computeMedians(bins: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Compute the median of each row, of what is not NaN."""
    # One sort is many times faster than numpy.nanmedian; NaNs come last.
    inOrder = np.sort(bins, axis=1)
    counts = np.count_nonzero(np.isfinite(bins), axis=1)
    middle = np.stack([np.maximum(counts - 1, 0) // 2, counts // 2 * (counts > 0)], axis=1)
    middle = np.minimum(middle, bins.shape[1] - 1)
    return np.take_along_axis(inOrder, middle, axis=1).mean(axis=1)
