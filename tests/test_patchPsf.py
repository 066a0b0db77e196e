# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PSF that is each patch's where its own pixels stand."""

import pathlib
import tempfile
import unittest

import numpy as np
from scenes import makeExposure, makeHandles, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import ExposureF
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask


class PatchPsfTestCase(lsst.utils.tests.TestCase):
    """Templates over several patches, each with a PSF of its own."""

    def setUp(self):
        self.skyMap = makeSkyMap()
        self.tract = self.skyMap[0]
        self.handles = makeHandles(self.tract, range(len(self.tract)))

    def makeTemplate(self, x=75, y=75, **config):
        """Make the template of an exposure centred on a tract pixel."""
        task = GetCoaddAsTemplateTask(config=GetCoaddAsTemplateConfig(psf="patches", **config))
        exposure = makeExposure(self.tract.getWcs().pixelToSky(geom.Point2D(x, y)), rotation=20.0)
        tractInfo, patchList, corners = task.getOverlapPatchList(exposure, self.skyMap)
        self.metadata = task.metadata
        return task.run(tractInfo, patchList, corners, self.handles)

    def assertPsfIs(self, patch, psf, point):
        """Fail unless a PSF at a place is that of a patch's coadd.

        Those of two patches differ by 1 percent of the peak at least.
        """
        wanted = self.handles[patch].inMemoryDataset.getPsf().computeKernelImage(point).array
        np.testing.assert_allclose(psf.computeKernelImage(point).array, wanted, atol=1e-3 * wanted.max())

    def patchesOf(self, template):
        """Return the patch of each pixel, from the pixels themselves."""
        return np.round(template.variance.array - 1.0)

    def testPsfIsThatOfThePatchThatGaveThePixel(self):
        for policy in ("last", "keepValid"):
            with self.subTest(policy=policy):
                template = self.makeTemplate(overlapPolicy=policy)
                patches, corner = self.patchesOf(template), template.getXY0()
                self.assertGreaterEqual(len(np.unique(patches)), 4)
                for row, column in np.ndindex(patches.shape):
                    if (row + 3 * column) % 29 == 0:
                        point = geom.Point2D(corner.x + column, corner.y + row)
                        self.assertPsfIs(patches[row, column], template.getPsf(), point)

    def testBorderOfTwoPatchesHasAPsf(self):
        template = self.makeTemplate()
        patches, corner = self.patchesOf(template), template.getXY0()
        rows, columns = np.nonzero(patches[:, 1:] != patches[:, :-1])
        self.assertGreater(len(rows), 0)
        for row, column in zip(rows[::5], columns[::5]):
            point = geom.Point2D(corner.x + column + 0.5, corner.y + row)
            self.assertAlmostEqual(template.getPsf().computeKernelImage(point).array.sum(), 1.0)

    def testPixelInAHoleHasThePsfOfThePatchThatFilledIt(self):
        template = self.makeTemplate()
        patches, corner = self.patchesOf(template), template.getXY0()
        last = int(patches.max())
        coadd = self.handles[last].inMemoryDataset
        overlap = coadd.getBBox().clippedTo(self.tract[last - 1].getOuterBBox())
        overlap = overlap.clippedTo(template.getBBox())
        self.assertFalse(overlap.isEmpty())
        hole = overlap.getMin() + geom.Extent2I(1, 2)
        coadd.image[hole] = np.nan
        template = self.makeTemplate(overlapPolicy="keepValid")
        filler = self.patchesOf(template)[hole.y - corner.y, hole.x - corner.x]
        self.assertNotEqual(filler, last)
        self.assertPsfIs(filler, template.getPsf(), geom.Point2D(hole))
        beside = hole + geom.Extent2I(1, 0)
        self.assertPsfIs(last, template.getPsf(), geom.Point2D(beside))

    def testTypicalPositionHasAPsf(self):
        template = self.makeTemplate()
        psf = template.getPsf()
        self.assertTrue(geom.Box2D(template.getBBox()).contains(psf.getAveragePosition()))
        psf.computeKernelImage(psf.getAveragePosition())

    def testOnePatchGivesItsOwnPsf(self):
        center = self.tract[12].getInnerBBox().getCenter()
        task = GetCoaddAsTemplateTask(config=GetCoaddAsTemplateConfig(psf="patches", templateBorderSize=0))
        exposure = makeExposure(self.tract.getWcs().pixelToSky(center), size=(10, 10))
        template = task.run(*task.getOverlapPatchList(exposure, self.skyMap), self.handles)
        self.assertEqual(template.getPsf(), self.handles[12].inMemoryDataset.getPsf())
        self.assertEqual(task.metadata["psfPatch"], 12)
        self.assertEqual(list(template.getInfo().getCoaddInputs().ccds["patch"]), [12])

    def testInputsAreThePatchesUsed(self):
        template = self.makeTemplate()
        inputs = template.getInfo().getCoaddInputs()
        self.assertEqual(len(inputs.visits), 0)
        used = self.metadata.getArray("patchesUsed")
        self.assertEqual(set(inputs.ccds["patch"]), set(used))
        self.assertNotIn("psfPatch", self.metadata)
        area = sum(record.getValidPolygon().calculateArea() for record in inputs.ccds)
        self.assertAlmostEqual(area, template.getBBox().getArea(), delta=1.0)
        for record in inputs.ccds:
            coadd = self.handles[record["patch"]].inMemoryDataset
            self.assertEqual(record["tract"], 0)
            self.assertEqual(record["weight"], 1.0)
            self.assertEqual(record.getBBox(), coadd.getBBox())
            self.assertEqual(record.getWcs(), self.tract.getWcs())
            self.assertEqual(record.getPhotoCalib(), coadd.getPhotoCalib())
            self.assertEqual(record.getPsf(), coadd.getPsf())

    def testFileKeepsThem(self):
        template = self.makeTemplate()
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder) / "template.fits")
            template.writeFits(path)
            again = ExposureF(path)
        point = geom.Point2D(template.getXY0()) + geom.Extent2D(3, 4)
        np.testing.assert_array_equal(
            again.getPsf().computeKernelImage(point).array, template.getPsf().computeKernelImage(point).array
        )
        self.assertEqual(
            list(again.getInfo().getCoaddInputs().ccds["patch"]),
            list(template.getInfo().getCoaddInputs().ccds["patch"]),
        )

    def testFirstIsTheDefault(self):
        self.assertEqual(GetCoaddAsTemplateConfig().psf, "first")

    def testPatchesWithoutPsfAreWarnedOf(self):
        first = int(self.patchesOf(self.makeTemplate()).min())
        self.handles[first].inMemoryDataset.setPsf(None)
        with self.assertLogs(level="WARNING") as logs:
            template = self.makeTemplate()
        self.assertIn(f"Patches [{first}] have no PSF", "\n".join(logs.output))
        used = self.metadata.getArray("patchesUsed")
        self.assertIn(first, used)
        self.assertEqual(len(set(template.getInfo().getCoaddInputs().ccds["patch"])), len(used))


def setup_module(module):
    lsst.utils.tests.init()


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
