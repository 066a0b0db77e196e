# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates on the science grid of a sky that is known everywhere.

The sky is linear in the pixels of the first tract, and so are the coadds,
each in its own pixels; a template of them has to be linear, too. Mask planes
tell which tract a pixel is from.
"""

import os
import unittest

import numpy as np
from hypothesis import HealthCheck, given, settings, strategies as st
from scenes import makeCoadd, makeExposure, makeSkyMap
from scipy import ndimage, spatial

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.detection import GaussianPsf
from lsst.afw.image import PhotoCalib
from lsst.ip.template import MakeWarpedTemplateConfig, MakeWarpedTemplateTask
from lsst.ip.template.coaddHandle import PatchMismatchError
from lsst.ip.template.templateProvenance import TemplateProvenance
from lsst.pipe.base import InMemoryDatasetHandle, NoWorkFound

SCENES = max(5, int(os.environ.get("IP_TEMPLATE_SCENES", "200")) // 10)
"""Number of random scenes."""

PLANES = ("DETECTED", "DETECTED_NEGATIVE", "SUSPECT")
"""Mask plane of all pixels of each tract."""

CENTERS = ((10.0, 0.0), (10.05, 0.0), (10.02, 0.045))
"""Right ascensions and declinations of the tracts' centres, in degrees."""

PSF_TOLERANCE = 0.06
"""By how much the PSF's size differs at most from that of a tract, in pixels;
those of two tracts differ by 0.5.
"""

REACH = 4
"""No pixel further away than this counts for an interpolation, in pixels."""


def makeGrid(bbox):
    """Make the x and y of all pixels of a box, of shape (height, width)."""
    y, x = np.mgrid[bbox.getMinY() : bbox.getEndY(), bbox.getMinX() : bbox.getEndX()]
    return x.astype(float), y.astype(float)


def convert(fromWcs, toWcs, x, y):
    """Find pixels of one WCS in another."""
    found = toWcs.skyToPixelArray(*fromWcs.pixelToSkyArray(x.ravel(), y.ravel()))
    return [array.reshape(x.shape) for array in found]


def computeSigma(tract):
    """Return the size of a tract's PSF, in pixels."""
    return 2.0 + 0.5 * tract


