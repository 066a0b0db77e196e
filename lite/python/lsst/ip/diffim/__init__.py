# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The historical home of `GetCoaddAsTemplateTask`, as an alias.

Only the two names of `lsst.ip.diffim.getTemplate` are here; everything else
of ``lsst.ip.diffim`` needs the full stack, whose own ``lsst.ip.diffim`` this
package must never shadow.
"""

from lsst._lite import moduleGetattr as _moduleGetattr

from .getTemplate import *

__getattr__ = _moduleGetattr(__name__)
