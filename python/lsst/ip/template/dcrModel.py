# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Coadds that model the sky in slices of a band, matched to the differential
chromatic refraction (DCR) of one science exposure.
"""

__all__ = [
    "DcrModel",
    "DcrPatch",
    "DcrPatchFactory",
    "applyDcr",
    "calculateDcr",
    "checkVisitInfo",
    "computeDcrBox",
    "wavelengthGenerator",
]

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.coord import differentialRefraction
from lsst.afw.geom import SkyWcs

from .calibration import CalibrationError, calibrationsAgree, checkCalibration, isConstant, rescaleTo
from .coaddHandle import readPatch
from .inputChecks import checkType
from .interfaces import CoaddHandle, TemplatePatch, TemplateTract, describeHandle

Shift: TypeAlias = tuple[float, float]
SliceShifts: TypeAlias = tuple[Shift, Shift]

EDGE_WEIGHTS = ((0.75, 0.25), (0.25, 0.75))
"""Weights of the refractions at a slice's blue and red edge, for each of the
two shifts that stand for the slice."""

SPLINE_ORDER = 3
"""Cubic."""

SPLINE_MARGIN = 10
"""Number of pixels that are read around a box, on top of the shift: what lies
further away changes a cubic spline by less than 1e-5 of itself."""

GRID_TOLERANCE = 1e-3
"""Shifts that are closer to whole pixels than this, in pixels, count as whole
when it comes to which pixels a missing one affects."""


@dataclass(frozen=True)
class DcrModel:
    """The sky over one patch, in narrow slices of a band.

    Notes
    -----
    The model holds no pixels: `buildMatchedExposure` reads those that it
    needs, one slice at a time.
    """

    handles: tuple[CoaddHandle, ...]
    """Handles of the slices' coadds, from blue to red."""

    effectiveWavelength: float
    """Effective wavelength of the band, in nm."""

    bandwidth: float
    """Full width of the band, in nm."""

    @classmethod
    def fromQuantum(
        cls, handles: Iterable[Any], effectiveWavelength: float, bandwidth: float, numSubfilters: int
    ) -> Self:
        """Make the model from the coadds of one patch.

        Parameters
        ----------
        handles : `~collections.abc.Iterable`
            Handles of the coadds, in any order, such as
            `lsst.daf.butler.DeferredDatasetHandle`; each one's
            ``dataId["subfilter"]`` is the number of its slice, counted from
            0 at the blue edge of the band.
        effectiveWavelength, bandwidth : `float`
            Effective wavelength and full width of the band, in nm: those
            that the coadds were made with.
        numSubfilters : `int`
            Number of slices.

        Returns
        -------
        model : `DcrModel`
            The model. No pixel has been read.

        Raises
        ------
        ValueError
            If there is not exactly one coadd for each slice.
        """
        handles = list(handles)
        for handle in handles:
            if "subfilter" not in handle.dataId:
                raise ValueError(f"{describeHandle(handle)} has no subfilter in its data ID.")
        handles = sorted(handles, key=lambda handle: handle.dataId["subfilter"])
        given = [handle.dataId["subfilter"] for handle in handles]
        wanted = list(range(numSubfilters))
        if given != wanted:
            what = describeHandle(handles[0]) if handles else "a patch"
            raise ValueError(
                f"One DCR coadd is needed for each of the subfilters {wanted}, such as {what}, "
                f"but they are of subfilters {given}: missing {sorted(set(wanted) - set(given))}, "
                f"doubled {sorted({subfilter for subfilter in given if given.count(subfilter) > 1})}, "
                f"unknown {sorted(set(given) - set(wanted))}."
            )
        return cls(tuple(handles), effectiveWavelength, bandwidth)

    def buildMatchedExposure(
        self,
        bbox: geom.Box2I,
        visitInfo: afwImage.VisitInfo,
        wcs: SkyWcs,
        photoCalib: afwImage.PhotoCalib | None = None,
        patchInfo: TemplatePatch | None = None,
    ) -> afwImage.ExposureF | None:
        """Build the coadd as one exposure's atmosphere would have shown it.

        Each slice is shifted by its differential refraction, and the slices
        are summed.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I`
            Box wanted, in tract pixels.
        visitInfo : `lsst.afw.image.VisitInfo`
            Observing conditions of the exposure.
        wcs : `lsst.afw.geom.SkyWcs`
            WCS of the tract.
        photoCalib : `lsst.afw.image.PhotoCalib`, optional
            Constant calibration to bring the slices to. By default they must
            all have the same one, and a constant one.
        patchInfo : `lsst.skymap.PatchInfo`, optional
            The patch, if the coadds are checked against it.

        Returns
        -------
        matched : `lsst.afw.image.ExposureF` or `None`
            The pixels of ``bbox`` that all slices have, in tract pixels, with
            the WCS, PSF, filter and photometric calibration of the bluest
            slice; `None` if there are no such pixels.

        Raises
        ------
        TypeError
            If a handle gives no `lsst.afw.image.ExposureF`.
        ValueError
            If ``visitInfo`` lacks what the refraction depends on.
        CalibrationError
            If a slice's photometric calibration cannot be one, or without
            ``photoCalib`` varies, or is not that of another slice.

        Notes
        -----
        A pixel that depends on one that is not finite in some slice is NaN
        with ``NO_DATA``. Otherwise the mask is the union of the slices'
        masks, and the variance is the bluest slice's times the number of
        slices; the shift applies to neither. Closer to the edge of the
        stored coadds than the shift, `applyDcr` extrapolates.
        """
        shifts = calculateDcr(
            visitInfo,
            wcs,
            self.effectiveWavelength,
            self.bandwidth,
            len(self.handles),
            bbox,
        )
        wanted = bbox.dilatedBy(SPLINE_MARGIN + math.ceil(np.max(np.abs(shifts))))
        matched: Any = None
        calibrations: dict[str, afwImage.PhotoCalib | None] = {}
        for handle, dcr in zip(self.handles, shifts):
            coadd = _readSlice(handle, wanted, patchInfo, photoCalib)
            if coadd is None:
                return None
            bbox = bbox.clippedTo(coadd.getBBox())
            if bbox.isEmpty():
                return None
            matched = _startSum(coadd, bbox, len(shifts)) if matched is None else matched[bbox]
            _addSlice(matched, coadd, dcr)
            calibrations[describeHandle(handle)] = coadd.getPhotoCalib()
        _checkSameCalibration(calibrations)
        _flagNoData(matched)
        return matched