class Sky:
    """Tracts side by side, and coadds of a linear sky.

    Parameters
    ----------
    slopes : `tuple` [`float`, `float`]
        Slopes along x and y of the first tract's pixels.
    numTracts : `int`
        Number of tracts.
    **kwargs
        For `makeSkyMap`.
    """

    def __init__(self, slopes=(0.25, -0.5), numTracts=2, **kwargs):
        self.skyMap = makeSkyMap(centers=CENTERS[:numTracts], **kwargs)
        self.slopes = slopes
        self.coadds = {
            (tract.getId(), patch.getSequentialIndex()): self.makeCoadd(tract, patch.getSequentialIndex())
            for tract in self.skyMap
            for patch in tract
        }

    def brightness(self, wcs, x, y):
        """Return the flux of pixels of a WCS."""
        toSky = self.skyMap[0].getWcs()
        xSky, ySky = convert(wcs, toSky, x, y)
        along, up = (
            np.subtract(convert(wcs, toSky, x + dx, y + dy), convert(wcs, toSky, x - dx, y - dy))
            for dx, dy in ((0.5, 0.0), (0.0, 0.5))
        )
        area = np.abs(along[0] * up[1] - along[1] * up[0])
        return (100.0 + self.slopes[0] * xSky + self.slopes[1] * ySky) * area

    def makeCoadd(self, tract, patch):
        coadd = makeCoadd(tract, patch)
        coadd.image.array[:] = self.brightness(tract.getWcs(), *makeGrid(coadd.getBBox()))
        coadd.mask.array[:] = coadd.mask.getPlaneBitMask(PLANES[tract.getId()])
        coadd.setPsf(GaussianPsf(25, 25, computeSigma(tract.getId())))
        return coadd

    def cutHole(self, tract, patch, bbox):
        """Take the data of a patch away in a box of tract pixels."""
        coadd = self.coadds[tract, patch]
        hole = coadd[bbox.clippedTo(coadd.getBBox())]
        hole.image.array[:] = np.nan
        hole.mask.array[:] |= hole.mask.getPlaneBitMask("NO_DATA")

    def cutPixels(self, tract, patch, isBad):
        """Take the data of single pixels away, of which others are stored."""
        coadd = self.coadds[tract, patch]
        coadd.image.array[isBad] = 1e6
        coadd.mask.array[isBad] |= coadd.mask.getPlaneBitMask("NO_DATA")

    def makeTemplate(self, exposure, **config):
        """Make the template of an exposure from the coadds that there are."""
        settings = MakeWarpedTemplateConfig(templateBorderSize=5)
        settings.warp.warpingKernelName = config.pop("kernel", "bilinear")
        settings.warp.interpLength = config.pop("interpLength", 100)
        for name, value in config.items():
            setattr(settings.getTemplate, name, value)
        self.task = MakeWarpedTemplateTask(config=settings)
        self.task.getTemplate.log.setLevel("ERROR")
        handles = [
            InMemoryDatasetHandle(coadd, storageClass="ExposureF", tract=tract, patch=patch, band="r")
            for (tract, patch), coadd in self.coadds.items()
        ]
        bbox, wcs = exposure.getBBox(), exposure.getWcs()
        found = self.task.getExposures(handles, bbox, self.skyMap, wcs)
        return self.task.run(
            coaddExposureHandles=found.coaddExposures,
            bbox=bbox,
            wcs=wcs,
            dataIds=found.dataIds,
            physical_filter="r_x",
        ).template

    def findData(self, tract, grow):
        """Return where a tract has data, in an array over its box.

        Parameters
        ----------
        tract : `int`
            Tract.
        grow : `int`
            How many pixels further than the data, or less far.
        """
        bbox = self.skyMap[tract].getBBox().dilatedBy(20)
        has = np.zeros((bbox.getHeight(), bbox.getWidth()), dtype=bool)
        for (ofTract, _), coadd in self.coadds.items():
            if ofTract == tract:
                noData = coadd.mask.array & coadd.mask.getPlaneBitMask("NO_DATA") != 0
                box = coadd.getBBox().shiftedBy(geom.Point2I(0, 0) - bbox.getMin())
                has[box.getSlices()] |= ~noData
        square = np.ones((2 * abs(grow) + 1,) * 2, dtype=bool)
        change = ndimage.binary_dilation if grow > 0 else ndimage.binary_erosion
        return bbox, change(has, structure=square) if grow else has

    def lookUp(self, template, tract, grow):
        """Return where a tract has data, at each pixel of a template."""
        bbox, has = self.findData(tract, grow)
        x, y = convert(template.getWcs(), self.skyMap[tract].getWcs(), *makeGrid(template.getBBox()))
        x, y = np.rint(x).astype(int) - bbox.getMinX(), np.rint(y).astype(int) - bbox.getMinY()
        inside = (x >= 0) & (x < bbox.getWidth()) & (y >= 0) & (y < bbox.getHeight())
        return inside & has[np.where(inside, y, 0), np.where(inside, x, 0)]


