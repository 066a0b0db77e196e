# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The subtask that copies coadd patches into a template."""

__all__ = ["GetCoaddAsTemplateConfig", "GetCoaddAsTemplateTask"]

import functools
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.geom import SkyWcs
from lsst.daf.butler import DatasetRef
from lsst.pex.config import ChoiceField, Config, Field, FieldValidationError, RangeField
from lsst.pipe.base import NoWorkFound, QuantumContext, Struct, Task
from lsst.skymap import BaseSkyMap, PatchInfo, TractInfo
from lsst.utils.logging import VERBOSE
from lsst.utils.timer import timeMethod

from .calibration import checkCalibration, makeConstant, rescaleTo
from .checksums import verifyChecksums
from .coaddHandle import describeHandle, readComponent, readCorner
from .coaddRecord import UNIT_CARD, CoaddRecord
from .components import TemplateComponents
from .coverage import countDataPixels
from .dcrModel import DcrModel, DcrPatch, checkVisitInfo
from .inputChecks import checkCorners, checkHandles, checkMethods, checkPatches
from .interfaces import ScienceExposure, TemplatePatch, TemplateTract
from .mosaic import Mosaic, ValidMosaic
from .observationInfo import toVisitInfo
from .patchAgreement import PatchMismatchError, checkFilters, checkWcs, findCalibrationMismatches
from .patchPsf import PatchPixels, makeCoaddInputs, makePatchCatalog, makePatchPsf
from .patchSource import PatchOverlap, PatchSourceFactory, StoredPatch
from .pixelType import convertExactly
from .provenance import TemplateProvenance, getPackageVersion
from .scienceGeometry import toScienceExposure
from .templateSummary import TemplateSummary


class NoCoaddPixelsError(RuntimeError):
    """The closest tract has no coadd pixels for the template."""


@dataclass(frozen=True)
class Contributions:
    """What the patches gave to a template."""

    records: list[CoaddRecord]
    """Coadds that gave anything, in the order of copying."""

    pixelRecords: list[CoaddRecord]
    """Those of them whose pixels stand."""

    componentPatches: dict[str, int | None]
    """Patches that gave the components; see `TemplateComponents.getPatches`.
    """


class GetCoaddAsTemplateConfig(Config):
    """Configuration of `GetCoaddAsTemplateTask`."""

    templateBorderSize = RangeField(
        dtype=int,
        default=20,
        min=0,
        doc="Number of pixels by which the template reaches beyond the science exposure on each side, "
        "measured in the exposure's own pixels.",
    )
    coaddName = Field[str](
        dtype=str,
        default="deep",
        check=str.isidentifier,
        doc="Kind of coadd that the template is made from: the part of the dataset type's name before "
        "'Coadd', such as 'deep', 'goodSeeing' or 'dcr'.",
    )
    warpType = ChoiceField[str](
        dtype=str,
        default="direct",
        optional=False,
        allowed={
            "direct": "Coadds of warps with their own PSFs (dataset type without suffix).",
            "psfMatched": "Coadds of PSF-matched warps (dataset type with the suffix 'PsfMatched').",
        },
        doc="Which warps the coadds were made from.",
    )
    numSubfilters = RangeField(
        dtype=int,
        default=3,
        min=1,
        doc="Number of slices of the band that there is a coadd for. Only used if coaddName is 'dcr'.",
    )
    effectiveWavelength = RangeField(
        dtype=float,
        optional=True,
        min=0.0,
        inclusiveMin=False,
        doc="Effective wavelength of the band, in nm, that the coadds were made with. Only used if coaddName "
        "is 'dcr', and required then.",
    )
    bandwidth = RangeField(
        dtype=float,
        optional=True,
        min=0.0,
        inclusiveMin=False,
        doc="Full width of the band, in nm, that the coadds were made with. Only used if coaddName is 'dcr', "
        "and required then.",
    )
    overlapPolicy = ChoiceField[str](
        dtype=str,
        default="last",
        optional=False,
        allowed={
            "last": "The later patch stands, whatever its pixels are.",
            "keepValid": "The later patch stands, but a pixel of it that is NO_DATA or NaN never replaces a "
            "valid pixel of an earlier patch.",
        },
        doc="Whose pixels stand where patches overlap.",
    )
    calibrationMismatch = ChoiceField[str](
        dtype=str,
        default="error",
        optional=False,
        allowed={
            "error": "No template is made.",
            "warn": "Pixels are copied as they are, with a warning for each such patch. The DCR coadds of a "
            "patch still have to agree, since they are summed.",
            "rescale": "Image and variance of each patch are brought to one constant calibration: the first "
            "patch's, or the mean of that if it varies.",
        },
        doc="What to do about a patch whose photometric calibration is not that of the first patch, or that "
        "the first patch's, which varies in a box, does not reach.",
    )
    psf = ChoiceField[str](
        dtype=str,
        default="first",
        optional=False,
        allowed={
            "first": "That of the first patch that has one, everywhere.",
            "patches": "That of each patch where its own pixels stand: a CoaddPsf, whose components are also "
            "the template's CoaddInputs. If all pixels are of one patch, that patch's.",
        },
        doc="Which PSF the template gets.",
    )
    allowMissingPsf = Field[bool](
        dtype=bool,
        default=False,
        doc="Whether a template without PSF is made, with a warning, if no patch has a PSF. Such are cell "
        "coadds (lsst.images.cells.CellCoadd) without the full stack. Otherwise that is an error.",
    )
    verifyChecksums = Field[bool](
        dtype=bool,
        default=False,
        doc="Whether to verify the FITS checksums (CHECKSUM, DATASUM) of each coadd's file before pixels are "
        "copied. All of the file is read for that. Files without checksums are accepted.",
    )

    def validate(self) -> None:
        super().validate()
        if not self.isDcr():
            return
        for field in (type(self).effectiveWavelength, type(self).bandwidth):
            if getattr(self, field.name) is None:
                raise FieldValidationError(
                    field,
                    self,
                    f"coaddName 'dcr' requires {field.name}, in nm, as the coadds were made with "
                    "(config/dcr*.py has those of the LSST bands).",
                )

    def isDcr(self) -> bool:
        """Return whether the coadds are models of slices of a band."""
        return self.coaddName == "dcr"


