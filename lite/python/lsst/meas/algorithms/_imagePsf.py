# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Point spread functions that are images."""

__all__ = ["ImagePsf"]

from lsst.afw.detection import Psf
from lsst.afw.geom.ellipses import Quadrupole

from ._adaptiveMoments import computeAdaptiveMoments
from ._sincFlux import computeSincFlux


class ImagePsf(Psf):
    """A point spread function whose shape and flux are those of its image.

    Subclasses implement ``_doComputeKernelImage(position, color)`` and
    ``_doComputeBBox(position, color)``.

    Parameters
    ----------
    isFixed : `bool`, optional
        Whether the function is the same everywhere.
    """

    __module__ = "lsst.meas.algorithms"

    __hash__ = None

    def __init__(self, isFixed=False):
        super().__init__(isFixed)

    def _doComputeShape(self, position=None, color=None):
        image = self.computeKernelImage(position, color, self.INTERNAL)
        return Quadrupole(*computeAdaptiveMoments(image))

    def _doComputeApertureFlux(self, radius, position=None, color=None):
        return computeSincFlux(self.computeKernelImage(position, color, self.INTERNAL), radius)
