# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times and property containers of the LSST Science Pipelines."""

from lsst._lite import moduleGetattr as _moduleGetattr

from . import yaml
from ._dateTime import DateTime
from ._propertyList import PropertyList
from ._propertySet import PropertySet
from .propertyContainer import *
from .propertyContainer.propertyContainerContinued import __all__ as _states

__all__ = ["DateTime", "PropertyList", "PropertySet", *_states]

# Pickles name classes by their public module, as those of the full stack do.
for _public in (DateTime, PropertyList, PropertySet):
    _public.__module__ = __name__
del _public

__getattr__ = _moduleGetattr(__name__)
