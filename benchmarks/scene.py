# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Coadds of real size in a Butler repository, for the benchmarks."""

__all__ = ["Scene"]

import os
from dataclasses import dataclass

import numpy as np

import lsst.geom as geom
from lsst.afw.detection import GaussianPsf
from lsst.afw.geom import makeCdMatrix, makeSkyWcs
from lsst.afw.image import ExposureF, FilterLabel, PhotoCalib
from lsst.daf.butler import Butler, DatasetType
from lsst.ip.template import GetCoaddAsTemplateTask
from lsst.skymap import DiscreteSkyMap

PIXEL_SCALE = 0.2 * geom.arcseconds


@dataclass(frozen=True)
class Scene:
    """A detector over the corner that patches of one tract share."""

    detector: int = 4072
    """Width and height of the detector, in pixels."""

    patch: int = 4000
    """Width and height of the patches' inner boxes, in pixels."""

    border: int = 100
    """Width of the border around them, in pixels."""

    patches: int = 2
    """Number of patches along each side of the tract."""

    rotation: float = 0.0
    """Position angle of the detector's y axis, in degrees."""

    compression: str = "lossless"
    """Write recipe of the Butler's exposure formatter."""

    def name(self):
        """Name the repository: that of all detectors over the same coadds."""
        return f"{self.patches}x{self.patches}_patches_{self.patch}_{self.border}_{self.compression}"

    def skyMap(self):
        """Make the skymap: one tract of ``patches`` x ``patches``."""
        config = DiscreteSkyMap.ConfigClass()
        config.raList, config.decList = [30.0], [-30.0]
        # A little less than the patches reach, so that no further row of
        # patches is made.
        config.radiusList = [(self.patches * self.patch / 2 - 10) * PIXEL_SCALE.asDegrees()]
        config.projection = "TAN"
        config.pixelScale = PIXEL_SCALE.asArcseconds()
        config.tractOverlap = 0.0
        config.tractBuilder["legacy"].patchInnerDimensions = [self.patch, self.patch]
        config.tractBuilder["legacy"].patchBorder = self.border
        return DiscreteSkyMap(config)

    def exposure(self, skyMap):
        """Make the science exposure's geometry, centred on the tract."""
        tract = skyMap[0]
        bbox = geom.Box2I(geom.Point2I(0, 0), geom.Extent2I(self.detector, self.detector))
        center = tract.getWcs().pixelToSky(geom.Box2D(tract.getBBox()).getCenter())
        cdMatrix = makeCdMatrix(scale=PIXEL_SCALE, orientation=self.rotation * geom.degrees)
        return _Geometry(bbox, makeSkyWcs(geom.Box2D(bbox).getCenter(), center, cdMatrix))

    def overlap(self):
        """Find tract, patches and corners, as the task does."""
        skyMap = self.skyMap()
        return GetCoaddAsTemplateTask().getOverlapPatchList(self.exposure(skyMap), skyMap)

    def makeRepository(self, root):
        """Write the repository, if it is not there.

        Parameters
        ----------
        root : `str`
            Folder for the repositories of all scenes.

        Returns
        -------
        repository : `str`
            Folder of this one.
        """
        repository = os.path.join(root, self.name())
        if os.path.exists(os.path.join(repository, "complete")):
            return repository
        butler = Butler.from_config(Butler.makeRepo(repository), writeable=True, run="bench")
        skyMap = self.skyMap()
        skyMap.register("bench", butler)
        for name, storageClass, dimensions in (
            ("deepCoadd", "ExposureF", ("skymap", "tract", "patch", "band")),
            ("template", "ExposureF", ("skymap", "tract", "band")),
        ):
            butler.registry.registerDatasetType(
                DatasetType(name, dimensions, storageClass, universe=butler.dimensions)
            )
        butler.registry.insertDimensionData("instrument", {"name": "Bench", "detector_max": 1})
        butler.registry.insertDimensionData(
            "physical_filter", {"instrument": "Bench", "name": "r_bench", "band": "r"}
        )
        for patchInfo in skyMap[0]:
            coadd = _makeCoadd(skyMap[0], patchInfo)
            butler.put(coadd, "deepCoadd", self.dataId(patchInfo.getSequentialIndex()))
        with open(os.path.join(repository, "complete"), "w"):
            pass
        return repository

    def dataId(self, patch=None):
        """Return the data ID of a patch's coadd, or of the template."""
        dataId = {"skymap": "bench", "tract": 0, "band": "r"}
        return dataId if patch is None else {**dataId, "patch": patch}


@dataclass(frozen=True)
class _Geometry:
    """As much of an exposure as `getOverlapPatchList` asks of it."""

    bbox: geom.Box2I
    """Bounding box, in its own pixels."""

    wcs: object
    """Pixels to sky."""

    def getBBox(self):
        return self.bbox

    def getWcs(self):
        return self.wcs


def _makeCoadd(tractInfo, patchInfo):
    """Make sky noise with some masked pixels, as a coadd."""
    patch = patchInfo.getSequentialIndex()
    random = np.random.default_rng(patch)
    coadd = ExposureF(patchInfo.getOuterBBox(), tractInfo.getWcs())
    shape = coadd.image.array.shape
    random.standard_normal(out=coadd.image.array, dtype=np.float32)
    coadd.variance.array[:] = 1.0 + 0.01 * random.standard_normal(shape, dtype=np.float32)
    detected = random.random(shape, dtype=np.float32) < 0.02
    coadd.mask.array[:] = detected * coadd.mask.getPlaneBitMask("DETECTED")
    coadd.setPsf(GaussianPsf(41, 41, 2.0 + 0.01 * patch))
    coadd.setFilter(FilterLabel(band="r"))
    coadd.setPhotoCalib(PhotoCalib(1.0))
    return coadd
