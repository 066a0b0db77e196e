# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what the templates of a visit cost as a batch job, and scale it.

    python -m benchmarks.night [--detectors N] [--rotation DEGREES]
    python -m benchmarks.night --graphs [--visits N]

A job is what BPS submits: ``pipetask run-qbb`` for some quanta of one visit.
Jobs with few and with more detectors separate the cost of a process from that
of a template. Graphs are built for visits of a whole focal plane.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import lsst.geom as geom
import lsst.sphgeom as sphgeom
from lsst.afw.image import ExposureF, VisitInfo
from lsst.daf.butler import Butler, DatasetType

from . import focalPlane
from .scene import Scene

PIPELINE = Path(__file__).parents[1] / "pipelines" / "MakeCoaddTemplate.yaml"
SEARCH_PATH = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])

VISITS = 1000
"""Visits of a night."""

DETECTORS = 189
"""Science detectors of LSSTCam."""

NIGHTS = 300
"""Nights of a year with data."""


@dataclass(frozen=True)
class Cost:
    """What a process took, with its children."""

    wall: float
    """Seconds that passed."""

    cpu: float
    """Seconds of processor time."""

    peak: int
    """Largest resident size of one of them, in bytes."""


def measureProgram(*words):
    """Run a program and measure what it cost."""
    words = [shutil.which(words[0], path=SEARCH_PATH), *map(str, words[1:])]
    start, pid = time.perf_counter(), os.fork()
    if pid == 0:
        os.execv(words[0], words)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), words)
    return Cost(
        wall=time.perf_counter() - start,
        cpu=usage.ru_utime + usage.ru_stime,
        peak=1024 * usage.ru_maxrss,
    )


def putVisit(butler, scene, visit, detectors):
    """Put a visit whose detectors all lie near the middle of the tract.

    Its pixels are zeros: nothing reads them.
    """
    insert = butler.registry.insertDimensionData
    exposures = [scene.exposure(scene.skyMap()) for _ in range(detectors)]
    regions = []
    for exposure in exposures:
        corners = exposure.getWcs().pixelToSky(geom.Box2D(exposure.getBBox()).getCorners())
        regions.append(sphgeom.ConvexPolygon([corner.getVector() for corner in corners]))
    insert("day_obs", {"instrument": "Bench", "id": 20250301}, skip_existing=True)
    insert(
        "visit",
        {
            "instrument": "Bench",
            "id": visit,
            "name": str(visit),
            "physical_filter": "r_bench",
            "day_obs": 20250301,
            "region": regions[0],
        },
    )
    for detector, (exposure, region) in enumerate(zip(exposures, regions, strict=True)):
        dataId = {"instrument": "Bench", "detector": detector}
        insert("detector", {**dataId, "id": detector, "full_name": str(detector)}, skip_existing=True)
        insert("visit_detector_region", {**dataId, "visit": visit, "region": region})
        calexp = ExposureF(exposure.getBBox(), exposure.getWcs())
        calexp.getInfo().setVisitInfo(VisitInfo(id=visit))
        butler.put(calexp, "calexp", dataId, visit=visit)


def measureJob(repo, folder, visit):
    """Run all templates of a visit as one job.

    Returns the cost of building the graph, and that of the job.
    """
    graph, run = folder / f"{visit}.qg", f"night/{visit}"
    built = measureProgram(
        *("pipetask", "--log-level", "WARNING", "qgraph", "-b", repo, "-p", PIPELINE),
        *("-i", "night/visits,bench,skymaps", "-o", run, "--output-run", f"{run}/run"),
        *("-d", f"instrument = 'Bench' AND skymap = 'bench' AND visit = {visit}"),
        *("--save-qgraph", graph, "--qgraph-datastore-records"),
    )
    measureProgram("pipetask", "--log-level", "WARNING", "pre-exec-init-qbb", repo, graph)
    return built, measureProgram("pipetask", "--log-level", "WARNING", "run-qbb", repo, graph)


