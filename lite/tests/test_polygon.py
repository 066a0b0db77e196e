# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polygons and ellipses do what those of the stack do."""

import copy
import json
import math
import pathlib
import pickle
import unittest

import numpy as np
from astropy.io import fits
from liteScenes import TemporaryFolder

import lsst.geom as geom
import lsst.pex.exceptions
import lsst.utils.tests
from lsst.afw.fits import FitsError
from lsst.afw.geom import Polygon, Quadrupole, SinglePolygonException, makeTransform
from lsst.geom import Box2D, Extent2D, Point2D

GOLDEN = pathlib.Path(__file__).parent / "data" / "golden"


def makePolygon(*vertices):
    """Make a polygon of pairs of numbers."""
    return Polygon([Point2D(x, y) for x, y in vertices])


def makeSquare(halfSize, x=0.0, y=0.0):
    """Make a square around a point."""
    corners = ((-1, -1), (-1, 1), (1, 1), (1, -1))
    return makePolygon(*((halfSize * i + x, halfSize * j + y) for i, j in corners))


class PolygonTestCase(TemporaryFolder):
    """Tests of polygons."""

    def setUp(self):
        super().setUp()
        self.box = Box2D(Point2D(2.5, 3.5), Point2D(12.5, 11.5))
        self.polygon = Polygon(self.box)
        self.first = makeSquare(2.0, -1.0, -1.0)
        self.second = makeSquare(2.0, 1.0, 1.0)
        self.far = makeSquare(1.0, 50.0, 50.0)

    def testVerticesGoClockwiseAndEndWhereTheyBegin(self):
        corners = [Point2D(*c) for c in ((2.5, 3.5), (2.5, 11.5), (12.5, 11.5), (12.5, 3.5), (2.5, 3.5))]
        self.assertEqual(self.polygon.getVertices(), corners)
        self.assertEqual(Polygon(corners).getVertices(), corners)
        self.assertEqual(Polygon(corners[:-1]).getVertices(), corners)
        self.assertEqual(Polygon(corners[::-1]).getVertices(), corners)

    def testVerticesOfAGoldenFileStayAsTheyAre(self):
        expected = json.loads((GOLDEN / "exposures" / "expected.json").read_text())
        golden = expected["calexp_sip.fits"]["validPolygon"]
        polygon = makePolygon(*golden["vertices"])
        self.assertEqual([list(p) for p in polygon.getVertices()], golden["vertices"])
        self.assertEqual(polygon.calculateArea(), golden["area"])

    def testVerticesInAFileAreFiniteAndThreeAtLeast(self):
        self.polygon.writeFits(self.path)
        for x, message in (
            (np.nan, "finite"),
            (np.inf, "finite"),
            (2.5, "at least 3 different vertices, found 2"),
        ):
            with fits.open(self.path) as hdus:
                hdus["Polygon"].data["vertices_x"][2:4] = x
                hdus.writeto(self.path + "2", overwrite=True)
            with self.subTest(x), self.assertRaisesRegex(FitsError, f"{self.path}2.*{message}"):
                Polygon.readFits(self.path + "2")

    def testItIsASequenceOfItsVertices(self):
        self.assertEqual(len(self.polygon), 4)
        self.assertEqual(self.polygon.getNumEdges(), 4)
        self.assertEqual(list(self.polygon), self.polygon.getVertices())
        self.assertEqual(self.polygon[1], Point2D(2.5, 11.5))
        self.assertEqual(repr(self.polygon), f"Polygon({self.polygon.getVertices()!r})")

    def testSizesAreThoseOfTheBox(self):
        self.assertEqual(self.polygon.calculateArea(), 80.0)
        self.assertEqual(self.polygon.calculateCenter(), Point2D(7.5, 7.5))
        self.assertEqual(self.polygon.getBBox(), self.box)

    def testAreaDoesNotSufferFarFromTheOrigin(self):
        self.assertEqual(makeSquare(1.0, 1e8, 1e8).calculateArea(), 4.0)

    def testInsideDoesNotCountTheEdge(self):
        self.assertIs(self.polygon.contains(Point2D(5, 5)), True)
        self.assertIs(self.polygon.contains(Point2D(2.5, 5)), False)
        self.assertIn(Point2D(5, 5), self.polygon)
        self.assertEqual(self.polygon.contains([Point2D(5, 5), Point2D(0, 0)]), [True, False])
        self.assertEqual(self.polygon.contains([geom.Point2I(5, 5), geom.Point2I(0, 0)]), [True, False])
        inside = self.polygon.contains(np.array([[5.0, 0.0]]), np.array([[5.0, 0.0]]))
        np.testing.assert_array_equal(inside, [[True, False]])
        self.assertIs(self.polygon.contains(5, 5), True)

    def testOtherTypesAreATypeError(self):
        for call, wrong in (
            (Polygon, (3,)),
            (Polygon, (geom.Box2I(geom.Point2I(0, 0), geom.Extent2I(3, 3)),)),
            (Polygon, ([(0, 0), (1, 1), (0, 1)],)),
            (Polygon, (self.box, 3)),
            (self.polygon.contains, (geom.Point2I(5, 5),)),
            (self.polygon.intersection, (3,)),
            (self.polygon.transform, (3,)),
            (hash, (self.polygon,)),
        ):
            with self.subTest(call=call, wrong=wrong), self.assertRaises(TypeError):
                call(*wrong)

    def testIntersection(self):
        self.assertEqual(self.first.intersectionSingle(self.second), makeSquare(1.0))
        self.assertEqual(self.first.intersection(self.second), [makeSquare(1.0)])
        self.assertEqual(self.first.intersection(self.far), [])
        self.assertEqual(self.first.intersection(makeSquare(0.5)), [makeSquare(0.5)])
        box = Box2D(Point2D(4.5, 4.5), Point2D(7.5, 7.5))
        self.assertEqual(self.polygon.intersectionSingle(box).calculateArea(), 9.0)
        with self.assertRaises(SinglePolygonException) as caught:
            self.first.intersectionSingle(self.far)
        self.assertIsInstance(caught.exception, RuntimeError)
        self.assertIsInstance(caught.exception, lsst.pex.exceptions.RuntimeError)

    def testTouchingOverlapsWithoutIntersection(self):
        neighbour = makeSquare(1.0, 2.0, 0.0)
        self.assertTrue(makeSquare(1.0).overlaps(neighbour))
        self.assertEqual(makeSquare(1.0).intersection(neighbour), [])
        self.assertFalse(makeSquare(1.0).overlaps(self.far))
        self.assertTrue(self.polygon.overlaps(self.box))

    def testSeveralPartsAreNotSingle(self):
        comb = makePolygon((0, 0), (0, 5), (1, 5), (1, 1), (2, 1), (2, 5), (3, 5), (3, 0))
        teeth = comb.intersection(Box2D(Point2D(-1, 3), Point2D(4, 4)))
        self.assertEqual(sorted(t.calculateArea() for t in teeth), [1.0, 1.0])
        with self.assertRaises(SinglePolygonException):
            comb.intersectionSingle(Box2D(Point2D(-1, 3), Point2D(4, 4)))

    def testConvexHullBeginsAtTheLeast(self):
        outline = ((-3, -3), (-3, 1), (-1, 1), (-1, 3), (3, 3), (3, -1), (1, -1), (1, -3))
        hull = makePolygon(*outline).convexHull()
        corners = ((-3, -3), (-3, 1), (-1, 3), (3, 3), (3, -1), (1, -3), (-3, -3))
        self.assertEqual(hull.getVertices(), [Point2D(*c) for c in corners])

    def testTransformMovesTheVertices(self):
        affine = geom.AffineTransform(1.5 * np.identity(2), Extent2D(3, 4))
        expected = Polygon([affine(p) for p in self.polygon.getVertices()])
        for transform in (affine, makeTransform(affine)):
            self.assertEqual(self.polygon.transform(transform), expected)
            self.assertEqual(Polygon(self.box, transform), expected)
        mirror = geom.AffineTransform(geom.LinearTransform.makeScaling(-1.0, 1.0))
        self.assertEqual(self.polygon.transform(mirror).calculateArea(), 80.0)

    def testPickleAndCopyKeepIt(self):
        for clone in (pickle.loads(pickle.dumps(self.polygon)), copy.copy(self.polygon)):
            self.assertEqual(clone, self.polygon)
            self.assertEqual(clone.getVertices(), self.polygon.getVertices())
        self.assertNotEqual(self.polygon, self.far)
        self.assertNotEqual(self.polygon, 3)
        self.assertEqual(self.polygon.__reduce__(), (Polygon, (self.polygon.getVertices(),)))
        self.assertEqual(Polygon.__module__, "lsst.afw.geom")


