# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make templates for a simulated visit, from an empty folder to pictures.

Usage: ``python examples/demo.py [FOLDER] [--visits N]``

It makes a Butler repository with coadds and a visit of a small camera, runs
``pipetask run`` on ``pipelines/MakeCoaddTemplate.yaml``, and writes each
template as FITS file and as picture. Then it runs
``pipelines/MakeWarpedTemplate.yaml``, and draws the difference of an exposure
and its template around a star that was not there before. Run it again and it
starts afresh.
"""

__all__ = ["main"]

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass

try:
    import numpy as np
    from matplotlib.figure import Figure

    from lsst.ip.template import GetCoaddAsTemplateConfig
except ModuleNotFoundError as err:
    sys.exit(f"{err}: run this with the Python that has the package; 'make demo' sets one up.")

from demoCamera import BAND, PHYSICAL_FILTER, PIXEL_SCALE, DemoCamera
from differenceImage import plotDifference
from simulatedCoadds import DEEP, OTHER_KINDS, observePatches, removeData
from simulatedSky import addStar, observe, simulateSky

import lsst.geom as geom
import lsst.sphgeom as sphgeom
from lsst.afw.image import ExposureF, FilterLabel
from lsst.daf.butler import Butler, DatasetType
from lsst.ip.template.plotTemplate import FIGURE_SIZE, plotTemplate, tractProjection
from lsst.ip.template.templateProvenance import TemplateProvenance
from lsst.resources import ResourcePath
from lsst.skymap.ringsSkyMap import RingsSkyMap

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent
PIPELINES = [CHECKOUT / "pipelines" / name for name in ("MakeCoaddTemplate.yaml", "MakeWarpedTemplate.yaml")]

SKYMAP = "demo_rings"
INPUTS = "demo/inputs"
TEMPLATES = "demo/templates"
NIGHT = 20250301

# The border between two tracts is at right ascension 150 degrees: detectors
# of one visit get templates from different tracts.
FIELD = geom.SpherePoint(150.025, 2.328, geom.degrees)
FIRST_VISIT = 101

NEW_STAR = (DemoCamera.detectors[1], geom.Point2D(480, 610))
"""Detector and pixel where the first visit sees a star that the coadds do
not have.
"""
NEW_STAR_FLUX = 15000.0
"""Its flux, in nJy: magnitude 20.96."""

OTHERS_DETECTOR = DemoCamera.detectors[1]
"""Only the patches under this detector have coadds of `OTHER_KINDS`."""

TEMPLATE_BORDER = GetCoaddAsTemplateConfig().templateBorderSize
REGION_BORDER = 250
"""By how many pixels the region of a detector in the repository reaches beyond
the detector, as in real repositories: a quantum gets the patches that overlap
it.
"""


class DemoError(RuntimeError):
    """Something that the user can put right."""


@dataclass(frozen=True)
class Visit:
    """One pointing of the camera."""

    id: int
    """Number of the visit."""

    boresight: geom.SpherePoint
    """Where the camera looks."""

    rotation: geom.Angle
    """Position angle of the focal plane's y axis."""

    def makeWcs(self, detector):
        """Make the WCS of a detector."""
        return detector.makeWcs(self.boresight, self.rotation)

    def findCorners(self, detector, border):
        """Find the corners of a detector with a border on the sky."""
        bbox = geom.Box2D(detector.bbox)
        bbox.grow(border)
        return self.makeWcs(detector).pixelToSky(bbox.getCorners())


class Progress:
    """Reports what is being done, and how long it took so far."""

    def __init__(self):
        self._start = time.monotonic()

    def say(self, text):
        """Print a line."""
        print(f"[{time.monotonic() - self._start:5.1f} s] {text}", flush=True)


class DemoFolder:
    """The folder that the demo writes to.

    It keeps a list of what the demo made, and deletes nothing else.

    Parameters
    ----------
    root : `pathlib.Path`
        The folder; made if it is not there.
    """

    def __init__(self, root):
        self.root = root
        self._list = root / "made-by-demo.txt"
        root.mkdir(parents=True, exist_ok=True)

    def clear(self):
        """Delete what an earlier demo made."""
        names = self._list.read_text().split("\n") if self._list.exists() else []
        for name in filter(None, names):
            path = self.root / pathlib.Path(name).name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        self._list.write_text("")

    def claim(self, name):
        """Get the path of something that is about to be made."""
        path = self.root / name
        if path.exists():
            raise DemoError(f"{path} is not from this demo: move it away, or name another folder.")
        with self._list.open("a") as stream:
            stream.write(f"{name}\n")
        return path


