# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weather at an observatory."""

__all__ = ["Weather"]

from lsst.pex.exceptions import InvalidParameterError


class Weather:
    """Basic weather information. It never changes.

    Parameters
    ----------
    airTemperature : `float`
        Outside air temperature, in degrees Celsius.
    airPressure : `float`
        Outside air pressure, in Pascal.
    humidity : `float`
        Relative humidity, in percent.

    Raises
    ------
    lsst.pex.exceptions.InvalidParameterError
        Raised if the humidity is negative.
    """

    def __init__(self, airTemperature: float, airPressure: float, humidity: float) -> None:
        if humidity < 0.0:
            raise InvalidParameterError(f"Relative humidity = {humidity:g} must not be negative")
        self._values = float(airTemperature), float(airPressure), float(humidity)

    def getAirTemperature(self) -> float:
        """Get the outside air temperature, in degrees Celsius (`float`)."""
        return self._values[0]

    def getAirPressure(self) -> float:
        """Get the outside air pressure, in Pascal (`float`)."""
        return self._values[1]

    def getHumidity(self) -> float:
        """Get the relative humidity, in percent (`float`)."""
        return self._values[2]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Weather):
            return NotImplemented
        # As in C++, NaN differs from itself, even where it is one object.
        return all(a == b for a, b in zip(self._values, other._values, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return "Weather({:g}, {:g}, {:g})".format(*self._values)

    __repr__ = __str__


Weather.__module__ = "lsst.afw.coord"
