# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""FITS cards of a WCS in a `~lsst.daf.base.PropertyList`."""

__all__ = [
    "createTrivialWcsMetadata",
    "getImageXY0FromMetadata",
    "makeSimpleWcsMetadata",
    "makeTanSipMetadata",
]

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from lsst.afw._pixels._xy0 import createTrivialWcsMetadata
from lsst.daf.base import PropertyList, PropertySet
from lsst.geom import Point2D, Point2I, SpherePoint
from lsst.pex.exceptions import TypeError as PexTypeError

_BASIC_NAMES = (
    "CRPIX1 CRPIX2 CRVAL1 CRVAL2 CTYPE1 CTYPE2 CUNIT1 CUNIT2 CD1_1 CD1_2 CD2_1 CD2_2 WCSAXES".split()
)
"""Cards of a WCS without distortion."""

_MAX_COORDINATE = 1 << 31
"""Pixel numbers have 32 bits."""


def _round(value: float) -> int:
    # Halves go away from zero, unlike with Python's round.
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


def getImageXY0FromMetadata(metadata: PropertySet, wcsName: str, strip: bool = False) -> Point2I:
    """Read the xy0 of an image from the WCS that records it.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet`
        Cards of an image.
    wcsName : `str`
        Letter of the alternate WCS, such as "A".
    strip : `bool`, optional
        Remove the cards of that WCS, if it is found.

    Returns
    -------
    xy0 : `lsst.geom.Point2I`
        Parent pixel of the lower left corner; (0, 0) if the WCS is not
        there or is not of this kind.

    Raises
    ------
    lsst.pex.exceptions.TypeError
        Raised if the WCS is there, but has no pixel number.
    """
    names = [f"{name}{axis}{wcsName}" for name in ("CRPIX", "CRVAL") for axis in (1, 2)]
    if not all(metadata.exists(name) for name in names):
        return Point2I(0, 0)
    crpix1, crpix2, crval1, crval2 = (metadata.getAsDouble(name) for name in names)
    if crpix1 != 1.0 or crpix2 != 1.0:
        return Point2I(0, 0)
    if not (abs(crval1) < _MAX_COORDINATE and abs(crval2) < _MAX_COORDINATE):
        raise PexTypeError(f"WCS {wcsName} has no pixel numbers, but {crval1} and {crval2}")
    if strip:
        for name in _BASIC_NAMES:
            metadata.remove(name + wcsName)
    return Point2I(_round(crval1), _round(crval2))


def makeSimpleWcsMetadata(
    crpix: Point2D, crval: SpherePoint, cdMatrix: npt.ArrayLike, projection: str = "TAN"
) -> PropertyList:
    """Make the cards of a WCS without distortion.

    Parameters
    ----------
    crpix : `lsst.geom.Point2D`
        Reference pixel, 0-based.
    crval : `lsst.geom.SpherePoint`
        ICRS position at the reference pixel.
    cdMatrix : array-like
        CD matrix of shape (2, 2), in degrees per pixel.
    projection : `str`, optional
        FITS code of the projection.

    Returns
    -------
    metadata : `lsst.daf.base.PropertyList`
        The cards.
    """
    cdMatrix = np.asarray(cdMatrix, dtype=float)
    metadata = PropertyList()
    metadata.set("RADESYS", "ICRS")
    metadata.set("CTYPE1", f"RA---{projection}")
    metadata.set("CTYPE2", f"DEC--{projection}")
    metadata.set("CRPIX1", crpix.getX() + 1.0)
    metadata.set("CRPIX2", crpix.getY() + 1.0)
    metadata.set("CRVAL1", crval.getLongitude().asDegrees())
    metadata.set("CRVAL2", crval.getLatitude().asDegrees())
    metadata.set("CUNIT1", "deg")
    metadata.set("CUNIT2", "deg")
    for i, j in np.ndindex(2, 2):
        if cdMatrix[i, j] != 0.0:
            metadata.set(f"CD{i + 1}_{j + 1}", float(cdMatrix[i, j]))
    return metadata


def makeTanSipMetadata(
    crpix: Point2D,
    crval: SpherePoint,
    cdMatrix: npt.ArrayLike,
    sipA: npt.ArrayLike,
    sipB: npt.ArrayLike,
    sipAp: npt.ArrayLike | None = None,
    sipBp: npt.ArrayLike | None = None,
) -> PropertyList:
    """Make the cards of a TAN WCS with SIP distortion.

    Parameters
    ----------
    crpix : `lsst.geom.Point2D`
        Reference pixel, 0-based.
    crval : `lsst.geom.SpherePoint`
        ICRS position at the reference pixel.
    cdMatrix : array-like
        CD matrix of shape (2, 2), in degrees per pixel.
    sipA, sipB : array-like
        Coefficients of the forward polynomials.
    sipAp, sipBp : array-like, optional
        Coefficients of the inverse polynomials.

    Returns
    -------
    metadata : `lsst.daf.base.PropertyList`
        The cards.
    """
    metadata = makeSimpleWcsMetadata(crpix, crval, cdMatrix, "TAN-SIP")
    for name, matrix in (("A", sipA), ("B", sipB), ("AP", sipAp), ("BP", sipBp)):
        if matrix is not None:
            _addSipMatrix(metadata, name, np.asarray(matrix, dtype=float))
    return metadata


def _addSipMatrix(metadata: PropertyList, name: str, matrix: npt.NDArray[Any]) -> None:
    """Add the cards of a SIP polynomial, such as "A" or "BP"."""
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise PexTypeError(f"Matrix {name} must be square, not of shape {matrix.shape}")
    metadata.set(f"{name}_ORDER", matrix.shape[0] - 1)
    for p, q in np.argwhere(matrix).tolist():
        metadata.set(f"{name}_{p}_{q}", float(matrix[p, q]))
