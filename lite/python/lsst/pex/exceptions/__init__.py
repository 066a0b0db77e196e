# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exceptions of the LSST Science Pipelines."""

from lsst._lite import moduleGetattr as _moduleGetattr

from .exceptions import Tracepoint
from .wrappers import *
from .wrappers import __all__ as _wrapped

__all__ = [*_wrapped, "Tracepoint"]

__getattr__ = _moduleGetattr(__name__)
