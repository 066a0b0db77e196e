# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import ast
import contextlib
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest
from dataclasses import dataclass

import matplotlib
import numpy as np
import yaml
from astropy.io import fits

import lsst.geom as geom
import lsst.utils.tests
from lsst.daf.butler import Butler, CollectionType
from lsst.ip.template import (
    GetCoaddAsTemplateConfig,
    MakeCoaddTemplateConfig,
    MakeWarpedTemplateConfig,
)
from lsst.ip.template.plotCoaddTemplate import PlotCoaddTemplateConfig
from lsst.ip.template.templateProvenance import TemplateProvenance
from lsst.pipe.base import PipelineTaskConnections

matplotlib.use("Agg")

from smallRepo import makeSmallRepo  # noqa: E402

ROOT = pathlib.Path(__file__).parents[1]
DOC = ROOT / "doc"
PAGES = sorted((DOC / "lsst.ip.template").rglob("*.rst"))
PAGES = [page for page in PAGES if "py-api" not in page.parts]
START = [ROOT / "README.md", DOC / "index.rst"]
TEXTS = [*START, ROOT / "CONTRIBUTING.md", ROOT / "CHANGES.md", *sorted(ROOT.glob("*/README.md")), *PAGES]

SEARCH_PATH = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])

OPTIONAL = ("reproject",)
"""Packages that a page shows, and that may not be installed."""


@dataclass(frozen=True)
class CodeBlock:
    """A piece of code in a text."""

    language: str
    """What it is written in."""

    code: str
    """The code."""

    isRun: bool
    """Whether it can be run: no comment before it says "not run"."""


def findBlocks(path):
    """Find the code blocks of a page or a README."""
    text = path.read_text()
    if path.suffix == ".md":
        blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
        return [CodeBlock(language, code, True) for language, code in blocks]
    pattern = (
        r"(?m)^(?P<comment> *\.\. not run[^\n]*\n\n)?"
        r"(?P<indent> *)\.\. code-block:: (?P<language>\w+)\n\n(?P<code>(?:(?P=indent)   .*\n|\n)+)"
    )
    return [
        CodeBlock(match["language"], textwrap.dedent(match["code"]), match["comment"] is None)
        for match in re.finditer(pattern, text)
    ]


class PagesTestCase(lsst.utils.tests.TestCase):
    """What the pages say is so."""

    def read(self, task):
        return (DOC / "lsst.ip.template" / "tasks" / f"lsst.ip.template.{task}.rst").read_text()

    def testEveryFileThatIsNamedIsThere(self):
        name = re.compile(r"(?<![\w/])(?:pipelines|config|bps|examples|tests)/[\w/]+\.(?:yaml|py)")
        named = {match for page in PAGES for match in name.findall(page.read_text())}
        self.assertGreater(len(named), 8)
        for name in sorted(named):
            with self.subTest(file=name):
                self.assertTrue((ROOT / name).is_file())

    def testEveryTaskPageListsItsFields(self):
        pages = sorted((DOC / "lsst.ip.template" / "tasks").glob("*.rst"))
        self.assertGreater(len(pages), 4)
        for page in pages:
            with self.subTest(page=page.name):
                named = re.findall(r"(?m)^\.\. lsst-task-config-fields:: (\S+)$", page.read_text())
                self.assertEqual([name.split(".")[-1] for name in named], [page.stem.split(".")[-1]])

    def testLinesEndAtColumn100(self):
        for path in TEXTS:
            if path.parent.name == "lite":
                continue
            for number, line in enumerate(path.read_text().split("\n"), start=1):
                if not line.startswith("| "):
                    with self.subTest(file=path.name, line=number):
                        self.assertLessEqual(len(line), 100)

    def testLinksOfReadmesArePresent(self):
        for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
            text = path.read_text()
            for target in re.findall(r"\]\(([^)]*)\)", text) + re.findall(r'src="([^"]*)"', text):
                if not target.startswith("https://"):
                    with self.subTest(file=path.name, target=target):
                        self.assertTrue((path.parent / target).is_file())

    def testEveryHeaderCardIsExplained(self):
        from lsst.daf.base import PropertyList

        metadata = PropertyList()
        TemplateProvenance(
            tract=1,
            psfPatch=1,
            filterPatch=1,
            photoCalibPatch=1,
            overlapPolicy="last",
            datasetIds=("0",),
            packageVersion="1",
        ).write(metadata)
        text = self.read("MakeCoaddTemplateTask")
        self.assertGreater(len(metadata.names()), 9)
        for name in metadata.names():
            with self.subTest(card=name):
                self.assertIn(f"``{name.removeprefix('LSST TEMPLATE ')}``", text)


