# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from goldenRepo import unpackGolden

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import ExposureF
from lsst.daf.butler import Butler
from lsst.ip.template import MakeCoaddTemplateConfig
from lsst.ip.template.dcrModel import computeDcrBox
from lsst.pipe.base import Pipeline

ROOT = pathlib.Path(__file__).parents[1]
PIPELINE = ROOT / "pipelines" / "MakeDcrTemplate.yaml"


class DcrConnectionsTestCase(lsst.utils.tests.TestCase):
    """Which coadds are asked for."""

    def connections(self, coaddName):
        config = MakeCoaddTemplateConfig()
        config.connections.coaddName = coaddName
        config.getTemplate.coaddName = coaddName
        return config.connections.ConnectionsClass(config=config)

    def testDcrCoaddsInPlaceOfCoadds(self):
        connections = self.connections("dcr")
        self.assertEqual(connections.coaddExposures.name, "dcrCoadd")
        self.assertIn("visitInfo", connections.inputs)
        self.assertEqual(
            set(connections.coaddExposures.dimensions), {"tract", "patch", "skymap", "band", "subfilter"}
        )
        self.assertEqual(connections.template.name, "dcrDiff_templateCoadd")

    def testNoDcrCoaddsOtherwise(self):
        connections = self.connections("deep")
        self.assertNotIn("visitInfo", connections.inputs)
        self.assertNotIn("subfilter", connections.coaddExposures.dimensions)
        self.assertEqual(connections.coaddExposures.name, "deepCoadd")


class DcrPipelineTestCase(lsst.utils.tests.TestCase):
    """A template from the DCR coadds that the full stack wrote is the one
    that the full stack's former task made from them.
    """

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.repo, expected = unpackGolden(folder.name)
        with open(expected / "expected_dcr.json") as stream:
            (cls.row,) = json.load(stream)
        cls.expected = ExposureF(str(expected / cls.row["file"]))
        cls.dataId = {"instrument": "GoldenCam", "visit": cls.row["visit"], "detector": cls.row["detector"]}
        cls.printed = cls.pipetask(
            "dcr",
            *("-c", f"makeDcrTemplate:getTemplate.effectiveWavelength={cls.row['effectiveWavelength']}"),
            *("-c", f"makeDcrTemplate:getTemplate.bandwidth={cls.row['bandwidth']}"),
            *("-c", f"makeDcrTemplate:getTemplate.numSubfilters={cls.row['numSubfilters']}"),
            *("-c", "parameters:psf=first"),
        )
        cls.butler = Butler.from_config(cls.repo, collections="dcr")
        cls.template = cls.butler.get("dcrDiff_templateCoadd", cls.dataId)

    @classmethod
    def pipetask(cls, output, *options):
        search = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
        done = subprocess.run(
            [
                shutil.which("pipetask", path=search),
                *("run", "-b", cls.repo, "-i", "golden/inputs", "-o", output, "-p", PIPELINE),
                *("-d", "skymap = 'gold_sky' AND instrument = 'GoldenCam' AND visit = 100 AND detector = 0"),
                *("--register-dataset-types", *options),
            ],
            capture_output=True,
            text=True,
            timeout=600,
        )
        if done.returncode:
            raise AssertionError(f"pipetask failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def testSamePixelGrid(self):
        self.assertEqual(self.template.getBBox(), self.expected.getBBox())
        self.assertEqual(self.template.getFilter().bandLabel, self.expected.getFilter().bandLabel)
        self.assertEqual(
            self.template.getPhotoCalib().getCalibrationMean(),
            self.expected.getPhotoCalib().getCalibrationMean(),
        )
        self.assertEqual(self.template.getPsf().getSigma(), self.expected.getPsf().getSigma())

    def findEdges(self, width):
        """Return the pixels close to the edge of a patch's box, where the
        former task shifted zeros in.
        """
        tractInfo = self.butler.get("skyMap", skymap="gold_sky", collections="skymaps")[self.row["tract"]]
        bbox = self.template.getBBox()
        edges = np.zeros((bbox.getHeight(), bbox.getWidth()), dtype=bool)
        for patch in self.row["patches"]:
            box = computeDcrBox(tractInfo[patch], bbox, 20)
            if not box.isEmpty():
                near = np.zeros_like(edges)
                for part, value in ((box.dilatedBy(width), True), (box.erodedBy(width), False)):
                    part = part.clippedTo(bbox).shiftedBy(geom.Extent2I(-bbox.getMinX(), -bbox.getMinY()))
                    near[part.getSlices()] = value
                edges |= near
        return edges

    def testSameImageToATenthOfTheNoise(self):
        noise = np.sqrt(self.expected.variance.array)
        difference = np.abs(self.template.image.array - self.expected.image.array) / noise
        inside = ~self.findEdges(5)
        self.assertGreater(inside.mean(), 0.85)
        self.assertLess(difference[inside].max(), 0.1)
        self.assertLess(difference[~self.findEdges(10)].max(), 0.01)

    def testSameVariance(self):
        self.assertFloatsAlmostEqual(self.template.variance.array, self.expected.variance.array)

    def testSameMask(self):
        for plane in self.expected.mask.getMaskPlaneDict():
            with self.subTest(plane=plane):
                got, expected = (
                    exposure.mask.array & exposure.mask.getPlaneBitMask(plane) != 0
                    for exposure in (self.template, self.expected)
                )
                self.assertTrue(np.array_equal(got, expected))

    def testPatchesUsed(self):
        metadata = self.butler.get("makeDcrTemplate_metadata", self.dataId)["makeDcrTemplate:getTemplate"]
        self.assertEqual(metadata["tract"], self.row["tract"])
        # Patches 7, 8 and 9 reach the template with their borders only.
        self.assertEqual(metadata.getArray("patchesUsed"), [13, 19, 14, 20, 15, 21])
        self.assertEqual(metadata["coveredFraction"], 1.0)

    def testConfigFileOfAnotherBand(self):
        self.pipetask("dcrOfG", "-C", f"makeDcrTemplate:{ROOT / 'config' / 'dcrG.py'}")
        config = self.butler.get("makeDcrTemplate_config", collections="dcrOfG")
        self.assertEqual(config.getTemplate.effectiveWavelength, 480.2)
        self.assertFloatsAlmostEqual(config.getTemplate.bandwidth, 180.6, rtol=1e-12)

    def testPipelineBuildsAsItIs(self):
        self.assertEqual(list(Pipeline.from_uri(str(PIPELINE)).to_graph().tasks), ["makeDcrTemplate"])


def setup_module(module):
    lsst.utils.tests.init()


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
