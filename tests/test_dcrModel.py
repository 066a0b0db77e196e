# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import pathlib
import subprocess
import sys
import textwrap
import unittest

import numpy as np
from astropy import units
from astropy.coordinates import CIRS, AltAz, EarthLocation, SkyCoord
from astropy.time import Time
from astropy.utils import iers
from goldenRepo import DATA
from scenes import PIXEL_SCALE, makeExposure, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.coord import Observatory, Weather, differentialRefraction, refraction
from lsst.afw.detection import GaussianPsf
from lsst.afw.geom import makeCdMatrix, makeSkyWcs
from lsst.afw.image import ExposureD, ExposureF, FilterLabel, PhotoCalib, VisitInfo
from lsst.afw.math import ChebyshevBoundedField
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask, MakeCoaddTemplateConfig
from lsst.ip.template.calibration import CalibrationError
from lsst.ip.template.dcrModel import (
    DcrModel,
    applyDcr,
    calculateDcr,
    checkVisitInfo,
    computeDcrBox,
    wavelengthGenerator,
)
from lsst.pex.config import FieldValidationError
from lsst.pipe.base import InMemoryDatasetHandle
from lsst.utils.logging import VERBOSE

ROOT = pathlib.Path(__file__).parents[1]

LATITUDE, LONGITUDE, HEIGHT = -30.244639, -70.749417, 2663.0
"""Of the observatory, in degrees and metres."""

BAND = {"effectiveWavelength": 476.31, "bandwidth": 147.0, "numSubfilters": 3}

ZENITH = {"azimuth": 0.0, "elevation": 90.0}


def makeVisitInfo(azimuth, elevation, declination=-30.0, hourAngle=30.0, ra=10.0, **kwargs):
    """Make observing conditions; all angles are in degrees."""
    values = {
        "era": (ra + hourAngle - LONGITUDE) * geom.degrees,
        "boresightRaDec": geom.SpherePoint(ra, declination, geom.degrees),
        "boresightAzAlt": geom.SpherePoint(azimuth, elevation, geom.degrees),
        "observatory": Observatory(LONGITUDE * geom.degrees, LATITUDE * geom.degrees, HEIGHT),
        "weather": Weather(10.0, 74000.0, 30.0),
    }
    return VisitInfo(**{**values, **kwargs})


def makeBox(x0, y0, width, height):
    return geom.Box2I(geom.Point2I(x0, y0), geom.Extent2I(width, height))


def makeWcs(center, bbox, orientation=0.0, flipX=False, scale=0.2):
    """Make a WCS whose reference point is in the middle of a box."""
    cdMatrix = makeCdMatrix(
        scale=scale * geom.arcseconds, orientation=orientation * geom.degrees, flipX=flipX
    )
    return makeSkyWcs(crpix=geom.Box2D(bbox).getCenter(), crval=center, cdMatrix=cdMatrix)


