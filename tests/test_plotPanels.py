# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Four panels of a template, and which patch each pixel is from."""

import unittest

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scenes import makeExposure, makeHandles, makeSkyMap, pixelValues

import lsst.geom as geom
import lsst.utils.tests
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask
from lsst.ip.template.plotCoaddTemplate import PlotCoaddTemplateConfig, PlotCoaddTemplateTask
from lsst.ip.template.plotTemplate import computePatchOfPixels, plotPanels


class PlotPanelsTestCase(lsst.utils.tests.TestCase):
    """A template where four patches meet, one of which has a hole."""

    def setUp(self):
        self.skyMap = makeSkyMap()
        self.tractInfo = self.skyMap[0]
        center = self.tractInfo.getWcs().pixelToSky(geom.Point2D(99.5, 99.5))
        self.exposure = makeExposure(center, size=(60, 60))
        overlap = GetCoaddAsTemplateTask().getOverlapPatchList(self.exposure, self.skyMap)
        self.overlap = overlap
        patches = [patchInfo.getSequentialIndex() for patchInfo in overlap[1]]
        self.handles = makeHandles(self.tractInfo, patches[1:])
        last = self.handles[patches[-1]].inMemoryDataset
        last.image.array[:12] = np.nan
        last.mask.array[:12] = last.mask.getPlaneBitMask("NO_DATA")

    def makeTemplate(self, **settings):
        task = GetCoaddAsTemplateTask(config=GetCoaddAsTemplateConfig(**settings))
        return task.run(*self.overlap, self.handles)

    def testPatchOfPixels(self):
        for settings in ({}, {"psf": "patches"}, {"overlapPolicy": "keepValid"}):
            with self.subTest(**settings):
                template = self.makeTemplate(**settings)
                patches = computePatchOfPixels(template, self.tractInfo)
                values = np.full(patches.shape, np.nan, dtype=np.float32)
                for patch in self.handles:
                    values[patches == patch] = pixelValues(patch, template.getBBox())[patches == patch]
                # By geometry, the hole of the last patch is its own.
                known = np.isfinite(template.image.array)
                if settings.get("overlapPolicy") == "keepValid":
                    known &= patches != max(self.handles)
                np.testing.assert_array_equal(values[known], template.image.array[known])

    def testTitleSaysWhetherThePatchIsThatOfThePixel(self):
        for policy, title in (("last", "patch of each pixel"), ("keepValid", "patch, by geometry")):
            figure = Figure()
            plotPanels(self.makeTemplate(overlapPolicy=policy), self.tractInfo, figure)
            self.assertIn(title, [ax.get_title() for ax in figure.axes])

    def testBarsHaveTheUnits(self):
        template, figure = self.makeTemplate(), Figure()
        mean = template.getPhotoCalib().getCalibrationMean()
        plotPanels(template, self.tractInfo, figure)
        labels = {ax.get_ylabel() for ax in figure.axes}
        self.assertLessEqual({f"{mean:g} nJy", f"({mean:g} nJy)$^2$"}, labels)

    def testPanels(self):
        for settings in ({"psf": "patches"}, {"overlapPolicy": "keepValid"}):
            template = self.makeTemplate(**settings)
            for exposure in (self.exposure, None):
                figure = Figure()
                plotPanels(
                    template,
                    self.tractInfo,
                    figure,
                    exposure=exposure,
                    maskPlanes=["CR", "DETECTED", "NONESUCH"],
                )
                FigureCanvasAgg(figure).draw()
                (legend,) = [ax.get_legend() for ax in figure.axes if ax.get_legend()]
                self.assertEqual([text.get_text() for text in legend.get_texts()], ["DETECTED"])

    def testOnePixelAndNoData(self):
        template = self.makeTemplate(psf="patches")
        small = template[geom.Box2I(template.getBBox().getMax(), geom.Extent2I(1, 1))].clone()
        for values in (1e38, np.nan):
            small.image.array[:] = small.variance.array[:] = values
            figure = Figure()
            plotPanels(small, self.tractInfo, figure, exposure=small)
            FigureCanvasAgg(figure).draw()

    def testTaskHasTheConnectionsOnRequest(self):
        config = PlotCoaddTemplateConfig()
        for drawPanels in (False, True):
            config.drawPanels = drawPanels
            connections = config.connections.ConnectionsClass(config=config)
            self.assertEqual("panels" in connections.outputs, drawPanels)
            self.assertEqual("exposure" in connections.inputs, drawPanels)
        figure = PlotCoaddTemplateTask(config=config).drawPanels(
            self.makeTemplate(), self.skyMap, self.exposure
        )
        self.assertGreaterEqual(len(figure.axes), 4)


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
