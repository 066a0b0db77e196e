# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

import base64
import json
import math
import pathlib
import pickle
import pickletools
import tempfile
import unittest

import numpy as np
from hypothesis import given, settings, strategies as st

import lsst.geom as geom
import lsst.pex.config as pexConfig
import lsst.skymap
import lsst.utils.tests
from lsst.daf.butler import Butler
from lsst.daf.butler.registry import ConflictingDefinitionError
from lsst.skymap import Index2D, skyMapRegistry, tractBuilderRegistry
from lsst.skymap.detail import coordFromVec
from lsst.skymap.ringsSkyMap import RingsSkyMap
from lsst.skymap.tractInfo import ExplicitTractInfo
from lsst.sphgeom import LonLat, Region, UnitVector3d

DATA = pathlib.Path(__file__).parent / "data"
GOLDEN = DATA / "golden"


def makeSkyMap(kind, builder="legacy", builderConfig=None, version=None, **values):
    """Make a sky map from configuration values."""
    cls = skyMapRegistry[kind]
    config = cls.ConfigClass()
    config.tractBuilder.name = builder
    for name, value in (builderConfig or {}).items():
        setattr(config.tractBuilder[builder], name, value)
    for name, value in values.items():
        setattr(config, name, value)
    return cls(config) if version is None else cls(config, version=version)


def makeGoldenSkyMap(name):
    """Make one of the golden sky maps from its configuration."""
    facts = json.loads((GOLDEN / "skymaps.json").read_text())[name]
    return makeSkyMap(facts["kind"], facts["builder"], facts["builder_config"], **facts["config"])


def makeSmall(kind, defaults, values):
    """Make a sky map with patches of 100 pixels and borders of 10."""
    small = {"patchInnerDimensions": [100, 100], "patchBorder": 10}
    return makeSkyMap(kind, builderConfig=small, **({"projection": "TAN"} | defaults | values))


def makeSmallRings(**values):
    """Make a sky map with few tracts of few patches."""
    return makeSmall("rings", {"numRings": 5, "pixelScale": 300.0, "tractOverlap": 1.0}, values)


def makeDiscrete(**values):
    """Make a sky map with two tracts of 8 x 8 patches."""
    tracts = {"raList": [10.0, 350.0], "decList": [0.0, 5.0], "radiusList": [0.1, 0.1]}
    return makeSmall("discrete", tracts | {"tractOverlap": 0.0, "pixelScale": 1.0}, values)


def point(ra, dec):
    """Make a position on the sky from degrees."""
    return geom.SpherePoint(ra, dec, geom.degrees)


coords = st.builds(point, st.floats(0.0, 359.999), st.floats(-90.0, 90.0))


class GoldenSkyMapTestCase(lsst.utils.tests.TestCase):
    """Sky maps as the compiled stack makes them."""

    def testPicklesAreThoseOfTheStack(self):
        paths = sorted((GOLDEN / "skymaps").glob("*.pickle"))
        self.assertTrue(paths)
        for path in paths:
            with self.subTest(path.stem):
                theirs, ours = path.read_bytes(), makeGoldenSkyMap(path.stem)
                self.assertEqual(pickle.loads(theirs), ours)
                written = pickle.dumps(ours, protocol=4)
                self.assertEqual(self.getOperations(written), self.getOperations(theirs))

    @staticmethod
    def getOperations(pickled):
        """List what unpickling does, but for comments in configurations."""
        operations = []
        for code, argument, _ in pickletools.genops(pickled):
            if code.name == "FRAME":
                continue
            if isinstance(argument, bytes):
                argument = [line for line in argument.splitlines() if line and not line.startswith(b"#")]
            operations.append((code.name, argument))
        return operations


