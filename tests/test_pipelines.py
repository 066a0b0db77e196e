# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

import yaml

import lsst.utils.tests
from lsst.ip.template import MakeCoaddTemplateConfig
from lsst.pipe.base import Pipeline

ROOT = pathlib.Path(__file__).parents[1]
PIPELINES = ROOT / "pipelines"
MAKE = PIPELINES / "MakeCoaddTemplate.yaml"
DIFFERENCE = PIPELINES / "ImageDifference.yaml"
INSPECT = PIPELINES / "InspectCoaddTemplate.yaml"

THEIRS = """description: Stands for the ingredient of ap_pipe and drp_pipe, with their label.
tasks:
  buildTemplate:
    class: lsst.ip.template.MakeWarpedTemplateTask
    config:
      connections.bbox: preliminary_visit_image.bbox
      connections.wcs: preliminary_visit_image.wcs
      connections.coaddExposures: template_coadd
      connections.template: template_detector
"""


def build(pipeline, *options, cwd=None):
    """Build a pipeline and draw it, as a user does."""
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    pipetask = shutil.which("pipetask", path=path)
    return subprocess.run(
        [pipetask, "build", "-p", str(pipeline), "--show", "pipeline-graph", *options],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
    )


def hasSubtraction():
    """Return whether the tasks that subtract images are installed."""
    try:
        return importlib.util.find_spec("lsst.ip.diffim.subtractImages") is not None
    except ModuleNotFoundError:
        return False


class BuildTestCase(lsst.utils.tests.TestCase):
    """Tests of what `build` gives."""

    def assertDraws(self, done, *words):
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in words:
            self.assertIn(word, done.stdout)

    def assertRefuses(self, done, error, *words):
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(error, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)


class PipelinesTestCase(BuildTestCase):
    """Every pipeline builds."""

    def testEveryPipelineBuildsFromAnyFolder(self):
        preview = ("visit_image:", "template_coadd:", "template_unresampled:")
        datasetTypes = {"DP1.yaml": preview, "DP2.yaml": preview, "MakeDcrTemplate.yaml": ("dcrCoadd:",)}
        pipelines = sorted(path for path in PIPELINES.rglob("*.yaml") if path != DIFFERENCE)
        self.assertGreater(len(pipelines), 5)
        with tempfile.TemporaryDirectory() as folder:
            for pipeline in pipelines:
                with self.subTest(pipeline=pipeline.name):
                    words = datasetTypes.get(pipeline.name, ("ExposureF",))
                    self.assertDraws(build(pipeline, cwd=folder), "skyMap", "■", *words)

    def testPipelinesAreFoundByThePackageName(self):
        done = build("resource://lsst.ip.template/pipelines/MakeCoaddTemplate.yaml", cwd="/")
        self.assertDraws(done, "deepDiff_templateCoadd: {detector, visit} ExposureF")

    def testOneSettingChangesTheKindOfCoaddForAllTasks(self):
        done = build(INSPECT, "-c", "parameters:coaddName=goodSeeing")
        self.assertDraws(
            done,
            "goodSeeingCoadd:",
            "goodSeeingDiff_templateCoadd:",
            "goodSeeingDiff_templateCoadd_plot:",
            "goodSeeingDiff_templateSummary:",
        )
        self.assertNotIn("deep", done.stdout)

    def testParametersSetWhatPipUsersHaveNoFilesFor(self):
        settings = {"overlapPolicy": "keepValid", "calibrationMismatch": "rescale", "psf": "first"}
        for name, value in settings.items():
            with self.subTest(parameter=name):
                done = build(
                    "resource://lsst.ip.template/pipelines/MakeCoaddTemplate.yaml",
                    *("-c", f"parameters:{name}={value}"),
                    *("--show", f"config=makeCoaddTemplate::getTemplate.{name}"),
                    cwd="/",
                )
                self.assertDraws(done, f"config.getTemplate.{name}={value!r}")

    def testParametersOfThePipelineAreTheDefaults(self):
        config, default = MakeCoaddTemplateConfig(), Pipeline.from_uri(str(MAKE)).to_graph()
        self.assertEqual(default.tasks["makeCoaddTemplate"].config.toDict(), config.toDict())

    def testTasksCanBeLeftOut(self):
        done = build(INSPECT, "--delete", "plotCoaddTemplate", "--delete", "summarizeCoaddTemplates")
        self.assertDraws(done, "makeCoaddTemplate:")
        self.assertNotIn("plotCoaddTemplate", done.stdout)

    def testIngredientStandsNextToOnesOwnTasks(self):
        with tempfile.TemporaryDirectory() as folder:
            mine = pathlib.Path(folder, "Mine.yaml")
            mine.write_text(
                "description: Mine.\n"
                "imports:\n"
                "  - location: resource://lsst.ip.template/pipelines/_ingredients/ApTemplate.yaml\n"
                "tasks:\n"
                "  makeCoaddTemplate:\n"
                "    class: lsst.ip.template.MakeCoaddTemplateTask\n"
                "    config:\n"
                "      connections.coaddExposures: myCoadd\n"
                "  plotCoaddTemplate:\n"
                "    class: lsst.ip.template.plotCoaddTemplate.PlotCoaddTemplateTask\n"
                "    config:\n"
                "      connections.template: template_unresampled\n"
                "      connections.bbox: preliminary_visit_image.bbox\n"
                "      connections.wcs: preliminary_visit_image.wcs\n"
            )
            done = build(mine)
            self.assertDraws(done, "myCoadd:", "preliminary_visit_image:", "plotCoaddTemplate:")
            self.assertNotIn("calexp", done.stdout)
            self.assertDraws(build(f"{mine}#unresampledTemplates"), "makeCoaddTemplate:")


