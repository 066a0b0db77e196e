# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import unittest

import numpy as np
from hypothesis import given, settings, strategies as st

import lsst.geom as geom
import lsst.utils.tests
from lsst.ip.template.boxes import boundingBox, cutIntoStrips, subtractBoxes

boxes = st.builds(
    lambda x, y, width, height: geom.Box2I(geom.Point2I(x, y), geom.Extent2I(width, height)),
    *[st.integers(0, 12)] * 2,
    *[st.integers(0, 8)] * 2,
)


def paint(boxList):
    """Count how often each pixel of a 24 x 24 grid is in a box."""
    counts = np.zeros((24, 24), dtype=int)
    for box in boxList:
        counts[box.getBeginY() : box.getEndY(), box.getBeginX() : box.getEndX()] += 1
    return counts


class BoxesTestCase(lsst.utils.tests.TestCase):
    """Box arithmetic against counting pixels."""

    @settings(deadline=None)
    @given(boxes, st.lists(boxes, max_size=5))
    def testSubtractionLeavesEachUncoveredPixelOnce(self, bbox, covers):
        rest = subtractBoxes(bbox, covers)
        self.assertFalse(any(box.isEmpty() for box in rest))
        np.testing.assert_array_equal(paint(rest), paint([bbox]) * (paint(covers) == 0))

    @settings(deadline=None)
    @given(st.integers(-600, 600), st.integers(0, 5), st.integers(0, 2000))
    def testStripsAreTheBoxInFewRowsAtATime(self, y, width, height):
        bbox = geom.Box2I(geom.Point2I(-3, y), geom.Extent2I(width, height))
        strips = cutIntoStrips(bbox)
        self.assertEqual(sum(strip.getArea() for strip in strips), bbox.getArea())
        self.assertEqual(boundingBox(strips), bbox)
        self.assertTrue(all(0 < strip.getHeight() <= 512 for strip in strips))

    @settings(deadline=None)
    @given(st.lists(boxes, max_size=5))
    def testBoundingBoxTouchesTheOutermostPixels(self, boxList):
        y, x = np.nonzero(paint(boxList))
        bbox = boundingBox(boxList)
        if not len(x):
            self.assertTrue(bbox.isEmpty())
            return
        self.assertEqual(
            [bbox.getMinX(), bbox.getMaxX(), bbox.getMinY(), bbox.getMaxY()],
            [x.min(), x.max(), y.min(), y.max()],
        )


if __name__ == "__main__":
    unittest.main()
