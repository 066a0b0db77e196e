# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small repositories as those of Data Previews 1 and 2, for tests."""

__all__ = [
    "PREVIEWS",
    "RUN",
    "Preview",
    "findCorners",
    "makeCellCoadd",
    "makeExposure",
    "makePreviewRepo",
    "makePreviewSkyMap",
    "makeVisitImage",
]

from dataclasses import dataclass

import numpy as np
from scenes import makeCoadd
from visitImages import Pointing, makeDetectorImage, makeSkyProjection

import lsst.geom as geom
import lsst.sphgeom as sphgeom
from lsst.afw.geom import makeSkyWcs
from lsst.afw.image import ExposureF, FilterLabel
from lsst.daf.butler import Butler, DatasetType
from lsst.skymap.ringsSkyMap import RingsSkyMap

RUN = "preview"

CELL_SIZE = 150
"""Width and height of the cells of the previews' skymaps, in pixels."""
CELL_BORDER = 50
"""Width of the border of a patch that no cell reaches, in pixels."""


@dataclass(frozen=True)
class Preview:
    """A real detector of a data preview, and where it lies."""

    realFile: str
    """Its real image, cut down to a few pixels, which is not in this
    repository: see `sharedFiles`.
    """

    pointing: Pointing
    """Geometry of the real image, for those made here."""

    instrument: str
    visit: int
    detector: int
    band: str
    physicalFilter: str
    skymap: str

    storageClass: str
    """Of visit_image."""

    tract: int
    """Tract under the detector's centre."""

    corner: tuple[int, int]
    """Tract pixel under the detector where four patches meet."""

    patches: tuple[int, ...]
    """Patches under the detector, in increasing order.

    Tract and patches were computed from the sky positions of the detector's
    corners with a spherical formula of their own: 120 rings of 180/121
    degrees beside the polar caps, each cut into the smallest number of tracts
    that are narrower than high at the edge nearer to the equator, numbered
    from RA 0; a gnomonic projection around the tract's centre, of 0.2
    arcseconds a pixel; and 10 x 10 patches of 3000 pixels, numbered from
    the south-east, with a border of 200.
    """


PREVIEWS = {
    "DP1": Preview(
        realFile="visit_image-1.0.0-dp1.json",
        pointing=Pointing(
            detectorName="R22_S00",
            serial="ITL-3800C-229",
            size=(4072, 4000),
            center=(53.0052188, -28.1911706),
            cdMatrix=((1.26618505e-05, 5.43521576e-05), (5.42732956e-05, -1.25250139e-05)),
            begin="2024-11-09T06:13:11.029",
            boresight=(53.3274247, -28.0723466),
            azAlt=(273.9478839, 74.4073001),
            rotation=102.799341,
            weather=(287.525, 741.35, 17.05),
        ),
        instrument="LSSTComCam",
        visit=2024110800246,
        detector=0,
        band="r",
        physicalFilter="r_03",
        skymap="lsst_cells_v1",
        storageClass="ExposureF",
        tract=5063,
        corner=(15000, 3000),
        patches=(4, 5, 6, 14, 15, 16),
    ),
    "DP2": Preview(
        realFile="visit_image-1.0.0-dp2.json",
        pointing=Pointing(
            detectorName="R30_S01",
            serial="E2V-CCD250-281",
            size=(4096, 4004),
            center=(151.5496448, 1.7719264),
            cdMatrix=((-4.2041634e-05, 3.61550217e-05), (3.61459868e-05, 4.21197568e-05)),
            begin="2025-05-24T01:37:58.549",
            boresight=(150.1743065, 2.341287),
            azAlt=(298.8644781, 36.2751993),
            rotation=40.660147,
            weather=(282.625, 743.15, 16.15),
        ),
        instrument="LSSTCam",
        visit=2025052300201,
        detector=118,
        band="i",
        physicalFilter="i_39",
        skymap="lsst_cells_v2",
        storageClass="VisitImage",
        tract=9814,
        corner=(18000, 6000),
        patches=(15, 16, 17, 25, 26, 27, 35, 36, 37),
    ),
}


def makePreviewSkyMap():
    """Make the skymap of the previews."""
    config = RingsSkyMap.ConfigClass()
    config.numRings = 120
    config.projection = "TAN"
    config.tractOverlap = 1.0 / 60.0
    config.pixelScale = 0.2
    config.tractBuilder.name = "cells"
    return RingsSkyMap(config)


def makeVisitImage(preview, tractInfo):
    """Make an image of the real detector around a corner of four patches.

    Parameters
    ----------
    preview : `Preview`
        The detector and the visit.
    tractInfo : `lsst.skymap.TractInfo`
        The tract under the detector.

    Returns
    -------
    image : `lsst.images.VisitImage`
        An image of 40 x 30 pixels.
    """
    from astropy.coordinates import SkyCoord

    from lsst.images import Box

    corner = tractInfo.getWcs().pixelToSky(geom.Point2D(*preview.corner))
    place = SkyCoord(corner.getRa().asRadians(), corner.getDec().asRadians(), unit="rad")
    pixel = makeSkyProjection(preview).sky_to_pixel(place)
    x, y = round(pixel.x), round(pixel.y)
    return makeDetectorImage(preview, Box.factory[y - 15 : y + 15, x - 20 : x + 20])


