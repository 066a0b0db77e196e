# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Datasets that all tasks around the template of a detector need."""

__all__ = ["TemplateConnections"]

from lsst.pipe.base import PipelineTaskConnections
from lsst.pipe.base.connectionTypes import Input
from lsst.skymap import BaseSkyMap


class TemplateConnections(
    PipelineTaskConnections,
    dimensions=("instrument", "visit", "detector", "skymap"),
    defaultTemplates={"coaddName": "deep", "warpTypeSuffix": "", "fakesType": ""},
):
    """Where a detector lies, and where the coadds do."""

    bbox = Input(
        doc="Bounding box of the science exposure, in its own pixels.",
        name="{fakesType}calexp.bbox",
        storageClass="Box2I",
        dimensions=("instrument", "visit", "detector"),
    )
    wcs = Input(
        doc="WCS of the science exposure.",
        name="{fakesType}calexp.wcs",
        storageClass="Wcs",
        dimensions=("instrument", "visit", "detector"),
    )
    skyMap = Input(
        doc="Skymap that the coadds were made on.",
        name=BaseSkyMap.SKYMAP_DATASET_TYPE_NAME,
        storageClass="SkyMap",
        dimensions=("skymap",),
    )
