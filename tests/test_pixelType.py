# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Coadds that are no ExposureF: they are copied exactly, or refused."""

import tempfile
import unittest

import numpy as np
from scenes import makeCoadd, makeExposure, makeSkyMap

import lsst.afw.image as afwImage
import lsst.geom as geom
import lsst.utils.tests
from lsst.daf.butler import Butler, DatasetType
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask
from lsst.ip.template.pixelType import convertExactly
from lsst.pipe.base import InMemoryDatasetHandle

OTHERS = {"D": np.float64, "I": np.int32, "L": np.uint64, "U": np.uint16}
"""Pixel types that are not the template's, by the suffix of their classes."""


def convert(coadd, suffix):
    """Make a coadd with the same pixels of another type."""
    image = getattr(afwImage, f"Image{suffix}")(coadd.getBBox())
    image.array[:] = coadd.image.array.astype(OTHERS[suffix])
    maskedImage = afwImage.makeMaskedImage(image, coadd.mask, coadd.variance)
    return getattr(afwImage, f"Exposure{suffix}")(maskedImage, coadd.getInfo())


def samePixels(one, other):
    """Return whether the planes of two exposures are the same, NaNs too."""
    return all(
        np.array_equal(getattr(one, plane).array, getattr(other, plane).array, equal_nan=plane != "mask")
        for plane in ("image", "mask", "variance")
    )


class Handle:
    """A handle that knows no parameters and no data ID."""

    def __init__(self, dataset):
        self.dataset = dataset

    def get(self):
        return self.dataset


class SceneTestCase(lsst.utils.tests.TestCase):
    """A template where four patches meet: 6, 11, 7, 12, in this order."""

    def setUp(self):
        self.skyMap = makeSkyMap()
        self.tract = self.skyMap[0]
        self.coadds = {patch: makeCoadd(self.tract, patch) for patch in (6, 11, 7, 12)}
        for coadd in self.coadds.values():
            coadd.image.array[:] %= 60000

    def makeTemplate(self, coadds, **config):
        """Make the template of coadds in memory, or of handles."""
        config = GetCoaddAsTemplateConfig(**config)
        center = self.tract.getWcs().pixelToSky(geom.Point2D(99.5, 99.5))
        task = GetCoaddAsTemplateTask(config=config)
        handles = {
            patch: coadd
            if hasattr(coadd, "get")
            else InMemoryDatasetHandle(coadd, storageClass="ExposureF", tract=0, patch=patch)
            for patch, coadd in coadds.items()
        }
        overlap = task.getOverlapPatchList(makeExposure(center, size=(20, 10)), self.skyMap)
        return task.run(*overlap, handles)


class OtherPixelsTestCase(SceneTestCase):
    """Coadds with pixels of other types."""

    def convertAll(self, suffix):
        return {patch: convert(coadd, suffix) for patch, coadd in self.coadds.items()}

    def testExactPixelsAreCopied(self):
        expected = self.makeTemplate(self.coadds)
        self.assertFalse(np.isnan(expected.image.array).any())
        for suffix in OTHERS:
            with self.subTest(suffix=suffix):
                template = self.makeTemplate(self.convertAll(suffix))
                self.assertIsInstance(template, afwImage.ExposureF)
                self.assertTrue(samePixels(template, expected))
                self.assertEqual(template.getPsf().getSigma(), expected.getPsf().getSigma())

    def testTypesMayBeMixed(self):
        expected = self.makeTemplate(self.coadds)
        mixed = {
            patch: convert(coadd, suffix)
            for (patch, coadd), suffix in zip(self.coadds.items(), OTHERS, strict=True)
        }
        for policy in ("last", "keepValid"):
            self.assertTrue(samePixels(self.makeTemplate(mixed, overlapPolicy=policy), expected))

    def testNansAndInfinitiesAreCopied(self):
        for coadd in self.coadds.values():
            coadd.image.array[::3] = np.nan
            coadd.image.array[1::3] = np.inf
        expected = self.makeTemplate(self.coadds)
        self.assertTrue(samePixels(self.makeTemplate(self.convertAll("D")), expected))

    def testInexactPixelIsAnErrorThatNamesDatasetAndTypes(self):
        for suffix, value in (("D", 0.1), ("I", 2**24 + 1), ("L", 2**53 + 1)):
            with self.subTest(suffix=suffix):
                coadds = self.convertAll(suffix)
                coadds[6].image[90, 80] = value
                message = rf"tract 0, patch 6 is an Exposure{suffix}.*an ExposureF.*{value} at \(90, 80\)"
                with self.assertRaisesRegex(TypeError, message):
                    self.makeTemplate(coadds)

    def testPixelsThatDoNotStandMayBeInexact(self):
        coadds = self.convertAll("D")
        # One outside the template, and one that a later patch hides.
        coadds[6].image[50, 50] = 0.1
        coadds[6].image[99, 99] = 1e300
        expected = self.makeTemplate(self.coadds)
        for policy in ("last", "keepValid"):
            with self.subTest(policy=policy):
                self.assertTrue(samePixels(self.makeTemplate(coadds, overlapPolicy=policy), expected))
        coadds[12].image[99, 99] = coadds[7].image[99, 99] = coadds[11].image[99, 99] = np.nan
        self.makeTemplate(coadds)
        with self.assertRaisesRegex(TypeError, "patch 6"):
            self.makeTemplate(coadds, overlapPolicy="keepValid")

    def testRescalingComesAfterConversion(self):
        for suffix in OTHERS:
            with self.subTest(suffix=suffix):
                self.coadds[12].setPhotoCalib(afwImage.PhotoCalib(3.0))
                expected = self.makeTemplate(self.coadds, calibrationMismatch="rescale")
                template = self.makeTemplate(self.convertAll(suffix), calibrationMismatch="rescale")
                self.assertTrue(samePixels(template, expected))

    def testButlersCoadds(self):
        expected = self.makeTemplate(self.coadds)
        with tempfile.TemporaryDirectory() as folder:
            handles = self.put(folder, self.convertAll("I"))
            self.assertTrue(samePixels(self.makeTemplate(handles), expected))

    def testButlersInexactCoaddIsNamed(self):
        coadds = self.convertAll("I")
        coadds[6].image[90, 80] = 2**30 + 1
        with tempfile.TemporaryDirectory() as folder:
            handles = self.put(folder, coadds)
            with self.assertRaisesRegex(TypeError, r"deepCoadd@\{.*patch: 6.* is an ExposureI.*an ExposureF"):
                self.makeTemplate(handles)

    def put(self, folder, coadds):
        """Put coadds of type ExposureI into a new Butler repository.

        Returns
        -------
        handles : `dict` [`int`, `lsst.daf.butler.DeferredDatasetHandle`]
            Handles by patch.
        """
        butler = Butler.from_config(Butler.makeRepo(folder), run="coadds", writeable=True)
        dimensions = ("skymap", "tract", "patch", "physical_filter")
        butler.registry.registerDatasetType(
            DatasetType("deepCoadd", dimensions, "ExposureI", universe=butler.dimensions)
        )
        self.skyMap.register("sky", butler)
        butler.registry.insertDimensionData("instrument", {"name": "Cam"})
        physicalFilter = {"instrument": "Cam", "name": "r_x", "band": "r"}
        butler.registry.insertDimensionData("physical_filter", physicalFilter)
        dataId = {"skymap": "sky", "tract": 0, "instrument": "Cam", "physical_filter": "r_x"}
        refs = {patch: butler.put(coadd, "deepCoadd", dataId, patch=patch) for patch, coadd in coadds.items()}
        return {patch: butler.getDeferred(ref) for patch, ref in refs.items()}


