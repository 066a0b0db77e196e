# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion between FITS-WCS cards and the frames of a SkyWcs."""

__all__ = ["readWcsFrames", "writeWcsCards"]

import math
import re
from typing import Any

import starlink.Ast as Ast

from lsst.daf.base import PropertyList, PropertySet
from lsst.geom import Box2I, Point2I
from lsst.pex.exceptions import TypeError as PexTypeError

from ._ast import AST_ERRORS, applyForward, describeError, dumpObject, findDomain, series
from ._astLocale import withDecimalPoint
from ._wcsUtils import createTrivialWcsMetadata, getImageXY0FromMetadata

_XY0_WCS_NAME = "A"

_IGNORED_NAMES = frozenset(
    ("NAXIS1", "NAXIS2", "LTV1", "LTV2", "COMMENT", "HISTORY")
    # The alternate WCS "A" is the image's xy0, not a WCS on the sky.
    + tuple(createTrivialWcsMetadata(_XY0_WCS_NAME, Point2I(0, 0)).names())
)

# AST takes these for its own, but they belong to the observation.
_KEPT_NAMES = frozenset(("DATE-OBS", "MJD-OBS", "TIMESYS"))

_KEYWORD = re.compile(r"[A-Z0-9_-]{1,8}$")

_SIP_ANY = re.compile(r"[AB]P?_\d+_\d+$")
_SIP_INVERSE = re.compile(r"[AB]P_\d+_\d+$")

_MATRIX = re.compile(r"(?:CD|PC)(\d+)_(\d+)[A-Z]?$")

_MAX_AXES = 9
"""More axes than a WCS on the sky has."""

_MAX_CARDS = 2000
"""More cards than any WCS has; AST's time grows with their square."""

_WCS_START = re.compile(
    "AMD[XY]|[AB]P?_|AX|[BJ]EPOCH|C[DNRTU]|D(ATE|TAI|UT1|ELTAV)|E(POCH|QUIN)|IMAGF|L(AT|ON)|MJD|NAXIS|OBS"
    "|P(C|LT|PO|ROJP|S|V)|QV|RA|REST|S(KY|PEC|REF|SYS)|T(IME|REF)|V(EL|LSR|SOUR)|W(AT|CS)|ZSOUR"
)
"""What the names of all cards start with that AST looks for."""

_LIMITS = {
    "DUT1": 1e6,
    "EPOCH": 1e5,
    "EQUINOX": 1e5,
    "MJD-AVG": 1e8,
    "MJD-BEG": 1e8,
    "MJD-END": 1e8,
    "MJD-OBS": 1e8,
}
"""How far from zero a time may be, in seconds, years or days."""

_FITS_TOLERANCE = 0.0001
"""How far a WCS may be from what its cards say, in pixels."""

_POWER = re.compile(r"^ *MP[FI]\d+ = (\d+)", re.MULTILINE)
_MAX_POWER = 9
"""Largest power in polynomials that FITS cards have; with larger ones, AST
takes ages to find out whether others do.
"""


def _putCard(fitsChan: Any, name: str, value: Any) -> None:
    if isinstance(value, bool):
        fitsChan.setfitsL(name, value, "", False)
    elif isinstance(value, int):
        # AST's integers have 32 bits; it converts numbers as it needs them.
        if abs(value) < 2**31:
            fitsChan.setfitsI(name, value, "", False)
        else:
            fitsChan.setfitsF(name, float(value), "", False)
    elif isinstance(value, float):
        if math.isfinite(value):
            fitsChan.setfitsF(name, value, "", False)
    elif isinstance(value, str) and len(value) <= 68 and value.isascii() and value.isprintable():
        fitsChan.setfitsS(name, value, "", False)


def _completeSip(fitsChan: Any) -> None:
    """Add linear SIP coefficients of 0 where there are none.

    AST adds the linear term of the distorted pixel to the array of the
    coefficients, and forgets it if the array is too small for it.
    """
    names = set(fitsChan.keys())
    if any(_SIP_ANY.match(name) for name in names):
        linear = {"A_1_0", "B_0_1"}
        if any(_SIP_INVERSE.match(name) for name in names):
            linear |= {"AP_1_0", "BP_0_1"}
        for name in sorted(linear - names):
            fitsChan.setfitsF(name, 0.0, "", False)


def _orderedNames(metadata: PropertySet) -> list[str]:
    if isinstance(metadata, PropertyList):
        return metadata.getOrderedNames()
    return metadata.names(topLevelOnly=False)


def _findCards(metadata: PropertySet) -> list[tuple[str, Any]]:
    """Find the cards that AST is to see.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet`
        Cards.

    Returns
    -------
    cards : `list` [`tuple`]
        Keywords and values; of a long header only those that a WCS may have.

    Raises
    ------
    lsst.pex.exceptions.TypeError
        Raised if no WCS has such cards.
    """
    names = [(name, name.rpartition(".")[2]) for name in _orderedNames(metadata)]
    names = [(name, key) for name, key in names if name not in _IGNORED_NAMES and _KEYWORD.match(key)]
    if len(names) > _MAX_CARDS:
        names = [(name, key) for name, key in names if _WCS_START.match(key)]
    if len(names) > _MAX_CARDS:
        raise PexTypeError(f"There are {len(names)} cards, more than {_MAX_CARDS}, that a WCS may have")
    cards = [(key, metadata.getScalar(name)) for name, key in names]
    for key, value in cards:
        _checkCard(key, value)
    return cards


