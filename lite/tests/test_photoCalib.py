# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calibrations convert counts to nJy and magnitudes, as the stack does."""

import json
import math
import os
import pickle
import unittest

import numpy as np

import lsst.utils.tests
from lsst.afw.image import (
    MaskedImageD,
    MaskedImageF,
    Measurement,
    PhotoCalib,
    makePhotoCalibFromCalibZeroPoint,
    makePhotoCalibFromMetadata,
)
from lsst.afw.math import BoundedField, ChebyshevBoundedField
from lsst.daf.base import PropertyList
from lsst.geom import Box2I, Extent2I, Point2D, Point2I
from lsst.pex.exceptions import InvalidParameterError

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "golden", "exposures")

BOX = Box2I(Point2I(0, 0), Extent2I(80, 60))

AB_ZERO = 3.630780547701e12
"""Flux of a source of AB magnitude 0, in nJy."""


def makeField():
    """Make the calibration field that is in calexp_varying_calib.fits."""
    return ChebyshevBoundedField(BOX, np.array([[2.0, 0.1], [0.05, 0.0]]))


class PhotoCalibTestCase(lsst.utils.tests.TestCase):
    def testConstantScale(self):
        calib = PhotoCalib(2.0, 0.1)
        self.assertEqual(calib.instFluxToNanojansky(10, Point2D(5, 6)), 20.0)
        self.assertEqual(calib.getLocalCalibration(Point2D(5, 6)), 2.0)
        self.assertEqual(calib.nanojanskyToInstFlux(20.0), 10.0)

    def testErrorsAreThoseOfTheCounts(self):
        calib = PhotoCalib(2.0, 0.1)
        self.assertIsInstance(calib.instFluxToNanojansky(10, 1), Measurement)
        magnitude = calib.instFluxToMagnitude(10.0, 1.0, Point2D(1, 2))
        self.assertFloatsAlmostEqual(magnitude.value, 28.147425010840045, rtol=1e-12)
        self.assertFloatsAlmostEqual(magnitude.error, 0.25 / math.log(10), rtol=1e-12)

    def testMagnitudesAreAB(self):
        calib = PhotoCalib(2.0)
        self.assertFloatsAlmostEqual(calib.instFluxToMagnitude(AB_ZERO / 2), 0.0, atol=1e-9)
        self.assertFloatsAlmostEqual(calib.getInstFluxAtZeroMagnitude(), AB_ZERO / 2, rtol=1e-12)
        self.assertFloatsAlmostEqual(calib.magnitudeToInstFlux(5.0), AB_ZERO / 200, rtol=1e-12)
        self.assertFloatsAlmostEqual(calib.magnitudeToInstFlux(5.0, Point2D(1, 2)), AB_ZERO / 200, rtol=1e-12)
        self.assertTrue(math.isnan(calib.instFluxToMagnitude(-1.0)))
        self.assertEqual(calib.instFluxToMagnitude(0.0), math.inf)

    def testVaryingScaleIsThatOfTheGoldenFile(self):
        with open(os.path.join(GOLDEN, "expected.json")) as file:
            expected = json.load(file)["calexp_varying_calib.fits"]["photoCalib"]
        calib = PhotoCalib(makeField(), 0.01)
        point = Point2D(*expected["at"])
        self.assertFloatsAlmostEqual(calib.getCalibrationMean(), expected["mean"], rtol=1e-12)
        self.assertEqual(calib.getCalibrationErr(), expected["err"])
        flux, magnitude = calib.instFluxToNanojansky(100.0, point), calib.instFluxToMagnitude(100.0, point)
        self.assertFloatsAlmostEqual(flux, expected["flux100_nJy"], rtol=1e-12)
        self.assertFloatsAlmostEqual(magnitude, expected["mag100"], rtol=1e-12)

    def testVaryingScaleWithoutPositionIsTheMean(self):
        calib = PhotoCalib(makeField())
        self.assertFloatsAlmostEqual(calib.instFluxToNanojansky(100.0), 200.0, rtol=1e-12)

    def testArrays(self):
        calib = PhotoCalib(makeField())
        x, y = np.array([1.5, 39.5]), np.array([2.5, 29.5])
        self.assertFloatsAlmostEqual(calib.getLocalCalibrationArray(x, y), np.array([1.86, 2.0]), rtol=1e-12)
        self.assertEqual(PhotoCalib(2.0).getLocalCalibrationArray(x, y).tolist(), [2.0, 2.0])

    def testScaledCalibrationHasMeanOne(self):
        field = PhotoCalib(makeField()).computeScaledCalibration()
        self.assertFloatsAlmostEqual(field.mean(), 1.0, rtol=1e-12)
        self.assertFloatsAlmostEqual(field.evaluate(Point2D(1.5, 2.5)), 0.93, rtol=1e-12)

    def testImages(self):
        maskedImage = MaskedImageF(Box2I(Point2I(1, 2), Extent2I(2, 2)))
        maskedImage.set(100.0, 3, 4.0)
        result = PhotoCalib(2.0, 0.1).calibrateImage(maskedImage)
        self.assertEqual(result[1, 2], (200.0, 3, 16.0))
        self.assertEqual(maskedImage[1, 2], (100.0, 3, 4.0))
        self.assertEqual(PhotoCalib(2.0).uncalibrateImage(result)[1, 2], (100.0, 3, 4.0))
        varying = PhotoCalib(makeField())
        result = varying.calibrateImage(maskedImage)
        scale = varying.getLocalCalibration(Point2D(2, 3))
        self.assertFloatsAlmostEqual(result[2, 3][0], 100 * scale, rtol=1e-6)
        self.assertFloatsAlmostEqual(result[2, 3][2], 4 * scale**2, rtol=1e-6)
        with self.assertRaises(TypeError):
            varying.calibrateImage(MaskedImageD(BOX))

    def testCatalogsAreNotInLite(self):
        for method in ("instFluxToNanojansky", "instFluxToMagnitude", "calibrateCatalog"):
            message = f"lsst.afw.image.PhotoCalib.{method}.*lsst-lite"
            with self.assertRaisesRegex(NotImplementedError, message):
                getattr(PhotoCalib(2.0), method)([], "slot_PsfFlux")

    def testNegativeScaleIsAnError(self):
        with self.assertRaises(InvalidParameterError):
            PhotoCalib(1.0, -0.1)
        for arguments in (("x",), (2.0, 0.1, 3), (None,)):
            with self.assertRaises(TypeError):
                PhotoCalib(*arguments)

    def testArgumentsHaveNames(self):
        field = makeField()
        self.assertEqual(PhotoCalib(calibrationMean=2.0, calibrationErr=0.1), PhotoCalib(2.0, 0.1))
        self.assertEqual(PhotoCalib(2.0, bbox=BOX), PhotoCalib(2.0, 0.0, BOX))
        self.assertEqual(PhotoCalib(calibration=field, calibrationErr=0.1), PhotoCalib(field, 0.1))
        self.assertEqual(
            PhotoCalib(field.mean(), 0.1, calibration=field, isConstant=False), PhotoCalib(field, 0.1)
        )
        point = Point2D(5, 6)
        calib = PhotoCalib(field)
        flux = calib.instFluxToNanojansky(10.0, point)
        self.assertEqual(calib.instFluxToNanojansky(instFlux=10.0, point=point), flux)
        self.assertEqual(calib.instFluxToNanojansky(10.0, instFluxErr=1.0, point=point).value, flux)
        self.assertAlmostEqual(calib.nanojanskyToInstFlux(flux, point=point), 10.0)
        for wrong in ((), ("x",), (1.0, point, 2.0), (1.0, 2.0, point, 3)):
            with self.subTest(wrong), self.assertRaises(TypeError):
                calib.instFluxToMagnitude(*wrong)

    def testEquality(self):
        self.assertNotEqual(PhotoCalib(2.0), PhotoCalib(2.0, 0.0, BOX))
        self.assertEqual(PhotoCalib(makeField()), PhotoCalib(makeField()))
        self.assertNotEqual(PhotoCalib(makeField()), PhotoCalib(2.0))
        with self.assertRaises(TypeError):
            hash(PhotoCalib(2.0))

    def testPickle(self):
        for calib in (PhotoCalib(2.0, 0.1), PhotoCalib(makeField(), 0.1)):
            self.assertEqual(pickle.loads(pickle.dumps(calib)), calib)

    def testOldZeroPoints(self):
        calib = makePhotoCalibFromCalibZeroPoint(1e10, 1e8)
        self.assertFloatsAlmostEqual(calib.getCalibrationMean(), AB_ZERO / 1e10, rtol=1e-12)
        self.assertFloatsAlmostEqual(calib.getCalibrationErr(), AB_ZERO / 1e12, rtol=1e-12)
        metadata = PropertyList()
        self.assertIsNone(makePhotoCalibFromMetadata(metadata))
        metadata.set("FLUXMAG0", 1e10)
        metadata.set("FLUXMAG0ERR", 1e8)
        self.assertEqual(makePhotoCalibFromMetadata(metadata), calib)
        self.assertEqual(makePhotoCalibFromMetadata(metadata, True), calib)
        self.assertEqual(metadata.names(), [])


