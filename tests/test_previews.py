# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import asyncio
import importlib.util
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

import numpy as np
from previews import (
    PREVIEWS,
    RUN,
    findCorners,
    makeExposure,
    makePreviewRepo,
    makePreviewSkyMap,
)
from scenes import assertSamePixels
from sharedFiles import findShared, needsShared
from visitImages import writeDetectorImage

import lsst.geom as geom
import lsst.utils.tests
from lsst.daf.butler import Butler, DatasetType
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask, MakeCoaddTemplateConfig
from lsst.ip.template.scienceGeometry import ScienceGeometry, toVisitInfo
from lsst.pex.config import FieldValidationError
from lsst.pipe.base import InMemoryDatasetHandle

ROOT = pathlib.Path(__file__).parents[1]
CONFIG, PIPELINES = ROOT / "config", ROOT / "pipelines"

HAS_CELL_COADDS = importlib.util.find_spec("lsst.cell_coadds") is not None
"""Whether this is the full stack, which has the PSFs of cell coadds."""

needsImages = unittest.skipIf(
    importlib.util.find_spec("lsst.images") is None, "lsst-images needs Python 3.12 or newer."
)


def runPipetask(repo, preview, *options):
    """Run the pipeline of a preview, as a user does."""
    data = f"instrument = '{preview.instrument}' AND skymap = '{preview.skymap}' AND visit = {preview.visit}"
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    return subprocess.run(
        [shutil.which("pipetask", path=path), "run", "-b", repo, "-i", f"{RUN},skymaps", "-o", "u/out"]
        + ["--register-dataset-types", "-d", data, *options],
        capture_output=True,
        text=True,
        timeout=600,
    )


@needsImages
class GeometryTestCase(lsst.utils.tests.TestCase):
    """The geometry of a template is that of the image."""

    def readImage(self, preview):
        """Read an image from a file in the format of the previews."""
        from lsst.images.serialization import read_archive

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "visit_image.json")
            writeDetectorImage(preview, path)
            return read_archive(path)

    def testDetectorsHaveTheirTractAndPatches(self):
        skyMap, task = makePreviewSkyMap(), GetCoaddAsTemplateTask()
        for name, preview in PREVIEWS.items():
            with self.subTest(preview=name):
                image = self.readImage(preview)
                science = ScienceGeometry.of(image.detector.bbox, image.sky_projection, image.obs_info)
                tractInfo, patchList, skyCorners = task.getOverlapPatchList(science, skyMap)
                self.assertEqual(tractInfo.getId(), preview.tract)
                self.assertEqual(sorted(p.getSequentialIndex() for p in patchList), list(preview.patches))
                self.assertEqual(len(skyCorners), 4)

    def testImageItselfIsTaken(self):
        image = self.readImage(PREVIEWS["DP2"])
        task = GetCoaddAsTemplateTask()
        tractInfo, patchList, skyCorners = task.getOverlapPatchList(image, makePreviewSkyMap())
        self.assertEqual(tractInfo.getId(), PREVIEWS["DP2"].tract)
        # Edges of pixels are half a pixel beyond their centres.
        for corner, expected in zip(skyCorners, findCorners(image, border=20.5), strict=True):
            self.assertLess(corner.separation(expected).asArcseconds(), 1e-6)

    def testProjectionThatDoesNotReachIsAnError(self):
        from lsst.images import Box

        image = self.readImage(PREVIEWS["DP2"])
        with self.assertRaisesRegex(ValueError, r"does not reach pixel \(4099.*, a corner of .*bounds are"):
            ScienceGeometry.of(Box.factory[0:100, 4000:4100], image.sky_projection)

    def testObservationInfoBecomesVisitInfo(self):
        # The parallactic angle ties time, place and pointing together:
        # sin q = sin(azimuth from the south, westwards) cos(latitude) /
        # cos(declination).
        for name, preview in PREVIEWS.items():
            with self.subTest(preview=name):
                observation = self.readImage(preview).obs_info
                visitInfo = toVisitInfo(observation)
                azAlt, raDec = visitInfo.getBoresightAzAlt(), visitInfo.getBoresightRaDec()
                self.assertAlmostEqual(azAlt.getLatitude().asDegrees(), observation.altaz_begin.alt.deg)
                latitude = visitInfo.getObservatory().getLatitude()
                self.assertAlmostEqual(latitude.asDegrees(), -30.2446, 3)
                sine = -np.sin(azAlt.getLongitude().asRadians()) * np.cos(latitude.asRadians())
                sine /= np.cos(raDec.getLatitude().asRadians())
                found = np.sin(visitInfo.getBoresightParAngle().asRadians())
                # The azimuth is that of the beginning, the angle that of the
                # middle, 15 seconds later.
                self.assertAlmostEqual(found, sine, delta=0.01)
                weather = visitInfo.getWeather()
                self.assertAlmostEqual(weather.getAirPressure(), observation.pressure.to_value("hPa") * 100)
                self.assertAlmostEqual(
                    weather.getAirTemperature(), observation.temperature.to_value("K") - 273.15
                )


