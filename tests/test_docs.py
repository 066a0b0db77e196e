# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import importlib.util
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Sequence

import lsst.utils.tests
from lsst.ip.template import (
    GetCoaddAsTemplateConfig,
    MakeCoaddTemplateConfig,
    MakeWarpedTemplateConfig,
)
from lsst.ip.template.plotCoaddTemplate import PlotCoaddTemplateConfig
from lsst.ip.template.templateProvenance import TemplateProvenance

ROOT = pathlib.Path(__file__).parents[1]
DOC = ROOT / "doc"
PAGES = sorted((DOC / "lsst.ip.template").rglob("*.rst"))
PAGES = [page for page in PAGES if "py-api" not in page.parts]


def formatDefault(value):
    """Write the default of a configuration field as the pages do."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(value)
    return f'"{value}"' if isinstance(value, str) else str(value)


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

    def testEveryFieldIsExplainedWithItsDefault(self):
        for task, config, others in (
            ("GetCoaddAsTemplateTask", GetCoaddAsTemplateConfig(), ()),
            ("MakeCoaddTemplateTask", MakeCoaddTemplateConfig(), ("getTemplate",)),
            ("MakeWarpedTemplateTask", MakeWarpedTemplateConfig(), ("getTemplate", "warp", "coaddPsf")),
            ("PlotCoaddTemplateTask", PlotCoaddTemplateConfig(), ()),
        ):
            text = self.read(task)
            for name in re.findall(r"^``(\w+)`` \(", text, re.MULTILINE):
                with self.subTest(task=task, explained=name):
                    self.assertIn(name, config._fields)
            inherited = {"saveLogOutput", "saveMetadata", "connections"}
            for name in set(config._fields) - inherited:
                with self.subTest(task=task, field=name):
                    self.assertIn(f"``{name}``", text)
                    value = getattr(config, name)
                    if name not in others and value is not None:
                        self.assertIn(f"``{name}`` ({formatDefault(value)}", text)

    def testEveryHeaderCardIsExplained(self):
        from lsst.daf.base import PropertyList

        metadata = PropertyList()
        TemplateProvenance(
            tract=1, datasetIds=("0",), packageVersion="1", configuration={"coaddName": "deep"}
        ).write(metadata)
        text = self.read("MakeCoaddTemplateTask")
        for name in metadata.names():
            with self.subTest(card=name):
                self.assertIn(f"{name.removeprefix('LSST TEMPLATE ')}``", text)


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
