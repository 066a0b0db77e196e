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

# How many expressions of each file may ask for something that lite does not
# have.
MOST_ABSENT = {"expressions.json": 18, "expressions_dia.json": 0}


class ExpressionsTestCase(lsst.utils.tests.TestCase):
    """The values, types and exceptions that the stack gave."""

    def check(self, name):
        result = subprocess.run(
            [sys.executable, GOLDEN / "check_expressions.py", GOLDEN / name], capture_output=True, text=True
        )
        summary = re.search(r"^(\d+) disagreements, (\d+) absent, in \d+ expressions$", result.stdout, re.M)
        self.assertIsNotNone(summary, result.stdout + result.stderr)
        return int(summary[1]), int(summary[2]), result.stdout

    def testExpressionsGiveWhatTheStackGives(self):
        disagreements, absent, report = self.check("expressions.json")
        self.assertEqual(disagreements, 0, report)
        self.assertLessEqual(absent, MOST_ABSENT["expressions.json"])

    def testExpressionsOfDifferenceImagingGiveWhatTheStackGives(self):
        # What fails in the common set-up, which imports whole packages,
        # counts as a disagreement.
        disagreements, absent, report = self.check("expressions_dia.json")
        self.assertLessEqual(disagreements + absent, MOST_ABSENT["expressions_dia.json"], report)


if __name__ == "__main__":
    unittest.main()
