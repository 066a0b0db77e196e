# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

import copy
import math
import operator
import os
import pickle
import subprocess
import sys
import unittest

import numpy as np

import lsst.pex.exceptions
import lsst.utils.tests
from lsst.geom import (
    AffineTransform,
    Angle,
    AngleUnit,
    Box2D,
    Box2I,
    CoordinateExpr,
    CoordinateExpr2,
    Extent,
    Extent2D,
    Extent2I,
    Extent3I,
    IntervalD,
    IntervalI,
    LinearTransform,
    Point,
    Point2D,
    Point2I,
    Point3D,
    Point3I,
    SpherePoint,
    SphereTransform,
    all,
    any,
    arcminutes,
    arcseconds,
    averageSpherePoint,
    ceil,
    degrees,
    floor,
    hours,
    isAngle,
    makeAffineTransformFromTriple,
    milliarcseconds,
    radians,
    truncate,
)
from lsst.pex.exceptions import InvalidParameterError, LengthError, LogicError
from lsst.sphgeom import Angle as SphgeomAngle
from lsst.sphgeom import LonLat, UnitVector3d, Vector3d

GOLDEN = os.path.join(os.path.dirname(__file__), "data", "golden")
INT_MAX = 2**31 - 1
NAN, INF = math.nan, math.inf


class GoldenTestCase(lsst.utils.tests.TestCase):
    """What the compiled stack gives."""

    def testGeometryAgreesWithTheCompiledStack(self):
        command = [sys.executable, os.path.join(GOLDEN, "check_geom.py"), os.path.join(GOLDEN, "geom.json")]
        result = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


class AngleTestCase(lsst.utils.tests.TestCase):
    """Angles and their units."""

    def testUnitsAreConsistent(self):
        angle = 180 * degrees
        self.assertEqual(angle, math.pi * radians)
        for count, unit in (
            (12, hours),
            (180 * 60, arcminutes),
            (180 * 3600, arcseconds),
            (180 * 3600 * 1000, milliarcseconds),
        ):
            self.assertEqual(angle, count * unit)
            self.assertEqual(angle.asAngularUnits(unit), count)
        self.assertEqual(angle.asHours(), 12.0)
        self.assertEqual(angle.asArcminutes(), 180 * 60.0)
        self.assertEqual(angle.asMilliarcseconds(), 180 * 3.6e6)

    def testNumPyNumbersTimesUnitsAreAngles(self):
        for number in (np.float64(2), np.float32(2), np.int64(2), np.int16(2)):
            for angle in (number * degrees, degrees * number, number * (1 * degrees), (1 * degrees) * number):
                self.assertIs(type(angle), Angle)
                self.assertEqual(angle, 2 * degrees)
        self.assertEqual(list(np.array([1.0, 2.0]) * degrees), [1 * degrees, 2 * degrees])

    def testAngleTimesUnitIsNotImplemented(self):
        for function in (lambda: (1 * degrees) * degrees, lambda: degrees * degrees):
            with self.assertRaises(NotImplementedError):
                function()

    def testWrongOperandsAreTypeErrors(self):
        angle = 1 * degrees
        for function in (
            lambda: angle + 1,
            lambda: 1.0 + angle,
            lambda: angle - 1,
            lambda: angle / angle,
            lambda: 1 / angle,
            lambda: angle * "x",
            lambda: "x" * degrees,
            lambda: Angle("x"),
            lambda: Angle(1, 2),
            lambda: angle < "x",
            lambda: isAngle("x"),
            lambda: hash(angle),
            lambda: angle.asAngularUnits(1),
            lambda: angle.wrapNear(1.0),
            lambda: AngleUnit(1.0),
        ):
            with self.assertRaises(TypeError):
                function()

    def testComparesWithAnglesAndRadians(self):
        self.assertEqual(Angle(1.5), 1.5)
        self.assertEqual(1.5, Angle(1.5))
        self.assertTrue(1 * degrees < 2 * degrees <= 2 * degrees < 1.0)
        self.assertTrue(2 * degrees > 1 * degrees >= 1 * degrees)
        self.assertNotEqual(1 * degrees, "x")
        self.assertEqual(NAN * degrees, NAN * radians)

    def testDivisionByZeroIsInfinite(self):
        self.assertEqual(((1 * degrees) / 0).asRadians(), INF)
        self.assertEqual(((-1 * degrees) / 0).asRadians(), -INF)

    def testInPlaceOperatorsChangeTheAngleItself(self):
        angle = same = 1 * degrees
        angle += 1 * degrees
        self.assertEqual(angle, 2 * degrees)
        self.assertEqual(same, 2 * degrees)
        angle *= 3
        angle -= 1 * degrees
        self.assertFloatsAlmostEqual(angle.asDegrees(), 5.0, rtol=1e-15)
        with self.assertRaises(TypeError):
            angle += 1

    def testWrapsIntoItsRange(self):
        self.assertAnglesAlmostEqual((370 * degrees).wrap(), 10 * degrees, ignoreWrap=False)
        self.assertEqual((-1e-16 * radians).wrap(), 0 * radians)
        self.assertEqual((180 * degrees).wrapCtr(), -math.pi)
        self.assertAnglesAlmostEqual((10 * degrees).wrapNear(700 * degrees), 730 * degrees, ignoreWrap=False)
        self.assertAnglesAlmostEqual(
            (350 * degrees).separation(20 * degrees), -30 * degrees, ignoreWrap=False
        )
        self.assertTrue(math.isnan((INF * radians).wrap().asRadians()))

    def testTextsNameTheUnit(self):
        self.assertEqual(repr(2 * degrees), "Angle(2, degrees)")
        self.assertEqual(repr(NAN * degrees), "Angle(float('nan'), degrees)")
        self.assertEqual(str(2 * degrees), "0.0349066 rad")

    def testAnglesOfSphgeomConvert(self):
        self.assertEqual(1 * radians + SphgeomAngle(0.5), 1.5 * radians)
        self.assertTrue(isAngle(SphgeomAngle(1.0)))

    def testIsAngleTellsAnglesFromNumbers(self):
        self.assertTrue(isAngle(1 * degrees))
        self.assertFalse(isAngle(1.0))

    def testCopiesAreEqual(self):
        angle = 1.25 * degrees
        for other in (pickle.loads(pickle.dumps(angle)), copy.copy(angle), copy.deepcopy(angle)):
            self.assertEqual(other, angle)

    def testHasNoOtherAttributes(self):
        with self.assertRaises(AttributeError):
            (1 * degrees).unit = degrees


