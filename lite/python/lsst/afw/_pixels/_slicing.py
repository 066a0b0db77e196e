# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscripts of images: points, boxes, ``(x, y)`` indices and slices."""

__all__ = ["Sliceable", "checkDimensions", "parseSubscript", "refuseTemporary"]

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self, overload

from lsst._lite import Partial
from lsst._lite.arguments import checkArguments, toSize
from lsst._lite.properties import TypedProperty
from lsst.geom import Box2I, Extent2I, Point2I
from lsst.pex.exceptions import LengthError

from ._origin import LOCAL, PARENT, ImageOrigin


def _splitOrigin(subscript: Any) -> tuple[Any, ImageOrigin]:
    """Separate an `ImageOrigin` at the end of a subscript from the rest."""
    if not isinstance(subscript, tuple) or not subscript or not isinstance(subscript[-1], ImageOrigin):
        return subscript, PARENT
    if len(subscript) == 2:
        return subscript
    return subscript[:-1], subscript[-1]


def _resolveIndex(index: int | None, size: int, origin: ImageOrigin, default: Any) -> Any:
    """Return the pixel coordinate that an index along one axis means."""
    if index is None:
        return default
    if index < 0:
        if origin is PARENT:
            raise IndexError(
                f"Index {index} is negative: with PARENT, which is the default, that could be a pixel or a "
                "count from the end. Give LOCAL to count from the end, or a Point2I or Box2I for negative "
                "pixels."
            )
        index += size
    return index


def _makeBox(x: slice, y: slice, origin: ImageOrigin, bbox: Box2I) -> Box2I:
    """Return the box that a pair of slices means."""
    if x.step is not None or y.step is not None:
        raise ValueError(f"Image slices cannot have a step; got {x.step} in x and {y.step} in y.")
    width, height = bbox.getWidth(), bbox.getHeight()
    begin = Point2I(
        _resolveIndex(x.start, width, origin, bbox.getBeginX()),
        _resolveIndex(y.start, height, origin, bbox.getBeginY()),
    )
    end = Point2I(
        _resolveIndex(x.stop, width, origin, bbox.getEndX()),
        _resolveIndex(y.stop, height, origin, bbox.getEndY()),
    )
    return Box2I(begin, end - begin)


def parseSubscript(
    subscript: Any, getBBox: Callable[[ImageOrigin], Box2I]
) -> tuple[Box2I | None, Any, ImageOrigin]:
    """Find out what a subscript of an image means.

    Parameters
    ----------
    subscript : `Point2I`, `Box2I`, `slice` or `tuple`
        What is between the brackets: x before y, perhaps followed by an
        `ImageOrigin`.
    getBBox : `~collections.abc.Callable`
        The image's ``getBBox`` method.

    Returns
    -------
    box : `lsst.geom.Box2I` or `None`
        Box of pixels, in ``origin`` coordinates; `None` for one pixel.
    point : `lsst.geom.Point2I` or `None`
        The pixel, in ``origin`` coordinates; `None` for a box.
    origin : `ImageOrigin`
        Coordinate system of either.

    Raises
    ------
    IndexError
        Raised for negative numbers in PARENT coordinates.
    TypeError
        Raised for mixed integers and slices, or one slice with bounds.
    ValueError
        Raised for slices with a step.
    """
    subscript, origin = _splitOrigin(subscript)
    if isinstance(subscript, Point2I):
        return None, subscript, origin
    if isinstance(subscript, Box2I):
        return subscript, None, origin
    if isinstance(subscript, slice):
        if subscript != slice(None):
            raise TypeError("A single slice must not have bounds; give one for x and one for y.")
        x = y = subscript
        origin = LOCAL
    else:
        x, y = subscript
    if isinstance(x, slice) != isinstance(y, slice):
        raise TypeError("An image subscript cannot have an integer for one axis and a slice for the other.")
    bbox = getBBox(origin)
    if isinstance(x, slice):
        return _makeBox(x, y, origin, bbox), None, origin
    point = Point2I(
        _resolveIndex(x, bbox.getWidth(), origin, None), _resolveIndex(y, bbox.getHeight(), origin, None)
    )
    return None, point, origin


_FIRST = ("rhs", "src", "other", "maskedImage", "image", "array", "fileName", "bbox", "dimensions", "width")
"""Names of the first arguments of constructors."""

_FORMS = {str: "_initFile", Box2I: "_initBox", Extent2I: "_initDimensions"}
"""Methods that construct, by the type of the first argument."""

_MAX_PIXELS = 2**31 - 1


def checkDimensions(width: int, height: int) -> None:
    """Refuse dimensions that an image cannot have.

    Raises
    ------
    lsst.pex.exceptions.LengthError
        Raised if they are negative or too large.
    """
    if width < 0 or height < 0:
        raise LengthError(f"Both width and height must be non-negative: {width}, {height}")
    if width * height > _MAX_PIXELS:
        raise LengthError(f"Image dimensions ({width} x {height}) too large; int overflow detected.")


