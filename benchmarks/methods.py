# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several ways to get the same template, each in its plainest form.

Each function takes a `Problem` and returns the number of bytes of pixels
that it decompressed.
"""

__all__ = ["METHODS", "Problem"]

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from astropy.io import fits

import lsst.geom as geom
from lsst.afw.image import ExposureF, ExposureFitsReader, MaskedImageF
from lsst.daf.butler import Butler
from lsst.ip.template import GetCoaddAsTemplateTask
from lsst.pipe.base import InMemoryDatasetHandle

from .scene import Scene
from .swarp import SWARP, makeHeader, runSwarp, writePlanes

PLANES = ("IMAGE", "MASK", "VARIANCE")

GOLDEN_COADD = os.path.join(
    os.path.dirname(__file__), "..", "lite", "tests", "data", "golden", "exposures", "coadd_full.fits"
)
"""A coadd with components of all kinds."""


@dataclass
class Problem:
    """A scene and its repository, opened."""

    scene: Scene
    """The scene."""

    repository: str
    """Folder of the repository."""

    threads: int = 1
    """Number of threads for the methods that use any."""

    template: ExposureF | None = None
    """The template that `ours` made last."""

    peak: int | None = None
    """Memory of the program that made the template, if not this, in bytes."""

    def __post_init__(self):
        self.butler = Butler.from_config(self.repository, collections="bench", writeable=True, run="bench")
        self.tractInfo, self.patchList, self.skyCorners = self.scene.overlap()

    @cached_property
    def bbox(self):
        """The template's box, in tract pixels."""
        bbox = geom.Box2D()
        for corner in self.skyCorners:
            bbox.include(self.tractInfo.getWcs().skyToPixel(corner))
        return geom.Box2I(bbox)

    @cached_property
    def handles(self):
        """Handle of each patch's coadd, by patch number."""
        patches = [patchInfo.getSequentialIndex() for patchInfo in self.patchList]
        return {patch: self.butler.getDeferred("deepCoadd", self.scene.dataId(patch)) for patch in patches}

    def overlaps(self):
        """Yield patch number, file and overlap of each patch, in order."""
        for patchInfo in self.patchList:
            patch = patchInfo.getSequentialIndex()
            overlap = patchInfo.getOuterBBox().clippedTo(self.bbox)
            if not overlap.isEmpty():
                path = self.butler.getURI("deepCoadd", self.scene.dataId(patch)).ospath
                yield patch, path, patchInfo.getOuterBBox(), overlap

    def emptyPlanes(self):
        """Preallocate a template's three planes, as plain arrays."""
        shape = (self.bbox.getHeight(), self.bbox.getWidth())
        return {plane: np.empty(shape, np.int32 if plane == "MASK" else np.float32) for plane in PLANES}

    def slices(self, box, origin):
        """Return the slices of a box in an array with a given first pixel."""
        x, y = box.getMinX() - origin.getX(), box.getMinY() - origin.getY()
        return slice(y, y + box.getHeight()), slice(x, x + box.getWidth())


class _CountingHandle:
    """A handle that counts the pixels it has given."""

    def __init__(self, handle):
        self.handle = handle
        # What the task asks before it reads a part.
        self.ref = handle.ref
        self.bytes = 0

    def get(self, **kwargs):
        result = self.handle.get(**kwargs)
        if isinstance(result, ExposureF):
            self.bytes += 12 * result.getBBox().getArea()
        return result


def ours(problem):
    """`GetCoaddAsTemplateTask` itself."""
    # The one of the run before does not count as memory of this one.
    problem.template = None
    handles = {patch: _CountingHandle(handle) for patch, handle in problem.handles.items()}
    problem.template = GetCoaddAsTemplateTask().run(
        problem.tractInfo, problem.patchList, problem.skyCorners, handles
    )
    return sum(handle.bytes for handle in handles.values())


