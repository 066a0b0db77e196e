# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import unittest

import numpy as np
from scenes import PIXEL_SCALE, makeExposure, makeHandles, makeSkyMap, pixelValues

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.geom import makeCdMatrix, makeSkyWcs
from lsst.afw.image import FilterLabel, PhotoCalib
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask
from lsst.ip.template.coaddHandle import PatchMismatchError


class PatchAgreementTestCase(lsst.utils.tests.TestCase):
    """Coadds that contradict each other, or their tract."""

    def setUp(self):
        self.skyMap = makeSkyMap()
        self.tract = self.skyMap[0]

    def prepare(self, x=100, y=100, **config):
        """Set up the task and the patches for an exposure at a place in the
        tract, by default where four patches meet.
        """
        center = self.tract.getWcs().pixelToSky(geom.Point2D(x, y))
        self.exposure = makeExposure(center, size=(40, 20))
        self.task = GetCoaddAsTemplateTask(config=GetCoaddAsTemplateConfig(**config))
        self.overlap = self.task.getOverlapPatchList(self.exposure, self.skyMap)
        self.patches = [patchInfo.getSequentialIndex() for patchInfo in self.overlap[1]]
        self.handles = makeHandles(self.tract, self.patches)

    def coadd(self, number):
        """Return the coadd of the patch that is copied as number so many."""
        return self.handles[self.patches[number]].inMemoryDataset

    def run_(self):
        return self.task.run(*self.overlap, self.handles)

    def onlyIn(self, template, patch):
        """Return the template's pixels that only one patch has."""
        bbox = template.getBBox()
        counts = np.zeros((bbox.getHeight(), bbox.getWidth()), int)
        mine = np.zeros_like(counts, bool)
        for other in self.patches:
            box = self.tract[other].getOuterBBox().clippedTo(bbox)
            box.shift(geom.Point2I(0, 0) - bbox.getMin())
            counts[box.getSlices()] += 1
            if other == patch:
                mine[box.getSlices()] = True
        return mine & (counts == 1)

    def testShiftedWcsIsAnError(self):
        for shift, good in ((1e-7, True), (1e-5, False), (1.0, False)):
            with self.subTest(shift=shift):
                self.prepare()
                wcs = self.tract.getWcs().copyAtShiftedPixelOrigin(geom.Extent2D(shift, 0))
                self.coadd(1).setWcs(wcs)
                if good:
                    self.run_()
                    continue
                with self.assertRaisesRegex(PatchMismatchError, f"patch.*{self.patches[1]}.*{shift:.1g}"):
                    self.run_()

    def testOtherScaleIsAnErrorAwayFromTheCentre(self):
        self.prepare()
        tractWcs = self.tract.getWcs()
        wcs = makeSkyWcs(
            crpix=tractWcs.getPixelOrigin(),
            crval=tractWcs.getSkyOrigin(),
            cdMatrix=makeCdMatrix(scale=(1 + 1e-6) * PIXEL_SCALE * geom.arcseconds),
        )
        self.coadd(0).setWcs(wcs)
        with self.assertRaises(PatchMismatchError):
            self.run_()

    def testOtherBandIsAnError(self):
        self.prepare()
        self.coadd(2).setFilter(FilterLabel(band="g", physical="g_x"))
        with self.assertRaisesRegex(PatchMismatchError, "band 'g'.*band 'r'"):
            self.run_()

    def testOtherPhysicalFilterGetsOneWarning(self):
        self.prepare()
        for number in (1, 2):
            self.coadd(number).setFilter(FilterLabel(band="r", physical="r_other"))
        with self.assertLogs(self.task.log.name, level="WARNING") as logged:
            template = self.run_()
        self.assertEqual(len(logged.output), 1)
        self.assertIn(str(self.patches[1:3]), logged.output[0])
        self.assertEqual(template.getFilter(), FilterLabel(band="r", physical="r_x"))

    def testOtherCalibrationIsAnError(self):
        self.prepare()
        self.coadd(1).setPhotoCalib(PhotoCalib(2.5))
        with self.assertRaisesRegex(PatchMismatchError, "2.5.*calibrationMismatch"):
            self.run_()

    def testCalibrationErrorMayDiffer(self):
        self.prepare()
        self.coadd(1).setPhotoCalib(PhotoCalib(2.0, 0.1))
        self.run_()

    def testOtherCalibrationMayBeWarnedOf(self):
        self.prepare(calibrationMismatch="warn")
        self.coadd(1).setPhotoCalib(PhotoCalib(2.5))
        with self.assertLogs(self.task.log.name, level="WARNING") as logged:
            template = self.run_()
        self.assertEqual(len(logged.output), 1)
        only = self.onlyIn(template, self.patches[1])
        np.testing.assert_array_equal(
            template.image.array[only], pixelValues(self.patches[1], template.getBBox())[only]
        )

    def testRescalingKeepsTheFluxes(self):
        self.prepare(calibrationMismatch="rescale")
        self.coadd(1).setPhotoCalib(PhotoCalib(4.0))
        template = self.run_()
        self.assertEqual(template.getPhotoCalib(), PhotoCalib(2.0))
        for number, factor in ((0, 1.0), (1, 2.0)):
            patch = self.patches[number]
            only = self.onlyIn(template, patch)
            self.assertTrue(only.any())
            values = pixelValues(patch, template.getBBox())[only]
            np.testing.assert_array_equal(template.image.array[only], factor * values)
            self.assertEqual(set(template.variance.array[only]), {factor**2 * (1 + patch)})
        np.testing.assert_array_equal(
            self.coadd(1).image.array,
            pixelValues(self.patches[1], self.coadd(1).getBBox()),
            err_msg="the coadd itself was changed",
        )

    def testPatchWithoutVarianceIsCounted(self):
        self.prepare()
        self.coadd(0).variance.array[:] = np.nan
        self.coadd(1).variance.array[:] = 0.0
        with self.assertLogs(self.task.log.name, level="INFO") as logged:
            self.run_()
        self.assertTrue(
            any(f"2 patches have no variance anywhere: {self.patches[:2]}" in line for line in logged.output)
        )

    def testKeepValidKeepsValidPixels(self):
        self.prepare(overlapPolicy="keepValid")
        reference = self.run_()
        noData = reference.mask.getPlaneBitMask("NO_DATA")
        last = self.coadd(-1)
        last.image.array[:] = np.nan
        last.mask.array[:] = noData
        template = self.run_()
        only = self.onlyIn(template, self.patches[-1])
        self.assertTrue(np.isnan(template.image.array[only]).all())
        self.assertTrue(np.isfinite(template.image.array[~only]).all())
        self.assertFalse((template.mask.array[~only] & noData).any())


if __name__ == "__main__":
    unittest.main()
