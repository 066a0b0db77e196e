# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import pathlib
import sys
import tempfile
import unittest
import unittest.mock

import matplotlib.image
from goldenRepo import unpackGolden
from matplotlib.figure import Figure
from scenes import makeExposure, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import ExposureF
from lsst.daf.butler import Butler
from lsst.ip.template.plotCoaddTemplate import PlotCoaddTemplateConfig, PlotCoaddTemplateTask
from lsst.ip.template.templateProvenance import TemplateProvenance
from lsst.pipe.base import Pipeline
from lsst.pipe.base.simple_pipeline_executor import SimplePipelineExecutor

PIPELINE = pathlib.Path(__file__).parents[1] / "pipelines" / "PlotCoaddTemplate.yaml"


def makeTemplate(tractInfo):
    """Make a template of one colour that says what it is made from."""
    template = ExposureF(geom.Box2I(geom.Point2I(10, 20), geom.Extent2I(80, 60)), tractInfo.getWcs())
    TemplateProvenance(
        tract=tractInfo.getId(), patchesUsed=(0, 1), patchesMissing=(2,), datasetType="deepCoadd"
    ).write(template.getMetadata())
    return template


class PlotCoaddTemplateTestCase(lsst.utils.tests.TestCase):
    """The task, called by hand."""

    def testFigureShowsWhatTheMetadataSays(self):
        skyMap = makeSkyMap()
        template = makeTemplate(skyMap[0])
        exposure = makeExposure(skyMap[0].getCtrCoord())
        figure = PlotCoaddTemplateTask().run(template, skyMap, exposure, title="visit 3").plot
        self.assertIsInstance(figure, Figure)
        (ax,) = figure.axes
        self.assertEqual(ax.get_title(), "visit 3\ndeepCoadd tract 0")
        labels = [text.get_text() for text in ax.get_legend().get_texts()]
        self.assertIn("patch missing", labels)
        self.assertIn("detector", labels)

    def testWithoutMatplotlibTheTaskIsNotMade(self):
        # As where it is not installed.
        with unittest.mock.patch.dict(sys.modules, {"matplotlib": None}):
            with self.assertRaisesRegex(ModuleNotFoundError, "pip install matplotlib"):
                PlotCoaddTemplateTask()

    def testTemplateOfUnknownOriginIsRefused(self):
        skyMap = makeSkyMap()
        template = makeTemplate(skyMap[0])
        template.getMetadata().remove("LSST TEMPLATE TRACT")
        with self.assertRaisesRegex(ValueError, "which tract and patches"):
            PlotCoaddTemplateTask().run(template, skyMap)

    def testDatasetTypeNamesFollowTheTemplates(self):
        config = PlotCoaddTemplateConfig()
        config.connections.coaddName = "goodSeeing"
        config.connections.fakesType = "fakes_"
        connections = config.connections.ConnectionsClass(config=config)
        self.assertEqual(connections.template.name, "fakes_goodSeeingDiff_templateCoadd")
        self.assertEqual(connections.plot.name, "fakes_goodSeeingDiff_templateCoadd_plot")


class PlotPipelineTestCase(lsst.utils.tests.TestCase):
    """The pipeline that makes a template and draws it."""

    def testPipelineWritesPictures(self):
        with tempfile.TemporaryDirectory() as folder:
            repo, _ = unpackGolden(folder)
            butler = SimplePipelineExecutor.prep_butler(
                str(repo), inputs=["golden/inputs"], output="pictures"
            )
            pipeline = Pipeline.from_uri(str(PIPELINE))
            pipeline.addConfigOverride("plotCoaddTemplate", "dpi", 50)
            executor = SimplePipelineExecutor.from_pipeline(
                pipeline,
                where="instrument = 'GoldenCam' AND skymap = 'gold_sky' AND visit = 100 AND detector = 0",
                butler=butler,
            )
            executor.run(register_dataset_types=True)
            butler = Butler.from_config(str(repo), collections="pictures")
            (ref,) = butler.query_datasets("deepDiff_templateCoadd_plot")
            picture = matplotlib.image.imread(butler.getURI(ref).ospath)
            self.assertEqual(picture.shape[:2], (320, 400))


class TestMemory(lsst.utils.tests.MemoryTestCase):
    pass


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
