# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage of images, masks, masked images and exposures as FITS files."""

__all__ = (
    "FitsExposureFormatter",
    "FitsImageFormatter",
    "FitsImageFormatterBase",
    "FitsMaskFormatter",
    "FitsMaskedImageFormatter",
    "StandardFitsImageFormatterBase",
)

import warnings
from collections.abc import Mapping
from typing import Any

import lsst.daf.butler
import lsst.resources
from lsst._lite import moduleGetattr, notInLite
from lsst.afw.fits import CompressionOptions
from lsst.afw.image import (
    ExposureFitsReader,
    FilterLabel,
    ImageFitsReader,
    MaskedImageFitsReader,
    MaskFitsReader,
)
from lsst.daf.butler import FormatterV2

from ._provenance import addProvenance
from ._ranges import canReadRanges, nameOf, openRanges

_PLANES = ("image", "mask", "variance")

# Components that an exposure carries, but that are of no use by themselves:
# the Butler refuses what is not of the component's class, even None.
_OPAQUE = {
    "apCorrMap": "lsst.afw.image.ApCorrMap",
    "detector": "lsst.afw.cameraGeom.Detector",
    "summaryStats": "lsst.afw.image.ExposureSummaryStats",
    "transmissionCurve": "lsst.afw.image.TransmissionCurve",
}

# Exposure format version from which on filter labels in files are the
# standard ones, so that a disagreement with the data ID is worth a warning.
_STANDARD_FILTERS_VERSION = 2


class FitsImageFormatterBase(FormatterV2):
    """Formatter of anything that a FITS reader of `lsst.afw.image` reads.

    Notes
    -----
    One reader serves one read, whatever parts of the file that asks for, so
    that the file is opened once and each header is parsed once.
    """

    can_read_from_local_file = True
    can_read_from_uri = True
    default_extension = ".fits"
    supported_extensions = frozenset({".fits", ".fits.gz", ".fits.fz", ".fz", ".fit"})

    ReaderClass: type
    """What reads the files, one instance for each read."""

    reader: Any = None
    """Reader of the file, while there is a read."""

    @property
    def checked_parameters(self) -> dict[str, Any]:
        """Read parameters (`dict`), known to the storage class.

        Raises `KeyError` for a parameter that the storage class lacks.
        """
        parameters = self.file_descriptor.parameters
        if parameters is None:
            parameters = {}
        self.file_descriptor.storageClass.validateParameters(parameters)
        return parameters

    @property
    def storageClass_dtype(self) -> Any:
        """Pixel type of the storage class (`numpy.dtype`), or `None`."""
        return getattr(self.file_descriptor.storageClass.pytype, "dtype", None)

    def readComponent(self, component: str) -> Any:
        """Read one component.

        Parameters
        ----------
        component : `str`
            Name of the component; of any image ``bbox``, ``dimensions`` or
            ``xy0``, in pixels of the parent.

        Returns
        -------
        value : `object`
            The component; `None` if the file does not have it.

        Raises
        ------
        KeyError
            Raised if there is no such component.
        """
        bbox = self.reader.readBBox()
        match component:
            case "bbox":
                return bbox
            case "dimensions":
                return bbox.getDimensions()
            case "xy0":
                return bbox.getMin()
        raise KeyError(f"Unknown component requested: {component}")

    def readFull(self) -> Any:
        """Read the whole dataset, or the part that the parameters ask for.

        Returns
        -------
        dataset : `object`
            Dataset of the Python type of the storage class.
        """
        return self.reader.read(dtype=self.storageClass_dtype, **self.checked_parameters)

    def read_from_local_file(self, path: str, component: str | None = None, expected_size: int = -1) -> Any:
        # Docstring inherited.
        return self._readFrom(path, component)

    def read_from_uri(
        self, uri: lsst.resources.ResourcePath, component: str | None = None, expected_size: int = -1
    ) -> Any:
        # Docstring inherited. A file that is wanted whole is fetched whole,
        # for the cache; of others only what is needed.
        isPart = component is not None or bool(self.file_descriptor.parameters)
        if uri.isLocal or not isPart or not canReadRanges(uri):
            return NotImplemented
        with openRanges(uri, expected_size, f"dataset {self.dataset_ref}") as file:
            return self._readFrom(file, component)

    def _readFrom(self, source: Any, component: str | None) -> Any:
        """Read from a local path or a remote file."""
        self.reader = self.ReaderClass(source)
        try:
            return self.readFull() if component is None else self.readComponent(component)
        finally:
            self.reader = None