class GetCoaddAsTemplateTask(Task):
    """Make a template for an exposure from coadds, without resampling.

    The template is in the pixel grid of the tract closest to the exposure.
    It covers the exposure with a border, and each of its pixels is a copy
    of a coadd pixel; where no patch has pixels it is NaN with ``NO_DATA``.

    Notes
    -----
    Where patches overlap, the later one of `getOverlapPatchList` stands. PSF,
    filter and photometric calibration are those of the first patch that has
    them, even if none of its pixels stands.

    One task object may make several templates at the same time, in threads.
    ``metadata`` has the numbers of the template that was completed last, or
    none of them if the last run failed.

    DCR coadds (``coaddName`` is "dcr") are the one exception to copying: the
    slices of the band are shifted as the exposure's atmosphere shifts them,
    and summed; see `DcrModel`.
    """

    ConfigClass = GetCoaddAsTemplateConfig
    config: GetCoaddAsTemplateConfig
    _DefaultName = "GetCoaddAsTemplateTask"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._metadataLock = threading.Lock()

    @timeMethod
    def runQuantum(
        self,
        exposure: ScienceExposure,
        butlerQC: QuantumContext,
        skyMapRef: DatasetRef,
        coaddExposureRefs: list[Any],
    ) -> Struct:
        """Make the template for an exposure from datasets of a quantum.

        Parameters
        ----------
        exposure : `lsst.afw.image.Exposure` or `lsst.images.VisitImage`
            Science exposure; only its bounding box, WCS and visit info are
            used.
        butlerQC : `lsst.pipe.base.QuantumContext`
            Gives the datasets for the references.
        skyMapRef : `lsst.daf.butler.DatasetRef`
            Reference to the skymap.
        coaddExposureRefs : `list` [`lsst.daf.butler.DatasetRef`]
            References to the coadds, deferred, in any order; those of other
            tracts and patches are ignored.

        Returns
        -------
        result : `lsst.pipe.base.Struct`
            With the attributes

            ``exposure``
                The template (`lsst.afw.image.ExposureF`), in tract pixels.
            ``sources``
                `None`; kept for those who used the former task.
            ``area``
                Number of pixels without ``NO_DATA`` (`int`).

        Raises
        ------
        lsst.pipe.base.NoWorkFound
            If the exposure has no WCS, no patch lies under it, none of these
            patches has a coadd, or no coadd has pixels there.
        """
        self._forgetLastRun()
        exposure = toScienceExposure(exposure)
        self._checkScience(exposure)
        checkMethods("butlerQC", butlerQC, "a QuantumContext", ("get",))
        # What the quantum's context is asked for, it names as the template's
        # inputs.
        return self._makeForExposure(exposure, butlerQC.get(skyMapRef), coaddExposureRefs, butlerQC.get)

    def runForExposure(
        self, exposure: ScienceExposure, skyMap: BaseSkyMap, coaddHandles: Iterable[Any]
    ) -> Struct:
        """Make the template for an exposure from coadds around it.

        Parameters
        ----------
        exposure : `lsst.afw.image.Exposure` or `lsst.images.VisitImage`
            Science exposure; only its bounding box, WCS and visit info are
            used.
        skyMap : `lsst.skymap.BaseSkyMap`
            Skymap that the coadds were made on.
        coaddHandles : `~collections.abc.Iterable`
            Handles of the coadds, such as
            `lsst.daf.butler.DeferredDatasetHandle` or
            `lsst.pipe.base.InMemoryDatasetHandle`, with ``tract``, ``patch``
            and for DCR coadds ``subfilter`` in their ``dataId``, in any
            order; those of other tracts and patches are ignored.

        Returns
        -------
        result : `lsst.pipe.base.Struct`
            As of `runQuantum`.

        Raises
        ------
        lsst.pipe.base.NoWorkFound
            As of `runQuantum`.
        """
        self._forgetLastRun()
        exposure = toScienceExposure(exposure)
        self._checkScience(exposure)
        return self._makeForExposure(exposure, skyMap, list(coaddHandles), list)

    def _makeForExposure(
        self,
        exposure: ScienceExposure,
        skyMap: BaseSkyMap,
        coadds: Sequence[Any],
        getHandles: Callable[[list[Any]], list[Any]],
    ) -> Struct:
        """Make the template for an exposure from coadds around it, for which
        a function gives handles.
        """
        try:
            tractInfo, patchList, skyCorners = self.getOverlapPatchList(exposure, skyMap)
            selected = self._selectCoadds(coadds, tractInfo, patchList)
            available = {patch: getHandles(ofPatch) for patch, ofPatch in selected.items()}
            visitInfo = exposure.getInfo().getVisitInfo()
            template = self.run(tractInfo, patchList, skyCorners, available, visitInfo=visitInfo)
        except NoCoaddPixelsError as err:
            raise NoWorkFound(str(err)) from err
        return Struct(exposure=template, sources=None, area=countDataPixels(template.mask))

    @staticmethod
    def _checkScience(exposure: ScienceExposure) -> None:
        """Raise if there can be no template for an exposure."""
        checkMethods("exposure", exposure, "an Exposure", ("getBBox", "getInfo", "getWcs"))
        if exposure.getWcs() is None:
            raise NoWorkFound("The exposure has no WCS: no template can be made for it.")

    def getOverlapPatchList(
        self, exposure: ScienceExposure, skyMap: BaseSkyMap
    ) -> tuple[TractInfo, tuple[PatchInfo, ...], list[geom.SpherePoint]]:
        """Find the tract closest to an exposure and its patches under it.

        Parameters
        ----------
        exposure : `lsst.afw.image.Exposure` or `lsst.images.VisitImage`
            Science exposure; its bounding box and WCS are used.
        skyMap : `lsst.skymap.BaseSkyMap`
            Skymap that the coadds were made on.

        Returns
        -------
        tractInfo : `lsst.skymap.TractInfo`
            The tract that the skymap finds for the centre of the exposure.
        patchList : `tuple` [`lsst.skymap.PatchInfo`]
            Patches of that tract under the exposure and its border, in the
            order in which they are copied.
        skyCorners : `list` [`lsst.geom.SpherePoint`]
            Corners of the exposure with its border, in the order of
            `lsst.geom.Box2D.getCorners`.

        Raises
        ------
        TypeError
            If an argument is not of the type above.
        ValueError
            If the exposure has no WCS or no pixels, its projection does not
            reach a corner of it, or a corner is not on the sky.
        RuntimeError
            If the tract has no patch there.
        """
        exposure = toScienceExposure(exposure)
        checkMethods("exposure", exposure, "an Exposure", ("getBBox", "getWcs"))
        checkMethods("skyMap", skyMap, "a skymap", ("findTract",))
        wcs = exposure.getWcs()
        if wcs is None:
            raise ValueError("The exposure has no WCS: its place on the sky is not known.")
        if exposure.getBBox().isEmpty():
            raise ValueError("The exposure has no pixels: its bounding box is empty.")
        bbox = geom.Box2D(exposure.getBBox())
        bbox.grow(self.config.templateBorderSize)
        center = wcs.pixelToSky(bbox.getCenter())
        skyCorners = checkCorners(wcs.pixelToSky(bbox.getCorners()))
        tractInfo = skyMap.findTract(center)
        self.log.verbose("Using tract %d for the exposure centred at %s", tractInfo.getId(), center)
        patchList = tractInfo.findPatchList(skyCorners)
        if not patchList:
            raise NoCoaddPixelsError(
                f"Tract {tractInfo.getId()}, the closest to the exposure's centre {center}, "
                "has no patch under the exposure."
            )
        return tractInfo, patchList, skyCorners

    @timeMethod
    def run(
        self,
        tractInfo: TractInfo,
        patchList: Iterable[PatchInfo],
        skyCorners: Iterable[geom.SpherePoint],
        availableCoaddRefs: Mapping[int, Any],
        sensorRef: None = None,
        visitInfo: afwImage.VisitInfo | None = None,
    ) -> afwImage.ExposureF:
        """Copy the overlapping pixels of coadd patches into a template.

        Parameters
        ----------
        tractInfo : `lsst.skymap.TractInfo`
            Tract whose pixel grid the template has.
        patchList : `list` [`lsst.skymap.PatchInfo`]
            Patches to copy, in this order: where they overlap, the later one
            stands.
        skyCorners : `list` [`lsst.geom.SpherePoint`]
            Corners of the sky area that the template covers.
        availableCoaddRefs : `dict` [`int`, `object`]
            For each sequential patch number that has a coadd, anything with
            a ``get`` method that returns it, such as a
            `lsst.daf.butler.DeferredDatasetHandle` or a
            `lsst.pipe.base.InMemoryDatasetHandle`. For DCR coadds, a `list`
            of these, one for each subfilter (see `DcrModel.fromQuantum`).
        sensorRef : `None`
            Not usable any more; it was a data reference of the Gen2
            middleware.
        visitInfo : `lsst.afw.image.VisitInfo` or \
                `astro_metadata_translator.ObservationInfo`, optional
            Observing conditions of the science exposure. Only used for DCR
            coadds, and required then.

        Returns
        -------
        template : `lsst.afw.image.ExposureF`
            The template, in tract pixels, with the tract's WCS.

        Raises
        ------
        TypeError
            If an argument is not of the type above, a handle gives no
            exposure, or a pixel has no equal in single precision.
        ValueError
            If ``sensorRef`` is given, there is no corner, a corner is not on
            the sky, a patch is not one of the tract's, or a key is no patch
            number of the tract. For DCR coadds, if
            ``visitInfo`` lacks what the refraction depends on, or a patch has
            not exactly one coadd for each subfilter. No pixel has been read
            then.
        RuntimeError
            If there is no patch, no patch has pixels in the template, no patch
            has a PSF or a photometric calibration, a calibration is not
            positive and finite, patches contradict each other or the tract,
            or a file's checksum is wrong.
        """
        self._forgetLastRun()
        if sensorRef is not None:
            raise ValueError("sensorRef is a Gen2 middleware parameter that is no longer usable; give None.")
        patchList = checkPatches(tractInfo, patchList)
        bbox = _templateBBox(tractInfo, checkCorners(skyCorners))
        available = checkHandles(availableCoaddRefs, tractInfo.getId(), len(tractInfo))
        return self._makeTemplate(tractInfo, patchList, bbox, available, visitInfo, logging.INFO)

    def runForBox(
        self,
        tractInfo: TemplateTract,
        patches: Iterable[int],
        bbox: geom.Box2I,
        availableCoaddRefs: Mapping[int, Any],
        visitInfo: afwImage.VisitInfo | None = None,
    ) -> afwImage.ExposureF:
        """Copy the pixels of coadd patches into a template of a given box.

        Parameters
        ----------
        tractInfo : `lsst.skymap.TractInfo` or `CoaddTract`
            Tract whose pixel grid the template has.
        patches : `~collections.abc.Iterable` [`int`]
            Sequential numbers of the patches to copy, in this order.
        bbox : `lsst.geom.Box2I`
            Box of the template, in tract pixels.
        availableCoaddRefs : `~collections.abc.Mapping`
            As of `run`.
        visitInfo : `lsst.afw.image.VisitInfo`, optional
            As of `run`.

        Returns
        -------
        template : `lsst.afw.image.ExposureF`
            The template, in tract pixels, with the tract's WCS.

        Raises
        ------
        lsst.pipe.base.NoWorkFound
            If no patch has pixels in the box.
        TypeError, ValueError, RuntimeError
            As of `run`.
        """
        self._forgetLastRun()
        available = checkHandles(availableCoaddRefs, tractInfo.getId())
        patchList = [tractInfo[patch] for patch in patches]
        try:
            return self._makeTemplate(tractInfo, patchList, bbox, available, visitInfo, VERBOSE)
        except NoCoaddPixelsError as err:
            raise NoWorkFound(str(err)) from err

    def _makeTemplate(
        self,
        tractInfo: TemplateTract,
        patchList: Iterable[TemplatePatch],
        bbox: geom.Box2I,
        available: Mapping[int, list[Any]],
        visitInfo: afwImage.VisitInfo | None,
        level: int,
    ) -> afwImage.ExposureF:
        """Make a template from arguments that have been checked, and log what
        it was made from at a level.
        """
        makeSource = self._chooseSource(tractInfo, toVisitInfo(visitInfo))
        self.log.verbose("Template dimensions: %s in tract %d", bbox.getDimensions(), tractInfo.getId())
        overlaps, missing = self._findOverlaps(tractInfo, patchList, available, makeSource, bbox)
        if self.config.verifyChecksums:
            self._verifyFiles(overlaps)
        template, contributions = self._assemble(tractInfo, bbox, overlaps)
        self._checkComplete(template, overlaps, tractInfo.getId())
        self._checkAgreement(contributions)
        self._setUnit(template, contributions)
        self._recordProvenance(template, tractInfo.getId(), contributions, missing)
        self._report(template, tractInfo, contributions, missing, level)
        return template

    def getCoaddDatasetName(self) -> str:
        """Name the dataset type of the coadds that the template is made from.

        Returns
        -------
        name : `str`
            Such as ``deepCoadd`` or ``goodSeeingCoaddPsfMatched``.
        """
        warpType = self.config.warpType
        suffix = "" if warpType == "direct" else warpType[0].upper() + warpType[1:]
        return f"{self.config.coaddName}Coadd{suffix}"

    def _selectCoadds(
        self, coadds: Sequence[Any], tractInfo: TractInfo, patchList: Iterable[PatchInfo]
    ) -> dict[int, list[Any]]:
        """Pick the coadds of some patches, keyed by patch number."""
        tract = tractInfo.getId()
        wanted = {tractInfo.getSequentialPatchIndex(patchInfo) for patchInfo in patchList}
        selected: dict[int, list[Any]] = {}
        for coadd in coadds:
            patch = coadd.dataId["patch"]
            if coadd.dataId["tract"] == tract and patch in wanted:
                selected.setdefault(patch, []).append(coadd)
        if not selected:
            raise NoWorkFound(
                f"No {self.getCoaddDatasetName()} for tract {tract}, patches {sorted(wanted)} "
                f"among {len(coadds)} coadds given."
            )
        self.log.verbose(
            "Ignoring %d coadds of other tracts or patches of %d given",
            len(coadds) - sum(map(len, selected.values())),
            len(coadds),
        )
        return selected

    def _chooseSource(
        self, tractInfo: TemplateTract, visitInfo: afwImage.VisitInfo | None
    ) -> PatchSourceFactory:
        """Choose what the pixels of the patches come from."""
        if not self.config.isDcr():
            return StoredPatch.fromHandles
        return functools.partial(self._makeDcrPatch, tractInfo.getWcs(), checkVisitInfo(visitInfo))

    def _makeDcrPatch(self, wcs: SkyWcs, visitInfo: afwImage.VisitInfo, handles: Sequence[Any]) -> DcrPatch:
        """Make the source of a patch from the handles of its slices."""
        config = self.config
        model = DcrModel.fromQuantum(
            handles, config.effectiveWavelength, config.bandwidth, config.numSubfilters
        )
        return DcrPatch(model, visitInfo, wcs, config.templateBorderSize)

    def _findOverlaps(
        self,
        tractInfo: TemplateTract,
        patchList: Iterable[TemplatePatch],
        available: Mapping[int, list[Any]],
        makeSource: PatchSourceFactory,
        bbox: geom.Box2I,
    ) -> tuple[list[PatchOverlap], list[int]]:
        """Sort the patches into those to copy and those that are missing."""
        overlaps: list[PatchOverlap] = []
        missing: list[int] = []
        for patchInfo in patchList:
            patch = patchInfo.getSequentialIndex()
            if patch not in available:
                self.log.warning("Skip patch %d of tract %d: it has no coadd", patch, tractInfo.getId())
                missing.append(patch)
                continue
            source = makeSource(available[patch])
            box = source.findBox(patchInfo, bbox)
            if box.isEmpty():
                self.log.verbose("Skip patch %d: it has too few pixels in the template", patch)
            else:
                overlaps.append(PatchOverlap(len(overlaps), patch, box, source))
        return overlaps, missing

    def _verifyFiles(self, overlaps: Iterable[PatchOverlap]) -> None:
        """Raise if the file of a coadd is damaged, as far as that shows."""
        handles = [handle for overlap in overlaps for handle in overlap.source.handles]
        without = [describeHandle(handle) for handle in handles if verifyChecksums(handle) == 0]
        if without:
            self.log.warning(
                "%d of %d coadds have no FITS checksums to verify: %s", len(without), len(handles), without
            )

    def _assemble(
        self, tractInfo: TemplateTract, bbox: geom.Box2I, overlaps: Sequence[PatchOverlap]
    ) -> tuple[afwImage.ExposureF, Contributions]:
        """Make the template's pixels and components."""
        mosaicClass = ValidMosaic if self.config.overlapPolicy == "keepValid" else Mosaic
        mosaic = mosaicClass(bbox, tractInfo.getWcs())
        components = TemplateComponents()
        wanted = self._findCalibration(overlaps)
        records = self._copyPatches(mosaic, components, overlaps, wanted)
        used = mosaic.findUsed()
        if not used:
            raise NoCoaddPixelsError(f"No patch of tract {tractInfo.getId()} has pixels in the template.")
        notRead = [overlap for overlap in overlaps if overlap.rank not in records]
        records |= _readComponents(components, notRead, tractInfo.getWcs())
        components.setOn(mosaic.template)
        if wanted is not None:
            mosaic.template.setPhotoCalib(wanted)
        givers = components.getPatches()
        inOrder = [records[rank] for rank in sorted(records)]
        pixelRecords = [record for record in inOrder if record.patch in used]
        if self.config.psf == "patches":
            patches = [
                PatchPixels(
                    tractInfo[record.patch],
                    used[record.patch],
                    record.psf,
                    record.photoCalib if wanted is None else wanted,
                )
                for record in pixelRecords
            ]
            givers["psfPatch"] = self._setPatchPsf(mosaic.template, tractInfo, patches)
        return mosaic.template, Contributions(
            records=[record for record in inOrder if record.patch in used or record.patch in givers.values()],
            pixelRecords=pixelRecords,
            componentPatches=givers,
        )

    def _setPatchPsf(
        self, template: afwImage.ExposureF, tractInfo: TemplateTract, patches: Sequence[PatchPixels]
    ) -> int | None:
        """Give the template the PSF of its patches, and list these as its
        inputs.

        Returns the number of the patch whose PSF it is, if it is that of one.
        """
        catalog = makePatchCatalog(tractInfo.getId(), tractInfo.getWcs(), patches)
        template.getInfo().setCoaddInputs(makeCoaddInputs(catalog))
        without = [pixels.patchInfo.getSequentialIndex() for pixels in patches if pixels.psf is None]
        if 0 < len(without) < len(patches):
            self.log.warning("Patches %s have no PSF; the template has none in their place", without)
        if len(patches) == 1:
            template.setPsf(patches[0].psf)
            return patches[0].patchInfo.getSequentialIndex()
        template.setPsf(makePatchPsf(catalog, tractInfo.getWcs(), _findMiddle(template.getBBox(), patches)))
        return None

    def _copyPatches(
        self,
        mosaic: Mosaic,
        components: TemplateComponents,
        overlaps: Sequence[PatchOverlap],
        wanted: afwImage.PhotoCalib | None,
    ) -> dict[int, CoaddRecord]:
        """Copy the patches' pixels into the template, the last patch first.

        Returns what is remembered of the coadds read, by their rank.
        """
        records = {}
        for overlap in reversed(overlaps):
            record = _copyPatch(mosaic, components, overlap, wanted)
            if record is None:
                self.log.verbose(
                    "Skip the pixels of patch %d: later patches cover them, or its coadd has none there",
                    overlap.patch,
                )
            else:
                records[overlap.rank] = record
        return records

    def _findCalibration(self, overlaps: Iterable[PatchOverlap]) -> afwImage.PhotoCalib | None:
        """Find the constant calibration that all patches are to be brought
        to.

        None is wanted unless the configuration says to rescale.
        """
        if self.config.calibrationMismatch != "rescale":
            return None
        for overlap in overlaps:
            photoCalib = readComponent(overlap.handle, "photoCalib")
            if photoCalib is not None:
                checkCalibration(photoCalib, geom.Box2I(), describeHandle(overlap.handle))
                return makeConstant(photoCalib)
        return None

    def _checkAgreement(self, contributions: Contributions) -> None:
        """Raise, or warn, if the patches contradict each other."""
        checkFilters(contributions.records, self.log)
        pixelRecords = contributions.pixelRecords
        if unknown := [record.patch for record in pixelRecords if record.photoCalib is None]:
            self.log.warning("Patches %s have no photometric calibration; they get the template's", unknown)
        if self.config.calibrationMismatch == "rescale":
            return
        patch = contributions.componentPatches["photoCalibPatch"]
        giver = next(record for record in contributions.records if record.patch == patch)
        assert giver.photoCalib is not None  # It is what made it the giver.
        checkCalibration(giver.photoCalib, geom.Box2I(), giver.name)
        mismatches = findCalibrationMismatches(giver, pixelRecords)
        if mismatches and self.config.calibrationMismatch == "error":
            raise PatchMismatchError(
                " ".join(mismatches) + " With calibrationMismatch = 'rescale' all patches are brought to one "
                "constant calibration."
            )
        for mismatch in mismatches:
            self.log.warning(mismatch)

    def _checkComplete(
        self, template: afwImage.ExposureF, overlaps: Iterable[PatchOverlap], tract: int
    ) -> None:
        """Raise, or warn, if the template lacks what no template should."""
        info = template.getInfo()
        if info.hasPsf() and info.hasPhotoCalib():
            return
        what = "PSF" if info.hasPhotoCalib() else "photometric calibration"
        names = [describeHandle(overlap.handle) for overlap in overlaps]
        lack = f"No {what} found in the coadds of tract {tract}: {names}."
        if info.hasPhotoCalib():
            lack += " Those of cell coadds need lsst.cell_coadds, which only the full stack has."
            if self.config.allowMissingPsf:
                self.log.warning("The template has no PSF. %s", lack)
                return
            lack += " With allowMissingPsf a template without PSF is made."
        raise RuntimeError(lack)

    def _setUnit(self, template: afwImage.ExposureF, contributions: Contributions) -> None:
        """Give the template the unit of its pixels, if the coadds say one."""
        records = contributions.pixelRecords
        if self.config.calibrationMismatch == "rescale":
            giver = contributions.componentPatches["photoCalibPatch"]
            records = [record for record in contributions.records if record.patch == giver]
        units = {record.unit for record in records}
        if len(units) > 1:
            self.log.warning("The coadds' units differ (%s); the template has none", units)
        elif (unit := next(iter(units), None)) is not None:
            template.getMetadata().set(UNIT_CARD, unit)

    def _report(
        self,
        template: afwImage.ExposureF,
        tractInfo: TemplateTract,
        contributions: Contributions,
        missing: list[int],
        level: int,
    ) -> None:
        """Log what the template was made from, and keep it as metadata."""
        summary = TemplateSummary.of(
            template,
            self.log,
            tract=tractInfo.getId(),
            patchesUsed=[record.patch for record in contributions.pixelRecords],
            patchesMissing=missing,
            **contributions.componentPatches,
        )
        with self._metadataLock:
            summary.write(self.metadata)
        self.log.log(
            level,
            "Used patches %s of tract %d, missing %s: %s",
            summary.patchesUsed,
            summary.tract,
            summary.patchesMissing,
            summary.describe(),
        )
        if noVariance := [record.patch for record in contributions.pixelRecords if not record.hasVariance]:
            self.log.info("%d patches have no variance anywhere: %s", len(noVariance), noVariance)
        center = geom.Point2I(geom.Box2D(template.getBBox()).getCenter())
        if summary.psfPatch is not None and not tractInfo[summary.psfPatch].getOuterBBox().contains(center):
            self.log.verbose(
                "The PSF is that of patch %d, which does not hold the template's centre", summary.psfPatch
            )

    def _forgetLastRun(self) -> None:
        """Remove the numbers of the last template from the metadata."""
        with self._metadataLock:
            TemplateSummary.clear(self.metadata)

    def _recordProvenance(
        self, template: afwImage.ExposureF, tract: int, contributions: Contributions, missing: list[int]
    ) -> None:
        """Write into the template's header what it was made from."""
        TemplateProvenance(
            tract=tract,
            patchesUsed=tuple(record.patch for record in contributions.pixelRecords),
            patchesMissing=tuple(missing),
            **contributions.componentPatches,
            datasetType=self.getCoaddDatasetName(),
            datasetIds=tuple(
                datasetId for record in contributions.pixelRecords for datasetId in record.datasetIds
            ),
            packageVersion=getPackageVersion(),
            configuration={name: value for name, value in self.config.toDict().items() if value is not None},
        ).write(template.getMetadata())


