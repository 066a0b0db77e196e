# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transforms between the plane and the sphere, on AST mappings."""

__all__ = [
    "TransformPoint2ToPoint2",
    "TransformPoint2ToSpherePoint",
    "TransformSpherePointToPoint2",
    "TransformSpherePointToSpherePoint",
    "linearizeTransform",
    "makeTransform",
]

from typing import Any, ClassVar, NoReturn, Self

import numpy as np
import numpy.typing as npt
import starlink.Ast as Ast

from lsst._lite import notInLite
from lsst.geom import AffineTransform, Extent2D, Point2D, SpherePoint, radians
from lsst.pex.exceptions import InvalidParameterError, TypeError as PexTypeError

from ._ast import applyForward, applyInverse, dumpObject, inverted, jacobian, loadObject, series, toArrays
from ._python import reduceTransform

_SERIALIZATION_VERSION = 1


class _PointEnd:
    """An end of a transform that is a point in a plane."""

    prefix = "Point2"
    pointType = Point2D

    @staticmethod
    def toData(points: Any) -> npt.NDArray[Any]:
        return toArrays(points)

    @staticmethod
    def fromData(data: npt.NDArray[Any]) -> list[Point2D]:
        return [Point2D(x, y) for x, y in data.T.tolist()]


class _SphereEnd:
    """An end of a transform that is a point on the sphere."""

    prefix = "SpherePoint"
    pointType = SpherePoint

    @staticmethod
    def toData(points: Any) -> npt.NDArray[Any]:
        return toArrays([(p.getLongitude().asRadians(), p.getLatitude().asRadians()) for p in points])

    @staticmethod
    def fromData(data: npt.NDArray[Any]) -> list[SpherePoint]:
        return [SpherePoint(ra, dec, radians) for ra, dec in data.T.tolist()]


def _convert(apply: Any, mapping: Any, points: Any, inEnd: Any, outEnd: Any) -> Any:
    """Apply a mapping to one point or to a sequence of points."""
    if isinstance(points, inEnd.pointType):
        return outEnd.fromData(apply(mapping, inEnd.toData([points])))[0]
    try:
        points = list(points)
    except TypeError:
        points = [points]
    wrong = next((p for p in points if not isinstance(p, inEnd.pointType)), None)
    if wrong is not None:
        wanted = inEnd.pointType.__name__
        raise TypeError(f"incompatible argument: {type(wrong).__name__}, not {wanted} or a sequence of them")
    return outEnd.fromData(apply(mapping, inEnd.toData(points)))


