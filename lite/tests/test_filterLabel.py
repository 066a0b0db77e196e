# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter labels name a band, a physical filter, or both."""

import copy
import pickle
import unittest

import lsst.utils.tests
from lsst.afw.image import FilterLabel


class FilterLabelTestCase(lsst.utils.tests.TestCase):
    def setUp(self):
        self.labels = [
            FilterLabel(band="r"),
            FilterLabel(physical="r2"),
            FilterLabel(band="r", physical="r2"),
        ]

    def testLabelsHaveWhatTheyAreGiven(self):
        band, physical, both = self.labels
        self.assertEqual((physical.physicalLabel, physical.hasBandLabel()), ("r2", False))
        self.assertEqual((both.bandLabel, both.physicalLabel), ("r", "r2"))

    def testNameThatIsMissingIsARuntimeError(self):
        with self.assertRaises(RuntimeError):
            self.labels[1].bandLabel

    def testNamesAreStrings(self):
        for make in (lambda: FilterLabel(band=3), lambda: FilterLabel.fromPhysical(3)):
            with self.assertRaises(TypeError):
                make()

    def testLabelsAreComparedAndHashedByName(self):
        self.assertEqual(len({*self.labels, *map(copy.copy, self.labels)}), 3)
        self.assertNotEqual(self.labels[0], "r")

    def testCopies(self):
        for label in self.labels:
            for other in (copy.deepcopy(label), pickle.loads(pickle.dumps(label))):
                self.assertEqual(other, label)


if __name__ == "__main__":
    unittest.main()