def makeVisits(number):
    """Plan some visits to the field, each a bit off and turned."""
    rng = np.random.default_rng(1)
    return [
        Visit(
            id=FIRST_VISIT + index,
            boresight=FIELD.offset(
                rng.uniform(0.0, 360.0) * geom.degrees, rng.uniform(0.0, 30.0) * (index > 0) * geom.arcseconds
            ),
            rotation=(25.0 + 40.0 * index) * geom.degrees,
        )
        for index in range(number)
    ]


def makeSkyMap():
    """Make a skymap of the whole sky, with tracts of 8 x 8 patches."""
    config = RingsSkyMap.ConfigClass()
    config.numRings = 500
    config.projection = "TAN"
    config.pixelScale = PIXEL_SCALE.asArcseconds()
    config.tractOverlap = 0.02
    config.tractBuilder["legacy"].patchInnerDimensions = [1000, 1000]
    config.tractBuilder["legacy"].patchBorder = 100
    return RingsSkyMap(config)


def findPatches(skyMap, visits, detectors=DemoCamera.detectors):
    """Find the patches under detectors of some visits.

    Returns a list of patches for each tract, as a dictionary.
    """
    found = {}
    for visit in visits:
        for detector in detectors:
            corners = visit.findCorners(detector, TEMPLATE_BORDER)
            for tractInfo, patchList in skyMap.findTractPatchList(corners):
                patches = found.setdefault(tractInfo.getId(), {})
                patches.update({patch.getSequentialIndex(): patch for patch in patchList})
    return {tract: list(patches.values()) for tract, patches in found.items()}


def registerSkyMap(butler, skyMap, tracts):
    """Register the skymap with some of its tracts.

    ``skyMap.register(SKYMAP, butler)`` would do this in one line, but for
    all patches of the sky: with small patches these are millions.
    """
    numPatches = [skyMap[tract].getNumPatches() for tract in tracts]
    butler.registry.syncDimensionData(
        "skymap",
        {
            "name": SKYMAP,
            "hash": skyMap.getSha1(),
            "tract_max": len(skyMap),
            "patch_nx_max": max(number.x for number in numPatches),
            "patch_ny_max": max(number.y for number in numPatches),
        },
    )
    for tract in tracts:
        tractId = {"skymap": SKYMAP, "tract": tract}
        region = skyMap[tract].getOuterSkyPolygon()
        butler.registry.insertDimensionData("tract", {**tractId, "region": region})
        butler.registry.insertDimensionData(
            "patch",
            *(
                {
                    **tractId,
                    "patch": patch.getSequentialIndex(),
                    "cell_x": patch.getIndex().x,
                    "cell_y": patch.getIndex().y,
                    "region": patch.getOuterSkyPolygon(),
                }
                for patch in skyMap[tract]
            ),
        )
    butler.put(skyMap, "skyMap", skymap=SKYMAP)


def registerVisit(butler, visit):
    """Write the dimension records of a visit and its detectors."""
    corners = {detector.id: visit.findCorners(detector, REGION_BORDER) for detector in DemoCamera.detectors}
    visitId = {"instrument": DemoCamera.getName(), "visit": visit.id}
    butler.registry.insertDimensionData(
        "visit",
        {
            **visitId,
            "name": str(visit.id),
            "physical_filter": PHYSICAL_FILTER,
            "day_obs": NIGHT,
            "exposure_time": 30.0,
            "target_name": "demo field",
            "region": _makeRegion(sum(corners.values(), [])),
        },
    )
    butler.registry.insertDimensionData(
        "visit_detector_region",
        *(
            {**visitId, "detector": detector, "region": _makeRegion(points)}
            for detector, points in corners.items()
        ),
    )


def _makeRegion(corners):
    return sphgeom.ConvexPolygon([corner.getVector() for corner in corners])


def makeRepository(path, skyMap, visits, patches):
    """Make a Butler repository that knows camera, skymap and visits."""
    Butler.makeRepo(path)
    butler = Butler.from_config(path, run=INPUTS, writeable=True)
    coaddDimensions = ["skymap", "tract", "patch", "band"]
    datasetTypes = [
        ("skyMap", ["skymap"], "SkyMap"),
        ("calexp", ["instrument", "visit", "detector"], "ExposureF"),
    ]
    for kind in (DEEP, *OTHER_KINDS):
        subfilter = ["subfilter"] if kind.numSubfilters else []
        datasetTypes.append((kind.datasetType, [*coaddDimensions, *subfilter], "ExposureF"))
    for name, dimensions, storageClass in datasetTypes:
        butler.registry.registerDatasetType(
            DatasetType(name, dimensions, storageClass, universe=butler.dimensions)
        )
    DemoCamera().register(butler.registry)
    registerSkyMap(butler, skyMap, patches)
    butler.registry.insertDimensionData(
        "subfilter",
        *({"band": BAND, "id": number} for kind in OTHER_KINDS for number in range(kind.numSubfilters)),
    )
    butler.registry.insertDimensionData("day_obs", {"instrument": DemoCamera.getName(), "id": NIGHT})
    for visit in visits:
        registerVisit(butler, visit)
    return butler


