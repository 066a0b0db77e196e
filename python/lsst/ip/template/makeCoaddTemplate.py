# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PipelineTask that makes a template for each detector of a visit."""

__all__ = ["MakeCoaddTemplateConfig", "MakeCoaddTemplateConnections", "MakeCoaddTemplateTask"]

from dataclasses import dataclass

import lsst.geom as geom
from lsst.afw.geom import SkyWcs
from lsst.afw.image import VisitInfo
from lsst.pex.config import Field, FieldValidationError, RangeField
from lsst.pipe.base import (
    NoWorkFound,
    PipelineTask,
    PipelineTaskConfig,
    PipelineTaskConnections,
)
from lsst.pipe.base.connectionTypes import Input, Output, PrerequisiteInput
from lsst.skymap import BaseSkyMap

from .coaddLookup import findCoaddsAround
from .getCoaddAsTemplate import GetCoaddAsTemplateTask


@dataclass(frozen=True)
class ScienceGeometry:
    """What a template must know of a science exposure, without its pixels.

    It answers as the exposure itself would.
    """

    bbox: geom.Box2I
    """Bounding box of the detector, in its own pixels."""

    wcs: SkyWcs | None
    """Pixels of the detector to sky."""

    visitInfo: VisitInfo | None
    """Observing conditions."""

    def getBBox(self):
        return self.bbox

    def getWcs(self):
        return self.wcs

    def getInfo(self):
        return self

    def getVisitInfo(self):
        return self.visitInfo


class MakeCoaddTemplateConnections(
    PipelineTaskConnections,
    dimensions=("instrument", "visit", "detector", "skymap"),
    defaultTemplates={"coaddName": "deep", "warpTypeSuffix": "", "fakesType": ""},
):
    """Datasets that `MakeCoaddTemplateTask` reads and writes."""

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
    visitInfo = Input(
        doc="Observing conditions of the science exposure.",
        name="{fakesType}calexp.visitInfo",
        storageClass="VisitInfo",
        dimensions=("instrument", "visit", "detector"),
    )
    skyMap = Input(
        doc="Skymap that the coadds were made on.",
        name=BaseSkyMap.SKYMAP_DATASET_TYPE_NAME,
        storageClass="SkyMap",
        dimensions=("skymap",),
    )
    coaddExposures = Input(
        doc="Coadds to copy the template's pixels from.",
        name="{fakesType}{coaddName}Coadd{warpTypeSuffix}",
        storageClass="ExposureF",
        dimensions=("tract", "patch", "skymap", "band"),
        multiple=True,
        deferLoad=True,
    )
    dcrCoadds = Input(
        doc="Coadds for slices of the band, to match to the science exposure's refraction; in place of "
        "coaddExposures if getTemplate.coaddName is 'dcr'.",
        name="{fakesType}{coaddName}Coadd{warpTypeSuffix}",
        storageClass="ExposureF",
        dimensions=("tract", "patch", "skymap", "band", "subfilter"),
        multiple=True,
        deferLoad=True,
    )
    template = Output(
        doc="Template for the science exposure, in the pixel grid of the closest tract.",
        name="{fakesType}{coaddName}Diff_templateCoadd{warpTypeSuffix}",
        storageClass="ExposureF",
        dimensions=("instrument", "visit", "detector"),
    )

    def __init__(self, *, config):
        super().__init__(config=config)
        used, unused = "coaddExposures", "dcrCoadds"
        if config.getTemplate.value.isDcr():
            used, unused = unused, used
        delattr(self, unused)
        if config.findCornerPatches:
            setattr(self, used, _makePrerequisite(getattr(self, used)))

    def adjustQuantum(self, inputs, outputs, label, data_id):
        # Docstring inherited. Prerequisites may be none at all; then there is
        # nothing to make a template from.
        for name in ("coaddExposures", "dcrCoadds"):
            if name in self.prerequisiteInputs and not inputs[name][1]:
                raise NoWorkFound(f"No {inputs[name][0].name} near {data_id}.")
        return super().adjustQuantum(inputs, outputs, label, data_id)


def _makePrerequisite(connection):
    """Make the connection whose datasets each quantum looks up itself."""
    return PrerequisiteInput(
        doc=connection.doc,
        name=connection.name,
        storageClass=connection.storageClass,
        dimensions=connection.dimensions,
        multiple=True,
        deferLoad=True,
        minimum=0,
        lookupFunction=findCoaddsAround,
    )


class MakeCoaddTemplateConfig(PipelineTaskConfig, pipelineConnections=MakeCoaddTemplateConnections):
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

    findCornerPatches = Field(
        dtype=bool,
        default=False,
        doc="Also use the coadds under the corners of the template that the detector itself does not reach? "
        "Each quantum then looks its coadds up while the graph is built, so that they must exist before, and "
        "no other task of the pipeline may have them as regular inputs or outputs.",
    )

    def validate(self):
        super().validate()
        getTemplate = self.getTemplate.value
        warpTypeSuffix = "" if getTemplate.warpType == "direct" else "PsfMatched"
        self._requireSame("coaddName", getTemplate.coaddName, "getTemplate.coaddName")
        self._requireSame("warpTypeSuffix", warpTypeSuffix, "getTemplate.warpType")

    def _requireSame(self, template, wanted, field):
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
    _DefaultName = "makeCoaddTemplate"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.makeSubtask("getTemplate")

    def runQuantum(self, butlerQC, inputRefs, outputRefs):
        science = ScienceGeometry(
            bbox=butlerQC.get(inputRefs.bbox),
            wcs=butlerQC.get(inputRefs.wcs),
            visitInfo=butlerQC.get(inputRefs.visitInfo),
        )
        isDcr = self.config.getTemplate.value.isDcr()
        coaddRefs = inputRefs.dcrCoadds if isDcr else inputRefs.coaddExposures
        result = self.getTemplate.runQuantum(science, butlerQC, inputRefs.skyMap, coaddRefs)
        self._checkCoverage(result.area / result.exposure.getBBox().getArea())
        butlerQC.put(result.exposure, outputRefs.template)

    def _checkCoverage(self, fraction):
        """Raise `lsst.pipe.base.NoWorkFound` if too few pixels have data."""
        required = self.config.requiredTemplateFraction
        if fraction < required:
            raise NoWorkFound(
                f"Only {100 * fraction:.1f}% of the template's pixels have data; "
                f"requiredTemplateFraction wants {100 * required:.1f}%."
            )