class ImageDifferenceTestCase(BuildTestCase):
    """The pipeline with tasks of the full stack."""

    DATASETS = ("deepDiff_templateExp:", "deepCoadd:", "calexp:")

    @unittest.skipUnless(hasSubtraction(), "ip_diffim is not installed.")
    def testWholeGraph(self):
        self.assertDraws(build(DIFFERENCE), *self.DATASETS, "deepDiff_differenceTempExp:", "src:")

    def testOurPart(self):
        done = build(DIFFERENCE, "--delete", "subtractImages", "--delete", "detectAndMeasure")
        self.assertDraws(done, "makeWarpedTemplate:", *self.DATASETS)

    def testItsTasks(self):
        pipeline = Pipeline.from_uri(str(DIFFERENCE))
        self.assertEqual(pipeline.task_labels, {"makeWarpedTemplate", "subtractImages", "detectAndMeasure"})
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "whole.yaml")
            pipeline.write_to_uri(str(path))
            tasks = yaml.safe_load(path.read_text())["tasks"]
        self.assertEqual(
            {label: task["class"] for label, task in tasks.items()},
            {
                "makeWarpedTemplate": "lsst.ip.template.MakeWarpedTemplateTask",
                "subtractImages": "lsst.ip.diffim.subtractImages.AlardLuptonSubtractTask",
                "detectAndMeasure": "lsst.ip.diffim.detectAndMeasure.DetectAndMeasureTask",
            },
        )

    def testAnothersPipelineWithTheClassChanged(self):
        with tempfile.TemporaryDirectory() as folder:
            theirs = pathlib.Path(folder, "Theirs.yaml")
            theirs.write_text(THEIRS)
            self.assertDraws(build(theirs), "template_coadd:", "template_detector:", "buildTemplate:")

    def testLinesOfThePageReplaceTheTaskOfAnothersPipeline(self):
        """With another label there would be two tasks that make its output."""
        page = (ROOT / "doc" / "lsst.ip.template" / "in-place-of-get-template.rst").read_text()
        lines = textwrap.dedent(re.search(r"(?m)^   imports:\n(?:   .*\n|\n)+", page).group(0))
        with tempfile.TemporaryDirectory() as folder:
            theirs, mine = pathlib.Path(folder, "Theirs.yaml"), pathlib.Path(folder, "Mine.yaml")
            theirs.write_text(THEIRS)
            mine.write_text("description: Mine.\n" + re.sub(r"location: .*", f"location: {theirs}", lines))
            self.assertEqual(set(Pipeline.from_uri(str(mine)).task_labels), {"buildTemplate"})
            self.assertDraws(build(mine), "template_coadd:", "template_detector:", "buildTemplate:")


