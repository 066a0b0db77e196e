# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images, masks and exposures come from files, whole and in parts, as the
stack reads them, and go back as the stack writes them.
"""

import json
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
import warnings

import numpy as np
from astropy.io import fits
from hypothesis import given, settings, strategies as st
from oldFiles import writeOldExposure
from sharedFiles import findShared, needsShared

import lsst.pex.exceptions as pexExceptions
import lsst.utils.tests
from lsst.afw.detection import GaussianPsf
from lsst.afw.fits import CompressionAlgorithm, CompressionOptions, FitsError, readMetadata
from lsst.afw.fits._file import FitsFile
from lsst.afw.fits._inputArchive import readObject
from lsst.afw.geom import Polygon, makeCdMatrix, makeSkyWcs
from lsst.afw.image import (
    LOCAL,
    PARENT,
    ExposureD,
    ExposureF,
    ExposureFitsReader,
    ExposureI,
    ExposureL,
    ExposureU,
    FilterLabel,
    ImageD,
    ImageF,
    ImageFitsReader,
    ImageI,
    ImageL,
    ImageU,
    Mask,
    MaskedImageD,
    MaskedImageF,
    MaskedImageFitsReader,
    MaskedImageI,
    MaskFitsReader,
    MaskX,
    PhotoCalib,
    VisitInfo,
    makeMaskedImage,
)
from lsst.daf.base import PropertyList
from lsst.geom import Box2I, Extent2I, Point2D, Point2I, SpherePoint, arcseconds, degrees

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "golden")
DATA = os.path.join(GOLDEN, "exposures")
FULL = os.path.join(DATA, "coadd_full.fits")
GZIP = os.path.join(DATA, "coadd_gzip2.fits")

BOX = Box2I(Point2I(-7, 103), Extent2I(11, 9))

COMPRESSIONS = {
    "none": None,
    "rows": CompressionOptions(),
    "tiles": CompressionOptions(tile_width=4, tile_height=3),
    "gzip1": CompressionOptions(algorithm=CompressionAlgorithm.GZIP_1),
}

MUTATIONS = 20000 if os.environ.get("LSST_DEEP") == "1" else 300


def makeExposure(cls=ExposureF, bbox=BOX, seed=5):
    """Make an exposure with random pixels and all components of lite."""
    exposure = cls(bbox)
    rng = np.random.default_rng(seed)
    shape = exposure.image.array.shape
    exposure.image.array[:] = rng.integers(0, 60000, shape)
    exposure.mask.array[:] = rng.integers(0, 2**11, shape)
    exposure.variance.array[:] = rng.random(shape)
    if exposure.image.array.dtype.kind == "f" and exposure.image.array.size:
        exposure.image.array[0, 0] = np.nan
        exposure.image.array[-1, -1] = np.inf
    cd = makeCdMatrix(0.2 * arcseconds, 30 * degrees)
    exposure.setWcs(makeSkyWcs(Point2D(1234.5, -67), SpherePoint(30, -20, degrees), cd))
    exposure.setFilter(FilterLabel(band="r", physical="r_57"))
    exposure.setPhotoCalib(PhotoCalib(12.5, 0.25))
    exposure.setPsf(GaussianPsf(11, 13, 1.75))
    exposure.getInfo().setValidPolygon(Polygon([Point2D(0, 0), Point2D(9, 1), Point2D(5, 8.25)]))
    exposure.getInfo().setVisitInfo(
        VisitInfo(exposureTime=30.0, darkTime=1 / 3, id=77, instrumentLabel="Cam")
    )
    exposure.getInfo().setId(2**40 + 1)
    exposure.getMetadata().set("ANSWER", 42, "the answer")
    exposure.getMetadata().set("LSST BUTLER RUN", "u/someone", "Run collection")
    exposure.getMetadata().set("THIRD", 1 / 3)
    return exposure


class TemporaryFolder(lsst.utils.tests.TestCase):
    """Tests that write files."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(folder.name, "exposure.fits")

    def assertSamePixels(self, a, b):
        """Fail unless masked images are the same, NaNs included."""
        self.assertEqual(a.getBBox(), b.getBBox())
        for plane in ("image", "mask", "variance"):
            self.assertEqual(getattr(a, plane).array.dtype, getattr(b, plane).array.dtype)
            self.assertTrue(
                np.array_equal(
                    getattr(a, plane).array,
                    getattr(b, plane).array,
                    equal_nan=getattr(a, plane).array.dtype.kind == "f",
                ),
                plane,
            )

    def assertSameExposure(self, a, b):
        """Fail unless exposures have the same pixels and components."""
        self.assertEqual(type(a), type(b))
        self.assertSamePixels(a.maskedImage, b.maskedImage)
        one, other = a.getInfo(), b.getInfo()
        self.assertEqual(one._components.keys(), other._components.keys())
        for name in one._components.keys() - {"PSF"}:
            self.assertEqual(one.getComponent(name), other.getComponent(name), name)
        if a.hasPsf():
            self.assertEqual(a.getPsf().getSigma(), b.getPsf().getSigma())
        self.assertEqual(one.getVisitInfo(), other.getVisitInfo())
        self.assertEqual(one.getId(), other.getId())


