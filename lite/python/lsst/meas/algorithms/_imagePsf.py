# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Point spread functions that are images."""

__all__ = ["ImagePsf"]

from typing import Any

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

    def __init__(self, isFixed: bool = False) -> None:
        super().__init__(isFixed)

    def _doComputeShape(self, position: Any = None, color: Any = None) -> Quadrupole:
        image = self.computeKernelImage(position, color, self.INTERNAL)
        return Quadrupole(*computeAdaptiveMoments(image))

    def _doComputeApertureFlux(self, radius: float, position: Any = None, color: Any = None) -> float:
        return computeSincFlux(self.computeKernelImage(position, color, self.INTERNAL), radius)
