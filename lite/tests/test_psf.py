# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Point spread functions are those of the stack."""

import math
import pickle
import unittest

import numpy as np
from liteScenes import makeBox

import lsst.utils.tests
from lsst.afw.detection import GaussianPsf, InvalidPsfError, Psf
from lsst.afw.geom.ellipses import Quadrupole
from lsst.afw.image import Color, ImageD
from lsst.geom import Box2I, Extent2I, Point2D, Point2I
from lsst.pex.exceptions import InvalidParameterError, LengthError

HERE = Point2D(0, 0)


def lanczos(x, order):
    """Evaluate the Lanczos function (Turkowski 1990)."""
    return (
        1.0 if x == 0 else order * math.sin(math.pi * x) * math.sin(math.pi * x / order) / (math.pi * x) ** 2
    )


def shiftByDefinition(array, shiftX, shiftY, order=5):
    """Shift an image by a fraction of a pixel, term by term; the image is
    zero beyond its edges.
    """

    def makeWeights(shift):
        # Twice the order of terms, around where the pixel comes from.
        first = math.floor(-shift) - order + 1
        weights = {offset: lanczos(offset + shift, order) for offset in range(first, first + 2 * order)}
        total = sum(weights.values())
        return {offset: weight / total for offset, weight in weights.items()}

    height, width = array.shape
    result = np.zeros_like(array)
    for y in range(height):
        for x in range(width):
            for offsetY, weightY in makeWeights(shiftY).items():
                for offsetX, weightX in makeWeights(shiftX).items():
                    if 0 <= y + offsetY < height and 0 <= x + offsetX < width:
                        result[y, x] += weightX * weightY * array[y + offsetY, x + offsetX]
    return result


class GaussianPsfTestCase(lsst.utils.tests.TestCase):
    def setUp(self):
        self.psf = GaussianPsf(15, 15, 2.0)

    def testConstruction(self):
        for psf in (self.psf, GaussianPsf(Extent2I(15, 15), 2.0), GaussianPsf(width=15, height=15, sigma=2)):
            self.assertEqual(psf.getDimensions(), Extent2I(15, 15))
            self.assertEqual(psf.getSigma(), 2.0)
            self.assertIsInstance(psf, Psf)
        with self.assertRaises(InvalidParameterError):
            GaussianPsf(14, 15, 2.0)
        with self.assertRaises(TypeError):
            GaussianPsf(15, 15, "2")

    def testKernelImage(self):
        image = self.psf.computeKernelImage(HERE)
        self.assertIsInstance(image, ImageD)
        self.assertFloatsAlmostEqual(image[Point2I(0, 0)], 0.03980078771202883, rtol=1e-12)
        self.assertFloatsAlmostEqual(
            image[Point2I(1, -2)] / image[Point2I(0, 0)], math.exp(-5 / 8), rtol=1e-12
        )

    def testNumbers(self):
        self.assertFloatsAlmostEqual(self.psf.computePeak(HERE), 0.03980078771202883, rtol=1e-12)
        self.assertFloatsAlmostEqual(self.psf.computeApertureFlux(4.0, HERE), 0.8646647167633873, rtol=1e-12)
        self.assertEqual(self.psf.computeShape(HERE).getDeterminantRadius(), 2.0)
        self.assertEqual(self.psf.getAveragePosition(), HERE)
        self.assertTrue(self.psf.getAverageColor().isIndeterminate())

    def testBoxes(self):
        self.assertEqual(self.psf.computeKernelBBox(Point2D(10.25, 7.5)), makeBox(-7, -7, 15, 15))
        self.assertEqual(self.psf.computeImageBBox(Point2D(10.25, 7.5)), makeBox(3, 1, 15, 15))

    def testImageAtAPixelIsTheKernelImage(self):
        image = self.psf.computeImage(Point2D(10, 7))
        self.assertEqual(image.getXY0(), Point2I(3, 0))
        self.assertEqual(image.array.tolist(), self.psf.computeKernelImage(HERE).array.tolist())

    def testImageBetweenPixelsIsShifted(self):
        kernel = self.psf.computeKernelImage(HERE).array
        for x, y, shiftX, shiftY in (
            (10.25, 7.5, 0.25, -0.5),
            (10.25, 7.0, 0.25, 0.0),
            (9.75, 7.25, -0.25, 0.25),
        ):
            image = self.psf.computeImage(Point2D(x, y))
            expected = shiftByDefinition(kernel, shiftX, shiftY)
            self.assertFloatsAlmostEqual(image.array, expected, atol=1e-15)

    def testShiftedImageIsNearlyTheGaussianThere(self):
        image = GaussianPsf(31, 31, 2.0).computeImage(Point2D(10.25, 7.5))
        x, y = np.meshgrid(np.arange(31) + image.getX0() - 10.25, np.arange(31) + image.getY0() - 7.5)
        self.assertFloatsAlmostEqual(image.array, np.exp(-(x * x + y * y) / 8) / (8 * np.pi), atol=1e-4)

    def testImagesBelongToTheCaller(self):
        self.psf.computeKernelImage(HERE).array[:] = 0
        self.psf.computeImage(HERE).array[:] = 0
        self.assertFloatsAlmostEqual(self.psf.computeKernelImage(HERE).array.sum(), 1.0, rtol=1e-12)

    def testCopies(self):
        for other in (self.psf.clone(), pickle.loads(pickle.dumps(self.psf))):
            self.assertIsInstance(other, GaussianPsf)
            self.assertEqual((other.getDimensions(), other.getSigma()), (Extent2I(15, 15), 2.0))
            self.assertNotEqual(other, self.psf)
        self.assertEqual(self.psf, self.psf)
        self.assertEqual(self.psf.resized(21, 23).getDimensions(), Extent2I(21, 23))

    def testPositionsArePoints(self):
        for wrong in (None, (0, 0), Point2I(0, 0)):
            with self.assertRaises(TypeError):
                self.psf.computeKernelImage(wrong)

    def testKernelsAreNotInLite(self):
        with self.assertRaisesRegex(NotImplementedError, "getLocalKernel.*lsst-lite"):
            self.psf.getLocalKernel(HERE)


