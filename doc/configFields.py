# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directive ``lsst-task-config-fields``: the fields of a task's
configuration, with their types, defaults and documentation.

It has the name and the argument of the directive of documenteer, which builds
the pages of the Science Pipelines, so that the pages build there, too.
"""

__all__ = ["FieldDescription", "describeFields", "setup"]

import importlib
from dataclasses import dataclass, field

from docutils import nodes
from docutils.parsers.rst import Directive

from lsst.pex.config import ChoiceField, ConfigField, ConfigurableField, RangeField


@dataclass(frozen=True)
class FieldDescription:
    """What a page says about a field."""

    name: str
    """Its name, with those of the configurations that it is in."""

    kind: str
    """Type and range of its values."""

    default: str
    """Its default; of a subtask, the name of the class."""

    doc: str
    """What it is for."""

    choices: dict[str, str] = field(default_factory=dict)
    """The values that are allowed, if they are listed, and their meaning."""


def describeFields(config, prefix=""):
    """List the fields of a configuration.

    Parameters
    ----------
    config : `lsst.pex.config.Config`
        Configuration, with the defaults.
    prefix : `str`, optional
        What the names begin with.

    Yields
    ------
    description : `FieldDescription`
        A field, also of nested configurations. The fields of a subtask are
        only listed where their defaults are not those of its own task.
    """
    for name, pexField in config._fields.items():
        value, full = getattr(config, name), prefix + name
        if isinstance(pexField, ConfigurableField):
            task, own = value.target, value.target.ConfigClass()
            yield FieldDescription(full, "subtask", task.__name__, _join(pexField.doc))
            for described in describeFields(value.value, f"{full}."):
                if described not in describeFields(own, f"{full}."):
                    yield described
        elif isinstance(pexField, ConfigField):
            yield from describeFields(value, f"{full}.")
        else:
            choices = pexField.allowed if isinstance(pexField, ChoiceField) else {}
            yield FieldDescription(
                name=full,
                kind=_describeKind(pexField),
                default=repr(list(value) if hasattr(pexField, "itemtype") else value),
                doc=_describeConnection(config, name) if prefix == "connections." else _join(pexField.doc),
                choices={repr(key): _join(text) for key, text in choices.items() if key is not None},
            )


def _describeConnection(config, name):
    """Say what the name of a connection, or a part of names, is for."""
    connection = getattr(config.ConnectionsClass, name, None)
    if connection is None:
        return f"What replaces {{{name}}} in the names of the connections."
    return f"Dataset type of the connection {name}. {_join(connection.doc)}"


def _describeKind(pexField):
    """Describe the values of a field."""
    item = getattr(pexField, "itemtype", None)
    kind = pexField.dtype.__name__ if item is None else f"list of {item.__name__}"
    return f"{kind} in {pexField.rangeString}" if isinstance(pexField, RangeField) else kind


def _join(text):
    """Return a text in one line."""
    return " ".join(text.split())


class FieldsDirective(Directive):
    """Lists the fields of the configuration of the task that is named."""

    required_arguments = 1

    def run(self):
        """Make the list."""
        module, _, name = self.arguments[0].rpartition(".")
        task = getattr(importlib.import_module(module), name)
        return [nodes.definition_list("", *map(_makeItem, describeFields(task.ConfigClass())))]


def _makeItem(described):
    """Make the item of one field."""
    term = nodes.term("", "", nodes.literal(text=described.name), nodes.Text(f" ({described.kind}, default "))
    term += [nodes.literal(text=described.default), nodes.Text(")")]
    definition = nodes.definition("", nodes.paragraph(text=described.doc))
    items = [
        nodes.list_item("", nodes.paragraph("", "", nodes.literal(text=key), nodes.Text(f": {text}")))
        for key, text in described.choices.items()
    ]
    if items:
        definition += nodes.bullet_list("", *items)
    return nodes.definition_list_item("", term, definition)


def setup(app):
    """Register the directive."""
    app.add_directive("lsst-task-config-fields", FieldsDirective)
    return {"parallel_read_safe": True}
