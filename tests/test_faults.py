# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of files, disks and processes, injected for real."""

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import unittest

import numpy as np
from astropy.io import fits
from goldenRepo import unpackGolden

import lsst.utils.tests
from lsst.daf.butler import Butler
from lsst.ip.template import MakeCoaddTemplateTask
from lsst.pipe.base import Pipeline, QuantumContext
from lsst.pipe.base.simple_pipeline_executor import SimplePipelineExecutor

PIPELINE = pathlib.Path(__file__).parents[1] / "pipelines" / "MakeCoaddTemplate.yaml"
ALL = "instrument = 'GoldenCam' AND skymap = 'gold_sky'"
TEMPLATE = "deepDiff_templateCoadd"
PLAIN_TEMPLATES = f"""datastore:
  formatters:
    {TEMPLATE}:
      formatter: lsst.obs.base.formatters.fitsExposure.FitsExposureFormatter
      parameters:
        recipe: noCompression"""


def findHdus(path):
    """Find the parts of a FITS file, by name.

    Returns
    -------
    hdus : `dict` [`str`, `tuple`]
        Offsets of header, data and end, and the header.
    """
    with fits.open(path, disable_image_compression=True) as hdus:
        places = [(hdu.name, hdu.fileinfo(), hdu.header.copy()) for hdu in list(hdus)]
    return {
        name: (info["hdrLoc"], info["datLoc"], info["datLoc"] + info["datSpan"], header)
        for name, info, header in places
    }


def cutHdu(path, name):
    """Return a file's bytes without one of its HDUs."""
    data = path.read_bytes()
    start, _, end, _ = findHdus(path)[name]
    return data[:start] + data[end:]


