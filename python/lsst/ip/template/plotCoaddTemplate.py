# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PipelineTask that draws the template of each detector of a visit."""

__all__ = ["PlotCoaddTemplateConfig", "PlotCoaddTemplateConnections", "PlotCoaddTemplateTask"]

import importlib.util
from typing import TYPE_CHECKING, Any

import lsst.afw.image as afwImage
import lsst.pipe.base as pipeBase
from lsst.pex.config import Field, ListField, RangeField
from lsst.pipe.base.connectionTypes import Input, Output
from lsst.skymap import BaseSkyMap

from .interfaces import ScienceExposure
from .plotTemplate import (
    FIGURE_SIZE,
    MARGINS,
    PANELS_SIZE,
    plotPanels,
    plotTemplate,
    readProvenance,
    tractProjection,
)
from .scienceGeometry import ScienceGeometry
from .templateConnections import DetectorConnections, ScienceImageConfig

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class PlotCoaddTemplateConnections(
    DetectorConnections, dimensions=("instrument", "visit", "detector", "skymap")
):
    """Datasets that `PlotCoaddTemplateTask` reads and writes."""

    template = Input(
        doc="Template that MakeCoaddTemplateTask made.",
        name="{fakesType}{coaddName}Diff_templateCoadd{warpTypeSuffix}",
        storageClass="ExposureF",
        dimensions=("instrument", "visit", "detector"),
    )
    plot = Output(
        doc="Picture of the template, the outlines of its patches and of the detector.",
        name="{fakesType}{coaddName}Diff_templateCoadd{warpTypeSuffix}_plot",
        storageClass="Plot",
        dimensions=("instrument", "visit", "detector"),
    )
    exposure = Input(
        doc="Science exposure, with its pixels. Only there if drawPanels is true.",
        name="{fakesType}calexp",
        storageClass="ExposureF",
        dimensions=("instrument", "visit", "detector"),
    )
    panels = Output(
        doc="Template, science exposure, variance, and which patch each pixel is from. Only there if "
        "drawPanels is true.",
        name="{fakesType}{coaddName}Diff_templateCoadd{warpTypeSuffix}_panels",
        storageClass="Plot",
        dimensions=("instrument", "visit", "detector"),
    )

    def __init__(self, *, config: "PlotCoaddTemplateConfig") -> None:
        super().__init__(config=config)
        if not config.drawPanels:
            del self.exposure, self.panels


class PlotCoaddTemplateConfig(ScienceImageConfig, pipelineConnections=PlotCoaddTemplateConnections):
    """Configuration of `PlotCoaddTemplateTask`."""

    dpi = RangeField(
        dtype=int,
        default=120,
        min=20,
        doc="Pixels of the picture per inch; it is 8.0 inches wide and 6.4 inches high.",
    )
    drawPanels = Field[bool](
        dtype=bool,
        default=False,
        doc="Whether a second figure is drawn: template, science exposure, variance, and which patch each "
        "pixel is from. The science exposure's pixels are read for that.",
    )
    maskPlanes = ListField[str](
        dtype=str,
        default=["SAT", "INTRP", "CR", "CLIPPED", "REJECTED"],
        doc="Mask planes that are drawn over the template in the second figure.",
    )


class PlotCoaddTemplateTask(pipeBase.PipelineTask):
    """Draw the template of one detector of a visit."""

    ConfigClass = PlotCoaddTemplateConfig
    config: PlotCoaddTemplateConfig
    _DefaultName = "plotCoaddTemplate"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Now, and not after the first templates have been made.
        if importlib.util.find_spec("matplotlib") is None:
            raise ModuleNotFoundError(
                "PlotCoaddTemplateTask needs matplotlib: 'pip install matplotlib', or the extra 'plots' of "
                "lsst-ip-template.",
                name="matplotlib",
            )

    def runQuantum(
        self,
        butlerQC: pipeBase.QuantumContext,
        inputRefs: pipeBase.InputQuantizedConnection,
        outputRefs: pipeBase.OutputQuantizedConnection,
    ) -> None:
        science = ScienceGeometry.of(butlerQC.get(inputRefs.bbox), butlerQC.get(inputRefs.wcs))
        template, skyMap = butlerQC.get(inputRefs.template), butlerQC.get(inputRefs.skyMap)
        dataId = outputRefs.plot.dataId
        result = self.run(
            template,
            skyMap,
            science,
            title=f"{dataId['instrument']} visit {dataId['visit']} detector {dataId['detector']}",
        )
        if self.config.drawPanels:
            result.panels = self.drawPanels(template, skyMap, butlerQC.get(inputRefs.exposure))
        butlerQC.put(result, outputRefs)

    def run(
        self,
        template: afwImage.Exposure,
        skyMap: BaseSkyMap,
        exposure: ScienceExposure | None = None,
        title: str = "",
    ) -> pipeBase.Struct:
        """Draw a template.

        Parameters
        ----------
        template : `lsst.afw.image.ExposureF`
            Template, in tract pixels; its metadata says which tract and
            patches it was made from.
        skyMap : `lsst.skymap.BaseSkyMap`
            Skymap that the coadds were made on.
        exposure : `lsst.afw.image.Exposure` or similar, optional
            Science exposure whose outline is drawn; only its ``getBBox`` and
            ``getWcs`` are used.
        title : `str`, optional
            First line of the title.

        Returns
        -------
        result : `lsst.pipe.base.Struct`
            With the attribute ``plot`` (`matplotlib.figure.Figure`), which
            pyplot does not know of.

        Raises
        ------
        ValueError
            If the template's metadata does not say what it was made from.
        """
        from matplotlib.figure import Figure

        provenance = readProvenance(template)
        tractInfo = skyMap[provenance.tract]
        figure = Figure(figsize=FIGURE_SIZE, dpi=self.config.dpi)
        figure.subplots_adjust(**MARGINS)
        ax = figure.add_subplot(projection=tractProjection(tractInfo))
        plotTemplate(template, tractInfo, ax, exposure=exposure)
        tractLine = f"{provenance.datasetType} tract {provenance.tract}".strip()
        ax.set_title("\n".join(filter(None, [title, tractLine])))
        return pipeBase.Struct(plot=figure)

    def drawPanels(
        self, template: afwImage.Exposure, skyMap: BaseSkyMap, exposure: afwImage.Exposure | None = None
    ) -> "Figure":
        """Draw a template, its science exposure, its variance, and which
        patch each pixel is from.

        Parameters
        ----------
        template : `lsst.afw.image.ExposureF`
            Template, in tract pixels; its metadata says which tract it was
            made from.
        skyMap : `lsst.skymap.BaseSkyMap`
            Skymap that the coadds were made on.
        exposure : `lsst.afw.image.Exposure`, optional
            Science exposure.

        Returns
        -------
        panels : `matplotlib.figure.Figure`
            The figure, which pyplot does not know of.

        Raises
        ------
        ValueError
            If the template's metadata does not say what it was made from.
        """
        from matplotlib.figure import Figure

        tractInfo = skyMap[readProvenance(template).tract]
        figure = Figure(figsize=PANELS_SIZE, dpi=self.config.dpi)
        plotPanels(template, tractInfo, figure, exposure=exposure, maskPlanes=self.config.maskPlanes)
        return figure
