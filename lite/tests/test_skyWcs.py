# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""SkyWcs does what the stack's does, to the last digit of its strings."""

import copy
import importlib.util
import json
import math
import os
import pathlib
import pickle
import re
import tempfile
import unittest

import astropy.io.fits
import astropy.wcs
import numpy as np
import starlink.Ast as Ast
from astropy.coordinates import SkyCoord
from sharedFiles import findShared, needsShared

import lsst.afw.geom as afwGeom
import lsst.geom as geom
import lsst.pex.exceptions
import lsst.utils.tests
from lsst.afw.geom import SkyWcs, makeCdMatrix, makeSkyWcs
from lsst.afw.geom._frames import modifyFrames
from lsst.afw.image import CoaddInputs, ExposureF
from lsst.afw.table import ExposureCatalog, ExposureTable
from lsst.daf.base import PropertyList
from lsst.geom import Extent2D, Point2D, SpherePoint, arcseconds, degrees, radians

GOLDEN = pathlib.Path(__file__).parent / "data" / "golden"
EXPOSURES = GOLDEN / "exposures"

NEW_FILES = ("calexp_sip.fits", "calexp_xy0.fits", "coadd_default.fits", "coadd_nopsf_nofilter.fits")
"""Files written by the afw that made the golden results."""


def readArchivedStrings(path):
    """Read the string of each SkyWcs in the archive of a file."""
    strings = []
    with astropy.io.fits.open(path) as hdus:
        for hdu in hdus:
            if hdu.header.get("EXTTYPE") == "ARCHIVE_DATA" and "SkyWcs" in str(hdu.header.get("AR_NAME")):
                strings += [np.asarray(row["wcs"]).astype(np.uint8).tobytes().decode() for row in hdu.data]
    return strings


def readImageHeader(path):
    """Read the header of the image plane of a file."""
    with astropy.io.fits.open(path) as hdus:
        return hdus[1].header


def makeMetadata(header):
    """Copy a header to a PropertyList."""
    metadata = PropertyList()
    for card in header.cards:
        if card.keyword not in ("", "COMMENT", "HISTORY"):
            metadata.set(card.keyword, card.value, card.comment)
    return metadata


def makeSimpleMetadata(**changes):
    """Make the cards of a TAN WCS; a change to None leaves a card out."""
    cards = {
        "RADESYS": "ICRS",
        "CTYPE1": "RA---TAN",
        "CTYPE2": "DEC--TAN",
        "CRPIX1": 101.0,
        "CRPIX2": 201.0,
        "CRVAL1": 30.0,
        "CRVAL2": -20.0,
        "CD1_1": -1e-4,
        "CD2_2": 1e-4,
    }
    cards = {name: value for name, value in (cards | changes).items() if value is not None}
    return PropertyList.from_mapping(cards)


