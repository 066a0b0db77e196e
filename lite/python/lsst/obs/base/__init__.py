# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the Butler stores images: formatters and the assembler.

Only what the Butler's default configuration names is here; everything else
of ``lsst.obs.base`` needs the full stack.
"""

__all__ = []

from lsst._lite import moduleGetattr as _moduleGetattr

__getattr__ = _moduleGetattr(__name__)
