# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weather at an observatory."""

__all__ = ["Weather"]

from typing import Any

from lsst.pex.exceptions import InvalidParameterError

_NAMES = ("airTemperature", "airPressure", "humidity")


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if len(args) + len(kwargs) == 1:
            other = args[0] if args else kwargs.get("weather")
            if not isinstance(other, Weather):
                raise TypeError(f"Weather(): incompatible argument: {type(other).__name__}, not a Weather")
            self._values: tuple[float, ...] = other._values
            return
        values = dict(zip(_NAMES, args, strict=False))
        if len(args) > len(_NAMES) or values.keys() & kwargs.keys():
            raise TypeError(f"Weather() takes {', '.join(_NAMES)}")
        values.update(kwargs)
        if values.keys() != set(_NAMES) or any(isinstance(v, str) for v in values.values()):
            raise TypeError(f"Weather() takes {', '.join(_NAMES)}, as numbers; got {values}")
        self._values = tuple(float(values[name]) for name in _NAMES)
        if self.getHumidity() < 0.0:
            raise InvalidParameterError(f"Relative humidity = {self.getHumidity():g} must not be negative")

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
