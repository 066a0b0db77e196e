# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PipelineTask that makes a template for each detector of a visit."""

__all__ = ["MakeCoaddTemplateConfig", "MakeCoaddTemplateConnections", "MakeCoaddTemplateTask"]

from collections.abc import Iterable
from typing import Any

import lsst.pipe.base as pipeBase
from lsst.afw.image import FilterLabel
from lsst.pex.config import FieldValidationError, RangeField
from lsst.pipe.base.connectionTypes import Output
from lsst.skymap import BaseSkyMap

from .coaddRecord import getBand
from .getCoaddAsTemplate import GetCoaddAsTemplateTask
from .scienceGeometry import ScienceGeometry
from .templateConnections import CoaddConfig, CoaddConnections, ScienceImageConfig, TemplateStruct


class MakeCoaddTemplateConnections(
    CoaddConnections, dimensions=("instrument", "visit", "detector", "skymap")
):
    """Datasets that `MakeCoaddTemplateTask` reads and writes."""

    template = Output(
        doc="Template for the science exposure, in the pixel grid of the closest tract.",
        name="{fakesType}{coaddName}Diff_templateCoadd{warpTypeSuffix}",
        storageClass="ExposureF",
        dimensions=("instrument", "visit", "detector"),
    )


class MakeCoaddTemplateConfig(
    ScienceImageConfig, CoaddConfig, pipelineConnections=MakeCoaddTemplateConnections
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

    def setDefaults(self) -> None:
        super().setDefaults()
        self.getTemplate.psf = "patches"

    def validate(self) -> None:
        super().validate()
        getTemplate = self.getTemplate.value
        warpTypeSuffix = "" if getTemplate.warpType == "direct" else "PsfMatched"
        self._requireSame("coaddName", getTemplate.coaddName, "getTemplate.coaddName")
        self._requireSame("warpTypeSuffix", warpTypeSuffix, "getTemplate.warpType")

    def _requireSame(self, template: str, wanted: str, field: str) -> None:
        given = getattr(self.connections, template)
        if given != wanted:
            raise FieldValidationError(
                type(self).getTemplate,
                self,
                f"connections.{template} is {given!r}, but {field} wants {wanted!r}: "
                f"set connections.{template} to {wanted!r}, or change {field}.",
            )


class MakeCoaddTemplateTask(pipeBase.PipelineTask):
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
        butlerQC: pipeBase.QuantumContext,
        inputRefs: pipeBase.InputQuantizedConnection,
        outputRefs: pipeBase.OutputQuantizedConnection,
    ) -> None:
        names = ("bbox", "wcs", "skyMap", "visitInfo")
        inputs = {name: butlerQC.get(getattr(inputRefs, name)) for name in names if hasattr(inputRefs, name)}
        science = ScienceGeometry.of(inputs["bbox"], inputs["wcs"])
        # What is fetched is recorded as input.
        refs = self.getTemplate.chooseCoadds(science, inputs["skyMap"], inputRefs.coaddExposures)
        physicalFilter = str(outputRefs.template.dataId["physical_filter"])
        outputs = self.run(**inputs, coaddExposures=butlerQC.get(refs), physical_filter=physicalFilter)
        butlerQC.put(outputs, outputRefs)

    def run(
        self,
        *,
        bbox: Any,
        wcs: Any,
        skyMap: BaseSkyMap,
        coaddExposures: Iterable[Any],
        visitInfo: Any = None,
        physical_filter: str | None = None,
    ) -> TemplateStruct:
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
        physical_filter : `str`, optional
            Physical filter of the science exposure, for the template's filter
            label. By default the label is that of the coadds, which most
            often have a band only.

        Returns
        -------
        result : `lsst.pipe.base.Struct`
            With the attribute ``template`` (`lsst.afw.image.ExposureF`), in
            tract pixels.

        Raises
        ------
        TypeError
            If an argument is not of the type above.
        lsst.pipe.base.NoWorkFound
            If there is no WCS, there are no coadds or coadd pixels under the
            exposure, or less of the template has data than
            ``requiredTemplateFraction``.
        """
        science = ScienceGeometry.of(bbox, wcs, visitInfo)
        result = self.getTemplate.runForExposure(science, skyMap, coaddExposures)
        template = result.exposure
        fraction = result.area / template.getBBox().getArea()
        required = self.config.requiredTemplateFraction
        if fraction < required:
            raise pipeBase.NoWorkFound(
                f"Only {100 * fraction:.1f}% of the template's pixels have data; "
                f"requiredTemplateFraction wants {100 * required:.1f}%"
            )
        if physical_filter is not None:
            template.setFilter(FilterLabel(band=getBand(template.getFilter()), physical=physical_filter))
        return TemplateStruct(template=template)
