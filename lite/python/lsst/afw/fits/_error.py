# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exception of everything that is wrong with a FITS file."""

__all__ = ["FitsError"]

import lsst.pex.exceptions as pexExceptions


class FitsError(pexExceptions.IoError):
    """A FITS file cannot be read or written.

    The message names the file, the HDU where there is one, what was expected
    and what was found.
    """

    __module__ = "lsst.afw.fits"
