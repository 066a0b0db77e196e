# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weather at an observatory."""

from __future__ import annotations

__all__ = ["Weather"]

from typing import Any, overload

from lsst._lite.arguments import checkArguments
from lsst._lite.numbers import toDouble
from lsst.pex.exceptions import InvalidParameterError


class Weather:
    """Basic weather information. It never changes.

    Called with three numbers, or with another `Weather` (``weather``).

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

    @overload
    def __init__(self, airTemperature: float, airPressure: float, humidity: float) -> None: ...
    @overload
    def __init__(self, weather: Weather) -> None: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._values: tuple[float, float, float]
        initialize = self._copy if len(args) + len(kwargs) == 1 else self._set
        initialize(*args, **kwargs)
        if self.getHumidity() < 0.0:
            raise InvalidParameterError(f"Relative humidity = {self.getHumidity():g} must not be negative")

    def _copy(self, weather: Weather) -> None:
        checkArguments("Weather", weather=(weather, Weather))
        self._values = weather._values

    def _set(self, airTemperature: float, airPressure: float, humidity: float) -> None:
        self._values = toDouble(airTemperature), toDouble(airPressure), toDouble(humidity)

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
