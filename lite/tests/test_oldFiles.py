# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of former years are read: those of HSC PDR2, and older ones."""

import unittest

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from liteScenes import TemporaryFolder
from oldFiles import OLD_EXPOSURES, makeArchive, makeOldWcs, makeTable, writeOldExposure

from lsst.afw.detection import GaussianPsf
from lsst.afw.fits import FitsError, readMetadata
from lsst.afw.geom import Polygon, SkyWcs, makeSkyWcs
from lsst.afw.image import (
    ExposureF,
    ExposureFitsReader,
    FilterLabel,
    PhotoCalib,
    makePhotoCalibFromCalibZeroPoint,
)
from lsst.afw.table import ExposureCatalog
from lsst.geom import Box2I, Extent2I, Point2D, Point2I, SpherePoint, arcseconds, degrees
from lsst.meas.algorithms import CoaddPsf

UNDEFINED = 9.87654321e107
"""What wcslib has for a number that is not there."""


def makeWcsRow(projection, equinox=2000.0, isOldest=False, radesys="FK5"):
    """Make the row of a WCS of a class before ``SkyWcs``."""
    points = {"crval": (150.0, 2.0), "crpix": (999.0, 499.0)}
    if isOldest:
        columns = {name: ("2D", [point], "Point") for name, point in points.items()}
    else:
        columns = {
            f"{name}_{axis}": ("1D", [value])
            for name, point in points.items()
            for axis, value in zip("xy", point, strict=True)
        }
    return columns | {
        "cd": ("4D", [(-4e-5, 1e-6, 2e-6, 5e-5)], "Array"),
        "ctype1": ("72A", [f"RA---{projection}"], "String"),
        "ctype2": ("72A", [f"DEC--{projection}"], "String"),
        "equinox": ("1D", [equinox]),
        "radesys": ("72A", [radesys], "String"),
        "cunit1": ("72A", ["deg"], "String"),
        "cunit2": ("72A", ["deg"], "String"),
    }


def makeHeader(projection):
    """Make the FITS cards of that WCS."""
    header = fits.Header()
    for axis, crval, crpix, ctype in ((1, 150.0, 1000.0, "RA---"), (2, 2.0, 500.0, "DEC--")):
        header[f"CRVAL{axis}"], header[f"CRPIX{axis}"] = crval, crpix
        header[f"CTYPE{axis}"] = ctype + projection
    for name, value in (("CD1_1", -4e-5), ("CD2_1", 1e-6), ("CD1_2", 2e-6), ("CD2_2", 5e-5)):
        header[name] = value
    return header


CALIB = {"fluxmag0": ("1D", [1e10]), "fluxmag0.err": ("1D", [1e8])}


