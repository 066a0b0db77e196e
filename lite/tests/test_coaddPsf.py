# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PSF of a coadd is that of the stack."""

import contextlib
import copy
import functools
import json
import math
import os
import pathlib
import pickle
import unittest
import unittest.mock
import warnings

import numpy as np
from astropy.io import fits
from liteScenes import TemporaryFolder, makeBox, makeWcs

import lsst.utils.tests
from lsst.afw.detection import GaussianPsf, InvalidPsfError, Psf
from lsst.afw.fits import FitsError
from lsst.afw.fits._registry import Persistable
from lsst.afw.fits._tables import Field, Schema
from lsst.afw.geom import Polygon, makeTransform
from lsst.afw.image import ExposureF, ImageD
from lsst.afw.table import ExposureCatalog, ExposureTable
from lsst.geom import (
    AffineTransform,
    Box2D,
    Box2I,
    Extent2D,
    Extent2I,
    LinearTransform,
    Point2D,
    Point2I,
)
from lsst.meas.algorithms import CoaddPsf, CoaddPsfConfig, CoaddPsfControl, ImagePsf, WarpedPsf
from lsst.pex.exceptions import InvalidParameterError, LogicError, NotFoundError, RangeError, RuntimeError

GOLDEN = pathlib.Path(__file__).parent / "data" / "golden"
FULL = GOLDEN / "exposures" / "coadd_full.fits"
CENTER = Point2D(300, 200)


makeCoaddWcs = functools.partial(makeWcs, ra=0.0, dec=5.0)
"""Make a WCS with a pixel at RA 0."""

COADD_WCS = makeCoaddWcs(300, 200)


def makeCatalog(names=("weight",)):
    """Make a catalog without records."""
    schema = ExposureTable.makeMinimalSchema()
    for name in names:
        schema.addField(name, type="I" if name in ("tract", "patch", "goodpix") else "D", doc=name)
    return ExposureCatalog(schema)


def addExposure(catalog, wcs, psf, weight=1.0, *, bbox=makeBox(0, 0, 600, 400)):
    """Add an exposure to a catalog, and return its record."""
    record = catalog.addNew()
    record.setId(len(catalog))
    record.setWcs(wcs)
    record.setPsf(psf)
    record.setBBox(bbox)
    record["weight"] = weight
    return record


def makeThree():
    """Make a catalog of three exposures that contain the centre."""
    catalog = makeCatalog()
    addExposure(catalog, COADD_WCS, GaussianPsf(15, 15, 1.5), 2.0)
    addExposure(catalog, makeCoaddWcs(310.25, 190.5, 0.25, 30.0), GaussianPsf(21, 17, 2.0), 0.5)
    addExposure(catalog, makeCoaddWcs(320.5, 180.0, 0.17, -100.0), GaussianPsf(25, 25, 2.5), 1.25)
    return catalog


def makePsf(catalog, position=CENTER, *args):
    """Make a PSF with an average position."""
    return CoaddPsf(catalog, COADD_WCS, position, *args)


class PlacedPsf(GaussianPsf):
    """A Gaussian with an average position."""

    def __init__(self, sigma, position):
        super().__init__(25, 25, sigma)
        self._position = position

    def getAveragePosition(self):
        return self._position


class GoldenTestCase(lsst.utils.tests.TestCase):
    """What the stack computed, and wrote."""

    def testAveragePositionIsFoundOrNotAsInTheStack(self):
        with open(GOLDEN / "coaddpsf" / "coaddpsf.json") as stream:
            cases = json.load(stream)
        for case in cases:
            psf = ExposureF(str(GOLDEN / "coaddpsf" / case["file"])).getPsf()
            with self.subTest(case["file"]):
                if case["without_average"] is not None:
                    with self.assertRaisesRegex(RuntimeError, "average position"):
                        CoaddPsf(psf._catalog, psf.getCoaddWcs())
                else:
                    CoaddPsf(psf._catalog, psf.getCoaddWcs())


