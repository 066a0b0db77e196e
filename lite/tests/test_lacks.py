# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lsst-lite lacks says so, and points to the full stack."""

import importlib
import unittest

import lsst.utils.tests
from lsst._lite import Partial
from lsst.geom import Box2I, Point2D

ABSENT_NAMES = (
    "lsst.afw.detection.Footprint",
    "lsst.afw.detection.FootprintSet",
    "lsst.afw.detection.HeavyFootprintF",
    "lsst.afw.detection.PeakCatalog",
    "lsst.afw.detection.Threshold",
    "lsst.afw.geom.SpanSet",
    "lsst.afw.geom.ellipses.Axes",
    "lsst.afw.geom.makeFlippedWcs",
    "lsst.afw.geom.makeModifiedWcs",
    "lsst.afw.geom.makeRadialTransform",
    "lsst.afw.geom.TransformMap",
    "lsst.afw.image.ApCorrMap",
    "lsst.afw.image.DecoratedImageF",
    "lsst.afw.image.Defect",
    "lsst.afw.image.MultibandExposure",
    "lsst.afw.image.TransmissionCurve",
    "lsst.afw.image.abMagFromFlux",
    "lsst.afw.image.assertImagesEqual",
    "lsst.afw.image.innerProduct",
    "lsst.afw.math.AnalyticKernel",
    "lsst.afw.math.BackgroundList",
    "lsst.afw.math.FixedKernel",
    "lsst.afw.math.StatisticsControl",
    "lsst.afw.math.convolve",
    "lsst.afw.math.makeStatistics",
    "lsst.afw.math.statisticsStack",
    "lsst.afw.math.warpCenteredImage",
    "lsst.afw.table.SchemaMapper",
    "lsst.afw.table.SourceCatalog",
    "lsst.daf.base.TypeInfo",
    "lsst.geom.IntervalD",
    "lsst.geom.Point3D",
    "lsst.geom.SphereTransform",
    "lsst.geom.averageSpherePoint",
    "lsst.ip.diffim.GetTemplateTask",
    "lsst.ip.diffim.getTemplate.GetTemplateTask",
    "lsst.meas.algorithms.DetectSourcesTask",
    "lsst.meas.algorithms.KernelPsf",
    "lsst.obs.base.Instrument",
    "lsst.skymap.HealpixSkyMap",
)

ABSENT_MODULES = (
    "lsst.afw.cameraGeom",
    "lsst.afw.cameraGeom.utils",
    "lsst.afw.display",
    "lsst.afw.typehandling",
    "lsst.skymap.packers",
)


class LacksTestCase(lsst.utils.tests.TestCase):
    """Names and modules of the stack that lite does not have."""

    def assertPoints(self, error, dottedName):
        self.assertIn(dottedName, str(error))
        self.assertIn("lsst-lite", str(error))
        self.assertIn("pipelines.lsst.io", str(error))

    def testAbsentNameSaysSo(self):
        for dottedName in ABSENT_NAMES:
            moduleName, _, name = dottedName.rpartition(".")
            with self.subTest(dottedName):
                module = importlib.import_module(moduleName)
                with self.assertRaises(AttributeError) as context:
                    getattr(module, name)
                self.assertPoints(context.exception, dottedName)
                self.assertFalse(hasattr(module, name))

    def testAbsentModuleSaysSoWhenImported(self):
        for dottedName in ABSENT_MODULES:
            with self.subTest(dottedName):
                with self.assertRaises(ModuleNotFoundError) as context:
                    importlib.import_module(dottedName)
                self.assertIsInstance(context.exception, NotImplementedError)
                self.assertPoints(context.exception, ".".join(dottedName.split(".")[:3]))

    def testAbsentModuleSaysSoInFromImport(self):
        with self.assertRaises(ModuleNotFoundError) as context:
            from lsst.afw import cameraGeom  # noqa: F401
        self.assertPoints(context.exception, "lsst.afw.cameraGeom")

    def testAbsentModuleIsNotThereForCodeThatTries(self):
        with self.assertRaises(ImportError):
            from lsst.afw.cameraGeom import Detector  # noqa: F401

    def testAbsentMemberSaysSo(self):
        for owner in (Box2I, Box2I(), Point2D, Point2D(1, 2)):
            with self.subTest(owner=owner):
                with self.assertRaises(AttributeError) as context:
                    owner.flipLR
                self.assertPoints(context.exception, "flipLR")
                self.assertFalse(hasattr(owner, "flipLR"))

    def testErrorOfAPropertyIsItsOwn(self):
        class Broken(Partial):
            @property
            def sky(self):
                return self.wcs.missing

            wcs = None

        with self.assertRaisesRegex(AttributeError, "NoneType"):
            Broken().sky

    def testPrivateProtocolNamesStayPlain(self):
        module = importlib.import_module("lsst.afw.image")
        self.assertFalse(hasattr(module, "__wrapped__"))


if __name__ == "__main__":
    unittest.main()
