# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import re
import unittest

import numpy as np
from scenes import assertSamePixels, makeCoadd, makeExposure, makeHandles, makeSkyMap, pixelValues

import lsst.geom as geom
import lsst.utils.tests
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask
from lsst.ip.template.coaddHandle import PatchMismatchError
from lsst.pex.config import FieldValidationError
from lsst.pipe.base import InMemoryDatasetHandle, NoWorkFound, Struct
from lsst.utils.logging import VERBOSE


class Handle:
    """The least that `run` may be given: something that can be got.

    It keeps count, and knows no parameters.
    """

    def __init__(self, coadd):
        self.coadd = coadd
        self.calls = 0

    def get(self):
        self.calls += 1
        return self.coadd


class QuantumContext:
    """Gives datasets for references, where a reference is the dataset."""

    def get(self, ref):
        return ref


class GetCoaddAsTemplateTestCase(lsst.utils.tests.TestCase):
    """Templates from coadds in memory, on one small tract."""

    def setUp(self):
        self.skyMap = makeSkyMap()
        self.tract = self.skyMap[0]
        self.task = GetCoaddAsTemplateTask()
        self.noData = makeExposure(self.tract.getCtrCoord()).mask.getPlaneBitMask("NO_DATA")

    def overlap(self, exposure):
        return self.task.getOverlapPatchList(exposure, self.skyMap)

    def exposureAt(self, x, y, **kwargs):
        """Make an exposure centred at a place in the tract, in pixels."""
        return makeExposure(self.tract.getWcs().pixelToSky(geom.Point2D(x, y)), **kwargs)

    def patchNumbers(self, patchList):
        return [self.tract.getSequentialPatchIndex(patchInfo) for patchInfo in patchList]

    def expected(self, bbox, patches, boxOf=None):
        """Assemble the image plane pixel by pixel: the last patch stands."""
        image = np.full((bbox.getHeight(), bbox.getWidth()), np.nan, dtype=np.float32)
        for patch in patches:
            box = self.tract[patch].getOuterBBox() if boxOf is None else boxOf(patch)
            box = box.clippedTo(bbox)
            y, x = box.getMinY() - bbox.getMinY(), box.getMinX() - bbox.getMinX()
            image[y : y + box.getHeight(), x : x + box.getWidth()] = pixelValues(patch, box)
        return image

    def testDatasetNames(self):
        for coaddName, warpType, name in (
            ("deep", "direct", "deepCoadd"),
            ("deep", "psfMatched", "deepCoaddPsfMatched"),
            ("goodSeeing", "direct", "goodSeeingCoadd"),
        ):
            config = GetCoaddAsTemplateConfig(coaddName=coaddName, warpType=warpType)
            self.assertEqual(GetCoaddAsTemplateTask(config=config).getCoaddDatasetName(), name)

    def testConfigRefusesNonsense(self):
        with self.assertRaises(FieldValidationError):
            GetCoaddAsTemplateConfig(templateBorderSize=-1)
        with self.assertRaises(FieldValidationError):
            GetCoaddAsTemplateConfig(warpType="sideways")

    def testCornersAreThoseOfTheGrownBox(self):
        exposure = self.exposureAt(90, 80, size=(60, 40), rotation=30)
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        self.assertEqual(tractInfo.getId(), 0)
        pixels = [exposure.getWcs().skyToPixel(corner) for corner in skyCorners]
        wanted = [(-20.5, -20.5), (79.5, -20.5), (79.5, 59.5), (-20.5, 59.5)]
        self.assertFloatsAlmostEqual(np.array(pixels), np.array(wanted), atol=1e-7, rtol=0)

    def testTemplateCopiesThePixelsOfEveryPatch(self):
        exposure = self.exposureAt(90, 80, rotation=30)
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        patches = self.patchNumbers(patchList)
        template = self.task.run(tractInfo, patchList, skyCorners, makeHandles(self.tract, patches))
        self.assertEqual(template.getWcs(), self.tract.getWcs())
        self.assertGreater(len(patches), 3)
        np.testing.assert_array_equal(template.image.array, self.expected(template.getBBox(), patches))
        self.assertEqual(type(template).__name__, "ExposureF")

    def testTemplateBoxSurroundsTheCorners(self):
        exposure = self.exposureAt(90, 80, rotation=30)
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        available = makeHandles(self.tract, self.patchNumbers(patchList))
        bbox = self.task.run(tractInfo, patchList, skyCorners, available).getBBox()
        pixels = np.array([tractInfo.getWcs().skyToPixel(corner) for corner in skyCorners])
        low, high = np.rint(pixels.min(axis=0)), np.rint(pixels.max(axis=0))
        self.assertEqual(list(bbox.getMin()), list(low))
        self.assertEqual(list(bbox.getMax()), list(high))

    def testLaterPatchWins(self):
        exposure = self.exposureAt(100, 75, size=(20, 20))
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        patches = self.patchNumbers(patchList)
        available = makeHandles(self.tract, patches)
        template = self.task.run(tractInfo, patchList[::-1], skyCorners, available)
        np.testing.assert_array_equal(template.image.array, self.expected(template.getBBox(), patches[::-1]))

    def testMissingPatchLeavesNoData(self):
        exposure = self.exposureAt(90, 80)
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        patches = self.patchNumbers(patchList)
        missing = patches[1]
        present = [patch for patch in patches if patch != missing]
        with self.assertLogs(self.task.log.name, level="WARNING") as logged:
            template = self.task.run(tractInfo, patchList, skyCorners, makeHandles(self.tract, present))
        self.assertIn(f"patch {missing}", logged.output[0])
        expected = self.expected(template.getBBox(), present)
        np.testing.assert_array_equal(template.image.array, expected)
        empty = np.isnan(expected)
        self.assertTrue(empty.any())
        self.assertTrue((template.mask.array[empty] == self.noData).all())
        self.assertTrue(np.isnan(template.variance.array[empty]).all())
        self.assertFalse((template.mask.array[~empty] & self.noData).any())
        self.assertEqual(self.task.metadata.getArray("patchesMissing"), [missing])
        self.assertEqual(self.task.metadata.getArray("patchesUsed"), present)
        self.assertEqual(self.task.metadata["goodPixels"], np.count_nonzero(~empty))
        self.assertAlmostEqual(self.task.metadata["coveredFraction"], np.mean(~empty))

    def testOneLineTellsAnOperatorWhatWasUsedAndHowGoodItIs(self):
        exposure = self.exposureAt(75, 75, size=(10, 10))
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        patches = self.patchNumbers(patchList)
        with self.assertLogs(self.task.log.name, level="INFO") as logged:
            self.task.run(tractInfo, patchList, skyCorners, makeHandles(self.tract, patches))
        (line,) = logged.output
        used = self.task.metadata.getArray("patchesUsed")
        for what in (str(used), "tract 0", "100.0%", "FWHM", "variance"):
            self.assertIn(what, line)

    def testCoaddsThemselvesAreTaken(self):
        exposure = self.exposureAt(75, 75, size=(10, 10))
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        handles = makeHandles(self.tract, self.patchNumbers(patchList))
        expected = self.task.run(tractInfo, patchList, skyCorners, handles)
        coadds = {patch: handle.inMemoryDataset for patch, handle in handles.items()}
        template = self.task.run(tractInfo, patchList, skyCorners, coadds)
        assertSamePixels(template, expected)
        patch = self.task.metadata.getArray("patchesUsed")[0]
        coadds[patch] = InMemoryDatasetHandle("no coadd")
        with self.assertRaisesRegex(TypeError, f"tract 0, patch {patch} must be an ExposureF, not a str"):
            self.task.run(tractInfo, patchList, skyCorners, coadds)

    def testPatchOutsideTheTemplateIsSkipped(self):
        exposure = self.exposureAt(75, 75, size=(10, 10))
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        far = self.tract[len(self.tract) - 1]
        patches = self.patchNumbers(patchList)
        available = makeHandles(self.tract, [*patches, far.getSequentialIndex()])
        with self.assertLogs(self.task.log.name, level=VERBOSE) as logged:
            template = self.task.run(tractInfo, [far, *patchList], skyCorners, available)
        self.assertTrue(any(f"Skip patch {far.getSequentialIndex()}" in line for line in logged.output))
        np.testing.assert_array_equal(template.image.array, self.expected(template.getBBox(), patches))

    def testComponentsComeFromTheFirstPatchThatHasThem(self):
        exposure = self.exposureAt(90, 80)
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        patches = self.patchNumbers(patchList)
        available = makeHandles(self.tract, patches)
        first = available[patches[0]].inMemoryDataset
        first.setPsf(None)
        template = self.task.run(tractInfo, patchList, skyCorners, available)
        self.assertEqual(template.getPsf().getSigma(), 2.0 + 0.01 * patches[1])
        self.assertEqual(template.getFilter(), first.getFilter())
        self.assertEqual(template.getPhotoCalib(), first.getPhotoCalib())

    def testFirstPatchGivesThePsfEvenWhenFullyCovered(self):
        exposure = self.exposureAt(75, 75, size=(4, 4))
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        patches = self.patchNumbers(patchList)
        available = makeHandles(self.tract, patches)
        template = self.task.run(tractInfo, patchList, skyCorners, available)
        self.assertEqual(template.getPsf().getSigma(), 2.0 + 0.01 * patches[0])
        self.assertNotIn(patches[0], self.task.metadata.getArray("patchesUsed"))

    def testStoredBoxMayDifferFromThePatch(self):
        exposure = self.exposureAt(90, 80)
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        patches = self.patchNumbers(patchList)

        def boxOf(patch):
            return self.tract[patch].getOuterBBox().erodedBy(9)

        available = {patch: makeHandles(self.tract, [patch], bbox=boxOf(patch))[patch] for patch in patches}
        template = self.task.run(tractInfo, patchList, skyCorners, available)
        expected = self.expected(template.getBBox(), patches, boxOf)
        np.testing.assert_array_equal(template.image.array, expected)

    def testCoaddThatReachesBeyondItsPatchIsRefused(self):
        tractInfo, patchList, skyCorners = self.overlap(self.exposureAt(90, 80))
        available = makeHandles(self.tract, self.patchNumbers(patchList))
        patch = patchList[-1].getSequentialIndex()
        outer = patchList[-1].getOuterBBox()
        for what, bbox in {
            "larger": outer.dilatedBy(1),
            "of another grid": outer.shiftedBy(geom.Extent2I(25, 0)),
        }.items():
            for makeHandle in (Handle, lambda coadd: makeHandles(self.tract, [patch], bbox=bbox)[patch]):
                with self.subTest(what=what):
                    available[patch] = makeHandle(makeCoadd(self.tract, patch, bbox=bbox))
                    message = f"has pixels in {re.escape(str(bbox))}, but the outer box of patch {patch} is"
                    with self.assertRaisesRegex(PatchMismatchError, message):
                        self.task.run(tractInfo, patchList, skyCorners, available)

    def testHandleWithoutParametersIsReadOnce(self):
        exposure = self.exposureAt(90, 80)
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        patches = self.patchNumbers(patchList)
        available = {patch: Handle(makeCoadd(self.tract, patch)) for patch in patches}
        template = self.task.run(tractInfo, patchList, skyCorners, available)
        np.testing.assert_array_equal(template.image.array, self.expected(template.getBBox(), patches))
        self.assertEqual({handle.calls for handle in available.values()}, {1})

    def testCoaddsAreNotChanged(self):
        exposure = self.exposureAt(90, 80)
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        patches = self.patchNumbers(patchList)
        available = makeHandles(self.tract, patches)
        template = self.task.run(tractInfo, patchList, skyCorners, available)
        template.image.array[:] = -1
        for patch, handle in available.items():
            np.testing.assert_array_equal(
                handle.inMemoryDataset.image.array,
                pixelValues(patch, self.tract[patch].getOuterBBox()),
            )

    def testGen2ArgumentIsRefused(self):
        exposure = self.exposureAt(90, 80)
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        with self.assertRaisesRegex(ValueError, "Gen2"):
            self.task.run(tractInfo, patchList, skyCorners, {}, sensorRef=object())

    def testWhatTheTemplateLacksIsAnError(self):
        exposure = self.exposureAt(90, 80)
        tractInfo, patchList, skyCorners = self.overlap(exposure)
        patches = self.patchNumbers(patchList)
        with self.assertRaisesRegex(RuntimeError, "No patch of tract 0"):
            self.task.run(tractInfo, patchList, skyCorners, {})
        for what, setter in (("PSF", "setPsf"), ("photometric calibration", "setPhotoCalib")):
            available = makeHandles(self.tract, patches)
            for handle in available.values():
                getattr(handle.inMemoryDataset, setter)(None)
            with self.assertRaisesRegex(RuntimeError, f"No {what} found in the coadds of tract 0"):
                self.task.run(tractInfo, patchList, skyCorners, available)

    def testExposureOffTheTractsHasNoPatches(self):
        exposure = makeExposure(geom.SpherePoint(200, 40, geom.degrees))
        with self.assertRaisesRegex(RuntimeError, "Tract 0"):
            self.overlap(exposure)

    def runQuantum(self, exposure, handles):
        return self.task.runQuantum(exposure, QuantumContext(), self.skyMap, handles)

    def testQuantumMakesTheTemplate(self):
        exposure = self.exposureAt(90, 80)
        handles = list(makeHandles(self.tract, range(len(self.tract))).values())
        result = self.runQuantum(exposure, handles[::-1])
        self.assertIsInstance(result, Struct)
        patches = self.patchNumbers(self.overlap(exposure)[1])
        expected = self.expected(result.exposure.getBBox(), patches)
        np.testing.assert_array_equal(result.exposure.image.array, expected)
        self.assertIsNone(result.sources)
        self.assertEqual(result.area, np.count_nonzero(~np.isnan(expected)))

    def testOtherTractsAreNeverRead(self):
        exposure = self.exposureAt(90, 80)
        patches = self.patchNumbers(self.overlap(exposure)[1])
        handles = list(makeHandles(self.tract, patches).values())
        other = InMemoryDatasetHandle(None, tract=1, patch=patches[0])
        elsewhere = InMemoryDatasetHandle(None, tract=0, patch=len(self.tract) - 1)
        with self.assertLogs(self.task.log.name, level=VERBOSE) as logged:
            self.runQuantum(exposure, [other, *handles, elsewhere])
        self.assertTrue(any("Ignoring 2 of" in line for line in logged.output))

    def testTwoCoaddsForOnePatchAreAnError(self):
        exposure = self.exposureAt(90, 80)
        patches = self.patchNumbers(self.overlap(exposure)[1])
        handles = list(makeHandles(self.tract, patches).values())
        with self.assertRaisesRegex(ValueError, f"2 coadds for one patch, {patches[0]} of tract 0"):
            self.runQuantum(exposure, [*handles, handles[0]])

    def testQuantumWithoutDataIsNoWork(self):
        handles = list(makeHandles(self.tract, [len(self.tract) - 1]).values())
        nowhere = makeExposure(geom.SpherePoint(200, 40, geom.degrees))
        here = self.exposureAt(90, 80)
        patches = sorted(self.patchNumbers(self.overlap(here)[1]))
        blind = self.exposureAt(90, 80)
        blind.setWcs(None)
        for exposure, message in ((blind, "no WCS"), (nowhere, "no patch"), (here, str(patches))):
            with self.subTest(message=message), self.assertRaises(NoWorkFound) as caught:
                self.runQuantum(exposure, handles)
            self.assertIn(message, str(caught.exception))

    def testTaskIsTimed(self):
        exposure = self.exposureAt(90, 80)
        self.runQuantum(exposure, list(makeHandles(self.tract, range(len(self.tract))).values()))
        for name in ("runQuantumStartCpuTime", "runQuantumEndUtc"):
            self.assertIn(name, self.task.metadata)


def setup_module(module):
    lsst.utils.tests.init()


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
