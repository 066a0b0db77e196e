# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import unittest

import numpy as np

import lsst.utils.tests
from lsst.afw.image import MaskedImageF
from lsst.ip.template.highVariance import flagHighVariance


class HighVarianceTestCase(lsst.utils.tests.TestCase):
    """Which bins of 32 by 32 pixels are flagged."""

    def setUp(self):
        self.image = MaskedImageF(100, 70)
        self.image.variance.array[:] = 1.0

    def flag(self, threshold=4.0, minFraction=0.1):
        self.fraction = flagHighVariance(self.image, threshold, minFraction)
        return self.image.mask.array & self.image.mask.getPlaneBitMask("HIGH_VARIANCE") != 0

    def cover(self, plane, where):
        self.image.mask.array[where] |= self.image.mask.getPlaneBitMask(plane)

    def testBinAboveTheThresholdIsFlaggedAsAWhole(self):
        self.image.variance.array[32:60, 32:64] = 4.1
        flagged = self.flag()
        expected = np.zeros_like(flagged)
        expected[32:64, 32:64] = True
        np.testing.assert_array_equal(flagged, expected)
        self.assertEqual(self.fraction, 1.0)

    def testBinAtTheThresholdIsNot(self):
        self.image.variance.array[32:64, 32:64] = 4.0
        self.assertFalse(self.flag().any())

    def testCutBinsAtTheEdgesCount(self):
        self.image.variance.array[64:, 96:] = 5.0
        flagged = self.flag()
        self.assertTrue(flagged[64:, 96:].all())
        self.assertEqual(flagged.sum(), 6 * 4)

    def testHalfABinIsNoMedian(self):
        self.image.variance.array[:15, :32] = 100.0
        self.assertFalse(self.flag().any())
        self.image.variance.array[:17, :32] = 100.0
        self.assertTrue(self.flag()[:32, :32].all())

    def testDetectedAndMissingPixelsDoNotCount(self):
        self.image.variance.array[:20, :32] = 100.0
        for plane in ("BAD", "EDGE", "DETECTED", "DETECTED_NEGATIVE", "NO_DATA"):
            self.image.mask.array[:] = 0
            self.cover(plane, np.s_[:20, :32])
            self.assertFalse(self.flag().any(), plane)
        self.image.mask.array[:] = 0
        self.image.variance.array[:20, :32] = np.nan
        self.assertFalse(self.flag().any())

    def testBinWithoutPixelsIsNotFlagged(self):
        self.cover("NO_DATA", np.s_[:32, :32])
        self.image.variance.array[:32, :32] = np.nan
        self.assertFalse(self.flag().any())

    def testTooFewPixels(self):
        self.image.variance.array[32:64, 32:64] = 9.0
        self.cover("DETECTED", np.s_[:, 64:])
        self.assertTrue(self.flag(minFraction=0.64).any())
        self.image.mask.array[:, :64] = 0
        self.assertFalse(self.flag(minFraction=0.65).any())
        self.assertAlmostEqual(self.fraction, 0.64)

    def testNothingButMissingPixels(self):
        self.cover("NO_DATA", np.s_[:])
        self.assertFalse(self.flag(minFraction=0.0).any())
        self.assertEqual(self.fraction, 0.0)


if __name__ == "__main__":
    unittest.main()
