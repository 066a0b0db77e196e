# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import asyncio
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import lsst.utils.tests

ROOT = pathlib.Path(__file__).parents[1]
NOTEBOOK = ROOT / "doc" / "lsst.ip.template" / "getCoaddAsTemplate.ipynb"
NOTEBOOKS = sorted(NOTEBOOK.parent.glob("*.ipynb"))
MISSING = [name for name in ("ipykernel", "nbclient", "nbformat") if importlib.util.find_spec(name) is None]
"""What it takes to run a notebook, and is not installed."""


@unittest.skipIf(MISSING, f"Not installed: {', '.join(MISSING)}.")
class NotebookTestCase(lsst.utils.tests.TestCase):
    """The notebook runs on what the demo makes, and shows what its text
    says.
    """

    @classmethod
    def setUpClass(cls):
        import nbformat
        from nbclient import NotebookClient

        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        done = subprocess.run(
            [sys.executable, str(ROOT / "examples" / "demo.py"), temporary.name],
            capture_output=True,
            text=True,
            timeout=600,
        )
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        cls.notebook = nbformat.read(NOTEBOOK, as_version=4)
        client = NotebookClient(cls.notebook, timeout=300, kernel_name="python3")
        environment = {
            **os.environ,
            "IP_TEMPLATE_DEMO": os.path.join(temporary.name, "repo"),
            "JUPYTER_RUNTIME_DIR": temporary.name,
        }
        asyncio.run(client.async_execute(env=environment, cwd=temporary.name))

    def outputs(self, code):
        """Return the outputs of the one cell that has some code."""
        (cell,) = [cell for cell in self.notebook.cells if cell.cell_type == "code" and code in cell.source]
        return cell.outputs

    def printed(self, code):
        """Return what that cell printed."""
        return "".join(output.text for output in self.outputs(code) if output.get("name") == "stdout")

    def testOneFigureForEachPicture(self):
        for code in (
            "plotTemplate(template",
            "plt.subplots",
            "gaussian_filter(warped",
            "plotTemplate(myTemplate",
        ):
            with self.subTest(cell=code):
                pictures = [output for output in self.outputs(code) if "image/png" in output.get("data", {})]
                self.assertEqual(len(pictures), 1)

    def testPipelineMadeTheSameTemplate(self):
        self.assertEqual(
            self.printed("stored = butler.get").split("\n"),
            ["True", "image True", "mask True", "variance True", ""],
        )

    def testDifferenceIsTheNewStarAndNoise(self):
        printed = self.printed("gaussian_filter(warped")
        self.assertRegex(printed, r"noise of the difference: 1\.0[01] ")
        x, y, significance = map(int, re.search(r"\((\d+), (\d+)\), (\d+) times", printed).groups())
        self.assertLess(abs(x - 480) + abs(y - 610), 4)
        self.assertGreater(significance, 10)

    def testKeepValidFillsTheEmptyPartOfAPatch(self):
        last, keepValid = (int(line.split()[1]) for line in self.printed("for policy in").splitlines())
        self.assertGreater(keepValid, last)

    def testWiderBorderMakesALargerTemplate(self):
        self.assertRegex(self.printed("config.templateBorderSize = 200"), r"^\((\d+), \d+\) -> \((?!\1)\d+, ")


class NotebookFileTestCase(lsst.utils.tests.TestCase):
    """The file as it is kept."""

    def testNoOutputsAreStored(self):
        self.assertGreater(len(NOTEBOOKS), 1)
        for notebook in NOTEBOOKS:
            for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
                if cell["cell_type"] == "code":
                    self.assertEqual((cell["outputs"], cell["execution_count"]), ([], None), notebook.name)

    @unittest.skipIf("nbformat" in MISSING, "nbformat is not installed.")
    def testFileIsValid(self):
        import nbformat

        for notebook in NOTEBOOKS:
            nbformat.validate(nbformat.read(notebook, as_version=4))


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