class ConversionTestCase(lsst.utils.tests.TestCase):
    """Which values of a type have an equal in single precision."""

    def check(self, suffix, values, expected):
        """Check which values are refused when they are converted."""
        bbox = geom.Box2I(geom.Point2I(7, 8), geom.Extent2I(1, 1))
        for value in values:
            coadd = getattr(afwImage, f"Exposure{suffix}")(bbox)
            coadd.image.array[:] = value
            with self.subTest(suffix=suffix, value=value):
                if not expected:
                    with self.assertRaisesRegex(TypeError, rf"a name is an Exposure{suffix}.*at \(7, 8\)"):
                        convertExactly(coadd, "a name")
                    continue
                converted = convertExactly(coadd, "a name")
                self.assertIsInstance(converted, afwImage.ExposureF)
                self.assertEqual(float(converted.image.array[0, 0]), float(value))
                self.assertEqual(converted.getBBox(), bbox)

    def testFloatingPoint(self):
        self.check("D", (0.5, -1.0 / 3 * 3, 2.0**100, 2.0**-149, -np.inf), True)
        self.check("D", (0.1, 1 + 2.0**-24, 1e300, -1e39, 2.0**-150, 1e-300), False)

    def testIntegers(self):
        self.check("I", (0, -1, 2**24, 2**24 + 2, 2**31 - 128, -(2**31)), True)
        self.check("I", (2**24 + 1, -(2**24) - 1, 2**31 - 1, 2**31 - 127, 1 - 2**31), False)

    def testUnsignedIntegers(self):
        self.check("U", (0, 1, 2**15 + 1, 2**16 - 1), True)
        self.check("L", (0, 2**24, 2**63, 2**64 - 2**40), True)
        self.check("L", (2**24 + 1, 2**53 + 1, 2**63 + 1, 2**64 - 2**39 + 1, 2**64 - 1), False)

    def testExposureFIsLeftAlone(self):
        coadd = afwImage.ExposureF(3, 2)
        self.assertIs(convertExactly(coadd, "a name"), coadd)


class NoExposureTestCase(SceneTestCase):
    """Handles that give something else."""

    def testIsAnErrorThatNamesTheDataset(self):
        coadd = self.coadds[7]
        for what in (coadd.maskedImage, coadd.image, coadd.mask, 3.5, None, {"image": 1}, [coadd]):
            message = f"tract 0, patch 7 must be an Exposure, not a {type(what).__name__}"
            for storageClass in (None, "ExposureF", "MaskedImageF"):
                handle = InMemoryDatasetHandle(what, storageClass=storageClass, tract=0, patch=7)
                with self.subTest(what=type(what).__name__, storageClass=storageClass):
                    with self.assertRaisesRegex(TypeError, message):
                        self.makeTemplate({**self.coadds, 7: handle})
            with (
                self.subTest(what=type(what).__name__),
                self.assertRaisesRegex(TypeError, "in-memory Handle"),
            ):
                self.makeTemplate({**self.coadds, 7: Handle(what)})

    def testIsAnErrorAlsoIfItHasNoPixelsThere(self):
        image = afwImage.ImageF(geom.Box2I(geom.Point2I(5, 5), geom.Extent2I(1, 1)))
        handle = InMemoryDatasetHandle(image, tract=0, patch=6)
        with self.assertRaisesRegex(TypeError, "tract 0, patch 6 must be an Exposure, not a ImageF"):
            self.makeTemplate({**self.coadds, 6: handle})


if __name__ == "__main__":
    unittest.main()
