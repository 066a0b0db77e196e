# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PipelineTask that makes a template on the science exposure's grid."""

__all__ = ["MakeWarpedTemplateConfig", "MakeWarpedTemplateConnections", "MakeWarpedTemplateTask"]

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.geom import Polygon, SkyWcs
from lsst.afw.math import Warper
from lsst.afw.table import ExposureCatalog
from lsst.meas.algorithms import CoaddPsfConfig
from lsst.pex.config import ConfigField, Field, FieldValidationError, RangeField
from lsst.pipe.base import (
    InputQuantizedConnection,
    NoWorkFound,
    OutputQuantizedConnection,
    PipelineTask,
    PipelineTaskConfig,
    PipelineTaskConnections,
    QuantumContext,
    Struct,
)
from lsst.pipe.base.connectionTypes import Input, Output
from lsst.skymap import BaseSkyMap, TractInfo
from lsst.utils.logging import getLogger
from lsst.utils.timer import timeMethod

from .boxes import boundingBox
from .calibration import CalibrationError, calibrationsAgree, isConstant
from .coaddRecord import UNIT_CARD
from .coaddTract import CoaddTract
from .getCoaddAsTemplate import GetCoaddAsTemplateTask
from .givenCoadd import toHandle
from .highVariance import flagHighVariance
from .inputChecks import checkCorners
from .interfaces import TemplateTract
from .patchAgreement import PatchMismatchError
from .patchPsf import clipCatalog, makeCoaddInputs, makePatchPsf
from .provenance import TemplateProvenance
from .templateConnections import CoaddKindConfig, followCoaddKind
from .templateSummary import TemplateQuality
from .warpedMosaic import WarpedMosaic

_LOG = getLogger(__name__)


class MakeWarpedTemplateConnections(
    PipelineTaskConnections,
    dimensions=("instrument", "visit", "detector"),
    defaultTemplates={"coaddName": "goodSeeing", "warpTypeSuffix": "", "fakesType": ""},
):
    """Datasets that `MakeWarpedTemplateTask` reads and writes: those of
    ``lsst.ip.diffim.GetTemplateTask``.
    """

    bbox = Input(
        doc="Bounding box of the science exposure, in its own pixels.",
        name="{fakesType}calexp.bbox",
        storageClass="Box2I",
        dimensions=("instrument", "visit", "detector"),
    )
    wcs = Input(
        doc="WCS of the science exposure.",
        name="{fakesType}calexp.wcs",
        storageClass="Wcs",
        dimensions=("instrument", "visit", "detector"),
    )
    visitInfo = Input(
        doc="Observing conditions of the science exposure. Only there if getTemplate.coaddName is 'dcr'.",
        name="{fakesType}calexp.visitInfo",
        storageClass="VisitInfo",
        dimensions=("instrument", "visit", "detector"),
    )
    skyMap = Input(
        doc="Skymap that the coadds were made on.",
        name=BaseSkyMap.SKYMAP_DATASET_TYPE_NAME,
        storageClass="SkyMap",
        dimensions=("skymap",),
    )
    coaddExposures = Input(
        doc="Coadds to make the template of. If getTemplate.coaddName is 'dcr' they have the dimension "
        "subfilter, too: coadds for slices of the band, to match to the science exposure's refraction.",
        name="{fakesType}{coaddName}Coadd{warpTypeSuffix}",
        storageClass="ExposureF",
        dimensions=("tract", "patch", "skymap", "band"),
        multiple=True,
        deferLoad=True,
        deferGraphConstraint=True,
    )
    template = Output(
        doc="Template for the science exposure, in the science exposure's pixel grid.",
        name="{fakesType}{coaddName}Diff_templateExp{warpTypeSuffix}",
        storageClass="ExposureF",
        dimensions=("instrument", "visit", "detector"),
    )

    def __init__(self, *, config: "MakeWarpedTemplateConfig") -> None:
        super().__init__(config=config)
        followCoaddKind(self, config)
        self._hasWarned = False

    def adjustQuantum(self, inputs: Any, outputs: Any, label: str, data_id: Any) -> Any:
        # Docstring inherited.
        connection, refs = inputs["coaddExposures"]
        if not (refs or self._hasWarned):
            # Of a graph without quanta nothing else tells the reason.
            self._hasWarned = True
            _LOG.warning(
                "No %s of band %r is under visit %s, detector %s in the input collections",
                connection.name,
                data_id["band"],
                data_id["visit"],
                data_id["detector"],
            )
        return super().adjustQuantum(inputs, outputs, label, data_id)


