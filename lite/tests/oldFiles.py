# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in the layouts of former years, written with astropy alone."""

__all__ = ["OLD_EXPOSURES", "makeArchive", "makeOldWcs", "makeTable", "writeOldExposure"]

import os

import numpy as np
from astropy.io import fits

from lsst.afw.geom import makeSkyWcs
from lsst.geom import Point2D, SpherePoint, degrees

OLD_EXPOSURES = (None, 0, 1, 2)
"""Versions of the layout of exposures; the first files do not name theirs."""

CD_MATRIX = np.array([(-4e-5, 3e-5), (3e-5, 4e-5)])


def makeTable(columns, cards=()):
    """Make a table of afw's.

    Parameters
    ----------
    columns : `dict` [`str`, `tuple`]
        Form, value of each row, and optionally afw's class of the columns; of
        a column of flags their names.
    cards : iterable of `tuple`, optional
        More cards.
    """
    described = [fits.Column(name, form, array=values) for name, (form, values, *_) in columns.items()]
    hdu = fits.BinTableHDU.from_columns(fits.ColDefs(described))
    for i, (_, _, *kind) in enumerate(columns.values(), 1):
        hdu.header.comments[f"TTYPE{i}"] = "what it is"
        if kind and isinstance(kind[0], tuple):
            hdu.header["FLAGCOL"] = i
            hdu.header.update({f"TFLAG{bit}": name for bit, name in enumerate(kind[0], 1)})
        else:
            hdu.header[f"TCCLS{i}"] = kind[0] if kind else "Scalar"
    hdu.header.update(cards)
    return hdu


def makeArchive(*objects, dot="."):
    """Make the HDUs of an archive.

    Parameters
    ----------
    *objects : `tuple`
        Class of each object and its catalogs; the first one has the archive
        id 1.
    dot : `str`, optional
        What is in the names of columns for a dot.
    """
    rows, catalogs = [], []
    for id, (name, *tables) in enumerate(objects, 1):
        for i, columns in enumerate(tables):
            catalogs.append(makeTable(columns, [("EXTTYPE", "ARCHIVE_DATA"), ("AR_NAME", name)]))
            rows.append((id, len(catalogs), i, 0, len(next(iter(columns.values()))[1]), name, ""))
    names = ("id", f"cat{dot}archive", f"cat{dot}persistable", "row0", "nrows")
    columns = {name: ("1J", [row[i] for row in rows]) for i, name in enumerate(names)}
    columns |= {name: ("64A", [row[i] for row in rows]) for i, name in ((5, "name"), (6, "module"))}
    return [makeTable(columns, [("EXTTYPE", "ARCHIVE_INDEX"), ("AR_NCAT", len(catalogs) + 1)]), *catalogs]


def makeOldWcs():
    """Make the WCS of the exposures that are written here."""
    return makeSkyWcs(Point2D(4.0, 3.0), SpherePoint(30.0, 40.0, degrees), CD_MATRIX)


def writeOldExposure(folder, version):
    """Write an exposure of 6 x 5 pixels in a layout of afw's.

    Its pixels count from 0, their variances are 2, pixel (1, 0) is BAD and
    pixel (0, 2) INTRP. It has a WCS, a detector, a physical filter HSC-I, and
    a calibration; from version 1 on that is an object of the archive, from
    version 2 on the filter is one, too, and has a band.

    Parameters
    ----------
    folder : `str` or `pathlib.Path`
        Where to write it.
    version : `int` or `None`
        One of `OLD_EXPOSURES`.

    Returns
    -------
    path : `str`
        Where it is.
    """
    objects = [("SkyWcs", {"wcs": _makeStrings("QB()", [makeOldWcs().writeString()])})]
    cards = [] if version is None else [("HIERARCH EXPINFO_V", version)]
    cards += [("AR_HDU", 5), *_makeIdCards("SKYWCS", 1, version)]
    if version:
        cards += _makeIdCards("PHOTOCALIB", len(objects) + 1, version)
        objects += _makePhotoCalib(field=len(objects) + 2)
    else:
        cards += [("FLUXMAG0", 1e6), ("HIERARCH FLUXMAG0ERR", 2e4)]
    cards += _makeIdCards("DETECTOR", len(objects) + 1, version)
    objects += _makeDetector(transformMap=len(objects) + 2, isNew=version == 2)
    if version == 2:
        cards += _makeIdCards("FILTER", len(objects) + 1, version)
        flags = ("2X", [(True, True)], ("band_exists", "physical_exists"))
        words = {"band": ("32A", ["i"], "String"), "physical": ("32A", ["HSC-I"], "String")}
        objects.append(("FilterLabel", {"flags": flags} | words))
    else:
        cards.append(("FILTER", "HSC-I"))
    cards += [
        ("DETNAME", "chip 3"),
        ("DETSER", "serial 3"),
        ("EXPID", 12345),
        ("EXPTIME", 30.0),
        ("DARKTIME", 31.0),
        ("DATE-AVG", "2020-01-20T12:00:00.000000000"),
        ("TIMESYS", "TAI"),
        ("BORE-RA", 30.5),
        ("BORE-DEC", 40.5),
        ("ROTTYPE", "UNKNOWN"),
    ]
    path = os.path.join(folder, f"exposure_{version}.fits")
    primary = fits.PrimaryHDU(header=fits.Header(cards))
    fits.HDUList([primary, *_makePlanes(), *makeArchive(*objects)]).writeto(path)
    return path


