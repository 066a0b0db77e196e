# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only the bytes that are needed of a file behind a URI, and never others."""

import logging
import os
import pathlib
import shutil
import tempfile
import traceback
import unittest

import numpy as np
from butlerScene import DATA_ID, makeButler
from objectStore import BUCKET, needsMoto, serveS3
from oldFiles import OLD_EXPOSURES, writeOldExposure
from rangeServer import RangeServer

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.fits import FitsError
from lsst.afw.fits._rangeFile import RangeFile
from lsst.afw.image import ExposureF, ExposureFitsReader, FilterLabel
from lsst.daf.butler import DatasetRef, FileDataset, FileIntegrityError
from lsst.obs.base.formatters import _ranges
from lsst.obs.base.formatters._ranges import openRanges
from lsst.resources import ResourcePath

GOLDEN = pathlib.Path(__file__).parent / "data" / "golden" / "exposures"
FORMATTER = "lsst.obs.base.formatters.fitsExposure.FitsExposureFormatter"


class RangeFileTestCase(lsst.utils.tests.TestCase):
    """Which bytes are fetched for those that are read."""

    def setUp(self):
        self.data = np.random.default_rng(1).bytes(3_000_000)
        self.fetched = []

    def open(self):
        file = RangeFile("somewhere", len(self.data), self.fetch)
        self.enterContext(file)
        return file

    def fetch(self, start, size):
        self.fetched.append((start, size))
        return self.data[start : start + size]

    def testAnyPartIsThatOfTheFile(self):
        random, file = np.random.default_rng(2), self.open()
        for _ in range(300):
            offset, size = int(random.integers(0, 3_100_000)), int(random.integers(0, 200_000))
            if random.random() < 0.3:
                file.expect([(offset, offset + size), (offset + 2 * size, offset + 3 * size)])
            self.assertEqual(file.pread(offset, size), self.data[offset : offset + size])
        self.assertLessEqual(sum(size for _, size in self.fetched), len(self.data))

    def testNeighboursComeTogether(self):
        file = self.open()
        file.expect((start, start + 1000) for start in range(500_000, 600_000, 2000))
        file.expect([(2_000_000, 2_000_100)])
        self.assertEqual(self.fetched, [])
        file.pread(550_000, 10)
        file.pread(2_000_000, 100)
        file.pread(598_900, 100)
        self.assertEqual(self.fetched, [(500_000, 99_000), (2_000_000, 100)])

    def testShortAnswerIsAnError(self):
        file = RangeFile("somewhere", 100, lambda start, size: b"x" * (size - 1))
        with file, self.assertRaisesRegex(FitsError, "somewhere: truncated"):
            file.pread(0, 10)


class ServerTestCase(lsst.utils.tests.TestCase):
    """A folder, and a server for it."""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.server = self.enterContext(RangeServer(self.folder))
        self.addCleanup(_ranges._withoutRanges.clear)

    def serve(self, path):
        """Copy a file to the server; give its URI."""
        shutil.copy(path, self.folder)
        return ResourcePath(f"{self.server.url}/{os.path.basename(path)}")