class SkyWcsTestCase(lsst.utils.tests.TestCase):
    """Tests with one TAN WCS."""

    def setUp(self):
        self.crpix = Point2D(5, 6)
        self.crval = SpherePoint(30, -20, degrees)
        self.cdMatrix = makeCdMatrix(scale=0.2 * arcseconds)
        self.wcs = makeSkyWcs(crpix=self.crpix, crval=self.crval, cdMatrix=self.cdMatrix)

    def assertSamePlace(self, first, second, arcsec=1e-7):
        self.assertLess(first.separation(second).asArcseconds(), arcsec)

    def testOnePointManyPointsAndArraysAgree(self):
        pixels = [Point2D(0, 0), Point2D(100, 50), Point2D(-3.5, 7)]
        skies = self.wcs.pixelToSky(pixels)
        backs = self.wcs.skyToPixel(skies)
        x, y = np.array(pixels).T
        for pixel, sky, back in zip(pixels, skies, backs, strict=True):
            self.assertEqual(self.wcs.pixelToSky(pixel), sky)
            self.assertEqual(self.wcs.pixelToSky(pixel=pixel), sky)
            self.assertEqual(self.wcs.pixelToSky(*pixel), sky)
            self.assertEqual(self.wcs.pixelToSky(x=pixel.x, y=pixel.y), sky)
            self.assertEqual(self.wcs.skyToPixel(sky), back)
        for unit, isDegrees in ((radians, False), (degrees, True)):
            positions = self.wcs.pixelToSkyArray(x, y, degrees=isDegrees)
            expected = np.array([sky.getPosition(unit) for sky in skies]).T
            np.testing.assert_allclose(positions, expected, rtol=1e-15, atol=1e-15)
            found = self.wcs.skyToPixelArray(*positions, degrees=isDegrees)
            np.testing.assert_allclose(found, np.array(backs).T, rtol=0, atol=1e-8)
            np.testing.assert_allclose(found, (x, y), rtol=0, atol=1e-8)
        self.assertEqual((self.wcs.pixelToSky([]), self.wcs.skyToPixel([])), ([], []))
        self.assertEqual([len(a) for a in self.wcs.pixelToSkyArray(np.array([]), np.array([]))], [0, 0])

    def testWhatIsNoPointIsATypeError(self):
        for wrong in ((geom.Point2I(1, 2),), ("1", "2"), (1,), (1, 2, 3), (), ([self.crval],), (None, None)):
            with self.subTest(wrong=wrong), self.assertRaises(TypeError):
                self.wcs.pixelToSky(*wrong)
        for wrong in (self.crpix, [self.crpix], 3, None):
            with self.subTest(wrong=wrong), self.assertRaises(TypeError):
                self.wcs.skyToPixel(wrong)

    def testOriginsScaleAndCdMatrixAreThoseItWasMadeWith(self):
        self.assertLess(math.dist(self.wcs.getPixelOrigin(), self.crpix), 1e-9)
        self.assertSamePlace(self.wcs.getSkyOrigin(), self.crval)
        np.testing.assert_allclose(self.wcs.getCdMatrix(), self.cdMatrix, rtol=1e-14)
        np.testing.assert_allclose(self.wcs.getCdMatrix(Point2D(900, 3)), self.cdMatrix, rtol=1e-14)

    def testCdMatrixTurnsAndFlips(self):
        scale = 3600 * arcseconds
        np.testing.assert_allclose(makeCdMatrix(scale), [[-1, 0], [0, 1]])
        np.testing.assert_allclose(makeCdMatrix(scale, flipX=True), [[1, 0], [0, 1]])
        np.testing.assert_allclose(makeCdMatrix(scale, 90 * degrees), [[0, 1], [1, 0]], atol=1e-15)

    def testFlipXTellsFlippedFromNot(self):
        self.assertIs(self.wcs.isFlipped, False)
        cdMatrix = makeCdMatrix(0.2 * arcseconds, 30 * degrees, flipX=True)
        self.assertIs(makeSkyWcs(self.crpix, self.crval, cdMatrix).isFlipped, True)

    def testEqualityIsThatOfTheStringsAndNothingIsHashable(self):
        other = makeSkyWcs(self.crpix, self.crval, makeCdMatrix(0.3 * arcseconds))
        self.assertEqual(self.wcs, makeSkyWcs(self.crpix, self.crval, self.cdMatrix))
        self.assertNotEqual(self.wcs, other)
        self.assertNotEqual(self.wcs, "SkyWcs")
        with self.assertRaises(TypeError):
            hash(self.wcs)

    def testPickleAndCopyKeepIt(self):
        for clone in (pickle.loads(pickle.dumps(self.wcs)), copy.copy(self.wcs), copy.deepcopy(self.wcs)):
            self.assertIsInstance(clone, SkyWcs)
            self.assertEqual(clone, self.wcs)

    def testPicklesNameWhatTheStackNames(self):
        function, (cls, state) = self.wcs.__reduce__()
        self.assertEqual(function.__module__, "lsst.afw.geom._python._transform")
        self.assertEqual(function.__qualname__, "unpickleTransform")
        self.assertEqual((cls.__module__, cls.__qualname__), ("lsst.afw.geom", "SkyWcs"))
        self.assertEqual(state, self.wcs.writeString())

    def testShiftedOriginMovesThePixelsNotTheSky(self):
        shifted = self.wcs.copyAtShiftedPixelOrigin(Extent2D(10, 20))
        self.assertLess(math.dist(shifted.getPixelOrigin(), Point2D(15, 26)), 1e-9)
        self.assertSamePlace(shifted.getSkyOrigin(), self.crval)
        self.assertSamePlace(shifted.pixelToSky(110, 220), self.wcs.pixelToSky(100, 200))

    @unittest.skipUnless(os.path.exists("/proc/self/statm"), "needs Linux's /proc")
    def testMemoryIsFreed(self):
        def use():
            # What is kept, is kept by the objects, which are new each time.
            wcs = SkyWcs(self.wcs.getFitsMetadata())
            wcs = wcs.copyAtShiftedPixelOrigin(Extent2D(3, 4))
            wcs = SkyWcs.readString(wcs.writeString())
            wcs.getSkyOrigin()
            wcs.skyToPixel(wcs.pixelToSky(1.0, 2.0))
            str(wcs)

        def measure():
            with open("/proc/self/statm") as stream:
                return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        for _ in range(100):
            use()
        before = measure()
        for _ in range(300):
            use()
        # Each number or text that is not freed is 32 bytes or more.
        self.assertLess(measure() - before, 300 * 1500)

    def testRelativeRotationIsTheDifferenceOfOrientations(self):
        turned = makeSkyWcs(self.crpix, self.crval, makeCdMatrix(0.2 * arcseconds, 30 * degrees))
        self.assertEqual(self.wcs.getRelativeRotationToWcs(self.wcs).asDegrees(), 0.0)
        there, back = turned.getRelativeRotationToWcs(self.wcs), self.wcs.getRelativeRotationToWcs(turned)
        np.testing.assert_allclose(sorted([there.asDegrees(), back.asDegrees()]), [30.0, 330.0])

    def testLinearizationIsExactAtItsPoint(self):
        pixel = Point2D(100, 200)
        sky = self.wcs.pixelToSky(pixel)
        for unit in (degrees, radians, arcseconds):
            for where in (pixel, sky):
                toSky = self.wcs.linearizePixelToSky(where, unit)
                self.assertLess(math.dist(toSky(pixel), sky.getPosition(unit)), 1e-9)
                toPixel = self.wcs.linearizeSkyToPixel(where, unit)
                self.assertLess(math.dist(toPixel(toSky(Point2D(3, 4))), Point2D(3, 4)), 1e-5)

    def testTanWcsTouchesAtItsPixel(self):
        pixel = Point2D(1000, 2000)
        tan = self.wcs.getTanWcs(pixel)
        self.assertLess(math.dist(tan.getPixelOrigin(), pixel), 1e-8)
        self.assertSamePlace(tan.getSkyOrigin(), self.wcs.pixelToSky(pixel))

    def testPairTransformGoesThroughTheSky(self):
        other = makeSkyWcs(Point2D(50, 60), self.crval, makeCdMatrix(0.3 * arcseconds, 40 * degrees))
        transform = afwGeom.makeWcsPairTransform(self.wcs, other)
        pixel = Point2D(12, 34)
        self.assertLess(
            math.dist(transform.applyForward(pixel), other.skyToPixel(self.wcs.pixelToSky(pixel))), 1e-8
        )
        self.assertLess(math.dist(transform.applyInverse(transform.applyForward(pixel)), pixel), 1e-8)

    def testFitsApproximationIsWhatIsWritten(self):
        # Pixels that are a polynomial of themselves.
        bend = Ast.PolyMap([[1.0, 1, 1, 0], [1e-3, 1, 2, 1], [1.0, 2, 0, 1]], None, "IterInverse=1")
        exact = SkyWcs._fromFrameSet(modifyFrames(bend, self.wcs._frameSet, False))
        self.assertFalse(exact.isFits)
        with self.assertRaises(lsst.pex.exceptions.RuntimeError):
            exact.getFitsMetadata(precise=True)
        self.assertSamePlace(exact.pixelToSky(3, 4), self.wcs.pixelToSky(3.036, 4))
        self.assertEqual(SkyWcs.readString(exact.writeString()), exact)
        self.assertFalse(exact.hasFitsApproximation())
        self.assertIsNone(exact.getFitsApproximation())
        wcs = exact.copyWithFitsApproximation(self.wcs)
        self.assertTrue(wcs.hasFitsApproximation())
        self.assertEqual(wcs.getFitsApproximation(), self.wcs)
        self.assertEqual(wcs.pixelToSky(3, 4), exact.pixelToSky(3, 4))
        self.assertTrue(wcs.writeString().startswith("1 SkyWcs 1  Begin FrameSet"))
        self.assertEqual(wcs.getFitsMetadata().toDict(), self.wcs.getFitsMetadata().toDict())
        shifted = wcs.copyAtShiftedPixelOrigin(Extent2D(1, 2)).getFitsApproximation()
        self.assertLess(math.dist(shifted.getPixelOrigin(), Point2D(6, 8)), 1e-9)

    def testFileKeepsTheFitsApproximation(self):
        wcs = makeSkyWcs(self.crpix, self.crval, self.cdMatrix, "STG")
        approximated = wcs.copyWithFitsApproximation(self.wcs)
        exposure = ExposureF(3, 2)
        exposure.setWcs(approximated)
        catalog = ExposureCatalog(ExposureTable.makeMinimalSchema())
        for each in (wcs, approximated):
            catalog.addNew().setWcs(each)
        exposure.getInfo().setCoaddInputs(CoaddInputs(catalog, catalog))
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, f"{i}.fits") for i in range(3)]
            exposure.writeFits(paths[0])
            ExposureF(paths[0]).writeFits(paths[1])
            approximated.writeFits(paths[2])
            again = ExposureF(paths[1])
            inputs = again.getInfo().getCoaddInputs().visits
            self.assertIsNone(inputs[0].getWcs().getFitsApproximation())
            self.assertEqual(inputs[0].getWcs(), wcs)
            for found in (again.getWcs(), inputs[1].getWcs(), SkyWcs.readFits(paths[2])):
                self.assertEqual(found, approximated)
                self.assertEqual(found.getFitsApproximation(), self.wcs)

    def testStringTellsItsOriginsAndScale(self):
        text = str(self.wcs)
        self.assertIn(f"Sky Origin: {self.wcs.getSkyOrigin()}", text)
        self.assertIn(f"Pixel Origin: {self.wcs.getPixelOrigin()}", text)
        self.assertIn("Pixel Scale: 0.2 arcsec/pixel", text)

    def testWhatNeedsAstshimSaysSo(self):
        for call in (
            self.wcs.getFrameDict,
            self.wcs.getTransform().getMapping,
            afwGeom.TransformPoint2ToPoint2,
        ):
            with self.assertRaisesRegex(NotImplementedError, r"lsst\.afw\.geom\..*lsst-lite"):
                call()

    def testArgumentsOfNoFormAreATypeError(self):
        for wrong in ((), (3, 4), (self.crpix, self.crval), (self.crpix, self.crval, np.eye(3)), (None,)):
            with self.subTest(wrong=wrong), self.assertRaises(TypeError):
                makeSkyWcs(*wrong)
        with self.assertRaises(TypeError):
            makeSkyWcs(crpix=self.crpix, crval=self.crval, cdMatrix=self.cdMatrix, strip=True)

    def testProjectionsAgreeWithAstropy(self):
        for projection in ("TAN", "STG", "CEA", "AIT", "ZEA", "SIN"):
            with self.subTest(projection=projection):
                wcs = makeSkyWcs(self.crpix, self.crval, makeCdMatrix(1 * arcseconds), projection)
                reference = astropy.wcs.WCS(header=dict(wcs.getFitsMetadata().toDict()))
                for x, y in ((0.0, 0.0), (1000.0, -500.0)):
                    ra, dec = reference.all_pix2world(x, y, 0)
                    self.assertSamePlace(
                        wcs.pixelToSky(x, y), SpherePoint(float(ra), float(dec), degrees), arcsec=1e-6
                    )


