# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates on the science grid where coadds have holes, tracts meet, or
arguments contradict each other.
"""

import unittest

import numpy as np
from scenes import assertSamePixels, makeCoadd, makeExposure, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.detection import GaussianPsf
from lsst.afw.image import ExposureF, FilterLabel, PhotoCalib
from lsst.afw.math import ChebyshevBoundedField, Warper
from lsst.ip.template import MakeWarpedTemplateConfig, MakeWarpedTemplateTask
from lsst.ip.template.boxes import STRIP_HEIGHT
from lsst.ip.template.calibration import CalibrationError
from lsst.ip.template.coaddHandle import PatchMismatchError
from lsst.pipe.base import InMemoryDatasetHandle, NoWorkFound

SKY = 100.0
"""Value of all pixels of a plain coadd."""

NOISE = 2.0
"""Standard deviation of their noise."""

TOLERANCE = 1e-4
"""By how much of the noise pixels of two warps differ at most; the stack
accumulates positions.
"""


def makePlainCoadd(tractInfo, patch, bbox=None, sigma=2.0):
    """Make a coadd without stars."""
    coadd = makeCoadd(tractInfo, patch, bbox)
    coadd.maskedImage.set(SKY, 0, NOISE**2)
    coadd.setPsf(GaussianPsf(41, 41, sigma))
    return coadd


def addStars(coadd, peak=1e4, sigma=1.5, step=17):
    """Add stars that lie on a grid of the tract's pixels, with their photon
    noise.
    """
    bbox = coadd.getBBox()
    y, x = np.ogrid[bbox.getMinY() : bbox.getEndY(), bbox.getMinX() : bbox.getEndX()]
    profiles = (np.exp(-(((p + step / 2) % step - step / 2) ** 2) / (2 * sigma**2)) for p in (x + 0.3, y))
    stars = (peak * np.prod(np.broadcast_arrays(*profiles), axis=0)).astype(np.float32)
    coadd.image.array[:] += stars
    coadd.variance.array[:] += stars


def makeHandles(coadds):
    """Make handles of coadds that are given by tract and patch."""
    return [
        InMemoryDatasetHandle(coadd, storageClass="ExposureF", tract=tract, patch=patch, band="r")
        for (tract, patch), coadd in coadds.items()
    ]


def makeTask(borderSize=0, **settings):
    """Make a task whose warnings are not shown."""
    config = MakeWarpedTemplateConfig(templateBorderSize=borderSize)
    config.warp.update(**settings)
    task = MakeWarpedTemplateTask(config=config)
    for log in (task.log, task.getTemplate.log):
        log.setLevel("ERROR")
    return task


def getArguments(task, exposure, skyMap, coadds):
    """Give what a task's ``run`` is called with."""
    bbox, wcs = exposure.getBBox(), exposure.getWcs()
    found = task.getExposures(makeHandles(coadds), bbox, skyMap, wcs)
    return {
        "coaddExposureHandles": found.coaddExposures,
        "dataIds": found.dataIds,
        "bbox": bbox,
        "wcs": wcs,
        "skyMap": skyMap,
        "physical_filter": "r_x",
    }


def makeTemplate(exposure, skyMap, coadds, task=None):
    """Make the template of an exposure."""
    task = task or makeTask()
    return task.run(**getArguments(task, exposure, skyMap, coadds)).template


def hasNoData(template):
    """Return which pixels have ``NO_DATA``."""
    return template.mask.array & template.mask.getPlaneBitMask("NO_DATA") != 0


def getRadius(template, x, y):
    """Return the size of the PSF at a pixel, in pixels."""
    return template.getPsf().computeShape(geom.Point2D(x, y)).getDeterminantRadius()


def findPixel(tractInfo, exposure, x, y):
    """Find the pixel of a tract that is under one of an exposure."""
    return geom.Point2I(tractInfo.getWcs().skyToPixel(exposure.getWcs().pixelToSky(x, y)))


