# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""An unmodified Butler stores and gives what lsst-lite makes."""

import pathlib
import subprocess
import sys
import tempfile
import unittest
import uuid

import astropy.io.fits
import numpy as np
from butlerScene import COMPONENTS, DATA_ID, makeButler, makeExposure, unpackRepository

import lsst.afw.image as afwImage
import lsst.geom as geom
import lsst.utils.tests
from lsst.daf.butler import Butler, DatasetProvenance
from lsst.pipe.base import InMemoryDatasetHandle

BOX = geom.Box2I(geom.Point2I(105, 203), geom.Extent2I(4, 5))

EXPOSURES = pathlib.Path(__file__).parent / "data" / "golden" / "exposures"

CALEXP = {"instrument": "GoldenCam", "visit": 100, "detector": 0}


class ComponentAssertions(lsst.utils.tests.TestCase):
    """Comparison of components with the scene's."""

    def assertComponent(self, name, got, exposure):
        """Compare one component with that of the scene.

        Parameters
        ----------
        name : `str`
            Name of the component.
        got : `object`
            The component to check.
        exposure : `lsst.afw.image.ExposureF`
            The scene.
        """
        info = exposure.getInfo()
        want = {
            "bbox": exposure.getBBox,
            "dimensions": exposure.getDimensions,
            "xy0": exposure.getXY0,
            "wcs": exposure.getWcs,
            "filter": exposure.getFilter,
            "photoCalib": exposure.getPhotoCalib,
            "visitInfo": info.getVisitInfo,
            "validPolygon": info.getValidPolygon,
            "id": info.getId,
        }
        if name in ("image", "mask", "variance"):
            self.assertEqual(got.getBBox(), exposure.getBBox())
            np.testing.assert_array_equal(got.array, getattr(exposure, name).array)
        elif name == "psf":
            self.assertEqual(got.getSigma(), exposure.getPsf().getSigma())
        elif name == "metadata":
            self.assertEqual(got.getScalar("SCENE"), 42)
        else:
            self.assertEqual(got, want[name]())


