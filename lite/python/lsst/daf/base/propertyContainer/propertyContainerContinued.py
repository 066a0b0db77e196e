# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

__all__ = ["getPropertyListState", "getPropertySetState", "setPropertyListState", "setPropertySetState"]

import copyreg
from types import NoneType
from typing import Any

from .._dateTime import DateTime
from .._propertyList import PropertyList
from .._propertySet import PropertySet

_TYPE_NAMES = {
    bool: "Bool",
    float: "Double",
    str: "String",
    DateTime: "DateTime",
    NoneType: "Undef",
    PropertySet: "PropertySet",
}
"""What the full stack calls the types, but those of integers."""


def getPropertySetState(container: PropertySet, asLists: bool = False) -> list[Any]:
    """Get what a pickle of a `PropertySet` holds.

    Parameters
    ----------
    container : `PropertySet`
        The container.
    asLists : `bool`, optional
        Whether items are lists and not tuples.

    Returns
    -------
    state : `list` of `tuple` or `list` of `list`
        For each name: the name, the suffix of the methods for its type (as
        in ``setInt``) and the value or a list of values.
    """
    sequence = list if asLists else tuple
    return [
        sequence((name, _nameType(container.getArray(name)), container._getEither(name)))
        for name in container
    ]


def getPropertyListState(container: PropertyList, asLists: bool = False) -> list[Any]:
    """Get what a pickle of a `PropertyList` holds.

    Parameters
    ----------
    container : `PropertyList`
        The container.
    asLists : `bool`, optional
        Whether items are lists and not tuples.

    Returns
    -------
    state : `list` of `tuple` or `list` of `list`
        For each name, in order: the name, the suffix of the methods for its
        type (as in ``setInt``), the value or a list of values, and the
        comment.
    """
    sequence = list if asLists else tuple
    return [sequence((*item, container.getComment(item[0]))) for item in getPropertySetState(container)]


def setPropertySetState(container: PropertySet, state: list[Any]) -> None:
    """Fill a `PropertySet` with what a pickle holds.

    Parameters
    ----------
    container : `PropertySet`
        Container to fill.
    state : `list`
        What `getPropertySetState` returned.
    """
    for name, _, *arguments in state:
        container.set(name, *arguments)


def setPropertyListState(container: PropertyList, state: list[Any]) -> None:
    """Fill a `PropertyList` with what a pickle holds.

    Parameters
    ----------
    container : `PropertyList`
        Container to fill.
    state : `list`
        What `getPropertyListState` returned.
    """
    setPropertySetState(container, state)


def _nameType(values: list[Any]) -> str:
    """Return the suffix of the methods for a type."""
    if type(values[0]) is not int:
        return _TYPE_NAMES[type(values[0])]
    if min(values) >= -(2**31) and max(values) < 2**31:
        return "Int"
    return "LongLong" if max(values) < 2**63 else "UnsignedLongLong"


def _makePropertySet(state: Any) -> PropertySet:
    """Make a `PropertySet` of what a pickle holds."""
    container = PropertySet()
    setPropertySetState(container, state)
    return container


def _makePropertyList(state: Any) -> PropertyList:
    """Make a `PropertyList` of what a pickle holds."""
    container = PropertyList()
    setPropertyListState(container, state)
    return container


def _reducePropertySet(container: PropertySet) -> tuple[Any, ...]:
    return _makePropertySet, (getPropertySetState(container),)


def _reducePropertyList(container: PropertyList) -> tuple[Any, ...]:
    return _makePropertyList, (getPropertyListState(container),)


# The functions are here, where pickles of the full stack look for them.
copyreg.pickle(PropertySet, _reducePropertySet)
copyreg.pickle(PropertyList, _reducePropertyList)
