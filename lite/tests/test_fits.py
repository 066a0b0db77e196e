# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""FITS headers and files: what is read, written and refused."""

import gzip
import math
import os
import pickle
import stat
import subprocess
import sys
import unittest

import numpy as np
from astropy.io import fits
from hypothesis import given, settings, strategies as st
from liteScenes import TemporaryFolder

import lsst.pex.exceptions as pexExceptions
import lsst.utils.tests
from lsst.afw.fits import CompressionAlgorithm, CompressionOptions, FitsError, readMetadata
from lsst.afw.fits._cards import Header, formatCard, formatHeader
from lsst.afw.fits._file import FitsFile
from lsst.afw.fits._metadata import toCards
from lsst.afw.fits._output import openOutput
from lsst.afw.image import ImageF
from lsst.daf.base import DateTime, PropertyList, PropertySet, getPropertyListState

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "golden", "exposures")
COADD = os.path.join(DATA, "coadd_gzip2.fits")


def readCards(path, hdu):
    """Read the cards of a header as they are, without padding."""
    file = FitsFile(path)
    raw = file._file.pread(file[hdu].offset, file[hdu].dataOffset - file[hdu].offset).decode("ascii")
    cards = [raw[i : i + 80] for i in range(0, len(raw), 80)]
    return cards[: cards.index("END".ljust(80))]


class CardTestCase(lsst.utils.tests.TestCase):
    def testCardsOfTheStackAreWrittenAsTheyWere(self):
        for name in ("coadd_gzip2.fits", "coadd_full.fits", "calexp_sip.fits"):
            path = os.path.join(DATA, name)
            for hdu in FitsFile(path):
                expected = readCards(path, hdu.index)
                # The stack cuts comments off, so that they come back cut.
                written = "".join(formatCard(*card) for card in hdu.header.cards)
                found = [written[i : i + 80] for i in range(0, len(written), 80)]
                self.assertEqual(found, expected, f"{name} HDU {hdu.index}")

    def testAstropyReadsWhatIsWritten(self):
        cards = [
            ("INT", 5, "five"),
            ("NEGATIVE", -(2**40)),
            ("FLOAT", 1.1e-7, "a comment"),
            ("ROUND", 3.0),
            ("YES", True),
            ("NO", False),
            ("NOTHING", None, "undefined"),
            ("TEXT", "it's", "quoted"),
            ("LONG", "wörds".replace("ö", "o") * 30, "long"),
            ("LSST BUTLER RUN", "u/someone/run"),
            ("A-MUCH-TOO-LONG-KEYWORD-FOR-FITS", 12),
            ("HISTORY", "how it was made"),
        ]
        header = fits.Header.fromstring(formatHeader([("SIMPLE", True), *cards]).decode())
        for key, value, *comment in cards:
            found = header[key]
            if value is None:
                self.assertIsNone(found)
            else:
                self.assertEqual(str(found), str(value))
            if comment and key not in ("LONG",):
                self.assertEqual(header.comments[key], comment[0])

    @settings(deadline=None)
    @given(
        st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=0, max_size=300)
        | st.floats(allow_nan=False)
        | st.integers(-(2**63), 2**63 - 1)
        | st.booleans()
        | st.none()
    )
    def testValuesComeBack(self, value):
        for key in ("KEY", "LSST BUTLER DATAID TRACT"):
            raw = formatCard(key, value, "comment")
            self.assertEqual(len(raw) % 80, 0)
            (card,) = Header.parse(raw).cards
            expected = value.rstrip() if isinstance(value, str) else value
            if expected in ("NAN", "INFINITY", "+INFINITY", "-INFINITY"):
                expected = float(expected)
            self.assertEqual((card.key, card.value), (key, expected))

    def testNumbersThatFitsDoesNotHaveAreWords(self):
        self.assertEqual(formatCard("A", math.nan).split()[2], "'NAN")
        for value in (math.inf, -math.inf):
            self.assertEqual(Header.parse(formatCard("A", value)).get("A"), value)
        self.assertTrue(math.isnan(Header.parse(formatCard("A", math.nan)).get("A")))

    def testCardsThatMakeNoSenseAreText(self):
        for text, expected in (
            ("KEY     = 'not closed", "not closed"),
            ("KEY     = (1.0, 2.0)", "(1.0, 2.0)"),
            ("KEY     = 12 34", "12 34"),
            ("KEY     = 1.5D3 / Fortran", 1500.0),
            ("KEY     =", None),
        ):
            self.assertEqual(Header.parse(text.ljust(80)).get("KEY"), expected)


