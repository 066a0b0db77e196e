# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Second moments of images, weighted with the Gaussian that they have.

Bernstein and Jarvis 2002, AJ 123, 583, section 3.1; the SDSS's way to find
the Gaussian, as in the stack's ``SdssShape``, with its single precision.
"""

from __future__ import annotations

__all__ = ["computeAdaptiveMoments"]

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lsst.afw.image import ImageD
from lsst.geom import Box2D, Box2I, Extent2D, Point2D

_FIRST_MOMENT = 1.5
"""Where the search for the weight begins, in square pixels."""

_MAX_ITERATIONS = 100

_SHAPE_TOLERANCE = np.float32(1e-5)

_SIZE_TOLERANCE = np.float32(1e-4)

_MAX_RADIUS = 1000.0
"""Radius beyond which pixels are not used."""

_MAX_WEIGHT = 1e6
"""Inverse moment beyond which there is nothing to weight."""

_SINGULAR = np.finfo(np.float32).eps

_SMALL = 0.25
"""Moment below which pixels are divided, in square pixels."""

_PARTS = np.array([-0.375, -0.125, 0.125, 0.375], np.float32)
"""Centres of the parts of a pixel."""

_CUT, _CUT_PARTS = 14.0, 9.0
"""Squares of distances, in sigmas of the weight, beyond which pixels are not
used.
"""


class _Moments(NamedTuple):
    """Moments xx, xy and yy; or the elements of the inverse matrix."""

    xx: float
    xy: float
    yy: float

    @property
    def determinant(self) -> float:
        """Determinant of the matrix."""
        return self.xx * self.yy - self.xy * self.xy

    def inverted(self) -> _Moments | None:
        """Invert the matrix.

        Returns
        -------
        inverse : `_Moments` or `None`
            `None` if the matrix is singular.
        """
        determinant = self.determinant
        if not determinant >= _SINGULAR:
            return None
        return _Moments(self.yy / determinant, -self.xy / determinant, self.xx / determinant)

    def toSingle(self) -> _Moments:
        """Round to single precision."""
        return _Moments(*(float(np.float32(moment)) for moment in self))


def computeAdaptiveMoments(image: ImageD) -> tuple[float, float, float]:
    """Compute second moments around the pixel (0, 0).

    Parameters
    ----------
    image : `lsst.afw.image.ImageD`
        Image of something around that pixel.

    Returns
    -------
    xx, yy, xy : `float`
        Moments, in square pixels. If no Gaussian is found, they are not
        weighted; if there is nothing positive, NaN or those of one pixel.
    """
    weight, isDivided, box = _findWeight(image)
    if weight is None:
        sums = _sumPixels(image, box, _Moments(0.0, 0.0, 0.0), isDivided)
        if sums is None or not sums[0] > 0:
            return math.nan, math.nan, math.nan
        if min(sums[1], sums[3]) <= 0:
            return 1 / 12, 1 / 12, 0.0
        weight = _Moments(*(moment / sums[0] for moment in sums[1:]))
    return weight.xx, weight.yy, weight.xy


def _findWeight(image: ImageD) -> tuple[_Moments | None, bool, Box2I]:
    """Find the Gaussian whose moments an image has if it is the weight.

    Returns
    -------
    weight : `_Moments` or `None`
        Its moments; `None` if there is none.
    isDivided : `bool`
        Whether pixels were divided.
    box : `lsst.geom.Box2I`
        Pixels that were used last.
    """
    weight = _Moments(_FIRST_MOMENT, 0.0, _FIRST_MOMENT)
    isDivided = False
    old: _Moments | None = None
    for _ in range(_MAX_ITERATIONS):
        box = _findBox(image.getBBox(), weight)
        inverse = weight.inverted()
        if inverse is None:
            return None, isDivided, box
        if not isDivided and _isSmall(weight):
            # Once small, for good; and at least one more turn.
            isDivided, old = True, None
        sums = _sumPixels(image, box, inverse, isDivided)
        if sums is None or min(sums[0], sums[1], sums[3]) <= 0:
            return None, isDivided, box
        weighted = _Moments(*(np.float32(moment / sums[0]) for moment in sums[1:]))  # type: ignore[arg-type]
        if old is not None and _isSame(weighted, old):
            return weight, isDivided, box
        old = weighted
        improved = _improve(weighted, inverse)
        if improved is None or min(improved.xx, improved.yy) <= 0:
            return None, isDivided, box
        weight = improved
    return None, isDivided, box


def _findBox(bbox: Box2I, weight: _Moments) -> Box2I:
    """Find the pixels that count for a weight."""
    radius = min(4 * math.sqrt(max(weight.xx, weight.yy)), _MAX_RADIUS)
    offset = Extent2D(radius, radius)
    center = Point2D(0, 0)
    return Box2I(Box2D(center - offset, center + offset)).clippedTo(bbox)


def _isSmall(weight: _Moments) -> bool:
    """Whether pixels are too large for a weight."""
    return weight.xx < _SMALL or weight.yy < _SMALL or weight.determinant < _SMALL * _SMALL


def _isSame(weighted: _Moments, old: _Moments) -> bool:
    """Whether moments have not changed."""
    (e1, e2), (oldE1, oldE2) = _ellipticities(weighted), _ellipticities(old)
    isSameShape = abs(e1 - oldE1) < _SHAPE_TOLERANCE and abs(e2 - oldE2) < _SHAPE_TOLERANCE
    return bool(isSameShape and abs(float(weighted.xx / old.xx) - 1.0) < _SIZE_TOLERANCE)


def _ellipticities(moments: _Moments) -> tuple[Any, Any]:
    """Compute both ellipticities, in single precision."""
    size = moments.xx + moments.yy
    return (moments.xx - moments.yy) / size, np.float32(2.0) * moments.xy / size


def _improve(weighted: _Moments, inverse: _Moments) -> _Moments | None:
    """Guess the moments of an image from those that a weight gives.

    The inverse matrices of two Gaussians add up to that of their product.

    Returns
    -------
    moments : `_Moments` or `None`
        `None` if the image is no Gaussian.
    """
    product = _Moments(*(float(moment) for moment in weighted)).inverted()
    if product is None:
        return None
    difference = (p - i for p, i in zip(product.toSingle(), inverse, strict=True))
    return _Moments(*difference).toSingle().inverted()


def _sumPixels(image: ImageD, box: Box2I, inverse: _Moments, isDivided: bool) -> tuple[float, ...] | None:
    """Sum up weighted pixels.

    Parameters
    ----------
    image : `lsst.afw.image.ImageD`
        The image.
    box : `lsst.geom.Box2I`
        Pixels to use.
    inverse : `_Moments`
        Inverse of the moments of the weight.
    isDivided : `bool`
        Whether to divide pixels.

    Returns
    -------
    sums : `tuple` [`float`] or `None`
        Sums of pixels, and of pixels times x^2, xy and y^2; `None` if the
        weight is too narrow.
    """
    if max(abs(element) for element in inverse) > _MAX_WEIGHT:
        return None
    pixels = image[box].array.astype(np.float32)
    x = np.arange(box.getBeginX(), box.getEndX(), dtype=np.float32)[np.newaxis, :]
    y = np.arange(box.getBeginY(), box.getEndY(), dtype=np.float32)[:, np.newaxis]
    if isDivided:
        corners = [_exponent(x + dx, y + dy, inverse) for dy in (-0.375, 0.375) for dx in (-0.375, 0.375)]
        isUsed = np.maximum.reduce(corners) <= _CUT_PARTS
        x, y, pixels = (array[..., np.newaxis, np.newaxis] for array in (x, y, pixels))
        x, y = x + _PARTS, y + _PARTS[:, np.newaxis]
        exponent = _exponent(x, y, inverse)
    else:
        exponent = _exponent(x, y, inverse)
        isUsed = exponent <= _CUT
    weighted = pixels * np.exp(-0.5 * exponent.astype(np.float64)).astype(np.float32)
    terms = (weighted, x * x * weighted, x * y * weighted, y * y * weighted)
    # One after the other: another order rounds in another way.
    return tuple(np.cumsum(term[isUsed], dtype=np.float64)[-1] if isUsed.any() else 0.0 for term in terms)


def _exponent(x: npt.NDArray[Any], y: npt.NDArray[Any], inverse: _Moments) -> npt.NDArray[Any]:
    """Compute squares of distances in sigmas, in single precision."""
    exponent = (x * x) * inverse.xx + 2 * (x * y) * inverse.xy + (y * y) * inverse.yy
    return exponent.astype(np.float32)
