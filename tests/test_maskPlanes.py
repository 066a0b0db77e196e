# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mask planes of coadds mean the same in the template, whatever their
numbers are.
"""

import os
import tempfile
import traceback
import unittest

import numpy as np
from astropy.io import fits
from scenes import makeCoadd, makeSkyMap

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.image import ExposureF, FilterLabel, Mask, makeMaskedImage
from lsst.daf.butler import Butler, DatasetRef, DatasetType, FileDataset
from lsst.ip.template import GetCoaddAsTemplateTask
from lsst.pipe.base import InMemoryDatasetHandle

PATCHES = (6, 7)
"""Two neighbours."""


FIRST_ROWS = {"NO_DATA": 60, "EDGE": 62, "MINE": 64, "YOURS": 66}
SECOND_ROWS = {"NO_DATA": 70, "EDGE": 72, "BAD": 74, "YOURS": 76}
"""Rows in which planes are set, in tract pixels."""


class MaskPlanesTestCase(lsst.utils.tests.TestCase):
    """Two coadds with planes of their own."""

    def setUp(self):
        self.skyMap = makeSkyMap()
        self.tract = self.skyMap[0]
        self.before = set(Mask(0, 0).getMaskPlaneDict())
        self.addCleanup(self.forgetPlanes)

    def forgetPlanes(self):
        """Remove the planes that this process did not have at first."""
        for name in set(Mask(0, 0).getMaskPlaneDict()) - self.before:
            Mask.removeMaskPlane(name)

    def makeCoadd(self, patch, planes, rows):
        """Make a coadd whose mask has planes of its own.

        Parameters
        ----------
        patch : `int`
            Sequential patch number.
        planes : `dict` [`str`, `int`]
            Numbers of the planes.
        rows : `dict` [`str`, `int`]
            Row in which each plane is set, in tract pixels.
        """
        coadd = makeCoadd(self.tract, patch)
        coadd.setFilter(FilterLabel(band="r"))
        mask = Mask(coadd.getBBox(), planes)
        for name, row in rows.items():
            mask.array[row - mask.getY0()] |= 1 << planes[name]
        return ExposureF(makeMaskedImage(coadd.image, mask, coadd.variance), coadd.getInfo())

    def writeFile(self, coadd, path):
        """Write a coadd as a process with its mask's planes would.

        The planes of this process are what is written; so the header of the
        mask is edited, as another program could.
        """
        coadd.writeFits(path)
        with fits.open(path, mode="update") as hdus:
            header = hdus["MASK"].header
            for name in [name for name in header if name.startswith("MP_")]:
                del header[name]
            for name, plane in coadd.mask.getMaskPlaneDict().items():
                header[f"HIERARCH MP_{name}"] = plane

    def put(self, coadds):
        """Put files of coadds into a Butler repository.

        Returns
        -------
        handles : `list` [`lsst.daf.butler.DeferredDatasetHandle`]
            One for each coadd.
        """
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        butler = Butler.from_config(Butler.makeRepo(folder.name), run="coadds", writeable=True)
        datasetType = DatasetType(
            "deepCoadd", ("skymap", "tract", "patch", "band"), "ExposureF", universe=butler.dimensions
        )
        butler.registry.registerDatasetType(datasetType)
        self.skyMap.register("sky", butler)
        butler.registry.insertDimensionData("instrument", {"name": "Cam"})
        physicalFilter = {"instrument": "Cam", "name": "r_x", "band": "r"}
        butler.registry.insertDimensionData("physical_filter", physicalFilter)
        refs = []
        for coadd, patch in zip(coadds, PATCHES, strict=False):
            dataId = butler.registry.expandDataId(skymap="sky", tract=0, patch=patch, band="r")
            refs.append(DatasetRef(datasetType, dataId, run="coadds"))
            path = os.path.join(folder.name, f"{patch}.fits")
            self.writeFile(coadd, path)
            butler.ingest(FileDataset(path=path, refs=refs[-1:]), transfer="move")
        return [butler.getDeferred(ref) for ref in refs]

    def makeTemplate(self, handles):
        """Make the template of the inner boxes of the patches."""
        patches = [self.tract[patch] for patch in PATCHES]
        box = geom.Box2I()
        for patchInfo in patches:
            box.include(patchInfo.getInnerBBox())
        corners = self.tract.getWcs().pixelToSky(geom.Box2D(box).getCorners())
        available = dict(zip(PATCHES, handles, strict=False))
        return GetCoaddAsTemplateTask().run(self.tract, patches, corners, available)

    def checkPlanes(self, handles):
        """Check the template of the coadds of `makeTwo`."""
        template = self.makeTemplate(handles)
        first, second = self.tract[PATCHES[0]].getOuterBBox(), self.tract[PATCHES[1]].getOuterBBox()
        # The later patch stands where both have pixels.
        left = geom.Box2I(first.getMin(), geom.Point2I(second.getMinX() - 1, first.getMaxY()))
        onlyFirst = template[left.clippedTo(template.getBBox())]
        onlySecond = template[second.clippedTo(template.getBBox())]
        for part, rows in ((onlyFirst, FIRST_ROWS), (onlySecond, SECOND_ROWS)):
            for name in {*FIRST_ROWS, *SECOND_ROWS}:
                expected = {rows[name]} if name in rows else set()
                self.assertEqual(self.rowsOf(part, name), expected, name)

    def rowsOf(self, exposure, name):
        """Return in which rows a plane is set, in tract pixels."""
        isSet = (exposure.mask.array & exposure.mask.getPlaneBitMask(name)) != 0
        self.assertEqual(set(isSet.any(axis=1)), set(isSet.all(axis=1)))
        return set((np.flatnonzero(isSet.any(axis=1)) + exposure.getBBox().getMinY()).tolist())

    def makeTwo(self):
        """Make two coadds that number their planes in two ways."""
        return [
            self.makeCoadd(PATCHES[0], {"NO_DATA": 0, "EDGE": 8, "MINE": 5, "YOURS": 30}, FIRST_ROWS),
            self.makeCoadd(PATCHES[1], {"EDGE": 5, "NO_DATA": 4, "YOURS": 0, "BAD": 8}, SECOND_ROWS),
        ]

    def testFilesThatNumberPlanesDifferently(self):
        self.checkPlanes(self.put(self.makeTwo()))
        self.assertLessEqual({"MINE", "YOURS"}, set(Mask(0, 0).getMaskPlaneDict()))

    def testCoaddsInMemoryThatNumberPlanesDifferently(self):
        coadds = self.makeTwo()
        before = [coadd.mask.array.copy() for coadd in coadds]
        self.checkPlanes([InMemoryDatasetHandle(coadd, storageClass="ExposureF") for coadd in coadds])
        for coadd, array in zip(coadds, before, strict=True):
            np.testing.assert_array_equal(coadd.mask.array, array, err_msg="the coadd itself was changed")

    def testTooManyPlanesAreNamed(self):
        planes = {f"FOREIGN{number}": number for number in range(32)}
        handles = self.put([self.makeCoadd(PATCHES[0], planes, {})])
        with self.assertRaises(Exception) as caught:
            self.makeTemplate(handles)
        said = "".join(traceback.format_exception(caught.exception))
        self.assertRegex(said, r"(?i)planes \(32\) already used")
        self.assertRegex(said, "no room for mask planes besides .*'BAD'.*'FOREIGN0'.*'NO_DATA'")
        self.assertRegex(said, "coadd deepCoadd@.*patch: 6")


if __name__ == "__main__":
    unittest.main()
