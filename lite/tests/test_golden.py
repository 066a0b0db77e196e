# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that compare with the compiled stack find no disagreement."""

import pathlib
import subprocess
import sys
import unittest

import lsst.utils.tests

GOLDEN = pathlib.Path(__file__).parent / "data" / "golden"

CHECKS = (
    (("check_api.py", "api.json"), r"\b0 names that the stack does not have; \d{4} names in common"),
    (("check_geom.py", "geom.json"), "0 disagreements in 760 cases"),
    (("check_skymaps.py", "skymaps.json"), r"\b0 disagreements in \d{4} checks"),
    (("check_coaddpsf.py", "coaddpsf"), "0 disagreements in 210 comparisons"),
    (("check_warp.py", "warp.json", "warp.npz"), "0 disagreements in 24 warps"),
    (("check_expressions.py", "expressions.json"), "0 disagreements, 0 absent, in 318 expressions"),
    (("check_expressions.py", "expressions_dia.json"), "0 disagreements, 0 absent, in 98 expressions"),
)
"""Program with its arguments, and what it prints."""


class GoldenTestCase(lsst.utils.tests.TestCase):
    """What the compiled stack gives."""

    def testResultsAreThoseOfTheStack(self):
        for words, printed in CHECKS:
            with self.subTest(words):
                command = [sys.executable, *(GOLDEN / word for word in words)]
                done = subprocess.run(command, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertRegex(done.stdout, printed)


if __name__ == "__main__":
    unittest.main()
