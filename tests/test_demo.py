# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import matplotlib.image
import numpy as np

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import ExposureF
from lsst.daf.butler import Butler

DEMO = pathlib.Path(__file__).parents[1] / "examples" / "demo.py"
sys.path.insert(0, str(DEMO.parent))
from differenceImage import matchToScience  # noqa: E402


def runDemo(folder, *options, cwd):
    """Run the demo as a user does."""
    return subprocess.run(
        [sys.executable, str(DEMO), folder, *options], cwd=cwd, capture_output=True, text=True, timeout=600
    )


class DemoTestCase(lsst.utils.tests.TestCase):
    """What the demo prints and writes."""

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.root = pathlib.Path(temporary.name)
        cls.folder = cls.root / "demo"
        (cls.folder / "repo").mkdir(parents=True)
        cls.old = ["template_101_0.fits", "template_105_2.png", "repo/butler.yaml"]
        cls.foreign = ["notes.txt", "template_1_2.fits"]
        for name in cls.old + cls.foreign:
            (cls.folder / name).write_text("was here before")
        (cls.folder / "made-by-demo.txt").write_text("\n".join(["repo", *cls.old[:2], ""]))
        cls.done = runDemo("demo", cwd=cls.root)
        if cls.done.returncode:
            raise AssertionError(cls.done.stdout + cls.done.stderr)
        cls.butler = Butler.from_config(cls.folder / "repo", collections="demo/templates")

    def facts(self, detector):
        dataId = {"instrument": "DemoCam", "visit": 101, "detector": detector, "skymap": "demo_rings"}
        metadata = self.butler.get("makeCoaddTemplate_metadata", dataId)
        return metadata["makeCoaddTemplate:getTemplate"]

    def pipetask(self, *options):
        """Run a pipeline for one detector, in the checkout."""
        path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
        words = [shutil.which("pipetask", path=path), "run", "-b", self.folder / "repo"]
        words += ["-i", "demo/inputs", "--register-dataset-types", *options]
        words += ["-d", "instrument = 'DemoCam' AND skymap = 'demo_rings' AND detector = 1"]
        done = subprocess.run(words, cwd=DEMO.parents[1], capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)

    def testEachDetectorHasATemplateAndAPicture(self):
        for detector in range(4):
            with self.subTest(detector=detector):
                self.assertIn(f"visit 101 detector {detector}: tract ", self.done.stdout)
                template = ExposureF(str(self.folder / f"template_101_{detector}.fits"))
                noData = template.mask.array & template.mask.getPlaneBitMask("NO_DATA")
                self.assertEqual(np.count_nonzero(noData == 0), self.facts(detector)["goodPixels"])
                picture = matplotlib.image.imread(self.folder / f"template_101_{detector}.png")
                self.assertGreater(picture[..., :3].std(), 0.05)

    def testDifferenceIsTheNewStarAndNoise(self):
        words = re.search(r"detector (\d): a new star at \((\d+), (\d+)\), (\d+) times", self.done.stdout)
        newDetector, *pixel, significance = map(int, words.groups())
        self.assertGreater(significance, 10)
        for detector in range(4):
            dataId = {"instrument": "DemoCam", "visit": 101, "detector": detector}
            exposure = self.butler.get("calexp", dataId)
            template = self.butler.get("deepDiff_templateExp", dataId)
            self.assertTrue(template.getBBox().contains(exposure.getBBox()))
            matched = matchToScience(template, exposure, geom.Point2D(*pixel))
            difference = (exposure.image.array - matched.array) / np.sqrt(exposure.variance.array)
            if detector == newDetector:
                x, y = pixel
                self.assertGreater(difference[y, x], 10)
                difference[y - 10 : y + 11, x - 10 : x + 11] = np.nan
            # Stars of hundreds of times the noise leave nothing behind.
            self.assertGreater(np.nanmax(exposure.image.array / np.sqrt(exposure.variance.array)), 30)
            self.assertLess(np.nanmax(np.abs(difference)), 6.0)
            self.assertAlmostEqual(np.nanstd(difference), 1.0, delta=0.01)

    def testDifferenceHasAPicture(self):
        picture = matplotlib.image.imread(self.folder / "difference_101_1.png")
        self.assertGreater(picture[..., :3].std(), 0.05)

    def testDetectorsFindDifferentTracts(self):
        self.assertEqual(len({self.facts(detector)["tract"] for detector in range(4)}), 2)

    def testOnePatchIsMissingAndOneHasAnEdge(self):
        missing = [self.facts(detector).getArray("patchesMissing") for detector in range(4)]
        self.assertEqual(len({patch for patches in missing for patch in patches}), 1)
        fractions = [
            self.facts(detector)["coveredFraction"] for detector in range(4) if not missing[detector]
        ]
        self.assertTrue(any(fraction < 1.0 for fraction in fractions))

    def testTemplatesNameTheCoaddsUnderThemAsInputs(self):
        skyMap = self.butler.get("skyMap", skymap="demo_rings", collections="demo/inputs")
        coadds = {
            str(ref.id): ref.dataId
            for ref in self.butler.query_datasets("deepCoadd", collections="demo/inputs")
        }
        for detector in range(4):
            with self.subTest(detector=detector):
                template = ExposureF(str(self.folder / f"template_101_{detector}.fits"))
                # Stored numbers come back as floats.
                tractInfo = skyMap[int(self.facts(detector)["tract"])]
                under = {
                    (tractInfo.getId(), patch.getSequentialIndex())
                    for patch in tractInfo
                    if patch.getOuterBBox().overlaps(template.getBBox())
                }
                cards = template.getMetadata().toDict()
                inputs = {str(value) for name, value in cards.items() if name.startswith("LSST BUTLER INPUT")}
                named = {(coadds[id]["tract"], coadds[id]["patch"]) for id in inputs & coadds.keys()}
                missing = map(int, self.facts(detector).getArray("patchesMissing"))
                self.assertEqual(named, under - {(tractInfo.getId(), patch) for patch in missing})

    def testRepositoryFeedsTheConfigurationsOfOtherCoadds(self):
        dataId = {"instrument": "DemoCam", "visit": 101, "detector": 1}
        deep = self.butler.get("deepDiff_templateCoadd", dataId)
        for datasetType, options in (
            (
                "goodSeeingDiff_templateCoadd",
                ["-p", "pipelines/MakeCoaddTemplate.yaml", "-C", "makeCoaddTemplate:config/goodSeeing.py"],
            ),
            (
                "deepDiff_templateCoaddPsfMatched",
                ["-p", "pipelines/MakeCoaddTemplate.yaml", "-C", "makeCoaddTemplate:config/psfMatched.py"],
            ),
            ("dcrDiff_templateCoadd", ["-p", "pipelines/MakeDcrTemplate.yaml"]),
        ):
            with self.subTest(datasetType=datasetType):
                run = f"demo/{datasetType}"
                self.pipetask("-o", run, *options)
                template = self.butler.get(datasetType, dataId, collections=run)
                self.assertEqual(template.getBBox(), deep.getBBox())
                finite = np.isfinite(template.image.array)
                self.assertGreater(finite.mean(), 0.95)
                images = [exposure.image.array[finite] for exposure in (template, deep)]
                self.assertGreater(np.corrcoef(*images)[0, 1], 0.9)

    def testNeighbouringPatchesHoldTheSameSky(self):
        skyMap = self.butler.get("skyMap", skymap="demo_rings", collections="demo/inputs")
        coadds = {}
        for ref in self.butler.query_datasets("deepCoadd", collections="demo/inputs"):
            coadds.setdefault(ref.dataId["tract"], []).append(self.butler.get(ref))
        compared = 0
        for tract, (first, *others) in coadds.items():
            self.assertEqual(first.getWcs(), skyMap[tract].getWcs())
            for other in others:
                common = first.getBBox().clippedTo(other.getBBox())
                if not common.isEmpty():
                    a, b = first[common].image.array, other[common].image.array
                    both = np.isfinite(a) & np.isfinite(b)
                    np.testing.assert_array_equal(a[both], b[both])
                    compared += both.sum()
        self.assertGreater(compared, 100_000)

    def testSecondRunReplacesWhatTheFirstOneMade(self):
        for name in self.old:
            path = self.folder / name
            with self.subTest(name=name):
                self.assertFalse(path.exists() and path.read_bytes() == b"was here before")

    def testOtherFilesAreLeftAlone(self):
        for name in self.foreign:
            self.assertEqual((self.folder / name).read_text(), "was here before")

    def testForeignRepositoryIsLeftAlone(self):
        foreign = self.root / "foreign"
        (foreign / "repo").mkdir(parents=True)
        done = runDemo(os.fspath(foreign), cwd="/")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is not from this demo: move it away, or name another folder", done.stderr)
        self.assertTrue((foreign / "repo").is_dir())


class TestMemory(lsst.utils.tests.MemoryTestCase):
    pass


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
