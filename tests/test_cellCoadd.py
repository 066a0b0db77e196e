# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cell coadds of lsst.images as the coadds of a template."""

import copy
import importlib.util
import pathlib
import re
import tempfile
import unittest

import numpy as np
from previews import CELL_BORDER, CELL_SIZE, PREVIEWS, makeCellCoadd, makePreviewSkyMap
from scenes import makeCoadd, makeExposure
from sharedFiles import findShared, needsShared

import lsst.geom as geom
import lsst.utils.tests
from lsst.ip.template import (
    GetCoaddAsTemplateConfig,
    GetCoaddAsTemplateTask,
    MakeWarpedTemplateConfig,
    MakeWarpedTemplateTask,
)
from lsst.ip.template.coaddHandle import PatchMismatchError, toHandle
from lsst.pipe.base import InMemoryDatasetHandle

HAS_CELL_COADDS = importlib.util.find_spec("lsst.cell_coadds") is not None


@unittest.skipIf(importlib.util.find_spec("lsst.images") is None, "lsst-images needs Python 3.12 or newer.")
class CellCoaddTestCase(lsst.utils.tests.TestCase):
    """A template of cell coadds is that of exposures with their pixels."""

    def setUp(self):
        preview = PREVIEWS["DP2"]
        self.tractInfo = makePreviewSkyMap()[preview.tract]
        self.corner = geom.Point2I(*preview.corner)
        self.box = geom.Box2I(self.corner, self.corner).dilatedBy(20)
        self.patches = [
            patchInfo.getSequentialIndex()
            for patchInfo in self.tractInfo
            if patchInfo.getOuterBBox().contains(self.corner)
        ]
        self.exposures = {
            patch: makeCoadd(self.tractInfo, patch, self.box.dilatedBy(5), calibration=1.0)
            for patch in self.patches
        }

    def makeCellCoadds(self, **kwargs):
        return {
            patch: makeCellCoadd(coadd, self.tractInfo, patch, **kwargs)
            for patch, coadd in self.exposures.items()
        }

    def makeTemplate(self, coadds, **settings):
        """Make the template of the box around the corner."""
        config = GetCoaddAsTemplateConfig()
        config.allowMissingPsf = True
        config.update(**settings)
        assembler = GetCoaddAsTemplateTask(config=config).makeAssembler()
        patchList = [self.tractInfo[patch] for patch in self.patches]
        available = {patch: [coadd] for patch, coadd in coadds.items()}
        return assembler.complete(
            assembler.copyPatches(self.tractInfo, patchList, self.box, available)
        ).exposure

    def assertSameTemplate(self, template, expected):
        for plane in ("image", "mask", "variance"):
            np.testing.assert_array_equal(getattr(template, plane).array, getattr(expected, plane).array)
        self.assertEqual(template.getPhotoCalib(), expected.getPhotoCalib())
        self.assertEqual(template.getFilter().bandLabel, "r")
        self.assertEqual(template.getInfo().hasPsf(), HAS_CELL_COADDS)

    def testCoaddsInMemory(self):
        expected = self.makeTemplate(self.exposures)
        coadds = self.makeCellCoadds()
        self.assertSameTemplate(self.makeTemplate(coadds), expected)
        handles = {patch: InMemoryDatasetHandle(coadd) for patch, coadd in coadds.items()}
        self.assertSameTemplate(self.makeTemplate(handles, psf="patches"), expected)

    def testHandleCanBeCopied(self):
        patch = self.patches[0]
        handle = toHandle(self.makeCellCoadds()[patch], self.tractInfo.getId(), patch)
        self.assertEqual(copy.copy(handle).get().getBBox(), self.box.dilatedBy(5))

    def testMissingCellHasNoData(self):
        corner = self.corner
        grid = self.tractInfo[self.patches[0]].getOuterBBox().erodedBy(CELL_BORDER)
        offset = corner - grid.getMin()
        self.assertEqual((offset.x % CELL_SIZE, offset.y % CELL_SIZE), (0, 0))
        cell = geom.Box2I(corner, geom.Extent2I(CELL_SIZE, CELL_SIZE)).clippedTo(self.box)
        coadds = self.makeCellCoadds(missing=corner)
        stored = {patch: coadd.image.array.copy() for patch, coadd in coadds.items()}
        template = self.makeTemplate(coadds)
        expected = self.makeTemplate(self.exposures)
        expected[cell].maskedImage.set(np.nan, expected.mask.getPlaneBitMask("NO_DATA"), np.nan)
        self.assertSameTemplate(template, expected)
        for patch, array in stored.items():
            np.testing.assert_array_equal(coadds[patch].image.array, array, err_msg="the coadd was changed")

    def testUnitIsTheCalibration(self):
        coadds, patch = self.makeCellCoadds(), self.patches[-1]
        coadds[patch] = makeCellCoadd(self.exposures[patch], self.tractInfo, patch, unit="uJy")
        exposure = toHandle(coadds[patch], self.tractInfo.getId(), patch).get()
        self.assertAlmostEqual(exposure.getPhotoCalib().getCalibrationMean(), 1000.0)
        with self.assertRaisesRegex(PatchMismatchError, "calibration"):
            self.makeTemplate(coadds)

    def makeOfType(self, dtype, changes=(), **kwargs):
        """Make an exposure of a cell coadd of a type, of which pixels have
        been changed.
        """
        patch = self.patches[0]
        exposure = self.exposures[patch]
        # Numbers that are exact in half precision, too.
        exposure.image.array[:] %= 1000
        coadd = makeCellCoadd(exposure, self.tractInfo, patch, dtype=dtype, **kwargs)
        for plane, value in changes:
            getattr(coadd, plane).array[0, 0] = value
        handle = InMemoryDatasetHandle(
            coadd, storageClass="CellCoadd", tract=self.tractInfo.getId(), patch=patch, band="r"
        )
        return toHandle(handle, self.tractInfo.getId(), patch).get(), coadd

    def testPixelsOfOtherTypesAreConverted(self):
        for dtype in ("float16", "float64", "int16", "uint16", "int32", "int64", "uint64"):
            with self.subTest(dtype=dtype):
                exposure, coadd = self.makeOfType(dtype, missing=self.corner)
                lost = np.isnan(exposure.image.array)
                self.assertTrue(0 < lost.sum() < lost.size)
                np.testing.assert_array_equal(np.isnan(exposure.variance.array), lost)
                noData = exposure.mask.array & exposure.mask.getPlaneBitMask("NO_DATA") != 0
                np.testing.assert_array_equal(noData, lost)
                for plane in ("image", "variance"):
                    pixels, stored = (getattr(one, plane).array for one in (exposure, coadd))
                    self.assertEqual(pixels.dtype, np.float32)
                    self.assertEqual(stored.dtype, np.dtype(dtype))
                    np.testing.assert_array_equal(pixels[~lost], stored[~lost])

    def testPixelsThatAreNotFiniteRemainSo(self):
        for dtype in ("float16", "float64"):
            for value in (np.nan, np.inf, -np.inf):
                exposure, _ = self.makeOfType(dtype, [("image", value), ("variance", value)])
                self.assertEqual(str(exposure.image.array[0, 0]), str(np.float32(value)))
                self.assertEqual(str(exposure.variance.array[0, 0]), str(np.float32(value)))

    def testPixelsThatWouldChangeAreAnError(self):
        for dtype, value in (
            ("float64", 0.1),
            ("float64", 1e300),
            ("float64", 1e-300),
            ("int32", 2**24 + 1),
            ("int32", 2**31 - 1),
            ("int64", 2**63 - 1),
            ("uint64", 2**64 - 1),
        ):
            for plane in ("image", "variance"):
                with self.subTest(dtype=dtype, value=value, plane=plane):
                    # What is stored in missing cells does not matter.
                    with self.assertRaisesRegex(
                        TypeError,
                        f"The {plane} of tract 9814, patch {self.patches[0]}, band r is of {dtype}, .* of "
                        f"float32, in which 1 pixels would change, such as {re.escape(str(value))}",
                    ):
                        self.makeOfType(dtype, [(plane, value)], missing=self.corner)

    def testWhatIsStoredInMissingCellsDoesNotMatter(self):
        corner = self.exposures[self.patches[0]].getBBox().getMin()
        exposure, _ = self.makeOfType(
            "float64", [("image", 0.1), ("variance", 1e300)], missing=corner + geom.Extent2I(1, 1)
        )
        self.assertTrue(np.isnan(exposure.image.array[0, 0]))
        self.assertTrue(np.isnan(exposure.variance.array[0, 0]))

    def testUnitThatIsNoFluxDensityIsAnError(self):
        for unit in ("adu", "electron", "nJy / arcsec2", ""):
            with self.subTest(unit=unit):
                with self.assertRaisesRegex(
                    TypeError,
                    rf"The pixels of tract 9814, patch {self.patches[0]}, band r are in {re.escape(unit)}.*, "
                    "which is no unit of flux density",
                ):
                    self.makeOfType("float32", unit=unit)

    def testUnitsThatFitsHasNoNameFor(self):
        exposure, _ = self.makeOfType("float32", unit="3.631e-6 Jy")
        self.assertAlmostEqual(exposure.getPhotoCalib().getCalibrationMean(), 3631.0)
        self.assertEqual(exposure.getMetadata()["BUNIT"], "3.631e-06 Jy")

    def testCoaddOfAnotherTractIsRefused(self):
        coadds = self.makeCellCoadds()
        other = makePreviewSkyMap()[PREVIEWS["DP1"].tract]
        patch = self.patches[-1]
        coadds[patch] = makeCellCoadd(self.exposures[patch], other, patch)
        with self.assertRaisesRegex(
            PatchMismatchError, f"WCS of tract {self.tractInfo.getId()}, patch {patch}"
        ):
            self.makeTemplate(coadds)

    def testOtherBandIsRefused(self):
        coadds = self.makeCellCoadds()
        patch = self.patches[-1]
        other = makeCoadd(self.tractInfo, patch, self.box, band="i", calibration=1.0)
        coadds[patch] = makeCellCoadd(other, self.tractInfo, patch)
        with self.assertRaisesRegex(PatchMismatchError, "tract 9814, patch .* has band 'i'"):
            self.makeTemplate(coadds)

    @unittest.skipIf(HAS_CELL_COADDS, "The full stack has the PSFs of cell coadds.")
    def testWithoutPsfTheErrorNamesTheField(self):
        with self.assertRaisesRegex(RuntimeError, "No PSF .* allowMissingPsf"):
            self.makeTemplate(self.makeCellCoadds(), allowMissingPsf=False)

    def testTemplateOnTheScienceGrid(self):
        center = self.tractInfo.getWcs().pixelToSky(geom.Point2D(self.corner))
        science = makeExposure(center, size=(20, 16), rotation=20.0, pixelScale=0.2)
        config = MakeWarpedTemplateConfig()
        config.templateBorderSize = 0
        config.getTemplate.allowMissingPsf = True
        task = MakeWarpedTemplateTask(config=config)
        templates = [
            task.run(
                coaddExposureHandles={9814: list(coadds.values())},
                bbox=science.getBBox(),
                wcs=science.getWcs(),
                dataIds={9814: [{"band": "r", "patch": patch} for patch in coadds]},
                physical_filter="r_x",
            ).template
            for coadds in (self.makeCellCoadds(), self.exposures)
        ]
        self.assertTrue(np.isfinite(templates[0].image.array).all())
        self.assertEqual(templates[0].getInfo().hasPsf(), HAS_CELL_COADDS)
        # The WCSs are the same to 1e-7 pixels.
        for plane in ("image", "variance"):
            np.testing.assert_allclose(*(getattr(template, plane).array for template in templates), rtol=1e-5)