def putCoadds(butler, sky, kind, tractInfo, patchList, missing=None, cut=None):
    """Simulate the coadds of a tract's patches and store them.

    There is no coadd for the patch ``missing``, and no data at the edge of
    the coadd of the patch ``cut``; both are given as tract and patch number.
    """
    for patch, subfilter, coadd in observePatches(sky, kind, tractInfo, patchList):
        coadd.setFilter(FilterLabel.fromBand(BAND))
        if (tractInfo.getId(), patch) == cut:
            removeData(coadd, rows=450)
        if (tractInfo.getId(), patch) != missing:
            dataId = {"skymap": SKYMAP, "tract": tractInfo.getId(), "patch": patch, "band": BAND, **subfilter}
            butler.put(coadd, kind.datasetType, dataId)


def findPatch(skyMap, visit, detector, x, y):
    """Find the tract and patch under a pixel of a detector, as numbers."""
    place = visit.makeWcs(detector).pixelToSky(geom.Point2D(x, y))
    tractInfo = skyMap.findTract(place)
    return tractInfo.getId(), tractInfo.findPatch(place).getSequentialIndex()


def putVisit(butler, sky, visit):
    """Simulate the science exposures of a visit and store them."""
    visitInfo = DemoCamera().makeVisitInfo(visit.id, visit.boresight, visit.rotation)
    for detector in DemoCamera.detectors:
        rng = np.random.default_rng([visit.id, detector.id])
        exposure = observe(sky, detector.bbox, visit.makeWcs(detector), psfSigma=2.2, noise=40.0, rng=rng)
        exposure.setFilter(FilterLabel(band=BAND, physical=PHYSICAL_FILTER))
        exposure.getInfo().setVisitInfo(visitInfo)
        butler.put(exposure, "calexp", instrument=DemoCamera.getName(), visit=visit.id, detector=detector.id)


def runPipetask(pipeline, repo, logFile):
    """Run a pipeline on everything in the repository."""
    path = os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ.get("PATH", "")])
    pipetask = shutil.which("pipetask", path=path)
    if pipetask is None:
        raise DemoError("There is no pipetask command: install lsst-ctrl-mpexec, or use 'make demo'.")
    command = [pipetask, "run", "--register-dataset-types"]
    command += ["--butler-config", str(repo), "--pipeline", str(pipeline)]
    command += ["--input", INPUTS, "--output", TEMPLATES]
    command += ["--data-query", f"skymap = '{SKYMAP}' AND instrument = '{DemoCamera.getName()}'"]
    with logFile.open("a") as stream:
        result = subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, check=False)
    if result.returncode != 0:
        lastLines = "\n".join(logFile.read_text().splitlines()[-15:])
        raise DemoError(f"{lastLines}\npipetask failed: {logFile} has all of its messages.")


def drawTemplate(template, exposure, skyMap, title):
    """Draw a template; its metadata says what it was made from.

    Returns the figure and what the template was made from.
    """
    provenance = TemplateProvenance.read(template.getMetadata())
    tractInfo = skyMap[provenance.tract]
    figure = Figure(figsize=FIGURE_SIZE)
    ax = figure.add_subplot(projection=tractProjection(tractInfo))
    plotTemplate(template, tractInfo, ax, exposure=exposure)
    ax.set_title(f"Template for {title}, tract {provenance.tract}")
    return figure, provenance


def writeTemplate(butler, skyMap, folder, dataId):
    """Write a template as FITS file and as picture, and say what it is."""
    name = "{visit}_{detector}".format(**dataId)
    fitsFile, picture = folder.claim(f"template_{name}.fits"), folder.claim(f"template_{name}.png")
    ResourcePath(fitsFile).transfer_from(butler.getURI("deepDiff_templateCoadd", dataId), transfer="copy")

    title = "visit {visit} detector {detector}".format(**dataId)
    figure, provenance = drawTemplate(ExposureF(str(fitsFile)), butler.get("calexp", dataId), skyMap, title)
    figure.savefig(picture, dpi=120, bbox_inches="tight")

    metadata = butler.get("makeCoaddTemplate_metadata", dataId, skymap=SKYMAP)
    covered = metadata["makeCoaddTemplate:getTemplate"]["coveredFraction"]
    print(
        f"  {title}: tract {provenance.tract}, patches used {list(provenance.patchesUsed)}, "
        f"missing {list(provenance.patchesMissing)}, covered {100 * covered:.1f}%"
    )
    print(f"    {fitsFile}\n    {picture}", flush=True)


