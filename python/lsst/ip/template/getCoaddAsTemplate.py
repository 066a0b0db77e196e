# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The subtask that copies coadd patches into a template."""

__all__ = ["GetCoaddAsTemplateConfig", "GetCoaddAsTemplateTask"]

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.daf.butler import DatasetRef
from lsst.pex.config import ChoiceField, Config, Field, FieldValidationError, RangeField
from lsst.pipe.base import NoWorkFound, QuantumContext, Struct, Task
from lsst.skymap import BaseSkyMap, PatchInfo, TractInfo
from lsst.utils.timer import timeMethod

from .coaddRecord import UNIT_CARD
from .dcrModel import DcrPatchFactory, checkVisitInfo
from .inputChecks import checkAvailable, checkCoadds, checkCorners, checkPatches, checkType
from .interfaces import ScienceExposure, describeType
from .patchSource import PatchSourceFactory, makeStoredPatch
from .scienceGeometry import toScienceExposure, toVisitInfo
from .templateAssembly import NoCoaddPixelsError, TemplateAssembler
from .templateSummary import TemplateQuality, clearNumbers, writeNumbers

Overlap: TypeAlias = tuple[TractInfo, Sequence[PatchInfo], list[geom.SpherePoint]]
"""A tract, patches of it, and corners of an area on the sky."""


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
            "last": "Use the later patch, whatever its pixels are.",
            "keepValid": "Use the latest patch that has data there: image and variance are finite and the "
            "mask has no NO_DATA. Pixels without data are not copied.",
        },
        doc="Which pixels are used where patches overlap.",
    )
    calibrationMismatch = ChoiceField[str](
        dtype=str,
        default="error",
        optional=False,
        allowed={
            "error": "Make no template.",
            "warn": "Copy the pixels as they are, with a warning for each such patch. The DCR coadds of a "
            "patch must agree nevertheless, since they are summed.",
            "rescale": "Bring image and variance of each patch to one constant calibration: that of the "
            "first patch, or its mean if it varies.",
        },
        doc="What to do about a patch whose photometric calibration differs from that of the first patch, or "
        "that lies outside the domain of the first patch's varying calibration.",
    )
    psf = ChoiceField[str](
        dtype=str,
        default="first",
        optional=False,
        allowed={
            "first": "The PSF of the first patch that has one, everywhere.",
            "patches": "Each patch's PSF where its pixels are used: a CoaddPsf, whose components are also "
            "the template's CoaddInputs. If only one patch is used, that patch's PSF.",
        },
        doc="Which PSF the template gets.",
    )
    allowMissingPsf = Field[bool](
        dtype=bool,
        default=False,
        doc="Allow a template without a PSF, with a warning, when no patch has one (cell coadds outside the "
        "full stack).",
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


class TemplateResult(Struct):
    """A template, as `GetCoaddAsTemplateTask.runQuantum` returns it."""

    exposure: afwImage.ExposureF
    """The template, in tract pixels."""

    sources: None
    """Kept for users of the former task."""

    area: int
    """Number of pixels without ``NO_DATA``."""


class GetCoaddAsTemplateTask(Task):
    """Make a template for an exposure from coadds, without resampling.

    The template is in the pixel grid of the tract closest to the exposure.
    It covers the exposure with a border, and each of its pixels is a copy
    of a coadd pixel; where no patch has pixels it is NaN with ``NO_DATA``.

    Notes
    -----
    Where patches overlap, the later one of `getOverlapPatchList` is used.
    PSF, filter and photometric calibration are those of the first patch that
    has them, even if none of its pixels is used; see ``config.psf``.

    After each call ``metadata`` has the numbers of its template, or none of
    them if it failed.

    DCR coadds (``coaddName`` is "dcr") are the one exception to copying: the
    slices of the band are shifted as the exposure's atmosphere shifts them,
    and summed; see `DcrModel`.
    """

    ConfigClass = GetCoaddAsTemplateConfig
    config: GetCoaddAsTemplateConfig
    _DefaultName = "GetCoaddAsTemplateTask"

    @timeMethod
    def runQuantum(
        self,
        exposure: ScienceExposure,
        butlerQC: QuantumContext,
        skyMapRef: DatasetRef,
        coaddExposureRefs: list[Any],
    ) -> TemplateResult:
        """Make the template for an exposure from datasets of a quantum.

        Parameters
        ----------
        exposure : `lsst.afw.image.Exposure` or `lsst.images.VisitImage`
            Science exposure; only its bounding box, WCS and visit info are
            used.
        butlerQC : `lsst.pipe.base.QuantumContext`
            Fetches the datasets; those fetched are recorded as inputs.
        skyMapRef : `lsst.daf.butler.DatasetRef`
            Reference to the skymap.
        coaddExposureRefs : `list` [`lsst.daf.butler.DatasetRef`]
            References to the coadds, deferred, in any order; those of other
            tracts and patches are ignored.

        Returns
        -------
        result : `TemplateResult`
            The template, with its number of pixels with data.

        Raises
        ------
        lsst.pipe.base.NoWorkFound
            If the exposure has no WCS, no patch lies under it, none of these
            patches has a coadd, or no coadd has pixels there.
        """
        clearNumbers(self.metadata)
        science = toScienceExposure(exposure)
        if not hasattr(butlerQC, "get"):
            raise TypeError(f"butlerQC must be a QuantumContext, not {describeType(butlerQC)}.")
        overlap, chosen = self._chooseCoadds(science, butlerQC.get(skyMapRef), coaddExposureRefs)
        available = {patch: butlerQC.get(refs) for patch, refs in chosen.items()}
        return self._makeForExposure(science, overlap, available)

    def runForExposure(
        self, exposure: ScienceExposure, skyMap: BaseSkyMap, coaddHandles: Iterable[Any]
    ) -> TemplateResult:
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
        result : `TemplateResult`
            As of `runQuantum`.

        Raises
        ------
        TypeError
            If an argument is not of the type above.
        lsst.pipe.base.NoWorkFound
            As of `runQuantum`.
        """
        clearNumbers(self.metadata)
        science = toScienceExposure(exposure)
        overlap, available = self._chooseCoadds(science, skyMap, coaddHandles)
        return self._makeForExposure(science, overlap, available)

    def _makeForExposure(
        self, science: ScienceExposure, overlap: Overlap, available: Mapping[int, list[Any]]
    ) -> TemplateResult:
        """Make the template for an exposure from the coadds under it."""
        try:
            template, area = self._makeTemplate(*overlap, available, science.getInfo().getVisitInfo())
        except NoCoaddPixelsError as err:
            raise NoWorkFound(str(err)) from err
        return TemplateResult(exposure=template, sources=None, area=area)

    def chooseCoadds(self, exposure: ScienceExposure, skyMap: BaseSkyMap, coadds: Iterable[Any]) -> list[Any]:
        """Choose the coadds that `runForExposure` uses.

        Parameters
        ----------
        exposure : `lsst.afw.image.Exposure` or `lsst.images.VisitImage`
            Science exposure.
        skyMap : `lsst.skymap.BaseSkyMap`
            Skymap that the coadds were made on.
        coadds : `~collections.abc.Iterable`
            Handles of coadds or references to them, with ``tract`` and
            ``patch`` in their ``dataId``.

        Returns
        -------
        chosen : `list`
            Those of the patches under the exposure.

        Raises
        ------
        lsst.pipe.base.NoWorkFound
            If the exposure has no WCS or there are none.
        """
        _, chosen = self._chooseCoadds(toScienceExposure(exposure), skyMap, coadds)
        return [coadd for ofPatch in chosen.values() for coadd in ofPatch]

    def getOverlapPatchList(self, exposure: ScienceExposure, skyMap: BaseSkyMap) -> Overlap:
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
        science = toScienceExposure(exposure)
        if science.getWcs() is None:
            raise ValueError("The exposure has no WCS: its place on the sky is not known.")
        return self._chooseOverlap(science, skyMap)

    def _chooseOverlap(self, science: ScienceExposure, skyMap: BaseSkyMap) -> Overlap:
        """Do what `getOverlapPatchList` says for a checked exposure."""
        checkType("skyMap", skyMap, BaseSkyMap)
        wcs = science.getWcs()
        if wcs is None:
            raise NoWorkFound("The exposure has no WCS: no template can be made for it")
        if science.getBBox().isEmpty():
            raise ValueError("The exposure has no pixels: its bounding box is empty.")
        bbox = geom.Box2D(science.getBBox()).dilatedBy(self.config.templateBorderSize)
        center = wcs.pixelToSky(bbox.getCenter())
        skyCorners = checkCorners(wcs.pixelToSky(bbox.getCorners()))
        tractInfo = skyMap.findTract(center)
        self.log.verbose("Using tract %d for the exposure centred at %s", tractInfo.getId(), center)
        patchList = tractInfo.findPatchList(skyCorners)
        if not patchList:
            raise NoCoaddPixelsError(
                f"Tract {tractInfo.getId()}, the closest to the exposure's centre {center}, "
                "has no patch under the exposure"
            )
        return tractInfo, patchList, skyCorners

    def _chooseCoadds(
        self, science: ScienceExposure, skyMap: BaseSkyMap, coadds: Iterable[Any]
    ) -> tuple[Overlap, dict[int, list[Any]]]:
        """Choose the tract and the patches under an exposure, and their
        coadds, by patch number.
        """
        try:
            overlap = self._chooseOverlap(science, skyMap)
        except NoCoaddPixelsError as err:
            raise NoWorkFound(str(err)) from err
        given, tract = checkCoadds(coadds), overlap[0].getId()
        chosen: dict[int, list[Any]] = {patchInfo.getSequentialIndex(): [] for patchInfo in overlap[1]}
        for coadd in given:
            if coadd.dataId["tract"] == tract and coadd.dataId["patch"] in chosen:
                chosen[coadd.dataId["patch"]].append(coadd)
        number = sum(map(len, chosen.values()))
        if not number:
            raise NoWorkFound(
                f"No {self.getCoaddDatasetName()} for tract {tract}, patches {sorted(chosen)} "
                f"among {len(given)} coadds given"
            )
        self.log.verbose("Ignoring %d of %d coadds: other tracts or patches", len(given) - number, len(given))
        return overlap, {patch: ofPatch for patch, ofPatch in chosen.items() if ofPatch}

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
            is used.
        skyCorners : `list` [`lsst.geom.SpherePoint`]
            Corners of the sky area that the template covers.
        availableCoaddRefs : `dict` [`int`, `object`]
            For each sequential patch number that has a coadd, the coadd or
            anything with a ``get`` method that returns it, such as a
            `lsst.daf.butler.DeferredDatasetHandle` or a
            `lsst.pipe.base.InMemoryDatasetHandle`. For DCR coadds, a `list`
            of these, one for each subfilter (see `DcrModel.fromQuantum`).
        sensorRef : `None`
            No longer usable; it was a data reference of the Gen2 middleware.
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
            If an argument is not of the type above, or a coadd is no
            `lsst.afw.image.ExposureF`.
        ValueError
            If ``sensorRef`` is given, there is no corner, a corner is not on
            the sky, a patch is not one of the tract's, or a key is no patch
            number of the tract. For DCR coadds, if ``visitInfo`` lacks what
            the refraction depends on, or a patch has not exactly one coadd
            for each subfilter. No pixel has been read then.
        RuntimeError
            If there is no patch, no patch has pixels in the template, no patch
            has a PSF or a photometric calibration, a calibration is not
            positive and finite, or patches contradict each other or the
            tract.
        """
        clearNumbers(self.metadata)
        if sensorRef is not None:
            raise ValueError("sensorRef is a Gen2 middleware parameter that is no longer usable; give None.")
        patchList, skyCorners = checkPatches(tractInfo, patchList), checkCorners(skyCorners)
        available = checkAvailable(availableCoaddRefs, len(tractInfo))
        template, _ = self._makeTemplate(tractInfo, patchList, skyCorners, available, toVisitInfo(visitInfo))
        return template

    def _makeTemplate(
        self,
        tractInfo: TractInfo,
        patchList: Iterable[PatchInfo],
        skyCorners: Iterable[geom.SpherePoint],
        available: Mapping[int, list[Any]],
        visitInfo: afwImage.VisitInfo | None,
    ) -> tuple[afwImage.ExposureF, int]:
        """Make a template from arguments that have been checked, and say what
        it was made from: in its header, the metadata and the log.

        Returns the template and its number of pixels with data.
        """
        bbox = _computeTemplateBBox(tractInfo, skyCorners)
        assembler = self.makeAssembler(visitInfo)
        assembled = assembler.complete(assembler.copyPatches(tractInfo, patchList, bbox, available))
        template, provenance = assembled.exposure, assembled.provenance
        provenance.write(template.getMetadata())
        if assembled.unit is not None:
            template.getMetadata().set(UNIT_CARD, assembled.unit)
        quality = TemplateQuality.of(template, self.log)
        writeNumbers(self.metadata, quality, provenance)
        self.log.info(
            "Used patches %s of tract %d, missing %s: %s",
            list(provenance.patchesUsed),
            provenance.tract,
            list(provenance.patchesMissing),
            quality.describe(),
        )
        return template, quality.goodPixels

    def makeAssembler(self, visitInfo: afwImage.VisitInfo | None = None) -> TemplateAssembler:
        """Make what assembles templates as the configuration says.

        Parameters
        ----------
        visitInfo : `lsst.afw.image.VisitInfo`, optional
            Observing conditions of the science exposure. Only used for DCR
            coadds, and required then.
        """
        config = self.config
        makeSource: PatchSourceFactory = makeStoredPatch
        if config.isDcr():
            makeSource = DcrPatchFactory(
                config.effectiveWavelength,
                config.bandwidth,
                config.numSubfilters,
                checkVisitInfo(visitInfo),
                config.templateBorderSize,
            )
        return TemplateAssembler(
            overlapPolicy=config.overlapPolicy,
            calibrationMismatch=config.calibrationMismatch,
            psf=config.psf,
            allowMissingPsf=config.allowMissingPsf,
            datasetType=self.getCoaddDatasetName(),
            makeSource=makeSource,
            log=self.log,
        )

    def getCoaddDatasetName(self) -> str:
        """Return the name of the dataset type of the coadds.

        Returns
        -------
        name : `str`
            Such as ``deepCoadd`` or ``goodSeeingCoaddPsfMatched``.
        """
        warpType = self.config.warpType
        suffix = "" if warpType == "direct" else warpType[0].upper() + warpType[1:]
        return f"{self.config.coaddName}Coadd{suffix}"


def _computeTemplateBBox(tractInfo: TractInfo, skyCorners: Iterable[geom.SpherePoint]) -> geom.Box2I:
    """Compute the integer box around sky corners, in tract pixels."""
    bbox = geom.Box2D()
    for corner in skyCorners:
        pixel = tractInfo.getWcs().skyToPixel(corner)
        if not np.isfinite([pixel.x, pixel.y]).all():
            raise ValueError(f"Corner {corner} has no place in the pixel grid of tract {tractInfo.getId()}.")
        bbox.include(pixel)
    return geom.Box2I(bbox)