class GoldenTestCase(ServerTestCase):
    """What is read through a server is what is read from the disk."""

    def assertSameFile(self, exposure, expected):
        with tempfile.TemporaryDirectory() as folder:
            contents = []
            for number, one in enumerate((exposure, expected)):
                path = pathlib.Path(folder) / f"{number}.fits"
                one.writeFits(str(path))
                contents.append(path.read_bytes())
        self.assertEqual(*contents)

    def assertReadAsFromDisk(self, serve):
        """Read all golden files and old ones, given what puts them on a
        server.
        """
        folder = self.enterContext(tempfile.TemporaryDirectory())
        old = [pathlib.Path(writeOldExposure(folder, version)) for version in OLD_EXPOSURES]
        paths = [*sorted(GOLDEN.glob("*.fits")), *old]
        self.assertGreater(len(paths), 10)
        for path in paths:
            with self.subTest(file=path.name):
                local = ExposureFitsReader(str(path))
                bbox = local.readBBox()
                box = geom.Box2I(bbox.getMin() + bbox.getDimensions() // 3, bbox.getDimensions() // 3)
                with openRanges(serve(path), path.stat().st_size, "dataset") as file:
                    remote = ExposureFitsReader(file)
                    parts = [remote.read(box), remote.read()]
                # The file is closed, and nothing more is asked of it.
                for part, expected in zip(parts, (local.read(box), local.read()), strict=True):
                    self.assertSameFile(part, expected)

    def testHttp(self):
        self.assertReadAsFromDisk(self.serve)

    @needsMoto
    def testS3(self):
        with serveS3() as client:

            def upload(path):
                client.upload_file(str(path), BUCKET, path.name)
                return ResourcePath(f"s3://{BUCKET}/{path.name}")

            self.assertReadAsFromDisk(upload)


class FaultsTestCase(ServerTestCase):
    """The right pixels or a clear error, whatever the server does."""

    def setUp(self):
        super().setUp()
        # Of which a box is a small part.
        random = np.random.default_rng(3)
        self.exposure = ExposureF(700, 600)
        self.exposure.image.array[:] = random.standard_normal((600, 700))
        self.exposure.variance.array[:] = random.random((600, 700))
        self.exposure.setFilter(FilterLabel(band="r", physical="r_scene"))
        self.path = pathlib.Path(self.folder) / "coadd.fits"
        self.butler = makeButler(self.enterContext(tempfile.TemporaryDirectory()), calexp="ExposureF")
        self.butler.put(self.exposure, "calexp", DATA_ID)
        shutil.copy(self.butler.getURI("calexp", DATA_ID).ospath, self.path)
        self.original = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "original.fits"
        shutil.copy(self.path, self.original)
        self.butler.pruneDatasets(
            [self.butler.find_dataset("calexp", DATA_ID)], purge=True, unstore=True, disassociate=True
        )
        self.box = geom.Box2I(geom.Point2I(20, 30), geom.Extent2I(60, 40))

    def ingest(self, query=""):
        """Let the Butler's dataset be the file behind the server."""
        ref = DatasetRef(
            self.butler.get_dataset_type("calexp"), self.butler.registry.expandDataId(DATA_ID), "scene"
        )
        self.butler.ingest(
            FileDataset(f"{self.server.url}/coadd.fits{query}", [ref], formatter=FORMATTER), transfer="direct"
        )
        self.server.clear()

    def get(self):
        return self.butler.get("calexp", DATA_ID, parameters={"bbox": self.box})

    def assertRight(self, exposure):
        np.testing.assert_array_equal(exposure.image.array, self.exposure[self.box].image.array)
        np.testing.assert_array_equal(exposure.variance.array, self.exposure[self.box].variance.array)

    def testBoxTakesFewBytesAndRequests(self):
        self.ingest()
        self.assertRight(self.get())
        self.assertLess(self.server.bytesSent, 0.5 * self.path.stat().st_size)
        self.assertLess(len(self.server.requests), 15)

    def testComponentsTakeFewBytes(self):
        self.ingest()
        self.assertEqual(self.butler.get("calexp.bbox", DATA_ID), self.exposure.getBBox())
        self.assertIsNotNone(self.butler.get("calexp.metadata", DATA_ID))
        self.assertLess(self.server.bytesSent, 0.5 * self.path.stat().st_size)

    def testWholeFileIsFetchedAtOnce(self):
        self.ingest()
        exposure = self.butler.get("calexp", DATA_ID)
        np.testing.assert_array_equal(exposure.image.array, self.exposure.image.array)
        self.assertEqual([part for method, part in self.server.requests if method == "GET"], [None])

    def testServerWithoutRangesIsToldOnce(self):
        self.ingest()
        self.server.hasRanges = False
        with self.assertLogs("lsst.obs.base", logging.INFO) as logged:
            self.assertRight(self.get())
            self.assertRight(self.get())
        self.assertEqual(len(logged.output), 1)

    def testServerThatIgnoresRanges(self):
        self.ingest()
        self.server.ignoresRanges = True
        self.assertRight(self.get())

    def testServerThatAnswersNothingButGet(self):
        self.ingest()
        self.server.answersHead = False
        self.assertRight(self.get())

    def testCutConnectionIsTriedAgain(self):
        self.ingest()
        self.server.failures = ["", "cut", "", "cut"]
        self.assertRight(self.get())

    def testServerErrorsAreTriedAgain(self):
        self.ingest()
        self.server.failures = [503, "", 500]
        self.assertRight(self.get())

    def testCutConnectionForGoodIsAnError(self):
        self.ingest()
        self.server.failures = ["cut"] * 20
        with self.assertRaisesRegex(FileNotFoundError, "coadd.fits.*calexp.*cannot be read"):
            self.get()

    def testMissingFileIsAnError(self):
        self.ingest()
        self.path.unlink()
        with self.assertRaisesRegex(FileNotFoundError, "coadd.fits.*calexp.*404"):
            self.get()

    def replaceAfter(self, numGets):
        """Let the file be another one of the same length after some GET
        requests.
        """
        size = self.path.stat().st_size

        def replace(number):
            if number == numGets + 1:
                # Its compressed tiles are shorter.
                other = ExposureF(700, 600)
                other.image.array[:] = 7.0
                other.writeFits(str(self.path))
                with open(self.path, "ab") as file:
                    file.truncate(size)
                os.utime(self.path, (1e9, 1e9))

        self.server.beforeGet = replace

    def testFileReplacedWhileItIsReadIsAnError(self):
        self.ingest()
        for hasETags, hasDates, kind in (
            (False, True, "modification time"),
            (True, False, "ETag"),
            (True, True, "ETag"),
        ):
            for numGets in (1, 2, 3):
                with self.subTest(kind=kind, numGets=numGets):
                    shutil.copy(self.original, self.path)
                    self.server.clear()
                    self.server.hasETags, self.server.hasDates = hasETags, hasDates
                    self.replaceAfter(numGets)
                    with self.assertRaisesRegex(
                        FileIntegrityError, f"coadd.fits.*calexp.*was changed while it was read: its {kind} "
                    ):
                        self.get()

    def testOtherDateOfTheSameContentIsNoError(self):
        """As servers have that share the work."""
        self.ingest()
        self.server.hasETags = True
        self.server.beforeGet = lambda number: os.utime(self.path, (1e9 + number, 1e9 + number))
        self.assertRight(self.get())

    def testServerThatSaysNeitherETagNorDate(self):
        self.ingest()
        self.server.hasDates = False
        self.assertRight(self.get())

    def testServerThatSaysNoLength(self):
        self.ingest()
        self.server.hasLengths = False
        with self.assertLogs("lsst.obs.base", logging.INFO) as logged:
            for _ in range(2):
                self.server.clear()
                self.assertRight(self.get())
                self.assertEqual(
                    [wanted for method, wanted in self.server.requests if method == "GET"], [None]
                )
        self.assertEqual(len(logged.output), 1)

    def testServerThatClosesConnectionsIsAskedOnce(self):
        self.server.isClosing = True
        uri = ResourcePath(f"{self.server.url}/coadd.fits?X-Amz-Signature=sesame")
        with self.assertRaisesRegex(FileNotFoundError, "coadd.fits, the coadd, cannot be read") as caught:
            with openRanges(uri, -1, "coadd"):
                pass
        # One question, which requests by itself repeats thrice.
        self.assertLessEqual(len(self.server.requests), 4)
        self.assertNotIn("sesame", "".join(traceback.format_exception(caught.exception)))
        self.assertIsNone(caught.exception.__context__)

    def testFileOfAnotherSizeIsAnError(self):
        self.ingest()
        with open(self.path, "ab") as file:
            file.write(b"\0" * 2880)
        with self.assertRaisesRegex(FileIntegrityError, "coadd.fits has .* bytes"):
            self.get()

    def testBrokenFileIsAnError(self):
        self.ingest()
        size = self.path.stat().st_size
        content = bytearray(self.path.read_bytes())
        content[5000:9000] = bytes(4000)
        self.path.write_bytes(content)
        self.assertEqual(self.path.stat().st_size, size)
        with self.assertRaisesRegex(FileIntegrityError, "coadd.fits.*HDU"):
            self.get()

    def testSignatureIsInNoMessageOrLog(self):
        secret = "sesame"
        self.server.signature = secret
        self.ingest(f"?Signature={secret}&Expires=1")
        with self.assertLogs(level=logging.INFO) as logged:
            logging.getLogger("lsst").info("One line at least.")
            self.assertRight(self.get())
            self.server.signature = "expired"
            with self.assertRaisesRegex(FileNotFoundError, "coadd.fits.*calexp.*403") as caught:
                self.get()
            self.server.signature = secret
            self.server.failures = ["cut"] * 9
            with self.assertRaises(FileNotFoundError) as cut:
                self.get()
        tracebacks = ("".join(traceback.format_exception(one.exception)) for one in (caught, cut))
        for text in (*logged.output, *tracebacks):
            self.assertNotIn(secret, text)


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
