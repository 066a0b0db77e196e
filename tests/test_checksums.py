# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checksums of coadds, in every form in which a Butler keeps them."""

import gzip
import os
import pathlib
import tempfile
import unittest
import warnings
import zipfile

import numpy as np
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning
from rangeServer import RangeServer
from scenes import makeCoadd, makeExposure, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.daf.butler import Butler, DatasetRef, DatasetType, FileDataset
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask
from lsst.ip.template.checksums import ChecksumError, verifyChecksums
from lsst.pipe.base import InMemoryDatasetHandle

DISASSEMBLE = "datastore: {composites: {disassembled: {ExposureF: true}}}\n"
KEEP_IN_MEMORY = "datastore: {cls: lsst.daf.butler.datastores.inMemoryDatastore.InMemoryDatastore}\n"
PATCH = 4
DATA_ID = {"skymap": "small_sky", "tract": 0, "patch": PATCH, "band": "r"}
COADD = f"deepCoadd@.*tract: 0, patch: {PATCH}"
FORMATTER = "lsst.obs.base.formatters.fitsExposure.FitsExposureFormatter"
CHECKSUM_CARDS = (b"CHECKSUM", b"DATASUM ")


def addChecksums(path):
    """Write checksums into a FITS file."""
    with fits.open(path, disable_image_compression=True) as hdus:
        hdus.writeto(path, overwrite=True, checksum=True)


def flipBit(path, offset):
    """Flip a bit of a file."""
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


