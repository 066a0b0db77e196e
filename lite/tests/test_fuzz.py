# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading files that somebody has tampered with.

``IP_TEMPLATE_MUTATIONS`` is the number of mutated files.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import hostileFiles
from oldFiles import OLD_EXPOSURES, writeOldExposure

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.geom import Polygon, makeCdMatrix, makeSkyWcs
from lsst.afw.image import ExposureF

HERE = pathlib.Path(__file__).parent
MUTATIONS = int(os.environ.get("IP_TEMPLATE_MUTATIONS", "250"))
MAX_FAILURES = 10
"""Failures after which there is no use in going on."""


class FuzzTestCase(lsst.utils.tests.TestCase):
    """Mutations of valid files, and of such that want much time or memory."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for path in (HERE / "data" / "golden" / "exposures").glob("*.fits"):
            shutil.copy(path, self.folder)
        for version in OLD_EXPOSURES:
            writeOldExposure(self.folder, version)
        center = geom.SpherePoint(10.0, 20.0, geom.degrees)
        cdMatrix = makeCdMatrix(scale=0.2 * geom.arcseconds)
        makeSkyWcs(geom.Point2D(5, 6), center, cdMatrix).writeFits(str(self.folder / "wcs.fits"))
        coadd = ExposureF(str(HERE / "data" / "golden" / "coaddpsf" / "coaddpsf_0.fits"))
        coadd.getPsf().writeFits(str(self.folder / "psf.fits"))
        coadd.getInfo().getCoaddInputs().writeFits(str(self.folder / "inputs.fits"))
        coadd.getInfo().getCoaddInputs().ccds.writeFits(str(self.folder / "catalog.fits"))
        Polygon(geom.Box2D(geom.Point2D(0, 0), geom.Point2D(3, 4))).writeFits(str(self.folder / "box.fits"))
        for name, data in hostileFiles.makeEach():
            (self.folder / f"{name}.fits").write_bytes(data)

    def read(self, first, count):
        """Read mutations.

        Returns
        -------
        last : `int`
            The last one that was begun.
        problem : `str`
            What ended the reading early, or nothing.
        """
        words = [sys.executable, HERE / "fuzzReaders.py", self.folder, first, count]
        environment = {**os.environ, "LSST_LITE_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True, env=environment)
        last = int(done.stdout.split()[-1])
        return last, f"mutation {last}: status {done.returncode}\n{done.stderr}" if done.returncode else ""

    def testBadFilesAreDocumentedErrors(self):
        first, problems = 0, []
        while first < MUTATIONS and len(problems) < MAX_FAILURES:
            last, problem = self.read(first, MUTATIONS - first)
            problems += [problem] if problem else []
            first = last + 1
        self.assertFalse(problems, "\n".join(problems))


if __name__ == "__main__":
    unittest.main()
