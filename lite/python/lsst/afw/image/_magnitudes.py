# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""AB magnitudes and fluxes."""

__all__ = ["abMagErrFromFluxErr", "abMagFromFlux", "fluxErrFromABMagErr", "fluxFromABMag"]

import numpy as np

_AB_FLUX = 3631.0
"""Flux of a source of AB magnitude 0, in Jy."""


def _plain(value):
    """Return an array as it is, and an array scalar as a `float`."""
    return value if np.ndim(value) else float(value)


def abMagFromFlux(flux):
    """Convert a flux, in Jy, to an AB magnitude.

    Parameters
    ----------
    flux : `float` or `numpy.ndarray`
        Flux, in Jy.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return _plain(-2.5 * np.log10(np.asarray(flux) / _AB_FLUX))


def abMagErrFromFluxErr(fluxErr, flux):
    """Convert the error of a flux to that of its AB magnitude.

    Parameters
    ----------
    fluxErr, flux : `float` or `numpy.ndarray`
        Error and flux, in Jy.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return _plain(np.abs(np.asarray(fluxErr) / (-0.4 * np.asarray(flux) * np.log(10.0))))


def fluxFromABMag(mag):
    """Convert an AB magnitude to a flux, in Jy.

    Parameters
    ----------
    mag : `float` or `numpy.ndarray`
        AB magnitude.
    """
    return _plain(10.0 ** (-0.4 * np.asarray(mag)) * _AB_FLUX)


def fluxErrFromABMagErr(magErr, mag):
    """Convert the error of an AB magnitude to that of its flux.

    Parameters
    ----------
    magErr, mag : `float` or `numpy.ndarray`
        Error and AB magnitude.
    """
    return _plain(np.abs(-0.4 * np.asarray(magErr) * fluxFromABMag(mag) * np.log(10.0)))
