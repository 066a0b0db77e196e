# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The template has the unit of the coadds' pixels."""

import os
import tempfile
import unittest

import numpy as np
from astropy import units
from astropy.nddata import CCDData
from scenes import makeExposure, makeHandles, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import PhotoCalib
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask, MakeWarpedTemplateTask


class UnitTestCase(lsst.utils.tests.TestCase):
    """A template where two patches meet."""

    def setUp(self):
        self.skyMap = makeSkyMap()
        self.tract = self.skyMap[0]
        center = self.tract.getWcs().pixelToSky(geom.Point2D(99.5, 75.0))
        self.exposure = makeExposure(center, size=(20, 20))
        self.overlap = GetCoaddAsTemplateTask().getOverlapPatchList(self.exposure, self.skyMap)
        self.handles = makeHandles(self.tract, [patch.getSequentialIndex() for patch in self.overlap[1]])

    def setUnits(self, *given):
        """Set the units of the patches that give pixels, `None` for none."""
        coadds = [handle.inMemoryDataset for handle in self.handles.values()]
        for coadd, unit in zip(coadds, [given[0]] * (len(coadds) - len(given)) + list(given), strict=True):
            coadd.getMetadata().remove("BUNIT")
            if unit is not None:
                coadd.getMetadata().set("BUNIT", unit)

    def makeTemplate(self, **settings):
        task = GetCoaddAsTemplateTask(config=GetCoaddAsTemplateConfig(**settings))
        return task.run(*self.overlap, self.handles)

    def testUnitThatAllHaveIsTheTemplates(self):
        self.setUnits("nJy")
        self.assertEqual(self.makeTemplate().getMetadata().getScalar("BUNIT"), "nJy")

    def testCoaddsWithoutUnitGiveNone(self):
        self.assertNotIn("BUNIT", self.makeTemplate().getMetadata())

    def testUnitsThatDifferGiveNoneAndAWarning(self):
        for other in ("uJy", None):
            self.setUnits("nJy", other)
            with self.subTest(other=other), self.assertLogs("lsst", "WARNING") as logged:
                self.assertNotIn("BUNIT", self.makeTemplate().getMetadata())
            self.assertIn("units differ", logged.output[0])

    def testRescaledPixelsHaveTheUnitOfTheirCalibration(self):
        self.setUnits("nJy", "uJy")
        coadds = [handle.inMemoryDataset for handle in self.handles.values()]
        for coadd in coadds:
            coadd.setPhotoCalib(PhotoCalib(1.0))
        coadds[-1].setPhotoCalib(PhotoCalib(1000.0))
        template = self.makeTemplate(calibrationMismatch="rescale")
        self.assertEqual(template.getMetadata().getScalar("BUNIT"), "nJy")
        self.assertEqual(template.getPhotoCalib().getCalibrationMean(), 1.0)

    def testTemplateOnTheScienceGridHasIt(self):
        self.setUnits("nJy")
        template = (
            MakeWarpedTemplateTask()
            .run(
                coaddExposureHandles={0: list(self.handles.values())},
                bbox=self.exposure.getBBox(),
                wcs=self.exposure.getWcs(),
                dataIds={0: [{"band": "r", "patch": patch} for patch in self.handles]},
                physical_filter="r_x",
            )
            .template
        )
        self.assertEqual(template.getMetadata().getScalar("BUNIT"), "nJy")

    def testAstropyReadsTheFile(self):
        self.setUnits("nJy")
        template = self.makeTemplate()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "template.fits")
            template.writeFits(path)
            data = CCDData.read(path)
        self.assertEqual(data.unit, units.nJy)
        np.testing.assert_array_equal(data.data, template.image.array)


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
