# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a template was made from, as cards of its FITS header."""

__all__ = ["TemplateProvenance", "getPackageVersion"]

import importlib.metadata
import math
import string
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, pairwise, takewhile
from typing import Self, TypeAlias
from urllib.parse import quote, unquote

from lsst.daf.base import PropertyList

Value: TypeAlias = bool | int | float | str
Card: TypeAlias = tuple[str, Value]

_PREFIX = "LSST TEMPLATE"

_FORMAT = 2
"""How the cards are written; those without ``FORMAT`` are of the first."""

_FORMER_LENGTH = 40
"""Length of the lines of the first format."""

_CARD_LENGTH = 80

_KEPT = string.ascii_letters + string.digits + "".join(set(string.punctuation) - set("%&'"))
"""Characters that every reader of a card gives back: not all know that a
quotation mark is doubled, and that an ampersand is no continuation.
"""

_READ_AS_NUMBERS = ("NAN", "INFINITY", "+INFINITY", "-INFINITY")
"""Texts that readers take for numbers."""

_COMMENTS = {"FORMAT": "of the cards below", "TRACT": "tract that the pixels are from"}

_COMPONENT_PATCHES = {"PSFPATCH": "psfPatch", "FILTERPATCH": "filterPatch", "CALIBPATCH": "photoCalibPatch"}
"""Cards of the patches that gave a component, and the attributes."""


@dataclass(frozen=True)
class TemplateProvenance:
    """What a template was made from.

    Notes
    -----
    The cards start with ``LSST TEMPLATE``:

    ``FORMAT``
        2. `read` also reads what was written before there was this card,
        except that a blank is lost where a line of 40 characters ended with
        a word.
    ``TRACT``
        `tract`.
    ``PATCHES``, ``MISSING``
        `patchesUsed` and `patchesMissing`, separated by blanks.
    ``PSFPATCH``, ``FILTERPATCH``, ``CALIBPATCH``
        `psfPatch`, `filterPatch`, `photoCalibPatch`; not there if `None`.
    ``DATASET``, ``VERSION``
        `datasetType`, `packageVersion`.
    ``ID 1``, ``ID 2``, ...
        `datasetIds`.
    ``CONFIG 1 NAME``, ``CONFIG 1 VALUE``, ...
        `configuration`. A number that a card does not keep to the last digit
        is a text; then there is ``CONFIG 1 TYPE``, "float" or "int".

    A text too long for a card goes on in ``... 2``, ``... 3``, and so on.
    Blanks, and characters that not every reader gives back, are
    percent-encoded as UTF-8 (RFC 3986), so that any text comes back as it
    was.

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
    """Sequential numbers of the patches whose pixels stand in the template,
    in the order of copying.
    """

    patchesMissing: tuple[int, ...] = ()
    """Sequential numbers of the patches wanted that had no coadd."""

    psfPatch: int | None = None
    """Sequential number of the patch that gave the PSF: the first that has
    one, even if none of its pixels stands, so that it may not be one of
    `patchesUsed`. `None` if that was not written.
    """

    filterPatch: int | None = None
    """The same for the filter; `None` also if no patch has one."""

    photoCalibPatch: int | None = None
    """The same for the photometric calibration."""

    datasetType: str = ""
    """Dataset type of the coadds."""

    datasetIds: tuple[str, ...] = ()
    """Dataset IDs (UUIDs) of the coadds of `patchesUsed`; empty for coadds
    that come from no Butler.
    """

    packageVersion: str = ""
    """Version of the package that made the template."""

    configuration: Mapping[str, Value] = field(default_factory=dict)
    """Configuration that decides about the template's pixels."""

    def write(self, metadata: PropertyList, number: int = 1) -> None:
        """Write the cards, in place of those that are there already.

        Parameters
        ----------
        metadata : `lsst.daf.base.PropertyList`
            Metadata of the template; modified.
        number : `int`, optional
            Which tract's cards these are, from 1 on.

        Raises
        ------
        ValueError
            If a value of the configuration is neither text nor number; the
            message names the card. The metadata is as it was then.
        """
        cards = list(self._makeCards())
        prefix = _makePrefix(number)
        for name in [name for name in metadata.names() if name.startswith(f"{prefix} ")]:
            metadata.remove(name)
        for key, value in cards:
            metadata.set(f"{prefix} {key}", value, _COMMENTS.get(key, ""))

    def _makeCards(self) -> Iterator[Card]:
        """Make the cards: keys, without prefix, and values."""
        yield "FORMAT", _FORMAT
        yield "TRACT", self.tract
        yield from _patchCards("PATCHES", self.patchesUsed)
        yield from _patchCards("MISSING", self.patchesMissing)
        for key, name in _COMPONENT_PATCHES.items():
            if (patch := getattr(self, name)) is not None:
                yield key, patch
        yield from _textCards("DATASET", self.datasetType)
        yield from _textCards("VERSION", self.packageVersion)
        for number, datasetId in enumerate(self.datasetIds, start=1):
            yield from _textCards(f"ID {number}", str(datasetId))
        for number, (name, value) in enumerate(self.configuration.items(), start=1):
            yield from _textCards(f"CONFIG {number} NAME", name)
            yield from _valueCards(f"CONFIG {number}", value)

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
        if number > 1:
            metadata = _findCards(metadata, number)
        tract = metadata.get(f"{_PREFIX} TRACT")
        if tract is None:
            return None
        return cls(
            tract=int(tract),
            patchesUsed=_readPatches(metadata, "PATCHES"),
            patchesMissing=_readPatches(metadata, "MISSING"),
            **{name: metadata.get(f"{_PREFIX} {key}") for key, name in _COMPONENT_PATCHES.items()},
            datasetType=_readText(metadata, "DATASET"),
            datasetIds=tuple(_readText(metadata, f"ID {number}") for number in _numbers(metadata, "ID {}")),
            packageVersion=_readText(metadata, "VERSION"),
            configuration={
                _readText(metadata, f"CONFIG {number} NAME"): _readValue(metadata, f"CONFIG {number}")
                for number in _numbers(metadata, "CONFIG {} NAME")
            },
        )


