# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the classes of `lsst.daf.base` are written to and read from YAML."""

__all__ = []

from functools import partial
from typing import Any

import yaml

from ._dateTime import DateTime
from ._propertyList import PropertyList
from ._propertySet import PropertySet
from .propertyContainer import getPropertyListState, getPropertySetState, setPropertySetState

_DATE_TIME, _PROPERTY_LIST, _PROPERTY_SET = (
    f"lsst.daf.base.{name}" for name in ("DateTime", "PropertyList", "PropertySet")
)


def _representDateTime(dumper: yaml.Dumper, data: DateTime) -> yaml.Node:
    return dumper.represent_scalar(_DATE_TIME, data.toString(DateTime.TAI))


def _representPropertyList(dumper: yaml.Dumper, data: PropertyList) -> yaml.Node:
    return dumper.represent_sequence(_PROPERTY_LIST, getPropertyListState(data, asLists=True))


def _representPropertySet(dumper: yaml.Dumper, data: PropertySet) -> yaml.Node:
    return dumper.represent_sequence(_PROPERTY_SET, getPropertySetState(data, asLists=True))


def _constructDateTime(loader: Any, node: yaml.ScalarNode) -> DateTime:
    return DateTime(str(loader.construct_scalar(node)), DateTime.TAI)


def _construct(cls: type[PropertySet], loader: Any, node: yaml.SequenceNode) -> PropertySet:
    container = cls()
    setPropertySetState(container, loader.construct_sequence(node, deep=True))
    return container


yaml.add_representer(DateTime, _representDateTime)
yaml.add_representer(PropertyList, _representPropertyList)
yaml.add_representer(PropertySet, _representPropertySet)
_loaders = ("Loader", "FullLoader", "UnsafeLoader", "SafeLoader")
# Those in C are there where PyYAML was built with libyaml.
for _loader in (getattr(yaml, c + name) for name in _loaders for c in ("", "C") if hasattr(yaml, c + name)):
    yaml.add_constructor(_DATE_TIME, _constructDateTime, _loader)
    yaml.add_constructor(_PROPERTY_LIST, partial(_construct, PropertyList), _loader)
    yaml.add_constructor(_PROPERTY_SET, partial(_construct, PropertySet), _loader)
