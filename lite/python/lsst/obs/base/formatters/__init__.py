# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Formatters that the Butler's default configuration names."""

__all__ = []

from lsst._lite import moduleGetattr as _moduleGetattr

__getattr__ = _moduleGetattr(__name__)
