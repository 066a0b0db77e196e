# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a template was made from, as cards of its FITS header."""

__all__ = ["PACKAGE_VERSION", "TemplateProvenance"]

import importlib.metadata
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Self

from lsst.daf.base import PropertyList

try:
    PACKAGE_VERSION = importlib.metadata.version("lsst-ip-template")
    """Version of this package, empty if it was not installed."""
except importlib.metadata.PackageNotFoundError:
    PACKAGE_VERSION = ""

_PREFIX = "LSST TEMPLATE"
"""How the cards start."""

_LINE_LENGTH = 40
"""Number of characters of a text that fit into a card with its long key."""

_COMPONENT_PATCHES = {"PSFPATCH": "psfPatch", "FILTERPATCH": "filterPatch", "CALIBPATCH": "photoCalibPatch"}
"""Cards of the patches that a component comes from, and the attributes."""


@dataclass(frozen=True, kw_only=True)
class TemplateProvenance:
    """What a template was made from.

    Notes
    -----
    The cards start with ``LSST TEMPLATE``:

    ``TRACT``
        `tract`.
    ``PATCHES``, ``MISSING``
        `patchesUsed` and `patchesMissing`, separated by blanks.
    ``PSFPATCH``, ``FILTERPATCH``, ``CALIBPATCH``
        `psfPatch`, `filterPatch`, `photoCalibPatch`; not there if `None`.
    ``POLICY``, ``DATASET``, ``VERSION``
        `overlapPolicy`, `datasetType`, `packageVersion`.
    ``ID 1``, ``ID 2``, ...
        `datasetIds`.

    A text longer than 40 characters continues in ``... 2``, ``... 3``, and so
    on.

    A template on the science grid may have pixels of several tracts. There are
    such cards for each: ``LSST TEMPLATE ...`` for the first, ``LSST TEMPLATE2
    ...``, ``LSST TEMPLATE3 ...``, and so on, for those that filled what the
    former lack.
    """

    tract: int
    """Tract that the pixels are from. A template that is not resampled has
    its pixel grid.
    """

    patchesUsed: tuple[int, ...] = ()
    """Sequential numbers of the patches that pixels were copied from, in the
    order of copying.
    """

    patchesMissing: tuple[int, ...] = ()
    """Sequential numbers of the patches wanted that had no coadd."""

    psfPatch: int | None = None
    """Sequential number of the patch that the PSF comes from: the first that
    has one, even if none of its pixels is used; `None` if the PSF is that of
    several patches.
    """

    filterPatch: int | None = None
    """The same for the filter; `None` if no patch has one."""

    photoCalibPatch: int | None = None
    """The same for the photometric calibration."""

    overlapPolicy: str = ""
    """Which pixels are used where patches overlap; the field of the
    configuration.
    """

    datasetType: str = ""
    """Dataset type of the coadds."""

    datasetIds: tuple[str, ...] = ()
    """Dataset IDs (UUIDs) of the coadds of `patchesUsed`; empty for coadds
    that come from no Butler.
    """

    packageVersion: str = ""
    """Version of the package that made the template."""

    def write(self, metadata: PropertyList, number: int = 1) -> None:
        """Write the cards.

        Parameters
        ----------
        metadata : `lsst.daf.base.PropertyList`
            Metadata of the template, without these cards; modified.
        number : `int`, optional
            Which tract's cards these are, from 1 on.
        """
        prefix = _PREFIX if number == 1 else f"{_PREFIX}{number}"
        metadata.set(f"{prefix} TRACT", self.tract, "tract that the pixels are from")
        for key, name in _COMPONENT_PATCHES.items():
            if (patch := getattr(self, name)) is not None:
                metadata.set(f"{prefix} {key}", patch)
        texts = {
            "PATCHES": " ".join(map(str, self.patchesUsed)),
            "MISSING": " ".join(map(str, self.patchesMissing)),
            "POLICY": self.overlapPolicy,
            "DATASET": self.datasetType,
            "VERSION": self.packageVersion,
            **{f"ID {index}": datasetId for index, datasetId in enumerate(self.datasetIds, start=1)},
        }
        for key, text in texts.items():
            for index, line in enumerate(textwrap.wrap(text, _LINE_LENGTH) or [""], start=1):
                metadata.set(f"{prefix} {key}" if index == 1 else f"{prefix} {key} {index}", line)

    @classmethod
    def read(cls, metadata: PropertyList, number: int = 1) -> Self | None:
        """Read the cards.

        Parameters
        ----------
        metadata : `lsst.daf.base.PropertyList`
            Metadata of a template.
        number : `int`, optional
            Which tract's cards to read, from 1 on.

        Returns
        -------
        provenance : `TemplateProvenance` or `None`
            `None` if there are no such cards.
        """
        prefix = _PREFIX if number == 1 else f"{_PREFIX}{number}"
        if f"{prefix} TRACT" not in metadata:
            return None

        def readLines(key: str) -> Iterable[str]:
            return _readWhileThere(metadata, f"{prefix} {key}", f"{prefix} {key} {{}}")

        return cls(
            tract=int(metadata.getScalar(f"{prefix} TRACT")),
            patchesUsed=tuple(map(int, " ".join(readLines("PATCHES")).split())),
            patchesMissing=tuple(map(int, " ".join(readLines("MISSING")).split())),
            **{name: metadata.get(f"{prefix} {key}") for key, name in _COMPONENT_PATCHES.items()},
            overlapPolicy="".join(readLines("POLICY")),
            datasetType="".join(readLines("DATASET")),
            datasetIds=tuple(_readWhileThere(metadata, f"{prefix} ID 1", f"{prefix} ID {{}}")),
            packageVersion="".join(readLines("VERSION")),
        )


def _readWhileThere(metadata: PropertyList, first: str, further: str) -> Iterator[str]:
    """Read a card, and those numbered from 2 on as long as there is one."""
    key = first
    for number in count(2):
        if key not in metadata:
            return
        yield metadata.getScalar(key)
        key = further.format(number)
