# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import logging
import math
import tempfile
import unittest

import numpy as np
from registryScene import INSTRUMENT, RUN, SKYMAP, RegistryScene
from scenes import makeExposure, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.daf.butler import DatasetType
from lsst.ip.template import GetCoaddAsTemplateTask, MakeCoaddTemplateConfig
from lsst.pipe.base import Pipeline
from lsst.pipe.base.all_dimensions_quantum_graph_builder import AllDimensionsQuantumGraphBuilder

BORDERS = (0, 1, 20, 50, 150)
"""From none to four times the half diagonal of a detector, in pixels."""


def makeConfig(border=20, pixelScale=1.0):
    """Configure the task that looks coadds up."""
    config = MakeCoaddTemplateConfig(findCornerPatches=True, largestPixelScale=pixelScale)
    config.getTemplate.templateBorderSize = border
    return config


def makeLookup(config):
    """Get the lookup function of a configuration."""
    return config.connections.ConnectionsClass(config=config).coaddExposures.lookupFunction


def patchesOf(refs):
    """Return the tracts and patches of coadds."""
    return {(ref.dataId["tract"], ref.dataId["patch"]) for ref in refs}


def numbersOf(tractInfo, patchList):
    """Return the tract and number of patches."""
    return {(tractInfo.getId(), tractInfo.getSequentialPatchIndex(patchInfo)) for patchInfo in patchList}


class SceneTestCase(lsst.utils.tests.TestCase):
    """Registries for a test."""

    def makeScene(self, skyMap, **kwargs):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return RegistryScene(folder.name, skyMap, **kwargs)

    def lookUp(self, butler, lookup, dataId, collections=(RUN,)):
        """Look coadds up as the builder of a graph does."""
        return lookup(butler.get_dataset_type("deepCoadd"), butler.registry, dataId, collections)


