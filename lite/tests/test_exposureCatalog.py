# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogs of exposures are made, sliced, searched and stored as in the
stack.
"""

import copy
import os
import pickle
import unittest

import astropy.table
import astropy.units
import numpy as np
from liteScenes import TemporaryFolder, makeWcs

import lsst.utils.tests
from lsst.afw.detection import GaussianPsf
from lsst.afw.fits import FitsError
from lsst.afw.geom import Polygon
from lsst.afw.image import PhotoCalib, VisitInfo
from lsst.afw.table import ExposureCatalog, ExposureRecord, ExposureTable, Schema
from lsst.daf.base import PropertyList
from lsst.geom import Angle, Box2I, Extent2I, Point2D, Point2I, SpherePoint, degrees
from lsst.pex.exceptions import (
    InvalidParameterError,
    LengthError,
    LogicError,
    NotFoundError,
    RuntimeError,
)

MINIMAL = ["id", "bbox_min_x", "bbox_min_y", "bbox_max_x", "bbox_max_y"]


def makeSchema():
    """Make a schema with fields of all kinds."""
    schema = ExposureTable.makeMinimalSchema()
    for name, typeString in (("weight", "D"), ("small", "F"), ("patch", "I"), ("visit", "L"), ("byte", "B")):
        schema.addField(name, type=typeString, doc=f"the {name}")
    schema.addField("good", type="Flag", doc="whether it is good")
    schema.addField("word", type="U", doc="16 bits")
    schema.addField("angle", type="Angle", doc="an angle")
    schema.addField("name", type="String", doc="a name", size=8)
    schema.addField("text", type="String", doc="any text", size=0)
    schema.addField("bad", type="Flag", doc="whether it is bad")
    schema.addField("pixel", type="ArrayI", doc="two integers", units="pixel", size=2)
    schema.addField("words", type="ArrayU", doc="16 bits each", size=3)
    schema.addField("one", type="ArrayD", doc="array of one", size=1)
    schema.addField("any", type="ArrayF", doc="any number", size=0)
    # Only files give a schema aliases.
    schema._aliases["heavy"] = "weight"
    return schema


def makeCatalog(count=3):
    """Make a catalog whose records differ in all fields and components."""
    catalog = ExposureCatalog(makeSchema())
    for i in range(count):
        record = catalog.addNew()
        record.setId(10 * i + 1)
        record.setBBox(Box2I(Point2I(40 * i, -5), Extent2I(50, 100)))
        record["weight"], record["small"] = 0.5 + i, 0.25 * i
        record["patch"], record["visit"], record["byte"], record["word"] = -i, 2**40 + i, 255 - i, 65535 - i
        record["good"], record["bad"] = i % 2 == 0, i == 1
        record["angle"] = i * degrees
        record["name"], record["text"] = f"é{i}", "long" * i
        record["pixel"] = np.array([i, -i], np.int32)
        record["words"] = np.array([0, 32768, 65535 - i], np.uint16)
        record["one"] = np.array([i + 0.125])
        record["any"] = np.arange(i, dtype=np.float32)
    return catalog


class SchemaTestCase(lsst.utils.tests.TestCase):
    def testTypesHaveTheirNamesAndAliases(self):
        for types, typeString in (
            ((float, np.float64, "D"), "D"),
            ((np.float32, "F"), "F"),
            ((np.int32, "I"), "I"),
            ((np.int64, "L"), "L"),
            ((Angle, "Angle"), "Angle"),
            ((str, "String"), "String"),
        ):
            for type_ in types:
                schema = Schema()
                key = schema.addField("x", type=type_, size=4 if typeString == "String" else None)
                self.assertEqual(key.getTypeString(), typeString)
                self.assertEqual(schema.find("x").field.getTypeString(), typeString)
        for type_ in (int, bool, "X", None):
            with self.assertRaises(KeyError):
                Schema().addField("x", type=type_)

    def testItemsAreUnpackedIntoKeyAndField(self):
        key, field = makeSchema().find("pixel")
        self.assertEqual(key, makeSchema()["pixel"].asKey())
        self.assertEqual(field, makeSchema()["pixel"].asField())
        self.assertEqual(
            str(field), 'Field[\'ArrayI\'](name="pixel", doc="two integers", units="pixel", size=2)'
        )

    def testFieldsAreFoundByNameAliasAndKey(self):
        schema = makeSchema()
        key = schema.find("weight").key
        for found in (schema.find("heavy"), schema.find(key)):
            self.assertEqual((found.key, found.field.getName()), (key, "weight"))
        self.assertEqual(schema["bbox"]["min"]["x"].asKey(), schema.find("bbox_min_x").key)
        self.assertEqual(schema["bbox_max_y"].asField().getUnits(), "pixel")
        self.assertIn("weight", schema)
        self.assertNotIn("nope", schema)
        with self.assertRaises(KeyError):
            schema.find("nope")
        with self.assertRaises(NotFoundError):
            schema["nope"].asKey()

    def testFieldsAreExtractedByPatterns(self):
        schema = makeSchema()
        self.assertEqual(
            list(schema.extract("bbox_*_x", "w*")),
            ["bbox_min_x", "bbox_max_x", "weight", "word", "words"],
        )
        self.assertEqual(list(schema.extract("h*")), ["heavy"])

    def testWrongFieldsAreRefused(self):
        schema = makeSchema()
        with self.assertRaisesRegex(InvalidParameterError, "already present"):
            schema.addField("weight", type="D")
        with self.assertRaisesRegex(InvalidParameterError, "must have names"):
            schema.addField("", type="D")
        with self.assertRaises(LengthError):
            schema.addField("s", type="String")
        with self.assertRaises(LogicError):
            schema.addField("d", type="D", size=2)
        with self.assertRaises(ValueError):
            schema.addField("u", type="D", units="no such unit")

    def testSchemasOfTheSameFieldsAreEqual(self):
        schema, other = makeSchema(), makeSchema()
        self.assertEqual(schema, other)
        other.addField("more", type="D")
        self.assertNotEqual(schema, other)
        self.assertNotEqual(schema, ExposureTable.makeMinimalSchema())

    def testCopyHasItsOwnFields(self):
        schema = makeSchema()
        other = Schema(schema)
        other.addField("more", type="D")
        self.assertNotIn("more", schema)
        self.assertIn("heavy", other)

    def testAliasesMayStandForWhatNamesBeginWith(self):
        schema = Schema()
        x, y = (schema.addField(name, type="D") for name in ("x", "base_Sdss_y"))
        schema._aliases.update({"slot": "base_Sdss", "base_Sdss_x": "x"})
        self.assertEqual(schema.find("slot_x").key, x)
        self.assertEqual(schema.find("slot_y").key, y)
        schema._aliases["x"] = "slot_x"
        with self.assertRaises(KeyError):
            schema.find("slot_x")

    def testWhatASchemaLacksHereSaysSo(self):
        with self.assertRaisesRegex(AttributeError, "Schema.getAliasMap is not in lsst-lite"):
            makeSchema().getAliasMap()


class RecordTestCase(lsst.utils.tests.TestCase):
    def setUp(self):
        self.record = makeCatalog()[1]

    def testNewRecordHasZerosAndNaN(self):
        record = ExposureCatalog(makeSchema()).addNew()
        self.assertTrue(np.isnan([record["weight"], record["small"], *record["one"]]).all())
        self.assertTrue(np.isnan(record["angle"].asRadians()))
        zeros = [record[name] for name in ("id", "patch", "visit", "byte", "word", "good", "bad")]
        self.assertEqual(zeros, [0, 0, 0, 0, 0, False, False])
        self.assertEqual((record["name"], record["text"], record["any"].size), ("", "", 0))
        self.assertEqual(record.getBBox(), Box2I(Point2I(0, 0), Extent2I(1, 1)))
        for name in ("Wcs", "Psf", "PhotoCalib", "ApCorrMap", "ValidPolygon", "VisitInfo", "Detector"):
            self.assertIsNone(getattr(record, f"get{name}")())

    def testValuesAreGotAndSetByNameKeyAndType(self):
        schema = self.record.schema
        key = schema.find("patch").key
        self.record.set("patch", 7)
        values = (
            self.record["patch"],
            self.record[key],
            self.record.get("patch"),
            key.get(self.record),
        )
        self.assertEqual(values, (7,) * 4)
        key.set(self.record, 8)
        self.assertEqual(self.record["patch"], 8)
        self.assertIsInstance(self.record["patch"], int)
        self.assertEqual(self.record[schema.find("pixel").key].tolist(), [1, -1])
        self.assertEqual(self.record.extract("bbox_m??_y"), {"bbox_min_y": -5, "bbox_max_y": 94})
        self.record["bbox_min_x"] = 3
        self.assertEqual(self.record.getBBox().getMin(), Point2I(3, -5))

    def testWrongValuesAreRefused(self):
        for name, value in (
            ("patch", 1.5),
            ("patch", 2**31),
            ("byte", -1),
            ("weight", "1"),
            ("angle", 1.0),
            ("name", 5),
            ("pixel", [1, 2]),
            ("pixel", np.array([1.0, 2.0])),
        ):
            with self.subTest(name), self.assertRaises(TypeError):
                self.record[name] = value
        with self.assertRaises(LengthError):
            self.record["name"] = "too long for it"
        with self.assertRaises(LengthError):
            self.record["pixel"] = np.array([1, 2, 3], np.int32)
        with self.assertRaises(KeyError):
            self.record["nope"]

    def testComponentsMustBeOfTheirClass(self):
        psf = GaussianPsf(5, 5, 1.0)
        self.record.setPsf(psf)
        self.assertIs(self.record.psf, psf)
        self.record.psf = None
        self.assertIsNone(self.record.getPsf())
        for name in (
            "Wcs",
            "PhotoCalib",
            "ApCorrMap",
            "ValidPolygon",
            "VisitInfo",
            "TransmissionCurve",
            "Detector",
        ):
            with self.subTest(name), self.assertRaises(TypeError):
                getattr(self.record, f"set{name}")(psf)

    def testEmptyBoxStaysEmpty(self):
        self.record.setBBox(Box2I())
        self.assertTrue(self.record.getBBox().isEmpty())

    def testCopySharesComponentsButNotValues(self):
        self.record.setWcs(makeWcs(50, 50))
        other = self.record.table.copyRecord(self.record)
        other["patch"], other["any"][0] = 99, 5.0
        self.assertEqual((self.record["patch"], self.record["any"][0]), (-1, 0.0))
        self.assertIs(other.getWcs(), self.record.getWcs())
        with self.assertRaisesRegex(LogicError, "Unequal schemas"):
            ExposureCatalog(ExposureTable.makeMinimalSchema()).addNew().assign(self.record)

    def testPositionsOnTheExposureAreContained(self):
        wcs = makeWcs(50, 50)
        record = ExposureCatalog(makeSchema()).addNew()
        record.setBBox(Box2I(Point2I(10, 20), Point2I(29, 39)))
        with self.assertRaisesRegex(LogicError, "does not have a Wcs"):
            record.contains(wcs.pixelToSky(10, 20))
        record.setWcs(wcs)
        for x, y, expected in ((9.6, 19.6, True), (29.4, 39.4, True), (9.4, 20, False), (20, 39.6, False)):
            with self.subTest((x, y)):
                self.assertEqual(record.contains(wcs.pixelToSky(x, y)), expected)
                shifted = makeWcs(0, 0, 1.0, 0.0, *wcs.pixelToSky(x, y).getPosition(degrees))
                self.assertEqual(record.contains(Point2D(0, 0), shifted), expected)
                self.assertEqual(record.contains(point=Point2D(0, 0), wcs=shifted), expected)
        record.setValidPolygon(Polygon([Point2D(10, 20), Point2D(30, 20), Point2D(10, 40)]))
        corner = wcs.pixelToSky(28, 38)
        self.assertTrue(record.contains(corner))
        self.assertFalse(record.contains(corner, includeValidPolygon=True))
        self.assertTrue(record.contains(wcs.pixelToSky(12, 22), includeValidPolygon=True))
        for wrong in ((), (Point2D(12, 22),), (Point2D(12, 22), 5), (5,), (corner, wcs, True)):
            with self.subTest(wrong), self.assertRaises(TypeError):
                record.contains(*wrong)

    def testRightAscensionZeroIsNoBorder(self):
        record = ExposureCatalog(makeSchema()).addNew()
        record.setBBox(Box2I(Point2I(0, 0), Extent2I(100, 100)))
        record.setWcs(makeWcs(50, 50, ra=0.0))
        for x in (5, 95):
            sky = record.getWcs().pixelToSky(x, 50)
            self.assertTrue(record.contains(SpherePoint(sky.getRa(), sky.getDec())))
            self.assertTrue(record.contains(SpherePoint(sky.getRa() + 360 * degrees, sky.getDec())))


class CatalogTestCase(lsst.utils.tests.TestCase):
    def setUp(self):
        self.catalog = makeCatalog()

    def testRecordsAndSubsetsAreNotCopied(self):
        catalog = self.catalog
        self.assertIs(catalog[-1], catalog[2])
        self.assertEqual([record.getId() for record in catalog[1:]], [11, 21])
        self.assertIs(catalog[::2][1], catalog[2])
        self.assertIs(catalog[np.array([False, True, False])][0], catalog[1])
        # As the stack does, which begins at 0 in any direction.
        self.assertEqual(len(catalog[::-1]), 0)
        for index in (3, -4):
            with self.assertRaises(IndexError):
                catalog[index]
        with self.assertRaises(TypeError):
            catalog[0.0]
        with self.assertRaises(RuntimeError):
            catalog[np.array([0, 1])]

    def testColumnsShareMemoryWithRecords(self):
        catalog = self.catalog
        self.assertEqual(catalog["weight"].tolist(), [0.5, 1.5, 2.5])
        self.assertEqual(catalog["heavy"].dtype, np.float64)
        self.assertEqual(catalog["word"].tolist(), [65535, 65534, 65533])
        self.assertEqual(catalog["pixel"].shape, (3, 2))
        self.assertFloatsAlmostEqual(catalog["angle"], np.radians([0.0, 1.0, 2.0]), rtol=1e-15)
        catalog["patch"][1] = 77
        self.assertEqual(catalog[1]["patch"], 77)
        catalog["patch"] = 5
        catalog["weight"] = np.array([3.0, 4.0, 5.0])
        catalog["good"] = np.array([False, True, True])
        self.assertEqual([record["patch"] for record in catalog], [5, 5, 5])
        self.assertEqual([record["weight"] for record in catalog], [3.0, 4.0, 5.0])
        self.assertEqual(catalog["good"].tolist(), [False, True, True])
        self.assertEqual(catalog["bad"].tolist(), [False, True, False])
        with self.assertRaises(KeyError):
            catalog["nope"]
        with self.assertRaises(TypeError):
            catalog["name"]
        catalog["good"][:] = False
        self.assertEqual(catalog["good"].tolist(), [False, True, True])

    def testRecordsApartHaveColumnsThatCannotBeSet(self):
        apart = self.catalog[::2]
        self.assertFalse(apart.isContiguous())
        self.assertEqual(apart["patch"].tolist(), [0, -2])
        self.assertEqual(apart["good"].tolist(), [True, True])
        with self.assertRaises(ValueError):
            apart["patch"][0] = 1
        for call in (apart.asAstropy, lambda: apart.__setitem__("patch", 1)):
            with self.assertRaisesRegex(RuntimeError, "not contiguous"):
                call()
        self.assertTrue(apart.copy(deep=True).isContiguous())

    def testManyRecordsAreContiguousIfRoomWasMade(self):
        many = ExposureCatalog(ExposureTable.makeMinimalSchema())
        for _ in range(101):
            many.addNew()
        self.assertFalse(many.isContiguous())
        many = ExposureCatalog(ExposureTable.makeMinimalSchema())
        many.reserve(101)
        for _ in range(101):
            many.addNew()
        self.assertTrue(many.isContiguous())
        many.resize(3)
        self.assertEqual(len(many), 3)

    def testFlagsAreTruthValues(self):
        record = ExposureCatalog(makeSchema()).addNew()
        for value in ("yes", np.array([True])):
            with self.subTest(value=value), self.assertRaises(TypeError):
                record.set("good", value)
        for value in (True, np.bool_(True), 1):
            record.set("good", value)
            self.assertIs(record["good"], True)

    def testOnlyRecordsOfTheTableAreTakenIn(self):
        other = makeCatalog(1)
        for call in (
            lambda: self.catalog.append(other[0]),
            lambda: self.catalog.extend(other),
            lambda: self.catalog.__setitem__(0, other[0]),
        ):
            with self.assertRaises(LogicError):
                call()
        self.catalog.extend(other, deep=True)
        self.assertEqual(self.catalog[3]["text"], other[0]["text"])
        del self.catalog[0]
        self.catalog.insert(0, self.catalog[2])
        self.assertEqual([record.getId() for record in self.catalog], [1, 11, 21, 1])
        self.catalog.clear()
        self.assertEqual(len(self.catalog), 0)

    def testCopiesAreShallowOrDeep(self):
        shallow, deep = self.catalog.copy(), self.catalog.copy(deep=True)
        self.assertIs(shallow[0], self.catalog[0])
        self.assertEqual(shallow.table, self.catalog.table)
        self.assertNotEqual(deep.table, self.catalog.table)
        deep[0]["patch"] = 9
        self.assertEqual(self.catalog[0]["patch"], 0)
        self.assertIs(ExposureCatalog(self.catalog)[0], self.catalog[0])
        self.assertEqual(len(ExposureCatalog(self.catalog.table)), 0)

    def testSortedCatalogIsSearched(self):
        catalog = self.catalog
        self.assertTrue(catalog.isSorted())
        self.assertIs(catalog.find(11), catalog[1])
        self.assertIsNone(catalog.find(12))
        weight, patch = (catalog.schema.find(name).key for name in ("weight", "patch"))
        self.assertIs(catalog.find(2.5, weight), catalog[2])
        self.assertFalse(catalog.isSorted(patch))
        catalog.sort(patch)
        self.assertEqual([record.getId() for record in catalog], [21, 11, 1])
        self.assertIs(catalog.find(-1, patch), catalog[1])
        catalog[0]["patch"] = -1
        self.assertIs(catalog.find(-1, patch), catalog[0])

    def testRecordsThatContainAPositionAreASubset(self):
        wcs = makeWcs(50, 50)
        for record in self.catalog:
            record.setWcs(wcs)
        self.catalog[0].setValidPolygon(Polygon([Point2D(0, 0), Point2D(20, 0), Point2D(0, 20)]))
        subset = self.catalog.subsetContaining(Point2D(45, 50), wcs)
        self.assertEqual([record.getId() for record in subset], [1, 11])
        self.assertIs(subset[1], self.catalog[1])
        subset = self.catalog.subsetContaining(wcs.pixelToSky(45, 50), includeValidPolygon=True)
        self.assertEqual([record.getId() for record in subset], [11])
        self.assertEqual(len(self.catalog.subsetContaining(Point2D(500, 50), wcs)), 0)

    def testAstropyTableViewsTheCatalog(self):
        table = self.catalog.asAstropy()
        self.assertIsInstance(table, astropy.table.Table)
        # Aliases are columns, too, as in the stack; arrays of any size are
        # not.
        self.assertEqual(table.colnames, [name for name in self.catalog.schema.extract("*") if name != "any"])
        self.assertEqual(table["name"].tolist(), ["é0", "é1", "é2"])
        self.assertEqual(table["good"].tolist(), [True, False, True])
        self.assertEqual(
            (table["bbox_min_x"].unit, table["angle"].unit), (astropy.units.pix, astropy.units.rad)
        )
        self.assertEqual(table["weight"].description, "the weight")
        table["patch"][0] = 42
        self.assertEqual(self.catalog[0]["patch"], 42)
        self.catalog.asAstropy(copy=True)["patch"][0] = 43
        self.assertEqual(self.catalog[0]["patch"], 42)
        self.assertIsInstance(self.catalog.asAstropy(astropy.table.QTable), astropy.table.QTable)

    def testSchemaMustBeginWithTheFieldsOfAllExposures(self):
        with self.assertRaisesRegex(InvalidParameterError, "makeMinimalSchema"):
            ExposureCatalog(Schema())
        with self.assertRaises(TypeError):
            ExposureCatalog(5)

    def testCatalogPassesOnToItsTable(self):
        metadata = PropertyList()
        metadata.set("A", 1)
        self.catalog.setMetadata(metadata)
        self.assertEqual(self.catalog.getMetadata().getScalar("A"), 1)
        self.assertEqual(self.catalog.asAstropy().meta, {"A": 1})
        self.assertIs(ExposureCatalog.Record, ExposureRecord)
        with self.assertRaisesRegex(AttributeError, "ExposureCatalog.columns is not in lsst-lite"):
            self.catalog.columns


class StoredCatalogTestCase(TemporaryFolder):
    def setUp(self):
        super().setUp()
        self.catalog = makeCatalog()
        self.catalog[0].setWcs(makeWcs(50, 50))
        self.catalog[1].setWcs(makeWcs(50, 50))
        self.catalog[2].setWcs(self.catalog[0].getWcs())
        self.catalog[1].setPsf(GaussianPsf(5, 7, 1.5))
        self.catalog[1].setPhotoCalib(PhotoCalib(3.0))
        self.catalog[2].setVisitInfo(VisitInfo(id=5))
        self.catalog[0].setValidPolygon(Polygon([Point2D(0, 0), Point2D(20, 0), Point2D(0, 20)]))

    def assertSame(self, found, expected):
        self.assertEqual(len(found), len(expected))
        self.assertEqual(repr(found.schema), repr(expected.schema))
        for a, b in zip(found, expected, strict=True):
            for item in b.schema:
                np.testing.assert_array_equal(a.get(item.key), b.get(item.key), item.field.getName())
            for name in ("Wcs", "PhotoCalib", "VisitInfo", "ValidPolygon"):
                self.assertEqual(*(getattr(record, f"get{name}")() for record in (a, b)))
        self.assertEqual(found[1].getPsf().getSigma(), 1.5)
        self.assertIsNone(found[0].getPsf())

    def testCatalogComesBackFromAFile(self):
        metadata = PropertyList()
        metadata.set("HELLO", "world")
        self.catalog.setMetadata(metadata)
        self.catalog.writeFits(self.path)
        found = ExposureCatalog.readFits(self.path)
        self.assertSame(found, self.catalog)
        self.assertIs(found[2].getWcs(), found[0].getWcs())
        self.assertTrue(found.isContiguous())
        self.assertEqual(found.getMetadata().getScalar("HELLO"), "world")
        self.assertFalse(found.getMetadata().exists("TTYPE1"))

    def testComponentsComeFromTheFileThoughItIsGone(self):
        self.catalog.writeFits(self.path)
        size = os.path.getsize(self.path)
        ExposureCatalog.readFits(self.path).writeFits(self.path)
        self.assertEqual(os.path.getsize(self.path), size)
        found = ExposureCatalog.readFits(self.path)
        os.remove(self.path)
        self.assertSame(found, self.catalog)

    def testEmptyCatalogKeepsItsSchema(self):
        ExposureCatalog(makeSchema()).writeFits(self.path)
        found = ExposureCatalog.readFits(self.path)
        self.assertEqual((len(found), found.schema), (0, makeSchema()))

    def testAstropyReadsTheTable(self):
        self.catalog.writeFits(self.path)
        table = astropy.table.Table.read(self.path, hdu=1)
        for name in ("id", "weight", "small", "patch", "visit", "byte", "word", "pixel", "words", "angle"):
            np.testing.assert_array_equal(table[name], self.catalog[name], name)
        self.assertEqual(table["flags"].tolist(), [[True, False], [False, True], [True, False]])
        self.assertEqual([name.strip() for name in table["name"]], ["é0", "é1", "é2"])
        self.assertEqual(table["angle"].unit, astropy.units.rad)

    def testCatalogIsPickledAndCopied(self):
        self.assertSame(pickle.loads(pickle.dumps(self.catalog)), self.catalog)
        self.assertSame(copy.deepcopy(self.catalog), self.catalog)
        self.catalog.writeFits(self.path)
        self.assertSame(pickle.loads(pickle.dumps(ExposureCatalog.readFits(self.path))), self.catalog)

    def testFieldThatIsCalledLikeAComponentCannotBeWritten(self):
        schema = ExposureTable.makeMinimalSchema()
        schema.addField("detector", type="I")
        with self.assertRaisesRegex(InvalidParameterError, "'detector' already present"):
            ExposureCatalog(schema).writeFits(self.path)
        self.assertFalse(os.path.exists(self.path))

    def breakFile(self, old, new):
        """Write the catalog, and change a text in the file."""
        self.catalog.writeFits(self.path)
        self.replaceBytes(old, new, 1)

    def testBrokenTablesRaiseErrorsThatNameTheFile(self):
        for old, new, message in (
            (b"AFW_TYPE= 'EXPOSURE'", b"AFW_TYPE= 'SIMPLE'", "expected a catalog of exposures"),
            (b"'id      '", b"'flags'", "makeMinimalSchema"),
            (b"'weight  '", b"'patch'", "already present"),
            (b"'heavy:weight'", b"'heavy'", "Malformed alias"),
            (b"= '8A      '", b"= '8L'", "'name' has elements of type 'L'"),
            (b"= '1QE(2)  '", b"= '0E'", "rows of at least|has no elements"),
            (b"ARCHIVE_INDEX", b"NO_INDEX", "expected an archive"),
        ):
            with self.subTest(message):
                self.breakFile(old, new)
                with self.assertRaisesRegex(FitsError, f"file.fits, HDU.*({message})"):
                    ExposureCatalog.readFits(self.path)

    def testBrokenComponentsRaiseErrorsWhenTheyAreAskedFor(self):
        self.breakFile(b"'photoCalib'", b"'psf'")
        found = ExposureCatalog.readFits(self.path)
        for _ in range(2):
            with self.assertRaisesRegex(FitsError, "file.fits: record 11: psf cannot be PhotoCalib"):
                found[1].getPsf()
        self.breakFile(b"SkyWcs".ljust(64), b"Polygon")
        found = ExposureCatalog.readFits(self.path)
        with self.assertRaisesRegex(FitsError, "file.fits, HDU SkyWcs: .*vertices_x"):
            found[0].getWcs()


if __name__ == "__main__":
    unittest.main()