def makeCellCoadd(coadd, tractInfo, patch, missing=None, unit="nJy", dtype="float32"):
    """Make the cell coadd with the pixels of a coadd.

    Parameters
    ----------
    coadd : `lsst.afw.image.ExposureF`
        Coadd with a band and the mask plane DETECTED.
    tractInfo : `lsst.skymap.TractInfo`
        Its tract.
    patch : `int`
        Sequential number of its patch.
    missing : `lsst.geom.Point2I`, optional
        Pixel whose cell has no data: its pixels are set to -999.
    unit : `str`
        Unit of the pixels, whose numbers are taken as they are.
    dtype : `str`
        Type of the pixels.

    Returns
    -------
    cellCoadd : `lsst.images.cells.CellCoadd`
        The cell coadd.
    """
    from astropy import units
    from astropy.wcs import WCS

    from lsst.images import YX, Box, Image, Mask, MaskPlane, MaskSchema, SkyProjection, TractFrame
    from lsst.images.cells import CellCoadd, CellGrid, CellGridBounds, CellPointSpreadFunction

    box = Box.from_legacy(coadd.getBBox())
    cells = tractInfo[patch].getOuterBBox().erodedBy(CELL_BORDER)
    grid = CellGrid(bbox=Box.from_legacy(cells), cell_shape=YX(y=CELL_SIZE, x=CELL_SIZE))
    lost = frozenset() if missing is None else {grid.index_of(y=missing.y, x=missing.x)}
    bounds = CellGridBounds(grid=grid, bbox=CellGridBounds(grid=grid, bbox=grid.bbox)[box].bbox, missing=lost)
    image = coadd.image.clone()
    for cell in bounds.missing_boxes():
        image[cell.to_legacy().clippedTo(coadd.getBBox())].array[:] = -999.0
    mask = Mask(schema=MaskSchema([MaskPlane("DETECTED", "Pixel is part of a source.")]), bbox=box)
    mask.set("DETECTED", coadd.mask.array & coadd.mask.getPlaneBitMask("DETECTED") != 0)
    stamps = np.zeros((bounds.subgrid_size.i, bounds.subgrid_size.j, 21, 21))
    stamps[:, :, 10, 10] = 1.0
    tractBox = Box.from_legacy(tractInfo.getBBox())
    unit = units.Unit(unit)
    return CellCoadd(
        Image(image.array.astype(dtype), bbox=box, unit=unit),
        mask=mask,
        variance=Image(coadd.variance.array.astype(dtype), bbox=box, unit=unit**2),
        sky_projection=SkyProjection.from_fits_wcs(
            WCS(tractInfo.getWcs().getFitsMetadata().toDict()),
            TractFrame(skymap="lsst_cells", tract=tractInfo.getId(), bbox=tractBox),
        ),
        band=coadd.getFilter().bandLabel,
        psf=CellPointSpreadFunction(stamps, bounds),
    )


def makePreviewRepo(root, preview, cells=False):
    """Make a repository with a visit image of a preview, and coadds under it.

    Parameters
    ----------
    root : `str`
        Folder of the repository.
    preview : `Preview`
        What to make.
    cells : `bool`
        Whether the coadds are cell coadds, of the dataset type deep_coadd
        instead of template_coadd. The last one has no data in the cell of the
        corner.

    Returns
    -------
    image : `lsst.images.VisitImage`
        The image; an exposure with the same box and corners is in the
        repository if that has exposures.
    tractInfo : `lsst.skymap.TractInfo`
        The tract under it.
    coadds : `dict` [`int`, `lsst.afw.image.ExposureF`]
        The coadds, by patch: of each patch the pixels near the image.
    """
    butler = Butler.from_config(Butler.makeRepo(root), run=RUN, writeable=True)
    skyMap = makePreviewSkyMap()
    tractInfo = skyMap[preview.tract]
    _registerTract(butler, preview, skyMap, tractInfo)
    image = makeVisitImage(preview, tractInfo)
    _registerVisit(butler, preview, image)
    coaddType = "deep_coadd" if cells else "template_coadd"
    for name, dimensions, storageClass in (
        ("visit_image", ("instrument", "visit", "detector"), preview.storageClass),
        (coaddType, ("skymap", "tract", "patch", "band"), "CellCoadd" if cells else "ExposureF"),
    ):
        butler.registry.registerDatasetType(
            DatasetType(name, dimensions, storageClass, universe=butler.dimensions)
        )
    visitId = {"instrument": preview.instrument, "visit": preview.visit, "detector": preview.detector}
    butler.put(image if preview.storageClass == "VisitImage" else makeExposure(image), "visit_image", visitId)
    coadds = _makeCoadds(tractInfo, preview)
    for patch, coadd in coadds.items():
        coaddId = {"skymap": preview.skymap, "tract": preview.tract, "patch": patch, "band": preview.band}
        if cells:
            missing = geom.Point2I(*preview.corner) if patch == max(coadds) else None
            coadd = makeCellCoadd(coadd, tractInfo, patch, missing)
        butler.put(coadd, coaddType, coaddId)
    return image, tractInfo, coadds


