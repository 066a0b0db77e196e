# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AST frames of a SkyWcs."""

__all__ = ["checkFrames", "copyFrames", "isFrameDict", "modifyFrames"]

from typing import Any

import starlink.Ast as Ast

from lsst.pex.exceptions import TypeError as PexTypeError

from ._ast import findDomain, loadObject, series

_FRAME_CLASSES = {"ACTUAL_PIXELS": "Frame", "PIXELS": "Frame", "IWC": "Frame", "SKY": "SkyFrame"}


def checkFrames(frameSet: Any) -> None:
    """Check that an AST frame set has the frames of a SkyWcs.

    Parameters
    ----------
    frameSet : `starlink.Ast.FrameSet`
        The frames.

    Raises
    ------
    lsst.pex.exceptions.TypeError
        Raised if a frame is missing or is of the wrong kind.
    """
    for domain, wanted in _FRAME_CLASSES.items():
        index = findDomain(frameSet, domain)
        if index is None:
            if domain == "ACTUAL_PIXELS":
                continue
            raise PexTypeError(f"No frame with domain {domain} found")
        frame = frameSet.getframe(index)
        if frame.Naxes != 2:
            raise PexTypeError(f"Frame {domain} has {frame.Naxes} axes instead of 2")
        found = frame.get("Class")
        if found != wanted:
            raise PexTypeError(f"Frame {domain} is of type {found} instead of {wanted}")
    base = frameSet.getframe(Ast.BASE).get("Domain")
    if base not in ("ACTUAL_PIXELS", "PIXELS"):
        raise PexTypeError(f"Base frame has domain {base} instead of PIXELS or ACTUAL_PIXELS")
    current = frameSet.getframe(Ast.CURRENT).get("Domain")
    if current != "SKY":
        raise PexTypeError(f"Current frame has domain {current} instead of SKY")


def isFrameDict(frames: object) -> bool:
    """Return whether an object is an ``astshim.FrameDict``, or that of
    lsst.images, which has the same methods over starlink.Ast.

    Parameters
    ----------
    frames : `object`
        Anything.

    Returns
    -------
    isFrameDict : `bool`
        Whether it finds frames by domain and can be written as text.
    """
    return all(hasattr(frames, name) for name in ("getIndex", "hasDomain", "show"))


def copyFrames(frameDict: Any) -> Any:
    """Make the frames of a SkyWcs from a dictionary of frames.

    Parameters
    ----------
    frameDict : ``FrameDict``
        Frames; not changed.

    Returns
    -------
    frameSet : `starlink.Ast.FrameSet`
        A copy of them.

    Raises
    ------
    lsst.pex.exceptions.TypeError
        Raised if a frame is missing or is of the wrong kind.
    """
    frameSet = loadObject(frameDict.show(showComments=False))
    checkFrames(frameSet)
    return frameSet


def modifyFrames(pixelMapping: Any, frameSet: Any, modifyActualPixels: bool) -> Any:
    """Put a mapping before the pixels of a WCS.

    Parameters
    ----------
    pixelMapping : `starlink.Ast.Mapping`
        From the pixels of the result to those of ``frameSet``.
    frameSet : `starlink.Ast.FrameSet`
        Frames of a `SkyWcs`; not changed.
    modifyActualPixels : `bool`
        Whether to put the mapping before the frame ACTUAL_PIXELS, if there
        is one, rather than before PIXELS.

    Returns
    -------
    result : `starlink.Ast.FrameSet`
        New frames.
    """
    actual, pixels, iwc, sky = (
        findDomain(frameSet, name) for name in ("ACTUAL_PIXELS", "PIXELS", "IWC", "SKY")
    )
    pixelsToIwc = frameSet.getmapping(pixels, iwc)
    if actual is None:
        result = Ast.FrameSet(frameSet.getframe(pixels))
        pixelsToIwc = series(pixelMapping, pixelsToIwc).simplify()
    else:
        result = Ast.FrameSet(frameSet.getframe(actual))
        actualToPixels = frameSet.getmapping(actual, pixels)
        if modifyActualPixels:
            actualToPixels = series(pixelMapping, actualToPixels).simplify()
        else:
            pixelsToIwc = series(pixelMapping, pixelsToIwc).simplify()
        result.addframe(Ast.BASE, actualToPixels, frameSet.getframe(pixels))
    result.addframe(Ast.CURRENT, pixelsToIwc, frameSet.getframe(iwc))
    result.addframe(Ast.CURRENT, frameSet.getmapping(iwc, sky), frameSet.getframe(sky))
    return result
