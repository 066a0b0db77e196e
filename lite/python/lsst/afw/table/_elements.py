# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of fields, and how values are checked that go into them."""

__all__ = ["ELEMENTS", "FLAG_BITS", "checkNumber", "registerTypes"]

from typing import Any

import numpy as np

from lsst._lite.numbers import toDouble, toInteger
from lsst.geom import Angle

_NUMBERS: dict[str, np.dtype[Any]] = {
    "B": np.dtype(np.uint8),
    "U": np.dtype(np.uint16),
    "I": np.dtype(np.int32),
    "L": np.dtype(np.int64),
    "F": np.dtype(np.float32),
    "D": np.dtype(np.float64),
}
"""Types of single numbers, by the names that they have in the stack."""

ELEMENTS: dict[str, np.dtype[Any]] = _NUMBERS | {
    "Angle": np.dtype(np.float64),
    "String": np.dtype("S1"),
    "Flag": np.dtype(np.int64),
    **{f"Array{name}": dtype for name, dtype in _NUMBERS.items() if name != "L"},
}
"""Types of fields, and of what they have in a record: angles are in radians;
flags are bits of integers.
"""

FLAG_BITS = 64
"""Number of flags in an integer."""


_PYTHON_TYPES: dict[str, type[Any]] = {name: dtype.type for name, dtype in _NUMBERS.items()} | {
    "Angle": Angle,
    "String": str,
}
"""Types that may be named by a type of Python or numpy, too."""


def registerTypes(template: Any, classes: dict[str, type[Any]]) -> None:
    """Let an abstract class give the classes of all types of fields.

    Parameters
    ----------
    template : `lsst.utils.TemplateMeta`
        The abstract class.
    classes : `dict` [`str`, `type`]
        Its classes by the types of the fields.
    """
    for name, cls in classes.items():
        template.register(_PYTHON_TYPES.get(name, name), cls)
        if name in _PYTHON_TYPES:
            template.alias(name, cls)
    template.alias(float, classes["D"])


def checkNumber(value: Any, dtype: Any) -> int | float:
    """Check a number that is to be put into a field.

    Parameters
    ----------
    value : number
        The number.
    dtype : `numpy.dtype`
        Type of the field.

    Returns
    -------
    value : `int` or `float`

    Raises
    ------
    TypeError
        Raised if it is not such a number, or does not fit.
    """
    if dtype.kind == "f":
        return toDouble(value)
    number = toInteger(value)
    limits = np.iinfo(dtype)
    if not limits.min <= number <= limits.max:
        raise TypeError(f"{number} does not fit into a field of type {dtype}")
    return number