class ImageTestCase(lsst.utils.tests.TestCase):
    """What the images must be, whatever computes them."""

    def testImageIsTheWeightedMean(self):
        catalog = makeThree()
        found = makePsf(catalog).computeKernelImage(CENTER)
        mean, total = np.zeros_like(found.array), 0.0
        for record in catalog:
            image = makePsf(catalog[record.getId() - 1 : record.getId()]).computeKernelImage(CENTER)
            low = image.getBBox().getMin() - found.getBBox().getMin()
            place = np.s_[
                low.getY() : low.getY() + image.getHeight(), low.getX() : low.getX() + image.getWidth()
            ]
            mean[place] += record["weight"] * image.array
            total += record["weight"]
        self.assertFloatsAlmostEqual(found.array, mean / total, rtol=1e-12, atol=1e-15)
        self.assertAlmostEqual(found.array.sum(), 1.0, 12)

    def testWeightsOf0(self):
        catalog = makeThree()
        expected = makePsf(catalog[1:2]).computeKernelImage(CENTER)
        catalog[0]["weight"] = catalog[2]["weight"] = 0.0
        found = makePsf(catalog).computeKernelImage(CENTER)[expected.getBBox()]
        self.assertFloatsAlmostEqual(found.array, expected.array, rtol=1e-12, atol=1e-15)
        catalog[1]["weight"] = 0.0
        with warnings.catch_warnings(action="error"):
            self.assertTrue(np.isnan(makePsf(catalog).computeKernelImage(CENTER).array).all())
            self.assertRaises(RuntimeError, CoaddPsf, catalog, COADD_WCS)

    def testBoxHoldsTheImagesOfAllExposures(self):
        psf = makePsf(makeThree())
        bbox = psf.computeBBox(CENTER)
        self.assertEqual(bbox, psf.computeKernelImage(CENTER).getBBox())
        # The rotated box of 21 x 17 pixels of 0.25" is the largest.
        size = 0.25 / 0.2 * (21 * math.cos(math.radians(30)) + 17 * math.sin(math.radians(30)))
        self.assertEqual(bbox.getWidth(), 2 * math.floor(size / 2) + 1)
        self.assertEqual(bbox.getCenter(), Point2D(0, 0))
        image = psf.computeImage(Point2D(300.4, 200.6))
        self.assertEqual(image.getBBox(), bbox.shiftedBy(Extent2I(300, 201)))
        self.assertEqual(image.getBBox(), psf.computeImageBBox(Point2D(300.4, 200.6)))

    def testPsfIsAsLargeOnTheSkyAsThatOfTheExposure(self):
        catalog = makeCatalog()
        addExposure(catalog, makeCoaddWcs(280, 190, 0.1, 45.0), GaussianPsf(61, 61, 6.0))
        psf = makePsf(catalog)
        self.assertFloatsAlmostEqual(psf.computeShape(CENTER).getDeterminantRadius(), 3.0, rtol=2e-3)
        self.assertFloatsAlmostEqual(psf.computePeak(CENTER), 1 / (2 * math.pi * 9), rtol=2e-3)
        for radius in (2.0, 4.5):
            flux = 1 - math.exp(-(radius**2) / 18)
            self.assertFloatsAlmostEqual(psf.computeApertureFlux(radius, CENTER), flux, rtol=2e-3)

    def testShapeIsThatOfAnEllipse(self):
        stretch = AffineTransform(LinearTransform(np.array([[1.5, 0.3], [0.0, 0.8]])))
        psf = WarpedPsf(GaussianPsf(41, 41, 3.0), makeTransform(stretch))
        matrix = stretch.getLinear().getMatrix()
        expected = 9.0 * matrix @ matrix.T
        shape = psf.computeShape(Point2D(4, 5))
        found = [[shape.getIxx(), shape.getIxy()], [shape.getIxy(), shape.getIyy()]]
        self.assertFloatsAlmostEqual(np.array(found), expected, rtol=5e-3)

    def testPositionOfNaNIsTheAverageOne(self):
        psf = makePsf(makeThree(), Point2D(310.4, 190.2))
        found = psf.computeKernelImage(Point2D(math.nan, math.nan))
        expected = psf.computeKernelImage(psf.getAveragePosition())
        self.assertEqual(found.array.tolist(), expected.array.tolist())

    def testImageIsTheCallersOwn(self):
        psf = makePsf(makeThree())
        image = psf.computeKernelImage(CENTER)
        expected = image.array.copy()
        image.array[...] = 7.0
        self.assertEqual(psf.computeKernelImage(CENTER).array.tolist(), expected.tolist())

    def testPsfOfPsfsOfCoadds(self):
        # As that of a template is: exposures, patches, template.
        patches = makeCatalog(("weight", "tract", "patch"))
        for patch, psf in enumerate((makePsf(makeThree()[:2]), makePsf(makeThree()[2:]))):
            addExposure(patches, COADD_WCS, psf)["patch"] = patch
        template = CoaddPsf(patches, makeCoaddWcs(100, 100, 0.2, 90.0), Point2D(100, 100))
        found = template.computeKernelImage(Point2D(100, 100))
        mean = ImageD(makePsf(makeThree()).computeBBox(CENTER))
        for record in patches:
            image = record.getPsf().computeKernelImage(CENTER)
            mean[image.getBBox()].array += image.array / 2
        turned = [np.rot90(mean.array, k) for k in (1, 3)]
        self.assertEqual([template.getPatch(i) for i in range(2)], [0, 1])
        self.assertLess(min(np.abs(found.array - image).max() for image in turned), 1e-5)


