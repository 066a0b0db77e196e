# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""lsst-lite has no public name that the stack does not have."""

import pathlib
import subprocess
import sys
import unittest

import lsst.utils.tests

GOLDEN = pathlib.Path(__file__).parent / "data" / "golden"


class ApiTestCase(lsst.utils.tests.TestCase):
    """The names that the stack's introspection gave."""

    def testNoPublicNameThatTheStackDoesNotHave(self):
        result = subprocess.run(
            [sys.executable, GOLDEN / "check_api.py", GOLDEN / "api.json"], capture_output=True, text=True
        )
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