class GoldenExposureTestCase(lsst.utils.tests.TestCase):
    folder = DATA

    def testAllFilesOfTheStackAreReadAsTheStackReadsThem(self):
        command = [sys.executable, os.path.join(GOLDEN, "check_exposures.py"), self.folder]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertRegex(result.stdout, r"\b0 disagreements in [1-9]\d\d+ checks")

    def testMetadataAreThoseOfTheStack(self):
        with open(os.path.join(self.folder, "expected.json")) as stream:
            expected = json.load(stream)
        for name, wanted in expected.items():
            if "error" not in wanted:
                names = ExposureFitsReader(os.path.join(self.folder, name)).readMetadata().names()
                self.assertEqual(sorted(names), sorted(wanted["metadata_keys"]), name)


@needsShared("exposures")
class OtherProjectsExposureTestCase(GoldenExposureTestCase):
    """The same holds for files that other projects made."""

    folder = str(findShared("exposures"))


class GoldenPartsTestCase(lsst.utils.tests.TestCase):
    def testNamesOfMetadataAreInTheOrderOfTheStack(self):
        # That of its hash table, into which all cards go before most of them
        # are taken out again.
        with tempfile.NamedTemporaryFile(suffix=".fits") as file:
            exposure = ExposureF(Box2I(Point2I(3, 4), Extent2I(10, 8)))
            cdMatrix = makeCdMatrix(scale=1 * arcseconds)
            exposure.setWcs(makeSkyWcs(Point2D(5, 6), SpherePoint(30, -20, degrees), cdMatrix))
            exposure.setFilter(FilterLabel(band="r", physical="r_x"))
            exposure.setPhotoCalib(PhotoCalib(3.0, 0.1))
            exposure.setPsf(GaussianPsf(15, 15, 2.0))
            exposure.writeFits(file.name)
            reader = ExposureFitsReader(file.name)
            for metadata in (reader.readMetadata(), reader.read().getMetadata()):
                self.assertEqual(metadata.names(), ["EXPINFO_V", "EXTNAME"])
                self.assertEqual(metadata.getOrderedNames(), ["EXPINFO_V", "EXTNAME"])

    def testEveryPartOfAFileIsThatPartOfTheWhole(self):
        for name in (
            "coadd_gzip2.fits",
            "coadd_rice_lossy.fits",
            "coadd_default.fits",
            "exposureI_plain.fits",
        ):
            path = os.path.join(DATA, name)
            whole = ExposureFitsReader(path).read()
            x, y = whole.getXY0()
            for dx, dy, width, height in ((0, 0, 1, 1), (3, 4, 10, 2), (19, 9, 1, 1), (0, 5, 20, 1)):
                bbox = Box2I(Point2I(x + dx, y + dy), Extent2I(width, height))
                local = Box2I(Point2I(dx, dy), Extent2I(width, height))
                part = type(whole)(path, bbox)
                self.assertEqual(part.getBBox(), bbox)
                for plane in ("image", "mask", "variance"):
                    expected = getattr(whole, plane).array[dy : dy + height, dx : dx + width]
                    for found in (
                        getattr(part, plane).array,
                        getattr(type(whole)(path, local, LOCAL), plane).array,
                        getattr(ExposureFitsReader(path), f"read{plane.capitalize()}")(bbox).array,
                    ):
                        self.assertTrue(np.array_equal(found, expected, equal_nan=expected.dtype.kind == "f"))


