# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warping: golden results, a slow reference, and what must hold."""

import itertools
import pathlib
import unittest

import numpy as np
from liteScenes import makeBox, makeWcs
from pixelAssertions import PixelAssertions
from warpReference import warpReference

import lsst.utils.tests
from lsst._lite.threads import threads
from lsst.afw.geom import makeTransform
from lsst.afw.image import (
    ExposureD,
    ExposureF,
    ExposureI,
    FilterLabel,
    ImageD,
    ImageF,
    ImageI,
    ImageU,
    Mask,
    MaskedImageF,
    PhotoCalib,
    VisitInfo,
)
from lsst.afw.math import (
    BilinearWarpingKernel,
    LanczosWarpingKernel,
    NearestWarpingKernel,
    SeparableKernel,
    Warper,
    WarperConfig,
    WarpingControl,
    computeWarpedBBox,
    warpExposure,
    warpImage,
)
from lsst.geom import (
    AffineTransform,
    Box2I,
    Extent2D,
    Extent2I,
    LinearTransform,
    Point2D,
    Point2I,
)
from lsst.pex.exceptions import InvalidParameterError

GOLDEN = pathlib.Path(__file__).parent / "data" / "golden"

KERNELS = ("bilinear", "nearest", "lanczos2", "lanczos3", "lanczos4", "lanczos5")


def makeShift(x, y):
    """Make the transform that moves pixels."""
    return makeTransform(AffineTransform(Extent2D(x, y)))


def makeLinear(scale, angle, x, y):
    """Make a transform that scales, rotates (in degrees) and moves."""
    cosine, sine = scale * np.cos(np.radians(angle)), scale * np.sin(np.radians(angle))
    linear = LinearTransform(np.array([[cosine, -sine], [sine, cosine]]))
    return makeTransform(AffineTransform(linear, Extent2D(x, y)))


def makeMaskedImage(bbox, seed=1):
    """Make a masked image of noise, with a few bits, NaN and no zeros."""
    rng = np.random.default_rng(seed)
    maskedImage = MaskedImageF(bbox)
    shape = maskedImage.image.array.shape
    maskedImage.image.array[:] = rng.normal(100.0, 20.0, shape)
    maskedImage.variance.array[:] = rng.uniform(1.0, 3.0, shape)
    maskedImage.mask.array[:] = np.where(rng.random(shape) < 0.03, 1 << rng.integers(0, 9, shape), 0)
    return maskedImage


def toArrays(result, bbox):
    """Lay out what `warpReference` gives, and no data where it gives none."""
    shape = bbox.getHeight(), bbox.getWidth()
    image, variance = np.full(shape, np.nan), np.full(shape, np.inf)
    mask = np.full(shape, Mask.getPlaneBitMask("NO_DATA"))
    for (x, y), pixel in result.items():
        index = y - bbox.getMinY(), x - bbox.getMinX()
        image[index], mask[index], variance[index] = pixel
    return image, mask, variance


