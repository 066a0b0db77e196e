# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import pathlib
import tempfile
import unittest

import numpy as np
from goldenRepo import unpackGolden

import lsst.utils.tests
from lsst.daf.butler import Butler
from lsst.ip.template.summarizeCoaddTemplates import SummarizeCoaddTemplatesTask
from lsst.pipe.base import Pipeline
from lsst.pipe.base.simple_pipeline_executor import SimplePipelineExecutor

PIPELINE = pathlib.Path(__file__).parents[1] / "pipelines" / "InspectCoaddTemplate.yaml"
FWHM_OF_SIGMA = 2.0 * np.sqrt(2.0 * np.log(2.0))


class SummaryPipelineTestCase(lsst.utils.tests.TestCase):
    """The table that the pipeline makes for a visit of the stack's
    repository.
    """

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        repo, expected = unpackGolden(temporary.name)
        with open(expected / "expected.json") as stream:
            rows = [row for row in json.load(stream) if row["outcome"] == "template"]
        cls.expected = {(row["visit"], row["detector"]): row for row in rows}
        butler = SimplePipelineExecutor.prep_butler(str(repo), inputs=["golden/inputs"], output="summary")
        pipeline = Pipeline.from_uri(f"{PIPELINE}#makeCoaddTemplate,summarizeCoaddTemplates")
        pipeline.addConfigOverride("makeCoaddTemplate", "requiredTemplateFraction", 0.0)
        pipeline.addConfigOverride("parameters", "psf", "first")
        executor = SimplePipelineExecutor.from_pipeline(
            pipeline, where="instrument = 'GoldenCam' AND skymap = 'gold_sky'", butler=butler
        )
        executor.run(register_dataset_types=True)
        cls.butler = Butler.from_config(str(repo), collections="summary", instrument="GoldenCam")
        cls.tables = {
            ref.dataId["visit"]: cls.butler.get(ref)
            for ref in cls.butler.query_datasets("deepDiff_templateSummary")
        }

    def rows(self):
        """Yield each row with what the stack's former task gives."""
        for visit, table in self.tables.items():
            for row in table:
                yield row, self.expected[visit, row["detector"]]

    def testOneRowForEachTemplate(self):
        found = [(row["visit"], row["detector"]) for row, _ in self.rows()]
        self.assertEqual(sorted(found), sorted(self.expected))
        for table in self.tables.values():
            self.assertEqual(list(table["detector"]), sorted(table["detector"]))

    def testCountsAreThoseOfTheStacksTemplates(self):
        for row, expected in self.rows():
            with self.subTest(visit=row["visit"], detector=row["detector"]):
                self.assertEqual(row["tract"], expected["tract"])
                self.assertEqual(row["n_good_pixels"], expected["good"])
                missing = set(expected["patches"]) - set(expected["available"])
                self.assertEqual(row["n_patches_missing"], len(missing))
                x0, y0, x1, y1 = expected["bbox"]
                area = (x1 - x0 + 1) * (y1 - y0 + 1)
                self.assertFloatsAlmostEqual(row["covered_fraction"], expected["good"] / area, rtol=1e-12)

    def testNumbersAreThoseOfTheTemplates(self):
        for row, _ in self.rows():
            with self.subTest(visit=row["visit"], detector=row["detector"]):
                template = self.butler.get(
                    "deepDiff_templateCoadd", visit=row["visit"], detector=row["detector"]
                )
                noData = template.mask.array & template.mask.getPlaneBitMask("NO_DATA")
                variance = np.nanmedian(template.variance.array[noData == 0])
                variance *= template.getPhotoCalib().getCalibrationMean() ** 2
                self.assertFloatsAlmostEqual(row["median_variance_nJy2"], variance, rtol=0.02)
                # The PSFs of this repository are Gaussians.
                scale = template.getWcs().getPixelScale().asArcseconds()
                fwhm = FWHM_OF_SIGMA * template.getPsf().getSigma() * scale
                self.assertFloatsAlmostEqual(row["psf_fwhm_arcsec"], fwhm, rtol=0.01)

    def testColumnsKeepTheirUnits(self):
        units = {"n_good_pixels": "pix", "median_variance_nJy2": "nJy2", "psf_fwhm_arcsec": "arcsec"}
        for table in self.tables.values():
            self.assertEqual({name: str(table[name].unit) for name in units}, units)
            for name in ("tract", "n_patches_used", "n_patches_missing", "covered_fraction"):
                self.assertIsNone(table[name].unit)


class SummaryTaskTestCase(lsst.utils.tests.TestCase):
    """The task, called by hand."""

    RECORD = {
        "visit": 7,
        "detector": 3,
        "tract": 1,
        "patchesUsed": [4, 5, 8],
        "goodPixels": 120,
        "coveredFraction": 0.5,
    }

    def summarize(self, *records):
        return SummarizeCoaddTemplatesTask().run(list(records)).table

    def testUnknownNumbersAreNan(self):
        table = self.summarize(self.RECORD, {**self.RECORD, "psfFwhm": 0.8, "medianVariance": 2.0})
        self.assertTrue(np.isnan(table["psf_fwhm_arcsec"][0]))
        self.assertTrue(np.isnan(table["median_variance_nJy2"][0]))
        self.assertEqual(table["psf_fwhm_arcsec"][1], 0.8)
        self.assertEqual(table["median_variance_nJy2"][1], 2.0)

    def testPatchesAreCounted(self):
        # Metadata give a list of one element back as that element.
        table = self.summarize(self.RECORD, {**self.RECORD, "patchesUsed": 4, "patchesMissing": [1, 2]})
        self.assertEqual(list(table["n_patches_used"]), [3, 1])
        self.assertEqual(list(table["n_patches_missing"]), [0, 2])


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
