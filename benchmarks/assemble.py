# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what a template costs, against other ways to get it.

    python -m benchmarks.assemble [--growth] [--json FILE] ...

Every measurement runs in a process of its own; times are medians. What is
printed are ratios within one run, on one machine.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, replace

from .scene import Scene

GROWTH = {
    "template area": [{"detector": size} for size in (2036, 2880, 4072, 5759, 7800)],
    "patch size": [{"detector": 2036, "patch": size} for size in (1500, 3000, 4000)],
    "number of patches": [
        {"detector": 4072, "patch": 8000 // count, "patches": count} for count in (2, 4, 8)
    ],
}
"""Scenes for each growth law, as changes to the default scene."""


def parseArguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--detector", type=int, default=Scene.detector, help="detector size, pixels")
    parser.add_argument("--patch", type=int, default=Scene.patch, help="patch inner size, pixels")
    parser.add_argument("--border", type=int, default=Scene.border, help="patch border, pixels")
    parser.add_argument("--patches", type=int, default=Scene.patches, help="patches along a tract's side")
    parser.add_argument("--rotation", type=float, default=Scene.rotation, help="of the detector, degrees")
    parser.add_argument("--compression", default=Scene.compression, help="write recipe of the coadds")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="numbers of threads to try")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each method; the median counts")
    parser.add_argument("--methods", nargs="+", help="only these methods")
    parser.add_argument("--growth", action="store_true", help="also measure how the time grows")
    parser.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "ip_template_benchmarks"))
    parser.add_argument("--json", help="write all figures to this file")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    args = parseArguments()
    if args.child:
        print(json.dumps(measureHere(**json.loads(args.child))))
        return
    scene = Scene(args.detector, args.patch, args.border, args.patches, args.rotation, args.compression)
    results = {"scene": asdict(scene), "methods": compareMethods(scene, args)}
    if args.growth:
        results["growth"] = {law: growth(law, scene, changes, args) for law, changes in GROWTH.items()}
    if args.json:
        with open(args.json, "w") as stream:
            json.dump(results, stream, indent=1)


def compareMethods(scene, args):
    """Measure every method on one scene and print the table."""
    from .methods import METHODS

    rows = []
    print(f"{'method':<12}{'threads':>8}{'seconds':>9}{'/ limit':>9}{'MiB read':>10}{'peak MiB':>10}")
    for threads in args.threads:
        # The limit first: the others are compared with it.
        names = sorted(args.methods or METHODS, key=lambda name: name != "limit")
        limit = None
        for name in names:
            if threads > 1 and name not in ("ours", "limit", "write", "swarp", "whole", "rice"):
                continue
            row = measure(name, scene, threads, args)
            limit = row["seconds"] if name == "limit" else limit
            ratio = f"{row['seconds'] / limit:9.2f}" if limit else f"{'':>9}"
            print(
                f"{name:<12}{threads:>8}{row['seconds']:>9.2f}{ratio}"
                f"{row['bytes'] / 2**20:>10.0f}{row['peak'] / 2**20:>10.0f}",
                flush=True,
            )
            rows.append(row)
    return rows


def growth(law, scene, changes, args):
    """Measure our time over a series of scenes and print it."""
    rows = []
    print(f"\ngrowth with {law}")
    for change in changes:
        row = measure("ours", replace(scene, **change), 1, args)
        row["scene"] = change
        perPixel = 1e9 * row["seconds"] / row["pixels"]
        print(f"  {change!s:<45}{row['seconds']:>8.2f} s {perPixel:>8.1f} ns/pixel", flush=True)
        rows.append(row)
    return rows


def measure(method, scene, threads, args):
    """Measure one method in a process of its own."""
    os.makedirs(args.folder, exist_ok=True)
    job = {"method": method, "scene": asdict(scene), "folder": args.folder, "threads": threads}
    environment = {**os.environ, "LSST_LITE_THREADS": str(threads)}
    # The scene is made by a process of its own too, so that it does not
    # count as memory of the first method.
    for words in ({**job, "repeat": 0}, {**job, "repeat": args.repeat}):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.assemble", "--child", json.dumps(words)],
            stdout=subprocess.PIPE,
            env=environment,
            check=True,
            text=True,
        )
    return json.loads(done.stdout.splitlines()[-1])


def measureHere(method, scene, folder, threads, repeat):
    """Measure one method in this process.

    Returns
    -------
    row : `dict`
        Seconds (median, after one run to warm up), wall clock; bytes of
        pixels decompressed; pixels of the template; and bytes of peak memory
        beyond what the process had before.
    """
    from .methods import METHODS, Problem

    scene = Scene(**scene)
    problem = Problem(scene, scene.makeRepository(folder), threads)
    if not repeat:
        return {}
    before = peakBytes()
    seconds, total = [], 0
    for _ in range(repeat):
        start = time.perf_counter()
        total = METHODS[method](problem)
        seconds.append(time.perf_counter() - start)
    return {
        "method": method,
        "threads": threads,
        "seconds": statistics.median(seconds),
        "bytes": total,
        "pixels": problem.bbox.getArea(),
        "peak": problem.peak or peakBytes() - before,
    }


def peakBytes():
    """Return the largest resident size that the process has had so far."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
