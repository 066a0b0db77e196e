# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The celestial WCS of an image."""

from __future__ import annotations

__all__ = ["SkyWcs"]

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NoReturn, overload

import numpy as np
import numpy.typing as npt
import starlink.Ast as Ast

from lsst._lite import notInLite
from lsst._lite.numbers import toDouble
from lsst.afw._persistable import FitsPersistable
from lsst.afw.fits._outputArchive import OutputArchive
from lsst.afw.fits._registry import Persistable, onlyRow, register
from lsst.afw.fits._tables import Field, Schema
from lsst.daf.base import PropertyList
from lsst.geom import (
    AffineTransform,
    Angle,
    AngleUnit,
    Box2I,
    Extent2D,
    Extent2I,
    Point2D,
    Point2I,
    SpherePoint,
    radians,
)
from lsst.pex.exceptions import RuntimeError as PexRuntimeError, TypeError as PexTypeError

from ._ast import (
    applyForward,
    applyInverse,
    dumpObject,
    errorsOfAst,
    findDomain,
    jacobian,
    loadObject,
    toArrays,
)
from ._astLocale import withDecimalPoint
from ._fitsWcs import readWcsFrames, writeWcsCards
from ._frames import checkFrames, copyFrames, isFrameDict, modifyFrames
from ._python import reduceTransform
from ._transform import TransformPoint2ToSpherePoint
from ._wcsUtils import makeSimpleWcsMetadata

_SERIALIZATION_VERSION = "1"

_DEFAULT_BBOX = Box2I(Point2I(0, 0), Extent2I(100, 100))
"""Over what box a WCS is compared with its FITS cards."""


def _requirePoints(points: Any, pointType: Any, method: str) -> Any:
    """Make a list of points, each checked to be of one type."""
    try:
        points = list(points)
    except TypeError:
        points = [points]
    for point in points:
        if not isinstance(point, pointType):
            raise TypeError(
                f"{method}(): incompatible argument: got {type(point).__name__}, wants"
                f" {pointType.__name__} or a sequence of them"
            )
    return points


