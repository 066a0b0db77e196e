# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what a template on the science grid costs.

    python -m benchmarks.warped [--rotations DEGREES ...] [--repeat N] ...

Our task copies the patches and warps once. ``everyPatch`` warps each patch by
itself and averages; ``merge`` keeps the patches in memory, averages them where
they overlap, and warps what comes of it: so do the present and former versions
of ``GetTemplateTask``. ``swarp`` resamples image and weight of uncompressed
copies of the patches, if it is installed. Every measurement runs in a process
of its own. It uses nothing but the public API, so that it measures the
compiled stack where that is installed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

import lsst.geom as geom
from lsst.afw.image import ExposureF
from lsst.afw.math import Warper, computeWarpedBBox
from lsst.daf.butler import Butler
from lsst.ip.template import MakeWarpedTemplateTask

from .scene import Scene
from .swarp import SWARP, readPeak, runSwarp, useWeights, writePlanes

BORDER = 20
"""Border of the templates, in pixels."""


def parseArguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rotations", type=float, nargs="+", default=[0.0, 30.0], help="detectors, degrees")
    parser.add_argument("--detector", type=int, default=4072, help="size of the detector, pixels")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="numbers of threads to try")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the fastest counts")
    parser.add_argument("--cacheSize", type=int, default=10000, help="positions of the kernels' cache")
    parser.add_argument(
        "--methods", nargs="+", default=list(METHODS), choices=METHODS, help="what to measure"
    )
    parser.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "ip_template_benchmarks"))
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    args = parseArguments()
    if args.child:
        print(json.dumps(measureHere(**json.loads(args.child))))
        return
    os.makedirs(args.folder, exist_ok=True)
    print(f"{'method':<12}{'rotation':>9}{'threads':>8}{'seconds':>9}{'peak MiB':>10}{'result MiB':>12}")
    for rotation in args.rotations:
        scene = Scene(detector=args.detector, rotation=rotation)
        repository = scene.makeRepository(args.folder)
        # In turn, so that a busy machine is so for all of them.
        for threads in args.threads:
            for method in args.methods:
                row = measure(method, repository, threads, args, rotation)
                print(
                    f"{method:<12}{rotation:>9.0f}{threads:>8}{row['seconds']:>9.2f}"
                    f"{row['peak'] / 2**20:>10.0f}{12 * (args.detector + 2 * BORDER) ** 2 / 2**20:>12.0f}",
                    flush=True,
                )


