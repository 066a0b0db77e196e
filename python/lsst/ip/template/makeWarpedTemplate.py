# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PipelineTask that makes a template on the science exposure's grid."""

__all__ = ["MakeWarpedTemplateConfig", "MakeWarpedTemplateConnections", "MakeWarpedTemplateTask"]

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom
import lsst.pipe.base as pipeBase
from lsst.afw.geom import Polygon, SkyWcs
from lsst.afw.math import Warper
from lsst.afw.table import ExposureCatalog
from lsst.meas.algorithms import CoaddPsfConfig
from lsst.pex.config import ConfigField, Field, FieldValidationError, RangeField
from lsst.pipe.base.connectionTypes import Output
from lsst.skymap import BaseSkyMap
from lsst.utils.timer import timeMethod

from .boxes import boundingBox
from .calibration import CalibrationError, calibrationsAgree, isConstant
from .coaddHandle import PatchMismatchError
from .coaddRecord import UNIT_CARD, getBand
from .getCoaddAsTemplate import GetCoaddAsTemplateTask
from .highVariance import flagHighVariance
from .inputChecks import checkCoadds, checkCorners, checkDataIds, checkType
from .interfaces import TemplatePatch, TemplateTract
from .patchSource import CoaddTract
from .scienceGeometry import toBox, toVisitInfo
from .templateAssembly import AssembledTemplate, CopiedPatches, NoCoaddPixelsError, TemplateAssembler
from .templateConnections import CoaddConfig, CoaddConnections, TemplateStruct
from .templateProvenance import TemplateProvenance
from .templatePsf import UsedPatch, clipCatalog, makeCoaddInputs, makePatchCatalog, makePatchPsf
from .templateSummary import TemplateQuality, clearNumbers, writeNumbers
from .templateWarp import computeHulls, computeLacking, computeOutline, warpFurtherTract, warpTract


class MakeWarpedTemplateConnections(
    CoaddConnections,
    dimensions=("instrument", "visit", "detector"),
    defaultTemplates={"coaddName": "goodSeeing", "warpTypeSuffix": "", "fakesType": ""},
):
    """Datasets that `MakeWarpedTemplateTask` reads and writes: those of
    ``lsst.ip.diffim.GetTemplateTask``.
    """

    template = Output(
        doc="Template for the science exposure, in the science exposure's pixel grid.",
        name="{fakesType}{coaddName}Diff_templateExp{warpTypeSuffix}",
        storageClass="ExposureF",
        dimensions=("instrument", "visit", "detector"),
    )


class MakeWarpedTemplateConfig(CoaddConfig, pipelineConnections=MakeWarpedTemplateConnections):
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
        self.warp.warpingKernelName = self.coaddPsf.warpingKernelName = "lanczos3"
        # Kernels for 10,000 fractions of a pixel fit into a processor's
        # cache. A position is off by 5e-5 pixels at most, which is worth
        # 1.5e-5 of a star's peak.
        self.warp.cacheSize = self.coaddPsf.cacheSize = 10000
        # WCSs are smooth.
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
        for name, wanted in (("psf", "patches"), ("overlapPolicy", "keepValid")):
            given = getattr(getTemplate, name)
            if given != wanted:
                raise FieldValidationError(
                    type(self).getTemplate, self, f"getTemplate.{name} must be {wanted!r}, not {given!r}."
                )


@dataclass(frozen=True)
class UsedTract:
    """What a template has of a tract."""

    patches: Sequence[UsedPatch]
    """Its patches."""

    catalog: ExposureCatalog
    """Where their PSFs are used; see `makePatchCatalog`."""

    unit: str | None
    """Unit of its pixels, if the coadds agree on one."""

    provenance: TemplateProvenance
    """What its pixels were made from."""