class ReferenceTestCase(lsst.utils.tests.TestCase):
    """Comparison with a warp of one pixel after another."""

    def assertWarpIsReference(self, source, bbox, transform, control, kernel, maskKernel):
        destination = MaskedImageF(bbox)
        count = warpImage(destination, source, transform, control)
        reference = warpReference(
            source, bbox, transform, kernel, maskKernel or kernel, control.getGrowFullMask()
        )
        image, mask, variance = toArrays(reference, bbox)
        np.testing.assert_allclose(destination.image.array, image, rtol=2e-5, atol=1e-3)
        np.testing.assert_allclose(destination.variance.array, variance, rtol=2e-5, atol=1e-5)
        np.testing.assert_array_equal(destination.mask.array, mask)
        self.assertEqual(count, len(reference))
        self.assertGreater(count, 30)

    def testKernelsOfImageAndMask(self):
        source, bbox = makeMaskedImage(makeBox(1000, -200, 20, 19)), makeBox(-3, -4, 20, 18)
        transform = makeLinear(0.9, 25.0, -889.3, -223.7)
        masks = {
            "lanczos3": ("bilinear", "nearest", "lanczos2"),
            "nearest": ("bilinear",),
            "lanczos5": ("lanczos4",),
        }
        for kernel, maskKernel in [(k, m) for k in KERNELS for m in ("", *masks.get(k, ()))]:
            with self.subTest(kernel=kernel, maskKernel=maskKernel):
                control = WarpingControl(kernel, maskKernel, 0, 0, 0b10110 if maskKernel else 0)
                self.assertWarpIsReference(source, bbox, transform, control, kernel, maskKernel)

    def testEveryFormOfInterpolationOfALinearTransform(self):
        source, bbox = makeMaskedImage(makeBox(-7, 30, 15, 20)), makeBox(0, 20, 19, 17)
        transform = makeLinear(1.3, -70.0, -35.0, 20.0)
        for interpLength in (0, 1, 2, 3, 10, 18, 19, 1000):
            with self.subTest(interpLength=interpLength):
                control = WarpingControl("lanczos3", "bilinear", 0, interpLength, 1)
                self.assertWarpIsReference(source, bbox, transform, control, "lanczos3", "bilinear")

    def testMirroredTransform(self):
        source, bbox = makeMaskedImage(makeBox(0, 0, 20, 20)), makeBox(0, 0, 20, 20)
        linear = LinearTransform(np.array([[-1.1, 0.1], [0.0, 0.8]]))
        transform = makeTransform(AffineTransform(linear, Extent2D(19.0, 1.0)))
        control = WarpingControl("lanczos2")
        self.assertWarpIsReference(source, bbox, transform, control, "lanczos2", "")

    def testNanStaysUnderTheKernel(self):
        source, bbox = makeMaskedImage(makeBox(0, 0, 24, 24)), makeBox(0, 0, 24, 24)
        source.image.array[11, 12] = np.nan
        source.variance.array[8, 3] = np.inf
        for kernel in KERNELS:
            with self.subTest(kernel):
                destination = MaskedImageF(bbox)
                warpImage(destination, source, makeShift(0.25, -0.25), WarpingControl(kernel))
                reference = warpReference(source, bbox, makeShift(0.25, -0.25), kernel, kernel)
                image, _, variance = toArrays(reference, bbox)
                np.testing.assert_array_equal(np.isnan(destination.image.array), np.isnan(image))
                # The variance does not depend on the image.
                np.testing.assert_array_equal(np.isinf(destination.variance.array), np.isinf(variance))
                self.assertFalse(np.isnan(destination.variance.array).any())

    def testFractionsAreThoseOfTheCache(self):
        # Two fractions only: every position is taken as 1/4 or 3/4.
        source = MaskedImageF(makeBox(0, 0, 12, 12))
        source.image.array[:] = np.arange(12.0)
        destination = MaskedImageF(makeBox(0, 0, 12, 12))
        for shift, moved in ((0.0, 0.25), (-0.1, 0.25), (-0.49, 0.25), (-0.51, 0.75), (-0.9, 0.75)):
            warpImage(destination, source, makeShift(shift, 0.0), WarpingControl("bilinear", "", 2))
            np.testing.assert_allclose(
                destination.image.array[:11, :11], source.image.array[:11, :11] + moved
            )


