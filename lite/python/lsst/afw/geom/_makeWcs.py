# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that make a SkyWcs, or take one apart."""

__all__ = [
    "makeCdMatrix",
    "makeSkyWcs",
    "makeTanSipWcs",
    "makeWcsPairTransform",
]

import math
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from lsst._lite import notInLite
from lsst._lite.arguments import checkArguments
from lsst.daf.base import PropertySet
from lsst.geom import Angle, Point2D, SpherePoint, degrees

from ._skyWcs import SkyWcs
from ._transform import TransformPoint2ToPoint2
from ._wcsUtils import makeSimpleWcsMetadata, makeTanSipMetadata


def makeCdMatrix(
    scale: Angle, orientation: Angle = Angle(0, degrees), flipX: bool = False
) -> npt.NDArray[Any]:
    """Make the CD matrix of square pixels.

    Parameters
    ----------
    scale : `lsst.geom.Angle`
        Pixel scale.
    orientation : `lsst.geom.Angle`, optional
        Position angle of the y axis of the pixels, from North through East.
    flipX : `bool`, optional
        Whether the x axis points East (not West) where the y axis points
        North.

    Returns
    -------
    cdMatrix : `numpy.ndarray`
        Matrix of shape (2, 2), in degrees per pixel.
    """
    scaleDegrees = scale.asDegrees()
    cosine = math.cos(orientation.asRadians()) * scaleDegrees
    sine = math.sin(orientation.asRadians()) * scaleDegrees
    xSign = 1.0 if flipX else -1.0
    return np.array([[cosine * xSign, sine], [-sine * xSign, cosine]])


def _fromCards(
    crpix: Point2D, crval: SpherePoint, cdMatrix: npt.ArrayLike, projection: str = "TAN"
) -> SkyWcs:
    checkArguments("makeSkyWcs", crpix=(crpix, Point2D), crval=(crval, SpherePoint))
    if np.shape(cdMatrix) != (2, 2):
        raise TypeError(f"incompatible argument: cdMatrix has shape {np.shape(cdMatrix)}, not (2, 2)")
    return SkyWcs(makeSimpleWcsMetadata(crpix, crval, cdMatrix, projection))


@overload
def makeSkyWcs(
    crpix: Point2D, crval: SpherePoint, cdMatrix: npt.ArrayLike, projection: str = "TAN"
) -> SkyWcs: ...
@overload
def makeSkyWcs(metadata: PropertySet, strip: bool = False) -> SkyWcs: ...
def makeSkyWcs(*args: Any, **kwargs: Any) -> SkyWcs:
    """Make a WCS.

    Parameters
    ----------
    crpix : `lsst.geom.Point2D`
        Reference pixel; 0-based parent pixels.
    crval : `lsst.geom.SpherePoint`
        ICRS position at the reference pixel.
    cdMatrix : array-like
        CD matrix of shape (2, 2), in degrees per pixel (see `makeCdMatrix`).
    projection : `str`, optional
        FITS code of the projection.
    metadata : `lsst.daf.base.PropertySet`
        FITS cards.
    strip : `bool`, optional
        Remove the cards of the WCS from ``metadata``.

    Returns
    -------
    wcs : `SkyWcs`
        The WCS.

    Raises
    ------
    lsst.pex.exceptions.TypeError
        Raised if the cards are not those of a celestial WCS.
    TypeError
        Raised if the arguments are of neither kind.
    """
    if "pixelsToFieldAngle" in kwargs or (args and isinstance(args[0], TransformPoint2ToPoint2)):
        raise notInLite("lsst.afw.geom.makeSkyWcs(pixelsToFieldAngle, ...)")
    isMetadata = "metadata" in kwargs or (args and isinstance(args[0], PropertySet))
    make = SkyWcs if isMetadata else _fromCards
    return make(*args, **kwargs)


def makeTanSipWcs(
    crpix: Point2D,
    crval: SpherePoint,
    cdMatrix: npt.ArrayLike,
    sipA: npt.ArrayLike,
    sipB: npt.ArrayLike,
    sipAp: npt.ArrayLike | None = None,
    sipBp: npt.ArrayLike | None = None,
) -> SkyWcs:
    """Make a TAN WCS with SIP distortion.

    Parameters
    ----------
    crpix : `lsst.geom.Point2D`
        Reference pixel; 0-based parent pixels.
    crval : `lsst.geom.SpherePoint`
        ICRS position at the reference pixel.
    cdMatrix : array-like
        CD matrix of shape (2, 2), in degrees per pixel.
    sipA, sipB : array-like
        Square matrices of the forward coefficients; element [p, q] is that
        of u**p v**q, where u and v are pixels from the reference pixel.
    sipAp, sipBp : array-like, optional
        Coefficients of the inverse; without them, `SkyWcs.skyToPixel` uses
        an approximation that AST finds.

    Returns
    -------
    wcs : `SkyWcs`
        The WCS.
    """
    if (sipAp is None) != (sipBp is None):
        raise TypeError("makeTanSipWcs(): incompatible arguments; give sipAp and sipBp, or none of them")
    return SkyWcs(makeTanSipMetadata(crpix, crval, cdMatrix, sipA, sipB, sipAp, sipBp))


def makeWcsPairTransform(src: SkyWcs, dst: SkyWcs) -> TransformPoint2ToPoint2:
    """Make the transform from the pixels of one WCS to those of another.

    Parameters
    ----------
    src : `SkyWcs`
        WCS of the pixels to transform.
    dst : `SkyWcs`
        WCS of the results.

    Returns
    -------
    transform : `TransformPoint2ToPoint2`
        The transform.
    """
    return src.getTransform().then(dst.getTransform().inverted())