class _Transform:
    """What the transform classes have in common.

    Notes
    -----
    The stack's classes are made from mappings of its astshim package, which
    lite does not have; use `makeTransform` or the functions that make or
    take apart a `SkyWcs`.
    """

    __slots__ = ("_mapping",)

    _mapping: Any
    _from: ClassVar[Any]
    _to: ClassVar[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise notInLite(f"lsst.afw.geom.{type(self).__name__}(astshim.Mapping)")

    @classmethod
    def _fromMapping(cls, mapping: Any, simplify: bool = True) -> Self:
        self = cls.__new__(cls)
        self._mapping = mapping.simplify() if simplify else mapping.copy()
        return self

    @property
    def hasForward(self) -> bool:
        """Whether there is a forward transformation (`bool`)."""
        return bool(int(self._mapping.TranForward))

    @property
    def hasInverse(self) -> bool:
        """Whether there is an inverse transformation (`bool`)."""
        return bool(int(self._mapping.TranInverse))

    def applyForward(self, points: Any) -> Any:
        """Transform.

        Parameters
        ----------
        points : point, or sequence of points
            `lsst.geom.Point2D` or `lsst.geom.SpherePoint`, after which the
            class is named.

        Returns
        -------
        result : point, or `list` of points
            One for one. NaN where the transform is not defined.

        Raises
        ------
        RuntimeError
            Raised if there is no forward transformation.
        """
        return _convert(applyForward, self._mapping, points, self._from, self._to)

    def applyInverse(self, points: Any) -> Any:
        """Transform backwards; see `applyForward`."""
        return _convert(applyInverse, self._mapping, points, self._to, self._from)

    def inverted(self) -> Any:
        """Make the transform with the two directions exchanged."""
        cls = _TRANSFORMS[self._to, self._from]
        return cls._fromMapping(inverted(self._mapping))

    def then(self, next: Any, simplify: bool = True) -> Any:
        """Put another transform after this one.

        Parameters
        ----------
        next : transform
            Applied to the results of this one.
        simplify : `bool`, optional
            Whether to simplify the combination.

        Returns
        -------
        transform : transform
            Such that its result for x is ``next(self(x))``.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if ``next`` does not begin where this one ends.
        """
        if next._from is not self._to:
            raise InvalidParameterError(f"Cannot concatenate {self!r} and {next!r}: endpoints do not match.")
        cls = _TRANSFORMS[self._from, next._to]
        return cls._fromMapping(series(self._mapping, next._mapping), simplify)

    def getJacobian(self, x: Any) -> npt.NDArray[Any]:
        """Compute the derivatives.

        Parameters
        ----------
        x : `lsst.geom.Point2D` or `lsst.geom.SpherePoint`
            Where; angles count in radians.

        Returns
        -------
        matrix : `numpy.ndarray`
            ``matrix[i, j]`` is the derivative of coordinate i of the result
            by coordinate j of ``x``.
        """
        return jacobian(self._mapping, self._from.toData([x])[:, 0])

    def getMapping(self) -> NoReturn:
        """Not in lite: the stack gives an ``astshim.Mapping``."""
        raise notInLite(f"lsst.afw.geom.{type(self).__name__}.getMapping")

    @classmethod
    def readString(cls, text: str) -> Self:
        """Make a transform from what `writeString` gave.

        Parameters
        ----------
        text : `str`
            The string.

        Returns
        -------
        transform : transform
            Instance of this class.

        Raises
        ------
        lsst.pex.exceptions.TypeError
            Raised if the string is not one of this class.
        """
        version, _, rest = text.lstrip().partition(" ")
        if version != str(_SERIALIZATION_VERSION):
            raise PexTypeError(f"Unsupported version {version}")
        name, _, body = rest.lstrip().partition(" ")
        if name != cls.__name__:
            raise PexTypeError(f"Class name in stream {name} != {cls.__name__}")
        mapping = loadObject(body)
        if not isinstance(mapping, Ast.Mapping):
            raise PexTypeError(f"The AST serialization is a {type(mapping).__name__} instead of a Mapping")
        return cls._fromMapping(mapping, False)

    def writeString(self) -> str:
        """Write this transform as a string.

        Returns
        -------
        text : `str`
            Version, class name, and dump of the AST mapping.
        """
        return f"{_SERIALIZATION_VERSION} {type(self).__name__} {dumpObject(self._mapping)}"

    def isPersistable(self) -> bool:
        """Return whether this can be persisted: always `True`."""
        return True

    __reduce__ = reduceTransform

    def __str__(self) -> str:
        return f"{type(self).__name__}[2->2]"

    def __repr__(self) -> str:
        return f"lsst.afw.geom.{self}"


class TransformPoint2ToPoint2(_Transform):
    """A transform from `lsst.geom.Point2D` to `lsst.geom.Point2D`."""

    __slots__ = ()
    _from, _to = _PointEnd, _PointEnd


class TransformPoint2ToSpherePoint(_Transform):
    """A transform from `lsst.geom.Point2D` to `lsst.geom.SpherePoint`."""

    __slots__ = ()
    _from, _to = _PointEnd, _SphereEnd


class TransformSpherePointToPoint2(_Transform):
    """A transform from `lsst.geom.SpherePoint` to `lsst.geom.Point2D`."""

    __slots__ = ()
    _from, _to = _SphereEnd, _PointEnd


class TransformSpherePointToSpherePoint(_Transform):
    """A transform from one `lsst.geom.SpherePoint` to another."""

    __slots__ = ()
    _from, _to = _SphereEnd, _SphereEnd


_TRANSFORMS = {
    (cls._from, cls._to): cls
    for cls in (
        TransformPoint2ToPoint2,
        TransformPoint2ToSpherePoint,
        TransformSpherePointToPoint2,
        TransformSpherePointToSpherePoint,
    )
}
for _cls in _TRANSFORMS.values():
    # Pickles name the classes by the package, as those of the stack do.
    _cls.__module__ = "lsst.afw.geom"


def makeTransform(affine: AffineTransform) -> TransformPoint2ToPoint2:
    """Make a transform of an affine transformation.

    Parameters
    ----------
    affine : `lsst.geom.AffineTransform`
        The transformation.

    Returns
    -------
    transform : `TransformPoint2ToPoint2`
        The same as a transform.
    """
    matrix = Ast.MatrixMap(np.asarray(affine.getLinear().getMatrix(), dtype=float))
    shift = Ast.ShiftMap([float(v) for v in affine.getTranslation()])
    return TransformPoint2ToPoint2._fromMapping(series(matrix, shift))


def linearizeTransform(original: TransformPoint2ToPoint2, inPoint: Point2D) -> AffineTransform:
    """Approximate a transform by an affine one near a point.

    Parameters
    ----------
    original : `TransformPoint2ToPoint2`
        What to approximate.
    inPoint : `lsst.geom.Point2D`
        Where the approximation is exact.

    Returns
    -------
    affine : `lsst.geom.AffineTransform`
        Affine transformation with the same value and derivatives there.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if the transform is not defined or not smooth there.
    """
    outPoint = original.applyForward(inPoint)
    matrix = original.getJacobian(inPoint)
    if not np.isfinite(list(outPoint)).all() or not np.isfinite(matrix).all():
        raise InvalidParameterError(f"Transform not well defined at {inPoint}: {outPoint}, J = {matrix}")
    offset = np.array(list(outPoint)) - matrix @ np.array(list(inPoint))
    return AffineTransform(matrix, Extent2D(*offset.tolist()))