def drawDifference(butler, folder, visit, detector, place):
    """Draw the difference of an exposure and its template around a place,
    and say what is there.
    """
    dataId = {"instrument": DemoCamera.getName(), "visit": visit.id, "detector": detector.id}
    exposure = butler.get("calexp", dataId)
    figure = Figure(figsize=(12.0, 4.2), layout="constrained")
    difference = plotDifference(figure, exposure, butler.get("deepDiff_templateExp", dataId), place)
    picture = folder.claim(f"difference_{visit.id}_{detector.id}.png")
    figure.savefig(picture, dpi=120)
    pixel = geom.Point2I(exposure.getWcs().skyToPixel(place))
    significance = difference[pixel] / np.sqrt(exposure.variance[pixel])
    print(
        f"  visit {visit.id} detector {detector.id}: a new star at ({pixel.x}, {pixel.y}), "
        f"{significance:.0f} times the noise in the difference"
    )
    print(f"    {picture}", flush=True)


def makeDemo(root, numVisits):
    """Run the demo.

    Parameters
    ----------
    root : `pathlib.Path`
        Folder to write to.
    numVisits : `int`
        How many visits to simulate.

    Raises
    ------
    DemoError
        If something fails that the user can put right.
    """
    progress = Progress()
    folder = DemoFolder(root)
    folder.clear()

    visits = makeVisits(numVisits)
    skyMap = makeSkyMap()
    patches = findPatches(skyMap, visits)
    repo = folder.claim("repo")
    progress.say(f"Making a Butler repository with camera, skymap and visits: {repo}")
    butler = makeRepository(repo, skyMap, visits, patches)

    sky = simulateSky(FIELD, radius=7.0 * geom.arcminutes, rng=np.random.default_rng(2))
    missing = findPatch(skyMap, visits[0], DemoCamera.detectors[0], 100, 100)
    cut = findPatch(skyMap, visits[0], DemoCamera.detectors[2], 500, 500)
    for tract, patchList in patches.items():
        progress.say(f"Simulating coadds of {len(patchList)} patches in tract {tract}")
        putCoadds(butler, sky, DEEP, skyMap[tract], patchList, missing, cut)
    progress.say(
        f"Simulating other kinds of coadds under detector {OTHERS_DETECTOR.id} of visit {FIRST_VISIT}"
    )
    for tract, patchList in findPatches(skyMap, visits[:1], [OTHERS_DETECTOR]).items():
        for kind in OTHER_KINDS:
            putCoadds(butler, sky, kind, skyMap[tract], patchList)
    detector, pixel = NEW_STAR
    place = visits[0].makeWcs(detector).pixelToSky(pixel)
    sky = addStar(sky, place, NEW_STAR_FLUX)
    for visit in visits:
        progress.say(f"Simulating the {len(DemoCamera.detectors)} detectors of visit {visit.id}")
        putVisit(butler, sky, visit)

    logFile = folder.claim("pipetask.log")
    for pipeline in PIPELINES:
        progress.say(f"Running pipetask on {pipeline.name}; its messages are in {logFile}")
        runPipetask(pipeline, repo, logFile)

    progress.say("Writing the templates and their pictures")
    butler = Butler.from_config(repo, collections=TEMPLATES)
    for ref in butler.query_datasets("deepDiff_templateCoadd", order_by=["visit", "detector"]):
        writeTemplate(butler, skyMap, folder, dict(ref.dataId.required))
    drawDifference(butler, folder, visits[0], detector, place)
    progress.say("Done")
    print(
        "Next: look at the pictures, run the notebook doc/lsst.ip.template/getCoaddAsTemplate.ipynb,\n"
        "or follow doc/lsst.ip.template/quick-start.rst with this repository."
    )


def main(argv=None):
    """Run the demo from the command line.

    Parameters
    ----------
    argv : `list` [`str`], optional
        Arguments; those of the command line by default.
    """
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", default=CHECKOUT / "demo", help="where to write (%(default)s)")
    parser.add_argument("--visits", type=int, default=1, help="number of visits (%(default)s)")
    args = parser.parse_args(argv)
    if args.visits < 1:
        parser.error(f"--visits is {args.visits}, but one visit is the least")
    try:
        makeDemo(pathlib.Path(args.folder), args.visits)
    except DemoError as err:
        sys.exit(f"demo: {err}")
    except OSError as err:
        sys.exit(f"demo: {err}\nMay you write to {args.folder}, and is there room? Else name another folder.")


if __name__ == "__main__":
    main()
