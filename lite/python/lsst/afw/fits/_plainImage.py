# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that are not compressed."""

__all__ = ["PlainImage"]

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from ._file import Hdu
from ._pixelTypes import PixelType

_CHUNK = 1 << 22
"""Bytes of plain pixels that are read at once."""


class PlainImage:
    """An image that is not compressed.

    Parameters
    ----------
    hdu : `lsst.afw.fits._file.Hdu`
        Where it is.

    Attributes
    ----------
    shape : `tuple` [`int`]
        Rows and columns.
    dtype : `numpy.dtype`
        Type of the pixels.
    """

    def __init__(self, hdu: Hdu) -> None:
        self._hdu = hdu
        if len(hdu.axes) != 2:
            raise hdu.error(f"expected an image of 2 dimensions, found NAXIS = {len(hdu.axes)}")
        self.shape = hdu.axes[1], hdu.axes[0]
        self._pixels = PixelType.ofHeader(hdu)
        self.dtype = self._pixels.dtype

    def checkSize(self) -> None:
        """Make sure that the file holds all pixels."""
        self._hdu.checkComplete()

    def tasks(self, rows: range, columns: range, out: npt.NDArray[Any]) -> list[Callable[[], None]]:
        """Make the tasks that read a box: see `TileTable.tasks`."""
        if not rows or not columns:
            return []
        rowSize = self.shape[1] * self._pixels.stored.itemsize
        if self._hdu.isRemote:
            self._hdu.expect([(rows.start * rowSize, len(rows) * rowSize)])
        step = max(1, _CHUNK // rowSize)
        return [
            partial(self._read, range(i, min(i + step, rows.stop)), columns, out[i - rows.start :])
            for i in range(rows.start, rows.stop, step)
        ]

    def _read(self, rows: range, columns: range, out: npt.NDArray[Any]) -> None:
        """Read some rows."""
        stored, width = self._pixels.stored, self.shape[1]
        data = self._hdu.read(rows.start * width * stored.itemsize, len(rows) * width * stored.itemsize)
        part = np.frombuffer(data, stored).reshape(len(rows), width)[:, columns.start : columns.stop]
        self._pixels.assign(part, out[: len(rows)], self._pixels.blank)
