# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

import copy
import dataclasses
import datetime
import pickle
import time
import unittest
import warnings

import numpy as np
import yaml

import lsst.pex.exceptions
import lsst.utils.tests
from lsst.daf.base import DateTime, PropertyList, PropertySet, getPropertySetState
from lsst.pex.exceptions import DomainError, InvalidParameterError, NotFoundError

SCALES = (DateTime.TAI, DateTime.TT, DateTime.UTC)


class DateTimeTestCase(lsst.utils.tests.TestCase):
    """Points in time."""

    def testScalesDifferByTheirDefinitions(self):
        moment = DateTime("2009-04-02T07:26:39.314159265Z", DateTime.UTC)
        self.assertEqual(moment.nsecs(DateTime.UTC), 1238657199314159265)
        self.assertEqual(moment.nsecs(DateTime.TAI), 1238657233314159265)
        self.assertEqual(moment.nsecs(DateTime.TT), 1238657265498159265)
        self.assertEqual(moment.nsecs(), moment.nsecs(DateTime.TAI))

    def testLeapSecondsCountFromTheirDay(self):
        for mjd, difference in (
            (45205.0, 21),
            (41498.99, 10),
            (41499.01, 11),
            (57203.99, 35),
            (57204.01, 36),
            (57753.99, 36),
            (57754.01, 37),
            (61000.0, 37),
        ):
            moment = DateTime(mjd, DateTime.MJD, DateTime.UTC)
            self.assertEqual(moment.nsecs(DateTime.TAI) - moment.nsecs(DateTime.UTC), difference * 10**9)

    def testLeapSecondItselfHasTheLabelsOfTheNextSecond(self):
        first = DateTime("2017-01-01T00:00:00Z", DateTime.UTC).nsecs()
        for halfSeconds, text in ((-3, "2016-12-31T23:59:59"), (-1, "2017-01-01T00:00:00")):
            moment = DateTime(first + halfSeconds * 500_000_000)
            self.assertEqual(moment.toString(DateTime.UTC), f"{text}.500000000Z")

    def testFarFutureIsConvertedWithoutWarning(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            moment = DateTime("2200-01-01T00:00:00Z", DateTime.UTC)
        self.assertEqual(moment.toString(DateTime.TAI), "2200-01-01T00:00:37.000000000")

    def testUtcBefore1972Drifts(self):
        self.assertEqual(DateTime(0, DateTime.TAI).toString(DateTime.UTC), "1969-12-31T23:59:51.999918240Z")
        self.assertEqual(DateTime(-1, DateTime.TAI).toString(DateTime.UTC), "1969-12-31T23:59:51.999918239Z")
        moment = DateTime("1969-03-01T12:39:45.12345Z", DateTime.UTC)
        self.assertEqual(moment.toString(DateTime.UTC), "1969-03-01T12:39:45.123449996Z")

    def testSystemsAgree(self):
        moment = DateTime(60000.5, DateTime.MJD, DateTime.TAI)
        self.assertEqual(moment.get(DateTime.MJD, DateTime.TAI), 60000.5)
        self.assertEqual(moment.get(), 60000.5)
        self.assertEqual(moment.get(DateTime.JD, DateTime.TAI), 2460001.0)
        epoch = moment.get(DateTime.EPOCH, DateTime.TAI)
        self.assertFloatsAlmostEqual(DateTime(epoch, DateTime.EPOCH).get(), 60000.5, rtol=1e-9)
        self.assertEqual(DateTime(2460001.0, DateTime.JD), moment)
        self.assertEqual(DateTime(date=60000.5), moment)
        self.assertEqual(DateTime(2023, 2, 25, 12, 0, 0, DateTime.TAI), moment)
        self.assertEqual(DateTime(nsecs=moment.nsecs(), scale=DateTime.TAI), moment)

    def testTextIsIso8601(self):
        moment = DateTime(60000.5, DateTime.MJD, DateTime.TAI)
        self.assertEqual(str(moment), repr(moment))
        for scale in SCALES:
            self.assertEqual(DateTime(moment.toString(scale), scale), moment)

    def testSeparatorsAreOptional(self):
        for text in ("20090402T072639.5Z", "2009-04-02T07:26:39,5Z", "2009-0402T07:2639.50000000009Z"):
            self.assertEqual(
                DateTime(text, DateTime.UTC).toString(DateTime.UTC), "2009-04-02T07:26:39.500000000Z"
            )

    def testOtherTextsAreDomainErrors(self):
        for text, scale in (
            ("20090401", DateTime.UTC),
            ("2009-04-01T23:36Z", DateTime.UTC),
            ("2009-04-01T23:36:05", DateTime.UTC),
            ("2009-04-01T23:36:05Z", DateTime.TAI),
            ("2009-04-01T23:36:05-0700", DateTime.UTC),
            ("09-04-01T23:36:05", DateTime.TAI),
            ("1901-12-12T23:59:59", DateTime.TAI),
            ("2262-01-01T00:00:00", DateTime.TAI),
            ("2024-13-01T00:00:00", DateTime.TAI),
            ("1960-01-01T23:59:59Z", DateTime.UTC),
        ):
            with self.subTest(text=text), self.assertRaises(DomainError):
                DateTime(text, scale)
        with self.assertRaises(DomainError):
            DateTime(200000.0, DateTime.MJD)

    def testWrongArgumentsAreTypeErrors(self):
        for function in (
            lambda: DateTime("2009-04-01T23:36:05"),
            lambda: DateTime(None),
            lambda: DateTime(5, 5),
            lambda: DateTime(5.5, DateTime.TAI),
            lambda: DateTime(1).toString("UTC"),
            lambda: hash(DateTime(1)),
            lambda: DateTime(1) < 5,
            lambda: DateTime(1) <= DateTime(2),
        ):
            with self.assertRaises(TypeError):
                function()

    def testInvalidTimeSaysSo(self):
        moment = DateTime()
        self.assertEqual(repr(moment), "DateTime()")
        for scale in SCALES:
            self.assertEqual(moment.nsecs(scale), DateTime.invalid_nsecs)
            with self.assertRaises(lsst.pex.exceptions.RuntimeError):
                moment.toString(scale)
        for function in (moment.get, moment.toPython):
            with self.assertRaises(RuntimeError):
                function()
        self.assertLess(moment, DateTime(0))

    def testConvertsToPythonAndAstropy(self):
        moment = DateTime(2012, 7, 19, 18, 29, 33, DateTime.UTC)
        self.assertEqual(moment.toPython(DateTime.UTC), datetime.datetime(2012, 7, 19, 18, 29, 33))
        self.assertEqual(moment.toPython(), datetime.datetime(2012, 7, 19, 18, 30, 8))
        self.assertEqual(moment.toAstropy().utc.isot, "2012-07-19T18:29:33.000")

    def testNowIsNow(self):
        before = time.time_ns()
        moment = DateTime.now()
        self.assertLessEqual(before // 1000 * 1000, moment.nsecs(DateTime.UTC))
        self.assertLessEqual(moment.nsecs(DateTime.UTC), time.time_ns())

    def testCopiesAreEqual(self):
        moment = DateTime(1192755473000000001)
        self.assertEqual(pickle.loads(pickle.dumps(moment)), moment)
        self.assertEqual(copy.copy(moment), moment)
        self.assertEqual(yaml.safe_load(yaml.dump(moment)), moment)


class PropertySetTestCase(lsst.utils.tests.TestCase):
    """Hierarchical containers."""

    def setUp(self):
        self.container = PropertySet.from_mapping({"a": {"pre": 1, "post": 2}, "int": 42, "double": 3.14})

    def testDotsSeparateLevels(self):
        self.assertEqual(self.container["a"].toDict(), {"post": 2, "pre": 1})
        self.assertEqual(self.container.toDict(), {"a": {"pre": 1, "post": 2}, "int": 42, "double": 3.14})
        self.assertTrue(self.container.exists("a.pre"))
        self.assertFalse(self.container.exists("a.b"))
        self.assertIn("a", self.container)
        self.assertNotIn("a.pre", self.container)
        with self.assertRaises(InvalidParameterError):
            self.container.set("int.sub", 1)

    def testNamesAreOfTheLevelsAskedFor(self):
        self.assertEqual(set(self.container.names()), {"a", "int", "double"})
        self.assertEqual(set(self.container.names(False)), {"a", "a.pre", "a.post", "int", "double"})
        self.assertEqual(set(self.container.paramNames()), {"int", "double"})
        self.assertEqual(
            set(self.container.paramNames(topLevelOnly=False)), {"a.pre", "a.post", "int", "double"}
        )
        self.assertEqual(self.container.propertySetNames(), ["a"])
        self.assertEqual(len(self.container), 3)

    def testEachTypeHasItsMethods(self):
        integers = dict.fromkeys(("Short", "Int", "Long", "LongLong", "UnsignedLongLong"), 2**40)
        others = {
            "Bool": True,
            "Float": 0.1,
            "Double": 0.1,
            "String": "s",
            "DateTime": DateTime(5),
            "Undef": None,
        }
        for name, value in {**integers, **others}.items():
            with self.subTest(name=name):
                container = PropertySet()
                getattr(container, f"set{name}")("x", value)
                self.assertEqual(getattr(container, f"get{name}")("x"), value)
                self.assertEqual(container.getScalar("x"), value)
                getattr(container, f"set{name}")("x", [value, value])
                self.assertEqual(container.getArray("x"), [value, value])
                with self.assertRaises(lsst.pex.exceptions.TypeError):
                    container.getString("x") if name != "String" else container.getBool("x")

    def testPicklesNameTheTypesAsTheCompiledStackDoes(self):
        for value, typeName in (
            (True, "Bool"),
            (1, "Int"),
            (2**31, "LongLong"),
            (-(2**63), "LongLong"),
            (2**63, "UnsignedLongLong"),
            (1.0, "Double"),
            ("s", "String"),
            (None, "Undef"),
            (DateTime(1), "DateTime"),
            (np.float64(1), "Double"),
            (np.int16(1), "Int"),
            ([1, 2**31], "LongLong"),
            ([1.5, 2], "Double"),
            (np.arange(3), "Int"),
        ):
            with self.subTest(value=value):
                container = PropertySet()
                container.set("x", value)
                self.assertEqual([item[:2] for item in getPropertySetState(container)], [("x", typeName)])

    def testWrongValuesAreTypeErrors(self):
        container = self.container
        for function in (
            lambda: container.set("x", object()),
            lambda: container.setInt("x", 1.5),
            lambda: container.setString("x", 5),
            lambda: container.setDouble("x", "1"),
            lambda: container.setShort("x", [1, "2"]),
            lambda: container.set("x", {"y": 1}),
            lambda: container.set("x", [1, 2.5]),
            lambda: container.add("int", 4.2),
            lambda: container.add("int", container.deepCopy()),
            lambda: hash(container),
        ):
            with self.assertRaises(TypeError):
                function()
        with self.assertRaises(RuntimeError):
            container.set("x", 2**64)

    def testMissingNamesAreLookupErrors(self):
        for function in (
            lambda: self.container["x"],
            lambda: self.container.getScalar("x"),
            lambda: self.container.getArray("a.x"),
            lambda: self.container.pop("x"),
        ):
            with self.assertRaises(KeyError):
                function()
        for function in (self.container.getInt, self.container.getAsDouble):
            with self.assertRaises(NotFoundError):
                function("x")
        self.assertIsNone(self.container.get("x"))
        found = self.container.get("x", 5), self.container.getInt("x", 5)
        self.assertEqual((*found, self.container.getInt("int", defaultValue=5)), (5, 5, 42))

    def testValuesOfOneNameAddUp(self):
        self.container.add("int", [7, 8])
        self.container.add("new", "text")
        self.container.set("none", [])
        self.assertEqual(self.container.getArray("int"), [42, 7, 8])
        self.assertEqual((self.container["int"], self.container.get("int")), (8, 8))
        self.assertFalse(self.container.exists("none"))
        self.assertEqual(self.container.toDict()["int"], [42, 7, 8])

    def testNumbersConvertWithoutLoss(self):
        container = self.container
        container.set("flag", True)
        container.set("big", 2**63)
        self.assertEqual((container.getAsInt("flag"), container.getAsDouble("int")), (1, 42.0))
        self.assertEqual(container.getAsDouble("big"), 2.0**63)
        for function in (lambda: container.getAsInt("double"), lambda: container.getAsDouble("a")):
            with self.assertRaises(lsst.pex.exceptions.TypeError):
                function()

    def testContainersInsideAreCopiedAndReadOnly(self):
        inner = PropertySet.from_mapping({"x": 1})
        self.container["inner"] = inner
        inner["x"] = 2
        self.assertEqual(self.container.getInt("inner.x"), 1)
        for function in (
            lambda: self.container["inner"].set("x", 3),
            lambda: self.container["inner"].add("x", 3),
            lambda: self.container["inner"].remove("x"),
        ):
            with self.assertRaises(TypeError):
                function()
        self.assertEqual(self.container.toDict()["inner"], {"x": 1})
        writable = copy.deepcopy(self.container["inner"])
        writable["x"] = 4
        self.assertEqual(writable.toDict(), {"x": 4})

    def testContainerAndValueReplaceEachOther(self):
        self.container["int"] = {"x": {"y": 1}}
        self.assertEqual(self.container.propertySetNames(False), ["int", "int.x", "a"])
        self.container["a"] = 5
        self.assertEqual(self.container.toDict(), {"a": 5, "int": {"x": {"y": 1}}, "double": 3.14})

    def testCombineAppendsAndUpdateReplaces(self):
        other = PropertySet.from_mapping({"a": {"pre": [3, 4]}, "new": "x"})
        combined = self.container.deepCopy()
        combined.combine(other)
        self.assertEqual(combined.getArray("a.pre"), [1, 3, 4])
        self.assertEqual(combined["a.post"], 2)
        self.container.update({"int": 5, "dict": {"x": 1}})
        self.assertEqual(self.container["dict.x"], 1)
        self.container.update(other)
        self.assertEqual(self.container.toDict()["a"], {"pre": [3, 4]})
        other.set("int", 1.5)
        with self.assertRaises(lsst.pex.exceptions.TypeError):
            self.container.combine(other)

    def testCopyTakesAllValuesOrTheLast(self):
        other = PropertySet.from_mapping({"x": [1.5, 3.5]})
        self.container.copy("int", other, "x")
        self.container.copy("last", other, "x", asScalar=True)
        self.assertEqual(
            (self.container.getArray("int"), self.container.getArray("last")), ([1.5, 3.5], [3.5])
        )
        with self.assertRaises(InvalidParameterError):
            self.container.copy("y", other, "missing")

    def testRemovesNamesOfAllLevels(self):
        self.container.remove("a.pre")
        self.container.remove("missing.name")
        self.assertEqual(self.container.toDict()["a"], {"post": 2})
        del self.container["a.post"]
        with self.assertRaises(KeyError):
            del self.container["a.post"]
        self.assertEqual(self.container.pop("int"), 42)
        self.assertEqual(self.container.pop("int", 5), 5)

    def testIsAMapping(self):
        del self.container["a"]
        self.assertEqual(set(self.container.keys()), {"int", "double"})
        self.assertEqual(set(self.container.items()), {("int", 42), ("double", 3.14)})
        self.assertEqual(set(self.container.values()), {42, 3.14})

    def testEqualityNeedsTheSameTypesOfValues(self):
        a, b = PropertySet(), PropertySet()
        a.set("x", float("nan"))
        b.set("x", float("nan"))
        self.assertEqual(a, b)
        a.set("y", 1)
        b.set("y", 1.0)
        self.assertNotEqual(a, b)
        self.assertNotEqual(a, a.toDict())
        self.assertNotEqual(PropertySet(), PropertyList())

    def testTextShowsAllLevels(self):
        self.container.set("text", ["x", "y"])
        self.container.set("flag", True)
        self.container.set("none", None)
        self.assertEqual(
            str(self.container),
            "a = {\n..post = 2\n..pre = 1\n}\ndouble = 3.1400000000000\nflag = 1\n"
            'int = 42\nnone = <Unknown>\ntext = [ "x", "y" ]\n',
        )
        self.assertIn("a = { ... }\n", self.container.toString(True))

    def testIsMadeOfAnythingLikeAMapping(self):
        @dataclasses.dataclass
        class Data:
            x: int = 1

        class Convertible:
            def to_dict(self):
                return {"x": 1}

        for source in ({"x": 1}, Data(), Convertible()):
            self.assertEqual(PropertySet.from_mapping(source).toDict(), {"x": 1})
        with self.assertRaises(ValueError):
            PropertySet.from_mapping(5)

    def testPickleAndYamlKeepEverything(self):
        self.container.set("array", [1, 2])
        self.container.set("moment", DateTime(5))
        self.container.set("list", PropertyList.from_mapping({"x": 1}))
        for other in (pickle.loads(pickle.dumps(self.container)), yaml.safe_load(yaml.dump(self.container))):
            self.assertEqual(other, self.container)
            self.assertEqual(other["list"].toDict(), {"x": 1})
        self.assertIn(("int", "Int", 42), getPropertySetState(self.container))


class PropertyListTestCase(lsst.utils.tests.TestCase):
    """Containers with order and comments."""

    def setUp(self):
        self.container = PropertyList()
        self.container.set("SIMPLE", True)
        self.container.set("NAXIS", 2, "two-dimensional")
        self.container.set("COMMENT", "line 1")
        self.container.add("COMMENT", "line 2")
        self.container.set("RA", 3.5, "degrees")

    def testOrderIsThatOfSetting(self):
        self.assertEqual(self.container.getOrderedNames(), ["SIMPLE", "NAXIS", "COMMENT", "RA"])
        self.assertEqual(list(self.container), self.container.getOrderedNames())
        self.container.set("NAXIS", 3)
        self.assertEqual(
            self.container.toList(),
            [
                ("SIMPLE", True, ""),
                ("NAXIS", 3, "two-dimensional"),
                ("COMMENT", "line 1", ""),
                ("COMMENT", "line 2", ""),
                ("RA", 3.5, "degrees"),
            ],
        )
        self.assertEqual(list(self.container.toOrderedDict().items())[2], ("COMMENT", ["line 1", "line 2"]))
        self.container.remove("NAXIS")
        self.container.set("NAXIS", 1)
        self.assertEqual(self.container.getOrderedNames()[-1], "NAXIS")

    def testCommentsStayUntilReplaced(self):
        self.container.set("RA", 4.5)
        self.assertEqual(self.container.getComment("RA"), "degrees")
        self.container.setComment("RA", "hours")
        self.assertEqual(self.container.getComment("RA"), "hours")
        self.container["RA#COMMENT"] = "radians"
        self.assertEqual(self.container.getComment("RA"), "radians")
        self.container.setDouble("RA", [1.0, 2.0], "two")
        self.assertEqual(self.container.toList()[-1], ("RA", 2.0, "two"))
        self.assertEqual(self.container.getComment("SIMPLE"), "")
        with self.assertRaises(KeyError):
            self.container.setComment("missing", "x")

    def testDotsArePartOfTheNames(self):
        self.container.set("RA.err", 0.5)
        self.assertIn("RA.err", self.container)
        self.assertEqual(self.container["RA"], 3.5)

    def testContainersAreFlattened(self):
        self.container.set("top", PropertySet.from_mapping({"bottom": "x", "sibling": 42}))
        self.assertEqual(set(self.container.getOrderedNames()[-2:]), {"top.sibling", "top.bottom"})
        self.assertNotIn("top", self.container)
        self.container["dict"] = {"x": {"y": 1}}
        self.assertEqual(self.container["dict.x.y"], 1)
        other = PropertyList()
        other.set("list", self.container)
        self.assertEqual(other.getComment("list.RA"), "degrees")

    def testTextShowsComments(self):
        self.assertEqual(
            str(self.container),
            "SIMPLE = 1\nNAXIS = 2\n// two-dimensional\n"
            'COMMENT = [ "line 1", "line 2" ]\nRA = 3.5000000000000\n// degrees\n',
        )

    def testCopiesKeepOrderAndComments(self):
        for other in (
            copy.copy(self.container),
            copy.deepcopy(self.container),
            self.container.deepCopy(),
            pickle.loads(pickle.dumps(self.container)),
            yaml.safe_load(yaml.dump(self.container)),
        ):
            self.assertIs(type(other), PropertyList)
            self.assertEqual(other, self.container)
            self.assertEqual(other.toList(), self.container.toList())

    def testCombineKeepsTheOrderOfBoth(self):
        other = PropertyList()
        other.set("NEW", 1, "new")
        other.add("NAXIS", [3, 4], "more")
        other.set("NEWER", 2)
        self.container.combine(other)
        self.assertEqual(
            self.container.getOrderedNames(), ["SIMPLE", "NAXIS", "COMMENT", "RA", "NEW", "NEWER"]
        )
        self.assertEqual(self.container.getArray("NAXIS"), [2, 3, 4])
        self.assertEqual(
            (self.container.getComment("NEW"), self.container.getComment("NAXIS")), ("new", "more")
        )

    def testEqualityIncludesComments(self):
        other = self.container.deepCopy()
        other.setComment("RA", "hours")
        self.assertNotEqual(other, self.container)


if __name__ == "__main__":
    unittest.main()
