# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writer of exposures to FITS files."""

__all__ = ["writeExposure"]

from typing import Any

from lsst.afw.fits import CompressionOptions
from lsst.afw.fits._metadata import toCards
from lsst.afw.fits._opaque import OpaqueComponent
from lsst.afw.fits._output import openOutput
from lsst.afw.fits._outputArchive import OutputArchive, readCarried
from lsst.daf.base import PropertyList
from lsst.geom import Box2I

from .._pixels._planeWriters import OF_ONE_HDU, toPropertyList, writePlanes
from ._exposureInfo import ExposureInfo
from ._visitInfoWriter import setVisitInfoMetadata

_FORMAT_VERSION = 2
"""Version of the layout of exposures that is written."""

_ARCHIVE_HDU = 5
"""HDU with the index of the archive of an exposure, from 1."""

_COMPONENT_ORDER = (
    ExposureInfo.KEY_VALID_POLYGON,
    ExposureInfo.KEY_TRANSMISSION_CURVE,
    ExposureInfo.KEY_FILTER,
    ExposureInfo.KEY_AP_CORR_MAP,
    ExposureInfo.KEY_PHOTO_CALIB,
    ExposureInfo.KEY_PSF,
    ExposureInfo.KEY_COADD_INPUTS,
    ExposureInfo.KEY_DETECTOR,
    ExposureInfo.KEY_SUMMARY_STATS,
    ExposureInfo.KEY_WCS,
)
"""Order in which the stack has been seen to write components."""


def _putComponents(info: ExposureInfo, metadata: PropertyList) -> OutputArchive:
    """Make the archive of the components, and the cards that point there.

    Parameters
    ----------
    info : `ExposureInfo`
        The components.
    metadata : `lsst.daf.base.PropertyList`
        Header; changed in place.

    Returns
    -------
    archive : `lsst.afw.fits._outputArchive.OutputArchive`
    """
    components = info._components
    names = [name for name in _COMPONENT_ORDER if name in components]
    # The WCS comes last.
    last = names[-1:] if names[-1:] == [ExposureInfo.KEY_WCS] else []
    others = sorted(components.keys() - set(_COMPONENT_ORDER))
    names = [*names[: len(names) - len(last)], *others, *last]
    archive = OutputArchive([components[name] for name in names])
    for name in names:
        number = archive.put(components[name])
        for card in (f"{name}_ID", f"ARCHIVE_ID_{name}"):
            metadata.set(card, number, f"archive ID for generic component '{name}'")
    return archive


def _addDetector(metadata: PropertyList, detector: Any) -> None:
    """Add the cards that name a detector."""
    if isinstance(detector, OpaqueComponent):
        row = readCarried(detector)
        for card, column in (("DETNAME", "name"), ("DETSER", "serial")):
            if column in row:
                metadata.set(card, row.string(column))


def _makePlaneHeader(info: ExposureInfo, bbox: Box2I) -> PropertyList:
    """Make the cards that the planes of an exposure have in common.

    Parameters
    ----------
    info : `ExposureInfo`
        The components.
    bbox : `lsst.geom.Box2I`
        Box of the pixels.

    Returns
    -------
    metadata : `lsst.daf.base.PropertyList`
        The WCS, as well as FITS can have it, in pixels of the file.
    """
    metadata = PropertyList()
    wcs = info.getWcs()
    if wcs is not None and not bbox.isEmpty():
        metadata.update(wcs.getFitsMetadata(bbox=bbox))
    for name in metadata.names():
        value = metadata.getScalar(name)
        if isinstance(value, float):
            # As many digits as the stack writes: the exact WCS is in the
            # archive.
            metadata.set(name, float(f"{value:.15G}"))
    metadata.set("LTV1", float(-bbox.getMinX()))
    metadata.set("LTV2", float(-bbox.getMinY()))
    return metadata


def writeExposure(
    exposure: Any,
    fileName: str,
    imageOptions: CompressionOptions | None = None,
    maskOptions: CompressionOptions | None = None,
    varianceOptions: CompressionOptions | None = None,
) -> None:
    """Write an exposure to a FITS file, with all of its components.

    Parameters
    ----------
    exposure : `Exposure`
        What to write.
    fileName : `str`
        Name of the file.
    imageOptions, maskOptions, varianceOptions : \
            `lsst.afw.fits.CompressionOptions`, optional
        How to compress the planes; not at all by default.

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be written.
    NotImplementedError
        Raised if there is a component that lite cannot write.
    """
    info = exposure.getInfo()
    metadata = toPropertyList(info.getMetadata())
    for name in (*OF_ONE_HDU, *(name for name in metadata.names() if name.startswith("ARCHIVE_ID_"))):
        metadata.remove(name)
    metadata.set("EXPINFO_V", _FORMAT_VERSION)
    metadata.set(
        "AR_HDU", _ARCHIVE_HDU, "HDU (1-indexed) containing the archive used to store ancillary objects"
    )
    archive = _putComponents(info, metadata)
    _addDetector(metadata, info.getDetector())
    if info.hasVisitInfo():
        setVisitInfoMetadata(metadata, info.getVisitInfo())
    if info.hasId():
        metadata.set("EXPID", info.getId())
    header = _makePlaneHeader(info, exposure.getBBox())
    headers = {"IMAGE": header, "MASK": header.deepCopy(), "VARIANCE": header.deepCopy()}
    options = {"IMAGE": imageOptions, "MASK": maskOptions, "VARIANCE": varianceOptions}
    with openOutput(fileName) as output:
        output.writeEmpty(toCards(metadata))
        writePlanes(output, exposure.maskedImage, headers, options)
        archive.write(output)
