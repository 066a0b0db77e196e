# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sky of stars and galaxies, and exposures of it."""

__all__ = ["SimulatedSky", "addStar", "observe", "simulateSky"]

from dataclasses import dataclass

import numpy as np

import lsst.geom as geom
from lsst.afw.detection import GaussianPsf
from lsst.afw.image import ExposureF, PhotoCalib

DENSITY = 25.0
"""Sources per square arcminute."""

AB_ZERO_POINT = 31.4
"""AB magnitude of one nJy."""


@dataclass(frozen=True)
class SimulatedSky:
    """Sources on the sky: one element of each array for each source.

    A galaxy is an elliptical Gaussian, a star a galaxy of size zero.
    """

    ra: np.ndarray
    """Right ascensions, in degrees."""

    dec: np.ndarray
    """Declinations, in degrees."""

    flux: np.ndarray
    """Fluxes, in nJy."""

    size: np.ndarray
    """Standard deviations along the major axes, in arcseconds."""

    axisRatio: np.ndarray
    """Minor axes over major axes."""

    angle: np.ndarray
    """Position angles of the major axes, from north to east, in radians."""


def simulateSky(center, radius, rng):
    """Scatter stars and galaxies over a circle on the sky.

    Parameters
    ----------
    center : `lsst.geom.SpherePoint`
        Centre of the circle.
    radius : `lsst.geom.Angle`
        Radius of the circle.
    rng : `numpy.random.Generator`
        Random numbers.

    Returns
    -------
    sky : `SimulatedSky`
        One source in four is a star.
    """
    number = int(DENSITY * np.pi * radius.asArcminutes() ** 2)
    distance = radius.asDegrees() * np.sqrt(rng.uniform(size=number))
    direction = rng.uniform(0.0, 2.0 * np.pi, size=number)
    dec = center.getDec().asDegrees() + distance * np.sin(direction)
    # Counts that grow by a factor of two with each magnitude, from 17 to 26.
    magnitude = 17.0 + np.log2(rng.uniform(1.0, 2.0**9, size=number))
    isStar = rng.uniform(size=number) < 0.25
    return SimulatedSky(
        ra=center.getRa().asDegrees() + distance * np.cos(direction) / np.cos(np.radians(dec)),
        dec=dec,
        flux=10.0 ** (0.4 * (AB_ZERO_POINT - magnitude)),
        size=np.where(isStar, 0.0, rng.uniform(0.2, 0.4, size=number) * 1.2 ** (26.0 - magnitude)),
        axisRatio=rng.uniform(0.3, 1.0, size=number),
        angle=rng.uniform(0.0, np.pi, size=number),
    )


def addStar(sky, place, flux):
    """Add a star to a sky.

    Parameters
    ----------
    sky : `SimulatedSky`
        The sky without the star; not changed.
    place : `lsst.geom.SpherePoint`
        Place of the star.
    flux : `float`
        Flux of the star, in nJy.

    Returns
    -------
    sky : `SimulatedSky`
        The sky with the star.
    """
    star = {
        "ra": place.getRa().asDegrees(),
        "dec": place.getDec().asDegrees(),
        "flux": flux,
        "size": 0.0,
        "axisRatio": 1.0,
        "angle": 0.0,
    }
    return SimulatedSky(**{name: np.append(getattr(sky, name), value) for name, value in star.items()})


def observe(sky, bbox, wcs, psfSigma, noise, rng):
    """Take a calibrated exposure of the sky.

    Parameters
    ----------
    sky : `SimulatedSky`
        What there is to see.
    bbox : `lsst.geom.Box2I`
        Box of the exposure, in pixels.
    wcs : `lsst.afw.geom.SkyWcs`
        Pixels to sky.
    psfSigma : `float`
        Standard deviation of the PSF, in pixels.
    noise : `float`
        Standard deviation of the noise, in nJy per pixel.
    rng : `numpy.random.Generator`
        Random numbers, for the noise.

    Returns
    -------
    exposure : `lsst.afw.image.ExposureF`
        Pixels in nJy, with variance, PSF, WCS, photometric calibration, and
        ``DETECTED`` where sources stand out of the noise.
    """
    exposure = ExposureF(bbox, wcs)
    image = exposure.image.array
    _addSources(image, sky, bbox, wcs, psfSigma)
    exposure.mask.array[image > 5.0 * noise] |= exposure.mask.getPlaneBitMask("DETECTED")
    image += noise * rng.standard_normal(size=image.shape, dtype=np.float32)
    exposure.variance.array[:] = noise**2
    exposure.setPsf(GaussianPsf(25, 25, psfSigma))
    exposure.setPhotoCalib(PhotoCalib(1.0))
    exposure.getMetadata().set("BUNIT", "nJy")
    return exposure


def _addSources(image, sky, bbox, wcs, psfSigma):
    """Add the sources to an array of pixels."""
    x, y = wcs.skyToPixelArray(sky.ra, sky.dec, degrees=True)
    covariances = _pixelCovariances(sky, wcs.getCdMatrix(geom.Box2D(bbox).getCenter()), psfSigma)
    for source in zip(x - bbox.getMinX(), y - bbox.getMinY(), sky.flux, covariances):
        _addGaussian(image, *source)


def _pixelCovariances(sky, cdMatrix, psfSigma):
    """Find the covariance matrix of each source, in pixels, with the PSF.

    ``cdMatrix`` turns pixels into degrees on the sky.
    """
    sine, cosine = np.sin(sky.angle), np.cos(sky.angle)
    major = sky.size / 3600.0
    minor = major * sky.axisRatio
    # The axes of each galaxy as columns, in degrees to the east and north.
    axes = np.array([[major * sine, -minor * cosine], [major * cosine, minor * sine]])
    axes = np.linalg.inv(cdMatrix) @ np.moveaxis(axes, -1, 0)
    return axes @ np.swapaxes(axes, 1, 2) + psfSigma**2 * np.identity(2)


def _addGaussian(image, x, y, flux, covariance):
    """Add one elliptical Gaussian, out to five standard deviations."""
    height, width = image.shape
    reach = 5.0 * np.sqrt(np.trace(covariance))
    xs = np.arange(max(0, int(x - reach)), min(width, int(x + reach) + 1))
    ys = np.arange(max(0, int(y - reach)), min(height, int(y + reach) + 1))
    if xs.size == 0 or ys.size == 0:
        return
    (a, b), (_, c) = np.linalg.inv(covariance)
    dx, dy = xs - x, (ys - y)[:, np.newaxis]
    peak = flux / (2.0 * np.pi * np.sqrt(np.linalg.det(covariance)))
    stamp = peak * np.exp(-0.5 * (a * dx**2 + 2.0 * b * dx * dy + c * dy**2))
    image[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1] += stamp