class PropertiesTestCase(PixelAssertions):
    """What must hold, whatever the implementation."""

    def testWholePixelsAreCopiedToTheBit(self):
        source = makeMaskedImage(makeBox(100, 200, 70, 150))
        source.image.array[10, 10] = np.nan
        for kernel, interpLength in itertools.product(("bilinear", "nearest"), (0, 1, 7, 10, 49)):
            with self.subTest(kernel=kernel, interpLength=interpLength):
                destination = MaskedImageF(makeBox(-3, 12, 68, 148))
                control = WarpingControl(kernel, "", 0, interpLength)
                count = warpImage(destination, source, makeShift(-103, -188), control)
                self.assertEqual(count, 68 * 148)
                for plane in ("image", "mask", "variance"):
                    got, want = (getattr(m, plane).array for m in (destination, source))
                    np.testing.assert_array_equal(got, want[:148, :68])

    def testMaskBitsOfAllPixelsUnderTheKernel(self):
        source = MaskedImageF(makeBox(0, 0, 20, 20))
        source.mask.array[9, 10] = 0b101
        for maskKernel, growFullMask, wide, narrow in (
            ("", 0, 0b101, 0),
            ("lanczos3", 0, 0b101, 0),
            ("bilinear", 0, 0, 0b101),
            ("bilinear", 0b100, 0b100, 0b101),
        ):
            with self.subTest(maskKernel=maskKernel, growFullMask=growFullMask):
                destination = MaskedImageF(makeBox(3, 3, 14, 14))
                control = WarpingControl("lanczos3", maskKernel, 1000, 10, growFullMask)
                warpImage(destination, source, makeShift(0.5, 0.5), control)
                expected = np.zeros((20, 20), int)
                expected[7:13, 8:14] = wide
                expected[9:11, 10:12] |= narrow
                np.testing.assert_array_equal(destination.mask.array, expected[3:17, 3:17])

    def testResultDoesNotDependOnRightAscension(self):
        results = []
        for ra in (0.0, 123.0, 359.9999):
            source = ExposureF(makeMaskedImage(makeBox(0, 0, 50, 50)), makeWcs(ra=ra, dec=40.0))
            warper = Warper("lanczos3", interpLength=5)
            results.append(warper.warpExposure(makeWcs(50, 60, 0.25, 30.0, ra, 40.0), source))
        for result in results[1:]:
            self.assertEqual(result.getBBox(), results[0].getBBox())
            np.testing.assert_allclose(result.image.array, results[0].image.array, rtol=1e-4)

    def testPoleIsAPlaceLikeAnother(self):
        source = ImageD(makeBox(0, 0, 60, 60))
        y, x = np.mgrid[:60, :60]
        source.array[:] = 100.0 + x + 2.0 * y
        for dec in (90.0, 89.9999, -90.0):
            srcWcs = makeWcs(30, 30, 0.2, 0.0, 10.0, dec)
            destWcs = makeWcs(30, 30, 0.2, 65.0, 10.0, dec)
            destination = ImageD(makeBox(20, 20, 20, 20))
            count = warpImage(destination, destWcs, source, srcWcs, WarpingControl("bilinear", "", 0, 10))
            self.assertEqual(count, 400)
            for i, j in itertools.product((0, 9, 10, 19), repeat=2):
                at = srcWcs.skyToPixel(destWcs.pixelToSky(Point2D(20 + i, 20 + j)))
                self.assertAlmostEqual(destination.array[j, i], 100.0 + at.getX() + 2.0 * at.getY(), 4)

    def testSubimagesAreLikeImages(self):
        whole = makeMaskedImage(makeBox(0, 0, 100, 90))
        box = makeBox(20, 10, 60, 50)
        target = MaskedImageF(makeBox(0, 0, 80, 80))
        warpImage(target.subset(makeBox(5, 6, 60, 50)), whole.subset(box), makeShift(-13.3, 2.2), CONTROL)
        expected = MaskedImageF(makeBox(5, 6, 60, 50))
        warpImage(expected, MaskedImageF(whole, box, deep=True), makeShift(-13.3, 2.2), CONTROL)
        self.assertMaskedImagesEqual(target.subset(expected.getBBox()), expected)
        target.subset(expected.getBBox()).set((0.0, 0, 0.0))
        self.assertFalse(target.image.array.any() or target.mask.array.any() or target.variance.array.any())

    def testSourceOfFlippedRows(self):
        array = np.random.default_rng(3).normal(size=(40, 50)).astype(np.float32)
        results = []
        for pixels in (array[::-1], array[::-1].copy()):
            destination = ImageF(makeBox(0, 0, 50, 40))
            warpImage(destination, ImageF(pixels), makeShift(0.3, 0.4), CONTROL)
            results.append(destination)
        self.assertImagesEqual(*results)

    def testResultDoesNotDependOnThreads(self):
        source = makeMaskedImage(makeBox(0, 0, 300, 280))
        results = []
        for count in (1, 2, 5):
            destination = MaskedImageF(makeBox(0, 0, 290, 300))
            with threads(count):
                warpImage(destination, source, makeLinear(0.9, 10.0, 60.0, 3.0), CONTROL)
            results.append(destination)
        self.assertMaskedImagesEqual(results[0], results[1])
        self.assertMaskedImagesEqual(results[0], results[2])
        self.assertGreater(np.isfinite(results[0].image.array).sum(), 40000)


CONTROL = WarpingControl("lanczos3", "bilinear", 100000, 10, 16)


