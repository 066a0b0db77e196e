# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data IDs of coadds as integers."""

__all__ = ("SkyMapDimensionPacker",)

from collections.abc import Mapping

from lsst.daf.butler import DataCoordinate, DimensionGroup, DimensionPacker
from lsst.pex.config import Config, ConfigurableField, DictField, Field


class SkyMapDimensionPackerConfig(Config):
    """How many tracts, patches and bands to have room for."""

    bands = DictField(
        doc="Number of each band, in packed IDs. None: a fixed list of common bands",
        keytype=str,
        itemtype=int,
        default=None,
        optional=True,
    )
    n_bands = Field(
        doc="Number of bands to have room for. 0: leave the band out. None: as many as 'bands' has",
        dtype=int,
        optional=True,
        default=0,
    )
    n_tracts = Field(
        doc="Number of tracts to have room for. None: as many as the sky map has",
        dtype=int,
        optional=True,
        default=None,
    )
    n_patches = Field(
        doc="Number of patches per tract to have room for. None: as many as the sky map's largest tract has",
        dtype=int,
        optional=True,
        default=None,
    )


class SkyMapDimensionPacker(DimensionPacker):
    """Convert data IDs of tract, patch and maybe band to integers and back.

    Parameters
    ----------
    fixed : `lsst.daf.butler.DataCoordinate`
        Data ID of the sky map, with its dimension record unless both
        ``n_tracts`` and ``n_patches`` are given.
    dimensions : `lsst.daf.butler.DimensionGroup`, optional
        Dimensions of the data IDs to pack: those of a patch, maybe with
        band. Default: with band unless ``n_bands`` is 0.
    bands : `~collections.abc.Mapping` [`str`, `int`], optional
        Number of each band; default: its place in ``SUPPORTED_FILTERS``.
    n_bands : `int`, optional
        Number of bands to have room for; default: as many as ``bands`` has.
    n_tracts : `int`, optional
        Number of tracts to have room for; default: that of the sky map.
    n_patches : `int`, optional
        Number of patches per tract to have room for; default: that of the
        sky map.

    Raises
    ------
    ValueError
        Raised if ``dimensions`` are not those of a patch, or of a patch with
        a band.
    """

    SUPPORTED_FILTERS = (
        [None]
        + list("ugrizyUBGVRIZYJHK")
        + [f"N{wavelength}" for wavelength in (387, 515, 656, 816, 921, 1010)]
        + [f"N{wavelength}" for wavelength in (419, 540, 708, 964)]
    )
    """Bands in the order of their numbers, if ``bands`` says nothing else."""

    ConfigClass = SkyMapDimensionPackerConfig

    def __init__(
        self,
        fixed: DataCoordinate,
        dimensions: DimensionGroup | None = None,
        bands: Mapping[str, int] | None = None,
        n_bands: int | None = None,
        n_tracts: int | None = None,
        n_patches: int | None = None,
    ):
        if bands is None:
            bands = {band: number for number, band in enumerate(self.SUPPORTED_FILTERS)}
        if dimensions is None:
            if n_bands is None:
                n_bands = len(bands)
            dimensions = fixed.universe.conform(["patch", "band"] if n_bands else ["patch"])
        elif dimensions == fixed.universe.conform(["patch"]):
            n_bands = 0
        elif dimensions != fixed.universe.conform(["patch", "band"]):
            raise ValueError(
                f"Dimensions {dimensions} are not those of a patch, nor those of a patch and a band."
            )
        elif n_bands is None:
            n_bands = len(bands)
        if n_tracts is None:
            n_tracts = fixed.records["skymap"].tract_max
        if n_patches is None:
            record = fixed.records["skymap"]
            n_patches = record.patch_nx_max * record.patch_ny_max
        super().__init__(fixed, dimensions)
        self._bands = bands
        self._n_bands = n_bands
        self._n_tracts = n_tracts
        self._n_patches = n_patches

    @classmethod
    def make_config_field(
        cls, doc: str = "How to pack tract, patch, and possibly band into an integer."
    ) -> ConfigurableField:
        """Make a field for the configuration of a packer.

        Parameters
        ----------
        doc : `str`, optional
            Documentation of the field.

        Returns
        -------
        field : `lsst.pex.config.ConfigurableField`
            Field whose ``apply(data_id)`` makes a packer.
        """
        return ConfigurableField(doc, target=cls.from_config, ConfigClass=cls.ConfigClass)

    @classmethod
    def from_config(
        cls, data_id: DataCoordinate, config: SkyMapDimensionPackerConfig
    ) -> "SkyMapDimensionPacker":
        """Make a packer from a configuration.

        Parameters
        ----------
        data_id : `lsst.daf.butler.DataCoordinate`
            Data ID with at least the sky map, and with its dimension record
            unless the configuration has both ``n_tracts`` and ``n_patches``.
        config : `SkyMapDimensionPackerConfig`
            Configuration.

        Returns
        -------
        packer : `SkyMapDimensionPacker`
            The packer.
        """
        return cls(
            data_id.subset(data_id.universe.conform(["skymap"])),
            bands=config.bands,
            n_bands=config.n_bands,
            n_tracts=config.n_tracts,
            n_patches=config.n_patches,
        )

    @property
    def maxBits(self) -> int:
        # Docstring inherited.
        return (self._n_tracts * self._n_patches * (self._n_bands or 1) - 1).bit_length()

    def _pack(self, dataId: DataCoordinate) -> int:
        # Docstring inherited.
        for name, value, limit in (
            ("Patch", dataId["patch"], self._n_patches),
            ("Tract", dataId["tract"], self._n_tracts),
        ):
            if value >= limit:
                raise ValueError(f"{name} ID {value} is out of bounds; expected <{limit}.")
        return dataId["patch"] + self._n_patches * (dataId["tract"] + self._n_tracts * self._packBand(dataId))

    def _packBand(self, dataId):
        """Find the number of the band of a data ID; 0 if not packed."""
        if not self._n_bands:
            return 0
        band = dataId["band"]
        number = self._bands.get(band)
        if number is None:
            raise ValueError(f"Band {band!r} is not one of the configured bands {list(self._bands)}.")
        if number >= self._n_bands:
            raise ValueError(f"Band index {number} for {band!r} is out of bounds; expected <{self._n_bands}.")
        return number

    def unpack(self, packedId: int) -> DataCoordinate:
        # Docstring inherited.
        values = {"skymap": self.fixed["skymap"]}
        rest, values["patch"] = divmod(packedId, self._n_patches)
        if self._n_bands:
            number, rest = divmod(rest, self._n_tracts)
            values["band"] = {each: band for band, each in self._bands.items()}[number]
        values["tract"] = rest
        return DataCoordinate.standardize(values, dimensions=self.dimensions)
