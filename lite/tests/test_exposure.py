# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masked images and exposures carry all that is known about pixels."""

import copy
import pickle
import unittest

import astropy.units
import numpy as np
from liteScenes import makeWcs
from pixelAssertions import PixelAssertions, sharesPixels

import lsst.afw.image as afwImage
from lsst.afw.detection import GaussianPsf
from lsst.afw.geom import Polygon
from lsst.daf.base import PropertyList
from lsst.geom import Box2D, Box2I, Extent2I, Point2D, Point2I, SpherePoint, degrees
from lsst.pex.exceptions import InvalidParameterError, LengthError, LogicError

BOX = Box2I(Point2I(3, 4), Extent2I(10, 8))
PART = Box2I(Point2I(5, 5), Extent2I(2, 2))
SUFFIXES = dict(I=np.int32, F=np.float32, D=np.float64, U=np.uint16, L=np.uint64)


def makeMaskedImage(cls=afwImage.MaskedImageF):
    """Make a masked image with different numbers in each plane."""
    maskedImage = cls(BOX)
    maskedImage.image.array[:] = np.arange(80).reshape(8, 10)
    maskedImage.mask.array[2, 3] = 5
    maskedImage.variance.array[:] = 2.0
    return maskedImage


def makeExposure():
    """Make an exposure that has all components that lite understands."""
    exposure = afwImage.ExposureF(makeMaskedImage(), makeWcs(5, 6))
    exposure.setFilter(afwImage.FilterLabel(band="r", physical="r_x"))
    exposure.setPhotoCalib(afwImage.PhotoCalib(3.0, 0.1))
    exposure.setPsf(GaussianPsf(15, 15, 2.0))
    exposure.getInfo().setValidPolygon(Polygon(Box2D(BOX)))
    exposure.getInfo().setVisitInfo(afwImage.VisitInfo(exposureTime=30.0))
    exposure.getInfo().setId(42)
    exposure.getMetadata().set("KEY", 1)
    return exposure


