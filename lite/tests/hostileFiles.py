# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small FITS files that try to take a reader much time or memory.

`test_promises` reads them.
"""

import functools
import struct
import zlib

import numpy as np
import starlink.Ast as Ast

from lsst.afw.fits._cards import BLOCK, formatHeader, tableCards
from lsst.afw.fits._inputArchive import INDEX
from lsst.afw.fits._tables import Table
from lsst.afw.geom import makeCdMatrix, makeSkyWcs
from lsst.afw.geom._ast import dumpObject, series
from lsst.geom import Point2D, SpherePoint, arcseconds, degrees

PRIMARY = formatHeader([("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True)])

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


def makeExposure(primary, archive, mask=()):
    """Make a file with an exposure.

    Parameters
    ----------
    primary : iterable of `tuple`
        Cards for the primary header.
    archive : `bytes`
        HDUs after the three planes.
    mask : iterable of `tuple`, optional
        Cards for the header of the mask.
    """
    start = [("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True), ("EXPINFO_V", 2), ("AR_HDU", 5)]
    planes = makePlane(-32, "IMAGE") + makePlane(32, "MASK", mask) + makePlane(-32, "VARIANCE")
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


def manyPlanes(count):
    """Many mask planes, each with a bit of its own."""
    return makeExposure((), b"", [(f"MP_P{i}", i) for i in range(count)])


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


# Archives


def makeObject(name, catalog, rows=1, component="PSF"):
    """Make a file with one object.

    Parameters
    ----------
    name : `str`
        Class of the object.
    catalog : `bytes`
        HDU of its catalog.
    rows : `int`, optional
        Rows that it has there.
    component : `str`, optional
        What it is of the exposure.
    """
    index = [(1, 1, 0, 0, rows, name, "")]
    return makeExposure([(f"ARCHIVE_ID_{component}", 1)], makeArchive(index, catalog))


def rowsWithoutBytes(name, count):
    """An object with many rows that have no columns."""
    return makeObject(name, makeTable([], count), rows=count)


def indexWithoutBytes(count):
    """An archive with many objects in an index that has no bytes."""
    columns = [(field.name, f"0{field.form[-1]}") for field in INDEX.fields]
    cards = [("EXTTYPE", "ARCHIVE_INDEX"), ("AR_NCAT", 2)]
    return makeExposure([("ARCHIVE_ID_PSF", 1)], makeTable(columns, count, cards=cards))


def sharedRows(objects, count):
    """Many polygons whose vertices are the same rows."""
    cards = [(f"ARCHIVE_ID_P{i}", i) for i in range(1, objects + 1)]
    index = [(i, 1, 0, 0, count, "Polygon", "") for i in range(1, objects + 1)]
    catalog = makeTable(
        [("vertices_x", "1B"), ("vertices_y", "1B")], [bytes([i % 251, i % 241]) for i in range(count)]
    )
    return makeExposure(cards, makeArchive(index, catalog))


def repeatedCatalog(count):
    """A polygon that has its only catalog many times."""
    index = [(1, 1, 0, i, 1, "Polygon", "") for i in range(count)]
    catalog = makeTable([("vertices_x", "1B"), ("vertices_y", "1B")], [bytes(2)] * count)
    return makeExposure([("ARCHIVE_ID_VALID_POLYGON", 1)], makeArchive(index, catalog))


def chainOfCalibrations(count):
    """Calibrations, each of which has the next one for its field."""
    rows = [struct.pack(">B2d2i", 0, 1, 0, i + 1, 1) for i in range(1, count + 1)]
    columns = [
        ("flags", "1X"),
        ("calibrationMean", "1D"),
        ("calibrationErr", "1D"),
        ("field", "1J"),
        ("version", "1J"),
    ]
    catalog = makeTable(columns, rows, cards=[("TFLAG1", "isConstant")])
    index = [(i, 1, 0, i - 1, 1, "PhotoCalib", "") for i in range(1, count + 1)]
    return makeExposure([("ARCHIVE_ID_PHOTOCALIB", 1)], makeArchive(index, catalog))


# WCSs


def wcsThrough(mapping):
    """A WCS whose pixels go through an AST mapping first."""
    pixels = Point2D(1, 1)
    frames = makeSkyWcs(pixels, SpherePoint(30, -20, degrees), makeCdMatrix(0.2 * arcseconds))._frameSet
    result = Ast.FrameSet(frames.getframe(1))
    result.addframe(1, series(mapping, frames.getmapping(1, 2)), frames.getframe(2))
    result.addframe(2, frames.getmapping(2, 3), frames.getframe(3))
    text = f"1 SkyWcs 0 {dumpObject(result)}".encode()
    catalog = makeTable([("wcs", "1QB")], [struct.pack(">2q", len(text), 0)], text)
    return makeObject("SkyWcs", catalog, component="SKYWCS")


def iteratedPolynomial(iterations):
    """A polynomial without zeros, to be inverted by so many iterations."""
    terms = [[1, 1, 10, 0], [100, 1, 0, 0], [1, 2, 0, 10], [100, 2, 0, 0]]
    options = f"IterInverse=1,NiterInverse={iterations},TolInverse=1e-300"
    return wcsThrough(Ast.PolyMap(np.array(terms, dtype=float), None, options))


def manyMappings(count):
    """Mappings one after the other that AST cannot join."""
    mappings = [Ast.PcdMap(1e-9 * (i + 1), [0.1, 0.2]) for i in range(count)]
    while len(mappings) > 1:
        mappings = [series(*mappings[i : i + 2]) for i in range(0, len(mappings), 2)]
    return wcsThrough(mappings[0])


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
