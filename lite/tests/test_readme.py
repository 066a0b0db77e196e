# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README says what lsst-lite has, and is up to date."""

import pathlib
import subprocess
import sys
import unittest

import lsst.utils.tests

TOOL = pathlib.Path(__file__).parents[1] / "tools" / "coverageTable.py"


class ReadmeTestCase(lsst.utils.tests.TestCase):
    """The tables of what is there and what is not."""

    def testTablesAreUpToDate(self):
        result = subprocess.run([sys.executable, TOOL, "--check"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)


if __name__ == "__main__":
    unittest.main()
