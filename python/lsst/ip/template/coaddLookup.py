# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the coadds of a whole template when a quantum graph is built."""

__all__ = ["findCoaddsAround"]

from collections.abc import Sequence

from lsst.daf.butler import DataCoordinate, DatasetRef, DatasetType
from lsst.daf.butler.registry import Registry
from lsst.sphgeom import Angle, Circle

REACH = 2.0
"""How far to look, in radii of the circle around the detector: the corners of
a box around that circle are 1.42 radii away, and the template has a border.
"""


def findCoaddsAround(
    datasetType: DatasetType, registry: Registry, dataId: DataCoordinate, collections: Sequence[str]
) -> list[DatasetRef]:
    """Find the coadds under the box of a detector's template.

    The template of a rotated detector is an upright box around it, so that
    its corners reach patches that the detector itself does not.

    Parameters
    ----------
    datasetType : `lsst.daf.butler.DatasetType`
        Dataset type of the coadds.
    registry : `lsst.daf.butler.Registry`
        Registry to look them up in.
    dataId : `lsst.daf.butler.DataCoordinate`
        Data ID of the quantum, expanded: instrument, visit, detector, skymap.
    collections : `~collections.abc.Sequence` [`str`]
        Collections to look in; the first that has a coadd gives it.

    Returns
    -------
    refs : `list` [`lsst.daf.butler.DatasetRef`]
        The coadds of the visit's band in all patches near the detector.
    """
    if dataId.region is None:
        return []
    circle = dataId.region.getBoundingCircle()
    around = Circle(circle.getCenter(), Angle(REACH * circle.getOpeningAngle().asRadians()))
    refs = registry.queryDatasets(
        datasetType,
        collections=collections,
        findFirst=True,
        dataId={"skymap": dataId["skymap"], "band": dataId["band"]},
        where="patch.region OVERLAPS around",
        bind={"around": around},
    )
    return sorted(refs)
