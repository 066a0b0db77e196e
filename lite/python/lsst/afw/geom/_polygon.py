# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polygons in the plane of the pixels."""

from __future__ import annotations

__all__ = ["Polygon", "SinglePolygonException"]

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

import lsst.pex.exceptions
from lsst.afw._persistable import FitsPersistable
from lsst.afw.fits._outputArchive import OutputArchive
from lsst.afw.fits._registry import Persistable, oneCatalog, register
from lsst.afw.fits._tables import Field, Schema
from lsst.geom import AffineTransform, Box2D, Point2D, Point2I

from ._transform import TransformPoint2ToPoint2


class SinglePolygonException(lsst.pex.exceptions.RuntimeError):
    """Raised if an operation makes no polygon, or several."""


SinglePolygonException.__module__ = "lsst.afw.geom"


def _signedArea(ring: npt.NDArray[Any]) -> float:
    """Compute the area of a closed ring: positive if it is clockwise."""
    x, y = (ring - ring[0]).T
    return 0.5 * float(np.sum(x[1:] * y[:-1] - x[:-1] * y[1:]))


def _correctRing(ring: Any, clockwise: bool = True) -> npt.NDArray[Any]:
    """Close a ring, and turn it the way that is wanted."""
    ring = np.asarray(ring, dtype=float).reshape(-1, 2)
    if len(ring) and not np.array_equal(ring[0], ring[-1]):
        ring = np.vstack((ring, ring[:1]))
    if len(ring) and (_signedArea(ring) < 0) == clockwise:
        ring = ring[::-1]
    return np.ascontiguousarray(ring)


