# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small exposure with every component that lsst-lite has, and Butlers."""

__all__ = ["COMPONENTS", "DATA_ID", "makeButler", "makeExposure", "unpackRepository"]

import pathlib
import shutil

import numpy as np

import lsst.afw.geom as afwGeom
import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.coord import Observatory, Weather
from lsst.afw.detection import GaussianPsf
from lsst.daf.base import DateTime, PropertyList
from lsst.daf.butler import Butler, DatasetType

REPOSITORY = pathlib.Path(__file__).parents[2] / "tests" / "data" / "golden"

DATA_ID = {"instrument": "SceneCam", "visit": 7, "detector": 3}

# Components of the Exposure storage class that lsst-lite can compute with.
COMPONENTS = (
    "bbox",
    "dimensions",
    "xy0",
    "wcs",
    "image",
    "mask",
    "variance",
    "filter",
    "photoCalib",
    "visitInfo",
    "psf",
    "validPolygon",
    "metadata",
    "id",
)

_CORNER = geom.Point2I(100, 200)
_DIMENSIONS = geom.Extent2I(30, 20)


def makeWcs():
    """Make a TAN WCS of 0.2 arcsec pixels at RA 30, Dec -5 degrees."""
    cdMatrix = afwGeom.makeCdMatrix(0.2 * geom.arcseconds)
    crval = geom.SpherePoint(30.0, -5.0, geom.degrees)
    return afwGeom.makeSkyWcs(geom.Point2D(110.5, 208.0), crval, cdMatrix)


def makeVisitInfo():
    """Make a visit info that has a value for most of its fields."""
    return afwImage.VisitInfo(
        exposureTime=30.0,
        date=DateTime("2024-01-01T03:04:05", DateTime.TAI),
        boresightRaDec=geom.SpherePoint(30.0, -5.0, geom.degrees),
        boresightAirmass=1.25,
        boresightRotAngle=15.0 * geom.degrees,
        rotType=afwImage.RotType.SKY,
        observatory=Observatory(-70.75 * geom.degrees, -30.25 * geom.degrees, 2663.0),
        weather=Weather(9.5, 74000.0, 35.0),
        instrumentLabel="SceneCam",
        id=7,
    )


def makeExposure():
    """Make an exposure whose every pixel has a value of its own.

    Returns
    -------
    exposure : `lsst.afw.image.ExposureF`
        30 by 20 pixels from (100, 200) on, with mask plane BAD along the
        first row and all components of ``COMPONENTS``.
    """
    exposure = afwImage.ExposureF(geom.Box2I(_CORNER, _DIMENSIONS), makeWcs())
    values = np.arange(_DIMENSIONS.getX() * _DIMENSIONS.getY(), dtype=np.float32)
    exposure.image.array[:] = values.reshape(_DIMENSIONS.getY(), _DIMENSIONS.getX())
    exposure.variance.array[:] = exposure.image.array + 1000.0
    exposure.mask.array[0, :] = exposure.mask.getPlaneBitMask("BAD")
    exposure.setFilter(afwImage.FilterLabel(band="r", physical="r_scene"))
    exposure.setPhotoCalib(afwImage.PhotoCalib(2.5, 0.125))
    exposure.setPsf(GaussianPsf(15, 15, 2.0))
    metadata = PropertyList()
    metadata.set("SCENE", 42, "What the scene is")
    exposure.setMetadata(metadata)
    info = exposure.getInfo()
    info.setVisitInfo(makeVisitInfo())
    info.setValidPolygon(afwGeom.Polygon(geom.Box2D(geom.Box2I(_CORNER, _DIMENSIONS))))
    info.id = 703
    return exposure


def makeButler(root, config=None, **storageClasses):
    """Make a repository with the Butler's default configuration.

    Parameters
    ----------
    root : `str`
        Folder of the repository.
    config : `str`, optional
        Butler configuration file that overrides defaults.
    **storageClasses : `str`
        Storage class of each dataset type; all have the dimensions
        instrument, visit and detector.

    Returns
    -------
    butler : `lsst.daf.butler.Butler`
        Writes to run ``scene``, and knows ``DATA_ID``.
    """
    Butler.makeRepo(root, config=config)
    butler = Butler.from_config(root, run="scene")
    insert = butler.registry.insertDimensionData
    camera = {"instrument": "SceneCam"}
    insert("instrument", {"name": "SceneCam", "visit_max": 10, "exposure_max": 10, "detector_max": 10})
    insert("physical_filter", camera | {"name": "r_scene", "band": "r"})
    insert("detector", camera | {"id": 3, "full_name": "three"})
    insert("day_obs", camera | {"id": 20240101})
    insert("visit", camera | {"id": 7, "name": "seven", "physical_filter": "r_scene", "day_obs": 20240101})
    for name, storageClass in storageClasses.items():
        butler.registry.registerDatasetType(
            DatasetType(name, DATA_ID.keys(), storageClass, universe=butler.dimensions)
        )
    return butler


def unpackRepository(folder, *groups):
    """Unpack parts of the repository that the stack wrote.

    Parameters
    ----------
    folder : `str`
        Folder to unpack into.
    *groups : `str`
        Groups of datasets, such as ``calexp``.

    Returns
    -------
    repo : `pathlib.Path`
        Root of the repository; the files of other groups are missing.
    """
    for group in ("registry", *groups):
        shutil.unpack_archive(REPOSITORY / f"{group}.tar.xz", folder)
    return pathlib.Path(folder, "repo")
