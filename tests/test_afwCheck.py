# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import subprocess
import sys
import unittest

import lsst.utils.tests


class AfwCheckTestCase(lsst.utils.tests.TestCase):
    """What is said where neither the stack nor lsst-lite is installed."""

    def testImportSaysWhereAfwIsToBeHad(self):
        # None in sys.modules is for a module that cannot be found.
        code = "import sys; sys.modules['lsst.afw'] = None; import lsst.ip.template"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        lastLine = done.stderr.splitlines()[-1]
        for words in ("ModuleNotFoundError", "setup lsst_distrib", "pip install ./lite"):
            self.assertIn(words, lastLine)


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
