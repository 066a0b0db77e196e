# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""How images are compressed when they are written."""

from __future__ import annotations

__all__ = ["CompressionAlgorithm", "CompressionOptions"]

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any

from lsst._lite import notInLite


class CompressionAlgorithm(enum.Enum):
    """Compression algorithms of tiles."""

    GZIP_1 = 0
    GZIP_2 = 1
    RICE_1 = 2


@dataclasses.dataclass(frozen=True, kw_only=True)
class CompressionOptions:
    """How an image is compressed when it is written.

    Raises
    ------
    NotImplementedError
        Raised if ``quantization`` is given.
    """

    algorithm: CompressionAlgorithm = CompressionAlgorithm.GZIP_2
    """Compression algorithm (`CompressionAlgorithm`); GZIP_1 and GZIP_2 are
    lossless, and so is RICE_1, which is for integers.
    """

    tile_width: int = 0
    """Columns of a tile, 0 for all (`int`)."""

    tile_height: int = 1
    """Rows of a tile, 0 for all (`int`)."""

    quantization: None = None
    """Lossy compression, which lsst-lite reads but does not write
    (`None`).
    """

    def __post_init__(self) -> None:
        if not isinstance(self.algorithm, CompressionAlgorithm):
            raise TypeError(f"algorithm must be a CompressionAlgorithm, not {self.algorithm!r}.")
        if self.quantization is not None:
            raise notInLite("lsst.afw.fits.QuantizationOptions")
        for size in (self.tile_width, self.tile_height):
            if int(size) != size or size < 0:
                raise ValueError(f"The size of a tile must be a non-negative integer, not {size!r}.")

    @staticmethod
    def from_mapping(mapping: Mapping[str, Any]) -> CompressionOptions:
        """Make options from a mapping, such as a write recipe.

        Parameters
        ----------
        mapping : `~collections.abc.Mapping`
            Values by the names of the arguments of the constructor; the
            algorithm by its name.

        Returns
        -------
        options : `CompressionOptions`

        Raises
        ------
        ValueError
            Raised if there is an unknown name or algorithm.
        """
        unknown = set(mapping) - {field.name for field in dataclasses.fields(CompressionOptions)}
        if unknown:
            raise ValueError(f"Unrecognized compression options: {sorted(unknown)}.")
        values = dict(mapping)
        if isinstance(name := values.get("algorithm"), str):
            if name not in CompressionAlgorithm.__members__:
                raise ValueError(f"Unknown compression algorithm {name!r}.")
            values["algorithm"] = CompressionAlgorithm[name]
        return CompressionOptions(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return the options as `from_mapping` takes them.

        Returns
        -------
        mapping : `dict` [`str`, `object`]
        """
        return dataclasses.asdict(self) | {"algorithm": self.algorithm.name}
