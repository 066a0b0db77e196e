# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warping of arrays: source pixels gathered, weighted and added."""

__all__ = ["MaskPlane", "PixelPlane", "Resampler"]

import dataclasses
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from lsst._lite.threads import run
from lsst.geom import Box2I, Point2I

from ._kernelWeights import KernelWeights, X, Y
from ._scratch import Scratch
from ._sourcePositions import SourcePositions, StripPositions
from ._warpingKernels import SeparableKernel

_ROWS = 64
"""Rows that a thread takes at once."""

_COLUMNS = 1024
"""Columns of a piece of these rows. Small pieces would fit better into the
cache memory, but threads would often wait for the interpreter's lock.
"""


@dataclasses.dataclass(frozen=True)
class _Piece:
    """Pixels of the destination, and what they are made of."""

    corners: np.ndarray
    """Column and row of the first source pixel under the kernel."""

    fractions: np.ndarray
    """How far the position is beyond the kernel's central column and row."""

    weights: KernelWeights
    """Weights of the columns and rows under the kernel."""

    scale: np.ndarray
    """Area of the pixel over the sum of all weights."""

    scratch: Scratch
    """Memory for arrays."""

    _strides: set[int] = dataclasses.field(default_factory=set)
    """What `findFirst` has computed."""

    def findBlock(self) -> tuple[int, int, int, int]:
        """Find the source pixels under the kernel at any position.

        Returns
        -------
        x, y, xEnd, yEnd : `int`
            Columns and rows, the last ones exclusive.
        """
        begin = [int(corners.min()) for corners in self.corners]
        end = [int(corners.max()) + self.weights.size for corners in self.corners]
        return *begin, *end

    def findFirst(self, stride: int) -> npt.NDArray[Any]:
        """Find the first source pixel under the kernel.

        Parameters
        ----------
        stride : `int`
            Pixels from one row of the source to the next.

        Returns
        -------
        index : `numpy.ndarray` [`int`]
            Number of pixels of the source up to it.
        """
        index = self.scratch.take(("index", stride), self.scale.shape, np.intp)
        if stride not in self._strides:
            position = self.scratch.take("position", self.scale.shape)
            np.multiply(self.corners[Y], stride, out=position)
            np.add(position, self.corners[X], out=index, casting="unsafe")
            self._strides.add(stride)
        return index


@dataclasses.dataclass(frozen=True)
class PixelPlane:
    """An image or variance plane to warp."""

    source: np.ndarray
    """Pixels of the source."""

    destination: np.ndarray
    """Pixels of the destination, to be set."""

    padValue: float
    """Value of pixels for which the source is too small."""

    xType: npt.DTypeLike
    """Type in which pixels are multiplied by the weights along x."""

    yType: npt.DTypeLike
    """Type in which the sums are multiplied by the weights along y."""

    isVariance: bool = False
    """Whether weights count squared."""

    def compute(self, piece: _Piece) -> npt.NDArray[Any]:
        """Compute the pixels of a piece.

        Each product and each sum is rounded as in the stack, where pixels of
        weight 0 do not count even if they are not finite.

        Parameters
        ----------
        piece : `_Piece`
            The piece.

        Returns
        -------
        values : `numpy.ndarray`
            Pixels of the destination.
        """
        pixels, stride = _flatten(self.source)
        first = piece.findFirst(stride)
        take, dtype = partial(piece.scratch.take, shape=first.shape), self.destination.dtype
        total, row = take("sum", dtype=dtype), take("row", dtype=dtype)
        # These are one array if the types allow: it stays in the cache.
        tap, product = take("tap", dtype=pixels.dtype), take("product", dtype=self.xType)
        product = tap if tap.dtype == product.dtype else product
        rowProduct = row if dtype == self.yType else take("rowProduct", dtype=self.yType)
        total.fill(0)
        xWeights = piece.weights.get(X, self.xType), piece.weights.getVanishing(X)
        yWeights = piece.weights.get(Y, self.yType), piece.weights.getVanishing(Y)
        for j, (yWeight, noRow) in enumerate(zip(*yWeights, strict=True)):
            row.fill(0)
            for i, (xWeight, noPixel) in enumerate(zip(*xWeights, strict=True)):
                pixels[j * stride + i :].take(first, None, tap, "wrap")
                self._multiply(tap, xWeight, product)
                if noPixel is not None:
                    product[noPixel] = 0
                np.add(row, product, row, casting="unsafe")
            self._multiply(row, yWeight, rowProduct)
            if noRow is not None:
                rowProduct[noRow] = 0
            np.add(total, rowProduct, total, casting="unsafe")
        scale = take("scale", dtype=self.yType)
        np.copyto(scale, piece.scale, casting="unsafe")
        return self._multiply(total, scale, total)

    def _multiply(self, values: npt.NDArray[Any], factors: npt.NDArray[Any], out: Any) -> npt.NDArray[Any]:
        """Multiply by factors, or by their squares."""
        np.multiply(values, factors, out, casting="unsafe")
        if self.isVariance:
            np.multiply(out, factors, out, casting="unsafe")
        return out