def whole(problem):
    """Read every patch whole and keep a part, as the former task did."""
    template = ExposureF(problem.bbox, problem.tractInfo.getWcs())
    template.maskedImage.set(np.nan, template.mask.getPlaneBitMask("NO_DATA"), np.nan)
    total = 0
    for patch, _, _, overlap in problem.overlaps():
        coadd = problem.handles[patch].get()
        template.maskedImage.assign(coadd.maskedImage[overlap], overlap)
        total += 12 * coadd.getBBox().getArea()
    return total


def sections(problem):
    """Astropy's sections of the overlaps, into plain arrays."""
    planes = problem.emptyPlanes()
    total = 0
    for _, path, outer, overlap in problem.overlaps():
        with fits.open(path) as hdus:
            for plane, array in planes.items():
                there = problem.slices(overlap, outer.getMin())
                array[problem.slices(overlap, problem.bbox.getMin())] = hdus[plane].section[there]
                total += 4 * overlap.getArea()
    return total


def limit(problem):
    """Inflate the tiles of the overlaps into plain arrays, nothing else.

    For tiles of one row in GZIP_2 only.
    """
    planes = problem.emptyPlanes()
    total = 0
    with ThreadPoolExecutor(problem.threads) as pool:
        for _, path, outer, overlap in problem.overlaps():
            for plane, array in planes.items():
                rows, columns = problem.slices(overlap, outer.getMin())
                target = array[problem.slices(overlap, problem.bbox.getMin())]
                tiles = _Tiles(path, plane)
                cuts = np.array_split(np.arange(rows.start, rows.stop), problem.threads)
                list(pool.map(lambda cut: tiles.inflate(cut, rows.start, columns, target), cuts))
                total += 4 * overlap.getHeight() * outer.getWidth()
    return total


class _Tiles:
    """The compressed rows of one plane of a file."""

    def __init__(self, path, plane):
        with fits.open(path, disable_image_compression=True) as hdus:
            hdu = hdus[plane]
            if hdu.header["ZCMPTYPE"] != "GZIP_2" or hdu.header["ZTILE2"] != 1:
                raise ValueError(f"{path}[{plane}] is not GZIP_2 by rows")
            column = list(hdu.columns.names).index("COMPRESSED_DATA")
            form = hdu.columns[column].format
            start = hdu.fileinfo()["datLoc"]
            self.heap = start + hdu.header.get("THEAP", hdu.header["NAXIS1"] * hdu.header["NAXIS2"])
            self.data = np.memmap(path, np.uint8, "r")
            table = self.data[start : start + hdu.header["NAXIS1"] * hdu.header["NAXIS2"]]
            word = ">i8" if "Q" in form else ">i4"
            offset = sum(_fieldBytes(c.format) for c in hdu.columns[:column])
            table = table.reshape(hdu.header["NAXIS2"], -1)
            self.descriptors = table[:, offset : offset + 2 * int(word[-1])].copy().view(word)

    def inflate(self, numbers, first, columns, target):
        """Inflate some rows' pixels into the rows of an array."""
        from isal import isal_zlib

        for number in numbers:
            size, offset = (int(v) for v in self.descriptors[number])
            packed = self.data[self.heap + offset : self.heap + offset + size]
            shuffled = np.frombuffer(isal_zlib.decompress(packed, wbits=31), np.uint8).reshape(4, -1)
            row = shuffled[:, columns].T.copy().view(">i4" if target.dtype.kind == "i" else ">f4")
            target[number - first] = row[:, 0]


def _fieldBytes(form):
    """Return the bytes of a binary table's field of variable length."""
    return 16 if "Q" in form else 8


def reproject(problem):
    """``reproject_and_coadd`` of the image planes of the same patches."""
    from astropy.wcs import WCS
    from reproject import reproject_interp
    from reproject.mosaicking import reproject_and_coadd

    wcs, inputs = problem.tractInfo.getWcs(), []
    for patch, _, outer, _ in problem.overlaps():
        coadd = problem.handles[patch].get()
        inputs.append((coadd.image.array, WCS(makeHeader(wcs, outer))))
    reproject_and_coadd(
        inputs,
        WCS(makeHeader(wcs, problem.bbox)),
        shape_out=(problem.bbox.getHeight(), problem.bbox.getWidth()),
        reproject_function=reproject_interp,
    )
    return 4 * sum(array.size for array, _ in inputs)


