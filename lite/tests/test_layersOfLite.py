# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of lsst-lite import only from the layers below theirs."""

import pathlib
import unittest

from importOrder import findOffences, readLayers

import lsst.utils.tests

LITE = pathlib.Path(__file__).resolve().parents[1]


class LayersTestCase(lsst.utils.tests.TestCase):
    """The one direction of imports."""

    def testModulesImportOnlyFromBelow(self):
        layers = readLayers(LITE / "layers.txt", "lsst")
        self.assertEqual(findOffences(LITE / "python" / "lsst", "lsst", layers), [])


if __name__ == "__main__":
    unittest.main()