class ButlerTestCase(ComponentAssertions):
    """Datasets of every kind in a repository of their own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.exposure = makeExposure()

    def makeButler(self, name="repo", **storageClasses):
        return makeButler(str(self.folder / name), **storageClasses)

    def testExposureComesBackWithEveryComponent(self):
        butler = self.makeButler(calexp="ExposureF")
        butler.put(self.exposure, "calexp", DATA_ID)
        got = butler.get("calexp", DATA_ID)
        self.assertIsInstance(got, afwImage.ExposureF)
        self.assertMaskedImagesEqual(got, self.exposure)
        for name in ("wcs", "filter", "photoCalib", "psf"):
            with self.subTest(name):
                self.assertComponent(name, getattr(got, name), self.exposure)
        for name in COMPONENTS:
            with self.subTest(f"calexp.{name}"):
                self.assertComponent(name, butler.get(f"calexp.{name}", DATA_ID), self.exposure)

    def assertMaskedImagesEqual(self, got, want):
        for name in ("image", "mask", "variance"):
            self.assertComponent(name, getattr(got, name), want)

    def testAbsentComponentsAreNone(self):
        butler = self.makeButler(calexp="ExposureF")
        butler.put(afwImage.ExposureF(3, 2), "calexp", DATA_ID)
        for name in ("wcs", "psf", "photoCalib", "validPolygon", "coaddInputs", "id"):
            with self.subTest(name):
                self.assertIsNone(butler.get(f"calexp.{name}", DATA_ID))

    def testComponentsOfOtherClassesNeedTheStack(self):
        butler = self.makeButler(calexp="ExposureF")
        butler.put(self.exposure, "calexp", DATA_ID)
        for name, className in {
            "apCorrMap": "lsst.afw.image.ApCorrMap",
            "detector": "lsst.afw.cameraGeom.Detector",
            "summaryStats": "lsst.afw.image.ExposureSummaryStats",
            "transmissionCurve": "lsst.afw.image.TransmissionCurve",
        }.items():
            with self.subTest(name), self.assertRaisesRegex(ValueError, className) as context:
                butler.get(f"calexp.{name}", DATA_ID)
            self.assertIsInstance(context.exception.__cause__, NotImplementedError)

    def testOpaqueComponentsTravelThroughTheButler(self):
        butler = self.makeButler(coadd="ExposureF")
        coadd = afwImage.ExposureF(str(EXPOSURES / "coadd_full.fits"))
        with self.assertWarns(UserWarning):
            got = butler.get(butler.put(coadd, "coadd", DATA_ID))
        self.assertRegex(repr(got.getInfo().getApCorrMap()), "^<ApCorrMap, opaque in lsst-lite")
        self.assertEqual(repr(got.getInfo().getApCorrMap()), repr(coadd.getInfo().getApCorrMap()))
        with self.assertRaisesRegex(NotImplementedError, "ApCorrMap"):
            got.getInfo().getApCorrMap()["flux"]

    def testBoxInParentAndLocalCoordinates(self):
        butler = self.makeButler(calexp="ExposureF")
        ref = butler.put(self.exposure, "calexp", DATA_ID)
        local = geom.Box2I(BOX.getMin() - geom.Extent2I(self.exposure.getXY0()), BOX.getDimensions())
        for parameters in (
            {"bbox": BOX},
            {"bbox": BOX, "origin": afwImage.PARENT},
            {"bbox": local, "origin": afwImage.LOCAL},
        ):
            with self.subTest(parameters):
                part = butler.get(ref, parameters=parameters)
                self.assertEqual(part.getWcs(), self.exposure.getWcs())
                self.assertMaskedImagesEqual(part, self.exposure.subset(BOX))
                image = butler.get(ref.makeComponentRef("image"), parameters=parameters)
                self.assertComponent("image", image, self.exposure.subset(BOX))

    def testUnknownParameterIsRefused(self):
        butler = self.makeButler(calexp="ExposureF")
        ref = butler.put(self.exposure, "calexp", DATA_ID)
        with self.assertRaises(KeyError):
            butler.get(ref, parameters={"box": BOX})

    def testDeferredHandle(self):
        butler = self.makeButler(calexp="ExposureF")
        butler.put(self.exposure, "calexp", DATA_ID)
        handle = butler.getDeferred("calexp", DATA_ID)
        self.assertEqual(handle.get(component="bbox"), self.exposure.getBBox())
        self.assertMaskedImagesEqual(handle.get(parameters={"bbox": BOX}), self.exposure.subset(BOX))

    def testImagesAndMasks(self):
        butler = self.makeButler(img="ImageF", msk="MaskX", masked="MaskedImageF", msk2="Mask")
        butler.put(self.exposure.image, "img", DATA_ID)
        butler.put(self.exposure.mask, "msk", DATA_ID)
        butler.put(self.exposure.mask, "msk2", DATA_ID)
        butler.put(self.exposure.maskedImage, "masked", DATA_ID)
        part = self.exposure.subset(BOX)
        self.assertComponent("image", butler.get("img", DATA_ID), self.exposure)
        self.assertComponent("image", butler.get("img", DATA_ID, parameters={"bbox": BOX}), part)
        for name in ("msk", "msk2"):
            self.assertComponent("mask", butler.get(name, DATA_ID), self.exposure)
            self.assertComponent("mask", butler.get(name, DATA_ID, parameters={"bbox": BOX}), part)
        self.assertMaskedImagesEqual(butler.get("masked", DATA_ID), self.exposure)
        for name in ("image", "mask", "variance"):
            self.assertComponent(name, butler.get(f"masked.{name}", DATA_ID), self.exposure)

    def testObjectsThatWriteThemselves(self):
        info = self.exposure.getInfo()
        objects = {
            "Wcs": self.exposure.getWcs(),
            "PhotoCalib": self.exposure.getPhotoCalib(),
            "FilterLabel": self.exposure.getFilter(),
            "Polygon": info.getValidPolygon(),
            "VisitInfo": info.getVisitInfo(),
        }
        butler = self.makeButler(the_Psf="Psf", **{f"the_{name}": name for name in objects})
        for name, value in objects.items():
            with self.subTest(name):
                butler.put(value, f"the_{name}", DATA_ID)
                self.assertEqual(butler.get(f"the_{name}", DATA_ID), value)
        butler.put(self.exposure.getPsf(), "the_Psf", DATA_ID)
        self.assertComponent("psf", butler.get("the_Psf", DATA_ID), self.exposure)

    def testMetadataAndSkyMapUseTheButlersOwnFormatters(self):
        from lsst.skymap import DiscreteSkyMap

        config = DiscreteSkyMap.ConfigClass()
        config.raList, config.decList, config.radiusList = [30.0], [-5.0], [0.1]
        butler = self.makeButler(header="PropertyList", sky="SkyMap")
        butler.put(self.exposure.getMetadata(), "header", DATA_ID)
        butler.put(DiscreteSkyMap(config), "sky", DATA_ID)
        self.assertComponent("metadata", butler.get("header", DATA_ID), self.exposure)
        self.assertEqual(butler.get("sky", DATA_ID).getSha1(), DiscreteSkyMap(config).getSha1())

    def testFileNamesItsDatasetInTheHeader(self):
        butler = self.makeButler(calexp="ExposureF")
        ref = butler.put(self.exposure, "calexp", DATA_ID)
        header = astropy.io.fits.getheader(butler.getURI(ref).ospath)
        self.assertEqual(header["LSST BUTLER ID"], str(ref.id))
        self.assertEqual(header["LSST BUTLER RUN"], "scene")
        self.assertEqual(header["LSST BUTLER DATAID DETECTOR"], 3)
        self.assertEqual(header.comments["LSST BUTLER DATAID VISIT"], "Data identifier")
        self.assertEqual(header["LSST BUTLER N_INPUTS"], 0)

    def testFileNamesItsInputsInTheHeader(self):
        butler = self.makeButler(calexp="ExposureF", other="ExposureF")
        inputs = [butler.put(self.exposure, name, DATA_ID) for name in ("calexp", "other")]
        provenance = DatasetProvenance(quantum_id=uuid.uuid4())
        for ref in inputs:
            provenance.add_input(ref)
        provenance.add_extra_provenance(inputs[1].id, {"weight": 0.5})
        butler = butler.clone(run="later")
        ref = butler.put(self.exposure, "calexp", DATA_ID, provenance=provenance)
        header = astropy.io.fits.getheader(butler.getURI(ref).ospath)
        self.assertEqual(header["LSST BUTLER N_INPUTS"], 2)
        self.assertEqual(header["LSST BUTLER QUANTUM"], str(provenance.quantum_id))
        self.assertEqual(header["LSST BUTLER INPUT 1 WEIGHT"], 0.5)
        for number, ref in enumerate(inputs):
            for name, value, comment in (
                ("ID", str(ref.id), "Dataset ID"),
                ("RUN", "scene", "Run collection"),
                ("DATASETTYPE", ref.datasetType.name, "Dataset type"),
            ):
                card = f"LSST BUTLER INPUT {number} {name}"
                with self.subTest(card=card):
                    self.assertEqual(header[card], value)
                    # As much of it as there is room for.
                    self.assertTrue(comment.startswith(header.comments[card]))
        self.assertEqual(header.comments["LSST BUTLER INPUT 0 RUN"], "Run collection")

    def testStoringAgainReplacesTheProvenance(self):
        butler = self.makeButler(calexp="ExposureF", other="ExposureF")
        butler.put(self.exposure, "calexp", DATA_ID)
        ref = butler.put(butler.get("calexp", DATA_ID), "other", DATA_ID)
        header = astropy.io.fits.getheader(butler.getURI(ref).ospath)
        self.assertEqual(header.count("LSST BUTLER ID"), 1)
        self.assertEqual(header["LSST BUTLER DATASETTYPE"], "other")

    def testCopiesToAnotherRepository(self):
        butler = self.makeButler(calexp="ExposureF")
        ref = butler.put(self.exposure, "calexp", DATA_ID)
        exported = self.folder / "exported"
        exported.mkdir()
        with butler.export(directory=str(exported), transfer="copy", filename="export.yaml") as export:
            export.saveDatasets([ref])
        Butler.makeRepo(str(self.folder / "imported"))
        imported = Butler.from_config(str(self.folder / "imported"), writeable=True)
        imported.import_(directory=str(exported), filename=str(exported / "export.yaml"), transfer="copy")
        Butler.makeRepo(str(self.folder / "transferred"))
        transferred = Butler.from_config(str(self.folder / "transferred"), writeable=True)
        transferred.transfer_from(
            butler, [ref], transfer="copy", register_dataset_types=True, transfer_dimensions=True
        )
        for target in (imported, transferred):
            got = target.get("calexp", DATA_ID, collections="scene")
            self.assertMaskedImagesEqual(got, self.exposure)
            self.assertEqual(got.getWcs(), self.exposure.getWcs())

    def testDisassembledExposureIsPutTogether(self):
        config = self.folder / "composites.yaml"
        config.write_text("datastore: {composites: {disassembled: {ExposureF: true}}}\n")
        butler = self.makeButler(calexp="ExposureF", config=str(config))
        ref = butler.put(self.exposure, "calexp", DATA_ID)
        self.assertGreater(len(butler.getURIs(ref).componentURIs), 10)
        got = butler.get(ref)
        self.assertMaskedImagesEqual(got, self.exposure)
        for name in COMPONENTS:
            with self.subTest(name):
                self.assertComponent(name, butler.get(f"calexp.{name}", DATA_ID), self.exposure)


class InMemoryTestCase(ComponentAssertions):
    """Handles of exposures that are in no repository."""

    def setUp(self):
        self.exposure = makeExposure()
        self.handle = InMemoryDatasetHandle(self.exposure, storageClass="ExposureF")

    def testBoxGivesTheSameAsSubset(self):
        part = self.handle.get(parameters={"bbox": BOX})
        for name in ("image", "mask", "variance"):
            self.assertComponent(name, getattr(part, name), self.exposure.subset(BOX))
        local = geom.Box2I(geom.Point2I(5, 3), BOX.getDimensions())
        part = self.handle.get(parameters={"bbox": local, "origin": afwImage.LOCAL})
        self.assertEqual(part.getBBox(), BOX)

    def testStorageClassIsFoundFromTheType(self):
        for dataset in (self.exposure, self.exposure.image, self.exposure.mask, self.exposure.maskedImage):
            part = InMemoryDatasetHandle(dataset).get(parameters={"bbox": BOX})
            self.assertIs(type(part), type(dataset))
            self.assertEqual(part.getBBox(), BOX)

    def testEveryComponent(self):
        for name in COMPONENTS:
            with self.subTest(name):
                self.assertComponent(name, self.handle.get(component=name), self.exposure)

    def testGeometryOfTheBox(self):
        self.assertEqual(self.handle.get(component="bbox", parameters={"bbox": BOX}), BOX)

    def testCopyLeavesTheOriginalAlone(self):
        handle = InMemoryDatasetHandle(self.exposure, storageClass="ExposureF", copy=True)
        handle.get().image.array[:] = -1.0
        self.assertEqual(self.exposure.image.array.min(), 0.0)


class StackRepositoryTestCase(lsst.utils.tests.TestCase):
    """The repository that the stack wrote."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(folder.cleanup)
        cls.repo = unpackRepository(folder.name, "calexp", "deepCoadd_2a")
        cls.butler = Butler.from_config(str(cls.repo), collections="golden/inputs")

    def coaddRefs(self):
        """Find the coadds that are unpacked."""
        refs = self.butler.registry.queryDatasets("deepCoadd")
        return [ref for ref in refs if self.butler.stored(ref)]

    def testEveryComponentOfEveryDatasetReads(self):
        refs = [*self.butler.registry.queryDatasets("calexp"), *self.coaddRefs()]
        self.assertEqual(len(refs), 18)
        for ref in refs:
            exposure = self.butler.get(ref)
            for name in COMPONENTS:
                with self.subTest(f"{ref.dataId} {name}"):
                    got = self.butler.get(ref.makeComponentRef(name))
                    if name in ("image", "mask", "variance"):
                        np.testing.assert_array_equal(got.array, getattr(exposure, name).array)

    def testPixelsAreThoseOfTheFile(self):
        for ref in (self.butler.find_dataset("calexp", CALEXP), self.coaddRefs()[0]):
            exposure = self.butler.get(ref)
            with astropy.io.fits.open(self.butler.getURI(ref).ospath) as hdus:
                np.testing.assert_array_equal(exposure.image.array, hdus["IMAGE"].data)
                np.testing.assert_array_equal(exposure.variance.array, hdus["VARIANCE"].data)
                mask = hdus["MASK"]
                for name, bit in mask.header["MP_*"].items():
                    inFile = mask.data >> bit & 1
                    plane = exposure.mask.getPlaneBitMask(name.removeprefix("MP_"))
                    np.testing.assert_array_equal((exposure.mask.array & plane) != 0, inFile != 0)

    def testCoaddComponentsAreThoseOfTheSkyMap(self):
        [skyMapRef] = self.butler.registry.queryDatasets("skyMap")
        skyMap = self.butler.get(skyMapRef)
        for ref in self.coaddRefs():
            tract = skyMap[ref.dataId["tract"]]
            patch = tract.getPatchInfo(ref.dataId["patch"])
            with self.subTest(ref.dataId):
                bbox = self.butler.get(ref.makeComponentRef("bbox"))
                self.assertEqual(bbox, patch.getOuterBBox())
                self.assertEqual(self.butler.get(ref.makeComponentRef("dimensions")), bbox.getDimensions())
                self.assertEqual(self.butler.get(ref.makeComponentRef("xy0")), bbox.getMin())
                self.assertEqual(self.butler.get(ref.makeComponentRef("wcs")), tract.getWcs())
                psf = self.butler.get(ref.makeComponentRef("psf"))
                self.assertAlmostEqual(psf.getSigma(), 2 + 0.01 * ref.dataId["patch"], 12)
                label = self.butler.get(ref.makeComponentRef("filter"))
                self.assertEqual(label, afwImage.FilterLabel.fromBand("r"))

    def testVisitInfoIsThatOfTheHeader(self):
        visitInfo = self.butler.get("calexp.visitInfo", CALEXP)
        header = astropy.io.fits.getheader(self.butler.getURI("calexp", CALEXP).ospath)
        self.assertEqual(visitInfo.getExposureTime(), header["EXPTIME"])
        self.assertEqual(visitInfo.getId(), header["IDNUM"])
        self.assertEqual(visitInfo.getInstrumentLabel(), "GoldenCam")
        self.assertAlmostEqual(visitInfo.getBoresightRaDec().getDec().asDegrees(), header["BORE-DEC"], 10)

    def testExposureWithoutWcs(self):
        self.assertIsNone(self.butler.get("calexp.wcs", CALEXP | {"visit": 103, "detector": 1}))

    def testBoxOfACoadd(self):
        ref = self.coaddRefs()[0]
        coadd = self.butler.get(ref)
        bbox = coadd.getBBox()
        for box in (
            geom.Box2I(bbox.getMin(), geom.Extent2I(1, 1)),
            geom.Box2I(bbox.getMax(), geom.Extent2I(1, 1)),
            geom.Box2I(bbox.getMin() + geom.Extent2I(17, 5), bbox.getMax() - geom.Extent2I(3, 11)),
        ):
            part = self.butler.get(ref, parameters={"bbox": box})
            self.assertEqual(part.getBBox(), box)
            for name in ("image", "mask", "variance"):
                got, want = getattr(part, name), getattr(coadd, name)[box]
                np.testing.assert_array_equal(got.array, want.array)

    def testTransferToANewRepository(self):
        ref = self.butler.find_dataset("calexp", CALEXP)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            Butler.makeRepo(folder)
            target = Butler.from_config(folder, writeable=True)
            target.transfer_from(
                self.butler, [ref], transfer="copy", register_dataset_types=True, transfer_dimensions=True
            )
            got = target.get("calexp", CALEXP, collections="golden")
        want = self.butler.get(ref)
        np.testing.assert_array_equal(got.image.array, want.image.array)
        self.assertEqual(got.getWcs(), want.getWcs())

    def runCommand(self, *arguments):
        """Run a command line of the Butler's environment as a user does."""
        command = pathlib.Path(sys.executable).parent / arguments[0]
        result = subprocess.run([command, *arguments[1:]], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def testButlerCommandLine(self):
        self.assertIn("golden/inputs", self.runCommand("butler", "query-collections", self.repo))
        datasets = self.runCommand("butler", "query-datasets", self.repo, "calexp", "--collections", "golden")
        self.assertIn("r_gold", datasets)

    def testPipetaskCommandLine(self):
        pipeline = self.repo / "empty.yaml"
        pipeline.write_text("description: nothing\ntasks: {}\n")
        self.runCommand("pipetask", "build", "-p", pipeline)


if __name__ == "__main__":
    unittest.main()