class RoundTripTestCase(TemporaryFolder):
    def testExposureComesBack(self):
        for cls in (ExposureF, ExposureD, ExposureI, ExposureU, ExposureL):
            for name, options in COMPRESSIONS.items():
                with self.subTest(cls=cls.__name__, compression=name):
                    exposure = makeExposure(cls)
                    exposure.writeFits(self.path, options, options, options)
                    found = ExposureFitsReader(self.path).read()
                    self.assertSameExposure(found, exposure)
                    self.assertEqual(found.getMetadata().getScalar("ANSWER"), 42)
                    self.assertEqual(found.getMetadata().getComment("ANSWER"), "the answer")
                    self.assertEqual(found.getMetadata().getScalar("LSST BUTLER RUN"), "u/someone")
                    self.assertEqual(found.getMetadata().getScalar("THIRD"), 1 / 3)
                    self.assertSameExposure(cls.readFits(self.path), exposure)

    def testExposureWithoutAnythingComesBack(self):
        for bbox in (BOX, Box2I(Point2I(3, 4), Extent2I(1, 1))):
            exposure = ExposureF(bbox)
            exposure.writeFits(self.path)
            found = ExposureF(self.path)
            self.assertSamePixels(found.maskedImage, exposure.maskedImage)
            self.assertEqual(found.getInfo()._components, {})
            self.assertEqual(found.getInfo().getVisitInfo(), VisitInfo())
            self.assertIsNone(found.getInfo().getId())

    @settings(deadline=None, max_examples=40)
    @given(st.data())
    def testPartOfWhatWasWrittenIsThatPart(self, data):
        coordinates = st.integers(-(10**6), 10**6)
        sizes = st.integers(1, 30)
        corner = Point2I(data.draw(coordinates), data.draw(coordinates))
        bbox = Box2I(corner, Extent2I(data.draw(sizes), data.draw(sizes)))
        exposure = makeExposure(data.draw(st.sampled_from((ExposureF, ExposureD, ExposureI))), bbox)
        options = COMPRESSIONS[data.draw(st.sampled_from(sorted(COMPRESSIONS)))]
        exposure.writeFits(self.path, options, options, options)
        x = data.draw(st.integers(bbox.getMinX(), bbox.getMaxX()))
        y = data.draw(st.integers(bbox.getMinY(), bbox.getMaxY()))
        part = Box2I(
            Point2I(x, y),
            Point2I(data.draw(st.integers(x, bbox.getMaxX())), data.draw(st.integers(y, bbox.getMaxY()))),
        )
        self.assertSameExposure(type(exposure)(self.path, part), exposure[part])
        shifted = Box2I(part)
        shifted.shift(Extent2I(-corner[0], -corner[1]))
        self.assertSameExposure(type(exposure)(self.path, shifted, LOCAL), exposure[part])

    def testFilesHaveTheStacksLayout(self):
        makeExposure().writeFits(self.path)
        with fits.open(self.path) as hdus:
            hdus.verify("exception")
            names = [hdu.name for hdu in hdus]
            self.assertEqual(names[:5], ["PRIMARY", "IMAGE", "MASK", "VARIANCE", "ARCHIVE_INDEX"])
            self.assertEqual(hdus[0].header["AR_HDU"], 5)
            self.assertEqual(hdus[0].header["EXPINFO_V"], 2)
            self.assertEqual(hdus[0].header["EXPID"], 2**40 + 1)
            self.assertEqual((hdus[1].header["LTV1"], hdus[1].header["LTV2"]), (7, -103))
            self.assertEqual((hdus[3].header["CRVAL1A"], hdus[3].header["CRPIX1A"]), (-7, 1))
            self.assertTrue(hdus[2].header["INHERIT"])
            self.assertEqual(hdus[2].header["MP_NO_DATA"], 8)
            self.assertEqual(
                hdus["IMAGE"].header["ANSWER"] if "ANSWER" in hdus["IMAGE"].header else None, None
            )

    def testHeadersOfTheStackComeOutAsTheyWere(self):
        for name, options in (("coadd_gzip2.fits", CompressionOptions()), ("calexp_xy0.fits", None)):
            path = os.path.join(DATA, name)
            exposure = ExposureFitsReader(path).read()
            exposure.writeFits(self.path, options, options, options)
            expected, found = FitsFile(path), FitsFile(self.path)
            for index in range(1, 4):
                # What depends on the size of the compressed tiles, and on
                # the mask planes of this process.
                cards = [
                    [
                        card
                        for card in file[index].header.cards
                        if card.key not in ("PCOUNT", "TFORM1") and not card.key.startswith("MP_")
                    ]
                    for file in (expected, found)
                ]
                self.assertEqual(*cards)

    def testMaskedImagesComeBack(self):
        for cls in (MaskedImageF, MaskedImageD, MaskedImageI):
            source = makeExposure(
                {MaskedImageF: ExposureF, MaskedImageD: ExposureD, MaskedImageI: ExposureI}[cls]
            )
            metadata = PropertyList()
            metadata.set("WHOSE", "mine")
            source.maskedImage.writeFits(self.path, metadata)
            self.assertSamePixels(cls(self.path), source.maskedImage)
            self.assertSamePixels(cls.readFits(self.path), source.maskedImage)
            self.assertSamePixels(MaskedImageFitsReader(self.path).read(), source.maskedImage)
            self.assertEqual(readMetadata(self.path, 2).getScalar("WHOSE"), "mine")
            options = CompressionOptions()
            source.maskedImage.writeFits(self.path, options, options, options)
            self.assertSamePixels(cls(self.path, bbox=Box2I(BOX)), source.maskedImage)

    def testImagesComeBack(self):
        for cls in (ImageF, ImageD, ImageI, ImageU, ImageL):
            image = cls(BOX)
            image.array[:] = np.arange(99).reshape(9, 11)
            for options in ((), (CompressionOptions(),)):
                image.writeFits(self.path, *options)
                for found in (cls(self.path), cls.readFits(self.path), ImageFitsReader(self.path).read()):
                    self.assertEqual(type(found), cls)
                    self.assertEqual(found.getBBox(), BOX)
                    self.assertTrue(np.array_equal(found.array, image.array))
        one = Box2I(Point2I(-3, 105), Extent2I(2, 1))
        self.assertEqual(ImageL(self.path, bbox=one).array.tolist(), [[26, 27]])
        self.assertEqual(ImageFitsReader(self.path).readXY0(one), Point2I(-3, 105))

    def testImagesAreAppended(self):
        image = ImageF(2, 3)
        image.writeFits(self.path, mode="a")
        image.set(5)
        image.writeFits(self.path, mode="a")
        self.assertEqual([ImageF(self.path, hdu).array[0, 0] for hdu in (0, 1)], [0, 5])
        self.assertEqual(ImageFitsReader(self.path, 1).getHdu(), 1)

    def testMasksComeBack(self):
        mask = MaskX(BOX)
        mask.array[:] = 5
        mask.writeFits(self.path)
        for found in (MaskX(self.path), Mask.readFits(self.path), MaskFitsReader(self.path).read()):
            self.assertEqual(found.getBBox(), BOX)
            self.assertTrue((found.array == 5).all())

    def testFailedWriteLeavesTheOldFile(self):
        exposure = makeExposure()
        exposure.writeFits(self.path)
        exposure.getInfo().setComponent("NEW", object())
        with self.assertRaisesRegex(NotImplementedError, "lsst-lite"):
            exposure.writeFits(self.path)
        self.assertEqual(os.listdir(self.folder), ["exposure.fits"])
        self.assertEqual(ExposureF(self.path).getBBox(), BOX)