class MakeWarpedTemplateConfig(
    PipelineTaskConfig, CoaddKindConfig, pipelineConnections=MakeWarpedTemplateConnections
):
    """Configuration of `MakeWarpedTemplateTask`."""

    templateBorderSize = RangeField(
        dtype=int,
        default=20,
        min=0,
        doc="Number of pixels by which the template reaches beyond the science exposure on each side.",
    )
    warp: Any = ConfigField("How the template is resampled.", Warper.ConfigClass)
    coaddPsf: Any = ConfigField("How PSFs are resampled.", CoaddPsfConfig)
    highVarianceThreshold = RangeField(
        dtype=float,
        default=4.0,
        min=1.0,
        doc="The mask plane HIGH_VARIANCE is set where the median variance in a bin of 32 by 32 pixels is "
        "more than the template's median by this factor.",
    )
    highVarianceMaskFraction = Field[float](
        dtype=float,
        default=0.1,
        doc="Smallest fraction of pixels without a mask plane such as DETECTED that is needed to set "
        "HIGH_VARIANCE.",
    )
    getTemplate = GetCoaddAsTemplateTask.makeField("Copies the coadd patches of one tract.")

    def setDefaults(self) -> None:
        super().setDefaults()
        # WCSs are smooth, and a cache of this size is as good as none.
        self.warp.warpingKernelName = self.coaddPsf.warpingKernelName = "lanczos3"
        self.warp.cacheSize = self.coaddPsf.cacheSize = 100000
        self.warp.interpLength = 100
        self.getTemplate.coaddName = "goodSeeing"
        self.getTemplate.overlapPolicy = "keepValid"
        self.getTemplate.psf = "patches"

    def validate(self) -> None:
        super().validate()
        getTemplate = self.getTemplate.value
        if getTemplate.isDcr() != (self.connections.coaddName == "dcr"):
            raise FieldValidationError(
                type(self).getTemplate,
                self,
                f"connections.coaddName is {self.connections.coaddName!r} and getTemplate.coaddName is "
                f"{getTemplate.coaddName!r}: both or none of them must be 'dcr'.",
            )
        if getTemplate.psf != "patches":
            raise FieldValidationError(
                type(self).getTemplate, self, f"getTemplate.psf must be 'patches', not {getTemplate.psf!r}."
            )


@dataclass(frozen=True)
class TractPixels:
    """What a tract gave to a template."""

    tract: int
    """Number of the tract."""

    outline: Polygon
    """Convex hull of its pixels, in science pixels."""

    patches: ExposureCatalog
    """Its patches; see `makePatchCatalog`."""

    unit: str | None
    """Unit of its pixels, if the coadds say one."""

    provenance: TemplateProvenance
    """What its pixels were made from."""