class Sliceable(Partial):
    """What the image classes share in being made, copied and subscripted.

    A class that uses this has ``getBBox``, ``subset``, ``_get`` and ``_set``,
    and for assignment to boxes ``assign`` and ``set``.
    """

    if TYPE_CHECKING:
        # Each class has its own, and its own forms of construction.
        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

        _initBox: Any
        _initSubset: Any
        assign: Any
        set: Any
        _get: Any
        _set: Any

    _copiedTypes: ClassVar[type[Any]]
    """Classes of what can be copied, perhaps with a conversion."""

    _partTypes: ClassVar[type[Any]]
    """Class of what ``_initParts`` begins with."""

    def _construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Call the form of construction that the first argument is for.

        A class that uses this has the methods ``_initCopy``, ``_initSubset``,
        ``_initFile``, ``_initBox`` and ``_initParts``.
        """
        first = args[0] if args else next((kwargs[name] for name in _FIRST if name in kwargs), Extent2I(0, 0))
        form = next((form for cls, form in _FORMS.items() if isinstance(first, cls)), "_initSize")
        if isinstance(first, self._copiedTypes):
            isSubset = "bbox" in kwargs or len(args) > 1 and isinstance(args[1], Box2I)
            form = "_initSubset" if isSubset else "_initCopy"
        elif isinstance(first, self._partTypes):
            form = "_initParts"
        elif form == "_initSize" and not hasattr(first, "__index__"):
            raise TypeError(f"{type(self).__name__} cannot be made of {type(first).__name__}")
        getattr(self, form)(*args, **kwargs)

    def _initSize(self, width: int, height: int, *args: Any, **kwargs: Any) -> None:
        self._initDimensions(Extent2I(toSize(width), toSize(height)), *args, **kwargs)

    def _initDimensions(self, dimensions: Extent2I = Extent2I(0, 0), *args: Any, **kwargs: Any) -> None:
        checkDimensions(*dimensions)
        self._initBox(Box2I(Point2I(0, 0), dimensions), *args, **kwargs)

    # ---- geometry

    @property
    def _grid(self) -> Any:
        """Image that has the pixels' positions (`PixelArray`)."""
        raise NotImplementedError

    def getWidth(self) -> int:
        """Return the number of columns."""
        return self._grid._array.shape[1]

    def getHeight(self) -> int:
        """Return the number of rows."""
        return self._grid._array.shape[0]

    def getDimensions(self) -> Extent2I:
        """Return the width and height, as an `lsst.geom.Extent2I`."""
        return Extent2I(self.getWidth(), self.getHeight())

    def getX0(self) -> int:
        """Return the column of the first pixel, in the parent."""
        return self._grid._x0

    def getY0(self) -> int:
        """Return the row of the first pixel, in the parent."""
        return self._grid._y0

    def getXY0(self) -> Point2I:
        """Return the position of the first pixel, in the parent."""
        return Point2I(self.getX0(), self.getY0())

    def getBBox(self, origin: ImageOrigin = PARENT) -> Box2I:
        """Return the box of pixels.

        Parameters
        ----------
        origin : `ImageOrigin`, optional
            Coordinate system.

        Returns
        -------
        bbox : `lsst.geom.Box2I`
            The box.
        """
        checkArguments("getBBox", origin=(origin, ImageOrigin))
        corner = Point2I(0, 0) if origin is LOCAL else self.getXY0()
        return Box2I(corner, self.getDimensions())

    width = TypedProperty(getWidth)
    height = TypedProperty(getHeight)
    x0 = TypedProperty(getX0)
    y0 = TypedProperty(getY0)

    # ---- copies and subscripts

    def subset(self, bbox: Box2I, origin: ImageOrigin = PARENT) -> Self:
        """Return a view of a box of pixels.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`
            The box.
        origin : `ImageOrigin`, optional
            Coordinate system of ``bbox``.

        Returns
        -------
        part : same type
            What shares this one's memory. An exposure has the same
            components; to replace one does not change the other exposure.

        Raises
        ------
        lsst.pex.exceptions.LengthError
            Raised if the box is not inside.
        """
        checkArguments("subset", bbox=(bbox, Box2I), origin=(origin, ImageOrigin))
        view = object.__new__(type(self))
        view._initSubset(self, bbox, origin, False)
        return view

    def Factory(self, *args: Any, **kwargs: Any) -> Any:
        """Construct an object of this type."""
        return type(self)(*args, **kwargs)

    def clone(self) -> Self:
        """Return a deep copy."""
        return type(self)(self, True)

    def __copy__(self) -> Self:
        return self.clone()

    @overload
    def __getitem__(self, imageSlice: Box2I) -> Self: ...
    @overload
    def __getitem__(self, imageSlice: Any) -> Any: ...
    def __getitem__(self, imageSlice: Any) -> Any:
        box, point, origin = parseSubscript(imageSlice, self.getBBox)
        if box is not None:
            return self.subset(box, origin=origin)
        return self._get(point, origin=origin)

    def __setitem__(self, imageSlice: Any, rhs: Any) -> None:
        box, point, origin = parseSubscript(imageSlice, self.getBBox)
        if box is None:
            self._set(point, origin=origin, value=rhs)
        elif hasattr(rhs, "getBBox"):
            self.assign(rhs, box, origin)
        else:
            self.subset(box, origin=origin).set(rhs)


def refuseTemporary(self: Any, other: Any) -> Any:
    """Refuse binary arithmetic, which would allocate whole images."""
    raise NotImplementedError(
        "Images have no binary arithmetic, because every operation would allocate a new image; "
        "use the in-place operators, such as +=, or the underlying arrays."
    )