class MaskPlanesTestCase(TemporaryFolder):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.restore, MaskX().getMaskPlaneDict())

    def restore(self, planes):
        MaskX.clearMaskPlaneDict()
        for name in sorted(planes, key=planes.get):
            MaskX.addMaskPlane(name)

    def writeMask(self, planes, pixels):
        """Write a mask whose planes have any bits."""
        hdu = fits.ImageHDU(np.array([pixels], "i4"))
        for name, bit in planes.items():
            hdu.header[f"HIERARCH MP_{name}"] = bit
        fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(self.path, overwrite=True)

    def testPlanesAreFoundByName(self):
        self.writeMask({"SAT": 0, "BAD": 1, "NO_DATA": 4}, [1, 2, 3, 16, 0])
        mask = MaskX(self.path)
        bits = {name: mask.getPlaneBitMask(name) for name in ("BAD", "SAT", "NO_DATA")}
        expected = [bits["SAT"], bits["BAD"], bits["SAT"] | bits["BAD"], bits["NO_DATA"], 0]
        self.assertEqual(mask.array[0].tolist(), expected)

    def testPlanesThatTheSessionLacksAreAdded(self):
        self.writeMask({"BAD": 0, "BRANDNEW": 1}, [1, 2, 3, 0])
        mask = MaskX(self.path)
        self.assertIn("BRANDNEW", mask.getMaskPlaneDict())
        new = mask.getPlaneBitMask("BRANDNEW")
        self.assertEqual(mask.array[0].tolist(), [1, new, new | 1, 0])

    def testPlanesOfTheFileBecomeThoseOfTheSessionIfAskedTo(self):
        self.writeMask({"SAT": 0, "BAD": 1}, [1, 2])
        mask = MaskFitsReader(self.path).read(conformMasks=True)
        self.assertEqual(mask.array[0].tolist(), [1, 2])
        self.assertEqual(mask.getPlaneBitMask("SAT"), 1)

    def testSessionsPlanesAreWritten(self):
        # Not those of the mask, which the stack forgets, too.
        mask = Mask(BOX, {"ONLY": 0, "BAD": 4})
        for write in (
            mask.writeFits,
            lambda path: mask.writeFits(path, CompressionOptions()),
            makeMaskedImage(ImageF(BOX), mask).writeFits,
            ExposureF(makeMaskedImage(ImageF(BOX), mask)).writeFits,
        ):
            write(self.path)
            with fits.open(self.path) as hdus:
                (header,) = (hdu.header for hdu in hdus if "MP_BAD" in hdu.header)
            found = {name.removeprefix("MP_"): header[name] for name in header if name.startswith("MP_")}
            self.assertEqual(found, Mask().getMaskPlaneDict())
            self.assertNotIn("ONLY", found)

    def testTooManyPlanesAreAnError(self):
        self.writeMask({f"PLANE{i}": i for i in range(32)}, [1, 2])
        with self.assertRaisesRegex(pexExceptions.RuntimeError, "PLANE"):
            MaskX(self.path)

    def testPlanesWithTheSameBitAreRefused(self):
        self.writeMask({"ONE": 3, "TWO": 3}, [1, 2])
        with self.assertRaisesRegex(FitsError, "MP_TWO"):
            MaskX(self.path)

    def testOldUnsignedMasksAreRead(self):
        hdu = fits.ImageHDU(np.array([[1, 2]], "u2"))
        hdu.header["MP_BAD"] = 1
        fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(self.path)
        self.assertEqual(MaskX(self.path).array.tolist(), [[0, 1]])