class MaskedImageTestCase(PixelAssertions):
    def testPlanesAreNotCopied(self):
        image, mask, variance = afwImage.ImageF(BOX), afwImage.Mask(BOX), afwImage.ImageF(BOX)
        for maskedImage in (
            afwImage.MaskedImageF(image, mask, variance),
            afwImage.makeMaskedImage(image, mask, variance),
        ):
            self.assertIs(maskedImage.image, image)
            self.assertIs(maskedImage.mask, mask)
            self.assertIs(maskedImage.variance, variance)

    def testPlanesThatAreMissingAreZero(self):
        maskedImage = afwImage.MaskedImageF(afwImage.ImageF(BOX, 3))
        self.assertEqual(maskedImage.mask.getBBox(), BOX)
        self.assertEqual(maskedImage.variance.array.max(), 0)

    def testPlanesOfAnotherSizeAreLengthErrors(self):
        with self.assertRaises(LengthError):
            afwImage.MaskedImageF(afwImage.ImageF(BOX), afwImage.Mask(2, 2))
        with self.assertRaises(LengthError):
            afwImage.MaskedImageF(afwImage.ImageF(BOX), None, afwImage.ImageF(2, 2))

    def testPlanesOfAnotherTypeAreTypeErrors(self):
        with self.assertRaises(TypeError):
            afwImage.MaskedImageF(afwImage.ImageD(BOX))
        with self.assertRaises(TypeError):
            afwImage.MaskedImageD(afwImage.ImageD(BOX), None, afwImage.ImageD(BOX))

    def testSubsetsAreViewsOfAllPlanes(self):
        maskedImage = makeMaskedImage()
        for part in (maskedImage[PART], maskedImage.subset(PART), afwImage.MaskedImageF(maskedImage, PART)):
            self.assertEqual(part.image.array.tolist(), [[12, 13], [22, 23]])
            self.assertEqual(part.mask.array.tolist(), [[0, 0], [0, 5]])
            self.assertTrue(sharesPixels(part, maskedImage))

    def testDeepCopyIsIndependent(self):
        maskedImage = makeMaskedImage()
        copies = afwImage.MaskedImageF(maskedImage, True), maskedImage.clone(), copy.deepcopy(maskedImage)
        for other in copies:
            self.assertMaskedImagesEqual(maskedImage, other)
            self.assertFalse(sharesPixels(maskedImage, other))

    def testShallowCopyHasTheSamePlanes(self):
        maskedImage = makeMaskedImage()
        self.assertIs(afwImage.MaskedImageF(maskedImage).mask, maskedImage.mask)

    def testSetSetsAllPlanes(self):
        maskedImage = makeMaskedImage()
        maskedImage.set(1.0, 8, 2.5)
        self.assertEqual(maskedImage[5, 6], (1.0, 8, 2.5))
        maskedImage.set((3.0, 1, 4.0))
        self.assertEqual(maskedImage[5, 6], (3.0, 1, 4.0))
        maskedImage.set(9.0)
        self.assertEqual(maskedImage[5, 6], (9.0, 0, 0.0))

    def testPixelsAreTriples(self):
        maskedImage = makeMaskedImage()
        self.assertEqual(maskedImage[Point2I(6, 6)], (23.0, 5, 2.0))
        maskedImage[Point2I(6, 6)] = (1.0, 2, 3.0)
        self.assertEqual(maskedImage[6, 6], (1.0, 2, 3.0))
        maskedImage[PART] = (7.0, 1, 8.0)
        self.assertEqual(maskedImage[6, 6], (7.0, 1, 8.0))

    def testAssignCopiesAllPlanes(self):
        maskedImage = afwImage.MaskedImageF(BOX)
        maskedImage.assign(makeMaskedImage()[PART], PART)
        self.assertEqual(maskedImage.image.array.sum(), 12 + 13 + 22 + 23)
        self.assertEqual(maskedImage.mask.array.sum(), 5)
        self.assertEqual(maskedImage.variance.array.sum(), 8)
        with self.assertRaises(LengthError):
            maskedImage.assign(makeMaskedImage()[PART])

    def testAssignOfAnotherPixelTypeIsATypeError(self):
        for kind in "DIUL":
            maskedImage, other = makeMaskedImage(), afwImage.MaskedImage[kind](BOX)
            with self.subTest(kind=kind):
                with self.assertRaisesRegex(TypeError, f"MaskedImageF, not MaskedImage{kind}"):
                    maskedImage.assign(other)
                with self.assertRaises(TypeError):
                    maskedImage[BOX] = other
                self.assertMaskedImagesEqual(maskedImage, makeMaskedImage())
        for other in (makeMaskedImage().image, afwImage.ExposureF(makeMaskedImage()), 1.0, None):
            with self.subTest(other=type(other)), self.assertRaises(TypeError):
                makeMaskedImage().assign(other)

    def testVariancesOfIndependentImagesAdd(self):
        left, right = afwImage.MaskedImageF(1, 1), afwImage.MaskedImageF(1, 1)
        left.set(6.0, 1, 2.0)
        right.set(3.0, 4, 0.5)
        left += right
        self.assertEqual(left[0, 0], (9.0, 5, 2.5))
        left -= right
        self.assertEqual(left[0, 0], (6.0, 5, 3.0))

    def testNumbersScaleTheVariance(self):
        maskedImage = afwImage.MaskedImageF(1, 1)
        maskedImage.set(6.0, 1, 2.0)
        maskedImage += 2
        maskedImage *= 3
        maskedImage -= 4
        maskedImage /= 2
        self.assertEqual(maskedImage[0, 0], (10.0, 1, 4.5))
        maskedImage += afwImage.ImageF(1, 1, 2)
        self.assertEqual(maskedImage[0, 0], (12.0, 1, 4.5))

    def testProductsOfImagesAreNotInLite(self):
        maskedImage = makeMaskedImage()
        for factor in (maskedImage, maskedImage.image):
            with self.assertRaisesRegex(NotImplementedError, "MaskedImageF.__imul__.*lsst-lite"):
                maskedImage *= factor
            with self.assertRaisesRegex(NotImplementedError, "MaskedImageF.__itruediv__.*lsst-lite"):
                maskedImage /= factor

    def testBinaryArithmeticIsRefused(self):
        with self.assertRaises(NotImplementedError):
            makeMaskedImage() + makeMaskedImage()

    def testConversion(self):
        for suffix in SUFFIXES:
            maskedImage = makeMaskedImage(getattr(afwImage, f"MaskedImage{suffix}"))
            self.assertIs(type(maskedImage.convertF()), afwImage.MaskedImageF)
            self.assertIs(type(maskedImage.convertD()), afwImage.MaskedImageD)
            self.assertMaskedImagesEqual(maskedImage, maskedImage.convertD())
        with self.assertRaises(InvalidParameterError):
            afwImage.MaskedImageD(makeMaskedImage(), False)
        with self.assertRaises(TypeError):
            afwImage.MaskedImageI(makeMaskedImage(), True)

    def testOriginIsThatOfAllPlanes(self):
        maskedImage = makeMaskedImage()
        maskedImage.setXY0(Point2I(1, 2))
        self.assertEqual(maskedImage.mask.getXY0(), Point2I(1, 2))
        maskedImage.setXY0(-1, -2)
        self.assertEqual(maskedImage.variance.getXY0(), Point2I(-1, -2))
        self.assertEqual(maskedImage.getBBox(), Box2I(Point2I(-1, -2), Extent2I(10, 8)))

    def testPickle(self):
        maskedImage = makeMaskedImage()
        other = pickle.loads(pickle.dumps(maskedImage))
        self.assertMaskedImagesEqual(maskedImage, other)
        self.assertEqual(other.getBBox(), BOX)


