# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the coadds of whole templates when a quantum graph is built."""

__all__ = ["CoaddLookup", "checkReach", "findReach"]

import itertools
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

import lsst.geom as geom
from lsst.daf.butler import DataCoordinate, DatasetRef, DatasetType
from lsst.daf.butler.registry import Registry, RegistryDefaults
from lsst.sphgeom import Angle, Circle, ConvexPolygon, Region
from lsst.utils.logging import getLogger

from .interfaces import PixelsToSky

_LOG = getLogger(__name__)

PATCH_BORDER = 0.25
"""Upper limit of the border around a patch, as a fraction of the patch's
width. No dimension record has the border itself.
"""


def findReach(border: int, pixelScale: float) -> geom.Angle:
    """Find how far the corners of a template lie from those of its detector.

    Parameters
    ----------
    border : `int`
        Border of the template, in pixels of the detector.
    pixelScale : `float`
        Largest pixel scale of the detector, in arcseconds.

    Returns
    -------
    reach : `lsst.geom.Angle`
        Upper limit of the distance on the sky. It holds one pixel more than
        the border, for regions through the centres of the outermost pixels.
    """
    return min(np.sqrt(2) * (border + 1) * pixelScale * geom.arcseconds, 90 * geom.degrees)


def checkReach(bbox: geom.Box2I, wcs: PixelsToSky, border: int, reach: geom.Angle) -> None:
    """Check that no corner of a template lies farther away than expected.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Bounding box of the detector, in its own pixels.
    wcs : `PixelsToSky`
        Pixels of the detector to sky.
    border : `int`
        Border of the template, in pixels of the detector.
    reach : `lsst.geom.Angle`
        What `findReach` gave when the coadds were looked up.

    Raises
    ------
    ValueError
        If a corner lies farther away. Its coadds may not have been found.
    """
    inner = geom.Box2D(bbox)
    outer = inner.dilatedBy(border)
    pairs = zip(wcs.pixelToSky(inner.getCorners()), wcs.pixelToSky(outer.getCorners()), strict=True)
    farthest = max(corner.separation(grown).asArcseconds() for corner, grown in pairs)
    if farthest > reach.asArcseconds():
        raise ValueError(
            f"The template reaches {farthest:.1f} arcsec beyond the corners of the science exposure, but its "
            f"coadds were looked up within {reach.asArcseconds():.1f} arcsec of it. The config field "
            f"largestPixelScale must be {farthest / (np.sqrt(2) * border):.3f} arcsec or more."
        )


class CoaddLookup:
    """Finds the coadds under the box of a detector's template.

    The template of a rotated detector is an upright box around it, so that
    its corners reach patches that the detector itself does not. An instance
    is the lookup function of a prerequisite connection.

    Parameters
    ----------
    reach : `lsst.geom.Angle`
        Upper limit of the distance from a corner of the template's sky area
        to the detector's region, as `findReach` gives it.

    Notes
    -----
    The registry is asked once for all detectors of a visit, and for further
    visits if they reach farther. Its answers are good for one graph: they are
    gone with the graph's builder, or when a data ID comes for the second
    time.
    """

    def __init__(self, reach: geom.Angle) -> None:
        self._reach = reach
        # A graph's builder has a Butler to itself. That gives a new registry
        # object each time it is asked for one, but always with the same
        # defaults, which are no other Butler's.
        self._graphs: weakref.WeakKeyDictionary[RegistryDefaults, _GraphAnswers] = weakref.WeakKeyDictionary()

    def __call__(
        self,
        datasetType: DatasetType,
        registry: Registry,
        dataId: DataCoordinate,
        collections: Sequence[str],
    ) -> list[DatasetRef]:
        """Find the coadds that the template of a quantum can want.

        Parameters
        ----------
        datasetType : `lsst.daf.butler.DatasetType`
            Dataset type of the coadds.
        registry : `lsst.daf.butler.Registry`
            Registry to look them up in.
        dataId : `lsst.daf.butler.DataCoordinate`
            Data ID of the quantum, with records: instrument, visit, detector,
            skymap.
        collections : `~collections.abc.Sequence` [`str`]
            Collections to look in; the first that has a coadd gives it.

        Returns
        -------
        refs : `list` [`lsst.daf.butler.DatasetRef`]
            The coadds of the visit's band, of whichever tract, that have
            pixels in the template, or would have them if the template reached
            a little farther.
        """
        region = dataId.region
        if region is None:
            _LOG.warning("No coadds for %s: the registry has no region for it", dataId)
            return []
        graph = self._graphs.get(registry.defaults)
        if graph is None or dataId in graph.served:
            graph = self._graphs[registry.defaults] = _GraphAnswers()
        graph.served.add(dataId)
        key = (datasetType, *collections, dataId["skymap"], dataId["band"])
        answers = graph.answers.setdefault(key, [])
        around = self._around(region)
        answer = next((answer for answer in answers if answer.around.contains(around)), None)
        if answer is None:
            around = _expandToVisit(around, dataId)
            answer = _Coadds.ask(datasetType, registry, dataId, collections, around)
            answers.append(answer)
            if not answer.refs and key not in graph.warned:
                graph.warned.add(key)
                _warnOfNone(datasetType, registry, dataId, collections)
        return answer.select(region, self._reach)

    def _around(self, region: Region) -> Circle:
        """Find a circle around the template of a detector."""
        circle = region.getBoundingCircle()
        radius = circle.getOpeningAngle().asRadians() + self._reach.asRadians()
        # The corners of a box around a circle are 1.42 radii away; the grid
        # of a wide tract is not square everywhere.
        return Circle(circle.getCenter(), Angle(min(2.0 * radius, np.pi)))


