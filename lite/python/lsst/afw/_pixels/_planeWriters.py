# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writers of images, masks and masked images to FITS files."""

__all__ = ["OF_ONE_HDU", "toPropertyList", "writeImage", "writeMask", "writeMaskedImage", "writePlanes"]

from collections.abc import Mapping
from typing import Any

from lsst.afw.fits import CompressionOptions
from lsst.afw.fits._metadata import toCards
from lsst.afw.fits._output import FitsOutput, openOutput
from lsst.daf.base import PropertyList, PropertySet
from lsst.geom import Point2I

from ._xy0 import createTrivialWcsMetadata

OF_ONE_HDU = ("AR_HDU", "EXTNAME", "EXTTYPE", "INHERIT", "WCS_ID")
"""Cards of the HDU or archive that metadata were read from."""


def toPropertyList(metadata: PropertySet | None) -> PropertyList:
    """Copy a property set, or make an empty one, with an order."""
    if isinstance(metadata, PropertyList):
        return metadata.deepCopy()
    result = PropertyList()
    if metadata is not None:
        result.update(metadata)
    return result


def _addXY0(metadata: PropertyList, xy0: Point2I) -> None:
    """Add the cards for the position of the first pixel."""
    metadata.update(createTrivialWcsMetadata("A", xy0))


def writeImage(
    image: Any,
    fileName: str,
    metadata: PropertySet | None = None,
    mode: str = "w",
    options: CompressionOptions | None = None,
    mask: Any = None,
) -> None:
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
    header = toPropertyList(metadata)
    _addXY0(header, image.getXY0())
    with openOutput(fileName, mode) as output:
        output.writeImage(image.getArray(), toCards(header), options)


def writeMask(
    mask: Any,
    fileName: str,
    metadata: PropertySet | None = None,
    mode: str = "w",
    options: CompressionOptions | None = None,
) -> None:
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
    header = toPropertyList(metadata)
    mask.addMaskPlanesToMetadata(header)
    writeImage(mask, fileName, header, mode, options)


def writePlanes(
    output: FitsOutput,
    maskedImage: Any,
    headers: dict[str, PropertyList],
    options: Mapping[str, CompressionOptions | None],
) -> None:
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


def _primaryCards(metadata: PropertySet | None) -> list[tuple[Any, ...]]:
    """Make the cards of an empty primary HDU."""
    return [card for card in toCards(metadata) if card[0] not in OF_ONE_HDU[1:]]


def writeMaskedImage(
    maskedImage: Any,
    fileName: str,
    metadata: PropertySet | None = None,
    imageMetadata: PropertySet | None = None,
    maskMetadata: PropertySet | None = None,
    varianceMetadata: PropertySet | None = None,
    imageOptions: CompressionOptions | None = None,
    maskOptions: CompressionOptions | None = None,
    varianceOptions: CompressionOptions | None = None,
) -> None:
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
    metadatas = {"IMAGE": imageMetadata, "MASK": maskMetadata, "VARIANCE": varianceMetadata}
    headers = {name: toPropertyList(header) for name, header in metadatas.items()}
    options = {"IMAGE": imageOptions, "MASK": maskOptions, "VARIANCE": varianceOptions}
    with openOutput(fileName) as output:
        output.writeEmpty(_primaryCards(metadata))
        writePlanes(output, maskedImage, headers, options)