class WhereTestCase(lsst.utils.tests.TestCase):
    """Which exposures count at a position."""

    def assertAt(self, psf, x, y, ids):
        """Check of which exposures of different size the image is made."""
        if ids:
            sizes = [psf.getPsf(id - 1).getDimensions().getX() for id in ids]
            self.assertEqual(psf.computeBBox(Point2D(x, y)).getWidth(), max(sizes))
            self.assertEqual(psf.computeKernelImage(Point2D(x, y)).getWidth(), max(sizes))
            return
        for compute in (psf.computeKernelImage, psf.computeImage, psf.computeBBox, psf.computeShape):
            with self.assertRaisesRegex(InvalidPsfError, "no input images at that point"):
                compute(Point2D(x, y))

    def makeTwo(self):
        catalog = makeCatalog()
        left, right = Box2I(Point2I(200, 100), Point2I(299, 299)), Box2I(Point2I(280, 100), Point2I(399, 299))
        addExposure(catalog, COADD_WCS, GaussianPsf(21, 21, 2.0), bbox=left)
        addExposure(catalog, COADD_WCS, GaussianPsf(15, 15, 2.0), bbox=right)
        return catalog

    def testExposureCountsToTheEdgesOfItsPixels(self):
        psf = makePsf(self.makeTwo())
        for x, ids in (
            (199.4, ()),
            (199.6, (1,)),
            (299.4, (1, 2)),
            (299.6, (2,)),
            (399.4, (2,)),
            (399.6, ()),
        ):
            self.assertAt(psf, x, 200.0, ids)
        for y, ids in ((99.4, ()), (99.6, (1,)), (299.4, (1,)), (299.6, ())):
            self.assertAt(psf, 250.0, y, ids)

    def testExposureCountsInsideItsPolygonOnly(self):
        catalog = self.makeTwo()
        catalog[0].setValidPolygon(Polygon(Box2D(Point2D(210, 110), Point2D(250, 290))))
        psf = makePsf(catalog)
        for x, ids in ((205, ()), (215, (1,)), (249, (1,)), (260, ()), (285, (2,))):
            self.assertAt(psf, x, 200.0, ids)
        self.assertEqual(psf.getValidPolygon(0), catalog[0].getValidPolygon())
        self.assertIsNone(psf.getValidPolygon(1))

    def testPositionsOnBothSidesOfRightAscension0(self):
        catalog = makeThree()
        psf = makePsf(catalog)
        for x in (250, 299.5, 300, 300.5, 350):
            sky = COADD_WCS.pixelToSky(Point2D(x, 200))
            self.assertEqual(sky.getRa().asDegrees() > 180, x > 300)
            self.assertAlmostEqual(psf.computeKernelImage(Point2D(x, 200)).array.sum(), 1.0, 12)

    def testPositionFarFromAllExposuresHasNoPsf(self):
        self.assertAt(makePsf(makeThree()), 1e6, -1e6, ())
        self.assertAt(makePsf(makeThree()), math.inf, 0.0, ())

    def testNoExposuresNoPsf(self):
        self.assertAt(makePsf(makeCatalog()), 300, 200, ())


