# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WCS classes before 2018, by their FITS keywords: they are only read.

TAN and TAN-SIP WCSs are of the class ``TanWcs``, others of ``Wcs``.
"""

__all__ = []

from typing import Any

import numpy as np
import numpy.typing as npt

from lsst.afw.fits._inputArchive import InputArchive
from lsst.afw.fits._registry import Persistable, onlyRow, register
from lsst.daf.base import PropertyList

from ._makeWcs import makeSkyWcs
from ._skyWcs import SkyWcs

_MAX_SIP = 20
"""More rows of coefficients than any SIP polynomial has."""


_UNDEFINED = 1e100
"""No number is larger: wcslib has 9.87654321e107 for one that is not there."""


def _readOldWcs(archive: InputArchive, rows: Any) -> SkyWcs:
    row = onlyRow(rows[:1])
    metadata = PropertyList()
    for axis, letter in enumerate("xy"):
        metadata.set(f"CRVAL{axis + 1}", row.scalar(f"crval_{letter}"))
        # The file counts pixels from 0.
        metadata.set(f"CRPIX{axis + 1}", row.scalar(f"crpix_{letter}") + 1)
        # The file has the coefficients of SIP, but not its name.
        ctype = row.string(f"ctype{axis + 1}").removesuffix("-SIP")
        metadata.set(f"CTYPE{axis + 1}", f"{ctype}-SIP" if len(rows) > 1 else ctype)
        metadata.set(f"CUNIT{axis + 1}", row.string(f"cunit{axis + 1}"))
    for name, value in zip(("CD1_1", "CD2_1", "CD1_2", "CD2_2"), row.array("cd").tolist(), strict=True):
        metadata.set(name, value)
    if (equinox := row.scalar("equinox")) < _UNDEFINED:
        metadata.set("EQUINOX", equinox)
    if radesys := row.string("radesys"):
        metadata.set("RADESYS", radesys)
    if len(rows) > 1:
        sip = onlyRow(rows[1:])
        for column, name in (("A", "A"), ("B", "B"), ("Ap", "AP"), ("Bp", "BP")):
            _setSip(metadata, name, sip.array(column))
    return makeSkyWcs(metadata)


def _setSip(metadata: PropertyList, name: str, coefficients: npt.NDArray[Any]) -> None:
    """Write a SIP polynomial as FITS keywords.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertyList`
        Where to.
    name : `str`
        "A", "B", "AP" or "BP".
    coefficients : `numpy.ndarray`
        Square matrix of coefficients, the power of the row coordinate
        outermost.
    """
    size = round(coefficients.size**0.5)
    if size * size != coefficients.size or size > _MAX_SIP:
        raise ValueError(f"expected a square matrix of SIP coefficients, found {coefficients.size}")
    if size == 0:
        return
    metadata.set(f"{name}_ORDER", size - 1)
    for (q, p), value in np.ndenumerate(coefficients.reshape(size, size)):
        if value != 0:
            metadata.set(f"{name}_{p}_{q}", value.item())


for _name in ("TanWcs", "Wcs"):
    register(Persistable(_name, "lsst.afw.image", _readOldWcs))