class InconsistentOverridesTestCase(BuildTestCase):
    """Overrides that contradict each other are caught before anything is
    run, with what to set.
    """

    def testKindOfCoaddInOnePlaceOnly(self):
        self.assertRefuses(
            build(MAKE, "-c", "makeCoaddTemplate:getTemplate.coaddName=goodSeeing"),
            "FieldValidationError",
            "set connections.coaddName to 'goodSeeing'",
        )

    def testKindOfWarpInOnePlaceOnly(self):
        self.assertRefuses(
            build(MAKE, "-c", "makeCoaddTemplate:connections.warpTypeSuffix=PsfMatched"),
            "FieldValidationError",
            "set connections.warpTypeSuffix to ''",
        )

    def testDcrWithoutWavelengths(self):
        self.assertRefuses(
            build(MAKE, "-c", "parameters:coaddName=dcr"),
            "FieldValidationError",
            "coaddName 'dcr' requires effectiveWavelength",
        )

    def testPictureOfAnotherTemplate(self):
        self.assertRefuses(
            build(INSPECT, "-c", "makeCoaddTemplate:connections.template=mine"),
            "ContractError",
            "set the same connections.coaddName, connections.warpTypeSuffix",
        )

    def testTableOfAnotherTemplate(self):
        self.assertRefuses(
            build(INSPECT, "-c", "summarizeCoaddTemplates:connections.coaddName=goodSeeing"),
            "ContractError",
            "set parameters:coaddName",
        )


class ConfigFilesTestCase(lsst.utils.tests.TestCase):
    """The override files do what they are named for."""

    def load(self, name):
        config = MakeCoaddTemplateConfig()
        config.load(str(ROOT / "config" / name))
        config.validate()
        return config

    def testEveryFileLoadsAndIsConsistent(self):
        files = sorted((ROOT / "config").glob("*.py"))
        self.assertGreater(len(files), 5)
        for file in files:
            with self.subTest(file=file.name):
                self.assertNotEqual(self.load(file.name).toDict(), MakeCoaddTemplateConfig().toDict())

    def testCoaddsRead(self):
        for name, datasetType in (
            ("goodSeeing.py", "goodSeeingCoadd"),
            ("psfMatched.py", "deepCoaddPsfMatched"),
        ):
            with self.subTest(file=name):
                config = self.load(name)
                connections = config.connections.ConnectionsClass(config=config)
                self.assertEqual(connections.coaddExposures.name, datasetType)

    def testPolicies(self):
        self.assertEqual(self.load("keepValid.py").getTemplate.overlapPolicy, "keepValid")
        self.assertEqual(self.load("rescale.py").getTemplate.calibrationMismatch, "rescale")
        former = self.load("formerTask.py")
        self.assertEqual(former.getTemplate.calibrationMismatch, "warn")
        self.assertEqual(former.requiredTemplateFraction, 0.0)

    def testPipetaskLoadsThem(self):
        done = build(
            MAKE,
            *("-C", f"makeCoaddTemplate:{ROOT / 'config' / 'goodSeeing.py'}"),
            *("-C", f"makeCoaddTemplate:{ROOT / 'config' / 'psfMatched.py'}"),
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("goodSeeingCoaddPsfMatched:", done.stdout)


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
