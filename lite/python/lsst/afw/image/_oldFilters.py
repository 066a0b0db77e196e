# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of filters as they were before 2021: one for band and filter."""

__all__ = ["labelOfOldName"]

import re

from ._filterLabel import FilterLabel

_BAND = re.compile(r"[ugrizy]|SH|PH|VR|white|N[0-9]+|I[0-9]{2,}")
"""Old names of filters that are bands: the usual ones, narrow ones, and those
of intermediate width (but ``I2`` is a filter of HSC).
"""

_UNKNOWN = ("", "_unknown_")
"""Old names of no filter."""

_OLD_NAMES = {
    "r2": FilterLabel("r", "HSC-R2"),
    "i2": FilterLabel("i", "HSC-I2"),
    "SOLID": FilterLabel(physical="solid plate 0.0 0.0"),
}
"""Names that were neither."""


def labelOfOldName(name: str) -> FilterLabel | None:
    """Make a label of the one name that a filter had before 2021.

    Whether that was the band or the physical filter is known by the name, as
    in the stack.

    Parameters
    ----------
    name : `str`
        Value of ``FILTER`` in a header.

    Returns
    -------
    label : `FilterLabel` or `None`
        `None` if the name stands for no filter.
    """
    name = name.rstrip(" ")
    if name in _UNKNOWN:
        return None
    if name in _OLD_NAMES:
        return _OLD_NAMES[name]
    return FilterLabel(band=name) if _BAND.fullmatch(name) else FilterLabel(physical=name)