@dataclasses.dataclass(frozen=True)
class MaskPlane:
    """A mask plane to warp."""

    source: np.ndarray
    """Pixels of the source."""

    destination: np.ndarray
    """Pixels of the destination, to be set."""

    padValue: int
    """Value of pixels for which the source is too small."""

    kernel: SeparableKernel | None
    """Kernel of the mask, if it has one of its own."""

    growFullMask: int
    """Bits for which the pixels under the image's kernel count in any case."""

    def compute(self, piece: _Piece) -> npt.NDArray[Any]:
        """Compute the pixels of a piece.

        Parameters
        ----------
        piece : `_Piece`
            The piece.

        Returns
        -------
        values : `numpy.ndarray`
            Pixels of the destination: all bits of all pixels whose weight is
            not 0.
        """
        x, y, xEnd, yEnd = piece.findBlock()
        block = self.source[y:yEnd, x:xEnd]
        bits = np.bitwise_or.reduce(block, axis=None)
        if not bits:
            return np.zeros(piece.scale.shape, block.dtype)
        if self.kernel is None:
            return self._combineBits(piece, piece.weights)
        weights = KernelWeights(self.kernel, piece.fractions, (), piece.scratch)
        values = self._combineBits(piece, weights)
        if bits & self.growFullMask:
            values |= self._combineBits(piece, piece.weights) & self.growFullMask
        return values

    def _combineBits(self, piece: _Piece, weights: KernelWeights) -> npt.NDArray[Any]:
        """Combine the bits of all pixels under a kernel."""
        margin = (piece.weights.size - weights.size) // 2
        if weights.size > 2:
            # Each pixel gets the bits of those above and right of it: fewer
            # pixels are gathered then.
            x, y, xEnd, yEnd = piece.findBlock()
            spread = _spreadBits(self.source[y:yEnd, x:xEnd], weights.size)
            first = (piece.corners[Y] - (y - margin)) * (xEnd - x) + (piece.corners[X] - (x - margin))
            return spread.ravel().take(first.astype(np.intp), mode="clip")
        pixels, stride = _flatten(self.source)
        first = piece.findFirst(stride)
        values = np.zeros(first.shape, pixels.dtype)
        for j, noRow in enumerate(weights.getVanishing(Y), margin):
            for i, noPixel in enumerate(weights.getVanishing(X), margin):
                tap = pixels[j * stride + i :].take(first, mode="clip")
                for vanishing in (noRow, noPixel):
                    if vanishing is not None:
                        tap[vanishing] = 0
                values |= tap
        return values


def _flatten(array: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], int]:
    """View rows as one array, with what lies between them.

    Returns
    -------
    pixels : `numpy.ndarray`
        One-dimensional view, or a copy if the rows are not in order.
    stride : `int`
        Pixels from one row to the next.
    """
    height, width = array.shape
    stride, rest = divmod(array.strides[0], array.itemsize)
    if rest or stride < width:
        array, stride = np.ascontiguousarray(array), width
    return as_strided(array, [(height - 1) * stride + width], [array.itemsize]), stride