class MakeWarpedTemplateTask(pipeBase.PipelineTask):
    """Make the template for one detector of a visit, in the pixel grid of the
    science exposure.

    It takes the place of ``lsst.ip.diffim.GetTemplateTask``. The coadd patches
    of each tract are copied into one exposure, which is resampled once.
    Nothing is averaged: the warp of the closest tract is the template, and
    further tracts fill what it lacks.
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
        butlerQC: pipeBase.QuantumContext,
        inputRefs: pipeBase.InputQuantizedConnection,
        outputRefs: pipeBase.OutputQuantizedConnection,
    ) -> None:
        names = ("bbox", "wcs", "skyMap", "visitInfo")
        inputs = {name: butlerQC.get(getattr(inputRefs, name)) for name in names if hasattr(inputRefs, name)}
        chosen = self.getExposures(inputRefs.coaddExposures, inputs["bbox"], inputs["skyMap"], inputs["wcs"])
        # What is fetched is recorded as input.
        handles = {tract: butlerQC.get(refs) for tract, refs in chosen.coaddExposures.items()}
        dataId = outputRefs.template.dataId
        outputs = self.run(
            **inputs,
            coaddExposureHandles=handles,
            dataIds=chosen.dataIds,
            physical_filter=str(dataId["physical_filter"]),
            visit=dataId["visit"],
        )
        butlerQC.put(outputs, outputRefs)

    def getExposures(
        self,
        coaddExposureHandles: Iterable[Any],
        bbox: geom.Box2I,
        skymap: BaseSkyMap,
        wcs: SkyWcs | None,
    ) -> pipeBase.Struct:
        """Choose the coadds under a science exposure.

        Parameters
        ----------
        coaddExposureHandles : `~collections.abc.Iterable` \
                [`lsst.daf.butler.DeferredDatasetHandle`]
            Handles of coadds near the exposure, or references to them, in any
            order, with ``tract`` and ``patch`` in their ``dataId``.
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
                Handles of the coadds that the template is made of (`dict`
                [`int`, `list`]), by tract. The closest tract comes first; the
                patches are in the order of copying.
            ``dataIds``
                Their data IDs, likewise.

        Raises
        ------
        TypeError
            If an argument is not of the type above.
        ValueError
            If the box is empty.
        lsst.pipe.base.NoWorkFound
            If there is no WCS, or no coadd under the template.
        """
        bbox = self._computeTemplateBBox(bbox)
        checkType("skymap", skymap, BaseSkyMap)
        if wcs is None:
            raise pipeBase.NoWorkFound("The exposure has no WCS: no template can be made for it")
        checkType("wcs", wcs, SkyWcs)
        center = wcs.pixelToSky(geom.Box2D(bbox).getCenter())
        given: dict[int, dict[int, list[Any]]] = {}
        for coadd in checkCoadds(coaddExposureHandles):
            ofTract = given.setdefault(coadd.dataId["tract"], {})
            ofTract.setdefault(coadd.dataId["patch"], []).append(coadd)
        closest = skymap.findTract(center).getId()
        chosen: dict[int, list[Any]] = {}
        for tract in sorted(
            given, key=lambda tract: (tract != closest, center.separation(skymap[tract].getCtrCoord()))
        ):
            patches, _ = self._computeSource(skymap[tract], bbox, wcs)
            under = [patchInfo.getSequentialIndex() for patchInfo in patches]
            if coadds := [coadd for patch in under for coadd in given[tract].get(patch, ())]:
                self.log.verbose(
                    "Using tract %d, patches %s", tract, [patch for patch in under if patch in given[tract]]
                )
                chosen[tract] = coadds
        if not chosen:
            raise pipeBase.NoWorkFound("No coadd lies under the exposure")
        dataIds = {tract: [coadd.dataId for coadd in coadds] for tract, coadds in chosen.items()}
        return pipeBase.Struct(coaddExposures=chosen, dataIds=dataIds)

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
    ) -> TemplateStruct:
        """Make the template for a science exposure.

        Parameters
        ----------
        coaddExposureHandles : `~collections.abc.Mapping`
            For each tract, handles of its coadds (`list`), in the order of
            copying. Where several tracts have pixels, the first one's are
            used.
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
            patches are known by their coadds only, so that it is not known
            which patches have no coadd. Required for DCR coadds.

        Returns
        -------
        result : `lsst.pipe.base.Struct`
            With the attribute ``template`` (`lsst.afw.image.ExposureF`), in
            science pixels: ``bbox`` with the border.

        Raises
        ------
        lsst.pipe.base.NoWorkFound
            If no coadd has pixels there.
        TypeError
            If an argument is not of the type above.
        ValueError
            If handles and data IDs contradict each other, the box is empty,
            or the coadds are DCR coadds and there is no skymap or visit info.
        RuntimeError
            If the coadds are of several bands or contradict each other, or
            have no PSF or photometric calibration.
        """
        clearNumbers(self.metadata)
        bbox = self._computeTemplateBBox(bbox)
        checkType("wcs", wcs, SkyWcs)
        if skyMap is not None:
            checkType("skyMap", skyMap, BaseSkyMap)
        elif self.config.getTemplate.isDcr():
            raise ValueError("skyMap is required for DCR coadds.")
        band, coadds = checkDataIds(coaddExposureHandles, dataIds)
        assembler = self.getTemplate.makeAssembler(toVisitInfo(visitInfo))
        template, used = None, []
        for tract, byPatch in coadds.items():
            tractInfo = CoaddTract.fromCoadds(tract, byPatch) if skyMap is None else skyMap[tract]
            if template is None:
                template, pixels = self._startTemplate(assembler, tractInfo, byPatch, bbox, wcs)
            else:
                pixels = self._fillTemplate(assembler, tractInfo, byPatch, template, used)
            if pixels is None:
                self.log.verbose("Tract %d has no pixels that the template lacks", tract)
            else:
                used.append(pixels)
        if template is None:
            raise pipeBase.NoWorkFound("No coadd has pixels under the exposure")
        _checkBand((patch for tract in used for patch in tract.patches), band)
        template.setFilter(afwImage.FilterLabel(band=band, physical=physical_filter))
        template.getInfo().setVisitInfo(None if visit is None else afwImage.VisitInfo(id=visit))
        self._setComponents(template, used)
        self._flagHighVariance(template)
        self._report(template, used)
        return TemplateStruct(template=template)

    def _computeTemplateBBox(self, bbox: geom.Box2I) -> geom.Box2I:
        """Compute the box of the template, in science pixels."""
        bbox = toBox(bbox)
        if bbox.isEmpty():
            raise ValueError("The exposure has no pixels: bbox is empty.")
        return bbox.dilatedBy(self.config.templateBorderSize)

    def _computeSource(
        self, tractInfo: TemplateTract, bbox: geom.Box2I, wcs: SkyWcs
    ) -> tuple[list[TemplatePatch], geom.Box2I]:
        """Compute which pixels of a tract a box of science pixels is
        interpolated from.

        Returns the patches that may have them, in the order of copying, and a
        box of tract pixels; none of them on the other side of the sky, where
        a gnomonic projection ends.
        """
        outline = checkCorners(wcs.pixelToSky(computeOutline(geom.Box2D(bbox).getCorners())))
        points = tractInfo.getWcs().skyToPixel(outline)
        if not np.isfinite(np.array(points)).all():
            return [], geom.Box2I()
        kernel, getTemplate = self.warper.getWarpingKernel(), self.config.getTemplate
        # With one pixel for what the straight lines between the points of the
        # outline miss.
        margin = max(kernel.getWidth(), kernel.getHeight()) // 2 + 1
        if getTemplate.isDcr():
            # DCR coadds that reach less far into the box are left out.
            margin += 2 * getTemplate.templateBorderSize
        inTract = Polygon(points)
        around = inTract.getBBox().dilatedBy(margin)
        around.clip(geom.Box2D(tractInfo.getBBox()))
        if around.isEmpty():
            return [], geom.Box2I()
        patches = [
            patchInfo
            for patchInfo in tractInfo.findPatchList(tractInfo.getWcs().pixelToSky(around.getCorners()))
            if inTract.overlaps(geom.Box2D(patchInfo.getOuterBBox()).dilatedBy(margin))
        ]
        return patches, geom.Box2I(around)

    def _copyTract(
        self,
        assembler: TemplateAssembler,
        tractInfo: TemplateTract,
        coadds: Mapping[int, list[Any]],
        bbox: geom.Box2I,
        wcs: SkyWcs,
    ) -> CopiedPatches | None:
        """Copy the pixels of a tract that a box of science pixels is
        interpolated from; `None` if there are none.
        """
        patches, box = self._computeSource(tractInfo, bbox, wcs)
        stored = boundingBox(tractInfo[patch].getOuterBBox() for patch in coadds)
        try:
            return assembler.copyPatches(tractInfo, patches, box.clippedTo(stored), coadds)
        except NoCoaddPixelsError:
            return None

    def _startTemplate(
        self,
        assembler: TemplateAssembler,
        tractInfo: TemplateTract,
        coadds: Mapping[int, list[Any]],
        bbox: geom.Box2I,
        wcs: SkyWcs,
    ) -> tuple[afwImage.ExposureF | None, UsedTract | None]:
        """Make the template of a tract's pixels.

        In a function of its own, so that its unresampled pixels are gone from
        memory before the next tract's are read.
        """
        copied = self._copyTract(assembler, tractInfo, coadds, bbox, wcs)
        template = None if copied is None else warpTract(copied.exposure, wcs, bbox, self.warper)
        if copied is None or template is None:
            return None, None
        assembled = assembler.complete(copied)
        self._matchCalibration(assembled, None)
        template.setPhotoCalib(assembled.exposure.getPhotoCalib())
        return template, self._describeTract(assembled)

    def _fillTemplate(
        self,
        assembler: TemplateAssembler,
        tractInfo: TemplateTract,
        coadds: Mapping[int, list[Any]],
        template: afwImage.ExposureF,
        closer: Sequence[UsedTract],
    ) -> UsedTract | None:
        """Fill with a further tract's pixels what a template lacks; `None` if
        it has none of these.
        """
        interpLength, wcs = self.config.warp.interpLength, template.getWcs()
        lacking = computeLacking(template, interpLength)
        copied = None if lacking.isEmpty() else self._copyTract(assembler, tractInfo, coadds, lacking, wcs)
        if copied is None:
            return None
        assembled, filled = None, []
        for piece in warpFurtherTract(template, lacking, copied.exposure, self.warper, interpLength):
            if assembled is None:
                assembled = assembler.complete(copied)
                factor = self._matchCalibration(assembled, template.getPhotoCalib())
            piece.fill(template, factor)
            filled.append((piece.bbox, piece.isFilled))
        if assembled is None:
            return None
        tract = self._describeTract(assembled)
        if factor != 1.0:
            for record in tract.catalog:
                record.setPhotoCalib(template.getPhotoCalib())
        reached = _concatenate(tract.catalog for tract in closer)
        return replace(tract, catalog=clipCatalog(tract.catalog, computeHulls(filled, reached, wcs), wcs))

    def _matchCalibration(self, assembled: AssembledTemplate, wanted: afwImage.PhotoCalib | None) -> float:
        """Return the factor that brings a tract's pixels to the calibration
        of the closest tract, if it is not that.
        """
        own = assembled.exposure.getPhotoCalib()
        what = f"The photometric calibration of tract {assembled.provenance.tract} ({own})"
        if not isConstant(own):
            raise CalibrationError(
                f"{what} varies, which it cannot do in another pixel grid. With "
                "getTemplate.calibrationMismatch = 'rescale' all coadds are brought to a constant one."
            )
        if wanted is None or calibrationsAgree(own, wanted, geom.Box2I()):
            return 1.0
        mismatch = f"{what} is not the closest tract's ({wanted})."
        match self.config.getTemplate.calibrationMismatch:
            case "error":
                raise PatchMismatchError(
                    f"{mismatch} With getTemplate.calibrationMismatch = 'rescale' all coadds are brought to "
                    "one."
                )
            case "warn":
                self.log.warning(mismatch)
                return 1.0
        return own.getCalibrationMean() / wanted.getCalibrationMean()

    def _describeTract(self, assembled: AssembledTemplate) -> UsedTract:
        """Keep what is needed of a tract when its pixels have been warped."""
        tract, wcs = assembled.provenance.tract, assembled.exposure.getWcs()
        connections = self.config.connections.ConnectionsClass(config=self.config)
        provenance = replace(assembled.provenance, datasetType=connections.coaddExposures.name)
        catalog = makePatchCatalog(tract, wcs, assembled.patches)
        return UsedTract(assembled.patches, catalog, assembled.unit, provenance)

    def _setComponents(self, template: afwImage.ExposureF, used: Sequence[UsedTract]) -> None:
        """Give the template the PSF of its patches, list them as its inputs,
        and write into the header what it was made from.
        """
        catalog, config = _concatenate(tract.catalog for tract in used), self.config.coaddPsf
        template.getInfo().setCoaddInputs(makeCoaddInputs(catalog))
        middle = geom.Box2D(template.getBBox()).getCenter()
        template.setPsf(
            makePatchPsf(catalog, template.getWcs(), middle, config.warpingKernelName, config.cacheSize)
        )
        for number, tract in enumerate(used, start=1):
            tract.provenance.write(template.getMetadata(), number)
        units = {tract.unit for tract in used}
        if len(units) == 1 and None not in units:
            template.getMetadata().set(UNIT_CARD, units.pop())

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

    def _report(self, template: afwImage.ExposureF, used: Sequence[UsedTract]) -> None:
        """Log what the template was made from, and keep it as metadata."""
        quality = TemplateQuality.of(template, self.log)
        writeNumbers(self.metadata, quality)
        self.metadata["tractsUsed"] = [tract.provenance.tract for tract in used]
        patches = (
            f"patches {list(tract.provenance.patchesUsed)} of tract {tract.provenance.tract}"
            for tract in used
        )
        self.log.info("Used %s: %s", " and ".join(patches), quality.describe())


def _checkBand(patches: Iterable[UsedPatch], band: str) -> None:
    """Raise if a coadd that was copied is of another band than its data ID."""
    for record in (patch.record for patch in patches):
        if getBand(record.filterLabel) not in (None, band):
            raise PatchMismatchError(
                f"{record.name} has {record.filterLabel}, but its data ID has band {band!r}."
            )


def _concatenate(catalogs: Iterable[ExposureCatalog]) -> ExposureCatalog:
    """Make one catalog of several with the same schema."""
    first, *others = catalogs
    joined = ExposureCatalog(first.schema)
    for catalog in (first, *others):
        joined.extend(catalog, deep=True)
    return joined
