# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pickling of transforms; pickles of the stack name these functions."""

__all__ = ["reduceTransform"]
from typing import Any


def unpickleTransform(cls: type[Any], state: str) -> Any:
    """Make a transform from its pickled state.

    Parameters
    ----------
    cls : `type`
        A transform class, such as `lsst.afw.geom.SkyWcs`.
    state : `str`
        What ``writeString`` of that class gave.

    Returns
    -------
    transform : ``cls``
        The transform.
    """
    return cls.readString(state)


def reduceTransform(transform: Any) -> tuple[Any, ...]:
    """Pickle a transform through its string form.

    Parameters
    ----------
    transform : `object`
        Instance of a class with ``writeString`` and ``readString``.

    Returns
    -------
    function : `~collections.abc.Callable`
        What makes the transform again.
    arguments : `tuple`
        Its arguments.
    """
    return unpickleTransform, (type(transform), transform.writeString())