class OldFilesTestCase(TemporaryFolder):
    def write(self, *hdus):
        fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(self.path, overwrite=True)

    # ---- exposures

    def testExposuresOfAllVersionsAreRead(self):
        oldCalib = makePhotoCalibFromCalibZeroPoint(1e6, 2e4)
        expected = {
            None: (oldCalib, FilterLabel.fromPhysical("HSC-I"), ["FILTER"]),
            0: (oldCalib, FilterLabel.fromPhysical("HSC-I"), ["EXPINFO_V", "FILTER"]),
            1: (PhotoCalib(1e6, 2e4), FilterLabel.fromPhysical("HSC-I"), ["EXPINFO_V", "FILTER"]),
            2: (PhotoCalib(1e6, 2e4), FilterLabel.fromBandPhysical("i", "HSC-I"), ["EXPINFO_V"]),
        }
        self.assertEqual(expected.keys(), set(OLD_EXPOSURES))
        for version, (photoCalib, label, names) in expected.items():
            with self.subTest(version=version):
                path = writeOldExposure(self.folder, version)
                self.assertEqual(ExposureFitsReader(path).readSerializationVersion(), version or 0)
                exposure = ExposureF(path)
                np.testing.assert_array_equal(exposure.image.array, np.arange(30).reshape(5, 6))
                np.testing.assert_array_equal(exposure.variance.array, np.full((5, 6), 2.0))
                for plane, place in (("BAD", (0, 1)), ("INTRP", (2, 0))):
                    bits = np.zeros((5, 6), dtype="i4")
                    bits[place] = exposure.mask.getPlaneBitMask(plane)
                    np.testing.assert_array_equal(exposure.mask.array & bits[place], bits)
                self.assertEqual(exposure.getWcs(), makeOldWcs())
                self.assertEqual(exposure.getPhotoCalib(), photoCalib)
                self.assertEqual(exposure.getFilter(), label)
                self.assertEqual(sorted(exposure.getMetadata().names()), names)
                self.assertRegex(repr(exposure.getDetector()), "Detector, opaque")
                visitInfo = exposure.getInfo().getVisitInfo()
                self.assertEqual((visitInfo.exposureTime, visitInfo.darkTime), (30.0, 31.0))
                self.assertEqual(visitInfo.boresightRaDec, SpherePoint(30.5, 40.5, degrees))
                self.assertEqual(visitInfo.date.get(), 58868.5)

    def testTheWcsInTheHeaderIsThatOfTheArchive(self):
        path = writeOldExposure(self.folder, None)
        wcs = makeSkyWcs(readMetadata(path, hdu=1))
        for pixel in (Point2D(0, 0), Point2D(5, 4)):
            distance = wcs.pixelToSky(pixel).separation(makeOldWcs().pixelToSky(pixel))
            self.assertLess(distance, 1e-6 * arcseconds)

    # ---- filters

    def writeExposure(self, cards, *archive):
        """Write an exposure of few pixels in the layout before 2017."""
        primary = fits.PrimaryHDU(header=fits.Header(cards))
        planes = []
        for kind, code in (("IMAGE", "f4"), ("MASK", "i4"), ("VARIANCE", "f4")):
            cards = fits.Header([("EXTTYPE", kind), ("INHERIT", True)])
            planes.append(fits.ImageHDU(np.zeros((4, 5), code), cards))
        fits.HDUList([primary, *planes, *archive]).writeto(self.path, overwrite=True)

    def testTheNameOfAFilterIsABandOrAPhysicalFilter(self):
        band, physical = FilterLabel.fromBand, FilterLabel.fromPhysical
        for name, expected in (
            *((name, band(name)) for name in ("u", "y", "SH", "PH", "VR", "white", "N921", "N1010", "I945")),
            *((name, physical(name)) for name in ("HSC-I", "I2", "N", "Y", "r_SUBARU", "g2", "N921x")),
            ("z   ", band("z")),
            ("r2", FilterLabel.fromBandPhysical("r", "HSC-R2")),
            ("i2", FilterLabel.fromBandPhysical("i", "HSC-I2")),
            ("SOLID", physical("solid plate 0.0 0.0")),
            ("_unknown_", None),
        ):
            with self.subTest(name):
                self.writeExposure([("FILTER", name)])
                self.assertEqual(ExposureF(self.path).getFilter(), expected)
                self.assertEqual(ExposureFitsReader(self.path).readFilter(), expected)

    def testOnlyOldFilesNameTheirFilterSo(self):
        self.writeExposure([("HIERARCH EXPINFO_V", 2), ("FILTER", "i2")])
        self.assertIsNone(ExposureF(self.path).getFilter())

    # ---- archives

    def testNamesInTheIndexHaveUnderscoresForDots(self):
        for dot in "._":
            with self.subTest(dot):
                polygon = {"vertices_x": ("1D", [1.0]), "vertices_y": ("1D", [2.0])}
                archive = makeArchive(("StrangerPsf", polygon), dot=dot)
                self.writeExposure([("AR_HDU", 5), ("PSF_ID", 1)], *archive)
                self.assertRegex(repr(ExposureF(self.path).getPsf()), "StrangerPsf, opaque")

    def testPointsOfTheOldestObjectsAreOneColumn(self):
        vertices = [(0.0, 0.0), (0.0, 5.0), (6.0, 5.0)]
        polygon = {"vertices": ("2D", vertices, "Point")}
        psf = {"dimensions": ("2J", [(7, 9)], "Point"), "sigma": ("1D", [1.5])}
        self.write(*makeArchive(("Polygon", polygon), dot="_"))
        self.assertEqual(Polygon.readFits(self.path), Polygon([Point2D(*vertex) for vertex in vertices]))
        self.write(*makeArchive(("GaussianPsf", psf), dot="_"))
        self.assertEqual(GaussianPsf.readFits(self.path).getDimensions(), Extent2I(7, 9))

    def testPsfOfAnOldCoadd(self):
        coadd = {
            "coaddwcs": ("1J", [2]),
            "cachesize": ("1J", [100]),
            "avgpos": ("2D", [(999.0, 499.0)], "Point"),
            "warpingkernelname": ("32A", ["lanczos3"], "String"),
        }
        psf = {"dimensions": ("2J", [(7, 9)], "Point"), "sigma": ("1D", [1.5])}
        inputs = {"wcs": ("1J", [2]), "psf": ("1J", [3]), "calib": ("1J", [0]), "id": ("1K", [5])}
        inputs |= {"bbox_min": ("2J", [(0, 0)], "Point"), "bbox_max": ("2J", [(2000, 1000)], "Point")}
        inputs |= {"weight": ("1D", [2.0])}
        objects = ("CoaddPsf", coadd, inputs), ("TanWcs", makeWcsRow("TAN")), ("GaussianPsf", psf)
        self.write(*makeArchive(*objects, dot="_"))
        found = CoaddPsf.readFits(self.path)
        self.assertEqual(found.getBBox(0), Box2I(Point2I(0, 0), Point2I(2000, 1000)))
        self.assertEqual(found.getAveragePosition(), Point2D(999, 499))
        self.assertAlmostEqual(found.computeShape(Point2D(999, 499)).getDeterminantRadius(), 1.5, 1)
        # Nor does it bring the rest of its file into another one.
        exposure = ExposureF(3, 2)
        exposure.setPsf(found)
        exposure.writeFits(self.path + "2")
        self.assertEqual(ExposureF(self.path + "2").getPsf().getPsf(0).getSigma(), 1.5)

    # ---- WCSs

    def testOldWcsIsThatOfItsCards(self):
        for name, projection in (("TanWcs", "TAN"), ("Wcs", "SIN"), ("Wcs", "STG")):
            for isOldest in (False, True):
                for equinox, radesys in ((2000.0, "FK5"), (2000.0, ""), (UNDEFINED, "ICRS"), (UNDEFINED, "")):
                    with self.subTest(name=name, isOldest=isOldest, equinox=equinox, radesys=radesys):
                        row = makeWcsRow(projection, equinox, isOldest, radesys)
                        self.write(*makeArchive((name, row)))
                        self.assertPlaces(makeHeader(projection))

    def testDistortionOfAnOldWcsIsInASecondTable(self):
        forward, reverse = np.zeros((4, 4)), np.zeros((3, 3))
        # The power of y is that of the row.
        forward[0, 2], forward[2, 1], reverse[1, 0] = 1e-6, 1e-9, -1e-7
        sip = {name: ("16D", [forward.ravel() * sign], "Array") for name, sign in (("A", 1), ("B", -2))}
        sip |= {name: ("9D", [reverse.ravel()], "Array") for name in ("Ap", "Bp")}
        self.write(*makeArchive(("TanWcs", makeWcsRow("TAN", UNDEFINED), sip)))
        header = makeHeader("TAN-SIP")
        header.update(
            {"A_ORDER": 3, "A_2_0": 1e-6, "A_1_2": 1e-9, "B_ORDER": 3, "B_2_0": -2e-6, "B_1_2": -2e-9}
        )
        self.assertPlaces(header)

    def assertPlaces(self, header):
        """Check that the WCS in the file is that of some FITS cards."""
        wcs = SkyWcs.readFits(self.path)
        pixels = np.array([(0.0, 0.0), (1000.0, 50.0), (700.0, 1900.0)])
        for pixel, sky in zip(pixels, WCS(header).all_pix2world(pixels, 0), strict=True):
            expected = SpherePoint(*sky.tolist(), degrees)
            # FK5 is not quite ICRS.
            self.assertLess(wcs.pixelToSky(*pixel).separation(expected), 0.05 * arcseconds)

    # ---- catalogs

    def writeCatalog(self, archive, bbox=None, components=(), version=0):
        """Write a catalog of two exposures; only the first has components."""
        columns = {name: ("1J", [id, 0]) for name, id in components}
        columns["id"] = ("1K", [7, 8])
        columns |= bbox or {
            f"bbox_{end}_{axis}": ("1J", [value, 0])
            for end, value in (("min", 3), ("max", 30))
            for axis in "xy"
        }
        cards = [("AFW_TYPE", "EXPOSURE")]
        cards += [("HIERARCH AFW_TABLE_VERSION", version)] if version else []
        self.write(makeTable(columns | {"b": ("1J", [4, 2])}, cards), *archive)

    def testCalibOfAnOldCatalogIsAPhotoCalib(self):
        oldest = {name.replace(".", "_"): column for name, column in CALIB.items()}
        withTime = {"midtime": ("1K", [5]), "exptime": ("1D", [50.0])} | CALIB
        for calib in (CALIB, oldest, withTime):
            with self.subTest(list(calib)):
                archive = makeArchive(("Calib", calib), ("Wcs", makeWcsRow("SIN")))
                self.writeCatalog(archive, None, (("wcs", 2), ("calib", 1)), 1)
                first, second = ExposureCatalog.readFits(self.path)
                self.assertEqual(first.getPhotoCalib(), makePhotoCalibFromCalibZeroPoint(1e10, 1e8))
                self.assertIsInstance(first.getWcs(), SkyWcs)
                self.assertIsNone(second.getPhotoCalib())
                self.assertEqual([record["b"] for record in (first, second)], [4, 2])

    def testPointsOfTheOldestCatalogsAreOneColumn(self):
        bbox = {
            "bbox_min": ("2J", [(-5, -4), (0, 0)], "Point"),
            "bbox_max": ("2J", [(5, 6), (-1, -1)], "Point"),
        }
        polygon = {"vertices_x": ("1D", [0.0]), "vertices_y": ("1D", [0.0])}
        archive = makeArchive(("StrangerMap", polygon), dot="_")
        self.writeCatalog(archive, bbox, (("wcs", 0), ("apCorrMap", 1)))
        catalog = ExposureCatalog.readFits(self.path)
        self.assertEqual(catalog[0].getBBox(), Box2I(Point2I(-5, -4), Point2I(5, 6)))
        self.assertTrue(catalog[1].getBBox().isEmpty())
        self.assertEqual(catalog["bbox_min_y"].tolist(), [-4, 0])
        self.assertEqual(catalog.schema.find("bbox_min_y").field.getDoc(), "what it is")
        self.assertRegex(repr(catalog[0].getApCorrMap()), "StrangerMap, opaque")
        self.assertIsNone(catalog[0].getWcs())

    def testOldCatalogIsWrittenAsANewOne(self):
        archive = makeArchive(("Calib", CALIB), ("Wcs", makeWcsRow("SIN")))
        self.writeCatalog(archive, None, (("wcs", 2), ("calib", 1)))
        expected = ExposureCatalog.readFits(self.path)
        expected[1].setPhotoCalib(PhotoCalib(2.0))
        expected.writeFits(self.path + "2")
        found = ExposureCatalog.readFits(self.path + "2")
        self.assertEqual(
            [record.getPhotoCalib() for record in found], [record.getPhotoCalib() for record in expected]
        )
        self.assertEqual(found[0].getWcs(), expected[0].getWcs())

    def testBrokenOldObjectsRaiseErrorsThatNameTheFile(self):
        for name, columns, message in (
            ("Calib", {"fluxmag0": ("1D", [1.0])}, "fluxmag0_err"),
            ("Wcs", {"crval": ("1D", [1.0])}, "crval_x"),
        ):
            with self.subTest(name):
                self.write(*makeArchive((name, columns)))
                with self.assertRaisesRegex(FitsError, f"file.fits.*{message}"):
                    SkyWcs.readFits(self.path)


if __name__ == "__main__":
    unittest.main()