class EdgeTestCase(lsst.utils.tests.TestCase):
    """Pixels for which the source is too small."""

    def assertAllPad(self, destination):
        self.assertTrue(np.isnan(destination.image.array).all())
        self.assertTrue(np.isposinf(destination.variance.array).all())
        self.assertTrue((destination.mask.array == Mask.getPlaneBitMask("NO_DATA")).all())

    def testNoOverlapGivesNoData(self):
        destination = MaskedImageF(makeBox(1000, 1000, 70, 5))
        self.assertEqual(
            warpImage(destination, makeMaskedImage(makeBox(0, 0, 9, 9)), makeShift(0, 0), CONTROL), 0
        )
        self.assertAllPad(destination)

    def testSourceSmallerThanTheKernelGivesNoData(self):
        for width, height in ((5, 20), (20, 5), (0, 0)):
            destination = MaskedImageF(makeBox(0, 0, 20, 20))
            source = MaskedImageF(makeBox(0, 0, width, height))
            self.assertEqual(warpImage(destination, source, makeShift(0, 0), CONTROL), 0)
            self.assertAllPad(destination)

    def testEmptyDestination(self):
        source = makeMaskedImage(makeBox(0, 0, 20, 20))
        self.assertEqual(warpImage(MaskedImageF(makeBox(0, 0, 0, 0)), source, makeShift(0, 0), CONTROL), 0)

    def testSourceOfTheSizeOfTheKernel(self):
        destination = MaskedImageF(makeBox(0, 0, 6, 6))
        source = makeMaskedImage(makeBox(0, 0, 6, 6))
        self.assertEqual(warpImage(destination, source, makeShift(0, 0), CONTROL), 1)
        self.assertTrue(np.isfinite(destination.image.array[2, 2]))

    def testBeyondTheHorizonThereIsNoData(self):
        source = ExposureF(makeMaskedImage(makeBox(0, 0, 20, 20)), makeWcs())
        result = Warper("lanczos3").warpExposure(
            makeWcs(ra=210.0, dec=20.0), source, destBBox=makeBox(0, 0, 5, 5)
        )
        self.assertAllPad(result)

    def testPadValueOfAnImage(self):
        for cls, padValue in ((ImageF, -7.5), (ImageD, np.inf), (ImageI, -9), (ImageU, 65535)):
            destination = cls(makeBox(50, 50, 3, 3))
            source = cls(makeBox(0, 0, 9, 9))
            warpImage(destination, source, makeShift(0, 0), CONTROL, padValue)
            self.assertTrue((destination.array == padValue).all())
            warpImage(destination, source, makeShift(0, 0), CONTROL)
            if cls in (ImageF, ImageD):
                self.assertTrue(np.isnan(destination.array).all())
            else:
                self.assertFalse(destination.array.any())


class PixelTypesTestCase(lsst.utils.tests.TestCase):
    """Pixels of other types."""

    def testImagesOfIntegersAreWarpedToImagesOfNumbers(self):
        source = ImageF(makeBox(0, 0, 30, 30))
        source.array[:] = np.random.default_rng(2).integers(100, 60000, (30, 30))
        expected = ImageD(makeBox(0, 0, 30, 30))
        warpImage(expected, ImageD(source, True), makeLinear(1.0, 12.0, 3.0, -2.0), CONTROL)
        for destination, sourceClass in itertools.product((ImageD, ImageF), (ImageF, ImageI, ImageU)):
            image = sourceClass(source.getBBox())
            image.array[:] = source.array
            result = destination(makeBox(0, 0, 30, 30))
            warpImage(result, image, makeLinear(1.0, 12.0, 3.0, -2.0), CONTROL)
            np.testing.assert_allclose(result.array, expected.array, rtol=1e-6, atol=1e-2)

    def testIntegersAreTruncated(self):
        for cls in (ImageI, ImageU):
            source, destination = cls(makeBox(0, 0, 8, 8)), cls(makeBox(2, 2, 4, 4))
            source.array[:] = np.arange(8)
            warpImage(destination, source, makeShift(-0.5, 0.0), WarpingControl("bilinear"))
            np.testing.assert_array_equal(destination.array, np.tile([2, 3, 4, 5], (4, 1)))

    def testExposureOfDoubles(self):
        source = ExposureD(makeMaskedImage(makeBox(0, 0, 40, 40)).convertD(), makeWcs())
        result = Warper("lanczos3").warpExposure(makeWcs(angle=10.0), source)
        self.assertIsInstance(result, ExposureD)
        expected = Warper("lanczos3").warpExposure(makeWcs(angle=10.0), source.convertF())
        np.testing.assert_allclose(result.image.array, expected.image.array, rtol=1e-5)
        np.testing.assert_array_equal(result.variance.array, expected.variance.array)
        np.testing.assert_array_equal(result.mask.array, expected.mask.array)

    def testOtherPairsOfTypesAreRefused(self):
        box = makeBox(0, 0, 9, 9)
        for destination, source in (
            (ImageF(box), ImageD(box)),
            (ImageI(box), ImageF(box)),
            (ImageU(box), ImageI(box)),
            (ImageF(box), MaskedImageF(box)),
            (MaskedImageF(box), ImageF(box)),
            (Mask(box), Mask(box)),
        ):
            with self.subTest(type(destination).__name__ + type(source).__name__):
                with self.assertRaisesRegex(TypeError, "warpImage"):
                    warpImage(destination, source, makeShift(0, 0), CONTROL)
        with self.assertRaises(TypeError):
            warpExposure(ExposureF(box, makeWcs()), ExposureD(box, makeWcs()), CONTROL)
        with self.assertRaises(TypeError):
            warpExposure(ExposureI(box, makeWcs()), ExposureF(box, makeWcs()), CONTROL)