class NoDataTestCase(lsst.utils.tests.TestCase):
    """Pixels that a coadd lacks, in the middle of its only patch."""

    def setUp(self):
        self.skyMap = makeSkyMap(patchSize=500)
        self.tract = self.skyMap[0]
        center = self.tract.getWcs().pixelToSky(geom.Point2D(60.3, 70.4))
        self.exposure = makeExposure(center, size=(40, 40), rotation=20.0)
        self.hole = geom.Box2I(geom.Point2I(56, 66), geom.Extent2I(8, 9))

    def makeWithHole(self, image=SKY, variance=NOISE**2, plane="NO_DATA"):
        """Make a template of a coadd that has something else in a hole."""
        coadd = makePlainCoadd(self.tract, 0)
        hole = coadd[self.hole]
        hole.maskedImage.set(image, hole.mask.getPlaneBitMask(plane), variance)
        return makeTemplate(self.exposure, self.skyMap, {(0, 0): coadd})

    def testWhatLiesUnderNoDataDoesNotMatter(self):
        expected = self.makeWithHole(np.nan, np.nan)
        self.assertTrue(0 < hasNoData(expected).sum() < 1000)
        for image in (SKY, 1e5, -np.inf):
            for variance in (NOISE**2, 0.0, np.inf):
                with self.subTest(image=image, variance=variance):
                    assertSamePixels(self.makeWithHole(image, variance), expected)

    def testPixelsWithoutFiniteVarianceAreNoData(self):
        expected = self.makeWithHole(np.nan, np.nan)
        for image, variance in ((SKY, np.nan), (SKY, np.inf), (np.nan, NOISE**2), (np.inf, NOISE**2)):
            with self.subTest(image=image, variance=variance):
                assertSamePixels(self.makeWithHole(image, variance, plane="DETECTED"), expected)

    def testPixelsUnderAKernelThatLacksOneHaveNoData(self):
        """And no others: Lanczos-3 has 6 x 6 pixels."""
        template = self.makeWithHole()
        y, x = (array.ravel().astype(float) for array in np.mgrid[:40, :40])
        sky = template.getWcs().pixelToSkyArray(x, y)
        xTract, yTract = (array.reshape(40, 40) for array in self.tract.getWcs().skyToPixelArray(*sky))
        box = geom.Box2D(self.hole)
        toHole = np.maximum(
            np.abs(xTract - box.getCenterX()) - box.getWidth() / 2 + 0.5,
            np.abs(yTract - box.getCenterY()) - box.getHeight() / 2 + 0.5,
        )
        # The last pixel on each side has the weight 0 or a tiny one, where a
        # position is close to a pixel's centre.
        near, far = toHole < 2.98, toHole > 3.02
        self.assertTrue(hasNoData(template)[near].all())
        self.assertFalse(hasNoData(template)[far].any())

    def testPixelsWithoutDataHaveNoOtherPlane(self):
        skyMap = makeSkyMap(patchSize=500)
        exposure = makeExposure(self.tract.getCtrCoord(), size=(200, 100), rotation=20.0)
        coadd = makePlainCoadd(skyMap[0], 0)
        middle = findPixel(skyMap[0], exposure, 100, 50)
        noisy = geom.Box2I(middle, middle).dilatedBy(40)
        coadd[noisy].variance.array[:] *= 100
        hole = coadd[noisy.erodedBy(30)]
        hole.maskedImage.set(SKY, hole.mask.getPlaneBitMask(["NO_DATA", "DETECTED"]), 1.0)
        template = makeTemplate(exposure, skyMap, {(0, 0): coadd})
        lacking, mask = hasNoData(template), template.mask
        isNoisy = mask.array & mask.getPlaneBitMask("HIGH_VARIANCE") != 0
        self.assertTrue(lacking.any() and isNoisy.any())
        self.assertEqual(set(mask.array[lacking]), {mask.getPlaneBitMask("NO_DATA")})


