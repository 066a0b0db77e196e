# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""No small file takes a reader much time or memory.

Each ends in a `FitsError` that names it, or is read, within 5 s and 1 GiB;
most of what is here took minutes or all memory once. `boundedReads` bounds
the time.
"""

import os
import signal
import tempfile
import unittest
import zlib

import hostileFiles
import numpy as np
from astropy.io import fits
from boundedReads import BoundedTestCase

import lsst.utils.tests
from lsst.afw.fits import FitsError, readMetadata
from lsst.afw.geom import Polygon, SkyWcs
from lsst.afw.image import ExposureF, ImageFitsReader

MANY = 50000
"""Cards of a header, or rows of a table."""

COMPRESSIONS = "GZIP_1", "GZIP_2", "RICE_1", "PLIO_1", "HCOMPRESS_1"

REFUSED = (
    ("metadata", hostileFiles.headerWithoutEnd, (MANY,), ("HDU 0", "does not end")),
    ("exposure", hostileFiles.manyPlanes, (MANY,), ("HDU 2", "MP_P32", "found 32")),
    ("exposure", hostileFiles.manyAxes, (), ("HDU 0", "4000000000000000000")),
    ("image", hostileFiles.noGroups, (), ("HDU 1", "GCOUNT, found 0")),
    *(
        (
            "exposure",
            hostileFiles.rowsWithoutBytes,
            (name, 20_000_000),
            ("HDU 5", "20000000 rows", "NAXIS1 = 0"),
        )
        for name in ("Polygon", "VisitInfo", "Unknown")
    ),
    ("exposure", hostileFiles.indexWithoutBytes, (20_000_000,), ("HDU 4", "20000000 rows", "NAXIS1 = 0")),
    ("exposure", hostileFiles.sharedRows, (300, MANY), ("HDU 4", "rows that no other object has", "id=2")),
    ("exposure", hostileFiles.repeatedCatalog, (1000,), ("HDU 4", "different catalogs", "archive id 1")),
    ("exposure", hostileFiles.chainOfCalibrations, (5000,), ("HDU 5", "PhotoCalib")),
    ("wcs", hostileFiles.iteratedPolynomial, (999999999,), ("HDU 5", "NiterInv = 999999999")),
    ("wcs", hostileFiles.manyMappings, (1 << 11,), ("HDU 5", "more than 1000 objects")),
    *(
        ("image", hostileFiles.inflatingTile, (name, 512 << 20), ("HDU 1", "tile 0", "found more than"))
        for name in ("GZIP_1", "GZIP_2", "RICE_1", "HCOMPRESS_1")
    ),
    (
        "image",
        hostileFiles.inflatingTile,
        ("GZIP_1", 512 << 20, zlib.compress(bytes(400), wbits=31)),
        ("HDU 1", "tile 0", "one stream"),
    ),
    *(
        (
            "image",
            hostileFiles.sharedTiles,
            (name, MANY, 1 << 20),
            ("HDU 1", "tile 0", "expected at most", "found 1048576"),
        )
        for name in (*COMPRESSIONS, "NOCOMPRESS")
    ),
    *(
        (
            way,
            hostileFiles.largeTile,
            (name, 10000),
            ("HDU 1", "tile 0", "42 bytes cannot hold 100000000 pixels"),
        )
        for name in ("RICE_1", "PLIO_1", "HCOMPRESS_1")
        for way in ("image", "pixel")
    ),
)
"""Way to read, function that makes the file, its arguments, and words of the
message.
"""


class PromisesTestCase(BoundedTestCase):
    memory = 200 << 20

    def testFilesThatWantTooMuchAreRefused(self):
        for way, make, args, words in REFUSED:
            with self.subTest(kind=make.__name__, way=way, args=args):
                error, message = self.read(way, make(*args))
                self.assertEqual(error, "FitsError", message)
                for word in (self.path, *words):
                    self.assertIn(word, message)
                self.assertLess(len(message), 2000)

    def testFilesThatWantLessAreRead(self):
        for make, arg in ((hostileFiles.iteratedPolynomial, 1000), (hostileFiles.manyMappings, 1 << 8)):
            self.assertEqual(self.read("wcs", make(arg)), ("", ""))

    def testImageOfZerosIsReadHoweverItIsCompressed(self):
        for algorithm in COMPRESSIONS:
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