class AveragePositionTestCase(lsst.utils.tests.TestCase):
    def makePlaced(self, names=("weight",)):
        """Make a catalog with PSFs that have average positions."""
        catalog = makeCatalog(names)
        for x, y, weight in ((100, 50, 1.0), (200, 150, 2.0), (400, 350, 5.0)):
            addExposure(catalog, COADD_WCS, PlacedPsf(2.0, Point2D(x, y)), weight)
        return catalog

    def assertAverage(self, psf, x, y):
        self.assertFloatsAlmostEqual(np.array(psf.getAveragePosition()), np.array([x, y]), rtol=1e-9)

    def testAveragePositionIsTheWeightedMean(self):
        self.assertAverage(CoaddPsf(self.makePlaced(), COADD_WCS), 2500 / 8, 2100 / 8)

    def testAveragePositionIsInPixelsOfTheCoadd(self):
        wcs = makeCoaddWcs(50, 60, 0.4, 0.0)
        psf = CoaddPsf(self.makePlaced(), wcs)
        self.assertAverage(psf, 50 + (2500 / 8 - 300) / 2, 60 + (2100 / 8 - 200) / 2)

    def testWeightsCountGoodPixels(self):
        catalog = self.makePlaced(("weight", "goodpix"))
        catalog["goodpix"] = [10, 5, 0]
        psf = CoaddPsf(catalog, COADD_WCS)
        self.assertAverage(psf, 150, 100)
        self.assertEqual([psf.getWeight(i) for i in range(3)], [1.0, 2.0, 5.0])

    def testFieldOfWeightsHasAName(self):
        catalog = self.makePlaced(("weight", "other"))
        catalog["other"] = [1.0, 1.0, 0.0]
        psf = CoaddPsf(catalog, COADD_WCS, "other")
        self.assertAverage(psf, 150, 100)
        self.assertEqual([psf.getWeight(i) for i in range(3)], [1.0, 1.0, 0.0])
        with self.assertRaises(NotFoundError):
            CoaddPsf(catalog, COADD_WCS, "third")
        with self.assertRaises(NotFoundError):
            CoaddPsf(makeCatalog(()), COADD_WCS, CENTER)

    def testExposuresOfLeastWeightAreLeftOutUntilItIsOnOne(self):
        catalog = self.makePlaced()
        for record in catalog:
            x, y = record.getPsf().getAveragePosition()
            record.setBBox(Box2I(Point2I(int(x) - 10, int(y) - 10), Extent2I(20, 20)))
        # Neither of the three nor of the two heaviest.
        self.assertAverage(CoaddPsf(catalog, COADD_WCS), 400, 350)

    def testNoAveragePositionIsAnError(self):
        catalog = self.makePlaced()
        for record in catalog:
            record.setBBox(makeBox(0, 0, 10, 10))
        for broken in (catalog, makeCatalog()):
            with self.assertRaisesRegex(RuntimeError, "average position"):
                CoaddPsf(broken, COADD_WCS)

    def testGivenAveragePositionIsKept(self):
        psf = makePsf(self.makePlaced(), Point2D(-5.5, 7.25))
        self.assertEqual(psf.getAveragePosition(), Point2D(-5.5, 7.25))


