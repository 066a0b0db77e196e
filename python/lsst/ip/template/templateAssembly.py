# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the coadds of patches to a template's pixels and components."""

__all__ = ["AssembledTemplate", "CopiedPatches", "NoCoaddPixelsError", "TemplateAssembler"]

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.utils.logging import LsstLogAdapter

from .boxes import subtractBoxes
from .calibration import checkCalibration, makeConstant, rescaleTo
from .coaddHandle import PatchMismatchError, readComponent, readCorner, toHandle
from .coaddRecord import CoaddRecord, checkFilters, checkWcs, describeCalibrationMismatch
from .interfaces import TemplatePatch, TemplateTract, describeHandle
from .patchSource import PatchOverlap, PatchSourceFactory
from .templateMosaic import Mosaic, ValidMosaic
from .templateProvenance import PACKAGE_VERSION, TemplateProvenance
from .templatePsf import UsedPatch, makeCoaddInputs, makePatchCatalog, makePatchPsf

_SETTERS = {"psf": "setPsf", "filterLabel": "setFilter", "photoCalib": "setPhotoCalib"}
"""Components of a template: the attributes of a `CoaddRecord`, and the
setters.
"""


class NoCoaddPixelsError(RuntimeError):
    """The closest tract has no coadd pixels for the template."""


@dataclass(frozen=True)
class CopiedPatches:
    """The pixels of a template, and what is known of the coadds."""

    exposure: afwImage.ExposureF
    """The template, without components."""

    tractInfo: TemplateTract
    """Tract whose pixel grid it has."""

    overlaps: Sequence[PatchOverlap]
    """The patches inside of it, in the order of copying."""

    missing: Sequence[int]
    """Sequential numbers of the patches that have no coadd."""

    records: Mapping[int, CoaddRecord]
    """The coadds that were read, by patch number."""

    dataBoxes: Mapping[int, geom.Box2I]
    """For each patch that is used, in the order of copying, the bounding box
    of its pixels with data; see `Mosaic`.
    """

    constant: afwImage.PhotoCalib | None
    """The calibration that all patches were brought to, if any."""


@dataclass(frozen=True)
class AssembledTemplate:
    """A template, and what it was made from."""

    exposure: afwImage.ExposureF
    """The template, with all components and without header cards."""

    patches: tuple[UsedPatch, ...]
    """The patches that are used, in the order of copying."""

    unit: str | None
    """Unit of the pixels, if the coadds agree on one."""

    provenance: TemplateProvenance
    """What is written into the header."""