class ConePsf(Psf):
    """A point spread function that is written in Python."""

    def __init__(self, width):
        super().__init__(isFixed=True)
        self._width = width

    def _doComputeKernelImage(self, position=None, color=None):
        image = ImageD(self._doComputeBBox())
        image.array[:] = 1.0 / image.array.size
        return image

    def _doComputeBBox(self, position=None, color=None):
        half = self._width // 2
        return Box2I(Point2I(-half, -half), Point2I(half, half))

    def _doComputeShape(self, position=None, color=None):
        return Quadrupole(1.0, 1.0, 0.0)

    def _doComputeApertureFlux(self, radius, position=None, color=None):
        return 0.5


class PsfTestCase(lsst.utils.tests.TestCase):
    def testSubclassesInPython(self):
        psf = ConePsf(5)
        self.assertEqual(psf.computePeak(HERE), 0.04)
        self.assertEqual(psf.computeImage(Point2D(3, 4)).getBBox(), Box2I(Point2I(1, 2), Point2I(5, 6)))
        self.assertEqual(psf.computeShape(HERE).getIxx(), 1.0)
        self.assertEqual(psf.computeApertureFlux(1.0, HERE, Color(0.3, "g-r")), 0.5)
        self.assertFalse(psf.isPersistable())

    def testWhatASubclassLacksIsAnError(self):
        for call in (
            lambda: Psf().computeImage(HERE),
            lambda: Psf().computeShape(HERE),
            lambda: ConePsf(5).clone(),
        ):
            with self.assertRaisesRegex(RuntimeError, "pure virtual"):
                call()

    def testRecentering(self):
        image = ImageD(makeBox(-7, -7, 15, 15))
        image[Point2I(0, 0)] = 1
        same = Psf.recenterKernelImage(image, Point2D(10, 20))
        self.assertIs(same, image)
        self.assertEqual(image.getXY0(), Point2I(3, 13))
        small = ImageD(Box2I(Point2I(-1, -1), Point2I(1, 1)))
        with self.assertRaises(LengthError):
            Psf.recenterKernelImage(small, Point2D(0.25, 0), warpBuffer=0)
        with self.assertRaises(InvalidParameterError):
            Psf.recenterKernelImage(image, Point2D(0.25, 0), "nonsense")

    def testShiftWithoutBufferKeepsTheEdges(self):
        image = ImageD(makeBox(-7, -7, 15, 15), 2.0)
        image.array[7, 7] = 5.0
        shifted = Psf.recenterKernelImage(image, Point2D(0.25, 0.25), "lanczos3", 0)
        self.assertEqual(set(shifted.array[0]), {2.0})
        self.assertEqual(set(shifted.array[:, -1]), {2.0})
        self.assertNotEqual(shifted.array[7, 7], 5.0)

    def testCacheCapacityIsKept(self):
        psf = ConePsf(5)
        self.assertEqual(psf.getCacheCapacity(), 100)
        psf.setCacheCapacity(7)
        self.assertEqual(psf.getCacheCapacity(), 7)

    def testInvalidPsfIsAnInvalidParameter(self):
        with self.assertRaisesRegex(InvalidParameterError, "no stars"):
            raise InvalidPsfError("no stars")


if __name__ == "__main__":
    unittest.main()