class FileTestCase(TemporaryFolder):
    def write(self, data):
        with open(self.path, "wb") as stream:
            stream.write(data)

    def checkError(self, *words, path=None):
        with self.assertRaises(FitsError) as caught:
            list(FitsFile(path or self.path))
        for word in (path or self.path, *words):
            self.assertIn(word, str(caught.exception))

    def testWhatIsNoFitsFileIsRefused(self):
        self.checkError("No such file", path=os.path.join(self.folder, "nope.fits"))
        self.checkError("directory", path=self.folder)
        self.write(b"")
        self.checkError("empty")
        self.write(b"<html><body>404</body></html>".ljust(5000))
        self.checkError("HDU 0", "SIMPLE", "<html>")
        self.write(b"SIMPLE  =                    T".ljust(2880))
        self.checkError("HDU 0", "truncated")
        with self.assertRaises(FitsError):
            FitsFile("nul\0l.fits")

    @unittest.skipIf(os.name != "posix" or os.geteuid() == 0, "everything is readable to root")
    def testUnreadableFileIsRefused(self):
        self.write(b"SIMPLE")
        os.chmod(self.path, 0)
        self.checkError("Permission denied")

    def testErrorIsOfTheStacksTypes(self):
        names = "IoError", "RuntimeError", "Exception"
        for cls in (*(getattr(pexExceptions, name) for name in names), RuntimeError, OSError):
            self.assertTrue(issubclass(FitsError, cls))
        again = pickle.loads(pickle.dumps(FitsError("what")))
        self.assertIsInstance(again, FitsError)
        self.assertEqual(str(again), "what")

    def testMissingHduIsNamed(self):
        with self.assertRaisesRegex(FitsError, "expected an HDU 30, found 10 HDUs"):
            FitsFile(COADD)[30]
        self.assertFalse(FitsFile(COADD).has(10))
        self.assertTrue(FitsFile(COADD).has(9))

    def testHeadersAreNotReadBeforeTheyAreNeeded(self):
        file = FitsFile(COADD)
        file[2]
        self.assertEqual(len(file._hdus), 3)

    def testLengthsThatCannotBeAreRefused(self):
        with open(COADD, "rb") as stream:
            raw = stream.read()
        for key, value in (("NAXIS", 1000), ("NAXIS", "'A'"), ("NAXIS1", -1), ("NAXIS2", 1.5), ("BITPIX", 9)):
            place = raw.index(f"{key:<8}=".encode(), 2880)
            self.write(raw[:place] + f"{key:<8}= {value:>20}".ljust(80).encode() + raw[place + 80 :])
            self.checkError("HDU 1", key)

    def testDescriptorIsClosed(self):
        file = FitsFile(COADD)
        hdu = file[1]
        descriptor = file._file._descriptor
        del file
        self.assertEqual(os.fstat(descriptor).st_size, os.path.getsize(COADD))
        del hdu
        with self.assertRaises(OSError):
            os.fstat(descriptor)

    def testFileThatIsCompressedAsAWholeIsRead(self):
        with open(COADD, "rb") as stream:
            raw = stream.read()
        self.write(gzip.compress(raw))
        plain, packed = FitsFile(COADD), FitsFile(self.path)
        self.assertEqual([hdu.header.cards for hdu in packed], [hdu.header.cards for hdu in plain])
        self.assertEqual(packed[1].read(0, packed[1].dataSize), plain[1].read(0, plain[1].dataSize))
        for damaged in (gzip.compress(raw)[:5000], gzip.compress(raw)[:-4] + b"size", b"\x1f\x8bnot gzip"):
            self.write(damaged)
            self.checkError("cannot decompress the file, which begins as gzip's")
        self.write(gzip.compress(b"something else"))
        self.checkError("HDU 0", "SIMPLE")

    def testWhatFollowsTheLastHduDoesNoHarm(self):
        with open(COADD, "rb") as stream:
            raw = stream.read()
        for rest in (bytes(2880), bytes(100), b" " * 2880, b"SPECIAL RECORD".ljust(2880), b"\xff" * 81):
            self.write(raw + rest)
            self.assertEqual(len(list(FitsFile(self.path))), len(list(FitsFile(COADD))))
            with openOutput(self.path, "a") as output:
                output.writeEmpty([("NEW", 1)])
            self.assertEqual(list(FitsFile(self.path))[-1].header.get("NEW"), 1)
            with open(self.path, "rb") as stream:
                self.assertTrue(stream.read().startswith(raw))

    def testFileNameMayEndInAnHdu(self):
        names = ("ONE", "TWO", "THREE")
        hdus = [fits.ImageHDU(np.full((3, 4), i, "f4"), name=name) for i, name in enumerate(names, 1)]
        fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(self.path)
        for suffix, number in (("", 1), ("[1]", 1), ("[3]", 3), ("[TWO]", 2), ("[three]", 3)):
            self.assertEqual(readMetadata(self.path + suffix).getScalar("EXTNAME"), names[number - 1])
            self.assertEqual(ImageF(self.path + suffix).array[0, 0], number)
            self.assertEqual(ImageF(self.path + suffix, 2).array[0, 0], 2)
        for suffix in ("[FOUR]", "[7]", "[1:2,1:2]"):
            with self.assertRaisesRegex(FitsError, "expected an HDU"):
                ImageF(self.path + suffix)
        os.rename(self.path, self.path + "[2]")
        self.assertEqual(ImageF(self.path + "[2]").array[0, 0], 1)