class OneWarpTestCase(lsst.utils.tests.TestCase):
    """A template's pixels are those of one warp of all of the tract's."""

    def setUp(self):
        self.skyMap = makeSkyMap(
            centers=((10.0, 0.0), (10.005, 0.0)), radius=0.06, patchSize=2000, pixelScale=0.5
        )
        self.coadds = {(tract.getId(), 0): makePlainCoadd(tract, 0) for tract in self.skyMap}
        for coadd in self.coadds.values():
            addStars(coadd)
        self.exposure = makeExposure(
            geom.SpherePoint(10.0, 0.0, geom.degrees),
            size=(230, STRIP_HEIGHT + 130),
            rotation=15.0,
            pixelScale=0.5,
            distortion=2e-5,
        )
        self.task = makeTask()

    def warp(self, tract):
        """Warp a tract's coadd by itself."""
        return Warper.fromConfig(self.task.config.warp).warpExposure(
            self.exposure.getWcs(), self.coadds[tract, 0], destBBox=self.exposure.getBBox()
        )

    def assertSameWarp(self, template, expected, where):
        variance = expected.variance.array[where]
        difference = template.image.array[where] - expected.image.array[where]
        self.assertLess(np.abs(difference / np.sqrt(variance)).max(), TOLERANCE)
        np.testing.assert_allclose(template.variance.array[where], variance, rtol=TOLERANCE)
        kept = ~template.mask.getPlaneBitMask("HIGH_VARIANCE")
        np.testing.assert_array_equal((template.mask.array & kept)[where], expected.mask.array[where])

    def testPixelsOfTheFirstTract(self):
        template = makeTemplate(self.exposure, self.skyMap, self.coadds, self.task)
        self.assertEqual(self.task.metadata["tractsUsed"], 0)
        self.assertFalse(hasNoData(template).any())
        self.assertSameWarp(template, self.warp(0), ...)

    def testPixelsOfAFurtherTract(self):
        tract = self.skyMap[0]
        for name, corners in {
            "in the middle": [(103, 215), (187, 333)],
            "across the strips": [(120, STRIP_HEIGHT - 70), (130, STRIP_HEIGHT + 90)],
            "up to the upper right corner": [(171, STRIP_HEIGHT + 20), (229, STRIP_HEIGHT + 129)],
            "single pixels far from each other": [(13, 17), (211, STRIP_HEIGHT + 117)],
        }.items():
            with self.subTest(hole=name):
                coadd = self.coadds[0, 0] = makePlainCoadd(tract, 0)
                addStars(coadd)
                pixels = [findPixel(tract, self.exposure, *corner) for corner in corners]
                holes = [geom.Box2I(pixel, pixel) for pixel in pixels]
                if not name.startswith("single"):
                    holes[0].include(pixels[1])
                for hole in holes:
                    coadd[hole].image.array[:] = np.nan
                template = makeTemplate(self.exposure, self.skyMap, self.coadds, self.task)
                self.assertEqual(self.task.metadata.getArray("tractsUsed"), [0, 1])
                self.assertFalse(hasNoData(template).any())
                first = self.warp(0)
                isFilled = ~np.isfinite(first.image.array)
                self.assertGreater(isFilled.sum(), 20)
                self.assertSameWarp(template, self.warp(1), isFilled)
                self.assertSameWarp(template, first, ~isFilled)

    def testSmallCacheOfKernelsCostsNoPrecision(self):
        coadds = {(0, 0): self.coadds[0, 0]}
        small, large = (
            makeTemplate(self.exposure, self.skyMap, coadds, makeTask(cacheSize=size))
            for size in (10_000, 100_000)
        )
        self.assertEqual(MakeWarpedTemplateConfig().warp.cacheSize, 10_000)
        difference = (small.image.array - large.image.array) / np.sqrt(large.variance.array)
        self.assertLess(np.abs(difference).max(), 0.01)


