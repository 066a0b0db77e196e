# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The subtask that copies coadd patches into a template."""

__all__ = ["GetCoaddAsTemplateConfig", "GetCoaddAsTemplateTask"]

import numpy as np

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.pex.config import ChoiceField, Config, Field, RangeField
from lsst.pipe.base import NoWorkFound, Struct, Task
from lsst.utils.timer import timeMethod

from .boxes import boundingBox, subtractBoxes
from .coaddPatch import PatchOverlap, describeHandle, readPatch


class NoCoaddPixelsError(RuntimeError):
    """The closest tract has no coadd pixels for the template."""


class GetCoaddAsTemplateConfig(Config):
    """Configuration of `GetCoaddAsTemplateTask`."""

    templateBorderSize = RangeField(
        dtype=int,
        default=20,
        min=0,
        doc="Number of pixels by which the template reaches beyond the science exposure on each side, "
        "measured in the exposure's own pixels.",
    )
    coaddName = Field(
        dtype=str,
        default="deep",
        doc="Kind of coadd that the template is made from: the part of the dataset type's name before "
        "'Coadd', such as 'deep', 'goodSeeing' or 'dcr'.",
    )
    warpType = ChoiceField(
        dtype=str,
        default="direct",
        optional=False,
        allowed={
            "direct": "Coadds of warps with their own PSFs (dataset type without suffix).",
            "psfMatched": "Coadds of PSF-matched warps (dataset type with the suffix 'PsfMatched').",
        },
        doc="Which warps the coadds were made from.",
    )