class InterfaceTestCase(lsst.utils.tests.TestCase):
    def testComponentsAreThoseOfTheCatalog(self):
        catalog = makeThree()
        psf = makePsf(catalog)
        self.assertEqual(psf.getComponentCount(), 3)
        self.assertEqual(psf.getCoaddWcs(), COADD_WCS)
        for i, record in enumerate(catalog):
            self.assertEqual(psf.getId(i), i + 1)
            self.assertEqual(psf.getBBox(i), record.getBBox())
            self.assertEqual(psf.getWcs(i), record.getWcs())
            self.assertEqual(psf.getWeight(i), record["weight"])
            self.assertEqual(psf.getPsf(i).getSigma(), record.getPsf().getSigma())
        for name in ("getPsf", "getWcs", "getWeight", "getId", "getBBox", "getValidPolygon"):
            for index in (-1, 3):
                with self.assertRaisesRegex(RangeError, "out of range"):
                    getattr(psf, name)(index)
            with self.assertRaises(TypeError):
                getattr(psf, name)("0")

    def testWhatACatalogLacksIsNotThere(self):
        psf = makePsf(makeThree())
        with self.assertRaises(NotFoundError):
            psf.getTract(0)
        with self.assertRaises(NotFoundError):
            psf.getPatch(0)

    def testChangesOfTheCatalogDoNotChangeThePsf(self):
        catalog = makeCatalog()
        addExposure(catalog, COADD_WCS, PlacedPsf(2.0, CENTER))
        psf = CoaddPsf(catalog, COADD_WCS)
        catalog[0]["weight"] = 9.0
        catalog.addNew()
        self.assertEqual((psf.getWeight(0), psf.getComponentCount()), (1.0, 1))

    def testArguments(self):
        catalog = makeThree()
        self.assertRaises(InvalidParameterError, CoaddPsf, catalog, COADD_WCS, CENTER, "spline")
        for args in ((), (catalog,), (catalog, None), (None, COADD_WCS), (catalog, COADD_WCS, 1), (1, 2, 3)):
            with self.assertRaises(TypeError):
                CoaddPsf(*args)

    def testControlNamesTheKernel(self):
        found = CoaddPsf(makeThree(), COADD_WCS, CoaddPsfControl("bilinear", 100)).computeKernelImage(CENTER)
        expected = makePsf(makeThree(), CENTER, "bilinear", 100).computeKernelImage(CENTER)
        self.assertEqual(found.array.tolist(), expected.array.tolist())
        other = makePsf(makeThree(), CENTER, "bilinear", 10).computeKernelImage(CENTER)
        self.assertNotEqual(other.array.tolist(), expected.array.tolist())

    def testWarpedPsfNeedsAllItsArguments(self):
        psf, transform = GaussianPsf(15, 15, 2.0), makeTransform(AffineTransform())
        for args in ((None, transform), (psf, None), (psf, transform, None)):
            with self.assertRaisesRegex(LogicError, "must not be None"):
                WarpedPsf(*args)
        with self.assertRaises(TypeError):
            WarpedPsf(psf)
        with self.assertRaises(InvalidParameterError):
            WarpedPsf(psf, transform, "spline")

    def testPsfsCannotBeResized(self):
        for psf in (makePsf(makeThree()), WarpedPsf(GaussianPsf(9, 9, 1), makeTransform(AffineTransform()))):
            with self.assertRaises(LogicError):
                psf.resized(5, 5)

    def testLargeTransformIsRefused(self):
        scale = makeTransform(AffineTransform(LinearTransform.makeScaling(201)))
        with self.assertRaisesRegex(RangeError, "large transform"):
            WarpedPsf(GaussianPsf(15, 15, 2.0), scale).computeKernelImage(Point2D(1, 1))
        scale = makeTransform(AffineTransform(LinearTransform.makeScaling(199)))
        with self.assertRaisesRegex(RangeError, r"half-sizes of \[1492, 1492\], which is too large"):
            WarpedPsf(GaussianPsf(15, 15, 2.0), scale).computeKernelImage(Point2D(1, 1))

    def testComponentThatIsTooLargeIsNamed(self):
        catalog = makeCatalog()
        addExposure(catalog, makeCoaddWcs(300, 200, 300.0), GaussianPsf(15, 15, 2.0)).setId(42)
        with self.assertRaises(RangeError) as context:
            makePsf(catalog).computeKernelImage(CENTER)
        self.assertIn("id=42", "".join(context.exception.__notes__))

    def testExposuresNeedAPsfAndAWcs(self):
        for component in ("Psf", "Wcs"):
            catalog = makeThree()
            getattr(catalog[1], f"set{component}")(None)
            with self.assertRaisesRegex(LogicError, component):
                makePsf(catalog).computeKernelImage(CENTER)

    def testPsfOfNothingIsRefused(self):
        class ZeroPsf(GaussianPsf):
            def _doComputeImage(self, position=None, color=None):
                return ImageD(self.computeImageBBox(position))

        psf = WarpedPsf(ZeroPsf(15, 15, 2.0), makeTransform(AffineTransform()))
        with self.assertRaisesRegex(InvalidParameterError, "sum 0"):
            psf.computeKernelImage(CENTER)

    def testAveragePositionOfAWarpedPsf(self):
        shift = makeTransform(AffineTransform(Extent2D(10, 20)))
        psf = WarpedPsf(PlacedPsf(2.0, Point2D(1, 2)), shift)
        self.assertEqual(psf.getAveragePosition(), Point2D(11, 22))

    def testCopies(self):
        psf = makePsf(makeThree(), CENTER, "bilinear", 100)
        warped = WarpedPsf(psf, makeTransform(AffineTransform(Extent2D(0.25, 0.5))))
        for original in (psf, warped):
            expected = original.computeKernelImage(CENTER)
            for other in (original.clone(), copy.copy(original), copy.deepcopy(original)):
                self.assertIs(type(other), type(original))
                self.assertIsInstance(other, ImagePsf)
                self.assertIsInstance(other, Psf)
                found = other.computeKernelImage(CENTER)
                self.assertEqual(found.array.tolist(), expected.array.tolist())

    def testConfigMakesAControl(self):
        config = CoaddPsfConfig()
        config.warpingKernelName, config.cacheSize = "lanczos5", 7
        control = config.makeControl()
        self.assertIsInstance(control, CoaddPsfControl)
        self.assertEqual((control.warpingKernelName, control.cacheSize), ("lanczos5", 7))
        other = CoaddPsfConfig()
        other.readControl(control)
        self.assertEqual(other, config)
        self.assertIs(CoaddPsfControl.ConfigClass, CoaddPsfConfig)