class NamesOfPlanesTestCase(TemporaryFolder):
    """Planes are taken for what their HDUs are called."""

    VALUES = {"IMAGE": 3, "MASK": 1, "VARIANCE": 4}
    """Pixels of each plane."""

    FOREIGN_PLANES = ({"MSKN0000": "NO_DATA", "MSKM0000": 1}, {"MSKN0000": "PLANE_31", "MSKM0000": 1})
    """Cards of the first and the second mask, as lsst.images writes them."""

    def write(self, planes, primary={}, cards=()):
        """Write planes by name; the n-th mask has the n-th set of cards."""
        hdus = [fits.PrimaryHDU()]
        hdus[0].header.update(primary)
        remaining = iter(cards)
        for name in planes:
            pixelType = "i4" if name.upper() == "MASK" else "f4"
            hdu = fits.ImageHDU(np.full((2, 3), self.VALUES.get(name.upper(), 9), pixelType))
            hdu.header.update({"EXTNAME": name, "CRPIX1A": 1.0, "CRPIX2A": 1.0, "CRVAL1A": 20, "CRVAL2A": 10})
            if name.upper() == "MASK":
                hdu.header.update(next(remaining, {}))
            hdus.append(hdu)
        fits.HDUList(hdus).writeto(self.path, overwrite=True)

    def checkRefused(self, words):
        for read in (
            lambda: ExposureF(self.path),
            lambda: MaskedImageF(self.path),
            lambda: ExposureFitsReader(self.path).read(),
            lambda: MaskedImageFitsReader(self.path).read(),
        ):
            with self.assertRaisesRegex(FitsError, words):
                read()

    def testFilesOfLsstImagesAreRefused(self):
        for planes in (
            ["IMAGE", "MASK", "VARIANCE"],
            ["IMAGE", "MASK", "MASK", "VARIANCE"],
            ["IMAGE", "VARIANCE"],
            ["IMAGE"],
        ):
            for card in ("DATAMODL", "JSONADDR", "INDXADDR"):
                with self.subTest(planes=planes, card=card):
                    self.write(planes, {card: 5760}, self.FOREIGN_PLANES)
                    self.checkRefused(f"lsst.images.*{card}")

    def testMasksOfLsstImagesAreRefusedWhereverTheyAre(self):
        self.write(["IMAGE", "MASK", "VARIANCE"], cards=self.FOREIGN_PLANES)
        self.checkRefused(r"HDU 2 .*lsst.images.*MSKN0000")
        for read in (
            lambda: MaskX(self.path, 2),
            lambda: MaskFitsReader(self.path, 2).read(),
            lambda: ExposureFitsReader(self.path).readMask(),
        ):
            with self.assertRaisesRegex(FitsError, "lsst.images"):
                read()

    def testImagesOfLsstImagesAreRead(self):
        self.write(["IMAGE"], {"DATAMODL": "https://images.lsst.io/schemas/image-1.0.0", "JSONADDR": 5760})
        for image in (ImageF(self.path), ImageFitsReader(self.path).read()):
            self.assertEqual(image.getBBox(), Box2I(Point2I(20, 10), Extent2I(3, 2)))
            self.assertTrue((image.array == 3).all())

    def testPlanesThatAreCalledSomethingElseAreRefused(self):
        for planes, expected, found in (
            (["IMAGE", "VARIANCE", "MASK"], "MASK", "VARIANCE"),
            (["IMAGE", "MASK", "MASK", "VARIANCE"], "VARIANCE", "MASK"),
            (["IMAGE", "NOISE", "MASK", "VARIANCE"], "MASK", "NOISE"),
            (["MASK", "IMAGE", "VARIANCE"], "IMAGE", "MASK"),
            (["SCI", "MASK", "UNCERT"], "VARIANCE", "UNCERT"),
        ):
            with self.subTest(planes=planes):
                self.write(planes)
                self.checkRefused(f"expected .* = '{expected}', found '{found}'")
        with self.assertRaisesRegex(FitsError, "'VARIANCE', found 'UNCERT'"):
            ExposureFitsReader(self.path).readVariance()

    def testNamesOfAnyCaseAndNoNamesWillDo(self):
        for planes in (
            ["image", "Mask", "variance"],
            ["IMAGE", "MASK", "VARIANCE"],
            ["SCI", "mask", "Variance"],
        ):
            self.write(planes)
            with fits.open(self.path, mode="update") as hdus:
                hdus[1].data[:] = 3
            found = MaskedImageF(self.path)
            self.assertEqual(found[21, 10], (3, 1, 4))
        with fits.open(self.path, mode="update") as hdus:
            for hdu in hdus[1:]:
                del hdu.header["EXTNAME"]
        self.assertEqual(ExposureF(self.path)[22, 11], (3, 1, 4))


