# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task that takes the place of ``lsst.ip.diffim.GetTemplateTask``."""

import json
import logging
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from goldenRepo import DATA, unpackGolden, unpackWarped
from scenes import makeCoadd, makeExposure, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import ExposureF, PhotoCalib
from lsst.afw.math import ChebyshevBoundedField
from lsst.daf.butler import Butler
from lsst.ip.template import MakeWarpedTemplateConfig, MakeWarpedTemplateTask
from lsst.ip.template.templateProvenance import TemplateProvenance
from lsst.pex.config import FieldValidationError
from lsst.pipe.base import InMemoryDatasetHandle, NoWorkFound, Pipeline
from lsst.pipe.base.all_dimensions_quantum_graph_builder import AllDimensionsQuantumGraphBuilder

ROOT = pathlib.Path(__file__).parents[1]
PIPELINE = ROOT / "pipelines" / "MakeWarpedTemplate.yaml"
SEARCH_PATH = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])


class DropInTestCase(lsst.utils.tests.TestCase):
    """A pipeline of the other task works with another name of the class."""

    def makeConnections(self, **kwargs):
        config = MakeWarpedTemplateConfig()
        for name, value in kwargs.items():
            setattr(config.connections, name, value)
        config.validate()
        return config.connections.ConnectionsClass(config=config)

    def testConnections(self):
        connections = self.makeConnections()
        self.assertEqual(connections.dimensions, {"instrument", "visit", "detector"})
        self.assertEqual(connections.inputs, {"bbox", "wcs", "skyMap", "coaddExposures"})
        self.assertEqual(connections.outputs, {"template"})
        detector = {"instrument", "visit", "detector"}
        for name, dataset, storageClass, dimensions in (
            ("bbox", "calexp.bbox", "Box2I", detector),
            ("wcs", "calexp.wcs", "Wcs", detector),
            ("skyMap", "skyMap", "SkyMap", {"skymap"}),
            ("coaddExposures", "goodSeeingCoadd", "ExposureF", {"tract", "patch", "skymap", "band"}),
            ("template", "goodSeeingDiff_templateExp", "ExposureF", detector),
        ):
            with self.subTest(name=name):
                connection = getattr(connections, name)
                self.assertEqual(connection.name, dataset)
                self.assertEqual(connection.storageClass, storageClass)
                self.assertEqual(set(connection.dimensions), dimensions)
        self.assertTrue(connections.coaddExposures.multiple)
        self.assertTrue(connections.coaddExposures.deferLoad)
        self.assertTrue(connections.coaddExposures.deferGraphConstraint)

    def testTemplatesOfNames(self):
        connections = self.makeConnections(coaddName="deep", fakesType="fakes_", warpTypeSuffix="Psf")
        self.assertEqual(connections.coaddExposures.name, "fakes_deepCoaddPsf")
        self.assertEqual(connections.template.name, "fakes_deepDiff_templateExpPsf")

    def testConfigDefaults(self):
        config = MakeWarpedTemplateConfig()
        self.assertEqual(config.templateBorderSize, 20)
        self.assertEqual(config.warp.warpingKernelName, "lanczos3")
        self.assertEqual(config.warp.interpLength, 100)
        self.assertEqual(config.warp.cacheSize, 10000)
        self.assertEqual(config.coaddPsf.warpingKernelName, "lanczos3")
        self.assertEqual(config.coaddPsf.cacheSize, 10000)
        self.assertEqual(config.highVarianceThreshold, 4)
        self.assertEqual(config.highVarianceMaskFraction, 0.1)

    def testDcrHasToBeSaidTwice(self):
        with self.assertRaisesRegex(FieldValidationError, "both or none of them must be 'dcr'"):
            self.makeConnections(coaddName="dcr")
        config = MakeWarpedTemplateConfig()
        config.connections.coaddName = config.getTemplate.coaddName = "dcr"
        config.getTemplate.effectiveWavelength, config.getTemplate.bandwidth = 623.0, 169.0
        config.validate()
        connections = config.connections.ConnectionsClass(config=config)
        self.assertEqual(connections.coaddExposures.name, "dcrCoadd")
        self.assertIn("subfilter", connections.coaddExposures.dimensions)
        self.assertIn("visitInfo", connections.inputs)

    def testOtherWaysToCopyPatchesAreRefused(self):
        for name, wrong, wanted in (("psf", "first", "patches"), ("overlapPolicy", "last", "keepValid")):
            config = MakeWarpedTemplateConfig()
            setattr(config.getTemplate, name, wrong)
            with self.assertRaisesRegex(FieldValidationError, f"must be '{wanted}', not '{wrong}'"):
                config.validate()


