# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of the point spread functions of coadds."""

__all__ = ["CoaddPsfConfig", "CoaddPsfControl"]

import dataclasses

from lsst.pex.config import makeConfigClass


@dataclasses.dataclass(eq=False)
class CoaddPsfControl:
    """How to warp the point spread functions of the inputs of a coadd.

    Parameters
    ----------
    warpingKernelName : `str`, optional
        Name of the kernel to warp with.
    cacheSize : `int`, optional
        Number of fractions of a pixel for which the kernel is computed; 0
        for all.
    """

    __module__ = "lsst.meas.algorithms"

    warpingKernelName: str = "lanczos3"
    cacheSize: int = 10000

    # What `makeConfigClass` asks for.

    @staticmethod
    def _type_warpingKernelName() -> str:
        return "std::string"

    @staticmethod
    def _doc_warpingKernelName() -> str:
        return "Name of warping kernel"

    @staticmethod
    def _type_cacheSize() -> str:
        return "int"

    @staticmethod
    def _doc_cacheSize() -> str:
        return "Warping kernel cache size"


CoaddPsfConfig = makeConfigClass(CoaddPsfControl)
