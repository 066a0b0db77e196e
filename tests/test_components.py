# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which patch gives the PSF, the filter and the calibration, and what is told
of it.
"""

import tempfile
import unittest

import numpy as np
from scenes import makeCoadd, makeExposure, makeSkyMap, pixelValues

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import FilterLabel, PhotoCalib
from lsst.daf.butler import Butler, Config, DatasetType
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask
from lsst.ip.template.coaddHandle import PatchMismatchError
from lsst.ip.template.templateProvenance import TemplateProvenance
from lsst.pipe.base import InMemoryDatasetHandle


class RecordingHandle(InMemoryDatasetHandle):
    """A handle that writes down how many pixels were read at a time."""

    def get(self, *, component=None, parameters=None, **kwargs):
        result = super().get(component=component, parameters=parameters, **kwargs)
        if component is None:
            self.areas.append(result.getBBox().getArea())
        return result


class ComponentsTestCase(lsst.utils.tests.TestCase):
    """A small template where four patches meet, so that the last patch hides
    the other three.
    """

    def setUp(self):
        self.skyMap = makeSkyMap()
        self.tract = self.skyMap[0]
        self.prepare()

    def prepare(self, **config):
        """Make the task, and what it is run with."""
        config = GetCoaddAsTemplateConfig(templateBorderSize=0, **config)
        self.task = GetCoaddAsTemplateTask(config=config)
        center = self.tract.getWcs().pixelToSky(geom.Point2D(99.5, 99.5))
        self.overlap = self.task.getOverlapPatchList(makeExposure(center, size=(4, 4)), self.skyMap)
        self.patches = [patchInfo.getSequentialIndex() for patchInfo in self.overlap[1]]
        self.coadds, self.handles = {}, {}
        for number in range(len(self.patches)):
            self.store(number)

    def store(self, number, bbox=None):
        """Store a coadd of the patch that is copied as number so many."""
        patch = self.patches[number]
        self.coadds[patch] = makeCoadd(self.tract, patch, bbox=bbox)
        self.handles[patch] = RecordingHandle(
            self.coadds[patch], storageClass="ExposureF", tract=0, patch=patch
        )
        object.__setattr__(self.handles[patch], "areas", [])

    def coadd(self, number):
        return self.coadds[self.patches[number]]

    def makeTemplate(self):
        return self.task.run(*self.overlap, self.handles)

    def check(self, psf=0, filter=0, photoCalib=0, pixels=(3,)):
        """Make the template, and check which patches gave what.

        Returns
        -------
        template : `lsst.afw.image.ExposureF`
            The template.
        """
        template = self.makeTemplate()
        self.assertEqual(template.getPsf().getSigma(), self.coadd(psf).getPsf().getSigma())
        self.assertEqual(template.getFilter(), self.coadd(filter).getFilter())
        self.assertEqual(template.getPhotoCalib(), self.coadd(photoCalib).getPhotoCalib())
        provenance = TemplateProvenance.read(template.getMetadata())
        for name, number in {"psfPatch": psf, "filterPatch": filter, "photoCalibPatch": photoCalib}.items():
            self.assertEqual(getattr(provenance, name), self.patches[number], name)
            self.assertEqual(self.task.metadata[name], self.patches[number], name)
        used = [self.patches[number] for number in pixels]
        self.assertEqual(list(provenance.patchesUsed), used)
        self.assertEqual(self.task.metadata.getArray("patchesUsed"), used)
        return template

    def testFirstPatchGivesThemThoughItIsHidden(self):
        template = self.check()
        for patch in self.patches:
            self.assertTrue(self.tract[patch].getOuterBBox().contains(template.getBBox()))

    def testFirstPatchGivesThemWhateverItsCoaddLacks(self):
        outer, inside = self.tract[self.patches[0]].getOuterBBox(), self.makeTemplate().getBBox()
        one = geom.Extent2I(1, 1)
        stored = {
            "corner of the template": geom.Box2I(inside.getMin() + one, outer.getMax()),
            "all of the template": geom.Box2I(outer.getMin(), inside.getMin() - one),
            "all but a pixel": geom.Box2I(outer.getMin(), one),
            "the lower left of the patch": outer.erodedBy(1),
        }
        for what, bbox in stored.items():
            with self.subTest(lacks=what):
                self.store(0, bbox)
                self.check()

    def testPatchThatLacksPixelsLeavesThemToAnother(self):
        inside = self.makeTemplate().getBBox()
        self.store(3, geom.Box2I(inside.getMin() + geom.Extent2I(1, 0), inside.getMax()))
        self.check(pixels=(2, 3))
        self.store(3, geom.Box2I(inside.getMin() - geom.Extent2I(1, 1), geom.Extent2I(1, 1)))
        self.check(pixels=(2,))

    def testEachMayComeFromAnotherPatch(self):
        self.coadd(1).setFilter(FilterLabel(band="r", physical="r_1"))
        self.coadd(2).setPhotoCalib(PhotoCalib(2.0, 0.2))
        for number in (0, 1, 2):
            self.coadd(number).setPsf(None)
        self.coadd(0).setFilter(None)
        for number in (0, 1):
            self.coadd(number).setPhotoCalib(None)
        self.check(psf=3, filter=1, photoCalib=2)

    def testTemplateWithoutFilterSaysSo(self):
        for number in range(4):
            self.coadd(number).setFilter(None)
        template = self.makeTemplate()
        self.assertIsNone(template.getFilter())
        self.assertIsNone(TemplateProvenance.read(template.getMetadata()).filterPatch)
        self.assertNotIn("filterPatch", self.task.metadata)

    def testHiddenPixelsAreNotRead(self):
        template = self.makeTemplate()
        areas = [self.handles[patch].areas for patch in self.patches]
        self.assertEqual(areas, [[1], [], [], [template.getBBox().getArea()]])

    def testPatchThatGivesNothingContradictsNobody(self):
        self.coadd(1).setFilter(FilterLabel(band="g"))
        self.coadd(1).setPhotoCalib(PhotoCalib(4.0))
        self.coadd(2).setWcs(self.tract.getWcs().copyAtShiftedPixelOrigin(geom.Extent2D(1, 0)))
        self.check()

    def testHiddenPatchThatGivesThemMustAgree(self):
        shifted = self.tract.getWcs().copyAtShiftedPixelOrigin(geom.Extent2D(1, 0))
        for setter, value, message in (
            ("setFilter", FilterLabel(band="g"), "band 'r'.* band 'g'"),
            ("setPhotoCalib", PhotoCalib(4.0), "photometric calibration"),
            ("setWcs", shifted, "WCS"),
        ):
            with self.subTest(setter=setter):
                self.prepare()
                getattr(self.coadd(0), setter)(value)
                with self.assertRaisesRegex(PatchMismatchError, message):
                    self.makeTemplate()

    def testPixelsAreRescaledToAHiddenPatch(self):
        self.prepare(calibrationMismatch="rescale")
        self.coadd(0).setPhotoCalib(PhotoCalib(4.0))
        template = self.check()
        expected = pixelValues(self.patches[3], template.getBBox()) * 2.0 / 4.0
        np.testing.assert_array_equal(template.image.array, expected)

    def testPatchThatOthersReplaceIsNotCountedAsUsed(self):
        self.prepare(overlapPolicy="keepValid")
        self.check()
        self.coadd(3).image.array[:] = np.nan
        self.check(pixels=(2,))
        x, y = self.makeTemplate().getBBox().getMin() - self.coadd(3).getXY0()
        self.coadd(3).image.array[y, x] = 1.0
        self.check(pixels=(2, 3))
        for number in range(4):
            self.coadd(number).image.array[:] = np.nan
        with self.assertRaisesRegex(RuntimeError, "No patch of tract 0 has pixels"):
            self.makeTemplate()

    def testButlersCoadds(self):
        """A hidden patch gives the PSF, and its dataset ID is not told."""
        for disassembled in (False, True):
            with self.subTest(disassembled=disassembled), tempfile.TemporaryDirectory() as folder:
                refs = self.put(folder, disassembled)
                self.check()
                template = self.makeTemplate()
                provenance = TemplateProvenance.read(template.getMetadata())
                self.assertEqual(provenance.datasetIds, (str(refs[self.patches[3]].id),))

    def put(self, folder, disassembled):
        """Put the coadds into a repository, in place of those in memory.

        Returns
        -------
        refs : `dict` [`int`, `lsst.daf.butler.DatasetRef`]
            References by patch.
        """
        config = Config({"datastore": {"composites": {"disassembled": {"ExposureF": disassembled}}}})
        butler = Butler.from_config(Butler.makeRepo(folder, config), run="coadds", writeable=True)
        dimensions = ("skymap", "tract", "patch", "physical_filter")
        butler.registry.registerDatasetType(
            DatasetType("deepCoadd", dimensions, "ExposureF", universe=butler.dimensions)
        )
        self.skyMap.register("sky", butler)
        butler.registry.insertDimensionData("instrument", {"name": "Cam"})
        butler.registry.insertDimensionData(
            "physical_filter", {"instrument": "Cam", "name": "r_x", "band": "r"}
        )
        dataId = {"skymap": "sky", "tract": 0, "instrument": "Cam", "physical_filter": "r_x"}
        refs = {
            patch: butler.put(coadd, "deepCoadd", dataId, patch=patch) for patch, coadd in self.coadds.items()
        }
        self.handles = {patch: butler.getDeferred(ref) for patch, ref in refs.items()}
        return refs


def setup_module(module):
    lsst.utils.tests.init()


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
