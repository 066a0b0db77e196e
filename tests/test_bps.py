# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import lsst.utils.tests
from lsst.daf.butler import Butler

try:
    from lsst.ctrl.bps import BpsConfig
except ModuleNotFoundError as err:
    raise unittest.SkipTest("lsst.ctrl.bps is not there.") from err

from smallRepo import DATA_QUERY, INPUTS, makeSmallRepo

BPS = pathlib.Path(__file__).parents[1] / "bps"
SEARCH_PATH = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])


class ParslTestCase(lsst.utils.tests.TestCase):
    """The submit file for one machine, used as its first lines say."""

    NUM_VISITS = 3
    NUM_DETECTORS = 8

    @classmethod
    def setUpClass(cls):
        temporary, scratch = tempfile.TemporaryDirectory(), tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        cls.repo = cls.folder / "repo"
        makeSmallRepo(Butler.makeRepo(cls.repo), cls.NUM_VISITS, cls.NUM_DETECTORS)
        # Neither the stack's variables nor anything but the PATH may be
        # needed to find the commands.
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_DIR")}
        cls.done = subprocess.run(
            [
                *(shutil.which("bps", path=SEARCH_PATH), "submit", str(BPS / "parsl.yaml")),
                *("-b", str(cls.repo), "-i", INPUTS, "-o", "templates", "-d", DATA_QUERY),
            ],
            cwd=cls.folder,
            # Parsl ends its workers before they can tidy up.
            env={**environment, "PATH": SEARCH_PATH, "PWD": str(cls.folder), "TMPDIR": scratch.name},
            capture_output=True,
            text=True,
            timeout=600,
        )

    def testSubmissionMakesAllTemplates(self):
        self.assertEqual(self.done.returncode, 0, self.done.stdout + self.done.stderr)
        butler = Butler.from_config(self.repo, collections="templates")
        refs = butler.query_datasets("deepDiff_templateCoadd")
        self.assertEqual(len(refs), self.NUM_VISITS * self.NUM_DETECTORS)
        for ref in refs[::7]:
            metadata = butler.get("makeCoaddTemplate_metadata", ref.dataId, skymap="small_sky")
            template = butler.get(ref)
            noData = template.mask.array & template.mask.getPlaneBitMask("NO_DATA")
            self.assertEqual(
                int((noData == 0).sum()), metadata["makeCoaddTemplate:getTemplate"]["goodPixels"]
            )

    def testOneJobMakesOneVisit(self):
        logs = sorted(self.folder.glob("submit/templates/*/logs/visitTemplates/*/*.stderr"))
        self.assertEqual([log.stem for log in logs], [f"visitTemplates_{visit}" for visit in (1, 2, 3)])
        for log in logs:
            self.assertIn(f"Executed {self.NUM_DETECTORS} quanta successfully", log.read_text())

    def testNothingIsLeftBesideTheSubmitFolder(self):
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["repo", "submit"])


class SubmitFilesTestCase(lsst.utils.tests.TestCase):
    """What the submit files for all engines have in common."""

    def load(self, text):
        """Load a submit file without its engine's plugin, which only its
        site has.
        """
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(BPS / "coaddTemplate.yaml", folder)
            lines = [line for line in text.splitlines() if "resource://lsst.ctrl.bps.panda" not in line]
            submit = pathlib.Path(folder, "submit.yaml")
            submit.write_text("\n".join(lines))
            return BpsConfig(str(submit))

    def testEveryEngineRunsTheSameJobs(self):
        for name, service in (
            ("parsl.yaml", "lsst.ctrl.bps.parsl.ParslService"),
            ("htcondor.yaml", "lsst.ctrl.bps.htcondor.HTCondorService"),
            ("panda.yaml", "lsst.ctrl.bps.panda.PanDAService"),
        ):
            with self.subTest(file=name):
                config = self.load((BPS / name).read_text())
                self.assertEqual(config["wmsServiceClass"], service)
                self.assertIn("makeCoaddTemplate", config[".cluster.visitTemplates.pipetasks"])
                self.assertEqual(config[".cluster.visitTemplates.dimensions"], "visit")

    def testCommandsNeedNoVariablesOfTheStack(self):
        config = self.load((BPS / "parsl.yaml").read_text())
        raw = {"opt": {"expandEnvVars": False, "replaceVars": False}}
        for name in (
            "createQuantumGraph",
            "runQuantumCommand",
            "updateQuantumGraph",
            ".pipetask.pipetaskInit.runQuantumCommand",
            ".finalJob.command1",
        ):
            with self.subTest(command=name):
                found, command = config.search(name, **raw)
                self.assertTrue(found)
                self.assertRegex(command, r"^/usr/bin/env (pipetask|butler) ")
                self.assertNotIn("$", command)


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