class PatchBorderTestCase(lsst.utils.tests.TestCase):
    """Patches that are under the kernel only are used, too."""

    def testPatchesUnderTheKernelAreUsed(self):
        for border in (0, 1, 2, 5):
            skyMap = makeSkyMap(border=border)
            tract = skyMap[0]
            coadds = {(0, patch): makePlainCoadd(tract, patch) for patch in range(len(tract))}
            # Each patch has pixels of its own; the later patch's are used.
            whole = ExposureF(tract.getBBox(), tract.getWcs())
            for (_, patch), coadd in coadds.items():
                coadd.image.array[:] += 10 * patch
                whole.maskedImage.assign(coadd.maskedImage, coadd.getBBox())
            corner = tract[6].getInnerBBox().getMin()
            for offset in (-2.4, -0.4, 0.1, 1.7, 2.6):
                with self.subTest(border=border, offset=offset):
                    # Its last pixel is close to where four patches meet.
                    center = geom.Point2D(corner.x - 20 + offset, corner.y - 15 + offset)
                    exposure = makeExposure(tract.getWcs().pixelToSky(center), size=(41, 31))
                    task = makeTask()
                    template = makeTemplate(exposure, skyMap, coadds, task)
                    self.assertFalse(hasNoData(template).any())
                    expected = Warper.fromConfig(task.config.warp).warpExposure(
                        exposure.getWcs(), whole, destBBox=exposure.getBBox()
                    )
                    np.testing.assert_allclose(
                        template.image.array, expected.image.array, rtol=0, atol=TOLERANCE * NOISE
                    )

    def testCoaddThatIsNotWithinItsPatchIsAnError(self):
        skyMap = makeSkyMap()
        tract = skyMap[0]
        exposure = makeExposure(tract.getCtrCoord(), size=(30, 20))
        coadds = {(0, patch): makePlainCoadd(tract, patch) for patch in range(len(tract))}
        inner, outer = tract[12].getInnerBBox(), tract[12].getOuterBBox()
        coadds[0, 12] = makePlainCoadd(tract, 12, inner)
        self.assertFalse(hasNoData(makeTemplate(exposure, skyMap, coadds)).any())
        for other in (outer.shiftedBy(geom.Extent2I(3, 0)), outer.dilatedBy(1)):
            coadds[0, 12] = makePlainCoadd(tract, 12, other)
            with self.assertRaises(PatchMismatchError) as caught:
                makeTemplate(exposure, skyMap, coadds)
            self.assertEqual(
                str(caught.exception),
                f"The coadd tract 0, patch 12, band r has pixels in {other}, but the outer box of patch 12 "
                f"is {outer}.",
            )


