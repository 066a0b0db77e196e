# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inputs of coadds are seen, set and stored as in the stack."""

import pathlib
import pickle
import unittest

import astropy.io.fits
from liteScenes import TemporaryFolder, makeWcs

from lsst.afw.detection import GaussianPsf, Psf
from lsst.afw.fits import FitsError
from lsst.afw.image import CoaddInputs, ExposureF, ExposureFitsReader
from lsst.afw.table import ExposureCatalog, ExposureTable
from lsst.geom import Box2I, Extent2I, Point2D, Point2I

GOLDEN = pathlib.Path(__file__).parent / "data" / "golden"
FULL = str(GOLDEN / "exposures" / "coadd_full.fits")


def makeInputs():
    """Make inputs of one visit with two detectors."""
    wcs = makeWcs(10, 10, ra=0.0, dec=5.0)
    schema = ExposureTable.makeMinimalSchema()
    schema.addField("ccd", type="I", doc="detector")
    inputs = CoaddInputs(ExposureTable.makeMinimalSchema(), schema)
    for catalog, count in ((inputs.visits, 1), (inputs.ccds, 2)):
        for i in range(count):
            record = catalog.addNew()
            record.setId(100 + i)
            record.setBBox(Box2I(Point2I(20 * i, 0), Extent2I(20, 20)))
            record.setWcs(wcs)
            record.setPsf(GaussianPsf(5, 5, 1.0 + i))
    inputs.ccds["ccd"] = [7, 8]
    return inputs


