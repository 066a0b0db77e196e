# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image in an HDU, however it is stored: parts of it into an array."""

__all__ = ["isImage", "openImage"]

from ._file import Hdu
from ._plainImage import PlainImage
from ._tiles import TileTable


def isImage(hdu: Hdu) -> bool:
    """Whether an HDU holds an image, compressed or not, with pixels."""
    if hdu.header.get("ZIMAGE") is True:
        return True
    return hdu.header.get("XTENSION", "IMAGE") == "IMAGE" and len(hdu.axes) > 0


def openImage(hdu: Hdu) -> PlainImage | TileTable:
    """Find out how an image is stored.

    Parameters
    ----------
    hdu : `lsst.afw.fits._file.Hdu`
        Where it is.

    Returns
    -------
    image : `PlainImage` or `TileTable`
        Both have ``shape``, ``dtype``, ``checkSize`` and ``tasks``.

    Raises
    ------
    FitsError
        Raised if there is no image in that HDU.
    """
    if hdu.header.get("ZIMAGE") is True:
        return TileTable(hdu)
    if not isImage(hdu):
        raise hdu.error(f"expected an image, found {hdu.header.get('XTENSION', 'no pixels')!r}")
    return PlainImage(hdu)
