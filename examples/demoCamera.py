# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A camera with four detectors, for the demo."""

__all__ = ["BAND", "PHYSICAL_FILTER", "PIXEL_SCALE", "DemoCamera", "DemoDetector"]

from dataclasses import dataclass
from typing import ClassVar

import erfa
import numpy as np

import lsst.geom as geom
from lsst.afw.coord import Observatory, Weather
from lsst.afw.geom import makeCdMatrix, makeSkyWcs
from lsst.afw.image import RotType, VisitInfo
from lsst.daf.base import DateTime
from lsst.pipe.base import Instrument
from lsst.utils.introspection import get_full_type_name

BAND = "r"
PHYSICAL_FILTER = "r_demo"
PIXEL_SCALE = 0.2 * geom.arcseconds
SITE = Observatory(-70.749417 * geom.degrees, -30.244639 * geom.degrees, 2663.0)


@dataclass(frozen=True)
class DemoDetector:
    """One detector, and how it sits in the focal plane."""

    id: int
    """Number of the detector."""

    name: str
    """Name of the detector."""

    center: geom.Extent2D
    """Place of its centre relative to the boresight, in pixels."""

    orientation: geom.Angle
    """Angle from the y axis of the focal plane to its own."""

    bbox: ClassVar[geom.Box2I] = geom.Box2I(geom.Point2I(0, 0), geom.Extent2I(1000, 1000))
    """Pixels of any detector."""

    def makeWcs(self, boresight, rotation):
        """Make the WCS of the detector for a pointing.

        Parameters
        ----------
        boresight : `lsst.geom.SpherePoint`
            Where the camera looks.
        rotation : `lsst.geom.Angle`
            Position angle of the focal plane's y axis.

        Returns
        -------
        wcs : `lsst.afw.geom.SkyWcs`
            Pixels of the detector to sky.
        """
        # The boresight in the detector's pixels, where all its detectors
        # touch the sky.
        sine, cosine = np.sin(self.orientation.asRadians()), np.cos(self.orientation.asRadians())
        turned = geom.Extent2D(
            cosine * self.center.x + sine * self.center.y, cosine * self.center.y - sine * self.center.x
        )
        return makeSkyWcs(
            crpix=geom.Box2D(self.bbox).getCenter() - turned,
            crval=boresight,
            cdMatrix=makeCdMatrix(scale=PIXEL_SCALE, orientation=rotation + self.orientation),
        )


class DemoCamera(Instrument):
    """A camera with four detectors, each turned another way."""

    detectors = (
        DemoDetector(0, "S00", geom.Extent2D(-520, -520), 0 * geom.degrees),
        DemoDetector(1, "S01", geom.Extent2D(520, -520), 90 * geom.degrees),
        DemoDetector(2, "S11", geom.Extent2D(520, 520), 180 * geom.degrees),
        DemoDetector(3, "S10", geom.Extent2D(-520, 520), 270 * geom.degrees),
    )

    @classmethod
    def getName(cls):
        # Docstring inherited.
        return "DemoCam"

    def register(self, registry, *, update=False):
        # Docstring inherited.
        instrument = {"instrument": self.getName()}
        with registry.transaction():
            registry.syncDimensionData(
                "instrument",
                {
                    "name": self.getName(),
                    "class_name": get_full_type_name(self),
                    "detector_max": len(self.detectors),
                    "visit_max": 10**6,
                    "exposure_max": 10**6,
                },
                update=update,
            )
            registry.syncDimensionData(
                "physical_filter", {**instrument, "name": PHYSICAL_FILTER, "band": BAND}, update=update
            )
            for detector in self.detectors:
                registry.syncDimensionData(
                    "detector",
                    {**instrument, "id": detector.id, "full_name": detector.name, "purpose": "SCIENCE"},
                    update=update,
                )

    def getRawFormatter(self, dataId):
        # Docstring inherited.
        raise NotImplementedError("The demo camera has no raw data.")

    def makeVisitInfo(self, visit, boresight, rotation):
        """Make up the observing conditions of a visit.

        Parameters
        ----------
        visit : `int`
            Number of the visit; one starts each minute.
        boresight : `lsst.geom.SpherePoint`
            Where the camera looks.
        rotation : `lsst.geom.Angle`
            Position angle of the focal plane's y axis.

        Returns
        -------
        visitInfo : `lsst.afw.image.VisitInfo`
            The observing conditions.
        """
        hours, minutes = divmod(visit, 60)
        date = DateTime(f"2025-03-01T{3 + hours % 6:02d}:{minutes:02d}:00.000000000", DateTime.TAI)
        era = erfa.era00(date.get(DateTime.JD, DateTime.UTC), 0.0) * geom.radians
        hourAngle = era + SITE.getLongitude() - boresight.getRa()
        azimuth, altitude = erfa.hd2ae(
            hourAngle.asRadians(), boresight.getDec().asRadians(), SITE.getLatitude().asRadians()
        )
        return VisitInfo(
            exposureTime=30.0,
            date=date,
            era=era,
            boresightRaDec=boresight,
            boresightAzAlt=geom.SpherePoint(azimuth, altitude, geom.radians),
            boresightAirmass=1.0 / np.sin(altitude),
            boresightRotAngle=rotation,
            rotType=RotType.SKY,
            observatory=SITE,
            weather=Weather(10.0, 74000.0, 40.0),
            instrumentLabel=self.getName(),
            id=visit,
        )