def makeExposure(image):
    """Make the exposure of the box and the corners of an image.

    Its WCS is the gnomonic projection of an affine map that has the lower
    left corner and the directions of the sides at it.
    """
    origin, right, _, up = findCorners(image)
    bbox = image.bbox.to_legacy()
    sides = [
        (origin.separation(corner).asDegrees() / (length - 1), origin.bearingTo(corner).asRadians())
        for corner, length in ((right, bbox.getWidth()), (up, bbox.getHeight()))
    ]
    cdMatrix = np.array(
        [[s * np.cos(angle) for s, angle in sides], [s * np.sin(angle) for s, angle in sides]]
    )
    return ExposureF(bbox, makeSkyWcs(crpix=geom.Point2D(bbox.getMin()), crval=origin, cdMatrix=cdMatrix))


def findCorners(image, border=0.0):
    """Find the corners on the sky of the centres of an image's outermost
    pixels (`list` [`lsst.geom.SpherePoint`]), grown by a border.
    """
    x, y = image.bbox.x, image.bbox.y
    left, right, bottom, top = x.min - border, x.max + border, y.min - border, y.max + border
    sky = image.sky_projection.pixel_to_sky(x=[left, right, right, left], y=[bottom, bottom, top, top])
    return [geom.SpherePoint(ra, dec, geom.radians) for ra, dec in zip(sky.ra.rad, sky.dec.rad, strict=True)]


def _makeCoadds(tractInfo, preview):
    """Make the coadds of all patches near the corner, by patch."""
    near = geom.Box2I(geom.Point2I(*preview.corner), geom.Extent2I(1, 1))
    near.grow(100)
    boxes = {
        patchInfo.getSequentialIndex(): patchInfo.getOuterBBox().clippedTo(near) for patchInfo in tractInfo
    }
    coadds = {
        patch: makeCoadd(tractInfo, patch, box, band=preview.band)
        for patch, box in boxes.items()
        if not box.isEmpty()
    }
    for coadd in coadds.values():
        coadd.setFilter(FilterLabel.fromBand(preview.band))
    return coadds


def _registerTract(butler, preview, skyMap, tractInfo):
    """Write the skymap, and the dimension records of one of its tracts.

    `lsst.skymap.BaseSkyMap.register` writes those of two million patches.
    """
    butler.registry.registerRun("skymaps")
    butler.registry.registerDatasetType(
        DatasetType("skyMap", ("skymap",), "SkyMap", universe=butler.dimensions)
    )
    insert = butler.registry.insertDimensionData
    numPatches = tractInfo.getNumPatches()
    insert(
        "skymap",
        {
            "name": preview.skymap,
            "hash": skyMap.getSha1(),
            "tract_max": len(skyMap),
            "patch_nx_max": numPatches.x,
            "patch_ny_max": numPatches.y,
        },
    )
    tract = {"skymap": preview.skymap, "tract": preview.tract}
    insert("tract", tract | {"region": tractInfo.getOuterSkyPolygon()})
    for patchInfo in tractInfo:
        index = patchInfo.getIndex()
        patch = {"patch": patchInfo.getSequentialIndex(), "cell_x": index.x, "cell_y": index.y}
        insert("patch", tract | patch | {"region": patchInfo.getOuterSkyPolygon()})
    butler.put(skyMap, "skyMap", {"skymap": preview.skymap}, run="skymaps")


def _registerVisit(butler, preview, image):
    """Write the dimension records of an image."""
    region = sphgeom.ConvexPolygon([corner.getVector() for corner in findCorners(image)])
    observation = image.obs_info
    insert = butler.registry.insertDimensionData
    instrument = {"instrument": preview.instrument}
    insert("instrument", {"name": preview.instrument, "detector_max": 200})
    insert("physical_filter", instrument | {"name": preview.physicalFilter, "band": preview.band})
    insert("day_obs", instrument | {"id": observation.observing_day})
    insert("detector", instrument | {"id": preview.detector, "full_name": observation.detector_unique_name})
    visit = {
        "id": preview.visit,
        "name": str(preview.visit),
        "physical_filter": preview.physicalFilter,
        "day_obs": observation.observing_day,
        "region": region,
    }
    insert("visit", instrument | visit)
    detector = {"visit": preview.visit, "detector": preview.detector, "region": region}
    insert("visit_detector_region", instrument | detector)