class GetCoaddAsTemplateTask(Task):
    """Make a template for an exposure from coadds, without resampling.

    The template is in the pixel grid of the tract closest to the exposure.
    It covers the exposure with a border, and each of its pixels is a copy
    of a coadd pixel; where no patch has pixels it is NaN with ``NO_DATA``.

    Notes
    -----
    Where patches overlap, the later one of `getOverlapPatchList` stands. PSF,
    filter and photometric calibration are those of the first patch that has
    them.
    """

    ConfigClass = GetCoaddAsTemplateConfig
    _DefaultName = "GetCoaddAsTemplateTask"

    @timeMethod
    def runQuantum(self, exposure, butlerQC, skyMapRef, coaddExposureRefs):
        """Make the template for an exposure from datasets of a quantum.

        Parameters
        ----------
        exposure : `lsst.afw.image.Exposure`
            Science exposure; only its bounding box, WCS and visit info are
            used.
        butlerQC : `lsst.pipe.base.QuantumContext`
            Gives the datasets for the references.
        skyMapRef : `lsst.daf.butler.DatasetRef`
            Reference to the skymap.
        coaddExposureRefs : `list` [`lsst.daf.butler.DatasetRef`]
            References to the coadds, deferred, in any order; those of other
            tracts and patches are left alone.

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
        if exposure.getWcs() is None:
            raise NoWorkFound("The exposure has no WCS: no template can be made for it.")
        skyMap = butlerQC.get(skyMapRef)
        handles = butlerQC.get(coaddExposureRefs)
        visitInfo = exposure.getInfo().getVisitInfo()
        try:
            tractInfo, patchList, skyCorners = self.getOverlapPatchList(exposure, skyMap)
            available = self._selectHandles(handles, tractInfo, patchList)
            template = self.run(tractInfo, patchList, skyCorners, available, visitInfo=visitInfo)
        except NoCoaddPixelsError as err:
            raise NoWorkFound(str(err)) from err
        return Struct(exposure=template, sources=None, area=self.metadata["goodPixels"])

    def getOverlapPatchList(self, exposure, skyMap):
        """Find the tract closest to an exposure and its patches under it.

        Parameters
        ----------
        exposure : `lsst.afw.image.Exposure`
            Science exposure; its bounding box and WCS are used.
        skyMap : `lsst.skymap.BaseSkyMap`
            Skymap that the coadds were made on.

        Returns
        -------
        tractInfo : `lsst.skymap.TractInfo`
            The tract that the skymap finds for the centre of the exposure.
        patchList : `list` [`lsst.skymap.PatchInfo`]
            Patches of that tract under the exposure and its border, in the
            order in which they are copied.
        skyCorners : `list` [`lsst.geom.SpherePoint`]
            Corners of the exposure with its border, in the order of
            `lsst.geom.Box2D.getCorners`.

        Raises
        ------
        ValueError
            If the exposure has no WCS.
        RuntimeError
            If the tract has no patch there.
        """
        wcs = exposure.getWcs()
        if wcs is None:
            raise ValueError("The exposure has no WCS: its place on the sky is not known.")
        bbox = geom.Box2D(exposure.getBBox())
        bbox.grow(self.config.templateBorderSize)
        center = wcs.pixelToSky(bbox.getCenter())
        skyCorners = wcs.pixelToSky(bbox.getCorners())
        tractInfo = skyMap.findTract(center)
        self.log.info("Using tract %d for the exposure centred at %s", tractInfo.getId(), center)
        patchList = tractInfo.findPatchList(skyCorners)
        if not patchList:
            raise NoCoaddPixelsError(
                f"Tract {tractInfo.getId()}, the closest to the exposure's centre {center}, "
                "has no patch under the exposure."
            )
        return tractInfo, patchList, skyCorners

    @timeMethod
    def run(self, tractInfo, patchList, skyCorners, availableCoaddRefs, sensorRef=None, visitInfo=None):
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
            `lsst.pipe.base.InMemoryDatasetHandle`.
        sensorRef : `None`
            Not usable any more; it was a data reference of the Gen2
            middleware.
        visitInfo : `lsst.afw.image.VisitInfo`, optional
            Observing conditions of the science exposure. Not used for coadds
            without DCR model.

        Returns
        -------
        template : `lsst.afw.image.ExposureF`
            The template, in tract pixels, with the tract's WCS.

        Raises
        ------
        ValueError
            If ``sensorRef`` is given, or a corner is not on the sky.
        RuntimeError
            If no patch has pixels in the template, or no patch has a PSF or
            a photometric calibration.
        """
        if sensorRef is not None:
            raise ValueError("sensorRef is a Gen2 middleware parameter that is no longer usable; give None.")
        bbox = _templateBBox(tractInfo, skyCorners)
        self.log.info("Template dimensions: %s in tract %d", bbox.getDimensions(), tractInfo.getId())
        overlaps, missing = self._findOverlaps(tractInfo, patchList, availableCoaddRefs, bbox)
        template = _makeEmptyTemplate(bbox, tractInfo.getWcs())
        used = self._copyPatches(template, overlaps, availableCoaddRefs)
        _checkComplete(template, used, tractInfo.getId())
        self._report(template, tractInfo.getId(), used, missing)
        return template

    def getCoaddDatasetName(self):
        """Name the dataset type of the coadds that the template is made from.

        Returns
        -------
        name : `str`
            Such as ``deepCoadd`` or ``goodSeeingCoaddPsfMatched``.
        """
        warpType = self.config.warpType
        suffix = "" if warpType == "direct" else warpType[0].upper() + warpType[1:]
        return f"{self.config.coaddName}Coadd{suffix}"

    def _selectHandles(self, handles, tractInfo, patchList):
        """Pick the handles of some patches, keyed by patch number."""
        tract = tractInfo.getId()
        wanted = {tractInfo.getSequentialPatchIndex(patchInfo) for patchInfo in patchList}
        available = {}
        for handle in handles:
            patch = handle.dataId["patch"]
            if handle.dataId["tract"] != tract or patch not in wanted:
                continue
            if patch in available:
                raise ValueError(
                    f"Two coadds for tract {tract} patch {patch}: "
                    f"{describeHandle(available[patch])} and {describeHandle(handle)}."
                )
            available[patch] = handle
        if not available:
            raise NoWorkFound(
                f"No {self.getCoaddDatasetName()} for tract {tract}, patches {sorted(wanted)} "
                f"among {len(handles)} coadds given."
            )
        self.log.info(
            "Left alone %d coadds of other tracts or patches of %d given",
            len(handles) - len(available),
            len(handles),
        )
        return available

    def _findOverlaps(self, tractInfo, patchList, available, bbox):
        """Sort the patches into those to copy and those that are missing."""
        overlaps, missing = [], []
        for patchInfo in patchList:
            patch = tractInfo.getSequentialPatchIndex(patchInfo)
            overlap = patchInfo.getOuterBBox().clippedTo(bbox)
            if patch not in available:
                self.log.warning("Skip patch %d of tract %d: it has no coadd", patch, tractInfo.getId())
                missing.append(patch)
            elif overlap.isEmpty():
                self.log.info("Skip patch %d: its outer box has no pixels in the template", patch)
            else:
                overlaps.append(PatchOverlap(patch=patch, bbox=overlap))
        return overlaps, missing

    def _copyPatches(self, template, overlaps, available):
        """Copy patches into the template and give it the first one's PSF,
        filter and photometric calibration.

        Returns the numbers of the patches that had pixels, in their order.
        """
        used, covered = [], []
        # Last patch first: what a later patch covers need not be read from
        # an earlier one.
        for overlap in reversed(overlaps):
            needed = boundingBox(subtractBoxes(overlap.bbox, covered))
            if needed.isEmpty():
                # Fully covered, but it may be the one to give the PSF.
                needed = geom.Box2I(overlap.bbox.getMin(), geom.Extent2I(1, 1))
            coadd = readPatch(available[overlap.patch], needed)
            if coadd is None:
                self.log.info("Skip patch %d: its coadd has no pixels in the template", overlap.patch)
                continue
            for box in subtractBoxes(coadd.getBBox(), covered):
                template.maskedImage.assign(coadd.maskedImage[box], box)
            covered.append(coadd.getBBox())
            _copyComponents(template, coadd)
            used.insert(0, overlap.patch)
        return used

    def _report(self, template, tract, used, missing):
        """Log what the template was made from, and keep it as metadata."""
        good = _countDataPixels(template.mask)
        fraction = good / template.getBBox().getArea()
        self.log.info(
            "Used patches %s of tract %d: %d good pixels, %.1f%% of the template",
            used,
            tract,
            good,
            100 * fraction,
        )
        self.metadata["tract"] = tract
        self.metadata["patchesUsed"] = used
        self.metadata["patchesMissing"] = missing
        self.metadata["goodPixels"] = good
        self.metadata["coveredFraction"] = fraction


