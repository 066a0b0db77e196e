# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sky map: tracts that cover part of the sky, or all of it."""

__all__ = ["BaseSkyMapConfig", "BaseSkyMap"]

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import lsst.geom as geom
import lsst.pex.config as pexConfig
from lsst._lite.properties import TypedProperty
from lsst.geom import SpherePoint

from . import detail
from .patchInfo import PatchInfo
from .tractBuilder import tractBuilderRegistry
from .tractInfo import TractInfo

if TYPE_CHECKING:
    from lsst.daf.butler import Butler


class BaseSkyMapConfig(pexConfig.Config):
    """What all sky maps have to configure."""

    tractBuilder = tractBuilderRegistry.makeField(
        doc="How to divide a tract into patches",
        default="legacy",
    )
    tractOverlap = pexConfig.Field[float](
        doc="How much adjacent tracts overlap at least (degrees)",
        dtype=float,
        default=1.0,
    )
    pixelScale = pexConfig.Field[float](
        doc="Size of a pixel on the sky, at the centre of a tract (arcseconds)",
        dtype=float,
        default=0.333,
    )
    projection = pexConfig.Field[str](
        doc="FITS code of the projection, three letters, such as TAN (gnomonic) or STG (stereographic)",
        dtype=str,
        default="STG",
    )
    rotation = pexConfig.Field[float](
        doc="Angle from the pixels' x axis to west, towards north (degrees)",
        dtype=float,
        default=0,
    )

    # Configuration files older than tract builders set these two.

    def getPatchInnerDimensions(self) -> Any:
        """Get the dimensions of the patches of the "legacy" tract builder.

        Returns
        -------
        dimensions : `~collections.abc.Sequence` [`int`]
            Width and height of the inner box (pixels).
        """
        return self.tractBuilder["legacy"].patchInnerDimensions

    def setPatchInnerDimensions(self, value: Sequence[int]) -> None:
        """Set the dimensions of the patches of the "legacy" tract builder.

        Parameters
        ----------
        value : `~collections.abc.Sequence` [`int`]
            Width and height of the inner box (pixels).
        """
        self.tractBuilder["legacy"].patchInnerDimensions = value

    patchInnerDimensions = TypedProperty(getPatchInnerDimensions, setPatchInnerDimensions)

    def getPatchBorder(self) -> int:
        """Get the border of the patches of the "legacy" tract builder.

        Returns
        -------
        patchBorder : `int`
            Width (pixels).
        """
        return self.tractBuilder["legacy"].patchBorder

    def setPatchBorder(self, value: int) -> None:
        """Set the border of the patches of the "legacy" tract builder.

        Parameters
        ----------
        value : `int`
            Width (pixels).
        """
        self.tractBuilder["legacy"].patchBorder = value

    patchBorder = TypedProperty(getPatchBorder, setPatchBorder)


