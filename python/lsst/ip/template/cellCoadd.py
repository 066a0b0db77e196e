# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cell coadds of lsst.images, read as exposures."""

__all__ = ["CellCoaddHandle", "isCellCoadd"]

import sys
from typing import Any

import numpy as np
from astropy import units

import lsst.afw.image as afwImage
import lsst.geom as geom

from .interfaces import CoaddHandle


def isCellCoadd(coadd: object) -> bool:
    """Return whether a coadd is an `lsst.images.cells.CellCoadd`.

    Parameters
    ----------
    coadd : `object`
        A coadd.

    Returns
    -------
    isCellCoadd : `bool`
        Whether it is one.
    """
    # Who has one has imported the package; nobody else needs it.
    cells = sys.modules.get("lsst.images.cells")
    return cells is not None and isinstance(coadd, cells.CellCoadd)


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
        # Which dataset it is, and where, is what the handle says. A copy in
        # the making has none yet.
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
        coadd : `lsst.afw.image.Exposure`, or type of the component
            The coadd, in tract pixels.
        """
        match component:
            case None:
                return _toExposure(self._getCoadd(parameters))
            case "bbox":
                return self._getPart("bbox").to_legacy()
            case "photoCalib":
                return _toPhotoCalib(self._getPart("unit"))
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


def _toExposure(coadd: Any) -> afwImage.Exposure:
    """Make an exposure of a cell coadd (`lsst.images.cells.CellCoadd`)."""
    # Heavy, and not everywhere.
    from lsst.images import get_legacy_deep_coadd_mask_planes

    missing = list(coadd.bounds.missing_boxes())
    copy = True if missing else None
    exposure = afwImage.makeExposure(
        afwImage.makeMaskedImage(
            coadd.image.to_legacy(copy=copy),
            coadd.mask.to_legacy(get_legacy_deep_coadd_mask_planes()),
            coadd.variance.to_legacy(copy=copy),
        )
    )
    for box in missing:
        _removeData(exposure, box.to_legacy())
    exposure.setWcs(coadd.sky_projection.to_legacy())
    exposure.getMetadata().set("BUNIT", coadd.unit.to_string("fits"))
    exposure.setPhotoCalib(_toPhotoCalib(coadd.unit))
    exposure.setPsf(_toPsf(coadd.psf))
    if coadd.band is not None:
        exposure.setFilter(afwImage.FilterLabel.fromBand(coadd.band))
    return exposure


def _removeData(exposure: afwImage.Exposure, cell: geom.Box2I) -> None:
    """Take the data of a cell out of an exposure."""
    common = cell.clippedTo(exposure.getBBox())
    if not common.isEmpty():
        noData = exposure.mask.getPlaneBitMask("NO_DATA")
        exposure.maskedImage[common].set(np.nan, noData, np.nan)


def _toPhotoCalib(unit: units.UnitBase) -> afwImage.PhotoCalib:
    """Make the calibration of pixels in a unit.

    Raises `astropy.units.UnitConversionError` if they are no flux densities.
    """
    return afwImage.PhotoCalib(unit.to(units.nJy))


def _toPsf(psf: Any) -> Any:
    """Make a PSF of that of a cell coadd; `None` without the full stack."""
    try:
        return psf.to_legacy()
    except ModuleNotFoundError as err:
        if err.name is None or not err.name.startswith("lsst.cell_coadds"):
            raise
        return None
