# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that fit none of the forms of what they call.

Each is an error for type checkers, or ``make lint`` would complain of a
comment without use; and a `TypeError`, which `test_typed` sees to.
"""

import numpy as np

from lsst.afw.coord import Weather
from lsst.afw.detection import GaussianPsf
from lsst.afw.geom import makeCdMatrix, makeSkyWcs
from lsst.afw.math import warpImage
from lsst.geom import (
    AffineTransform,
    Angle,
    Box2D,
    Box2I,
    Extent2I,
    IntervalI,
    Point2D,
    Point2I,
    SpherePoint,
    arcseconds,
    degrees,
)
from lsst.meas.algorithms import CoaddPsf, WarpedPsf

POINT, SIZE, MATRIX = Point2I(0, 0), Extent2I(3, 4), makeCdMatrix(1.0 * arcseconds)

WRONG_CALLS = (
    lambda: Point2D("x"),  # type: ignore[arg-type]
    lambda: Point2D(x=1),  # type: ignore[call-overload]
    lambda: Point2I(1.5),  # type: ignore[call-overload]
    lambda: Extent2I(1, 2, 3),  # type: ignore[call-overload]
    lambda: Box2I(3.5),  # type: ignore[call-overload]
    lambda: Box2I(Point2D(0, 0), SIZE),  # type: ignore[call-overload]
    lambda: Box2I(minimum=POINT, dimensions=SIZE),  # type: ignore[call-overload]
    lambda: Box2D(POINT, SIZE),  # type: ignore[call-overload]
    lambda: Box2I(POINT, SIZE).contains(3),  # type: ignore[call-overload]
    lambda: IntervalI(min=1),  # type: ignore[call-overload]
    lambda: Angle("x"),  # type: ignore[arg-type]
    lambda: Angle(1, 2),  # type: ignore[arg-type]
    lambda: SpherePoint(1, 2),  # type: ignore[call-overload]
    lambda: SpherePoint(1, 2, 3),  # type: ignore[call-overload]
    lambda: AffineTransform()(POINT),  # type: ignore[call-overload]
    lambda: Weather(1.0, 2.0),  # type: ignore[call-overload]
    lambda: GaussianPsf(15, 2.0),  # type: ignore[call-overload]
    lambda: makeSkyWcs(Point2D(0, 0), MATRIX),  # type: ignore[call-overload]
    lambda: warpImage(np.zeros((3, 3)), np.zeros((3, 3)), "lanczos3"),  # type: ignore[call-overload]
    lambda: WarpedPsf(GaussianPsf(15, 15, 2.0)),  # type: ignore[call-overload]
    lambda: CoaddPsf(GaussianPsf(15, 15, 2.0)),  # type: ignore[call-overload]
    lambda: SpherePoint(1, 2, degrees).separation(3),  # type: ignore[arg-type]
)
"""Functions without arguments that make one wrong call each."""
