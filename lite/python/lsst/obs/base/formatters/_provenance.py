# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a stored dataset comes from, as header cards of its file."""

__all__ = ["addProvenance"]

from lsst.daf.base import PropertyList, PropertySet
from lsst.daf.butler import DatasetProvenance, DatasetRef

_PREFIX = "LSST BUTLER"

# Real coadds have thousands of inputs; beyond this many, only their number
# is kept, so that the header stays a header.
_MAX_INPUTS = 3000

_COMMENTS = {
    "RUN": "Run collection",
    "ID": "Dataset ID",
    "DATAID": "Data identifier",
    "DATASETTYPE": "Dataset type",
}


def addProvenance(
    metadata: PropertySet, ref: DatasetRef, provenance: DatasetProvenance | None = None
) -> None:
    """Set the ``LSST BUTLER`` cards of a dataset that is to be stored.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertyList`
        Header of the dataset; changed in place. Provenance that it has from
        an earlier storage is taken away first.
    ref : `lsst.daf.butler.DatasetRef`
        Dataset that is stored.
    provenance : `lsst.daf.butler.DatasetProvenance`, optional
        Inputs and quantum that it was made from.
    """
    if provenance is None:
        provenance = DatasetProvenance()
    cards = provenance.to_flat_dict(
        ref,
        prefix=_PREFIX,
        sep=" ",
        simple_types=True,
        max_inputs=_MAX_INPUTS,
    )
    for name in metadata.names():
        if name.startswith(f"{_PREFIX} "):
            metadata.remove(name)
    extra = PropertyList()
    for name, value in cards.items():
        extra.set(name, value, _comment(name))
    metadata.update(extra)


def _comment(name: str) -> str:
    """Return the comment of a provenance card, empty if it has none."""
    words = name.split()
    return next((comment for word, comment in _COMMENTS.items() if word in words), "")