@dataclass(frozen=True)
class TemplateAssembler:
    """Makes templates of the coadds of one tract.

    The first four attributes are fields of `GetCoaddAsTemplateConfig`.
    """

    overlapPolicy: str
    """Which pixels are used where patches overlap."""

    calibrationMismatch: str
    """What to do about patches whose calibrations disagree."""

    psf: str
    """Which PSF the template gets."""

    allowMissingPsf: bool
    """Whether a template without PSF is no error."""

    datasetType: str
    """Dataset type of the coadds."""

    makeSource: PatchSourceFactory
    """Makes the source of a patch's pixels."""

    log: LsstLogAdapter
    """Logger."""

    def copyPatches(
        self,
        tractInfo: TemplateTract,
        patchList: Iterable[TemplatePatch],
        bbox: geom.Box2I,
        available: Mapping[int, Sequence[Any]],
    ) -> CopiedPatches:
        """Copy the pixels of patches into a template.

        Parameters
        ----------
        tractInfo : `lsst.skymap.TractInfo` or `CoaddTract`
            Tract whose pixel grid the template has.
        patchList : `~collections.abc.Iterable` [`lsst.skymap.PatchInfo`]
            Patches to copy, in this order.
        bbox : `lsst.geom.Box2I`
            Box of the template, in tract pixels.
        available : `~collections.abc.Mapping` [`int`, `list`]
            Coadds of each patch, by number; see `toHandle`.

        Returns
        -------
        copied : `CopiedPatches`
            The pixels, for `complete`.

        Raises
        ------
        NoCoaddPixelsError
            If no patch has pixels in the template.
        """
        overlaps, missing = self._computeOverlaps(tractInfo, patchList, bbox, available)
        constant = _chooseConstant(overlaps) if self.calibrationMismatch == "rescale" else None
        mosaicClass = ValidMosaic if self.overlapPolicy == "keepValid" else Mosaic
        mosaic = mosaicClass(bbox, tractInfo.getWcs())
        records = {}
        for overlap in reversed(overlaps):
            record = _copyPatch(mosaic, overlap, constant)
            if record is None:
                self.log.verbose(
                    "Skip the pixels of patch %d: later patches cover them, or its coadd has none there",
                    overlap.patch,
                )
            else:
                records[overlap.patch] = record
        if not mosaic.dataBoxes:
            raise NoCoaddPixelsError(f"No patch of tract {tractInfo.getId()} has pixels in the template")
        dataBoxes = dict(reversed(mosaic.dataBoxes.items()))
        return CopiedPatches(mosaic.template, tractInfo, overlaps, missing, records, dataBoxes, constant)

    def _computeOverlaps(
        self,
        tractInfo: TemplateTract,
        patchList: Iterable[TemplatePatch],
        bbox: geom.Box2I,
        available: Mapping[int, Sequence[Any]],
    ) -> tuple[list[PatchOverlap], list[int]]:
        """Compute the parts of patches inside a template, and list the
        patches that have no coadd.
        """
        tract = tractInfo.getId()
        # All of them, so that nothing is read if one is not a handle.
        handles = {
            patch: [toHandle(coadd, tract, patch) for coadd in ofPatch]
            for patch, ofPatch in available.items()
        }
        overlaps, missing = [], []
        for patchInfo in patchList:
            patch = patchInfo.getSequentialIndex()
            if patch not in handles:
                self.log.warning("Skip patch %d of tract %d: it has no coadd", patch, tract)
                missing.append(patch)
                continue
            source = self.makeSource(tractInfo, patchInfo, handles[patch])
            box = source.computeBox(bbox)
            if box.isEmpty():
                self.log.verbose("Skip patch %d: it has too few pixels in the template", patch)
            else:
                overlaps.append(PatchOverlap(patch, box, source))
        return overlaps, missing

    def complete(self, copied: CopiedPatches) -> AssembledTemplate:
        """Give a template its components.

        Parameters
        ----------
        copied : `CopiedPatches`
            The template's pixels.

        Returns
        -------
        assembled : `AssembledTemplate`
            The template, the same object, with components.

        Raises
        ------
        RuntimeError
            If no patch has a PSF or photometric calibration, or patches
            contradict each other.
        """
        template, sources = copied.exposure, _chooseSources(copied)
        for name, what in (("photoCalib", "photometric calibration"), ("psf", "PSF")):
            if name not in sources:
                self._refuseIncomplete(copied, what)
        used = self._checkAgreement(copied, sources)
        for name, record in sources.items():
            getattr(template, _SETTERS[name])(getattr(record, name))
        if copied.constant is not None:
            template.setPhotoCalib(copied.constant)
        sourcePatches: dict[str, int | None] = {name: record.patch for name, record in sources.items()}
        patches = _makeUsedPatches(copied)
        if self.psf == "patches":
            sourcePatches["psf"] = self._setPatchPsf(template, copied.tractInfo, patches)
        provenance = TemplateProvenance(
            tract=copied.tractInfo.getId(),
            patchesUsed=tuple(record.patch for record in used),
            patchesMissing=tuple(copied.missing),
            psfPatch=sourcePatches.get("psf"),
            filterPatch=sourcePatches.get("filterLabel"),
            photoCalibPatch=sourcePatches.get("photoCalib"),
            overlapPolicy=self.overlapPolicy,
            datasetType=self.datasetType,
            datasetIds=tuple(datasetId for record in used for datasetId in record.datasetIds),
            packageVersion=PACKAGE_VERSION,
        )
        # What was rescaled has the unit of the calibration's source.
        unit = self._chooseUnit(used if copied.constant is None else [sources["photoCalib"]])
        return AssembledTemplate(template, patches, unit, provenance)

    def _refuseIncomplete(self, copied: CopiedPatches, lacking: str) -> None:
        """Raise, or warn, since no patch has a component that every template
        needs.
        """
        names = [describeHandle(overlap.handle) for overlap in copied.overlaps]
        message = f"No {lacking} found in the coadds of tract {copied.tractInfo.getId()}: {names}."
        if lacking == "PSF":
            message += " Those of cell coadds need lsst.cell_coadds, which only the full stack has."
            if self.allowMissingPsf:
                self.log.warning("The template has no PSF. %s", message)
                return
            message += " With allowMissingPsf a template without PSF is made."
        raise RuntimeError(message)

    def _checkAgreement(self, copied: CopiedPatches, sources: Mapping[str, CoaddRecord]) -> list[CoaddRecord]:
        """Raise, or warn, if the patches contradict each other.

        Returns the patches that are used, in the order of copying.
        """
        records = {**copied.records, **{record.patch: record for record in sources.values()}}
        used = [records[patch] for patch in copied.dataBoxes]
        contributing = copied.dataBoxes.keys() | {record.patch for record in sources.values()}
        checkFilters([records[o.patch] for o in copied.overlaps if o.patch in contributing], self.log)
        if unknown := [record.patch for record in used if record.photoCalib is None]:
            self.log.warning("Patches %s have no photometric calibration; they get the template's", unknown)
        if noVariance := [record.patch for record in used if not record.hasVariance]:
            self.log.info("%d patches have no variance anywhere: %s", len(noVariance), noVariance)
        if copied.constant is not None:
            return used
        for record in used:
            if record.photoCalib is not None:
                checkCalibration(record.photoCalib, record.bbox, record.name)
        source = sources["photoCalib"]
        sentences = (describeCalibrationMismatch(source, record) for record in used)
        mismatches = [sentence for sentence in sentences if sentence]
        if mismatches and self.calibrationMismatch == "error":
            raise PatchMismatchError(
                " ".join(mismatches) + " With calibrationMismatch = 'rescale' all patches are brought to one "
                "constant calibration."
            )
        for mismatch in mismatches:
            self.log.warning(mismatch)
        return used

    def _setPatchPsf(
        self, template: afwImage.ExposureF, tractInfo: TemplateTract, patches: Sequence[UsedPatch]
    ) -> int | None:
        """Give the template the PSF of its patches, and list these as its
        inputs.

        Returns the number of the patch that the PSF comes from, if it is one.
        """
        inside = [patch for patch in patches if patch.regions]
        catalog = makePatchCatalog(tractInfo.getId(), tractInfo.getWcs(), inside)
        template.getInfo().setCoaddInputs(makeCoaddInputs(catalog))
        without = [patch.record.patch for patch in inside if patch.record.psf is None]
        if 0 < len(without) < len(inside):
            self.log.warning("Patches %s have no PSF; the template has none in their place", without)
        if len(inside) == 1:
            template.setPsf(inside[0].record.psf)
            return inside[0].record.patch
        middle = geom.Box2D(template.getBBox()).getCenter()
        template.setPsf(makePatchPsf(catalog, tractInfo.getWcs(), middle))
        return None

    def _chooseUnit(self, records: Iterable[CoaddRecord]) -> str | None:
        """Choose the unit of the template's pixels."""
        units = {record.unit for record in records}
        if len(units) > 1:
            self.log.warning("The coadds' units differ (%s); the template has none", units)
            return None
        return next(iter(units), None)