class PsfexPsf(Psf):
    """Stands for the stack's class, where files are those of the stack."""

    __module__ = "lsst.meas.extensions.psfex"

    COUNTS = "ndim", "ngroup", "ncoeff", "_size_size", "_comp_size", "_context_size"

    def __init__(self, number):
        super().__init__()
        self.number = number

    @classmethod
    def read(cls, archive, rows):
        """Read what `write` wrote."""
        return cls(rows[0][0].integer("ncoeff"))

    def write(self, archive):
        """Write numbers that are archive ids of other objects, too."""
        yield (
            Schema(tuple(Field(name, "J") for name in self.COUNTS)),
            [dict.fromkeys(self.COUNTS, self.number)],
        )
        columns = Field("group", "3J"), Field("degree", "J"), Field("_size", "3J"), Field("coeff", "3D")
        row = {"group": [1, 2, 3], "degree": self.number, "_size": [4, 5, 6], "coeff": [0.5] * 3}
        yield Schema(columns), [row]


@contextlib.contextmanager
def inStack():
    """While this is entered, files are those of the stack."""
    persistable = Persistable("PsfexPsf", PsfexPsf.__module__, PsfexPsf.read, PsfexPsf.write)
    with unittest.mock.patch.dict("lsst.afw.fits._registry._persistables", PsfexPsf=persistable):
        yield


