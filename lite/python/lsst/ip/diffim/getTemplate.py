# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""`GetCoaddAsTemplateTask` under the name that it had until May 2023."""

__all__ = ["GetCoaddAsTemplateConfig", "GetCoaddAsTemplateTask"]

from lsst._lite import moduleGetattr
from lsst.ip.template import GetCoaddAsTemplateConfig, GetCoaddAsTemplateTask

__getattr__ = moduleGetattr(__name__)
