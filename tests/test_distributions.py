# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later

import email
import importlib.metadata
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

import lsst.utils.tests

try:
    importlib.metadata.version("lsst-versions")
    SETUPTOOLS = importlib.metadata.version("setuptools")
except importlib.metadata.PackageNotFoundError as err:
    raise unittest.SkipTest("What builds the distributions is not there.") from err
if int(SETUPTOOLS.split(".")[0]) < 77:
    raise unittest.SkipTest(f"setuptools {SETUPTOOLS} cannot build them: it is older than 77.")

ROOT = pathlib.Path(__file__).parents[1]
if not (ROOT / "lite").is_dir():
    raise unittest.SkipTest("Not in a checkout.")

TAG = "3.2.1"
FOLDERS = ("bps", "config", "pipelines", "python", "lite/python", "lite/tests")
SEARCH_PATH = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])


def run(*words, cwd, **variables):
    """Run a command and give what it printed."""
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{words} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def build(kind, source, folder):
    """Build an "sdist" or a "wheel" as pip does, without its environment."""
    code = f"import setuptools.build_meta as b, sys; b.build_{kind}(sys.argv[1])"
    run(sys.executable, "-P", "-c", code, str(folder), cwd=source)
    pattern = "*.tar.gz" if kind == "sdist" else "*.whl"
    return max(folder.glob(pattern), key=lambda path: path.stat().st_mtime_ns)


