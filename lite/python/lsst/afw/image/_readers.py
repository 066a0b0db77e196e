# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of whole exposures, images, masks and masked images."""

__all__ = ["ExposureFitsReader", "ImageFitsReader", "MaskFitsReader", "MaskedImageFitsReader"]

import numpy as np
import numpy.typing as npt

from lsst.geom import Box2I

from .._pixels._fitsReaders import ImageFitsReader, MaskedImageFitsReader, MaskFitsReader
from .._pixels._origin import PARENT, ImageOrigin
from ._exposure import Exposure, TypedExposure
from ._exposureFile import ExposureFile


class ExposureFitsReader(ExposureFile):
    """Reader of an exposure in a FITS file, whole or in parts.

    Parameters
    ----------
    fileName : `str`
        Name of the file.

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be opened.
    """

    __module__ = "lsst.afw.image"

    def read(
        self,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        allowUnsafe: bool = False,
        dtype: npt.DTypeLike | None = None,
    ) -> TypedExposure:
        """Read the exposure.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`, optional
            Box to read; by default all.
        origin : `ImageOrigin`, optional
            Coordinate system of ``bbox``.
        conformMasks : `bool`, optional
            Whether the mask planes of the file become those of the session.
        allowUnsafe : `bool`, optional
            Whether to permit conversions that may overflow, which otherwise
            are an `lsst.pex.exceptions.Exception`.
        dtype : `numpy.dtype`, optional
            Type of the image; by default that of the file.

        Returns
        -------
        exposure : `Exposure`
            The pixels of the box, and all components.

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if the box is not inside the image.
        lsst.pex.exceptions.TypeError
            Raised if there are no exposures of that type.
        lsst.afw.fits.FitsError
            Raised if the file cannot be read.
        """
        dtype = self.readImageDType() if dtype is None else np.dtype(dtype)
        maskedImage = self.readMaskedImage(bbox, origin, conformMasks, allowUnsafe, dtype)
        return Exposure[dtype.type](maskedImage, self.readExposureInfo())