def flipTiles(path, name):
    """Return a file's bytes with one bit flipped in each tile of an image."""
    data = bytearray(path.read_bytes())
    _, start, _, header = findHdus(path)[name]
    heap = start + header["NAXIS1"] * header["NAXIS2"]
    for size, offset in np.frombuffer(data[start:heap], ">i4").reshape(-1, 2):
        data[heap + offset + size // 2] ^= 1
    return bytes(data)


def samePixels(one, other):
    """Return whether two exposures are the same, bit by bit."""
    planes = ("image", "mask", "variance")
    return one.getBBox() == other.getBBox() and all(
        getattr(one, plane).array.tobytes() == getattr(other, plane).array.tobytes() for plane in planes
    )


class DamagedCoaddTestCase(lsst.utils.tests.TestCase):
    """The image of one coadd of a quantum is damaged, or its file: the error
    says which, and there is no output.

    The full stack takes a default, with a warning, for a mask or variance
    that cannot be read. lsst-lite does not; its own tests say so.
    """

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        repo, _ = unpackGolden(folder.name)
        settings = repo / "butler.yaml"
        settings.write_text(settings.read_text().replace("datastore:", PLAIN_TEMPLATES, 1))
        butler = SimplePipelineExecutor.prep_butler(str(repo), ["golden/inputs"], "faults")
        executor = SimplePipelineExecutor.from_pipeline(
            Pipeline.from_uri(str(PIPELINE)), where=f"{ALL} AND visit = 100 AND detector = 0", butler=butler
        )
        graph = executor.quantum_graph
        graph.pipeline_graph.register_dataset_types(butler)
        cls.butler = butler
        cls.node = graph.pipeline_graph.tasks["makeCoaddTemplate"]
        (cls.quantum,) = (node.quantum for node in graph)
        cls.inputs, cls.outputs = cls.node.get_connections().buildDatasetRefs(cls.quantum)
        (cls.ref,) = (
            ref.datasetRef for ref in cls.inputs.coaddExposures if ref.datasetRef.dataId["patch"] == 14
        )
        cls.path = pathlib.Path(butler.getURI(cls.ref).ospath)
        cls.good = cls.path.read_bytes()
        cls.reference = cls.makeTemplate()

    @classmethod
    def runQuantum(cls, **config):
        """Run the quantum as the executor does."""
        taskConfig = type(cls.node.config)()
        taskConfig.loadFromString(cls.node.config.saveToString())
        taskConfig.getTemplate.update(**config)
        context = QuantumContext(cls.butler, cls.quantum)
        MakeCoaddTemplateTask(config=taskConfig).runQuantum(context, cls.inputs, cls.outputs)

    @classmethod
    def makeTemplate(cls, **config):
        """Run the quantum; give its template, which is then deleted."""
        cls.runQuantum(**config)
        template = cls.butler.get(cls.outputs.template)
        cls.deleteTemplate()
        return template

    @classmethod
    def deleteTemplate(cls):
        cls.butler.pruneDatasets([cls.outputs.template], disassociate=True, unstore=True, purge=True)

    def setUp(self):
        self.addCleanup(self.cleanUp)

    def cleanUp(self):
        """Repair the coadd, and delete a template that should not be."""
        if self.path.is_dir():
            self.path.rmdir()
        self.path.write_bytes(self.good)
        if self.butler.stored(self.outputs.template):
            self.deleteTemplate()

    def replace(self, data):
        """Damage the coadd's file; its size remains, as far as possible, so
        that not only the Butler's check of the size finds that out.
        """
        self.path.write_bytes(data.ljust(len(self.good), b"\0")[: len(self.good)])

    def checkError(self):
        """Check that the error names dataset, box and file, that nothing is
        written, and that the rerun after a repair gives the template.

        What is wrong with the file is said by what reads it: the Butler, the
        compiled stack with cfitsio, or lite, each in its own words.
        """
        try:
            with self.assertRaises(Exception) as caught:
                self.runQuantum()
            said = "".join(traceback.format_exception(caught.exception))
            box = r"\(minimum=\(\d+, \d+\), maximum=\(\d+, \d+\)\)"
            self.assertRegex(said, rf"while reading {box} of the coadd deepCoadd@\{{.*tract: 0, patch: 14")
            self.assertIn(self.path.name, said)
            self.assertFalse(self.butler.stored(self.outputs.template))
        finally:
            self.cleanUp()
        self.assertTrue(samePixels(self.makeTemplate(), self.reference))

    def testFileOfAnotherSize(self):
        for what, data in (
            ("truncated", self.good[: len(self.good) // 2]),
            ("empty", b""),
            ("replaced", b"<!DOCTYPE html><html><body>503 Service Unavailable</body></html>"),
        ):
            with self.subTest(what=what):
                self.path.write_bytes(data)
                self.checkError()

    def testTruncatedImage(self):
        _, start, _, header = findHdus(self.path)["IMAGE"]
        # The table of tiles is there, and the tiles are not.
        self.replace(self.good[: start + header["NAXIS1"] * header["NAXIS2"] + 10])
        self.checkError()

    def testTruncatedHeader(self):
        self.replace(self.good[:1000])
        self.checkError()

    def testReplacedByHtml(self):
        self.replace(b"<!DOCTYPE html><html><body>503 Service Unavailable</body></html>")
        self.checkError()

    def testFlippedBitInTile(self):
        self.path.write_bytes(flipTiles(self.path, "IMAGE"))
        self.checkError()

    def testMissingImage(self):
        self.replace(cutHdu(self.path, "IMAGE"))
        self.checkError()

    def testVanished(self):
        self.path.unlink()
        self.checkError()

    def testUnreadable(self):
        # Not by permissions, since root reads everything.
        self.path.unlink()
        self.path.mkdir()
        self.checkError()

    def testFullDisk(self):
        # A limit of the size of files meets the same code as a full disk,
        # and needs neither a disk nor privileges. It is one that the
        # registry's file does not reach.
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, most))
        try:
            with self.assertRaises(Exception) as caught:
                self.runQuantum(templateBorderSize=250)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        said = "".join(traceback.format_exception(caught.exception))
        self.assertRegex(said, rf"dataset {TEMPLATE}@")
        self.assertRegex(said, rf"{TEMPLATE}_GoldenCam.*fits.*(?i:too large|error writing)")
        self.assertFalse(self.butler.stored(self.outputs.template))
        folder = pathlib.Path(self.butler.getURI(self.outputs.template, predict=True).ospath).parent
        self.assertEqual(list(folder.glob("*")), [])
        self.assertTrue(samePixels(self.makeTemplate(), self.reference))


class PipetaskFaultsTestCase(lsst.utils.tests.TestCase):
    """pipetask is killed, disturbed, or finds a file gone; afterwards it
    completes, and its templates are those of an undisturbed run.
    """

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.repo, _ = unpackGolden(folder.name)
        cls.log = open(cls.folder / "log", "w+")
        cls.addClassCleanup(cls.log.close)
        register = "--register-dataset-types"
        atOnce = [cls.start("run", "one", register), cls.start("run", "two", register, "-j", 2)]
        cls.statuses = [process.wait(600) for process in atOnce]

    @classmethod
    def start(cls, command, output, *options, pipeline=True):
        """Start pipetask for both detectors of a visit; its messages go to
        the log.
        """
        words = [command, "-b", cls.repo, "-i", "golden/inputs", "-o", output, *options]
        if pipeline:
            words += ["-p", PIPELINE, "-d", f"{ALL} AND visit = 100"]
        search = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
        pipetask = shutil.which("pipetask", path=search)
        # Who is killed cannot tidy up.
        environment = {**os.environ, "TMPDIR": str(cls.folder)}
        return subprocess.Popen(
            [pipetask, *map(str, words)],
            stdout=cls.log,
            stderr=cls.log,
            start_new_session=True,
            env=environment,
        )

    def readLog(self):
        return (self.folder / "log").read_text()

    def rerun(self, output, *options, **kwargs):
        """Complete what an earlier run has begun; give the exit status."""
        options += ("--extend-run", "--skip-existing", "--clobber-outputs")
        return self.start("run", output, *options, **kwargs).wait(600)

    def checkTemplates(self, output):
        """Check that templates are those of the first run."""
        for detector in (0, 1):
            template, reference = (self.getTemplate(run, detector) for run in (output, "one"))
            self.assertTrue(samePixels(template, reference))
            self.assertEqual(template.getWcs(), reference.getWcs())
            psf, expected = template.getPsf(), reference.getPsf()
            self.assertEqual(psf.getAveragePosition(), expected.getAveragePosition())
            kernels = [one.computeKernelImage(one.getAveragePosition()).array for one in (psf, expected)]
            np.testing.assert_array_equal(*kernels)

    def getTemplate(self, output, detector):
        butler = Butler.from_config(self.repo, collections=output)
        return butler.get(TEMPLATE, instrument="GoldenCam", visit=100, detector=detector)

    def countTemplates(self, output):
        butler = Butler.from_config(self.repo, collections=output)
        return len(butler.query_datasets(TEMPLATE, explain=False))

    def testTwoAtOnce(self):
        self.assertEqual(self.statuses, [0, 0], self.readLog())
        self.checkTemplates("two")

    def testFileGoneSinceTheGraphWasBuilt(self):
        graph = self.folder / "graph.qg"
        process = self.start("qgraph", "gone", "-q", graph, "--qgraph-datastore-records")
        self.assertEqual(process.wait(600), 0, self.readLog())
        (path,) = (self.repo / "golden" / "deepCoadd" / "0" / "19").glob("r/*.fits")
        elsewhere = path.rename(self.folder / path.name)
        options = ("-g", graph, "-j", 2, "--start-method", "spawn")
        status = self.start("run", "gone", *options, pipeline=False).wait(600)
        elsewhere.rename(path)
        self.assertNotEqual(status, 0)
        self.assertRegex(self.readLog(), rf"No such file.*{path.name}")
        self.assertRegex(self.readLog(), r"while reading .* of the coadd deepCoadd@.*tract: 0, patch: 19")
        # The other detector needs another part of the sky.
        self.assertEqual(self.countTemplates("gone"), 1)
        for _ in ("makes what is missing", "finds nothing missing"):
            status = self.rerun("gone", "-g", graph, pipeline=False)
            self.assertEqual(status, 0, self.readLog())
            self.checkTemplates("gone")

    def testNothingIsMissing(self):
        # As doc/lsst.ip.template/scale.rst says; it is pipetask's own way.
        self.assertEqual(self.rerun("one"), 1, self.readLog())
        self.assertRegex(self.readLog(), r"2 previously succeeded(.|\n)*QuantumGraph was empty")
        self.checkTemplates("one")

    def testKilledWhileWriting(self):
        process = self.start("run", "killed")
        while process.poll() is None and not any(self.repo.glob(f"killed/*/{TEMPLATE}/**/*.*")):
            time.sleep(0.001)
        os.killpg(process.pid, signal.SIGKILL)
        self.assertEqual(process.wait(), -signal.SIGKILL, self.readLog())
        self.assertLess(self.countTemplates("killed"), 2)
        self.assertEqual(self.rerun("killed"), 0, self.readLog())
        self.assertEqual(self.countTemplates("killed"), 2)
        self.checkTemplates("killed")


if __name__ == "__main__":
    unittest.main()