def _spreadBits(block: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    """Give each pixel the bits of those up to a distance above and right.

    Parameters
    ----------
    block : `numpy.ndarray` [`int`]
        Part of a mask.
    size : `int`
        Number of rows and columns to combine.

    Returns
    -------
    bits : `numpy.ndarray` [`int`]
        Array of the same shape; right except where it has fewer rows or
        columns left.
    """
    bits, wide = np.array(block, order="C"), np.empty(block.shape, block.dtype)
    reach = 1
    while reach < size:
        step = min(reach, size - reach)
        np.bitwise_or(bits[:, :-step], bits[:, step:], out=wide[:, :-step])
        np.bitwise_or(wide[:-step], wide[step:], out=bits[:-step])
        reach += step
    return bits


@dataclasses.dataclass(frozen=True)
class Resampler:
    """The warp of some planes of one image."""

    positions: SourcePositions
    """Where the pixels of the destination are on the source."""

    kernel: SeparableKernel
    """Kernel for pixels."""

    sourceBBox: Box2I
    """Pixels of the source; not fewer than the kernel has."""

    planes: tuple[PixelPlane | MaskPlane, ...]
    """What is warped."""

    def run(self) -> int:
        """Warp.

        Returns
        -------
        count : `int`
            Number of pixels of the destination that got a value.
        """
        height = self.positions.bbox.getHeight()
        strips = [range(row, min(row + _ROWS, height)) for row in range(0, height, _ROWS)]
        unused: list[Scratch] = []
        return sum(run([partial(self._warpStrip, rows, unused) for rows in strips]))

    def _warpStrip(self, rows: range, unused: list[Scratch]) -> int:
        """Warp some rows, piece by piece.

        Parameters
        ----------
        rows : `range`
            Rows of the destination, counted from zero.
        unused : `list` [`Scratch`]
            Memory that no thread uses.
        """
        try:
            scratch = unused.pop()
        except IndexError:
            scratch = Scratch()
        width = self.positions.bbox.getWidth()
        pieces = [range(column, min(column + _COLUMNS, width)) for column in range(0, width, _COLUMNS)]
        with np.errstate(all="ignore"):
            positions = StripPositions(self.positions, rows)
            count = sum(self._warpPiece(positions, rows, columns, scratch) for columns in pieces)
        unused.append(scratch)
        return count

    def _warpPiece(self, strip: StripPositions, rows: range, columns: range, scratch: Scratch) -> int:
        """Warp a rectangle of pixels."""
        positions, area = strip.compute(columns, scratch)
        pixels, fractions = (scratch.take(name, positions.shape) for name in ("pixels", "fractions"))
        for axis, origin in enumerate(self.sourceBBox.getMin()):
            np.subtract(positions[axis], origin, out=fractions[axis])
        np.floor(fractions, out=pixels)
        fractions -= pixels
        good = self._findGood(*pixels)
        count = int(np.count_nonzero(good))
        chosen = good if count < good.size else ...
        if count:
            piece = self._makePiece(pixels[:, chosen], fractions[:, chosen], area[chosen], scratch)
        for plane in self.planes:
            target = plane.destination[rows.start : rows.stop, columns.start : columns.stop]
            if count < good.size:
                target[~good] = plane.padValue
            if count:
                target[chosen] = plane.compute(piece)
        return count

    def _findGood(self, columns: npt.NDArray[Any], rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Find the pixels for which the source has all that the kernel needs.

        Parameters
        ----------
        columns, rows : `numpy.ndarray` [`float`]
            Source pixels, counted from zero; may be NaN.

        Returns
        -------
        good : `numpy.ndarray` [`bool`]
            Whether the kernel has all its pixels there.
        """
        box = self.kernel.shrinkBBox(Box2I(Point2I(0, 0), self.sourceBBox.getDimensions()))
        good = columns >= box.getMinX()
        good &= columns <= box.getMaxX()
        good &= rows >= box.getMinY()
        good &= rows <= box.getMaxY()
        return good

    def _makePiece(
        self, pixels: npt.NDArray[Any], fractions: npt.NDArray[Any], area: npt.NDArray[Any], scratch: Scratch
    ) -> _Piece:
        """Compute the kernel at some positions.

        Parameters
        ----------
        pixels : `numpy.ndarray` [`float`]
            Source pixels, counted from zero: columns and rows; overwritten.
        fractions : `numpy.ndarray` [`float`]
            How far the positions are beyond those pixels; overwritten.
        area : `numpy.ndarray` [`float`]
            Area of the destination pixels, in source pixels; overwritten.
        scratch : `Scratch`
            Memory for arrays.
        """
        for axis, center in enumerate(self.kernel.getCtr()):
            pixels[axis] -= center
        dtypes = {d for p in self.planes if isinstance(p, PixelPlane) for d in (p.xType, p.yType)}
        self.kernel._quantize(fractions)
        weights = KernelWeights(self.kernel, fractions, dtypes, scratch)
        area /= weights.total[X]
        area /= weights.total[Y]
        return _Piece(pixels, fractions, weights, area, scratch)