class DistributionsTestCase(lsst.utils.tests.TestCase):
    """Both distributions of a tagged commit, built as an index has them."""

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        cls.source = cls.folder / "source"
        cls.copyCheckout()
        cls.commit("tag", TAG)
        cls.built = cls.folder / "built"
        cls.built.mkdir()
        cls.sdists, cls.wheels = {}, {}
        for name, source in (("lsst-ip-template", cls.source), ("lsst-lite", cls.source / "lite")):
            cls.sdists[name] = build("sdist", source, cls.built)
            unpacked = cls.folder / "unpacked" / name
            with tarfile.open(cls.sdists[name]) as archive:
                archive.extractall(unpacked, filter="data")
            cls.wheels[name] = build("wheel", next(unpacked.iterdir()), cls.built)

    @classmethod
    def copyCheckout(cls):
        """Copy what belongs to a checkout, without large data."""
        junk = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.dist-info", "version.py", "golden")
        for name in FOLDERS:
            shutil.copytree(ROOT / name, cls.source / name, symlinks=True, ignore=junk)
        shutil.copytree(ROOT / "tests", cls.source / "tests", ignore=junk)
        for path in (*ROOT.iterdir(), *(ROOT / "lite").iterdir()):
            # In a worktree, .git is a file.
            if path.is_file() and path.name != ".git":
                shutil.copy(path, cls.source / path.relative_to(ROOT), follow_symlinks=False)

    @classmethod
    def commit(cls, *then):
        """Commit the copy, then do something with the commit."""
        identity = ("-c", "user.name=Nobody", "-c", "user.email=nobody@localhost")
        for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "Everything"), then):
            run("git", *identity, *words, cwd=cls.source)

    def readMetadata(self, name):
        with zipfile.ZipFile(self.wheels[name]) as wheel:
            [path] = [path for path in wheel.namelist() if path.endswith(".dist-info/METADATA")]
            return email.message_from_bytes(wheel.read(path))

    def testVersionIsTheTag(self):
        for name in self.wheels:
            with self.subTest(distribution=name):
                self.assertEqual(self.readMetadata(name)["Version"], TAG)
        with zipfile.ZipFile(self.wheels["lsst-ip-template"]) as wheel:
            self.assertIn(f'"{TAG}"', wheel.read("lsst/ip/template/version.py").decode())

    @classmethod
    def cloneWithoutTags(cls, name):
        """Clone the copy of the checkout, as if nothing was released."""
        clone = cls.folder / name
        run("git", "clone", "-q", "--no-tags", str(cls.source), str(clone), cwd=cls.folder)
        return clone

    @staticmethod
    def findVersions(checkout):
        """Return the versions that a build gives both distributions."""
        code = "import setuptools.build_meta as b; print(b.prepare_metadata_for_build_wheel('.'))"
        found = set()
        for source in (checkout, checkout / "lite"):
            shown = run(sys.executable, "-P", "-c", code, cwd=source)
            found.add(re.search(r"-([^-]*)\.dist-info\s*$", shown).group(1))
        return found

    def testWithoutTagsBothHaveOneVersion(self):
        self.assertEqual(self.findVersions(self.cloneWithoutTags("clone")), {"0.0.1.dev1"})

    def testArchivesWithoutGitHaveTheTagAndTheCommit(self):
        commit = run("git", "rev-parse", "--short", "HEAD", cwd=self.source).strip()
        for tag, source in ((TAG, self.source), ("0", self.cloneWithoutTags("unreleased"))):
            with self.subTest(tag=tag):
                unpacked = self.folder / f"archive-{tag}"
                run("git", "archive", "-o", f"{unpacked}.tar", "HEAD", cwd=source)
                shutil.unpack_archive(f"{unpacked}.tar", unpacked)
                self.assertEqual(self.findVersions(unpacked), {f"{tag}+g{commit}"})

    def testCommandThatGivesSconsTheVersionIsThere(self):
        [command] = re.findall(r"\$\(BIN\)/(lsst-version\S*)", (ROOT / "Makefile").read_text())
        scripts = importlib.metadata.distribution("lsst-versions").entry_points.select(
            group="console_scripts"
        )
        self.assertIn(command, scripts.names)

    def testWheelsSayWhoseAndUnderWhichLicense(self):
        for name, path in self.wheels.items():
            with self.subTest(distribution=name), zipfile.ZipFile(path) as wheel:
                metadata = self.readMetadata(name)
                self.assertEqual(metadata["License-Expression"], "GPL-3.0-or-later")
                self.assertEqual(metadata["Author"], "The ip_template developers")
                self.assertIn("Topic :: Scientific/Engineering :: Astronomy", metadata.get_all("Classifier"))
                [text] = [path for path in wheel.namelist() if path.endswith("/licenses/LICENSE")]
                self.assertEqual(wheel.read(text), (ROOT / "LICENSE").read_bytes())

    def testImagesOfADescriptionAreAbsolute(self):
        for name in self.wheels:
            with self.subTest(distribution=name):
                text = self.readMetadata(name).get_payload()
                self.assertGreater(len(text), 1000)
                for target in re.findall(r"!\[[^\]]*\]\(([^)]*)\)", text):
                    self.assertRegex(target, r"^https://")

    def testWheelHasTheFilesThatCommandsTake(self):
        with zipfile.ZipFile(self.wheels["lsst-ip-template"]) as wheel:
            names = set(wheel.namelist())
        for folder, pattern in (("bps", "*.yaml"), ("config", "*.py"), ("pipelines", "*.yaml")):
            paths = sorted((ROOT / folder).rglob(pattern))
            self.assertTrue(paths)
            for path in paths:
                self.assertIn(f"lsst/ip/template/{path.relative_to(ROOT).as_posix()}", names)

    def testSdistsHaveNoTestsWithoutTheirData(self):
        for name, path in self.sdists.items():
            with self.subTest(distribution=name), tarfile.open(path) as archive:
                self.assertFalse([name for name in archive.getnames() if name.split("/")[1:2] == ["tests"]])

    def testInstalledOverridesAndSubmitFilesAreFound(self):
        installed = self.folder / "installed"
        for path in self.wheels.values():
            with zipfile.ZipFile(path) as wheel:
                wheel.extractall(installed)
        resource = "resource://lsst.ip.template"
        # Not as a resource: pipe_base takes only files here.
        override = installed / "lsst" / "ip" / "template" / "config" / "keepValid.py"
        shown = run(
            *(shutil.which("pipetask", path=SEARCH_PATH), "build"),
            *("-p", f"{resource}/pipelines/MakeCoaddTemplate.yaml", "-C", f"makeCoaddTemplate:{override}"),
            *("--show", "config=makeCoaddTemplate::getTemplate.overlapPolicy"),
            cwd=self.folder,
            PYTHONPATH=str(installed),
        )
        self.assertRegex(shown, r"overlapPolicy=.keepValid.")
        code = (
            "import lsst.ip.template as package; from lsst.resources import ResourcePath; "
            "config = package.MakeCoaddTemplateConfig(); "
            f"config.load('{resource}/config/keepValid.py'); "
            f"submit = ResourcePath('{resource}/bps/parsl.yaml').read().decode(); "
            "print(package.__file__, config.getTemplate.overlapPolicy, submit)"
        )
        shown = run(sys.executable, "-P", "-c", code, cwd=self.folder, PYTHONPATH=str(installed))
        self.assertRegex(shown, f"^{re.escape(str(installed))}.* keepValid ")
        self.assertIn("lsst.ctrl.bps.parsl.ParslService", shown)


class MemoryTestCase(lsst.utils.tests.MemoryTestCase):
    """No file is left open."""


def setup_module(module):
    lsst.utils.tests.init()


if __name__ == "__main__":
    lsst.utils.tests.init()
    unittest.main()
