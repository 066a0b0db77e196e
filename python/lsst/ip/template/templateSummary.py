# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers that describe a template."""

__all__ = ["NUMBERS", "TemplateQuality", "clearNumbers", "writeNumbers"]

import math
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.pipe.base import TaskMetadata
from lsst.utils.logging import LsstLoggers

FWHM_OF_SIGMA = 2.0 * math.sqrt(2.0 * math.log(2.0))
"""Full width at half maximum of a Gaussian of unit sigma."""

SAMPLES = 100_000
"""About how many pixels the median variance is taken from."""


@dataclass(frozen=True, kw_only=True)
class TemplateQuality:
    """How good a template is."""

    goodPixels: int
    """Number of pixels without ``NO_DATA``. Counting NaNs instead would miss
    pixels without data that were interpolated over.
    """

    coveredFraction: float
    """Fraction of the template's pixels without ``NO_DATA``."""

    medianVariance: float | None
    """Median variance of a regular grid of good pixels, in nJy squared; `None`
    without good pixels on it.
    """

    psfFwhm: float | None
    """Full width at half maximum of the PSF at the template's centre, in
    arcseconds, as that of a Gaussian with the PSF's determinant radius;
    `None` where that cannot be computed.
    """

    @classmethod
    def of(cls, template: afwImage.ExposureF, log: LsstLoggers) -> Self:
        """Measure a template.

        Parameters
        ----------
        template : `lsst.afw.image.ExposureF`
            The template.
        log : `logging.Logger` or similar
            Logger for PSFs whose width cannot be computed.
        """
        noData, mask = template.mask.getPlaneBitMask("NO_DATA"), template.mask.array
        # In parts, so that no temporary array is as large as the template.
        parts = (mask[start : start + 256] & noData == 0 for start in range(0, len(mask), 256))
        good = sum(int(np.count_nonzero(part)) for part in parts)
        return cls(
            goodPixels=good,
            coveredFraction=good / template.getBBox().getArea(),
            medianVariance=_computeMedianVariance(template),
            psfFwhm=_computePsfFwhm(template, log),
        )

    def describe(self) -> str:
        """Say in words how good a template is, for a log."""
        words = [f"{self.goodPixels} good pixels, {100 * self.coveredFraction:.1f}% of the template"]
        if self.psfFwhm is not None:
            words.append(f"PSF FWHM {self.psfFwhm:.2f} arcsec")
        if self.medianVariance is not None:
            words.append(f"median variance {self.medianVariance:.4g} nJy^2")
        return ", ".join(words)


_SOURCES = ("tract", "patchesUsed", "patchesMissing", "psfPatch", "filterPatch", "photoCalibPatch")

NUMBERS = (*(field.name for field in fields(TemplateQuality)), *_SOURCES, "tractsUsed")
"""What tasks keep of a template in their metadata: attributes of
`TemplateQuality` and, if they are known, of `TemplateProvenance`; for a
template on the science grid the tracts that pixels come from.
"""


def clearNumbers(metadata: TaskMetadata) -> None:
    """Remove the numbers of a template from a task's metadata.

    Parameters
    ----------
    metadata : `lsst.pipe.base.TaskMetadata`
        Metadata; changed in place.
    """
    for name in NUMBERS:
        # Whether it is there or not: another thread may be at it, too.
        metadata.scalars.pop(name, None)
        metadata.arrays.pop(name, None)


def writeNumbers(metadata: TaskMetadata, *sources: Any) -> None:
    """Write the numbers of a template into a task's metadata.

    Parameters
    ----------
    metadata : `lsst.pipe.base.TaskMetadata`
        Metadata without such numbers; changed in place.
    *sources : `object`
        Objects with some of `NUMBERS` as attributes. What is `None` is left
        out.
    """
    for source in sources:
        for name in NUMBERS:
            value = getattr(source, name, None)
            if value is not None:
                metadata[name] = list(value) if isinstance(value, tuple) else value


def _computeMedianVariance(template: afwImage.ExposureF) -> float | None:
    """Compute the median variance of a regular grid of good pixels."""
    step = max(1, math.isqrt(template.getBBox().getArea() // SAMPLES))
    grid = (slice(None, None, step), slice(None, None, step))
    noData = template.mask.getPlaneBitMask("NO_DATA")
    variance = template.variance.array[grid]
    good = np.isfinite(variance) & (template.mask.array[grid] & noData == 0)
    if not good.any():
        return None
    return float(np.median(variance[good])) * template.getPhotoCalib().getCalibrationMean() ** 2


def _computePsfFwhm(template: afwImage.ExposureF, log: LsstLoggers) -> float | None:
    """Compute the PSF's width at the centre, if that is possible."""
    psf = template.getPsf()
    if psf is None:
        return None
    center = geom.Box2D(template.getBBox()).getCenter()
    try:
        radius = psf.computeShape(center).getDeterminantRadius()
    except Exception as err:
        # A PSF class may be anybody's and raise anything; no pixel depends on
        # its width.
        log.info("The PSF's width cannot be computed at the template's centre %s: %r", center, err)
        return None
    if not math.isfinite(radius):
        log.info("The PSF has no finite width at the template's centre %s", center)
        return None
    return FWHM_OF_SIGMA * radius * template.getWcs().getPixelScale(center).asArcseconds()
