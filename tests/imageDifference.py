# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task that uses `GetCoaddAsTemplateTask` as the former
``ImageDifferenceTask`` did: as its subtask, with its own quantum.
"""

__all__ = ["ImageDifferenceTask"]

import lsst.pipe.base.connectionTypes as cT
from lsst.ip.template import GetCoaddAsTemplateTask
from lsst.pipe.base import PipelineTask, PipelineTaskConfig, PipelineTaskConnections


class ImageDifferenceConnections(
    PipelineTaskConnections, dimensions=("instrument", "visit", "detector", "skymap")
):
    exposure = cT.Input(
        doc="Science exposure.",
        name="calexp",
        storageClass="ExposureF",
        dimensions=("instrument", "visit", "detector"),
    )
    skyMap = cT.Input(doc="Skymap.", name="skyMap", storageClass="SkyMap", dimensions=("skymap",))
    coaddExposures = cT.Input(
        doc="Coadds.",
        name="deepCoadd",
        storageClass="ExposureF",
        dimensions=("tract", "patch", "skymap", "band"),
        multiple=True,
        deferLoad=True,
    )
    template = cT.Output(
        doc="The template of the subtask.",
        name="subtaskTemplate",
        storageClass="ExposureF",
        dimensions=("instrument", "visit", "detector"),
    )


class ImageDifferenceConfig(PipelineTaskConfig, pipelineConnections=ImageDifferenceConnections):
    getTemplate = GetCoaddAsTemplateTask.makeField("Makes the template.")


class ImageDifferenceTask(PipelineTask):
    ConfigClass = ImageDifferenceConfig
    _DefaultName = "imageDifference"

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.makeSubtask("getTemplate")

    def runQuantum(self, butlerQC, inputRefs, outputRefs):
        exposure = butlerQC.get(inputRefs.exposure)
        result = self.getTemplate.runQuantum(exposure, butlerQC, inputRefs.skyMap, inputRefs.coaddExposures)
        result.exposure.setFilter(exposure.getFilter())
        butlerQC.put(result.exposure, outputRefs.template)