class RingsSkyMapTestCase(lsst.utils.tests.TestCase):
    """Rings against their definition."""

    @staticmethod
    def distanceFromEdge(skyMap, coord):
        """Find how far a position is from where another tract begins."""
        offsets = [-1e-10, 1e-10]
        ids = {
            skyMap.findTract(
                geom.SpherePoint(
                    coord.getLongitude() + a * geom.radians,
                    min(max(coord.getLatitude().asRadians() + b, -math.pi / 2), math.pi / 2) * geom.radians,
                )
            ).getId()
            for a in offsets
            for b in offsets
        }
        return 0.0 if len(ids) > 1 else 1.0

    def testNumbersGrowEastwardsAndNorthwards(self):
        skyMap = makeSmallRings(raStart=20.0)
        self.assertEqual(skyMap.getRingIndices(0), (-1, 0))
        self.assertEqual(skyMap.getRingIndices(1), (0, 0))
        self.assertEqual(skyMap.getRingIndices(len(skyMap) - 1), (5, 0))
        self.assertAlmostEqual(skyMap[1].getCtrCoord().getLongitude().asDegrees(), 20.0)
        pairs = [skyMap.getRingIndices(index) for index in range(len(skyMap))]
        self.assertEqual(pairs, sorted(pairs))
        for index in (-1, len(skyMap)):
            with self.assertRaises(IndexError):
                skyMap.getRingIndices(index)

    def testVersion0EndsEachRingWithItsFirstTract(self):
        new, old = makeSmallRings(), makeSmallRings(version=0)
        self.assertEqual(len(new), len(old))
        sizes = [sum(new.getRingIndices(i)[0] == ring for i in range(len(new))) for ring in range(5)]
        self.assertEqual(old.getRingIndices(1), (0, 0))
        self.assertEqual(old.getRingIndices(1 + sizes[0]), (0, sizes[0]))
        self.assertEqual(old[1].getCtrCoord(), old[1 + sizes[0]].getCtrCoord())
        self.assertEqual(old.getRingIndices(2 + sizes[0]), (1, 1))
        self.assertEqual(old.getRingIndices(len(old) - 2), (4, sizes[4] - 1))
        center = new[1 + sizes[0]].getCtrCoord()
        self.assertEqual(old.findTract(center).getCtrCoord(), center)
        self.assertEqual(old.findTract(center).getId(), 1 + sizes[0] + sizes[1])

    def testVersionIs0Or1(self):
        with self.assertRaises(AssertionError):
            makeSmallRings(version=2)

    @given(st.lists(st.tuples(st.floats(-360.0, 720.0), st.floats(-90.0, 90.0)), min_size=1, max_size=20))
    @settings(deadline=None, max_examples=50)
    def testManyPositionsAreFoundLikeSingleOnes(self, positions):
        ra, dec = np.array(positions).T
        for version in (0, 1):
            skyMap = makeSmallRings(version=version, raStart=33.0)
            single = [skyMap.findTract(point(*position)).getId() for position in positions]
            np.testing.assert_array_equal(skyMap.findTractIdArray(ra, dec, degrees=True), single)
            radians = skyMap.findTractIdArray(np.deg2rad(ra), np.deg2rad(dec))
            np.testing.assert_array_equal(radians, single)

    @given(coords)
    @settings(deadline=None, max_examples=30)
    def testTractOfAPositionContainsIt(self, coord):
        skyMap = makeSmallRings()
        tract = skyMap.findTract(coord)
        self.assertTrue(tract.contains(coord))
        self.assertTrue(tract.getOuterSkyPolygon().contains(coord.getVector()))
        self.assertIn(tract, skyMap.findAllTracts(coord))
        self.assertIn(tract.getId(), [found.getId() for found, _ in skyMap.findTractPatchList([coord])])

    @given(coords)
    @settings(deadline=None, max_examples=30)
    def testInnerRegionIsWhereTheTractIsFound(self, coord):
        skyMap = makeSmallRings(raStart=14.0)
        containing = [
            tract.getId() for tract in skyMap if tract.getInnerSkyRegion().contains(coord.getVector())
        ]
        self.assertIn(skyMap.findTract(coord).getId(), containing)
        if self.distanceFromEdge(skyMap, coord) > 0 and abs(coord.getLatitude().asDegrees()) < 89.999:
            self.assertEqual(len(containing), 1)

    def testAllTractsOfAPositionAreFound(self):
        skyMap = makeSmallRings()
        rng = np.random.default_rng(5)
        for ra, z in zip(rng.uniform(0, 360, 40), rng.uniform(-1, 1, 40)):
            coord = point(ra, math.degrees(math.asin(z)))
            expected = {tract.getId() for tract in skyMap if tract.contains(coord)}
            self.assertEqual({tract.getId() for tract in skyMap.findAllTracts(coord)}, expected)

    def testFindTractMakesOnlyTheTractItFinds(self):
        made = []

        class RecordingSkyMap(RingsSkyMap):
            def generateTract(self, index):
                made.append(index)
                return super().generateTract(index)

        skyMap = RecordingSkyMap(makeGoldenSkyMap("hsc_rings_v1").config)
        self.assertEqual(len(skyMap), 18938)
        coord = point(150.0, 2.0)
        tract = skyMap.findTract(coord)
        tract.findPatchList([coord])
        skyMap.findTract(coord)
        skyMap.findTractIdArray(np.linspace(0, 360, 1000), np.linspace(-90, 90, 1000), degrees=True)
        self.assertEqual(made, [tract.getId()])

    def testATractThatHasBeenFoundHasAllItsPixels(self):
        skyMap = makeGoldenSkyMap("hsc_rings_v1")
        tract = skyMap.findTract(point(150.0, 2.0))
        again = pickle.loads(pickle.dumps(tract))
        self.assertEqual(tract.getBBox(), geom.Box2I(geom.Point2I(0, 0), geom.Extent2I(36000, 36000)))
        self.assertEqual(again.getBBox(), tract.getBBox())
        self.assertEqual(again.getWcs(), tract.getWcs())

    def testConfigurationIsChecked(self):
        for name, value in (("numRings", 0), ("raStart", 360.0), ("raStart", -1.0)):
            with self.assertRaises(pexConfig.FieldValidationError):
                setattr(RingsSkyMap.ConfigClass(), name, value)