class ReachTestCase(SceneTestCase):
    """The coadds found are those that the template wants, and few more."""

    def setUp(self):
        self.rng = np.random.default_rng(10)

    def exposuresAround(self, center, radius, number, **kwargs):
        """Make detectors turned at random around a place, up to a distance in
        degrees.
        """
        return [
            makeExposure(
                center.offset(
                    self.rng.uniform(0, 360) * geom.degrees,
                    radius * math.sqrt(self.rng.uniform()) * geom.degrees,
                ),
                rotation=self.rng.uniform(0, 360),
                flipX=self.rng.uniform() < 0.5,
                **kwargs,
            )
            for _ in range(number)
        ]

    def check(self, scene, exposures, padding=0, pixelScale=1.0):
        """Compare what is looked up for each border with what is wanted.

        Returns the number of patches wanted, and of those looked up in the
        same tracts.
        """
        coadds = patchesOf(scene.butler.query_datasets("deepCoadd"))
        configs = [makeConfig(border, pixelScale) for border in BORDERS]
        lookups = [makeLookup(config) for config in configs]
        numWanted = numFound = 0
        for detector, exposure in enumerate(exposures):
            dataId = scene.dataId(1, detector)
            for config, lookup in zip(configs, lookups, strict=True):
                border = config.getTemplate.templateBorderSize
                with self.subTest(border=border, detector=detector):
                    found = patchesOf(self.lookUp(scene.butler, lookup, dataId))
                    self.assertLessEqual(found, coadds)
                    task = GetCoaddAsTemplateTask(config=config.getTemplate.value)
                    try:
                        tractInfo, patchList, corners = task.getOverlapPatchList(exposure, scene.skyMap)
                    except RuntimeError:
                        continue
                    wanted = numbersOf(tractInfo, patchList) & coadds
                    self.assertLessEqual(wanted, found)
                    # A circle around a corner reaches up to 0.42 borders
                    # farther than the border itself.
                    around = self.findPatches(tractInfo, corners, 0.42 * border + 1.5 * padding + 3)
                    found = {(tract, patch) for tract, patch in found if tract == tractInfo.getId()}
                    self.assertLessEqual(found, around)
                    numWanted += len(wanted)
                    numFound += len(found)
        return numWanted, numFound

    def findPatches(self, tractInfo, corners, margin):
        """Find the patches under the upright box around sky corners, grown by
        some pixels.
        """
        wcs = tractInfo.getWcs()
        box = geom.Box2D()
        for corner in corners:
            box.include(wcs.skyToPixel(corner))
        if not box.overlaps(geom.Box2D(tractInfo.getBBox())):
            # The lookup cannot know how far findPatchList looks from here.
            margin += tractInfo.getPatchInnerDimensions().x / 4
        patchList = tractInfo.findPatchList(wcs.pixelToSky(box.dilatedBy(margin).getCorners()))
        return numbersOf(tractInfo, patchList)

    def testTracts(self):
        maps = {
            "right ascension 0": makeSkyMap([(359.99, -30.0), (0.03, -30.0)]),
            "pole": makeSkyMap([(10.0, 90.0)]),
            "near the pole": makeSkyMap([(100.0, -89.98)]),
            "turned": makeSkyMap([(10.0, 50.0), (10.0, 50.04)], rotation=33.0),
            "stereographic": makeSkyMap([(10.0, 0.0)], projection="STG"),
        }
        for name, skyMap in maps.items():
            with self.subTest(name):
                scene = self.makeScene(skyMap, withoutCoadd={(0, 5), (0, 12)})
                # Some are off the tract, or half off.
                exposures = self.exposuresAround(skyMap[0].getCtrCoord(), 0.05, 15)
                scene.addVisit(1, exposures)
                wanted, found = self.check(scene, exposures)
                self.assertLess(found, 1.1 * wanted)

    def testPaddedRegions(self):
        skyMap = makeSkyMap()
        scene = self.makeScene(skyMap)
        exposures = self.exposuresAround(skyMap[0].getCtrCoord(), 0.03, 10)
        scene.addVisit(1, exposures, padding=10)
        self.check(scene, exposures, padding=10)

    def testLargeDetectors(self):
        skyMap = makeSkyMap(radius=0.05)
        scene = self.makeScene(skyMap)
        exposures = self.exposuresAround(skyMap[0].getCtrCoord(), 0.03, 10, size=(200, 230))
        scene.addVisit(1, exposures)
        self.check(scene, exposures)

    def testLinesOfWideTractsAreCurved(self):
        for projection in ("STG", "CEA"):
            with self.subTest(projection):
                skyMap = makeSkyMap(
                    [(30.0, 20.0)], radius=10.0, patchSize=400, projection=projection, pixelScale=20.0
                )
                scene = self.makeScene(skyMap)
                exposures = self.exposuresAround(skyMap[0].getCtrCoord(), 9.0, 10, pixelScale=20.0)
                scene.addVisit(1, exposures)
                self.check(scene, exposures, pixelScale=20.0)


