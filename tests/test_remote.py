# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates from coadds behind an object store and behind a Butler server."""

import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from objectStore import BUCKET, needsMoto, serveS3
from scenes import assertSamePixels, makeExposure
from smallRepo import DATA_QUERY, INPUTS, SKYMAP, makeSmallRepo

import lsst.utils.tests
from lsst.daf.butler import Butler, Config
from lsst.ip.template import GetCoaddAsTemplateTask

ROOT = pathlib.Path(__file__).parents[1]


@needsMoto
class ObjectStoreTestCase(lsst.utils.tests.TestCase):
    """A repository whose files are in S3 is one like any other."""

    def makeTemplates(self, root, config=None):
        """Run the pipeline on a repository; give the templates."""
        repo = Butler.makeRepo(root, config=config, forceConfigRoot=config is None)
        makeSmallRepo(repo, numVisits=1, numDetectors=2)
        path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
        words = [shutil.which("pipetask", path=path), "run", "-b", root, "-i", INPUTS, "-o", "templates"]
        words += ["-p", ROOT / "pipelines" / "MakeCoaddTemplate.yaml", "-d", DATA_QUERY]
        done = subprocess.run(
            [*words, "--register-dataset-types"], capture_output=True, text=True, timeout=300
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        with Butler.from_config(root, collections="templates") as butler:
            refs = sorted(butler.query_datasets("deepDiff_templateCoadd"))
            self.assertEqual(len(refs), 2)
            if config is not None:
                self.assertEqual({butler.getURI(ref).scheme for ref in refs}, {"s3"})
            return [butler.get(ref) for ref in refs]

    def testPipelineMakesTheSameTemplates(self):
        with tempfile.TemporaryDirectory() as folder:
            expected = self.makeTemplates(os.path.join(folder, "local"))
            with serveS3():
                config = Config({"datastore": {"root": f"s3://{BUCKET}/small"}})
                templates = self.makeTemplates(os.path.join(folder, "remote"), config)
        for template, other in zip(templates, expected, strict=True):
            assertSamePixels(template, other)


@unittest.skipIf(sys.version_info < (3, 12), "The Butler's server needs Python 3.12 or newer.")
@needsMoto
@unittest.skipIf(importlib.util.find_spec("fastapi") is None, "lsst-daf-butler[server] is not installed.")
class RemoteButlerTestCase(lsst.utils.tests.TestCase):
    """The notebook way works with a Butler server."""

    CONFIG = """
datastore:
  cls: lsst.daf.butler.datastores.fileDatastore.FileDatastore
  root: s3://mutable-bucket/small
"""

    def testTemplateFromARemoteButler(self):
        from lsst.daf.butler.tests.server import create_test_server

        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder, "config", "basic", "server.yaml")
            config.parent.mkdir(parents=True)
            config.write_text(self.CONFIG)
            with create_test_server(folder) as server:
                makeSmallRepo(server.config_file_path, numVisits=1, numDetectors=1)
                templates = [
                    self.makeTemplate(butler.clone(collections=INPUTS.split(",")))
                    for butler in (server.remote_butler, server.direct_butler)
                ]
        assertSamePixels(*templates)

    def makeTemplate(self, butler):
        """Make a template with a Butler, as a notebook does."""
        skyMap = butler.get("skyMap", skymap=SKYMAP)
        exposure = makeExposure(skyMap[0].getCtrCoord(), rotation=20.0)
        with butler.query() as query:
            refs = query.datasets("deepCoadd").where("skymap = :name", bind={"name": SKYMAP})
            handles = [butler.getDeferred(ref) for ref in refs]
        result = GetCoaddAsTemplateTask().runForExposure(exposure, skyMap, handles)
        self.assertEqual(result.area, result.exposure.getBBox().getArea())
        return result.exposure


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