class WarpedOracleTestCase(lsst.utils.tests.TestCase):
    """The task against what is known of the sky."""

    def placeExposure(self, sky, x, y, rotation=20.0, **kwargs):
        """Make an exposure centred on a pixel of the first tract."""
        center = sky.skyMap[0].getWcs().pixelToSky(geom.Point2D(x, y))
        return makeExposure(center, rotation=rotation, **kwargs)

    def placeOnBorder(self, sky):
        """Make an exposure that is closer to the first tract, but reaches
        beyond it.
        """
        return self.placeExposure(sky, sky.skyMap[0].getBBox().getMinX() + 37, 110, size=(100, 60))

    def check(self, sky, template, tolerance=1e-3):
        """Check pixels, coverage, and which tract gave what.

        Returns which pixels each tract gave.
        """
        noData = template.mask.array & template.mask.getPlaneBitMask("NO_DATA") != 0
        np.testing.assert_array_equal(noData, ~np.isfinite(template.image.array))
        wanted = sky.brightness(template.getWcs(), *makeGrid(template.getBBox()))
        np.testing.assert_allclose(template.image.array[~noData], wanted[~noData], atol=tolerance)
        given = {
            tract: template.mask.array & template.mask.getPlaneBitMask(PLANES[tract]) != 0
            for tract in range(len(sky.skyMap))
        }
        np.testing.assert_array_equal(sum(isGiven.astype(int) for isGiven in given.values()), ~noData)
        isLacking = np.ones_like(noData)
        for tract in self.findOrder(sky, template):
            self.assertTrue(given[tract][isLacking & sky.lookUp(template, tract, -REACH)].all())
            isLacking &= ~sky.lookUp(template, tract, REACH)
        self.assertTrue(noData[isLacking].all())
        return given

    def checkPsfs(self, sky, template, given, random):
        """Check the PSF at random pixels with data."""
        x, y = makeGrid(template.getBBox())
        reached = {tract: np.zeros(x.shape, dtype=bool) for tract in given}
        for record in template.getInfo().getCoaddInputs().ccds:
            inTract = np.stack(convert(template.getWcs(), record.getWcs(), x, y), axis=-1)
            polygon, box = record.getValidPolygon(), record.getValidPolygon().getBBox()
            isNear = np.all(
                (inTract >= np.array(box.getMin())) & (inTract <= np.array(box.getMax())), axis=-1
            )
            isIn = [polygon.contains(geom.Point2D(*point)) for point in inTract[isNear]]
            reached[record["tract"]][isNear] |= np.array(isIn, dtype=bool)
        closest, *_ = self.findOrder(sky, template)
        self.assertTrue(reached[closest][given[closest]].all())
        hasData = np.logical_or.reduce(list(given.values()))
        self.assertTrue(np.logical_or.reduce(list(reached.values()))[hasData].all())
        # Others' PSFs may be used, too, in the outermost pixels that the
        # closest tract's records reach, and straight between pixels that they
        # do not reach.
        square = np.ones((3, 3), dtype=bool)
        isInside = ndimage.binary_erosion(reached[closest], square, border_value=1)
        isOthers = self.findHull(hasData & ~isInside)
        for row, column in random.permutation(np.argwhere(hasData))[:12]:
            point = geom.Point2D(x[row, column], y[row, column])
            sizes = [computeSigma(tract) for tract in given if reached[tract][row, column]]
            if reached[closest][row, column] and not isOthers[row, column]:
                sizes = [computeSigma(closest)]
            radius = template.getPsf().computeShape(point).getDeterminantRadius()
            self.assertGreater(radius, min(sizes) - PSF_TOLERANCE, point)
            self.assertLess(radius, max(sizes) + PSF_TOLERANCE, point)

    def findHull(self, isIn):
        """Return which pixels are in the convex hull of some, or next to
        it.
        """
        grown = ndimage.binary_dilation(isIn, np.ones((3, 3), dtype=bool), iterations=2)
        if grown.all() or not isIn.any():
            return grown
        hull = spatial.Delaunay(np.argwhere(grown))
        rows, columns = np.indices(isIn.shape)
        return hull.find_simplex(np.stack([rows, columns], axis=-1)) >= 0

    def findOrder(self, sky, template):
        """Return the tracts, from the closest one on."""
        center = template.getWcs().pixelToSky(geom.Box2D(template.getBBox()).getCenter())
        closest = sky.skyMap.findTract(center)
        others = [tract for tract in sky.skyMap if tract.getId() != closest.getId()]
        others.sort(key=lambda tract: center.separation(tract.getCtrCoord()))
        return [tract.getId() for tract in (closest, *others)]

    def testLinearSkyComesOutLinear(self):
        sky = Sky()
        for rotation in (0.0, 30.0, 180.0):
            for kernel, tolerance in (("bilinear", 1e-3), ("lanczos3", 0.02)):
                with self.subTest(rotation=rotation, kernel=kernel):
                    template = sky.makeTemplate(
                        self.placeExposure(sky, 110, 110, rotation, flipX=rotation == 30), kernel=kernel
                    )
                    self.assertTrue(np.isfinite(template.image.array).all())
                    self.check(sky, template, tolerance)

    def testTractBorder(self):
        sky = Sky()
        template = sky.makeTemplate(self.placeOnBorder(sky))
        given = self.check(sky, template)
        self.assertTrue(given[0].any() and given[1].any())
        self.assertTrue(np.isfinite(template.image.array).all())
        self.assertEqual(sky.task.metadata.getArray("tractsUsed"), self.findOrder(sky, template))
        inputs = template.getInfo().getCoaddInputs().ccds
        self.assertEqual(set(inputs["tract"]), {0, 1})
        grid = [array.astype(int) for array in makeGrid(template.getBBox())]
        for tract in (0, 1):
            inner = ndimage.binary_erosion(given[tract], iterations=4)
            for x, y in list(zip(grid[0][inner], grid[1][inner]))[::97]:
                shape = template.getPsf().computeShape(geom.Point2D(x, y))
                self.assertAlmostEqual(shape.getDeterminantRadius(), computeSigma(tract), delta=0.05)
        for x, y in list(zip(*(array.ravel() for array in grid)))[::53]:
            template.getPsf().computeKernelImage(geom.Point2D(x, y))

    def testProvenanceOfTwoTracts(self):
        sky = Sky()
        template = sky.makeTemplate(self.placeOnBorder(sky))
        found = [TemplateProvenance.read(template.getMetadata(), number) for number in (1, 2)]
        self.assertEqual([provenance.tract for provenance in found], self.findOrder(sky, template))
        inputs = template.getInfo().getCoaddInputs().ccds
        for provenance in found:
            patches = {row["patch"] for row in inputs if row["tract"] == provenance.tract}
            self.assertLessEqual(patches, set(provenance.patchesUsed))
        self.assertIsNone(TemplateProvenance.read(template.getMetadata(), 3))

    def testCalibrationsOfTwoTracts(self):
        sky = Sky()
        for (tract, _), coadd in sky.coadds.items():
            coadd.image.array *= 1 + tract
            coadd.setPhotoCalib(PhotoCalib(2.0 / (1 + tract)))
        exposure = self.placeOnBorder(sky)
        with self.assertRaisesRegex(PatchMismatchError, "of tract 1 .* is not the closest tract's"):
            sky.makeTemplate(exposure)
        template = sky.makeTemplate(exposure, calibrationMismatch="rescale")
        self.assertEqual(template.getPhotoCalib(), PhotoCalib(2.0))
        given = self.check(sky, template)
        self.assertTrue(given[1].any())

    def testMissingPatch(self):
        sky = Sky()
        patch = sky.skyMap[0].findPatch(sky.skyMap[0].getWcs().pixelToSky(geom.Point2D(120, 120)))
        del sky.coadds[0, patch.getSequentialIndex()]
        template = sky.makeTemplate(self.placeExposure(sky, 120, 120), kernel="lanczos3")
        self.assertTrue(np.isnan(template.image.array).any())
        self.check(sky, template, 0.02)

    def testHole(self):
        sky = Sky()
        hole = geom.Box2I(geom.Point2I(105, 105), geom.Extent2I(15, 10))
        for patch in sky.skyMap[0]:
            if patch.getOuterBBox().overlaps(hole):
                sky.cutHole(0, patch.getSequentialIndex(), hole)
        template = sky.makeTemplate(self.placeExposure(sky, 110, 110), kernel="lanczos3")
        self.assertTrue(np.isnan(template.image.array).any())
        self.check(sky, template, 0.02)

    def testHoleThatAnotherPatchFills(self):
        sky = Sky()
        border = sky.skyMap[0][0].getInnerBBox().getMaxX()
        patches = [
            patch for patch in sky.skyMap[0] if patch.getOuterBBox().contains(geom.Point2I(border, 75))
        ]
        self.assertEqual(len(patches), 2)
        hole = geom.Box2I(geom.Point2I(border - 1, 72), geom.Extent2I(3, 6))
        sky.cutHole(0, patches[-1].getSequentialIndex(), hole)
        template = sky.makeTemplate(self.placeExposure(sky, border, 75, size=(40, 20)), kernel="lanczos3")
        self.assertTrue(np.isfinite(template.image.array).all())
        self.check(sky, template, 0.02)

    @settings(
        max_examples=SCENES, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
    )
    @given(
        x=st.integers(-20, 120),
        y=st.integers(0, 240),
        rotation=st.floats(0, 360),
        size=st.tuples(st.integers(1, 90), st.integers(1, 70)),
        border=st.sampled_from((0, 1, 2, 5)),
        interpLength=st.sampled_from((0, 10, 37, 100)),
        bend=st.sampled_from((-1, 0, 1)),
        badPixels=st.sampled_from((0, 1e-4, 2e-3)),
        seed=st.integers(0, 2**32),
    )
    def testRandomScenes(self, x, y, rotation, size, border, interpLength, bend, badPixels, seed):
        random = np.random.default_rng(seed)
        sky = Sky(numTracts=3, border=border)
        for tract, patch in list(sky.coadds):
            bbox = sky.coadds[tract, patch].getBBox()
            sky.cutPixels(tract, patch, random.random((bbox.getHeight(), bbox.getWidth())) < badPixels)
            if random.random() < 0.1:
                del sky.coadds[tract, patch]
            elif random.random() < 0.5:
                corner = bbox.getMin() + geom.Extent2I(*map(int, random.integers(0, 40, 2)))
                sky.cutHole(
                    tract, patch, geom.Box2I(corner, geom.Extent2I(*map(int, random.integers(1, 30, 2))))
                )
        # Interpolated positions are off by up to 0.005 pixels.
        distortion = bend * 0.02 / max(interpLength, 10) ** 2
        exposure = self.placeExposure(sky, x, y, rotation, size=size, distortion=distortion)
        try:
            template = sky.makeTemplate(exposure, kernel="lanczos3", interpLength=interpLength)
        except NoWorkFound:
            self.assertFalse(any(sky.lookUp(exposure, tract, -REACH).any() for tract in range(3)))
            return
        given = self.check(sky, template, 0.03)
        self.checkPsfs(sky, template, given, random)


if __name__ == "__main__":
    unittest.main()
