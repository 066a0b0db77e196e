# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small FITS files that try to take a reader much time or memory.

`test_promises` reads them one by one, `test_fuzz` mutates them.
"""

import functools
import struct
import zlib

from lsst.afw.fits._cards import BLOCK, formatHeader
from lsst.afw.fits._inputArchive import INDEX
from lsst.afw.fits._output import tableCards
from lsst.afw.fits._tables import Table

PRIMARY = formatHeader([("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True)])

WCS_CARDS = (
    ("CTYPE1", "RA---TAN"),
    ("CTYPE2", "DEC--TAN"),
    ("CRPIX1", 1.0),
    ("CRPIX2", 1.0),
    ("CRVAL1", 30.0),
    ("CRVAL2", -20.0),
    ("CD1_1", 1e-5),
    ("CD2_2", 1e-5),
)
"""Cards of a WCS without distortion."""

SIDE = 8
"""Pixels on a side of the images here."""


def pad(data):
    """Fill up the last block."""
    return data.ljust(-(-len(data) // BLOCK) * BLOCK, b"\0")


def makePlane(bitpix, kind, cards=()):
    """Make an HDU with an image of zeros.

    Parameters
    ----------
    bitpix : `int`
        Type of the pixels.
    kind : `str`
        ``EXTTYPE``.
    cards : iterable of `tuple`, optional
        More cards.
    """
    start = [("XTENSION", "IMAGE"), ("BITPIX", bitpix), ("NAXIS", 2), ("NAXIS1", SIDE), ("NAXIS2", SIDE)]
    header = formatHeader([*start, ("PCOUNT", 0), ("GCOUNT", 1), ("EXTTYPE", kind), *cards])
    return header + pad(bytes(SIDE * SIDE * abs(bitpix) // 8))


def makeExposure(primary=(), image=(), mask=(), archive=b""):
    """Make a file with an exposure.

    Parameters
    ----------
    primary, image, mask : iterable of `tuple`, optional
        Cards for the headers of these HDUs.
    archive : `bytes`, optional
        HDUs after the three planes.
    """
    start = [("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True), ("EXPINFO_V", 2)]
    if archive:
        start.append(("AR_HDU", 5))
    planes = makePlane(-32, "IMAGE", image) + makePlane(32, "MASK", mask) + makePlane(-32, "VARIANCE")
    return formatHeader([*start, *primary]) + planes + archive


def makeTable(columns, rows, heap=b"", cards=()):
    """Make an HDU with a binary table.

    Parameters
    ----------
    columns : `list` [`tuple`]
        ``TTYPE`` and ``TFORM`` of each column.
    rows : `list` [`bytes`] or `int`
        Rows; or the number of rows that have no bytes.
    heap : `bytes`, optional
        What is behind the rows.
    cards : iterable of `tuple`, optional
        More cards.
    """
    count, length = (rows, 0) if isinstance(rows, int) else (len(rows), len(rows[0]))
    described = list(tableCards(length, count, len(heap), len(columns)))
    for i, (name, form) in enumerate(columns, 1):
        described += [(f"TTYPE{i}", name), (f"TFORM{i}", form)]
    return formatHeader([*described, *cards]) + pad((b"" if count == rows else b"".join(rows)) + heap)


def makeArchive(index, *catalogs):
    """Make the HDUs of an archive.

    Parameters
    ----------
    index : iterable of `tuple`
        Rows of the index: archive id, numbers of the catalog in the archive
        and of the object, first row, number of rows, class, module.
    *catalogs : `bytes`
        HDUs of the catalogs.
    """
    table = Table(INDEX)
    for row in index:
        table.append(dict(zip((field.name for field in INDEX.fields), row, strict=True)))
    header = table.header([("EXTTYPE", "ARCHIVE_INDEX"), ("AR_NCAT", len(catalogs) + 1)])
    return header + pad(table.data) + b"".join(catalogs)


def makeTiles(algorithm, tile, shape, rows, heap, columns, bitpix=32, cards=()):
    """Make a file with a compressed image.

    Parameters
    ----------
    algorithm : `str`
        ``ZCMPTYPE``.
    tile, shape : `tuple` [`int`]
        Rows and columns of a tile and of the image.
    rows : `list` [`bytes`]
        Row of the table for each tile.
    heap : `bytes`
        Compressed data.
    columns : `list` [`tuple`]
        ``TTYPE`` and ``TFORM`` of each column.
    bitpix : `int`, optional
        Type of the pixels.
    cards : iterable of `tuple`, optional
        More cards.
    """
    described = [("ZIMAGE", True), ("ZCMPTYPE", algorithm), ("ZBITPIX", bitpix), ("ZNAXIS", 2)]
    for i in (1, 2):
        described += [(f"ZNAXIS{i}", shape[2 - i]), (f"ZTILE{i}", tile[2 - i])]
    return PRIMARY + makeTable(columns, rows, heap, [*described, *cards])


def point(*numbers):
    """Pack 32-bit numbers, such as the length and offset of a tile."""
    return struct.pack(f">{len(numbers)}i", *numbers)


# Headers


def manyArchiveIds(count):
    """Many components, all of them the same object."""
    cards = [(f"ARCHIVE_ID_C{i}", 1) for i in range(count)]
    catalog = makeTable([("a", "1D")], [bytes(8)])
    return makeExposure(cards, archive=makeArchive([(1, 1, 0, 0, 1, "Foo", "lsst.foo")], catalog))


def manyPlanes(count):
    """Many mask planes, each with a bit of its own."""
    return makeExposure(mask=[(f"MP_P{i}", i) for i in range(count)])


def longString(count):
    """A string that many cards continue."""
    cards = ["LONG    = 'x&'".ljust(80), f"CONTINUE  '{'y' * 60}&'".ljust(80) * count]
    return makeExposure(cards, cards)


def longHeader(count):
    """Many honest cards, those of a WCS among them."""
    return makeExposure(image=[*WCS_CARDS, *((f"A{i:06d}", float(i)) for i in range(count))])


def undecidedCards(count):
    """Cards whose values are nearly of one kind until their last character."""
    blanks, digits = f"KEY     ={' ' * 69}'x", f"KEY     = {'1' * 69}x"
    return makeExposure(image=[blanks * count, digits * count])


def headerWithoutEnd(count):
    """A header that goes on to the end of the file."""
    return PRIMARY[:80] + b"KEY     =                    1".ljust(80) * count


def manyAxes():
    """An image of so many axes that the number of its pixels fills pages."""
    axes = [(f"NAXIS{i}", 4 * 10**18) for i in range(1, 1000)]
    return formatHeader([("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 999), *axes])


def noGroups():
    """A large image of which there are no groups, and so no bytes."""
    start = [("XTENSION", "IMAGE"), ("BITPIX", -64), ("NAXIS", 2), ("NAXIS1", 40000), ("NAXIS2", 40000)]
    return PRIMARY + formatHeader([*start, ("PCOUNT", 0), ("GCOUNT", 0)]) + bytes(BLOCK)


def matrixOfManyAxes():
    """A WCS with an element of its matrix in column 9999."""
    return makeExposure(image=[*WCS_CARDS, ("CD1_9999", 1.0)])


def manyMatrices(count):
    """Many cards that could be of a WCS."""
    return makeExposure(image=[*WCS_CARDS, *((f"CD{i:06d}", float(i)) for i in range(count))])


# Compressed images

TILES = [("COMPRESSED_DATA", "1PB")]

SCALES = [("ZSCALE", "1D"), ("ZZERO", "1D")]
"""Columns that a compressed image of quantized floats has besides."""


@functools.cache
def deflateZeros(size):
    """Compress so many zeros, a whole number of MiB, as much as possible."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(deflate.compress(bytes(1 << 20)) for _ in range(size >> 20)) + deflate.flush()