def _startAtLowest(ring: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Let a closed ring begin at its vertex of least x, then least y."""
    start = int(np.lexsort((ring[:-1, 1], ring[:-1, 0]))[0])
    return np.vstack((ring[start:-1], ring[: start + 1]))


def _boxToRing(box: Box2D) -> list[tuple[float, float]]:
    x0, y0, x1, y1 = box.getMinX(), box.getMinY(), box.getMaxX(), box.getMaxY()
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _isPointSequence(points: Any, *pointTypes: Any) -> bool:
    return isinstance(points, (list, tuple)) and all(isinstance(p, pointTypes) for p in points)


class Polygon(FitsPersistable):
    """A polygon.

    Called with a box, with a box and a transform, or with vertices.

    Parameters
    ----------
    box : `lsst.geom.Box2D`
        Box whose corners are the vertices.
    transform : `TransformPoint2ToPoint2` or `lsst.geom.AffineTransform`
        Transform for the corners of the box.
    vertices : sequence of `lsst.geom.Point2D`
        Vertices in order, in pixels. The first one may be repeated at the
        end.

    Notes
    -----
    Vertices are kept clockwise, with the first one repeated at the end.
    """

    def __init__(self, *args: Any) -> None:
        if len(args) == 1 and isinstance(args[0], Box2D):
            ring: npt.ArrayLike = _boxToRing(args[0])
        elif len(args) == 2 and isinstance(args[0], Box2D):
            ring = _transformRing(_boxToRing(args[0]), args[1])
        elif len(args) == 1 and _isPointSequence(args[0], Point2D):
            ring = [(p[0], p[1]) for p in args[0]]
        else:
            given = ", ".join(type(a).__name__ for a in args)
            raise TypeError(
                f"Polygon({given}): incompatible arguments; it takes a Box2D, a Box2D and a transform, or a"
                " sequence of Point2D"
            )
        self._rings: tuple[npt.NDArray[Any], ...] = (_correctRing(ring),)

    @classmethod
    def _fromRings(cls, outer: npt.ArrayLike, inners: Iterable[npt.ArrayLike] = ()) -> Polygon:
        self = cls.__new__(cls)
        self._rings = (_correctRing(outer), *(_correctRing(ring, clockwise=False) for ring in inners))
        return self

    @cached_property
    def _shape(self) -> shapely.Polygon:
        return shapely.Polygon(self._rings[0], self._rings[1:])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Polygon):
            return NotImplemented
        return bool(self._shape.equals(other._shape))

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.getVertices(),)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.getVertices()})"

    def __iter__(self) -> Iterator[Point2D]:
        return iter(self.getVertices())

    def __getitem__(self, i: int) -> Point2D:
        return self.getVertices()[i]

    def __len__(self) -> int:
        return self.getNumEdges()

    def __contains__(self, point: Point2D) -> bool:
        return self.contains(point)

    def getNumEdges(self) -> int:
        """Get the number of edges (`int`)."""
        return len(self._rings[0]) - 1

    def getVertices(self) -> list[Point2D]:
        """Get the vertices.

        Returns
        -------
        vertices : `list` of `lsst.geom.Point2D`
            Clockwise; the first one is there again at the end.
        """
        return [Point2D(x, y) for x, y in self._rings[0].tolist()]

    def getBBox(self) -> Box2D:
        """Get the smallest box around the polygon (`lsst.geom.Box2D`)."""
        lower, upper = self._rings[0].min(axis=0).tolist(), self._rings[0].max(axis=0).tolist()
        return Box2D(Point2D(*lower), Point2D(*upper))

    def calculateArea(self) -> float:
        """Compute the area, in square pixels (`float`)."""
        return sum(_signedArea(ring) for ring in self._rings)

    def calculateCenter(self) -> Point2D:
        """Compute the centroid (`lsst.geom.Point2D`)."""
        centroid = self._shape.centroid
        return Point2D(centroid.x, centroid.y)

    def contains(self, *args: Any) -> Any:
        """Return whether points are inside.

        Called with a point, with a sequence of points, or with arrays x and
        y.

        Parameters
        ----------
        point : `lsst.geom.Point2D`
            Point.
        points : sequence of `lsst.geom.Point2D` or `lsst.geom.Point2I`
            Points.
        x, y : array-like
            Coordinates.

        Returns
        -------
        inside : `bool`, `list` of `bool`, or `numpy.ndarray` of `bool`
            Whether they are inside; a point on an edge is not.
        """
        if len(args) == 2:
            inside = shapely.contains_xy(self._shape, *(np.asarray(a, dtype=float) for a in args))
            return bool(inside) if np.ndim(inside) == 0 else inside
        if len(args) == 1 and isinstance(args[0], Point2D):
            return bool(shapely.contains_xy(self._shape, args[0][0], args[0][1]))
        if len(args) == 1 and _isPointSequence(args[0], Point2D, Point2I):
            points = np.array([(p[0], p[1]) for p in args[0]], dtype=float).reshape(-1, 2)
            return shapely.contains_xy(self._shape, points[:, 0], points[:, 1]).tolist()
        given = ", ".join(type(a).__name__ for a in args)
        raise TypeError(f"contains({given}): incompatible arguments; it takes a Point2D, points, or x and y")

    def overlaps(self, other: Polygon | Box2D, /) -> bool:
        """Return whether another polygon has a point in common with this one.

        Parameters
        ----------
        other : `Polygon` or `lsst.geom.Box2D`
            The other one.

        Returns
        -------
        overlaps : `bool`
            Whether it has; a common vertex or edge is enough.
        """
        return bool(self._shape.intersects(_asPolygon(other)._shape))

    def intersection(self, other: Polygon | Box2D, /) -> list[Polygon]:
        """Intersect with another polygon.

        Parameters
        ----------
        other : `Polygon` or `lsst.geom.Box2D`
            The other one.

        Returns
        -------
        polygons : `list` of `Polygon`
            The parts of the result; none if there is no common area.
        """
        other = _asPolygon(other)
        if shapely.contains_properly(other._shape, self._shape):
            return [Polygon._fromRings(*_ringsOf(self))]
        if shapely.contains_properly(self._shape, other._shape):
            return [Polygon._fromRings(*_ringsOf(other))]
        return _fromShape(self._shape.intersection(other._shape))

    def intersectionSingle(self, other: Polygon | Box2D, /) -> Polygon:
        """Intersect with another polygon, where the result is one polygon.

        Parameters
        ----------
        other : `Polygon` or `lsst.geom.Box2D`
            The other one.

        Returns
        -------
        polygon : `Polygon`
            The result.

        Raises
        ------
        SinglePolygonException
            Raised if there is no result, or if it has several parts.
        """
        return _single(self.intersection(other), "intersection()", "Polygons have no intersection")

    def convexHull(self) -> Polygon:
        """Make the smallest convex polygon around this one.

        Returns
        -------
        polygon : `Polygon`
            The hull; it begins at its vertex of least x.
        """
        (hull,) = _fromShape(self._shape.convex_hull)
        return hull

    def transform(self, transform: TransformPoint2ToPoint2 | AffineTransform, /) -> Polygon:
        """Transform the vertices.

        Parameters
        ----------
        transform : `TransformPoint2ToPoint2` or `lsst.geom.AffineTransform`
            The transform.

        Returns
        -------
        polygon : `Polygon`
            Polygon of the transformed vertices.
        """
        return Polygon._fromRings(_transformRing(self._rings[0].tolist(), transform))

    def isPersistable(self) -> bool:
        """Return whether this can be persisted: always `True`."""
        return True


Polygon.__module__ = "lsst.afw.geom"


def _asPolygon(other: Any) -> Polygon:
    if isinstance(other, Polygon):
        return other
    if isinstance(other, Box2D):
        return Polygon(other)
    raise TypeError(f"incompatible argument: {type(other).__name__}, not a Polygon or a Box2D")


def _ringsOf(polygon: Polygon) -> tuple[npt.NDArray[Any], tuple[npt.NDArray[Any], ...]]:
    return polygon._rings[0], polygon._rings[1:]


def _fromShape(shape: Any) -> list[Polygon]:
    """Make polygons of the parts of a shapely geometry that have an area."""
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon) and part.area > 0]
    polygons = []
    for part in parts:
        outer = _startAtLowest(_correctRing(shapely.get_coordinates(part.exterior)))
        polygons.append(Polygon._fromRings(outer, [shapely.get_coordinates(r) for r in part.interiors]))
    return polygons


def _single(polygons: list[Polygon], operation: str, noneMessage: str) -> Polygon:
    if not polygons:
        raise SinglePolygonException(noneMessage)
    if len(polygons) > 1:
        raise SinglePolygonException(f"Multiple polygons ({len(polygons)}) created by {operation}")
    return polygons[0]


def _transformRing(ring: Any, transform: Any) -> list[tuple[float, float]]:
    points = [Point2D(x, y) for x, y in ring]
    if isinstance(transform, AffineTransform):
        points = [transform(p) for p in points]
    elif isinstance(transform, TransformPoint2ToPoint2):
        points = transform.applyForward(points)
    else:
        raise TypeError(
            f"incompatible argument: {type(transform).__name__}, not a TransformPoint2ToPoint2 or an"
            " AffineTransform"
        )
    return [(p[0], p[1]) for p in points]


# ---- persistence


_LEAST_VERTICES = 3
"""With fewer it has no inside."""

_POLYGON = Schema(
    (Field("vertices_x", "D", "list of vertex points"), Field("vertices_y", "D", "list of vertex points"))
)


def _readPolygon(archive: Any, rows: Any) -> Polygon:
    columns = [rows[0].column(name).reshape(len(rows[0])) for name in ("vertices_x", "vertices_y")]
    ring = np.stack(columns, axis=1)
    if not np.isfinite(ring).all():
        raise ValueError("expected finite vertices")
    if (count := len(np.unique(ring, axis=0))) < _LEAST_VERTICES:
        raise ValueError(f"expected at least {_LEAST_VERTICES} different vertices, found {count}")
    return Polygon._fromRings(ring)


def _polygonRows(polygon: Polygon, archive: OutputArchive) -> Any:
    return [{"vertices_x": point.getX(), "vertices_y": point.getY()} for point in polygon.getVertices()]


register(Persistable("Polygon", "", _readPolygon, oneCatalog(_POLYGON, _polygonRows)))
