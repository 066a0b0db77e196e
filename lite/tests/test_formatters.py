# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Formatters and assembler do what their counterparts of the stack do."""

import contextlib
import pathlib
import sys
import tempfile
import unittest
import warnings

import astropy.io.fits
import numpy as np
from butlerScene import DATA_ID, makeButler, makeExposure

import lsst.afw.image as afwImage
import lsst.geom as geom
import lsst.utils.tests
from lsst.daf.butler import DatasetRef, FileDataset, StorageClassFactory
from lsst.obs.base.exposureAssembler import ExposureAssembler
from lsst.obs.base.formatters.fitsExposure import FitsExposureFormatter, FitsImageFormatter

FORMATTER = "lsst.obs.base.formatters.fitsExposure.FitsExposureFormatter"

_watched = {}


def _recordOpen(event, arguments):
    """Note each opening of a file that is watched."""
    if event == "open" and arguments[0] in _watched:
        _watched[arguments[0]].append(arguments[1])


@contextlib.contextmanager
def countOpens(path):
    """Watch how often this process opens a file.

    Parameters
    ----------
    path : `str`
        File to watch.

    Yields
    ------
    opens : `list`
        Has one item more for each opening.
    """
    _watched[path] = []
    try:
        yield _watched[path]
    finally:
        del _watched[path]


# Python has no way to take an audit hook away: one serves all tests.
sys.addaudithook(_recordOpen)


def makeFolder(case):
    """Make a folder that a test case has until it is done."""
    return case.enterContext(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))


class RecipeTestCase(lsst.utils.tests.TestCase):
    """How exposures are compressed."""

    def setUp(self):
        self.folder = pathlib.Path(makeFolder(self))
        self.exposure = makeExposure()

    def putWithRecipe(self, recipe):
        """Store the scene in a repository that asks for a recipe.

        Returns
        -------
        path : `str`
            File in which the exposure is.
        exposure : `lsst.afw.image.ExposureF`
            The exposure as it comes back.
        """
        config = self.folder / f"{recipe}.yaml"
        config.write_text(
            f"datastore: {{formatters: {{ExposureF: {{formatter: {FORMATTER}, "
            f"parameters: {{recipe: {recipe}}}}}}}}}\n"
        )
        butler = makeButler(str(self.folder / recipe), config=str(config), calexp="ExposureF")
        ref = butler.put(self.exposure, "calexp", DATA_ID)
        return butler.getURI(ref).ospath, butler.get(ref)

    def compressions(self, path):
        """Return the compression of the three planes of a file."""
        with astropy.io.fits.open(path, disable_image_compression=True) as hdus:
            return [hdus[name].header.get("ZCMPTYPE") for name in ("IMAGE", "MASK", "VARIANCE")]

    def testDefaultIsLosslessGzip2(self):
        butler = makeButler(str(self.folder / "plain"), calexp="ExposureF")
        ref = butler.put(self.exposure, "calexp", DATA_ID)
        self.assertEqual(self.compressions(butler.getURI(ref).ospath), ["GZIP_2"] * 3)

    def testLosslessRecipesKeepEveryPixel(self):
        for recipe, compression in (("lossless", "GZIP_2"), ("noCompression", None)):
            with self.subTest(recipe):
                path, got = self.putWithRecipe(recipe)
                self.assertEqual(self.compressions(path), [compression] * 3)
                for name in ("image", "mask", "variance"):
                    want = getattr(self.exposure, name)
                    np.testing.assert_array_equal(getattr(got, name).array, want.array)

    def testLossyRecipeIsRefusedWhenUsed(self):
        with self.assertRaises(RuntimeError) as context:
            self.putWithRecipe("lossy16")
        self.assertIsInstance(context.exception.__cause__, NotImplementedError)
        self.assertIn("lsst-lite", str(context.exception.__cause__))

    def testUnknownRecipeIsRefused(self):
        with self.assertRaises(RuntimeError) as context:
            self.putWithRecipe("noSuchRecipe")
        self.assertRegex(str(context.exception.__cause__), "noSuchRecipe.*lossless")

    def testRecipesAreValidated(self):
        validate = FitsImageFormatter.validate_write_recipes
        self.assertIsNone(validate(None))
        self.assertEqual(validate({"none": None}), {"none": {}})
        recipes = validate({"one": {"image": {"algorithm": "GZIP_2"}}})
        self.assertEqual(recipes["one"]["image"]["algorithm"], "GZIP_2")
        for bad in ({"picture": {"algorithm": "GZIP_2"}}, {"image": {"algorithm": "ZIP"}}, {"image": 3}):
            with self.subTest(str(bad)), self.assertRaises(RuntimeError):
                validate({"bad": bad})

    def testUnknownWriteParameterIsRefused(self):
        self.assertEqual(FitsExposureFormatter.supported_write_parameters, {"recipe"})