@dataclass(frozen=True)
class DcrPatch:
    """A patch whose pixels are those of a `DcrModel`, matched to one
    exposure.
    """

    model: DcrModel
    """The sky over the patch."""

    patchInfo: TemplatePatch
    """The patch."""

    visitInfo: afwImage.VisitInfo
    """Observing conditions of the exposure, checked."""

    wcs: SkyWcs
    """WCS of the tract."""

    border: int
    """Number of pixels along the edge of a DCR coadd that may be bad."""

    @property
    def handles(self) -> tuple[CoaddHandle, ...]:
        """Handles of the slices' coadds, from blue to red."""
        return self.model.handles

    def computeBox(self, bbox: geom.Box2I) -> geom.Box2I:
        """Compute the box to use; see `PatchSource.computeBox`."""
        return computeDcrBox(self.patchInfo, bbox, self.border)

    def read(
        self, box: geom.Box2I, needed: geom.Box2I, photoCalib: afwImage.PhotoCalib | None
    ) -> afwImage.ExposureF | None:
        """Read pixels; see `PatchSource.read`."""
        # All of the box, since the shifts are those at its centre.
        return self.model.buildMatchedExposure(box, self.visitInfo, self.wcs, photoCalib, self.patchInfo)


@dataclass(frozen=True)
class DcrPatchFactory:
    """Makes the sources of patches for one exposure."""

    effectiveWavelength: float
    """Effective wavelength of the band, in nm."""

    bandwidth: float
    """Full width of the band, in nm."""

    numSubfilters: int
    """Number of slices."""

    visitInfo: afwImage.VisitInfo
    """Observing conditions of the exposure, checked."""

    border: int
    """Number of pixels along the edge of a DCR coadd that may be bad."""

    def __call__(
        self, tractInfo: TemplateTract, patchInfo: TemplatePatch, handles: Sequence[CoaddHandle]
    ) -> DcrPatch:
        """Make the source of a patch; see `PatchSourceFactory`."""
        model = DcrModel.fromQuantum(handles, self.effectiveWavelength, self.bandwidth, self.numSubfilters)
        return DcrPatch(model, patchInfo, self.visitInfo, tractInfo.getWcs(), self.border)


