# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task object makes several templates, one after the other or at the same
time.
"""

import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
from scenes import makeExposure, makeHandles, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.detection import GaussianPsf
from lsst.ip.template import GetCoaddAsTemplateTask
from lsst.ip.template.templateSummary import clearNumbers
from lsst.pipe.base import NoWorkFound, TaskMetadata

THREADS = 12

NUMBERS = (
    "tract",
    "patchesUsed",
    "patchesMissing",
    "psfPatch",
    "filterPatch",
    "photoCalibPatch",
    "goodPixels",
    "coveredFraction",
    "medianVariance",
    "psfFwhm",
)
"""What a run leaves in the metadata, besides its times."""


class BrokenPsf(GaussianPsf):
    """A PSF that raises something when it is asked for its shape."""

    error = None

    def computeShape(self, *args, **kwargs):
        raise self.error


class ShapelessPsf(GaussianPsf):
    """A PSF whose shape is not a number."""

    def computeShape(self, *args, **kwargs):
        shape = super().computeShape(geom.Point2D(0, 0))
        shape.setIxx(np.nan)
        return shape


class QuantumContext:
    """Gives datasets for references, where a reference is the dataset."""

    def get(self, ref):
        return ref


class TaskStateTestCase(lsst.utils.tests.TestCase):
    """A tract, and one task for all of its templates."""

    def setUp(self):
        self.skyMap = makeSkyMap()
        self.tract = self.skyMap[0]
        self.task = GetCoaddAsTemplateTask()
        self.handles = makeHandles(self.tract, range(len(self.tract)))

    def runQuantum(self, width=60, patches=None):
        """Make the template of an exposure near the middle of the tract,
        whose edges fall between those of the tract's pixels.
        """
        center = self.tract.getWcs().pixelToSky(geom.Point2D(124.2, 124.2))
        exposure = makeExposure(center, size=(width, 20))
        handles = [handle for patch, handle in self.handles.items() if patches is None or patch in patches]
        return self.task.runQuantum(exposure, QuantumContext(), self.skyMap, handles)

    def checkForgotten(self):
        """Check that the metadata has no number of an earlier template."""
        self.assertEqual([name for name in NUMBERS if name in self.task.metadata], [])

    def testRunLeavesItsNumbers(self):
        self.runQuantum()
        self.assertEqual([name for name in NUMBERS if name not in self.task.metadata], [])

    def testThreadsGetTheirOwnResults(self):
        interval = sys.getswitchinterval()
        self.addCleanup(sys.setswitchinterval, interval)
        sys.setswitchinterval(1e-5)
        widths = range(20, 200, 5)
        with ThreadPoolExecutor(THREADS) as pool:
            results = list(pool.map(self.runQuantum, widths))
        areas = []
        for width, result in zip(widths, results, strict=True):
            self.assertEqual(set(result.getDict()), {"exposure", "sources", "area"})
            template = result.exposure
            noData = template.mask.getPlaneBitMask("NO_DATA")
            self.assertEqual(result.area, np.count_nonzero(template.mask.array & noData == 0))
            border = self.task.config.templateBorderSize
            self.assertEqual(template.getBBox().getWidth(), width + 2 * border + 1)
            areas.append(result.area)
        self.assertEqual(len(set(areas)), len(areas))

    def testThreadsClearTheSameNumbers(self):
        interval = sys.getswitchinterval()
        self.addCleanup(sys.setswitchinterval, interval)
        # Not while threads start, which tools that trace them disturb.
        start = Barrier(THREADS, action=lambda: sys.setswitchinterval(1e-6), timeout=60)
        metadata = TaskMetadata()

        def writeAndClear(_):
            start.wait()
            for _ in range(1000):
                metadata["goodPixels"], metadata["patchesUsed"] = 1, [1, 2]
                clearNumbers(metadata)

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(writeAndClear, range(THREADS)))
        self.assertEqual(len(metadata.names()), 0)

    def testUnknownNumbersAreNotThoseOfTheLastRun(self):
        self.runQuantum()
        psf = ShapelessPsf(11, 11, 2.0)
        for handle in self.handles.values():
            handle.inMemoryDataset.variance.array[:] = np.nan
            handle.inMemoryDataset.setFilter(None)
            handle.inMemoryDataset.setPsf(psf)
        self.runQuantum()
        known = [name for name in NUMBERS if name in self.task.metadata]
        self.assertEqual(set(NUMBERS) - set(known), {"medianVariance", "psfFwhm", "filterPatch"})

    def testFailedRunLeavesNoNumbers(self):
        overlap = self.task.getOverlapPatchList(makeExposure(self.tract.getCtrCoord()), self.skyMap)
        other = makeHandles(self.tract, [13], calibration=3.0)
        for what, error, available in (
            ("no coadds", RuntimeError, {}),
            ("coadds in a list", TypeError, []),
            ("coadds that contradict each other", RuntimeError, {**self.handles, **other}),
        ):
            with self.subTest(what=what):
                self.runQuantum()
                with self.assertRaises(error):
                    self.task.run(*overlap, available)
                self.checkForgotten()

    def testQuantumWithoutWorkLeavesNoNumbers(self):
        self.runQuantum()
        with self.assertRaises(NoWorkFound):
            self.runQuantum(patches=())
        self.checkForgotten()
        self.runQuantum()
        with self.assertRaises(TypeError):
            self.task.runQuantum(None, QuantumContext(), self.skyMap, [])
        self.checkForgotten()

    def testPsfMayRaiseAnything(self):
        expected = self.runQuantum().exposure
        for error in (
            RuntimeError("some"),
            ZeroDivisionError("some"),
            AttributeError("some"),
            Exception("some"),
        ):
            with self.subTest(error=type(error).__name__):
                psf = BrokenPsf(11, 11, 2.0)
                psf.error = error
                for handle in self.handles.values():
                    handle.inMemoryDataset.setPsf(psf)
                with self.assertLogs(self.task.log.name, level="INFO") as logged:
                    template = self.runQuantum().exposure
                np.testing.assert_array_equal(template.image.array, expected.image.array)
                self.assertTrue(template.hasPsf())
                self.assertNotIn("psfFwhm", self.task.metadata)
                self.assertIn("goodPixels", self.task.metadata)
                lines = [line for line in logged.output if "width cannot be computed" in line]
                self.assertEqual(len(lines), 1)
                self.assertIn(repr(error), lines[0])


def setup_module(module):
    lsst.utils.tests.init()


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
