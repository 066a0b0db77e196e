# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory for intermediate results."""

__all__ = ["Scratch"]

import math
from collections.abc import Hashable
from typing import Any

import numpy as np
import numpy.typing as npt


class Scratch:
    """Memory for the intermediate arrays of one piece of work after another.

    New arrays would take as long as the arithmetic that fills them: the
    system has to find and clear their pages each time.
    """

    def __init__(self) -> None:
        self._buffers: dict[Hashable, Any] = {}

    def take(
        self, name: Hashable, shape: tuple[int, ...], dtype: npt.DTypeLike = np.float64
    ) -> npt.NDArray[Any]:
        """Take an array.

        Parameters
        ----------
        name : `~collections.abc.Hashable`
            What it is for. The same memory is given for the same name.
        shape : `tuple` [`int`]
            Shape of the array.
        dtype : `numpy.dtype`, optional
            Its type.

        Returns
        -------
        array : `numpy.ndarray`
            Array with undefined contents.
        """
        size = math.prod(shape)
        buffer = self._buffers.get((name, dtype))
        if buffer is None or len(buffer) < size:
            buffer = self._buffers[name, dtype] = np.empty(size, dtype)
        return buffer[:size].reshape(shape)