def swarp(problem):
    """SWarp without resampling, on uncompressed copies of the images."""
    names = writePlanes(list(problem.handles.values()), os.path.join(problem.repository, "swarp"))
    options = ("-RESAMPLE", "N", "-COMBINE_TYPE", "AVERAGE")
    image = runSwarp(names, problem.tractInfo.getWcs(), problem.bbox, problem.threads, *options)
    problem.peak = image.peak
    return 4 * sum(outer.getArea() for _, _, outer, _ in problem.overlaps())


def copy(problem):
    """Our task on coadds in memory: the copying without the reading."""
    if not hasattr(problem, "inMemory"):
        problem.inMemory = {
            patch: InMemoryDatasetHandle(handle.get(), storageClass="ExposureF", tract=0, patch=patch)
            for patch, handle in problem.handles.items()
        }
    GetCoaddAsTemplateTask().run(problem.tractInfo, problem.patchList, problem.skyCorners, problem.inMemory)
    return 0


def write(problem):
    """Put a template into the repository."""
    if problem.template is None:
        ours(problem)
    ref = problem.butler.find_dataset("template", problem.scene.dataId())
    if ref is not None:
        problem.butler.pruneDatasets([ref], purge=True, unstore=True, disassociate=True)
    problem.butler.put(problem.template, "template", problem.scene.dataId())
    return 0


def writeAstropy(problem):
    """Write a template's three planes with astropy, as GZIP_2 by rows."""
    if problem.template is None:
        ours(problem)
    planes = {plane: getattr(problem.template, plane.lower()).array for plane in PLANES}
    with tempfile.TemporaryDirectory() as folder:
        fits.HDUList(
            [
                fits.PrimaryHDU(),
                *[
                    fits.CompImageHDU(
                        array,
                        name=plane,
                        compression_type="GZIP_2",
                        quantize_level=0.0,
                        tile_shape=(1, array.shape[1]),
                    )
                    for plane, array in planes.items()
                ],
            ]
        ).writeto(f"{folder}/template.fits")
    return 0


def boxes(problem):
    """A hundred boxes of 5 x 5 pixels of a coadd, with all components."""
    corner = ExposureFitsReader(GOLDEN_COADD).readXY0()
    for _ in range(100):
        ExposureF(GOLDEN_COADD, geom.Box2I(corner, geom.Extent2I(5, 5)))
    return 100 * 12 * 25


def rice(problem):
    """The planes of a coadd whose floats are quantized, in Rice tiles."""
    return 12 * MaskedImageF(_riceCoadd(problem)).getBBox().getArea()


def riceAstropy(problem):
    """The same planes, read by astropy."""
    with fits.open(_riceCoadd(problem)) as hdus:
        return sum(hdus[plane].data.nbytes for plane in PLANES)


def _riceCoadd(problem):
    """Write a coadd as public archives have them, if it is not there."""
    path = os.path.join(problem.repository, "rice.fits")
    if not os.path.exists(path):
        maskedImage = next(iter(problem.handles.values())).get().maskedImage
        hdus = [fits.PrimaryHDU()]
        for plane in PLANES:
            array = getattr(maskedImage, plane.lower()).array
            method = {"quantize_method": 2, "dither_seed": 1} if array.dtype.kind == "f" else {}
            hdus.append(fits.CompImageHDU(array, name=plane, compression_type="RICE_1", **method))
        fits.HDUList(hdus).writeto(path)
    return path


METHODS = {
    function.__name__: function
    for function in (
        *(ours, limit, copy, sections, whole, reproject, swarp, write, writeAstropy),
        *(boxes, rice, riceAstropy),
    )
    if function is not swarp or SWARP
}
