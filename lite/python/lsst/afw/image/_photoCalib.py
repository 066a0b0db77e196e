# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Photometric calibration."""

__all__ = [
    "Measurement",
    "PhotoCalib",
    "makePhotoCalibFromCalibZeroPoint",
    "makePhotoCalibFromMetadata",
]

import math
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, overload

import numpy as np
import numpy.typing as npt

from lsst._lite import notInLite
from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toDouble
from lsst.afw.fits._outputArchive import OutputArchive
from lsst.afw.fits._registry import Persistable, oneCatalog, onlyRow, register
from lsst.afw.fits._tables import Field, Schema
from lsst.afw.math import BoundedField, ChebyshevBoundedField
from lsst.afw.table._components import PhotoCalibInterface
from lsst.daf.base import PropertySet
from lsst.geom import Box2I, Point2D
from lsst.pex.exceptions import InvalidParameterError

from .._persistable import FitsPersistable
from .._pixels._maskedImage import MaskedImageF, TypedMaskedImage

_REFERENCE_FLUX = 1e23 * 10 ** (48.6 / -2.5) * 1e9
"""Flux of a source of AB magnitude 0, in nJy (Oke & Gunn 1983)."""


class Measurement:
    """A value and its error.

    Parameters
    ----------
    value : `float`
        The value.
    error : `float`
        Its standard error.
    """

    __module__ = "lsst.afw.image"

    def __init__(self, value: float, error: float) -> None:
        self._value, self._error = toDouble(value), toDouble(error)

    @property
    def value(self) -> float:
        """The value (`float`)."""
        return self._value

    @property
    def error(self) -> float:
        """Its standard error (`float`)."""
        return self._error

    def __str__(self) -> str:
        return f"{self._value:g} +/- {self._error:g}"

    def __repr__(self) -> str:
        return f"Measurement({self})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Measurement, (self._value, self._error)


def _toMagnitude(flux: float) -> float:
    """Convert a flux in nJy to an AB magnitude, as C's ``log10`` does."""
    ratio = flux / _REFERENCE_FLUX
    if ratio > 0:
        return -2.5 * math.log10(ratio)
    return math.inf if ratio == 0 else math.nan