class EllipsesTestCase(lsst.utils.tests.TestCase):
    """Tests of ellipses."""

    def testRadiiOfACircle(self):
        circle = Quadrupole(4.0, 4.0, 0.0)
        self.assertEqual(circle.getDeterminantRadius(), 2.0)
        self.assertEqual(circle.getTraceRadius(), 2.0)
        self.assertAlmostEqual(circle.getArea(), 4 * math.pi)

    def testTransformScalesTheMoments(self):
        turned = Quadrupole(4.0, 3.0, 1.0).transform(geom.LinearTransform.makeScaling(2.0, 1.0))
        self.assertEqual(turned, Quadrupole(16.0, 3.0, 2.0))

    def testRadiusIsThatOfTheDeterminant(self):
        self.assertAlmostEqual(Quadrupole(4.0, 3.0, 1.0).getDeterminantRadius(), 11.0**0.25)

    def testMomentsOfNoEllipseAreRefused(self):
        for moments in ((-1.0, 1.0, 0.0), (1.0, 1.0, 2.0)):
            Quadrupole(*moments)
            with self.assertRaises(lsst.pex.exceptions.InvalidParameterError):
                Quadrupole(*moments, True)
        with self.assertRaises(lsst.pex.exceptions.InvalidParameterError):
            Quadrupole(np.array([[1.0, 2.0], [3.0, 1.0]]))

    def testPickleAndReprKeepThem(self):
        ellipse = Quadrupole(4.0, 3.0, 1.0)
        self.assertEqual(pickle.loads(pickle.dumps(ellipse)), ellipse)
        self.assertEqual(eval(repr(ellipse)), ellipse)
        self.assertNotEqual(Quadrupole(4.0, 4.0, 0.0), ellipse)


if __name__ == "__main__":
    unittest.main()
