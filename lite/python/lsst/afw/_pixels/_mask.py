# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks: images of named bits."""

from __future__ import annotations

__all__ = ["Mask", "MaskPixel", "MaskX", "makeStoredMask", "remapPlanes"]

import collections.abc
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toInteger
from lsst.daf.base import PropertySet
from lsst.geom import Box2I, Extent2I, Point2I
from lsst.pex.exceptions import InvalidParameterError, LengthError, RuntimeError
from lsst.utils import TemplateMeta

from ._imageBase import PixelArray
from ._maskPlanes import NUM_PLANES_MAX, MaskPlanes
from ._origin import PARENT, ImageOrigin
from ._slicing import refuseTemporary
from ._storedPlanes import DEFAULT_HDU, PixelRequest

MaskPixel = np.int32

_PREFIX = "MP_"


def _makeBits(plane: int) -> Any:
    """Return the pixel value that has just one bit, for a bit number."""
    return MaskPixel(np.uint32(1 << plane).astype(MaskPixel))


def _getBits(plane: int) -> Any:
    """Return the pixel value of a plane of the default dictionary.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if no plane has that number.
    """
    if not 0 <= plane < NUM_PLANES_MAX or not MaskPlanes.getDefault().hasBit(plane):
        raise InvalidParameterError(f"Invalid mask plane ID: {plane}")
    return _makeBits(plane)


def remapPlanes(array: npt.NDArray[Any], changes: list[tuple[Any, Any]], keep: Any) -> None:
    """Move bits of mask pixels, in place.

    Parameters
    ----------
    array : `numpy.ndarray`
        Mask pixels.
    changes : `list` [`tuple` [`int`, `int`]]
        Pixel values, each of one bit: what it was and what it becomes.
    keep : `int`
        Bits that stay; bits that are in neither are lost.
    """
    result = array & keep
    for old, new in changes:
        result[(array & old) != 0] |= new
    array[...] = result


