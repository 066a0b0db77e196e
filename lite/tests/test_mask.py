# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks have named planes, which the process shares."""

import pickle
import subprocess
import sys
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import lsst.afw.image as afwImage
import lsst.utils.tests
from lsst.afw._pixels._maskPlanes import MaskPlanes
from lsst.daf.base import PropertyList
from lsst.geom import Box2I, Extent2I, Point2I
from lsst.pex.exceptions import InvalidParameterError, LengthError

BOX = Box2I(Point2I(3, 4), Extent2I(10, 8))

PLANES = {
    "BAD": 0,
    "SAT": 1,
    "INTRP": 2,
    "CR": 3,
    "EDGE": 4,
    "DETECTED": 5,
    "DETECTED_NEGATIVE": 6,
    "SUSPECT": 7,
    "NO_DATA": 8,
    "VIGNETTED": 9,
    "STREAK": 10,
}
"""Planes of a new process (``README.md`` of the golden data)."""


class MaskTestCase(lsst.utils.tests.TestCase):
    def setUp(self):
        # Planes are those of the process: each test starts with the first.
        before = MaskPlanes.getDefault()
        self.addCleanup(MaskPlanes.setDefault, before)
        MaskPlanes.setDefault(MaskPlanes(PLANES))

    def testNewProcessHasTheStacksPlanes(self):
        code = "import lsst.afw.image as i; print(i.Mask().getMaskPlaneDict())"
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        self.assertEqual(result.stdout.strip(), str(dict(sorted(PLANES.items()))))

    def testMaskIsAnImageOfIntegers(self):
        self.assertIs(afwImage.Mask[np.int32], afwImage.MaskX)
        mask = afwImage.Mask(BOX, 3)
        self.assertIsInstance(mask, afwImage.MaskX)
        self.assertEqual(mask.array.dtype, np.int32)
        self.assertEqual(mask.array.sum(), 240)
        self.assertEqual(afwImage.Mask(2, 3, 5).array.sum(), 30)
        self.assertEqual(afwImage.Mask(width=2, height=3).array.sum(), 0)
        self.assertIsInstance(mask[Point2I(3, 4)], int)

    def testSubsetIsAView(self):
        mask = afwImage.Mask(BOX)
        mask[4:6, 5:7].array[:] = 2
        self.assertEqual(mask.array.sum(), 8)
        self.assertEqual(mask.clone().array.sum(), 8)

    def testBitsOfPlanes(self):
        self.assertEqual(afwImage.Mask.getPlaneBitMask([]), 0)
        self.assertEqual(afwImage.Mask(BOX).getPlaneBitMask(("BAD", "SAT")), 3)
        self.assertEqual(afwImage.Mask.getNumPlanesUsed(), 11)

    def testUnknownPlanesAreErrors(self):
        for call in (
            lambda: afwImage.Mask.getPlaneBitMask(["BAD", "NOPE"]),
            lambda: afwImage.Mask.removeMaskPlane("NOPE"),
            lambda: afwImage.Mask(BOX).clearMaskPlane(25),
        ):
            with self.assertRaises(InvalidParameterError):
                call()
        for wrong in (3, None, [1]):
            with self.assertRaises(TypeError):
                afwImage.Mask.getPlaneBitMask(wrong)

    def testAddedPlaneIsInAllMasks(self):
        mask = afwImage.Mask(BOX)
        self.assertEqual(afwImage.Mask.addMaskPlane("MINE"), 11)
        self.assertEqual(afwImage.Mask.addMaskPlane("MINE"), 11)
        self.assertEqual(mask.getMaskPlaneDict()["MINE"], 11)
        self.assertEqual(afwImage.Mask.getPlaneBitMask("MINE"), 2048)

    def testAddedPlaneTakesTheFirstFreeBit(self):
        afwImage.Mask.removeMaskPlane("CR")
        self.assertEqual(afwImage.Mask.addMaskPlane("MINE"), 3)

    def testThereIsRoomForThirtyTwoPlanes(self):
        for i in range(11, 32):
            self.assertEqual(afwImage.Mask.addMaskPlane(f"P{i}"), i)
        self.assertEqual(afwImage.Mask.getPlaneBitMask("P31"), -(2**31))
        mask = afwImage.Mask(BOX)
        mask |= afwImage.Mask.getPlaneBitMask("P31")
        self.assertEqual(mask.interpret(mask[3, 4]), "P31")
        with self.assertRaisesRegex(RuntimeError, "32.*ONE_TOO_MANY"):
            afwImage.Mask.addMaskPlane("ONE_TOO_MANY")

    def testRemovedPlaneStaysInMasksThatExist(self):
        mask = afwImage.Mask(BOX)
        afwImage.Mask.removeMaskPlane("STREAK")
        self.assertIn("STREAK", mask.getMaskPlaneDict())
        self.assertNotIn("STREAK", afwImage.Mask(BOX).getMaskPlaneDict())

    def testClearing(self):
        mask = afwImage.Mask(BOX, 7)
        mask.clearMaskPlane(1)
        self.assertEqual(set(mask.array.flat), {5})
        mask.clearAllMaskPlanes()
        self.assertEqual(set(mask.array.flat), {0})

    def testOperators(self):
        mask = alias = afwImage.Mask(BOX, 5)
        mask |= 2
        self.assertEqual(set(mask.array.flat), {7})
        mask &= afwImage.Mask(BOX, 6)
        self.assertEqual(set(mask.array.flat), {6})
        mask |= afwImage.Mask(BOX, 8)
        mask &= ~2
        self.assertEqual(set(mask.array.flat), {12})
        self.assertIs(mask, alias)

    def testOperatorsRefuseWhatDoesNotFit(self):
        mask = afwImage.Mask(BOX)
        with self.assertRaises(LengthError):
            mask |= afwImage.Mask(2, 2)
        with self.assertRaisesRegex(RuntimeError, "dictionaries"):
            mask |= afwImage.Mask(BOX, {"OTHER": 3})
        with self.assertRaises(TypeError):
            mask |= 2.5
        with self.assertRaises(NotImplementedError):
            mask | mask

    def testValuesAreInterpreted(self):
        self.assertEqual(afwImage.Mask.interpret(0), "")
        mask = afwImage.Mask(BOX)
        mask.array[2, 1] = 256
        self.assertEqual(mask.getAsString(1, 2), "NO_DATA")

    def testConformingMovesBits(self):
        mask = afwImage.Mask(BOX, {"BAD": 3, "SAT": 1, "THEIRS": 0})
        mask.array[0, :5] = [8, 2, 1, 11, 64]
        mask.conformMaskPlanes({"BAD": 3, "SAT": 1, "THEIRS": 0})
        self.assertEqual(mask.array[0, :5].tolist(), [8, 2, 1, 11, 64])

        mask = afwImage.Mask(BOX)
        mask.array[0, :5] = [8, 2, 1, 11, 64]
        mask.conformMaskPlanes({"BAD": 3, "SAT": 1, "THEIRS": 0})
        theirs = afwImage.Mask.getPlaneBitMask("THEIRS")
        self.assertEqual(theirs, 2048)
        self.assertEqual(mask.array[0, :5].tolist(), [1, 2, theirs, 1 + 2 + theirs, 0])

    def testThreadsThatFindNewPlanesGetEachTheirOwn(self):
        # As threads do that read files; each has a bit 3 of its own.
        names = [f"THREAD{number}" for number in range(8)]
        barrier = threading.Barrier(len(names), timeout=60)

        def conform(name):
            mask = afwImage.Mask(1, 1, 8)
            barrier.wait()
            mask.conformMaskPlanes({name: 3})
            return mask.array[0, 0]

        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(1e-6)
        with ThreadPoolExecutor(len(names)) as pool:
            for _ in range(300):
                MaskPlanes.setDefault(MaskPlanes(PLANES))
                found = list(pool.map(conform, names))
                self.assertEqual(sorted(found), [1 << plane for plane in range(11, 19)])
                self.assertEqual(found, [afwImage.Mask.getPlaneBitMask(name) for name in names])

    def testMaskWithPlanesOfItsOwn(self):
        mask = afwImage.Mask(BOX, {"ONLY": 0})
        self.assertEqual(mask.getMaskPlaneDict(), {"ONLY": 0})
        afwImage.Mask.addMaskPlane("MINE")
        self.assertEqual(mask.getMaskPlaneDict(), {"MINE": 11, "ONLY": 0})
        self.assertEqual(afwImage.Mask(mask, True).getMaskPlaneDict(), {"MINE": 11, "ONLY": 0})
        with self.assertRaises(TypeError):
            afwImage.Mask(BOX, {3: 4})

    def testMetadataHasThePlanes(self):
        metadata = PropertyList()
        metadata.set("MP_OLD", 5)
        metadata.set("OTHER", 5)
        afwImage.Mask.addMaskPlanesToMetadata(metadata)
        self.assertNotIn("MP_OLD", metadata)
        self.assertEqual(metadata.getScalar("MP_NO_DATA"), 8)

    def testPickledMaskKeepsItsMeaning(self):
        afwImage.Mask.addMaskPlane("MINE")
        mask = afwImage.Mask(BOX, afwImage.Mask.getPlaneBitMask("MINE"))
        pickled = pickle.dumps(mask)
        MaskPlanes.setDefault(MaskPlanes(PLANES))
        for name in ("FIRST", "MINE"):
            afwImage.Mask.addMaskPlane(name)
        other = pickle.loads(pickled)
        self.assertEqual(other.getBBox(), BOX)
        self.assertEqual(set(other.array.flat), {4096})
        self.assertEqual(other.interpret(4096), "MINE")

    def testPickledMaskHasThePlanesOfTheSession(self):
        # The stack pickles through FITS, which does not keep those of a mask.
        mask = afwImage.Mask(BOX, {"BAD": 4})
        mask.set(16)
        other = pickle.loads(pickle.dumps(mask))
        self.assertEqual(other.getMaskPlaneDict(), PLANES)
        self.assertEqual(set(other.array.flat), {16})


if __name__ == "__main__":
    unittest.main()
