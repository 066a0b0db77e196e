# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of a template has data."""

__all__ = ["countDataPixels"]

import numpy as np

import lsst.afw.image as afwImage


def countDataPixels(mask: afwImage.Mask, rows: int = 256) -> int:
    """Count the pixels that hold data.

    Parameters
    ----------
    mask : `lsst.afw.image.Mask`
        Mask of the template.
    rows : `int`, optional
        Number of rows to look at at a time, so that no temporary array is as
        large as the template.

    Returns
    -------
    area : `int`
        Number of pixels without ``NO_DATA``. Counting NaNs instead would
        miss pixels without data that were interpolated over.
    """
    noData = mask.getPlaneBitMask("NO_DATA")
    array = mask.array
    return sum(
        int(np.count_nonzero((array[start : start + rows] & noData) == 0))
        for start in range(0, len(array), rows)
    )
