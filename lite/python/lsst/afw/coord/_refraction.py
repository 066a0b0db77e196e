# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refraction in the atmosphere.

The formulas, with their equation numbers, are those of R. C. Stone, "An
Accurate Method for Computing Atmospheric Refraction", Publications of the
Astronomical Society of the Pacific, vol. 108, p. 1051, 1996.
"""

__all__ = ["differentialRefraction", "refraction"]

import math

from lsst.geom import Angle, radians

from ._observatory import Observatory
from ._weather import Weather

_KELVIN = 273.15
_PASCAL_PER_TORR = 133.32239
_PASCAL_PER_MBAR = 100.0


def refraction(
    wavelength: float, elevation: Angle, observatory: Observatory, weather: Weather | None = None
) -> Angle:
    """Compute by how much the atmosphere lifts a star.

    Parameters
    ----------
    wavelength : `float`
        Wavelength, in nanometres; from 230.2 to 2058.6.
    elevation : `lsst.geom.Angle`
        Elevation of the star above the horizon.
    observatory : `Observatory`
        Location of the telescope.
    weather : `Weather`, optional
        Weather there; if not given, what is typical for the elevation of the
        observatory.

    Returns
    -------
    refraction : `lsst.geom.Angle`
        Refraction at that wavelength (Stone 1996, eqs. 4, 5 and 10).

    Raises
    ------
    ValueError
        Raised if the wavelength is out of the range in which the formulas
        hold.
    """
    if wavelength < 230.2 or wavelength > 2058.6:
        raise ValueError(
            f"Refraction calculation is valid for wavelengths between 230.2 and 2058.6 nm, not {wavelength}"
        )
    altitude = observatory.getElevation()
    if weather is None:
        weather = _typicalWeather(altitude)
    refractivity = _refractivity(wavelength, weather)
    # Scale height of the atmosphere, in radii of the Earth.
    scaleHeight = 4.5908e-6 * _kelvin(weather)
    latitude = observatory.getLatitude().asRadians()
    # Gravity at the observatory, in units of that at sea level on the equator.
    gravity = (
        1.0
        + 0.005302 * math.sin(latitude) ** 2
        - 0.00000583 * math.sin(2.0 * latitude) ** 2
        - 0.000000315 * altitude
    )
    tangent = math.tan(math.pi / 2.0 - elevation.asRadians())
    first = refractivity * gravity * (1.0 - scaleHeight)
    third = refractivity * gravity * (scaleHeight - refractivity / 2.0)
    return Angle(first * tangent + third * tangent**3, radians)


def differentialRefraction(
    wavelength: float,
    wavelengthRef: float,
    elevation: Angle,
    observatory: Observatory,
    weather: Weather | None = None,
) -> Angle:
    """Compute the refraction relative to that at another wavelength.

    Parameters
    ----------
    wavelength : `float`
        Wavelength, in nanometres; from 230.2 to 2058.6.
    wavelengthRef : `float`
        Reference wavelength, in nanometres; such as the effective wavelength
        of a filter.
    elevation : `lsst.geom.Angle`
        Elevation of the star above the horizon.
    observatory : `Observatory`
        Location of the telescope.
    weather : `Weather`, optional
        Weather there; if not given, what is typical for the elevation of the
        observatory.

    Returns
    -------
    difference : `lsst.geom.Angle`
        Refraction at ``wavelength`` minus refraction at ``wavelengthRef``.

    Raises
    ------
    ValueError
        Raised if a wavelength is out of the range in which the formulas
        hold.
    """
    there = refraction(wavelength, elevation, observatory, weather=weather)
    return there - refraction(wavelengthRef, elevation, observatory, weather=weather)


def _kelvin(weather: Weather) -> float:
    return weather.getAirTemperature() + _KELVIN


def _refractivity(wavelength: float, weather: Weather) -> float:
    """Compute the refractive index of air, minus 1 (eq. 14)."""
    waveNumber = 1.0e3 / wavelength  # per micrometre
    square = waveNumber**2
    dry = 2371.34 + 683939.7 / (130.0 - square) + 4547.3 / (38.9 - square)
    wet = 6487.31 + 58.058 * square - 0.71150 * square**2 + 0.08851 * square**3
    return (dry * _dryDensity(weather) + wet * _wetDensity(weather)) * 1.0e-8


def _dryDensity(weather: Weather) -> float:
    """Compute the density factor of dry air (eq. 15)."""
    kelvin = _kelvin(weather)
    pressure = (weather.getAirPressure() - _vapourPressure(weather)) / _PASCAL_PER_MBAR
    correction = pressure * (57.90e-8 - 9.3250e-4 / kelvin + 0.25844 / kelvin**2)
    return (1.0 + correction) * pressure / kelvin


def _wetDensity(weather: Weather) -> float:
    """Compute the density factor of water vapour (eq. 16)."""
    kelvin = _kelvin(weather)
    pressure = _vapourPressure(weather) / _PASCAL_PER_MBAR
    correction = (
        pressure
        * (1.0 + 3.7e-4 * pressure)
        * (-2.37321e-3 + 2.23366 / kelvin - 710.792 / kelvin**2 + 7.75141e-4 / kelvin**3)
    )
    return (1.0 + correction) * pressure / kelvin


def _vapourPressure(weather: Weather) -> float:
    """Compute the pressure of the water vapour (eqs. 18, 20), in Pascal."""
    humidity = weather.getHumidity()
    logHumidity = math.log(humidity / 100.0) if humidity > 0 else -math.inf
    celsius = weather.getAirTemperature()
    numerator = (celsius + 238.3) * logHumidity + 17.2694 * celsius
    denominator = (celsius + 238.3) * (17.2694 - logHumidity) - 17.2694 * celsius
    dewPoint = 238.3 * numerator / denominator
    return _PASCAL_PER_TORR * (
        4.50874
        + 0.341724 * dewPoint
        + 0.0106778 * dewPoint**2
        + 0.184889e-3 * dewPoint**3
        + 0.238294e-5 * dewPoint**4
        + 0.203447e-7 * dewPoint**5
    )


def _typicalWeather(altitude: float) -> Weather:
    """Guess the weather at an altitude, in metres above the sea."""
    seaLevelPressure = 101325.0
    gravity = 9.80665
    molarMass = 0.0289644
    gasConstant = 8.31447
    celsius = 19.0 - 6.5e-3 * altitude
    pressure = seaLevelPressure * math.exp(
        -(gravity * molarMass * altitude) / (gasConstant * (celsius + _KELVIN))
    )
    return Weather(celsius, pressure, 40.0)