class StandardFitsImageFormatterBase(FitsImageFormatterBase):
    """Formatter of image-like objects that are written with recipes.

    A recipe says how each of the planes ``image``, ``mask`` and ``variance``
    is compressed: a mapping that `lsst.afw.fits.CompressionOptions` takes.
    An empty recipe means no compression. The write parameter ``recipe``
    names the one to use; without it, it is the one named ``default``.
    """

    supported_write_parameters = frozenset({"recipe"})
    _plane: str
    """Plane of the recipe that says how to compress an image of one."""

    @classmethod
    def validate_write_recipes(cls, recipes: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """Validate recipes and fill in what they leave to the defaults.

        Parameters
        ----------
        recipes : `~collections.abc.Mapping` or `None`
            Recipes by name.

        Returns
        -------
        validated : `dict` or `None`
            Complete recipes by name.

        Raises
        ------
        RuntimeError
            Raised for a plane other than ``image``, ``mask``, ``variance``
            and for compression options that make no sense.
        """
        if not recipes:
            return recipes
        return {name: _validateRecipe(name, recipe) for name, recipe in recipes.items()}

    def get_image_compression_settings(self, recipeName: str | None) -> dict[str, Any]:
        """Look up a recipe.

        Parameters
        ----------
        recipeName : `str` or `None`
            Name of the recipe; `None` for the default one.

        Returns
        -------
        recipe : `dict`
            Compression options by plane; empty for no compression.

        Raises
        ------
        RuntimeError
            Raised if there is no such recipe.
        """
        if not recipeName:
            if "default" not in self.write_recipes:
                return {}
            recipeName = "default"
        if recipeName not in self.write_recipes:
            known = ", ".join(sorted(self.write_recipes)) or "none"
            raise RuntimeError(f"Unknown write recipe {recipeName!r}; there are: {known}.")
        return self.write_recipes[recipeName]

    def _compression(self) -> dict[str, CompressionOptions]:
        """Return what says how to compress.

        Returns
        -------
        options : `dict` [`str`, `lsst.afw.fits.CompressionOptions`]
            By plane; without a plane that is not to be compressed.

        Raises
        ------
        NotImplementedError
            Raised if the recipe asks for lossy compression.
        """
        recipe = self.get_image_compression_settings(self.write_parameters.get("recipe"))
        return {plane: CompressionOptions.from_mapping(options) for plane, options in recipe.items()}

    def write_local_file(self, in_memory_dataset: Any, uri: lsst.resources.ResourcePath) -> None:
        # Docstring inherited.
        compression = self._compression()
        options = (compression[self._plane],) if self._plane in compression else ()
        in_memory_dataset.writeFits(uri.ospath, *options)


class FitsImageFormatter(StandardFitsImageFormatterBase):
    """Formatter of `lsst.afw.image.Image`."""

    ReaderClass = ImageFitsReader
    _plane = "image"


class FitsMaskFormatter(StandardFitsImageFormatterBase):
    """Formatter of `lsst.afw.image.Mask`."""

    ReaderClass = MaskFitsReader
    _plane = "mask"


class FitsMaskedImageFormatter(StandardFitsImageFormatterBase):
    """Formatter of `lsst.afw.image.MaskedImage`."""

    ReaderClass: type = MaskedImageFitsReader

    def readComponent(self, component: str) -> Any:
        # Docstring inherited.
        readers = {
            "image": self.reader.readImage,
            "mask": self.reader.readMask,
            "variance": self.reader.readVariance,
        }
        if component in readers:
            return readers[component](**self.checked_parameters)
        return super().readComponent(component)

    def write_local_file(self, in_memory_dataset: Any, uri: lsst.resources.ResourcePath) -> None:
        # Docstring inherited.
        compression = self._compression()
        options = {f"{plane}Options": compression.get(plane) for plane in _PLANES} if compression else {}
        in_memory_dataset.writeFits(uri.ospath, **options)


class FitsExposureFormatter(FitsMaskedImageFormatter):
    """Formatter of `lsst.afw.image.Exposure`.

    The filter label of what is read is made to agree with the data ID.
    """

    ReaderClass = ExposureFitsReader

    @property
    def checked_parameters(self) -> dict[str, Any]:
        # Docstring inherited.
        parameters = dict(super().checked_parameters)
        if parameters.pop("amp", None) is not None:
            raise notInLite("lsst.afw.cameraGeom.Amplifier, which the read parameter 'amp' stands for,")
        # A detector says how to read amplifiers and nothing else.
        parameters.pop("detector", None)
        return parameters

    def add_provenance(
        self, in_memory_dataset: Any, /, *, provenance: lsst.daf.butler.DatasetProvenance | None = None
    ) -> Any:
        # Docstring inherited.
        addProvenance(in_memory_dataset.metadata, self.dataset_ref, provenance)
        return in_memory_dataset

    def readComponent(self, component: str) -> Any:
        # Docstring inherited.
        readers = {
            "id": self.reader.readExposureId,
            "metadata": self.reader.readMetadata,
            "wcs": self.reader.readWcs,
            "psf": self.reader.readPsf,
            "photoCalib": self.reader.readPhotoCalib,
            "filter": self.reader.readFilter,
            "validPolygon": self.reader.readValidPolygon,
            "coaddInputs": self.reader.readCoaddInputs,
            "visitInfo": self.reader.readVisitInfo,
        }
        if component in _OPAQUE:
            raise notInLite(_OPAQUE[component])
        if component not in readers:
            return super().readComponent(component)
        value = readers[component]()
        return self._fixFilterLabel(value) if component == "filter" else value

    def readFull(self) -> Any:
        # Docstring inherited.
        exposure = super().readFull()
        info = exposure.getInfo()
        info.setFilter(self._fixFilterLabel(info.getFilter()))
        return exposure

    def _fixFilterLabel(self, fileLabel: FilterLabel | None) -> FilterLabel | None:
        """Make the filter label agree with the data ID, which is right.

        Parameters
        ----------
        fileLabel : `lsst.afw.image.FilterLabel` or `None`
            Label in the file.

        Returns
        -------
        label : `lsst.afw.image.FilterLabel` or `None`
            The data ID's label. The file's label, if the data ID has a
            filter but does not know its name.
        """
        names: dict[str, Any] = {"band": None, "physical_filter": None}
        for dimension in names.keys() & set(self.data_id.dimensions.names):
            names[dimension] = self.data_id.get(dimension)
            if names[dimension] is None:
                self._warnUnknownFilter(dimension)
                return fileLabel
        label = _makeLabel(names["band"], names["physical_filter"])
        if label != fileLabel and self._hasStandardFilters():
            warnings.warn(
                f"Reading {self._fileName} with data ID {self.data_id}: the file has filter label "
                f"{fileLabel}, the data ID has {label}. The data ID's is used; what wrote the file is "
                "probably wrong.",
                stacklevel=2,
            )
        return label

    @property
    def _fileName(self) -> str:
        """Name of the file, for messages (`str`)."""
        return nameOf(self.file_descriptor.location.uri)

    def _hasStandardFilters(self) -> bool:
        return self.reader.readSerializationVersion() >= _STANDARD_FILTERS_VERSION

    def _warnUnknownFilter(self, dimension: Any) -> None:
        """Warn that the file's label, which may be old, is taken as it is."""
        if self._hasStandardFilters():
            return
        warnings.warn(
            f"Data ID {self.data_id} does not give {dimension}, so the filter label of "
            f"{self._fileName}, which is of an old format, may be wrong. Expand the data ID "
            "with Registry.expandDataId before Butler.get to avoid this.",
            stacklevel=2,
        )


def _validateRecipe(name: str, recipe: Any) -> Any:
    """Complete a recipe, or raise `RuntimeError`."""
    if recipe is None:
        return {}
    unknown = set(recipe) - set(_PLANES)
    if unknown:
        raise RuntimeError(f"Write recipe {name!r} has plane {sorted(unknown)}; planes are {list(_PLANES)}.")
    return {plane: _validateOptions(name, plane, options) for plane, options in recipe.items()}


def _validateOptions(name: str, plane: str, options: Any) -> Any:
    """Complete the options for a plane of a recipe, or raise `RuntimeError`.

    Lossy options are left as they are: the Butler's default configuration
    has such a recipe, which must not matter until it is used.
    """
    try:
        if options.get("quantization") is not None:
            return dict(options)
        return CompressionOptions.from_mapping(options).to_dict()
    except (AttributeError, TypeError, ValueError) as error:
        raise RuntimeError(f"Write recipe {name!r} has bad options for the {plane}: {options}") from error


def _makeLabel(band: str, physicalFilter: str | None) -> FilterLabel:
    """Make the filter label of a data ID, `None` if it has no filter."""
    if band is None and physicalFilter is None:
        return None
    return FilterLabel(band=band, physical=physicalFilter)


__getattr__ = moduleGetattr(__name__)
