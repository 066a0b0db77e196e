# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assertions on angles, points and boxes.

Importing `lsst.geom` adds them to `lsst.utils.tests.TestCase`.
"""

__all__ = []

import math

import lsst.utils.tests

from ._angle import arcseconds


@lsst.utils.tests.inTestCase
def assertAnglesAlmostEqual(
    testCase, ang0, ang1, maxDiff=0.001 * arcseconds, ignoreWrap=True, msg="Angles differ"
):
    """Assert that two angles are almost equal.

    Parameters
    ----------
    testCase : `unittest.TestCase`
        Test case that fails if they are not.
    ang0, ang1 : `Angle`
        The angles; equal if both are NaN.
    maxDiff : `Angle`, optional
        Largest difference.
    ignoreWrap : `bool`, optional
        Whether angles are equal that differ by full circles.
    msg : `str`, optional
        Beginning of the message.

    Raises
    ------
    AssertionError
        Raised if the angles differ more.
    """
    areNan = [math.isnan(angle.asRadians()) for angle in (ang0, ang1)]
    if all(areNan):
        return
    if any(areNan):
        testCase.fail(f"ang{areNan.index(True)} is NaN")
    difference = (ang1 - ang0).wrapCtr() if ignoreWrap else ang1 - ang0
    if abs(difference) > maxDiff:
        testCase.fail(
            f"{msg}: measured difference {difference.asArcseconds()} arcsec"
            f" > max allowed {maxDiff.asArcseconds()} arcsec"
        )


@lsst.utils.tests.inTestCase
def assertPairsAlmostEqual(testCase, pair0, pair1, maxDiff=1e-7, msg="Pairs differ"):
    """Assert that two points are almost equal.

    Parameters
    ----------
    testCase : `unittest.TestCase`
        Test case that fails if they are not.
    pair0, pair1 : pair of `float`
        Any kind of pairs: points, extents, lists, tuples.
    maxDiff : `float`, optional
        Largest distance.
    msg : `str`, optional
        Beginning of the message.

    Raises
    ------
    AssertionError
        Raised if the points are farther apart.
    RuntimeError
        Raised if one of them is no pair.
    """
    for name, pair in (("pair0", pair0), ("pair1", pair1)):
        if len(pair) != 2:
            raise RuntimeError(f"len({name})={len(pair)} != 2")
    distance = _distance(pair0, pair1)
    if distance > maxDiff:
        testCase.fail(
            f"{msg}: measured radial distance = {distance} > maxDiff = {maxDiff}, "
            f"pair0=({pair0[0]!r}, {pair0[1]!r}), pair1=({pair1[0]!r}, {pair1[1]!r})"
        )


@lsst.utils.tests.inTestCase
def assertPairListsAlmostEqual(testCase, list0, list1, maxDiff=1e-7, msg=None):
    """Assert that two lists of points are almost equal.

    Parameters
    ----------
    testCase : `unittest.TestCase`
        Test case that fails if they are not.
    list0, list1 : `list` of pairs of `float`
        Any kind of pairs: points, extents, lists, tuples.
    maxDiff : `float`, optional
        Largest distance.
    msg : `str`, optional
        End of the message.

    Raises
    ------
    AssertionError
        Raised if points are farther apart, or if the lengths differ.
    """
    testCase.assertEqual(len(list0), len(list1))
    testCase.assertEqual({2}, {len(pair) for pair in (*list0, *list1)} | {2})
    _assertNoneExceeds(testCase, "PairLists", [_distance(a, b) for a, b in zip(list0, list1)], maxDiff, msg)


@lsst.utils.tests.inTestCase
def assertSpherePointsAlmostEqual(testCase, sp0, sp1, maxSep=0.001 * arcseconds, msg=""):
    """Assert that two positions are almost equal.

    Parameters
    ----------
    testCase : `unittest.TestCase`
        Test case that fails if they are not.
    sp0, sp1 : `SpherePoint`
        The positions.
    maxSep : `Angle`, optional
        Largest separation.
    msg : `str`, optional
        End of the message.

    Raises
    ------
    AssertionError
        Raised if the positions are farther apart.
    """
    separation = sp0.separation(sp1)
    if separation > maxSep:
        testCase.fail(
            f'Angular separation between {sp0} and {sp1} = {separation.asArcseconds()}"'
            f' > maxSep = {maxSep.asArcseconds()}"{_endOfMessage(msg)}'
        )


@lsst.utils.tests.inTestCase
def assertSpherePointListsAlmostEqual(testCase, splist0, splist1, maxSep=0.001 * arcseconds, msg=None):
    """Assert that two lists of positions are almost equal.

    Parameters
    ----------
    testCase : `unittest.TestCase`
        Test case that fails if they are not.
    splist0, splist1 : `list` of `SpherePoint`
        The positions.
    maxSep : `Angle`, optional
        Largest separation.
    msg : `str`, optional
        End of the message.

    Raises
    ------
    AssertionError
        Raised if positions are farther apart, or if the lengths differ.
    """
    testCase.assertEqual(len(splist0), len(splist1), msg=msg)
    separations = [a.separation(b).asArcseconds() for a, b in zip(splist0, splist1)]
    _assertNoneExceeds(testCase, "SpherePointLists", separations, maxSep.asArcseconds(), msg)


@lsst.utils.tests.inTestCase
def assertBoxesAlmostEqual(testCase, box0, box1, maxDiff=1e-7, msg="Boxes differ"):
    """Assert that two boxes are almost equal.

    Parameters
    ----------
    testCase : `unittest.TestCase`
        Test case that fails if they are not.
    box0, box1 : `Box2D` or `Box2I`
        The boxes.
    maxDiff : `float`, optional
        Largest distance between minima and between maxima.
    msg : `str`, optional
        Beginning of the message.

    Raises
    ------
    AssertionError
        Raised if minima or maxima are farther apart.
    """
    assertPairsAlmostEqual(testCase, box0.getMin(), box1.getMin(), maxDiff=maxDiff, msg=f"{msg}: min")
    assertPairsAlmostEqual(testCase, box0.getMax(), box1.getMax(), maxDiff=maxDiff, msg=f"{msg}: max")


def _distance(pair0, pair1):
    return math.hypot(float(pair1[0] - pair0[0]), float(pair1[1] - pair0[1]))


def _assertNoneExceeds(testCase, what, values, limit, msg):
    """Fail if any value is larger than a limit."""
    count = sum(value > limit for value in values)
    if count:
        index = max(range(len(values)), key=values.__getitem__)
        testCase.fail(
            f"{what} differ in {count} places; max separation is at {index}: "
            f"{values[index]} > {limit}{_endOfMessage(msg)}"
        )


def _endOfMessage(msg):
    return f": {msg}" if msg else ""
