# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that hold one object."""

__all__ = ["FitsPersistable"]

from typing import Any

from lsst._lite import Partial
from lsst.afw.fits._inputArchive import readObject
from lsst.afw.fits._outputArchive import writeObject
from lsst.pex.exceptions import TypeError


class FitsPersistable(Partial):
    """An object that can be written to a FITS file of its own."""

    @classmethod
    def readFits(cls, fileName: str, hdu: int = -(2**31)) -> Any:
        """Read an object of this class from a FITS file.

        Parameters
        ----------
        fileName : `str`
            Name of the file.
        hdu : `int`, optional
            HDU of the archive index; by default the first one.

        Returns
        -------
        value : ``cls``
            The object.

        Raises
        ------
        lsst.pex.exceptions.TypeError
            Raised if the object in the file is of another class.
        """
        value = readObject(fileName, hdu)
        if not isinstance(value, cls):
            raise TypeError(f"{fileName} holds {type(value).__name__}, not {cls.__name__}")
        return value

    def writeFits(self, fileName: str, mode: str = "w") -> None:
        """Write this object to a FITS file.

        Parameters
        ----------
        fileName : `str`
            Name of the file.
        mode : `str`, optional
            "w" to make or replace the file, "a" to append to it.
        """
        writeObject(self, fileName, mode)