class PersistenceTestCase(TemporaryFolder):
    def assertSame(self, found, expected):
        """Check that a PSF is the same, and computes the same."""
        self.assertIs(type(found), CoaddPsf)
        self.assertEqual(found.getAveragePosition(), expected.getAveragePosition())
        self.assertEqual(found.getCoaddWcs(), expected.getCoaddWcs())
        self.assertEqual(found.getComponentCount(), expected.getComponentCount())
        for i in range(found.getComponentCount()):
            for name in ("getId", "getBBox", "getWcs", "getWeight", "getValidPolygon"):
                self.assertEqual(getattr(found, name)(i), getattr(expected, name)(i))
        a, b = (psf.computeImage(CENTER) for psf in (found, expected))
        self.assertEqual(a.getBBox(), b.getBBox())
        self.assertEqual(a.array.tolist(), b.array.tolist())

    def writeMutated(self, psf, old, new):
        """Write a PSF to a file in which bytes are replaced."""
        psf.writeFits(self.path)
        self.replaceBytes(old, new)

    def testPsfHasAFileOfItsOwn(self):
        psf = makePsf(makeThree(), CENTER, "lanczos4", 777)
        self.assertTrue(psf.isPersistable())
        psf.writeFits(self.path)
        for cls in (CoaddPsf, ImagePsf, Psf):
            self.assertSame(cls.readFits(self.path), psf)
        with self.assertRaises(TypeError):
            GaussianPsf.readFits(self.path)

    def testExposureHasAPsf(self):
        catalog = makeThree()
        catalog[1].setValidPolygon(Polygon(Box2D(Point2D(0, 0), Point2D(500, 350.5))))
        exposure = ExposureF(3, 2)
        exposure.setPsf(makePsf(catalog))
        exposure.writeFits(self.path)
        self.assertSame(ExposureF(self.path).getPsf(), exposure.getPsf())
        self.assertSame(pickle.loads(pickle.dumps(exposure)).getPsf(), exposure.getPsf())

    def testPsfOfTheStackIsWrittenAsItWas(self):
        for path in (FULL, *sorted((GOLDEN / "coaddpsf").glob("*.fits"))[1:4]):
            with self.subTest(path.name):
                expected = ExposureF(str(path)).getPsf()
                self.assertIsInstance(expected, CoaddPsf)
                exposure = ExposureF(3, 2)
                exposure.setPsf(expected)
                exposure.writeFits(self.path)
                found = ExposureF(self.path).getPsf()
                self.assertEqual(found._catalog.schema, expected._catalog.schema)
                self.assertEqual(found._state()[2:], expected._state()[2:])
                for a, b in zip(found._catalog, expected._catalog, strict=True):
                    self.assertEqual(a.extract("*"), b.extract("*"))
                    self.assertEqual(a.getWcs(), b.getWcs())
                    self.assertEqual(a.getValidPolygon(), b.getValidPolygon())
                    self.assertEqual(a.getPsf().getSigma(), b.getPsf().getSigma())

    def testPsfOfPsfsIsWritten(self):
        patches = makeCatalog(("weight", "tract", "patch"))
        for patch, psf in enumerate((makePsf(makeThree()[:2]), makePsf(makeThree()[2:]))):
            addExposure(patches, COADD_WCS, psf)["patch"] = patch
        template = makePsf(patches)
        template.writeFits(self.path)
        found = CoaddPsf.readFits(self.path)
        self.assertSame(found, template)
        self.assertEqual([found.getPatch(i) for i in range(2)], [0, 1])
        self.assertSame(found.getPsf(0), patches[0].getPsf())
        # Neither is its other copy, in another file, a problem.
        again = makeCatalog()
        addExposure(again, COADD_WCS, CoaddPsf.readFits(self.path))
        addExposure(again, COADD_WCS, found.getPsf(1))
        makePsf(again).writeFits(self.path + "2")
        self.assertSame(CoaddPsf.readFits(self.path + "2").getPsf(0), template)

    def testComponentsThatLiteCannotComputeAreWrittenWhole(self):
        psf = makePsf(makeThree()[:2])
        self.writeMutated(psf, b"GaussianPsf", b"StrangerPsf")
        self.writeMutated(CoaddPsf.readFits(self.path), b"StrangerPsf", b"StrangerPsf")
        found = CoaddPsf.readFits(self.path)
        self.assertEqual(found.getAveragePosition(), CENTER)
        self.assertEqual((found.getComponentCount(), found.getWeight(1)), (2, 0.5))
        self.assertRegex(repr(found.getPsf(0)), "^<StrangerPsf, opaque in lsst-lite")
        for compute in (found.computeImage, found.computeKernelImage, found.computeBBox, found.computeShape):
            with self.assertRaisesRegex(NotImplementedError, "StrangerPsf.computeI.* is not in lsst-lite"):
                compute(CENTER)
        with self.assertRaisesRegex(NotImplementedError, "StrangerPsf.getAveragePosition is not in"):
            CoaddPsf(found._catalog, COADD_WCS)
        exposure = ExposureF(3, 2)
        exposure.setPsf(found)
        exposure.writeFits(self.path)
        # The stack, for which lite stands here, knows the class.
        self.replaceBytes(b"StrangerPsf", b"GaussianPsf")
        self.assertSame(ExposureF(self.path).getPsf(), psf)

    def testComponentsThatLiteCannotComputeAreWrittenTogetherFromTwoFiles(self):
        patches = makeCatalog(("weight", "tract", "patch"))
        for patch in (0, 1):
            inputs = makeCatalog(("weight", "goodpix"))
            for i in (0, 1):
                addExposure(inputs, makeCoaddWcs(310 + patch, 190), PsfexPsf(1 + i + 2 * patch))
            with inStack():
                makePsf(inputs).writeFits(f"{self.path}{patch}")
            psf = CoaddPsf.readFits(f"{self.path}{patch}")
            self.assertRegex(repr(psf.getPsf(0)), "opaque")
            addExposure(patches, COADD_WCS, psf)["patch"] = patch
        makePsf(patches).writeFits(self.path)
        with inStack():
            found = CoaddPsf.readFits(self.path)
            inputs = [found.getPsf(patch) for patch in (0, 1)]
            self.assertEqual([found.getPatch(patch) for patch in (0, 1)], [0, 1])
            self.assertEqual([psf.getPsf(i).number for psf in inputs for i in (0, 1)], [1, 2, 3, 4])
            self.assertEqual(
                [psf.getWcs(1) for psf in inputs], [makeCoaddWcs(310, 190), makeCoaddWcs(311, 190)]
            )
            self.assertEqual({psf.getCoaddWcs() == COADD_WCS for psf in inputs}, {True})

    def testWarpedPsfIsNotWritten(self):
        psf = WarpedPsf(GaussianPsf(9, 9, 1.0), makeTransform(AffineTransform()))
        self.assertFalse(psf.isPersistable())
        with self.assertRaisesRegex(NotImplementedError, "WarpedPsf"):
            psf.writeFits(self.path)
        self.assertFalse(os.path.exists(self.path))

    def testBrokenPsfsRaiseErrorsThatNameTheFile(self):
        psf = makePsf(makeThree())
        for old, new, message in (
            (b"'weight  '", b"'height  '", "weight"),
            (b"'coaddwcs'", b"'coaddwc2'", "coaddwcs"),
            (b"'avgpos_x'", b"'avgpos_z'", "avgpos_x"),
            (b"lanczos3", b"lanczosx", "unknown warping kernel"),
            (b"lanczos3" + b" " * 4, b"lanczos30000", "at most 100 pixels, found 'lanczos30000' of 60000"),
            (b"NAXIS2  =                    3", b"NAXIS2  =                    2", "rows"),
            (b"NAXIS2  =                    1", b"NAXIS2  =                    0", "rows"),
        ):
            with self.subTest(old=old):
                self.writeMutated(psf, old, new)
                with self.assertRaisesRegex(FitsError, f"file.fits.*{message}"):
                    CoaddPsf.readFits(self.path)

    def testPsfInsideItselfIsRefused(self):
        inner = makePsf(makeThree()[:1])
        outer = makeCatalog()
        addExposure(outer, COADD_WCS, inner)
        makePsf(outer).writeFits(self.path)
        # In itself, and in the one that is in it.
        for row in (0, 1):
            with fits.open(self.path) as hdus:
                hdus["CoaddPsf", 2].data["psf"][row] = 1
                hdus.writeto(f"{self.path}{row}")
            with (
                self.subTest(row),
                self.assertRaisesRegex(FitsError, f"file.fits{row}.* refer to themselves, .* archive id"),
            ):
                CoaddPsf.readFits(f"{self.path}{row}").computeImage(CENTER)

    def testBrokenComponentsRaiseErrorsThatNameTheFileWhenAskedFor(self):
        psf = makePsf(makeThree())
        for old, new, message in (
            (b"'sigma   '", b"'gamma   '", "sigma"),
            (b"GaussianPsf", b"FilterLabel", "FilterLabel|label"),
        ):
            with self.subTest(old=old):
                self.writeMutated(psf, old, new)
                found = CoaddPsf.readFits(self.path)
                with self.assertRaisesRegex(FitsError, f"file.fits.*{message}"):
                    found.computeImage(CENTER)


if __name__ == "__main__":
    unittest.main()
