# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

__all__ = ["getPropertyListState", "getPropertySetState", "setPropertyListState", "setPropertySetState"]

import copyreg
from typing import Any

from .._propertyList import PropertyList
from .._propertySet import PropertySet


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
    return [sequence(_getItem(container, name)) for name in container.names(topLevelOnly=True)]


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
    return [
        sequence((*_getItem(container, name), container.getComment(name)))
        for name in container.getOrderedNames()
    ]


def setPropertySetState(container: PropertySet, state: list[Any]) -> None:
    """Fill a `PropertySet` with what a pickle holds.

    Parameters
    ----------
    container : `PropertySet`
        Container to fill.
    state : `list`
        What `getPropertySetState` returned.

    Raises
    ------
    ValueError
        Raised for an item without type.
    """
    for name, typeName, value in state:
        if typeName is None:
            raise ValueError(f"Unrecognized values for state restoration: ({name}, {typeName}, {value})")
        getattr(container, f"set{typeName}")(name, value)


def setPropertyListState(container: PropertyList, state: list[Any]) -> None:
    """Fill a `PropertyList` with what a pickle holds.

    Parameters
    ----------
    container : `PropertyList`
        Container to fill.
    state : `list`
        What `getPropertyListState` returned.
    """
    for name, typeName, value, comment in state:
        getattr(container, f"set{typeName}")(name, value, comment)


def _getItem(container: Any, name: str) -> Any:
    return name, container._require(name).typeName, container._getEither(name)


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