class GoldenRepositoryTestCase(lsst.utils.tests.TestCase):
    """Templates from the repository that the full stack wrote are those of
    its ``GetTemplateTask``, where that one does not average.
    """

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.repo, _ = unpackGolden(folder.name)
        cls.expected = unpackWarped(folder.name)

    def pipetask(self, output, *options, where=""):
        words = [
            shutil.which("pipetask", path=SEARCH_PATH),
            *("run", "-b", self.repo, "-i", "golden/inputs", "-o", output, "-p", PIPELINE),
            *("-d", f"instrument = 'GoldenCam' AND skymap = 'gold_sky'{where}"),
            *("--register-dataset-types", *options),
        ]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=600)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return Butler.from_config(self.repo, collections=output)

    def testPipetaskMakesTheStacksTemplates(self):
        # As the stack's were made; with 10,000 positions they differ by up to
        # 0.004 of the noise.
        butler = self.pipetask("warped", "-c", "makeWarpedTemplate:warp.cacheSize=100000")
        words = [sys.executable, "-W", "ignore", DATA / "check_warped.py", self.repo, self.expected, "warped"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=600)
        self.assertEqual(done.stdout.strip(), "0 disagreements in 7 templates", done.stderr)
        rows = json.loads((self.expected / "expected.json").read_text())["templates"]
        row = next(row for row in rows if (row["visit"], row["detector"]) == (100, 0))
        dataId = {"instrument": "GoldenCam", "visit": 100, "detector": 0}
        template = butler.get("deepDiff_templateExp", dataId)
        inputs = template.getInfo().getCoaddInputs().ccds
        patches = set(zip(inputs["tract"].tolist(), inputs["patch"].tolist()))
        self.assertEqual(patches, set(map(tuple, row["inputs"])))
        provenance = TemplateProvenance.read(template.getMetadata())
        self.assertEqual(provenance.tract, 0)
        self.assertEqual(provenance.datasetType, "deepCoadd")
        self.assertEqual(provenance.patchesMissing, (7,))
        self.assertEqual(len(provenance.datasetIds), len(provenance.patchesUsed))

    def testDcrCoadds(self):
        butler = self.pipetask(
            "warpedDcr",
            *("-c", "parameters:coaddName=dcr", "-c", "makeWarpedTemplate:getTemplate.coaddName=dcr"),
            *("-c", "makeWarpedTemplate:getTemplate.effectiveWavelength=476.31"),
            *("-c", "makeWarpedTemplate:getTemplate.bandwidth=147.0"),
            where=" AND visit = 100 AND detector = 0",
        )
        dataId = {"instrument": "GoldenCam", "visit": 100, "detector": 0}
        template = butler.get("dcrDiff_templateExp", dataId)
        direct = self.pipetask("warpedDeep", where=" AND visit = 100 AND detector = 0").get(
            "deepDiff_templateExp", dataId
        )
        # The scenes are of the same stars: a template of the slices has them
        # where that of the whole band has them.
        common = np.isfinite(template.image.array) & np.isfinite(direct.image.array)
        self.assertGreater(common.mean(), 0.9)
        images = [exposure.image.array[common] for exposure in (template, direct)]
        self.assertGreater(np.corrcoef(*images)[0, 1], 0.5)

    def testOneWarningTellsWhichCoaddsAreMissing(self):
        pipeline = Pipeline.from_uri(str(PIPELINE))
        pipeline.addConfigOverride("parameters", "coaddName", "other")
        builder = AllDimensionsQuantumGraphBuilder(
            pipeline.to_graph(),
            Butler.from_config(self.repo),
            input_collections=["golden/inputs"],
            output_run="none",
            where="instrument = 'GoldenCam' AND skymap = 'gold_sky'",
        )
        with self.assertLogs("lsst.ip.template", logging.WARNING) as logged:
            self.assertEqual(len(builder.build(attach_datastore_records=False)), 0)
        (message,) = logged.output
        self.assertIn("otherCoadd", message)

    def testPipelineBuilds(self):
        self.assertEqual(list(Pipeline.from_uri(str(PIPELINE)).to_graph().tasks), ["makeWarpedTemplate"])