class MaskX(PixelArray):
    """An image whose pixels are sets of named bits ("planes").

    The names are shared by all masks of the process, see `addMaskPlane`.
    """

    __module__ = "lsst.afw.image._image"

    _pixelType = MaskPixel

    # ---- construction

    @overload
    def __init__(self, width: int, height: int, planeDefs: Mapping[str, int] = ...) -> None: ...
    @overload
    def __init__(
        self, width: int, height: int, initialValue: int, planeDefs: Mapping[str, int] = ...
    ) -> None: ...
    @overload
    def __init__(self, dimensions: Extent2I = ..., planeDefs: Mapping[str, int] = ...) -> None: ...
    @overload
    def __init__(
        self, dimensions: Extent2I, initialValue: int, planeDefs: Mapping[str, int] = ...
    ) -> None: ...
    @overload
    def __init__(self, bbox: Box2I, planeDefs: Mapping[str, int] = ...) -> None: ...
    @overload
    def __init__(self, bbox: Box2I, initialValue: int, planeDefs: Mapping[str, int] = ...) -> None: ...
    @overload
    def __init__(self, src: MaskX, deep: bool = False) -> None: ...
    @overload
    def __init__(self, src: MaskX, bbox: Box2I, origin: ImageOrigin = PARENT, deep: bool = False) -> None: ...
    @overload
    def __init__(self, array: npt.NDArray[Any], deep: bool = False, xy0: Point2I = ...) -> None: ...
    @overload
    def __init__(
        self,
        fileName: str,
        hdu: int = DEFAULT_HDU,
        metadata: PropertySet | None = None,
        bbox: Box2I = ...,
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        allowUnsafe: bool = False,
    ) -> None: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._planes = MaskPlanes.getDefault()
        self._construct(args, kwargs)

    def _initBox(self, bbox: Box2I, initialValue: Any = 0, planeDefs: Any = {}) -> None:
        # The value may be left out before the planes.
        if isinstance(initialValue, collections.abc.Mapping):
            initialValue, planeDefs = 0, initialValue
        self._allocate(bbox, self._toPixel(initialValue))
        self._planes = _makePlanes(planeDefs)

    def _initCopy(self, src: MaskX, deep: bool = False) -> None:
        self._initFromOther(src, deep)
        self._planes = src._planes

    def _initSubset(self, src: MaskX, bbox: Box2I, origin: ImageOrigin = PARENT, deep: bool = False) -> None:
        self._initFromSubset(src, bbox, origin, deep)
        self._planes = src._planes

    def _initFile(
        self,
        fileName: str,
        hdu: int = DEFAULT_HDU,
        metadata: PropertySet | None = None,
        bbox: Box2I = Box2I(),
        origin: ImageOrigin = PARENT,
        conformMasks: bool = False,
        allowUnsafe: bool = False,
    ) -> None:
        request = PixelRequest(bbox, origin, allowUnsafe=allowUnsafe)
        plane = self._readPlane(fileName, hdu, metadata, request)
        self._conformStored(plane.maskPlanes(), conformMasks)

    def _conformStored(self, planes: dict[str, int], conformMasks: bool) -> None:
        """Let pixels of a file mean the same in the session.

        Parameters
        ----------
        planes : `dict` [`str`, `int`]
            What the bits mean in the file.
        conformMasks : `bool`
            Whether the file's planes become those of the session, instead of
            the pixels being changed to mean the same in the session.
        """
        if conformMasks and planes and planes != MaskPlanes.getDefault().asDict():
            MaskPlanes.setDefault(MaskPlanes(planes))
        self._planes = MaskPlanes.getDefault()
        self.conformMaskPlanes(planes)

    # ---- bits

    def _combine(self, ufunc: np.ufunc, other: Any) -> MaskX:
        """Apply a bitwise operation in place."""
        if isinstance(other, MaskX):
            if not self._planes.matches(other._planes):
                raise RuntimeError("Mask dictionaries do not match")
            if self._array.shape != other._array.shape:
                raise LengthError(
                    f"Images are of different size, {self.getWidth()}x{self.getHeight()} v "
                    f"{other.getWidth()}x{other.getHeight()}"
                )
            operand = other._array
        else:
            operand = self._toPixel(other)
        ufunc(self._array, operand, out=self._array)
        return self

    def __ior__(self, other: Any) -> MaskX:  # type: ignore[misc]
        return self._combine(np.bitwise_or, other)

    def __iand__(self, other: Any) -> MaskX:  # type: ignore[misc]
        return self._combine(np.bitwise_and, other)

    __and__ = __or__ = refuseTemporary

    def clearAllMaskPlanes(self) -> None:
        """Set all pixels to 0."""
        self._array[...] = 0

    def clearMaskPlane(self, plane: int, /) -> None:
        """Clear one bit of all pixels.

        Parameters
        ----------
        plane : `int`
            Bit number.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if no plane has that number.
        """
        np.bitwise_and(self._array, ~_getBits(toInteger(plane)), out=self._array)

    def getAsString(self, x: int, y: int, /) -> str:
        """Return the names of the planes that are set in a pixel.

        Parameters
        ----------
        x, y : `int`
            Column and row, in local coordinates.
        """
        x, y = toInteger(x), toInteger(y)
        if not (0 <= x < self.getWidth() and 0 <= y < self.getHeight()):
            raise IndexError(f"Pixel index ({x}, {y}) out of bounds {self.getWidth()}x{self.getHeight()}.")
        return self.interpret(int(self._array[y, x]))

    # ---- planes

    def getMaskPlaneDict(self) -> dict[str, int]:
        """Return the bit number of each plane of this mask, by name."""
        return self._planes.asDict()

    def conformMaskPlanes(self, currentPlaneDict: Mapping[str, int], /) -> None:
        """Move the bits of the pixels to where the process has the planes.

        Parameters
        ----------
        currentPlaneDict : `~collections.abc.Mapping` [`str`, `int`]
            What the bits mean now. Planes that the process does not know
            are added; bits that are no plane are cleared.
        """
        checkArguments("conformMaskPlanes", currentPlaneDict=(currentPlaneDict, collections.abc.Mapping))
        if not self._planes.matches(_makePlanes(currentPlaneDict)):
            self._moveBits(currentPlaneDict)
        self._planes = MaskPlanes.getDefault()

    def _moveBits(self, currentPlaneDict: Mapping[str, int]) -> None:
        keep, changes = MaskPixel(0), []
        for name, old in sorted(currentPlaneDict.items()):
            new = MaskPlanes.getDefault().find(name)
            if new < 0:
                new = MaskPlanes.add(name)
            if old == new:
                keep |= _makeBits(new)
            elif 0 <= old < NUM_PLANES_MAX:
                changes.append((_makeBits(old), _makeBits(new)))
        if changes:
            remapPlanes(self._array, changes, keep)

    @staticmethod
    def addMaskPlane(name: str, /) -> int:
        """Add a plane to all masks of the process.

        Parameters
        ----------
        name : `str`
            Name of the plane.

        Returns
        -------
        plane : `int`
            Its bit number; the present one if it exists already.

        Raises
        ------
        lsst.pex.exceptions.RuntimeError
            Raised if all bits are in use.
        """
        checkArguments("addMaskPlane", name=(name, str))
        return MaskPlanes.add(name)

    @staticmethod
    def removeMaskPlane(name: str, /) -> None:
        """Forget a plane; masks that exist keep it.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if there is no such plane.
        """
        checkArguments("removeMaskPlane", name=(name, str))
        MaskPlanes.removeFromDefault(name)

    @staticmethod
    def clearMaskPlaneDict() -> None:
        """Forget all planes of the process."""
        MaskPlanes.getDefault().clear()

    @staticmethod
    def getMaskPlane(name: str, /) -> int:
        """Return the bit number of a plane.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if there is no such plane.
        """
        checkArguments("getMaskPlane", name=(name, str))
        return MaskPlanes.getDefault().get(name)

    @staticmethod
    def getPlaneBitMask(name: str | Sequence[str], /) -> int:
        """Return the pixel value with the bits of planes.

        Parameters
        ----------
        name : `str` or sequence of `str`
            Name of a plane, or names of several.

        Returns
        -------
        bits : `int`
            The value.

        Raises
        ------
        lsst.pex.exceptions.InvalidParameterError
            Raised if there is no such plane.
        """
        if isinstance(name, str):
            return int(_getBits(MaskPlanes.getDefault().get(name)))
        checkArguments("getPlaneBitMask", name=(name, collections.abc.Sequence))
        bits = MaskPixel(0)
        for item in name:
            checkArguments("getPlaneBitMask", item=(item, str))
            bits |= _getBits(MaskPlanes.getDefault().get(item))
        return int(bits)

    @staticmethod
    def getNumPlanesMax() -> int:
        """Return the number of planes that there can be."""
        return NUM_PLANES_MAX

    @staticmethod
    def getNumPlanesUsed() -> int:
        """Return the number of planes that there are."""
        return len(MaskPlanes.getDefault())

    @staticmethod
    def interpret(value: int, /) -> str:
        """Return the names of the planes that are set in a pixel value.

        Parameters
        ----------
        value : `int`
            Pixel value.

        Returns
        -------
        names : `str`
            The names, in alphabetical order, with commas between them.
        """
        bits = MaskX._toPixel(value)
        planes = MaskPlanes.getDefault().asDict()
        return ",".join(name for name, plane in planes.items() if bits & _getBits(plane))

    @staticmethod
    def addMaskPlanesToMetadata(metadata: PropertySet, /) -> None:
        """Write the planes of the process as ``MP_`` cards.

        Parameters
        ----------
        metadata : `lsst.daf.base.PropertySet`
            Header to add to; other ``MP_`` cards in it are removed.
        """
        checkArguments("addMaskPlanesToMetadata", metadata=(metadata, PropertySet))
        for name in _findCards(metadata):
            metadata.remove(name)
        for name, plane in MaskPlanes.getDefault().asDict().items():
            if name:
                metadata.add(_PREFIX + name, plane)

    def _addCards(self, header: PropertySet) -> None:
        self.addMaskPlanesToMetadata(header)

    # ---- copies, and what is shown

    def __reduce__(self) -> tuple[Any, ...]:
        array = np.ascontiguousarray(self._array)
        # The stack pickles through FITS, and so with the session's planes.
        return _rebuildMask, (type(self), array, self._x0, self._y0, MaskPlanes.getDefault().asDict())

    def __str__(self) -> str:
        return f"{self.array}, bbox={self.getBBox()}, maskPlaneDict={self.getMaskPlaneDict()}"

    def __repr__(self) -> str:
        return f"{self.__module__}.{type(self).__name__}={self}"

    # ---- files

    @staticmethod
    def readFits(filename: str, hdu: int = DEFAULT_HDU) -> MaskX:
        """Read a mask from a FITS file."""
        checkArguments("readFits", filename=(filename, str))
        return MaskX(filename, hdu)


