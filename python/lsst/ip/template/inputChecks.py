# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person gets wrong in a call, found before any work starts."""

__all__ = ["checkAvailable", "checkCoadds", "checkCorners", "checkDataIds", "checkPatches", "checkType"]

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import lsst.afw.image as afwImage
from lsst.geom import SpherePoint
from lsst.pipe.base import NoWorkFound
from lsst.skymap import PatchInfo, TractInfo

from .interfaces import describeHandle, describeType

T = TypeVar("T")


def checkType(name: str, value: Any, cls: type[T]) -> T:
    """Raise if an argument is not of a type.

    Parameters
    ----------
    name : `str`
        Name of the argument.
    value : `object`
        Its value.
    cls : `type`
        What it must be.

    Returns
    -------
    value : `object`
        The same.

    Raises
    ------
    TypeError
        If it is something else.
    """
    if not isinstance(value, cls):
        raise TypeError(f"{name} must be {describeType(cls)}, not {describeType(value)}.")
    return value


def _toList(name: str, value: Any, kind: str) -> list[Any]:
    """Make a list of an argument that is some kind of collection."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a list of {kind}, not {describeType(value)}.")
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
        If an argument is not of the type above.
    ValueError
        If a patch is not one of the tract.
    RuntimeError
        If there are none.
    """
    checkType("tractInfo", tractInfo, TractInfo)
    patchList = _toList("patchList", patchList, "PatchInfo")
    if not patchList:
        raise RuntimeError(f"patchList is empty: there is no patch of tract {tractInfo.getId()} to copy.")
    for patchInfo in patchList:
        number = checkType("Each of patchList", patchInfo, PatchInfo).getSequentialIndex()
        own = tractInfo[number] if 0 <= number < len(tractInfo) else None
        # Most often the WCSs are the same object.
        if (
            own is None
            or own.getOuterBBox() != patchInfo.getOuterBBox()
            or not (own.wcs is patchInfo.wcs or own.wcs == patchInfo.wcs)
        ):
            raise ValueError(
                f"Patch {number}, {patchInfo.getOuterBBox()}, is not one of the {len(tractInfo)} patches of "
                f"tract {tractInfo.getId()}: tractInfo and patchList do not belong together."
            )
    return patchList


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
    skyCorners = _toList("skyCorners", skyCorners, "SpherePoint")
    if not skyCorners:
        raise ValueError("skyCorners is empty: no area on the sky to make a template of.")
    for corner in skyCorners:
        if not checkType("Each of skyCorners", corner, SpherePoint).isFinite():
            raise ValueError(f"Corner {corner} is not a place on the sky.")
    return skyCorners


def checkAvailable(available: Mapping[int, Any], patchCount: int) -> dict[int, list[Any]]:
    """Raise if an argument does not give coadds by patch.

    Parameters
    ----------
    available : `~collections.abc.Mapping`
        Coadd, or list of coadds, of each patch, in whichever form.
    patchCount : `int`
        Number of patches in the tract.

    Returns
    -------
    available : `dict` [`int`, `list`]
        The coadds of each patch.

    Raises
    ------
    TypeError
        If it is no mapping, or a key is no integer.
    ValueError
        If a key is no sequential patch number of the tract.
    """
    if not isinstance(available, Mapping):
        raise TypeError(
            f"availableCoaddRefs must be a dict of handles by patch number, not {describeType(available)}."
        )
    checked = {}
    for key, given in available.items():
        try:
            patch = operator.index(key)
        except TypeError as err:
            raise TypeError(
                f"Each key of availableCoaddRefs must be a sequential patch number, not {key!r}."
            ) from err
        if not 0 <= patch < patchCount:
            raise ValueError(
                f"Each key of availableCoaddRefs must be one of the {patchCount} patches, not {patch}."
            )
        checked[patch] = list(given) if isinstance(given, list | tuple) else [given]
    return checked