class CoaddLookupTestCase(SceneTestCase):
    """Which coadds of a patch are found, and how long an answer is good."""

    def setUp(self):
        skyMap = makeSkyMap(radius=0.06)
        self.center = skyMap[0].getCtrCoord()
        self.middle = (0, skyMap[0].findPatch(self.center).getSequentialIndex())
        self.scene = self.makeScene(skyMap, withoutCoadd={self.middle})
        self.scene.addVisit(1, [makeExposure(self.center, rotation=10.0 * n) for n in range(3)])
        self.lookup = makeLookup(makeConfig())

    def look(self, detector, butler=None, **kwargs):
        return self.lookUp(butler or self.scene.butler, self.lookup, self.scene.dataId(1, detector), **kwargs)

    def testCoaddsOfTheVisitsBand(self):
        others = self.scene.addCoadds(self.scene.patches, band="g")
        self.scene.addVisit(2, [makeExposure(self.center)], band="g")
        self.assertEqual({ref.dataId["band"] for ref in self.look(0)}, {"r"})
        found = self.lookUp(self.scene.butler, self.lookup, self.scene.dataId(2, 0))
        self.assertIn(self.middle, patchesOf(found))
        self.assertLessEqual(set(found), set(others))

    def testFirstCollectionThatHasACoadd(self):
        middle = self.middle[1]
        self.scene.addCoadds([(0, middle), (0, middle + 1)], run="later")
        for collections in ((RUN, "later"), ("later", RUN)):
            runs = {ref.dataId["patch"]: ref.run for ref in self.look(0, collections=collections)}
            self.assertEqual(runs[middle], "later")
            self.assertEqual(runs[middle + 1], collections[0])
            self.assertEqual(runs[middle - 1], RUN)

    def testAllSubfiltersOfAPatch(self):
        registry = self.scene.butler.registry
        dimensions = ("skymap", "tract", "patch", "band", "subfilter")
        datasetType = DatasetType("dcrCoadd", dimensions, "ExposureF", universe=registry.dimensions)
        registry.registerDatasetType(datasetType)
        subfilters = range(3)
        registry.insertDimensionData("subfilter", *({"band": "r", "id": n} for n in subfilters))
        middle = self.middle[1]
        for patch in (middle, 0):
            dataId = {"skymap": SKYMAP, "tract": 0, "patch": patch, "band": "r"}
            registry.insertDatasets(datasetType, [{**dataId, "subfilter": n} for n in subfilters])
        refs = self.lookup(datasetType, registry, self.scene.dataId(1, 0), [RUN])
        found = {(ref.dataId["patch"], ref.dataId["subfilter"]) for ref in refs}
        self.assertEqual(found, {(middle, n) for n in subfilters})

    def testDetectorWithoutRegionHasNoCoadds(self):
        self.scene.addDetector(1, 9, None)
        with self.assertLogs("lsst.ip.template", logging.WARNING) as logged:
            self.assertEqual(self.look(9), [])
        self.assertIn("detector: 9", logged.output[0])

    def testNoCoaddsAtAll(self):
        with self.assertLogs("lsst.ip.template", logging.WARNING) as logged:
            self.assertEqual(self.look(0, collections=()), [])
        self.assertIn("deepCoadd", logged.output[0])

    def testRegionOfTheVisitNeedNotHoldItsDetectors(self):
        far = self.center.offset(30 * geom.degrees, 0.05 * geom.degrees)
        for visit, exposures in ((2, []), (3, [makeExposure(self.center)])):
            self.scene.addVisit(visit, exposures)
            for detector, center in ((5, self.center), (6, far)):
                exposure = makeExposure(center)
                self.scene.addDetector(visit, detector, exposure)
                with self.subTest(visit=visit, detector=detector):
                    dataId = self.scene.dataId(visit, detector)
                    found = patchesOf(self.lookUp(self.scene.butler, self.lookup, dataId))
                    tractInfo, patchList, _ = GetCoaddAsTemplateTask().getOverlapPatchList(
                        exposure, self.scene.skyMap
                    )
                    self.assertLessEqual(numbersOf(tractInfo, patchList) - {self.middle}, found)

    def testAskingAgainSeesNewCoadds(self):
        self.assertNotIn(self.middle, patchesOf(self.look(0)))
        self.scene.addCoadds([self.middle])
        self.assertIn(self.middle, patchesOf(self.look(0)))
        self.assertIn(self.middle, patchesOf(self.look(1)))

    def testAnotherButlerSeesNewCoadds(self):
        # As when the graph of the first one was never completed.
        self.assertNotIn(self.middle, patchesOf(self.look(0)))
        self.scene.addCoadds([self.middle])
        butler = self.scene.butler.clone(collections=[RUN])
        self.assertIn(self.middle, patchesOf(self.look(1, butler=butler)))


