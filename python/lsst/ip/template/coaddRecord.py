# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of a coadd whose pixels are no longer in memory."""

__all__ = ["UNIT_CARD", "CoaddRecord"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.detection import Psf

from .coaddHandle import describeHandle
from .interfaces import CoaddHandle

UNIT_CARD = "BUNIT"
"""Header card with the unit of the pixels (FITS standard 4.0, section
4.4.2.5).
"""


@dataclass(frozen=True)
class CoaddRecord:
    """What is remembered of a coadd, or of the part of it that was read."""

    patch: int
    """Sequential patch number within the tract."""

    name: str
    """The dataset, for messages."""

    datasetIds: tuple[str, ...]
    """Dataset IDs (UUIDs); empty for coadds that come from no Butler."""

    bbox: geom.Box2I
    """Pixels that were read, in tract pixels."""

    filterLabel: afwImage.FilterLabel | None
    """Filter of the coadd."""

    photoCalib: afwImage.PhotoCalib | None
    """Photometric calibration of the coadd."""

    unit: str | None
    """Unit of the pixels, as the coadd's header has it."""

    psf: Psf | None
    """PSF of the coadd."""

    hasVariance: bool
    """Whether any variance that was read is more than zero."""

    @classmethod
    def of(cls, patch: int, handles: Sequence[CoaddHandle], coadd: afwImage.Exposure) -> Self:
        """Remember a coadd.

        Parameters
        ----------
        patch : `int`
            Sequential patch number.
        handles : `~collections.abc.Sequence` [`CoaddHandle`]
            What the coadd was read from.
        coadd : `lsst.afw.image.Exposure`
            The coadd, in tract pixels.
        """
        refs = (getattr(handle, "ref", None) for handle in handles)
        return cls(
            patch=patch,
            name=describeHandle(handles[0]),
            datasetIds=tuple(str(ref.id) for ref in refs if ref is not None),
            bbox=coadd.getBBox(),
            filterLabel=coadd.getFilter(),
            photoCalib=coadd.getPhotoCalib(),
            unit=_readUnit(coadd),
            psf=coadd.getPsf(),
            # Row by row, since nearly always the first one tells.
            hasVariance=any((row > 0).any() for row in coadd.variance.array),
        )


def _readUnit(coadd: afwImage.Exposure) -> str | None:
    metadata = coadd.getMetadata()
    return metadata.getScalar(UNIT_CARD) if UNIT_CARD in metadata else None
