# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images are views of memory with an origin, as in the stack."""

import copy
import itertools
import pickle
import tempfile
import unittest

import numpy as np
from hypothesis import given, settings, strategies as st
from pixelAssertions import PixelAssertions

import lsst.afw.image as afwImage
import lsst.utils.tests
from lsst.geom import Box2D, Box2I, Extent2I, Point2D, Point2I
from lsst.pex.exceptions import InvalidParameterError, LengthError

BOX = Box2I(Point2I(3, 4), Extent2I(10, 8))
TYPES = dict(I=np.int32, F=np.float32, D=np.float64, U=np.uint16, L=np.uint64)


def makeRamp(cls=afwImage.ImageF):
    """Make an image whose pixels count from 0, row by row."""
    image = cls(BOX)
    image.array[:] = np.arange(80).reshape(8, 10)
    return image


class ImageConstructionTestCase(PixelAssertions):
    def testEachPixelTypeHasItsClass(self):
        families = (afwImage.Image, afwImage.MaskedImage, afwImage.Exposure)
        for family, (suffix, pixelType) in itertools.product(families, TYPES.items()):
            cls = getattr(afwImage, f"{family.__name__}{suffix}")
            self.assertIs(cls.dtype, pixelType)
            self.assertIs(family[pixelType], cls)
            self.assertIs(family[suffix], cls)
            self.assertTrue(issubclass(cls, family))
            made = family(BOX, dtype=pixelType)
            self.assertIs(type(made), cls)
            if family is not afwImage.Image:
                self.assertIs(type(made.image), afwImage.Image[pixelType])
                self.assertEqual(made.mask.array.dtype, np.int32)
                self.assertEqual(made.variance.array.dtype, np.float32)
                maskedImage = made.maskedImage if family is afwImage.Exposure else made
                self.assertIs(type(afwImage.makeExposure(maskedImage)), afwImage.Exposure[pixelType])
                made = made.image
            self.assertEqual(made.array.dtype, pixelType)

    def testNewImageIsZero(self):
        self.assertEqual(afwImage.ImageF(BOX).array.tolist(), np.zeros((8, 10)).tolist())
        self.assertEqual(afwImage.ImageF().getBBox(), Box2I())

    def testNewImageHasItsInitialValue(self):
        self.assertEqual(set(afwImage.ImageI(BOX, 7).array.flat), {7})
        self.assertEqual(set(afwImage.ImageI(2, 3, 7).array.flat), {7})
        self.assertEqual(set(afwImage.ImageF(dimensions=Extent2I(2, 3), initialValue=2.5).array.flat), {2.5})

    def testArrayIsShared(self):
        array = np.zeros((3, 2), dtype=np.float32)
        image = afwImage.ImageF(array, False, Point2I(5, 6))
        array[2, 1] = 8
        self.assertEqual(image[Point2I(6, 8)], 8)

    def testDeepConstructionCopiesArray(self):
        array = np.zeros((3, 2), dtype=np.float32)
        image = afwImage.ImageF(array, True)
        array[2, 1] = 8
        self.assertEqual(image.array.max(), 0)

    def testArrayOfAnotherTypeIsRefused(self):
        for array in (
            np.zeros((3, 2)),
            np.zeros((3, 2), dtype=">f4"),
            np.zeros(6, dtype=np.float32),
            np.zeros((3, 4), dtype=np.float32)[:, ::2],
            [[1.0]],
        ):
            with self.assertRaises(TypeError):
                afwImage.ImageF(array)

    def testReadOnlyArrayIsRefused(self):
        array = np.zeros((3, 2), dtype=np.float32)
        array.flags.writeable = False
        with self.assertRaises(TypeError):
            afwImage.ImageF(array)

    def testShallowCopySharesPixelsButNotOrigin(self):
        image = makeRamp()
        other = afwImage.ImageF(image, False)
        other.setXY0(Point2I(0, 0))
        other.array[0, 0] = -1
        self.assertEqual(image[Point2I(3, 4)], -1)
        self.assertEqual(image.getXY0(), Point2I(3, 4))

    def testDeepCopyIsIndependent(self):
        image = makeRamp()
        copies = [afwImage.ImageF(image, True), image.clone(), image.Factory(image, True)]
        for other in (*copies, copy.copy(image), copy.deepcopy(image)):
            other.array[:] = -1
            self.assertEqual(image.array.sum(), 3160)
            self.assertEqual(other.getBBox(), BOX)
            self.assertIs(type(other), afwImage.ImageF)

    def testConversionIsADeepCopy(self):
        for (a, typeA), (b, typeB) in itertools.permutations(TYPES.items(), 2):
            image = makeRamp(afwImage.Image[typeA])
            with self.assertRaises(InvalidParameterError):
                afwImage.Image[typeB](image)
            other = afwImage.Image[typeB](image, True)
            self.assertEqual(other.array.dtype, typeB)
            self.assertEqual(other.array.tolist(), image.array.tolist(), f"{a} to {b}")
            self.assertEqual(other.getXY0(), image.getXY0())

    def testConvertMethodsGiveTheirTypes(self):
        image = makeRamp()
        self.assertIs(type(image.convertD()), afwImage.ImageD)
        self.assertIs(type(image.convertF()), afwImage.ImageF)

    def testArgumentsThatFitNoFormAreTypeErrors(self):
        box = Box2D(BOX)
        for arguments in (("x", "y"), (3,), (None,), (box,), (3, -1), (2.5, 3), (BOX, "x"), (1, 2, 3, 4)):
            with self.assertRaises(TypeError):
                afwImage.ImageF(*arguments)
        with self.assertRaises(TypeError):
            afwImage.ImageF(BOX, nonsense=1)

    def testImpossibleDimensionsAreLengthErrors(self):
        for dimensions in (Extent2I(-1, 2), Extent2I(100000, 100000)):
            with self.assertRaises(LengthError):
                afwImage.ImageF(dimensions)

    def testPickleKeepsPixelsAndOrigin(self):
        for pixelType in TYPES.values():
            image = makeRamp(afwImage.Image[pixelType])
            part = image[4:6, 5:8]
            for original in (image, part):
                other = pickle.loads(pickle.dumps(original))
                self.assertIs(type(other), type(image))
                self.assertEqual(other.getBBox(), original.getBBox())
                self.assertImagesEqual(other, original)

    def testReprShowsPixelsAndBox(self):
        image = afwImage.ImageI(Box2I(Point2I(3, 4), Extent2I(2, 1)), 5)
        self.assertEqual(str(image), "[[5 5]], bbox=(minimum=(3, 4), maximum=(4, 4))")
        self.assertEqual(repr(image), f"lsst.afw.image._image.ImageI={image}")