class RunTestCase(lsst.utils.tests.TestCase):
    """Templates made in memory."""

    def setUp(self):
        self.skyMap = makeSkyMap()
        self.tract = self.skyMap[0]
        self.handles = {
            patch: InMemoryDatasetHandle(
                makeCoadd(self.tract, patch), storageClass="ExposureF", tract=0, patch=patch, band="r"
            )
            for patch in range(len(self.tract))
        }
        self.exposure = self.placeExposure(75, 75)
        self.task = self.makeTask()

    def makeTask(self, **config):
        task = MakeWarpedTemplateTask(config=MakeWarpedTemplateConfig(templateBorderSize=4, **config))
        task.log.setLevel("ERROR")
        task.getTemplate.log.setLevel("ERROR")
        return task

    def placeExposure(self, x, y, **kwargs):
        return makeExposure(self.tract.getWcs().pixelToSky(geom.Point2D(x, y)), rotation=20.0, **kwargs)

    def getExposures(self):
        return self.task.getExposures(
            self.handles.values(), self.exposure.getBBox(), self.skyMap, self.exposure.getWcs()
        )

    def run_(self, task=None, **kwargs):
        found = self.getExposures()
        arguments = {
            "coaddExposureHandles": found.coaddExposures,
            "bbox": self.exposure.getBBox(),
            "wcs": self.exposure.getWcs(),
            "dataIds": found.dataIds,
            "physical_filter": "r_physical",
        }
        return (task or self.task).run(**{**arguments, **kwargs}).template

    def testComponents(self):
        template = self.run_(visit=42)
        self.assertEqual(template.getBBox(), self.exposure.getBBox().dilatedBy(4))
        self.assertEqual(template.getWcs(), self.exposure.getWcs())
        self.assertEqual(template.getFilter().bandLabel, "r")
        self.assertEqual(template.getFilter().physicalLabel, "r_physical")
        self.assertEqual(template.getPhotoCalib(), PhotoCalib(2.0))
        self.assertEqual(template.getInfo().getVisitInfo().getId(), 42)
        self.assertIsNone(self.run_().getInfo().getVisitInfo())

    def testCallersBoxIsNotModified(self):
        bbox = self.exposure.getBBox()
        self.run_(bbox=bbox)
        self.assertEqual(bbox, self.exposure.getBBox())

    def testSkymapMakesNoDifferenceToPixels(self):
        one, other = self.run_(), self.run_(skyMap=self.skyMap)
        for plane in ("image", "mask", "variance"):
            np.testing.assert_array_equal(getattr(one, plane).array, getattr(other, plane).array)

    def testPatchesWithoutCoaddAreInTheHeader(self):
        found = self.getExposures()
        missing = found.dataIds[0][-1]["patch"]
        del self.handles[missing]
        provenance = TemplateProvenance.read(self.run_(skyMap=self.skyMap).getMetadata())
        self.assertEqual(provenance.patchesMissing, (missing,))

    def testPsfIsThatOfThePatchInSciencePixels(self):
        template = self.run_()
        psf, wcs = template.getPsf(), template.getWcs()
        inputs = template.getInfo().getCoaddInputs().ccds
        for point in map(geom.Point2D, [(5, 5), (30, 20), (55, 35), (5, 35)]):
            inTract = self.tract.getWcs().skyToPixel(wcs.pixelToSky(point))
            (patch,) = {record["patch"] for record in inputs if record.getValidPolygon().contains(inTract)}
            self.assertAlmostEqual(
                psf.computeShape(point).getDeterminantRadius(), 2 + 0.01 * patch, delta=0.02
            )

    def testTypicalPositionHasAPsf(self):
        psf = self.run_().getPsf()
        psf.computeKernelImage(psf.getAveragePosition())

    def testFileKeepsPsfAndInputs(self):
        template = self.run_()
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder) / "template.fits")
            template.writeFits(path)
            again = ExposureF(path)
        point = geom.Point2D(30, 20)
        np.testing.assert_array_equal(
            again.getPsf().computeKernelImage(point).array, template.getPsf().computeKernelImage(point).array
        )
        self.assertEqual(
            again.getInfo().getCoaddInputs().ccds["patch"].tolist(),
            template.getInfo().getCoaddInputs().ccds["patch"].tolist(),
        )

    def testNoWork(self):
        bbox, wcs, handles = self.exposure.getBBox(), self.exposure.getWcs(), self.handles.values()
        with self.assertRaisesRegex(NoWorkFound, "no WCS"):
            self.task.getExposures(handles, bbox, self.skyMap, None)
        with self.assertRaisesRegex(NoWorkFound, "No coadd lies under"):
            self.task.getExposures([], bbox, self.skyMap, wcs)
        elsewhere = makeExposure(self.tract.getCtrCoord().offset(0 * geom.degrees, 1 * geom.degrees))
        with self.assertRaisesRegex(NoWorkFound, "No coadd lies under"):
            self.task.getExposures(handles, elsewhere.getBBox(), self.skyMap, elsewhere.getWcs())
        with self.assertRaises(NoWorkFound):
            self.run_(coaddExposureHandles={}, dataIds={})
        for handle in handles:
            handle.inMemoryDataset.image.array[:] = np.nan
        with self.assertRaisesRegex(NoWorkFound, "No coadd has pixels"):
            self.run_()

    def testSeveralBandsAreRefused(self):
        found = self.getExposures()
        dataIds = [{"patch": dataId["patch"], "band": "r"} for dataId in found.dataIds[0]]
        dataIds[-1]["band"] = "i"
        with self.assertRaisesRegex(RuntimeError, r"several bands: \['i', 'r'\]"):
            self.run_(dataIds={0: dataIds})

    def testDcrNeedsTheSkymap(self):
        config = MakeWarpedTemplateConfig()
        config.connections.coaddName = config.getTemplate.coaddName = "dcr"
        config.getTemplate.effectiveWavelength, config.getTemplate.bandwidth = 623.0, 169.0
        with self.assertRaisesRegex(ValueError, "skyMap is required"):
            self.run_(MakeWarpedTemplateTask(config=config))

    def testVaryingCalibrationIsRefused(self):
        for handle in self.handles.values():
            field = ChebyshevBoundedField(self.tract.getBBox(), np.array([[1.0, 0.1], [0.1, 0.0]]))
            handle.inMemoryDataset.setPhotoCalib(PhotoCalib(2.0, 0.0, field, False))
        with self.assertRaisesRegex(RuntimeError, "varies, which it cannot do in another"):
            self.run_()
        config = MakeWarpedTemplateConfig()
        config.getTemplate.calibrationMismatch = "rescale"
        self.assertEqual(
            self.run_(self.makeTask(getTemplate=config.getTemplate)).getPhotoCalib(), PhotoCalib(2.0)
        )


def setup_module(module):
    lsst.utils.tests.init()


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
