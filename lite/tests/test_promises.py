# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""No small file takes a reader much time or memory.

Each ends in a `FitsError` that names it, or is read, within 5 s and 1 GiB;
most of what is here took minutes or all memory once. `boundedReads` bounds
the time.
"""

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

import hostileFiles
import numpy as np
from astropy.io import fits

import lsst.utils.tests
from lsst.afw.fits import FitsError, readMetadata
from lsst.afw.geom import Polygon, SkyWcs
from lsst.afw.image import ExposureF, ImageFitsReader

HERE = Path(__file__).parent

MEMORY = 200 << 20
"""Bytes that reading may take; with more than 1 GiB it fails by itself."""

MANY = 50000
"""Cards of a header, or rows of a table."""


class BoundedTestCase(lsst.utils.tests.TestCase):
    """Files that are read by another process, whose memory is bounded."""

    @classmethod
    def setUpClass(cls):
        environment = {**os.environ, "LSST_LITE_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        words = [sys.executable, str(HERE / "boundedReads.py")]
        cls._reader = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    @classmethod
    def tearDownClass(cls):
        cls._reader.communicate()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "hostile.fits")

    def read(self, way, data):
        """Read a file, within the bounds.

        Parameters
        ----------
        way : `str`
            One of `boundedReads.WAYS`.
        data : `bytes`
            The file.

        Returns
        -------
        error, message : `str`
            Class and text of the exception; "" if there was none.
        """
        Path(self.path).write_bytes(data)
        print(way, self.path, file=self._reader.stdin, flush=True)
        outcome = json.loads(self._reader.stdout.readline())
        self.assertNotIn("process", outcome["error"])
        self.assertLess(outcome["memory"], MEMORY)
        return outcome["error"], outcome["message"]

    def checkRead(self, way, data):
        """Check that a file is read."""
        self.assertEqual(self.read(way, data), ("", ""))

    def checkRefused(self, way, data, *words):
        """Check that a file is refused in so many words."""
        error, message = self.read(way, data)
        self.assertEqual(error, "FitsError", message)
        for word in (self.path, *words):
            self.assertIn(word, message)
        self.assertLess(len(message), 2000)


class HeaderTestCase(BoundedTestCase):
    """Headers."""

    def testHeadersAreReadInTimeThatGrowsWithTheirCards(self):
        for make, *ways in (
            (hostileFiles.manyArchiveIds, "exposure"),
            (hostileFiles.longString, "exposure", "primary", "metadata"),
            (hostileFiles.longHeader, "exposure", "metadata", "wcs"),
            (hostileFiles.undecidedCards, "metadata"),
            (hostileFiles.manyMatrices, "wcs"),
        ):
            for way in ways:
                with self.subTest(kind=make.__name__, way=way):
                    self.checkRead(way, make(MANY))
        self.checkRead("wcs", hostileFiles.matrixOfManyAxes())

    def testHeadersThatNoFileCanHaveAreRefused(self):
        for way, data, *words in (
            ("exposure", hostileFiles.manyPlanes(MANY), "HDU 2", "MP_P32", "found 32"),
            ("metadata", hostileFiles.headerWithoutEnd(MANY), "HDU 0", "does not end"),
            ("exposure", hostileFiles.manyAxes(), "HDU 0", "4000000000000000000"),
            ("image", hostileFiles.noGroups(), "HDU 1", "GCOUNT, found 0"),
        ):
            self.checkRefused(way, data, *words)


class ArchiveTestCase(BoundedTestCase):
    """Archives and their tables."""

    def testRowsWithoutBytesAreRefused(self):
        for name in ("Polygon", "VisitInfo", "Unknown"):
            data = hostileFiles.rowsWithoutBytes(name, 20_000_000)
            self.checkRefused("exposure", data, "HDU 5", "20000000 rows", "NAXIS1 = 0")
        data = hostileFiles.indexWithoutBytes(20_000_000)
        self.checkRefused("exposure", data, "HDU 4", "20000000 rows", "NAXIS1 = 0")

    def testRowsThatObjectsShareAreRefused(self):
        data = hostileFiles.sharedRows(300, MANY)
        self.checkRefused("exposure", data, "HDU 4", "rows that no other object has", "id=2", f"nrows={MANY}")

    def testCatalogThatAnObjectHasTwiceIsRefused(self):
        data = hostileFiles.repeatedCatalog(1000)
        self.checkRefused("exposure", data, "HDU 4", "different catalogs", "archive id 1")

    def testObjectsInALongChainAreRefused(self):
        self.checkRefused("exposure", hostileFiles.chainOfCalibrations(5000), "HDU 5", "PhotoCalib")

    def testSipOfManyCoefficientsIsRefused(self):
        self.checkRefused("exposure", hostileFiles.sipOfManyCoefficients(200), "HDU 5", "TanWcs", "40000")
        self.checkRead("wcs", hostileFiles.sipOfManyCoefficients(4))

    def testPolygonOfManyVerticesIsRead(self):
        for way in ("exposure", "polygon"):
            self.checkRead(way, hostileFiles.largePolygon(MANY))

    def testWrongObjectIsNotWrittenOutInTheMessage(self):
        data = hostileFiles.largePolygon(MANY).replace(b"VALID_POLYGON", b"SKYWCS       ")
        self.checkRefused("exposure", data, "HDU 0", "expected a SkyWcs for SKYWCS, found a Polygon")


class WcsTestCase(BoundedTestCase):
    """WCSs as AST writes them."""

    def testIterationsOfAPolynomialAreBounded(self):
        self.checkRefused("wcs", hostileFiles.iteratedPolynomial(999999999), "HDU 5", "NiterInv = 999999999")
        self.checkRead("wcs", hostileFiles.iteratedPolynomial(1000))

    def testPolynomialOfLargePowerIsRead(self):
        self.checkRead("wcs", hostileFiles.polynomialOfPower(30))

    def testWcsOfManyMappingsIsRefused(self):
        self.checkRefused("wcs", hostileFiles.manyMappings(1 << 11), "HDU 5", "more than 1000 objects")
        self.checkRead("wcs", hostileFiles.manyMappings(1 << 8))


class TileTestCase(BoundedTestCase):
    """Compressed images."""

    def testTileThatInflatesBeyondItsPixelsIsRefused(self):
        for algorithm in ("GZIP_1", "GZIP_2", "RICE_1", "HCOMPRESS_1"):
            data = hostileFiles.inflatingTile(algorithm, 512 << 20)
            self.checkRefused("image", data, "HDU 1", "tile 0", "found more than")

    def testTileOfTwoStreamsIsRefused(self):
        first = zlib.compress(bytes(400), wbits=31)
        data = hostileFiles.inflatingTile("GZIP_1", 512 << 20, first)
        self.checkRefused("image", data, "HDU 1", "tile 0", "one stream")

    def testTilesThatShareLongBytesAreRefused(self):
        for algorithm in ("GZIP_1", "GZIP_2", "RICE_1", "PLIO_1", "HCOMPRESS_1", "NOCOMPRESS"):
            data = hostileFiles.sharedTiles(algorithm, MANY, 1 << 20)
            self.checkRefused("image", data, "HDU 1", "tile 0", "expected at most", "found 1048576")

    def testTileThatItsBytesCannotHoldIsRefused(self):
        for algorithm in ("RICE_1", "PLIO_1", "HCOMPRESS_1"):
            for way in ("image", "pixel"):
                data = hostileFiles.largeTile(algorithm, 10000)
                self.checkRefused(way, data, "HDU 1", "tile 0", "42 bytes cannot hold 100000000 pixels")

    def testTileWithoutDataIsRefused(self):
        for algorithm in ("GZIP_1", "RICE_1", "PLIO_1", "HCOMPRESS_1"):
            self.checkRefused("image", hostileFiles.emptyTile(algorithm), "HDU 1", "tile 0", "no data")

    def testManyTilesAreRead(self):
        pixels = np.arange(5000, dtype="i4").reshape(1, -1)
        image = fits.CompImageHDU(pixels, compression_type="RICE_1", tile_shape=(1, 1))
        stream = io.BytesIO()
        fits.HDUList([fits.PrimaryHDU(), image]).writeto(stream)
        self.checkRead("image", stream.getvalue())

    def testImageOfZerosIsReadHoweverItIsCompressed(self):
        for algorithm in ("GZIP_1", "GZIP_2", "RICE_1", "PLIO_1", "HCOMPRESS_1"):
            image = fits.CompImageHDU(np.zeros((1000, 1000), "i4"), compression_type=algorithm)
            fits.HDUList([fits.PrimaryHDU(), image]).writeto(self.path, overwrite=True)
            found = ImageFitsReader(self.path, 1).read()
            self.assertFalse(found.array.any())
            self.assertEqual(found.array.shape, (1000, 1000))


class KindTestCase(lsst.utils.tests.TestCase):
    def testWhatIsNoRegularFileIsRefused(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        fifo = os.path.join(folder, "fifo.fits")
        os.mkfifo(fifo)
        # Whoever opens a FIFO waits.
        signal.alarm(100)
        self.addCleanup(signal.alarm, 0)
        other = "a FIFO, socket or device"
        for path, kind in ((folder, "a directory"), (fifo, other), ("/dev/zero", other)):
            for use in (readMetadata, ExposureF.readFits, SkyWcs.readFits, Polygon([]).writeFits):
                with self.assertRaisesRegex(FitsError, f"{path}: expected a regular file, found {kind}"):
                    use(path)


if __name__ == "__main__":
    unittest.main()