class BaseSkyMap:
    """A collection of overlapping tracts.

    Parameters
    ----------
    config : `lsst.skymap.BaseSkyMapConfig`, optional
        Configuration of the sky map, frozen from here on; default: that of
        the class.

    Notes
    -----
    A sky map is a sequence of `lsst.skymap.TractInfo` and never changes. Two
    sky maps with the same hash are equal.

    A subclass fills ``_tractInfoList``, adds its part of the hash in
    `updateSha1`, and sees to its pickling, which is how the Butler stores it.
    """

    ConfigClass = BaseSkyMapConfig

    SKYMAP_RUN_COLLECTION_NAME = "skymaps"
    """Name of the run collection that has all sky maps of a repository."""

    SKYMAP_DATASET_TYPE_NAME = "skyMap"
    """Name of the dataset type of sky maps."""

    def __init__(self, config: Any = None) -> None:
        if config is None:
            config = self.ConfigClass()
        # The hash and the pickle are of the configuration.
        config.freeze()
        self.config = config
        self._tractInfoList: list[TractInfo] = []
        self._wcsFactory = detail.WcsFactory(
            pixelScale=self.config.pixelScale * geom.arcseconds,
            projection=self.config.projection,
            rotation=self.config.rotation * geom.degrees,
        )
        self._tractBuilder = config.tractBuilder.apply()
        self._centerVectors: Any = None
        self._sha1: bytes | None = None

    def findTract(self, coord: SpherePoint) -> TractInfo:
        """Find the tract whose centre is nearest to a position.

        Parameters
        ----------
        coord : `lsst.geom.SpherePoint`
            ICRS position.

        Returns
        -------
        tractInfo : `lsst.skymap.TractInfo`
            The tract; of several at the same distance, the first. It need
            not contain the position if the tracts do not cover the sky.
        """
        if not len(self):
            raise IndexError(f"{type(self).__name__} has no tracts to search for {coord}")
        if self._centerVectors is None:
            self._centerVectors = np.array([list(center.getVector()) for center in self._getCenters()])
        chords = np.sum((self._centerVectors - list(coord.getVector())) ** 2, axis=1)
        # Squared chords tell distances apart down to rounding errors; the
        # rest, exact ties among them, is up to the separation.
        nearest = np.flatnonzero(chords <= np.min(chords) * (1 + 1e-9) + 1e-30)
        if len(nearest) == 1:
            return self[int(nearest[0])]
        centers = self._getCenters()
        return self[min((coord.separation(centers[i]).asDegrees(), int(i)) for i in nearest)[1]]

    def _getCenters(self) -> list[SpherePoint]:
        """Get the centres of all tracts.

        Returns
        -------
        centers : `list` [`lsst.geom.SpherePoint`]
            ICRS positions, by number of the tract.
        """
        return [tractInfo.getCtrCoord() for tractInfo in self]

    def findTractIdArray(
        self, ra: npt.ArrayLike, dec: npt.ArrayLike, degrees: bool = False
    ) -> npt.NDArray[Any]:
        """Find the numbers of the tracts for many positions.

        Parameters
        ----------
        ra : `numpy.ndarray`
            Right ascensions (radians, or degrees if ``degrees``).
        dec : `numpy.ndarray`
            Declinations (radians, or degrees if ``degrees``).
        degrees : `bool`, optional
            Whether the unit is degrees.

        Returns
        -------
        tractId : `numpy.ndarray`
            Numbers of the tracts that `findTract` finds.
        """
        unit = geom.degrees if degrees else geom.radians
        return np.array(
            [
                self.findTract(geom.SpherePoint(float(r), float(d), unit)).getId()
                for r, d in zip(np.atleast_1d(ra), np.atleast_1d(dec))
            ]
        )

    def findTractPatchList(
        self, coordList: Sequence[SpherePoint]
    ) -> list[tuple[TractInfo, tuple[PatchInfo, ...]]]:
        """Find the tracts and patches that may overlap a region.

        Parameters
        ----------
        coordList : `list` [`lsst.geom.SpherePoint`]
            ICRS vertices of the region.

        Returns
        -------
        found : `list` [`tuple`]
            A `lsst.skymap.TractInfo` and the patches that its
            `~lsst.skymap.TractInfo.findPatchList` finds, for all tracts with
            any.
        """
        return _keepOverlaps(self, coordList)

    def findClosestTractPatchList(
        self, coordList: Sequence[SpherePoint]
    ) -> list[tuple[TractInfo, tuple[PatchInfo, ...]]]:
        """Find the patches of the tracts that are closest to a region.

        Parameters
        ----------
        coordList : `list` [`lsst.geom.SpherePoint`]
            ICRS vertices of the region.

        Returns
        -------
        found : `list` [`tuple`]
            A `lsst.skymap.TractInfo` and the patches that its
            `~lsst.skymap.TractInfo.findPatchList` finds, for the tracts that
            `findTract` finds for the vertices, once each.
        """
        return _keepOverlaps((self.findTract(coord) for coord in coordList), coordList)

    def __getitem__(self, ind: int) -> TractInfo:
        return self._tractInfoList[ind]

    def __iter__(self) -> Iterator[TractInfo]:
        return iter(self._tractInfoList)

    def __len__(self) -> int:
        return len(self._tractInfoList)

    def __hash__(self) -> int:
        return hash(self.getSha1())

    def __eq__(self, other: Any) -> bool:
        try:
            return self.getSha1() == other.getSha1()
        except AttributeError:
            return NotImplemented

    def getSha1(self) -> bytes:
        """Get the hash of the sky map.

        Returns
        -------
        sha1 : `bytes`
            20 bytes that are the same for the same sky map, in any process
            and any version of the software.
        """
        if self._sha1 is None:
            sha1 = hashlib.sha1(type(self).__name__.encode("utf-8"), usedforsecurity=False)
            sha1.update(self._tractBuilder.getPackedConfig(self.config))
            self.updateSha1(sha1)
            self._sha1 = sha1.digest()
        return self._sha1

    def updateSha1(self, sha1: Any) -> None:
        """Add what is special to a kind of sky map to its hash.

        Parameters
        ----------
        sha1 : `hashlib.sha1`
            Hash to update.

        Notes
        -----
        Called by `getSha1` alone, and defined by each subclass.
        """
        raise NotImplementedError()

    def register(self, name: str, butler: "Butler") -> None:
        """Make a sky map known to a Butler repository.

        Writes the dimension records of the sky map, its tracts and patches,
        and stores the sky map itself.

        Parameters
        ----------
        name : `str`
            Name of the sky map: its ``skymap`` in data IDs.
        butler : `lsst.daf.butler.Butler`
            Writable client of the repository.

        Raises
        ------
        lsst.daf.butler.registry.ConflictingDefinitionError
            Raised if the repository has another sky map of this name, or
            this sky map by another name.

        Notes
        -----
        To register a sky map again changes nothing.
        """
        from lsst.daf.butler import DatasetType
        from lsst.daf.butler.registry import ConflictingDefinitionError

        numPatches = [tractInfo.getNumPatches() for tractInfo in self]
        skyMapRecord = {
            "skymap": name,
            "hash": self.getSha1(),
            "tract_max": len(self),
            "patch_nx_max": max(num.x for num in numPatches),
            "patch_ny_max": max(num.y for num in numPatches),
        }
        butler.registry.registerRun(self.SKYMAP_RUN_COLLECTION_NAME)
        datasetType = DatasetType(
            name=self.SKYMAP_DATASET_TYPE_NAME,
            dimensions=["skymap"],
            storageClass="SkyMap",
            universe=butler.dimensions,
        )
        butler.registry.registerDatasetType(datasetType)
        with butler.transaction():
            try:
                inserted = butler.registry.syncDimensionData("skymap", skyMapRecord)
            except ConflictingDefinitionError as err:
                raise ConflictingDefinitionError(
                    f"Cannot register the sky map with hash {self.getSha1().hex()} as {name!r}: the "
                    "repository has another sky map of this name, or this one by another name."
                ) from err
            if inserted:
                for tractInfo in self:
                    _registerTract(name, tractInfo, butler.registry)
                butler.put(self, datasetType, {"skymap": name}, run=self.SKYMAP_RUN_COLLECTION_NAME)