class BoundedFieldTestCase(lsst.utils.tests.TestCase):
    def testValuesAreThoseOfChebyshevPolynomials(self):
        coefficients = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 0.0]])
        field = ChebyshevBoundedField(BOX, coefficients)
        for x, y in ((0, 0), (79.5, 59.5), (12.25, 33.0)):
            u, v = (x - 39.5) / 40, (y - 29.5) / 30
            expected = 1 + 2 * u + 3 * (2 * u * u - 1) + v * (4 + 5 * u)
            self.assertFloatsAlmostEqual(field.evaluate(Point2D(x, y)), expected, rtol=1e-12)
            self.assertFloatsAlmostEqual(field.evaluate(x, y), expected, rtol=1e-12)
            self.assertFloatsAlmostEqual(field.evaluate(np.array([x]), np.array([y])), [expected], rtol=1e-12)

    def testMeanIsThatOverTheBox(self):
        field = ChebyshevBoundedField(BOX, np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 0.0], [6.0, 0.0, 0.0]]))
        self.assertFloatsAlmostEqual(field.mean(), 1 - 3 / 3 - 6 / 3, rtol=1e-12)
        self.assertFloatsAlmostEqual(field.integrate(), -2.0 * 4800, rtol=1e-12)

    def testCoefficientsAreAnArrayOfTheirOwn(self):
        row = np.array([1.0, 2.0])
        for view in (row[np.newaxis, :], row[:, np.newaxis], np.broadcast_to(row, (3, 2))):
            field = ChebyshevBoundedField(BOX, view.copy())
            np.testing.assert_array_equal(field.getCoefficients(), view)
            with self.assertRaisesRegex(TypeError, "strides"):
                ChebyshevBoundedField(BOX, view)
        for wrong in (row, [[1.0, 2.0]], np.array([[1, 2]])):
            with self.assertRaises(TypeError):
                ChebyshevBoundedField(BOX, wrong)

    def testArgumentsOfNoFormAreRefused(self):
        field = makeField()
        for wrong in ((), (1.0,), (Point2I(1, 2),), (1.0, 2.0, 3.0), ("x", 1.0), ([1.0], [2.0])):
            with self.subTest(wrong=wrong), self.assertRaises(TypeError):
                field.evaluate(*wrong)
        with self.assertRaisesRegex(RuntimeError, "different shapes"):
            field.evaluate(np.zeros(2), np.zeros(3))

    def testOtherFieldsAreNotComputed(self):
        with self.assertRaisesRegex(NotImplementedError, "lsst.afw.math.BoundedField.evaluate.*lsst-lite"):
            BoundedField(BOX).evaluate(Point2D(1, 2))


if __name__ == "__main__":
    unittest.main()
