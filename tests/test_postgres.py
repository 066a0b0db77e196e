# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from goldenRepo import DATA, unpackGolden
from postgresServer import findPostgres, runServer

import lsst.utils.tests
from lsst.daf.butler import Butler, CollectionType, Config

PIPELINE = Path(__file__).parents[1] / "pipelines" / "MakeCoaddTemplate.yaml"
SEARCH_PATH = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])


@unittest.skipIf(findPostgres() is None, "PostgreSQL is not installed.")
@unittest.skipIf(importlib.util.find_spec("psycopg2") is None, "psycopg2 is not installed.")
class PostgresTestCase(lsst.utils.tests.TestCase):
    """Templates from a repository whose registry is in PostgreSQL are those
    that the full stack's former task made.
    """

    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            uri = stack.enter_context(runServer(findPostgres()))
            cls.addClassCleanup(stack.pop_all().close)
        source, cls.expected = unpackGolden(folder)
        cls.repo = Path(folder, "postgres")
        Butler.makeRepo(cls.repo, config=Config({"registry": {"db": uri}}))
        cls.transfer(Butler.from_config(source), Butler.from_config(cls.repo, writeable=True))

    @staticmethod
    def transfer(source, target):
        """Copy all datasets, and the chain of collections to read."""
        refs = source.query_all_datasets("golden/inputs", find_first=False)
        target.transfer_from(
            source, refs, transfer="copy", register_dataset_types=True, transfer_dimensions=True
        )
        chain = source.collections.get_info("golden/inputs").children
        target.collections.register("golden/inputs", CollectionType.CHAINED)
        target.collections.redefine_chain("golden/inputs", chain)

    def testPipetaskMakesTheStacksTemplates(self):
        done = subprocess.run(
            [
                *(shutil.which("pipetask", path=SEARCH_PATH), "run", "-b", self.repo, "-p", PIPELINE),
                *("-i", "golden/inputs", "-o", "templates", "-j", "2", "--register-dataset-types"),
                *("-d", "instrument = 'GoldenCam' AND skymap = 'gold_sky'"),
                *("-c", "makeCoaddTemplate:requiredTemplateFraction=0"),
            ],
            capture_output=True,
            text=True,
            timeout=600,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", DATA / "check_repo.py", self.repo, self.expected, "templates"],
            capture_output=True,
            text=True,
            timeout=600,
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith("visit ")]
        self.assertEqual(sum(": compared " in line for line in lines), 7, done.stderr)
        # The Butler gives what it reads the filter label of the data ID.
        others = [line for line in lines if ": compared " not in line and ": filter " not in line]
        self.assertEqual(others, [])


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
