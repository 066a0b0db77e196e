# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of random scenes against a slow and obvious reference.

The reference knows nothing of boxes: it asks, for each pixel of the template
and each patch in order, whether the patch's coadd has that pixel.
"""

import os
import unittest

import numpy as np
from hypothesis import HealthCheck, given, settings, strategies as st
from scenes import makeCoadd

import lsst.geom as geom
import lsst.utils.tests
from lsst.afw.detection import GaussianPsf
from lsst.afw.geom import makeCdMatrix, makeSkyWcs, makeTanSipWcs
from lsst.afw.image import ExposureF, FilterLabel, PhotoCalib
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask
from lsst.ip.template.templateProvenance import TemplateProvenance
from lsst.pipe.base import InMemoryDatasetHandle
from lsst.skymap import skyMapRegistry

SCENES = int(os.environ.get("IP_TEMPLATE_SCENES", "200"))
"""Number of random scenes."""

MAX_PIXELS = 400_000
"""Larger templates are not worth the time."""


@st.composite
def skyMaps(draw):
    """A skymap of any type whose tracts have few and small patches."""
    kind = draw(st.sampled_from(["discrete", "discrete", "rings", "equat", "dodeca"]))
    config = skyMapRegistry[kind].ConfigClass()
    patchSize = draw(st.sampled_from([1, 2, 7, 30, 61]))
    tractSize = patchSize * draw(st.integers(1, 6))
    if kind == "discrete":
        scale = 1.0
        config.raList = [draw(st.sampled_from([0.0, 0.001, 180.0, 359.9999, 77.0]))]
        config.decList = [draw(st.sampled_from([0.0, 30.0, -89.9999, -90.0, 90.0, 89.99, -60.0]))]
        config.radiusList = [tractSize / 2 / 3600]
    elif kind == "rings":
        config.numRings, width = 3, 60
    elif kind == "equat":
        config.numTracts, width = 6, 60
        config.decRange = [-10.0, 10.0]
    else:
        width = 100
    if kind != "discrete":
        scale = width * 3600 / max(tractSize, 12)
        patchSize = max(patchSize, 2)
    config.pixelScale = scale
    config.projection = "TAN"
    config.tractOverlap = 0.0
    config.tractBuilder["legacy"].patchInnerDimensions = [patchSize, patchSize]
    config.tractBuilder["legacy"].patchBorder = draw(st.sampled_from([0, 1, 5, 40]))
    return skyMapRegistry[kind](config)


def makeWcs(center, crpix, scale, rotation, flip, sip):
    """Make an exposure's WCS, with a small quadratic distortion if asked."""
    cdMatrix = makeCdMatrix(scale=scale, orientation=rotation * geom.degrees, flipX=flip)
    if not sip:
        return makeSkyWcs(crpix=crpix, crval=center, cdMatrix=cdMatrix)
    forward, reverse = np.zeros((3, 3)), np.zeros((3, 3))
    forward[2, 0] = forward[1, 1] = 1e-5
    reverse[2, 0] = reverse[1, 1] = -1e-5
    return makeTanSipWcs(crpix, center, cdMatrix, forward, forward.T.copy(), reverse, reverse.T.copy())


@st.composite
def exposures(draw, skyMap):
    """An exposure on, beside or around the first tract."""
    tract = skyMap[draw(st.integers(0, len(skyMap) - 1))]
    box = geom.Box2D(tract.getBBox())
    x = draw(st.floats(-0.1, 1.1)) * box.getWidth()
    y = draw(st.floats(-0.1, 1.1)) * box.getHeight()
    center = tract.getWcs().pixelToSky(geom.Point2D(x, y))
    size = draw(st.tuples(st.integers(1, 90), st.integers(1, 90)))
    corner = draw(st.sampled_from([(0, 0), (-17, 1000)]))
    bbox = geom.Box2I(geom.Point2I(*corner), geom.Extent2I(*size))
    scale = tract.getWcs().getPixelScale(box.getCenter()) * draw(st.sampled_from([0.5, 1.0, 1.0, 3.0]))
    sip = scale.asArcseconds() < 10 and draw(st.booleans())
    wcs = makeWcs(
        center, geom.Box2D(bbox).getCenter(), scale, draw(st.floats(0, 360)), draw(st.booleans()), sip
    )
    return ExposureF(bbox, wcs)


def trim(bbox, random):
    """Cut off some rows and columns of a box, most often none."""
    left, bottom, right, top = (int(cut) for cut in random.choice([0, 0, 0, 0, 0, 1, 3, 12], 4))
    low, high = bbox.getMin() + geom.Extent2I(left, bottom), bbox.getMax() - geom.Extent2I(right, top)
    return geom.Box2I(low, high, invert=False)


