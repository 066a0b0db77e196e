# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import pathlib
import subprocess
import sys
import tempfile
import unittest

import lsst.utils.tests

CHECK = """
import lsst.ip.diffim, lsst.ip.diffim.getTemplate
before = set(vars(lsst.ip.diffim))
import lsst.ip.template.legacy
from lsst.ip.diffim import GetCoaddAsTemplateTask
from lsst.ip.diffim.getTemplate import GetCoaddAsTemplateConfig
from lsst.ip.template import GetCoaddAsTemplateTask as canonical
assert GetCoaddAsTemplateTask is canonical
assert GetCoaddAsTemplateConfig is canonical.ConfigClass
added = set(vars(lsst.ip.diffim)) - before
assert added <= {"GetCoaddAsTemplateConfig", "GetCoaddAsTemplateTask"}, added
print(getattr(lsst.ip.diffim, "OWN", "no other"))
"""


class LegacyTestCase(lsst.utils.tests.TestCase):
    """The names that code written for the former task imports."""

    def run_(self, *path):
        program = f"import sys; sys.path[:0] = {list(map(str, path))!r}\n{CHECK}"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def testNamesAreAddedToWhatIsThere(self):
        self.run_()

    def testAnotherDiffimIsOnlyAddedTo(self):
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder, "lsst", "ip", "diffim")
            package.mkdir(parents=True)
            for init in (package.parents[1] / "__init__.py", package.parent / "__init__.py"):
                init.write_text("import pkgutil\n__path__ = pkgutil.extend_path(__path__, __name__)\n")
            (package / "__init__.py").write_text("OWN = 'its own'\n")
            (package / "getTemplate.py").write_text("")
            self.assertEqual(self.run_(folder), "its own")


if __name__ == "__main__":
    unittest.main()
