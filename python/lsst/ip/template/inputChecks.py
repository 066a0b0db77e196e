# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of what a caller gives, before any work starts."""

__all__ = [
    "checkCorners",
    "checkHandles",
    "checkMethods",
    "checkPatchNumbers",
    "checkPatches",
    "checkPositive",
    "listOf",
]

import math
import operator
from collections.abc import Iterable, Mapping
from typing import Any, SupportsIndex

from lsst.geom import SpherePoint
from lsst.skymap import PatchInfo, TractInfo

from .givenCoadd import toHandle


def checkMethods(name: str, value: object, kind: str, methods: Iterable[str]) -> None:
    """Raise if an argument is not of the wanted kind.

    Parameters
    ----------
    name : `str`
        Name of the argument.
    value : `object`
        Its value.
    kind : `str`
        What it must be, for the message.
    methods : `~collections.abc.Iterable` [`str`]
        What it must be able to do; anything that has these methods will do.

    Raises
    ------
    TypeError
        If it lacks one of the methods.
    """
    if missing := [method for method in methods if not callable(getattr(value, method, None))]:
        raise TypeError(f"{name} must be {kind}, not {_describe(value)}, which has no {missing[0]}().")


def _describe(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def listOf(name: str, value: object, kind: str) -> list[Any]:
    """Make a list of an argument that is some kind of collection.

    Parameters
    ----------
    name : `str`
        Name of the argument.
    value : `~collections.abc.Iterable`
        Its value.
    kind : `str`
        What its elements must be, for the message.

    Returns
    -------
    elements : `list`
        The elements, not checked.

    Raises
    ------
    TypeError
        If it is no collection.
    """
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a list of {kind}, not {_describe(value)}.")
    return list(value)


def checkPatches(tractInfo: TractInfo, patchList: Iterable[PatchInfo]) -> list[PatchInfo]:
    """Raise if patches are not some of those of a tract.

    Parameters
    ----------
    tractInfo : `lsst.skymap.TractInfo`
        Tract.
    patchList : `~collections.abc.Iterable` [`lsst.skymap.PatchInfo`]
        Patches.

    Returns
    -------
    patchList : `list` [`lsst.skymap.PatchInfo`]
        The patches.

    Raises
    ------
    TypeError
        If one is no patch.
    ValueError
        If one is not that of the tract.
    RuntimeError
        If there are none.
    """
    checkMethods("tractInfo", tractInfo, "a TractInfo", ("getId", "getSequentialPatchIndex", "getWcs"))
    patchList = listOf("patchList", patchList, "PatchInfo")
    if not patchList:
        raise RuntimeError(f"patchList is empty: there is no patch of tract {tractInfo.getId()} to copy.")
    for patchInfo in patchList:
        checkMethods("Each of patchList", patchInfo, "a PatchInfo", ("getOuterBBox", "getSequentialIndex"))
        if not _isPatchOf(tractInfo, patchInfo):
            raise ValueError(
                f"Patch {patchInfo.getSequentialIndex()}, {patchInfo.getOuterBBox()}, is not one of the "
                f"{len(tractInfo)} patches of tract {tractInfo.getId()}: "
                "tractInfo and patchList do not belong together."
            )
    return patchList


def _isPatchOf(tractInfo: TractInfo, patchInfo: PatchInfo) -> bool:
    number = patchInfo.getSequentialIndex()
    if not 0 <= number < len(tractInfo):
        return False
    own = tractInfo[number]
    # Most often the WCSs are the same object.
    isSameWcs = own.wcs is patchInfo.wcs or own.wcs == patchInfo.wcs
    return isSameWcs and own.getOuterBBox() == patchInfo.getOuterBBox()


def checkCorners(skyCorners: Iterable[SpherePoint]) -> list[SpherePoint]:
    """Raise if corners are not points on the sky.

    Parameters
    ----------
    skyCorners : `~collections.abc.Iterable` [`lsst.geom.SpherePoint`]
        Corners.

    Returns
    -------
    skyCorners : `list` [`lsst.geom.SpherePoint`]
        The corners.

    Raises
    ------
    TypeError
        If one is no `lsst.geom.SpherePoint`.
    ValueError
        If there are none, or one is not finite.
    """
    skyCorners = listOf("skyCorners", skyCorners, "SpherePoint")
    if not skyCorners:
        raise ValueError("skyCorners is empty: no area on the sky to make a template of.")
    for corner in skyCorners:
        if not isinstance(corner, SpherePoint):
            raise TypeError(f"Each of skyCorners must be a SpherePoint, not {_describe(corner)}.")
        if not corner.isFinite():
            raise ValueError(f"Corner {corner} is not a place on the sky.")
    return skyCorners


def checkPatchNumbers(name: str, numbers: Iterable[SupportsIndex], patchCount: int) -> list[int]:
    """Raise if an argument does not list patches of a tract.

    Parameters
    ----------
    name : `str`
        Name of the argument.
    numbers : `~collections.abc.Iterable` [`int`]
        Sequential patch numbers.
    patchCount : `int`
        Number of patches in the tract.

    Returns
    -------
    numbers : `list` [`int`]
        The numbers.

    Raises
    ------
    TypeError
        If one is no integer.
    ValueError
        If one is no sequential patch number of the tract.
    """
    numbers = listOf(name, numbers, "patch numbers")
    return [_checkPatchNumber(f"Each of {name}", number, patchCount) for number in numbers]


def _checkPatchNumber(what: str, patch: SupportsIndex, patchCount: float) -> int:
    try:
        number = operator.index(patch)
    except TypeError as err:
        raise TypeError(f"{what} must be a sequential patch number, not {patch!r}.") from err
    if not 0 <= number < patchCount:
        raise ValueError(f"{what} must be one of the tract's {patchCount} patches, not {number}.")
    return number


def checkHandles(
    available: Mapping[int, Any], tract: int, patchCount: float = math.inf
) -> dict[int, list[Any]]:
    """Raise if an argument does not give handles by patch.

    Parameters
    ----------
    available : `~collections.abc.Mapping`
        Handle, or list of handles, of each patch; see `toHandle` for what
        else will do.
    tract : `int`
        Number of the tract.
    patchCount : `int`, optional
        Number of patches in the tract.

    Returns
    -------
    handles : `dict` [`int`, `list`]
        The handles of each patch.

    Raises
    ------
    TypeError
        If it is no mapping, a key is no integer or a value no handle or list
        of handles.
    ValueError
        If a key is no sequential patch number of the tract.
    """
    if not isinstance(available, Mapping):
        raise TypeError(
            f"availableCoaddRefs must be a dict of handles by patch number, not {_describe(available)}."
        )
    checked = {}
    for patch, given in available.items():
        number = _checkPatchNumber("Each key of availableCoaddRefs", patch, patchCount)
        name = f"availableCoaddRefs[{number}]"
        coadds = given if isinstance(given, list | tuple) else [given]
        checked[number] = [toHandle(coadd, tract, number) for coadd in coadds]
        for handle in checked[number]:
            checkMethods(name, handle, "a handle of a coadd", ("get",))
            if isinstance(handle, Mapping):
                raise TypeError(f"{name} must be a handle of a coadd, not a {type(handle).__name__}.")
    return checked


def checkPositive(**numbers: float) -> None:
    """Raise if a number is not positive.

    Parameters
    ----------
    **numbers : `float`
        Numbers, by the names of the arguments.

    Raises
    ------
    TypeError
        If one is no number.
    ValueError
        If one is zero, negative or not finite.
    """
    for name, value in numbers.items():
        try:
            isPositive = math.isfinite(value) and value > 0
        except TypeError as err:
            raise TypeError(f"{name} must be a number, not {_describe(value)}.") from err
        if not isPositive:
            raise ValueError(f"{name} must be a positive number, not {value}.")