def calculateDcr(
    visitInfo: afwImage.VisitInfo,
    wcs: SkyWcs,
    effectiveWavelength: float,
    bandwidth: float,
    numSubfilters: int,
    bbox: geom.Box2I,
) -> list[SliceShifts]:
    """Calculate by how much each slice of a band is refracted.

    Parameters
    ----------
    visitInfo : `lsst.afw.image.VisitInfo`
        Observing conditions.
    wcs : `lsst.afw.geom.SkyWcs`
        WCS of the pixel grid in which to shift.
    effectiveWavelength, bandwidth : `float`
        Effective wavelength and full width of the band, in nm. Light of the
        effective wavelength stays where it is.
    numSubfilters : `int`
        Number of slices of equal width.
    bbox : `lsst.geom.Box2I`
        Box, in pixels, for whose centre to calculate the shifts.

    Returns
    -------
    shifts : `list` [`tuple` [`tuple` [`float`, `float`], \
            `tuple` [`float`, `float`]]]
        For each slice, from blue to red, ``((y0, x0), (y1, x1))`` in pixels:
        the shifts for two refractions that weight those at its blue and red
        edge 3:1 and 1:3. The shifted slice is the mean of the two.

    Raises
    ------
    ValueError
        If ``visitInfo`` lacks a quantity that the refraction depends on.

    Notes
    -----
    The refraction is that of Stone (1996, PASP 108, 1051) at the elevation of
    the boresight, for the recorded weather, or a standard atmosphere at the
    observatory if some of the weather is not recorded.
    """
    checkVisitInfo(visitInfo)
    toZenith = _computeZenithDirection(visitInfo, wcs, geom.Box2D(bbox).getCenter())
    shifts: list[SliceShifts] = []
    for edges in wavelengthGenerator(effectiveWavelength, bandwidth, numSubfilters):
        blue, red = (_refract(wavelength, effectiveWavelength, visitInfo) for wavelength in edges)
        one, other = (blueWeight * blue + redWeight * red for blueWeight, redWeight in EDGE_WEIGHTS)
        x, y = toZenith.getX(), toZenith.getY()
        shifts.append(((one * y, one * x), (other * y, other * x)))
    return shifts


def applyDcr(image: npt.NDArray[Any], dcr: SliceShifts) -> npt.NDArray[Any]:
    """Shift a slice of a band by its differential refraction.

    Parameters
    ----------
    image : `numpy.ndarray`
        Pixels of the slice, of shape (height, width).
    dcr : `tuple` [`tuple` [`float`, `float`], `tuple` [`float`, `float`]]
        Shifts ``((y0, x0), (y1, x1))``, in pixels; see `calculateDcr`.

    Returns
    -------
    shifted : `numpy.ndarray`
        Mean of the two shifted images, of the same shape and, if that is a
        floating-point one, of the same type.

    Notes
    -----
    The image is interpolated with cubic splines. Pixels that are not finite
    are first replaced by the closest finite ones, and the pixels of the
    result that are interpolated from them are NaN. Pixels that come from
    beyond the edge are mirror images of those inside.
    """
    from scipy import ndimage

    dtype = image.dtype if np.issubdtype(image.dtype, np.floating) else float
    bad = ~np.isfinite(image)
    if bad.all():
        return np.full(image.shape, np.nan, dtype=dtype)
    filled = _fillFromClosest(image, bad) if bad.any() else image
    spline = ndimage.spline_filter(filled, order=SPLINE_ORDER, mode="mirror")
    shifted = np.zeros(image.shape, dtype=dtype)
    for shift in dcr:
        shifted += ndimage.shift(
            spline, shift, output=dtype, order=SPLINE_ORDER, mode="mirror", prefilter=False
        )
    shifted /= len(dcr)
    if filled is not image:
        for shift in dcr:
            shifted[_computeAffected(bad, shift)] = np.nan
    return shifted