def _checkCard(key: str, value: Any) -> None:
    """Raise if a card would have AST work for ages.

    It makes room for all axes, and goes to a time step by step.
    """
    matrix = _MATRIX.match(key)
    axes = map(int, matrix.groups()) if matrix else [value] if key == "WCSAXES" else []
    if any(isinstance(axis, (int, float)) and not axis <= _MAX_AXES for axis in axes):
        raise PexTypeError(f"{key} = {value} has more than {_MAX_AXES} axes; it is no WCS on the sky")
    if key in _LIMITS and isinstance(value, (int, float)) and not abs(value) <= _LIMITS[key]:
        raise PexTypeError(f"{key} is {value}, beyond {_LIMITS[key]:g}; cannot read metadata as a SkyWcs")


def _fillFitsChan(metadata: PropertySet) -> Any:
    fitsChan = Ast.FitsChan(None, None, "Encoding=FITS-WCS, IWC=1, SipReplace=0")
    for key, value in _findCards(metadata):
        _putCard(fitsChan, key, value)
    _completeSip(fitsChan)
    fitsChan.clear("Card")
    return fitsChan


def _removeCards(metadata: PropertySet, names: Any) -> None:
    for name in names - _KEPT_NAMES:
        if metadata.exists(name):
            metadata.remove(name)


def _readFrameSet(metadata: PropertySet, strip: bool) -> Any:
    """Have AST read the cards; remove those that it used if wanted."""
    if metadata.exists("RADECSYS") and not metadata.exists("RADESYS"):
        metadata.set("RADESYS", metadata.getScalar("RADECSYS"))
        metadata.remove("RADECSYS")
    fitsChan = _fillFitsChan(metadata)
    before = set(fitsChan.keys())
    frameSet = fitsChan.read()
    if not isinstance(frameSet, Ast.FrameSet):
        what = "nothing" if frameSet is None else f"a {frameSet.get('Class')}"
        raise PexTypeError(f"metadata describes {what}, not a FrameSet")
    if strip:
        _removeCards(metadata, before - set(fitsChan.keys()))
    return frameSet


def _findPlane(frameSet: Any, domain: str) -> Any:
    """Find a frame with two axes by its domain; `None` if there is none."""
    index = findDomain(frameSet, domain)
    return index if index is not None and frameSet.getframe(index).Naxes == 2 else None


def _gridIndex(frameSet: Any) -> int:
    """Find the frame of 1-based pixels."""
    index = _findPlane(frameSet, "GRID")
    if index is not None:
        return index
    base = frameSet.getframe(Ast.BASE)
    kind, domain = base.get("Class"), base.get("Domain")
    if kind != "Frame" or base.Naxes != 2 or domain != "":
        raise PexTypeError(
            f"The base frame is a {kind} with {base.Naxes} axes and domain {domain!r} instead of"
            " a Frame with 2 axes and domain 'GRID' or ''; cannot read metadata as a SkyWcs"
        )
    return frameSet.Base


def _addIcrsFrame(frameSet: Any) -> int:
    """Add a sky frame with axes RA and Dec, ICRS, and return its index."""
    template = Ast.SkyFrame("System=ICRS")
    if frameSet.findframe(template) is None:
        raise PexTypeError("Could not find a SkyFrame; cannot read metadata as a SkyWcs")
    skyIndex = frameSet.Current
    # findframe maps from the base frame, so the base has to be the sky for a
    # moment to get nothing but the step from this sky frame to the template.
    frameSet.Base = skyIndex
    standard = frameSet.findframe(template)
    frameSet.addframe(skyIndex, standard.getmapping().simplify(), standard.getframe(Ast.CURRENT))
    return frameSet.Current


@withDecimalPoint()
def readWcsFrames(metadata: PropertySet, strip: bool = False) -> Any:
    """Make the frames of a SkyWcs from FITS cards.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet`
        Cards. RADECSYS becomes RADESYS there, if only the former is given.
    strip : `bool`, optional
        Remove the cards of the WCS from ``metadata``.

    Returns
    -------
    frameSet : `starlink.Ast.FrameSet`
        Frames PIXELS (base; 0-based parent pixels), IWC and SKY (current;
        ICRS, axes RA and Dec).

    Raises
    ------
    lsst.pex.exceptions.TypeError
        Raised if the cards are not those of a celestial WCS.
    """
    for name in ("CRPIX1", "CRPIX2"):
        if not metadata.exists(name):
            raise PexTypeError(f"{name} not found; cannot read metadata as a SkyWcs")
    try:
        return _makeFrames(metadata, strip)
    except AST_ERRORS as err:
        raise PexTypeError(f"The metadata does not describe an AST object: {describeError(err)}") from err


