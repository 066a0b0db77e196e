# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts about a visit are those that FITS headers hold."""

import copy
import json
import math
import os
import pickle
import tempfile
import unittest

import astropy.io.fits
from liteScenes import VISIT_FACTS

import lsst.pex.exceptions
import lsst.utils.tests
from lsst.afw.coord import Weather
from lsst.afw.fits import FitsError
from lsst.afw.image import RotType, VisitInfo, setVisitInfoMetadata, stripVisitInfoKeywords
from lsst.daf.base import DateTime, PropertyList
from lsst.geom import degrees

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "golden", "exposures")


def readHeader(name):
    """Read the primary header of a golden file."""
    metadata = PropertyList()
    header = astropy.io.fits.getheader(os.path.join(GOLDEN, name))
    for card in header.cards:
        if card.keyword not in ("COMMENT", "HISTORY", ""):
            metadata.set(card.keyword, card.value, card.comment)
    return metadata


def readExpected(name):
    """Read what the stack finds in a golden file."""
    with open(os.path.join(GOLDEN, "expected.json")) as file:
        return json.load(file)[name]["visitInfo"]


class VisitInfoTestCase(lsst.utils.tests.TestCase):
    def setUp(self):
        self.facts = VISIT_FACTS
        self.visitInfo = VisitInfo(**self.facts)

    def testFactsAreAsGiven(self):
        for name, value in self.facts.items():
            self.assertEqual(getattr(self.visitInfo, name), value, name)
            self.assertEqual(getattr(self.visitInfo, f"get{name[0].upper()}{name[1:]}")(), value, name)

    def testFactsThatAreNotGivenAreUnknown(self):
        visitInfo = VisitInfo()
        for name in ("exposureTime", "darkTime", "ut1", "boresightAirmass", "focusZ"):
            self.assertTrue(math.isnan(getattr(visitInfo, name)), name)
        self.assertTrue(math.isnan(visitInfo.era.asDegrees()))
        self.assertFalse(visitInfo.date.isValid())
        self.assertEqual(visitInfo.rotType, RotType.UNKNOWN)
        self.assertEqual((visitInfo.id, visitInfo.object, visitInfo.hasSimulatedContent), (0, "", False))

    def testFactsOfTheWrongTypeAreTypeErrors(self):
        for name in self.facts:
            if name != "hasSimulatedContent":
                with self.assertRaises(TypeError):
                    VisitInfo(**{name: b"wrong"})
        with self.assertRaises(TypeError):
            VisitInfo(nonsense=1)

    def testFactsCannotBeChanged(self):
        with self.assertRaises(AttributeError):
            self.visitInfo.exposureTime = 3.0

    def testCopyWithReplacesFacts(self):
        for name, value in dict(exposureTime=1.0, id=5, object="x", rotType=RotType.SKY).items():
            other = self.visitInfo.copyWith(**{name: value})
            self.assertEqual(getattr(other, name), value)
            self.assertNotEqual(other, self.visitInfo)
            self.assertEqual(other.copyWith(**{name: self.facts[name]}), self.visitInfo)

    def testUnknownFactsAreEqual(self):
        self.assertEqual(VisitInfo(), VisitInfo())
        self.assertNotEqual(VisitInfo(), self.visitInfo)
        with self.assertRaises(TypeError):
            hash(self.visitInfo)

    def testCopies(self):
        for visitInfo in (VisitInfo(), self.visitInfo):
            for other in (
                VisitInfo(visitInfo),
                copy.deepcopy(visitInfo),
                pickle.loads(pickle.dumps(visitInfo)),
            ):
                self.assertEqual(other, visitInfo)

    def testDerivedAngles(self):
        expected = readExpected("calexp_sip.fits")
        visitInfo = VisitInfo(readHeader("calexp_sip.fits"))
        self.assertFloatsAlmostEqual(
            visitInfo.boresightParAngle.asDegrees(), expected["parallactic_deg"], rtol=1e-12
        )
        self.assertFloatsAlmostEqual(
            visitInfo.boresightHourAngle.asDegrees(), expected["hour_angle_deg"], rtol=1e-12
        )
        self.assertEqual(self.visitInfo.getLocalEra(), 45.1 * degrees + 11.1 * degrees)

    def testGoldenHeadersAreUnderstood(self):
        for name in ("calexp_sip.fits", "calexp_varying_calib.fits", "calexp_xy0.fits"):
            expected, visitInfo = readExpected(name), VisitInfo(readHeader(name))
            self.assertEqual(visitInfo.id, expected["id"])
            self.assertEqual(visitInfo.rotType.name, expected["rot_type"])
            self.assertFloatsAlmostEqual(visitInfo.date.get(DateTime.MJD, DateTime.TAI), expected["mjd_tai"])
            self.assertFloatsAlmostEqual(visitInfo.era.asRadians(), expected["era_rad"], rtol=1e-12)
            azAlt = [angle.asDegrees() for angle in visitInfo.boresightAzAlt]
            self.assertEqual(azAlt, expected["boresight_az_alt_deg"])
            self.assertEqual(visitInfo.weather, Weather(*expected["weather"]))
            self.assertEqual(visitInfo.instrumentLabel, expected["instrument"])
            self.assertEqual(visitInfo.hasSimulatedContent, expected["hasSimulatedContent"])

    def testHeadersAreWrittenAsTheStackDoes(self):
        for name in ("calexp_sip.fits", "calexp_varying_calib.fits", "calexp_xy0.fits"):
            golden = readHeader(name)
            written = PropertyList()
            setVisitInfoMetadata(written, VisitInfo(golden))
            ours, theirs = (
                [(card, header.getScalar(card), header.getComment(card)) for card in header.getOrderedNames()]
                for header in (written, golden)
            )
            self.assertEqual([card[0] for card in ours], [card[0] for card in theirs][-len(ours) :])
            for (card, value, comment), (_, expected, theirComment) in zip(
                ours, theirs[-len(ours) :], strict=True
            ):
                if isinstance(expected, float):
                    self.assertFloatsAlmostEqual(value, expected, rtol=1e-14)
                else:
                    self.assertEqual(value, expected)
                self.assertTrue(comment.startswith(theirComment), card)

    def testHeaderRoundTrip(self):
        metadata = PropertyList()
        setVisitInfoMetadata(metadata, self.visitInfo)
        other = VisitInfo(metadata)
        self.assertFloatsAlmostEqual(other.era.asDegrees(), 45.1, rtol=1e-12)
        for name in ("exposureTime", "date", "rotType", "weather", "id", "object", "hasSimulatedContent"):
            self.assertEqual(getattr(other, name), self.facts[name])

    def testStrippingRemovesTheCards(self):
        metadata = PropertyList.from_mapping({"OTHER": 1})
        setVisitInfoMetadata(metadata, self.visitInfo)
        count = len(metadata.names())
        self.assertEqual(stripVisitInfoKeywords(metadata), count - 1)
        self.assertEqual(metadata.names(), ["OTHER"])

    def testUnknownFactsHaveNoCards(self):
        metadata = PropertyList()
        setVisitInfoMetadata(metadata, VisitInfo())
        self.assertEqual(sorted(metadata.names()), ["HAS-SIMULATED-CONTENT", "ROTTYPE"])

    def testOldHeaders(self):
        cards = {"EXPTIME": "30.5", "TIME-MID": "2023-02-25T12:00:00.000000000Z"}
        visitInfo = VisitInfo(PropertyList.from_mapping(cards))
        self.assertEqual(visitInfo.exposureTime, 30.5)
        self.assertEqual(visitInfo.date, DateTime("2023-02-25T12:00:00Z", DateTime.UTC))

    def testHeadersThatCannotBeUnderstoodAreErrors(self):
        date = "2023-02-25T12:00:00"
        for error, cards in (
            (RuntimeError, {"DATE-AVG": date}),
            (RuntimeError, {"DATE-AVG": date, "TIMESYS": "UTC"}),
            (RuntimeError, {"ROTTYPE": "SIDEWAYS"}),
            (lsst.pex.exceptions.TypeError, {"DATE-AVG": 2023, "TIMESYS": "TAI"}),
            (lsst.pex.exceptions.TypeError, {"DATE-AVG": "2023", "TIMESYS": 1}),
            (lsst.pex.exceptions.TypeError, {"TIME-MID": 5}),
        ):
            with self.subTest(cards), self.assertRaises(error):
                VisitInfo(PropertyList.from_mapping(cards))

    def testNewerVersionsAreRefusedWithBothNamed(self):
        for version, isKnown in ((0, True), (5, True), (6, False), (999999, False)):
            with self.subTest(version=version), tempfile.NamedTemporaryFile(suffix=".fits") as file:
                self.visitInfo.writeFits(file.name)
                with astropy.io.fits.open(file.name, mode="update") as hdus:
                    hdus["VisitInfo"].data["version"] = version
                if isKnown:
                    self.assertEqual(VisitInfo.readFits(file.name), self.visitInfo)
                else:
                    message = f"{file.name}.*expected VisitInfo version up to 5, found {version}"
                    with self.assertRaisesRegex(FitsError, message):
                        VisitInfo.readFits(file.name)

    def testStringNamesFacts(self):
        text = str(self.visitInfo)
        self.assertTrue(text.startswith("VisitInfo(exposureTime=10.01, darkTime=11.02, date=2037-09-"))
        self.assertTrue(text.endswith("object='test object', hasSimulatedContent=true)"))
        self.assertIn("date=<invalid>", str(VisitInfo()))


if __name__ == "__main__":
    unittest.main()