def wavelengthGenerator(
    effectiveWavelength: float, bandwidth: float, numSubfilters: int
) -> Iterator[tuple[float, float]]:
    """Cut a band into slices of equal width.

    Parameters
    ----------
    effectiveWavelength, bandwidth : `float`
        Middle and full width of the band, in nm.
    numSubfilters : `int`
        Number of slices.

    Yields
    ------
    blueEdge, redEdge : `float`
        Shortest and longest wavelength of a slice, in nm, from blue to red.
    """
    edges = np.linspace(
        effectiveWavelength - bandwidth / 2, effectiveWavelength + bandwidth / 2, numSubfilters + 1
    ).tolist()
    yield from zip(edges[:-1], edges[1:])


def checkVisitInfo(visitInfo: afwImage.VisitInfo | None) -> afwImage.VisitInfo:
    """Raise if the refraction cannot be calculated for an exposure.

    Parameters
    ----------
    visitInfo : `lsst.afw.image.VisitInfo` or `None`
        Observing conditions of the exposure.

    Returns
    -------
    visitInfo : `lsst.afw.image.VisitInfo`
        The same.

    Raises
    ------
    TypeError
        If ``visitInfo`` is something else.
    ValueError
        If ``visitInfo`` is `None`, or has no boresight azimuth, elevation or
        parallactic angle, or no elevation of the observatory; the message
        says which.
    """
    if visitInfo is None:
        raise ValueError("The exposure has no visitInfo: a DCR-matched template cannot be made for it.")
    azAlt = checkType("visitInfo", visitInfo, afwImage.VisitInfo).getBoresightAzAlt()
    quantities = {
        "boresight azimuth": azAlt.getLongitude().asDegrees(),
        "boresight elevation": azAlt.getLatitude().asDegrees(),
        "boresight parallactic angle": visitInfo.getBoresightParAngle().asDegrees(),
        "observatory elevation": visitInfo.getObservatory().getElevation(),
    }
    missing = [name for name, value in quantities.items() if not math.isfinite(value)]
    if missing:
        raise ValueError(
            f"The visitInfo of the exposure has no {', no '.join(missing)}: "
            "a DCR-matched template cannot be made for it."
        )
    return visitInfo


def computeDcrBox(patchInfo: TemplatePatch, bbox: geom.Box2I, border: int) -> geom.Box2I:
    """Compute the box of a patch that is fit for a template from DCR coadds.

    Parameters
    ----------
    patchInfo : `lsst.skymap.PatchInfo`
        Patch.
    bbox : `lsst.geom.Box2I`
        Box of the template, in tract pixels.
    border : `int`
        Number of pixels along the edge of a DCR coadd that may be bad.

    Returns
    -------
    box : `lsst.geom.Box2I`
        The patch's outer box inside the template, shrunk by the border but
        not into the inner box, in tract pixels. Empty if the inner box
        overlaps the template by no more than twice the border in x or y.
    """
    inner = patchInfo.getInnerBBox().clippedTo(bbox)
    if min(inner.getDimensions()) <= 2 * border:
        return geom.Box2I()
    return patchInfo.getOuterBBox().clippedTo(bbox).erodedBy(border).expandedTo(inner)


def _computeZenithDirection(
    visitInfo: afwImage.VisitInfo, wcs: SkyWcs, position: geom.Point2D
) -> geom.Extent2D:
    """Compute the offset in pixels of one arcsecond towards the zenith."""
    # Away from the boresight, the direction to the zenith is not at the
    # boresight's parallactic angle from north, the less so the closer one is
    # to a celestial pole; the zenith itself is the same point on the sky.
    right = 90 * geom.degrees
    zenith = visitInfo.getBoresightRaDec().offset(
        right - visitInfo.getBoresightParAngle(), right - visitInfo.getBoresightAzAlt().getLatitude()
    )
    here = wcs.pixelToSky(position)
    there = here.offset(here.bearingTo(zenith), 1 * geom.arcseconds)
    return wcs.skyToPixel(there) - wcs.skyToPixel(here)


