# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage of everything that can write itself to FITS and read itself."""

__all__ = ["FitsGenericFormatter"]

from typing import Any

from lsst._lite import moduleGetattr
from lsst.daf.butler import DatasetProvenance, FormatterV2
from lsst.resources import ResourcePath

from ._provenance import addProvenance


class FitsGenericFormatter(FormatterV2):
    """Formatter of objects with ``writeFits`` and ``readFits`` methods.

    The Python type of the storage class is asked for ``readFits(path)``, or
    for ``readFitsWithOptions(path, options=parameters)`` if there are read
    parameters and the type knows of options.
    """

    can_read_from_local_file = True
    default_extension = ".fits"
    supported_extensions = frozenset({".fits", ".fits.gz", ".fits.fz", ".fz", ".fit"})

    def add_provenance(
        self, in_memory_dataset: Any, /, *, provenance: DatasetProvenance | None = None
    ) -> Any:
        # Docstring inherited.
        metadata = getattr(in_memory_dataset, "metadata", None)
        if metadata is not None:
            addProvenance(metadata, self.dataset_ref, provenance)
        return in_memory_dataset

    def read_from_local_file(self, path: str, component: str | None = None, expected_size: int = -1) -> Any:
        # Docstring inherited.
        pytype: Any = self.file_descriptor.storageClass.pytype
        parameters = self.file_descriptor.parameters
        if parameters and hasattr(pytype, "readFitsWithOptions"):
            return pytype.readFitsWithOptions(path, options=parameters)
        return pytype.readFits(path)

    def write_local_file(self, in_memory_dataset: Any, uri: ResourcePath) -> None:
        # Docstring inherited.
        in_memory_dataset.writeFits(uri.ospath)


__getattr__ = moduleGetattr(__name__)