def makeStoredMask(
    array: npt.NDArray[Any], xy0: Point2I, planes: dict[str, int], conformMasks: bool
) -> MaskX:
    """Make a mask of pixels of a file.

    Parameters
    ----------
    array : `numpy.ndarray`
        Pixels as they are in the file.
    xy0 : `lsst.geom.Point2I`
        Position of the first of them.
    planes, conformMasks : `dict`, `bool`
        See `MaskX._conformStored`.
    """
    mask = MaskX(array, False, xy0)
    mask._conformStored(planes, conformMasks)
    return mask


def _findCards(metadata: PropertySet) -> list[str]:
    """Return the names of the cards that define mask planes."""
    return [name for name in metadata.paramNames(False) if name.startswith(_PREFIX)]


def _makePlanes(planeDefs: Any) -> MaskPlanes:
    """Check plane definitions, and make a dictionary of them."""
    for name, plane in planeDefs.items():
        if not isinstance(name, str):
            raise TypeError(f"{name!r} is not the name of a mask plane")
        toInteger(plane)
    return MaskPlanes.make(planeDefs)


MaskX._copiedTypes = MaskX


def _rebuildMask(cls: Any, array: npt.NDArray[Any], x0: int, y0: int, planes: Any) -> MaskX:
    """Construct a pickled mask, for this process's planes."""
    mask = cls(array, False, Point2I(x0, y0))
    mask._planes = MaskPlanes(planes)
    if not mask._planes.matches(MaskPlanes.getDefault()):
        mask._moveBits(planes)
    mask._planes = MaskPlanes.getDefault()
    return mask


class Mask(metaclass=TemplateMeta):
    """Access to the mask class by pixel type, of which there is one.

    ``Mask(...)`` constructs a `MaskX`.
    """

    __module__ = "lsst.afw.image._image"

    if TYPE_CHECKING:
        # What is constructed is one of the classes for each type.
        def __new__(cls, *args: Any, **kwargs: Any) -> Any: ...

    TEMPLATE_PARAMS = ("dtype",)
    TEMPLATE_DEFAULTS = (MaskPixel,)


Mask.register(MaskPixel, MaskX)
Mask.alias("X", MaskX)