class ReaderTestCase(TemporaryFolder):
    def testComponentsAreReadAlone(self):
        exposure = makeExposure()
        exposure.writeFits(self.path)
        reader = ExposureFitsReader(self.path)
        self.assertEqual(reader.fileName, self.path)
        self.assertEqual(reader.getFileName(), self.path)
        self.assertEqual(reader.readBBox(), BOX)
        self.assertEqual(reader.readBBox(LOCAL), Box2I(Point2I(0, 0), BOX.getDimensions()))
        self.assertEqual(reader.readXY0(), Point2I(-7, 103))
        self.assertEqual(reader.readXY0(Box2I(Point2I(2, 3), Extent2I(1, 1)), LOCAL), Point2I(-5, 106))
        self.assertEqual(reader.readWcs(), exposure.getWcs())
        self.assertEqual(reader.readFilter(), exposure.getFilter())
        self.assertEqual(reader.readPhotoCalib(), exposure.getPhotoCalib())
        self.assertEqual(reader.readPsf().getSigma(), 1.75)
        self.assertEqual(reader.readValidPolygon(), exposure.getInfo().getValidPolygon())
        self.assertEqual(reader.readVisitInfo(), exposure.getInfo().getVisitInfo())
        self.assertEqual(reader.readExposureId(), 2**40 + 1)
        self.assertEqual(reader.readSerializationVersion(), 2)
        self.assertEqual(reader.readComponent("FILTER"), exposure.getFilter())
        for name in ("Detector", "CoaddInputs", "ApCorrMap", "TransmissionCurve"):
            self.assertIsNone(getattr(reader, f"read{name}")())
        self.assertIsNone(reader.readComponent("NOPE"))
        self.assertEqual(reader.readImageDType(), np.float32)
        self.assertSamePixels(reader.readMaskedImage(), exposure.maskedImage)
        for plane in ("Image", "Mask", "Variance"):
            array = getattr(reader, f"read{plane}")().array
            self.assertTrue(
                np.array_equal(array, getattr(exposure, plane.lower()).array, equal_nan=plane != "Mask")
            )

    def testFileIsOpenedAndHeadersAreParsedOnce(self):
        reader = ExposureFitsReader(GZIP)
        file = reader._file
        reader.read()
        first = [file[i].header for i in range(10)]
        reader.readWcs()
        reader.read(Box2I(Point2I(140, 130), Extent2I(3, 3)))
        self.assertIs(reader._file, file)
        self.assertTrue(all(a is file[i].header for i, a in enumerate(first)))

    def testBoxOutsideTheImageIsRefused(self):
        for bbox, origin in (
            (Box2I(Point2I(0, 0), Extent2I(2, 2)), PARENT),
            (Box2I(Point2I(134, 125), Extent2I(2, 2)), PARENT),
            (Box2I(Point2I(179, 0), Extent2I(2, 1)), LOCAL),
        ):
            for read in (ExposureFitsReader(GZIP).read, ExposureFitsReader(GZIP).readMask):
                with self.assertRaises(pexExceptions.LengthError):
                    read(bbox, origin)

    def testEmptyBoxIsAllOfTheImage(self):
        self.assertEqual(ExposureF(GZIP, Box2I()).getBBox(), Box2I(Point2I(135, 125), Extent2I(180, 170)))

    def testPixelsAreConvertedIfThatIsSafe(self):
        self.assertEqual(type(ExposureFitsReader(GZIP).read(dtype=np.float64)), ExposureD)
        plain = os.path.join(DATA, "exposureI_plain.fits")
        self.assertEqual(ExposureF(plain).image.array[3, 4], 64)
        self.assertEqual(ImageU(plain, 1, allowUnsafe=True).array[3, 4], 64)

    def testPixelsAreNotConvertedIfThatIsUnsafe(self):
        plain = os.path.join(DATA, "exposureI_plain.fits")
        for read, stored, wanted in (
            (lambda: ExposureI(GZIP), "float32", "int32"),
            (lambda: ExposureL(GZIP), "float32", "uint64"),
            (lambda: MaskedImageI(GZIP), "float32", "int32"),
            (lambda: ImageI(GZIP), "float32", "int32"),
            (lambda: Mask(GZIP, 1), "float32", "int32"),
            (lambda: ExposureFitsReader(GZIP).readImage(dtype=np.int32), "float32", "int32"),
            (lambda: ImageU(plain, 1), "int32", "uint16"),
        ):
            words = r"cfitsio error \(.*\.fits\) : Incompatible type for FITS image: "
            words += rf"on disk is {stored} \(HDU 1\), in-memory is {wanted}; allowUnsafe"
            with self.subTest(stored=stored, wanted=wanted):
                with self.assertRaisesRegex(pexExceptions.Exception, words) as caught:
                    read()
                # What the compiled stack raises has no class in Python.
                self.assertIs(type(caught.exception), pexExceptions.Exception)

    def testTypesWithoutImagesAreRefused(self):
        planes = [fits.ImageHDU(np.zeros((3, 4), code)) for code in ("i2", "i4", "f4")]
        fits.HDUList([fits.PrimaryHDU(), *planes]).writeto(self.path)
        with self.assertRaisesRegex(TypeError, "dtype 'int16' not supported"):
            ExposureFitsReader(self.path).read()
        with self.assertRaises(TypeError):
            ExposureFitsReader(GZIP).readMask(dtype=np.int16)

    def testImageAloneIsAMaskedImageOnlyIfThatIsEnough(self):
        image = ImageF(BOX)
        image.set(3)
        image.writeFits(self.path)
        with self.assertLogs("lsst.afw.image.fits", "WARNING"):
            maskedImage = MaskedImageF(self.path)
        self.assertEqual(maskedImage.mask.array.sum(), 0)
        self.assertEqual(maskedImage.image.array.sum(), 3 * 99)

    def testTheWcsOfTheHeaderIsReadWhereThereIsNoArchive(self):
        exposure = makeExposure()
        exposure.writeFits(self.path)
        with fits.open(self.path) as hdus:
            for name in ("SKYWCS_ID", "ARCHIVE_ID_SKYWCS"):
                del hdus[0].header[name]
            hdus.writeto(self.path, overwrite=True)
        wcs = ExposureFitsReader(self.path).readWcs()
        for x, y in ((0, 0), (-7, 103), (500, -300)):
            distance = wcs.pixelToSky(x, y).separation(exposure.getWcs().pixelToSky(x, y))
            self.assertLess(distance.asArcseconds(), 1e-6)