class ImageIndexingTestCase(lsst.utils.tests.TestCase):
    def setUp(self):
        self.image = makeRamp()

    def testPixelsAreFoundByPointOrIndices(self):
        for subscript in ((Point2I(2, 2), afwImage.LOCAL), (5, 6), (2, 2, afwImage.LOCAL)):
            self.assertEqual(self.image[subscript], 22)
        self.assertIsInstance(self.image[Point2I(5, 6)], float)
        self.assertEqual(self.image[-1, -1, afwImage.LOCAL], 79)

    def testPixelsOutsideAreIndexErrors(self):
        for subscript in (Point2I(13, 4), Point2I(2, 4), (0, 0), (13, 11), (-1, 5), (10, 0, afwImage.LOCAL)):
            with self.assertRaises(IndexError):
                self.image[subscript]
            with self.assertRaises(IndexError):
                self.image[subscript] = 1

    def testBoxesAreViews(self):
        for box, origin in (
            (Box2I(Point2I(5, 6), Extent2I(2, 2)), afwImage.PARENT),
            (Box2I(Point2I(2, 2), Extent2I(2, 2)), afwImage.LOCAL),
        ):
            image = makeRamp()
            for part in (image[box, origin], image.subset(box, origin), afwImage.ImageF(image, box, origin)):
                self.assertEqual(part.array.tolist(), [[22, 23], [32, 33]])
                self.assertEqual(part.getXY0(), Point2I(5, 6))
                part.array[0, 0] += 100
                self.assertEqual(image[5, 6], 122)
                part.array[0, 0] -= 100

    def testSlicesAreViews(self):
        self.assertEqual(self.image[4:6, 5:8].getBBox(), Box2I(Point2I(4, 5), Extent2I(2, 3)))
        self.assertEqual(self.image[:, :].getBBox(), BOX)
        self.assertEqual(self.image[:].getBBox(), BOX)
        self.assertEqual(self.image[:5, 9:].getBBox(), Box2I(Point2I(3, 9), Extent2I(2, 3)))
        local = self.image[-3:, :2, afwImage.LOCAL]
        self.assertEqual(local.getBBox(), Box2I(Point2I(10, 4), Extent2I(3, 2)))

    def testDeepSubsetIsACopy(self):
        part = afwImage.ImageF(self.image, Box2I(Point2I(5, 6), Extent2I(2, 2)), afwImage.PARENT, True)
        part.array[:] = 0
        self.assertEqual(self.image[5, 6], 22)

    def testImpossibleSubscriptsAreErrors(self):
        for subscript in ((slice(3, 5), 6), (6, slice(3, 5)), slice(3, 5), 3, 2.5):
            with self.assertRaises(TypeError):
                self.image[subscript]
        with self.assertRaises(ValueError):
            self.image[3:5:2, 4:6]
        with self.assertRaises(IndexError):
            self.image[-3:, :]

    def testAssignmentBySubscript(self):
        self.image[Point2I(5, 6)] = 1.5
        self.image[4:6, 5:7] = -1
        self.image[Box2I(Point2I(0, 0), Extent2I(2, 1)), afwImage.LOCAL] = afwImage.ImageF(2, 1, 9)
        self.assertEqual(self.image[4, 5], -1)
        self.assertEqual(self.image[5, 6], -1)
        self.assertEqual(self.image.array[0, :3].tolist(), [9, 9, 2])

    def testAssignmentOfWhatIsNoPixelIsATypeError(self):
        with self.assertRaises(TypeError):
            self.image[5, 6] = "x"
        with self.assertRaises(TypeError):
            afwImage.ImageI(BOX)[5, 6] = 2.5
        with self.assertRaises(TypeError):
            afwImage.ImageU(BOX)[5, 6] = -1
        with self.assertRaises(LengthError):
            self.image[4:6, 5:7] = afwImage.ImageF(3, 3)

    def testAssignCopiesIntoABox(self):
        box = Box2I(Point2I(5, 6), Extent2I(2, 2))
        source = afwImage.ImageF(Extent2I(2, 2), 3.0)
        for origin, corner in ((afwImage.PARENT, (2, 2)), (afwImage.LOCAL, (6, 5))):
            image = afwImage.ImageF(BOX)
            image.assign(source, box, origin)
            self.assertEqual(image.array.sum(), 12)
            self.assertEqual(image.array[corner], 3)

    def testAssignOfAnotherPixelTypeIsATypeError(self):
        before = self.image.array.copy()
        box = Box2I(Point2I(5, 6), Extent2I(2, 2))
        for other in (afwImage.ImageD(BOX, 1), afwImage.ImageI(BOX, 1), afwImage.MaskedImageF(BOX), 3.0):
            with self.subTest(other=type(other)):
                with self.assertRaisesRegex(TypeError, f"ImageF, not {type(other).__name__}"):
                    self.image.assign(other)
        for other in (afwImage.ImageD(box, 1), afwImage.MaskedImageF(box), None):
            with self.subTest(other=type(other)), self.assertRaises(TypeError):
                self.image[box] = other
        for wrong in ({"bbox": BOX.getMin()}, {"origin": 0}):
            with self.subTest(wrong), self.assertRaises(TypeError):
                self.image.assign(afwImage.ImageF(BOX), **wrong)
        self.assertFloatsEqual(self.image.array, before)

    def testArgumentsOfTheWrongTypeAreTypeErrors(self):
        # Exactly that, as pybind11 raises, not a class of lite's own.
        image, mask = afwImage.ImageI(BOX), afwImage.Mask(BOX)
        for call in (
            lambda: afwImage.ImageF(BOX, "x"),
            lambda: afwImage.ImageU(3, 4, -1),
            lambda: afwImage.Mask(BOX, 2**40),
            lambda: afwImage.Mask(BOX, {3: 4}),
            lambda: image.set("x"),
            lambda: image.set(2.5),
            lambda: image.setXY0("x"),
            lambda: image.__setitem__((5, 6), "x"),
            lambda: image.__setitem__(BOX, "x"),
            lambda: mask.clearMaskPlane("BAD"),
            lambda: mask.getAsString("x", 5),
            lambda: mask.interpret("x"),
            lambda: mask.conformMaskPlanes({3: 4}),
            lambda: mask.__ior__(2.5),
            lambda: afwImage.positionToIndex("x"),
            lambda: afwImage.Measurement("x", 1.0),
        ):
            with self.subTest(call=call), self.assertRaises(TypeError) as caught:
                call()
            self.assertIs(type(caught.exception), TypeError)

    def testArrayIsANewViewEachTime(self):
        self.assertIsNot(self.image.array, self.image.array)
        self.image.array[0, 0] = 5
        self.assertEqual(self.image.getArray()[0, 0], 5)

    def testSettingArrayCopies(self):
        array = np.full((8, 10), 2, dtype=np.float32)
        self.image.array = array
        array[:] = 3
        self.assertEqual(set(self.image.array.flat), {2})
        self.image.array *= 2
        self.assertEqual(set(self.image.array.flat), {4})
        with self.assertRaises(TypeError):
            self.image.array = np.zeros((8, 10))

    def testOriginCanBeSet(self):
        self.image.setXY0(1, 2)
        self.assertEqual((self.image.getX0(), self.image.getY0(), self.image.x0, self.image.y0), (1, 2, 1, 2))
        self.image.setXY0(Point2I(-5, 7))
        self.assertEqual(self.image.getBBox(), Box2I(Point2I(-5, 7), Extent2I(10, 8)))
        self.assertEqual(self.image.getBBox(afwImage.LOCAL), Box2I(Point2I(0, 0), Extent2I(10, 8)))
        with self.assertRaises(TypeError):
            self.image.setXY0(Point2D(0, 0))

    @given(st.integers(-20, 20), st.integers(-20, 20), st.integers(1, 7), st.integers(1, 7), st.data())
    @settings(deadline=None, max_examples=40)
    def testSubsetsHaveTheSamePixelsAtTheSamePositions(self, x0, y0, width, height, data):
        image = afwImage.ImageI(Box2I(Point2I(x0, y0), Extent2I(width, height)))
        image.array[:] = np.arange(width * height).reshape(height, width)
        x = data.draw(st.integers(x0, x0 + width - 1))
        y = data.draw(st.integers(y0, y0 + height - 1))
        size = Extent2I(data.draw(st.integers(1, x0 + width - x)), data.draw(st.integers(1, y0 + height - y)))
        box = Box2I(Point2I(x, y), size)
        for i in range(box.getBeginX(), box.getEndX()):
            for j in range(box.getBeginY(), box.getEndY()):
                self.assertEqual(image[box][Point2I(i, j)], (j - y0) * width + i - x0)