@unittest.skipIf(importlib.util.find_spec("lsst.images") is None, "lsst-images needs Python 3.12.")
class FrameDictTestCase(lsst.utils.tests.TestCase):
    """A SkyWcs is made of the frames of lsst.images."""

    def setUp(self):
        from lsst.images import Box, SkyProjection, TractFrame

        self.wcs = makeSkyWcs(Point2D(99, 50), SpherePoint(30, -40, degrees), makeCdMatrix(0.2 * arcseconds))
        header = astropy.io.fits.Header(self.wcs.getFitsMetadata().toDict())
        frame = TractFrame(skymap="rings", tract=1, bbox=Box.factory[0:100, 0:200])
        self.projection = SkyProjection.from_fits_wcs(astropy.wcs.WCS(header), frame)

    def testConvertedFitsWcsIsTheSame(self):
        converted = self.projection.to_legacy()
        self.assertTrue(converted.isFits)
        for x, y in ((0.0, 0.0), (199.0, 99.0), (-50.0, 20.5)):
            here, there = self.wcs.pixelToSky(x, y), converted.pixelToSky(x, y)
            self.assertLess(here.separation(there).asArcseconds(), 1e-9)
            self.assertLess(math.dist(converted.skyToPixel(here), (x, y)), 1e-9)
        self.assertEqual(SkyWcs.readString(converted.writeString()), converted)

    def testFramesOfNoWcsAreRefused(self):
        from lsst.images._transforms import _ast as astshim

        pixels = astshim.FrameDict(astshim.FrameSet(astshim.Frame(2, "Domain=PIXELS")))
        with self.assertRaisesRegex(lsst.pex.exceptions.TypeError, "No frame with domain IWC"):
            SkyWcs(pixels)