def _refract(wavelength: float, effectiveWavelength: float, visitInfo: afwImage.VisitInfo) -> float:
    """Calculate how much closer to the zenith light of a wavelength is seen
    than that of the effective wavelength, in arcseconds.
    """
    weather = visitInfo.getWeather()
    recorded = (weather.getAirTemperature(), weather.getAirPressure(), weather.getHumidity())
    return differentialRefraction(
        wavelength,
        effectiveWavelength,
        visitInfo.getBoresightAzAlt().getLatitude(),
        visitInfo.getObservatory(),
        weather=weather if np.isfinite(recorded).all() else None,
    ).asArcseconds()


def _fillFromClosest(image: npt.NDArray[Any], bad: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    """Copy an image, with its bad pixels replaced by the closest others."""
    from scipy import ndimage

    closest = ndimage.distance_transform_edt(bad, return_distances=False, return_indices=True)
    return image[tuple(closest)]


def _computeAffected(bad: npt.NDArray[np.bool_], shift: Shift) -> npt.NDArray[np.bool_]:
    """Compute which pixels a shift interpolates from bad ones."""
    from scipy import ndimage

    # A cubic interpolates from four pixels along an axis, a straight line
    # from the inner two of them.
    reach = [0 if abs(step - round(step)) < GRID_TOLERANCE else 1 for step in shift]
    near = ndimage.maximum_filter(
        bad.astype(np.float32), size=[2 * pixels + 1 for pixels in reach], mode="mirror"
    )
    return ndimage.shift(near, shift, order=1, mode="mirror") > GRID_TOLERANCE


def _readSlice(
    handle: CoaddHandle,
    bbox: geom.Box2I,
    patchInfo: TemplatePatch | None,
    photoCalib: afwImage.PhotoCalib | None,
) -> afwImage.ExposureF | None:
    """Read the pixels of a slice in a constant calibration; `None` if there
    are none.
    """
    coadd = readPatch(handle, bbox, patchInfo)
    if coadd is None:
        return None
    name, own = describeHandle(handle), coadd.getPhotoCalib()
    if own is None:
        return coadd
    checkCalibration(own, coadd.getBBox(), name)
    if photoCalib is not None:
        return rescaleTo(photoCalib, coadd)
    if not isConstant(own):
        # A shift would take the pixels away from their calibration.
        raise CalibrationError(
            f"The photometric calibration of {name} ({own}) varies. "
            "With calibrationMismatch = 'rescale' the slices are brought to a constant one."
        )
    return coadd


def _checkSameCalibration(calibrations: Mapping[str, afwImage.PhotoCalib | None]) -> None:
    """Raise if slices that are to be summed have different calibrations."""
    known = [(name, calibration) for name, calibration in calibrations.items() if calibration is not None]
    for name, calibration in known[1:]:
        if not calibrationsAgree(calibration, known[0][1], geom.Box2I()):
            raise CalibrationError(
                f"The photometric calibration of {name} ({calibration}) is not that of {known[0][0]} "
                f"({known[0][1]}). With calibrationMismatch = 'rescale' the slices are brought to one."
            )


def _startSum(coadd: afwImage.ExposureF, bbox: geom.Box2I, numSubfilters: int) -> afwImage.ExposureF:
    """Make an exposure to add slices to, with all that is not added."""
    matched = afwImage.ExposureF(bbox, coadd.getWcs())
    matched.variance.array = numSubfilters * coadd.variance[bbox].array
    matched.setPsf(coadd.getPsf())
    matched.setFilter(coadd.getFilter())
    matched.setPhotoCalib(coadd.getPhotoCalib())
    matched.setMetadata(coadd.getMetadata())
    return matched


def _addSlice(matched: afwImage.ExposureF, coadd: afwImage.ExposureF, dcr: SliceShifts) -> None:
    """Add the shifted pixels and the mask of a slice."""
    shifted = applyDcr(coadd.image.array, dcr)
    bbox = matched.getBBox()
    x0, y0 = bbox.getMin() - coadd.getXY0()
    matched.image.array += shifted[y0 : y0 + bbox.getHeight(), x0 : x0 + bbox.getWidth()]
    mask = matched.mask
    mask |= coadd.mask[bbox]


def _flagNoData(exposure: afwImage.ExposureF) -> None:
    """Set ``NO_DATA`` where an exposure's image is NaN."""
    mask = exposure.mask
    mask.array[np.isnan(exposure.image.array)] |= mask.getPlaneBitMask("NO_DATA")
