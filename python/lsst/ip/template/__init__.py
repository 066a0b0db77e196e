# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Difference-imaging templates from coadds, without resampling."""

import importlib.util

if importlib.util.find_spec("lsst.afw") is None:
    raise ModuleNotFoundError(
        "lsst.ip.template needs lsst.afw. It is in the LSST Science Pipelines stack ('setup lsst_distrib') "
        "and, for environments without it, in lsst-lite ('pip install ./lite' in a checkout).",
        name="lsst.afw",
    )

from .getCoaddAsTemplate import *
from .makeCoaddTemplate import *
from .makeWarpedTemplate import *
from .templateProvenance import PACKAGE_VERSION as __version__