class ExposureTestCase(PixelAssertions):
    def setUp(self):
        self.exposure = makeExposure()

    def testPrintedFormTellsTypeBoxAndComponents(self):
        text = str(self.exposure)
        for what in ("ExposureF", str(self.exposure.getBBox()), "WCS", "PSF", "filter"):
            self.assertIn(what, text)
        self.assertIn("ExposureI", str(afwImage.ExposureI(3, 2)))

    def assertComponentsEqual(self, left, right):
        """Assert that two exposures have the same components."""
        for name in ("Wcs", "Filter", "PhotoCalib", "VisitInfo", "Id", "ValidPolygon"):
            self.assertEqual(*(getattr(exposure.info, f"get{name}")() for exposure in (left, right)))
        self.assertEqual(left.getPsf().getSigma(), right.getPsf().getSigma())
        self.assertEqual(left.metadata.toDict(), right.metadata.toDict())

    def testMemoryIsTwelveBytesAPixel(self):
        exposure = afwImage.ExposureF(BOX)
        arrays = [plane.array for plane in (exposure.image, exposure.mask, exposure.variance)]
        self.assertEqual(sum(array.nbytes for array in arrays), 12 * 80)

    def testNewExposureHasNoComponents(self):
        exposure = afwImage.ExposureF(BOX)
        for name in ("wcs", "psf", "filter", "photoCalib", "visitInfo", "detector", "apCorrMap"):
            self.assertIsNone(getattr(exposure, name))
        self.assertFalse(exposure.hasWcs() or exposure.hasPsf())
        self.assertEqual(exposure.getMetadata().names(), [])

    def testConstruction(self):
        wcs = makeWcs(5, 6)
        maskedImage = makeMaskedImage()
        for exposure in (
            afwImage.ExposureF(BOX, wcs),
            afwImage.ExposureF(maskedImage, wcs),
            afwImage.ExposureF(maskedImage, afwImage.ExposureInfo(wcs)),
            afwImage.makeExposure(maskedImage, wcs),
        ):
            self.assertEqual(exposure.getBBox(), BOX)
            self.assertIs(exposure.getWcs(), wcs)
        self.assertEqual(afwImage.ExposureF(Extent2I(5, 6)).getWidth(), 5)
        self.assertIs(afwImage.ExposureF(maskedImage).image, maskedImage.image)

    def testArgumentsThatFitNoFormAreTypeErrors(self):
        for arguments in ((BOX, "wcs"), (Box2D(BOX),), (3,), (afwImage.MaskedImageD(BOX),), (None,)):
            with self.assertRaises(TypeError):
                afwImage.ExposureF(*arguments)

    def testComponentsAreProperties(self):
        for name in ("Wcs", "Psf", "Filter", "PhotoCalib"):
            component = getattr(self.exposure, name[0].lower() + name[1:])
            self.assertIs(component, getattr(self.exposure, f"get{name}")())
        self.assertIs(self.exposure.info, self.exposure.getInfo())
        self.assertIs(self.exposure.visitInfo, self.exposure.getInfo().getVisitInfo())
        self.assertEqual((self.exposure.x0, self.exposure.height), (3, 8))
        with self.assertRaises(AttributeError):
            self.exposure.wcs = makeWcs(5, 6)

    def testComponentsOfAnotherTypeAreTypeErrors(self):
        # Exactly that, as pybind11 raises, not a class of lite's own.
        for thing in (self.exposure, self.exposure.info):
            for name in (name for name in dir(thing) if name.startswith("set") and name != "setComponent"):
                with self.subTest(setter=name), self.assertRaises(TypeError) as caught:
                    getattr(thing, name)("wrong")
                self.assertIs(type(caught.exception), TypeError)
        self.assertEqual(self.exposure.getFilter(), afwImage.FilterLabel(band="r", physical="r_x"))

    def testComponentsCanBeRemoved(self):
        self.exposure.setPsf(None)
        self.exposure.setWcs(None)
        self.assertFalse(self.exposure.hasPsf() or self.exposure.hasWcs())

    def testSubsetSharesPixelsAndComponents(self):
        exposure = self.exposure
        for part in (exposure[PART], exposure.subset(PART), afwImage.ExposureF(exposure, PART)):
            self.assertEqual(part.getBBox(), PART)
            self.assertEqual(part.image.array.tolist(), [[12, 13], [22, 23]])
            self.assertTrue(sharesPixels(part.maskedImage, self.exposure.maskedImage))
            self.assertComponentsEqual(part, self.exposure)
            part.setPsf(None)
            self.assertTrue(self.exposure.hasPsf())

    def testCopies(self):
        shallow = afwImage.ExposureF(self.exposure)
        self.assertIs(shallow.image, self.exposure.image)
        self.assertIs(shallow.getMetadata(), self.exposure.getMetadata())
        for deep in (
            afwImage.ExposureF(self.exposure, deep=True),
            self.exposure.clone(),
            copy.deepcopy(self.exposure),
        ):
            self.assertFalse(sharesPixels(deep.maskedImage, self.exposure.maskedImage))
            self.assertIsNot(deep.getMetadata(), self.exposure.getMetadata())
            self.assertComponentsEqual(deep, self.exposure)
            self.assertMaskedImagesEqual(deep.maskedImage, self.exposure.maskedImage)

    def testConversion(self):
        double = self.exposure.convertD()
        self.assertIs(type(double), afwImage.ExposureD)
        self.assertComponentsEqual(double, self.exposure)
        self.assertIs(type(afwImage.ExposureI(BOX).convertF()), afwImage.ExposureF)

    def testPlanesCanBeReplaced(self):
        image = afwImage.ImageF(BOX, 7)
        self.exposure.image = image
        self.assertEqual(self.exposure.image.array.max(), 7)
        self.assertEqual(self.exposure.maskedImage.image.array.max(), 7)
        self.exposure.mask = afwImage.Mask(BOX, 1)
        self.exposure.variance = afwImage.ImageF(BOX, 9)
        self.assertEqual(self.exposure[5, 6], (7.0, 1, 9.0))
        self.exposure.maskedImage = makeMaskedImage()
        self.assertEqual(self.exposure[5, 6], (22.0, 0, 2.0))

    def testSettingTheOriginMovesTheWcs(self):
        before = self.exposure.getWcs().pixelToSky(Point2D(3, 4))
        self.exposure.setXY0(Point2I(0, 0))
        self.assertEqual(self.exposure.getXY0(), Point2I(0, 0))
        after = self.exposure.getWcs().pixelToSky(Point2D(0, 0))
        self.assertLess(before.separation(after).asArcseconds(), 1e-9)

    def testCutoutBeyondTheEdgeHasNoData(self):
        cutout = self.exposure.getCutout(Point2D(3, 4), Extent2I(4, 4))
        self.assertEqual(cutout.getBBox(), Box2I.makeCenteredBox(Point2D(3, 4), Extent2I(4, 4)))
        self.assertComponentsEqual(cutout, self.exposure)
        inside = cutout.getBBox().clippedTo(BOX)
        self.assertEqual(np.count_nonzero(cutout.mask.array == 256), 16 - inside.getArea())
        self.assertEqual(np.count_nonzero(np.isnan(cutout.image.array)), 16 - inside.getArea())
        self.assertImagesEqual(cutout.image[inside], self.exposure.image[inside])
        self.assertFalse(sharesPixels(cutout.maskedImage, self.exposure.maskedImage))

    def testCutoutOnTheSky(self):
        sky = self.exposure.getWcs().pixelToSky(Point2D(7, 8))
        cutout = self.exposure.getCutout(sky, Extent2I(3, 3))
        self.assertEqual(cutout.getBBox(), Box2I(Point2I(6, 7), Extent2I(3, 3)))
        self.assertEqual(self.exposure.getCutout(PART).getBBox(), PART)

    def testImpossibleCutouts(self):
        with self.assertRaises(InvalidParameterError):
            self.exposure.getCutout(Point2D(50, 50), Extent2I(3, 3))
        with self.assertRaises(InvalidParameterError):
            self.exposure.getCutout(Point2D(5, 5), Extent2I(0, 3))
        with self.assertRaises(LogicError):
            afwImage.ExposureF(BOX).getCutout(SpherePoint(30, -20, degrees), Extent2I(3, 3))
        with self.assertRaises(TypeError):
            self.exposure.getCutout("x")

    def testSkyCoverage(self):
        wcs = self.exposure.getWcs()
        pixels = [Point2D(5, 6), Point2D(12.4, 11.4), Point2D(12.6, 11.4), Point2D(100, 100)]
        ra, dec = (
            [sky[i].asDegrees() for sky in wcs.pixelToSky(pixels)] * astropy.units.degree for i in (0, 1)
        )
        self.assertEqual(self.exposure.containsSkyCoords(ra, dec).tolist(), [True, True, False, False])
        polygon = self.exposure.convex_polygon
        self.assertTrue(polygon.contains(wcs.pixelToSky(Point2D(-6, -5)).getVector()))
        self.assertFalse(polygon.contains(wcs.pixelToSky(Point2D(-8, -8)).getVector()))
        self.assertIsNone(afwImage.ExposureF(BOX).getConvexPolygon())
        with self.assertRaises(ValueError):
            afwImage.ExposureF(BOX).containsSkyCoords(ra, dec)

    def testPickle(self):
        other = pickle.loads(pickle.dumps(self.exposure))
        self.assertIs(type(other), afwImage.ExposureF)
        self.assertMaskedImagesEqual(other.maskedImage, self.exposure.maskedImage)
        self.assertEqual(other.getBBox(), BOX)
        self.assertComponentsEqual(other, self.exposure)


