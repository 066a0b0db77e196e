# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a template was made from, as cards of its FITS header."""

__all__ = ["TemplateProvenance", "getPackageVersion"]

import importlib.metadata
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

_PREFIX = "LSST TEMPLATE"
# With the keyword a text of this length fits into one card of 80 characters,
# so that no reader needs to know about CONTINUE.
_TEXT_LENGTH = 40


@dataclass(frozen=True)
class TemplateProvenance:
    """What a template was made from.

    Notes
    -----
    The cards start with ``LSST TEMPLATE``:

    ``TRACT``
        `tract`.
    ``PATCHES``, ``MISSING``
        `patchesUsed` and `patchesMissing`, separated by blanks.
    ``DATASET``, ``VERSION``
        `datasetType`, `packageVersion`.
    ``ID 1``, ``ID 2``, ...
        `datasetIds`.
    ``CONFIG 1 NAME``, ``CONFIG 1 VALUE``, ...
        `configuration`.

    A text too long for a card goes on in ``... 2``, ``... 3``, and so on.
    """

    tract: int
    """Tract whose pixel grid the template has."""

    patchesUsed: tuple[int, ...] = ()
    """Sequential numbers of the patches copied, in the order of copying."""

    patchesMissing: tuple[int, ...] = ()
    """Sequential numbers of the patches wanted that had no coadd."""

    datasetType: str = ""
    """Dataset type of the coadds."""

    datasetIds: tuple[str, ...] = ()
    """Dataset IDs (UUIDs) of the coadds; empty for coadds that come from no
    Butler.
    """

    packageVersion: str = ""
    """Version of the package that made the template."""

    configuration: Mapping[str, bool | int | float | str] = field(default_factory=dict)
    """Configuration that decides about the template's pixels."""

    def write(self, metadata):
        """Write the cards, in place of those that are there already.

        Parameters
        ----------
        metadata : `lsst.daf.base.PropertyList`
            Metadata of the template; modified.
        """
        for name in [name for name in metadata.names() if name.startswith(f"{_PREFIX} ")]:
            metadata.remove(name)
        metadata.set(f"{_PREFIX} TRACT", self.tract, "tract whose pixel grid this is")
        _writeText(metadata, "PATCHES", " ".join(map(str, self.patchesUsed)))
        _writeText(metadata, "MISSING", " ".join(map(str, self.patchesMissing)))
        _writeText(metadata, "DATASET", self.datasetType)
        _writeText(metadata, "VERSION", self.packageVersion)
        for number, datasetId in enumerate(self.datasetIds, start=1):
            metadata.set(f"{_PREFIX} ID {number}", str(datasetId))
        for number, (name, value) in enumerate(self.configuration.items(), start=1):
            metadata.set(f"{_PREFIX} CONFIG {number} NAME", name)
            metadata.set(f"{_PREFIX} CONFIG {number} VALUE", value)

    @classmethod
    def read(cls, metadata):
        """Read the cards.

        Parameters
        ----------
        metadata : `lsst.daf.base.PropertyList`
            Metadata of a template.

        Returns
        -------
        provenance : `TemplateProvenance` or `None`
            `None` if there are no such cards.
        """
        tract = metadata.get(f"{_PREFIX} TRACT")
        if tract is None:
            return None
        names = _readNumbered(metadata, "CONFIG {} NAME")
        return cls(
            tract=int(tract),
            patchesUsed=_readPatches(metadata, "PATCHES"),
            patchesMissing=_readPatches(metadata, "MISSING"),
            datasetType=_readText(metadata, "DATASET"),
            datasetIds=tuple(_readNumbered(metadata, "ID {}")),
            packageVersion=_readText(metadata, "VERSION"),
            configuration=dict(zip(names, _readNumbered(metadata, "CONFIG {} VALUE"))),
        )


def getPackageVersion():
    """Give the version of this package, empty if it was not installed."""
    try:
        return importlib.metadata.version("lsst-ip-template")
    except importlib.metadata.PackageNotFoundError:
        return ""


def _writeText(metadata, key, text):
    """Write a text, on several cards if it is long."""
    lines = textwrap.wrap(text, _TEXT_LENGTH, break_on_hyphens=False) or [""]
    for number, line in enumerate(lines, start=1):
        metadata.set(f"{_PREFIX} {key}" if number == 1 else f"{_PREFIX} {key} {number}", line)


def _readText(metadata, key):
    """Read a text that `_writeText` wrote."""
    first = metadata.get(f"{_PREFIX} {key}", "")
    return " ".join([first, *_readNumbered(metadata, f"{key} {{}}", start=2)])


def _readPatches(metadata, key):
    """Read a list of patch numbers."""
    return tuple(map(int, _readText(metadata, key).split()))


def _readNumbered(metadata, key, start=1):
    """Read the cards with the numbers from ``start`` on, as far as they
    go.
    """
    values = []
    for number in count(start):
        name = f"{_PREFIX} {key.format(number)}"
        if not metadata.exists(name):
            return values
        values.append(metadata.getScalar(name))
