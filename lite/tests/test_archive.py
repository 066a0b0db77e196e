# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives hold objects as the stack writes them; what lite does not
understand travels unchanged.
"""

import copy
import dataclasses
import os
import pickle
import sys
import unittest

import numpy as np
from hostileFiles import makeArchive, makeExposure
from liteScenes import VISIT_FACTS, TemporaryFolder, makeWcs
from oldFiles import writeOldExposure

import lsst.pex.exceptions
import lsst.utils.tests
from lsst.afw.detection import GaussianPsf, Psf
from lsst.afw.fits import FitsError
from lsst.afw.fits._carried import IndexRow, MemoryHdu, OpaqueArchive, planArchives
from lsst.afw.fits._file import FitsFile
from lsst.afw.fits._inputArchive import InputArchive, readObject
from lsst.afw.fits._opaque import OpaqueComponent, makeOpaque
from lsst.afw.fits._output import openOutput
from lsst.afw.fits._outputArchive import OutputArchive, writeObject
from lsst.afw.fits._registry import findReader
from lsst.afw.fits._tables import Catalog
from lsst.afw.geom import Polygon, SkyWcs
from lsst.afw.image import (
    ExposureF,
    ExposureFitsReader,
    FilterLabel,
    PhotoCalib,
    VisitInfo,
)
from lsst.afw.math import ChebyshevBoundedField
from lsst.geom import Box2D, Box2I, Extent2I, Point2D, Point2I

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "golden", "exposures")
FULL = os.path.join(DATA, "coadd_full.fits")

OPAQUE = "AP_CORR_MAP", "TRANSMISSION_CURVE"


def makeField(orderX=2, orderY=1):
    """Make a bounded field."""
    coefficients = np.arange((orderX + 1) * (orderY + 1), dtype=float).reshape(orderY + 1, orderX + 1) + 1
    return ChebyshevBoundedField(Box2I(Point2I(-3, 4), Extent2I(10, 12)), coefficients)


def makeUnknown(path, component, name):
    """Make a component of a class that nothing is known of.

    Parameters
    ----------
    path : `str`
        File with a component that is understood.
    component : `str`
        Name of the component.
    name : `str`
        Name of the unknown class.

    Returns
    -------
    component : `OpaqueComponent`
    """
    reader = ExposureFitsReader(path)
    id, archive = reader._componentIds[component], reader._archive.readOpaque()
    index = [dataclasses.replace(row, name=name) if row.id == id else row for row in archive.index]
    return makeOpaque(OpaqueArchive(path, index, archive.catalogs), id, name, "somewhere")


def expand(archive, id):
    """Write out an object and all that it refers to, without archive ids.

    Parameters
    ----------
    archive : `OpaqueArchive`
        Archive of the object.
    id : `int`
        Its archive id.

    Returns
    -------
    tree : `tuple` or `None`
        Classes, columns and values; equal for objects that are the same.
    """
    if id == 0:
        return None
    tree = []
    for index in sorted((row for row in archive.index if row.id == id), key=lambda row: row.persistable):
        references = archive.referenceColumns(index)
        catalog = Catalog(MemoryHdu(archive.catalogs[index.catalog]))
        for row in catalog.read(index.row0, index.nrows):
            values = []
            for column in catalog.columns.values():
                if column.code == "J" and column.offset in references:
                    values.append((column.name, expand(archive, row.integer(column.name))))
                elif column.code == "X":
                    flags = [(name, row.flag(name)) for name in catalog.flags]
                    values.append((column.name, tuple(flags)))
                else:
                    values.append((column.name, row.array(column.name).tobytes()))
            tree.append((index.name, index.module, index.persistable, tuple(values)))
    return tuple(tree)


def expandFile(path):
    """Write out all components of a file, by their names."""
    reader = ExposureFitsReader(path)
    archive = reader._archive.readOpaque()
    return {name: expand(archive, id) for name, id in reader._componentIds.items()}


class RegistryTestCase(lsst.utils.tests.TestCase):
    def testFilesCauseNoImportButOfModulesOfLite(self):
        self.assertIsNone(findReader("Zen", "this"))
        self.assertNotIn("this", sys.modules)
        self.assertIsNone(findReader("Zen", "lsst.afw.geom"))
        self.assertIn("lsst.afw.geom", sys.modules)


class PersistableTestCase(TemporaryFolder):
    def writeAndRead(self, value):
        writeObject(value, self.path)
        return readObject(self.path)

    def testObjectsComeBackFromFilesOfTheirOwn(self):
        box = Box2I(Point2I(0, 0), Extent2I(20, 30))
        for value in (
            makeWcs(),
            FilterLabel(band="r", physical="r_1"),
            FilterLabel(band="r"),
            FilterLabel(physical="Hα filter"),
            PhotoCalib(3.5, 0.25),
            PhotoCalib(makeField(), 0.5),
            PhotoCalib(2.0, 0.1, box),
            makeField(),
            makeField(0, 0),
            VisitInfo(**VISIT_FACTS),
            VisitInfo(),
            Polygon([Point2D(0, 0), Point2D(5, 0), Point2D(3, 7.5)]),
        ):
            with self.subTest(value=str(value)):
                self.assertEqual(self.writeAndRead(value), value)

    def testGaussianPsfComesBack(self):
        psf = self.writeAndRead(GaussianPsf(15, 17, 2.25))
        self.assertIsInstance(psf, GaussianPsf)
        self.assertEqual((psf.getSigma(), tuple(psf.getDimensions())), (2.25, (15, 17)))

    def testClassesReadAndWriteThemselves(self):
        for value in (makeWcs(), FilterLabel(band="g"), Polygon(Box2D(Point2D(0, 0), Point2D(3, 4)))):
            value.writeFits(self.path)
            self.assertEqual(type(value).readFits(self.path), value)
        with self.assertRaises(lsst.pex.exceptions.TypeError):
            SkyWcs.readFits(self.path)

    def testCatalogsAreThoseOfTheStack(self):
        # Each of these has components in the order in which lite writes
        # them: then all of the archive is the same, to the byte.
        for name in ("coadd_default.fits", "calexp_sip.fits", "calexp_xy0.fits", "coadd_nopsf_nofilter.fits"):
            path = os.path.join(DATA, name)
            ExposureFitsReader(path).read().writeFits(self.path)
            expected, found = FitsFile(path), FitsFile(self.path)
            for hdu in list(expected)[4:]:
                ours = found[hdu.index]
                for a, b in ((hdu.offset, ours.offset), (hdu.dataOffset, ours.dataOffset)):
                    size = hdu.dataOffset - hdu.offset if a == hdu.offset else hdu.end - hdu.dataOffset
                    self.assertEqual(found._file.pread(b, size), expected._file.pread(a, size))

    def testSharedObjectIsWrittenOnce(self):
        field = makeField()
        archive = OutputArchive()
        first = archive.put(PhotoCalib(1.0, 0.0, field, False))
        self.assertEqual(archive.put(PhotoCalib(2.0, 0.0, field, False)), first + 2)
        self.assertEqual(archive.put(field), first + 1)
        self.assertEqual(archive.put(None), 0)

    def testObjectsOfOneClassShareACatalog(self):
        archive = OutputArchive()
        ids = [archive.put(PhotoCalib(float(i), 0.0)) for i in (1, 2, 3)]
        with openOutput(self.path) as output:
            output.writeEmpty()
            archive.write(output)
        found = InputArchive(FitsFile(self.path), 1)
        self.assertEqual([found.get(id).getCalibrationMean() for id in ids], [1.0, 2.0, 3.0])
        self.assertEqual(FitsFile(self.path)[1].header.get("AR_NCAT"), 3)

    def testOnlyRowsThatAreAskedForAreRead(self):
        file = FitsFile(FULL)
        archive = InputArchive(file, 4)
        self.assertEqual(len(file._hdus), 5)
        archive.get(2)
        self.assertEqual(len(file._hdus), 7)

    def testWhatIsNotThereIsRefused(self):
        with self.assertRaisesRegex(FitsError, "EXTTYPE"):
            InputArchive(FitsFile(FULL), 2)
        with self.assertRaisesRegex(FitsError, "archive id 99"):
            InputArchive(FitsFile(FULL), 4).get(99)
        self.assertIsNone(InputArchive(FitsFile(FULL), 4).get(0))

    def testWhatLiteDoesNotHaveIsRefusedByName(self):
        with self.assertRaisesRegex(NotImplementedError, "lsst-lite"):
            writeObject(object(), self.path)
        self.assertFalse(os.path.exists(self.path))


class OpaqueTestCase(TemporaryFolder):
    def setUp(self):
        super().setUp()
        self.exposure = ExposureFitsReader(FULL).read(Box2I(Point2I(140, 130), Extent2I(5, 6)))
        self.psf = makeUnknown(FULL, "PSF", "NewPsf")
        # Exposures with detectors of either layout.
        self.old, self.new = (writeOldExposure(os.path.dirname(self.path), version) for version in (1, 2))

    def testOpaqueComponentsSayWhatTheyAre(self):
        self.assertEqual(repr(self.psf), "<NewPsf, opaque in lsst-lite, persisted as somewhere.NewPsf>")
        self.assertEqual(
            str(self.exposure.getInfo().getApCorrMap()),
            "<ApCorrMap, opaque in lsst-lite, persisted as lsst.afw.image.ApCorrMap>",
        )

    def testOpaqueComponentsRefuseToCompute(self):
        info, psf = self.exposure.getInfo(), self.psf
        for name, call in (
            ("NewPsf.computeImage", lambda: psf.computeImage(Point2D(0, 0))),
            ("NewPsf.getAveragePosition", lambda: psf.getAveragePosition()),
            ("NewPsf.getComponentCount", lambda: psf.getComponentCount()),
            ("ApCorrMap.__getitem__", lambda: info.getApCorrMap()["flux"]),
            ("ApCorrMap.__contains__", lambda: "flux" in info.getApCorrMap()),
            ("ApCorrMap.__iter__", lambda: list(info.getApCorrMap())),
            ("TransmissionCurve.sampleAt", lambda: info.getTransmissionCurve().sampleAt(None, None)),
        ):
            with self.assertRaisesRegex(NotImplementedError, rf"{name} is not in lsst-lite"):
                call()
        self.assertFalse(hasattr(psf, "getComponentCount"))

    def testOpaquePsfIsAPsf(self):
        self.assertIsInstance(self.psf, Psf)
        self.assertTrue(self.psf.isPersistable())
        self.exposure.setPsf(self.psf)
        self.assertIs(self.exposure.getPsf(), self.psf)

    def testOpaqueComponentsAreCopiedAndPickled(self):
        for component in (self.psf, self.exposure.getInfo().getApCorrMap()):
            for other in (
                copy.copy(component),
                copy.deepcopy(component),
                pickle.loads(pickle.dumps(component)),
            ):
                self.assertEqual(other, component)
                self.assertEqual(hash(other), hash(component))
                self.assertEqual(type(other), type(component))
            self.assertNotEqual(component, object())

    def testOpaqueComponentsAreWrittenUnchanged(self):
        self.exposure.writeFits(self.path)
        expected, found = expandFile(FULL), expandFile(self.path)
        self.assertEqual(found.keys(), expected.keys())
        for name in expected:
            self.assertEqual(found[name], expected[name], name)

    def testObjectWithoutRowsIsWrittenUnchanged(self):
        # So the stack writes objects that have nothing to say but their class.
        index = (1, -1, -1, -1, 0, "IdentityTransmissionCurve", "lsst.afw.image")
        cards = [("ARCHIVE_ID_TRANSMISSION_CURVE", 1)]
        with open(self.path, "wb") as stream:
            stream.write(makeExposure(cards, archive=makeArchive([index])))
        exposure = ExposureF.readFits(self.path)
        exposure.setWcs(makeWcs())
        exposure.writeFits(self.path)
        reader = ExposureFitsReader(self.path)
        self.assertIn("IdentityTransmissionCurve", repr(reader.readTransmissionCurve()))
        self.assertEqual(reader.readWcs(), makeWcs())
        self.assertIn(IndexRow(*index), reader._archive.readOpaque().index)
        with self.assertRaisesRegex(FitsError, "expected one row"):
            self.readBroken(index[:5] + ("GaussianPsf", "lsst.afw.detection"))

    def readBroken(self, index):
        """Read an object that should have rows, and has none."""
        with open(self.path, "wb") as stream:
            stream.write(makeExposure([("ARCHIVE_ID_PSF", 1)], archive=makeArchive([index])))
        return ExposureFitsReader(self.path).readPsf()

    def testArchiveIdsAndSharedObjectsAreKept(self):
        self.exposure.writeFits(self.path)
        old, new = (ExposureFitsReader(path) for path in (FULL, self.path))
        ids = new._componentIds
        for name in OPAQUE:
            self.assertEqual(ids[name], old._componentIds[name], name)
        rows = [len([row for row in r._archive._index if row.name == "SkyWcs"]) for r in (old, new)]
        self.assertEqual(*rows)

    def testWritingAgainChangesNothing(self):
        self.exposure.writeFits(self.path)
        with open(self.path, "rb") as stream:
            first = stream.read()
        ExposureFitsReader(self.path).read().writeFits(self.path)
        with open(self.path, "rb") as stream:
            self.assertEqual(stream.read(), first)

    def testWhatNoComponentNeedsIsLeftOut(self):
        for name in ("COADD_INPUTS", "PSF", "TRANSMISSION_CURVE"):
            self.exposure.getInfo().removeComponent(name)
        self.exposure.writeFits(self.path)
        archive = ExposureFitsReader(self.path)._archive
        names = {row.name for row in archive._index}
        self.assertEqual(names, {"ApCorrMap", "ChebyshevBoundedField", "FilterLabel", "PhotoCalib", "SkyWcs"})

    def testComponentsOfSeveralFilesAreWrittenTogether(self):
        other = ExposureFitsReader(self.new)
        self.exposure.setDetector(other.readDetector())
        self.exposure.writeFits(self.path)
        expected = expandFile(FULL) | {"DETECTOR": expandFile(self.new)["DETECTOR"]}
        self.assertEqual(expandFile(self.path), expected)
        header = FitsFile(self.path)[0].header
        self.assertEqual([header.get(key) for key in ("DETNAME", "DETSER")], ["chip 3", "serial 3"])
        places = [(row.id, row.persistable) for row in ExposureFitsReader(self.path)._archive._index]
        self.assertEqual(len(set(places)), len(places))
        third = ExposureFitsReader(self.old)
        self.exposure.getInfo().setComponent("ANOTHER", third.readDetector())
        self.exposure.writeFits(self.path)
        expected["ANOTHER"] = expandFile(self.old)["DETECTOR"]
        self.assertEqual(expandFile(self.path), expected)

    def testOneFileReadTwiceIsOneArchive(self):
        again = ExposureFitsReader(FULL)
        self.exposure.getInfo().setApCorrMap(again.readApCorrMap())
        self.exposure.writeFits(self.path)
        self.assertEqual(expandFile(self.path), expandFile(FULL))
        self.assertEqual(ExposureFitsReader(self.path)._componentIds["AP_CORR_MAP"], 3)

    def testUnknownClassKeepsTheWholeArchiveAndAllIds(self):
        archives, ids = planArchives([self.psf])
        self.assertEqual(archives[0].index, self.psf._archive.index)
        self.assertEqual(ids[self.psf], 8)
        # One more file, whose ids can be changed, is no problem.
        detector = ExposureFitsReader(self.new).readDetector()
        archives, ids = planArchives([detector, self.psf])
        self.assertEqual(ids[self.psf], 8)
        self.assertGreater(ids[detector], 28)

    def testUnknownClassesOfTwoFilesAreRefused(self):
        detector = makeUnknown(self.new, "DETECTOR", "NewDetector")
        exposure = ExposureF(2, 3)
        exposure.setPsf(self.psf)
        exposure.setDetector(detector)
        with self.assertRaisesRegex(FitsError, "NewPsf and NewDetector|NewDetector and NewPsf"):
            exposure.writeFits(self.path)
        self.assertFalse(os.path.exists(self.path))

    def testOpaqueObjectHasAFileOfItsOwn(self):
        apCorrMap = self.exposure.getInfo().getApCorrMap()
        apCorrMap.writeFits(self.path)
        found = readObject(self.path)
        self.assertEqual(expand(found._archive, 1), expand(apCorrMap._archive, apCorrMap._archiveId))
        with self.assertRaisesRegex(FitsError, "NewPsf"):
            self.psf.writeFits(self.path)

    def testCalibrationByAnOpaqueFieldIsCarried(self):
        field = makeUnknown(os.path.join(DATA, "calexp_varying_calib.fits"), "PHOTOCALIB", "TheBoundedField")
        self.assertIsInstance(field, OpaqueComponent)
        photoCalib = PhotoCalib(2.0, 0.01, field, False)
        with self.assertRaisesRegex(NotImplementedError, "TheBoundedField"):
            photoCalib.getLocalCalibration(Point2D(0, 0))
        exposure = ExposureF(2, 3)
        exposure.setPhotoCalib(photoCalib)
        exposure.writeFits(self.path)
        found = ExposureFitsReader(self.path).readPhotoCalib()
        self.assertEqual(found.getCalibrationMean(), 2.0)
        self.assertIsInstance(found._field, OpaqueComponent)


if __name__ == "__main__":
    unittest.main()
