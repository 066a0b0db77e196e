# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""How images are compressed when they are written."""

from __future__ import annotations

__all__ = ["CompressionAlgorithm", "CompressionOptions"]

import enum
from collections.abc import Mapping
from typing import Any

from lsst._lite import notInLite


class CompressionAlgorithm(enum.Enum):
    """Compression algorithms of tiles."""

    GZIP_1 = 0
    GZIP_2 = 1
    RICE_1 = 2


class CompressionOptions:
    """How an image is compressed when it is written.

    Parameters
    ----------
    algorithm : `CompressionAlgorithm`, optional
        Algorithm; GZIP_1 and GZIP_2 are lossless, and so is RICE_1, which is
        for integers.
    tile_width, tile_height : `int`, optional
        Columns and rows of a tile; 0 is the whole image.
    quantization : `None`, optional
        Lossy compression, which lsst-lite reads but does not write.

    Raises
    ------
    NotImplementedError
        Raised if ``quantization`` is given.
    """

    def __init__(
        self,
        *,
        algorithm: Any = CompressionAlgorithm.GZIP_2,
        tile_width: int = 0,
        tile_height: int = 1,
        quantization: Any = None,
    ) -> None:
        if not isinstance(algorithm, CompressionAlgorithm):
            raise TypeError(f"algorithm must be a CompressionAlgorithm, not {type(algorithm).__name__}.")
        if quantization is not None:
            raise notInLite("lsst.afw.fits.QuantizationOptions")
        self._algorithm = algorithm
        self._tileWidth = _size("tile_width", tile_width)
        self._tileHeight = _size("tile_height", tile_height)

    @property
    def algorithm(self) -> CompressionAlgorithm:
        """Compression algorithm (`CompressionAlgorithm`)."""
        return self._algorithm

    @property
    def tile_width(self) -> int:
        """Columns of a tile, 0 for all (`int`)."""
        return self._tileWidth

    @property
    def tile_height(self) -> int:
        """Rows of a tile, 0 for all (`int`)."""
        return self._tileHeight

    @property
    def quantization(self) -> Any:
        """Lossy compression (`None`: there is none)."""
        return None

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
        unknown = set(mapping) - {"algorithm", "tile_width", "tile_height", "quantization"}
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
        return {
            "algorithm": self._algorithm.name,
            "tile_width": self._tileWidth,
            "tile_height": self._tileHeight,
            "quantization": None,
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CompressionOptions) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return CompressionOptions.from_mapping, (self.to_dict(),)


def _size(name: str, value: int) -> int:
    """Check the length of a tile along an axis."""
    if int(value) != value or value < 0:
        raise ValueError(f"{name} must be a non-negative integer, not {value!r}.")
    return int(value)