class FilterLabelTestCase(lsst.utils.tests.TestCase):
    """The filter label agrees with the data ID."""

    def setUp(self):
        self.butler = makeButler(makeFolder(self), calexp="ExposureF")
        self.exposure = makeExposure()

    def testMatchingLabelIsReadWithoutWarning(self):
        ref = self.butler.put(self.exposure, "calexp", DATA_ID)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.assertEqual(self.butler.get(ref).getFilter(), self.exposure.getFilter())

    def testWrongLabelIsReplacedWithAWarning(self):
        self.exposure.setFilter(afwImage.FilterLabel(band="g", physical="g_scene"))
        ref = self.butler.put(self.exposure, "calexp", DATA_ID)
        for read in (
            lambda: self.butler.get(ref).getFilter(),
            lambda: self.butler.get(ref.makeComponentRef("filter")),
        ):
            with self.assertWarnsRegex(UserWarning, "g_scene.*r_scene"):
                self.assertEqual(read(), afwImage.FilterLabel(band="r", physical="r_scene"))

    def testLabelWithOnlyTheBandIsCompleted(self):
        self.exposure.setFilter(afwImage.FilterLabel.fromBand("r"))
        ref = self.butler.put(self.exposure, "calexp", DATA_ID)
        with self.assertWarns(UserWarning):
            self.assertEqual(self.butler.get(ref).getFilter().physicalLabel, "r_scene")


class ReadTestCase(lsst.utils.tests.TestCase):
    """What a read costs and refuses."""

    def setUp(self):
        self.folder = pathlib.Path(makeFolder(self))
        self.butler = makeButler(str(self.folder / "repo"), calexp="ExposureF")
        self.ref = self.butler.put(makeExposure(), "calexp", DATA_ID)

    def testEachReadOpensTheFileOnce(self):
        path = self.butler.getURI(self.ref).ospath
        box = geom.Box2I(geom.Point2I(105, 203), geom.Extent2I(4, 5))
        for component, parameters in ((None, None), (None, {"bbox": box}), ("wcs", None), ("bbox", None)):
            ref = self.ref if component is None else self.ref.makeComponentRef(component)
            with self.subTest(component=component, parameters=parameters), countOpens(path) as opens:
                self.butler.get(ref, parameters=parameters)
                self.assertEqual(len(opens), 1)

    def testDamagedPlaneIsAnError(self):
        """Also the mask and the variance, for which the stack takes a default
        with a warning.
        """
        path = pathlib.Path(self.butler.getURI(self.ref).ospath)
        good = path.read_bytes()
        with astropy.io.fits.open(path, disable_image_compression=True) as hdus:
            places = {name: hdus[name].fileinfo() for name in ("IMAGE", "MASK", "VARIANCE", "ARCHIVE_INDEX")}
        for name, place in places.items():
            without = good[: place["hdrLoc"]] + good[place["datLoc"] + place["datSpan"] :]
            flipped = bytearray(good)
            # In the last tile.
            flipped[len(good[: place["datLoc"] + place["datSpan"]].rstrip(b"\0")) - 20] ^= 4
            damages = {"missing": without, "truncated": good[: place["datLoc"]]}
            if name != "ARCHIVE_INDEX":
                damages["flipped"] = bytes(flipped)
            for what, content in damages.items():
                with self.subTest(name=name, what=what):
                    # Of the length that the Butler expects.
                    path.write_bytes(content.ljust(len(good), b"\0"))
                    with self.assertRaisesRegex(Exception, path.name):
                        self.butler.get(self.ref)

    def testAmplifiersNeedTheStack(self):
        with self.assertRaisesRegex(ValueError, "Amplifier.*lsst-lite") as context:
            self.butler.get(self.ref, parameters={"amp": "C00"})
        self.assertIsInstance(context.exception.__cause__, NotImplementedError)

    def testGeometryComponentsAreThoseOfTheWholeImage(self):
        self.assertEqual(self.butler.get(self.ref.makeComponentRef("xy0")), geom.Point2I(100, 200))
        self.assertEqual(self.butler.get(self.ref.makeComponentRef("dimensions")), geom.Extent2I(30, 20))

    def testFilesFromElsewhereAreIngested(self):
        path = self.folder / "elsewhere.fits"
        makeExposure().writeFits(str(path))
        butler = makeButler(str(self.folder / "ingest"), calexp="ExposureF")
        ref = DatasetRef(
            butler.get_dataset_type("calexp"), butler.registry.expandDataId(DATA_ID), run="scene"
        )
        butler.ingest(FileDataset(path=str(path), refs=[ref]), transfer="copy")
        self.assertEqual(butler.get("calexp.bbox", DATA_ID), makeExposure().getBBox())


