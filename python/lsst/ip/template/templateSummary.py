# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers that describe a template."""

__all__ = ["TemplateQuality", "TemplateSummary"]

import math
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.pipe.base import TaskMetadata
from lsst.utils.logging import LsstLoggers

from .coverage import countDataPixels

FWHM_OF_SIGMA = 2.0 * math.sqrt(2.0 * math.log(2.0))
"""Full width at half maximum of a Gaussian of unit sigma."""

SAMPLES = 100_000
"""About how many pixels the median variance is taken from."""


@dataclass(frozen=True, kw_only=True)
class TemplateQuality:
    """How good a template is."""

    goodPixels: int
    """Number of pixels without ``NO_DATA``."""

    coveredFraction: float
    """Fraction of the template's pixels without ``NO_DATA``."""

    medianVariance: float | None
    """Median variance of a regular grid of good pixels, in nJy squared; `None`
    without good pixels on it.
    """

    psfFwhm: float | None
    """Full width at half maximum of the PSF at the template's centre, in
    arcseconds, as that of a Gaussian with the PSF's determinant radius;
    `None` where the PSF cannot tell.
    """

    @classmethod
    def of(cls, template: afwImage.ExposureF, log: LsstLoggers, **sources: Any) -> Self:
        """Measure a template.

        Parameters
        ----------
        template : `lsst.afw.image.ExposureF`
            The template.
        log : `logging.Logger` or similar
            Is told if the PSF cannot tell its width.
        **sources
            The attributes that a derived class has besides.
        """
        good = countDataPixels(template.mask)
        return cls(
            goodPixels=good,
            coveredFraction=good / template.getBBox().getArea(),
            medianVariance=_computeMedianVariance(template),
            psfFwhm=_computePsfFwhm(template, log),
            **sources,
        )

    def write(self, metadata: TaskMetadata) -> None:
        """Write the numbers that are known into a task's metadata, in place
        of those that are there already.

        Parameters
        ----------
        metadata : `lsst.pipe.base.TaskMetadata`
            Metadata; changed in place.
        """
        self.clear(metadata)
        for name, value in vars(self).items():
            if value is not None:
                metadata[name] = value

    @classmethod
    def clear(cls, metadata: TaskMetadata) -> None:
        """Remove the numbers from a task's metadata.

        Parameters
        ----------
        metadata : `lsst.pipe.base.TaskMetadata`
            Metadata; changed in place.
        """
        for field in fields(cls):
            if field.name in metadata:
                del metadata[field.name]

    def describe(self) -> str:
        """Say in words how good a template is, for a log."""
        words = [f"{self.goodPixels} good pixels, {100 * self.coveredFraction:.1f}% of the template"]
        if self.psfFwhm is not None:
            words.append(f"PSF FWHM {self.psfFwhm:.2f} arcsec")
        if self.medianVariance is not None:
            words.append(f"median variance {self.medianVariance:.4g} nJy^2")
        return ", ".join(words)


@dataclass(frozen=True, kw_only=True)
class TemplateSummary(TemplateQuality):
    """What a template was made from, and how good it is."""

    tract: int
    """Tract."""

    patchesUsed: list[int]
    """Sequential numbers of the patches that gave pixels, in their order."""

    patchesMissing: list[int]
    """Sequential numbers of the patches that have no coadd."""

    psfPatch: int | None
    """Sequential number of the patch that gives the PSF, `None` if several
    do; it may be one that gave no pixels. So may those that follow.
    """

    filterPatch: int | None
    """Sequential number of the patch that gives the filter; `None` if no
    patch has one.
    """

    photoCalibPatch: int | None
    """Sequential number of the patch that gives the photometric
    calibration.
    """


def _computeMedianVariance(template: afwImage.ExposureF) -> float | None:
    """Find the median variance of a regular grid of good pixels."""
    step = max(1, math.isqrt(template.getBBox().getArea() // SAMPLES))
    grid = (slice(None, None, step), slice(None, None, step))
    noData = template.mask.getPlaneBitMask("NO_DATA")
    variance = template.variance.array[grid]
    good = np.isfinite(variance) & (template.mask.array[grid] & noData == 0)
    if not good.any():
        return None
    return float(np.median(variance[good])) * template.getPhotoCalib().getCalibrationMean() ** 2


def _computePsfFwhm(template: afwImage.ExposureF, log: LsstLoggers) -> float | None:
    """Find the PSF's width at the centre, if it can be computed there."""
    psf = template.getPsf()
    if psf is None:
        return None
    center = geom.Box2D(template.getBBox()).getCenter()
    try:
        radius = psf.computeShape(center).getDeterminantRadius()
    except Exception as err:
        # Anybody may write a PSF class, and it may raise anything; no pixel
        # depends on its width.
        log.info("The PSF does not tell its width at the template's centre %s: %r", center, err)
        return None
    if not math.isfinite(radius):
        log.info("The PSF has no finite width at the template's centre %s", center)
        return None
    return FWHM_OF_SIGMA * radius * template.getWcs().getPixelScale(center).asArcseconds()
