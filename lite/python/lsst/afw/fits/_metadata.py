# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Headers as property lists."""

__all__ = ["readHduMetadata", "readMetadata", "toCards"]

import logging
import re
from typing import Any

from lsst.daf.base import PropertyList, PropertySet

from ._cards import Header
from ._error import FitsError
from ._file import FitsFile
from ._images import isImage

_LOG = logging.getLogger("lsst.afw.fits")

DEFAULT_HDU = -(2**31)

_STRUCTURE = frozenset(
    {
        "BITPIX",
        "BSCALE",
        "BZERO",
        "CHECKSUM",
        "DATASUM",
        "EXTEND",
        "GCOUNT",
        "NAXIS",
        "PCOUNT",
        "SIMPLE",
        "TFIELDS",
        "XTENSION",
        "ZBITPIX",
        "ZBLANK",
        "ZCMPTYPE",
        "ZDATASUM",
        "ZDITHER0",
        "ZEXTEND",
        "ZHECKSUM",
        "ZIMAGE",
        "ZQUANTIZ",
        "ZSIMPLE",
    }
)
"""Keywords that say how an HDU is laid out."""

_STRUCTURE_START = ("NAXIS", "TSCAL", "TZERO", "ZNAME", "ZNAXIS", "ZTILE", "ZVAL")

_WRITTEN_START = ("TFORM", "TTYPE")
"""Starts of keywords of tables, which a header read from one may have."""

_BOILERPLATE = re.compile(
    r" *(FITS \(Flexible Image Transport System\)|and Astrophysics', volume 376, page 359)"
)

_COMMENTARY = ("COMMENT", "HISTORY", "")


def _isStructure(key: str) -> bool:
    """Whether a keyword only says how an HDU is laid out."""
    return key in _STRUCTURE or key.startswith(_STRUCTURE_START)


def _toPropertyList(header: Header, strip: bool) -> PropertyList:
    """Make a property list of a header.

    Parameters
    ----------
    header : `lsst.afw.fits._cards.Header`
        The header.
    strip : `bool`
        Whether to leave out what only says how the HDU is laid out.
    """
    metadata = PropertyList()
    for key, value, comment in header.cards:
        if strip and (_isStructure(key) or (key == "COMMENT" and _BOILERPLATE.match(str(value)))):
            continue
        if key in _COMMENTARY:
            # The stack keeps comments without a keyword with the others.
            key, value, comment = key or "COMMENT", value or "", ""
        if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
            value = float(value)
        isThere = metadata.exists(key)
        isSame = isThere and type(metadata.getScalar(key)) is type(value)
        if isThere and value is None and not isSame:
            # Of a keyword that is there again, the value counts.
            continue
        # A keyword that is there again, with another type, replaces.
        (metadata.add if isSame else metadata.set)(key, value, comment)
    return metadata


def _combine(first: PropertyList, second: PropertyList) -> PropertyList:
    """Put the cards of an HDU after those that it inherits.

    Comments are appended; of all others the last value stands.
    """
    combined = PropertyList()
    for metadata in (first, second):
        for name in metadata.getOrderedNames():
            if name in _COMMENTARY:
                combined.add(name, [str(text) for text in metadata.getArray(name)])
            else:
                combined.copy(name, metadata, name, asScalar=True)
    return combined


def readHduMetadata(file: FitsFile, index: int, strip: bool) -> PropertyList:
    """Read the header of an HDU.

    Parameters
    ----------
    file : `FitsFile`
        The file.
    index : `int`
        Number of the HDU.
    strip : `bool`
        Whether to leave out what only says how the HDU is laid out.

    Returns
    -------
    metadata : `lsst.daf.base.PropertyList`
        Cards, those of the primary HDU first if the HDU inherits them.
    """
    metadata = _toPropertyList(file[index].header, strip)
    if index == 0 or not metadata.exists("INHERIT"):
        return metadata._nameInOrder()
    inherit = metadata.getScalar("INHERIT") in (True, "T")
    if strip:
        metadata.remove("INHERIT")
    primary = _toPropertyList(file[0].header, strip) if inherit else PropertyList()
    return _combine(primary, metadata)._nameInOrder()


def defaultHdu(file: FitsFile, index: int = DEFAULT_HDU) -> int:
    """Find the HDU that is meant.

    Parameters
    ----------
    file : `FitsFile`
        The file.
    index : `int`, optional
        Number of the HDU; by default the one that the file's name ends in,
        else the primary one, or the one after it if the primary one is empty.
    """
    if index == DEFAULT_HDU:
        index = file.find(file.selected) if file.selected else 0
        return 1 if index == 0 and not isImage(file[0]) and file.has(1) else index
    if index < 0:
        raise FitsError(f"{file.name}: expected the number of an HDU, found {index}")
    return index


def readMetadata(
    fileName: str, hdu: int | str = DEFAULT_HDU, strip: bool = False, *, hduName: str | None = None
) -> PropertyList:
    """Read the header of an HDU.

    Called as ``readMetadata(fileName, hdu, strip)`` or
    ``readMetadata(fileName, hduName, strip)``.

    Parameters
    ----------
    fileName : `str`
        Name of the file; it may end in the number or the name of an HDU in
        brackets.
    hdu : `int`, optional
        Number of the HDU, 0 for the primary one; by default the first that
        is not empty.
    hduName : `str`
        Name of the HDU (``EXTNAME``), instead of its number.
    strip : `bool`, optional
        Whether to leave out what only says how the HDU is laid out.

    Returns
    -------
    metadata : `lsst.daf.base.PropertyList`
        The cards, with those of the primary HDU if ``INHERIT`` is true.

    Raises
    ------
    FitsError
        Raised if the file cannot be read or has no such HDU.
    """
    file = FitsFile(fileName)
    name = hdu if isinstance(hdu, str) else hduName
    index = defaultHdu(file, int(hdu)) if name is None else file.find(name)
    return readHduMetadata(file, index, strip)


def toCards(metadata: PropertySet | None) -> list[tuple[Any, ...]]:
    """Make cards of a property set.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet` or `None`
        What to write; what only says how an HDU is laid out is left out.

    Returns
    -------
    cards : `list` [`tuple`]
        Keyword, value and comment of each card.
    """
    if metadata is None:
        return []
    ordered = metadata if isinstance(metadata, PropertyList) else None
    cards = []
    for name in metadata.paramNames(False) if ordered is None else ordered.getOrderedNames():
        if _isStructure(name) or name.startswith(_WRITTEN_START):
            continue
        comment = "" if ordered is None else ordered.getComment(name)
        for value in metadata.getArray(name):
            if value is not None and not isinstance(value, bool | int | float | str):
                _LOG.warning("Cannot write %r of type %s to a FITS header.", name, type(value).__name__)
                continue
            cards.append((name, value, comment))
    return cards
