# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Coadds of several kinds, as if made from many exposures."""

__all__ = ["DEEP", "OTHER_KINDS", "CoaddKind", "observePatches", "removeData"]

from dataclasses import dataclass, replace

import numpy as np
from simulatedSky import observe

import lsst.geom as geom


@dataclass(frozen=True)
class CoaddKind:
    """Coadds that differ from those of other kinds in what they are good
    for.
    """

    datasetType: str
    """Name of the dataset type."""

    psfSigma: float
    """Standard deviation of the PSF, in pixels."""

    noise: float
    """Standard deviation of the noise, in nJy per pixel."""

    numSubfilters: int = 0
    """Number of slices of the band that have a coadd each; 0 for coadds of
    the whole band.
    """


DEEP = CoaddKind("deepCoadd", psfSigma=1.8, noise=8.0)
OTHER_KINDS = (
    CoaddKind("goodSeeingCoadd", psfSigma=1.5, noise=14.0),
    CoaddKind("deepCoaddPsfMatched", psfSigma=2.5, noise=8.0),
    CoaddKind("dcrCoadd", psfSigma=1.8, noise=8.0, numSubfilters=3),
)
"""For trying the files of ``config``, and ``MakeDcrTemplate.yaml``."""


def observePatches(sky, kind, tractInfo, patchList):
    """Observe the patches of a tract.

    Parameters
    ----------
    sky : `SimulatedSky`
        What there is to see.
    kind : `CoaddKind`
        Kind of the coadds.
    tractInfo : `lsst.skymap.TractInfo`
        The tract.
    patchList : `list` [`lsst.skymap.PatchInfo`]
        The patches.

    Yields
    ------
    patch : `int`
        Sequential number of a patch.
    subfilter : `dict`
        What is in the data ID of a coadd for a slice of the band.
    coadd : `lsst.afw.image.ExposureF`
        Its coadd, without filter.
    """
    bbox = geom.Box2I()
    for patch in patchList:
        bbox.include(patch.getOuterBBox())
    subfilters = [{"subfilter": number} for number in range(kind.numSubfilters)] or [{}]
    rng = np.random.default_rng(tractInfo.getId())
    # The slices share the light, and the variance.
    noise = kind.noise / np.sqrt(len(subfilters))
    sky = replace(sky, flux=sky.flux / len(subfilters))
    for subfilter in subfilters:
        # The patches are cut out of one exposure, so that neighbours agree
        # where they overlap.
        mosaic = observe(sky, bbox, tractInfo.getWcs(), kind.psfSigma, noise, rng)
        for patch in patchList:
            yield patch.getSequentialIndex(), subfilter, mosaic[patch.getOuterBBox()].clone()


def removeData(coadd, rows):
    """Take the data from some rows at the lower edge of a coadd.

    Parameters
    ----------
    coadd : `lsst.afw.image.ExposureF`
        The coadd; modified in place.
    rows : `int`
        Number of rows.
    """
    coadd.image.array[:rows] = np.nan
    coadd.variance.array[:rows] = np.nan
    coadd.mask.array[:rows] = coadd.mask.getPlaneBitMask("NO_DATA")
