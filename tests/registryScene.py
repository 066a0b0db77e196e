# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registries that know coadds and detectors, without any file."""

__all__ = ["INSTRUMENT", "RUN", "SKYMAP", "RegistryScene"]

import lsst.geom as geom
import lsst.sphgeom as sphgeom
from lsst.daf.butler import Butler, DatasetType

INSTRUMENT = "SceneCam"
SKYMAP = "scene_sky"
RUN = "scene"


class RegistryScene:
    """A Butler repository whose registry has a skymap's patches with their
    coadds, and visits.

    Parameters
    ----------
    root : `str`
        Folder for the repository.
    skyMap : `lsst.skymap.BaseSkyMap`
        Skymap.
    withoutCoadd : `~collections.abc.Collection` [`tuple` [`int`, `int`]]
        Tracts and patches that have no coadd.
    """

    def __init__(self, root, skyMap, withoutCoadd=()):
        self.skyMap = skyMap
        self.butler = Butler.from_config(Butler.makeRepo(root), writeable=True, run=RUN)
        skyMap.register(SKYMAP, self.butler)
        for name, dimensions in (
            ("deepCoadd", ("skymap", "tract", "patch", "band")),
            ("calexp", ("instrument", "visit", "detector")),
        ):
            self.butler.registry.registerDatasetType(
                DatasetType(name, dimensions, "ExposureF", universe=self.butler.dimensions)
            )
        insert = self.butler.registry.insertDimensionData
        insert("instrument", {"name": INSTRUMENT, "detector_max": 1000})
        insert("physical_filter", *self._filters("r"), *self._filters("g"))
        insert("day_obs", {"instrument": INSTRUMENT, "id": 20250301})
        self.patches = {
            (tractInfo.getId(), patchInfo.getSequentialIndex())
            for tractInfo in skyMap
            for patchInfo in tractInfo
        }
        self.addCoadds(self.patches - set(withoutCoadd))

    @staticmethod
    def _filters(band):
        return [{"instrument": INSTRUMENT, "name": f"{band}_scene", "band": band}]

    def addCoadds(self, patches, band="r", run=RUN):
        """Enter coadds of some tracts and patches."""
        self.butler.registry.registerRun(run)
        dataIds = [
            {"skymap": SKYMAP, "tract": tract, "patch": patch, "band": band}
            for tract, patch in sorted(patches)
        ]
        return self.butler.registry.insertDatasets("deepCoadd", dataIds, run=run)

    def addVisit(self, visit, exposures, padding=0.0, band="r"):
        """Enter a visit with some detectors.

        Parameters
        ----------
        visit : `int`
            Visit number.
        exposures : `list` [`lsst.afw.image.Exposure`]
            One for each detector, for its box and WCS. A visit without any
            has no region.
        padding : `float`
            By how many pixels the regions reach beyond the detectors.
        band : `str`
            Band.
        """
        corners = [_findCorners(exposure, padding) for exposure in exposures]
        self.butler.registry.insertDimensionData(
            "visit",
            {
                "instrument": INSTRUMENT,
                "id": visit,
                "name": str(visit),
                "physical_filter": f"{band}_scene",
                "day_obs": 20250301,
                "region": _makeRegion(sum(corners, [])) if corners else None,
            },
        )
        for detector, points in enumerate(corners):
            self._addDetector(visit, detector, _makeRegion(points))

    def addDetector(self, visit, detector, exposure):
        """Enter a detector that is no part of its visit's region, or without
        an exposure one that has no region.
        """
        region = None if exposure is None else _makeRegion(_findCorners(exposure))
        self._addDetector(visit, detector, region)

    def _addDetector(self, visit, detector, region):
        registry = self.butler.registry
        record = {"instrument": INSTRUMENT, "id": detector, "full_name": str(detector)}
        registry.insertDimensionData("detector", record, skip_existing=True)
        dataId = {"instrument": INSTRUMENT, "visit": visit, "detector": detector}
        if region is not None:
            registry.insertDimensionData("visit_detector_region", {**dataId, "region": region})
        registry.insertDatasets("calexp", [dataId])

    def dataId(self, visit, detector):
        """Return the data ID of a quantum, with records."""
        return self.butler.registry.expandDataId(
            {"instrument": INSTRUMENT, "visit": visit, "detector": detector, "skymap": SKYMAP}
        )


def _findCorners(exposure, padding=0.0):
    """Find the corners of a detector, or farther out, on the sky."""
    bbox = geom.Box2D(exposure.getBBox()).dilatedBy(padding)
    return exposure.getWcs().pixelToSky(bbox.getCorners())


def _makeRegion(corners):
    return sphgeom.ConvexPolygon([corner.getVector() for corner in corners])