class SkyWcs(FitsPersistable):
    """A transform between the pixels of an image and the sky.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet` or ``FrameDict``
        FITS cards of the WCS. If they have an alternate WCS "A" that
        records the image's xy0, the pixels are those of the parent. Or AST
        frames, as `lsst.images.SkyProjection.to_legacy` gives them.
    strip : `bool`, optional
        Remove the cards of the WCS from ``metadata``.

    Raises
    ------
    lsst.pex.exceptions.TypeError
        Raised if the cards or frames are not those of a celestial WCS.
    TypeError
        Raised for anything else, and if ``strip`` is given with frames.

    Notes
    -----
    Pixels are 0-based parent pixels, the centre of the first one is (0, 0);
    positions on the sky are ICRS. An object never changes. It is an AST
    FrameSet with the frames PIXELS (sometimes ACTUAL_PIXELS before it), IWC
    (intermediate world coordinates, degrees) and SKY (radians).
    """

    def __init__(self, metadata: Any, strip: bool = False) -> None:
        if hasattr(metadata, "getAsDouble"):
            self._setFrames(readWcsFrames(metadata, strip))
        elif isFrameDict(metadata) and not strip:
            self._setFrames(copyFrames(metadata))
        else:
            name = type(metadata).__name__
            raise TypeError(f"incompatible argument: {name}, not a PropertySet or a FrameDict")

    @classmethod
    def _fromFrameSet(cls, frameSet: Any) -> SkyWcs:
        checkFrames(frameSet)
        self = cls.__new__(cls)
        self._setFrames(frameSet)
        return self

    def _setFrames(self, frameSet: Any) -> None:
        self._frameSet = frameSet
        self._approximation: SkyWcs | None = None

    @cached_property
    @errorsOfAst("Cannot map pixels to the sky")
    def _mapping(self) -> Any:
        """Mapping from pixels to ICRS longitude and latitude."""
        frameSet = self._frameSet
        if int(frameSet.getframe(Ast.CURRENT).LonAxis) != 1:
            frameSet = frameSet.copy()
            frameSet.permaxes([2, 1])
        return frameSet.getmapping(Ast.BASE, Ast.CURRENT).simplify()

    @cached_property
    @errorsOfAst("Cannot map pixels to intermediate world coordinates")
    def _pixelToIwc(self) -> Any:
        return self._frameSet.getmapping(Ast.BASE, findDomain(self._frameSet, "IWC"))

    @cached_property
    def _text(self) -> str:
        return dumpObject(self._frameSet)

    @cached_property
    def _skyOrigin(self) -> SpherePoint:
        frame = self._frameSet.getframe(Ast.CURRENT)
        with withDecimalPoint():
            return SpherePoint(float(frame.get("SkyRef(1)")), float(frame.get("SkyRef(2)")), radians)

    @cached_property
    def _pixelOrigin(self) -> Point2D:
        return self.skyToPixel(self._skyOrigin)

    @cached_property
    def _pixelScale(self) -> Angle:
        return self.getPixelScale(self._pixelOrigin)

    @cached_property
    def _isFits(self) -> bool:
        return writeWcsCards(self._frameSet, _DEFAULT_BBOX) is not None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SkyWcs):
            return NotImplemented
        return self.writeString() == other.writeString()

    __hash__ = None  # type: ignore[assignment]

    __reduce__ = reduceTransform

    def __str__(self) -> str:
        if self.isFits:
            kind = "FITS standard SkyWcs:"
        else:
            frameSet = self._frameSet
            domains = ", ".join(frameSet.getframe(i).get("Domain") for i in range(1, frameSet.Nframe + 1))
            kind = f"Non-standard SkyWcs (Frames: {domains}):"
        return (
            f"{kind}\nSky Origin: {self.getSkyOrigin()}\nPixel Origin: {self.getPixelOrigin()}"
            f"\nPixel Scale: {self.getPixelScale().asArcseconds():.6g} arcsec/pixel"
        )

    __repr__ = __str__

    @property
    def isFits(self) -> bool:
        """Whether FITS cards describe this to 1e-4 pixels (`bool`)."""
        return self._isFits

    @property
    def isFlipped(self) -> bool:
        """Whether the image is a mirror image of the sky (`bool`).

        With North up, East is to the left on an image that is not flipped.
        """
        (a, b), (c, d) = self.getCdMatrix()
        determinant = a * d - b * c
        if determinant == 0:
            raise PexRuntimeError("CD matrix is singular")
        return bool(determinant > 0)

    @overload
    def pixelToSky(self, pixel: Point2D) -> SpherePoint: ...
    @overload
    def pixelToSky(self, x: float, y: float) -> SpherePoint: ...
    @overload
    def pixelToSky(self, pixel: Sequence[Point2D]) -> list[SpherePoint]: ...
    def pixelToSky(self, *args: Any, **kwargs: Any) -> Any:
        """Compute positions on the sky.

        Called with a point ``pixel``, with two numbers ``x`` and ``y``, or
        with a sequence of points.

        Parameters
        ----------
        pixel : `lsst.geom.Point2D` or sequence of `lsst.geom.Point2D`
            Parent pixels.
        x, y : `float`
            Parent pixel.

        Returns
        -------
        sky : `lsst.geom.SpherePoint` or `list` of `lsst.geom.SpherePoint`
            ICRS positions; NaN where the WCS is not defined.
        """
        names = ("x", "y") if len(args) + len(kwargs) == 2 else ("pixel",)
        values = [*args, *(kwargs[name] for name in names[len(args) :] if name in kwargs)]
        if len(values) != len(names) or len(values) != len(args) + len(kwargs):
            raise TypeError("pixelToSky() takes a Point2D, a sequence of Point2D, or x and y")
        if len(values) == 2:
            x, y = (toDouble(value) for value in values)
            return self._onePixelToSky(x, y)
        (pixel,) = values
        if isinstance(pixel, Point2D):
            return self._onePixelToSky(pixel[0], pixel[1])
        data = toArrays(_requirePoints(pixel, Point2D, "pixelToSky"))
        sky = applyForward(self._mapping, data)
        return [SpherePoint(ra, dec, radians) for ra, dec in sky.T.tolist()]

    def _onePixelToSky(self, x: float, y: float) -> SpherePoint:
        (ra,), (dec,) = applyForward(self._mapping, np.array([[x], [y]])).tolist()
        return SpherePoint(ra, dec, radians)

    @overload
    def skyToPixel(self, sky: SpherePoint) -> Point2D: ...
    @overload
    def skyToPixel(self, sky: Sequence[SpherePoint]) -> list[Point2D]: ...
    def skyToPixel(self, sky: Any) -> Any:
        """Compute pixels.

        Parameters
        ----------
        sky : `lsst.geom.SpherePoint` or sequence of `lsst.geom.SpherePoint`
            ICRS positions.

        Returns
        -------
        pixel : `lsst.geom.Point2D` or `list` of `lsst.geom.Point2D`
            Parent pixels; NaN for what the projection does not show, such
            as the far side of the sky for TAN.
        """
        single = isinstance(sky, SpherePoint)
        points = [sky] if single else _requirePoints(sky, SpherePoint, "skyToPixel")
        data = toArrays([(p.getLongitude().asRadians(), p.getLatitude().asRadians()) for p in points])
        pixels = [Point2D(x, y) for x, y in applyInverse(self._mapping, data).T.tolist()]
        return pixels[0] if single else pixels

    def pixelToSkyArray(
        self, x: npt.ArrayLike, y: npt.ArrayLike, degrees: bool = False
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Compute positions on the sky, for arrays.

        Parameters
        ----------
        x, y : `numpy.ndarray`
            Parent pixels.
        degrees : `bool`, optional
            Whether to give degrees rather than radians.

        Returns
        -------
        ra, dec : `numpy.ndarray`
            ICRS positions in radians, or degrees; ``ra`` from 0 to a turn.
        """
        ra, dec = applyForward(self._mapping, np.vstack((x, y)).astype(float, copy=False))
        ra %= 2.0 * np.pi
        if degrees:
            return np.rad2deg(ra), np.rad2deg(dec)
        return ra, dec

    def skyToPixelArray(
        self, ra: npt.ArrayLike, dec: npt.ArrayLike, degrees: bool = False
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Compute pixels, for arrays.

        Parameters
        ----------
        ra, dec : `numpy.ndarray`
            ICRS positions in radians, or degrees.
        degrees : `bool`, optional
            Whether the positions are in degrees rather than radians.

        Returns
        -------
        x, y : `numpy.ndarray`
            Parent pixels.
        """
        sky = np.vstack((ra, dec)).astype(float, copy=False)
        if degrees:
            sky = np.deg2rad(sky)
        x, y = applyInverse(self._mapping, sky)
        return x, y

    def getPixelOrigin(self) -> Point2D:
        """Get CRPIX.

        Returns
        -------
        pixel : `lsst.geom.Point2D`
            Reference pixel; 0-based parent pixels.
        """
        return Point2D(self._pixelOrigin)

    def getSkyOrigin(self) -> SpherePoint:
        """Get CRVAL.

        Returns
        -------
        sky : `lsst.geom.SpherePoint`
            ICRS position at the reference pixel.
        """
        return self._skyOrigin

    def getPixelScale(self, pixel: Point2D | None = None) -> Angle:
        """Compute the scale.

        Parameters
        ----------
        pixel : `lsst.geom.Point2D`, optional
            Where; at the reference pixel if not given.

        Returns
        -------
        scale : `lsst.geom.Angle`
            Square root of a pixel's area on the sky.
        """
        if pixel is None:
            return self._pixelScale
        x, y = pixel[0], pixel[1]
        ra, dec = applyForward(self._mapping, np.array([[x, x + 1.0, x], [y, y, y + 1.0]]))
        corners = np.array([np.cos(ra) * np.cos(dec), np.sin(ra) * np.cos(dec), np.sin(dec)]).T
        # Chords, not arcs: no trouble at the poles and at RA 0.
        area = np.cross(corners[1] - corners[0], corners[2] - corners[0])
        return Angle(float(np.dot(area, area)) ** 0.25, radians)

    def getCdMatrix(self, pixel: Point2D | None = None) -> npt.NDArray[Any]:
        """Compute the CD matrix.

        Parameters
        ----------
        pixel : `lsst.geom.Point2D`, optional
            Where; at the reference pixel if not given.

        Returns
        -------
        cdMatrix : `numpy.ndarray`
            Derivatives of intermediate world coordinates by pixel
            coordinates, of shape (2, 2), in degrees per pixel.
        """
        return jacobian(self._pixelToIwc, self._pixelOrigin if pixel is None else pixel)

    def getTanWcs(self, pixel: Point2D) -> SkyWcs:
        """Approximate this by a TAN WCS.

        Parameters
        ----------
        pixel : `lsst.geom.Point2D`
            Parent pixel where it touches; it is CRPIX of the result.

        Returns
        -------
        wcs : `SkyWcs`
            WCS without distortion.
        """
        return SkyWcs(makeSimpleWcsMetadata(pixel, self.pixelToSky(pixel), self.getCdMatrix(pixel)))

    def copyAtShiftedPixelOrigin(self, shift: Extent2D) -> SkyWcs:
        """Shift the pixels.

        Parameters
        ----------
        shift : `lsst.geom.Extent2D`
            What to add to a pixel of this WCS to get the pixel of the new
            one that is at the same place on the sky.

        Returns
        -------
        wcs : `SkyWcs`
            The shifted WCS.
        """
        frameSet = modifyFrames(Ast.ShiftMap([-float(shift[0]), -float(shift[1])]), self._frameSet, True)
        result = SkyWcs._fromFrameSet(frameSet)
        if self._approximation is not None:
            result._approximation = self._approximation.copyAtShiftedPixelOrigin(shift)
        return result

    def hasFitsApproximation(self) -> bool:
        """Return whether this carries another WCS to write to FITS cards.

        Returns
        -------
        has : `bool`
            Whether it does.
        """
        return self._approximation is not None

    def getFitsApproximation(self) -> SkyWcs | None:
        """Get the WCS that is written to FITS cards in this one's place.

        Returns
        -------
        wcs : `SkyWcs` or `None`
            The approximation, if there is one.
        """
        return self._approximation

    def copyWithFitsApproximation(self, fitsApproximation: SkyWcs, /) -> SkyWcs:
        """Attach a WCS to be written to FITS cards in this one's place.

        Parameters
        ----------
        fitsApproximation : `SkyWcs`
            WCS that FITS cards can describe.

        Returns
        -------
        wcs : `SkyWcs`
            A WCS like this one, with the approximation.
        """
        result = SkyWcs._fromFrameSet(self._frameSet)
        result._approximation = fitsApproximation
        return result

    def getFitsMetadata(self, precise: bool = False, bbox: Box2I = _DEFAULT_BBOX) -> PropertyList:
        """Describe this WCS by FITS cards.

        Parameters
        ----------
        precise : `bool`, optional
            Refuse to approximate? Otherwise, what FITS cards cannot describe
            is written as its approximation (see `getFitsApproximation`), or
            as a TAN WCS without distortion.
        bbox : `lsst.geom.Box2I`, optional
            Box of the image, in parent pixels. The first pixel of the image
            is FITS pixel (1, 1); the cards are made to be accurate over the
            box.

        Returns
        -------
        metadata : `lsst.daf.base.PropertyList`
            Cards, with comments.

        Raises
        ------
        lsst.pex.exceptions.RuntimeError
            Raised if ``precise`` and FITS cards cannot describe this WCS to
            1e-4 pixels.
        """
        if not precise and self._approximation is not None:
            return self._approximation.getFitsMetadata(precise=False, bbox=bbox)
        metadata = writeWcsCards(self._frameSet, bbox)
        if metadata is not None:
            return metadata
        if precise:
            raise PexRuntimeError("Could not represent this SkyWcs using FITS-WCS metadata")
        return self.getTanWcs(self._pixelOrigin).getFitsMetadata(precise=True, bbox=bbox)

    def getTransform(self) -> TransformPoint2ToSpherePoint:
        """Get the transform from pixels to the sky.

        Returns
        -------
        transform : `TransformPoint2ToSpherePoint`
            Its results are those of `pixelToSky`.
        """
        return TransformPoint2ToSpherePoint._fromMapping(self._mapping)

    def getFrameDict(self) -> NoReturn:
        """Not in lite: the stack gives an ``astshim.FrameDict``."""
        raise notInLite("lsst.afw.geom.SkyWcs.getFrameDict")

    def getRelativeRotationToWcs(self, otherWcs: SkyWcs) -> Angle:
        """Compute by how much another WCS is rotated against this one.

        Parameters
        ----------
        otherWcs : `SkyWcs`
            The other WCS.

        Returns
        -------
        angle : `lsst.geom.Angle`
            Rotation of the CD matrices against each other, from 0 to a turn.
        """
        rotations = []
        for wcs in (self, otherWcs):
            left, _, right = np.linalg.svd(wcs.getCdMatrix())
            rotations.append(left @ right)
        cosine, sine = np.array([1.0, 0.0]) @ rotations[0] @ rotations[1].T
        return Angle(float(np.arctan2(sine, cosine) % (2 * np.pi)), radians)

    def _bothPositions(self, coord: Any) -> tuple[Point2D, SpherePoint]:
        if isinstance(coord, SpherePoint):
            return self.skyToPixel(coord), coord
        if isinstance(coord, Point2D):
            return coord, self.pixelToSky(coord)
        raise TypeError(f"incompatible argument: {type(coord).__name__}, not Point2D or SpherePoint")

    def linearizePixelToSky(self, coord: SpherePoint | Point2D, skyUnit: AngleUnit) -> AffineTransform:
        """Approximate this near a position by an affine transformation.

        Parameters
        ----------
        coord : `lsst.geom.SpherePoint` or `lsst.geom.Point2D`
            Where: ICRS position, or parent pixel.
        skyUnit : `lsst.geom.AngleUnit`
            Unit of the positions on the sky.

        Returns
        -------
        transform : `lsst.geom.AffineTransform`
            From parent pixels to positions on a plane that touches the sky
            there. Its value at ``coord`` is the longitude and latitude.
        """
        pixel, sky = self._bothPositions(coord)
        neighbours = self.pixelToSky([pixel + Extent2D(1.0, 0.0), pixel + Extent2D(0.0, 1.0)])
        offsets = [sky.getTangentPlaneOffset(neighbour) for neighbour in neighbours]
        matrix = np.array([[angle.asAngularUnits(skyUnit) for angle in pair] for pair in offsets]).T
        origin = sky.getPosition(skyUnit)
        shift = np.array([origin[0], origin[1]]) - matrix @ np.array([pixel[0], pixel[1]])
        return AffineTransform(matrix, Extent2D(*shift.tolist()))

    def linearizeSkyToPixel(self, coord: SpherePoint | Point2D, skyUnit: AngleUnit) -> AffineTransform:
        """Compute the inverse of `linearizePixelToSky`.

        Parameters
        ----------
        coord : `lsst.geom.SpherePoint` or `lsst.geom.Point2D`
            Where: ICRS position, or parent pixel.
        skyUnit : `lsst.geom.AngleUnit`
            Unit of the positions on the sky.

        Returns
        -------
        transform : `lsst.geom.AffineTransform`
            From positions on the sky to parent pixels.
        """
        return self.linearizePixelToSky(coord, skyUnit).inverted()

    @staticmethod
    def readString(text: str, /) -> SkyWcs:
        """Make a WCS from what `writeString` gave.

        Parameters
        ----------
        text : `str`
            The string.

        Returns
        -------
        wcs : `SkyWcs`
            The WCS.

        Raises
        ------
        lsst.pex.exceptions.TypeError
            Raised if the string is not a WCS.
        RuntimeError
            Raised if the dump in the string is broken.
        """
        fields = text.split(None, 3)
        version = fields[0] if fields else "0"
        if version != _SERIALIZATION_VERSION:
            raise PexTypeError(f"Unsupported version {version}")
        name = fields[1] if len(fields) > 1 else ""
        if name != "SkyWcs":
            raise PexTypeError(f"Class name in stream {name} != SkyWcs")
        frameSet = loadObject(fields[3] if len(fields) > 3 else "")
        if not isinstance(frameSet, Ast.FrameSet):
            what = type(frameSet).__name__
            raise PexTypeError(f"The AST serialization was read as a {what} instead of a FrameSet")
        return SkyWcs._fromFrameSet(frameSet)

    def writeString(self) -> str:
        """Write this WCS as a string.

        Returns
        -------
        text : `str`
            Version, "SkyWcs", whether there is a FITS approximation (which
            itself is not written), and a dump of the AST frames.
        """
        return f"{_SERIALIZATION_VERSION} SkyWcs {int(self.hasFitsApproximation())} {self._text}"

    def isPersistable(self) -> bool:
        """Return whether this can be persisted: always `True`."""
        return True


SkyWcs.__module__ = "lsst.afw.geom"


# ---- persistence


_WCS = Field("wcs", "QB", "wcs string representation")

_APPROXIMATION = Field("approx", "QB", "wcs string representation of FITS approximation")
"""Column of the WCSs that have one only: they are in a catalog of their
own, and those without are stored as ever.
"""


def _readSkyWcs(archive: Any, rows: Any) -> SkyWcs:
    row = onlyRow(rows)
    wcs = _parse(row.array("wcs"))
    if "approx" in row and (approximation := row.array("approx")).size:
        wcs._approximation = _parse(approximation)
    return wcs


def _parse(text: npt.NDArray[Any]) -> SkyWcs:
    return SkyWcs.readString(text.tobytes().decode("ascii"))


def _writeSkyWcs(wcs: SkyWcs, archive: OutputArchive) -> Any:
    row = {"wcs": wcs.writeString().encode("ascii")}
    if wcs._approximation is None:
        return [(Schema((_WCS,)), [row])]
    row["approx"] = wcs._approximation.writeString().encode("ascii")
    return [(Schema((_WCS, _APPROXIMATION)), [row])]


register(Persistable("SkyWcs", "lsst.afw.geom", _readSkyWcs, _writeSkyWcs))
