# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version, that of the repository; pyproject.toml has the rest."""

import pathlib
import sys

import setuptools

HERE = pathlib.Path(__file__).parent

# Before its own check of this, pip may build a dependency, which fails.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(f"lsst-lite needs Python 3.11 or newer, this is {sys.version.split()[0]}.")

# There is none for an older Python.
from lsst_versions import get_lsst_version  # noqa: E402

# An sdist has its version in PKG-INFO; tags are in the folder above.
setuptools.setup(version=get_lsst_version(HERE if (HERE / "PKG-INFO").exists() else HERE.parent))
