# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiles are decoded and encoded as astropy does, only those that are needed,
and what is broken is found.
"""

import contextlib
import itertools
import multiprocessing
import os
import subprocess
import sys
import unittest
import zlib

import numpy as np
from astropy.io import fits
from hostileFiles import TILES as TABLE, makeTiles, point
from hypothesis import given, settings, strategies as st
from liteScenes import TemporaryFolder

import lsst.utils.tests
from lsst._lite.threads import run, threadCount, threads
from lsst.afw.fits import CompressionAlgorithm, CompressionOptions, FitsError
from lsst.afw.fits._file import FitsFile
from lsst.afw.fits._images import openImage
from lsst.afw.fits._output import openOutput
from lsst.afw.fits._tiles import TileGrid, encode

try:
    import fitsio
except ImportError:
    fitsio = None

SHAPE = 23, 37
DTYPES = "u1", "i2", "i4", "f4", "f8"
ALGORITHMS = "GZIP_1", "GZIP_2"
TILES = (1, 37), (1, 10), (23, 37), (7, 11), (5, 37), (4, 1)


def makePixels(dtype, shape=SHAPE):
    """Make pixels with all kinds of bytes, and NaNs of several kinds."""
    bits = np.random.default_rng(20).integers(0, 256, (*shape, np.dtype(dtype).itemsize), np.uint8)
    bits[shape[0] // 2 :, :, 1:] = 3
    pixels = bits.view(dtype)[:, :, 0]
    if pixels.dtype.kind == "f":
        pixels.flat[: min(3, pixels.size)] = (np.nan, -np.inf, -0.0)[: pixels.size]
    return pixels


def sameBits(a, b):
    """Whether arrays have the same values, down to the bits of NaNs."""
    a, b = (np.ascontiguousarray(x, dtype=x.dtype.newbyteorder("=")) for x in (a, b))
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


@contextlib.contextmanager
def environmentThreads(value):
    """Set the environment variable for the number of threads."""
    old = os.environ.pop("LSST_LITE_THREADS", None)
    os.environ["LSST_LITE_THREADS"] = value
    try:
        yield
    finally:
        del os.environ["LSST_LITE_THREADS"]
        if old is not None:
            os.environ["LSST_LITE_THREADS"] = old


def readBox(path, rows=None, columns=None, out=None, count=1, hdu=1):
    """Read a box of an image."""
    image = openImage(FitsFile(path)[hdu])
    image.checkSize()
    rows = range(image.shape[0]) if rows is None else rows
    columns = range(image.shape[1]) if columns is None else columns
    if out is None:
        out = np.empty((len(rows), len(columns)), image.dtype)
    run(image.tasks(rows, columns, out), count)
    return out


class TilesTestCase(TemporaryFolder):
    """Tests that write files."""

    def writeWithAstropy(self, pixels, algorithm="GZIP_2", tile=None, **kwargs):
        hdu = fits.CompImageHDU(
            pixels,
            compression_type=algorithm,
            tile_shape=tile,
            quantize_level=kwargs.pop("quantize_level", 0),
            **kwargs,
        )
        fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(self.path, overwrite=True)

    def writeBytes(self, data):
        with open(self.path, "wb") as stream:
            stream.write(data)

    def write(self, pixels, algorithm="GZIP_2", tile=(1, 0)):
        options = CompressionOptions(
            algorithm=CompressionAlgorithm[algorithm], tile_height=tile[0], tile_width=tile[1]
        )
        with openOutput(self.path) as output:
            output.writeImage(pixels, [("ANSWER", 42, "a card")], options)


class TileReadTestCase(TilesTestCase):
    def testReadsWhatAstropyWrites(self):
        for dtype, algorithm, tile in itertools.product(DTYPES, ALGORITHMS, TILES):
            with self.subTest(dtype=dtype, algorithm=algorithm, tile=tile):
                pixels = makePixels(dtype)
                self.writeWithAstropy(pixels, algorithm, tile)
                self.assertTrue(sameBits(readBox(self.path), pixels))
                part = readBox(self.path, range(5, 17), range(8, 30))
                self.assertTrue(sameBits(part, pixels[5:17, 8:30]))

    def testOnlyTilesThatTheBoxTouchesAreRead(self):
        pixels = makePixels("f4")
        for tile, rows, columns, expected in (
            ((1, 37), range(4, 9), range(2, 3), 5),
            ((7, 11), range(6, 8), range(10, 12), 4),
            ((7, 11), range(7, 14), range(11, 22), 1),
            ((23, 37), range(22, 23), range(36, 37), 1),
            ((1, 37), range(0, 0), range(0, 37), 0),
            ((1, 37), range(0, 23), range(5, 5), 0),
        ):
            self.writeWithAstropy(pixels, "GZIP_2", tile)
            table = openImage(FitsFile(self.path)[1])
            out = np.empty((len(rows), len(columns)), "f4")
            run(table.tasks(rows, columns, out))
            self.assertEqual(len(table.grid.touched(rows, columns)), expected)
            self.assertTrue(sameBits(out, pixels[rows.start : rows.stop, columns.start : columns.stop]))

    def testBytesOfOtherTilesAreNotRead(self):
        pixels = makePixels("i4", (400, 300))
        self.write(pixels)
        file = FitsFile(self.path)
        image = openImage(file[1])
        asked = []
        read = file._file.pread

        def count(offset, size):
            asked.append(size)
            return read(offset, size)

        file._file.pread = count
        out = np.empty((10, 300), "i4")
        run(image.tasks(range(200, 210), range(300), out), 1)
        self.assertTrue(sameBits(out, pixels[200:210]))
        self.assertLess(sum(asked), 10 * 300 * 4 + 10 * 200)

    @settings(deadline=None, max_examples=60)
    @given(st.data())
    def testAnyBoxOfAnyTilesIsThatBoxOfTheWhole(self, data):
        shape = data.draw(st.tuples(st.integers(1, 40), st.integers(1, 40)))
        tile = data.draw(st.tuples(st.integers(0, 12), st.integers(0, 45)))
        algorithm = data.draw(st.sampled_from(ALGORITHMS))
        pixels = makePixels(data.draw(st.sampled_from((*DTYPES, "u2", "i8"))), shape)
        self.write(pixels, algorithm, tile)
        ranges = []
        for size in shape:
            start = data.draw(st.integers(0, size - 1))
            ranges.append(range(start, data.draw(st.integers(start, size))))
        part = readBox(self.path, *ranges, count=data.draw(st.integers(1, 3)))
        self.assertTrue(
            sameBits(part, pixels[ranges[0].start : ranges[0].stop, ranges[1].start : ranges[1].stop])
        )

    def testDestinationMayHaveAnyStridesAndType(self):
        for algorithm in ALGORITHMS:
            for tile in TILES:
                pixels = makePixels("i2")
                self.writeWithAstropy(pixels, algorithm, tile)
                for out in (
                    np.zeros((46, 74), "i2")[::2, ::2],
                    np.zeros((37, 23), "i2").T,
                    np.zeros((23, 37), "i2")[::-1, ::-1],
                    np.zeros((23, 37), "f4"),
                    np.zeros((23, 37), "i8"),
                    np.zeros((23, 37), ">i4"),
                ):
                    readBox(self.path, out=out)
                    self.assertTrue(np.array_equal(out, pixels))

    def testTilesThatAreNotInTheFirstColumnAreRead(self):
        pixels = makePixels("f4", (3, 5))
        stored = [row.astype(">f4") for row in pixels]
        # Compressed, gzip without shuffling, and not compressed at all.
        first = zlib.compress(stored[0].view("u1").reshape(-1, 4).T.tobytes(), wbits=31)
        second = zlib.compress(stored[1].tobytes(), wbits=31)
        rows = [
            point(len(first), 0, 0, 0, 0, 0),
            point(0, 0, len(second), len(first), 0, 0),
            point(0, 0, 0, 0, 5, len(first) + len(second)),
        ]
        heap = first + second + stored[2].tobytes()
        columns = [("COMPRESSED_DATA", "1PB(99)"), ("GZIP_COMPRESSED_DATA", "1PB(99)")]
        columns += [("UNCOMPRESSED_DATA", "1PE(5)")]
        self.writeBytes(makeTiles("GZIP_2", (1, 5), pixels.shape, rows, heap, columns, -32))
        self.assertTrue(sameBits(readBox(self.path), pixels))
        self.assertTrue(sameBits(readBox(self.path, range(1, 3), range(2, 4)), pixels[1:3, 2:4]))

    def testOtherCompressionsAreReadAsAstropyReadsThem(self):
        pixels = np.random.default_rng(3).normal(0, 5, SHAPE).astype("f4")
        pixels[3, 4:9] = np.nan
        counts = (np.nan_to_num(pixels) * 10).astype("i4")
        for source, algorithm, kwargs in (
            (counts, "RICE_1", {}),
            (counts.astype("i2"), "RICE_1", {"tile": (5, 7)}),
            (np.abs(counts).astype("u1"), "RICE_1", {}),
            (np.abs(counts), "PLIO_1", {}),
            (counts, "HCOMPRESS_1", {"tile": SHAPE}),
            (counts.astype("i2"), "HCOMPRESS_1", {"tile": (12, 11)}),
            (pixels, "RICE_1", {"quantize_level": 16, "quantize_method": -1}),
            (pixels, "RICE_1", {"quantize_level": 16, "quantize_method": 2, "dither_seed": 9}),
            (pixels, "HCOMPRESS_1", {"quantize_level": 16, "tile": (12, 11), "dither_seed": 10000}),
            (pixels.astype("f8"), "RICE_1", {"quantize_level": 16, "quantize_method": 1, "tile": (23, 9)}),
            (pixels, "GZIP_2", {"quantize_level": 16, "quantize_method": 1, "dither_seed": 9}),
        ):
            with self.subTest(algorithm=algorithm, dtype=source.dtype, **kwargs):
                self.writeWithAstropy(source, algorithm, kwargs.pop("tile", None), **kwargs)
                with fits.open(self.path) as hdus:
                    expected = hdus[1].data
                self.assertTrue(
                    np.array_equal(readBox(self.path), expected, equal_nan=source.dtype.kind == "f")
                )
                part = readBox(self.path, range(2, 6), range(3, 9))
                self.assertTrue(sameBits(part, readBox(self.path)[2:6, 3:9]))

    def testPixelsMayBeStoredWiderThanTheyAre(self):
        for dtype, wide, bitpix in (
            ("u1", ">i2", 8),
            ("i2", ">i4", 16),
            ("i4", ">i8", 32),
            ("f4", ">f8", -32),
        ):
            for algorithm in ALGORITHMS:
                with self.subTest(dtype=dtype, algorithm=algorithm):
                    pixels = np.arange(6).reshape(2, 3).astype(dtype)
                    stored = [row.astype(wide) for row in pixels]
                    if algorithm == "GZIP_2":
                        stored = [row.view("u1").reshape(3, -1).T.copy() for row in stored]
                    tiles = [zlib.compress(row.tobytes(), wbits=31) for row in stored]
                    rows = [point(len(tiles[0]), 0), point(len(tiles[1]), len(tiles[0]))]
                    self.writeBytes(
                        makeTiles(algorithm, (1, 3), (2, 3), rows, b"".join(tiles), TABLE, bitpix)
                    )
                    self.assertTrue(sameBits(readBox(self.path), pixels))
                    self.assertTrue(sameBits(readBox(self.path, range(1, 2), range(1, 3)), pixels[1:, 1:]))

    def testUnsignedMaskInPlioIsStoredAsItIs(self):
        pixels = np.arange(300, dtype="i4").reshape(10, 30)
        self.writeWithAstropy(pixels.astype("i2"), "PLIO_1", (1, 30))
        with fits.open(self.path, mode="update", disable_image_compression=True) as hdus:
            hdus[1].header["BZERO"] = 32768
        self.assertTrue(sameBits(readBox(self.path), pixels.astype("u2")))
        self.assertTrue(sameBits(readBox(self.path, range(3, 5), range(4, 9)), pixels[3:5, 4:9].astype("u2")))

    def testBlankPixelsAreNaNWhereFloatsAreWanted(self):
        for code, blank in (("u1", 255), ("i2", -32768), ("i4", -(2**31)), ("i2", 7)):
            pixels = (np.arange(600).reshape(20, 30) % 190).astype(code)
            pixels[3:5, 6:9] = blank
            for algorithm in (None, "RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1"):
                for scale, zero in ((1, 0), (0.25, 10.0), (1, 1 << 15)):
                    with self.subTest(code=code, blank=blank, algorithm=algorithm, scale=scale, zero=zero):
                        self.writeBlank(pixels, blank, algorithm, scale, zero)
                        for target in ("f4", "f8", ">f4"):
                            expected = (pixels * float(scale) + zero).astype(target)
                            expected[pixels == blank] = np.nan
                            found = readBox(self.path, out=np.zeros(pixels.shape, target))
                            self.assertTrue(np.array_equal(found, expected, equal_nan=True))
                            part = np.zeros((3, 4), target)
                            readBox(self.path, range(2, 5), range(5, 9), out=part)
                            self.assertTrue(np.array_equal(part, expected[2:5, 5:9], equal_nan=True))

    def writeBlank(self, pixels, blank, algorithm, scale, zero):
        """Write stored pixels, with cards that say what they mean."""
        header = fits.Header([("BLANK", blank)])
        hdu = fits.ImageHDU(pixels, header)
        if algorithm:
            hdu = fits.CompImageHDU(pixels, header, compression_type=algorithm)
        fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(self.path, overwrite=True)
        with open(self.path, "r+b") as stream:
            raw = stream.read()
            # In the place of END there is room for two cards before it.
            place = raw.rindex(b"END".ljust(80))
            cards = b"".join(
                f"{key:<8}= {value:>20}".ljust(80).encode()
                for key, value in (("BSCALE", scale), ("BZERO", zero))
            )
            stream.seek(place)
            stream.write(cards + b"END".ljust(80))

    def testBlankPixelsStayIntegersWhereIntegersAreWanted(self):
        pixels = np.array([[1, -32768, 3]], "i2")
        self.writeBlank(pixels, -32768, None, 1, 0)
        self.assertTrue(sameBits(readBox(self.path), pixels))


class TileWriteTestCase(TilesTestCase):
    def testAstropyReadsWhatIsWritten(self):
        written = itertools.product((*DTYPES, "u2", "u4", "i1"), (*ALGORITHMS, "RICE_1"))
        for (dtype, algorithm), tile in itertools.product(written, ((1, 0), (0, 0), (7, 11), (100, 100))):
            if (dtype[0], algorithm) == ("f", "RICE_1"):
                continue
            with self.subTest(dtype=dtype, algorithm=algorithm, tile=tile):
                pixels = makePixels(dtype)
                self.write(pixels, algorithm, tile)
                self.assertTrue(sameBits(readBox(self.path), pixels))
                with fits.open(self.path) as hdus:
                    hdus.verify("exception")
                    self.assertTrue(sameBits(hdus[1].data.astype(dtype), pixels))
                    self.assertEqual(hdus[1].header["ANSWER"], 42)

    def testWideIntegersComeBack(self):
        for dtype, algorithm in itertools.product(("i8", "u8"), ALGORITHMS):
            pixels = makePixels(dtype)
            self.write(pixels, algorithm, (3, 8))
            self.assertTrue(sameBits(readBox(self.path), pixels))

    def testOneRowIsOneTileByDefault(self):
        self.write(makePixels("f4"))
        header = FitsFile(self.path)[1].header
        self.assertEqual([header.get(f"ZTILE{i}") for i in (1, 2)], [37, 1])
        self.assertEqual([header.get(key) for key in ("ZCMPTYPE", "ZQUANTIZ")], ["GZIP_2", "NONE"])

    def testRiceIsWrittenForIntegersOnly(self):
        for dtype in ("f4", "i8"):
            with self.assertRaisesRegex(FitsError, "RICE_1"):
                self.write(makePixels(dtype), "RICE_1")

    def testImageWithoutPixelsIsNotCompressed(self):
        self.write(np.zeros((0, 5), "f4"))
        self.assertEqual(openImage(FitsFile(self.path)[0]).shape, (0, 5))

    def testSizesAreThoseOfAstropy(self):
        pixels = np.random.default_rng(4).normal(0, 3, (200, 1000)).astype("f4")
        self.writeWithAstropy(pixels, "GZIP_2", (1, 1000))
        expected = os.path.getsize(self.path)
        self.write(pixels)
        self.assertLess(os.path.getsize(self.path), 1.02 * expected)

    @unittest.skipUnless(fitsio, "needs fitsio")
    def testCfitsioReadsWhatIsWritten(self):
        for dtype, algorithm in itertools.product(("u1", "i2", "i4", "f4", "f8"), (*ALGORITHMS, "RICE_1")):
            if (dtype[0], algorithm) != ("f", "RICE_1"):
                pixels = makePixels(dtype)
                self.write(pixels, algorithm)
                self.assertTrue(sameBits(fitsio.read(self.path), pixels))

    @unittest.skipUnless(fitsio, "needs fitsio")
    def testAllThatCfitsioCompressesIsRead(self):
        pixels = np.random.default_rng(5).normal(100, 20, SHAPE)
        quantized = {"qlevel": 16, "qmethod": 1, "dither_seed": 5}
        for dtype, algorithm, tile in itertools.product(
            ("u1", "i2", "u2", "i4", "f4"),
            ("GZIP", "GZIP_2", "RICE", "PLIO", "HCOMPRESS"),
            ((12, 11), (1, 37), None),
        ):
            if (algorithm, dtype) == ("PLIO", "f4") or (algorithm, tile) == ("HCOMPRESS", (1, 37)):
                continue
            with self.subTest(dtype=dtype, algorithm=algorithm, tile=tile):
                options = quantized if dtype == "f4" else {}
                with fitsio.FITS(self.path, "rw", clobber=True) as file:
                    file.write(pixels.astype(dtype), compress=algorithm, tile_dims=tile, **options)
                expected = fitsio.read(self.path, ext=1)
                self.assertTrue(np.array_equal(readBox(self.path), expected))
                part = readBox(self.path, range(10, 14), range(20, 30))
                self.assertTrue(np.array_equal(part, expected[10:14, 20:30]))


class TileThreadsTestCase(TilesTestCase):
    def testResultsDoNotDependOnThreads(self):
        pixels = makePixels("f4", (700, 900))
        files = []
        for count in (1, 2, 5):
            with threads(count):
                self.write(pixels)
            with open(self.path, "rb") as stream:
                files.append(stream.read())
            self.assertTrue(sameBits(readBox(self.path, count=count), pixels))
        self.assertEqual(len(set(files)), 1)

    def testThreadsAreCountedByContextThenEnvironment(self):
        with environmentThreads("3"):
            self.assertEqual(threadCount(), 3)
            with threads(2):
                self.assertEqual(threadCount(), 2)
                with threads(7):
                    self.assertEqual(threadCount(), 7)
                self.assertEqual(threadCount(), 2)
        with environmentThreads(""):
            self.assertLessEqual(threadCount(), 4)
        for wrong in ("0", "-1", "many"):
            with environmentThreads(wrong), self.assertRaisesRegex(ValueError, wrong):
                threadCount()
        with self.assertRaises(ValueError), threads(0):
            pass

    def testChildProcessesUseOneThread(self):
        with environmentThreads(""):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                self.assertEqual(pool.apply(threadCount), 1)

    def testFirstErrorIsRaised(self):
        def fail(number):
            raise ValueError(number)

        for count in (1, 3):
            with self.assertRaises(ValueError) as caught:
                run([lambda i=i: fail(i) for i in range(5)], count)
            self.assertEqual(caught.exception.args, (0,))

    def testZlibDoesWhereThereIsNoIsal(self):
        pixels = makePixels("f4")
        self.write(pixels)
        code = (
            "import sys; sys.modules['isal'] = None\n"
            "import zlib, numpy as np\n"
            "from lsst._lite.threads import run\n"
            "from lsst.afw.fits import _codecs, _tiles\n"
            "from lsst.afw.fits._file import FitsFile\n"
            "assert _codecs._deflate is zlib\n"
            f"table = _tiles.TileTable(FitsFile({self.path!r})[1])\n"
            "out = np.empty(table.shape, 'f4')\n"
            "run(table.tasks(range(23), range(37), out))\n"
            "again = b''.join(t for some in _tiles.encode(out, table.grid) for t in some)\n"
            "sys.stdout.buffer.write(out.tobytes() + again)\n"
        )
        made = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout
        self.assertEqual(made[: pixels.nbytes], pixels.tobytes())
        first = zlib.decompress(made[pixels.nbytes :], 31)
        self.assertEqual(first, pixels[0].astype(">f4").view("u1").reshape(-1, 4).T.tobytes())


class TileFaultTestCase(TilesTestCase):
    def setUp(self):
        super().setUp()
        self.write(makePixels("f4"))
        hdu = FitsFile(self.path)[1]
        self.offset, self.table = hdu.dataOffset, 8 * SHAPE[0]
        self.header = hdu.offset

    def spoil(self, place, data):
        """Change bytes of the file."""
        with open(self.path, "r+b") as stream:
            stream.seek(place)
            stream.write(data)

    def setCard(self, key, value):
        """Change a card of the compressed image."""
        with open(self.path, "rb") as stream:
            raw = stream.read()
        place = raw.index(f"{key:<8}=".encode(), self.header)
        self.spoil(place, f"{key:<8}= {value:>20}".ljust(80).encode())

    def checkError(self, *words):
        """Make sure that reading fails and says why."""
        for count in (1, 2):
            with self.assertRaises(FitsError) as caught:
                readBox(self.path, count=count)
            for word in (self.path, *words):
                self.assertIn(word, str(caught.exception))

    def testFlippedByteInATileNamesTheTile(self):
        start, size = self.offset + self.table, os.path.getsize(self.path)
        for place in range(start + 40, start + 120):
            with open(self.path, "rb") as stream:
                stream.seek(place)
                old = stream.read(1)
            self.spoil(place, bytes([old[0] ^ 255]))
            self.checkError("HDU 1", "tile 0")
            self.spoil(place, old)
        self.assertEqual(os.path.getsize(self.path), size)

    def testTruncatedFileIsRefusedEvenIfTheBoxIsThere(self):
        os.truncate(self.path, self.offset + self.table + 100)
        self.checkError("HDU 1", "truncated")
        with self.assertRaisesRegex(FitsError, "truncated"):
            readBox(self.path, range(1), range(1))

    def testTileOutsideTheHeapIsRefused(self):
        for pointer in ((1 << 30, 0), (10, 1 << 30), (-5, 0), (10, -100), (0, 0)):
            self.spoil(self.offset, np.array(pointer, ">i4").tobytes())
            self.checkError("HDU 1", "tile 0")

    def testHeadersThatPromiseTooMuchAreRefused(self):
        for key, value in (
            ("ZNAXIS1", 1 << 30),
            ("ZNAXIS2", 1 << 30),
            ("ZNAXIS1", -5),
            ("ZNAXIS1", "'text'"),
            ("ZNAXIS", 3),
            ("ZTILE1", 0),
            ("ZBITPIX", 7),
            ("NAXIS2", 1 << 40),
            ("PCOUNT", 1 << 40),
            ("TFORM1", "'1PZ(5)'"),
            ("TFORM1", "'1QB(5)'"),
            ("TTYPE1", "'ELSEWHERE'"),
        ):
            with open(self.path, "rb") as stream:
                whole = stream.read()
            self.setCard(key, value)
            self.checkError("HDU 1")
            self.spoil(0, whole)

    def testTileShorterThanItShouldBeIsRefused(self):
        self.setCard("ZNAXIS1", 38)
        self.checkError("HDU 1")


class TileGridTestCase(lsst.utils.tests.TestCase):
    def testTilesCoverTheImageOnce(self):
        for shape in ((1, 1), (5, 8), (7, 3)):
            for tile in ((1, 1), (2, 3), (5, 8), (1, 8)):
                grid = TileGrid(shape, tile)
                covered = np.zeros(shape, int)
                for index in range(grid.counts[0] * grid.counts[1]):
                    rows, columns = grid.span(index)
                    covered[rows.start : rows.stop, columns.start : columns.stop] += 1
                self.assertTrue((covered == 1).all())

    def testEncodedTilesComeInOrder(self):
        pixels = np.arange(3000 * 200, dtype="i4").reshape(3000, 200)
        grid = TileGrid(pixels.shape, (1, 200))
        one, many = ([t for part in encode(pixels, grid, count=n) for t in part] for n in (1, 4))
        self.assertEqual(one, many)
        self.assertEqual(len(one), 3000)


if __name__ == "__main__":
    unittest.main()
