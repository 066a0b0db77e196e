# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""SWarp on the coadds of a scene, where it is installed."""

__all__ = ["SWARP", "SwarpImage", "makeHeader", "readPeak", "runSwarp", "useWeights", "writePlanes"]

import os
import shutil
import subprocess
import time
from dataclasses import dataclass

import numpy as np
from astropy.io import fits

SWARP = shutil.which("SWarp") or shutil.which("swarp")
"""SWarp's program, if it is installed."""


@dataclass(frozen=True)
class SwarpImage:
    """What SWarp made."""

    array: np.ndarray
    """The pixels, shape (height, width)."""

    peak: int
    """The largest resident size of SWarp, in bytes."""


def writePlanes(handles, folder):
    """Write images and weights of coadds, not compressed, if they are not
    there; return the images' names.
    """
    os.makedirs(folder, exist_ok=True)
    names = [os.path.join(folder, f"{number}.fits") for number in range(len(handles))]
    for name, handle in zip(names, handles, strict=True):
        if not os.path.exists(name):
            coadd = handle.get()
            header = makeHeader(coadd.getWcs(), coadd.getBBox())
            fits.writeto(_weightName(name), 1 / coadd.variance.array, header)
            fits.writeto(name, coadd.image.array, header)
    return names


def runSwarp(names, wcs, bbox, threads, *options):
    """Combine images in the pixels of a box, and return a `SwarpImage`."""
    folder = os.path.dirname(names[0])
    output = os.path.join(folder, "out.fits")
    header = makeHeader(wcs, bbox)
    header["NAXIS"], header["NAXIS1"], header["NAXIS2"] = 2, bbox.getWidth(), bbox.getHeight()
    with open(os.path.join(folder, "out.head"), "w") as stream:
        stream.write(f"{header.tostring(sep=os.linesep, padding=False)}\n")
    words = [
        *(SWARP, *names, "-c", os.devnull, "-SUBTRACT_BACK", "N", "-FSCALASTRO_TYPE", "NONE"),
        *("-IMAGEOUT_NAME", output, "-WEIGHTOUT_NAME", os.path.join(folder, "weight.fits")),
        *("-WRITE_XML", "N", "-VERBOSE_TYPE", "QUIET", "-NTHREADS", str(threads), *options),
    ]
    log = os.path.join(folder, "swarp.log")
    with open(log, "w") as stream, subprocess.Popen(words, cwd=folder, stderr=stream) as process:
        peak = 0
        while process.poll() is None:
            peak = readPeak(process.pid) or peak
            time.sleep(0.01)
    if process.returncode != 0:
        raise RuntimeError(f"SWarp failed; see {log}.")
    return SwarpImage(fits.getdata(output), peak)


def useWeights(names):
    """Return the options for their weights."""
    return "-WEIGHT_TYPE", "MAP_WEIGHT", "-WEIGHT_IMAGE", ",".join(map(_weightName, names))


def _weightName(name):
    return name.replace(".fits", ".weight.fits")


def makeHeader(wcs, bbox):
    """Make the header of an array that is a box of the WCS's pixels."""
    cards = wcs.getFitsMetadata(precise=True).toDict()
    cards["CRPIX1"] -= bbox.getMinX()
    cards["CRPIX2"] -= bbox.getMinY()
    return fits.Header(cards)


def readPeak(pid):
    """Read the largest resident size that a process has had, in bytes; 0 if it
    is gone.
    """
    try:
        with open(f"/proc/{pid}/status") as stream:
            return next((1024 * int(line.split()[1]) for line in stream if line.startswith("VmHWM:")), 0)
    except ProcessLookupError:
        return 0