class MakeWarpedTemplateTask(PipelineTask):
    """Make the template for one detector of a visit, in the pixel grid of the
    science exposure.

    It takes the place of ``lsst.ip.diffim.GetTemplateTask``. The coadd patches
    of each tract are copied into one exposure, which is resampled once.
    Nothing is averaged: the pixels of the closest tract stand, those of the
    others fill what it lacks.
    """

    ConfigClass = MakeWarpedTemplateConfig
    config: MakeWarpedTemplateConfig
    getTemplate: GetCoaddAsTemplateTask
    _DefaultName = "makeWarpedTemplate"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.makeSubtask("getTemplate")
        self.warper = Warper.fromConfig(self.config.warp)

    def runQuantum(
        self,
        butlerQC: QuantumContext,
        inputRefs: InputQuantizedConnection,
        outputRefs: OutputQuantizedConnection,
    ) -> None:
        inputs = butlerQC.get(inputRefs)
        bbox, wcs = inputs["bbox"], inputs["wcs"]
        found = self.getExposures(inputs["coaddExposures"], bbox, inputs["skyMap"], wcs)
        result = self.run(
            coaddExposureHandles=found.coaddExposures,
            bbox=bbox,
            wcs=wcs,
            dataIds=found.dataIds,
            physical_filter=str(outputRefs.template.dataId["physical_filter"]),
            visit=outputRefs.template.dataId["visit"],
            visitInfo=inputs.get("visitInfo"),
            skyMap=inputs["skyMap"],
        )
        butlerQC.put(result, outputRefs)

    def getExposures(
        self,
        coaddExposureHandles: Iterable[Any],
        bbox: geom.Box2I,
        skymap: BaseSkyMap,
        wcs: SkyWcs | None,
    ) -> Struct:
        """Find the coadds under a science exposure.

        Parameters
        ----------
        coaddExposureHandles : `~collections.abc.Iterable` \
                [`lsst.daf.butler.DeferredDatasetHandle`]
            Handles of coadds near the exposure, in any order.
        bbox : `lsst.geom.Box2I`
            Bounding box of the science exposure, in its own pixels.
        skymap : `lsst.skymap.BaseSkyMap`
            Skymap that the coadds were made on.
        wcs : `lsst.afw.geom.SkyWcs` or `None`
            WCS of the science exposure.

        Returns
        -------
        result : `lsst.pipe.base.Struct`
            With the attributes

            ``coaddExposures``
                Handles of the coadds that reach under the template (`dict`
                [`int`, `list`]), by tract. The closest tract comes first; the
                patches are in the order of copying.
            ``dataIds``
                Their data IDs, likewise.

        Raises
        ------
        lsst.pipe.base.NoWorkFound
            If there is no WCS, or no coadd under the template.
        """
        if wcs is None:
            raise NoWorkFound("The exposure has no WCS: no template can be made for it.")
        bbox = bbox.dilatedBy(self.config.templateBorderSize)
        center = wcs.pixelToSky(geom.Box2D(bbox).getCenter())
        given: dict[int, dict[int, list[Any]]] = {}
        for handle in coaddExposureHandles:
            patches = given.setdefault(handle.dataId["tract"], {})
            patches.setdefault(handle.dataId["patch"], []).append(handle)
        closest = skymap.findTract(center).getId()
        found: dict[int, list[Any]] = {}
        for tract in sorted(
            given, key=lambda tract: (tract != closest, center.separation(skymap[tract].getCtrCoord()))
        ):
            under = _findPatches(skymap[tract], bbox, wcs)
            if handles := [handle for patch in under for handle in given[tract].get(patch, ())]:
                self.log.verbose(
                    "Using tract %d, patches %s", tract, sorted(given[tract].keys() & set(under))
                )
                found[tract] = handles
        if not found:
            raise NoWorkFound("No coadd lies under the exposure.")
        dataIds = {tract: [handle.dataId for handle in handles] for tract, handles in found.items()}
        return Struct(coaddExposures=found, dataIds=dataIds)

    @timeMethod
    def run(
        self,
        *,
        coaddExposureHandles: Mapping[int, Sequence[Any]],
        bbox: geom.Box2I,
        wcs: SkyWcs,
        dataIds: Mapping[int, Sequence[Any]],
        physical_filter: str,
        visit: int | None = None,
        visitInfo: afwImage.VisitInfo | None = None,
        skyMap: BaseSkyMap | None = None,
    ) -> Struct:
        """Make the template for a science exposure.

        Parameters
        ----------
        coaddExposureHandles : `~collections.abc.Mapping`
            For each tract, handles of its coadds (`list`), in the order of
            copying. Where several tracts have pixels, the first one's stand.
        bbox : `lsst.geom.Box2I`
            Bounding box of the science exposure, in its own pixels; not
            modified.
        wcs : `lsst.afw.geom.SkyWcs`
            WCS of the science exposure.
        dataIds : `~collections.abc.Mapping`
            Data IDs of the coadds, with ``band`` and ``patch``, likewise.
        physical_filter : `str`
            Physical filter of the science exposure.
        visit : `int`, optional
            Number of the visit, for the template's visit info.
        visitInfo : `lsst.afw.image.VisitInfo`, optional
            Observing conditions of the science exposure. Only used for DCR
            coadds, and required then.
        skyMap : `lsst.skymap.BaseSkyMap`, optional
            Skymap that the coadds were made on. Without it, tracts and
            patches are what their coadds say: which patches have no coadd is
            not known then. Required for DCR coadds.

        Returns
        -------
        result : `lsst.pipe.base.Struct`
            With the attribute ``template`` (`lsst.afw.image.ExposureF`), in
            science pixels: ``bbox`` with the border.

        Raises
        ------
        lsst.pipe.base.NoWorkFound
            If no coadd has pixels there.
        ValueError
            If the coadds are DCR coadds and there is no skymap or visit info.
        RuntimeError
            If the coadds are of several bands or contradict each other, or
            have no PSF or photometric calibration.
        """
        TemplateQuality.clear(self.metadata)
        if self.config.getTemplate.isDcr() and skyMap is None:
            raise ValueError("skyMap is required for DCR coadds.")
        bbox = bbox.dilatedBy(self.config.templateBorderSize)
        band = _findBand(dataIds)
        mosaic = WarpedMosaic(bbox, wcs, self.warper)
        used: list[TractPixels] = []
        for tract, handles in coaddExposureHandles.items():
            byPatch: dict[int, list[Any]] = {}
            for handle, dataId in zip(handles, dataIds[tract], strict=True):
                patch = dataId["patch"]
                byPatch.setdefault(patch, []).append(toHandle(handle, tract, patch))
            pixels = self._addTract(mosaic, tract, byPatch, skyMap, visitInfo)
            if pixels is None:
                self.log.verbose("Tract %d has no pixels that the template lacks", tract)
            else:
                used.append(pixels)
        if not used:
            raise NoWorkFound("No coadd has pixels under the exposure.")
        template = mosaic.template
        template.setFilter(afwImage.FilterLabel(band=band, physical=physical_filter))
        if visit is not None:
            template.getInfo().setVisitInfo(afwImage.VisitInfo(id=visit))
        self._setPatches(template, used)
        self._flagHighVariance(template)
        self._report(template, used)
        return Struct(template=template)

    def _addTract(
        self,
        mosaic: WarpedMosaic,
        tract: int,
        handles: Mapping[int, list[Any]],
        skyMap: BaseSkyMap | None,
        visitInfo: afwImage.VisitInfo | None,
    ) -> TractPixels | None:
        """Fill with a tract's pixels what a template lacks.

        In a function of its own, so that its unresampled pixels are gone from
        memory before the next tract's are read. Returns `None` if it has none.
        """
        template, lacking = mosaic.template, mosaic.findLacking()
        if lacking.isEmpty() or not handles:
            return None
        tractInfo: TemplateTract
        if skyMap is None:
            tractInfo, patches = CoaddTract.fromHandles(tract, handles), list(handles)
        else:
            tractInfo = skyMap[tract]
            patches = _findPatches(tractInfo, lacking, template.getWcs())
        box = self._findSourceBox(tractInfo, handles, lacking, template.getWcs())
        try:
            unwarped = self.getTemplate.runForBox(tractInfo, patches, box, handles, visitInfo)
        except NoWorkFound:
            return None
        self._matchCalibration(template, unwarped, tract)
        outline = mosaic.add(unwarped, lacking)
        if outline is None:
            return None
        if not template.getInfo().hasPhotoCalib():
            template.setPhotoCalib(unwarped.getPhotoCalib())
        metadata = unwarped.getMetadata()
        return TractPixels(
            tract,
            outline,
            unwarped.getInfo().getCoaddInputs().ccds,
            metadata.getScalar(UNIT_CARD) if UNIT_CARD in metadata else None,
            self._findProvenance(unwarped),
        )

    def _findSourceBox(
        self, tractInfo: TemplateTract, patches: Iterable[int], bbox: geom.Box2I, wcs: SkyWcs
    ) -> geom.Box2I:
        """Find the pixels of a tract's patches that a part of a template is
        interpolated from.
        """
        outline = checkCorners(wcs.pixelToSky(_makeOutline(bbox)))
        box = geom.Box2D()
        for pixel in tractInfo.getWcs().skyToPixel(outline):
            box.include(pixel)
        kernel = self.warper.getWarpingKernel()
        # With one pixel for what the straight lines between the points of the
        # outline miss.
        margin = max(kernel.getWidth(), kernel.getHeight()) // 2 + 1
        if self.config.getTemplate.isDcr():
            # Patches that reach less far into the box are left out.
            margin += 2 * self.config.getTemplate.templateBorderSize
        stored = boundingBox(tractInfo[patch].getOuterBBox() for patch in patches)
        return geom.Box2I(box).dilatedBy(margin).clippedTo(stored)

    def _matchCalibration(
        self, template: afwImage.ExposureF, unwarped: afwImage.ExposureF, tract: int
    ) -> None:
        """Bring a further tract's pixels to the template's calibration."""
        own, wanted = unwarped.getPhotoCalib(), template.getPhotoCalib()
        if not isConstant(own):
            raise CalibrationError(
                f"The photometric calibration of tract {tract} ({own}) varies, which it cannot do in another "
                "pixel grid. With getTemplate.calibrationMismatch = 'rescale' all coadds are brought to a "
                "constant one."
            )
        if wanted is None or calibrationsAgree(own, wanted, geom.Box2I()):
            return
        mismatch = (
            f"The photometric calibration of tract {tract} ({own}) is not the closest tract's ({wanted})."
        )
        match self.config.getTemplate.calibrationMismatch:
            case "error":
                raise PatchMismatchError(
                    f"{mismatch} With getTemplate.calibrationMismatch = 'rescale' all coadds are brought to "
                    "one."
                )
            case "warn":
                self.log.warning(mismatch)
            case "rescale":
                ratio = own.getCalibrationMean() / wanted.getCalibrationMean()
                unwarped.image.array *= ratio
                unwarped.variance.array *= ratio**2
                for record in unwarped.getInfo().getCoaddInputs().ccds:
                    record.setPhotoCalib(wanted)

    def _findProvenance(self, unwarped: afwImage.ExposureF) -> TemplateProvenance:
        """Return what a tract's pixels were made from, and how."""
        provenance = TemplateProvenance.read(unwarped.getMetadata())
        assert provenance is not None, "runForBox writes it"
        connections = self.config.connections.ConnectionsClass(config=self.config)
        return dataclasses.replace(
            provenance,
            datasetType=connections.coaddExposures.name,
            configuration={
                **provenance.configuration,
                "coaddName": self.config.connections.coaddName,
                "templateBorderSize": self.config.templateBorderSize,
                "warpingKernelName": self.config.warp.warpingKernelName,
            },
        )

    def _setPatches(self, template: afwImage.ExposureF, used: Sequence[TractPixels]) -> None:
        """Give the template the PSF of its patches, list them as its inputs,
        and write into the header what it was made from.
        """
        wcs = template.getWcs()
        catalog = ExposureCatalog(used[0].patches.schema)
        for number, pixels in enumerate(used, start=1):
            patches = pixels.patches
            if len(used) > 1:
                patches = clipCatalog(patches, pixels.outline, wcs)
            catalog.extend(patches, deep=True)
            pixels.provenance.write(template.getMetadata(), number)
        units = {pixels.unit for pixels in used}
        if len(units) == 1 and None not in units:
            template.getMetadata().set(UNIT_CARD, units.pop())
        template.getInfo().setCoaddInputs(makeCoaddInputs(catalog))
        config = self.config.coaddPsf
        template.setPsf(
            makePatchPsf(catalog, wcs, _findMiddle(template), config.warpingKernelName, config.cacheSize)
        )

    def _flagHighVariance(self, template: afwImage.ExposureF) -> None:
        """Set the mask plane ``HIGH_VARIANCE``."""
        minFraction = self.config.highVarianceMaskFraction
        goodFraction = flagHighVariance(template.maskedImage, self.config.highVarianceThreshold, minFraction)
        if goodFraction < minFraction:
            self.log.info(
                "HIGH_VARIANCE is not set: %.1f%% of the pixels count, but %.1f%% are needed",
                100 * goodFraction,
                100 * minFraction,
            )

    def _report(self, template: afwImage.ExposureF, used: Sequence[TractPixels]) -> None:
        """Log what the template was made from, and keep it as metadata."""
        quality = TemplateQuality.of(template, self.log)
        quality.write(self.metadata)
        self.metadata["tractsUsed"] = [pixels.tract for pixels in used]
        patches = (
            f"patches {list(pixels.provenance.patchesUsed)} of tract {pixels.tract}" for pixels in used
        )
        self.log.info("Used %s: %s", " and ".join(patches), quality.describe())


