# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Datasets that all tasks around the template of a detector need."""

__all__ = ["TemplateConnections", "TemplateConnectionsConfig", "followCoaddKind"]

import dataclasses
from typing import Any

from lsst.pex.config import ChoiceField, FieldValidationError
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


def followCoaddKind(connections: Any, isDcr: bool) -> None:
    """Let the connections of a task that makes templates follow what its
    coadds are.

    Parameters
    ----------
    connections : `lsst.pipe.base.PipelineTaskConnections`
        Connections, with ``coaddExposures`` and ``visitInfo``; changed in
        place.
    isDcr : `bool`
        Whether the coadds are for slices of a band. They have a dimension
        more then, and only then the observing conditions are needed.
    """
    if isDcr:
        coadds = connections.coaddExposures
        connections.coaddExposures = dataclasses.replace(coadds, dimensions={*coadds.dimensions, "subfilter"})
    else:
        del connections.visitInfo


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
