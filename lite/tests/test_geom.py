# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

import copy
import itertools
import math
import operator
import os
import pickle
import unittest

import numpy as np

import lsst.pex.exceptions
import lsst.utils.tests
from lsst.geom import (
    AffineTransform,
    Angle,
    Box2D,
    Box2I,
    Extent2D,
    Extent2I,
    IntervalI,
    LinearTransform,
    Point2D,
    Point2I,
    SpherePoint,
    arcminutes,
    arcseconds,
    degrees,
    hours,
    milliarcseconds,
    radians,
)
from lsst.pex.exceptions import InvalidParameterError, LogicError
from lsst.sphgeom import Angle as SphgeomAngle, LonLat, UnitVector3d, Vector3d

GOLDEN = os.path.join(os.path.dirname(__file__), "data", "golden")
INT_MAX = 2**31 - 1
NAN, INF = math.nan, math.inf


class AngleTestCase(lsst.utils.tests.TestCase):
    """Angles and their units."""

    def testDivisionByZeroIsInfinite(self):
        self.assertEqual((1.0 * degrees / 0).asDegrees(), math.inf)
        self.assertTrue(math.isnan((0.0 * degrees / 0).asDegrees()))

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
        self.assertEqual((angle.asArcminutes(), angle.asMilliarcseconds()), (180 * 60.0, 180 * 3.6e6))

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
            lambda: 1 / angle,
            lambda: angle * "x",
            lambda: "x" * degrees,
            lambda: angle < "x",
            lambda: hash(angle),
            lambda: angle.asAngularUnits(1),
            lambda: angle.wrapNear(1.0),
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

    def testInPlaceOperatorsLeaveOtherAnglesAlone(self):
        angle = same = 1 * degrees
        angle += 1 * degrees
        angle *= 3
        angle -= 1 * degrees
        self.assertFloatsAlmostEqual(angle.asDegrees(), 5.0, rtol=1e-15)
        self.assertEqual(same, 1 * degrees)
        with self.assertRaises(TypeError):
            angle += 1

    def testWrapsIntoItsRange(self):
        self.assertEqual((-1e-16 * radians).wrap(), 0 * radians)
        self.assertEqual((180 * degrees).wrapCtr(), -math.pi)
        self.assertAlmostEqual((350 * degrees).separation(20 * degrees).asDegrees(), -30.0)
        self.assertTrue(math.isnan((INF * radians).wrap().asRadians()))

    def testAnglesOfSphgeomConvert(self):
        self.assertEqual(1 * radians + SphgeomAngle(0.5), 1.5 * radians)