class ArgumentsTestCase(lsst.utils.tests.TestCase):
    """What contradicts itself is an error that says what was given."""

    def setUp(self):
        self.skyMap = makeSkyMap(centers=((10.0, 0.0), (10.05, 0.0)))
        self.coadds = {
            (tract.getId(), patch): makePlainCoadd(tract, patch)
            for tract in self.skyMap
            for patch in range(len(tract))
        }
        self.task = makeTask()
        # Where the tracts meet.
        self.exposure = makeExposure(geom.SpherePoint(10.025, 0.0, geom.degrees), size=(120, 30))
        self.arguments = getArguments(self.task, self.exposure, self.skyMap, self.coadds)

    def run_(self, **changed):
        return self.task.run(**{**self.arguments, **changed})

    def testDataIdsInAnotherOrder(self):
        for skyMap in (self.skyMap, None):
            dataIds = {tract: list(reversed(ids)) for tract, ids in self.arguments["dataIds"].items()}
            tract = next(iter(dataIds))
            first, last = (dataIds[tract][index]["patch"] for index in (-1, 0))
            with self.assertRaisesRegex(
                ValueError,
                f"The coadd tract {tract}, patch {first}, .* has the patch .*, but dataIds says {last}",
            ):
                self.run_(dataIds=dataIds, skyMap=skyMap)

    def testDataIdsOfAnotherBand(self):
        dataIds = {
            tract: [{"patch": dataId["patch"], "band": "i"} for dataId in ids]
            for tract, ids in self.arguments["dataIds"].items()
        }
        with self.assertRaisesRegex(
            ValueError, "The coadd tract .*, band r has the band .r., but dataIds says .i."
        ):
            self.run_(dataIds=dataIds)

    def testHandlesOfAnotherTract(self):
        first, second = self.arguments["dataIds"]
        swapped = {
            name: {first: self.arguments[name][second], second: self.arguments[name][first]}
            for name in ("coaddExposureHandles", "dataIds")
        }
        with self.assertRaisesRegex(
            ValueError, rf"The coadd tract {second}, .* has the tract {second}, but dataIds says {first}"
        ):
            self.run_(**swapped)

    def testListsOfDifferentLengths(self):
        for name in ("dataIds", "coaddExposureHandles"):
            for rest in (slice(1, None), slice(0, 0)):
                for tract, given in self.arguments[name].items():
                    with self.subTest(name=name, rest=rest, tract=tract):
                        numbers = {"dataIds": len(given), "coaddExposureHandles": len(given)}
                        numbers[name] = len(given[rest])
                        with self.assertRaisesRegex(
                            ValueError,
                            f"Tract {tract} has {numbers['coaddExposureHandles']} coadds, but "
                            f"{numbers['dataIds']} data IDs",
                        ):
                            self.run_(**{name: {**self.arguments[name], tract: given[rest]}})

    def testTractThatOneOfBothLacks(self):
        tract = list(self.arguments["dataIds"])[-1]
        count = len(self.arguments["dataIds"][tract])
        for name, numbers in (
            ("dataIds", f"{count} coadds, but 0 data IDs"),
            ("coaddExposureHandles", f"0 coadds, but {count} data IDs"),
        ):
            rest = {key: value for key, value in self.arguments[name].items() if key != tract}
            with self.assertRaisesRegex(ValueError, f"Tract {tract} has {numbers}"):
                self.run_(**{name: rest})

    def testCoaddsOfSeveralBands(self):
        """Also if each tract has one, and whatever the data IDs say."""
        for tracts in ((0,), (1,), (0, 1)):
            with self.subTest(tracts=tracts):
                for (tract, _), coadd in self.coadds.items():
                    coadd.setFilter(FilterLabel.fromBand("g" if tract in tracts else "r"))
                with self.assertRaisesRegex(
                    PatchMismatchError, f"tract [{tracts}], patch .*\"g\".*but its data ID has band 'r'"
                ):
                    self.run_()

    def testArgumentsThatAreSomethingElse(self):
        bbox, wcs, handles = self.exposure.getBBox(), self.exposure.getWcs(), makeHandles(self.coadds)
        for given in (
            (handles, wcs, self.skyMap, bbox),
            (handles, bbox, wcs, self.skyMap),
            (self.skyMap, bbox, handles, wcs),
            (handles[0], bbox, self.skyMap, wcs),
        ):
            with self.subTest(given=[type(one).__name__ for one in given]), self.assertRaises(TypeError):
                self.task.getExposures(*given)
        with self.assertRaisesRegex(TypeError, "skymap must be a BaseSkyMap, not .*SkyWcs"):
            self.task.getExposures(handles, bbox, wcs, self.skyMap)
        for changed in ({"bbox": wcs}, {"wcs": bbox}, {"coaddExposureHandles": handles}, {"dataIds": []}):
            with self.subTest(changed=list(changed)), self.assertRaises(TypeError):
                self.run_(**changed)

    def testEmptyBox(self):
        with self.assertRaisesRegex(ValueError, "bbox is empty"):
            self.run_(bbox=geom.Box2I())
        with self.assertRaisesRegex(ValueError, "bbox is empty"):
            self.task.getExposures(
                makeHandles(self.coadds), geom.Box2I(), self.skyMap, self.exposure.getWcs()
            )

    def testBoxOfLsstImages(self):
        bbox = self.exposure.getBBox()

        class Box:
            """As that of lsst.images."""

            def to_legacy(self):
                return bbox

        found = self.task.getExposures(makeHandles(self.coadds), Box(), self.skyMap, self.exposure.getWcs())
        self.assertEqual(found.dataIds, self.arguments["dataIds"])
        assertSamePixels(self.run_(bbox=Box()).template, self.run_().template)

    def testNumbersOfTheLastRunAreNotLeftOver(self):
        self.run_()
        self.assertEqual(set(self.task.metadata.getArray("tractsUsed")), {0, 1})
        for coadd in self.coadds.values():
            coadd.image.array[:] = np.nan
        with self.assertRaises(NoWorkFound):
            self.run_()
        for name in ("tractsUsed", "goodPixels", "coveredFraction"):
            self.assertNotIn(name, self.task.metadata)


