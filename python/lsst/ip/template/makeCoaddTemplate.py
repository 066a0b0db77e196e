# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PipelineTask that makes a template for each detector of a visit."""

__all__ = ["MakeCoaddTemplateConfig", "MakeCoaddTemplateConnections", "MakeCoaddTemplateTask"]

from collections.abc import Iterable
from typing import Any

import lsst.geom as geom
from lsst.afw.image import FilterLabel
from lsst.pex.config import Field, FieldValidationError, RangeField
from lsst.pipe.base import (
    InputQuantizedConnection,
    NoWorkFound,
    OutputQuantizedConnection,
    PipelineTask,
    QuantumContext,
    Struct,
)
from lsst.pipe.base.connectionTypes import BaseInput, Input, Output, PrerequisiteInput
from lsst.skymap import BaseSkyMap

from .coaddLookup import CoaddLookup, checkReach, findReach
from .getCoaddAsTemplate import GetCoaddAsTemplateTask
from .scienceGeometry import ScienceGeometry
from .templateConnections import (
    CoaddKindConfig,
    TemplateConnections,
    TemplateConnectionsConfig,
    followCoaddKind,
)


class MakeCoaddTemplateConnections(
    TemplateConnections, dimensions=("instrument", "visit", "detector", "skymap")
):
    """Datasets that `MakeCoaddTemplateTask` reads and writes."""

    visitInfo = Input(
        doc="Observing conditions of the science exposure. Only there if getTemplate.coaddName is 'dcr'.",
        name="{fakesType}calexp.visitInfo",
        storageClass="VisitInfo",
        dimensions=("instrument", "visit", "detector"),
    )
    coaddExposures = Input(
        doc="Coadds to copy the template's pixels from. If getTemplate.coaddName is 'dcr' they have the "
        "dimension subfilter, too: coadds for slices of the band, to match to the science exposure's "
        "refraction.",
        name="{fakesType}{coaddName}Coadd{warpTypeSuffix}",
        storageClass="ExposureF",
        dimensions=("tract", "patch", "skymap", "band"),
        multiple=True,
        deferLoad=True,
    )
    template = Output(
        doc="Template for the science exposure, in the pixel grid of the closest tract.",
        name="{fakesType}{coaddName}Diff_templateCoadd{warpTypeSuffix}",
        storageClass="ExposureF",
        dimensions=("instrument", "visit", "detector"),
    )

    def __init__(self, *, config: "MakeCoaddTemplateConfig") -> None:
        super().__init__(config=config)
        followCoaddKind(self, config)
        if config.findCornerPatches:
            self.coaddExposures = _makePrerequisite(self.coaddExposures, CoaddLookup(config.findReach()))

    def adjustQuantum(self, inputs: Any, outputs: Any, label: str, data_id: Any) -> Any:
        # Docstring inherited. Prerequisites may be none at all; then there is
        # nothing to make a template from.
        connection, refs = inputs["coaddExposures"]
        if not refs:
            raise NoWorkFound(f"No {connection.name} near {data_id}.")
        return super().adjustQuantum(inputs, outputs, label, data_id)


def _makePrerequisite(connection: BaseInput, lookup: CoaddLookup) -> PrerequisiteInput:
    """Make the connection whose datasets each quantum looks up itself."""
    return PrerequisiteInput(
        doc=connection.doc,
        name=connection.name,
        storageClass=connection.storageClass,
        dimensions=connection.dimensions,
        multiple=True,
        deferLoad=True,
        minimum=0,
        lookupFunction=lookup,
    )


class MakeCoaddTemplateConfig(
    TemplateConnectionsConfig, CoaddKindConfig, pipelineConnections=MakeCoaddTemplateConnections
):
    """Configuration of `MakeCoaddTemplateTask`."""

    getTemplate = GetCoaddAsTemplateTask.makeField("Copies coadd patches into the template.")
    requiredTemplateFraction = RangeField(
        dtype=float,
        default=0.1,
        min=0.0,
        max=1.0,
        inclusiveMax=True,
        doc="Smallest fraction of the template's pixels that must have data. With less, no template is "
        "written; 0 writes every template.",
    )

    findCornerPatches = Field[bool](
        dtype=bool,
        default=False,
        doc="Whether to use the coadds under the corners of the template, too, that the detector itself does "
        "not reach. Each quantum then looks its coadds up while the graph is built, so that they must exist "
        "before, and no other task of the pipeline may have them as regular inputs or outputs.",
    )
    largestPixelScale = RangeField(
        dtype=float,
        default=1.5,
        min=0.0,
        inclusiveMin=False,
        doc="Largest pixel scale of the science exposures, in arcseconds; rather too large than too small. "
        "With findCornerPatches, coadds are looked up as far around the exposure as "
        "getTemplate.templateBorderSize pixels of this scale reach. Larger pixels are an error.",
    )

    def validate(self) -> None:
        super().validate()
        getTemplate = self.getTemplate.value
        warpTypeSuffix = "" if getTemplate.warpType == "direct" else "PsfMatched"
        self._requireSame("coaddName", getTemplate.coaddName, "getTemplate.coaddName")
        self._requireSame("warpTypeSuffix", warpTypeSuffix, "getTemplate.warpType")

    def findReach(self) -> geom.Angle:
        """Find how far from the science exposure coadds are looked up."""
        return findReach(self.getTemplate.value.templateBorderSize, self.largestPixelScale)

    def _requireSame(self, template: str, wanted: str, field: str) -> None:
        given = getattr(self.connections, template)
        if given != wanted:
            raise FieldValidationError(
                type(self).getTemplate,
                self,
                f"connections.{template} is {given!r}, but {field} wants {wanted!r}: "
                f"set connections.{template} to {wanted!r}, or change {field}.",
            )