@unittest.skipIf(importlib.util.find_spec("lsst.images") is None, "lsst-images needs Python 3.12 or newer.")
class CellCoaddFileTestCase(lsst.utils.tests.TestCase):
    """Cell coadds with all that files have are coadds of a template."""

    def makeCellCoadd(self):
        """Make a cell coadd in the layout of a real file that was cut down:
        2 x 2 cells of 6 x 6 pixels, of which the lower left one, (8, 6) of
        the patch, is missing.
        """
        from astropy import units
        from astropy.wcs import WCS

        from lsst.images import YX, Box, Image, Mask, MaskPlane, MaskSchema, SkyProjection, TractFrame
        from lsst.images.cells import (
            CellCoadd,
            CellGrid,
            CellGridBounds,
            CellIJ,
            CellPointSpreadFunction,
            PatchDefinition,
        )

        rng = np.random.default_rng(9813)
        patchBox, box = Box.factory[0:132, 0:132], Box.factory[48:60, 36:48]
        grid = CellGrid(bbox=patchBox, cell_shape=YX(y=6, x=6))
        names = ("NO_DATA", "DETECTED", "INTERPOLATED", "CLIPPED")
        mask = Mask(schema=MaskSchema([MaskPlane(name, f"Pixel is {name}.") for name in names]), bbox=box)
        for name in names[1:]:
            mask.set(name, rng.random(box.shape) < 0.3)
        image, variance = rng.normal(size=box.shape), rng.uniform(1.0, 2.0, box.shape)
        lost = np.zeros(box.shape, dtype=bool)
        lost[:6, :6] = True
        mask.set("NO_DATA", lost)
        image[lost], variance[lost] = 0.0, np.inf
        stamps = np.full((2, 2, 5, 5), 1 / 25)
        stamps[0, 0] = np.nan
        wcs = WCS(makePreviewSkyMap()[9813].getWcs().getFitsMetadata().toDict())
        return CellCoadd(
            Image(image.astype("float32"), bbox=box, unit=units.nJy),
            mask=mask,
            variance=Image(variance.astype("float32"), bbox=box, unit=units.nJy**2),
            mask_fractions={"rejected": Image(0.0, bbox=box, dtype="float32")},
            noise_realizations=[Image(0.0, bbox=box, dtype="float32")],
            sky_projection=SkyProjection.from_fits_wcs(
                wcs, TractFrame(skymap="lsst_cells_v2", tract=9813, bbox=patchBox), pixel_bounds=box
            ),
            band="r",
            psf=CellPointSpreadFunction(
                stamps, CellGridBounds(grid=grid, bbox=box, missing=frozenset({CellIJ(8, 6)}))
            ),
            patch=PatchDefinition(
                id=43, index=YX(y=4, x=3), inner_bbox=Box.factory[6:126, 6:126], cells=grid
            ),
        )

    def assertExposureHasTheCells(self, path):
        from lsst.images.serialization import read_archive

        coadd = read_archive(str(path))
        exposure = toHandle(coadd, 9813, 43).get()
        self.assertEqual(exposure.getBBox(), geom.Box2I(geom.Point2I(36, 48), geom.Extent2I(12, 12)))
        self.assertEqual(exposure.getFilter().bandLabel, "r")
        # The file says that cell (8, 6) of 6 x 6 pixels is missing.
        lost = np.zeros((12, 12), dtype=bool)
        lost[:6, :6] = True
        np.testing.assert_array_equal(np.isnan(exposure.image.array), lost)
        noData = exposure.mask.array & exposure.mask.getPlaneBitMask("NO_DATA") != 0
        self.assertTrue(noData[lost].all())
        kept = ~lost
        np.testing.assert_array_equal(exposure.image.array[kept], coadd.image.array[kept])
        np.testing.assert_array_equal(exposure.variance.array[kept], coadd.variance.array[kept])
        for afwName, plane in (("INTRP", "INTERPOLATED"), ("CLIPPED", "CLIPPED")):
            bits = exposure.mask.array & exposure.mask.getPlaneBitMask(afwName) != 0
            np.testing.assert_array_equal(bits[kept], coadd.mask.get(plane)[kept])

    def testFileOfOurOwn(self):
        from lsst.images.json import write

        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "cell_coadd.json"
            write(self.makeCellCoadd(), str(path))
            self.assertExposureHasTheCells(path)

    @needsShared("lsst_images")
    def testRealFiles(self):
        for name in ("as_shipped", "canonical"):
            with self.subTest(name=name):
                self.assertExposureHasTheCells(findShared("lsst_images", f"cell_coadd-1.0.0-{name}.json"))


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