class CoordinatesTestCase(lsst.utils.tests.TestCase):
    """Points and extents."""

    def testOperatorsGiveTheTypesOfTheCompiledStack(self):
        for n in (2, 3):
            pI, pD, eI, eD = Point[int, n], Point[float, n], Extent[int, n], Extent[float, n]
            sums = {
                (pI, eI): pI,
                (pI, eD): pD,
                (pD, eI): pD,
                (pD, eD): pD,
                (eI, pI): pI,
                (eI, pD): pD,
                (eD, pI): pD,
                (eD, pD): pD,
                (eI, eI): eI,
                (eI, eD): eD,
                (eD, eI): eD,
                (eD, eD): eD,
            }
            differences = {
                (pI, pI): eI,
                (pI, pD): eD,
                (pD, pI): eD,
                (pD, pD): eD,
                (pI, eI): pI,
                (pI, eD): pD,
                (pD, eI): pD,
                (pD, eD): pD,
                (eI, eI): eI,
                (eI, eD): eD,
                (eD, eI): eD,
                (eD, eD): eD,
            }
            for operation, expected in ((operator.add, sums), (operator.sub, differences)):
                for a in (pI, pD, eI, eD):
                    for b in (pI, pD, eI, eD):
                        self._checkOperator(operation, a, b, expected.get((a, b)))

    def _checkOperator(self, operation, a, b, expected):
        first, second = a(*range(1, len(a()) + 1)), b(*range(5, len(b()) + 5))
        with self.subTest(operation=operation, a=a, b=b):
            if expected is None:
                with self.assertRaises(TypeError):
                    operation(first, second)
                return
            result = operation(first, second)
            self.assertIs(type(result), expected)
            self.assertEqual(tuple(result), tuple(map(operation, first, second)))

    def testInPlaceOperatorsKeepTheObject(self):
        for start, other, expected in (
            (Point2I(1, 2), Extent2I(1, 1), Point2I(2, 3)),
            (Point2D(1, 2), Extent2I(1, 1), Point2D(2, 3)),
            (Point2D(1, 2), Extent2D(1, 1), Point2D(2, 3)),
            (Extent2I(1, 2), Extent2I(1, 1), Extent2I(2, 3)),
            (Extent2D(1, 2), Extent2I(1, 1), Extent2D(2, 3)),
        ):
            value = start
            value += other
            self.assertIs(value, start)
            self.assertEqual(value, expected)
            value -= other
            self.assertIs(value, start)

    def testInPlaceOperatorsRefuseFloatsForIntegers(self):
        for operation, value, other in (
            (operator.iadd, Point2I(1, 2), Extent2D(1, 1)),
            (operator.isub, Extent2I(1, 2), Extent2D(1, 1)),
            (operator.iadd, Point2D(1, 2), Point2D(1, 1)),
            (operator.imul, Extent2I(1, 2), 1.5),
            (operator.itruediv, Extent2I(1, 2), 2),
            (operator.ifloordiv, Extent2I(1, 2), 2.0),
        ):
            with self.subTest(operation=operation, value=value), self.assertRaises(TypeError):
                operation(value, other)

    def testScalingChoosesTheNumberType(self):
        self.assertIs(type(Extent2I(1, 2) * 3), Extent2I)
        self.assertIs(type(1.5 * Extent2I(1, 2)), Extent2D)
        self.assertEqual(Extent2I(1, 2) / 2, Extent2D(0.5, 1.0))
        self.assertEqual(Extent2I(7, -7) // 2, Extent2I(3, -4))
        self.assertEqual(Extent2D(1, -2) / 0, Extent2D(INF, -INF))
        self.assertEqual(-Extent3I(1, 2, 3), Extent3I(-1, -2, -3))
        for function in (
            lambda: Extent2D(1, 2) // 2,
            lambda: Extent2I(1, 2) // 2.0,
            lambda: Point2D(1, 2) * 2,
            lambda: -Point2D(1, 2),
            lambda: Extent2D(1, 2) * "x",
        ):
            with self.assertRaises(TypeError):
                function()

    def testIntegersWrapAsIn32Bits(self):
        self.assertEqual(Point2I(INT_MAX, 0) + Extent2I(1, 0), Point2I(-INT_MAX - 1, 0))

    def testPointsRoundAndExtentsTruncate(self):
        self.assertEqual(Point2I(Point2D(1.5, -2.5)), Point2I(2, -2))
        self.assertEqual(Point2I(1.7, -2.7), Point2I(1, -2))
        self.assertEqual(Extent2I(Extent2D(1.7, -2.7)), Extent2I(1, -2))
        self.assertEqual(Extent2D(1.2, -3.4).floor(), Extent2I(1, -4))
        self.assertEqual(Extent2D(1.2, -3.4).ceil(), Extent2I(2, -3))
        self.assertEqual(Extent2D(1.2, -3.4).truncate(), Extent2I(1, -3))
        self.assertEqual(
            (floor(Extent2D(1.5, 2)), ceil(Extent2D(1.5, 2)), truncate(Extent2D(1.5, 2))),
            (Extent2I(1, 2), Extent2I(2, 2), Extent2I(1, 2)),
        )

    def testConstructorsTakeWhatTheCompiledStackTakes(self):
        for value in (
            Point2D(3, 4),
            Point2I(3, 4),
            Extent2D(3, 4),
            Extent2I(3, 4),
            [3, 4],
            (3.0, 4.0),
            np.array([3, 4]),
            np.array([[3.0], [4.0]]),
        ):
            for cls in (Point2D, Point2I, Extent2D, Extent2I):
                self.assertEqual(tuple(cls(value)), (3, 4), msg=f"{cls} of {value}")
        self.assertEqual(Point2D(), Point2D(0.0, 0.0))
        self.assertEqual(Point2D(2), Point2D(2.0, 2.0))
        self.assertEqual(Point2D(value=2), Point2D(2.0, 2.0))
        self.assertEqual(Point3D(z=3, x=1, y=2), Point3D(1, 2, 3))
        self.assertEqual(Point2D(np.float64(1.5), np.int64(2)), Point2D(1.5, 2.0))

    def testConstructorsRefuseAnythingElse(self):
        for function in (
            lambda: Point2I(1.5),
            lambda: Point2D("a", 1),
            lambda: Point2D("ab"),
            lambda: Point2D([1, 2, 3]),
            lambda: Point2D(Point3D(1, 2, 3)),
            lambda: Point2D(1, 2, 3),
            lambda: Point2D(x=1),
            lambda: Point2D(1, y=2, x=1),
            lambda: Point2D(None),
        ):
            with self.assertRaises(TypeError):
                function()

    def testElementsAreReadAndSetByIndexAndName(self):
        point = Point3I(1, 2, 3)
        point[-1] = 5
        point.x = 7
        point.setY(8)
        self.assertEqual(tuple(point), (7, 8, 5))
        self.assertEqual((point.getX(), point.y, point.getZ(), len(point)), (7, 8, 5, 3))
        for index in (3, -4):
            with self.assertRaises(IndexError):
                point[index]
        for function in (lambda: point["x"], lambda: setattr(point, "x", 1.5), lambda: hash(point)):
            with self.assertRaises(TypeError):
                function()

    def testEqualityNeedsTheSameType(self):
        self.assertEqual(Point2I(1, 2), Point2I(1, 2))
        for other in (Point2D(1, 2), Extent2I(1, 2), (1, 2), None):
            self.assertNotEqual(Point2I(1, 2), other)
        self.assertNotEqual(Point2D(NAN, 1), Point2D(NAN, 1))

    def testNamedComparisonsGoByCoordinate(self):
        self.assertEqual(tuple(Point2I(1, 5).lt(Point2I(2, 3))), (True, False))
        self.assertEqual(tuple(Extent2D(1, 5).ge(1.0)), (True, True))
        self.assertIs(type(Point3I(1, 2, 3).eq(2)), CoordinateExpr[3])
        self.assertTrue(any(Point2I(1, 5).ne(1)))
        self.assertFalse(all(Point2I(1, 5).ne(1)))
        for function in (
            lambda: Point2I(1, 2).eq(1.5),
            lambda: Point2I(1, 2).lt(Point2D(1, 2)),
            lambda: all([True]),
        ):
            with self.assertRaises(TypeError):
                function()

    def testTruthValuesCombine(self):
        both = Point2I(1, 5).lt(Point2I(2, 3))
        self.assertEqual(tuple(both.not_()), (False, True))
        self.assertEqual(tuple(both.or_(CoordinateExpr2(True))), (True, True))
        self.assertEqual(tuple(both.and_(CoordinateExpr2())), (False, False))
        self.assertEqual(repr(both), "CoordinateExpr2(1, 0)")

    def testMethodsOfPointsAndExtents(self):
        point = Point2D(1, 2)
        point.shift(Extent2D(1, 1))
        point.scale(2)
        self.assertEqual(point, Point2D(4, 6))
        self.assertEqual(point.distanceSquared(Point2D(1, 2)), 25.0)
        self.assertEqual(point.asExtent(), Extent2D(4, 6))
        self.assertEqual(Extent2D(3, 4).computeNorm(), 5.0)
        self.assertEqual(Extent2I(3, 4).computeSquaredNorm(), 25)
        self.assertEqual(Extent2I(3, 4).asPoint(), Point2I(3, 4))
        self.assertEqual(Point2D(1.5, 2).toString(), "Point(1.5,2)")
        with self.assertRaises(LogicError):
            Extent2I(3, 4).computeNorm()
        with self.assertRaises(TypeError):
            point.shift(Extent2I(1, 1))

    def testTextsCanBeEvaluated(self):
        for value in (Point2I(1, -2), Point2D(1 / 3, 1e300), Extent2D(1.5, 2), Point3D(1, 2, 0.1)):
            self.assertEqual(eval(repr(value)), value)
        self.assertEqual(repr(Point2D(NAN, INF)), "Point2D(float('nan'), float('inf'))")
        self.assertEqual(str(Point2D(1.23456789, 2)), "(1.2346, 2)")

    def testCopiesAreIndependent(self):
        point = Point2D(1, 2)
        for other in (
            point.clone(),
            copy.copy(point),
            copy.deepcopy(point),
            pickle.loads(pickle.dumps(point)),
            Point2D(point),
        ):
            self.assertEqual(other, point)
            other.x = 5
            self.assertEqual(point.x, 1.0)

    def testFactoriesKnowTheirTypes(self):
        self.assertIs(Point[int, 2], Point2I)
        self.assertIs(Extent[float, 2], Extent2D)
        self.assertIsInstance(Point2I(), Point)
        self.assertEqual((Point2I.dtype, Point3D.dtype, Point3D.dimensions), (int, float, 3))


class IntervalTestCase(lsst.utils.tests.TestCase):
    """Ranges in one dimension."""

    def testPairsOfKeywordsAgree(self):
        for cls in (IntervalI, IntervalD):
            interval = cls(min=2, max=4)
            size = interval.size
            self.assertEqual(interval, cls(min=2, size=size))
            self.assertEqual(interval, cls(max=4, size=size))
            self.assertEqual(interval, cls(center=3, size=size))
        self.assertEqual(IntervalI(min=2, max=4).size, 3)
        self.assertEqual(IntervalD(min=2, max=4).size, 2.0)

    def testOtherArgumentsAreRefused(self):
        for function in (
            lambda: IntervalI(1, 2),
            lambda: IntervalI(min=1),
            lambda: IntervalD(min=1, max=2, size=1),
        ):
            with self.assertRaises(TypeError):
                function()
        with self.assertRaises(RuntimeError):
            IntervalI(min=1.5, max=2)

    def testPixelsReachHalfAPixelBeyondTheirPosition(self):
        self.assertEqual(IntervalD(IntervalI(min=2, max=4)), IntervalD(min=1.5, max=4.5))
        wide = IntervalD(min=1.4, max=4.6)
        self.assertEqual(IntervalI(wide), IntervalI(min=1, max=5))
        self.assertEqual(IntervalI(wide, IntervalI.EdgeHandlingEnum.SHRINK), IntervalI(min=2, max=4))

    def testEmptyIntervalsStayEmpty(self):
        for empty in (IntervalI(), IntervalD(), IntervalI(min=3, max=2), IntervalD(min=3, max=2)):
            self.assertTrue(empty.isEmpty())
            for other in (
                empty.dilatedBy(3),
                empty.shiftedBy(1),
                empty.reflectedAbout(2),
                empty.clippedTo(empty),
            ):
                self.assertTrue(other.isEmpty())
                self.assertEqual(other, empty)
            self.assertTrue(empty.contains(empty))
            self.assertFalse(empty.contains(0))
            self.assertEqual(empty.size, 0)
        self.assertFalse(IntervalD(min=1, max=1).isEmpty())

    def testSetOperations(self):
        a, b = IntervalI(min=0, max=5), IntervalI(min=3, max=9)
        self.assertEqual(a.clippedTo(b), IntervalI(min=3, max=5))
        self.assertEqual(a.expandedTo(b), IntervalI(min=0, max=9))
        self.assertEqual(a.expandedTo(-2), IntervalI(min=-2, max=5))
        self.assertTrue(a.overlaps(b) and b.intersects(a) and not a.isDisjointFrom(b))
        self.assertEqual(a.erodedBy(2), IntervalI(min=2, max=3))
        self.assertTrue(a.erodedBy(3).isEmpty())
        self.assertEqual(a.reflectedAbout(1), IntervalI(min=-3, max=2))
        self.assertEqual(list(a.contains(np.array([-1, 0, 5, 6]))), [False, True, True, False])
        self.assertIn(5, a)
        self.assertNotIn(b, a)
        self.assertEqual(IntervalD.fromSpannedPoints([3.0, 1.0]), IntervalD(min=1, max=3))

    def testListsItsPoints(self):
        interval = IntervalI(min=2, max=4)
        self.assertEqual(list(interval.range()), [2, 3, 4])
        self.assertEqual(interval.arange(dtype=np.int64).dtype, np.int64)
        self.assertEqual(interval.slice(), slice(2, 5))
        self.assertEqual((interval.begin, interval.end), (2, 5))

    def testOverflowAndInfinityAreErrors(self):
        for function in (
            lambda: IntervalI(min=INT_MAX, size=2),
            lambda: IntervalI(min=-5, max=INT_MAX),
            lambda: IntervalI(min=0, max=INT_MAX - 1).shiftedBy(5),
        ):
            with self.assertRaises(lsst.pex.exceptions.OverflowError):
                function()
        for function in (
            lambda: IntervalD(min=INF, max=INF),
            lambda: IntervalD(min=-INF, size=2),
            lambda: IntervalI(IntervalD(min=0, max=INF)),
            lambda: IntervalD(min=0, max=1).contains(NAN),
            lambda: IntervalD(min=0, max=1).dilatedBy(INF),
        ):
            with self.assertRaises(InvalidParameterError):
                function()

    def testTexts(self):
        self.assertEqual(str(IntervalI(min=2, max=4)), "(min=2, max=4)")
        self.assertEqual(repr(IntervalD(min=2, max=4.5)), "IntervalD(min=2, max=4.5)")
        self.assertEqual(repr(IntervalI()), "IntervalI()")


class BoxTestCase(lsst.utils.tests.TestCase):
    """Boxes."""

    def setUp(self):
        self.box = Box2I(Point2I(3, 4), Extent2I(10, 8))

    def testConstructorsAgree(self):
        for other in (
            Box2I(Point2I(3, 4), Point2I(12, 11)),
            Box2I(minimum=Point2I(3, 4), maximum=Point2I(12, 11)),
            Box2I(corner=Point2I(3, 4), dimensions=Extent2I(10, 8)),
            Box2I(self.box),
            Box2I(other=self.box),
            Box2I(x=IntervalI(min=3, size=10), y=IntervalI(min=4, size=8)),
            Box2I(other=Box2D(self.box), edgeHandling=Box2I.SHRINK),
        ):
            self.assertEqual(other, self.box)
        self.assertEqual(Box2D(Point2D(0, 0), Extent2D(2, 3)), Box2D(Point2D(0, 0), Point2D(2, 3)))

    def testConstructorsRefuseMixedTypes(self):
        for function in (
            lambda: Box2I(Point2D(0, 0), Point2D(1, 1)),
            lambda: Box2I(1, 2),
            lambda: Box2I("x"),
            lambda: Box2I(Point2I(0, 0)),
            lambda: Box2D(Point2I(0, 0), Extent2I(1, 1)),
            lambda: Box2D(other=self.box),
            lambda: Box2I(Box2D(), 0),
            lambda: hash(self.box),
        ):
            with self.assertRaises(TypeError):
                function()

    def testNegativeSizesInvertOrEmpty(self):
        self.assertEqual(Box2I(Point2I(0, 0), Extent2I(-2, 3)), Box2I(Point2I(-1, 0), Point2I(0, 2)))
        self.assertEqual(Box2I(Point2I(5, 5), Point2I(1, 1)), Box2I(Point2I(1, 1), Point2I(5, 5)))
        self.assertTrue(Box2I(Point2I(0, 0), Extent2I(-2, 3), False).isEmpty())
        self.assertTrue(Box2I(Point2I(0, 0), Extent2I(0, 3)).isEmpty())
        self.assertTrue(Box2D(Point2D(0, 0), Point2D(0, 3)).isEmpty())
        self.assertEqual(Box2D(Point2D(0, 0), Extent2D(-2, 3)), Box2D(Point2D(-2, 0), Point2D(0, 3)))

    def testEmptyBoxesHaveNoSizeAndStayEmpty(self):
        for cls, extent in ((Box2I, Extent2I(1, 1)), (Box2D, Extent2D(1, 1))):
            empty = cls()
            self.assertTrue(empty.isEmpty())
            self.assertEqual((empty.width, empty.height, empty.area), (0, 0, 0))
            for other in (
                empty.dilatedBy(2),
                empty.shiftedBy(extent),
                empty.clippedTo(empty),
                empty.erodedBy(1),
            ):
                self.assertEqual(other, empty)
            empty.grow(3)
            empty.shift(extent)
            empty.flipLR(5)
            self.assertTrue(empty.isEmpty())
            self.assertFalse(empty.overlaps(empty))
            self.assertTrue(empty.contains(cls()))
        self.assertEqual(Box2I().getMax(), Point2I(-1, -1))
        self.assertTrue(Box2D(Box2I()).isEmpty())
        self.assertTrue(Box2I(Box2D()).isEmpty())

    def testDoublesAreHalfOpen(self):
        box = Box2D(self.box)
        self.assertTrue(box.contains(Point2D(2.5, 3.5)))
        self.assertFalse(box.contains(Point2D(12.5, 5)))
        self.assertFalse(box.overlaps(Box2D(Point2D(12.5, 0), Extent2D(5, 20))))
        self.assertEqual(list(box.contains(np.array([2.5, 12.5]), 5.0)), [True, False])

    def testExpandingTakesEveryPixelThatIsTouched(self):
        self.assertEqual(Box2I(Box2D(self.box)), self.box.dilatedBy(1))
        self.assertEqual(Box2I(Box2D(self.box), Box2I.SHRINK), self.box)
        self.assertEqual(Box2I(Box2D(Point2D(0, 0), Point2D(1, 1))), Box2I(Point2I(0, 0), Point2I(1, 1)))

    def testIncludedPointIsInside(self):
        for x in (-1e-300, -7.25, 0.0, 3.5, 1e10):
            box = Box2D()
            point = Point2D(x, -x)
            box.include(point)
            self.assertIn(point, box)
            self.assertEqual(box.getMin(), point)
            self.assertFalse(box.isEmpty())
        self.assertEqual(Box2D.EPSILON, 2 * sys.float_info.epsilon)

    def testContainsTakesPointsBoxesAndArrays(self):
        self.assertIn(Point2I(12, 11), self.box)
        self.assertNotIn(Point2I(13, 4), self.box)
        self.assertIn(Box2I(Point2I(5, 5), Extent2I(2, 2)), self.box)
        self.assertIs(self.box.contains(3, 4), True)
        self.assertIs(self.box.contains(x=3, y=3), False)
        self.assertEqual(
            self.box.contains(np.array([[3, 13]]), np.array([[4], [5]])).tolist(),
            [[True, False], [True, False]],
        )
        for function in (
            lambda: self.box.contains(Point2D(3, 4)),
            lambda: (3, 4) in self.box,
            lambda: self.box.contains(1, 2, 3),
        ):
            with self.assertRaises(TypeError):
                function()

    def testChangesInPlaceMatchNewBoxes(self):
        other = Box2I(Point2I(0, 0), Extent2I(5, 5))
        for inPlace, new, argument in (
            ("grow", "dilatedBy", 2),
            ("grow", "dilatedBy", Extent2I(-1, 3)),
            ("shift", "shiftedBy", Extent2I(1, -1)),
            ("clip", "clippedTo", other),
            ("include", "expandedTo", other),
            ("include", "expandedTo", Point2I(20, 0)),
        ):
            with self.subTest(inPlace=inPlace):
                box = Box2I(self.box)
                self.assertIsNone(getattr(box, inPlace)(argument))
                self.assertEqual(box, getattr(self.box, new)(argument))
        self.assertEqual(self.box.clippedTo(other), Box2I(Point2I(3, 4), Point2I(4, 4)))
        self.assertTrue(self.box.erodedBy(100).isEmpty())

    def testFlipsMirrorInTheParent(self):
        box = Box2I(Point2I(8, 11), Point2I(13, 16))
        box.flipLR(15)
        box.flipTB(20)
        self.assertEqual(box, Box2I(Point2I(1, 3), Point2I(6, 8)))
        box = Box2D(Point2D(8.5, 11), Point2D(13, 16))
        box.flipLR(15.5)
        box.flipTB(20)
        self.assertBoxesAlmostEqual(box, Box2D(Point2D(2.5, 4), Point2D(7, 9)))

    def testReflectionKeepsTheSize(self):
        self.assertEqual(self.box.reflectedAboutX(3), Box2I(Point2I(-6, 4), Point2I(3, 11)))
        self.assertEqual(
            Box2D(self.box).reflectedAboutY(0.0), Box2D(Point2D(2.5, -11.5), Point2D(12.5, -3.5))
        )

    def testSlicesSelectTheBoxFromAnArray(self):
        image = np.arange(20 * 20).reshape(20, 20)
        self.assertEqual(image[self.box.slices].shape, (8, 10))
        self.assertEqual(image[self.box.getSlices()][0, 0], 4 * 20 + 3)
        x, y = self.box.grid()
        self.assertEqual((x.shape, x[0, 0], y[0, 0], x[-1, -1], y[-1, -1]), ((8, 10), 3, 4, 12, 11))

    def testCenteredBoxesAreCentered(self):
        for center in (Point2D(0.2, 0.7), Point2D(-0.5001, 10)):
            box = Box2I.makeCenteredBox(center, Extent2I(15, 10))
            self.assertEqual(box.getDimensions(), Extent2I(15, 10))
            self.assertPairsAlmostEqual(box.getCenter(), center, maxDiff=math.sqrt(0.5))
            self.assertPairsAlmostEqual(Box2D.makeCenteredBox(center, Extent2D(1.5, 2)).getCenter(), center)
        self.assertTrue(Box2I.makeCenteredBox(center, Extent2I(15, -5)).isEmpty())
        with self.assertRaises(InvalidParameterError):
            Box2I.makeCenteredBox(Point2D(NAN, 0), Extent2I(1, 1))

    def testOverflowIsAnError(self):
        with self.assertRaises(lsst.pex.exceptions.OverflowError):
            Box2I(Point2I(INT_MAX - 2, 149), Extent2I(8, 8))
        with self.assertRaises(lsst.pex.exceptions.OverflowError):
            Box2I(Box2D(Point2D(0, 0), Point2D(1e12, 1)))
        with self.assertRaises(InvalidParameterError):
            Box2I(Box2D(Point2D(0, 0), Point2D(INF, 1)))

    def testSwapExchangesTheLimits(self):
        other = Box2I()
        other.swap(self.box)
        self.assertTrue(self.box.isEmpty())
        self.assertEqual(other.getMin(), Point2I(3, 4))

    def testTextsShowCornerAndDimensions(self):
        self.assertEqual(repr(self.box), "Box2I(corner=Point2I(3, 4), dimensions=Extent2I(10, 8))")
        self.assertEqual(str(self.box), "(minimum=(3, 4), maximum=(12, 11))")
        self.assertEqual(self.box.toString(), "Box2I(Point(3,4),Extent(10,8))")
        self.assertEqual(eval(repr(Box2D(self.box))), Box2D(self.box))

    def testPickleKeepsTheBox(self):
        for box in (self.box, Box2D(self.box), Box2D()):
            self.assertEqual(pickle.loads(pickle.dumps(box)), box)
            self.assertEqual(copy.deepcopy(box), box)

    def testEdgeHandlingIsAnEnumeration(self):
        self.assertEqual(Box2I.EXPAND, Box2I.EdgeHandlingEnum(0))
        self.assertEqual(int(Box2I.SHRINK), 1)
        self.assertEqual(repr(Box2I.SHRINK), "<EdgeHandlingEnum.SHRINK: 1>")


class SpherePointTestCase(lsst.utils.tests.TestCase):
    """Positions on the sky."""

    def testConstructorsAgree(self):
        point = SpherePoint(30 * degrees, 45 * degrees)
        vector = point.getVector()
        for other in (
            SpherePoint(30, 45, degrees),
            SpherePoint(longitude=30, latitude=45, units=degrees),
            SpherePoint(vector),
            SpherePoint(Vector3d(vector) * 3),
            SpherePoint(unitVector=vector),
            SpherePoint(LonLat.fromDegrees(30, 45)),
            SpherePoint(point),
            SpherePoint(other=point),
            SpherePoint(SphgeomAngle(math.pi / 6), SphgeomAngle(math.pi / 4)),
        ):
            self.assertSpherePointsAlmostEqual(other, point, maxSep=1e-9 * arcseconds)

    def testWrongArgumentsAreRefused(self):
        for function in (
            lambda: SpherePoint(1, 2),
            lambda: SpherePoint(1, 2, 3),
            lambda: SpherePoint("x"),
            lambda: SpherePoint(vector=UnitVector3d),
            lambda: SpherePoint(Point2D(1, 2)),
        ):
            with self.assertRaises(TypeError):
                function()
        with self.assertRaises(InvalidParameterError):
            SpherePoint(0, 100, degrees)
        with self.assertRaises(InvalidParameterError):
            SpherePoint(Vector3d(0, 0, 0))

    def testLongitudeIsWrapped(self):
        self.assertEqual(SpherePoint(370, 20, degrees).getLongitude().asDegrees(), 9.99999999999999)
        self.assertEqual(SpherePoint(-90, 20, degrees).getRa(), 270 * degrees)

    def testIsAPairOfAngles(self):
        point = SpherePoint(10.5, -20.25, degrees)
        longitude, latitude = point
        self.assertEqual((len(point), point[0], point[-1]), (2, longitude, latitude))
        self.assertEqual(point.getPosition(degrees), Point2D(10.5, -20.25))
        with self.assertRaises(IndexError):
            point[2]
        with self.assertRaises(TypeError):
            hash(point)

    def testNotFinitePositionsAreNoErrors(self):
        for point in (SpherePoint(), SpherePoint(NAN, 0, degrees), SpherePoint(INF, 0, degrees)):
            self.assertFalse(point.isFinite())
            self.assertNotEqual(point, point)
            self.assertTrue(math.isnan(point.separation(SpherePoint(0, 0, degrees)).asRadians()))

    def testPolesAreRecognized(self):
        for latitude in (-90, 90):
            pole = SpherePoint(123, latitude, degrees)
            self.assertTrue(pole.atPole())
            self.assertEqual(SpherePoint(UnitVector3d(0, 0, latitude)).getLongitude(), 0 * degrees)
        self.assertFalse(SpherePoint(0, 89, degrees).atPole())

    def testOffsetFollowsTheBearing(self):
        start = SpherePoint(350, -30, degrees)
        for bearing in (0, 45, 90, 200, 359):
            end = start.offset(bearing * degrees, 12 * degrees)
            self.assertAnglesAlmostEqual(start.separation(end), 12 * degrees)
            self.assertAnglesAlmostEqual(start.bearingTo(end), bearing * degrees)

    def testRotationAboutThePoleIsALongitude(self):
        rotated = SpherePoint(10, 20, degrees).rotated(SpherePoint(0, 90, degrees), 30 * degrees)
        self.assertSpherePointsAlmostEqual(rotated, SpherePoint(40, 20, degrees))

    def testTangentPlaneOffsetIsSmallAngle(self):
        xi, eta = SpherePoint(10, 0, degrees).getTangentPlaneOffset(SpherePoint(10.001, 0.002, degrees))
        self.assertAnglesAlmostEqual(xi, 0.001 * degrees)
        self.assertAnglesAlmostEqual(eta, 0.002 * degrees)

    def testAverageIsBetween(self):
        points = [SpherePoint(359, 0, degrees), SpherePoint(1, 0, degrees)]
        self.assertSpherePointsAlmostEqual(averageSpherePoint(points), SpherePoint(0, 0, degrees))
        with self.assertRaises(LengthError):
            averageSpherePoint([])

    def testUnitVectorsOfArrays(self):
        x, y, z = SpherePoint.toUnitXYZ(ra=np.array([0.0, 90.0]), dec=np.array([0.0, 90.0]), units=degrees)
        self.assertFloatsAlmostEqual(np.array([x, y, z]), np.array([[1, 0], [0, 0], [0, 1.0]]), atol=1e-15)
        self.assertIs(type(SpherePoint.toUnitXYZ(longitude=1.0, latitude=2.0, units=degrees)[0]), float)
        with self.assertRaises(ValueError):
            SpherePoint.toUnitXYZ(ra=1, longitude=1, dec=2, units=degrees)

    def testTextsAreInDegrees(self):
        point = SpherePoint(10.5, -20.25, degrees)
        self.assertEqual(str(point), "(10.5000000000, -20.2500000000)")
        self.assertEqual(repr(point), "SpherePoint(10.5*degrees, -20.25*degrees)")
        self.assertEqual(eval(repr(point)), point)

    def testPickleIsExact(self):
        point = SpherePoint(1.2345678901234567, -0.9, radians)
        self.assertEqual(pickle.loads(pickle.dumps(point)), point)


class TransformTestCase(lsst.utils.tests.TestCase):
    """Transformations of the plane and of the sphere."""

    def testAffineIsLinearAndTranslation(self):
        linear = LinearTransform([[1.0, 2.0], [3.0, 5.0]])
        affine = AffineTransform(linear, Extent2D(7, 8))
        self.assertEqual(linear(Point2D(1, 1)), Point2D(3, 8))
        self.assertEqual(affine(Point2D(1, 1)), Point2D(10, 16))
        self.assertEqual(affine(Extent2D(1, 1)), Extent2D(3, 8))
        self.assertEqual(affine.getLinear().getMatrix().tolist(), [[1, 2], [3, 5]])
        self.assertEqual(affine.getTranslation(), Extent2D(7, 8))
        x, y = affine(np.array([1.0, 0.0]), np.array([1.0, 0.0]))
        self.assertEqual((x.tolist(), y.tolist()), ([10, 7], [16, 8]))

    def testParametersAreInColumns(self):
        linear = LinearTransform([[1.0, 2.0], [3.0, 5.0]])
        self.assertEqual(linear.getParameterVector().tolist(), [1, 3, 2, 5])
        self.assertEqual((linear[LinearTransform.YX], linear[0, 1], linear[-1]), (3, 2, 5))
        affine = AffineTransform(linear, Extent2D(7, 8))
        affine[AffineTransform.Y] = 9
        self.assertEqual(affine.getParameterVector().tolist(), [1, 3, 2, 5, 7, 9])
        affine.setParameterVector([1, 0, 0, 1, 0, 0])
        self.assertTrue(affine.isIdentity())
        for transform in (linear, affine):
            with self.assertRaises(IndexError):
                transform[6]

    def testInverseUndoes(self):
        affine = AffineTransform([[1.0, 2.0], [3.0, 5.0]], [7.0, 8.0])
        self.assertTrue((affine * affine.inverted()).isIdentity())
        with self.assertRaises(lsst.pex.exceptions.Exception):
            LinearTransform([[1.0, 2.0], [2.0, 4.0]]).inverted()

    def testFactories(self):
        rotation = AffineTransform.makeRotation(90 * degrees)
        self.assertPairsAlmostEqual(rotation(Point2D(1, 0)), Point2D(0, 1))
        self.assertEqual(LinearTransform.makeScaling(2, 3)(Point2D(1, 1)), Point2D(2, 3))
        self.assertEqual(LinearTransform.makeScaling(scale=2)(Point2D(1, 1)), Point2D(2, 2))
        self.assertEqual(AffineTransform.makeTranslation(Extent2D(1, 2))(Point2D(1, 1)), Point2D(2, 3))

    def testTripleOfPointsIsMapped(self):
        before = [Point2D(0, 0), Point2D(2, 0), Point2D(0, 3)]
        after = [Point2D(1, 1), Point2D(5, 2), Point2D(-3, 7)]
        transform = makeAffineTransformFromTriple(*before, *after)
        for a, b in zip(before, after):
            self.assertPairsAlmostEqual(transform(a), b, maxDiff=1e-13)

    def testArithmeticOfMatrices(self):
        linear = LinearTransform([[1.0, 2.0], [3.0, 5.0]])
        self.assertEqual((linear + linear - linear).getMatrix().tolist(), linear.getMatrix().tolist())
        self.assertEqual(linear.computeDeterminant(), -1.0)
        for function in (
            lambda: linear * 2,
            lambda: LinearTransform([1, 2]),
            lambda: LinearTransform("x"),
            lambda: AffineTransform(matrix=[[1, 2], [3, 4]]),
        ):
            with self.assertRaises(TypeError):
                function()

    def testReturnedMatrixIsACopy(self):
        linear = LinearTransform()
        linear.getMatrix()[0, 0] = 5
        self.assertTrue(linear.isIdentity())

    def testPickleKeepsTheMatrix(self):
        for transform in (LinearTransform([[1, 2], [3, 5]]), AffineTransform([[1, 2], [3, 5]], [7, 8])):
            other = pickle.loads(pickle.dumps(transform))
            self.assertEqual(other.getMatrix().tolist(), transform.getMatrix().tolist())
            self.assertEqual(repr(other), repr(transform))

    def testFittedRotationMapsTheVectors(self):
        points = [SpherePoint(x, y, degrees) for x, y in ((10, 20), (70, -10), (200, 50))]
        axis = SpherePoint(40, 30, degrees)
        rotated = [point.rotated(axis, 25 * degrees) for point in points]
        before, after = (np.array([list(p.getVector()) for p in group]) for group in (points, rotated))
        transform = SphereTransform.fit_unit_vectors(before, after)
        for point, expected in zip(points, rotated):
            self.assertSpherePointsAlmostEqual(transform(point), expected, maxSep=1e-8 * arcseconds)
            self.assertSpherePointsAlmostEqual(
                transform.inverted()(expected), point, maxSep=1e-8 * arcseconds
            )
        with self.assertRaises(LengthError):
            SphereTransform.fit_unit_vectors(before, after[:2])


if __name__ == "__main__":
    unittest.main()