def measure(method, repository, threads, args, rotation):
    """Measure a method in a process of its own."""
    job = {
        "method": method,
        "repository": repository,
        "detector": args.detector,
        "rotation": rotation,
        "repeat": args.repeat,
        "cacheSize": args.cacheSize,
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.warped", "--child", json.dumps(job)],
        stdout=subprocess.PIPE,
        env={**os.environ, "LSST_LITE_THREADS": str(threads)},
        check=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def measureHere(method, repository, detector, rotation, repeat, cacheSize):
    """Measure a method in this process.

    Returns
    -------
    row : `dict`
        Seconds, wall clock, and bytes of peak memory beyond what the process
        had before.
    """
    problem = Problem(repository, Scene(detector=detector, rotation=rotation), cacheSize)
    # The figure of getrusage would be the parent's, if that was larger.
    before, seconds, peak = readPeak("self"), [], None
    for _ in range(repeat):
        start = time.perf_counter()
        image = METHODS[method](problem)
        seconds.append(time.perf_counter() - start)
        if not np.isfinite(image.array[BORDER:-BORDER, BORDER:-BORDER]).all():
            raise RuntimeError("The coadds do not cover the detector.")
        peak = getattr(image, "peak", None)
        del image
    return {"seconds": min(seconds), "peak": peak or readPeak("self") - before}


class Problem:
    """The coadds and the science exposure, opened."""

    def __init__(self, repository, scene, cacheSize):
        butler = Butler.from_config(repository, collections="bench")
        self.repository = repository
        self.handles = [butler.getDeferred(ref) for ref in sorted(butler.query_datasets("deepCoadd"))]
        self.skyMap = scene.skyMap()
        self.science = scene.exposure(self.skyMap)
        self.bbox = self.science.getBBox().dilatedBy(BORDER)
        self.config = MakeWarpedTemplateTask.ConfigClass()
        self.config.warp.cacheSize = self.config.coaddPsf.cacheSize = cacheSize


def ours(problem):
    """`MakeWarpedTemplateTask` itself."""
    science = problem.science
    task = MakeWarpedTemplateTask(config=problem.config)
    found = task.getExposures(problem.handles, science.getBBox(), problem.skyMap, science.getWcs())
    return task.run(
        coaddExposureHandles=found.coaddExposures,
        bbox=science.getBBox(),
        wcs=science.getWcs(),
        dataIds=found.dataIds,
        physical_filter="r_bench",
    ).template.image


class _Average:
    """The average of masked images, with the weights of `GetTemplateTask`."""

    def __init__(self, bbox, wcs):
        self.exposure = ExposureF(bbox, wcs)
        shape = (bbox.getHeight(), bbox.getWidth())
        self._sums = {plane: np.zeros(shape, np.float32) for plane in ("image", "variance", "weight")}

    def add(self, maskedImage):
        """Add the pixels with data of a masked image."""
        bbox = maskedImage.getBBox().clippedTo(self.exposure.getBBox())
        part = maskedImage[bbox]
        weight = part.variance.array**-0.5
        noData = part.mask.array & part.mask.getPlaneBitMask("NO_DATA") != 0
        weight[noData | ~np.isfinite(part.image.array + weight)] = 0.0
        there = bbox.shiftedBy(geom.Point2I(0, 0) - self.exposure.getXY0()).getSlices()
        for plane in ("image", "variance"):
            values = np.where(weight > 0, getattr(part, plane).array, 0.0)
            self._sums[plane][there] += weight * values
        self._sums["weight"][there] += weight
        self.exposure.mask[bbox].array[:] |= np.where(weight > 0, part.mask.array, 0)

    def finish(self):
        """Return the average."""
        weight = self._sums["weight"]
        with np.errstate(invalid="ignore"):
            self.exposure.image.array[:] = self._sums["image"] / weight
            self.exposure.variance.array[:] = self._sums["variance"] / weight
        self.exposure.mask.array[weight == 0] = self.exposure.mask.getPlaneBitMask("NO_DATA")
        return self.exposure


def everyPatch(problem):
    """Warp each patch, and average."""
    bbox, wcs, warper = problem.bbox, problem.science.getWcs(), Warper.fromConfig(problem.config.warp)
    average = _Average(bbox, wcs)
    for handle in problem.handles:
        coadd = handle.get()
        reach = computeWarpedBBox(wcs, coadd.getBBox(), coadd.getWcs()).clippedTo(bbox)
        average.add(warper.warpExposure(wcs, coadd, destBBox=reach).maskedImage)
    return average.finish().image


def merge(problem):
    """Average the patches, all of them in memory, and warp once."""
    bbox, wcs = problem.bbox, problem.science.getWcs()
    coadds = [handle.get() for handle in problem.handles]
    tractWcs = coadds[0].getWcs()
    average = _Average(computeWarpedBBox(tractWcs, bbox, wcs).dilatedBy(5), tractWcs)
    for coadd in coadds:
        average.add(coadd.maskedImage)
    del coadds
    return Warper.fromConfig(problem.config.warp).warpExposure(wcs, average.finish(), destBBox=bbox).image


def swarp(problem):
    """SWarp with Lanczos-3, on uncompressed copies of images and weights."""
    names = writePlanes(problem.handles, os.path.join(problem.repository, "swarp"))
    threads = int(os.environ["LSST_LITE_THREADS"])
    options = ("-RESAMPLING_TYPE", "LANCZOS3", "-COMBINE_TYPE", "WEIGHTED", *useWeights(names))
    return runSwarp(names, problem.science.getWcs(), problem.bbox, threads, *options)


METHODS = {"ours": ours, "everyPatch": everyPatch, "merge": merge}
if SWARP:
    METHODS["swarp"] = swarp


if __name__ == "__main__":
    main()