def _makeIdCards(component, id, version):
    """Make the cards that say which object of the archive a component is."""
    cards = [(f"HIERARCH {component}_ID", id)]
    return cards + [(f"HIERARCH ARCHIVE_ID_{component}", id)] if version == 2 else cards


def _makePlanes():
    cards = {"INHERIT": True, "LTV1": 0.0, "LTV2": 0.0, "RADESYS": "ICRS"}
    for i, (ctype, crpix, crval) in enumerate((("RA---TAN", 5.0, 30.0), ("DEC--TAN", 4.0, 40.0)), 1):
        cards |= {f"CTYPE{i}": ctype, f"CRPIX{i}": crpix, f"CRVAL{i}": crval}
        cards |= {f"CD{i}_{j}": CD_MATRIX[i - 1, j - 1] for j in (1, 2)}
        cards |= {f"CTYPE{i}A": "LINEAR", f"CRPIX{i}A": 1.0, f"CRVAL{i}A": 0, f"CUNIT{i}A": "PIXEL"}
    image = np.arange(30.0, dtype="f4").reshape(5, 6)
    # Numbers of planes that no process begins with.
    planes = {"HIERARCH MP_INTRP": 0, "MP_BAD": 7}
    mask = np.zeros((5, 6), dtype="i4")
    mask[0, 1], mask[2, 0] = 1 << 7, 1 << 0
    return [
        fits.ImageHDU(pixels, fits.Header({"EXTTYPE": kind} | more | cards))
        for kind, pixels, more in (
            ("IMAGE", image, {}),
            ("MASK", mask, planes),
            ("VARIANCE", np.full_like(image, 2.0), {}),
        )
    ]


def _makeStrings(form, words):
    """Make a column of strings of various lengths."""
    characters = [np.frombuffer(word.encode(), "u1" if "B" in form else "S1") for word in words]
    return form, np.array([*characters, None], dtype=object)[:-1], "Array" if "B" in form else "String"


def _makePhotoCalib(field):
    photoCalib = {
        "flags": ("1X", [(True,)], ("isConstant",)),
        "calibrationMean": ("1D", [1e6]),
        "calibrationErr": ("1D", [2e4]),
        "field": ("1J", [field]),
        "version": ("1J", [1]),
    }
    corners = {f"bbox_{end}_{axis}": ("1J", [n]) for end, n in (("min", 0), ("max", -1)) for axis in "xy"}
    constant = {"order_x": ("1J", [0])} | corners | {"coefficients": ("1D", [1e6], "Array")}
    return [("PhotoCalib", photoCalib), ("ChebyshevBoundedField", constant)]


def _makeDetector(transformMap, isNew):
    """Make a detector with two amplifiers, the map of its coordinate systems,
    and its transforms; the map was two catalogs, and has become one.
    """
    sides = {f"bbox_max_{axis}": ("1J", [n]) for axis, n in (("x", 5), ("y", 4))}
    detector = {
        "name": _makeStrings("QA()", ["chip 3"]),
        "id": ("1J", [3]),
        "type": ("1J", [0]),
        "serial": _makeStrings("QA()", ["serial 3"]),
        "bbox_min_x": ("1J", [0]),
        "bbox_min_y": ("1J", [0]),
        **sides,
        "yaw": ("1D", [0.0], "Angle"),
        "transformMap": ("1J", [transformMap]),
    }
    amplifiers = {
        "flags": ("1X", [(False,), (False,)], ("hasrawinfo",)),
        "name": _makeStrings("QA()", ["left", "right"]) if isNew else ("64A", ["left", "right"], "String"),
        "bbox_min_x": ("1J", [0, 3]),
        "bbox_min_y": ("1J", [0, 0]),
        "bbox_extent_x": ("1J", [3, 3]),
        "bbox_extent_y": ("1J", [5, 5]),
        "gain": ("1D", [1.5, 1.6]),
        "readoutcorner": ("1J", [0, 1]),
    }
    systems, ids = ["Pixels", "FocalPlane", "TanPixels"], [transformMap + 1, transformMap + 2]
    if isNew:
        maps = [
            {
                "fromSysName": _makeStrings("QA()", systems[:1] * 2),
                "toSysName": _makeStrings("QA()", systems[1:]),
                "transform": ("1J", ids),
            }
        ]
    else:
        maps = [
            {"sysName": _makeStrings("QA()", systems), "id": ("1J", [1, 2, 3])},
            {"from": ("1J", [1, 1]), "to": ("1J", [2, 3]), "transform": ("1J", ids)},
        ]
    lines = "1 TransformPoint2ToPoint2 Begin ZoomMap", "Nin = 2", "IsA Mapping", "Zoom = {}", "End ZoomMap\n"
    transforms = [
        ("TransformPoint2ToPoint2", {"bytes": _makeStrings("QB()", ["\n".join(lines).format(zoom)])})
        for zoom in (0.02, 0.98)
    ]
    return [("Detector", detector, amplifiers), ("TransformMap", *maps), *transforms]
