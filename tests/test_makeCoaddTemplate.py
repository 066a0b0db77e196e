# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from goldenRepo import DATA, unpackGolden
from imageDifference import ImageDifferenceTask
from scenes import assertSamePixels, makeExposure, makeHandles, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import ExposureFitsReader, FilterLabel
from lsst.daf.butler import Butler
from lsst.ip.template import MakeCoaddTemplateConfig, MakeCoaddTemplateTask
from lsst.ip.template.scienceGeometry import ScienceGeometry
from lsst.pex.config import FieldValidationError
from lsst.pipe.base import NoWorkFound, Pipeline
from lsst.pipe.base.simple_pipeline_executor import SimplePipelineExecutor

ROOT = pathlib.Path(__file__).parents[1]
PIPELINE = ROOT / "pipelines" / "MakeCoaddTemplate.yaml"
SEARCH_PATH = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])


def runProgram(*words):
    """Run a program and return what it printed; fail with all of it."""
    words = [shutil.which(words[0], path=SEARCH_PATH), *map(str, words[1:])]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise AssertionError(f"{' '.join(words)} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


class MakeCoaddTemplateConfigTestCase(lsst.utils.tests.TestCase):
    """What the configuration refuses, and how connections follow it."""

    def connections(self, **kwargs):
        config = MakeCoaddTemplateConfig()
        for name, value in kwargs.items():
            setattr(config.connections, name, value)
        return config.connections.ConnectionsClass(config=config)

    def testDatasetTypeNames(self):
        connections = self.connections(
            coaddName="goodSeeing", warpTypeSuffix="PsfMatched", fakesType="fakes_"
        )
        self.assertEqual(connections.coaddExposures.name, "fakes_goodSeeingCoaddPsfMatched")
        self.assertEqual(connections.template.name, "fakes_goodSeeingDiff_templateCoaddPsfMatched")
        self.assertEqual(connections.wcs.name, "fakes_calexp.wcs")

    def testDefaultIsValid(self):
        MakeCoaddTemplateConfig().validate()

    def testDisagreementIsRefused(self):
        config = MakeCoaddTemplateConfig()
        config.getTemplate.coaddName = "goodSeeing"
        with self.assertRaisesRegex(FieldValidationError, "set connections.coaddName to 'goodSeeing'"):
            config.validate()
        config.connections.coaddName = "goodSeeing"
        config.validate()
        config.getTemplate.warpType = "psfMatched"
        with self.assertRaisesRegex(FieldValidationError, "set connections.warpTypeSuffix to 'PsfMatched'"):
            config.validate()

    def testOtherDatasetTypesAreAllowed(self):
        config = MakeCoaddTemplateConfig()
        config.connections.coaddExposures = "template_coadd"
        config.validate()

    def testPipelineBuilds(self):
        graph = Pipeline.from_uri(str(PIPELINE)).to_graph()
        self.assertEqual(list(graph.tasks), ["makeCoaddTemplate"])


class GoldenRepositoryTestCase(lsst.utils.tests.TestCase):
    """Templates from the repository that the full stack wrote are those
    that the full stack's former task made from it.
    """

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.repo, cls.expected = unpackGolden(folder.name)
        with open(cls.expected / "expected.json") as stream:
            cls.rows = json.load(stream)

    def pipetask(self, output, *options, where=""):
        return runProgram(
            "pipetask",
            *("run", "-b", self.repo, "-i", "golden/inputs", "-o", output, "-p", PIPELINE),
            *("-d", f"instrument = 'GoldenCam' AND skymap = 'gold_sky'{where}"),
            *("--register-dataset-types", *options),
        )

    def check(self, *run):
        """Compare templates with the stack's; return the disagreements."""
        words = [sys.executable, "-W", "ignore", DATA / "check_repo.py", self.repo, self.expected, *run]
        done = subprocess.run(words, capture_output=True, text=True, timeout=600)
        self.assertIn(f"disagreements in {len(self.rows)} templates", done.stdout, done.stderr)
        compared = done.stdout.count(": compared ")
        self.assertEqual(compared, sum(row["outcome"] == "template" for row in self.rows), done.stdout)
        return [line for line in done.stdout.splitlines()[compared:-1] if line.startswith("visit")]

    def testPipetaskMakesTheStacksTemplates(self):
        self.pipetask(
            "templates",
            *("-c", "makeCoaddTemplate:requiredTemplateFraction=0", "-c", "parameters:psf=first"),
        )
        self.assertEqual(self.check("templates"), [])
        butler = Butler.from_config(self.repo, collections="templates")
        for row in self.rows:
            if row["outcome"] != "template":
                continue
            dataId = {"instrument": "GoldenCam", "visit": row["visit"], "detector": row["detector"]}
            with self.subTest(**dataId):
                path = butler.getURI("deepDiff_templateCoadd", dataId).ospath
                label = FilterLabel(band="r", physical="r_gold")
                self.assertEqual(ExposureFitsReader(path).readFilter(), label)
                metadata = butler.get("makeCoaddTemplate_metadata", dataId)["makeCoaddTemplate:getTemplate"]
                self.assertEqual(metadata["tract"], row["tract"])
                self.assertEqual(metadata["goodPixels"], row["good"])
                missing = [patch for patch in row["patches"] if patch not in row["available"]]
                self.assertEqual(metadata.getArray("patchesMissing") if missing else [], missing)

    def testPythonCallMakesTheStacksTemplates(self):
        lines = [line for line in self.check() if "NoWorkFound" not in line]
        self.assertEqual(lines, [])

    def testPoorCoverageIsNoWork(self):
        printed = self.pipetask(
            "choosy",
            *("-c", "makeCoaddTemplate:requiredTemplateFraction=1.0"),
            where=" AND visit = 100 AND detector = 0",
        )
        self.assertIn("requiredTemplateFraction wants 100.0%", printed)
        butler = Butler.from_config(self.repo, collections="choosy")
        self.assertEqual(list(butler.registry.queryDatasets("deepDiff_templateCoadd")), [])

    def testOtherDatasetTypesFromTheCommandLine(self):
        self.pipetask(
            "renamed",
            *("-c", "makeCoaddTemplate:connections.template=myTemplate"),
            where=" AND visit = 100 AND detector = 0",
        )
        butler = Butler.from_config(self.repo, collections="renamed", instrument="GoldenCam")
        self.assertEqual(butler.get("myTemplate", visit=100, detector=0).getBBox().getMinX(), 350)

    def testSubtaskOfAnotherTask(self):
        butler = SimplePipelineExecutor.prep_butler(str(self.repo), ["golden/inputs"], "subtask")
        executor = SimplePipelineExecutor.from_task_class(
            ImageDifferenceTask,
            butler=butler,
            where="instrument='GoldenCam' AND skymap='gold_sky' AND visit=100",
        )
        quanta = executor.run(register_dataset_types=True)
        self.assertEqual(len(quanta), 2)
        for row in (row for row in self.rows if row["visit"] == 100):
            template = executor.butler.get(
                "subtaskTemplate", instrument="GoldenCam", visit=100, detector=row["detector"]
            )
            bbox = template.getBBox()
            corners = [bbox.getMinX(), bbox.getMinY(), bbox.getMaxX(), bbox.getMaxY()]
            self.assertEqual(corners, row["bbox"])
            self.assertEqual(int(np.isnan(template.image.array).sum()), row["nans"])


class QuantumTestCase(lsst.utils.tests.TestCase):
    """The task's other properties."""

    def testScienceGeometryAnswersAsAnExposure(self):
        bbox = geom.Box2I(geom.Point2I(0, 0), geom.Extent2I(3, 4))
        science = ScienceGeometry(bbox=bbox, wcs=None, visitInfo=None)
        self.assertEqual(science.getBBox(), bbox)
        self.assertIsNone(science.getWcs())
        self.assertIsNone(science.getInfo().getVisitInfo())

    def testRunNeedsNoButler(self):
        skyMap = makeSkyMap()
        exposure = makeExposure(skyMap[0].getCtrCoord())
        handles = makeHandles(skyMap[0], range(len(skyMap[0])))
        task = MakeCoaddTemplateTask()
        inputs = {"bbox": exposure.getBBox(), "wcs": exposure.getWcs(), "skyMap": skyMap}
        template = task.run(**inputs, coaddExposures=handles.values()).template
        overlap = task.getTemplate.getOverlapPatchList(exposure, skyMap)
        assertSamePixels(template, task.getTemplate.run(*overlap, handles))
        self.assertEqual(template.getFilter(), handles[0].inMemoryDataset.getFilter())
        template = task.run(**inputs, coaddExposures=handles.values(), physical_filter="r_x").template
        self.assertEqual(template.getFilter(), FilterLabel(band="r", physical="r_x"))
        with self.assertRaises(NoWorkFound):
            task.run(**inputs, coaddExposures=[])

    def testTaskNames(self):
        task = MakeCoaddTemplateTask()
        self.assertEqual(task.getTemplate.getFullName(), "makeCoaddTemplate.getTemplate")


def setup_module(module):
    lsst.utils.tests.init()


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