class FaultTestCase(TemporaryFolder):
    def setUp(self):
        super().setUp()
        options = CompressionOptions()
        makeExposure().writeFits(self.path, options, options, options)
        with open(self.path, "rb") as stream:
            self.raw = stream.read()
        self.file = FitsFile(self.path)

    def checkError(self, *words):
        with self.assertRaises(FitsError) as caught:
            ExposureFitsReader(self.path).read()
        for word in (self.path, *words):
            self.assertIn(word, str(caught.exception))

    def write(self, raw):
        with open(self.path, "wb") as stream:
            stream.write(raw)

    def testTruncatedFileIsRefusedWhereverItEnds(self):
        for size in range(0, self.file[9].dataOffset, 1000):
            self.write(self.raw[:size])
            self.checkError()

    def testFileThatEndsInZerosIsRefused(self):
        # Such as a copy that was interrupted leaves on some disks.
        for size, words in (
            (1000, ("HDU 0", "header does not end")),
            (self.file[1].offset, ("HDU 0", "expected an image")),
            (self.file[3].offset, ("expected an HDU 3, found 3 HDUs, then b'\\x00",)),
        ):
            with self.subTest(size=size):
                self.write(self.raw[:size].ljust(len(self.raw), b"\0"))
                self.checkError(*words)

    def testMissingHduIsRefused(self):
        for index in range(1, 5):
            hdu = self.file[index]
            self.write(self.raw[: hdu.offset] + self.raw[hdu.end :])
            self.checkError("HDU")
        self.write(self.raw[: self.file[2].offset])
        self.checkError("expected an HDU 2")

    def testFlippedByteInATileNamesFileHduAndTile(self):
        for index, name in ((1, "IMAGE"), (2, "MASK"), (3, "VARIANCE")):
            hdu = self.file[index]
            place = hdu.dataOffset + hdu.dataSize - 20
            self.write(self.raw[:place] + bytes([self.raw[place] ^ 4]) + self.raw[place + 1 :])
            self.checkError(f"HDU {index} ({name})", "tile 8")

    def testNewerLayoutIsRefused(self):
        place = self.raw.index(b"EXPINFO_V")
        self.write(self.raw[:place] + self.raw[place:].replace(b"         2", b"         3", 1))
        self.checkError("EXPINFO_V", "found 3")

    def testWrongComponentIsRefused(self):
        place = self.raw.index(b"HIERARCH ARCHIVE_ID_FILTER")
        card = f"HIERARCH ARCHIVE_ID_FILTER = {ExposureFitsReader(self.path)._componentIds['SKYWCS']}".ljust(
            80
        )
        self.write(self.raw[:place] + card.encode() + self.raw[place + 80 :])
        self.checkError("expected a FilterLabel for FILTER")

    def testPlanesOfDifferentSizeAreRefused(self):
        with fits.open(self.path) as hdus:
            hdus[3].data = np.zeros((3, 3), "f4")
            hdus.writeto(self.path, overwrite=True)
        self.checkError("HDU 3", "dimensions")