class MetadataTestCase(lsst.utils.tests.TestCase):
    """Tests of FITS cards."""

    def testWhatIsNoCelestialWcsIsATypeError(self):
        for changes in (
            {"CRPIX1": None},
            {"CTYPE1": "LINEAR"},
            {"CTYPE1": "RA---XXX"},
            {"CTYPE1": None, "CTYPE2": None},
            {"WCSAXES": 3},
            {"WCSAXES": 2**30},
            {"CRPIX99": 1.0},
        ):
            with self.subTest(changes=changes):
                with self.assertRaises(lsst.pex.exceptions.TypeError) as caught:
                    makeSkyWcs(makeSimpleMetadata(**changes))
                self.assertIsInstance(caught.exception, TypeError)
        with self.assertRaises(lsst.pex.exceptions.TypeError):
            makeSkyWcs(PropertyList())

    def testPixelsCountFromZero(self):
        wcs = makeSkyWcs(makeSimpleMetadata())
        self.assertLess(math.dist(wcs.getPixelOrigin(), Point2D(100, 200)), 1e-9)

    def testXy0WcsGivesParentPixels(self):
        metadata = makeSimpleMetadata(CRPIX1A=1.0, CRPIX2A=1.0, CRVAL1A=10, CRVAL2A=-20.0, CTYPE1A="LINEAR")
        wcs = makeSkyWcs(metadata)
        self.assertLess(math.dist(wcs.getPixelOrigin(), Point2D(110, 180)), 1e-9)
        self.assertTrue(metadata.exists("CRVAL1A"))
        makeSkyWcs(metadata, strip=True)
        self.assertEqual(metadata.names(), [])

    def testStripTakesTheWcsAndLeavesTheRest(self):
        metadata = makeSimpleMetadata(EXPTIME=30.0, LTV1=5.0, EQUINOX=2000.0)
        metadata.set("DATE-OBS", "2024-01-01T00:00:00")
        before = metadata.names()
        makeSkyWcs(metadata)
        self.assertEqual(metadata.names(), before)
        makeSkyWcs(metadata, strip=True)
        self.assertEqual(set(metadata.names()), {"EXPTIME", "LTV1", "DATE-OBS"})

    def testOldNameOfTheSystemIsUnderstood(self):
        fk5 = makeSkyWcs(makeSimpleMetadata(RADESYS="FK5", EQUINOX=2000.0))
        metadata = makeSimpleMetadata(RADESYS=None, RADECSYS="FK5", EQUINOX=2000.0)
        self.assertEqual(makeSkyWcs(metadata), fk5)
        self.assertEqual(metadata.getScalar("RADESYS"), "FK5")
        self.assertFalse(metadata.exists("RADECSYS"))

    def testOtherSystemsBecomeIcrs(self):
        metadata = makeSimpleMetadata(RADESYS="FK5", EQUINOX=1975.0)
        origin = makeSkyWcs(metadata).getSkyOrigin()
        expected = SkyCoord(30.0, -20.0, frame="fk5", equinox="J1975", unit="deg").icrs
        # The two do not take the same tie between FK5 and ICRS.
        separation = origin.separation(SpherePoint(expected.ra.deg, expected.dec.deg, degrees))
        self.assertLess(separation.asArcseconds(), 0.01)

    def testDecBeforeRaIsPutRight(self):
        wcs = makeSkyWcs(makeSimpleMetadata(CTYPE1="DEC--TAN", CTYPE2="RA---TAN", CRVAL1=-20.0, CRVAL2=30.0))
        self.assertLess(wcs.getSkyOrigin().separation(SpherePoint(30, -20, degrees)).asArcseconds(), 1e-7)
        sky = wcs.pixelToSky(wcs.getPixelOrigin())
        self.assertLess(sky.separation(wcs.getSkyOrigin()).asArcseconds(), 1e-7)

    def testCardsMakeTheSameWcs(self):
        wcs = makeSkyWcs(makeSimpleMetadata())
        metadata = wcs.getFitsMetadata()
        self.assertEqual(
            sorted(metadata.names()),
            sorted(
                ["WCSAXES", "RADESYS"]
                + [f"{name}{axis}" for name in ("CRPIX", "CRVAL", "CTYPE") for axis in (1, 2)]
                + ["CD1_1", "CD1_2", "CD2_1", "CD2_2"]
            ),
        )
        self.assertIsInstance(metadata.getScalar("WCSAXES"), int)
        self.assertEqual(metadata.getScalar("CD1_2"), 0.0)
        again = makeSkyWcs(metadata)
        self.assertLess(again.pixelToSky(999, 3).separation(wcs.pixelToSky(999, 3)).asArcseconds(), 1e-7)

    def testCardsAreForThePixelsOfTheBox(self):
        wcs = makeSkyWcs(makeSimpleMetadata())
        box = geom.Box2I(geom.Point2I(10, 30), geom.Extent2I(50, 60))
        metadata = wcs.getFitsMetadata(bbox=box)
        self.assertAlmostEqual(metadata.getScalar("CRPIX1"), 91.0)
        self.assertAlmostEqual(metadata.getScalar("CRPIX2"), 171.0)

    def testSipGoesThroughTheCards(self):
        sipA = np.zeros((3, 3))
        sipB = np.zeros((4, 4))
        sipA[0, 2], sipA[1, 1] = -2e-6, 3e-6
        sipB[0, 3] = 1e-9
        crpix, crval = Point2D(500, 600), SpherePoint(30, -20, degrees)
        cdMatrix = makeCdMatrix(0.2 * arcseconds, 20 * degrees)
        wcs = afwGeom.makeTanSipWcs(crpix, crval, cdMatrix, sipA, sipB)
        u, v = 1000.0 - 500, 900.0 - 600
        linear = makeSkyWcs(crpix, crval, cdMatrix)
        expected = linear.pixelToSky(1000 - 2e-6 * v**2 + 3e-6 * u * v, 900 + 1e-9 * v**3)
        self.assertLess(wcs.pixelToSky(1000, 900).separation(expected).asArcseconds(), 1e-7)
        self.assertTrue(wcs.isFits)
        metadata = wcs.getFitsMetadata(precise=True)
        self.assertEqual(metadata.getScalar("CTYPE1"), "RA---TAN-SIP")
        np.testing.assert_allclose(
            [metadata.getScalar("A_0_2"), metadata.getScalar("A_1_1")], [-2e-6, 3e-6], rtol=1e-10
        )
        np.testing.assert_allclose(
            [[metadata.getScalar(f"CD{i}_{j}") for j in (1, 2)] for i in (1, 2)], cdMatrix, rtol=1e-10
        )
        with self.assertRaises(TypeError):
            afwGeom.makeTanSipWcs(crpix, crval, cdMatrix, sipA, sipB, sipA)

    def testSipOfOneCoefficientKeepsTheLinearTerm(self):
        crpix, crval, cdMatrix = Point2D(5, 6), SpherePoint(30, -20, degrees), np.eye(2) * 1e-4
        linear = makeSkyWcs(crpix, crval, cdMatrix)
        for sipA, sipB in ((1e-5, 0.0), (0.0, 1e-5), (1e-5, 1e-5), (0.0, 0.0)):
            forward = np.zeros((2, 3, 3))
            forward[0, 0, 2], forward[1, 2, 0] = sipA, sipB
            wcs = afwGeom.makeTanSipWcs(crpix, crval, cdMatrix, *forward)
            expected = linear.pixelToSky(105 + sipA * 200**2, 206 + sipB * 100**2)
            with self.subTest(sipA=sipA, sipB=sipB):
                self.assertLess(wcs.pixelToSky(105, 206).separation(expected).asArcseconds(), 1e-7)
                self.assertLess(math.dist(wcs.skyToPixel(expected), (105, 206)), 1e-4)

    def testSipInverseIsTheOneGiven(self):
        forward = np.zeros((3, 3))
        forward[2, 0] = 1e-12
        inverseA = np.zeros((3, 3))
        inverseA[0, 0] = 0.25
        wcs = afwGeom.makeTanSipWcs(
            Point2D(5, 6),
            SpherePoint(30, -20, degrees),
            np.eye(2) * 1e-4,
            forward,
            forward,
            inverseA,
            forward,
        )
        x, y = wcs.skyToPixel(wcs.pixelToSky(10, 20))
        self.assertAlmostEqual(x, 10.25, places=6)
        self.assertAlmostEqual(y, 20, places=6)