class NearestTractTestCase(lsst.utils.tests.TestCase):
    """Sky maps whose tracts are found by distance."""

    def testOfTractsAtTheSameDistanceTheFirstIsFound(self):
        skyMap = makeDiscrete(raList=[20.0, 10.0, 10.0], decList=[0.0] * 3, radiusList=[0.1] * 3)
        self.assertEqual(skyMap.findTract(point(10.0, 0.0)).getId(), 1)
        self.assertEqual(skyMap.findTract(point(11.0, 3.0)).getId(), 1)

    def testAnEmptySkyMapHasNoTractToFind(self):
        skyMap = makeDiscrete(raList=[], decList=[], radiusList=[])
        self.assertEqual(len(skyMap), 0)
        with self.assertRaises(IndexError):
            skyMap.findTract(point(0.0, 0.0))

    def testTractsOfDifferentSizesDoNotDisturbEachOther(self):
        skyMap = makeDiscrete(radiusList=[0.1, 0.3])
        sizes = [tuple(tract.getNumPatches()) for tract in skyMap]
        self.assertEqual(sizes, [(8, 8), (22, 22)])
        for tract, (x, y) in zip(skyMap, sizes):
            self.assertEqual(len(tract), x * y)
            self.assertEqual(tract.getPatchIndexPair(x), Index2D(0, 1))
            self.assertEqual(tract.getPatchInfo((1, 1)).getSequentialIndex(), x + 1)
            with self.assertRaises(IndexError):
                tract.getPatchInfo((x, 0))

    def testListsOfADiscreteSkyMapHaveTheSameLength(self):
        config = skyMapRegistry["discrete"].ConfigClass()
        config.raList, config.decList, config.radiusList = [1.0], [1.0], [0.1, 0.2]
        with self.assertRaisesRegex(ValueError, "radiusList has 2 values, raList has 1"):
            config.validate()

    @given(coords)
    @settings(deadline=None, max_examples=20)
    def testDodecahedronTilesTheSky(self, coord):
        for onPoles in (False, True):
            skyMap = self.getDodeca(onPoles)
            tract = skyMap.findTract(coord)
            self.assertTrue(tract.contains(coord))
            nearest = min(coord.separation(each.getCtrCoord()) for each in skyMap)
            self.assertAlmostEqual(coord.separation(tract.getCtrCoord()).asRadians(), nearest.asRadians())

    def testDodecahedronHasTractsOrVerticesOnThePoles(self):
        for onPoles in (False, True):
            skyMap = self.getDodeca(onPoles)
            self.assertEqual(skyMap.getVersion(), (1, 0))
            self.assertEqual(len(skyMap), 12)
            pole = point(0.0, 90.0)
            self.assertEqual(skyMap[0].getCtrCoord().separation(pole).asDegrees() < 1e-9, onPoles)
            apart = min(vertex.separation(pole).asDegrees() for vertex in skyMap[0].getVertexList())
            self.assertEqual(apart < 1e-9, not onPoles)

    dodecas = {}

    def getDodeca(self, onPoles):
        """Get a coarse dodecahedron; it takes a while to make."""
        if onPoles not in self.dodecas:
            self.dodecas[onPoles] = makeSkyMap("dodeca", withTractsOnPoles=onPoles, pixelScale=120.0)
        return self.dodecas[onPoles]

    def testEquatorialTractsAreNumberedEastwards(self):
        skyMap = makeSkyMap("equat", numTracts=6, pixelScale=20.0, tractOverlap=0.2)
        self.assertEqual(skyMap.getVersion(), (1, 0))
        for tract in skyMap:
            self.assertEqual(skyMap.findTract(point(60.0 * tract.getId() + 29.0, 1.0)), tract)
        np.testing.assert_array_equal(
            skyMap.findTractIdArray(np.array([359.0, 1.0, 61.0]), np.zeros(3), degrees=True), [5, 0, 1]
        )

    def testAPoleHasTheRightAscensionThatItIsGiven(self):
        coord = coordFromVec([0.0, 0.0, -2.0], defRA=30.0 * geom.degrees)
        self.assertEqual(coord, point(30.0, -90.0))
        self.assertLess(coordFromVec([0.0, 3.0, 0.0]).separation(point(90.0, 0.0)).asArcseconds(), 1e-9)
        with self.assertRaises(RuntimeError):
            coordFromVec([0.0, 0.0, 1.0])


