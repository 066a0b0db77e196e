# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import itertools
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unittest

import yaml

import lsst.utils.tests

ROOT = pathlib.Path(__file__).parents[1]
GITHUB = ROOT / ".github"
if not GITHUB.is_dir():
    raise unittest.SkipTest("Not in a checkout.")

WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yaml"))


def findSteps():
    """Give each step of each job of each workflow."""
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text())["jobs"].values():
            yield from job["steps"]


class RepositoryTestCase(lsst.utils.tests.TestCase):
    """What hosts of repositories read is right."""

    @classmethod
    def setUpClass(cls):
        cls.project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    def testEveryFileForTheHostCanBeParsed(self):
        paths = [*GITHUB.rglob("*.y*ml"), ROOT / "CITATION.cff"]
        self.assertGreater(len(paths), 5)
        for path in paths:
            with self.subTest(file=path.name):
                self.assertIsInstance(yaml.safe_load(path.read_text()), dict)

    def testEveryJobHasStepsThatRunOrUseSomething(self):
        steps = list(findSteps())
        self.assertGreater(len(steps), 10)
        for step in steps:
            with self.subTest(step=step):
                self.assertEqual(len({"run", "uses"} & set(step)), 1)
                if "uses" in step:
                    self.assertRegex(step["uses"], r"^[\w-]+/[\w-]+@v\d+$")

    def testWorkflowsMakeTargetsThatThereAre(self):
        [line] = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), flags=re.M)
        made = {step["run"].split()[-1] for step in findSteps() if step.get("run", "").startswith("make ")}
        self.assertEqual(made - set(line.split()), set())
        self.assertLessEqual({"test", "lint", "docs", "dist"}, made)

    def testEveryPythonThatIsPromisedIsTested(self):
        jobs = yaml.safe_load((GITHUB / "workflows" / "ci.yaml").read_text())["jobs"]
        tested = jobs["test"]["strategy"]["matrix"]["python-version"]
        for name in ("pyproject.toml", "lite/pyproject.toml"):
            project = tomllib.loads((ROOT / name).read_text())["project"]
            with self.subTest(file=name):
                promised = re.findall(r"Python :: (3\.\d+)", " ".join(project["classifiers"]))
                self.assertEqual(tested, promised)
                self.assertEqual(project["requires-python"], f">={tested[0]}")

    def testEveryDependencyHasAnOldestVersion(self):
        for name in ("pyproject.toml", "lite/pyproject.toml"):
            project = tomllib.loads((ROOT / name).read_text())["project"]
            extras = project.get("optional-dependencies", {})
            users = [extras[extra] for extra in ("plots", "bps", "images", "remote") if extra in extras]
            for requirement in itertools.chain(project["dependencies"], *users):
                with self.subTest(file=name, requirement=requirement):
                    self.assertRegex(requirement, r"^[\w\[\]-]+ >=\d+\.\d+")

    def testCitationAgreesWithTheProject(self):
        citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
        project = self.project["project"]
        self.assertEqual(citation["authors"], project["authors"])
        self.assertEqual(citation["license"], project["license"])

    def testEveryNewsFragmentIsOfAKnownType(self):
        towncrier = self.project["tool"]["towncrier"]
        folder = ROOT / towncrier["directory"]
        known = [kind["directory"] for kind in towncrier["type"]]
        table = re.findall(r"^\| `(\w+)` \|", (folder / "README.md").read_text(), flags=re.M)
        self.assertEqual(table, known)
        for path in folder.iterdir():
            if path.name != "README.md":
                with self.subTest(fragment=path.name):
                    self.assertRegex(path.name, rf"^(\d+|DM-\d+|\+\w+)\.({'|'.join(known)})\.md$")
        self.assertIn("<!-- towncrier release notes start -->", (ROOT / towncrier["filename"]).read_text())


@unittest.skipIf(shutil.which("make") is None, "make is not installed.")
class MakeTestCase(lsst.utils.tests.TestCase):
    """What "make" says."""

    def testCheckoutThatCannotBeWrittenToIsSaidToBeSo(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("Makefile", "pyproject.toml", "requirements.txt", "lite/pyproject.toml"):
                copy = pathlib.Path(folder, name)
                copy.parent.mkdir(exist_ok=True)
                shutil.copy(ROOT / name, copy)
            # Holds off the superuser, too.
            pathlib.Path(folder, ".venv").write_text("")
            done = subprocess.run(
                ["make", f"PYTHON={sys.executable}", "demo"], cwd=folder, capture_output=True, text=True
            )
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(f"{folder} cannot be written to", done.stderr)
            self.assertNotIn("python3-venv", done.stderr)


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