class OutputTestCase(TemporaryFolder):
    def listFolder(self):
        return sorted(os.listdir(self.folder))

    def testFileAppearsOnlyWhenItIsWhole(self):
        with openOutput(self.path) as output:
            output.writeEmpty()
            self.assertFalse(os.path.exists(self.path))
        self.assertEqual(self.listFolder(), ["file.fits"])

    def testOldFileStaysWhenWritingFails(self):
        with openOutput(self.path) as output:
            output.writeEmpty([("OLD", True)])
        with self.assertRaisesRegex(ZeroDivisionError, "stop"), openOutput(self.path) as output:
            output.writeEmpty()
            raise ZeroDivisionError("stop")
        self.assertEqual(self.listFolder(), ["file.fits"])
        self.assertTrue(FitsFile(self.path)[0].header.get("OLD"))

    def testWhatCannotBeWrittenIsNamed(self):
        path = os.path.join(self.folder, "missing", "file.fits")
        with self.assertRaisesRegex(FitsError, "missing/file.fits: cannot write"), openOutput(path):
            pass
        with self.assertRaises(ValueError), openOutput(self.path, "r"):
            pass

    def testFullDiskLeavesNothingBehind(self):
        code = (
            "import resource, sys, numpy as np\n"
            "from lsst.afw.fits import FitsError\n"
            "from lsst.afw.fits._output import openOutput\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (50000, 50000))\n"
            "try:\n"
            "    with openOutput(sys.argv[1]) as output:\n"
            "        output.writeImage(np.zeros((300, 300)))\n"
            "except FitsError as err:\n"
            "    print(err)\n"
        )
        command = [sys.executable, "-c", code, self.path]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        self.assertIn(f"{self.path}: cannot write: File too large", result.stdout)
        self.assertEqual(self.listFolder(), [])

    def testFileHasTheUsualPermissions(self):
        with openOutput(self.path) as output:
            output.writeEmpty()
        with open(os.path.join(self.folder, "plain"), "w"):
            pass
        modes = {stat.S_IMODE(os.stat(os.path.join(self.folder, name)).st_mode) for name in self.listFolder()}
        self.assertEqual(len(modes), 1)

    def testHdusAreAppended(self):
        for i in range(3):
            with openOutput(self.path, "a") as output:
                output.writeImage(np.full((2, 3), i, "i2"))
        with fits.open(self.path) as hdus:
            hdus.verify("exception")
            self.assertEqual([hdu.data[0, 0] for hdu in hdus], [0, 1, 2])

    def testAllTypesAreWritten(self):
        for code in ("u1", "i1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"):
            pixels = np.arange(6).reshape(2, 3).astype(code)
            with openOutput(self.path) as output:
                output.writeImage(pixels)
            with fits.open(self.path) as hdus:
                self.assertTrue(np.array_equal(hdus[0].data, pixels))


