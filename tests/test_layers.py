# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import pathlib
import tempfile
import unittest

from importOrder import findOffences, readLayers

import lsst.utils.tests

ROOT = pathlib.Path(__file__).resolve().parents[1]


class LayersTestCase(lsst.utils.tests.TestCase):
    """The one direction of imports."""

    def testModulesImportOnlyFromBelow(self):
        package = "lsst.ip.template"
        layers = readLayers(ROOT / "doc" / "lsst.ip.template" / "layers.txt", package)
        offences = findOffences(ROOT / "python" / "lsst" / "ip" / "template", package, layers)
        self.assertEqual(offences, [])

    def testEveryModuleHasALayer(self):
        package = "lsst.ip.template"
        layers = readLayers(ROOT / "doc" / "lsst.ip.template" / "layers.txt", package)
        groups = {"edges", "tasks", "making", "descriptions", "inputs"}
        modules = {path.stem for path in (ROOT / "python" / "lsst" / "ip" / "template").glob("*.py")}
        named = {name.removeprefix(f"{package}.") for name in layers} - groups
        self.assertEqual(named, modules - {"version"})

    def testOffencesAreFound(self):
        files = {
            "top.py": "from .bottom import x\nfrom . import other",
            "other.py": "import pkg.top",
            "bottom.py": "import os\n\ndef f():\n    from pkg.top import y",
            "stray.py": "from pkg import bottom",
        }
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            for name, text in files.items():
                (folder / name).write_text(text)
            offences = findOffences(folder, "pkg", {"pkg.top": 0, "pkg.other": 0, "pkg.bottom": 1})
        self.assertEqual(
            sorted(offences)[:3],
            [
                "bottom.py:4 imports pkg.top within a block, not at the top of the file",
                "bottom.py:4 imports pkg.top, which is above it",
                "circle: pkg.top <- pkg.bottom <- pkg.top",
            ],
        )
        self.assertIn("stray.py:1: no layer has pkg.stray", offences)


if __name__ == "__main__":
    unittest.main()
