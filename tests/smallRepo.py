# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Butler repository with many small detectors, for tests of execution."""

__all__ = ["DATA_QUERY", "INPUTS", "SKYMAP", "makeSmallRepo"]

from scenes import makeCoadd, makeExposure, makeSkyMap

import lsst.geom as geom
import lsst.sphgeom as sphgeom
from lsst.afw.image import FilterLabel, VisitInfo
from lsst.daf.butler import Butler, DatasetType

INSTRUMENT = "SmallCam"
SKYMAP = "small_sky"
RUN = "small/inputs"
INPUTS = f"{RUN},skymaps"
DATA_QUERY = f"instrument = '{INSTRUMENT}' AND skymap = '{SKYMAP}'"


def makeSmallRepo(
    config, numVisits, numDetectors, *, instrument=INSTRUMENT, skymap=SKYMAP, run=RUN, firstVisit=1
):
    """Make a repository with coadds and visits in one tract.

    Parameters
    ----------
    config : `lsst.daf.butler.Config` or `str`
        What `lsst.daf.butler.Butler.makeRepo` returned.
    numVisits, numDetectors : `int`
        Number of visits, and of detectors of each.
    instrument, skymap, run : `str`
        Names of instrument and skymap, and of the run of all but the skymap.
    firstVisit : `int`
        Number of the first visit.
    """
    butler = Butler.from_config(config, run=run, writeable=True)
    for name, dimensions, storageClass in (
        ("deepCoadd", ("skymap", "tract", "patch", "band"), "ExposureF"),
        ("calexp", ("instrument", "visit", "detector"), "ExposureF"),
    ):
        butler.registry.registerDatasetType(
            DatasetType(name, dimensions, storageClass, universe=butler.dimensions)
        )
    skyMap = makeSkyMap()
    skyMap.register(skymap, butler)
    _registerCamera(butler, instrument, numDetectors)
    for patchInfo in skyMap[0]:
        patch = patchInfo.getSequentialIndex()
        coadd = makeCoadd(skyMap[0], patch)
        coadd.setFilter(FilterLabel.fromBand("r"))
        butler.put(coadd, "deepCoadd", skymap=skymap, tract=0, patch=patch, band="r")
    for number in range(numVisits):
        _putVisit(butler, instrument, firstVisit + number, skyMap[0].getCtrCoord(), numDetectors)


def _registerCamera(butler, instrument, numDetectors):
    """Write the dimension records of the camera."""
    insert = butler.registry.insertDimensionData
    insert("instrument", {"name": instrument, "detector_max": numDetectors})
    insert("physical_filter", {"instrument": instrument, "name": "r_x", "band": "r"})
    insert("day_obs", {"instrument": instrument, "id": 20250301})
    insert(
        "detector",
        *(
            {"instrument": instrument, "id": detector, "full_name": f"S{detector:02d}"}
            for detector in range(numDetectors)
        ),
    )


def _putVisit(butler, instrument, visit, center, numDetectors):
    """Write the dimension records and the exposures of a visit, its
    detectors in a row.
    """
    exposures = [
        makeExposure(
            center.offset(0.0 * geom.degrees, 3.0 * (detector - numDetectors / 2) * geom.arcseconds),
            rotation=10.0 * visit,
        )
        for detector in range(numDetectors)
    ]
    corners = [
        exposure.getWcs().pixelToSky(geom.Box2D(exposure.getBBox()).getCorners()) for exposure in exposures
    ]
    visitId = {"instrument": instrument, "visit": visit}
    butler.registry.insertDimensionData(
        "visit",
        {
            "instrument": instrument,
            "id": visit,
            "name": str(visit),
            "physical_filter": "r_x",
            "day_obs": 20250301,
            "region": _makeRegion(sum(corners, [])),
        },
    )
    butler.registry.insertDimensionData(
        "visit_detector_region",
        *(
            {**visitId, "detector": detector, "region": _makeRegion(points)}
            for detector, points in enumerate(corners)
        ),
    )
    for detector, exposure in enumerate(exposures):
        exposure.setFilter(FilterLabel(band="r", physical="r_x"))
        exposure.getInfo().setVisitInfo(VisitInfo(id=visit))
        butler.put(exposure, "calexp", visitId, detector=detector)


def _makeRegion(corners):
    return sphgeom.ConvexPolygon([corner.getVector() for corner in corners])