class RepoTestCase(lsst.utils.tests.TestCase):
    """Repositories in a folder of their own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.skyMap = makeSkyMap()

    def makeButler(self, name, config=""):
        """Make a repository without coadds."""
        file = self.folder / f"{name}.yaml"
        file.write_text(config)
        butler = Butler.from_config(
            Butler.makeRepo(self.folder / name, config=str(file)), run="coadds", writeable=True
        )
        dimensions = ("skymap", "tract", "patch", "band")
        butler.registry.registerDatasetType(
            DatasetType("deepCoadd", dimensions, "ExposureF", universe=butler.dimensions)
        )
        self.skyMap.register("small_sky", butler)
        butler.registry.insertDimensionData("instrument", {"name": "SmallCam", "detector_max": 1})
        butler.registry.insertDimensionData(
            "physical_filter", {"instrument": "SmallCam", "name": "r_x", "band": "r"}
        )
        return butler

    def checkDamage(self, handle, what):
        """Check that damage is found, and the coadd named."""
        with self.assertRaisesRegex(ChecksumError, what) as caught:
            verifyChecksums(handle)
        self.assertRegex(caught.exception.__notes__[0], COADD)
        return caught.exception


class DisassembledTestCase(RepoTestCase):
    """The Butler has a file for each component of a coadd."""

    def setUp(self):
        super().setUp()
        butler = self.makeButler("disassembled", DISASSEMBLE)
        ref = butler.put(makeCoadd(self.skyMap[0], PATCH), "deepCoadd", DATA_ID)
        self.handle = butler.getDeferred(ref)
        uris = butler.getURIs(ref).componentURIs
        self.paths = {name: pathlib.Path(uri.ospath) for name, uri in uris.items()}
        self.fits = {name: path for name, path in self.paths.items() if path.suffix == ".fits"}

    def makeTemplate(self):
        """Make a template from the one coadd, after verification."""
        tract = self.skyMap[0]
        center = geom.Box2D(tract[PATCH].getInnerBBox()).getCenter()
        exposure = makeExposure(tract.getWcs().pixelToSky(center), size=(10, 10))
        task = GetCoaddAsTemplateTask(config=GetCoaddAsTemplateConfig(verifyChecksums=True))
        return task.run(*task.getOverlapPatchList(exposure, self.skyMap), {PATCH: self.handle})

    def testComponentsThatAreNotFitsAreLeft(self):
        self.assertGreater(len(self.paths), len(self.fits))
        self.assertGreater(len(self.fits), 3)
        self.assertEqual(verifyChecksums(self.handle), 0)
        for path in self.fits.values():
            addChecksums(path)
        self.assertGreater(verifyChecksums(self.handle), len(self.fits))
        self.assertGreater(np.count_nonzero(np.isfinite(self.makeTemplate().image.array)), 100)

    def testDamagedComponentIsNamed(self):
        for path in self.fits.values():
            addChecksums(path)
        for name, path in self.fits.items():
            with self.subTest(component=name):
                good = path.read_bytes()
                flipBit(path, len(good) - 2880)
                with self.assertRaisesRegex(ChecksumError, f"{path.name}.*DATASUM") as caught:
                    self.makeTemplate()
                self.assertRegex(caught.exception.__notes__[0], f"'{name}' of the coadd {COADD}")
                path.write_bytes(good)

    def testOneComponentWithChecksumsIsVerified(self):
        *_, name = self.fits
        addChecksums(self.fits[name])
        flipBit(self.fits[name], 2879)
        self.checkDamage(self.handle, f"{self.fits[name].name}.*CHECKSUM")


class WholeFileTestCase(RepoTestCase):
    """The Butler has one file for a coadd."""

    def ingest(self, suffix=".fits", compress=bytes):
        """Ingest a coadd with checksums.

        Returns
        -------
        butler : `lsst.daf.butler.Butler`
            Repository with the coadd.
        ref : `lsst.daf.butler.DatasetRef`
            The coadd.
        path : `pathlib.Path`
            Its file.
        """
        plain, path = self.folder / "plain.fits", self.folder / f"coadd{suffix}"
        makeCoadd(self.skyMap[0], PATCH).writeFits(str(plain))
        addChecksums(plain)
        path.write_bytes(compress(plain.read_bytes()))
        butler = self.makeButler("repo")
        dataId = butler.registry.expandDataId(DATA_ID)
        ref = DatasetRef(butler.get_dataset_type("deepCoadd"), dataId, run="coadds")
        butler.ingest(FileDataset(path=str(path), refs=[ref]), transfer="direct")
        return butler, ref, path

    def testEveryBitOfAnHduCounts(self):
        butler, ref, path = self.ingest()
        handle = butler.getDeferred(ref)
        good = path.read_bytes()
        self.assertGreater(verifyChecksums(handle), 3)
        for offset in np.random.default_rng(1).integers(len(good), size=150):
            if good[offset // 80 * 80 :][:8] in CHECKSUM_CARDS:
                continue
            with self.subTest(offset=offset), warnings.catch_warnings():
                warnings.simplefilter("ignore", AstropyUserWarning)
                flipBit(path, offset)
                # Of a damaged header it may not be known where it ends.
                with self.assertRaises((ChecksumError, OSError)):
                    verifyChecksums(handle)
                path.write_bytes(good)

    def testMissingEndIsFound(self):
        butler, ref, path = self.ingest()
        good = path.read_bytes()
        for length in (len(good) - 1, len(good) - 2880, 2880 + 80):
            with self.subTest(length=length):
                path.write_bytes(good[:length])
                with self.assertRaises((ChecksumError, OSError)):
                    verifyChecksums(butler.getDeferred(ref))

    def testWhatFollowsTheLastHduHasNoChecksums(self):
        butler, ref, path = self.ingest()
        good, count = path.read_bytes(), verifyChecksums(butler.getDeferred(ref))
        for rest in (bytes(2880), bytes(100), b" " * 2880, b"SPECIAL".ljust(2880)):
            path.write_bytes(good + rest)
            self.assertEqual(verifyChecksums(butler.getDeferred(ref)), count)

    def testCompressedFile(self):
        butler, ref, path = self.ingest(".fits.gz", gzip.compress)
        handle = butler.getDeferred(ref)
        self.assertGreater(verifyChecksums(handle), 3)
        good = path.read_bytes()
        path.write_bytes(good[: len(good) // 2])
        self.checkDamage(handle, path.name)
        data = bytearray(gzip.decompress(good))
        data[-2880] ^= 1
        path.write_bytes(gzip.compress(data))
        self.checkDamage(handle, f"{path.name}.*DATASUM")

    @unittest.skipUnless(hasattr(os, "mkfifo"), "This system has no FIFOs.")
    def testFifoInThePlaceOfTheFileIsAnError(self):
        butler, ref, path = self.ingest()
        path.unlink()
        os.mkfifo(path)
        with self.assertRaisesRegex(OSError, f"{path.name} is not there, or no regular file"):
            verifyChecksums(butler.getDeferred(ref))

    def testSignatureIsInNoMessage(self):
        _, ref, path = self.ingest()
        butler = self.makeButler("remote")
        with RangeServer(path.parent) as server:
            server.signature = "sesame"
            url = f"{server.url}/{path.name}?Signature=sesame&Expires=1"
            butler.ingest(FileDataset(url, [ref], formatter=FORMATTER), transfer="direct")
            handle = butler.getDeferred(ref)
            self.assertGreater(verifyChecksums(handle), 3)
            server.signature = "expired"
            with self.assertRaisesRegex(OSError, f"{path.name} cannot be fetched") as caught:
                verifyChecksums(handle)
        self.assertNotIn("sesame", str(caught.exception) + "".join(caught.exception.__notes__))
        self.assertTrue(caught.exception.__suppress_context__)

    def testMemberOfAZipFile(self):
        source, ref, _ = self.ingest()
        archive = pathlib.Path(source.retrieve_artifacts_zip([ref], destination=self.folder).ospath)
        butler = self.makeButler("zipped")
        butler.ingest_zip(str(archive), transfer="direct")
        handle = butler.getDeferred(ref)
        self.assertIn("zip-path", butler.getURI(ref).fragment)
        self.assertGreater(verifyChecksums(handle), 3)
        with zipfile.ZipFile(archive) as members:
            info = max(members.infolist(), key=lambda info: info.file_size)
        flipBit(archive, info.header_offset + info.compress_size // 2)
        self.checkDamage(handle, archive.name)

    def testCoaddInMemoryHasNoFile(self):
        coadd = makeCoadd(self.skyMap[0], PATCH)
        self.assertEqual(verifyChecksums(InMemoryDatasetHandle(coadd)), 0)
        butler = self.makeButler("memory", KEEP_IN_MEMORY)
        handle = butler.getDeferred(butler.put(coadd, "deepCoadd", DATA_ID))
        self.assertEqual(verifyChecksums(handle), 0)


if __name__ == "__main__":
    unittest.main()
