# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PipelineTask that tabulates the templates of a visit."""

__all__ = [
    "SummarizeCoaddTemplatesConfig",
    "SummarizeCoaddTemplatesConnections",
    "SummarizeCoaddTemplatesTask",
]

from typing import Any

import lsst.pipe.base as pipeBase
from lsst.pipe.base.connectionTypes import Input, Output


class SummarizeCoaddTemplatesConnections(
    pipeBase.PipelineTaskConnections,
    dimensions=("instrument", "visit", "skymap"),
    defaultTemplates={
        "coaddName": "deep",
        "warpTypeSuffix": "",
        "fakesType": "",
        "label": "makeCoaddTemplate",
    },
):
    """Datasets that `SummarizeCoaddTemplatesTask` reads and writes."""

    metadata = Input(
        doc="Metadata of the task that made each template.",
        name="{label}_metadata",
        storageClass="TaskMetadata",
        dimensions=("instrument", "visit", "detector", "skymap"),
        multiple=True,
        deferLoad=True,
    )
    table = Output(
        doc="One row for each detector of the visit that has coadds.",
        name="{fakesType}{coaddName}Diff_templateSummary{warpTypeSuffix}",
        storageClass="ArrowAstropy",
        dimensions=("instrument", "visit"),
    )


class SummarizeCoaddTemplatesConfig(
    pipeBase.PipelineTaskConfig, pipelineConnections=SummarizeCoaddTemplatesConnections
):
    """Configuration of `SummarizeCoaddTemplatesTask`."""


class SummarizeCoaddTemplatesTask(pipeBase.PipelineTask):
    """Tabulate the templates of a visit, one row for each detector that has
    coadds.

    The numbers are those that `GetCoaddAsTemplateTask` leaves in its
    metadata, so that no template is read again.
    """

    ConfigClass = SummarizeCoaddTemplatesConfig
    config: SummarizeCoaddTemplatesConfig
    _DefaultName = "summarizeCoaddTemplates"

    def runQuantum(
        self,
        butlerQC: pipeBase.QuantumContext,
        inputRefs: pipeBase.InputQuantizedConnection,
        outputRefs: pipeBase.OutputQuantizedConnection,
    ) -> None:
        refs = sorted(inputRefs.metadata, key=lambda ref: ref.dataId["detector"])
        handles = [butlerQC.get(ref) for ref in refs]
        label = self.config.connections.label
        records = [
            {
                "visit": handle.dataId["visit"],
                "detector": handle.dataId["detector"],
                **handle.get()[f"{label}:getTemplate"].to_dict(),
            }
            for handle in handles
        ]
        # A detector without WCS or coadds leaves metadata without numbers.
        records = [record for record in records if "tract" in record]
        if not records:
            raise pipeBase.NoWorkFound("No detector of the visit has coadds")
        butlerQC.put(self.run(records), outputRefs)

    def run(self, records: list[dict[str, Any]]) -> pipeBase.Struct:
        """Make the table.

        Parameters
        ----------
        records : `list` [`dict`]
            For each template, ``visit``, ``detector`` and the metadata of
            `GetCoaddAsTemplateTask`.

        Returns
        -------
        result : `lsst.pipe.base.Struct`
            With the attribute ``table`` (`astropy.table.Table`), whose
            columns carry their units.
        """
        # Not at the top: a task that only makes templates needs no tables.
        from astropy.table import Table

        nan = float("nan")
        table = Table(
            {
                "visit": [record["visit"] for record in records],
                "detector": [record["detector"] for record in records],
                "tract": [record["tract"] for record in records],
                "n_patches_used": [_count(record, "patchesUsed") for record in records],
                "n_patches_missing": [_count(record, "patchesMissing") for record in records],
                "n_good_pixels": [record["goodPixels"] for record in records],
                "covered_fraction": [record["coveredFraction"] for record in records],
                "median_variance_nJy2": [record.get("medianVariance", nan) for record in records],
                "psf_fwhm_arcsec": [record.get("psfFwhm", nan) for record in records],
            }
        )
        table["n_good_pixels"].unit = "pix"
        table["median_variance_nJy2"].unit = "nJy2"
        table["psf_fwhm_arcsec"].unit = "arcsec"
        return pipeBase.Struct(table=table)


def _count(record: dict[str, Any], name: str) -> int:
    """Count a metadata entry that holds none, one or several numbers."""
    value = record.get(name, [])
    return len(value) if isinstance(value, list | tuple) else 1