class ExposureInfoTestCase(PixelAssertions):
    def testComponentsByKey(self):
        info = afwImage.ExposureInfo()
        wcs = makeWcs(5, 6)
        info.setComponent(info.KEY_WCS, wcs)
        self.assertIs(info.getWcs(), wcs)
        self.assertIs(info.getComponent("SKYWCS"), wcs)
        self.assertTrue(info.hasComponent("SKYWCS"))
        info.removeComponent("SKYWCS")
        self.assertFalse(info.hasWcs())
        self.assertIsNone(info.getComponent("SKYWCS"))
        info.removeComponent("SKYWCS")

    def testOtherKeysAreFree(self):
        info = afwImage.ExposureInfo()
        label = afwImage.FilterLabel(band="r")
        info.setComponent("MINE", label)
        self.assertIs(info.getComponent("MINE"), label)
        with self.assertRaises(TypeError):
            info.setComponent("MINE", "a string")

    def testComponentsByArgument(self):
        psf, metadata = GaussianPsf(15, 15, 2.0), PropertyList()
        info = afwImage.ExposureInfo(
            psf=psf,
            photoCalib=afwImage.PhotoCalib(2.0),
            polygon=Polygon(Box2D(BOX)),
            metadata=metadata,
            visitInfo=afwImage.VisitInfo(id=3),
        )
        self.assertIs(info.getPsf(), psf)
        self.assertIs(info.getMetadata(), metadata)
        self.assertTrue(info.hasPhotoCalib() and info.hasValidPolygon() and info.hasVisitInfo())
        with self.assertRaises(TypeError):
            afwImage.ExposureInfo(psf=makeWcs(5, 6))

    def testCopyIsIndependentButForMetadata(self):
        info = afwImage.ExposureInfo(makeWcs(5, 6))
        shallow, deep = afwImage.ExposureInfo(info), afwImage.ExposureInfo(info, True)
        self.assertIs(shallow.getMetadata(), info.getMetadata())
        self.assertIsNot(deep.getMetadata(), info.getMetadata())
        shallow.setWcs(None)
        self.assertTrue(info.hasWcs())

    def testIdentifier(self):
        info = afwImage.ExposureInfo()
        self.assertFalse(info.hasId())
        self.assertIsNone(info.id)
        info.id = 2**62
        self.assertEqual(info.getId(), 2**62)
        info.clearId()
        self.assertIsNone(info.getId())
        for wrong in (2**63, 1.5, "x"):
            with self.assertRaises(TypeError):
                info.setId(wrong)


if __name__ == "__main__":
    unittest.main()