def _makeOutline(bbox: geom.Box2I, steps: int = 16) -> list[geom.Point2D]:
    """Go around a box: corners, and points between them, since a side is in
    general no straight line on the sky.
    """
    corners = geom.Box2D(bbox).getCorners()
    return [
        corner + (following - corner) * (step / steps)
        for corner, following in zip(corners, corners[1:] + corners[:1], strict=True)
        for step in range(steps)
    ]


def _findPatches(tractInfo: TractInfo, bbox: geom.Box2I, wcs: SkyWcs) -> list[int]:
    """Find the patches of a tract that lie under a box of science pixels, in
    the order of copying.
    """
    outline = checkCorners(wcs.pixelToSky(_makeOutline(bbox)))
    inTract = Polygon(tractInfo.getWcs().skyToPixel(outline))
    return [
        patchInfo.getSequentialIndex()
        for patchInfo in tractInfo.findPatchList(outline)
        if inTract.overlaps(geom.Box2D(patchInfo.getOuterBBox()))
    ]


def _findBand(dataIds: Mapping[int, Sequence[Any]]) -> str:
    """Find the one band of all coadds."""
    bands = {dataId["band"] for given in dataIds.values() for dataId in given}
    if not bands:
        raise NoWorkFound("There are no coadds.")
    if len(bands) > 1:
        raise RuntimeError(f"The coadds are of several bands: {sorted(bands)}.")
    return bands.pop()


def _findMiddle(template: afwImage.ExposureF) -> geom.Point2D:
    """Find a pixel with data close to the middle of a template."""
    mask = template.mask
    noData = mask.getPlaneBitMask("NO_DATA")
    height, width = mask.array.shape
    # Row by row, since nearly always the middle one has data.
    for row in sorted(range(height), key=lambda row: abs(2 * row - height)):
        columns = np.flatnonzero(mask.array[row] & noData == 0)
        if len(columns):
            column = columns[np.abs(2 * columns - width).argmin()]
            return geom.Point2D(template.getXY0()) + geom.Extent2D(column, row)
    raise ValueError("The template has no pixels with data.")