class GraphTestCase(SceneTestCase):
    """What the quanta of a graph get, and what the registry is asked."""

    def setUp(self):
        self.skyMap = makeSkyMap(radius=0.05)
        self.scene = self.makeScene(self.skyMap, withoutCoadd={(0, 27)})
        center = self.skyMap[0].getCtrCoord()
        self.exposures = [
            makeExposure(center.offset(n * 30 * geom.degrees, 50 * geom.arcseconds), rotation=n * 10.0)
            for n in range(12)
        ]
        for visit in (1, 2, 3):
            self.scene.addVisit(visit, self.exposures)
        pipeline = Pipeline("templates")
        pipeline.addTask("lsst.ip.template.MakeCoaddTemplateTask", "makeCoaddTemplate")
        pipeline.addConfigOverride("makeCoaddTemplate", "findCornerPatches", True)
        pipeline.addConfigOverride("makeCoaddTemplate", "largestPixelScale", 1.0)
        self.pipelineGraph = pipeline.to_graph()

    def build(self, butler=None, where="visit > 0"):
        """Build a graph; give the patches of each quantum."""
        builder = AllDimensionsQuantumGraphBuilder(
            self.pipelineGraph,
            butler or self.scene.butler,
            input_collections=[RUN, "skymaps"],
            output_run="templates",
            where=f"instrument = '{INSTRUMENT}' AND skymap = '{SKYMAP}' AND {where}",
        )
        graph = builder.build(attach_datastore_records=False)
        return {
            (node.quantum.dataId["visit"], node.quantum.dataId["detector"]): patchesOf(
                node.quantum.inputs["deepCoadd"]
            )
            for node in graph
        }

    def countQueries(self, where):
        """Count what the database is asked while a graph is built; give the
        number of quanta too.
        """
        with self.assertLogs("sqlalchemy.engine.Engine", logging.INFO) as logged:
            quanta = self.build(where=where)
        messages = (record.getMessage().lstrip().upper() for record in logged.records)
        return sum(message.startswith(("SELECT", "WITH")) for message in messages), len(quanta)

    def testEachQuantumHasWhatItsTemplateWants(self):
        quanta = self.build()
        self.assertEqual(len(quanta), 3 * len(self.exposures))
        numWanted = numFound = 0
        for (visit, detector), found in quanta.items():
            with self.subTest(visit=visit, detector=detector):
                tractInfo, patchList, _ = GetCoaddAsTemplateTask().getOverlapPatchList(
                    self.exposures[detector], self.skyMap
                )
                wanted = numbersOf(tractInfo, patchList)
                self.assertLessEqual(wanted - {(0, 27)}, found)
                numWanted += len(wanted)
                numFound += len(found)
        # The lookup reaches 10 pixels farther; the boxes are about 100 pixels
        # wide.
        self.assertLess(numFound, 1.5 * numWanted)

    def testQueriesDoNotGrowWithDetectors(self):
        self.build()
        one, numQuanta = self.countQueries("visit = 1 AND detector = 3")
        self.assertEqual(numQuanta, 1)
        many, numQuanta = self.countQueries("visit = 1")
        self.assertEqual(numQuanta, len(self.exposures))
        self.assertGreater(one, 0)
        self.assertEqual(many, one)

    def testNextGraphSeesNewCoadds(self):
        before = self.build()
        self.scene.addCoadds([(0, 27)])
        after = self.build()
        self.assertEqual(after.keys(), before.keys())
        changed = [quantum for quantum, patches in after.items() if (0, 27) in patches]
        self.assertGreater(len(changed), 3)
        for quantum, patches in after.items():
            self.assertEqual(patches - {(0, 27)}, before[quantum])

    def testNextGraphMayBeOfAnotherRepository(self):
        other = self.makeScene(self.skyMap, withoutCoadd=self.scene.patches - {(0, 28)})
        other.addVisit(1, self.exposures)
        self.build()
        quanta = self.build(other.butler)
        self.assertGreater(len(quanta), 1)
        self.assertEqual(set().union(*quanta.values()), {(0, 28)})

    def testDetectorsWithoutCoaddsHaveNoQuanta(self):
        self.scene.addVisit(4, [makeExposure(geom.SpherePoint(200.0, 40.0, geom.degrees))])
        with self.assertLogs("lsst.ip.template", logging.WARNING) as logged:
            self.assertEqual(self.build(where="visit = 4"), {})
        (message,) = logged.output
        self.assertIn("near visit 4", message)

    def testOneWarningTellsWhichCoaddsAreMissing(self):
        for visit in (5, 6):
            self.scene.addVisit(visit, self.exposures, band="g")
        with self.assertLogs("lsst.ip.template", logging.WARNING) as logged:
            self.assertEqual(self.build(where="visit > 4"), {})
        (message,) = logged.output
        for what in ("deepCoadd", SKYMAP, "'g'", RUN, "is anywhere"):
            self.assertIn(what, message)


def setup_module(module):
    lsst.utils.tests.init()


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
