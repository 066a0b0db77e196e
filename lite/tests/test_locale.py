# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

import locale
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import lsst.utils.tests
from lsst.afw.geom import SkyWcs, makeSkyWcs
from lsst.afw.image import ExposureFitsReader
from lsst.geom import Point2D

CALEXP = pathlib.Path(__file__).parent / "data" / "golden" / "exposures" / "calexp_sip.fits"


def setCommaLocale(folder):
    """Set a locale whose numbers have a decimal comma.

    Returns
    -------
    done : `bool`
        Could one be compiled?
    """
    localedef = shutil.which("localedef")
    if localedef is None:
        return False
    subprocess.run(
        [localedef, "-i", "de_DE", "-f", "UTF-8", os.path.join(folder, "de_DE.UTF-8")], capture_output=True
    )
    os.environ["LOCPATH"] = folder
    try:
        locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
    except locale.Error:
        return False
    return locale.localeconv()["decimal_point"] == ","


class LocaleTestCase(lsst.utils.tests.TestCase):
    """AST follows the locale of the process; a WCS does not."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.environ.pop, "LOCPATH", None)
        self.addCleanup(locale.setlocale, locale.LC_ALL, locale.setlocale(locale.LC_ALL))
        self.before = self.describe()
        if not setCommaLocale(folder.name):
            self.skipTest("No locale with a decimal comma can be made here.")

    def describe(self):
        """Read a WCS, and describe it in all ways."""
        wcs = ExposureFitsReader(str(CALEXP)).readWcs()
        metadata = wcs.getFitsMetadata(precise=False)
        again = makeSkyWcs(metadata)
        sky = wcs.pixelToSky(Point2D(10.5, 20.25))
        self.assertEqual(SkyWcs.readString(wcs.writeString()), wcs)
        return [
            wcs.writeString(),
            metadata.toDict(),
            again.writeString(),
            wcs.getSkyOrigin().getRa().asRadians(),
            sky.getRa().asRadians(),
            str(wcs),
        ]

    def testWcsIsTheSameWithADecimalComma(self):
        self.assertEqual(self.describe(), self.before)
        self.assertEqual(locale.localeconv()["decimal_point"], ",")


if __name__ == "__main__":
    unittest.main()