def drawStar(shape, y, x, sigma=2.0):
    """Draw a star with a flux of one."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * sigma**2)) / (2 * np.pi * sigma**2)


def measure(array):
    """Measure flux and centroid (flux, y, x) of an image."""
    rows, columns = np.indices(array.shape)
    array = array.astype(float)
    flux = array.sum()
    return flux, (rows * array).sum() / flux, (columns * array).sum() / flux


class GoldenTestCase(lsst.utils.tests.TestCase):
    """The refraction and the shifts are those of the full stack."""

    @classmethod
    def setUpClass(cls):
        with open(DATA / "dcr.json") as stream:
            cls.golden = json.load(stream)
        longitude, latitude, elevation = cls.golden["observatory_lon_lat_deg_elev_m"]
        cls.observatory = Observatory(longitude * geom.degrees, latitude * geom.degrees, elevation)

    def testRefraction(self):
        for row in self.golden["refraction"]:
            with self.subTest(row=row):
                weather = row["weather_C_Pa_percent"] and Weather(*row["weather_C_Pa_percent"])
                conditions = (row["elevation_deg"] * geom.degrees, self.observatory, weather)
                self.assertFloatsAlmostEqual(
                    refraction(row["wavelength"], *conditions).asArcseconds(),
                    row["refraction_arcsec"],
                    rtol=1e-10,
                )
                self.assertFloatsAlmostEqual(
                    differentialRefraction(row["wavelength"], row["reference"], *conditions).asArcseconds(),
                    row["differential_arcsec"],
                    rtol=1e-10,
                )

    def visitInfo(self, row):
        return VisitInfo(
            era=row["era_rad"] * geom.radians,
            boresightRaDec=geom.SpherePoint(row["ra_deg"], row["dec_deg"], geom.degrees),
            boresightAzAlt=geom.SpherePoint(row["azimuth_deg"], row["elevation_deg"], geom.degrees),
            boresightRotAngle=row["rotator_deg"] * geom.degrees,
            observatory=self.observatory,
            weather=Weather(*self.golden["weather_C_Pa_percent"]),
        )

    def testShifts(self):
        bbox = makeBox(0, 0, 101, 101)
        band = (
            self.golden["effective_wavelength_nm"],
            self.golden["bandwidth_nm"],
            self.golden["num_subfilters"],
        )
        for row in self.golden["shifts"]:
            with self.subTest(row=row):
                visitInfo = self.visitInfo(row)
                self.assertFloatsAlmostEqual(
                    visitInfo.getBoresightParAngle().asDegrees(), row["parallactic_angle_deg"], atol=1e-9
                )
                wcs = makeSkyWcs(
                    crpix=geom.Box2D(bbox).getCenter(),
                    crval=visitInfo.getBoresightRaDec(),
                    cdMatrix=np.array(row["cd_matrix"]),
                )
                shifts = np.array(calculateDcr(visitInfo, wcs, *band, bbox))
                self.assertFloatsAlmostEqual(shifts, np.array(row["split_shift_yx"]), atol=0.01)
                self.assertFloatsAlmostEqual(shifts.mean(axis=1), np.array(row["shift_yx"]), atol=0.01)


class ZenithTestCase(lsst.utils.tests.TestCase):
    """The shifts point to where the zenith is, as astropy sees it."""

    @classmethod
    def setUpClass(cls):
        # What is bundled is good enough, and a test must not need a network.
        iersSettings = iers.conf.set_temp("auto_download", False)
        iersSettings.__enter__()
        cls.addClassCleanup(iersSettings.__exit__, None, None, None)
        location = EarthLocation(lon=LONGITUDE * units.deg, lat=LATITUDE * units.deg, height=HEIGHT * units.m)
        time = Time("2024-01-01T04:00:00", scale="utc")
        cls.horizontal = AltAz(obstime=time, location=location)
        # VisitInfo takes the Earth rotation angle for the sidereal time, so
        # its equator and equinox are those of the intermediate frame of date.
        cls.celestial = CIRS(obstime=time, location=location)
        cls.era = time.earth_rotation_angle(longitude=0 * units.deg).deg * geom.degrees

    def skyAt(self, azimuth, elevation):
        """Convert from the horizon to the sky; angles are in degrees."""
        place = SkyCoord(azimuth * units.deg, elevation * units.deg, frame=self.horizontal)
        place = place.transform_to(self.celestial)
        return geom.SpherePoint(place.ra.deg, place.dec.deg, geom.degrees)

    def moveUp(self, point):
        """Move a point on the sky one arcsecond up."""
        ra, dec = (angle.asDegrees() * units.deg for angle in point)
        place = SkyCoord(ra, dec, frame=self.celestial).transform_to(self.horizontal)
        return self.skyAt(place.az.deg, place.alt.deg + 1 / 3600)

    def check(self, azimuth, elevation, wcsCenter, bbox, orientation, flipX):
        visitInfo = makeVisitInfo(
            azimuth, elevation, era=self.era, boresightRaDec=self.skyAt(azimuth, elevation)
        )
        wcs = makeWcs(wcsCenter, makeBox(0, 0, 101, 101), orientation=orientation, flipX=flipX)
        shifts = np.array(calculateDcr(visitInfo, wcs, **BAND, bbox=bbox))
        center = geom.Box2D(bbox).getCenter()
        up = wcs.skyToPixel(self.moveUp(wcs.pixelToSky(center))) - center
        for edges, shift in zip(wavelengthGenerator(**BAND), shifts, strict=True):
            blue, red = (
                differentialRefraction(
                    wavelength,
                    BAND["effectiveWavelength"],
                    elevation * geom.degrees,
                    visitInfo.getObservatory(),
                    visitInfo.getWeather(),
                ).asArcseconds()
                for wavelength in edges
            )
            expected = [
                [amount * up.getY(), amount * up.getX()]
                for amount in (0.75 * blue + 0.25 * red, 0.25 * blue + 0.75 * red)
            ]
            self.assertFloatsAlmostEqual(shift, np.array(expected), atol=0.01, rtol=None)

    def testAtTheBoresight(self):
        generator = np.random.default_rng(1)
        for azimuth in np.arange(0.0, 360.0, 30.0):
            for elevation in (15.0, 30.0, 45.0, 60.0, 75.0, 89.0):
                orientation, flipX = generator.uniform(0, 360), bool(generator.integers(2))
                with self.subTest(azimuth=azimuth, elevation=elevation, orientation=orientation, flipX=flipX):
                    self.check(
                        *(azimuth, elevation, self.skyAt(azimuth, elevation)),
                        makeBox(0, 0, 101, 101),
                        orientation=orientation,
                        flipX=flipX,
                    )

    def testAtTheEdgeOfTheFieldFarFromTheTractsCenter(self):
        # Azimuth 180 and elevation 30.2 is the south celestial pole.
        generator = np.random.default_rng(2)
        for azimuth in (175.0, 180.0, 183.0, 90.0):
            for elevation in (25.0, 29.0, 33.0, 60.0):
                with self.subTest(azimuth=azimuth, elevation=elevation):
                    self.check(
                        *(azimuth, elevation, self.skyAt(azimuth + 0.8, elevation - 0.7)),
                        makeBox(-9000, 5000, 4000, 4000),
                        orientation=generator.uniform(0, 360),
                        flipX=bool(generator.integers(2)),
                    )


class CalculateDcrTestCase(lsst.utils.tests.TestCase):
    """The slices of a band, and how they are refracted."""

    def shifts(self, visitInfo, **kwargs):
        bbox = makeBox(0, 0, 101, 101)
        wcs = makeWcs(visitInfo.getBoresightRaDec(), bbox, **kwargs)
        return np.array(calculateDcr(visitInfo, wcs, **BAND, bbox=bbox))

    def testSlicesFillTheBand(self):
        slices = list(wavelengthGenerator(500.0, 90.0, 3))
        self.assertFloatsAlmostEqual(np.array(slices), np.array([[455, 485], [485, 515], [515, 545]]))
        self.assertEqual(list(wavelengthGenerator(500.0, 90.0, 1)), [(455.0, 545.0)])

    def testNoShiftAtZenith(self):
        self.assertFloatsAlmostEqual(self.shifts(makeVisitInfo(**ZENITH)), 0.0, atol=1e-9)

    def testBlueMovesToTheZenithAndRedAway(self):
        # On the meridian north of the zenith: the zenith is south, which is
        # down.
        visitInfo = makeVisitInfo(0.0, 40.0, declination=19.755361, hourAngle=0.0)
        (blue, _, red) = self.shifts(visitInfo).mean(axis=1)
        self.assertLess(blue[0], -0.5)
        self.assertGreater(red[0], 0.3)
        self.assertFloatsAlmostEqual(np.array([blue[1], red[1]]), 0.0, atol=1e-9)
        turned = self.shifts(visitInfo, orientation=180.0).mean(axis=1)
        self.assertFloatsAlmostEqual(turned[0], -blue, atol=1e-9)

    def testOrderOfEdgesWithinASlice(self):
        # Each slice moves less than the next bluer one, and so do its halves.
        visitInfo = makeVisitInfo(0.0, 40.0, declination=19.755361, hourAngle=0.0)
        down = self.shifts(visitInfo)[:, :, 0].ravel()
        self.assertTrue((np.diff(down) > 0).all())

    def testMissingWeatherIsAStandardAtmosphere(self):
        bbox = makeBox(0, 0, 101, 101)
        visitInfo = makeVisitInfo(0.0, 40.0, weather=Weather(10.0, np.nan, 30.0))
        wcs = makeWcs(visitInfo.getBoresightRaDec(), bbox)
        (shift, *_) = calculateDcr(visitInfo, wcs, **BAND, bbox=bbox)
        (slice_, *_) = wavelengthGenerator(**BAND)
        blue, red = (
            differentialRefraction(wavelength, 476.31, 40.0 * geom.degrees, visitInfo.getObservatory())
            for wavelength in slice_
        )
        amount = 0.75 * blue.asArcseconds() + 0.25 * red.asArcseconds()
        self.assertFloatsAlmostEqual(np.hypot(*shift[0]), amount / 0.2, rtol=1e-6)

    def testWhatIsMissingIsNamed(self):
        with self.assertRaisesRegex(ValueError, "no visitInfo"):
            checkVisitInfo(None)
        good = makeVisitInfo(0.0, 40.0)
        checkVisitInfo(good)
        nan = np.nan * geom.degrees
        az, alt = good.getBoresightAzAlt()
        place = good.getObservatory()
        for changes, name in (
            ({"boresightAzAlt": geom.SpherePoint(nan, alt)}, "azimuth"),
            ({"boresightAzAlt": geom.SpherePoint(az, nan)}, "elevation"),
            ({"era": nan}, "parallactic angle"),
            ({"boresightRaDec": geom.SpherePoint(nan, nan)}, "parallactic angle"),
            (
                {"observatory": Observatory(place.getLongitude(), place.getLatitude(), np.nan)},
                "observatory elevation",
            ),
        ):
            with self.subTest(name=name), self.assertRaisesRegex(ValueError, f"no .*{name}"):
                checkVisitInfo(good.copyWith(**changes))


class ApplyDcrTestCase(lsst.utils.tests.TestCase):
    """Shifting an array."""

    def testStarMovesAndKeepsItsFlux(self):
        star = drawStar((61, 71), 30, 35).astype(np.float32)
        shifted = applyDcr(star, ((1.3, -2.4), (0.9, -1.1)))
        flux, y, x = measure(shifted)
        self.assertEqual(shifted.dtype, np.float32)
        self.assertFloatsAlmostEqual(flux, 1.0, rtol=1e-4)
        self.assertFloatsAlmostEqual(np.array([y, x]), np.array([31.1, 33.25]), atol=1e-3)

    def testIsTheMeanOfTwoShifts(self):
        star = drawStar((61, 71), 30, 35)
        expected = (drawStar((61, 71), 31.3, 32.6) + drawStar((61, 71), 30.9, 33.9)) / 2
        shifted = applyDcr(star, ((1.3, -2.4), (0.9, -1.1)))
        self.assertFloatsAlmostEqual(shifted, expected, atol=1e-3 * star.max(), rtol=None)

    def testNoShiftChangesNothing(self):
        noise = np.random.default_rng(1).normal(size=(40, 50))
        noise[3, 4] = np.nan
        shifted = applyDcr(noise, ((0.0, 0.0), (0.0, 0.0)))
        self.assertFloatsAlmostEqual(shifted, noise, atol=1e-12, ignoreNaNs=True)

    def testNaNsStayWhereTheyAre(self):
        noise = np.random.default_rng(1).normal(size=(100, 120)).astype(np.float32)
        holed = noise.copy()
        holed[40:45, 60] = np.nan
        holed[:, :10] = np.inf
        dcr = ((0.4, 1.3), (0.2, 0.6))
        expected, shifted = applyDcr(noise, dcr), applyDcr(holed, dcr)
        affected = np.isnan(shifted)
        # Each of the two interpolations reaches two pixels to each side.
        self.assertTrue(affected[:, :11].all())
        self.assertFalse(affected[:39, 13:].any() or affected[48:, 13:].any())
        self.assertFalse(affected[:, 13:58].any() or affected[:, 64:].any())
        self.assertTrue(affected[40:46, 60:62].all())
        self.assertLess(np.abs(shifted - expected)[~affected].max(), 0.1)

    def testNothingFiniteGivesNothing(self):
        self.assertTrue(np.isnan(applyDcr(np.full((5, 6), np.nan), ((1.0, 1.0), (1.0, 1.0)))).all())


class CountingHandle(InMemoryDatasetHandle):
    """A handle that writes down which boxes were asked for."""

    def get(self, *, component=None, parameters=None, **kwargs):
        if component is None:
            self.boxes.append(parameters and parameters["bbox"])
        return super().get(component=component, parameters=parameters, **kwargs)


class SceneTestCase(lsst.utils.tests.TestCase):
    """A tract of nine patches with one star, bright in the blue, over the
    middle patch.
    """

    fluxes = (300.0, 200.0, 50.0)

    variance = 4.0

    def setUp(self):
        self.skyMap = makeSkyMap(centers=((10.0, -30.0),), radius=0.049, patchSize=120, border=30)
        self.tract = self.skyMap[0]
        self.star = geom.Point2D(self.tract[4].getInnerBBox().getCenter())
        self.config = GetCoaddAsTemplateConfig()
        self.config.coaddName = "dcr"
        for name, value in BAND.items():
            setattr(self.config, name, value)

    def makeHandle(self, patch, subfilter, bbox=None):
        bbox = self.tract[patch].getOuterBBox() if bbox is None else bbox
        coadd = ExposureF(bbox, self.tract.getWcs())
        coadd.image.array[:, :] = self.fluxes[subfilter] * drawStar(
            (bbox.getHeight(), bbox.getWidth()), self.star.y - bbox.getMinY(), self.star.x - bbox.getMinX()
        )
        coadd.variance.array[:, :] = self.variance
        coadd.setPsf(GaussianPsf(11, 11, 2.0))
        coadd.setFilter(FilterLabel(band="g"))
        coadd.setPhotoCalib(PhotoCalib(1.0))
        handle = CountingHandle(coadd, storageClass="ExposureF", tract=0, patch=patch, subfilter=subfilter)
        object.__setattr__(handle, "boxes", [])
        return handle

    def makeHandles(self, patches=range(9)):
        return {patch: [self.makeHandle(patch, subfilter) for subfilter in (2, 0, 1)] for patch in patches}

    def runTask(self, available, visitInfo, size=(180, 160), **kwargs):
        exposure = makeExposure(self.tract.getWcs().pixelToSky(self.star), size=size, **kwargs)
        self.task = GetCoaddAsTemplateTask(config=self.config)
        overlap = self.task.getOverlapPatchList(exposure, self.skyMap)
        return self.task.run(*overlap, available, visitInfo=visitInfo)

    def measureStar(self, exposure, size=25):
        """Measure flux and position of the star in the tract (flux, y, x)."""
        bbox = geom.Box2I.makeCenteredBox(self.star, geom.Extent2I(size, size))
        flux, y, x = measure(exposure.image[bbox].array)
        return flux, y + bbox.getMinY(), x + bbox.getMinX()


class FullRunTestCase(SceneTestCase):
    """Whole templates."""

    def checkStar(self, visitInfo):
        template = self.runTask(self.makeHandles(), visitInfo)
        flux, y, x = self.measureStar(template)
        self.assertFloatsAlmostEqual(flux, sum(self.fluxes), rtol=1e-4)
        amount = 0.0
        for edges, weight in zip(wavelengthGenerator(**BAND), self.fluxes, strict=True):
            for wavelength in edges:
                amount += (
                    weight
                    / sum(self.fluxes)
                    / 2
                    * differentialRefraction(
                        wavelength,
                        BAND["effectiveWavelength"],
                        visitInfo.getBoresightAzAlt().getLatitude(),
                        visitInfo.getObservatory(),
                        visitInfo.getWeather(),
                    ).asArcseconds()
                )
        # In the middle of a tract north is up and east to the left.
        angle = visitInfo.getBoresightParAngle().asRadians()
        expected = amount / PIXEL_SCALE * np.array([np.cos(angle), -np.sin(angle)])
        self.assertFloatsAlmostEqual(
            np.array([y - self.star.y, x - self.star.x]), expected, atol=0.01, rtol=None
        )
        return np.hypot(*expected)

    def testStarMovesAsPredicted(self):
        conditions = ((270.0, 20.0, 75.0), (90.0, 35.0, -60.0), (20.0, 50.0, -3.0))
        moves = [
            self.checkStar(makeVisitInfo(azimuth, elevation, hourAngle=hourAngle))
            for azimuth, elevation, hourAngle in conditions
        ]
        self.assertGreater(max(moves), 0.1)

    def testNothingMovesAtZenith(self):
        template = self.runTask(self.makeHandles(), makeVisitInfo(**ZENITH))
        flux, y, x = self.measureStar(template)
        self.assertFloatsAlmostEqual(np.array([y, x]), np.array([self.star.y, self.star.x]), atol=1e-6)
        self.assertFloatsAlmostEqual(flux, sum(self.fluxes), rtol=1e-4)

    def testPatchesMeetWithoutASeam(self):
        self.star = geom.Point2D(self.tract[4].getInnerBBox().getMin())
        self.checkStar(makeVisitInfo(270.0, 20.0, hourAngle=75.0))

    def testComponentsAndVariance(self):
        template = self.runTask(self.makeHandles(), makeVisitInfo(270.0, 20.0))
        self.assertFloatsAlmostEqual(template.variance.array, 3 * self.variance)
        self.assertEqual(template.getFilter().bandLabel, "g")
        self.assertEqual(template.getPsf().getSigma(), 2.0)
        self.assertEqual(template.getPhotoCalib(), PhotoCalib(1.0))

    def testWholeTemplateHasDataUpToItsEdge(self):
        template = self.runTask(self.makeHandles(), makeVisitInfo(270.0, 20.0), rotation=20.0)
        self.assertFalse(np.isnan(template.image.array).any())
        self.assertEqual(self.task.metadata["coveredFraction"], 1.0)

    def testMostlyUncoveredPatchesAreSkipped(self):
        # The template reaches 40 pixels, twice the border, into the patches
        # around the middle one, and no more.
        with self.assertLogs(level=VERBOSE) as logs:
            self.runTask(self.makeHandles(), makeVisitInfo(270.0, 20.0), size=(158, 158))
        self.assertEqual(self.task.metadata["patchesUsed"], 4)
        self.assertIn("Skip patch 1: it has too few pixels in the template", "\n".join(logs.output))
        self.runTask(self.makeHandles(), makeVisitInfo(270.0, 20.0), size=(164, 158))
        self.assertEqual(self.task.metadata.getArray("patchesUsed"), [3, 4, 5])

    def testFirstPatchGivesThePsfEvenWithoutPixels(self):
        available = self.makeHandles()
        first = available[0]
        for handle in first:
            handle.inMemoryDataset.setPsf(GaussianPsf(11, 11, 3.0))
        # One slice ends before the template begins.
        first[0] = self.makeHandle(0, 2, self.tract[0].getInnerBBox().erodedBy(55))
        template = self.runTask(available, makeVisitInfo(270.0, 20.0))
        self.assertEqual(template.getPsf().getSigma(), 3.0)
        self.assertEqual(self.task.metadata["psfPatch"], 0)
        self.assertNotIn(0, self.task.metadata.getArray("patchesUsed"))

    def testOnlyTheSubBoxIsRead(self):
        available = self.makeHandles()
        template = self.runTask(available, makeVisitInfo(270.0, 20.0))
        for handles in available.values():
            for handle in handles:
                (box,) = handle.boxes
                self.assertTrue(template.getBBox().dilatedBy(20).contains(box), box)

    def testErrorsComeBeforeAnyPixel(self):
        available = self.makeHandles()
        nowhere = geom.SpherePoint(np.nan * geom.degrees, np.nan * geom.degrees)
        cases = [
            (available, None, "no visitInfo"),
            (available, makeVisitInfo(0.0, 40.0).copyWith(boresightAzAlt=nowhere), "no boresight azimuth"),
            ({**available, 4: available[4][:2]}, makeVisitInfo(0.0, 40.0), r"patch 4.*missing \[1\]"),
        ]
        for given, visitInfo, message in cases:
            with self.subTest(message=message), self.assertRaisesRegex(ValueError, message):
                self.runTask(given, visitInfo)
        self.assertEqual([handle.boxes for handles in available.values() for handle in handles], [[]] * 27)

    def testPlainHandles(self):
        class Plain:
            def __init__(self, handle):
                self.dataId = handle.dataId
                self.coadd = handle.get()

            def get(self):
                return self.coadd

        available = {patch: list(map(Plain, handles)) for patch, handles in self.makeHandles().items()}
        visitInfo = makeVisitInfo(270.0, 20.0)
        template = self.runTask(available, visitInfo)
        expected = self.runTask(self.makeHandles(), visitInfo)
        self.assertFloatsAlmostEqual(template.image.array, expected.image.array, atol=1e-4, rtol=None)


class DcrModelTestCase(SceneTestCase):
    """The model of one patch."""

    visitInfo = makeVisitInfo(270.0, 20.0, hourAngle=75.0)

    def setUp(self):
        super().setUp()
        self.handles = self.makeHandles([4])[4]
        self.bbox = self.tract[4].getOuterBBox()

    def build(self, bbox=None):
        model = DcrModel.fromQuantum(self.handles, **BAND)
        return model.buildMatchedExposure(
            self.bbox if bbox is None else bbox, self.visitInfo, self.tract.getWcs()
        )

    def testSubBoxIsTheSubsetOfTheWhole(self):
        whole = self.build()
        center = geom.Point2I(self.star)
        bbox = makeBox(center.x - 9, center.y - 9, 19, 19)
        part = self.build(bbox)
        self.assertEqual(part.getBBox(), bbox)
        self.assertFloatsAlmostEqual(part.image.array, whole[bbox].image.array, atol=1e-4, rtol=None)

    def testMaskIsTheSlicesTogether(self):
        planes = ("CR", "SAT", "DETECTED")
        for number, (plane, handle) in enumerate(zip(planes, self.handles, strict=True)):
            mask = handle.inMemoryDataset.mask
            mask.array[5, 10 + number : 12 + number] = mask.getPlaneBitMask(plane)
        matched = self.build()
        bits = [matched.mask.getPlaneBitMask(plane) for plane in planes]
        expected = [bits[0], bits[0] | bits[1], bits[1] | bits[2], bits[2], 0]
        self.assertEqual(list(matched.mask.array[5, 10:15]), expected)
        self.assertEqual(np.count_nonzero(matched.mask.array), 4)

    def testNaNsBecomeNoDataAndDoNotSpread(self):
        whole = self.build()
        holed = self.handles[1].inMemoryDataset.image.array
        holed[90:93, 20:22] = np.nan
        matched = self.build()
        bad = np.isnan(matched.image.array)
        noData = matched.mask.array & matched.mask.getPlaneBitMask("NO_DATA") != 0
        self.assertTrue(np.array_equal(bad, noData))
        self.assertTrue(bad[90:93, 20:22].all())
        self.assertFalse(bad[:87].any() or bad[96:].any() or bad[:, :17].any() or bad[:, 25:].any())
        self.assertFloatsAlmostEqual(matched.image.array[~bad], whole.image.array[~bad], atol=1e-3, rtol=None)
        self.assertTrue(np.isnan(holed[90, 20]))

    def testStoredCoaddsAreNotChanged(self):
        before = [handle.get().clone() for handle in self.handles]
        self.build()
        for handle, coadd in zip(self.handles, before, strict=True):
            for plane in ("image", "mask", "variance"):
                self.assertTrue(
                    np.array_equal(getattr(handle.get(), plane).array, getattr(coadd, plane).array)
                )

    def testBoxOutsideTheCoaddIsNothing(self):
        self.assertIsNone(self.build(makeBox(10000, 10000, 5, 5)))

    def testSlicesOfDifferentBoxes(self):
        self.handles[0] = self.makeHandle(4, 2, self.bbox.erodedBy(7))
        self.assertEqual(self.build().getBBox(), self.bbox.erodedBy(7))

    def replace(self, number, dataset):
        """Let a handle give something else."""
        object.__setattr__(self.handles[number], "inMemoryDataset", dataset)

    def testSliceThatIsNoExposureFIsNamed(self):
        good = self.handles[2].inMemoryDataset
        for what, value in (
            ("MaskedImageF", good.maskedImage),
            ("ExposureD", ExposureD(good, deep=True)),
            ("float", 3.5),
        ):
            self.replace(2, value)
            with self.assertRaisesRegex(
                TypeError, f"tract 0, patch 4, subfilter 1 must be an ExposureF, not an? {what}"
            ):
                self.build()

    def testSubfiltersAreChecked(self):
        for handles, message in (
            (self.handles[:2], r"missing \[1\], doubled \[\]"),
            (self.handles + self.handles[:1], r"missing \[\], doubled \[2\]"),
            (self.handles[:2] + self.handles[:1], r"missing \[1\], doubled \[2\]"),
            (self.handles + [self.makeHandle(4, 0), self.makeHandle(4, 1)], r"doubled \[0, 1\]"),
        ):
            message = rf"tract 0, patch 4.*{message}"
            with self.subTest(message=message), self.assertRaisesRegex(ValueError, message):
                DcrModel.fromQuantum(handles, **BAND)
        with self.assertRaisesRegex(ValueError, r"unknown \[2\]"):
            DcrModel.fromQuantum(self.handles, 476.31, 147.0, 2)

    def testBoxForDcr(self):
        patch = self.tract[4]
        inner, outer = patch.getInnerBBox(), patch.getOuterBBox()
        self.assertEqual(computeDcrBox(patch, outer.dilatedBy(9), 20), outer.erodedBy(20))
        self.assertEqual(computeDcrBox(patch, outer.dilatedBy(9), 40), inner)
        self.assertEqual(computeDcrBox(patch, inner, 20), inner)
        corner = geom.Box2I(inner.getMin(), geom.Extent2I(41, 500))
        self.assertEqual(computeDcrBox(patch, corner, 20).getMinX(), inner.getMinX())
        self.assertTrue(
            computeDcrBox(patch, geom.Box2I(inner.getMin(), geom.Extent2I(40, 500)), 20).isEmpty()
        )
        self.assertTrue(computeDcrBox(patch, makeBox(-5000, 0, 10, 10), 0).isEmpty())


class CalibrationTestCase(SceneTestCase):
    """Slices of a flat sky of 100 nJy each."""

    visitInfo = makeVisitInfo(270.0, 20.0, hourAngle=75.0)

    def makeTemplate(self, mode, makeCalibration, patches=(4, 5)):
        """Make a template of some patches.

        Parameters
        ----------
        mode : `str`
            The configuration's ``calibrationMismatch``.
        makeCalibration : `~collections.abc.Callable`
            Makes a calibration for patch, subfilter and box.
        """
        self.config.calibrationMismatch = mode
        self.handles = self.makeHandles(patches)
        for patch, handles in self.handles.items():
            for handle in handles:
                coadd = handle.inMemoryDataset
                box = coadd.getBBox()
                photoCalib = makeCalibration(patch, handle.dataId["subfilter"], box)
                y, x = np.mgrid[box.beginY : box.endY, box.beginX : box.endX].astype(float)
                scale = photoCalib.getLocalCalibrationArray(x.ravel(), y.ravel()).reshape(x.shape)
                with np.errstate(divide="ignore"):
                    coadd.image.array[:] = 100.0 / scale
                coadd.setPhotoCalib(photoCalib)
        return self.runTask(self.handles, self.visitInfo)

    def assertFlat(self, template):
        flux = template.getPhotoCalib().calibrateImage(template.maskedImage).image.array
        self.assertGreater(np.count_nonzero(np.isfinite(flux)), 100)
        self.assertFloatsAlmostEqual(flux[np.isfinite(flux)], np.float32(300.0), rtol=1e-5)

    def makeField(self, patch, subfilter, box):
        coefficients = np.array([[2.0 + subfilter, 0.3], [0.1 * patch, 0.0]])
        return PhotoCalib(ChebyshevBoundedField(box, coefficients), 0.1)

    def testSlicesThatAgreeAreSummed(self):
        for mode in ("error", "warn", "rescale"):
            self.assertFlat(self.makeTemplate(mode, lambda patch, subfilter, box: PhotoCalib(2.0)))

    def testOthersAreRescaled(self):
        for makeCalibration in (
            self.makeField,
            lambda patch, subfilter, box: PhotoCalib(1.0 + patch + subfilter),
            lambda patch, subfilter, box: (
                PhotoCalib(2.0) if subfilter == 0 else self.makeField(patch, subfilter, box)
            ),
        ):
            template = self.makeTemplate("rescale", makeCalibration)
            self.assertFlat(template)
            first = makeCalibration(4, 0, self.tract[4].getOuterBBox())
            self.assertFloatsAlmostEqual(
                template.getPhotoCalib().getCalibrationMean(), first.getCalibrationMean()
            )
            self.assertEqual(template.getPhotoCalib().getCalibrationErr(), first.getCalibrationErr())

    def testSlicesThatDisagreeAreAnError(self):
        message = "patch 4, subfilter 1 .* is not that of .*subfilter 0.*calibrationMismatch"
        for mode in ("error", "warn"):
            with self.subTest(mode=mode), self.assertRaisesRegex(CalibrationError, message):
                self.makeTemplate(mode, lambda patch, subfilter, box: PhotoCalib(1.0 + subfilter), [4])

    def testSlicesThatVaryAreAnError(self):
        for mode in ("error", "warn"):
            with (
                self.subTest(mode=mode),
                self.assertRaisesRegex(
                    CalibrationError, "patch 4, subfilter 0 .*varies.*calibrationMismatch"
                ),
            ):
                self.makeTemplate(mode, lambda patch, subfilter, box: self.makeField(patch, 0, box), [4])

    def testCalibrationThatIsNotPositiveIsAnError(self):
        for mode in ("error", "warn", "rescale"):
            with (
                self.subTest(mode=mode),
                self.assertRaisesRegex(CalibrationError, "patch 4, subfilter 1 .* is 0.0"),
            ):
                self.makeTemplate(
                    mode, lambda patch, subfilter, box: PhotoCalib(0.0 if subfilter == 1 else 2.0), [4]
                )


class ConfigTestCase(lsst.utils.tests.TestCase):
    """What the configuration wants for DCR coadds."""

    def testWavelengthsAreRequiredForDcrOnly(self):
        config = GetCoaddAsTemplateConfig()
        config.validate()
        config.coaddName = "dcr"
        with self.assertRaisesRegex(FieldValidationError, "requires effectiveWavelength"):
            config.validate()
        config.effectiveWavelength = 476.31
        with self.assertRaisesRegex(FieldValidationError, "requires bandwidth"):
            config.validate()
        config.bandwidth = 147.0
        config.validate()

    def testParentsValidationIsCalled(self):
        config = GetCoaddAsTemplateConfig()
        config.coaddName = None
        config.templateBorderSize = None
        with self.assertRaisesRegex(FieldValidationError, "Required value"):
            config.validate()

    def testBandsHaveConfigFiles(self):
        wavelengths = []
        for band in "UGRIZY":
            config = MakeCoaddTemplateConfig()
            config.load(str(ROOT / "config" / f"dcr{band}.py"))
            config.validate()
            self.assertLess(config.getTemplate.bandwidth, 200.0)
            wavelengths.append(config.getTemplate.effectiveWavelength)
        self.assertEqual(wavelengths, sorted(wavelengths))

    def testImportDoesNotLoadScipy(self):
        # Other packages may: this is about what the modules here import.
        program = textwrap.dedent("""
            import builtins, sys

            importModule = builtins.__import__

            def watch(name, globals=None, *args, **kwargs):
                importer = (globals or {}).get("__name__", "")
                if name.split(".")[0] == "scipy" and importer.startswith("lsst.ip.template"):
                    sys.exit(f"{importer} imports {name}")
                return importModule(name, globals, *args, **kwargs)

            builtins.__import__ = watch
            import lsst.ip.template
            assert "lsst.ip.template.dcrModel" in sys.modules
        """)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)


def setup_module(module):
    lsst.utils.tests.init()


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