class MetadataTestCase(TemporaryFolder):
    def testDefaultHduIsTheFirstWithData(self):
        metadata = readMetadata(COADD)
        self.assertEqual(metadata.getScalar("EXTNAME"), "IMAGE")
        self.assertEqual(metadata.getScalar("GOLDPATCH"), 9)
        self.assertEqual(metadata.getScalar("XTENSION"), "BINTABLE")
        self.assertEqual(metadata.getComment("AR_HDU"), "HDU (1-indexed) containing the archive used to")

    def testHduIsFoundByNumberAndByName(self):
        self.assertFalse(readMetadata(COADD, 0).exists("EXTNAME"))
        self.assertEqual(readMetadata(COADD, hdu=2).getScalar("MP_NO_DATA"), 8)
        for metadata in (readMetadata(COADD, "mask"), readMetadata(COADD, hduName="MASK", strip=True)):
            self.assertEqual(metadata.getScalar("MP_CLIPPED"), 11)
        with self.assertRaisesRegex(FitsError, "named 'NOPE'"):
            readMetadata(COADD, "NOPE")
        with self.assertRaises(FitsError):
            readMetadata(COADD, 55)
        with self.assertRaises(FitsError):
            readMetadata(COADD, -3)

    def testStrippedHeaderHasNoStructure(self):
        names = readMetadata(COADD, 1, strip=True).names()
        for name in "XTENSION BITPIX NAXIS NAXIS1 ZIMAGE ZCMPTYPE ZTILE1 INHERIT COMMENT".split():
            self.assertNotIn(name, names)
        for name in ("TTYPE1", "TFORM1", "EXTNAME", "GOLDPATCH", "CRVAL1"):
            self.assertIn(name, names)

    def testTypesAreThoseOfTheCards(self):
        values = dict(I=5, BIG=2**40, HUGE=2**63 + 5, D=1.0, S="word", B=True, U=None)
        metadata = PropertyList()
        for name, value in values.items():
            metadata.set(name, value, f"comment of {name}")
        metadata.set("HISTORY", ["one", "two"])
        with openOutput(self.path) as output:
            output.writeEmpty(toCards(metadata))
        found = readMetadata(self.path, strip=True)
        self.assertEqual(found.getOrderedNames(), metadata.getOrderedNames())
        for got, want in zip(getPropertyListState(found), getPropertyListState(metadata), strict=True):
            self.assertEqual(got[:3], want[:3])
        self.assertEqual(found.getComment("BIG"), "comment of BIG")

    def testPropertySetsAreWrittenToo(self):
        metadata = PropertySet.from_mapping({"B": 1, "A": "word"})
        self.assertEqual(sorted(toCards(metadata)), [("A", "word", ""), ("B", 1, "")])
        self.assertEqual(toCards(None), [])

    def testWhatFitsCannotHoldIsLeftOut(self):
        metadata = PropertyList.from_mapping({"WHEN": DateTime.now(), "NAXIS1": 5, "TTYPE1": "column"})
        with self.assertLogs("lsst.afw.fits", "WARNING"):
            self.assertEqual(toCards(metadata), [])

    def writeCards(self, *cards):
        """Write a primary header of these cards."""
        start = [f"{key:<8}= {value:>20}" for key, value in (("SIMPLE", "T"), ("BITPIX", 8), ("NAXIS", 0))]
        with open(self.path, "w") as stream:
            stream.write("".join(card.ljust(80) for card in (*start, *cards, "END")).ljust(2880))

    def testCardWithoutValueNeverReplacesOneWith(self):
        self.writeCards(
            "FIRST   =                 22.0 / with",
            "FIRST   =                      / without",
            "SECOND  =                      / without",
            "SECOND  = 'word    '           / with",
            "NEITHER =                      / without",
            "NEITHER =                      / without",
        )
        metadata = readMetadata(self.path)
        self.assertEqual(
            [metadata.getScalar(name) for name in ("FIRST", "SECOND", "NEITHER")], [22.0, "word", None]
        )
        self.assertEqual(metadata.getComment("FIRST"), "with")

    def testCommentsWithoutKeywordAreKeptWithTheOthers(self):
        self.writeCards("COMMENT one", "", "         ---- two ----", "COMMENT three", "", "")
        for strip in (False, True):
            metadata = readMetadata(self.path, strip=strip)
            # What is free before END is no comment.
            self.assertEqual(metadata.getArray("COMMENT"), ["one", "", " ---- two ----", "three"])
            self.assertNotIn("", metadata)

    def testCommentOfALongStringIsJoinedWithoutBlanks(self):
        self.writeCards("LONG    = 'some &' / be", "CONTINUE  'words&' / gin", "CONTINUE  '' / ning")
        metadata = readMetadata(self.path)
        self.assertEqual(metadata.getScalar("LONG"), "some words")
        self.assertEqual(metadata.getComment("LONG"), "beginning")


class CompressionOptionsTestCase(lsst.utils.tests.TestCase):
    def testDefaultsAreLossless(self):
        options = CompressionOptions()
        self.assertEqual(options.algorithm, CompressionAlgorithm.GZIP_2)
        self.assertEqual((options.tile_width, options.tile_height, options.quantization), (0, 1, None))

    def testOptionsComeFromRecipes(self):
        options = CompressionOptions.from_mapping({"algorithm": "GZIP_1", "tile_width": 8})
        self.assertEqual(options.algorithm, CompressionAlgorithm.GZIP_1)
        self.assertEqual(CompressionOptions.from_mapping(options.to_dict()), options)
        self.assertEqual(pickle.loads(pickle.dumps(options)), options)

    def testWrongOptionsAreRefused(self):
        for mapping in ({"algorithm": "BZIP"}, {"tile": 3}, {"tile_width": -1}):
            with self.assertRaises(ValueError):
                CompressionOptions.from_mapping(mapping)
        with self.assertRaises(TypeError):
            CompressionOptions(algorithm="GZIP_2")
        with self.assertRaisesRegex(
            NotImplementedError, "lsst.afw.fits.QuantizationOptions is not in lsst-lite"
        ):
            CompressionOptions(quantization={"dither": True})


if __name__ == "__main__":
    unittest.main()
