# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory for intermediate results."""

__all__ = ["Scratch"]

import math

import numpy as np


class Scratch:
    """Memory for the intermediate arrays of one piece of work after another.

    New arrays would take as long as the arithmetic that fills them: the
    system has to find and clear their pages each time.
    """

    def __init__(self):
        self._buffers = {}

    def take(self, name, shape, dtype=np.float64):
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
