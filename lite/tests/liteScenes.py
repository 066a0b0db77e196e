# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What many tests begin with: a folder, a box, a WCS, a visit."""

__all__ = ["VISIT_FACTS", "TemporaryFolder", "makeBox", "makeWcs"]

import os
import tempfile

import lsst.utils.tests
from lsst.afw.coord import Observatory, Weather
from lsst.afw.geom import makeCdMatrix, makeSkyWcs
from lsst.afw.image import RotType
from lsst.daf.base import DateTime
from lsst.geom import Box2I, Extent2I, Point2D, Point2I, SpherePoint, arcseconds, degrees

VISIT_FACTS = dict(
    exposureTime=10.01,
    darkTime=11.02,
    date=DateTime(65321.1, DateTime.MJD, DateTime.TAI),
    ut1=12345.1,
    era=45.1 * degrees,
    boresightRaDec=SpherePoint(23.1, 73.2, degrees),
    boresightAzAlt=SpherePoint(134.5, 33.3, degrees),
    boresightAirmass=1.73,
    boresightRotAngle=73.2 * degrees,
    rotType=RotType.HORIZON,
    observatory=Observatory(11.1 * degrees, 22.2 * degrees, 0.333),
    weather=Weather(1.1, 2.2, 34.5),
    instrumentLabel="TestCameraOne",
    id=987654,
    focusZ=1.5,
    observationType="flat",
    scienceProgram="test program",
    observationReason="test reason",
    object="test object",
    hasSimulatedContent=True,
)
"""All that a `VisitInfo` can be told."""


class TemporaryFolder(lsst.utils.tests.TestCase):
    """Tests that write files: they have a ``folder``, and a ``path`` in it."""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.path = os.path.join(self.folder, "file.fits")

    def replaceBytes(self, old, new, count=-1):
        """Change bytes of the file at the path, whose length stays."""
        with open(self.path, "rb") as stream:
            data = stream.read()
        self.assertIn(old, data)
        with open(self.path, "wb") as stream:
            stream.write(data.replace(old, new.ljust(len(old)), count))


def makeBox(x, y, width, height):
    """Make a box from its first pixel and its dimensions."""
    return Box2I(Point2I(x, y), Extent2I(width, height))


def makeWcs(x=50, y=60, scale=0.2, angle=0.0, ra=30.0, dec=-20.0):
    """Make a WCS.

    Parameters
    ----------
    x, y : `float`, optional
        The pixel that is at the position.
    scale : `float`, optional
        Size of a pixel, in arcseconds.
    angle : `float`, optional
        Angle of rotation, in degrees.
    ra, dec : `float`, optional
        The position, in degrees.
    """
    cdMatrix = makeCdMatrix(scale * arcseconds, angle * degrees)
    return makeSkyWcs(Point2D(x, y), SpherePoint(ra, dec, degrees), cdMatrix)