def _copyPatch(
    mosaic: Mosaic,
    components: TemplateComponents,
    overlap: PatchOverlap,
    wanted: afwImage.PhotoCalib | None,
) -> CoaddRecord | None:
    """Copy the pixels of one patch into the template.

    In a function of its own, so that a patch's pixels are gone from memory
    before the next one is read.
    """
    needed = mosaic.findNeeded(overlap.bbox)
    if needed.isEmpty():
        return None
    coadd = overlap.source.read(overlap.bbox, needed, wanted)
    if coadd is None:
        return None
    record = CoaddRecord.of(overlap.patch, overlap.source.handles, coadd)
    checkWcs(coadd, mosaic.template.getWcs(), record.name)
    coadd = convertExactly(coadd, record.name, mosaic.findStanding)
    if record.photoCalib is not None:
        checkCalibration(record.photoCalib, record.bbox, record.name)
        coadd = coadd if wanted is None else rescaleTo(wanted, coadd)
    mosaic.add(overlap.patch, coadd)
    components.offer(overlap, coadd)
    return record


def _readComponents(
    components: TemplateComponents, overlaps: Iterable[PatchOverlap], tractWcs: SkyWcs
) -> dict[int, CoaddRecord]:
    """Read the components of patches that gave no pixels.

    Returns what is remembered of the coadds read, by their rank.
    """
    records = {}
    for overlap in overlaps:
        if components.isOpen(overlap):
            coadd = readCorner(overlap.handle)
            record = CoaddRecord.of(overlap.patch, overlap.source.handles, coadd)
            checkWcs(coadd, tractWcs, record.name)
            components.offer(overlap, coadd)
            records[overlap.rank] = record
    return records


def _findMiddle(bbox: geom.Box2I, patches: Iterable[PatchPixels]) -> geom.Point2D:
    """Find the pixel closest to the middle of a template where a patch with
    a PSF has pixels.
    """
    middle = geom.Box2D(bbox).getCenter()
    boxes = [box for pixels in patches if pixels.psf is not None for box in pixels.boxes]
    nearest = [
        geom.Point2D(
            min(max(middle.x, box.getMinX()), box.getMaxX()), min(max(middle.y, box.getMinY()), box.getMaxY())
        )
        for box in boxes
    ]
    return min(nearest, key=lambda point: (point - middle).computeNorm(), default=middle)


def _templateBBox(tractInfo: TractInfo, skyCorners: Iterable[geom.SpherePoint]) -> geom.Box2I:
    """Find the integer box around sky corners, in tract pixels."""
    bbox = geom.Box2D()
    for corner in skyCorners:
        pixel = tractInfo.getWcs().skyToPixel(corner)
        if not np.isfinite([pixel.x, pixel.y]).all():
            raise ValueError(f"Corner {corner} has no place in the pixel grid of tract {tractInfo.getId()}.")
        bbox.include(pixel)
    return geom.Box2I(bbox)
