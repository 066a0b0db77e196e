# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give `GetCoaddAsTemplateTask` its former place in ``lsst.ip.diffim``.

Importing this module adds the task and its configuration class to
``lsst.ip.diffim`` and ``lsst.ip.diffim.getTemplate``, for code that imports
them from there. Nothing else of these modules is touched.
"""

__all__ = []

import lsst.ip.diffim
import lsst.ip.diffim.getTemplate

from .getCoaddAsTemplate import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask

for module in (lsst.ip.diffim, lsst.ip.diffim.getTemplate):
    vars(module).update(
        GetCoaddAsTemplateConfig=GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask=GetCoaddAsTemplateTask
    )