class _WholeSkyMap(BaseSkyMap):
    """A sky map that makes all its tracts at once.

    Parameters
    ----------
    config : `lsst.skymap.BaseSkyMapConfig`, optional
        Configuration of the sky map.
    """

    _version = (1, 0)

    def __getstate__(self) -> dict[str, Any]:
        return {"version": self._version, "config": self.config}

    def __setstate__(self, stateDict: Any) -> None:
        if stateDict["version"] >= (2, 0):
            raise RuntimeError(
                f"Cannot unpickle version {stateDict['version']} of {type(self).__name__}; this is "
                f"{self._version}"
            )
        type(self).__init__(self, stateDict["config"])

    def getVersion(self) -> tuple[int, int]:
        """Get the version of the definition of the tracts.

        Returns
        -------
        version : `tuple` [`int`]
            Two numbers; those with the same first one can be unpickled.
        """
        return self._version


def _keepOverlaps(
    tractInfos: Iterable[TractInfo], coordList: Sequence[SpherePoint]
) -> list[tuple[TractInfo, tuple[PatchInfo, ...]]]:
    """Keep the tracts that have patches in a region, once each.

    Parameters
    ----------
    tractInfos : `~collections.abc.Iterable` [`lsst.skymap.TractInfo`]
        Tracts, in the order to keep.
    coordList : `list` [`lsst.geom.SpherePoint`]
        ICRS vertices of the region.

    Returns
    -------
    found : `list` [`tuple`]
        Tracts and their patches.
    """
    coords = list(coordList)
    different = {id(tractInfo): tractInfo for tractInfo in tractInfos}.values()
    pairs = ((tractInfo, tractInfo.findPatchList(coords)) for tractInfo in different)
    return [(tractInfo, patchList) for tractInfo, patchList in pairs if patchList]


def _registerTract(name: str, tractInfo: TractInfo, registry: Any) -> None:
    """Write the dimension records of a tract and its patches.

    Parameters
    ----------
    name : `str`
        Name of the sky map.
    tractInfo : `lsst.skymap.TractInfo`
        The tract.
    registry : `lsst.daf.butler.Registry`
        Where to write.
    """
    tractRecord = {"skymap": name, "tract": tractInfo.getId(), "region": tractInfo.getOuterSkyPolygon()}
    registry.insertDimensionData("tract", tractRecord)
    patchRecords = [
        {
            "skymap": name,
            "tract": tractInfo.getId(),
            "patch": patchInfo.getSequentialIndex(),
            "cell_x": patchInfo.getIndex().x,
            "cell_y": patchInfo.getIndex().y,
            "region": patchInfo.getOuterSkyPolygon(),
        }
        for patchInfo in tractInfo
    ]
    registry.insertDimensionData("patch", *patchRecords)