class TractInfoTestCase(lsst.utils.tests.TestCase):
    """Tracts and patches against the arithmetic of pixels."""

    def setUp(self):
        self.skyMap = makeDiscrete()
        self.tract = self.skyMap[0]

    def toSky(self, *pixels):
        """Convert pixels of the tract to positions on the sky."""
        return self.tract.getWcs().pixelToSky([geom.Point2D(*pixel) for pixel in pixels])

    def testPositionsOffTheProjectionAreLeftOut(self):
        inside = self.toSky((150, 150))
        opposite = point(190.0, 0.0)
        self.assertEqual(
            [patch.getIndex() for patch in self.tract.findPatchList(inside + [opposite])], [Index2D(1, 1)]
        )
        self.assertEqual(len(self.tract.findPatchList([opposite])), 0)
        self.assertEqual(self.skyMap.findTractPatchList([point(100.0, 0.0)]), [])

    def testPositionsNearTheEdgeOfTheProjectionAreJustFar(self):
        almost = point(99.99999999, 0.0)
        self.assertFalse(self.tract.contains(almost))
        self.assertEqual(len(self.tract.findPatchList([almost])), 0)

    def testPatchOfAPositionHasItInItsInnerBox(self):
        for pixel in ((0, 0), (99, 100), (799, 799), (340, 250)):
            patch = self.tract.findPatch(self.toSky(pixel)[0])
            self.assertEqual(patch.getIndex(), Index2D(pixel[0] // 100, pixel[1] // 100))
        for coord in (self.toSky((-1, 0))[0], self.toSky((0, 800))[0], point(190.0, 0.0)):
            with self.assertRaisesRegex(LookupError, "not in tract 0"):
                self.tract.findPatch(coord)

    def testInnerBoxesTileTheTract(self):
        counts = np.zeros((800, 800), dtype=int)
        for patch in self.tract:
            box = patch.getInnerBBox()
            counts[box.getBeginY() : box.getEndY(), box.getBeginX() : box.getEndX()] += 1
            self.assertTrue(self.tract.getBBox().contains(patch.getOuterBBox()))
        np.testing.assert_array_equal(counts, 1)

    def testSequentialIndexGoesRowByRow(self):
        self.assertEqual([patch.getSequentialIndex() for patch in self.tract], list(range(64)))
        for number in (0, 7, 8, 63):
            pair = self.tract.getPatchIndexPair(number)
            self.assertEqual(pair, Index2D(x=number % 8, y=number // 8))
            self.assertEqual(self.tract.getSequentialPatchIndexFromPair(tuple(pair)), number)
            self.assertEqual(self.tract.getSequentialPatchIndex(self.tract[number]), number)
            self.assertEqual(self.tract[np.int64(number)], self.tract[pair])

    def testPatchesBeyondTheTractDoNotExist(self):
        for index in (-1, 64, (8, 0), (0, -1), (99, 0)):
            with self.assertRaises(IndexError):
                self.tract.getPatchInfo(index)
        for index in (3, (1, 2, 3)):
            with self.assertRaises((TypeError, ValueError)):
                self.tract.getSequentialPatchIndexFromPair(index)

    def testGeometryCannotBeChangedThroughWhatIsReturned(self):
        for owner, name in (
            (self.tract, "getBBox"),
            (self.tract[0], "getInnerBBox"),
            (self.tract[0], "getOuterBBox"),
        ):
            before = getattr(owner, name)()
            getattr(owner, name)().grow(5)
            self.assertEqual(getattr(owner, name)(), before)

    def testPropertiesAreTheMethods(self):
        shared = "wcs inner_sky_polygon outer_sky_polygon"
        ofTract = "bbox ctr_coord num_patches patch_border patch_inner_dimensions tract_overlap vertex_list"
        ofPatch = "index sequential_index inner_bbox outer_bbox num_cells cell_border cell_inner_dimensions"
        for owner, names in ((self.tract, f"{ofTract} inner_sky_region"), (self.tract[9], ofPatch)):
            for name in f"{shared} {names}".split():
                method = "get" + name.title().replace("_", "").replace("Bbox", "BBox")
                self.assertEqual(getattr(owner, name), getattr(owner, method)(), name)
        self.assertEqual(self.tract.tract_id, self.tract.getId())

    def testSkyPolygonsAreThoseOfWholePixels(self):
        patch = self.tract[9]
        for polygon, inside, outside in (
            (patch.getInnerSkyPolygon(), (199.4, 199.4), (199.6, 199.4)),
            (patch.getOuterSkyPolygon(self.tract.getWcs()), (209.4, 209.4), (209.6, 209.4)),
            (self.tract.getOuterSkyPolygon(), (799.4, -0.4), (799.4, -0.6)),
        ):
            self.assertTrue(polygon.contains(self.toSky(inside)[0].getVector()))
            self.assertFalse(polygon.contains(self.toSky(outside)[0].getVector()))

    def testTextsNameTheGeometry(self):
        patch = self.tract[9]
        self.assertEqual(str(self.tract), "TractInfo(id=0)")
        self.assertTrue(repr(self.tract).startswith("TractInfo(id=0, ctrCoord="))
        self.assertEqual(str(patch), "PatchInfo(index=Index2D(x=1, y=1))")
        self.assertIn("outerBBox", repr(patch))

    def testTractsOfSquaresAreExplicit(self):
        self.assertIsInstance(self.tract, ExplicitTractInfo)
        self.assertIsInstance(self.tract, lsst.skymap.TractInfo)


class CellTestCase(lsst.utils.tests.TestCase):
    """Patches that are made of cells."""

    def setUp(self):
        self.skyMap = makeSkyMap(
            "discrete",
            "cells",
            {
                "cellInnerDimensions": [50, 50],
                "cellBorder": 5,
                "numCellsPerPatchInner": 3,
                "numCellsInPatchBorder": 2,
            },
            raList=[10.0],
            decList=[0.0],
            radiusList=[0.1],
            projection="TAN",
            tractOverlap=0.0,
            pixelScale=1.0,
        )
        self.patch = self.skyMap[0][0]

    def testPatchIsLargeEnoughForItsCells(self):
        self.assertEqual(self.patch.getInnerBBox(), geom.Box2I(geom.Point2I(0, 0), geom.Extent2I(150, 150)))
        self.assertEqual(self.patch.getOuterBBox(), self.patch.getInnerBBox().dilatedBy(2 * 50 + 5))
        self.assertEqual(self.skyMap[0].getPatchBorder(), 105)
        self.assertEqual(self.patch.getNumCells(), Index2D(7, 7))
        self.assertEqual(len(self.patch), 49)
        union = geom.Box2I()
        for cell in self.patch:
            union.include(cell.getOuterBBox())
        self.assertEqual(union, self.patch.getOuterBBox())

    def testFirstCellOfTheInnerBoxComesAfterThoseOfTheBorder(self):
        cell = self.patch[2, 2]
        self.assertEqual(cell.getInnerBBox(), geom.Box2I(geom.Point2I(0, 0), geom.Extent2I(50, 50)))
        self.assertEqual(cell.getOuterBBox(), cell.getInnerBBox().dilatedBy(5))
        self.assertEqual(cell.getSequentialIndex(), 16)
        self.assertEqual(self.patch[16], cell)
        self.assertNotEqual(self.patch[15], cell)
        self.assertEqual(self.patch.getCellIndexPair(16), Index2D(2, 2))
        self.assertEqual(self.patch.getSequentialCellIndex(cell), 16)
        self.assertEqual(cell.inner_bbox, cell.getInnerBBox())
        self.assertEqual(cell.wcs, self.skyMap[0].getWcs())
        self.assertEqual(str(cell), "CellInfo(index=Index2D(x=2, y=2))")
        center = cell.getWcs().pixelToSky(24.5, 24.5).getVector()
        for polygon in (cell.inner_sky_polygon, cell.outer_sky_polygon):
            self.assertTrue(polygon.contains(center))

    def testCellsBeyondThePatchDoNotExist(self):
        for index in (-1, 49, (7, 0), (0, -1)):
            with self.assertRaises(IndexError):
                self.patch.getCellInfo(index)
        plain = makeDiscrete()[0][0]
        self.assertEqual(plain.getNumCells(), Index2D(0, 0))
        self.assertEqual(list(plain), [])
        for search in (plain.getCellInfo, plain.getCellIndexPair):
            with self.assertRaises(IndexError):
                search(0)

    def testCellsAreSquare(self):
        config = tractBuilderRegistry["cells"].ConfigClass()
        config.cellInnerDimensions = [10, 20]
        with self.assertRaisesRegex(ValueError, "10 and 20"):
            config.validate()

    def testOuterBoxContainsTheInnerOne(self):
        small, large = (geom.Box2I(geom.Point2I(0, 0), geom.Extent2I(size, size)) for size in (3, 4))
        for cls in (lsst.skymap.CellInfo, lsst.skymap.PatchInfo):
            with self.assertRaisesRegex(RuntimeError, "does not contain"):
                cls(Index2D(0, 0), large, small, 0, None)
        for dimensions in (5, (1, 2, 3)):
            with self.assertRaises(TypeError):
                lsst.skymap.PatchInfo(Index2D(0, 0), small, large, 0, None, cellInnerDimensions=dimensions)

    def testABuilderNeedsATract(self):
        for name in ("legacy", "cells"):
            cls = tractBuilderRegistry[name]
            with self.assertRaises(RuntimeError):
                cls(cls.ConfigClass()).getPatchInfo((0, 0), None)


class SkyMapTestCase(lsst.utils.tests.TestCase):
    """What all sky maps share."""

    def testPicklingIsAnIdentity(self):
        for skyMap in (
            *(makeSmallRings(version=version, projection="STG", rotation=5.0) for version in (0, 1)),
            makeDiscrete(),
            makeDiscrete(raList=[], decList=[], radiusList=[]),
            makeSkyMap("equat", pixelScale=60.0),
            makeSkyMap("dodeca", pixelScale=120.0),
        ):
            copy = pickle.loads(pickle.dumps(skyMap))
            self.assertIs(type(copy), type(skyMap))
            self.assertEqual(copy, skyMap)
            self.assertEqual(hash(copy), hash(skyMap))
            self.assertEqual(copy.config, skyMap.config)
            self.assertEqual(pickle.dumps(copy), pickle.dumps(skyMap))
            self.assertEqual(len(copy), len(skyMap))
            for tract, other in zip(list(copy)[-1:], list(skyMap)[-1:]):
                self.assertEqual(tract.getBBox(), other.getBBox())
                self.assertEqual(tract.getWcs(), other.getWcs())
                self.assertEqual(tract.getCtrCoord(), other.getCtrCoord())

    def testPicklesOfAFutureVersionAreRefused(self):
        for kind in ("dodeca", "equat"):
            cls = skyMapRegistry[kind]
            state = {"version": (2, 0), "config": cls.ConfigClass()}
            with self.assertRaisesRegex(RuntimeError, r"\(2, 0\)"):
                cls.__new__(cls).__setstate__(state)

    def testEqualityIsOfTheHash(self):
        self.assertEqual(makeDiscrete(), makeDiscrete())
        self.assertNotEqual(makeDiscrete(), makeDiscrete(pixelScale=1.5))
        self.assertNotEqual(makeDiscrete(), "discrete")
        self.assertEqual(len({makeDiscrete(), makeDiscrete(), makeDiscrete(rotation=1.0)}), 2)

    def testConfigurationIsFrozen(self):
        skyMap = makeDiscrete()
        with self.assertRaises(pexConfig.FieldValidationError):
            skyMap.config.pixelScale = 2.0

    def testTractsAreASequence(self):
        skyMap = makeDiscrete()
        self.assertEqual([tract.getId() for tract in skyMap], [0, 1])
        self.assertIs(skyMap[1], skyMap[1])
        for index in (-1, 2):
            with self.assertRaises(IndexError):
                skyMap[index]

    def testTractNumbersAreIntegers(self):
        for skyMap in (makeDiscrete(), makeSmallRings(), makeSkyMap("dodeca")):
            with self.subTest(type(skyMap).__name__):
                self.assertEqual(skyMap[np.int64(1)].getId(), 1)
                for index in (1.0, 0.5, np.float64(1.0)):
                    with self.assertRaises(TypeError):
                        skyMap[index]

    def testABaseSkyMapHasNoHash(self):
        with self.assertRaises(NotImplementedError):
            lsst.skymap.BaseSkyMap().getSha1()

    def testProjectionHasThreeLetters(self):
        with self.assertRaisesRegex(RuntimeError, "must have 3"):
            makeDiscrete(projection="GNOM")

    def testSquaresArePolygonsOnTheSky(self):
        tract = makeDiscrete()[0]
        polygon = lsst.skymap.makeSkyPolygonFromBBox(bbox=tract.getBBox(), wcs=tract.getWcs())
        self.assertEqual(polygon, tract.getOuterSkyPolygon())


class ConfigurationTestCase(lsst.utils.tests.TestCase):
    """Configuration files as those of the obs packages."""

    class Config(pexConfig.Config):
        skyMap = skyMapRegistry.makeField("Kind of sky map", default="dodeca")

    def load(self, **values):
        """Make rings from the text of a configuration file."""
        values = {"numRings": 120, "projection": "'TAN'", "tractOverlap": "1.0/60"} | values
        lines = [f'config.skyMap["rings"].{name} = {value}\n' for name, value in values.items()]
        config = self.Config()
        config.loadFromString("".join(['config.skyMap = "rings"\n', *lines]))
        config.validate()
        return config.skyMap.apply()

    def testRingsWithTheOldNamesOfPatches(self):
        skyMap = self.load(pixelScale=0.168, patchInnerDimensions=[4000, 4000], patchBorder=100)
        self.assertEqual(skyMap, makeGoldenSkyMap("hsc_rings_v1"))
        self.assertEqual(skyMap.config.getPatchBorder(), 100)
        self.assertEqual(list(skyMap.config.patchInnerDimensions), [4000, 4000])

    def testRingsWithCells(self):
        skyMap = self.load(pixelScale=0.2, **{"tractBuilder.name": "'cells'"})
        self.assertEqual(skyMap, makeGoldenSkyMap("lsst_cells_like"))

    def testDefaultsOfTheDodecahedron(self):
        config = skyMapRegistry["dodeca"].ConfigClass()
        self.assertEqual(
            (config.tractOverlap, config.patchBorder, config.pixelScale, config.projection),
            (3.5, 250, 0.2, "STG"),
        )
        self.assertEqual(skyMapRegistry["equat"].ConfigClass().projection, "CEA")


class RegisterTestCase(lsst.utils.tests.TestCase):
    """Sky maps in a real repository."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        config = Butler.makeRepo(directory.name)
        self.butler = self.enterContext(Butler.from_config(config, writeable=True))

    def makeGoldSky(self, **values):
        """Make the sky map of the golden repository."""
        tracts = {"raList": [0.01, 0.115, 200.0], "decList": [-30.0, -30.01, -89.9], "radiusList": [0.03] * 3}
        values = tracts | {"projection": "TAN", "tractOverlap": 0.0, "pixelScale": 0.2} | values
        patches = {"patchInnerDimensions": [200, 200], "patchBorder": 20}
        return makeSkyMap("discrete", builderConfig=patches, **values)

    def testRecordsAreThoseOfTheStack(self):
        self.makeGoldSky().register("gold_sky", self.butler)
        expected = json.loads((DATA / "gold_sky_records.json").read_text())
        (record,) = self.butler.registry.queryDimensionRecords("skymap")
        self.assertEqual(record.hash, base64.b64decode(expected["skymap"]["hash"]))
        for key in ("name", "tract_max", "patch_nx_max", "patch_ny_max"):
            self.assertEqual(getattr(record, key), expected["skymap"][key])
        for name in ("tract", "patch"):
            found = list(self.butler.registry.queryDimensionRecords(name, skymap="gold_sky"))
            records = {
                tuple(record.dataId.get(key) for key in ("tract", "patch")): record for record in found
            }
            self.assertEqual(len(records), len(expected[name]))
            for row in expected[name]:
                record = records[row["tract"], row.get("patch")]
                region = Region.decodeBase64(row["region"])
                vertices, wanted = ([*map(list, each.getVertices())] for each in (record.region, region))
                np.testing.assert_allclose(vertices, wanted, rtol=0, atol=1e-12)
                for key in {"cell_x", "cell_y"} & set(row):
                    self.assertEqual(getattr(record, key), row[key])

    def testTheSkyMapIsStoredInItsRun(self):
        skyMap = self.makeGoldSky()
        skyMap.register("gold_sky", self.butler)
        self.assertEqual(skyMap.SKYMAP_RUN_COLLECTION_NAME, "skymaps")
        self.assertEqual(skyMap.SKYMAP_DATASET_TYPE_NAME, "skyMap")
        self.assertEqual(self.butler.get("skyMap", skymap="gold_sky", collections="skymaps"), skyMap)

    def testRegisteringAgainChangesNothing(self):
        for _ in range(2):
            self.makeGoldSky().register("gold_sky", self.butler)
        self.assertEqual(len(list(self.butler.registry.queryDimensionRecords("skymap"))), 1)

    def testANameHasOneSkyMapAndASkyMapOneName(self):
        self.makeGoldSky().register("gold_sky", self.butler)
        for name, skyMap in (("gold_sky", self.makeGoldSky(pixelScale=0.3)), ("other", self.makeGoldSky())):
            with self.assertRaisesRegex(ConflictingDefinitionError, skyMap.getSha1().hex()):
                skyMap.register(name, self.butler)
        self.assertEqual(
            self.butler.get("skyMap", skymap="gold_sky", collections="skymaps"), self.makeGoldSky()
        )


class PolarCapTestCase(lsst.utils.tests.TestCase):
    """The tracts at the poles."""

    def testInnerRegionsOfPolarCapsGoAllAround(self):
        skyMap = makeSmallRings()
        for tract, dec in ((skyMap[0], -89.0), (skyMap[len(skyMap) - 1], 89.0)):
            for ra in (0.0, 90.0, 200.0, 359.999):
                vector = UnitVector3d(LonLat.fromDegrees(ra, dec))
                self.assertTrue(tract.getInnerSkyRegion().contains(vector))
            self.assertFalse(tract.inner_sky_region.contains(UnitVector3d(LonLat.fromDegrees(0, -dec))))


if __name__ == "__main__":
    unittest.main()