class FarTractsTestCase(lsst.utils.tests.TestCase):
    """Tracts far away from an exposure are simply not under it."""

    def testOtherSideOfTheSky(self):
        for distance in (30.0, 89.5, 89.999, 90.0 - 1e-7, 90.0, 90.0001, 95.0, 180.0):
            with self.subTest(distance=distance):
                skyMap = makeSkyMap(centers=((10.0, 0.0), (10.0 + distance, 0.0)))
                exposure = makeExposure(skyMap[0].getCtrCoord(), size=(60, 40), rotation=30.0)
                coadds = {
                    (tract.getId(), patch): makePlainCoadd(tract, patch)
                    for tract in skyMap
                    for patch in range(len(tract))
                }
                task = makeTask()
                found = task.getExposures(makeHandles(coadds), exposure.getBBox(), skyMap, exposure.getWcs())
                self.assertEqual(list(found.coaddExposures), [0])
                # Even if they are given.
                del coadds[0, 12]
                arguments = getArguments(task, exposure, skyMap, coadds)
                handle = InMemoryDatasetHandle(
                    coadds[1, 12], storageClass="ExposureF", tract=1, patch=12, band="r"
                )
                for name, value in (("coaddExposureHandles", handle), ("dataIds", handle.dataId)):
                    arguments[name] = {**arguments[name], 1: [value]}
                for known in (skyMap, None):
                    template = task.run(**{**arguments, "skyMap": known}).template
                    self.assertTrue(hasNoData(template).any())
                    self.assertEqual(task.metadata["tractsUsed"], 0)