class CodeTestCase(lsst.utils.tests.TestCase):
    """The code that texts show can be parsed."""

    def testCodeCanBeParsed(self):
        parsers = {
            "python": ast.parse,
            "yaml": yaml.safe_load,
            "bash": self.parseShell,
            "sh": self.parseShell,
        }
        parsed = 0
        for path in TEXTS:
            for block in findBlocks(path):
                with self.subTest(file=path.name, code=block.code):
                    self.assertIn(block.language, {*parsers, "text", "none"})
                    if block.language in parsers:
                        parsers[block.language](block.code)
                        parsed += 1
        self.assertGreater(parsed, 40)

    def parseShell(self, code):
        """Fail unless a shell can parse some commands."""
        done = subprocess.run(["bash", "-n"], input=code, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def testEveryBlockOfAPageIsFound(self):
        for path in PAGES:
            with self.subTest(page=path.name):
                self.assertEqual(len(findBlocks(path)), path.read_text().count(".. code-block::"))


class RunTestCase(lsst.utils.tests.TestCase):
    """The code that texts show can be run, page by page, on a small repository
    that has the names of the demo's.
    """

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        repo = cls.folder / "demo" / "repo"
        makeSmallRepo(
            Butler.makeRepo(repo),
            1,
            2,
            instrument="DemoCam",
            skymap="demo_rings",
            run="demo/datasets",
            firstVisit=101,
        )
        with Butler.from_config(repo, writeable=True) as butler:
            butler.collections.register("demo/inputs", CollectionType.CHAINED)
            butler.collections.redefine_chain("demo/inputs", ["demo/datasets", "skymaps"])
        for name in ("pipelines", "config"):
            (cls.folder / name).symlink_to(ROOT / name)
        cls.runShell(
            "pipetask run -b demo/repo -i demo/inputs -o demo/templates -p pipelines/MakeCoaddTemplate.yaml "
            """--register-dataset-types -d "instrument = 'DemoCam' AND skymap = 'demo_rings'" """
        )
        with Butler.from_config(repo, collections="demo/inputs") as butler:
            dataId = {"instrument": "DemoCam", "visit": 101, "detector": 1, "skymap": "demo_rings"}
            cls.exposure, cls.skyMap = (butler.get(name, dataId) for name in ("calexp", "skyMap"))
            cls.template = butler.get("deepDiff_templateCoadd", dataId, collections="demo/templates")
        header = fits.Header(cls.exposure.getWcs().getFitsMetadata().toDict())
        fits.writeto(cls.folder / "mine.fits", cls.exposure.image.array, header)

    @classmethod
    def runShell(cls, code):
        """Run some commands."""
        done = subprocess.run(
            ["bash", "-e"],
            input=code,
            cwd=cls.folder,
            env={**os.environ, "PATH": SEARCH_PATH},
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode:
            raise AssertionError(code + done.stdout + done.stderr)

    def runPage(self, path, **names):
        """Run the code of a page and return the names that it defines."""
        # Classes ask for the name of their module.
        names["__name__"] = path.stem
        self.addCleanup(self.close, names)
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(None):
            for block in findBlocks(path):
                with self.subTest(page=path.name, code=block.code):
                    if not block.isRun:
                        continue
                    if block.language == "python":
                        try:
                            exec(compile(block.code, str(path), "exec"), names)
                        except ModuleNotFoundError as err:
                            if err.name not in OPTIONAL:
                                raise
                    elif block.language == "bash" and re.match(
                        r"pipetask build|.*demo/repo", block.code, re.S
                    ):
                        self.runShell(block.code)
        return names

    def close(self, names):
        """Close what the code of a page opened."""
        from matplotlib import pyplot

        pyplot.close("all")
        for value in names.values():
            if isinstance(value, Butler):
                value.close()

    def testPages(self):
        special = {"astropy.rst", "how-to.rst", "lsst.ip.template.MakeCoaddTemplateTask.rst"}
        for path in PAGES:
            if path.name not in special:
                self.runPage(path)

    def testFirstScreens(self):
        for path in START:
            with Butler.from_config(
                self.folder / "demo" / "repo", collections="demo/inputs", skymap="demo_rings"
            ) as butler:
                refs = butler.query_datasets("deepCoadd", instrument="DemoCam", visit=101, detector=1)
                names = self.runPage(
                    path,
                    exposure=self.exposure,
                    skyMap=self.skyMap,
                    handles=[butler.getDeferred(ref) for ref in refs],
                    MyConnections=PipelineTaskConnections,
                )
            self.assertEqual(names["result"].exposure.getBBox(), self.template.getBBox())

    def testTemplateOfTheTask(self):
        path = DOC / "lsst.ip.template" / "tasks" / "lsst.ip.template.MakeCoaddTemplateTask.rst"
        template = self.runPage(path)["template"]
        np.testing.assert_array_equal(template.image.array, self.template.image.array)

    def testHowTo(self):
        names = self.runPage(DOC / "lsst.ip.template" / "how-to.rst")
        self.assertEqual(names["warped"].getBBox(), self.exposure.getBBox().dilatedBy(20))
        self.assertEqual(names["cutout"].getBBox(), names["box"])
        self.assertTrue(np.isfinite(names["cutout"].image.array).all())
        value = names["template"].image.array[30, 40]
        # The pixels of the small repository say which patch they are from.
        self.assertEqual(value // 10000, names["patches"][30, 40])

    def testAstropy(self):
        names = self.runPage(DOC / "lsst.ip.template" / "astropy.rst")
        template = names["template"]
        for x, y in ((0, 0), (20, 10)):
            inTract = geom.Point2D(x + template.getX0(), y + template.getY0())
            sky = template.getWcs().pixelToSky(inTract)
            for wcs in (names["wcs"], names["wcsOfFile"], names["ccd"].wcs, names["data"].wcs):
                there = wcs.pixel_to_world(x, y)
                other = geom.SpherePoint(there.ra.deg, there.dec.deg, geom.degrees)
                self.assertLess(sky.separation(other).asArcseconds(), 1e-6)
        cutout = names["cutout"]
        x, y = map(int, np.round(cutout.to_original_position((0, 0))))
        self.assertEqual(cutout.data[0, 0], names["calibrated"].image.array[y, x])
        np.testing.assert_array_equal(names["image"], template.image.array)
        self.assertAlmostEqual(names["stamp"].array.sum(), 1.0)
        if "reprojected" in names:
            self.assertEqual(names["reprojected"].shape, names["exposure"].image.array.shape)


class ConfigFieldsTestCase(lsst.utils.tests.TestCase):
    """The reference of the configuration."""

    @classmethod
    def setUpClass(cls):
        if importlib.util.find_spec("docutils") is None:
            raise unittest.SkipTest("docutils is not installed.")
        spec = importlib.util.spec_from_file_location("configFields", DOC / "configFields.py")
        cls.module = importlib.util.module_from_spec(spec)
        sys.modules["configFields"] = cls.module
        cls.addClassCleanup(sys.modules.pop, "configFields")
        spec.loader.exec_module(cls.module)

    def testIsCompleteAndHasTheDefaults(self):
        for config in (
            GetCoaddAsTemplateConfig(),
            MakeCoaddTemplateConfig(),
            MakeWarpedTemplateConfig(),
            PlotCoaddTemplateConfig(),
        ):
            described = {field.name: field for field in self.module.describeFields(config)}
            for name in config._fields:
                with self.subTest(config=type(config).__name__, field=name):
                    own = [field for full, field in described.items() if full.split(".")[0] == name]
                    self.assertTrue(own)
                    self.assertTrue(all(field.doc for field in own))
        self.assertEqual(described["dpi"].default, "120")
        self.assertEqual(described["dpi"].kind, "int in [20,inf)")

    def testNamesDefaultsOfASubtaskThatAreNotItsOwn(self):
        described = {field.name: field for field in self.module.describeFields(MakeCoaddTemplateConfig())}
        self.assertEqual(described["getTemplate"].default, "GetCoaddAsTemplateTask")
        self.assertEqual(described["getTemplate.psf"].default, "'patches'")
        self.assertNotIn("getTemplate.warpType", described)

    def testNamesFieldsOfNestedConfigurations(self):
        described = {field.name: field for field in self.module.describeFields(MakeWarpedTemplateConfig())}
        self.assertEqual(described["warp.cacheSize"].default, "10000")
        self.assertIn("'lanczos3'", described["warp.warpingKernelName"].choices)


@unittest.skipIf(importlib.util.find_spec("sphinx_automodapi") is None, "Sphinx is not installed.")
class BuildTestCase(lsst.utils.tests.TestCase):
    """The pages build."""

    def testSphinxHasNothingToWarnAbout(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", DOC, folder],
                capture_output=True,
                text=True,
                timeout=300,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            starts = [pathlib.Path(folder, name) for name in ("index.html", "lsst.ip.template/index.html")]
            index = "".join(start.read_text() for start in starts)
            for page in PAGES:
                with self.subTest(page=page.name):
                    self.assertTrue(page.stem == "index" or f"{page.stem}.html" in index)


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
