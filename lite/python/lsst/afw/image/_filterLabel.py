# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of the filter of an observation."""

from __future__ import annotations

__all__ = ["FilterLabel", "getDatabaseFilterLabel"]

import re
from typing import Any

from lsst._lite.arguments import checkArguments
from lsst.afw.fits._outputArchive import OutputArchive
from lsst.afw.fits._registry import Persistable, oneCatalog, onlyRow, register
from lsst.afw.fits._tables import Field, Schema

from .._persistable import FitsPersistable


class FilterLabel(FitsPersistable):
    """The band and the physical filter of an observation; or one of them.

    Labels never change after construction.

    Parameters
    ----------
    band : `str`, optional
        Name of the band, such as "r".
    physical : `str`, optional
        Name of the physical filter, such as "HSC-R".

    Raises
    ------
    ValueError
        Raised if there is neither.
    """

    __module__ = "lsst.afw.image"

    def __init__(self, band: str | None = None, physical: str | None = None) -> None:
        if band is None and physical is None:
            raise ValueError("FilterLabel needs a band, a physical filter, or both; got neither.")
        checkArguments("FilterLabel", band=(band, (str, type(None))), physical=(physical, (str, type(None))))
        self._band = band
        self._physical = physical

    @staticmethod
    def fromBand(band: str) -> FilterLabel:
        """Make a label with only a band."""
        checkArguments("fromBand", band=(band, str))
        return FilterLabel(band=band)

    @staticmethod
    def fromPhysical(physical: str) -> FilterLabel:
        """Make a label with only a physical filter."""
        checkArguments("fromPhysical", physical=(physical, str))
        return FilterLabel(physical=physical)

    @staticmethod
    def fromBandPhysical(band: str, physical: str) -> FilterLabel:
        """Make a label with both names."""
        checkArguments("fromBandPhysical", band=(band, str), physical=(physical, str))
        return FilterLabel(band=band, physical=physical)

    def hasBandLabel(self) -> bool:
        """Whether there is a band."""
        return self._band is not None

    def hasPhysicalLabel(self) -> bool:
        """Whether there is a physical filter."""
        return self._physical is not None

    @property
    def bandLabel(self) -> str:
        """Name of the band (`str`); an error if there is none."""
        if self._band is None:
            raise RuntimeError(f"{self} has no band.")
        return self._band

    @property
    def physicalLabel(self) -> str:
        """Name of the physical filter (`str`); an error if there is none."""
        if self._physical is None:
            raise RuntimeError(f"{self} has no physical filter.")
        return self._physical

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FilterLabel):
            return NotImplemented
        return (self._band, self._physical) == (other._band, other._physical)

    def __hash__(self) -> int:
        return hash((self._band, self._physical))

    def __str__(self) -> str:
        names = dict(band=self._band, physical=self._physical)
        words = [f'{key}="{name}"' for key, name in names.items() if name is not None]
        return f"FilterLabel({', '.join(words)})"

    __repr__ = __str__

    def __copy__(self) -> FilterLabel:
        return FilterLabel(self._band, self._physical)

    def __deepcopy__(self, memo: dict[int, Any]) -> FilterLabel:
        return FilterLabel(self._band, self._physical)

    def __reduce__(self) -> tuple[Any, ...]:
        return FilterLabel, (self._band, self._physical)

    def isPersistable(self) -> bool:
        """Whether this can be written to a file."""
        return True


def getDatabaseFilterLabel(filterLabel: str) -> str:
    """Return a filter name in a form that suits a database.

    Parameters
    ----------
    filterLabel : `str`
        Name of a filter.

    Returns
    -------
    label : `str`
        The name with underscores for all but letters, digits and underscores.
    """
    checkArguments("getDatabaseFilterLabel", filterLabel=(filterLabel, str))
    return re.sub(r"\W", "_", filterLabel, flags=re.ASCII)


# ---- persistence


_FILTER_LABEL = Schema(
    (
        Field("band_exists", "flag", "Existence flag for band"),
        Field("band", "32A", "Name of the band."),
        Field("physical_exists", "flag", "Existence flag for physical"),
        Field("physical", "32A", "Name of the physical filter."),
    )
)


def _readFilterLabel(archive: Any, rows: Any) -> FilterLabel:
    row = onlyRow(rows)
    return FilterLabel(
        **{name: row.string(name) for name in ("band", "physical") if row.flag(f"{name}_exists")}
    )


def _filterLabelRows(label: FilterLabel, archive: OutputArchive) -> Any:
    return [
        {
            "band_exists": label.hasBandLabel(),
            "band": label.bandLabel if label.hasBandLabel() else "",
            "physical_exists": label.hasPhysicalLabel(),
            "physical": label.physicalLabel if label.hasPhysicalLabel() else "",
        }
    ]


register(
    Persistable(
        "FilterLabel", "lsst.afw.image", _readFilterLabel, oneCatalog(_FILTER_LABEL, _filterLabelRows)
    )
)