class ImageArithmeticTestCase(lsst.utils.tests.TestCase):
    def testInPlaceOperators(self):
        for pixelType in TYPES.values():
            image, other = makeRamp(afwImage.Image[pixelType]), makeRamp(afwImage.Image[pixelType])
            alias = image
            image += 4
            image *= 3
            image -= 2
            image += other
            image -= other
            image *= other
            other += 1
            image /= other
            ramp = np.arange(80).reshape(8, 10)
            expected = ((ramp + 4) * 3 - 2) * ramp / (ramp + 1)
            if not np.issubdtype(pixelType, np.floating):
                expected = np.trunc(expected)
            self.assertFloatsAlmostEqual(image.array.astype(float), expected, rtol=1e-6)
            self.assertIs(image, alias)

    def testIntegerDivisionTruncates(self):
        image = afwImage.ImageI(np.array([[-7, 7]], dtype=np.int32))
        image /= 2
        self.assertEqual(image.array.tolist(), [[-3, 3]])

    def testOtherOperandsAreRefused(self):
        image = afwImage.ImageF(2, 2)
        with self.assertRaises(LengthError):
            image += afwImage.ImageF(2, 3)
        with self.assertRaises(NotImplementedError):
            image += afwImage.ImageD(2, 2)
        for expression in ("a + a", "a - 1", "a*2", "2*a", "a/a", "a + None"):
            with self.assertRaises(NotImplementedError):
                eval(expression, dict(a=afwImage.ImageF(2, 2)))