@needsShared("lsst_images")
class RealGeometryTestCase(GeometryTestCase):
    """The same holds for the real images of the previews."""

    def readImage(self, preview):
        from lsst.images.serialization import read_archive

        return read_archive(str(findShared("lsst_images", preview.realFile)))

    def testImagesMadeHereLieWhereTheRealOnesDo(self):
        for name, preview in PREVIEWS.items():
            with self.subTest(preview=name):
                real, ours = self.readImage(preview), super().readImage(preview)
                self.assertEqual(ours.detector.bbox, real.detector.bbox)
                box = real.detector.bbox
                x, y = [box.x.min, box.x.max, box.x.max], [box.y.min, box.y.min, box.y.max]
                places, expected = (one.sky_projection.pixel_to_sky(x=x, y=y) for one in (ours, real))
                self.assertLess(places.separation(expected).arcsec.max(), 0.6)


class ConfigTestCase(lsst.utils.tests.TestCase):
    """One field says what the science images are."""

    def testConnectionsHaveTheStorageClasses(self):
        config = MakeCoaddTemplateConfig()
        config.scienceImage = "VisitImage"
        config.connections.wcs = "visit_image.sky_projection"
        config.validate()
        connections = config.connections.ConnectionsClass(config=config)
        self.assertEqual(connections.wcs.storageClass, "SkyProjection")
        self.assertEqual(connections.bbox.storageClass, "Box2I")

    def testComponentOfTheOtherKindIsRefused(self):
        config = MakeCoaddTemplateConfig()
        config.connections.wcs = "visit_image.sky_projection"
        with self.assertRaisesRegex(
            FieldValidationError, "set connections.wcs to 'visit_image.wcs', or scienceImage to 'VisitImage'"
        ):
            config.validate()
        config.scienceImage = "VisitImage"
        config.connections.wcs = "visit_image.wcs"
        with self.assertRaisesRegex(
            FieldValidationError,
            "set connections.wcs to 'visit_image.sky_projection', or scienceImage to 'Exposure'",
        ):
            config.validate()


