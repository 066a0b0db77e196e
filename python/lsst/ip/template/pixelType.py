# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Coadds whose pixels are of another type than the template's."""

__all__ = ["convertExactly"]

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

import lsst.afw.image as afwImage
import lsst.geom as geom


def convertExactly(
    coadd: afwImage.Exposure,
    name: str,
    findNeeded: Callable[[afwImage.Exposure], npt.NDArray[np.bool_]] | None = None,
) -> afwImage.ExposureF:
    """Convert a coadd to the template's pixel type, unless that changes it.

    Parameters
    ----------
    coadd : `lsst.afw.image.Exposure`
        Coadd with pixels of any type.
    name : `str`
        The dataset, for the message.
    findNeeded : `~collections.abc.Callable`, optional
        Given the coadd, tells which pixels must not change
        (`numpy.ndarray` [`bool`], of shape (height, width)); by default all.

    Returns
    -------
    converted : `lsst.afw.image.ExposureF`
        The coadd itself if it has the type already, else a copy. NaNs and
        infinities are kept. Mask and variance are of the same types in all
        exposures.

    Raises
    ------
    TypeError
        If a needed pixel's value has no equal in single precision.
    """
    if isinstance(coadd, afwImage.ExposureF):
        return coadd
    # A value that is too large becomes infinite, and is found below.
    with np.errstate(over="ignore"):
        converted = coadd.convertF()
    isChanged = ~_findEqual(coadd.image.array, converted.image.array)
    if findNeeded is not None:
        isChanged &= findNeeded(coadd)
    if isChanged.any():
        y, x = np.argwhere(isChanged)[0]
        where = coadd.getXY0() + geom.Extent2I(int(x), int(y))
        raise TypeError(
            f"{name} is an {type(coadd).__name__}, and the template an {type(converted).__name__}, in which "
            f"{np.count_nonzero(isChanged)} pixels would change, such as {coadd.image.array[y, x]} "
            f"at {where}."
        )
    return converted


def _findEqual(original: npt.NDArray[Any], converted: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Return which pixels are the same in both types."""
    if np.issubdtype(original.dtype, np.floating):
        return (converted == original) | np.isnan(original)
    # Rounding may have led beyond the largest integer, from where there is
    # no way back.
    isInRange = converted < float(np.iinfo(original.dtype).max) + 1.0
    return isInRange & (np.where(isInRange, converted, 0).astype(original.dtype) == original)