def _templateBBox(tractInfo, skyCorners):
    """Find the integer box around sky corners, in tract pixels."""
    bbox = geom.Box2D()
    for corner in skyCorners:
        pixel = tractInfo.getWcs().skyToPixel(corner)
        if not np.isfinite([pixel.x, pixel.y]).all():
            raise ValueError(f"Corner {corner} has no place in the pixel grid of tract {tractInfo.getId()}.")
        bbox.include(pixel)
    return geom.Box2I(bbox)


def _makeEmptyTemplate(bbox, wcs):
    """Make a template that has no data anywhere."""
    template = afwImage.ExposureF(bbox, wcs)
    template.maskedImage.set(np.nan, template.mask.getPlaneBitMask("NO_DATA"), np.nan)
    return template


def _copyComponents(template, coadd):
    """Give the template what the coadd has of PSF, filter and calibration."""
    if coadd.getPsf() is not None:
        template.setPsf(coadd.getPsf())
    if coadd.getFilter() is not None:
        template.setFilter(coadd.getFilter())
    if coadd.getPhotoCalib() is not None:
        template.setPhotoCalib(coadd.getPhotoCalib())


def _checkComplete(template, used, tract):
    """Raise if the template lacks what no template may lack."""
    if not used:
        raise NoCoaddPixelsError(f"No patch of tract {tract} has pixels in the template.")
    info = template.getInfo()
    for what, present in (("PSF", info.hasPsf()), ("photometric calibration", info.hasPhotoCalib())):
        if not present:
            raise RuntimeError(f"No {what} found in the coadds of tract {tract}, patches {used}.")


def _countDataPixels(mask, rows=256):
    """Count the pixels without ``NO_DATA``, some rows at a time.

    Counting NaNs instead would miss pixels without data that were
    interpolated over.
    """
    noData = mask.getPlaneBitMask("NO_DATA")
    array = mask.array
    return sum(
        int(np.count_nonzero((array[start:start + rows] & noData) == 0))
        for start in range(0, len(array), rows)
    )