class AssemblerTestCase(lsst.utils.tests.TestCase):
    """Exposures taken apart and put together in memory."""

    def setUp(self):
        self.exposure = makeExposure()
        self.assembler = ExposureAssembler(StorageClassFactory().getStorageClass("ExposureF"))

    def testDisassembledComponentsMakeTheSameExposure(self):
        parts = self.assembler.disassemble(self.exposure)
        self.assertNotIn("detector", parts)
        got = self.assembler.assemble({name: part.component for name, part in parts.items()})
        self.assertIs(type(got), afwImage.ExposureF)
        np.testing.assert_array_equal(got.image.array, self.exposure.image.array)
        np.testing.assert_array_equal(got.mask.array, self.exposure.mask.array)
        self.assertEqual(got.getWcs(), self.exposure.getWcs())
        self.assertEqual(got.info.id, 703)
        self.assertEqual(got.getFilter(), self.exposure.getFilter())
        self.assertEqual(got.info.getVisitInfo(), self.exposure.info.getVisitInfo())

    def testExposureWithoutPixelsIsAssembled(self):
        got = self.assembler.assemble({"wcs": self.exposure.getWcs()})
        self.assertEqual(got.getWcs(), self.exposure.getWcs())
        self.assertTrue(got.getBBox().isEmpty())

    def testWrongPixelTypeIsRefused(self):
        with self.assertRaisesRegex(RuntimeError, "ExposureI.*ExposureF"):
            self.assembler.assemble({"image": afwImage.ImageI(3, 2)})

    def testUnknownComponentIsRefused(self):
        with self.assertRaisesRegex(ValueError, "nosuch"):
            self.assembler.assemble({"image": self.exposure.image, "nosuch": 3})
        with self.assertRaises(AttributeError):
            self.assembler.getComponent(self.exposure, "nosuch")

    def testWrongTypeIsNotDisassembled(self):
        with self.assertRaises(TypeError):
            self.assembler.disassemble(afwImage.ImageF(3, 2))

    def testSubsetIsNotDisassembled(self):
        with self.assertRaises(NotImplementedError):
            self.assembler.disassemble(self.exposure, subset=["wcs"])

    def testGeometryComesFromAnyPlane(self):
        select = ExposureAssembler.selectResponsibleComponent
        self.assertEqual(select("bbox", {"mask", None, "wcs"}), "mask")
        self.assertEqual(select("xy0", {"variance", "image"}), "image")
        with self.assertRaises(ValueError):
            select("bbox", {"wcs"})
        with self.assertRaises(ValueError):
            select("wcs", {"image"})


if __name__ == "__main__":
    unittest.main()