VALUES = (
    "0 -1 1 2 3 7 99 1000000 2147483647 2147483648 9223372036854775807 -9223372036854775808"
    " 99999999999999999999 1.5 1E300 -1E-300 NaN T F '' 'A' 'GZIP_2' 'RICE_1' 'BINTABLE' '1QB(5)' '1J' '1PD'"
    " '64A'"
).split()


def mutate(raw, rng):
    """Change a file somehow.

    Parameters
    ----------
    raw : `bytes`
        The file.
    rng : `random.Random`
        Where chance comes from.

    Returns
    -------
    raw : `bytes`
        The changed file.
    """
    raw = bytearray(raw)
    place = rng.randrange(len(raw))
    card = place // 80 * 80
    kind = rng.random()
    if kind < 0.5:
        cards = [
            i for i in range(0, len(raw), 80) if raw[i + 8 : i + 10] == b"= " or raw[i : i + 8] == b"HIERARCH"
        ]
        card = rng.choice(cards)
        equals = raw.index(b"=", card)
        raw[equals : card + 80] = f"= {rng.choice(VALUES)}".ljust(80)[: card + 80 - equals].encode()
    elif kind < 0.7:
        raw[place] ^= 1 << rng.randrange(8)
    elif kind < 0.8:
        del raw[place:]
    elif kind < 0.85:
        raw[card : card + 80] = rng.randbytes(80)
    elif kind < 0.9:
        del raw[place // 2880 * 2880 :][:2880]
    elif kind < 0.95:
        raw[card : card + 80] = b"END".ljust(80)
    else:
        raw[place : place + 8] = rng.choice((b"\xff" * 8, b"\x7f" + b"\xff" * 7, bytes(8)))
    return bytes(raw)


class MutationTestCase(TemporaryFolder):
    def setUp(self):
        super().setUp()
        small = Box2I(Point2I(0, 0), Extent2I(12, 10))
        self.files = []
        for i, name in enumerate(
            ("coadd_full.fits", "calexp_sip.fits", writeOldExposure(self.folder, 0), "coadd_rice_lossy.fits")
        ):
            path = os.path.join(self.folder, f"{i}.fits")
            if name == "coadd_rice_lossy.fits":
                shutil.copy(os.path.join(DATA, name), path)
            else:
                exposure = ExposureFitsReader(os.path.join(DATA, name)).read()
                box = small.shiftedBy(Extent2I(exposure.getXY0())).clippedTo(exposure.getBBox())
                exposure[box].writeFits(path, *([CompressionOptions()] * 3 if i == 0 else []))
            with open(path, "rb") as stream:
                self.files.append(stream.read())
        exposure.getWcs().writeFits(self.path)
        with open(self.path, "rb") as stream:
            self.files.append(stream.read())
        logger = logging.getLogger("lsst")
        self.addCleanup(logger.setLevel, logger.level)
        logger.setLevel(logging.ERROR)

    def testBrokenFilesRaiseNothingButTheStacksErrors(self):
        one = Box2I(Point2I(2, 3), Extent2I(2, 1))
        calls = (
            lambda: ExposureFitsReader(self.path).read(),
            lambda: ExposureFitsReader(self.path).read(one, LOCAL),
            lambda: MaskedImageF(self.path),
            lambda: ImageF(self.path),
            lambda: MaskX(self.path, 2),
            lambda: readMetadata(self.path),
            lambda: readObject(self.path),
        )
        failed = 0
        for first in range(0, MUTATIONS, 20):
            with self.subTest(seeds=range(first, first + 20)), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for seed in range(first, first + 20):
                    failed += self.countErrors(seed, calls if seed % 4 == 0 else calls[:2])
        self.assertGreater(failed, MUTATIONS // 4)

    def countErrors(self, seed, calls):
        """Change a file, and count the calls that say so."""
        rng = random.Random(seed)
        raw = mutate(rng.choice(self.files), rng)
        with open(self.path, "wb") as stream:
            stream.write(raw)
        failed = 0
        for call in calls:
            try:
                call()
            except pexExceptions.Exception:
                failed += 1
        return failed


if __name__ == "__main__":
    unittest.main()
