# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What exposure records hold besides numbers.

Tables come below the packages that have these classes, which register
themselves here.
"""

__all__ = ["COMPONENTS", "PhotoCalibInterface", "PsfInterface", "VisitInfoInterface"]

import abc

from lsst.afw.fits._opaque import OpaqueComponent
from lsst.afw.geom import Polygon, SkyWcs


class PsfInterface(abc.ABC):
    """A point spread function."""


class PhotoCalibInterface(abc.ABC):
    """A photometric calibration."""


class VisitInfoInterface(abc.ABC):
    """Facts about a visit."""


COMPONENTS = {
    "psf": PsfInterface,
    "wcs": SkyWcs,
    "photoCalib": PhotoCalibInterface,
    "apCorrMap": OpaqueComponent,
    "validPolygon": Polygon,
    "visitInfo": VisitInfoInterface,
    "transmissionCurve": OpaqueComponent,
    "detector": OpaqueComponent,
}
"""Classes of the components of a record, in the order in which the stack
writes them.
"""