def inflatingTile(algorithm, size, start=b""):
    """One tile of quantized floats that inflates to so many bytes.

    Parameters
    ----------
    algorithm : `str`
        ``ZCMPTYPE``; if it does not inflate anything itself, the tile is one
        that could not be quantized.
    size : `int`
        Bytes that the tile inflates to.
    start : `bytes`, optional
        Stream before that of the tile.
    """
    heap = start + deflateZeros(size)
    columns, row = TILES, point(len(heap), 0)
    if not algorithm.startswith("GZIP"):
        columns, row = [*TILES, ("GZIP_COMPRESSED_DATA", "1PB")], point(0, 0, len(heap), 0)
    # So large that it may be stored in that many bytes.
    shape = (1, len(heap) // 32)
    row += struct.pack(">2d", 1, 0)
    return makeTiles(algorithm, shape, shape, [row], heap, [*columns, *SCALES], -32)


def sharedTiles(algorithm, count, size):
    """Many tiles of one pixel, all of them the same long bytes."""
    return makeTiles(algorithm, (1, 1), (1, count), [point(size, 0)] * count, bytes(size), TILES)


def largeTile(algorithm, side):
    """One tile that is as large as the file allows, stored in few bytes."""
    heap = struct.pack(">2x3iq20x", side, side, 0, 0) + bytes(side * side // 2000)
    cards = [("ZNAME1", "SCALE"), ("ZVAL1", 0), ("ZNAME2", "SMOOTH"), ("ZVAL2", 0)]
    return makeTiles(algorithm, (side, side), (side, side), [point(42, 0)], heap, TILES, cards=cards)


def emptyTile(algorithm):
    """A tile that has no data."""
    return makeTiles(algorithm, (8, 8), (8, 8), [point(0, 0)], b"", TILES)


def longUncompressedTile():
    """A tile that is not compressed, and longer than the file."""
    columns = [*TILES, ("UNCOMPRESSED_DATA", "1PE")]
    return makeTiles("RICE_1", (8, 8), (8, 8), [point(0, 0, 2**31 - 1, 0)], bytes(100), columns)


def twoColumnsOfTiles():
    """An image with two columns of the same name."""
    return makeTiles("RICE_1", (8, 8), (8, 8), [point(0, 0, 9, 0)], bytes(9), 2 * TILES)
