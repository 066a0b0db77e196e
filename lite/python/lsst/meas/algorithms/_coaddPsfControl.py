# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of the point spread functions of coadds."""

__all__ = ["CoaddPsfConfig", "CoaddPsfControl"]

import dataclasses
from typing import ClassVar

from lsst.pex.config import Config, Field


@dataclasses.dataclass
class CoaddPsfControl:
    """How to warp the point spread functions of the inputs of a coadd."""

    __module__ = "lsst.meas.algorithms"

    ConfigClass: ClassVar[type[Config]]

    warpingKernelName: str = "lanczos3"
    """Name of the kernel to warp with."""

    cacheSize: int = 10000
    """Number of fractions of a pixel for which the kernel is computed; 0 for
    all.
    """


class CoaddPsfConfig(Config):
    """Configuration of a `CoaddPsfControl`."""

    __module__ = "lsst.meas.algorithms"

    Control = CoaddPsfControl

    warpingKernelName = Field[str](doc="Name of warping kernel", dtype=str, default="lanczos3")
    cacheSize = Field[int](doc="Warping kernel cache size", dtype=int, default=10000)

    def makeControl(self) -> CoaddPsfControl:
        """Make a control of this configuration."""
        return CoaddPsfControl(**self.toDict())

    def readControl(self, control: CoaddPsfControl) -> None:
        """Take over the values of a control."""
        self.update(**dataclasses.asdict(control))


CoaddPsfControl.ConfigClass = CoaddPsfConfig
