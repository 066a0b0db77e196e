# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The weights of a warping kernel at many positions."""

__all__ = ["X", "Y", "KernelWeights"]

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

from ._scratch import Scratch

X, Y = 0, 1
"""Index of the axes in arrays of both."""


class KernelWeights:
    """The weights of a kernel along both axes, at many positions.

    Parameters
    ----------
    kernel : `SeparableKernel`
        The kernel.
    fractions : `numpy.ndarray` [`float`]
        How far the positions are beyond the kernel's central pixel, indexed
        by axis first; overwritten.
    dtypes : `set` [`numpy.dtype`]
        Types in which the weights are wanted.
    scratch : `Scratch`
        Memory for the arrays.
    """

    def __init__(
        self, kernel: Any, fractions: npt.NDArray[Any], dtypes: Collection[Any], scratch: Scratch
    ) -> None:
        self.size = kernel.getWidth()
        """Number of pixels of the kernel along an axis."""
        self.total = scratch.take("totalWeight", fractions.shape)
        """Sum of the weights along each axis."""
        self.total.fill(0.0)
        self._weights: dict[Any, list[Any]] = {dtype: [None] * self.size for dtype in dtypes}
        self._vanishing: list[Any] = [None] * self.size
        if not dtypes and not kernel._canVanish:
            return
        for tap, weights in kernel._iterateWeights(fractions, scratch):
            if dtypes:
                self.total += weights
            for dtype, taps in self._weights.items():
                taps[tap] = scratch.take(("weights", tap), fractions.shape, dtype)
                np.copyto(taps[tap], weights, casting="unsafe")
            if kernel._canVanish:
                vanishing = weights == 0.0
                self._vanishing[tap] = vanishing if vanishing.any() else None

    def get(self, axis: int, dtype: Any) -> list[npt.NDArray[Any]]:
        """Return the weights along one axis.

        Returns
        -------
        weights : `list` [`numpy.ndarray`]
            Weights of each pixel of the kernel, in one of the types.
        """
        return [weights[axis] for weights in self._weights[dtype]]

    def getVanishing(self, axis: int) -> list[npt.NDArray[Any] | None]:
        """Return where weights along one axis are 0.

        Returns
        -------
        vanishing : `list` [`numpy.ndarray` or `None`]
            Whether the weight of a pixel of the kernel is 0; `None` if it is
            so nowhere.
        """
        return [None if vanishing is None else vanishing[axis] for vanishing in self._vanishing]

    @property
    def canVanish(self) -> bool:
        """Whether any of the weights is 0."""
        return any(vanishing is not None for vanishing in self._vanishing)