@needsImages
class PipelineTestCase(lsst.utils.tests.TestCase):
    """The pipelines of the previews run as they are."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.repo = folder.name

    def assertTemplateIsCopied(self, preview, image, tractInfo, coadds):
        """Fail unless each pixel of the template is that of the last patch
        that has it.
        """
        with Butler.from_config(self.repo, collections="u/out") as butler:
            template = butler.get(
                "template_unresampled",
                instrument=preview.instrument,
                visit=preview.visit,
                detector=preview.detector,
            )
        # Templates reach 20 pixels beyond the edges of the image, in whole
        # pixels of the tract.
        pixels = tractInfo.getWcs().skyToPixel(findCorners(image, border=20.5))
        x, y = np.array([(pixel.x, pixel.y) for pixel in pixels]).T
        bbox = geom.Box2I(
            geom.Point2I(*(round(min(v)) for v in (x, y))), geom.Point2I(*(round(max(v)) for v in (x, y)))
        )
        self.assertEqual(template.getBBox(), bbox)
        expected = {
            plane: np.zeros(template.image.array.shape, dtype=getattr(template, plane).array.dtype)
            for plane in ("image", "mask", "variance")
        }
        # Columns of patches after columns, from south to north in each.
        for patch in sorted(coadds, key=lambda patch: (patch % 10, patch // 10)):
            coadd = coadds[patch]
            common = bbox.clippedTo(coadd.getBBox())
            here = common.shiftedBy(geom.Extent2I(-bbox.getMinX(), -bbox.getMinY()))
            for plane, array in expected.items():
                array[here.slices] = getattr(coadd[common], plane).array
        self.assertEqual(len(coadds), 4)
        for plane, array in expected.items():
            np.testing.assert_array_equal(getattr(template, plane).array, array)
        self.assertEqual(template.getFilter().physicalLabel, preview.physicalFilter)

    def testTemplateOfDataPreview1(self):
        preview = PREVIEWS["DP1"]
        scene = makePreviewRepo(self.repo, preview)
        done = runPipetask(self.repo, preview, "-p", PIPELINES / "DP1.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTemplateIsCopied(preview, *scene)

    def testTemplateOfDataPreview2(self):
        preview = PREVIEWS["DP2"]
        scene = makePreviewRepo(self.repo, preview)
        done = runPipetask(self.repo, preview, "-p", PIPELINES / "DP2.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTemplateIsCopied(preview, *scene)
        self.assertPageIsRight(preview)

    def assertPageIsRight(self, preview):
        """Run what the page about lsst.images shows, on a template."""
        text = (ROOT / "doc" / "lsst.ip.template" / "lsst-images.rst").read_text()
        blocks = re.findall(r"code-block:: python\n\n((?:   .*\n|\n)+)", text)
        self.assertEqual(len(blocks), 3)
        dataId = {"instrument": preview.instrument, "visit": preview.visit, "detector": preview.detector}
        dataId["skymap"] = preview.skymap
        with Butler.from_config(self.repo, collections="u/out", skymap=preview.skymap) as butler:
            names = {"butler": butler, "dataId": dataId}
            for block in blocks:
                exec(textwrap.dedent(block), names)
        template, image = names["template"], names["maskedImage"]
        assertSamePixels(template, names["result"].exposure)
        self.assertEqual(names["result"].area, template.image.array.size)
        self.assertEqual(image.bbox.to_legacy(), template.getBBox())
        self.assertEqual(names["box"], image.bbox)
        for pixels in (names["plane"].array, image.image.array):
            np.testing.assert_array_equal(pixels, template.image.array)
        np.testing.assert_array_equal(image.variance.array, template.variance.array)
        detected = template.mask.array & template.mask.getPlaneBitMask("DETECTED") != 0
        self.assertTrue(detected.any())
        for mask in (names["mask"], image.mask):
            np.testing.assert_array_equal(mask.get("DETECTED"), detected)
        self.assertEqual(image.unit.to("nJy"), template.getPhotoCalib().getCalibrationMean())
        corner = geom.Point2D(template.getBBox().getMin())
        sky = image.sky_projection.pixel_to_sky(x=corner.x, y=corner.y)
        there = geom.SpherePoint(sky.ra.rad, sky.dec.rad, geom.radians)
        self.assertLess(there.separation(template.getWcs().pixelToSky(corner)).asArcseconds(), 1e-6)

    @unittest.skipIf(importlib.util.find_spec("nbclient") is None, "nbclient is not installed.")
    def testNotebookRunsWithoutItsNetworkCells(self):
        import nbformat
        from nbclient import NotebookClient

        notebook = nbformat.read(ROOT / "doc" / "lsst.ip.template" / "dataPreviews.ipynb", as_version=4)
        cells = [cell for cell in notebook.cells if "network" not in cell.metadata.get("tags", [])]
        self.assertEqual(len(notebook.cells) - len(cells), 1)
        for name in ("DP1", "DP2"):
            with self.subTest(preview=name), tempfile.TemporaryDirectory() as folder:
                preview = PREVIEWS[name]
                image, tractInfo, _ = makePreviewRepo(folder, preview)
                butler = f"butler = Butler.from_config({folder!r}, collections=[{RUN!r}, 'skymaps'])"
                setup = cells[1].source.replace('PREVIEW = "DP2"', f'PREVIEW = "{name}"') + f"\n{butler}"
                own = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(setup), *cells[2:]])
                client = NotebookClient(own, timeout=300, kernel_name="python3")
                environment = {**os.environ, "JUPYTER_RUNTIME_DIR": folder}
                asyncio.run(client.async_execute(env=environment, cwd=folder))
                printed = "".join(
                    output.get("text", "") for cell in own.cells for output in cell.get("outputs", ())
                )
                self.assertIn(f"tract {preview.tract} patches", printed)
                self.assertIn("100.0% with data", printed)

    def testDcrTemplateOfAVisitImage(self):
        preview = PREVIEWS["DP2"]
        image, tractInfo, coadds = makePreviewRepo(self.repo, preview)
        with Butler.from_config(self.repo, run=RUN, writeable=True) as butler:
            dimensions = ("skymap", "tract", "patch", "band", "subfilter")
            dcrCoadd = DatasetType("dcrCoadd", dimensions, "ExposureF", universe=butler.dimensions)
            butler.registry.registerDatasetType(dcrCoadd)
            subfilters = [{"band": preview.band, "id": number} for number in range(3)]
            butler.registry.insertDimensionData("subfilter", *subfilters)
            dataId = {"skymap": preview.skymap, "tract": preview.tract, "band": preview.band}
            for (patch, coadd), subfilter in itertools.product(coadds.items(), range(3)):
                butler.put(coadd, dcrCoadd, dataId, patch=patch, subfilter=subfilter)
        connections = {
            "bbox": "visit_image.bbox",
            "wcs": "visit_image.sky_projection",
            "visitInfo": "visit_image.obs_info",
            "template": "template_dcr",
        }
        settings = {f"connections.{name}": value for name, value in connections.items()}
        settings["scienceImage"] = "VisitImage"
        options = [
            word for item in settings.items() for word in ("-c", "makeDcrTemplate:{}={}".format(*item))
        ]
        done = runPipetask(self.repo, preview, "-p", PIPELINES / "MakeDcrTemplate.yaml", *options)
        self.assertEqual(done.returncode, 0, done.stderr)

        # What the former client does, with an exposure.
        exposure = makeExposure(image)
        exposure.getInfo().setVisitInfo(toVisitInfo(image.obs_info))
        config = GetCoaddAsTemplateConfig(coaddName="dcr", effectiveWavelength=623.12, bandwidth=169.0)
        task = GetCoaddAsTemplateTask(config=config)
        overlap = task.getOverlapPatchList(exposure, makePreviewSkyMap())
        handles = {patch: self.makeSlices(coadd, preview, patch) for patch, coadd in coadds.items()}
        expected = task.run(*overlap, handles, visitInfo=exposure.getInfo().getVisitInfo())
        with Butler.from_config(self.repo, collections="u/out") as butler:
            template = butler.get(
                "template_dcr",
                instrument=preview.instrument,
                visit=preview.visit,
                detector=preview.detector,
            )
        self.assertEqual(template.getBBox(), expected.getBBox())
        assertSamePixels(template, expected)
        # Shifted slices, and not just three times the coadd.
        middle = coadds[max(coadds)][template.getBBox()].image.array
        self.assertGreater(np.nanmax(np.abs(template.image.array - 3 * middle)), 1.0)

    def makeSlices(self, coadd, preview, patch):
        """Make handles of the slices of a patch."""
        dataId = {"tract": preview.tract, "patch": patch, "band": preview.band}
        return [
            InMemoryDatasetHandle(coadd, storageClass="ExposureF", **dataId, subfilter=subfilter)
            for subfilter in range(3)
        ]

    def testTemplateOfCellCoadds(self):
        preview = PREVIEWS["DP2"]
        image, tractInfo, coadds = makePreviewRepo(self.repo, preview, cells=True)
        options = ["-p", PIPELINES / "DP2.yaml", "-C", f"makeCoaddTemplate:{CONFIG / 'cellCoadd.py'}"]
        if not HAS_CELL_COADDS:
            done = runPipetask(self.repo, preview, *options)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("allowMissingPsf", done.stderr)
            options += ["-c", "makeCoaddTemplate:getTemplate.allowMissingPsf=True"]
        done = runPipetask(self.repo, preview, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual("The template has no PSF" in done.stderr, not HAS_CELL_COADDS)
        # The missing cell lies to the upper right of the corner.
        last = coadds[max(coadds)]
        x, y = np.subtract(preview.corner, last.getXY0())
        last.image.array[y:, x:] = last.variance.array[y:, x:] = np.nan
        last.mask.array[y:, x:] = last.mask.getPlaneBitMask("NO_DATA")
        self.assertTemplateIsCopied(preview, image, tractInfo, coadds)

    def testOtherKindOfCoaddIsAnErrorThatHelps(self):
        preview = PREVIEWS["DP2"]
        makePreviewRepo(self.repo, preview, cells=True)
        done = runPipetask(
            self.repo,
            preview,
            *("-p", PIPELINES / "DP2.yaml", "-c", "makeCoaddTemplate:connections.coaddExposures=deep_coadd"),
        )
        if not HAS_CELL_COADDS:
            self.assertNotEqual(done.returncode, 0)
            # A Butler that does not know how to convert it refuses the graph.
            refused = "data repository is .*CellCoadd"
            self.assertRegex(done.stderr, f"set the task's coaddImage to 'CellCoadd'|{refused}")
        else:
            self.assertEqual(done.returncode, 0, done.stderr)


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
