# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calibrated, the template of a flat sky is flat, whatever the calibrations
of the coadds are like.
"""

import math
import unittest

import numpy as np
from numpy.polynomial.chebyshev import chebfromroots
from scenes import assertSamePixels, makeExposure, makeHandles, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import PhotoCalib
from lsst.afw.math import ChebyshevBoundedField
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask
from lsst.ip.template.calibration import CalibrationError
from lsst.ip.template.coaddHandle import PatchMismatchError

SKY = 100.0
"""Flux of each pixel, in nJy."""

NOISE = 3.0
"""Its standard deviation, in nJy."""

MODES = ("error", "warn", "rescale")


def makeField(bbox, *coefficients):
    """Make a field with a value, and how much it varies along x and y."""
    value, x, y = coefficients
    return ChebyshevBoundedField(bbox, np.array([[value, x], [y, 0.0]]))


def evaluate(photoCalib, bbox):
    """Return the calibration of each pixel, of shape (height, width)."""
    return np.array(
        [
            [photoCalib.getLocalCalibration(geom.Point2D(x, y)) for x in range(bbox.beginX, bbox.endX)]
            for y in range(bbox.beginY, bbox.endY)
        ]
    )


class CalibrationTestCase(lsst.utils.tests.TestCase):
    """Four patches meet in the middle of a small template."""

    def setUp(self):
        self.skyMap = makeSkyMap(patchSize=20, border=3, radius=0.01)
        self.tract = self.skyMap[0]
        center = self.tract.getWcs().pixelToSky(geom.Point2D(40, 40))
        self.exposure = makeExposure(center, size=(12, 10))

    def prepare(self, calibrations, **config):
        """Set up the task, and coadds of a flat sky.

        Parameters
        ----------
        calibrations : `list` [`lsst.afw.image.PhotoCalib`]
            Of each patch in the order of copying.
        """
        config = GetCoaddAsTemplateConfig(templateBorderSize=2, **config)
        self.task = GetCoaddAsTemplateTask(config=config)
        self.overlap = self.task.getOverlapPatchList(self.exposure, self.skyMap)
        self.patches = [patchInfo.getSequentialIndex() for patchInfo in self.overlap[1]]
        self.handles = makeHandles(self.tract, self.patches)
        self.coadds = [handle.inMemoryDataset for handle in self.handles.values()]
        for coadd, photoCalib in zip(self.coadds, calibrations, strict=True):
            coadd.setPhotoCalib(photoCalib)
            scale = evaluate(photoCalib, coadd.getBBox())
            with np.errstate(divide="ignore", invalid="ignore"):
                coadd.image.array[:] = SKY / scale
                coadd.variance.array[:] = (NOISE / scale) ** 2

    def outerBoxes(self):
        """Return the patches' outer boxes, in the order of copying."""
        self.prepare([PhotoCalib(1.0)] * 4)
        return [self.tract[patch].getOuterBBox() for patch in self.patches]

    def makeTemplate(self, calibrations, **config):
        self.prepare(calibrations, **config)
        return self.task.run(*self.overlap, self.handles)

    def assertFlat(self, template):
        calibrated = template.getPhotoCalib().calibrateImage(template.maskedImage)
        self.assertFloatsAlmostEqual(calibrated.image.array, np.float32(SKY), rtol=1e-6)
        self.assertFloatsAlmostEqual(calibrated.variance.array, np.float32(NOISE**2), rtol=1e-5)

    def testEqualCalibrationsThatReachAllPixelsAreKept(self):
        boxes = self.outerBoxes()
        whole = self.tract.getBBox()
        sets = {
            "constant": [PhotoCalib(2.0, 0.1)] * 4,
            "constant in boxes": [PhotoCalib(2.0, 0.1, box) for box in boxes],
            "constant, with other errors": [PhotoCalib(2.0, 0.1 * number) for number in range(4)],
            "varying over the tract": [PhotoCalib(makeField(whole, 2.0, 0.3, -0.2), 0.1)] * 4,
            "constant and a field": [
                PhotoCalib(2.0),
                *[PhotoCalib(makeField(b, 2.0, 0, 0)) for b in boxes[1:]],
            ],
        }
        for name, calibrations in sets.items():
            for mode in ("error", "warn"):
                with self.subTest(calibrations=name, mode=mode):
                    self.prepare(calibrations, calibrationMismatch=mode)
                    with self.assertNoLogs(self.task.log.name, level="WARNING"):
                        template = self.task.run(*self.overlap, self.handles)
                    self.assertEqual(template.getPhotoCalib(), calibrations[0])
                    self.assertFlat(template)

    def makeUnequal(self):
        """Make calibrations of the four patches that do not hold for all."""
        outer = self.outerBoxes()
        inner = [self.tract[patch].getInnerBBox() for patch in self.patches]
        whole = self.tract.getBBox()
        common = makeField(whole, 2.0, 0.3, -0.2)
        return {
            "constant, and another": [PhotoCalib(2.0), *[PhotoCalib(4.0)] * 3],
            "each of its own": [
                PhotoCalib(makeField(box, 2.0 + number, 0.5, 0.1 * number))
                for number, box in enumerate(outer)
            ],
            "each in its inner box": [
                PhotoCalib(makeField(box, 2.0 + number, 0.5, -0.4)) for number, box in enumerate(inner)
            ],
            "the same field in boxes": [PhotoCalib(makeField(box, 2.0, 0.0, 0.0)) for box in outer],
            "one field, cut to boxes": [PhotoCalib(self.cut(common, box)) for box in outer],
            "constant, then varying": [
                PhotoCalib(2.0),
                *[PhotoCalib(makeField(box, 2.0, 0.5, 0.5)) for box in outer[1:]],
            ],
            "varying, then constant": [
                PhotoCalib(makeField(outer[0], 2.0, 0.5, 0.5)),
                *[PhotoCalib(2.0)] * 3,
            ],
            "mean of one": [PhotoCalib(makeField(box, 1.0, 0.5, 0.5)) for box in outer],
            "same along three columns": [*[PhotoCalib(2.0)] * 3, PhotoCalib(self.wiggle(outer[3]))],
        }

    def cut(self, field, box):
        """Return the same plane in another box."""
        region = geom.Box2D(box)
        x, y = region.getCenterX(), region.getCenterY()
        at = field.evaluate
        return makeField(
            box, at(x, y), at(region.getMaxX(), y) - at(x, y), at(x, region.getMaxY()) - at(x, y)
        )

    def wiggle(self, box):
        """Make a field of 2 at the edges and in the middle of the template's
        part of a box, but not between.
        """
        part = geom.Box2D(box.clippedTo(self.makeTemplate([PhotoCalib(1.0)] * 4).getBBox()))
        whole = geom.Box2D(self.tract.getBBox())
        columns = np.array([part.getMinX(), part.getCenterX(), part.getMaxX()])
        coefficients = 10 * chebfromroots((columns - whole.getCenterX()) * 2 / whole.getWidth())
        coefficients[0] += 2.0
        return ChebyshevBoundedField(self.tract.getBBox(), coefficients.reshape(1, -1))

    def testOthersAreAnError(self):
        for name, calibrations in self.makeUnequal().items():
            with self.subTest(calibrations=name):
                with self.assertRaisesRegex(PatchMismatchError, "tract 0, patch.*calibrationMismatch"):
                    self.makeTemplate(calibrations)

    def testOthersAreWarnedOf(self):
        for name, calibrations in self.makeUnequal().items():
            with self.subTest(calibrations=name):
                self.prepare(calibrations, calibrationMismatch="warn")
                with self.assertLogs(self.task.log.name, level="WARNING") as logged:
                    template = self.task.run(*self.overlap, self.handles)
                self.assertRegex(logged.output[0], "tract 0, patch")
                self.assertEqual(template.getPhotoCalib(), calibrations[0])

    def testOthersAreRescaled(self):
        for name, calibrations in self.makeUnequal().items():
            for policy in ("last", "keepValid"):
                with self.subTest(calibrations=name, policy=policy):
                    self.prepare(calibrations, calibrationMismatch="rescale", overlapPolicy=policy)
                    before = [coadd.clone() for coadd in self.coadds]
                    with self.assertNoLogs(self.task.log.name, level="WARNING"):
                        template = self.task.run(*self.overlap, self.handles)
                    self.assertFlat(template)
                    for coadd, old in zip(self.coadds, before, strict=True):
                        assertSamePixels(coadd, old)
                        self.assertEqual(coadd.getPhotoCalib(), old.getPhotoCalib())

    def testTargetIsTheFirstCalibrationOrItsMean(self):
        boxes = self.outerBoxes()
        others = [PhotoCalib(3.0, 0.3)] * 3
        for first in (
            PhotoCalib(2.0, 0.1),
            PhotoCalib(2.0, 0.1, boxes[0]),
            PhotoCalib(makeField(boxes[0], 2.0, 0.4, 0.2), 0.1),
            PhotoCalib(makeField(boxes[0], 2.0, 0.0, 0.0), 0.1),
        ):
            with self.subTest(first=first):
                template = self.makeTemplate([first, *others], calibrationMismatch="rescale")
                photoCalib = template.getPhotoCalib()
                self.assertFloatsAlmostEqual(photoCalib.getCalibrationMean(), 2.0, rtol=1e-12)
                self.assertEqual(photoCalib.getCalibrationErr(), 0.1)
                for place in (geom.Point2D(0, 0), geom.Point2D(1e6, -1e6)):
                    self.assertEqual(photoCalib.getLocalCalibration(place), photoCalib.getCalibrationMean())
                self.assertFlat(template)

    def testOnePatchKeepsItsOwn(self):
        boxes = self.outerBoxes()
        self.exposure = makeExposure(
            self.tract.getWcs().pixelToSky(geom.Box2D(boxes[0]).getCenter()), size=(4, 4)
        )
        photoCalib = PhotoCalib(makeField(boxes[0], 2.0, 0.5, 0.5), 0.1)
        for mode in ("error", "warn"):
            template = self.makeTemplate([photoCalib], calibrationMismatch=mode)
            self.assertEqual(template.getPhotoCalib(), photoCalib)
            self.assertFlat(template)

    def testHiddenPatchGivesTheCalibration(self):
        """One whose pixels all lie under those of later patches."""
        boxes = self.outerBoxes()
        common = boxes[0].clippedTo(boxes[3])
        center = self.tract.getWcs().pixelToSky(geom.Box2D(common).getCenter())
        self.exposure = makeExposure(center, size=(1, 1))
        hidden = PhotoCalib(makeField(boxes[0].erodedBy(3), 4.0, 0.5, 0.5))
        calibrations = [hidden, *[PhotoCalib(2.0)] * 3]
        with self.assertRaises(PatchMismatchError):
            self.makeTemplate(calibrations)
        template = self.makeTemplate(calibrations, calibrationMismatch="rescale")
        self.assertFloatsAlmostEqual(template.getPhotoCalib().getCalibrationMean(), 4.0)
        self.assertFlat(template)
        self.assertEqual(self.task.metadata["patchesUsed"], self.patches[3])

    def testCalibrationThatIsNotPositiveIsAnError(self):
        box = self.outerBoxes()[0]
        hole = makeField(box, 0.2, -0.8, -0.8)
        self.assertLess(hole.evaluate(geom.Point2D(box.getMax())), 0)
        for bad in (
            PhotoCalib(),
            PhotoCalib(math.nan),
            PhotoCalib(math.inf),
            PhotoCalib(makeField(box, math.nan, 0.0, 0.0)),
            PhotoCalib(hole),
        ):
            for number in (0, 3):
                for mode in MODES:
                    with self.subTest(bad=bad, number=number, mode=mode):
                        calibrations = [PhotoCalib(1.0)] * 4
                        calibrations[number] = bad
                        self.prepare(calibrations, calibrationMismatch=mode)
                        what = f"tract 0, patch {self.patches[number]}"
                        with self.assertRaisesRegex(CalibrationError, what):
                            self.task.run(*self.overlap, self.handles)

    def testCalibrationMayBeNegativeWhereItIsNotNeeded(self):
        boxes = self.outerBoxes()
        field = makeField(boxes[0], 1.0, 0.8, 0.8)
        self.assertLess(field.evaluate(geom.Point2D(boxes[0].getMin())), 0)
        calibrations = [PhotoCalib(field), *[PhotoCalib(1.0)] * 3]
        self.assertFlat(self.makeTemplate(calibrations, calibrationMismatch="rescale"))

    def testPatchWithoutCalibrationIsWarnedOf(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                self.prepare([PhotoCalib(2.0)] * 4, calibrationMismatch=mode)
                self.coadds[1].setPhotoCalib(None)
                with self.assertLogs(self.task.log.name, level="WARNING") as logged:
                    self.assertFlat(self.task.run(*self.overlap, self.handles))
                self.assertIn(f"Patches [{self.patches[1]}] have no photometric cal", logged.output[0])


class TestMemory(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