class CoordinatesTestCase(lsst.utils.tests.TestCase):
    """Points and extents."""

    def testOperatorsGiveTheTypesOfTheCompiledStack(self):
        points, extents = (Point2I, Point2D), (Extent2I, Extent2D)
        results = {
            (operator.add, points, points): None,
            (operator.add, points, extents): points,
            (operator.add, extents, points): points,
            (operator.add, extents, extents): extents,
            (operator.sub, points, points): extents,
            (operator.sub, points, extents): points,
            (operator.sub, extents, points): None,
            (operator.sub, extents, extents): extents,
        }
        for (operation, left, right), kind in results.items():
            for i, j in itertools.product(range(2), repeat=2):
                # Floats, unless both are integers.
                self._checkOperator(operation, left[i], right[j], kind and kind[max(i, j)])

    def _checkOperator(self, operation, a, b, expected):
        first, second = a(1, 2), b(5, 6)
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
        ):
            with self.subTest(operation=operation, value=value), self.assertRaises(TypeError):
                operation(value, other)

    def testScalingChoosesTheNumberType(self):
        self.assertIs(type(Extent2I(1, 2) * 3), Extent2I)
        self.assertIs(type(1.5 * Extent2I(1, 2)), Extent2D)
        self.assertEqual(Extent2I(1, 2) / 2, Extent2D(0.5, 1.0))
        self.assertEqual(Extent2I(7, -7) // 2, Extent2I(3, -4))
        self.assertEqual(-Extent2I(1, 2), Extent2I(-1, -2))
        for function in (
            lambda: Extent2D(1, 2) // 2,
            lambda: Extent2I(1, 2) // 2.0,
            lambda: Point2D(1, 2) * 2,
            lambda: -Point2D(1, 2),
            lambda: Extent2D(1, 2) * "x",
        ):
            with self.assertRaises(TypeError):
                function()

    def testPointsRoundAndExtentsTruncate(self):
        self.assertEqual(Point2I(Point2D(1.5, -2.5)), Point2I(2, -2))
        self.assertEqual(Point2I(1.7, -2.7), Point2I(1, -2))
        self.assertEqual(Extent2I(Extent2D(1.7, -2.7)), Extent2I(1, -2))

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
        self.assertEqual(Point2D(y=2, x=1), Point2D(1, 2))
        self.assertEqual(Point2D(np.float64(1.5), np.int64(2)), Point2D(1.5, 2.0))

    def testConstructorsRefuseAnythingElse(self):
        for function in (
            lambda: Point2I(INT_MAX + 1, 0),
            lambda: Point2D("a", 1),
            lambda: Point2D("ab"),
            lambda: Point2D([1, 2, 3]),
            lambda: Point2D(1, y=2, x=1),
            lambda: Point2D(None),
        ):
            with self.assertRaises(TypeError):
                function()

    def testElementsAreReadAndSetByIndexAndName(self):
        point = Point2I(1, 2)
        point[-1] = 5
        point.x = 7
        self.assertEqual(tuple(point), (7, 5))
        point.setY(8)
        self.assertEqual((point.getX(), point.y, len(point)), (7, 8, 2))
        for index in (2, -3):
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

    def testMethodsOfPointsAndExtents(self):
        point = Point2D(4, 6)
        self.assertEqual(point.distanceSquared(Point2D(1, 2)), 25.0)
        self.assertEqual(point.asExtent(), Extent2D(4, 6))
        self.assertEqual(Extent2D(3, 4).computeNorm(), 5.0)
        self.assertEqual(Extent2I(3, 4).computeSquaredNorm(), 25)
        self.assertEqual(Extent2I(3, 4).asPoint(), Point2I(3, 4))
        with self.assertRaises(LogicError):
            Extent2I(3, 4).computeNorm()

    def testTextsCanBeEvaluated(self):
        for value in (Point2I(1, -2), Point2D(1 / 3, 1e300), Extent2D(1.5, 2)):
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


class IntervalTestCase(lsst.utils.tests.TestCase):
    """Columns and rows of boxes."""

    def testBoxGoesToItsRangesAndBack(self):
        box = Box2I(Point2I(2, -5), Point2I(4, 7))
        self.assertEqual((box.x, box.y), (IntervalI(min=2, max=4), IntervalI(min=-5, max=7)))
        self.assertEqual((box.x.begin, box.x.end, box.x.size), (2, 5, 3))
        self.assertEqual(Box2I(box.x, box.y), box)
        self.assertEqual(Box2I(x=box.x, y=box.y), box)

    def testEmptyRangesMakeEmptyBoxes(self):
        for empty in (IntervalI(), IntervalI(min=3, max=2), Box2I().x):
            self.assertTrue(empty.isEmpty())
            self.assertEqual(empty.size, 0)
            self.assertTrue(Box2I(x=empty, y=IntervalI(min=0, max=5)).isEmpty())

    def testOtherArgumentsAreRefused(self):
        with self.assertRaises(TypeError):
            IntervalI(1, 2)
        for limits in ({"min": 1.5, "max": 2}, {"min": 0, "max": 2**31}):
            with self.assertRaises(TypeError):
                IntervalI(**limits)


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
            Box2I(x=IntervalI(min=3, max=12), y=IntervalI(min=4, max=11)),
            Box2I(other=Box2D(self.box), edgeHandling=Box2I.SHRINK),
        ):
            self.assertEqual(other, self.box)
        self.assertEqual(Box2D(Point2D(0, 0), Extent2D(2, 3)), Box2D(Point2D(0, 0), Point2D(2, 3)))

    def testConstructorsRefuseMixedTypes(self):
        for function in (
            lambda: Box2I(Point2D(0, 0), Point2D(1, 1)),
            lambda: Box2I(1, 2),
            lambda: Box2I("x"),
            lambda: Box2I(minimum=Point2I(0, 0), maximum=Extent2I(1, 1)),
            lambda: Box2I(corner=Point2I(0, 0), maximum=Point2I(1, 1)),
            lambda: Box2I(Point2I(0, 0)),
            lambda: Box2D(other=self.box),
            lambda: Box2I(Box2D(), 0),
            lambda: hash(self.box),
        ):
            with self.assertRaises(TypeError):
                function()

    def testNegativeSizesInvertOrEmpty(self):
        self.assertTrue(Box2I(Point2I(0, 0), Extent2I(-2, 3), False).isEmpty())
        self.assertTrue(Box2D(Point2D(0, 0), Point2D(0, 3)).isEmpty())
        self.assertEqual(Box2D(Point2D(0, 0), Extent2D(-2, 3)), Box2D(Point2D(-2, 0), Point2D(0, 3)))

    def testEdgeHandlingIsAnEnumeration(self):
        self.assertIs(Box2I.EXPAND, Box2I.EdgeHandlingEnum(0))
        self.assertEqual((Box2I.SHRINK, int(Box2I.SHRINK)), (1, 1))
        self.assertNotEqual(Box2I.SHRINK, Box2I.EXPAND)

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
            self.assertTrue(empty.isEmpty())
            self.assertFalse(empty.overlaps(empty))
            self.assertTrue(empty.contains(cls()))
        self.assertEqual(Box2I().getMax(), Point2I(-1, -1))
        self.assertTrue(Box2D(Box2I()).isEmpty())
        self.assertTrue(Box2I(Box2D()).isEmpty())

    def testDoublesAreHalfOpen(self):
        box = Box2D(self.box)
        self.assertFalse(box.overlaps(Box2D(Point2D(12.5, 0), Extent2D(5, 20))))
        self.assertEqual(list(box.contains(np.array([2.5, 12.5]), 5.0)), [True, False])

    def testContainsTakesPointsBoxesAndArrays(self):
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

    def testSlicesSelectTheBoxFromAnArray(self):
        image = np.arange(20 * 20).reshape(20, 20)
        self.assertEqual(image[self.box.slices].shape, (8, 10))
        self.assertEqual(image[self.box.getSlices()][0, 0], 4 * 20 + 3)

    def testCenteredBoxesAreCentered(self):
        for center in (Point2D(0.2, 0.7), Point2D(-0.5001, 10)):
            box = Box2I.makeCenteredBox(center, Extent2I(15, 10))
            self.assertEqual(box.getDimensions(), Extent2I(15, 10))
            self.assertLessEqual((box.getCenter() - center).computeNorm(), math.sqrt(0.5))
            box = Box2D.makeCenteredBox(center, Extent2D(1.5, 2))
            self.assertLess((box.getCenter() - center).computeNorm(), 1e-12)
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

    def testTextsCanBeEvaluated(self):
        for box in (self.box, Box2D(self.box)):
            self.assertEqual(eval(repr(box)), box)


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
            self.assertLess(other.separation(point), 1e-9 * arcseconds)

    def testWrongArgumentsAreRefused(self):
        for function in (
            lambda: SpherePoint("x"),
            lambda: SpherePoint(vector=UnitVector3d),
            lambda: SpherePoint(Point2D(1, 2)),
        ):
            with self.assertRaises(TypeError):
                function()
        with self.assertRaises(InvalidParameterError):
            SpherePoint(Vector3d(0, 0, 0))

    def testIsAPairOfAngles(self):
        point = SpherePoint(10.5, -20.25, degrees)
        longitude, latitude = point
        self.assertEqual((len(point), point[0], point[-1]), (2, longitude, latitude))
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

    def testTangentPlaneOffsetIsSmallAngle(self):
        xi, eta = SpherePoint(10, 0, degrees).getTangentPlaneOffset(SpherePoint(10.001, 0.002, degrees))
        self.assertAlmostEqual(xi.asDegrees(), 0.001)
        self.assertAlmostEqual(eta.asDegrees(), 0.002)


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

    def testInverseUndoes(self):
        affine = AffineTransform([[1.0, 2.0], [3.0, 5.0]], [7.0, 8.0])
        self.assertFloatsAlmostEqual((affine * affine.inverted()).getMatrix(), np.identity(3), atol=1e-12)
        with self.assertRaises(lsst.pex.exceptions.Exception):
            LinearTransform([[1.0, 2.0], [2.0, 4.0]]).inverted()

    def testScalingAndTranslation(self):
        self.assertEqual(LinearTransform.makeScaling(2, 3)(Point2D(1, 1)), Point2D(2, 3))
        self.assertEqual(LinearTransform.makeScaling(2)(Point2D(1, 1)), Point2D(2, 2))
        self.assertEqual(AffineTransform(Extent2D(1, 2))(Point2D(1, 1)), Point2D(2, 3))

    def testArithmeticOfMatrices(self):
        linear = LinearTransform([[1.0, 2.0], [3.0, 5.0]])
        self.assertEqual((linear * linear).getMatrix().tolist(), [[7, 12], [18, 31]])
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
        self.assertEqual(linear.getMatrix().tolist(), [[1, 0], [0, 1]])


class CopyTestCase(lsst.utils.tests.TestCase):
    """Copies of all that is here."""

    def testCopiesAreEqual(self):
        box = Box2I(Point2I(3, 4), Extent2I(10, 8))
        position = SpherePoint(1.2345678901234567, -0.9, radians)
        for value in (1.25 * degrees, box, Box2D(box), Box2D(), position):
            for other in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
                self.assertEqual(other, value)
        for transform in (LinearTransform([[1, 2], [3, 5]]), AffineTransform([[1, 2], [3, 5]], [7, 8])):
            other = pickle.loads(pickle.dumps(transform))
            self.assertEqual(repr(other), repr(transform))


if __name__ == "__main__":
    unittest.main()
