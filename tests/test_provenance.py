# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import math
import os
import tempfile
import unittest
import uuid

from astropy.io import fits
from hypothesis import example, given, settings, strategies as st

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import ExposureF
from lsst.daf.base import PropertyList
from lsst.ip.template.provenance import TemplateProvenance

TEXTS = (
    "goodSeeing" * 30,
    "words of a text " * 10 + "end",
    " leading, double  and trailing blanks  ",
    " " * 100,
    "it's 'quoted' ''" + 50 * "'",
    "prüfung Σ 🔭",
    "tab\tnewline\nnul\0",
    "50% of %41",
    "continued&",
    "NAN",
    "+INFINITY",
    "x" * 33 + "NAN",
    "T",
    "1.0",
    "",
)
"""Texts that cards of FITS headers do not give back as they are."""

VALUES = st.one_of(
    st.booleans(),
    st.integers(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(),
    st.sampled_from(TEXTS),
)


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
        packageVersion="0.1.0",
        configuration={"templateBorderSize": 20, "coaddName": "deep", "effectiveWavelength": 0.5},
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

    def testWritingAgainLeavesNothingOld(self):
        metadata = PropertyList()
        metadata.set("OTHER", 1)
        self.provenance.write(metadata)
        provenance = TemplateProvenance(tract=1, patchesUsed=(5,))
        provenance.write(metadata)
        self.assertEqual(TemplateProvenance.read(metadata), provenance)
        self.assertEqual(metadata["OTHER"], 1)

    def testNothingWrittenIsNone(self):
        self.assertIsNone(TemplateProvenance.read(PropertyList()))

    def passThroughFile(self, provenance):
        """Write and read a file; check its cards on the way."""
        exposure = ExposureF(geom.Box2I(geom.Point2I(0, 0), geom.Extent2I(3, 3)))
        provenance.write(exposure.getMetadata())
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "template.fits")
            exposure.writeFits(path)
            cards = [card for card in fits.getheader(path).cards if "LSST TEMPLATE" in card.keyword]
            self.checkCards(cards)
            return TemplateProvenance.read(ExposureF(path).getMetadata())

    def checkCards(self, cards):
        """Check that any reader gives the cards' values back.

        Not all know strings continued on other cards or doubled quotation
        marks; trailing blanks do not count, and afw takes some texts for
        numbers, and writes these with 15 digits.
        """
        for card in cards:
            self.assertEqual(len(card.image), 80, card)
            if isinstance(card.value, float):
                self.assertEqual(float(f"{card.value:.15g}"), card.value)
            elif isinstance(card.value, str):
                self.assertNotRegex(card.value, r"['&]|[^ -~]| $|^([+-]?INFINITY|NAN)$")

    def testFileKeepsIt(self):
        self.assertEqual(self.passThroughFile(self.provenance), self.provenance)

    def testAnyTextIsKept(self):
        for text in TEXTS:
            with self.subTest(text=text):
                provenance = TemplateProvenance(
                    tract=1,
                    datasetType=text,
                    datasetIds=(text, "", text),
                    packageVersion=text,
                    configuration={text: text, "coaddName": text},
                )
                metadata = PropertyList()
                provenance.write(metadata)
                self.assertEqual(TemplateProvenance.read(metadata), provenance)
                self.assertEqual(self.passThroughFile(provenance), provenance)

    def testAnyNumberIsKept(self):
        numbers = (True, False, 0, -(2**63), 2**63, 10**30, 0.1 + 0.2, 1 / 3, 1e22, 1.0, 5e-324, math.inf)
        provenance = TemplateProvenance(tract=1, configuration={str(number): number for number in numbers})
        read = self.passThroughFile(provenance)
        self.assertEqual(read, provenance)
        self.assertEqual([type(value) for value in read.configuration.values()], list(map(type, numbers)))
        read = self.passThroughFile(TemplateProvenance(tract=1, configuration={"nan": math.nan}))
        self.assertTrue(math.isnan(read.configuration["nan"]))

    @settings(max_examples=100, deadline=None)
    @given(st.text(), st.lists(st.text(), max_size=3), st.dictionaries(st.text(), VALUES, max_size=4))
    @example("%%'", ["+"], {" ": " &"})
    def testAnythingIsKept(self, text, datasetIds, configuration):
        provenance = TemplateProvenance(
            tract=1,
            datasetType=text,
            datasetIds=tuple(datasetIds),
            packageVersion=text[::-1],
            configuration=configuration,
        )
        read = self.passThroughFile(provenance)
        self.assertEqual(read, provenance)
        for name, value in configuration.items():
            self.assertIs(type(read.configuration[name]), type(value))

    def testWhatNoCardHoldsIsRefused(self):
        metadata = PropertyList()
        self.provenance.write(metadata)
        for value in (None, [1, 2], 1j):
            bad = TemplateProvenance(tract=2, configuration={"good": 1, "bad": value})
            with self.assertRaisesRegex(ValueError, "LSST TEMPLATE CONFIG 2 VALUE"):
                bad.write(metadata)
        self.assertEqual(TemplateProvenance.read(metadata), self.provenance)

    def testFormerCardsAreRead(self):
        metadata = PropertyList()
        for name, value in {
            "TRACT": 9813,
            "PATCHES": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
            "PATCHES 2": "17 18",
            "MISSING": "",
            "DATASET": "averylongnamethatiscutattheendofthelinea",
            "DATASET 2": "fterfortycharactersCoadd",
            "VERSION": "0.1.0 with 50% more words, broken at",
            "VERSION 2": "blanks",
            "ID 1": "a",
            "ID 2": "b",
            "CONFIG 1 NAME": "coaddName",
            "CONFIG 1 VALUE": "50%41",
            "CONFIG 2 NAME": "templateBorderSize",
            "CONFIG 2 VALUE": 20,
        }.items():
            metadata.set(f"LSST TEMPLATE {name}", value)
        self.assertEqual(
            TemplateProvenance.read(metadata),
            TemplateProvenance(
                tract=9813,
                patchesUsed=tuple(range(1, 19)),
                datasetType="averylongnamethatiscutattheendofthelineafterfortycharactersCoadd",
                packageVersion="0.1.0 with 50% more words, broken at blanks",
                datasetIds=("a", "b"),
                configuration={"coaddName": "50%41", "templateBorderSize": 20},
            ),
        )


class TestMemory(lsst.utils.tests.MemoryTestCase):
    pass


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
