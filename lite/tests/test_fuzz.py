# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading files that somebody has tampered with.

``IP_TEMPLATE_MUTATIONS`` is the number of mutated files. Mutation number i is
the same everywhere.
"""

import os
import pathlib
import re
import tempfile
import unittest

import numpy as np
from boundedReads import BoundedTestCase
from oldFiles import OLD_EXPOSURES, writeOldExposure

import lsst.geom as geom
from lsst.afw.geom import Polygon, makeCdMatrix, makeSkyWcs
from lsst.afw.image import ExposureF

GOLDEN = pathlib.Path(__file__).parent / "data" / "golden"
MUTATIONS = int(os.environ.get("IP_TEMPLATE_MUTATIONS", "250"))

CARD, BLOCK = 80, 2880

NASTY_VALUES = (
    *("0", "-1", "1", "2", "255", "65536", "2147483647", "-2147483649", "4294967297", "1" * 4000),
    *("1.5", "1e999", "NaN", "'NAN'", "T", "", "/", "'", "''", "'a&'", "(1, 2)", "é"),
    *("'GZIP_1'", "'GZIP_2'", "'RICE_1'", "'HCOMPRESS_1'", "'PLIO_1'", "'NOCOMPRESS'"),
    *("'1PB(99)'", "'1QD'", "'99999999999A'", "'-5D'", "'1X'", "'0D'", "'IMAGE'", "'BINTABLE'", "'MASK'"),
    *("'SkyWcs'", "'CoaddPsf'", "'Polygon'", "'PhotoCalib'", "'FilterLabel'", "'GaussianPsf'"),
)
NASTY_BYTES = (b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1", b"END".ljust(CARD), b"&")


def pick(random, options):
    return options[int(random.integers(len(options)))]


def changeCard(random, data):
    """Change, repeat or end a header card."""
    cards = [i for i in range(0, len(data) - CARD, CARD) if data[i + 8 : i + 10] == b"= "]
    if not cards:
        return
    at, other = pick(random, cards), pick(random, cards)
    key, rest = bytes(data[at : at + 8]), bytes(data[at + 8 : at + CARD])
    nasty = pick(random, NASTY_VALUES).encode("latin-1")[: CARD - 10].rjust(20)
    others = (b"", b"END", b"CONTINUE  'x&'", b"HIERARCH = 1", bytes(data[other : other + 8]) + rest)
    data[at : at + CARD] = pick(random, (*others, *[key + b"= " + nasty] * 5)).ljust(CARD)


def flipBits(random, data):
    """Flip some bits anywhere."""
    for at in random.integers(len(data), size=int(random.integers(1, 30))):
        data[at] ^= 1 << int(random.integers(8))


def overwrite(random, data):
    """Write a nasty value over some bytes."""
    at = int(random.integers(len(data)))
    value = pick(random, NASTY_BYTES) * int(random.integers(1, 20))
    data[at : at + len(value)] = value[: len(data) - at]


def truncate(random, data):
    """Cut the file off."""
    del data[int(random.integers(len(data))) :]


def moveBlocks(random, data):
    """Delete, repeat or zero some blocks."""
    start = BLOCK * int(random.integers(len(data) // BLOCK + 1))
    stop = start + BLOCK * int(random.integers(1, 5))
    data[start:stop] = data[start:stop] * int(random.integers(3)) or bytes(int(random.integers(2)) * BLOCK)


def changeText(random, data):
    """Change a digit or word of an AST dump or another text in a table."""
    places = [match.start() for match in re.finditer(rb"= -?\d", data)]
    words = [match.span(1) for match in re.finditer(rb"(?:Begin|End|IsA) +(\w+)", data)]
    if words and random.random() < 0.3:
        (start, stop), (first, last) = pick(random, words), pick(random, words)
        data[start:stop] = data[first:last].ljust(stop - start)[: stop - start]
    elif places:
        at = pick(random, places) + 2
        number = pick(random, (b"-1", b"0", b"1", b"2", b"99", b"1e9", b"nan", b'"x"'))
        data[at : at + len(number)] = number


def changeTable(random, data):
    """Change bytes behind a header: rows, descriptors and heap."""
    tables = [match.start() for match in re.finditer(rb"XTENSION= 'BINTABLE'", data)]
    if tables:
        end = data.find(b"END" + b" " * 77, pick(random, tables))
        start = end + -end % BLOCK
        for _ in range(int(random.integers(1, 4))):
            at = start + int(random.integers(400))
            value = pick(random, NASTY_BYTES[:5])
            if at + len(value) < len(data):
                data[at : at + len(value)] = value


CHANGES = (
    *(changeCard, changeCard, changeCard, changeCard, flipBits, overwrite, truncate, moveBlocks),
    *(changeText, changeText, changeTable, changeTable),
)


def mutate(number, files):
    """Make a mutation of one of some files."""
    random = np.random.default_rng(number)
    data = bytearray(pick(random, files))
    for _ in range(int(random.integers(1, 4))):
        if data:
            pick(random, CHANGES)(random, data)
    return bytes(data)


def makeFiles():
    """Make, and find, valid files (`list` [`bytes`])."""
    center = geom.SpherePoint(10.0, 20.0, geom.degrees)
    coadd = ExposureF(str(GOLDEN / "coaddpsf" / "coaddpsf_0.fits"))
    inputs = coadd.getInfo().getCoaddInputs()
    objects = (
        makeSkyWcs(geom.Point2D(5, 6), center, makeCdMatrix(scale=0.2 * geom.arcseconds)),
        *(coadd.getPsf(), inputs, inputs.ccds),
        Polygon(geom.Box2D(geom.Point2D(0, 0), geom.Point2D(3, 4))),
    )
    files = [path.read_bytes() for path in sorted((GOLDEN / "exposures").glob("*.fits"))]
    with tempfile.TemporaryDirectory() as folder:
        for i, each in enumerate(objects):
            path = pathlib.Path(folder) / f"{i}.fits"
            each.writeFits(str(path))
        for version in OLD_EXPOSURES:
            writeOldExposure(folder, version)
        files += [path.read_bytes() for path in sorted(pathlib.Path(folder).glob("*.fits"))]
    return files


class FuzzTestCase(BoundedTestCase):
    """Mutations of valid files."""

    def testBadFilesAreDocumentedErrors(self):
        files = makeFiles()
        for number in range(MUTATIONS):
            with self.subTest(mutation=number):
                self.assertEqual(self.read("all", mutate(number, files)), ("", ""))


if __name__ == "__main__":
    unittest.main()
