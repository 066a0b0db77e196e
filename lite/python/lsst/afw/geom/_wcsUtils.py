# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""FITS cards of a WCS in a `~lsst.daf.base.PropertyList`."""

__all__ = [
    "createTrivialWcsMetadata",
    "deleteBasicWcsMetadata",
    "getCdMatrixFromMetadata",
    "getImageXY0FromMetadata",
    "getSipMatrixFromMetadata",
    "hasSipMatrix",
    "makeSimpleWcsMetadata",
    "makeSipMatrixMetadata",
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
    "CRPIX1",
    "CRPIX2",
    "CRVAL1",
    "CRVAL2",
    "CTYPE1",
    "CTYPE2",
    "CUNIT1",
    "CUNIT2",
    "CD1_1",
    "CD1_2",
    "CD2_1",
    "CD2_2",
    "WCSAXES",
)


def deleteBasicWcsMetadata(metadata: PropertySet, wcsName: str) -> None:
    """Remove the cards of a WCS without distortion.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet`
        Cards, changed in place.
    wcsName : `str`
        Letter of the WCS; "" for the primary one.
    """
    for name in _BASIC_NAMES:
        if metadata.exists(name + wcsName):
            metadata.remove(name + wcsName)


def getCdMatrixFromMetadata(metadata: PropertySet) -> npt.NDArray[Any]:
    """Read the CD matrix.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet`
        Cards of a WCS.

    Returns
    -------
    cdMatrix : `numpy.ndarray`
        Matrix of shape (2, 2), in the units of the cards (degrees per
        pixel); elements without card are 0.

    Raises
    ------
    lsst.pex.exceptions.TypeError
        Raised if there is no card of the matrix.
    """
    matrix = np.zeros((2, 2))
    found = False
    for i in range(2):
        for j in range(2):
            name = f"CD{i + 1}_{j + 1}"
            if metadata.exists(name):
                matrix[i, j] = metadata.getAsDouble(name)
                found = True
    if not found:
        raise PexTypeError("No CD matrix coefficients found")
    return matrix


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
        deleteBasicWcsMetadata(metadata, wcsName)
    return Point2I(_round(crval1), _round(crval2))


def hasSipMatrix(metadata: PropertySet, name: str) -> bool:
    """Return whether the cards have a SIP polynomial.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet`
        Cards of a WCS.
    name : `str`
        "A", "B", "AP" or "BP".

    Returns
    -------
    has : `bool`
        Whether there is an order, and it is not negative.
    """
    return metadata.exists(f"{name}_ORDER") and metadata.getAsInt(f"{name}_ORDER") >= 0


def getSipMatrixFromMetadata(metadata: PropertySet, name: str) -> npt.NDArray[Any]:
    """Read the coefficients of a SIP polynomial.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet`
        Cards of a WCS.
    name : `str`
        "A", "B", "AP" or "BP".

    Returns
    -------
    matrix : `numpy.ndarray`
        ``matrix[p, q]`` is the coefficient of u**p v**q.

    Raises
    ------
    lsst.pex.exceptions.TypeError
        Raised if there is no order, or if it is negative.
    """
    card = f"{name}_ORDER"
    if not metadata.exists(card):
        raise PexTypeError(f"metadata does not contain SIP matrix {name}: {card} not found")
    order = metadata.getAsInt(card)
    if order < 0:
        raise PexTypeError(f"matrix order = {order} < 0")
    matrix = np.zeros((order + 1, order + 1))
    for p in range(order + 1):
        for q in range(order + 1):
            card = f"{name}_{p}_{q}"
            if metadata.exists(card):
                matrix[p, q] = metadata.getAsDouble(card)
    return matrix


def makeSipMatrixMetadata(matrix: npt.ArrayLike, name: str) -> PropertyList:
    """Make the cards of a SIP polynomial.

    Parameters
    ----------
    matrix : array-like
        Square matrix; ``matrix[p, q]`` is the coefficient of u**p v**q.
    name : `str`
        "A", "B", "AP" or "BP".

    Returns
    -------
    metadata : `lsst.daf.base.PropertyList`
        The order and the coefficients other than 0.

    Raises
    ------
    lsst.pex.exceptions.TypeError
        Raised if the matrix is not square.
    """
    matrix = np.asarray(matrix, dtype=float)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.shape[0] < 1:
        dimensions = " x ".join(str(n) for n in matrix.shape)
        raise PexTypeError(f"Matrix must be square and at least 1 x 1; dimensions = {dimensions}")
    metadata = PropertyList()
    metadata.set(f"{name}_ORDER", matrix.shape[0] - 1)
    for p, q in np.ndindex(matrix.shape):
        if matrix[p, q] != 0.0:
            metadata.set(f"{name}_{p}_{q}", float(matrix[p, q]))
    return metadata


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
            metadata.combine(makeSipMatrixMetadata(matrix, name))
    return metadata
