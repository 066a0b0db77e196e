# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections and configuration that tasks around templates share."""

__all__ = [
    "CoaddConfig",
    "CoaddConnections",
    "DetectorConnections",
    "ScienceImageConfig",
    "TemplateStruct",
]

import dataclasses
from typing import Any

from lsst.afw.image import ExposureF
from lsst.pex.config import ChoiceField, FieldValidationError
from lsst.pipe.base import PipelineTaskConfig, PipelineTaskConnections, Struct
from lsst.pipe.base.connectionTypes import Input
from lsst.skymap import BaseSkyMap
from lsst.utils.logging import getLogger

_LOG = getLogger(__name__)

_COMPONENTS = {
    "Exposure": {"wcs": ("wcs", "Wcs"), "visitInfo": ("visitInfo", "VisitInfo")},
    "VisitImage": {"wcs": ("sky_projection", "SkyProjection"), "visitInfo": ("obs_info", "ObservationInfo")},
}
"""Component and storage class of each connection, for each kind of science
image.
"""


class DetectorConnections(
    PipelineTaskConnections,
    dimensions=("instrument", "visit", "detector"),
    defaultTemplates={"coaddName": "deep", "warpTypeSuffix": "", "fakesType": ""},
):
    """Where a detector is on the sky, and the skymap."""

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
        # Not every task takes images of both packages.
        scienceImage = getattr(config, "scienceImage", "Exposure")
        for name, (_, storageClass) in _COMPONENTS[scienceImage].items():
            if name in self.inputs:
                connection = dataclasses.replace(getattr(self, name), storageClass=storageClass)
                setattr(self, name, connection)


class CoaddConnections(DetectorConnections, dimensions=("instrument", "visit", "detector")):
    """What a task that makes templates reads."""

    visitInfo = Input(
        doc="Observing conditions of the science exposure. Only there if getTemplate.coaddName is 'dcr'.",
        name="{fakesType}calexp.visitInfo",
        storageClass="VisitInfo",
        dimensions=("instrument", "visit", "detector"),
    )
    coaddExposures = Input(
        doc="Coadds that the template is made of. If getTemplate.coaddName is 'dcr' they have the dimension "
        "subfilter, too: coadds of slices of the band, to match to the science exposure's refraction.",
        name="{fakesType}{coaddName}Coadd{warpTypeSuffix}",
        storageClass="ExposureF",
        dimensions=("tract", "patch", "skymap", "band"),
        multiple=True,
        deferLoad=True,
        deferGraphConstraint=True,
    )

    def __init__(self, *, config: Any) -> None:
        super().__init__(config=config)
        coadds = dataclasses.replace(self.coaddExposures, storageClass=config.coaddImage)
        if config.getTemplate.value.isDcr():
            coadds = dataclasses.replace(coadds, dimensions={*coadds.dimensions, "subfilter"})
        else:
            del self.visitInfo
        self.coaddExposures = coadds
        self._hasWarned = False

    def adjustQuantum(self, inputs: Any, outputs: Any, label: str, data_id: Any) -> Any:
        # Docstring inherited.
        connection, refs = inputs["coaddExposures"]
        if not (refs or self._hasWarned):
            # Nothing else explains an empty graph.
            self._hasWarned = True
            _LOG.warning("No %s in the input collections is under %s", connection.name, data_id)
        return super().adjustQuantum(inputs, outputs, label, data_id)


class TemplateStruct(Struct):
    """What tasks that make templates return."""

    template: ExposureF
    """The template."""


class CoaddConfig(PipelineTaskConfig, pipelineConnections=CoaddConnections):
    """Configuration of a task that makes templates."""

    coaddImage = ChoiceField[str](
        dtype=str,
        default="ExposureF",
        optional=False,
        allowed={
            "ExposureF": "An lsst.afw.image.ExposureF.",
            "CellCoadd": "An lsst.images.cells.CellCoadd.",
        },
        doc="Type of the coadds: the storage class of the connection coaddExposures.",
    )


class ScienceImageConfig(PipelineTaskConfig, pipelineConnections=DetectorConnections):
    """Configuration of a task whose science images may be of either image
    package.
    """

    scienceImage = ChoiceField[str](
        dtype=str,
        default="Exposure",
        optional=False,
        allowed={
            "Exposure": "An lsst.afw.image.Exposure, with the components bbox, wcs and visitInfo.",
            "VisitImage": "An lsst.images.VisitImage, with the components bbox, sky_projection and obs_info, "
            "which the connections wcs and visitInfo must name.",
        },
        doc="Type of the science images.",
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
                other = next(image for image in _COMPONENTS if image != self.scienceImage)
                raise FieldValidationError(
                    type(self).scienceImage,
                    self,
                    f"connections.{name} is {given!r}, but a science image that is a {self.scienceImage} has "
                    f"no {found}: set connections.{name} to '{parent}.{component}', or scienceImage to "
                    f"{other!r}.",
                )