class MakeCoaddTemplateTask(PipelineTask):
    """Make the template for one detector of a visit from coadds.

    The science exposure's pixels are never read, only its bounding box, WCS
    and visit info.
    """

    ConfigClass = MakeCoaddTemplateConfig
    config: MakeCoaddTemplateConfig
    getTemplate: GetCoaddAsTemplateTask
    _DefaultName = "makeCoaddTemplate"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.makeSubtask("getTemplate")

    def runQuantum(
        self,
        butlerQC: QuantumContext,
        inputRefs: InputQuantizedConnection,
        outputRefs: OutputQuantizedConnection,
    ) -> None:
        isDcr = self.config.getTemplate.value.isDcr()
        science = ScienceGeometry.of(
            butlerQC.get(inputRefs.bbox),
            butlerQC.get(inputRefs.wcs),
            butlerQC.get(inputRefs.visitInfo) if isDcr else None,
        )
        self._checkReach(science)
        # Not run, since the subtask asks for no more coadds than it uses.
        result = self.getTemplate.runQuantum(science, butlerQC, inputRefs.skyMap, inputRefs.coaddExposures)
        outputs = self._accept(result)
        # Coadds know their band only; a dataset of a visit has the filter of
        # the visit, which the Butler compares when it is read.
        dataId = outputRefs.template.dataId
        outputs.template.setFilter(FilterLabel(dataId["band"], dataId["physical_filter"]))
        butlerQC.put(outputs, outputRefs)

    def run(
        self,
        *,
        bbox: Any,
        wcs: Any,
        skyMap: BaseSkyMap,
        coaddExposures: Iterable[Any],
        visitInfo: Any = None,
    ) -> Struct:
        """Make the template for a science exposure.

        Parameters
        ----------
        bbox : `lsst.geom.Box2I` or `lsst.images.Box`
            Bounding box of the science exposure, in its own pixels.
        wcs : `lsst.afw.geom.SkyWcs`, `lsst.images.SkyProjection` or `None`
            WCS of the science exposure.
        skyMap : `lsst.skymap.BaseSkyMap`
            Skymap that the coadds were made on.
        coaddExposures : `~collections.abc.Iterable`
            Handles of coadds near the exposure, in any order; see
            `GetCoaddAsTemplateTask.runForExposure`.
        visitInfo : `lsst.afw.image.VisitInfo` or \
                `astro_metadata_translator.ObservationInfo`, optional
            Observing conditions of the science exposure. Only used for DCR
            coadds, and required then.

        Returns
        -------
        result : `lsst.pipe.base.Struct`
            With the attribute ``template`` (`lsst.afw.image.ExposureF`), in
            tract pixels.

        Raises
        ------
        lsst.pipe.base.NoWorkFound
            If there is no WCS, there are no coadds or coadd pixels under the
            exposure, or less of the template has data than
            ``requiredTemplateFraction``.
        """
        science = ScienceGeometry.of(bbox, wcs, visitInfo)
        result = self.getTemplate.runForExposure(science, skyMap, coaddExposures)
        return self._accept(result)

    def _checkReach(self, science: ScienceGeometry) -> None:
        """Raise if coadds that the template wants were not looked up."""
        if self.config.findCornerPatches and science.wcs is not None:
            border = self.config.getTemplate.value.templateBorderSize
            checkReach(science.bbox, science.wcs, border, self.config.findReach())

    def _accept(self, result: Struct) -> Struct:
        """Make the output of a result.

        Raises `lsst.pipe.base.NoWorkFound` if too few pixels have data.
        """
        fraction = result.area / result.exposure.getBBox().getArea()
        required = self.config.requiredTemplateFraction
        if fraction < required:
            raise NoWorkFound(
                f"Only {100 * fraction:.1f}% of the template's pixels have data; "
                f"requiredTemplateFraction wants {100 * required:.1f}%."
            )
        return Struct(template=result.exposure)