def measureGraphs(folder, visits):
    """Build graphs for visits of a whole focal plane.

    Returns the cost for each number of quanta.
    """
    repo, graph = folder / "focalPlane", folder / "focalPlane.qg"
    focalPlane.makeRegistry(repo, visits, "mosaic")
    costs = {}
    for quanta, where in ((1, " AND visit = 0 AND detector = 0"), (visits * DETECTORS, "")):
        costs[quanta] = measureProgram(
            *("pipetask", "--log-level", "ERROR", "qgraph", "-b", repo, "-p", PIPELINE),
            *("-i", "mosaic,skymaps", "-o", "night", "--save-qgraph", graph),
            *("-d", f"instrument = '{focalPlane.INSTRUMENT}' AND skymap = '{focalPlane.SKYMAP}'{where}"),
        )
    return costs


def measureTemplates(folder, scene, detectors):
    """Run jobs with one detector and with several.

    Returns for each number of detectors the costs of graph and job, and the
    mean size of a template's file in bytes.
    """
    repo = scene.makeRepository(os.fspath(folder))
    butler = Butler.from_config(repo, writeable=True, run="night/visits")
    butler.registry.registerDatasetType(
        DatasetType("calexp", ("instrument", "visit", "detector"), "ExposureF", universe=butler.dimensions)
    )
    jobs = {}
    for visit, number in ((1, 1), (2, detectors)):
        putVisit(butler, scene, visit, number)
        jobs[number] = measureJob(repo, folder, visit)
    sizes = [path.stat().st_size for path in Path(repo, "night").rglob("deepDiff_templateCoadd*.fits")]
    return jobs, sum(sizes) / len(sizes)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--detectors", type=int, default=5, help="detectors of the larger job (%(default)s)")
    parser.add_argument("--rotation", type=float, default=30.0, help="of the detectors, degrees")
    parser.add_argument("--visits", type=int, default=20, help="visits of the larger graph (%(default)s)")
    parser.add_argument("--graphs", action="store_true", help="build graphs, but make no templates")
    args = parser.parse_args()
    os.environ["LSST_LITE_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reportGraphs(measureGraphs(folder, args.visits))
        if not args.graphs:
            # A detector of LSSTCam and patches of lsst_cells_v1.
            scene = Scene(detector=4072, patch=3000, border=200, patches=3, rotation=args.rotation)
            report(*measureTemplates(folder, scene, args.detectors))


def reportGraphs(costs):
    """Print the costs of building graphs."""
    few, many = costs
    small, large = costs[few], costs[many]
    print(
        f"graph, {many} quanta  {large.cpu:8.2f} s cpu {large.wall:8.2f} s passed"
        f" {1000 * (large.cpu - small.cpu) / (many - few):8.2f} ms cpu a quantum"
    )


def report(jobs, templateBytes):
    """Print the costs of templates, and what they come to in a night and a
    year.
    """
    many = max(jobs)
    (_, one), (graph, more) = jobs[1], jobs[many]
    cpu = (more.cpu - one.cpu) / (many - 1)
    wall = (more.wall - one.wall) / (many - 1)
    mebi = 2**20
    print(f"template           {cpu:8.2f} s cpu {wall:8.2f} s passed {templateBytes / mebi:8.1f} MiB written")
    print(f"process of a job   {one.cpu - cpu:8.2f} s cpu {one.wall - wall:8.2f} s passed")
    print(f"graph, {many} quanta    {graph.cpu:8.2f} s cpu {graph.wall:8.2f} s passed")
    for detectors, job in ((1, one), (many, more)):
        print(f"memory, {detectors} detectors {job.peak / mebi:8.0f} MiB")
    quanta = VISITS * DETECTORS
    for label, perJob in (("one job a visit", DETECTORS), ("one job a detector", 1)):
        hours = (quanta * cpu + quanta / perJob * (one.cpu - cpu)) / 3600
        print(f"night, {label:<20}{hours:8.0f} core hours; a year {hours * NIGHTS:10.0f}")
    output = quanta * templateBytes
    print(f"output of a night  {output / 2**40:8.2f} TiB; a year {output * NIGHTS / 2**50:.2f} PiB")


if __name__ == "__main__":
    main()
