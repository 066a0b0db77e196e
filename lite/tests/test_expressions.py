# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions over the API give what they give in the stack."""

import pathlib
import re
import subprocess
import sys
import unittest

import lsst.utils.tests

GOLDEN = pathlib.Path(__file__).parent / "data" / "golden"

# How many of the expressions may ask for something that lite does not have.
MOST_ABSENT = 18


class ExpressionsTestCase(lsst.utils.tests.TestCase):
    """The values, types and exceptions that the stack gave."""

    def testExpressionsGiveWhatTheStackGives(self):
        result = subprocess.run(
            [sys.executable, GOLDEN / "check_expressions.py", GOLDEN / "expressions.json"],
            capture_output=True,
            text=True,
        )
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        summary = re.search(r"^0 disagreements, (\d+) absent, in 318 expressions$", result.stdout, re.M)
        self.assertIsNotNone(summary, result.stdout)
        self.assertLessEqual(int(summary[1]), MOST_ABSENT)


if __name__ == "__main__":
    unittest.main()
