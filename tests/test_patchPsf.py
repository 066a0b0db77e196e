# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PSF that is each patch's where its pixels are used."""

import pathlib
import tempfile
import unittest

import numpy as np
from scenes import makeExposure, makeHandles, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import ExposureF
from lsst.afw.table import ExposureCatalog, ExposureTable
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask
from lsst.meas.algorithms import CoaddPsf


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

    def testPixelInAHoleHasThePsfOfThePatchAroundIt(self):
        template = self.makeTemplate()
        patches, corner = self.patchesOf(template), template.getXY0()
        last = int(patches.max())
        coadd = self.handles[last].inMemoryDataset
        overlap = coadd.getBBox().clippedTo(self.tract[last - 1].getOuterBBox())
        overlap = overlap.clippedTo(template.getBBox())
        holes = [overlap.getMin() + geom.Extent2I(1, y) for y in range(2, overlap.getHeight(), 3)]
        for hole in holes:
            coadd.image[hole] = np.nan
        template = self.makeTemplate(overlapPolicy="keepValid")
        self.assertNotEqual(self.patchesOf(template)[holes[0].y - corner.y, holes[0].x - corner.x], last)
        self.assertPsfIs(last, template.getPsf(), geom.Point2D(holes[0]))
        inputs = template.getInfo().getCoaddInputs().ccds
        self.assertLess(len(inputs), 4 * len(set(inputs["patch"])))

    def testHalfEmptyPatchLeavesThePsfToItsNeighbour(self):
        """Each coadd has a CoaddPsf that ends where its pixels do."""
        template = self.makeTemplate()
        last = int(self.patchesOf(template).max())
        coadd = self.handles[last].inMemoryDataset
        common = coadd.getBBox().clippedTo(self.tract[last - 1].getOuterBBox()).clippedTo(template.getBBox())
        full = coadd.getBBox()
        empty = geom.Box2I(full.getMin(), geom.Point2I(full.getMaxX(), common.getCenterY()))
        for handle in self.handles.values():
            self.setCoaddPsf(handle.inMemoryDataset, handle.inMemoryDataset.getBBox())
        coadd[empty].maskedImage.set(np.nan, coadd.mask.getPlaneBitMask("NO_DATA"), np.nan)
        self.setCoaddPsf(coadd, geom.Box2I(geom.Point2I(full.getMinX(), empty.getEndY()), full.getMax()))
        template = self.makeTemplate(overlapPolicy="keepValid")
        corner, noData = template.getXY0(), template.mask.getPlaneBitMask("NO_DATA")
        rows, columns = np.nonzero(template.mask.array & noData == 0)
        for row, column in zip(rows[::37].tolist(), columns[::37].tolist()):
            kernel = template.getPsf().computeKernelImage(geom.Point2D(corner.x + column, corner.y + row))
            self.assertAlmostEqual(kernel.array.sum(), 1.0)

    def setCoaddPsf(self, coadd, bbox):
        """Give a coadd a PSF that exists in a box only."""
        schema = ExposureTable.makeMinimalSchema()
        weight = schema.addField("weight", type=float, doc="weight")
        catalog = ExposureCatalog(schema)
        record = catalog.addNew()
        record.set(weight, 1.0)
        record.setPsf(coadd.getPsf())
        record.setWcs(coadd.getWcs())
        record.setBBox(bbox)
        coadd.setPsf(CoaddPsf(catalog, coadd.getWcs(), geom.Box2D(bbox).getCenter()))

    def testPatchWithoutDataIsNoInput(self):
        template = self.makeTemplate()
        last = int(self.patchesOf(template).max())
        self.handles[last].inMemoryDataset.image.array[:] = np.nan
        template = self.makeTemplate()
        self.assertIn(last, self.metadata.getArray("patchesUsed"))
        self.assertNotIn(last, template.getInfo().getCoaddInputs().ccds["patch"])

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