def checkCoadds(coadds: Iterable[Any]) -> list[Any]:
    """Raise if an argument does not list coadds that are known by data ID.

    Parameters
    ----------
    coadds : `~collections.abc.Iterable`
        Handles of coadds or references to them, with ``tract`` and ``patch``
        in their ``dataId``.

    Returns
    -------
    coadds : `list`
        The same.

    Raises
    ------
    TypeError
        If it is no list of these, or a tract or patch is no integer.
    """
    coadds = _toList("The argument for the coadds", coadds, "handles")
    for coadd in coadds:
        if isinstance(coadd, afwImage.Exposure) or not hasattr(coadd, "dataId"):
            raise TypeError(
                f"Each of the coadds must be a handle with a dataId, not {describeType(coadd)}: use "
                "Butler.getDeferred, or InMemoryDatasetHandle(coadd, tract=..., patch=...)."
            )
        for dimension in ("tract", "patch"):
            try:
                operator.index(coadd.dataId[dimension])
            except (KeyError, TypeError) as err:
                raise TypeError(
                    f"The data ID of the coadd {describeHandle(coadd)} must have the {dimension} as an "
                    "integer; patches are numbered as by PatchInfo.getSequentialIndex."
                ) from err
    return coadds


def checkDataIds(
    handles: Mapping[int, Sequence[Any]], dataIds: Mapping[int, Sequence[Any]]
) -> tuple[str, dict[int, dict[int, list[Any]]]]:
    """Raise if coadds and their data IDs contradict each other.

    Parameters
    ----------
    handles : `~collections.abc.Mapping`
        For each tract, coadds or handles of them (`list`).
    dataIds : `~collections.abc.Mapping`
        Their data IDs, with ``band`` and ``patch``, likewise.

    Returns
    -------
    band : `str`
        The band of all coadds.
    coadds : `dict` [`int`, `dict` [`int`, `list`]]
        The coadds by tract and patch.

    Raises
    ------
    TypeError
        If an argument is no mapping.
    ValueError
        If there are more of ones than of the others, or a handle has another
        data ID.
    RuntimeError
        If the coadds are of several bands.
    lsst.pipe.base.NoWorkFound
        If there are none.
    """
    for name, value in (("coaddExposureHandles", handles), ("dataIds", dataIds)):
        if not isinstance(value, Mapping) or not all(isinstance(of, list | tuple) for of in value.values()):
            raise TypeError(f"{name} must be a dict of lists by tract, as getExposures returns it.")
    allIds = [dataId for ofTract in dataIds.values() for dataId in ofTract]
    for dataId in allIds:
        if not {"patch", "band"} <= set(getattr(dataId, "mapping", dataId)):
            raise ValueError(f"Each of dataIds must have a patch and a band, but one is {dataId}.")
    bands = {dataId["band"] for dataId in allIds}
    if len(bands) > 1:
        raise RuntimeError(f"The coadds are of several bands: {sorted(bands)}.")
    coadds: dict[int, dict[int, list[Any]]] = {}
    for tract in {**handles, **dataIds}:
        given, ids = handles.get(tract, ()), dataIds.get(tract, ())
        if len(given) != len(ids):
            raise ValueError(f"Tract {tract} has {len(given)} coadds, but {len(ids)} data IDs.")
        for coadd, dataId in zip(given, ids, strict=True):
            own = getattr(coadd, "dataId", None) or {}
            for name, wanted in (("tract", tract), ("patch", dataId["patch"]), ("band", dataId["band"])):
                if name in own and own[name] != wanted:
                    raise ValueError(
                        f"The coadd {describeHandle(coadd)} has the {name} {own[name]!r}, but dataIds says "
                        f"{wanted!r}."
                    )
            coadds.setdefault(tract, {}).setdefault(dataId["patch"], []).append(coadd)
    if not coadds:
        raise NoWorkFound("There are no coadds")
    return bands.pop(), coadds