class StringTestCase(lsst.utils.tests.TestCase):
    """Tests of the string form."""

    def setUp(self):
        self.text = makeSkyWcs(makeSimpleMetadata()).writeString()

    def testWrongVersionClassOrFrameIsATypeError(self):
        frames = [self.text.replace(f'"{domain}"', '"OTHER"') for domain in ("PIXELS", "IWC")]
        others = self.text.replace("SkyWcs", "xSkyWcs", 1), "1 SkyWcs 0 "
        for text in ("", "2" + self.text[1:], "x", *others, *frames):
            with self.subTest(text=text[:20]), self.assertRaises(lsst.pex.exceptions.TypeError):
                SkyWcs.readString(text)

    def testBrokenDumpIsARuntimeError(self):
        for text in (
            self.text[: len(self.text) // 2],
            self.text.replace("Begin WcsMap", "Begin KeyMap"),
            self.text.replace("Begin WcsMap", "Begin FitsChan"),
            self.text.replace("Begin WcsMap", "Begin Nonsense"),
            self.text.replace("Nin = 3", "Nin = 2000000000"),
            "1 SkyWcs 0  Begin CmpMap\n" * 2 + " Begin CmpMap\n" * 100000,
        ):
            with self.subTest(text=len(text)), self.assertRaises(RuntimeError):
                SkyWcs.readString(text)


class TransformTestCase(lsst.utils.tests.TestCase):
    """Tests of transforms without WCS."""

    def setUp(self):
        self.affine = geom.AffineTransform(np.array([[1.0, 2.0], [3.0, 4.5]]), Extent2D(5, 6))
        self.transform = afwGeom.makeTransform(self.affine)
        self.point = Point2D(3, 4)

    def testAffineTransformIsTheSame(self):
        self.assertEqual(self.transform.applyForward(self.point), self.affine(self.point))
        self.assertEqual(self.transform.applyForward([self.point]), [self.affine(self.point)])
        self.assertLess(math.dist(self.transform.applyInverse(self.affine(self.point)), self.point), 1e-12)
        inverse = self.transform.inverted()
        self.assertLess(math.dist(inverse.applyForward(self.affine(self.point)), self.point), 1e-12)
        matrix = self.affine.getLinear().getMatrix()
        np.testing.assert_allclose(self.transform.getJacobian(self.point), matrix)
        self.assertTrue(self.transform.hasForward and self.transform.hasInverse)

    def testEndsMustMatch(self):
        wcs = makeSkyWcs(makeSimpleMetadata())
        with self.assertRaises(lsst.pex.exceptions.InvalidParameterError):
            wcs.getTransform().then(self.transform)
        with self.assertRaises(TypeError):
            self.transform.applyForward(SpherePoint(1, 2, degrees))

    def testPickleKeepsIt(self):
        clone = pickle.loads(pickle.dumps(self.transform))
        self.assertIsInstance(clone, afwGeom.TransformPoint2ToPoint2)
        self.assertEqual(clone.applyForward(self.point), self.transform.applyForward(self.point))

    def testLinearizationHasValueAndDerivatives(self):
        bend = Ast.PolyMap([[1.0, 1, 1, 0], [1e-3, 1, 2, 1], [1.0, 2, 0, 1]], None, "IterInverse=1")
        transform = afwGeom.TransformPoint2ToPoint2._fromMapping(bend)
        affine = afwGeom.linearizeTransform(transform, self.point)
        self.assertLess(math.dist(affine(self.point), transform.applyForward(self.point)), 1e-12)
        step = Extent2D(1e-4, -1e-4)
        moved = transform.applyForward(self.point + step)
        self.assertLess(math.dist(affine(self.point + step), moved), 1e-8)


class GoldenTestCase(lsst.utils.tests.TestCase):
    """Comparison with what the compiled stack gave."""

    def checkPositions(self, wcs, expected):
        for pixel, sky, back in zip(expected["pixels"], expected["sky_deg"], expected["back"], strict=True):
            position = SpherePoint(*sky, degrees)
            self.assertLess(wcs.pixelToSky(Point2D(*pixel)).separation(position).asArcseconds(), 1e-7)
            self.assertLess(math.dist(wcs.skyToPixel(position), back), 1e-6)

    def testRealDetectorsAgree(self):
        for row in json.loads((GOLDEN / "detectors.json").read_text()):
            with self.subTest(visit=row["visit"], detector=row["detector"]):
                wcs = SkyWcs.readString(row["wcs"])
                self.checkPositions(wcs, row)
                self.assertEqual(wcs.writeString(), row["wcs"])

    def testArchivedStringsAndHeadersAgree(self):
        self.assertStringsAndHeadersAgree(EXPOSURES)

    @needsShared("exposures")
    def testThoseInFilesOfOtherProjectsAgree(self):
        self.assertStringsAndHeadersAgree(findShared("exposures"))

    def assertStringsAndHeadersAgree(self, folder):
        for name, expected in json.loads((folder / "expected.json").read_text()).items():
            if "wcs" not in expected:
                continue
            with self.subTest(name=name):
                candidates = [SkyWcs.readString(text) for text in readArchivedStrings(folder / name)[:1]]
                candidates.append(makeSkyWcs(makeMetadata(readImageHeader(folder / name))))
                for wcs in candidates:
                    self.checkPositions(wcs, expected["wcs"])
                    self.assertEqual(wcs.isFits, expected["wcs"]["is_fits"])
                    self.assertEqual(wcs.isFlipped, expected["wcs"]["is_flipped"])
                    scale = wcs.getPixelScale(Point2D(*expected["wcs"]["pixels"][0])).asArcseconds()
                    self.assertAlmostEqual(scale / expected["wcs"]["pixel_scale_arcsec"], 1.0, places=8)

    def testStringsAreWrittenBackByteForByte(self):
        for name in NEW_FILES:
            for text in readArchivedStrings(EXPOSURES / name):
                with self.subTest(name=name):
                    self.assertEqual(SkyWcs.readString(text).writeString(), text)

    def testStringOfANewWcsIsThatOfTheStack(self):
        # The scene's WCS, as the golden files' README describes it: TAN,
        # 0.2 arcsec, at (10, -40) degrees; CRPIX is in the file's header.
        (text,) = readArchivedStrings(EXPOSURES / "coadd_default.fits")[:1]
        wcs = makeSkyWcs(
            Point2D(599, 559), SpherePoint(10, -40, degrees), makeCdMatrix(scale=0.2 * arcseconds)
        )
        outline = re.compile(r"(?<== )-?\d+\.\d+(?:e[-+]\d+)?$", re.MULTILINE)
        self.assertEqual(outline.sub("#", wcs.writeString()), outline.sub("#", text))
        for ours, theirs in zip(outline.findall(wcs.writeString()), outline.findall(text), strict=True):
            self.assertAlmostEqual(float(ours), float(theirs), delta=3e-15 * abs(float(theirs)))

    def testCardsAreThoseThatTheStackWrote(self):
        for name in NEW_FILES:
            with self.subTest(name=name):
                header = readImageHeader(EXPOSURES / name)
                wcs = SkyWcs.readString(readArchivedStrings(EXPOSURES / name)[0])
                corner = geom.Point2I(int(header["CRVAL1A"]), int(header["CRVAL2A"]))
                dimensions = [header.get(f"ZNAXIS{i}", header[f"NAXIS{i}"]) for i in (1, 2)]
                metadata = wcs.getFitsMetadata(bbox=geom.Box2I(corner, geom.Extent2I(*dimensions)))
                names = [card for card in header if metadata.exists(card)]
                self.assertEqual(metadata.getOrderedNames(), names)
                for card in names:
                    value = metadata.getScalar(card)
                    # The file's numbers have 15 digits.
                    value = float(f"{value:.15g}") if isinstance(value, float) else value
                    if isinstance(value, float) and value != header[card]:
                        self.assertAlmostEqual(value, header[card], delta=1e-14 * abs(value))
                    else:
                        self.assertEqual(value, header[card])
                    self.assertEqual(metadata.getComment(card), header.comments[card])


if __name__ == "__main__":
    unittest.main()
