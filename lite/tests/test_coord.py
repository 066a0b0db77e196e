# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Observatory, weather and refraction agree with the stack."""

import copy
import json
import math
import pathlib
import pickle
import unittest

import lsst.pex.exceptions
import lsst.utils.tests
from lsst.afw.coord import Observatory, Weather, differentialRefraction, refraction
from lsst.geom import degrees

GOLDEN = pathlib.Path(__file__).parent / "data" / "golden"


class RefractionTestCase(lsst.utils.tests.TestCase):
    """Tests of refraction."""

    def setUp(self):
        self.golden = json.loads((GOLDEN / "dcr.json").read_text())
        longitude, latitude, elevation = self.golden["observatory_lon_lat_deg_elev_m"]
        self.observatory = Observatory(longitude * degrees, latitude * degrees, elevation)

    def testRefractionIsThatOfTheStack(self):
        for row in self.golden["refraction"]:
            weather = row["weather_C_Pa_percent"]
            weather = weather and Weather(*weather)
            elevation = row["elevation_deg"] * degrees
            result = refraction(row["wavelength"], elevation, self.observatory, weather)
            expected = row["refraction_arcsec"]
            self.assertAlmostEqual(result.asArcseconds() / expected, 1.0, delta=1e-10)
            difference = differentialRefraction(
                row["wavelength"], row["reference"], elevation, self.observatory, weather
            )
            self.assertAlmostEqual(
                difference.asArcseconds(), row["differential_arcsec"], delta=1e-10 * expected
            )

    def testWavelengthOutOfRangeIsAValueError(self):
        for wavelength in (230.0, 2060.0):
            with self.assertRaises(ValueError):
                refraction(wavelength, 60 * degrees, self.observatory)

    def testNothingIsRefractedAtTheZenith(self):
        self.assertAlmostEqual(refraction(500.0, 90 * degrees, self.observatory).asArcseconds(), 0.0)

    def testWithoutHumidityThereIsNoAnswer(self):
        dry = Weather(10.0, 74000.0, 0.0)
        self.assertTrue(math.isnan(refraction(500.0, 60 * degrees, self.observatory, dry).asArcseconds()))


class ObservatoryTestCase(lsst.utils.tests.TestCase):
    """Tests of observatories."""

    def setUp(self):
        self.observatory = Observatory(1 * degrees, 2 * degrees, 3)

    def testWhatIsSetIsWhatOneGets(self):
        self.assertEqual(self.observatory.getLongitude(), 1 * degrees)
        self.assertEqual(self.observatory.getLatitude(), 2 * degrees)
        self.assertEqual(self.observatory.getElevation(), 3.0)
        self.assertIsInstance(self.observatory.getElevation(), float)

    def testEquality(self):
        self.assertEqual(self.observatory, Observatory(1 * degrees, 2 * degrees, 3.0))
        self.assertNotEqual(self.observatory, Observatory(1 * degrees, 2 * degrees, 4.0))
        self.assertNotEqual(self.observatory, 3)
        unknown = Observatory(math.nan * degrees, 2 * degrees, 3.0)
        self.assertNotEqual(unknown, unknown)
        with self.assertRaises(TypeError):
            hash(self.observatory)

    def testNumbersAreNoAngles(self):
        for wrong in ((1.0, 2 * degrees, 3.0), (1 * degrees, 2 * degrees, "3"), (1 * degrees, 2 * degrees)):
            with self.subTest(wrong=wrong), self.assertRaises(TypeError):
                Observatory(*wrong)

    def testStringHasLongitudeFirst(self):
        self.assertEqual(str(self.observatory), "1W, 2N  3")
        self.assertEqual(repr(self.observatory), "1W, 2N  3")


class WeatherTestCase(lsst.utils.tests.TestCase):
    """Tests of weather."""

    def setUp(self):
        self.weather = Weather(1.0, 2.5, 3.0)

    def testWhatIsSetIsWhatOneGets(self):
        values = (self.weather.getAirTemperature(), self.weather.getAirPressure(), self.weather.getHumidity())
        self.assertEqual(values, (1.0, 2.5, 3.0))
        self.assertEqual(Weather(humidity=3, airTemperature=1, airPressure=2.5), self.weather)
        self.assertEqual(Weather(1.0, 2.5, humidity=3.0), self.weather)
        self.assertEqual(Weather(self.weather), self.weather)
        self.assertEqual(Weather(weather=self.weather), self.weather)
        self.assertEqual(copy.copy(self.weather), self.weather)

    def testEquality(self):
        self.assertNotEqual(self.weather, Weather(1.0, 2.5, 4.0))
        self.assertNotEqual(self.weather, (1.0, 2.5, 3.0))
        unknown = Weather(math.nan, math.nan, math.nan)
        self.assertNotEqual(unknown, unknown)
        with self.assertRaises(TypeError):
            hash(self.weather)

    def testArgumentsOfNoFormAreATypeError(self):
        for wrong in ((), (1.0,), (1.0, 2.0), (1.0, 2.0, "3"), (1.0, 2.0, 3.0, 4.0)):
            with self.subTest(wrong=wrong), self.assertRaises(TypeError):
                Weather(*wrong)

    def testPickleKeepsIt(self):
        self.assertEqual(pickle.loads(pickle.dumps(self.weather)), self.weather)


if __name__ == "__main__":
    unittest.main()
