# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import subprocess
import sys
import unittest

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from scenes import makeExposure, makeHandles, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.ip.template import GetCoaddAsTemplateTask
from lsst.ip.template.plotTemplate import (
    DETECTOR,
    MISSING,
    SKIPPED,
    USED,
    plotTemplate,
    tractProjection,
)
from lsst.ip.template.templateProvenance import TemplateProvenance


class PlotTemplateTestCase(lsst.utils.tests.TestCase):
    """What is drawn, and where."""

    def setUp(self):
        self.tractInfo = makeSkyMap()[0]
        middle = self.tractInfo[1, 1].getInnerBBox().getMax()
        self.exposure = makeExposure(self.tractInfo.getWcs().pixelToSky(geom.Point2D(middle)), rotation=30.0)
        task = GetCoaddAsTemplateTask()
        tractInfo, patchList, skyCorners = task.getOverlapPatchList(self.exposure, makeSkyMap())
        numbers = [patch.getSequentialIndex() for patch in patchList]
        self.missing, self.used = numbers[:1], numbers[1:]
        handles = makeHandles(tractInfo, self.used)
        self.template = task.run(tractInfo, patchList, skyCorners, handles)

    def plot(self, ax=None, template=None, used=None, missing=None, **kwargs):
        """Draw on axes on the sky unless others are given."""
        if ax is None:
            ax = Figure().add_subplot(projection=tractProjection(self.tractInfo))
        return plotTemplate(
            self.template if template is None else template,
            self.tractInfo,
            ax,
            patchesUsed=self.used if used is None else used,
            patchesMissing=self.missing if missing is None else missing,
            **kwargs,
        )

    def outlines(self, ax, style):
        """Get the corners of the outlines that are drawn in a style."""
        return [
            patch.get_xy()[:-1]
            for patch in ax.patches
            if isinstance(patch, Polygon) and to_hex(patch.get_edgecolor()).upper() == style.color
        ]

    def outerCorners(self, patch):
        corners = geom.Box2D(self.tractInfo[patch].getOuterBBox()).getCorners()
        return [[corner.x, corner.y] for corner in corners]

    def testOutlinesAreThoseOfThePatches(self):
        ax = self.plot()
        self.assertEqual(
            [outline.tolist() for outline in self.outlines(ax, USED)],
            [self.outerCorners(patch) for patch in sorted(self.used)],
        )
        self.assertEqual(
            [outline.tolist() for outline in self.outlines(ax, MISSING)],
            [self.outerCorners(patch) for patch in self.missing],
        )
        self.assertEqual(self.outlines(ax, SKIPPED), [])

    def testPatchNeitherUsedNorMissingIsSkipped(self):
        skipped, *used = self.used
        ax = self.plot(used=used)
        self.assertEqual(
            [outline.tolist() for outline in self.outlines(ax, SKIPPED)], [self.outerCorners(skipped)]
        )

    def testStylesDifferWithoutColours(self):
        dashes = {
            to_hex(patch.get_edgecolor()): patch.get_linestyle()
            for patch in self.plot(used=self.used[1:], exposure=self.exposure).patches
        }
        self.assertEqual(len(dashes), 4)
        patchStyles = [dashes[style.color.lower()] for style in (USED, SKIPPED, MISSING)]
        self.assertEqual(len({str(style) for style in patchStyles}), 3)

    def testLabelsArePatchNumbersInsideTheirPatches(self):
        ax = self.plot()
        labels = {int(text.get_text()): geom.Point2D(*text.get_position()) for text in ax.texts}
        self.assertEqual(set(labels), {*self.used, *self.missing})
        for patch, place in labels.items():
            with self.subTest(patch=patch):
                self.assertTrue(geom.Box2D(self.tractInfo[patch].getOuterBBox()).contains(place))

    def testDetectorIsWhereItLooks(self):
        ax = self.plot(exposure=self.exposure)
        (outline,) = self.outlines(ax, DETECTOR)
        corners = geom.Box2D(self.exposure.getBBox()).getCorners()
        for (x, y), corner in zip(outline, corners, strict=True):
            sky = self.tractInfo.getWcs().pixelToSky(geom.Point2D(x, y))
            apart = sky.separation(self.exposure.getWcs().pixelToSky(corner))
            self.assertLess(apart.asArcseconds(), 1e-6)

    def testNoDataIsHatched(self):
        ax = self.plot()
        (hatched,) = [artist for artist in ax.get_children() if isinstance(artist, QuadContourSet)]
        self.assertEqual(hatched.hatches, ["////"])
        (path,) = hatched.get_paths()
        bbox, mask = self.template.getBBox(), self.template.mask
        noData = (mask.array & mask.getPlaneBitMask("NO_DATA")) != 0
        self.assertTrue(0 < noData.sum() < noData.size)
        inside = [(x, y) for x in range(1, bbox.getWidth() - 1) for y in range(1, bbox.getHeight() - 1)]
        drawn = path.contains_points([(x + bbox.getMinX(), y + bbox.getMinY()) for x, y in inside])
        self.assertEqual(drawn.tolist(), [bool(noData[y, x]) for x, y in inside])

    def testFullTemplateIsNotHatched(self):
        template = self.template.clone()
        template.mask.array[:] = 0
        template.image.array[:] = 1.0
        children = self.plot(template=template).get_children()
        self.assertFalse(any(isinstance(artist, QuadContourSet) for artist in children))

    def testEmptyTemplateIsDrawn(self):
        template = self.template.clone()
        template.mask.array[:] = template.mask.getPlaneBitMask("NO_DATA")
        template.image.array[:] = np.nan
        FigureCanvasAgg(self.plot(template=template).figure).draw()

    def testPixelsAreWhereTheyAreInTheTract(self):
        image = self.plot().images[0]
        bbox = self.template.getBBox()
        box = geom.Box2D(bbox)
        self.assertEqual(image.get_extent(), [box.getMinX(), box.getMaxX(), box.getMinY(), box.getMaxY()])
        self.assertEqual(image.origin, "lower")
        np.testing.assert_array_equal(image.get_array().filled(np.nan), self.template.image.array)

    def testColourBarHasUnitAndLimits(self):
        for unit in ("nJy", None):
            with self.subTest(unit=unit):
                if unit is not None:
                    self.template.getMetadata().set("BUNIT", unit)
                else:
                    self.template.getMetadata().remove("BUNIT")
                ax = self.plot()
                (bar,) = ax.child_axes
                # Coadds of 2 nJy a count.
                self.assertEqual(bar.get_ylabel(), unit or "2 nJy")
                np.testing.assert_allclose(bar.get_yticks()[[0, -1]], ax.images[0].get_clim())

    def testAnyTemplateIsDrawn(self):
        small = self.template[geom.Box2I(self.template.getBBox().getMax(), geom.Extent2I(1, 1))]
        for what, values in (("huge", 1e38), ("opposite", -3e38), ("none", np.nan)):
            for template in (small, self.template):
                template = template.clone()
                template.image.array[:] = values
                with self.subTest(what=what, area=template.getBBox().getArea()):
                    ax = self.plot(template=template)
                    FigureCanvasAgg(ax.figure).draw()
                    drawn = ax.images[0].get_array()
                    self.assertEqual(np.isnan(drawn.filled(np.nan)).all(), np.isnan(values))

    def testAxesShowTheSky(self):
        ax = self.plot()
        rightAscension, declination = ax.coords
        self.assertEqual(rightAscension.get_axislabel(), "right ascension (ICRS)")
        self.assertEqual(declination.get_axislabel(), "declination (ICRS)")
        pixel = geom.Point2D(17.25, 113.5)
        sky = self.tractInfo.getWcs().pixelToSky(pixel)
        shown = ax.wcs.pixel_to_world(pixel.x, pixel.y)
        self.assertEqual(shown.frame.name, "icrs")
        shown = geom.SpherePoint(shown.ra.deg, shown.dec.deg, geom.degrees)
        self.assertLess(sky.separation(shown).asArcseconds(), 1e-6)

    def testPlainAxesShowTractPixels(self):
        ax = self.plot(ax=Figure().add_subplot())
        self.assertEqual(ax.get_xlabel(), "tract x (pixels)")
        self.assertEqual(ax.get_ylabel(), "tract y (pixels)")

    def testLegendNamesWhatIsThereOutsideOfTheData(self):
        ax = self.plot(exposure=self.exposure)
        legend = ax.get_legend()
        self.assertEqual(
            [text.get_text() for text in legend.get_texts()],
            [USED.label, MISSING.label, DETECTOR.label, "NO_DATA"],
        )
        canvas = FigureCanvasAgg(ax.figure)
        canvas.draw()
        self.assertGreater(
            legend.get_window_extent(canvas.get_renderer()).x0, ax.get_window_extent(canvas.get_renderer()).x1
        )

    def testBigTemplateIsDrawnFromBlockAverages(self):
        height, width = self.template.image.array.shape
        template = self.template.clone()
        template.mask.array[:] = 0
        template.image.array[:] = np.arange(width)
        template.mask.array[:2, :2] = template.mask.getPlaneBitMask("NO_DATA")
        template.mask.array[0, 2] = template.mask.getPlaneBitMask("NO_DATA")
        image = self.plot(template=template, maxPixels=(max(width, height) + 1) // 2).images[0]
        drawn = image.get_array().filled(np.nan)
        self.assertEqual(drawn.shape, ((height + 1) // 2, (width + 1) // 2))
        self.assertTrue(np.isnan(drawn[0, 0]))
        self.assertEqual(drawn[0, 1], (3 + 2 + 3) / 3)
        self.assertEqual(drawn[1, 1], 2.5)

    def testPatchesComeFromTheMetadata(self):
        provenance = TemplateProvenance(
            tract=self.tractInfo.getId(), patchesUsed=tuple(self.used), patchesMissing=tuple(self.missing)
        )
        provenance.write(self.template.getMetadata())
        ax = plotTemplate(self.template, self.tractInfo, Figure().add_subplot())
        self.assertEqual(len(self.outlines(ax, USED)), len(self.used))
        self.assertEqual(len(self.outlines(ax, MISSING)), len(self.missing))

    def testUnknownPatchesAreRefused(self):
        template = self.template.clone()
        for name in template.getMetadata().names():
            template.getMetadata().remove(name)
        with self.assertRaisesRegex(ValueError, "does not say which tract and patches"):
            plotTemplate(template, self.tractInfo, Figure().add_subplot())

    def testOtherTractIsRefused(self):
        TemplateProvenance(tract=7).write(self.template.getMetadata())
        with self.assertRaisesRegex(ValueError, "tract 7, not from tract 0"):
            plotTemplate(self.template, self.tractInfo, Figure().add_subplot())

    def testPackageDoesNotImportMatplotlib(self):
        program = "import sys, lsst.ip.template; sys.exit('matplotlib' in sys.modules)"
        subprocess.run([sys.executable, "-c", program], check=True, timeout=300)


class TestMemory(lsst.utils.tests.MemoryTestCase):
    pass


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