class CoaddInputsTestCase(TemporaryFolder):
    def assertSame(self, found, expected):
        for name in ("visits", "ccds"):
            a, b = getattr(found, name), getattr(expected, name)
            self.assertEqual(a.schema, b.schema)
            self.assertEqual([record.extract("*") for record in a], [record.extract("*") for record in b])
            self.assertEqual([record.getWcs() for record in a], [record.getWcs() for record in b])
            sigmas = [[r.getPsf() and r.getPsf().getSigma() for r in catalog] for catalog in (a, b)]
            self.assertEqual(*sigmas)

    def testInputsOfACoaddOfTheStackAreThoseInItsFile(self):
        inputs = ExposureFitsReader(FULL).readCoaddInputs()
        with astropy.io.fits.open(FULL) as hdus:
            for catalog, version in ((inputs.visits, 1), (inputs.ccds, 2)):
                table = hdus["CoaddInputs", version].data
                names = catalog.schema.getOrderedNames()
                self.assertEqual(names, table.names[8:])
                for name in names:
                    self.assertEqual(catalog[name].tolist(), table[name].tolist(), name)
        self.assertEqual(inputs.ccds.schema.find("visit").field.getDoc(), "Visit")
        record = inputs.ccds[1]
        self.assertEqual(record.getVisitInfo().getId(), 501)
        self.assertEqual(record.getVisitInfo().getInstrumentLabel(), "GoldenCam")
        self.assertEqual(len(record.getValidPolygon().getVertices()), 5)
        self.assertIsInstance(record.getPsf(), GaussianPsf)
        self.assertIsNone(record.getDetector())
        self.assertEqual(record.getWcs(), inputs.visits[1].getWcs())
        self.assertIsNone(inputs.visits[1].getPsf())

    def testInputsAreMadeOfSchemasOrCatalogs(self):
        inputs = makeInputs()
        self.assertEqual((len(inputs.visits), len(inputs.ccds)), (1, 2))
        self.assertIs(CoaddInputs(visits=inputs.visits, ccds=inputs.ccds).visits, inputs.visits)
        other = CoaddInputs(inputs.visits, inputs.ccds)
        self.assertIs(other.ccds, inputs.ccds)
        other.ccds = inputs.visits
        self.assertIs(other.ccds, inputs.visits)
        self.assertEqual((len(CoaddInputs().visits), len(CoaddInputs().ccds)), (0, 0))
        for args in ((inputs.visits,), (inputs.visits, inputs.ccds.schema), (1, 2)):
            with self.assertRaises(TypeError):
                CoaddInputs(*args)
        with self.assertRaises(TypeError):
            inputs.visits = None
        self.assertEqual(inputs, inputs)
        self.assertNotEqual(inputs, makeInputs())

    def testInputsThatContainAPosition(self):
        inputs = makeInputs()
        wcs = inputs.visits[0].getWcs()
        self.assertEqual(inputs.subset_containing_ccds(Point2D(25, 5), wcs)["ccd"].tolist(), [8])
        self.assertEqual(len(inputs.subset_containing_visits(Point2D(25, 5), wcs)), 0)
        self.assertEqual(
            len(inputs.subset_containing_visits(Point2D(5, 5), wcs, includeValidPolygon=True)), 1
        )

    def testExposureHasInputs(self):
        inputs, exposure = makeInputs(), ExposureF(3, 2)
        exposure.getInfo().setCoaddInputs(inputs)
        self.assertIs(exposure.getInfo().getCoaddInputs(), inputs)
        with self.assertRaises(TypeError):
            exposure.getInfo().setCoaddInputs(inputs.ccds)
        exposure.writeFits(self.path)
        self.assertSame(ExposureF(self.path).getInfo().getCoaddInputs(), inputs)
        self.assertSame(pickle.loads(pickle.dumps(exposure)).getInfo().getCoaddInputs(), inputs)

    def testInputsHaveAFileOfTheirOwn(self):
        inputs = makeInputs()
        self.assertTrue(inputs.isPersistable())
        inputs.writeFits(self.path)
        self.assertSame(CoaddInputs.readFits(self.path), inputs)

    def testCatalogsWithoutRecordsKeepTheirFields(self):
        inputs = CoaddInputs(ExposureTable.makeMinimalSchema(), makeInputs().ccds.schema)
        inputs.writeFits(self.path)
        self.assertSame(CoaddInputs.readFits(self.path), inputs)

    def testInputsOfTheStackAreWrittenAsTheyWere(self):
        exposure = ExposureF(FULL)
        for _ in range(2):
            exposure.writeFits(self.path)
            exposure = ExposureF(self.path)
        self.assertSame(exposure.getInfo().getCoaddInputs(), ExposureF(FULL).getInfo().getCoaddInputs())

    def testComponentsThatCannotBeWrittenAreLeftOut(self):
        # As in the stack: inputs are there for the record.
        class OwnPsf(Psf):
            pass

        inputs = makeInputs()
        inputs.ccds[0].setPsf(OwnPsf())
        inputs.writeFits(self.path)
        found = CoaddInputs.readFits(self.path)
        self.assertIsNone(found.ccds[0].getPsf())
        self.assertEqual(found.ccds[1].getPsf().getSigma(), 2.0)

    def testInputsOfTwoFilesAreWrittenTogether(self):
        inputs = makeInputs()
        inputs.ccds.extend(makeInputs().ccds, deep=True)
        paths = [f"{self.path}{i}" for i in (0, 1)]
        for i, path in enumerate(paths):
            inputs = makeInputs()
            inputs.ccds["ccd"] = 10 * i
            inputs.ccds[0].setPsf(GaussianPsf(7, 7, 5.0 + i))
            inputs.writeFits(path)
        first, second = (CoaddInputs.readFits(path) for path in paths)
        merged = CoaddInputs(first.visits, first.ccds.copy(deep=True))
        merged.ccds.extend(second.ccds, deep=True)
        merged.writeFits(self.path)
        found = CoaddInputs.readFits(self.path).ccds
        self.assertEqual(found["ccd"].tolist(), [0, 0, 10, 10])
        self.assertEqual([record.getPsf().getSigma() for record in found], [5.0, 2.0, 6.0, 2.0])
        self.assertEqual({record.getWcs() == first.visits[0].getWcs() for record in found}, {True})

    def testFieldsNamedOtherwiseInOldFilesAreUnderstood(self):
        inputs = makeInputs()
        inputs.writeFits(self.path)
        with open(self.path, "rb") as stream:
            data = stream.read()
        with open(self.path, "wb") as stream:
            stream.write(data.replace(b"'photoCalib'", b"'calib     '"))
        self.assertSame(CoaddInputs.readFits(self.path), inputs)

    def testBrokenInputsRaiseErrorsThatNameTheFile(self):
        makeInputs().writeFits(self.path)
        with open(self.path, "rb") as stream:
            data = stream.read()
        for old, new, message in (
            (b"'id      '", b"'ident   '", "expected a column 'id'"),
            (b"'1K      '", b"'1M      '", "expected a known TFORM9"),
            (b"NAXIS2  =                    1", b"NAXIS2  =                    0", "expected rows 0 to 1"),
            (b"TTYPE10 = 'bbox_min_x'", b"TTYPE10 = 'bbox_min_y'", "already present"),
        ):
            with self.subTest(message):
                with open(self.path, "wb") as stream:
                    stream.write(data.replace(old, new, 1))
                with self.assertRaisesRegex(FitsError, f"file.fits, HDU.*({message})"):
                    CoaddInputs.readFits(self.path)

    def testOtherComponentsInTheirPlaceAreRefused(self):
        exposure = ExposureF(3, 2)
        exposure.getInfo().setCoaddInputs(makeInputs())
        exposure.setPsf(GaussianPsf(5, 5, 1.0))
        exposure.writeFits(self.path)
        ids = ExposureFitsReader(self.path)._componentIds
        with open(self.path, "rb") as stream:
            data = stream.read()
        card = b"ARCHIVE_ID_COADD_INPUTS = %d"
        self.assertIn(card % ids["COADD_INPUTS"], data)
        with open(self.path, "wb") as stream:
            stream.write(data.replace(card % ids["COADD_INPUTS"], card % ids["PSF"]))
        reader = ExposureFitsReader(self.path)
        for read in (reader.readCoaddInputs, reader.readExposureInfo, reader.read):
            with self.assertRaisesRegex(
                FitsError, "expected a CoaddInputs for COADD_INPUTS, found .*Gaussian"
            ):
                read()

    def testRecordsBeyondTheStacksBlocksStayTogether(self):
        inputs = makeInputs()
        ccds = ExposureCatalog(inputs.ccds.table)
        for i in range(250):
            ccds.addNew().setId(i)
        CoaddInputs(inputs.visits, ccds).writeFits(self.path)
        found = CoaddInputs.readFits(self.path).ccds
        self.assertEqual(found["id"].tolist(), list(range(250)))
        self.assertEqual(len(found.asAstropy()), 250)


if __name__ == "__main__":
    unittest.main()