class ImageFunctionsTestCase(lsst.utils.tests.TestCase):
    def testPixelCentresAreIntegers(self):
        self.assertEqual([afwImage.positionToIndex(x) for x in (2.5, 3.0, 3.49, 3.5, -0.6)], [3, 3, 3, 4, -1])
        index, rest = afwImage.positionToIndex(3.25, True)
        self.assertEqual((index, rest), (3, 0.25))

    def testArraysMakeImagesOfTheirType(self):
        self.assertIs(type(afwImage.makeImageFromArray(np.zeros((2, 2)))), afwImage.ImageD)
        self.assertIsNone(afwImage.makeImageFromArray(None))
        self.assertIs(type(afwImage.makeMaskFromArray(np.zeros((2, 2), np.int32))), afwImage.MaskX)
        maskedImage = afwImage.makeMaskedImageFromArrays(np.ones((2, 3), np.float32))
        self.assertIs(type(maskedImage), afwImage.MaskedImageF)
        self.assertEqual(maskedImage.getDimensions(), Extent2I(3, 2))

    def testReadersGiveArraysOfTheTypeOfTheFile(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/image.fits"
            afwImage.ImageI(np.arange(12, dtype=np.int32).reshape(3, 4)).writeFits(path)
            reader = afwImage.ImageFitsReader(path)
            self.assertEqual(reader.readArray().dtype, np.int32)
            box = Box2I(Point2I(1, 2), Extent2I(2, 1))
            np.testing.assert_array_equal(reader.readArray(box, dtype=np.float64), [[9.0, 10.0]])


if __name__ == "__main__":
    unittest.main()