@PhotoCalibInterface.register
class PhotoCalib(FitsPersistable):
    """Scale between the counts of an image and nJy.

    It is the same everywhere, or a function of position. Calibrations never
    change after construction.

    Parameters
    ----------
    calibrationMean : `float`
        Mean scale, in nJy per count.
    calibrationErr : `float`
        Its standard error, in nJy per count.
    calibration : `lsst.afw.math.BoundedField`
        Scale at each position, in nJy per count.
    bbox : `lsst.geom.Box2I`
        Box in which it is valid; an empty one means everywhere.
    isConstant : `bool`
        Whether the scale is the same everywhere.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if a scale or an error is negative.
    """

    __module__ = "lsst.afw.image"

    __hash__ = None  # type: ignore[assignment]

    @overload
    def __init__(
        self, calibrationMean: float = 0.0, calibrationErr: float = 0.0, bbox: Box2I = ...
    ) -> None: ...
    @overload
    def __init__(self, calibration: BoundedField, calibrationErr: float = 0.0) -> None: ...
    @overload
    def __init__(
        self, calibrationMean: float, calibrationErr: float, calibration: BoundedField, isConstant: bool
    ) -> None: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        form: Callable[..., None] = self._initMean
        if "isConstant" in kwargs or len(args) == 4:
            form = self._initParts
        elif "calibration" in kwargs or (args and isinstance(args[0], BoundedField)):
            form = self._initField
        form(*args, **kwargs)
        for name, value in (("Calibration mean", self._mean), ("Calibration error", self._error)):
            if value < 0:
                raise InvalidParameterError(f"{name} must be non-negative, not {value}")

    def _initMean(
        self, calibrationMean: float = 0.0, calibrationErr: float = 0.0, bbox: Box2I = Box2I()
    ) -> None:
        checkArguments("PhotoCalib", bbox=(bbox, Box2I))
        mean = toDouble(calibrationMean)
        self._initParts(mean, calibrationErr, ChebyshevBoundedField(bbox, np.array([[mean]])), True)

    def _initField(self, calibration: BoundedField, calibrationErr: float = 0.0) -> None:
        checkArguments("PhotoCalib", calibration=(calibration, BoundedField))
        self._initParts(calibration.mean(), calibrationErr, calibration, False)

    def _initParts(
        self, calibrationMean: float, calibrationErr: float, calibration: BoundedField, isConstant: bool
    ) -> None:
        checkArguments("PhotoCalib", calibration=(calibration, BoundedField))
        self._mean, self._error = toDouble(calibrationMean), toDouble(calibrationErr)
        self._field, self._isConstant = calibration, bool(isConstant)

    # ---- the scale

    def getCalibrationMean(self) -> float:
        """Return the mean scale, in nJy per count."""
        return self._mean

    def getCalibrationErr(self) -> float:
        """Return the standard error of the mean scale, in nJy per count."""
        return self._error

    def getInstFluxAtZeroMagnitude(self) -> float:
        """Return the counts of a source of AB magnitude 0."""
        return _REFERENCE_FLUX / self._mean if self._mean else math.inf

    def getLocalCalibration(self, point: Point2D) -> float:
        """Return the scale at a position, in nJy per count.

        Parameters
        ----------
        point : `lsst.geom.Point2D`
            Position, in pixels.
        """
        checkArguments("getLocalCalibration", point=(point, Point2D))
        return self._mean if self._isConstant else self._field.evaluate(point)

    def getLocalCalibrationArray(self, x: Any, y: Any) -> npt.NDArray[Any]:
        """Return the scale at positions, in nJy per count.

        Parameters
        ----------
        x, y : `numpy.ndarray`
            Positions, in pixels.
        """
        if self._isConstant:
            return np.full(len(x), self._mean)
        return self._field.evaluate(np.asarray(x, dtype=float), np.asarray(y, dtype=float))

    def computeScaledCalibration(self) -> BoundedField:
        """Return the scale divided by its mean, as a field."""
        return self._field / self._mean

    # ---- fluxes and magnitudes

    def _scale(self, point: Point2D | None) -> float:
        """Return the scale at a position, or the mean scale."""
        return self._mean if point is None else self.getLocalCalibration(point)

    @overload
    def instFluxToNanojansky(self, instFlux: float, point: Point2D, /) -> float: ...
    @overload
    def instFluxToNanojansky(self, instFlux: float, *, point: Point2D | None = None) -> float: ...
    @overload
    def instFluxToNanojansky(
        self, instFlux: float, instFluxErr: float, point: Point2D | None = None
    ) -> Measurement: ...
    def instFluxToNanojansky(self, instFlux: Any, instFluxErr: Any = None, point: Any = None) -> Any:
        """Convert counts to nJy.

        Parameters
        ----------
        instFlux : `float`
            Counts.
        instFluxErr : `float`, optional
            Their standard error, which may be left out before a position.
        point : `lsst.geom.Point2D`, optional
            Position, in pixels; without it the mean scale is used.

        Returns
        -------
        flux : `float` or `Measurement`
            Flux in nJy, with its error if there is ``instFluxErr``.
        """
        flux, error, point = _sortArguments("instFluxToNanojansky", instFlux, instFluxErr, point)
        scale = self._scale(point)
        return flux * scale if error is None else Measurement(flux * scale, error * scale)

    @overload
    def instFluxToMagnitude(self, instFlux: float, point: Point2D, /) -> float: ...
    @overload
    def instFluxToMagnitude(self, instFlux: float, *, point: Point2D | None = None) -> float: ...
    @overload
    def instFluxToMagnitude(
        self, instFlux: float, instFluxErr: float, point: Point2D | None = None
    ) -> Measurement: ...
    def instFluxToMagnitude(self, instFlux: Any, instFluxErr: Any = None, point: Any = None) -> Any:
        """Convert counts to AB magnitudes.

        Parameters
        ----------
        instFlux : `float`
            Counts.
        instFluxErr : `float`, optional
            Their standard error, which may be left out before a position.
        point : `lsst.geom.Point2D`, optional
            Position, in pixels; without it the mean scale is used.

        Returns
        -------
        magnitude : `float` or `Measurement`
            AB magnitude, with its error if there is ``instFluxErr``.
        """
        flux, error, point = _sortArguments("instFluxToMagnitude", instFlux, instFluxErr, point)
        magnitude = _toMagnitude(flux * self._scale(point))
        return magnitude if error is None else Measurement(magnitude, _toMagnitudeError(flux, error))

    def magnitudeToInstFlux(self, magnitude: float, point: Point2D | None = None) -> float:
        """Convert an AB magnitude to counts.

        Parameters
        ----------
        magnitude : `float`
            AB magnitude.
        point : `lsst.geom.Point2D`, optional
            Position, in pixels; without it the mean scale is used.

        Returns
        -------
        instFlux : `float`
            Counts.
        """
        return _fromMagnitude(toDouble(magnitude)) / self._scale(point)

    def nanojanskyToInstFlux(self, nanojansky: float, point: Point2D | None = None) -> float:
        """Convert a flux to counts.

        Parameters
        ----------
        nanojansky : `float`
            Flux, in nJy.
        point : `lsst.geom.Point2D`, optional
            Position, in pixels; without it the mean scale is used.

        Returns
        -------
        instFlux : `float`
            Counts.
        """
        return toDouble(nanojansky) / self._scale(point)

    # ---- images and catalogs

    def calibrateImage(self, maskedImage: TypedMaskedImage) -> TypedMaskedImage:
        """Convert an image in counts to one in nJy.

        Parameters
        ----------
        maskedImage : `MaskedImageF`
            Image in counts.

        Returns
        -------
        calibrated : `MaskedImageF`
            New image, in nJy.
        """
        return self._scaleImage("calibrateImage", maskedImage, np.multiply)

    def uncalibrateImage(self, maskedImage: TypedMaskedImage) -> TypedMaskedImage:
        """Convert an image in nJy to one in counts.

        Parameters
        ----------
        maskedImage : `MaskedImageF`
            Image in nJy.

        Returns
        -------
        uncalibrated : `MaskedImageF`
            New image, in counts.
        """
        return self._scaleImage("uncalibrateImage", maskedImage, np.divide)

    def _scaleImage(self, name: str, maskedImage: Any, ufunc: np.ufunc) -> Any:
        checkArguments(name, maskedImage=(maskedImage, MaskedImageF))
        result = maskedImage.clone()
        image, variance = result.image.array, result.variance.array
        scale: Any = np.float32(self._mean)
        if not self._isConstant:
            # Beyond its box a field means nothing: the stack leaves these
            # pixels as they are.
            box = result.getBBox().clippedTo(self._field.getBBox())
            if box.isEmpty():
                return result
            part = result.subset(box)
            image, variance, scale = part.image.array, part.variance.array, self._field._evaluateBox(box)
        image[...] = ufunc(image, scale)
        variance[...] = ufunc(ufunc(variance, scale), scale)
        return result

    def calibrateCatalog(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Calibrate a catalog; not in lsst-lite."""
        raise notInLite("lsst.afw.image.PhotoCalib.calibrateCatalog")

    # ---- the rest

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PhotoCalib):
            return NotImplemented
        return (self._mean, self._error) == (other._mean, other._error) and self._field == other._field

    def __str__(self) -> str:
        kind = "spatially constant" if self._isConstant else str(self._field)
        return f"{kind} with mean: {self._mean:g} error: {self._error:g}"

    def __repr__(self) -> str:
        return f"PhotoCalib({self})"

    def __reduce__(self) -> tuple[Any, ...]:
        return PhotoCalib, (self._mean, self._error, self._field, self._isConstant)

    def isPersistable(self) -> bool:
        """Whether this can be written to a file."""
        return self._field.isPersistable()


def _toMagnitudeError(instFlux: float, instFluxErr: float) -> float:
    """Return the error of a magnitude from those of counts."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(2.5 / math.log(10.0) * np.abs(np.float64(instFluxErr) / instFlux))


def _fromMagnitude(magnitude: float) -> float:
    """Convert an AB magnitude to a flux in nJy."""
    return _REFERENCE_FLUX * 10 ** (magnitude / -2.5)


def _sortArguments(
    name: str, instFlux: Any, instFluxErr: Any, point: Point2D | None
) -> tuple[float, float | None, Point2D | None]:
    """Find out what the arguments of a conversion of counts are.

    Raises
    ------
    NotImplementedError
        Raised for a catalog and the name of a field.
    """
    if isinstance(instFluxErr, str):
        raise notInLite(f"lsst.afw.image.PhotoCalib.{name} with catalogs")
    if isinstance(instFluxErr, Point2D):
        if point is not None:
            raise TypeError(f"PhotoCalib.{name}: instFluxErr must be a number, not a Point2D")
        instFluxErr, point = None, instFluxErr
    return toDouble(instFlux), None if instFluxErr is None else toDouble(instFluxErr), point


def makePhotoCalibFromCalibZeroPoint(instFluxMag0: float, instFluxMag0Err: float = False) -> PhotoCalib:
    """Make a calibration from the counts of a source of magnitude 0.

    Parameters
    ----------
    instFluxMag0 : `float`
        Counts of a source of AB magnitude 0.
    instFluxMag0Err : `float`, optional
        Their standard error.

    Returns
    -------
    photoCalib : `PhotoCalib`
        Calibration that is the same everywhere.
    """
    counts, error = np.float64(toDouble(instFluxMag0)), toDouble(instFluxMag0Err)
    with np.errstate(divide="ignore", invalid="ignore"):
        return PhotoCalib(_REFERENCE_FLUX / counts, _REFERENCE_FLUX * error / counts**2)


def makePhotoCalibFromMetadata(metadata: PropertySet, strip: bool = False) -> PhotoCalib | None:
    """Make a calibration from ``FLUXMAG0`` and ``FLUXMAG0ERR`` cards.

    Parameters
    ----------
    metadata : `lsst.daf.base.PropertySet`
        Header.
    strip : `bool`, optional
        Whether to remove the cards.

    Returns
    -------
    photoCalib : `PhotoCalib` or `None`
        The calibration; `None` if there is no ``FLUXMAG0``.
    """
    checkArguments("makePhotoCalibFromMetadata", metadata=(metadata, PropertySet))
    if not metadata.exists("FLUXMAG0"):
        return None
    counts = float(metadata.getScalar("FLUXMAG0"))
    error = float(metadata.getScalar("FLUXMAG0ERR")) if metadata.exists("FLUXMAG0ERR") else 0.0
    if strip:
        for name in ("FLUXMAG0", "FLUXMAG0ERR"):
            metadata.remove(name)
    return makePhotoCalibFromCalibZeroPoint(counts, error)


# ---- persistence


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


def _readPhotoCalib(archive: Any, rows: Any) -> PhotoCalib:
    row = onlyRow(rows)
    version = row.integer("version") if "version" in row else 0
    if version != _PHOTO_CALIB_VERSION:
        raise ValueError(f"expected PhotoCalib version {_PHOTO_CALIB_VERSION}, found {version}")
    field = archive.get(row.integer("field"))
    return PhotoCalib(
        row.scalar("calibrationMean"), row.scalar("calibrationErr"), field, row.flag("isConstant")
    )


def _readCalib(archive: Any, rows: Any) -> PhotoCalib:
    """Read a calibration as it was before 2019: always a constant."""
    row = onlyRow(rows)
    # Columns of the oldest tables have underscores for dots.
    error = "fluxmag0.err" if "fluxmag0.err" in row else "fluxmag0_err"
    return makePhotoCalibFromCalibZeroPoint(row.scalar("fluxmag0"), row.scalar(error))


register(Persistable("Calib", "", _readCalib))


def _photoCalibRows(photoCalib: PhotoCalib, archive: OutputArchive) -> Iterator[dict[str, Any]]:
    yield {
        "calibrationMean": photoCalib.getCalibrationMean(),
        "calibrationErr": photoCalib.getCalibrationErr(),
        "isConstant": photoCalib._isConstant,
        "field": archive.put(photoCalib._field),
        "version": _PHOTO_CALIB_VERSION,
    }


register(
    Persistable(
        "PhotoCalib",
        "",
        _readPhotoCalib,
        oneCatalog(_PHOTO_CALIB, _photoCalibRows),
        lambda photoCalib: (photoCalib._field,),
    )
)
