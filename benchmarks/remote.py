# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what coadds behind a server cost.

    python -m benchmarks.remote [--latency SECONDS] [--bandwidth BYTES]

A server on the loopback, with the latency and bandwidth of a line to an
archive, has the coadds of `benchmarks.assemble`. Each row is read in three
ways: with lsst-lite's formatter (``ours``), with whole files fetched before
(``whole``), and by astropy's ``fits.open(..., use_fsspec=True)`` with
``.section`` (``astropy``, pixels only).
"""

import argparse
import contextlib
import os
import pathlib
import sys
import tempfile
import time

import numpy as np
from astropy.io import fits

import lsst.geom as geom
from lsst.daf.butler import Butler, DatasetRef, DatasetType, FileDataset
from lsst.ip.template import GetCoaddAsTemplateTask
from lsst.obs.base.formatters import fitsExposure

from .scene import Scene

sys.path.append(str(pathlib.Path(__file__).parents[1] / "tests"))
from rangeServer import RangeServer  # noqa: E402

FORMATTER = "lsst.obs.base.formatters.fitsExposure.FitsExposureFormatter"


class Problem:
    """The coadds of a scene behind a server, and what is wanted of them."""

    def __init__(self, scene, repository, server):
        self.server = server
        self.skyMap = scene.skyMap()
        self.tractInfo, self.patchList, self.skyCorners = scene.overlap()
        local = Butler.from_config(repository, collections="bench")
        self._folder = tempfile.TemporaryDirectory()
        butler = Butler.from_config(Butler.makeRepo(self._folder.name), run="bench", writeable=True)
        self.skyMap.register("bench", butler)
        datasetType = DatasetType(
            "deepCoadd", ("skymap", "tract", "patch", "band"), "ExposureF", universe=butler.dimensions
        )
        butler.registry.registerDatasetType(datasetType)
        camera = {"instrument": "Bench"}
        butler.registry.insertDimensionData("instrument", {"name": "Bench"})
        butler.registry.insertDimensionData("physical_filter", camera | {"name": "r_bench", "band": "r"})
        self.handles, self.urls = {}, {}
        for patch in (patchInfo.getSequentialIndex() for patchInfo in self.patchList):
            path = local.getURI("deepCoadd", scene.dataId(patch)).ospath
            self.urls[patch] = f"{server.url}/{os.path.relpath(path, server.folder)}"
            dataId = butler.registry.expandDataId(scene.dataId(patch))
            ref = DatasetRef(datasetType, dataId, "bench")
            butler.ingest(FileDataset(self.urls[patch], [ref], formatter=FORMATTER), transfer="direct")
            self.handles[patch] = butler.getDeferred(ref)
        bbox = geom.Box2D()
        for corner in self.skyCorners:
            bbox.include(self.tractInfo.getWcs().skyToPixel(corner))
        self.bbox = geom.Box2I(bbox)
        first = self.patchList[0]
        self.patch, self.outer = first.getSequentialIndex(), first.getOuterBBox()
        self.cutout = geom.Box2I(self.outer.getMin() + geom.Extent2I(1500, 1500), geom.Extent2I(400, 400))

    def close(self):
        self._folder.cleanup()

    def sections(self, patch, outer, box):
        """Read a box of a patch's three planes with astropy."""
        common = outer.clippedTo(box)
        rows = slice(common.getBeginY() - outer.getBeginY(), common.getEndY() - outer.getBeginY())
        columns = slice(common.getBeginX() - outer.getBeginX(), common.getEndX() - outer.getBeginX())
        with fits.open(self.urls[patch], use_fsspec=True) as hdus:
            return [hdus[plane].section[rows, columns] for plane in ("IMAGE", "MASK", "VARIANCE")]


def makeTemplate(problem):
    """A template over four patches."""
    template = GetCoaddAsTemplateTask().run(
        problem.tractInfo, problem.patchList, problem.skyCorners, problem.handles
    )
    assert np.isfinite(template.image.array).all()


def makeCutout(problem):
    """400 x 400 pixels of one patch."""
    problem.handles[problem.patch].get(parameters={"bbox": problem.cutout})


def readWcs(problem):
    """The WCS of one patch."""
    problem.handles[problem.patch].get(component="wcs")


def sectionsOfTemplate(problem):
    for patchInfo in problem.patchList:
        problem.sections(patchInfo.getSequentialIndex(), patchInfo.getOuterBBox(), problem.bbox)


def sectionsOfCutout(problem):
    problem.sections(problem.patch, problem.outer, problem.cutout)


def headerOfWcs(problem):
    with fits.open(problem.urls[problem.patch], use_fsspec=True) as hdus:
        return hdus["IMAGE"].header["CRVAL1"]


ROWS = {
    "template": (makeTemplate, sectionsOfTemplate),
    "cutout": (makeCutout, sectionsOfCutout),
    "wcs": (readWcs, headerOfWcs),
}


@contextlib.contextmanager
def wholeFiles():
    """Let the formatter fetch whole files, as that of the stack does."""
    formatter = fitsExposure.FitsExposureFormatter
    formatter.can_read_from_uri = False
    try:
        yield
    finally:
        formatter.can_read_from_uri = True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--latency", type=float, default=0.03, help="of each answer, seconds")
    parser.add_argument("--bandwidth", type=float, default=20e6, help="bytes a second")
    parser.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "ip_template_benchmarks"))
    args = parser.parse_args()
    os.makedirs(args.folder, exist_ok=True)
    scene = Scene()
    repository = scene.makeRepository(args.folder)
    print(f"{'what':<10}{'way':<9}{'seconds':>8}{'requests':>10}{'MB':>9}")
    with RangeServer(repository) as server:
        for what, (task, sections) in ROWS.items():
            for way, context, function in (
                ("ours", contextlib.nullcontext, task),
                ("whole", wholeFiles, task),
                ("astropy", contextlib.nullcontext, sections),
            ):
                # Without what a Butler has in its cache from before.
                server.latency, server.bandwidth = 0.0, float("inf")
                with contextlib.closing(Problem(scene, repository, server)) as problem, context():
                    server.latency, server.bandwidth = args.latency, args.bandwidth
                    server.clear()
                    start = time.perf_counter()
                    function(problem)
                    seconds = time.perf_counter() - start
                row = f"{len(server.requests):>10}{server.bytesSent / 1e6:>9.1f}"
                print(f"{what:<10}{way:<9}{seconds:>8.2f}{row}", flush=True)


if __name__ == "__main__":
    main()
