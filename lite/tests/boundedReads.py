# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read files with bounded time and memory, in a process of their own.

This is a program, too. Each line of its standard input has the name of a way
to read (`WAYS`) and a path; for each, standard output has a line of JSON that
says how it went.
"""

import contextlib
import json
import logging
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

import lsst.pex.exceptions as pexExceptions
import lsst.utils.tests
from lsst.afw.detection import Psf
from lsst.afw.fits import readMetadata
from lsst.afw.geom import Polygon, SkyWcs, makeSkyWcs
from lsst.afw.image import (
    CoaddInputs,
    ExposureF,
    ExposureFitsReader,
    ImageFitsReader,
    MaskedImageFitsReader,
    MaskFitsReader,
    PhotoCalib,
)
from lsst.afw.table import ExposureCatalog
from lsst.geom import Box2I, Extent2I, Point2D, Point2I
from lsst.meas.algorithms import CoaddPsf

SECONDS = 20
"""Processor time after which reading is ended: several times the 5 s that are
promised, as the machine may be busy.
"""

MOST_MEMORY = 1 << 30
"""Bytes that reading cannot have beyond what the program itself needs."""

DOCUMENTED = (pexExceptions.Exception, NotImplementedError)
"""What a reader may raise; FitsError is one of the former."""

FORBIDDEN = ("pickle.find_class", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn")
"""Audit events that no reading of a file causes."""


class BoundedTestCase(lsst.utils.tests.TestCase):
    """Files that are read by another process, whose memory is bounded."""

    memory = MOST_MEMORY
    """Bytes that reading may take."""

    @classmethod
    def setUpClass(cls):
        environment = {**os.environ, "LSST_LITE_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        words = [sys.executable, __file__]
        cls._reader = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    @classmethod
    def tearDownClass(cls):
        cls._reader.communicate()

    def setUp(self):
        self.path = os.path.join(self.enterContext(tempfile.TemporaryDirectory()), "hostile.fits")

    def read(self, way, data):
        """Read a file, within the bounds.

        Parameters
        ----------
        way : `str`
            One of `WAYS`.
        data : `bytes`
            The file.

        Returns
        -------
        error, message : `str`
            Class and text of the exception; "" if there was none.
        """
        pathlib.Path(self.path).write_bytes(data)
        print(way, self.path, file=self._reader.stdin, flush=True)
        outcome = json.loads(self._reader.stdout.readline())
        self.assertNotIn("process", outcome["error"])
        self.assertLess(outcome["memory"], self.memory)
        return outcome["error"], outcome["message"]


def useWcs(wcs):
    """Transform some points, as whoever reads a WCS does."""
    wcs.getPixelOrigin(), wcs.getSkyOrigin(), wcs.getPixelScale()
    sky = wcs.pixelToSky([Point2D(0, 0), Point2D(100.5, -7)])
    wcs.skyToPixel(sky)
    str(wcs), wcs.isFits, wcs.isFlipped
    SkyWcs.readString(wcs.writeString())


def useComponent(component):
    """Do with a component what the template task does with it."""
    with contextlib.suppress(*DOCUMENTED, RuntimeError):
        if isinstance(component, SkyWcs):
            useWcs(component)
        elif isinstance(component, PhotoCalib):
            component.getLocalCalibration(Point2D(3, 4))
        elif isinstance(component, Psf):
            component.computeKernelImage(Point2D(3, 4))
            component.computeShape(component.getAveragePosition())
        elif isinstance(component, CoaddInputs):
            useCatalog(component.visits)
            useCatalog(component.ccds)
        elif isinstance(component, ExposureCatalog):
            useCatalog(component)


def useCatalog(catalog):
    """Ask a catalog for its fields, and its records for their components."""
    str(catalog.schema)
    with contextlib.suppress(*DOCUMENTED, ValueError):
        # Not every text is a unit for astropy.
        catalog.asAstropy()
    for record in catalog:
        for name in ("Wcs", "Psf", "PhotoCalib", "ValidPolygon", "VisitInfo", "ApCorrMap", "Detector"):
            with contextlib.suppress(*DOCUMENTED):
                useComponent(getattr(record, f"get{name}")())


def readExposure(path):
    """Read all components, one after the other."""
    reader = ExposureFitsReader(path)
    for name in sorted(dir(reader)):
        if name.startswith("read") and name != "readComponent":
            with contextlib.suppress(*DOCUMENTED):
                useComponent(getattr(reader, name)())
    reader.read(Box2I(Point2I(0, 0), Extent2I(5, 5)))


def readMetadataWcs(path, hdu):
    """Read a WCS from the cards of a header."""
    metadata = readMetadata(path, hdu)
    with contextlib.suppress(*DOCUMENTED, RuntimeError):
        useWcs(makeSkyWcs(metadata))


def readAll(path):
    """Read the file in every way that there is."""
    readers = [readExposure, ExposureF.readFits, SkyWcs.readFits, Polygon.readFits]
    for cls in (CoaddPsf, CoaddInputs, ExposureCatalog):
        readers.append(lambda path, cls=cls: useComponent(cls.readFits(path)))
    readers += [lambda path: MaskedImageFitsReader(path).read()]
    for hdu in range(6):
        readers.append(lambda path, hdu=hdu: readMetadataWcs(path, hdu))
    for hdu in range(1, 4):
        readers.append(lambda path, hdu=hdu: ImageFitsReader(path, hdu).read(allowUnsafe=True))
        readers.append(lambda path, hdu=hdu: MaskFitsReader(path, hdu).read())
    for reader in readers:
        with contextlib.suppress(*DOCUMENTED):
            reader(path)


WAYS = {
    "all": readAll,
    "exposure": ExposureF.readFits,
    "image": lambda path: ImageFitsReader(path, 1).read(allowUnsafe=True),
    "pixel": lambda path: ImageFitsReader(path, 1).read(
        Box2I(Point2I(0, 0), Extent2I(1, 1)), allowUnsafe=True
    ),
    "metadata": lambda path: readMetadata(path, 1),
    "wcs": lambda path: useComponent(ExposureFitsReader(path).readWcs()),
}


def forbid(event, arguments):
    """End the process if it is about to run something."""
    if event in FORBIDDEN:
        print(event, arguments, file=sys.stderr, flush=True)
        os._exit(1)


def limitMemory():
    """Let the process have little more memory than it has already, where it
    can be told how much that is.
    """
    with contextlib.suppress(FileNotFoundError), open("/proc/self/statm") as stream:
        used = int(stream.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MOST_MEMORY, used + MOST_MEMORY))


def read(way, path):
    """Read a file.

    Returns
    -------
    outcome : `dict`
        Class and text of the exception, if there was one; and the memory,
        in bytes, that reading took.
    """
    limitMemory()
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.addaudithook(forbid)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = message = ""
    try:
        WAYS[way](path)
    except Exception as err:
        error, message = type(err).__name__, str(err)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"error": error, "message": message, "memory": (peak - before) * 1024}


def main():
    logging.disable()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            print(json.dumps(read(*line.rstrip("\n").split(" ", 1))), flush=True)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status:
            print(json.dumps({"error": f"process ended with {status}", "message": ""}), flush=True)


if __name__ == "__main__":
    main()
