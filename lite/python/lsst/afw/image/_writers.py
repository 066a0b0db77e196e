# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writers of images, masks, masked images and exposures to FITS files."""

__all__ = ["writeExposure", "writeImage", "writeMask", "writeMaskedImage"]

from lsst.afw.fits._archive import OutputArchive, readCarried
from lsst.afw.fits._metadata import toCards
from lsst.afw.fits._opaque import OpaqueComponent
from lsst.afw.fits._output import openOutput
from lsst.daf.base import PropertyList

from ._exposureInfo import ExposureInfo
from ._visitInfoCards import setVisitInfoMetadata

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

_OF_ONE_HDU = ("AR_HDU", "EXTNAME", "EXTTYPE", "INHERIT", "WCS_ID")
"""Cards of the HDU or archive that metadata were read from."""


def _toPropertyList(metadata):
    """Copy a property set, or make an empty one, with an order."""
    if isinstance(metadata, PropertyList):
        return metadata.deepCopy()
    result = PropertyList()
    if metadata is not None:
        result.update(metadata)
    return result


def _addXY0(metadata, xy0):
    """Add the cards for the position of the first pixel."""
    from lsst.afw.geom._wcsUtils import createTrivialWcsMetadata

    metadata.update(createTrivialWcsMetadata("A", xy0))


def writeImage(image, fileName, metadata=None, mode="w", options=None, mask=None):
    """Write an image to a FITS file.

    Parameters
    ----------
    image : `Image`
        Image to write.
    fileName : `str`
        Name of the file.
    metadata : `lsst.daf.base.PropertySet`, optional
        Cards of the header.
    mode : `str`, optional
        "w" for a new file; "a" to append to a file.
    options : `lsst.afw.fits.CompressionOptions`, optional
        How to compress; not at all by default.
    mask : `Mask`, optional
        Not used: it matters for lossy compression only.

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be written.
    """
    header = _toPropertyList(metadata)
    _addXY0(header, image.getXY0())
    with openOutput(fileName, mode) as output:
        output.writeImage(image.getArray(), toCards(header), options)


def writeMask(mask, fileName, metadata=None, mode="w", options=None):
    """Write a mask to a FITS file, with the planes of the process.

    Parameters
    ----------
    mask : `Mask`
        Mask to write.
    fileName : `str`
        Name of the file.
    metadata : `lsst.daf.base.PropertySet`, optional
        Cards of the header.
    mode : `str`, optional
        "w" for a new file; "a" to append to a file.
    options : `lsst.afw.fits.CompressionOptions`, optional
        How to compress; not at all by default.

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be written.
    """
    header = _toPropertyList(metadata)
    mask.addMaskPlanesToMetadata(header)
    writeImage(mask, fileName, header, mode, options)


def _writePlanes(output, maskedImage, headers, options):
    """Write the three planes of a masked image.

    Parameters
    ----------
    output : `lsst.afw.fits._output.FitsOutput`
        File to write to, with a primary HDU.
    maskedImage : `MaskedImage`
        What to write.
    headers : `dict` [`str`, `lsst.daf.base.PropertyList`]
        Cards by the names of the planes; changed in place.
    options : `dict` [`str`, `lsst.afw.fits.CompressionOptions`]
        How to compress, by the names of the planes.
    """
    planes = {"IMAGE": maskedImage.image, "MASK": maskedImage.mask, "VARIANCE": maskedImage.variance}
    for name, plane in planes.items():
        header = headers[name]
        header.set("INHERIT", True)
        header.set("EXTTYPE", name)
        header.set("EXTNAME", name)
        if name == "MASK":
            plane.addMaskPlanesToMetadata(header)
        _addXY0(header, plane.getXY0())
        output.writeImage(plane.getArray(), toCards(header), options.get(name))


def _primaryCards(metadata):
    """Make the cards of an empty primary HDU."""
    return [card for card in toCards(metadata) if card[0] not in _OF_ONE_HDU[1:]]


def writeMaskedImage(
    maskedImage,
    fileName,
    metadata=None,
    imageMetadata=None,
    maskMetadata=None,
    varianceMetadata=None,
    imageOptions=None,
    maskOptions=None,
    varianceOptions=None,
):
    """Write a masked image to a FITS file.

    Parameters
    ----------
    maskedImage : `MaskedImage`
        What to write.
    fileName : `str`
        Name of the file.
    metadata : `lsst.daf.base.PropertySet`, optional
        Cards of the primary header, which the planes inherit.
    imageMetadata, maskMetadata, varianceMetadata : \
            `lsst.daf.base.PropertySet`, optional
        Cards of the headers of the planes.
    imageOptions, maskOptions, varianceOptions : \
            `lsst.afw.fits.CompressionOptions`, optional
        How to compress the planes; not at all by default.

    Raises
    ------
    lsst.afw.fits.FitsError
        Raised if the file cannot be written.
    """
    headers = {"IMAGE": imageMetadata, "MASK": maskMetadata, "VARIANCE": varianceMetadata}
    headers = {name: _toPropertyList(header) for name, header in headers.items()}
    options = {"IMAGE": imageOptions, "MASK": maskOptions, "VARIANCE": varianceOptions}
    with openOutput(fileName) as output:
        output.writeEmpty(_primaryCards(metadata))
        _writePlanes(output, maskedImage, headers, options)


def _putComponents(info, metadata):
    """Make the archive of the components, and the cards that point there.

    Parameters
    ----------
    info : `ExposureInfo`
        The components.
    metadata : `lsst.daf.base.PropertyList`
        Header; changed in place.

    Returns
    -------
    archive : `lsst.afw.fits._archive.OutputArchive`
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


def _addDetector(metadata, detector):
    """Add the cards that name a detector."""
    if isinstance(detector, OpaqueComponent):
        row = readCarried(detector)
        for card, column in (("DETNAME", "name"), ("DETSER", "serial")):
            if column in row:
                metadata.set(card, row.string(column))


def _makePlaneHeader(info, bbox):
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
    if info.hasWcs() and not bbox.isEmpty():
        metadata.update(info.getWcs().getFitsMetadata(bbox=bbox))
    for name in metadata.names():
        value = metadata.getScalar(name)
        if isinstance(value, float):
            # As many digits as the stack writes: the exact WCS is in the
            # archive.
            metadata.set(name, float(f"{value:.15G}"))
    metadata.set("LTV1", float(-bbox.getMinX()))
    metadata.set("LTV2", float(-bbox.getMinY()))
    return metadata


def writeExposure(exposure, fileName, imageOptions=None, maskOptions=None, varianceOptions=None):
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
    metadata = _toPropertyList(info.getMetadata())
    for name in (*_OF_ONE_HDU, *(name for name in metadata.names() if name.startswith("ARCHIVE_ID_"))):
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
        _writePlanes(output, exposure.maskedImage, headers, options)
        archive.write(output)
