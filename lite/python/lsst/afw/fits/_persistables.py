# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of an archive that lite understands: to rows of a catalog and back.

Importing this module registers them.
"""

__all__ = []

import math

import numpy as np

from lsst.daf.base import DateTime, PropertyList
from lsst.geom import Box2I, Extent2I, Point2D, Point2I, SpherePoint, radians

from ._registry import Persistable, register
from ._tables import Field, Schema


def _only(rows):
    """Give the only row of an object that has one."""
    if len(rows) != 1 or len(rows[0]) != 1:
        raise ValueError(f"expected one row, found {[len(catalog) for catalog in rows]}")
    return rows[0][0]


# lsst.afw.geom.SkyWcs

_SKY_WCS = Schema((Field("wcs", "QB", "wcs string representation"),))


def _readSkyWcs(archive, rows):
    from lsst.afw.geom import SkyWcs

    return SkyWcs.readString(_only(rows).array("wcs").tobytes().decode("ascii"))


def _skyWcsRows(wcs, archive):
    return [{"wcs": wcs.writeString().encode("ascii")}]


# The WCS class before 2018, by its FITS keywords.


def _readTanWcs(archive, rows):
    from lsst.afw.geom import makeSkyWcs

    row = rows[0][0]
    metadata = PropertyList()
    for axis in (0, 1):
        metadata.set(f"CRVAL{axis + 1}", row.array("crval")[axis].item())
        # The file counts pixels from 0.
        metadata.set(f"CRPIX{axis + 1}", row.array("crpix")[axis].item() + 1)
        # The file has the coefficients of SIP, but not its name.
        ctype = row.string(f"ctype{axis + 1}").removesuffix("-SIP")
        metadata.set(f"CTYPE{axis + 1}", f"{ctype}-SIP" if len(rows) > 1 else ctype)
        metadata.set(f"CUNIT{axis + 1}", row.string(f"cunit{axis + 1}"))
    for name, value in zip(("CD1_1", "CD2_1", "CD1_2", "CD2_2"), row.array("cd").tolist(), strict=True):
        metadata.set(name, value)
    metadata.set("EQUINOX", row.scalar("equinox"))
    metadata.set("RADESYS", row.string("radesys"))
    for sip in rows[1] if len(rows) > 1 else []:
        for column, name in (("A", "A"), ("B", "B"), ("Ap", "AP"), ("Bp", "BP")):
            _setSip(metadata, name, sip.array(column))
    return makeSkyWcs(metadata)


def _setSip(metadata, name, coefficients):
    """Write a SIP polynomial as FITS keywords.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertyList`
        Where to.
    name : `str`
        "A", "B", "AP" or "BP".
    coefficients : `numpy.ndarray`
        Square matrix of coefficients, the power of the row coordinate
        outermost.
    """
    size = round(coefficients.size**0.5)
    if size * size != coefficients.size:
        raise ValueError(f"expected a square matrix of SIP coefficients, found {coefficients.size}")
    if size == 0:
        return
    metadata.set(f"{name}_ORDER", size - 1)
    for (q, p), value in np.ndenumerate(coefficients.reshape(size, size)):
        if value != 0:
            metadata.set(f"{name}_{p}_{q}", value.item())


# lsst.afw.image.FilterLabel

_FILTER_LABEL = Schema(
    (
        Field("band_exists", "flag", "Existence flag for band"),
        Field("band", "32A", "Name of the band."),
        Field("physical_exists", "flag", "Existence flag for physical"),
        Field("physical", "32A", "Name of the physical filter."),
    )
)


def _readFilterLabel(archive, rows):
    from lsst.afw.image import FilterLabel

    row = _only(rows)
    return FilterLabel(
        **{name: row.string(name) for name in ("band", "physical") if row.flag(f"{name}_exists")}
    )


def _filterLabelRows(label, archive):
    return [
        {
            "band_exists": label.hasBandLabel(),
            "band": label.bandLabel if label.hasBandLabel() else "",
            "physical_exists": label.hasPhysicalLabel(),
            "physical": label.physicalLabel if label.hasPhysicalLabel() else "",
        }
    ]


# lsst.afw.math.ChebyshevBoundedField


def _chebyshevSchema(field):
    size = field.getCoefficients().size
    box = [
        Field(f"bbox_{end}_{axis}", "J", f"bounding box ({word})", "pixel")
        for end, word in (("min", "minimum"), ("max", "maximum"))
        for axis in "xy"
    ]
    return Schema(
        (
            Field("order_x", "J", "maximum Chebyshev function order in x"),
            *box,
            Field("coefficients", f"{size}D", "Chebyshev function coefficients, ordered by y then x"),
        )
    )


def _readBox(row, name):
    """Read a box from its corners; an empty one has its maximum below its
    minimum.
    """
    low, high = (
        Point2I(row.integer(f"{name}_{end}_x"), row.integer(f"{name}_{end}_y")) for end in ("min", "max")
    )
    return Box2I(low, Extent2I(high - low + Extent2I(1, 1)), invert=False)


def _readChebyshev(archive, rows):
    from lsst.afw.math import ChebyshevBoundedField

    row = _only(rows)
    coefficients, columns = row.array("coefficients"), row.integer("order_x") + 1
    if columns < 1 or coefficients.size % columns:
        raise ValueError(f"{coefficients.size} coefficients cannot be of order {columns - 1} in x")
    return ChebyshevBoundedField(_readBox(row, "bbox"), coefficients.reshape(-1, columns))


def _writeChebyshev(field, archive):
    bbox, coefficients = field.getBBox(), field.getCoefficients()
    row = {
        "order_x": coefficients.shape[1] - 1,
        "bbox_min_x": bbox.getMinX(),
        "bbox_min_y": bbox.getMinY(),
        "bbox_max_x": bbox.getMaxX(),
        "bbox_max_y": bbox.getMaxY(),
        "coefficients": coefficients.reshape(-1),
    }
    return [(_chebyshevSchema(field), [row])]


# lsst.afw.image.PhotoCalib

_PHOTO_CALIB = Schema(
    (
        Field("calibrationMean", "D", "mean calibration on this PhotoCalib's domain", "count"),
        Field("calibrationErr", "D", "1-sigma error on calibrationMean", "count"),
        Field("isConstant", "flag", "Is this spatially-constant?"),
        Field("field", "J", "archive ID of the BoundedField object"),
        Field("version", "J", "version of this PhotoCalib"),
    )
)

_PHOTO_CALIB_VERSION = 1


def _readPhotoCalib(archive, rows):
    from lsst.afw.image import PhotoCalib

    row = _only(rows)
    version = row.integer("version") if "version" in row else 0
    if version != _PHOTO_CALIB_VERSION:
        raise ValueError(f"expected PhotoCalib version {_PHOTO_CALIB_VERSION}, found {version}")
    field = archive.get(row.integer("field"))
    return PhotoCalib(
        row.scalar("calibrationMean"), row.scalar("calibrationErr"), field, row.flag("isConstant")
    )


def _photoCalibRows(photoCalib, archive):
    yield {
        "calibrationMean": photoCalib.getCalibrationMean(),
        "calibrationErr": photoCalib.getCalibrationErr(),
        "isConstant": photoCalib._isConstant,
        "field": archive.put(photoCalib._field),
        "version": _PHOTO_CALIB_VERSION,
    }


# lsst.afw.geom.Polygon

_POLYGON = Schema(
    (Field("vertices_x", "D", "list of vertex points"), Field("vertices_y", "D", "list of vertex points"))
)


def _readPolygon(archive, rows):
    from lsst.afw.geom import Polygon

    names = ("vertices_x", "vertices_y")
    vertices = [Point2D(*(row.scalar(name) for name in names)) for catalog in rows[:1] for row in catalog]
    return Polygon(vertices)


def _polygonRows(polygon, archive):
    return [{"vertices_x": point.getX(), "vertices_y": point.getY()} for point in polygon.getVertices()]


# lsst.afw.detection.GaussianPsf

_MAX_KERNEL = 4096
"""More pixels than any image of a PSF has on a side."""

_GAUSSIAN_PSF = Schema(
    (
        Field("dimensions_x", "J", "width/height of realization of Psf", "pixel"),
        Field("dimensions_y", "J", "width/height of realization of Psf", "pixel"),
        Field("sigma", "D", "radius of Gaussian", "pixel"),
    )
)


def _readGaussianPsf(archive, rows):
    from lsst.afw.detection import GaussianPsf

    row = _only(rows)
    width, height = row.integer("dimensions_x"), row.integer("dimensions_y")
    if not 0 < min(width, height) <= max(width, height) <= _MAX_KERNEL:
        raise row.error(f"expected a PSF of 1 to {_MAX_KERNEL} pixels, found {width} x {height}")
    return GaussianPsf(width, height, row.scalar("sigma"))


def _gaussianPsfRows(psf, archive):
    width, height = psf.getDimensions()
    return [{"dimensions_x": width, "dimensions_y": height, "sigma": psf.getSigma()}]


# lsst.afw.image.VisitInfo

_VISIT_INFO = Schema(
    (
        Field("exposuretime", "D", "exposure duration", "s"),
        Field("darktime", "D", "time from CCD flush to readout", "s"),
        Field("tai", "K", "TAI date and time at middle of exposure as nsec from unix epoch", "nsec"),
        Field("ut1", "D", "UT1 date and time at middle of exposure", "MJD"),
        Field("era", "D", "earth rotation angle at middle of exposure", "rad"),
        Field("boresightradec_ra", "D", "sky position of boresight at middle of exposure", "rad"),
        Field("boresightradec_dec", "D", "sky position of boresight at middle of exposure", "rad"),
        Field(
            "boresightazalt_az",
            "D",
            "refracted apparent topocentric position of boresight at middle of exposure",
            "rad",
        ),
        Field(
            "boresightazalt_alt",
            "D",
            "refracted apparent topocentric position of boresight at middle of exposure",
            "rad",
        ),
        Field("boresightairmass", "D", "airmass at boresight, relative to zenith at sea level"),
        Field("boresightrotangle", "D", "rotation angle at boresight at middle of exposure", "rad"),
        Field("rottype", "J", "rotation type; see VisitInfo.getRotType for details", "MJD"),
        Field("latitude", "D", "latitude of telescope (+ is east of Greenwich)", "rad"),
        Field("longitude", "D", "longitude of telescope", "rad"),
        Field("elevation", "D", "elevation of telescope"),
        Field("airtemperature", "D", "air temperature", "C"),
        Field("airpressure", "D", "air pressure", "Pascal"),
        Field("humidity", "D", "humidity (%)"),
        Field("instrumentlabel", "QA", "Short name of the instrument that took this data"),
        Field("version", "J", "version of this VisitInfo"),
        Field("idnum", "K", "identifier of this full focal plane exposure"),
        Field("focusz", "D", "defocal distance", "mm"),
        Field("observationType", "QA", "type of this observation (e.g. science, flat, bias)"),
        Field("scienceProgram", "QA", "observing program (survey or proposal) identifier"),
        Field("observationReason", "QA", "reason this observation was taken, or its purpose"),
        Field("object", "QA", "object of interest or field name"),
        Field("hasSimulatedContent", "flag", "Was any part of this observation simulated?"),
    )
)

_VISIT_INFO_VERSION = 5


def _readVisitInfo(archive, rows):
    from lsst.afw.coord import Observatory, Weather
    from lsst.afw.image import RotType, VisitInfo

    row = _only(rows)

    def number(name, default=math.nan):
        # Older versions do not have all columns.
        return row.scalar(name) if name in row else default

    def word(name):
        return row.string(name) if name in row else ""

    def angle(name):
        return number(name) * radians

    return VisitInfo(
        exposureTime=number("exposuretime"),
        darkTime=number("darktime"),
        date=DateTime(row.integer("tai"), DateTime.TAI),
        ut1=number("ut1"),
        era=angle("era"),
        boresightRaDec=SpherePoint(angle("boresightradec_ra"), angle("boresightradec_dec")),
        boresightAzAlt=SpherePoint(angle("boresightazalt_az"), angle("boresightazalt_alt")),
        boresightAirmass=number("boresightairmass"),
        boresightRotAngle=angle("boresightrotangle"),
        rotType=RotType(row.integer("rottype")),
        observatory=Observatory(angle("longitude"), angle("latitude"), number("elevation")),
        weather=Weather(number("airtemperature"), number("airpressure"), number("humidity")),
        instrumentLabel=word("instrumentlabel"),
        id=row.integer("idnum") if "idnum" in row else 0,
        focusZ=number("focusz"),
        observationType=word("observationType"),
        scienceProgram=word("scienceProgram"),
        observationReason=word("observationReason"),
        object=word("object"),
        hasSimulatedContent=row.hasFlag("hasSimulatedContent") and row.flag("hasSimulatedContent"),
    )


def _visitInfoRows(info, archive):
    observatory, weather = info.getObservatory(), info.getWeather()
    ra, dec = info.getBoresightRaDec()
    az, alt = info.getBoresightAzAlt()
    return [
        {
            "exposuretime": info.getExposureTime(),
            "darktime": info.getDarkTime(),
            "tai": info.getDate().nsecs(DateTime.TAI),
            "ut1": info.getUt1(),
            "era": info.getEra().asRadians(),
            "boresightradec_ra": ra.asRadians(),
            "boresightradec_dec": dec.asRadians(),
            "boresightazalt_az": az.asRadians(),
            "boresightazalt_alt": alt.asRadians(),
            "boresightairmass": info.getBoresightAirmass(),
            "boresightrotangle": info.getBoresightRotAngle().asRadians(),
            "rottype": info.getRotType().value,
            "latitude": observatory.getLatitude().asRadians(),
            "longitude": observatory.getLongitude().asRadians(),
            "elevation": observatory.getElevation(),
            "airtemperature": weather.getAirTemperature(),
            "airpressure": weather.getAirPressure(),
            "humidity": weather.getHumidity(),
            "instrumentlabel": info.getInstrumentLabel(),
            "version": _VISIT_INFO_VERSION,
            "idnum": info.getId(),
            "focusz": info.getFocusZ(),
            "observationType": info.getObservationType(),
            "scienceProgram": info.getScienceProgram(),
            "observationReason": info.getObservationReason(),
            "object": info.getObject(),
            "hasSimulatedContent": info.getHasSimulatedContent(),
        }
    ]


def _one(schema, rows):
    """Make the writer of a class whose objects have rows in one catalog.

    Parameters
    ----------
    schema : `Schema`
        Columns of the catalog.
    rows : `~collections.abc.Callable`
        Function of an object and an archive that gives the values of each
        row.
    """
    return lambda value, archive: [(schema, rows(value, archive))]


for _persistable in (
    Persistable("ChebyshevBoundedField", "lsst.afw.math", _readChebyshev, _writeChebyshev),
    Persistable("FilterLabel", "lsst.afw.image", _readFilterLabel, _one(_FILTER_LABEL, _filterLabelRows)),
    Persistable("GaussianPsf", "lsst.afw.detection", _readGaussianPsf, _one(_GAUSSIAN_PSF, _gaussianPsfRows)),
    Persistable(
        "PhotoCalib",
        "",
        _readPhotoCalib,
        _one(_PHOTO_CALIB, _photoCalibRows),
        lambda photoCalib: (photoCalib._field,),
    ),
    Persistable("Polygon", "", _readPolygon, _one(_POLYGON, _polygonRows)),
    Persistable("SkyWcs", "lsst.afw.geom", _readSkyWcs, _one(_SKY_WCS, _skyWcsRows)),
    Persistable("TanWcs", "lsst.afw.image", _readTanWcs),
    Persistable("VisitInfo", "", _readVisitInfo, _one(_VISIT_INFO, _visitInfoRows)),
):
    register(_persistable)
