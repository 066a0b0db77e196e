# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""lsst-lite never hides a full stack without saying so."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import lsst.geom
import lsst.utils.tests

LITE = pathlib.Path(lsst.geom.__file__).parents[2]

NAMESPACE = "import pkgutil\n\n__path__ = pkgutil.extend_path(__path__, __name__)\n"


def makeStack(folder, *packages):
    """Make packages that stand for those of a full stack.

    Parameters
    ----------
    folder : `pathlib.Path`
        Folder to be put on the path.
    *packages : `str`
        Dotted names; each package has ``origin = "stack"``.
    """
    for package in packages:
        path = folder
        for part in package.split("."):
            path = path / part
            path.mkdir(exist_ok=True)
            init = path / "__init__.py"
            if not init.exists():
                init.write_text(NAMESPACE)
        init.write_text('origin = "stack"\n')


def runPython(code, *path):
    """Run code in a new process.

    Parameters
    ----------
    code : `str`
        Code to run.
    *path : `pathlib.Path`
        Folders that come first on the path, in this order.

    Returns
    -------
    result : `subprocess.CompletedProcess`
        What it wrote.
    """
    inherited = os.environ.get("PYTHONPATH")
    entries = [str(folder) for folder in path] + ([inherited] if inherited else [])
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(entries)},
        capture_output=True,
        text=True,
    )


class NeverInTheWayTestCase(lsst.utils.tests.TestCase):
    """Another lsst.geom and lsst.afw beside lsst-lite."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.stack = pathlib.Path(folder.name)
        makeStack(self.stack, "lsst.geom", "lsst.afw.image", "lsst.afw.table", "lsst.ip.diffim")

    def testStackThatComesFirstIsUsed(self):
        code = (
            "import lsst.geom, lsst.afw.image, lsst.afw.table, lsst.ip.diffim\n"
            "print(lsst.geom.origin, lsst.afw.image.origin, lsst.afw.table.origin, lsst.ip.diffim.origin)"
        )
        result = runPython(code, self.stack, LITE)
        self.assertEqual(result.stdout.split(), ["stack"] * 4, result.stderr)
        self.assertEqual(result.stderr, "")

    def testNoWarningWithoutAnotherStack(self):
        result = runPython("import lsst.geom, lsst.afw.image", LITE)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def testStackThatComesLaterIsNamedInOneWarning(self):
        result = runPython("import lsst.geom, lsst.afw.image, lsst.skymap", LITE, self.stack)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stderr.count("UserWarning"), 1, result.stderr)
        for package in ("geom", "afw/image", "ip/diffim"):
            self.assertIn(os.path.realpath(self.stack / "lsst" / package), result.stderr)

    def testAnyPackageWarns(self):
        for package in ("lsst.afw.geom", "lsst.daf.base", "lsst.pex.exceptions", "lsst.skymap"):
            with self.subTest(package):
                result = runPython(f"import {package}", LITE, self.stack)
                self.assertEqual(result.stderr.count("UserWarning: lsst-lite"), 1, result.stderr)

    def testAnotherCopyOfLiteDoesNotWarn(self):
        makeStack(self.stack, "lsst._lite")
        result = runPython("import lsst.geom, lsst.skymap", LITE, self.stack)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def testOtherLsstPackagesLaterDoNotWarn(self):
        with tempfile.TemporaryDirectory() as folder:
            makeStack(pathlib.Path(folder), "lsst.meas.base")
            result = runPython("import lsst.geom, lsst.meas.base as m; print(m.origin)", LITE, folder)
        self.assertEqual((result.stdout, result.stderr), ("stack\n", ""))


if __name__ == "__main__":
    unittest.main()
