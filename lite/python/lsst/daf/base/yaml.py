# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the classes of `lsst.daf.base` are written to and read from YAML."""

__all__ = []

from collections.abc import Iterator
from typing import Any

import yaml

from ._dateTime import DateTime
from ._propertyList import PropertyList
from ._propertySet import PropertySet
from .propertyContainer import (
    getPropertyListState,
    getPropertySetState,
    setPropertyListState,
    setPropertySetState,
)


def _representDateTime(dumper: yaml.Dumper, data: DateTime) -> yaml.Node:
    return dumper.represent_scalar("lsst.daf.base.DateTime", data.toString(DateTime.TAI))


def _representPropertyList(dumper: yaml.Dumper, data: PropertyList) -> yaml.Node:
    state = getPropertyListState(data, asLists=True)
    return dumper.represent_sequence("lsst.daf.base.PropertyList", state, flow_style=None)


def _representPropertySet(dumper: yaml.Dumper, data: PropertySet) -> yaml.Node:
    state = getPropertySetState(data, asLists=True)
    return dumper.represent_sequence("lsst.daf.base.PropertySet", state, flow_style=None)


def _constructDateTime(loader: Any, node: yaml.ScalarNode) -> DateTime:
    return DateTime(str(loader.construct_scalar(node)), DateTime.TAI)


def _constructPropertyList(loader: Any, node: yaml.SequenceNode) -> Iterator[PropertyList]:
    container = PropertyList()
    yield container
    setPropertyListState(container, loader.construct_sequence(node, deep=True))


def _constructPropertySet(loader: Any, node: yaml.SequenceNode) -> Iterator[PropertySet]:
    container = PropertySet()
    yield container
    setPropertySetState(container, loader.construct_sequence(node, deep=True))


yaml.add_representer(DateTime, _representDateTime)
yaml.add_representer(PropertyList, _representPropertyList)
yaml.add_representer(PropertySet, _representPropertySet)
_loaders = (
    "Loader",
    "FullLoader",
    "UnsafeLoader",
    "SafeLoader",
    "CLoader",
    "CFullLoader",
    "CUnsafeLoader",
    "CSafeLoader",
)
for _loader in (getattr(yaml, name) for name in _loaders if hasattr(yaml, name)):
    yaml.add_constructor("lsst.daf.base.DateTime", _constructDateTime, Loader=_loader)
    yaml.add_constructor("lsst.daf.base.PropertyList", _constructPropertyList, Loader=_loader)
    yaml.add_constructor("lsst.daf.base.PropertySet", _constructPropertySet, Loader=_loader)