class ExposureTestCase(PixelAssertions):
    """`warpExposure` and `Warper`."""

    def setUp(self):
        self.exposure = ExposureF(makeMaskedImage(makeBox(0, 0, 60, 50)), makeWcs())
        self.wcs = makeWcs(40, 40, 0.25, 30.0)

    def testComponents(self):
        info = self.exposure.getInfo()
        self.exposure.setPhotoCalib(PhotoCalib(2.5))
        self.exposure.setFilter(FilterLabel(band="r", physical="HSC-R"))
        info.setVisitInfo(VisitInfo(id=17))
        result = Warper("lanczos3").warpExposure(self.wcs, self.exposure)
        self.assertEqual(result.getPhotoCalib(), PhotoCalib(2.5))
        self.assertEqual(result.getFilter(), FilterLabel(band="r", physical="HSC-R"))
        self.assertEqual(result.getInfo().getVisitInfo(), VisitInfo(id=17))
        self.assertEqual(result.getWcs(), self.wcs)
        self.assertIsNone(result.getPsf())

    def testBoxOfTheResult(self):
        warper = Warper("bilinear")
        box = computeWarpedBBox(self.wcs, self.exposure.getBBox(), self.exposure.getWcs())
        self.assertEqual(warper.warpExposure(self.wcs, self.exposure).getBBox(), box)
        for corner in ((0, 0), (59, 0), (0, 49), (59, 49)):
            at = self.wcs.skyToPixel(self.exposure.getWcs().pixelToSky(Point2D(*corner)))
            self.assertTrue(box.contains(Point2I(at)))
        for border in (3, -4):
            expected = Box2I(box)
            expected.grow(border)
            self.assertEqual(warper.warpExposure(self.wcs, self.exposure, border).getBBox(), expected)
        limit = makeBox(0, 0, 20, 200)
        clipped = box.clippedTo(limit)
        self.assertEqual(warper.warpExposure(self.wcs, self.exposure, maxBBox=limit).getBBox(), clipped)
        exact = makeBox(-100, 7, 3, 4)
        result = warper.warpExposure(self.wcs, self.exposure, border=9, maxBBox=limit, destBBox=exact)
        self.assertEqual(result.getBBox(), exact)

    def testImageIsThatOfTheExposure(self):
        warper = Warper("lanczos3", maskWarpingKernelName="bilinear")
        expected = warper.warpExposure(self.wcs, self.exposure, border=2)
        result = warper.warpImage(self.wcs, self.exposure.maskedImage, self.exposure.getWcs(), border=2)
        self.assertMaskedImagesEqual(result, expected.maskedImage)
        image = warper.warpImage(self.wcs, self.exposure.image, self.exposure.getWcs(), border=2)
        self.assertIsInstance(image, ImageF)
        np.testing.assert_allclose(image.array, expected.image.array, rtol=1e-5)

    def testDestinationMustNotOverlapTheSource(self):
        wcs = self.exposure.getWcs()
        with self.assertRaisesRegex(InvalidParameterError, "overlaps"):
            warpExposure(self.exposure, self.exposure, CONTROL)
        for image in (self.exposure.maskedImage, self.exposure.image):
            part = image.subset(makeBox(10, 10, 20, 20))
            with self.assertRaisesRegex(InvalidParameterError, "overlaps"):
                warpImage(part, wcs, image, wcs, CONTROL)

    def testWcsIsNeeded(self):
        other = ExposureF(makeBox(0, 0, 20, 20))
        with self.assertRaisesRegex(InvalidParameterError, "srcExposure has no Wcs"):
            warpExposure(self.exposure, other, CONTROL)
        with self.assertRaisesRegex(InvalidParameterError, "destExposure has no Wcs"):
            warpExposure(other, self.exposure, CONTROL)

    def testWrongArguments(self):
        with self.assertRaises(TypeError):
            warpExposure(self.exposure.image, self.exposure, CONTROL)
        with self.assertRaises(TypeError):
            warpImage(ImageF(5, 5), ImageF(5, 5), makeShift(0, 0), "lanczos3")
        with self.assertRaises(TypeError):
            warpImage(ImageF(5, 5), ImageF(5, 5), makeShift(0, 0), CONTROL, "nan")