def _makeFrames(metadata: PropertySet, strip: bool) -> Any:
    """Make the frames of a SkyWcs; AST may raise errors of its own."""
    crpix = [metadata.getAsDouble("CRPIX1"), metadata.getAsDouble("CRPIX2")]
    raw = _readFrameSet(metadata, strip)
    gridIndex = _gridIndex(raw)
    iwcIndex = _findPlane(raw, "IWC")
    if iwcIndex is None:
        raise PexTypeError("No IWC frame found; cannot read metadata as a SkyWcs")
    # Were the sky frame current, the new one would not take over its
    # alignment system, which is in the stack's strings.
    raw.Current = iwcIndex
    skyIndex = _addIcrsFrame(raw)

    xy0 = getImageXY0FromMetadata(metadata, _XY0_WCS_NAME, strip)
    pixelsToGrid = Ast.ShiftMap([1.0 - xy0[0], 1.0 - xy0[1]])
    gridToIwc = raw.getmapping(gridIndex, iwcIndex).simplify()
    frameSet = Ast.FrameSet(Ast.Frame(2, "Domain=PIXELS"))
    frameSet.addframe(Ast.BASE, series(pixelsToGrid, gridToIwc).simplify(), raw.getframe(iwcIndex))
    frameSet.addframe(Ast.CURRENT, raw.getmapping(iwcIndex, skyIndex), raw.getframe(skyIndex))

    # CRVAL is kept as the reference position of the sky frame. It is taken
    # from CRPIX because CRVAL may have been in another system.
    crpixPixels = pixelsToGrid.tran([[crpix[0]], [crpix[1]]], False)
    (ra,), (dec,) = applyForward(frameSet, crpixPixels)
    skyFrame = frameSet.getframe(Ast.CURRENT)
    skyFrame.SkyRefIs = "Ignored"
    skyFrame.SkyRef_1 = ra
    skyFrame.SkyRef_2 = dec
    return frameSet


_CARD_GETTERS = {
    str(Ast.INT): "getfitsI",
    str(Ast.FLOAT): "getfitsF",
    str(Ast.STRING): "getfitsS",
    str(Ast.LOGICAL): "getfitsL",
    str(Ast.CONTINUE): "getfitsCN",
}
"""How to get the value of a card of each of AST's types of card."""


def _cardsOf(fitsChan: Any) -> PropertyList:
    metadata = PropertyList()
    for number in range(1, int(fitsChan.Ncard) + 1):
        fitsChan.Card = number
        name = fitsChan.get("CardName")
        getter = _CARD_GETTERS.get(fitsChan.get("CardType"))
        if getter is None or name in ("DATE-OBS", "MJD-OBS", "NAXIS1", "NAXIS2"):
            continue
        comment = fitsChan.get("CardComm")
        _, value = getattr(fitsChan, getter)(name)
        metadata.set(name, value, comment)
    for name in ("CD1_1", "CD1_2", "CD2_1", "CD2_2"):
        # AST leaves out what is 0; other readers want all four.
        if not metadata.exists(name):
            metadata.set(name, 0.0, "Transformation matrix element")
    return metadata


@withDecimalPoint()
def writeWcsCards(frameSet: Any, bbox: Box2I) -> PropertyList | None:
    """Write the frames of a SkyWcs as FITS cards.

    Parameters
    ----------
    frameSet : `starlink.Ast.FrameSet`
        Frames with domains IWC and SKY; the base frame is 0-based pixels.
    bbox : `lsst.geom.Box2I`
        Box of the image, in these pixels. The cards are for the pixels of
        the image, the first of which is FITS pixel (1, 1); over its area,
        AST makes sure that they are accurate.

    Returns
    -------
    metadata : `lsst.daf.base.PropertyList` or `None`
        The cards; `None` if FITS cards cannot describe this WCS to 1e-4
        pixels.
    """
    if any(int(power) > _MAX_POWER for power in _POWER.findall(dumpObject(frameSet))):
        return None
    iwc, sky = findDomain(frameSet, "IWC"), findDomain(frameSet, "SKY")
    gridToPixels = Ast.ShiftMap([bbox.getMinX() - 1.0, bbox.getMinY() - 1.0])
    gridToIwc = series(gridToPixels, frameSet.getmapping(Ast.BASE, iwc))
    gridToSky = series(gridToIwc, frameSet.getmapping(iwc, sky))
    grid = Ast.FrameSet(Ast.Frame(2, "Domain=GRID"))
    grid.addframe(Ast.BASE, gridToSky, frameSet.getframe(sky))
    options = f"Encoding=FITS-WCS, CDMatrix=1, FitsAxisOrder=<copy>, FitsTol={_FITS_TOLERANCE}"
    fitsChan = Ast.FitsChan(None, None, options)
    for axis, length in enumerate(bbox.getDimensions(), start=1):
        fitsChan.setfitsI(f"NAXIS{axis}", int(length), "", False)
    try:
        written = fitsChan.write(grid)
    except AST_ERRORS:
        return None
    return _cardsOf(fitsChan) if written else None
