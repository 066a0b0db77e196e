# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import os
import tempfile
import unittest
import uuid

from astropy.io import fits

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import ExposureF
from lsst.daf.base import PropertyList
from lsst.ip.template.templateProvenance import TemplateProvenance


class TemplateProvenanceTestCase(lsst.utils.tests.TestCase):
    """What is written is read, also through a file."""

    provenance = TemplateProvenance(
        tract=9813,
        patchesUsed=(7, 8, 13, *range(100, 140)),
        patchesMissing=(14,),
        psfPatch=0,
        photoCalibPatch=7,
        datasetType="goodSeeingCoaddPsfMatched",
        datasetIds=tuple(str(uuid.UUID(int=number)) for number in range(12)),
        overlapPolicy="keepValid",
        packageVersion="0.1.1.dev1234+g0123456789abcdef.d20261129000000",
    )

    def testReadIsWhatWasWritten(self):
        metadata = PropertyList()
        self.provenance.write(metadata)
        self.assertEqual(TemplateProvenance.read(metadata), self.provenance)

    def testCardsAreReadable(self):
        metadata = PropertyList()
        TemplateProvenance(tract=3, patchesUsed=(7, 8), datasetIds=("some-id",)).write(metadata)
        self.assertEqual(metadata["LSST TEMPLATE TRACT"], 3)
        self.assertEqual(metadata["LSST TEMPLATE PATCHES"], "7 8")
        self.assertEqual(metadata["LSST TEMPLATE MISSING"], "")
        self.assertEqual(metadata["LSST TEMPLATE ID 1"], "some-id")

    def testEachTractHasCardsOfItsOwn(self):
        metadata = PropertyList()
        other = TemplateProvenance(tract=1, patchesUsed=(5,), datasetIds=("a", "b"))
        self.provenance.write(metadata)
        other.write(metadata, 2)
        self.assertEqual(TemplateProvenance.read(metadata), self.provenance)
        self.assertEqual(TemplateProvenance.read(metadata, 2), other)
        self.assertIsNone(TemplateProvenance.read(metadata, 3))

    def testNothingWrittenIsNone(self):
        self.assertIsNone(TemplateProvenance.read(PropertyList()))

    def testFileKeepsIt(self):
        exposure = ExposureF(geom.Box2I(geom.Point2I(0, 0), geom.Extent2I(3, 3)))
        self.provenance.write(exposure.getMetadata())
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "template.fits")
            exposure.writeFits(path)
            self.assertEqual(TemplateProvenance.read(ExposureF(path).getMetadata()), self.provenance)
            cards = [card for card in fits.getheader(path).cards if "LSST TEMPLATE" in card.keyword]
        # Not every reader knows strings continued on other cards.
        self.assertEqual({len(card.image) for card in cards}, {80})


class TestMemory(lsst.utils.tests.MemoryTestCase):
    pass


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
