# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Datasets that all tasks around the template of a detector need."""

__all__ = ["CoaddKindConfig", "TemplateConnections", "TemplateConnectionsConfig", "followCoaddKind"]

import dataclasses
from typing import Any

from lsst.pex.config import ChoiceField, Config, FieldValidationError
from lsst.pipe.base import PipelineTaskConfig, PipelineTaskConnections
from lsst.pipe.base.connectionTypes import Input
from lsst.skymap import BaseSkyMap

_COMPONENTS = {
    "Exposure": {"wcs": ("wcs", "Wcs"), "visitInfo": ("visitInfo", "VisitInfo")},
    "VisitImage": {"wcs": ("sky_projection", "SkyProjection"), "visitInfo": ("obs_info", "ObservationInfo")},
}
"""Component and storage class of each connection, for each kind of science
image.
"""


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

    def __init__(self, *, config: Any) -> None:
        super().__init__(config=config)
        for name, (_, storageClass) in _COMPONENTS[config.scienceImage].items():
            if name in self.inputs:
                connection = dataclasses.replace(getattr(self, name), storageClass=storageClass)
                setattr(self, name, connection)


class CoaddKindConfig(Config):
    """Configuration of what the coadds of a task are."""

    coaddImage = ChoiceField[str](
        dtype=str,
        default="ExposureF",
        optional=False,
        allowed={
            "ExposureF": "An lsst.afw.image.ExposureF.",
            "CellCoadd": "An lsst.images.cells.CellCoadd.",
        },
        doc="What the coadds are: the storage class of the connection coaddExposures.",
    )


def followCoaddKind(connections: Any, config: Any) -> None:
    """Let the connections of a task that makes templates follow what its
    coadds are.

    Parameters
    ----------
    connections : `lsst.pipe.base.PipelineTaskConnections`
        Connections, with ``coaddExposures`` and ``visitInfo``; changed in
        place.
    config : `CoaddKindConfig`
        Configuration, with ``getTemplate`` (`GetCoaddAsTemplateConfig`), too.
        Coadds for slices of a band have a dimension more, and only for these
        the observing conditions are needed.
    """
    coadds = dataclasses.replace(connections.coaddExposures, storageClass=config.coaddImage)
    if config.getTemplate.value.isDcr():
        coadds = dataclasses.replace(coadds, dimensions={*coadds.dimensions, "subfilter"})
    else:
        del connections.visitInfo
    connections.coaddExposures = coadds


class TemplateConnectionsConfig(PipelineTaskConfig, pipelineConnections=TemplateConnections):
    """Configuration of the tasks with these connections."""

    scienceImage = ChoiceField[str](
        dtype=str,
        default="Exposure",
        optional=False,
        allowed={
            "Exposure": "An lsst.afw.image.Exposure, with the components bbox, wcs and visitInfo.",
            "VisitImage": "An lsst.images.VisitImage, with the components bbox, sky_projection and obs_info, "
            "which the connections wcs and visitInfo must name.",
        },
        doc="What the science exposures are.",
    )

    def validate(self) -> None:
        super().validate()
        connections = self.connections.ConnectionsClass(config=self)
        for name, (component, _) in _COMPONENTS[self.scienceImage].items():
            if name not in connections.inputs:
                continue
            given = getattr(connections, name).name
            parent, _, found = given.partition(".")
            if found in {of[name][0] for of in _COMPONENTS.values()} - {component}:
                raise FieldValidationError(
                    type(self).scienceImage,
                    self,
                    f"connections.{name} is {given!r}, but a science image that is a {self.scienceImage} has "
                    f"no {found}: set connections.{name} to '{parent}.{component}', or scienceImage to "
                    f"{_otherThan(self.scienceImage)!r}.",
                )


def _otherThan(scienceImage: str) -> str:
    return next(name for name in _COMPONENTS if name != scienceImage)