def makeRandomCoadd(tract, patch, grow, random):
    """Make a coadd with a few NaNs and NO_DATA pixels, or `None` if its
    box, grown, shrunk or trimmed, has no pixels. Its components, as far as it
    has them, tell which patch it is.
    """
    bbox = trim(tract[patch].getOuterBBox().dilatedBy(grow), random)
    if bbox.isEmpty():
        return None
    coadd = makeCoadd(tract, patch, bbox=bbox)
    shape = coadd.image.array.shape
    coadd.image.array[random.random(shape) < 0.1] = np.nan
    coadd.mask.array[:] = random.integers(0, 2**11, shape)
    coadd.variance.array[:] = random.random(shape)
    coadd.variance.array[random.random(shape) < 0.05] = random.choice([np.nan, np.inf])
    if random.random() < 0.1:
        coadd.image.array[:] = np.nan
    components = {
        "setPsf": GaussianPsf(11, 11, 2.0 + 0.01 * patch),
        "setFilter": FilterLabel(band="r", physical=f"r_{patch}"),
        "setPhotoCalib": PhotoCalib(2.0, 0.01 * patch),
    }
    for setter, component in components.items():
        getattr(coadd, setter)(component if random.random() < 0.8 else None)
    return coadd


def planesOf(exposure):
    return [exposure.image.array, exposure.mask.array, exposure.variance.array]


def makeReference(bbox, coadds, keepValid, noData):
    """Assemble the planes of a template, pixel by pixel.

    Parameters
    ----------
    bbox : `lsst.geom.Box2I`
        Box of the template.
    coadds : `dict` [`int`, `tuple`]
        Each patch's coadd and outer box, by its number, in order.
    keepValid : `bool`
        Are only pixels with data copied?
    noData : `int`
        Bit mask of ``NO_DATA``.

    Returns
    -------
    planes : `list` [`numpy.ndarray`]
        Image, mask, variance, and the number of the patch whose pixel it is,
        -1 for none; of shape (height, width).
    """
    y, x = np.mgrid[bbox.getMinY() : bbox.getMaxY() + 1, bbox.getMinX() : bbox.getMaxX() + 1]
    planes = [
        np.full(x.shape, np.nan, np.float32),
        np.full(x.shape, noData, np.int32),
        np.full(x.shape, np.nan, np.float32),
        np.full(x.shape, -1),
    ]
    for patch, (coadd, outer) in coadds.items():
        stored = coadd.getBBox()
        has = np.ones(x.shape, bool)
        for box in (stored, outer):
            has &= (x >= box.getMinX()) & (x <= box.getMaxX())
            has &= (y >= box.getMinY()) & (y <= box.getMaxY())
        there = y[has] - stored.getMinY(), x[has] - stored.getMinX()
        new = [plane[there] for plane in planesOf(coadd)]
        new.append(np.full(len(new[0]), patch))
        take = np.ones(len(new[0]), bool)
        if keepValid:
            take = np.isfinite(new[0]) & np.isfinite(new[2]) & (new[1] & noData == 0)
        for plane, values in zip(planes, new, strict=True):
            plane[has] = np.where(take, values, plane[has])
    return planes


