# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cell coadds of lsst.images, read as exposures."""

__all__ = ["CellCoaddHandle"]

from typing import Any

import numpy as np
import numpy.typing as npt
from astropy import units

import lsst.afw.image as afwImage

from .interfaces import CoaddHandle, describeHandle


class CellCoaddHandle:
    """Stands for a cell coadd, and gives exposures.

    Parameters
    ----------
    handle : `CoaddHandle`
        Gives the cell coadd, and parts of it.

    Notes
    -----
    Cells that are missing are NaN with ``NO_DATA``, whatever is stored there.
    Mask planes get the names that they have in an exposure. The PSF is an
    ``lsst.cell_coadds.StitchedPsf``, and missing where that package is, which
    only the full stack has.
    """

    storageClass = "ExposureF"
    """Storage class of what it gives."""

    def __init__(self, handle: CoaddHandle) -> None:
        self._handle = handle

    def __getattr__(self, name: str) -> Any:
        # The handle knows which dataset it is. A copy in the making has no
        # handle yet.
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._handle, name)

    def get(self, *, component: str | None = None, parameters: dict[str, Any] | None = None) -> Any:
        """Get the coadd as an exposure, or a part of it.

        Parameters
        ----------
        component : `str`, optional
            "bbox", "photoCalib" or "wcs".
        parameters : `dict`, optional
            With ``bbox`` (`lsst.geom.Box2I`), which the coadd must hold.

        Returns
        -------
        coadd : `lsst.afw.image.ExposureF`, or type of the component
            The coadd, in tract pixels.

        Raises
        ------
        TypeError
            If a pixel has no equal in single precision, or the pixels are in
            a unit that is none of flux density.
        """
        match component:
            case None:
                return _toExposure(self._getCoadd(parameters), describeHandle(self._handle))
            case "bbox":
                return self._getPart("bbox").to_legacy()
            case "photoCalib":
                return _toPhotoCalib(self._getPart("unit"), describeHandle(self._handle))
            case "wcs":
                return self._getPart("sky_projection").to_legacy()
            case _:
                raise ValueError(f"A cell coadd has no component {component!r} of an exposure.")

    def _getCoadd(self, parameters: dict[str, Any] | None) -> Any:
        """Get the cell coadd, or the part of it in a box."""
        # Heavy, and not everywhere.
        from lsst.images import Box

        if not parameters:
            return self._handle.get()
        bbox, stored = parameters["bbox"], self.get(component="bbox")
        if not stored.contains(bbox):
            raise ValueError(f"{bbox} is not inside of the coadd's box, {stored}.")
        return self._handle.get(parameters={"bbox": Box.from_legacy(bbox)})

    def _getPart(self, name: str) -> Any:
        """Get a component of the cell coadd."""
        inMemory = getattr(self._handle, "inMemoryDataset", None)
        return self._handle.get(component=name) if inMemory is None else getattr(inMemory, name)


def _toExposure(coadd: Any, name: str) -> afwImage.ExposureF:
    """Make an exposure of a cell coadd (`lsst.images.cells.CellCoadd`)."""
    # Heavy, and not everywhere.
    from lsst.images import get_legacy_deep_coadd_mask_planes

    bbox = coadd.bbox.to_legacy()
    exposure = afwImage.ExposureF(bbox, coadd.sky_projection.to_legacy())
    exposure.mask = coadd.mask.to_legacy(get_legacy_deep_coadd_mask_planes())
    # What is too large for single precision becomes infinite.
    with np.errstate(over="ignore"):
        exposure.image.array[:] = coadd.image.array
        exposure.variance.array[:] = coadd.variance.array
    noData = exposure.mask.getPlaneBitMask("NO_DATA")
    for cell in coadd.bounds.missing_boxes():
        common = cell.to_legacy().clippedTo(bbox)
        if not common.isEmpty():
            exposure.maskedImage[common].set(np.nan, noData, np.nan)
    for plane in ("image", "variance"):
        _checkUnchanged(getattr(coadd, plane).array, getattr(exposure, plane).array, f"The {plane} of {name}")
    exposure.setPhotoCalib(_toPhotoCalib(coadd.unit, name))
    exposure.getMetadata().set("BUNIT", _describeUnit(coadd.unit))
    exposure.setPsf(_toPsf(coadd.psf))
    if coadd.band is not None:
        exposure.setFilter(afwImage.FilterLabel.fromBand(coadd.band))
    return exposure


def _checkUnchanged(stored: npt.NDArray[Any], single: npt.NDArray[np.float32], what: str) -> None:
    """Raise if the conversion to single precision changed a pixel."""
    if stored.dtype == single.dtype:
        return
    if np.issubdtype(stored.dtype, np.floating):
        isSame = single == stored
    else:
        # Rounding may have led beyond the largest integer.
        isInRange = single < float(np.iinfo(stored.dtype).max) + 1.0
        isSame = isInRange & (np.where(isInRange, single, 0).astype(stored.dtype) == stored)
    isChanged = ~(isSame | np.isnan(single))
    if isChanged.any():
        raise TypeError(
            f"{what} is of {stored.dtype}, and that of a template of {single.dtype}, in which "
            f"{np.count_nonzero(isChanged)} pixels would change, such as {stored[isChanged][0]}."
        )


def _toPhotoCalib(unit: units.UnitBase, name: str) -> afwImage.PhotoCalib:
    """Make the calibration of pixels in a unit."""
    try:
        return afwImage.PhotoCalib(unit.to(units.nJy))
    except units.UnitConversionError as err:
        raise TypeError(f"The pixels of {name} are in {unit}, which is no unit of flux density.") from err


def _describeUnit(unit: units.UnitBase) -> str:
    """Describe a unit as FITS has it, if it has it at all."""
    try:
        return str(unit.to_string("fits"))
    except ValueError:
        return str(unit)


def _toPsf(psf: Any) -> Any:
    """Make a PSF of that of a cell coadd; `None` without the full stack."""
    try:
        return psf.to_legacy()
    except ModuleNotFoundError as err:
        if err.name is None or not err.name.startswith("lsst.cell_coadds"):
            raise
        return None
