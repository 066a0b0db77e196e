# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read files with bounded time and memory; `test_promises` runs this program.

Each line of standard input has the name of a way to read (`WAYS`) and a path;
for each, standard output has a line of JSON that says how it went. Every file
is read in a process of its own.
"""

import json
import os
import resource
import sys

from fuzzReaders import limitMemory, useComponent

from lsst.afw.fits import readMetadata
from lsst.afw.geom import Polygon, SkyWcs
from lsst.afw.image import ExposureF, ExposureFitsReader, ImageFitsReader
from lsst.geom import Box2I, Extent2I, Point2I

SECONDS = 20
"""Processor time after which reading is ended: several times the 5 s that are
promised, as the machine may be busy.
"""

PIXEL = Box2I(Point2I(0, 0), Extent2I(1, 1))


def readWcs(path):
    """Read the WCS of an exposure and use it."""
    useComponent(ExposureFitsReader(path).readWcs())


def readPhotoCalib(path):
    """Read the calibration of an exposure and use it."""
    useComponent(ExposureFitsReader(path).readPhotoCalib())


WAYS = {
    "exposure": ExposureF.readFits,
    "image": lambda path: ImageFitsReader(path, 1).read(allowUnsafe=True),
    "pixel": lambda path: ImageFitsReader(path, 1).read(PIXEL, allowUnsafe=True),
    "primary": lambda path: readMetadata(path, 0),
    "metadata": lambda path: readMetadata(path, 1),
    "wcs": readWcs,
    "photoCalib": readPhotoCalib,
    "polygon": Polygon.readFits,
    "skyWcs": SkyWcs.readFits,
}


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
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = message = ""
    try:
        WAYS[way](path)
    except Exception as err:
        error, message = type(err).__name__, str(err)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"error": error, "message": message, "memory": (peak - before) * 1024}


def main():
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