def _copyPatch(
    mosaic: Mosaic, overlap: PatchOverlap, constant: afwImage.PhotoCalib | None
) -> CoaddRecord | None:
    """Copy the pixels of one patch into the template.

    In a function of its own, so that a patch's pixels are gone from memory
    before the next one is read.
    """
    needed = mosaic.computeNeeded(overlap.bbox)
    if needed.isEmpty():
        return None
    coadd = overlap.source.read(overlap.bbox, needed, constant)
    if coadd is None:
        return None
    record = CoaddRecord.of(overlap.patch, overlap.source.handles, coadd)
    checkWcs(coadd, mosaic.template.getWcs(), record.name)
    if constant is not None and record.photoCalib is not None:
        checkCalibration(record.photoCalib, record.bbox, record.name)
        coadd = rescaleTo(constant, coadd)
    mosaic.add(overlap.patch, coadd)
    return record


def _chooseConstant(overlaps: Iterable[PatchOverlap]) -> afwImage.PhotoCalib | None:
    """Choose the constant calibration that all patches are brought to."""
    for overlap in overlaps:
        photoCalib = readComponent(overlap.handle, "photoCalib")
        if photoCalib is not None:
            checkCalibration(photoCalib, geom.Box2I(), describeHandle(overlap.handle))
            return makeConstant(photoCalib)
    return None


def _chooseSources(copied: CopiedPatches) -> dict[str, CoaddRecord]:
    """Choose the coadds that the components come from: for each, the first
    patch that has it, even if none of its pixels is used.
    """
    sources: dict[str, CoaddRecord] = {}
    for overlap in copied.overlaps:
        if len(sources) == len(_SETTERS):
            break
        record = copied.records.get(overlap.patch)
        if record is None:
            coadd = readCorner(overlap.handle)
            record = CoaddRecord.of(overlap.patch, overlap.source.handles, coadd)
            checkWcs(coadd, copied.exposure.getWcs(), record.name)
        for name in _SETTERS:
            if name not in sources and getattr(record, name) is not None:
                sources[name] = record
    return sources


def _makeUsedPatches(copied: CopiedPatches) -> tuple[UsedPatch, ...]:
    """Describe the patches that are used, in the order of copying."""
    boxes = list(copied.dataBoxes.values())
    return tuple(
        UsedPatch(
            patchInfo=copied.tractInfo[patch],
            record=copied.records[patch],
            # Where boxes overlap, the later patch's holds.
            regions=subtractBoxes(boxes[index], boxes[index + 1 :]),
            photoCalib=copied.constant or copied.records[patch].photoCalib,
        )
        for index, patch in enumerate(copied.dataBoxes)
    )
