# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A registry with visits of a whole focal plane, for building graphs."""

__all__ = ["INSTRUMENT", "SKYMAP", "makeRegistry"]

import itertools
import os

import numpy as np

import lsst.geom as geom
import lsst.sphgeom as sphgeom
from lsst.afw.geom import makeCdMatrix, makeSkyWcs
from lsst.daf.butler import Butler, DatasetType
from lsst.skymap import DiscreteSkyMap

INSTRUMENT = "Mosaic"
SKYMAP = "mosaic_sky"
FIELD = geom.SpherePoint(30.0, -10.0, geom.degrees)
PIXEL_SCALE = 0.2 * geom.arcseconds

# As LSSTCam: 15 x 15 detectors without the 9 of each corner.
DETECTOR = geom.Box2I(geom.Point2I(0, 0), geom.Extent2I(4072, 4000))
PITCH = 4250
PLACES = [(x, y) for x, y in itertools.product(range(-7, 8), repeat=2) if min(abs(x), abs(y)) < 5]

REGION_BORDER = 250
"""By how many pixels `lsst.obs.base.DefineVisitsTask` pads the regions."""


def makeRegistry(root, visits, collection):
    """Make a repository whose registry knows visits and coadds.

    There are no files: building a graph needs none.

    Parameters
    ----------
    root : `str` or `pathlib.Path`
        Folder to make the repository in.
    visits : `int`
        Number of visits, of 189 detectors each, all to one field.
    collection : `str`
        Run for the datasets.
    """
    butler = Butler.from_config(Butler.makeRepo(os.fspath(root)), writeable=True, run=collection)
    skyMap = _makeSkyMap()
    skyMap.register(SKYMAP, butler)
    _registerCamera(butler)
    patches = (
        {"skymap": SKYMAP, "tract": tract.getId(), "patch": patch.getSequentialIndex(), "band": "r"}
        for tract in skyMap
        for patch in tract
    )
    _registerDatasets(butler, "deepCoadd", ("skymap", "tract", "patch", "band"), patches)
    rng = np.random.default_rng(1)
    detectors = []
    for visit in range(visits):
        boresight = FIELD.offset(rng.uniform(0, 360) * geom.degrees, rng.uniform(0, 0.3) * geom.degrees)
        detectors += _registerVisit(butler, visit, boresight, rng.uniform(0, 360) * geom.degrees)
    _registerDatasets(butler, "calexp", ("instrument", "visit", "detector"), detectors)


def _makeSkyMap():
    """Make 3 x 3 tracts of 10 x 10 patches, those of lsst_cells_v1."""
    config = DiscreteSkyMap.ConfigClass()
    offsets = list(itertools.product((-1.5, 0.0, 1.5), repeat=2))
    config.raList = [FIELD.getRa().asDegrees() + ra for ra, _ in offsets]
    config.decList = [FIELD.getDec().asDegrees() + dec for _, dec in offsets]
    config.radiusList = [0.82] * len(offsets)
    config.projection = "TAN"
    config.pixelScale = PIXEL_SCALE.asArcseconds()
    config.tractOverlap = 0.0
    config.tractBuilder["legacy"].patchInnerDimensions = [3000, 3000]
    config.tractBuilder["legacy"].patchBorder = 200
    return DiscreteSkyMap(config)


def _registerCamera(butler):
    """Write the dimension records of the camera."""
    insert = butler.registry.insertDimensionData
    insert("instrument", {"name": INSTRUMENT, "detector_max": len(PLACES)})
    insert("physical_filter", {"instrument": INSTRUMENT, "name": "r_mosaic", "band": "r"})
    insert("day_obs", {"instrument": INSTRUMENT, "id": 20250301})
    names = [{"instrument": INSTRUMENT, "id": n, "full_name": f"S{n:03d}"} for n in range(len(PLACES))]
    insert("detector", *names)


def _registerDatasets(butler, name, dimensions, dataIds):
    """Enter datasets into the registry."""
    datasetType = DatasetType(name, dimensions, "ExposureF", universe=butler.dimensions)
    butler.registry.registerDatasetType(datasetType)
    butler.registry.insertDatasets(datasetType, dataIds)


def _registerVisit(butler, visit, boresight, rotation):
    """Write the dimension records of a visit; give its data IDs."""
    regions = [_makeRegion(_findCorners(place, boresight, rotation)) for place in PLACES]
    visitId = {"instrument": INSTRUMENT, "visit": visit}
    dataIds = [{**visitId, "detector": detector} for detector in range(len(PLACES))]
    butler.registry.insertDimensionData(
        "visit",
        {
            "instrument": INSTRUMENT,
            "id": visit,
            "name": str(visit),
            "physical_filter": "r_mosaic",
            "day_obs": 20250301,
            "region": _makeRegion(vertex for region in regions for vertex in region.getVertices()),
        },
    )
    butler.registry.insertDimensionData(
        "visit_detector_region",
        *({**dataId, "region": region} for dataId, region in zip(dataIds, regions, strict=True)),
    )
    return dataIds


def _findCorners(place, boresight, rotation):
    """Find the padded corners of a detector on the sky, as vectors."""
    # The boresight in the detector's own pixels.
    crpix = geom.Box2D(DETECTOR).getCenter() - geom.Extent2D(*place) * PITCH
    wcs = makeSkyWcs(crpix, boresight, makeCdMatrix(scale=PIXEL_SCALE, orientation=rotation))
    corners = wcs.pixelToSky(geom.Box2D(DETECTOR).dilatedBy(REGION_BORDER).getCorners())
    return [corner.getVector() for corner in corners]


def _makeRegion(vertices):
    return sphgeom.ConvexPolygon(list(vertices))
