# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read mutated FITS files; `test_fuzz` runs this program.

    fuzzReaders.py FOLDER FIRST COUNT

Mutation number i of some files is the same everywhere. Its number goes to
standard output before it is read. An exception that a reader must not raise,
a crash, a hang, or an attempt to run something ends the program.
"""

import contextlib
import faulthandler
import logging
import os
import pathlib
import re
import resource
import sys
import tempfile

import numpy as np

import lsst.pex.exceptions as pexExceptions
from lsst.afw.detection import Psf
from lsst.afw.fits import readMetadata
from lsst.afw.geom import Polygon, SkyWcs, makeSkyWcs
from lsst.afw.image import (
    CoaddInputs,
    ExposureF,
    ExposureFitsReader,
    ImageFitsReader,
    MaskedImageFitsReader,
    MaskFitsReader,
    PhotoCalib,
)
from lsst.afw.table import ExposureCatalog
from lsst.geom import Box2I, Extent2I, Point2D, Point2I
from lsst.meas.algorithms import CoaddPsf

MEMORY = 1 << 30
"""Bytes that reading may take beyond what the program itself needs; the
largest file is 1 MB, of whose bytes hardly a compression makes that many.
"""

SECONDS = 20
"""Time after which a reader hangs."""

CARD, BLOCK = 80, 2880

NASTY_VALUES = (
    *("0", "-1", "1", "2", "255", "65536", "2147483647", "-2147483649", "4294967297", "1" * 4000),
    *("1.5", "1e999", "NaN", "'NAN'", "T", "", "/", "'", "''", "'a&'", "(1, 2)", "é"),
    *("'GZIP_1'", "'GZIP_2'", "'RICE_1'", "'HCOMPRESS_1'", "'PLIO_1'", "'NOCOMPRESS'"),
    *("'1PB(99)'", "'1QD'", "'99999999999A'", "'-5D'", "'1X'", "'0D'", "'IMAGE'", "'BINTABLE'", "'MASK'"),
    *("'SkyWcs'", "'CoaddPsf'", "'Polygon'", "'PhotoCalib'", "'FilterLabel'", "'GaussianPsf'"),
)
NASTY_BYTES = (b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1", b"END".ljust(CARD), b"&")
FORBIDDEN = ("pickle.find_class", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn")
"""Audit events that no reading of a file causes."""

DOCUMENTED = (pexExceptions.Exception, NotImplementedError)
"""What a reader may raise; FitsError is one of the former."""


def pick(random, options):
    return options[int(random.integers(len(options)))]


def changeCard(random, data):
    """Change, repeat or end a header card."""
    cards = [i for i in range(0, len(data) - CARD, CARD) if data[i + 8 : i + 10] == b"= "]
    if not cards:
        return
    at, other = pick(random, cards), pick(random, cards)
    key, rest, count = bytes(data[at : at + 8]), bytes(data[at + 8 : at + CARD]), BLOCK // CARD * 100
    nasty = pick(random, NASTY_VALUES).encode("latin-1")[: CARD - 10].rjust(20).ljust(CARD - 10)[: CARD - 10]
    if random.random() < 0.2:
        numbered = [key[:3] + f"{i:05d}".encode() + rest for i in range(count)]
        string = key + b"= 'x&'".ljust(CARD - 8) + b"CONTINUE  'x&'".ljust(CARD) * (count - 1)
        data[at:at] = pick(random, ((key + rest) * count, b"".join(numbered), string))
        return
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


MUTATIONS = (
    *(changeCard, changeCard, changeCard, changeCard, flipBits, overwrite, truncate, moveBlocks),
    *(changeText, changeText, changeTable, changeTable),
)


def mutateLines(random, text):
    """Delete, repeat, swap or replace lines of a text."""
    lines = text.split("\n")
    for _ in range(int(random.integers(1, 3))):
        i, j = (int(k) for k in random.integers(len(lines), size=2))
        change = int(random.integers(4))
        if change == 0:
            lines[i], lines[j] = lines[j], lines[i]
        elif change == 1:
            lines.insert(i, lines[j])
        elif change == 2 and len(lines) > 1:
            del lines[i]
        else:
            key, _, value = lines[i].partition("=")
            words = ("-1", "0", "1", "2", "3", "99", "1e9", "nan", "", '"x"', value)
            lines[i] = f"{key}= {pick(random, words)}"
    return "\n".join(lines)


def mutate(random, files):
    """Make a mutation.

    Parameters
    ----------
    random : `numpy.random.Generator`
        Source of chance.
    files : `list` [`bytes`]
        Valid files.

    Returns
    -------
    data : `bytes`
        The mutated file.
    """
    data = bytearray(pick(random, files))
    for _ in range(int(random.integers(1, 4))):
        if data:
            pick(random, MUTATIONS)(random, data)
    return bytes(data)


def useWcs(wcs):
    """Transform some points, as whoever reads a WCS does."""
    wcs.getPixelOrigin(), wcs.getSkyOrigin(), wcs.getPixelScale()
    sky = wcs.pixelToSky([Point2D(0, 0), Point2D(100.5, -7)])
    wcs.skyToPixel(sky)
    str(wcs), wcs.isFits, wcs.isFlipped
    SkyWcs.readString(wcs.writeString())


def useComponent(component):
    """Do with a component what the template task does with it."""
    with contextlib.suppress(*DOCUMENTED, RuntimeError):
        if isinstance(component, SkyWcs):
            useWcs(component)
        elif isinstance(component, PhotoCalib):
            component.getLocalCalibration(Point2D(3, 4))
        elif isinstance(component, Psf):
            component.computeKernelImage(Point2D(3, 4))
            component.computeShape(component.getAveragePosition())
        elif isinstance(component, CoaddInputs):
            useCatalog(component.visits)
            useCatalog(component.ccds)
        elif isinstance(component, ExposureCatalog):
            useCatalog(component)


def useCatalog(catalog):
    """Ask a catalog for its fields, and its records for their components."""
    str(catalog.schema)
    with contextlib.suppress(*DOCUMENTED, ValueError):
        # Not every text is a unit for astropy.
        catalog.asAstropy()
    for record in catalog:
        for name in ("Wcs", "Psf", "PhotoCalib", "ValidPolygon", "VisitInfo", "ApCorrMap", "Detector"):
            with contextlib.suppress(*DOCUMENTED):
                useComponent(getattr(record, f"get{name}")())


def readExposure(path):
    """Read all components, one after the other."""
    reader = ExposureFitsReader(path)
    for name in sorted(dir(reader)):
        if name.startswith("read") and name != "readComponent":
            with contextlib.suppress(*DOCUMENTED):
                useComponent(getattr(reader, name)())
    reader.read(Box2I(Point2I(0, 0), Extent2I(5, 5)))


def readMetadataWcs(path, hdu):
    """Read a WCS from the cards of a header."""
    metadata = readMetadata(path, hdu)
    with contextlib.suppress(*DOCUMENTED, RuntimeError):
        useWcs(makeSkyWcs(metadata))


def readAll(path):
    """Read the file in every way that there is."""
    readers = [readExposure, ExposureF.readFits, SkyWcs.readFits, Polygon.readFits]
    for cls in (CoaddPsf, CoaddInputs, ExposureCatalog):
        readers.append(lambda path, cls=cls: useComponent(cls.readFits(path)))
    readers += [lambda path: MaskedImageFitsReader(path).read()]
    for hdu in range(6):
        readers.append(lambda path, hdu=hdu: readMetadataWcs(path, hdu))
    for hdu in range(1, 4):
        readers.append(lambda path, hdu=hdu: ImageFitsReader(path, hdu).read(allowUnsafe=True))
        readers.append(lambda path, hdu=hdu: MaskFitsReader(path, hdu).read())
    for reader in readers:
        with contextlib.suppress(*DOCUMENTED):
            reader(path)


def readText(text):
    """Read a WCS from its own kind of text."""
    with contextlib.suppress(*DOCUMENTED, RuntimeError):
        useWcs(SkyWcs.readString(text))


def collectTexts(paths):
    """Yield the WCSs of some files as texts."""
    for path in paths:
        with contextlib.suppress(*DOCUMENTED):
            wcs = ExposureFitsReader(str(path)).readWcs()
            if wcs is not None:
                yield wcs.writeString()


def forbid(event, arguments):
    """End the program if it is about to run something."""
    if event in FORBIDDEN:
        print(event, arguments, file=sys.stderr, flush=True)
        os._exit(1)


def limitMemory():
    """Let the program have little more memory than it has already, where it
    can be told how much that is.
    """
    with contextlib.suppress(FileNotFoundError), open("/proc/self/statm") as stream:
        used = int(stream.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))


def main(folder, first, count):
    paths = sorted(pathlib.Path(folder).glob("*.fits"))
    files, texts = [path.read_bytes() for path in paths], list(collectTexts(paths))
    limitMemory()
    faulthandler.enable()
    logging.disable()
    sys.addaudithook(forbid)
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "mutated.fits")
        for number in range(first, first + count):
            print(number, flush=True)
            random = np.random.default_rng(number)
            with open(path, "wb") as stream:
                stream.write(mutate(random, files))
            faulthandler.dump_traceback_later(SECONDS, exit=True)
            readAll(path)
            readText(mutateLines(random, pick(random, texts)))
            faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