@dataclass(frozen=True)
class _GraphAnswers:
    """What the registry answered while a graph is built."""

    served: set[DataCoordinate] = field(default_factory=set)
    """The data IDs that coadds were found for."""

    answers: dict[tuple[Any, ...], list["_Coadds"]] = field(default_factory=dict)
    """The answers to questions that differ in nothing but the place."""

    warned: set[tuple[Any, ...]] = field(default_factory=set)
    """The questions of these that had no answer in some place, of which a
    warning was given.
    """


@dataclass(frozen=True)
class _Coadds:
    """The coadds of a part of the sky, and the edges of their patches.

    An edge is part of a great circle, given by the unit vector that points
    to the patch's side of it.
    """

    around: Circle
    """Part of the sky."""

    refs: list[DatasetRef]
    """The coadds, with dimension records."""

    edges: np.ndarray
    """Edges of all patches, one after the other, shape (edges, 3)."""

    margins: np.ndarray
    """Sine of how far outside an edge the patch is still wanted, shape
    (edges).
    """

    starts: np.ndarray
    """Where in ``edges`` those of each patch begin, shape (coadds)."""

    @classmethod
    def ask(
        cls,
        datasetType: DatasetType,
        registry: Registry,
        dataId: DataCoordinate,
        collections: Sequence[str],
        around: Circle,
    ) -> Self:
        """Ask the registry for the coadds of a part of the sky."""
        answer = registry.queryDatasets(
            datasetType,
            collections=collections,
            findFirst=True,
            dataId={"skymap": dataId["skymap"], "band": dataId["band"]},
            where="patch.region OVERLAPS around",
            bind={"around": around},
        )
        refs = sorted(answer.expanded())
        patches = [_findEdges(ref.dataId) for ref in refs]
        numbers = [len(margins) for _, margins in patches]
        return cls(
            around=around,
            refs=refs,
            edges=np.concatenate([np.empty((0, 3)), *(edges for edges, _ in patches)]),
            margins=np.concatenate([np.empty(0), *(margins for _, margins in patches)]),
            starts=np.cumsum([0, *numbers])[:-1],
        )

    def select(self, region: Region, reach: geom.Angle) -> list[DatasetRef]:
        """Select the coadds that the template of a detector can want.

        A patch has pixels in the upright box around the corners of a sky
        area unless all of them lie outside of the same edge of the patch.
        """
        if not self.refs:
            return []
        inside = (_findVertices(region) @ self.edges.T).max(axis=0)
        wanted = inside >= -np.sin(reach.asRadians()) - self.margins
        return list(itertools.compress(self.refs, np.logical_and.reduceat(wanted, self.starts)))


def _warnOfNone(
    datasetType: DatasetType, registry: Registry, dataId: DataCoordinate, collections: Sequence[str]
) -> None:
    """Say that there are no coadds around a visit: of a graph without quanta
    nothing else tells the reason.
    """
    coaddId = {"skymap": dataId["skymap"], "band": dataId["band"]}
    elsewhere = registry.queryDatasets(datasetType, collections=collections, dataId=coaddId).any()
    _LOG.warning(
        "No %s of skymap %r and band %r %s in the collections %s",
        datasetType.name,
        dataId["skymap"],
        dataId["band"],
        f"near visit {dataId['visit']}" if elsewhere else "is anywhere",
        list(collections),
    )


def _expandToVisit(circle: Circle, dataId: DataCoordinate) -> Circle:
    """Expand the circle around the template of a detector to those of all
    detectors of its visit.
    """
    visit = _getRegion(dataId, "visit")
    if visit is None:
        return circle
    return circle.expandedTo(visit.getBoundingCircle().dilatedBy(circle.getOpeningAngle()))


def _findEdges(dataId: DataCoordinate) -> tuple[np.ndarray, np.ndarray]:
    """Find the edges of a patch and their margins.

    Where a patch ends with its tract it is not as wide as the rest, but
    `lsst.skymap.TractInfo.findPatchList` takes it for that.
    """
    vertices = _findVertices(_getRegion(dataId, "patch"))
    edges = np.cross(vertices, np.roll(vertices, -1, axis=0))
    edges /= np.linalg.norm(edges, axis=1, keepdims=True)
    borders = PATCH_BORDER * (vertices @ edges.T).max(axis=0)
    beyond = (_findVertices(_getRegion(dataId, "tract")) @ edges.T).min(axis=0)
    return edges, np.where(beyond > -borders, borders, 0.0)


def _getRegion(dataId: DataCoordinate, element: str) -> Region | None:
    """Get the region of one of the dimensions of a data ID."""
    record = dataId.records[element]
    return None if record is None else record.region


def _findVertices(region: Region | None) -> np.ndarray:
    """Return the vertices of a polygon as unit vectors, of shape (n, 3)."""
    if not isinstance(region, ConvexPolygon):
        raise TypeError(f"The registry must have polygons for detectors, patches and tracts, not {region}.")
    return np.array([list(vertex) for vertex in region.getVertices()])
