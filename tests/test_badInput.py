# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input is an error of the right type, with a message that says what is
wrong, before any work starts.
"""

import unittest
from types import SimpleNamespace

import numpy as np
from astropy.wcs import WCS
from scenes import makeExposure, makeHandles, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import ExposureF, VisitInfo
from lsst.ip.template import (
    GetCoaddAsTemplateConfig,
    GetCoaddAsTemplateTask,
    MakeCoaddTemplateConfig,
    MakeCoaddTemplateTask,
    MakeWarpedTemplateTask,
)
from lsst.ip.template.dcrModel import DcrModel
from lsst.ip.template.plotTemplate import plotTemplate, tractProjection
from lsst.pex.config import FieldValidationError
from lsst.pipe.base import InMemoryDatasetHandle

NOWHERE = geom.SpherePoint(np.nan, np.nan, geom.radians)


class UntouchedHandle:
    """A handle that must not be read."""

    dataId = {"tract": 0, "patch": 0, "subfilter": 0}

    def get(self, **kwargs):
        raise AssertionError("Work has started.")


class BadInputTestCase(lsst.utils.tests.TestCase):
    """Tables of bad input, one row a case: what is wrong, the error, what
    the message says, and the arguments that differ from good ones.
    """

    @classmethod
    def setUpClass(cls):
        cls.skyMap = makeSkyMap(centers=((10.0, 0.0), (10.0, 1.0)))
        cls.tract, cls.otherTract = cls.skyMap
        cls.exposure = makeExposure(cls.tract.getCtrCoord())
        cls.task = GetCoaddAsTemplateTask()
        cls.overlap = cls.task.getOverlapPatchList(cls.exposure, cls.skyMap)

    def check(self, function, good, table):
        """Call a function with each row's arguments."""
        for what, error, message, bad in table:
            with self.subTest(what=what):
                with self.assertRaises(error) as caught:
                    function(**{**good, **bad})
                # FieldValidationError, and so on, are what they are.
                self.assertRegex(str(caught.exception), message)
                self.assertNotIsInstance(caught.exception, AssertionError | AttributeError | KeyError)

    def testRun(self):
        tract, patchList, skyCorners = self.overlap
        handle = UntouchedHandle()
        first = patchList[0].getSequentialIndex()
        good = {
            "tractInfo": tract,
            "patchList": patchList,
            "skyCorners": skyCorners,
            "availableCoaddRefs": {first: handle},
        }
        other = self.otherTract[first]
        larger = makeSkyMap(radius=0.06)[0]
        table = [
            ("no tract", TypeError, "tractInfo must be a TractInfo, not None", {"tractInfo": None}),
            ("number of a tract", TypeError, "tractInfo must be.* not an int", {"tractInfo": 0}),
            ("skymap for tract", TypeError, "tractInfo must be", {"tractInfo": self.skyMap}),
            ("other tract", ValueError, "do not belong together", {"tractInfo": self.otherTract}),
            ("other tract, other size", ValueError, "do not belong together", {"tractInfo": larger}),
            ("patches None", TypeError, "patchList must be.* not None", {"patchList": None}),
            ("no patch", RuntimeError, "patchList is empty", {"patchList": []}),
            ("patch numbers", TypeError, "a PatchInfo, not an int", {"patchList": [1, 2]}),
            ("patch of other tract", ValueError, "not one of", {"patchList": [*patchList, other]}),
            ("patch that is not there", ValueError, "not one of", {"patchList": [larger[80]]}),
            ("corners None", TypeError, "skyCorners must be.* not None", {"skyCorners": None}),
            ("no corners", ValueError, "skyCorners is empty", {"skyCorners": []}),
            ("text for corners", TypeError, "not a str", {"skyCorners": "corners"}),
            ("pixels", TypeError, "SpherePoint, not a Point2D", {"skyCorners": [geom.Point2D(1, 2)]}),
            ("NaN corner", ValueError, "not a place on the sky", {"skyCorners": [*skyCorners, NOWHERE]}),
            (
                "corner behind the tract",
                ValueError,
                "no place in the pixel grid of tract 0",
                {"skyCorners": [geom.SpherePoint(190.0, 0.0, geom.degrees)]},
            ),
            ("handles None", TypeError, "must be a dict.* not None", {"availableCoaddRefs": None}),
            ("list of handles", TypeError, "must be a dict.* not a list", {"availableCoaddRefs": [handle]}),
            ("index pair as key", TypeError, r"not \(1, 2\)", {"availableCoaddRefs": {(1, 2): handle}}),
            ("text as key", TypeError, "not '1,2'", {"availableCoaddRefs": {"1,2": handle}}),
            ("None as key", TypeError, "not None", {"availableCoaddRefs": {None: handle}}),
            ("negative key", ValueError, "not -1", {"availableCoaddRefs": {-1: handle}}),
            ("key not in tract", ValueError, "25 patches, not 999", {"availableCoaddRefs": {999: handle}}),
            ("no handle", TypeError, "a handle of a coadd.* not None", {"availableCoaddRefs": {first: None}}),
            (
                "two handles",
                ValueError,
                "coadds for one patch",
                {"availableCoaddRefs": {first: [handle] * 2}},
            ),
            ("dict for handle", TypeError, "not a dict", {"availableCoaddRefs": {first: {}}}),
            ("Gen2 sensorRef", ValueError, "sensorRef.*Gen2", {"sensorRef": object()}),
        ]
        self.check(self.task.run, good, table)

    def testRunWithoutCoadds(self):
        with self.assertRaisesRegex(RuntimeError, "No patch of tract 0 has pixels"):
            self.task.run(*self.overlap, {})

    def testGetOverlapPatchList(self):
        good = {"exposure": self.exposure, "skyMap": self.skyMap}
        bbox = self.exposure.getBBox()
        empty = ExposureF(geom.Box2I(), self.exposure.getWcs())
        table = [
            ("no exposure", TypeError, "exposure must be an Exposure.* not None", {"exposure": None}),
            ("image", TypeError, "exposure must be.* not an ImageF", {"exposure": self.exposure.image}),
            ("no WCS", ValueError, "no WCS", {"exposure": ExposureF(bbox)}),
            ("no pixels", ValueError, "no pixels", {"exposure": empty}),
            ("no skymap", TypeError, "skyMap must be a BaseSkyMap, not None", {"skyMap": None}),
            ("tract for skymap", TypeError, "skyMap must be", {"skyMap": self.tract}),
        ]
        self.check(self.task.getOverlapPatchList, good, table)

    def testRunQuantum(self):
        good = {"exposure": self.exposure, "butlerQC": None, "skyMapRef": None, "coaddExposureRefs": []}
        table = [
            ("no exposure", TypeError, "exposure must be an Exposure.* not None", {"exposure": None}),
            ("no butler", TypeError, "butlerQC must be a QuantumContext, not None", {}),
        ]
        self.check(self.task.runQuantum, good, table)

    def testFirstCallsInANotebook(self):
        handles = list(makeHandles(self.tract, range(3)).values())
        coadds = [handle.inMemoryDataset for handle in handles]
        bbox, wcs = self.exposure.getBBox(), self.exposure.getWcs()
        astropyWcs = WCS(wcs.getFitsMetadata().toDict())
        reference = SimpleNamespace(dataId={"tract": 0, "patch": self.overlap[1][0].getSequentialIndex()})
        wrongCoadds = [
            ("coadds", TypeError, "handle with a dataId, not an ExposureF: use Butler.getDeferred", coadds),
            ("paths", TypeError, "handle with a dataId, not a str", ["coadd.fits"]),
            ("a path", TypeError, "a list of handles, not a str", "coadd.fits"),
            ("a dict", TypeError, "a list of handles, not a dict", dict(enumerate(handles))),
            ("one handle", TypeError, "a list of handles, not an InMemoryDatasetHandle", handles[0]),
            (
                "no data ID",
                TypeError,
                "must have the tract as an integer",
                [InMemoryDatasetHandle(coadds[0])],
            ),
            ("reference", TypeError, "a handle of a coadd, as Butler.getDeferred returns it", [reference]),
        ]
        for forms in ({"patch": "12"}, {"patch": "2,2"}, {"patch": (2, 2)}, {"tract": "0"}):
            handle = InMemoryDatasetHandle(coadds[0], **{"tract": 0, "patch": 12, **forms})
            wrongCoadds.append((str(forms), TypeError, "as an integer", [handle]))
        good = {"exposure": self.exposure, "skyMap": self.skyMap, "coaddHandles": handles}
        self.check(
            self.task.runForExposure,
            good,
            [(*row, {"coaddHandles": bad}) for *row, bad in wrongCoadds]
            + [
                ("swapped", TypeError, "exposure must be an Exposure or", {"exposure": self.skyMap}),
                ("tract for skymap", TypeError, "skyMap must be a BaseSkyMap", {"skyMap": self.tract}),
            ],
        )
        good = {"bbox": bbox, "wcs": wcs, "skyMap": self.skyMap, "coaddExposures": handles}
        self.check(
            MakeCoaddTemplateTask().run,
            good,
            [(*row, {"coaddExposures": bad}) for *row, bad in wrongCoadds]
            + [
                ("astropy", TypeError, "wcs must be a SkyWcs, not a WCS.*makeSkyWcs", {"wcs": astropyWcs}),
                ("numbers", TypeError, "bbox must be a Box2I, not a tuple", {"bbox": (0, 0, 9, 9)}),
            ],
        )
        good = {"coaddExposureHandles": handles, "bbox": bbox, "skymap": self.skyMap, "wcs": wcs}
        table = [
            ("swapped", TypeError, "skymap must be a BaseSkyMap, not a SkyWcs", {"skymap": wcs}),
            ("swapped", TypeError, "bbox must be a Box2I, not a list", {"bbox": handles}),
            ("astropy", TypeError, "wcs must be a SkyWcs, not a WCS", {"wcs": astropyWcs}),
            ("no pixels", ValueError, "has no pixels: bbox is empty", {"bbox": geom.Box2I()}),
            ("coadds", TypeError, "handle with a dataId", {"coaddExposureHandles": coadds}),
        ]
        self.check(MakeWarpedTemplateTask().getExposures, good, table)
        dataIds = [{"patch": handle.dataId["patch"], "band": "r"} for handle in handles]
        good = {
            "coaddExposureHandles": {0: handles},
            "dataIds": {0: dataIds},
            "bbox": bbox,
            "wcs": wcs,
            "physical_filter": "r",
        }
        table = [
            ("list", TypeError, "coaddExposureHandles must be a dict of", {"coaddExposureHandles": handles}),
            ("by patch", TypeError, "must be a dict of lists by", {"coaddExposureHandles": {0: handles[0]}}),
            ("list", TypeError, "dataIds must be a dict of lists by tract", {"dataIds": dataIds}),
            ("too few", ValueError, "Tract 0 has 3 coadds, but 2 data IDs", {"dataIds": {0: dataIds[1:]}}),
            ("other order", ValueError, "has the patch 0, but .* says 2", {"dataIds": {0: dataIds[::-1]}}),
            ("no band", ValueError, "a patch and a band", {"dataIds": {0: [{"patch": 0}] * 3}}),
            ("no WCS", TypeError, "wcs must be a SkyWcs, not None", {"wcs": None}),
            ("tract", TypeError, "skyMap must be a BaseSkyMap", {"skyMap": self.tract}),
        ]
        self.check(MakeWarpedTemplateTask().run, good, table)

    def testConfig(self):
        table = [
            ("negative border", FieldValidationError, "templateBorderSize", {"templateBorderSize": -1}),
            ("border in text", FieldValidationError, "templateBorderSize", {"templateBorderSize": "20"}),
            ("fractional border", FieldValidationError, "templateBorderSize", {"templateBorderSize": 2.5}),
            ("no coadd name", FieldValidationError, "coaddName", {"coaddName": None}),
            ("number for name", FieldValidationError, "coaddName", {"coaddName": 3}),
            ("blank in name", FieldValidationError, "coaddName", {"coaddName": "deep coadd"}),
            ("empty name", FieldValidationError, "coaddName", {"coaddName": ""}),
            ("unknown warps", FieldValidationError, "warpType", {"warpType": "bent"}),
            ("unknown policy", FieldValidationError, "overlapPolicy", {"overlapPolicy": "first"}),
            ("no policy", FieldValidationError, "overlapPolicy", {"overlapPolicy": None}),
            ("unknown", FieldValidationError, "calibrationMismatch", {"calibrationMismatch": "ignore"}),
            ("no slices", FieldValidationError, "numSubfilters", {"numSubfilters": 0}),
            ("no width", FieldValidationError, "bandwidth", {"coaddName": "dcr", "effectiveWavelength": 1.0}),
            ("zero width", FieldValidationError, "bandwidth", {"bandwidth": 0.0}),
        ]

        def makeConfig(**fields):
            GetCoaddAsTemplateConfig(**fields).validate()

        self.check(makeConfig, {}, table)
        table = [
            ("above 1", FieldValidationError, "requiredTemplateFraction", {"requiredTemplateFraction": 1.1}),
            ("below 0", FieldValidationError, "requiredTemplateFraction", {"requiredTemplateFraction": -0.1}),
        ]
        self.check(MakeCoaddTemplateConfig, {}, table)

    def testDcr(self):
        config = GetCoaddAsTemplateConfig(coaddName="dcr", effectiveWavelength=476.31, bandwidth=147.0)
        task = GetCoaddAsTemplateTask(config=config)
        tract, patchList, skyCorners = self.overlap
        first = patchList[0].getSequentialIndex()
        handle = UntouchedHandle()
        good = {
            "tractInfo": tract,
            "patchList": patchList,
            "skyCorners": skyCorners,
            "availableCoaddRefs": {first: [handle]},
            "visitInfo": None,
        }
        table = [
            ("no visit info", ValueError, "no visitInfo", {}),
            ("blank visit info", ValueError, "no boresight azimuth", {"visitInfo": VisitInfo()}),
            ("no VisitInfo", TypeError, "visitInfo must be a VisitInfo, not a dict", {"visitInfo": {}}),
        ]
        self.check(task.run, good, table)

    def testDcrModel(self):
        handle = UntouchedHandle()
        good = {"handles": [handle], "effectiveWavelength": 476.31, "bandwidth": 147.0, "numSubfilters": 1}
        table = [
            ("no handles", ValueError, "missing", {"handles": []}),
            (
                "no subfilter",
                ValueError,
                "subfilter",
                {"handles": [InMemoryDatasetHandle(None, storageClass="ExposureF")]},
            ),
        ]
        self.check(DcrModel.fromQuantum, good, table)

    def testPlotTemplate(self):
        good = {"template": self.exposure, "tractInfo": self.tract, "patchesUsed": [], "patchesMissing": []}
        table = [
            ("no template", TypeError, "template must be an Exposure, not None", {"template": None}),
            ("no tract", TypeError, "tractInfo must be a TractInfo, not None", {"tractInfo": None}),
            ("no patches", ValueError, "does not say which", {"patchesUsed": None}),
            ("patch not in tract", ValueError, "Patches .999. are none of", {"patchesUsed": [999]}),
            ("text", ValueError, "Patches .'1,2'. are none of", {"patchesUsed": ["1,2"]}),
        ]
        self.check(plotTemplate, good, table)
        with self.assertRaisesRegex(TypeError, "tractInfo must be a TractInfo, not None"):
            tractProjection(None)


if __name__ == "__main__":
    unittest.main()