class TwoTractsTestCase(lsst.utils.tests.TestCase):
    """A template in the middle of two tracts."""

    def setUp(self):
        self.skyMap = makeSkyMap(centers=((10.0, 0.0), (10.02, 0.0)), patchSize=500)
        self.exposure = makeExposure(geom.SpherePoint(10.0, 0.0, geom.degrees), size=(101, 81))
        self.coadds = {
            (tract.getId(), 0): makePlainCoadd(tract, 0, sigma=2.0 + 2.0 * tract.getId())
            for tract in self.skyMap
        }
        self.task = makeTask()

    def makeTemplate(self):
        return makeTemplate(self.exposure, self.skyMap, self.coadds, self.task)

    def dropPixels(self, tract, places, radius=0):
        """Take pixels away that are under some of the exposure."""
        for x, y in places:
            pixel = findPixel(self.skyMap[tract], self.exposure, x, y)
            self.coadds[tract, 0][geom.Box2I(pixel, pixel).dilatedBy(radius)].image.array[:] = np.nan

    def assertEveryPixelHasAPsf(self, template, step=7):
        """Check all pixels at the edges, and some of the others."""
        polygons = [
            (record.getValidPolygon(), record.getWcs()) for record in template.getInfo().getCoaddInputs().ccds
        ]
        height, width = template.image.array.shape
        isLookedAt = np.zeros((height, width), dtype=bool)
        isLookedAt[:: 3 * step, ::step] = isLookedAt[[0, -1]] = isLookedAt[:, [0, -1]] = True
        for y, x in np.argwhere(isLookedAt & ~hasNoData(template)):
            point = geom.Point2D(x + template.getX0(), y + template.getY0())
            sky = template.getWcs().pixelToSky(point)
            if not any(polygon.contains(wcs.skyToPixel(sky)) for polygon, wcs in polygons):
                self.fail(f"No PSF at {point}.")
        psf = template.getPsf()
        psf.computeKernelImage(psf.getAveragePosition())

    def testTractThatGivesNothingIsNotAsked(self):
        """Both lack the pixels under a star."""
        self.dropPixels(0, [(50, 40)], radius=4)
        self.dropPixels(1, [(50, 40)], radius=9)
        coadd = self.coadds[1, 0]
        expected = self.makeTemplate()
        self.assertTrue(hasNoData(expected).any())
        field = ChebyshevBoundedField(coadd.getBBox(), np.array([[1.0], [0.1]]))
        for what, spoil in {
            "another calibration": lambda: coadd.setPhotoCalib(PhotoCalib(7.0)),
            "a calibration that varies": lambda: coadd.setPhotoCalib(PhotoCalib(field)),
            "a calibration that is not positive": lambda: coadd.setPhotoCalib(PhotoCalib(0.0)),
            "no calibration": lambda: coadd.setPhotoCalib(None),
            "no PSF": lambda: coadd.setPsf(None),
            "another band": lambda: coadd.setFilter(FilterLabel.fromBand("g")),
            "no pixel": lambda: coadd.image.array.fill(np.nan),
        }.items():
            with self.subTest(what=what):
                spoil()
                assertSamePixels(self.makeTemplate(), expected)
                self.assertEqual(self.task.metadata["tractsUsed"], 0)

    def testTractThatGivesPixelsMustAgree(self):
        self.dropPixels(0, [(50, 40)], radius=4)
        coadd = self.coadds[1, 0]
        field = ChebyshevBoundedField(coadd.getBBox(), np.array([[2.0], [0.1]]))
        for photoCalib, error, message in (
            (PhotoCalib(7.0), PatchMismatchError, "of tract 1 .* is not the closest tract's"),
            (PhotoCalib(field), CalibrationError, "of tract 1 .* varies"),
            (None, RuntimeError, "No photometric calibration .* tract 1"),
        ):
            with self.subTest(photoCalib=photoCalib), self.assertRaisesRegex(error, message):
                coadd.setPhotoCalib(photoCalib)
                self.makeTemplate()

    def testClosestTractsPsfHoldsWhereItHasPixels(self):
        """Although the other tract filled bad pixels near the corners."""
        self.dropPixels(0, [(3, 3), (97, 4), (4, 76), (96, 77)])
        template = self.makeTemplate()
        self.assertEqual(self.task.metadata.getArray("tractsUsed"), [0, 1])
        self.assertFalse(hasNoData(template).any())
        for x, y in ((50, 40), (20, 60), (70, 20), (8, 8), (0, 0), (100, 80)):
            self.assertAlmostEqual(getRadius(template, x, y), 2.0, delta=0.01)

    def testEachTractHasItsPsf(self):
        """The closest one ends in the middle."""
        bbox = self.coadds[0, 0].getBBox()
        end = findPixel(self.skyMap[0], self.exposure, 60, 40).x
        self.coadds[0, 0] = makePlainCoadd(
            self.skyMap[0], 0, geom.Box2I(bbox.getMin(), geom.Point2I(end, bbox.getMaxY()))
        )
        template = self.makeTemplate()
        self.assertEveryPixelHasAPsf(template)
        radii = {getRadius(template, x, y) > 3.0: x for x in (0, 20, 40, 80, 100) for y in (0, 40, 80)}
        self.assertEqual(len(radii), 2)
        for y in (0, 40, 80):
            near, far = (
                getRadius(template, x, y) for x in ((0, 100) if radii[True] > radii[False] else (100, 0))
            )
            self.assertAlmostEqual(near, 2.0, delta=0.01)
            self.assertAlmostEqual(far, 4.0, delta=0.01)

    def testEveryPixelHasAPsfInABentGrid(self):
        """A side of the template deviates from a straight line by 3 pixels."""
        self.exposure = makeExposure(
            geom.SpherePoint(10.0, 0.0, geom.degrees), size=(141, 141), distortion=-4e-4
        )
        for borderSize in (0, 20):
            for ends in (False, True):
                with self.subTest(borderSize=borderSize, ends=ends):
                    self.task = makeTask(borderSize)
                    bbox = self.skyMap[0][0].getOuterBBox()
                    if ends:
                        end = findPixel(self.skyMap[0], self.exposure, 90, 70)
                        bbox = geom.Box2I(bbox.getMin(), geom.Point2I(end.x, bbox.getMaxY()))
                    self.coadds[0, 0] = makePlainCoadd(self.skyMap[0], 0, bbox)
                    template = self.makeTemplate()
                    self.assertEqual(self.task.metadata.getArray("tractsUsed"), [0, 1] if ends else [0])
                    self.assertFalse(hasNoData(template).any())
                    self.assertEveryPixelHasAPsf(template)

    def testScatteredPixelsMakeNoThousandsOfRecords(self):
        random = np.random.default_rng(1)
        coadd = self.coadds[0, 0]
        coadd.image.array[random.random(coadd.image.array.shape) < 0.01] = np.nan
        template = self.makeTemplate()
        self.assertEqual(self.task.metadata.getArray("tractsUsed"), [0, 1])
        self.assertFalse(hasNoData(template).any())
        self.assertLess(len(template.getInfo().getCoaddInputs().ccds), 10)
        self.assertEveryPixelHasAPsf(template)
        self.assertAlmostEqual(getRadius(template, 50, 40), 2.0, delta=0.01)


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