class OracleTestCase(lsst.utils.tests.TestCase):
    """The task against the reference."""

    def findBox(self, tract, corners):
        """Find the template's box without boxes: pixel i is [i-½, i+½)."""
        pixels = np.array([tract.getWcs().skyToPixel(corner) for corner in corners])
        low, high = pixels.min(axis=0) + 0.5, pixels.max(axis=0) - 0.5
        edges = np.concatenate([low, high])
        return np.floor(low), np.ceil(high), np.abs(edges - np.rint(edges)).min()

    @settings(
        max_examples=SCENES,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        print_blob=True,
    )
    @given(st.data())
    def testTemplateIsTheReference(self, data):
        skyMap = data.draw(skyMaps())
        exposure = data.draw(exposures(skyMap))
        border = data.draw(st.sampled_from([0, 0, 3, 20]))
        policy = data.draw(st.sampled_from(["last", "keepValid"]))
        grow = data.draw(st.sampled_from([0, 0, -1, -12]))
        random = np.random.default_rng(data.draw(st.integers(0, 2**32)))

        psf = data.draw(st.sampled_from(["first", "patches"]))

        config = GetCoaddAsTemplateConfig(templateBorderSize=border, overlapPolicy=policy, psf=psf)
        task = GetCoaddAsTemplateTask(config=config)
        task.log.setLevel("CRITICAL")
        try:
            tract, patchList, corners = task.getOverlapPatchList(exposure, skyMap)
            low, high, margin = self.findBox(tract, corners)
        except RuntimeError:
            return
        if not np.isfinite(margin) or margin < 1e-6 or np.prod(high - low + 1) > MAX_PIXELS:
            return
        coadds, available = {}, {}
        for patchInfo in patchList:
            patch = patchInfo.getSequentialIndex()
            coadd = makeRandomCoadd(tract, patch, grow, random)
            if coadd is None or random.random() < 0.2:
                continue
            coadds[patch] = (coadd, patchInfo.getOuterBBox())
            available[patch] = InMemoryDatasetHandle(
                coadd, storageClass="ExposureF", tract=tract.getId(), patch=patch
            )
        shuffled = dict(data.draw(st.permutations(list(available.items()))))
        noData = exposure.mask.getPlaneBitMask("NO_DATA")
        bbox = geom.Box2I(geom.Point2I(*map(int, low)), geom.Point2I(*map(int, high)))
        expected = makeReference(bbox, coadds, policy == "keepValid", noData)
        sources = self.findSources(bbox, coadds)
        if (expected[3] < 0).all() or sources["getPsf"] is None or sources["getPhotoCalib"] is None:
            with self.assertRaises(RuntimeError):
                task.run(tract, patchList, corners, shuffled)
            return
        template = task.run(tract, patchList, corners, shuffled)
        self.assertEqual(template.getBBox(), bbox)
        self.assertEqual(template.getWcs(), tract.getWcs())
        for got, want in zip(planesOf(template), expected[:3], strict=True):
            np.testing.assert_array_equal(got, want)
        provenance = TemplateProvenance.read(template.getMetadata())
        used = [patch for patch in coadds if (expected[3] == patch).any()]
        self.assertEqual(list(provenance.patchesUsed), used)
        self.assertEqual(task.metadata.getArray("patchesUsed"), used)
        if psf == "first":
            self.checkComponents(template, provenance, coadds, sources)
        else:
            self.checkInputs(template, expected, coadds, policy == "keepValid", random)

    def checkInputs(self, template, expected, coadds, keepValid, random):
        """Check at a few pixels with data that the patch whose PSF is used is
        that of the pixel or, where holes are filled, the last one with data
        around it.
        """
        has = np.isfinite(expected[0]) & np.isfinite(expected[2])
        has &= expected[1] & template.mask.getPlaneBitMask("NO_DATA") == 0
        inputs = template.getInfo().getCoaddInputs().ccds
        for y, x in random.permutation(np.argwhere(has))[:20].tolist():
            point = template.getXY0() + geom.Extent2I(x, y)
            patch = expected[3][y, x]
            if keepValid:
                around = [
                    patch
                    for patch, (coadd, outer) in coadds.items()
                    if self.hasDataAround(coadd, outer.clippedTo(template.getBBox()), point)
                ]
                patch = around[-1]
            found = {
                record["patch"] for record in inputs if record.getValidPolygon().contains(geom.Point2D(point))
            }
            self.assertEqual(found, {patch})

    def hasDataAround(self, coadd, bbox, point):
        """Return whether a point is in the bounding box of a coadd's pixels
        with data.
        """
        part = coadd[bbox.clippedTo(coadd.getBBox())] if bbox.overlaps(coadd.getBBox()) else None
        if part is None:
            return False
        has = np.isfinite(part.image.array) & np.isfinite(part.variance.array)
        has &= part.mask.array & part.mask.getPlaneBitMask("NO_DATA") == 0
        rows, columns = np.nonzero(has)
        x, y = point - part.getXY0()
        return len(rows) > 0 and rows.min() <= y <= rows.max() and columns.min() <= x <= columns.max()

    def findSources(self, bbox, coadds):
        """Find the patches that components come from, by getter: the first of
        those that the template reaches.
        """
        first = dict.fromkeys(("getPsf", "getFilter", "getPhotoCalib"))
        for getter in first:
            for patch, (coadd, outer) in coadds.items():
                if bbox.overlaps(outer) and getattr(coadd, getter)() is not None:
                    first[getter] = patch
                    break
        return first

    def checkComponents(self, template, provenance, coadds, sources):
        """Check that components are those of the patches that give them."""
        told = [provenance.psfPatch, provenance.filterPatch, provenance.photoCalibPatch]
        self.assertEqual(told, list(sources.values()))
        self.assertEqual(template.getPsf().getSigma(), coadds[sources["getPsf"]][0].getPsf().getSigma())
        for getter in ("getFilter", "getPhotoCalib"):
            patch = sources[getter]
            component = None if patch is None else getattr(coadds[patch][0], getter)()
            self.assertEqual(getattr(template, getter)(), component)


if __name__ == "__main__":
    unittest.main()