class ControlTestCase(lsst.utils.tests.TestCase):
    """`WarpingControl`, the kernels, and the configuration."""

    def testValuesThatWereSet(self):
        control = WarpingControl("lanczos4", "bilinear", 1000, 5, 3)
        self.assertEqual((control.getCacheSize(), control.getInterpLength()), (1000, 5))
        self.assertEqual(control.getGrowFullMask(), 3)
        self.assertIsInstance(control.getWarpingKernel(), LanczosWarpingKernel)
        self.assertEqual(control.getWarpingKernel().getOrder(), 4)
        self.assertIsInstance(control.getMaskWarpingKernel(), BilinearWarpingKernel)
        self.assertTrue(control.hasMaskWarpingKernel())
        for kernel in (control.getWarpingKernel(), control.getMaskWarpingKernel()):
            self.assertEqual(kernel.getCacheSize(), 1000)
        control = WarpingControl("lanczos4")
        self.assertFalse(control.hasMaskWarpingKernel())
        self.assertIsNone(control.getMaskWarpingKernel())

    def testUnknownKernels(self):
        for name in ("nope", "lanczos", "lanczos-3", "Lanczos3", "lanczos3.0", "lanczos0"):
            with self.subTest(name), self.assertRaises(InvalidParameterError):
                WarpingControl(name)
            with self.subTest(name), self.assertRaises(InvalidParameterError):
                WarpingControl("lanczos5", name)

    def testMaskKernelMustNotBeTheLargerOne(self):
        for kernel, maskKernel in (("bilinear", "lanczos3"), ("lanczos3", "lanczos4")):
            with self.assertRaisesRegex(InvalidParameterError, "smaller"):
                WarpingControl(kernel, maskKernel)

    def testWrongTypes(self):
        for arguments in ((3,), ("lanczos3", None), ("lanczos3", "", 1.5), ("lanczos3", "", 0, "ten")):
            with self.subTest(arguments), self.assertRaises(TypeError):
                WarpingControl(*arguments)

    def testGeometryOfKernels(self):
        for kernel, size, center in (
            (BilinearWarpingKernel(), 2, 0),
            (NearestWarpingKernel(), 2, 0),
            (LanczosWarpingKernel(2), 4, 1),
            (LanczosWarpingKernel(5), 10, 4),
        ):
            self.assertIsInstance(kernel, SeparableKernel)
            self.assertEqual(kernel.getDimensions(), Extent2I(size, size))
            self.assertEqual(kernel.getCtr(), Point2I(center, center))
            self.assertEqual(kernel.getBBox(), makeBox(-center, -center, size, size))
            good = kernel.shrinkBBox(makeBox(3, 4, 20, 30))
            self.assertEqual(good, makeBox(3 + center, 4 + center, 21 - size, 31 - size))
            with self.assertRaises(InvalidParameterError):
                kernel.shrinkBBox(makeBox(0, 0, size - 1, 50))

    def testConfigurationMakesAWarper(self):
        config = WarperConfig()
        config.warpingKernelName = "lanczos4"
        config.interpLength = 3
        warper = Warper.fromConfig(config)
        self.assertEqual(warper.getWarpingKernel().getOrder(), 4)
        self.assertIsInstance(warper.getMaskWarpingKernel(), BilinearWarpingKernel)
        self.assertIs(Warper.ConfigClass, WarperConfig)
        self.assertIsNone(Warper("lanczos3").getMaskWarpingKernel())
        with self.assertRaises(ValueError):
            config.warpingKernelName = "nearest"


if __name__ == "__main__":
    unittest.main()
