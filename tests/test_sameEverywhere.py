# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same template, whatever the surroundings.

That pipetask's number of processes and the way they start make no difference
is tested in ``test_faults``.
"""

import os
import pathlib
import pickle
import random
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from goldenRepo import unpackGolden
from scenes import makeExposure, makeHandles, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.ip.template import (
    GetCoaddAsTemplateConfig,
    GetCoaddAsTemplateTask,
    MakeCoaddTemplateConfig,
    MakeCoaddTemplateTask,
)

PROGRAM = pathlib.Path(__file__).with_name("printTemplate.py")


class SurroundingsTestCase(lsst.utils.tests.TestCase):
    """One program, started in two ways that differ in everything."""

    def testProcessesMakeTheSameFile(self):
        with tempfile.TemporaryDirectory() as folder:
            repo, _ = unpackGolden(folder)
            printed = [
                self.printTemplate(repo, folder, LC_ALL="C", TZ="UTC", LSST_LITE_THREADS="1", LANG="C"),
                self.printTemplate(
                    os.path.relpath(repo, "/"),
                    "/",
                    LC_ALL="tr_TR.UTF-8",
                    TZ="Asia/Kathmandu",
                    LSST_LITE_THREADS="4",
                    OMP_NUM_THREADS="2",
                    PYTHONHASHSEED="3",
                ),
            ]
        self.assertRegex(printed[0], "^[0-9a-f]{64}\n$")
        self.assertEqual(*printed)

    def printTemplate(self, repo, cwd, **environment):
        """Make a template in another process; give a hash of its file."""
        # Relative paths would be others in another folder.
        environment["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, sys.path))
        done = subprocess.run(
            [sys.executable, PROGRAM, repo],
            cwd=cwd,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
            timeout=600,
            check=True,
        )
        return done.stdout


class SameTemplateTestCase(lsst.utils.tests.TestCase):
    """The same arguments in other ways."""

    def setUp(self):
        skyMap = makeSkyMap()
        tract = skyMap[0]
        exposure = makeExposure(tract.getWcs().pixelToSky(geom.Point2D(100, 100)), rotation=20.0)
        self.task = self.makeTask()
        self.overlap = self.task.getOverlapPatchList(exposure, skyMap)
        self.handles = makeHandles(tract, [patch.getSequentialIndex() for patch in self.overlap[1]])
        self.reference = self.task.run(*self.overlap, self.handles)

    def makeTask(self):
        return GetCoaddAsTemplateTask(config=GetCoaddAsTemplateConfig(templateBorderSize=7))

    def check(self, template):
        self.assertEqual(template.getBBox(), self.reference.getBBox())
        self.assertEqual(template.getMetadata().toDict(), self.reference.getMetadata().toDict())
        self.assertEqual(template.getPsf().getSigma(), self.reference.getPsf().getSigma())
        for plane in ("image", "mask", "variance"):
            np.testing.assert_array_equal(
                getattr(template, plane).array, getattr(self.reference, plane).array
            )

    def testOrderOfHandles(self):
        items = list(self.handles.items())
        for seed in range(5):
            random.Random(seed).shuffle(items)
            self.check(self.task.run(*self.overlap, dict(items)))

    def testSecondRun(self):
        self.check(self.task.run(*self.overlap, self.handles))

    def testThreads(self):
        tasks = [self.makeTask() for _ in range(8)]
        with ThreadPoolExecutor(4) as pool:
            for template in pool.map(lambda task: task.run(*self.overlap, self.handles), tasks):
                self.check(template)

    def testPickledTask(self):
        task = pickle.loads(pickle.dumps(self.task))
        self.assertTrue(task.config.compare(self.task.config))
        self.assertEqual(task.getFullName(), self.task.getFullName())
        self.check(task.run(*self.overlap, self.handles))

    def testPickledPipelineTask(self):
        task = MakeCoaddTemplateTask()
        again = pickle.loads(pickle.dumps(task))
        self.assertTrue(again.config.compare(task.config))
        self.assertEqual(again.getTemplate.getFullName(), "makeCoaddTemplate.getTemplate")

    def testPickledConfig(self):
        for config in (GetCoaddAsTemplateConfig(templateBorderSize=7), MakeCoaddTemplateConfig()):
            again = pickle.loads(pickle.dumps(config))
            self.assertTrue(again.compare(config))
            self.assertEqual(again.toDict(), config.toDict())


if __name__ == "__main__":
    unittest.main()
