# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that make a SkyWcs, or take one apart."""

__all__ = [
    "getIntermediateWorldCoordsToSky",
    "getPixelToIntermediateWorldCoords",
    "makeCdMatrix",
    "makeFlippedWcs",
    "makeModifiedWcs",
    "makeSkyWcs",
    "makeTanSipWcs",
    "makeWcsPairTransform",
]

import inspect
import math

import numpy as np
import starlink.Ast as Ast

from lsst.daf.base import PropertySet
from lsst.geom import Angle, Point2D, SpherePoint, degrees, radians

from ._ast import findDomain
from ._frames import modifyFrames
from ._skyWcs import SkyWcs
from ._transform import TransformPoint2ToPoint2, TransformPoint2ToSpherePoint
from ._wcsUtils import makeSimpleWcsMetadata, makeTanSipMetadata


def makeCdMatrix(scale, orientation=Angle(0, degrees), flipX=False):
    """Make the CD matrix of square pixels.

    Parameters
    ----------
    scale : `lsst.geom.Angle`
        Pixel scale.
    orientation : `lsst.geom.Angle`, optional
        Position angle of the y axis of the pixels, from North through East.
    flipX : `bool`, optional
        Does the x axis go East (not West) where the y axis goes North?

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


def _fromCards(crpix, crval, cdMatrix, projection="TAN"):
    if np.shape(cdMatrix) != (2, 2):
        raise TypeError(f"incompatible argument: cdMatrix has shape {np.shape(cdMatrix)}, not (2, 2)")
    return SkyWcs(makeSimpleWcsMetadata(crpix, crval, cdMatrix, projection))


def _fromMetadata(metadata, strip=False):
    return SkyWcs(metadata, strip)


def _fromFieldAngle(pixelsToFieldAngle, orientation, flipX, boresight, projection="TAN"):
    # In a WCS whose pixels are field angles, in radians, CRPIX is 0.
    scale = Angle(1.0, radians)
    initial = _fromCards(Point2D(0, 0), boresight, makeCdMatrix(scale, orientation, flipX), projection)
    return makeModifiedWcs(pixelsToFieldAngle, initial, False)


_MAKERS = (
    (_fromCards, {"crpix": Point2D, "crval": SpherePoint}),
    (_fromMetadata, {"metadata": PropertySet}),
    (_fromFieldAngle, {"pixelsToFieldAngle": TransformPoint2ToPoint2, "boresight": SpherePoint}),
)


def makeSkyWcs(*args, **kwargs):
    """Make a WCS.

    Called in one of three ways: ``(crpix, crval, cdMatrix,
    projection="TAN")``, ``(metadata, strip=False)``, or
    ``(pixelsToFieldAngle, orientation, flipX, boresight,
    projection="TAN")``.

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
    pixelsToFieldAngle : `TransformPoint2ToPoint2`
        From pixels to field angles, in radians.
    orientation : `lsst.geom.Angle`
        Position angle of the y axis of the field angles.
    flipX : `bool`
        See `makeCdMatrix`.
    boresight : `lsst.geom.SpherePoint`
        ICRS position at field angle (0, 0).

    Returns
    -------
    wcs : `SkyWcs`
        The WCS.

    Raises
    ------
    lsst.pex.exceptions.TypeError
        Raised if the cards are not those of a celestial WCS.
    TypeError
        Raised if the arguments are of none of the three kinds.
    """
    for maker, types in _MAKERS:
        try:
            arguments = inspect.signature(maker).bind(*args, **kwargs).arguments
        except TypeError:
            continue
        if all(isinstance(arguments[name], wanted) for name, wanted in types.items()):
            return maker(**arguments)
    given = [type(a).__name__ for a in args] + [f"{k}={type(v).__name__}" for k, v in kwargs.items()]
    raise TypeError(
        f"makeSkyWcs({', '.join(given)}): incompatible arguments; it takes (crpix, crval, cdMatrix,"
        " projection='TAN'), (metadata, strip=False) or"
        " (pixelsToFieldAngle, orientation, flipX, boresight, projection='TAN')"
    )


def makeTanSipWcs(crpix, crval, cdMatrix, sipA, sipB, sipAp=None, sipBp=None):
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


def makeModifiedWcs(pixelTransform, wcs, modifyActualPixels):
    """Put a transform before the pixels of a WCS.

    Parameters
    ----------
    pixelTransform : `TransformPoint2ToPoint2`
        From the pixels of the result to those of ``wcs``.
    wcs : `SkyWcs`
        The WCS.
    modifyActualPixels : `bool`
        If there is a frame ACTUAL_PIXELS, put the transform before it, and
        not before PIXELS?

    Returns
    -------
    wcs : `SkyWcs`
        The modified WCS.
    """
    return SkyWcs._fromFrameSet(modifyFrames(pixelTransform._mapping, wcs._frameSet, modifyActualPixels))


def makeFlippedWcs(wcs, flipLR, flipTB, center):
    """Mirror the pixels of a WCS.

    Parameters
    ----------
    wcs : `SkyWcs`
        The WCS.
    flipLR : `bool`
        Exchange left and right?
    flipTB : `bool`
        Exchange top and bottom?
    center : `lsst.geom.Point2D`
        The pixel that stays where it is.

    Returns
    -------
    wcs : `SkyWcs`
        The mirrored WCS.
    """
    # Two opposite corners of a box, and where they go.
    size = 1000.0
    lower, upper = ([c + sign * size for c in (center[0], center[1])] for sign in (-1, 1))
    newLower, newUpper = list(lower), list(upper)
    for axis, flip in enumerate((flipLR, flipTB)):
        if flip:
            newLower[axis], newUpper[axis] = upper[axis], lower[axis]
    flipped = modifyFrames(Ast.WinMap(lower, upper, newLower, newUpper).simplify(), wcs._frameSet, True)
    return SkyWcs._fromFrameSet(flipped)


def makeWcsPairTransform(src, dst):
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


def getIntermediateWorldCoordsToSky(wcs, simplify=True):
    """Get the part of a WCS that is the projection.

    Parameters
    ----------
    wcs : `SkyWcs`
        The WCS.
    simplify : `bool`, optional
        Simplify the mapping?

    Returns
    -------
    transform : `TransformPoint2ToSpherePoint`
        From intermediate world coordinates, in degrees, to ICRS positions.
    """
    iwc, sky = (findDomain(wcs._frameSet, name) for name in ("IWC", "SKY"))
    return TransformPoint2ToSpherePoint._fromMapping(wcs._frameSet.getmapping(iwc, sky), simplify)


def getPixelToIntermediateWorldCoords(wcs, simplify=True):
    """Get the part of a WCS before the projection.

    Parameters
    ----------
    wcs : `SkyWcs`
        The WCS.
    simplify : `bool`, optional
        Simplify the mapping?

    Returns
    -------
    transform : `TransformPoint2ToPoint2`
        From pixels to intermediate world coordinates, in degrees.
    """
    return TransformPoint2ToPoint2._fromMapping(wcs._pixelToIwc, simplify)
