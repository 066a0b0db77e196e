# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what warping an exposure costs.

    python -m benchmarks.warp [--kernels NAME ...] [--rotation DEGREES] ...

Every measurement runs in a process of its own; times are the least of some
runs. It uses nothing but the public API, so that it measures the compiled
stack where that is installed.
"""

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import time

import numpy as np

import lsst.afw.geom as afwGeom
import lsst.geom as geom
from lsst.afw.image import ExposureF
from lsst.afw.math import Warper

SCALE = 0.2 * geom.arcseconds
CENTER = geom.SpherePoint(30.0, -30.0, geom.degrees)


def parseArguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", type=int, default=4112, help="size of the result, pixels")
    parser.add_argument("--rotation", type=float, default=30.0, help="of the result, degrees")
    parser.add_argument(
        "--kernels",
        nargs="+",
        default=["bilinear", "lanczos3", "lanczos4", "lanczos5"],
        help="kernels to try",
    )
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="numbers of threads to try")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the fastest counts")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    args = parseArguments()
    if args.child:
        print(json.dumps(measureHere(**json.loads(args.child))))
        return
    print(f"{'kernel':<12}{'threads':>8}{'seconds':>9}{'cpu s':>8}{'peak MiB':>10}{'result MiB':>12}")
    for kernel in args.kernels:
        for threads in args.threads:
            row = measure(kernel, threads, args)
            print(
                f"{kernel:<12}{threads:>8}{row['seconds']:>9.2f}{row['cpu']:>8.2f}"
                f"{row['peak'] / 2**20:>10.0f}{12 * args.size**2 / 2**20:>12.0f}",
                flush=True,
            )


def measure(kernel, threads, args):
    """Measure one kernel in a process of its own."""
    job = {"kernel": kernel, "size": args.size, "rotation": args.rotation, "repeat": args.repeat}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.warp", "--child", json.dumps(job)],
        stdout=subprocess.PIPE,
        env={**os.environ, "LSST_LITE_THREADS": str(threads)},
        check=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def measureHere(kernel, size, rotation, repeat):
    """Measure one kernel in this process.

    Returns
    -------
    row : `dict`
        Seconds, wall clock and processor time, and bytes of peak memory
        beyond what the process had before.
    """
    source = makeSource(size, rotation)
    bbox = geom.Box2I(geom.Point2I(0, 0), geom.Extent2I(size, size))
    wcs = makeWcs(bbox, rotation)
    warper = Warper(kernel, maskWarpingKernelName="bilinear")
    before, seconds, cpu = peakBytes(), [], []
    for _ in range(repeat):
        start, cpuStart = time.perf_counter(), time.process_time()
        warped = warper.warpExposure(wcs, source, destBBox=bbox)
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - cpuStart)
        if not np.isfinite(warped.image.array).all():
            raise RuntimeError("The source does not cover the result.")
        del warped
    return {"seconds": min(seconds), "cpu": min(cpu), "peak": peakBytes() - before}


def makeSource(size, rotation):
    """Make sky noise with some masked pixels, larger than the result."""
    angle = math.radians(rotation)
    size = math.ceil(size * (abs(math.cos(angle)) + abs(math.sin(angle)))) + 16
    bbox = geom.Box2I(geom.Point2I(12000, 8000), geom.Extent2I(size, size))
    source = ExposureF(bbox, makeWcs(bbox, 0.0))
    random = np.random.default_rng(1)
    random.standard_normal(out=source.image.array, dtype=np.float32)
    source.variance.array[:] = 1.0
    for row in source.mask.array:
        row[random.random(size, dtype=np.float32) < 0.02] = source.mask.getPlaneBitMask("DETECTED")
    return source


def makeWcs(bbox, rotation):
    """Make a WCS with its reference point in the centre of a box."""
    cdMatrix = afwGeom.makeCdMatrix(scale=SCALE, orientation=rotation * geom.degrees)
    return afwGeom.makeSkyWcs(geom.Box2D(bbox).getCenter(), CENTER, cdMatrix)


def peakBytes():
    """Return the largest resident size that the process has had so far."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