def _makePrefix(number: int) -> str:
    """Make what the cards of a tract start with."""
    return _PREFIX if number == 1 else f"{_PREFIX}{number}"


def _findCards(metadata: PropertyList, number: int) -> PropertyList:
    """Find the cards of a further tract, and call them as the first's."""
    found, prefix = PropertyList(), f"{_makePrefix(number)} "
    for name in metadata.names():
        if name.startswith(prefix):
            found.set(f"{_PREFIX} {name.removeprefix(prefix)}", metadata.getScalar(name))
    return found


def getPackageVersion() -> str:
    """Return the version of this package, empty if it was not installed."""
    try:
        return importlib.metadata.version("lsst-ip-template")
    except importlib.metadata.PackageNotFoundError:
        return ""


def _patchCards(key: str, patches: Iterable[int]) -> list[Card]:
    """Make the cards of a list of patch numbers."""
    lines = textwrap.wrap(" ".join(map(str, patches)), _FORMER_LENGTH) or [""]
    return _numberCards(key, lines)


def _textCards(key: str, text: str) -> list[Card]:
    """Make the cards of any text."""
    encoded = quote(text, safe=_KEPT, errors="surrogatepass")
    length = _CARD_LENGTH - len(f"HIERARCH {_PREFIX} {key} 999 = ''")
    lines = [encoded[start : start + length] for start in range(0, len(encoded), length)] or [""]
    return _numberCards(key, [_hideNumber(line) for line in lines])


def _hideNumber(line: str) -> str:
    """Encode a line that a reader would take for a number."""
    return f"%{ord(line[0]):02X}{line[1:]}" if line in _READ_AS_NUMBERS else line


def _numberCards(key: str, lines: Iterable[str]) -> list[Card]:
    """Give each line of a text a card."""
    return [(key if number == 1 else f"{key} {number}", line) for number, line in enumerate(lines, start=1)]


def _valueCards(key: str, value: Value) -> list[Card]:
    """Make the cards of a value of the configuration."""
    if isinstance(value, str):
        return _textCards(f"{key} VALUE", value)
    if not isinstance(value, int | float):
        raise ValueError(f"{_PREFIX} {key} VALUE cannot hold {value!r}, which is neither text nor number.")
    if _isKept(value):
        return [(f"{key} VALUE", value)]
    kind = float if isinstance(value, float) else int
    return [*_textCards(f"{key} VALUE", repr(kind(value))), (f"{key} TYPE", kind.__name__)]


def _isKept(number: float) -> bool:
    """Whether a card gives back a number as it was: afw writes 15 digits,
    and integers of 64 bits.
    """
    if isinstance(number, float):
        return math.isfinite(number) and float(f"{number:.15G}") == number
    return -(2**63) <= number < 2**63


def _numbers(metadata: PropertyList, key: str) -> Iterator[int]:
    """Return the numbers from 1 on for which there is a card."""
    return takewhile(lambda number: metadata.exists(f"{_PREFIX} {key.format(number)}"), count(1))


def _readLines(metadata: PropertyList, key: str) -> list[str]:
    """Read the lines of a text."""
    lines = [metadata.get(f"{_PREFIX} {key}", "")]
    while metadata.exists(f"{_PREFIX} {key} {len(lines) + 1}"):
        lines.append(metadata.getScalar(f"{_PREFIX} {key} {len(lines) + 1}"))
    return lines


def _readPatches(metadata: PropertyList, key: str) -> tuple[int, ...]:
    """Read a list of patch numbers."""
    return tuple(map(int, " ".join(_readLines(metadata, key)).split()))


def _readText(metadata: PropertyList, key: str) -> str:
    """Read a text."""
    lines = _readLines(metadata, key)
    if metadata.exists(f"{_PREFIX} FORMAT"):
        return unquote("".join(lines), errors="surrogatepass")
    return _joinFormer(lines)


def _joinFormer(lines: list[str]) -> str:
    """Join the lines of a text in the first format.

    It was broken at blanks, which are lost, and within words that are longer
    than a line.
    """
    text = lines[0]
    for before, line in pairwise(lines):
        text += line if len(before) == _FORMER_LENGTH else f" {line}"
    return text


def _readValue(metadata: PropertyList, key: str) -> Value:
    """Read a value of the configuration."""
    value = metadata.getScalar(f"{_PREFIX} {key} VALUE")
    if not isinstance(value, str):
        return value
    kind = {"float": float, "int": int, "": str}[metadata.get(f"{_PREFIX} {key} TYPE", "")]
    return kind(_readText(metadata, f"{key} VALUE"))
