# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directive ``lsst-task-config-fields``: the fields of a task's
configuration, with their types, defaults and documentation.

It has the name and the argument of documenteer's, which builds the pages of
the Science Pipelines, so that the pages build there, too.
"""

__all__ = ["describeFields", "setup"]

import importlib

from docutils import nodes
from docutils.parsers.rst import Directive

from lsst.pex.config import ChoiceField, ConfigField, ConfigurableField


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
    name, type, default, doc : `str`
        One field. That of a subtask has its class as default.
    choices : `dict` [`str`, `str`]
        The values that are allowed, if they are listed, and what they mean.
    """
    for name, field in config._fields.items():
        value, full = getattr(config, name), prefix + name
        if isinstance(field, ConfigurableField):
            yield full, "subtask", value.target.__name__, _join(field.doc), {}
            own = value.target.ConfigClass().toDict()
            for changed, default in value.value.toDict().items():
                if own[changed] != default:
                    doc = value.value._fields[changed].doc
                    yield f"{full}.{changed}", _nameType(value.value._fields[changed]), repr(default), _join(doc), {}
        elif isinstance(field, ConfigField):
            yield from describeFields(value, f"{full}.")
        else:
            choices = field.allowed if isinstance(field, ChoiceField) else {}
            shown = list(value) if hasattr(field, "itemtype") else value
            doc = field.doc
            if prefix == "connections.":
                doc = _describeConnection(config, name)
            yield full, _nameType(field), repr(shown), _join(doc), {repr(key): _join(choices[key]) for key in choices}


def _describeConnection(config, name):
    """Say what the name of a connection, or a part of names, is for."""
    connection = getattr(config.ConnectionsClass, name, None)
    if connection is None:
        return f"What replaces {{{name}}} in the names of the other connections."
    return f"Dataset type of the connection: {connection.doc}"


def _nameType(field):
    """Return the name of the type of a field's values."""
    item = getattr(field, "itemtype", None)
    return field.dtype.__name__ if item is None else f"list of {item.__name__}"


def _join(text):
    """Return a text in one line."""
    return " ".join(text.split())


class FieldsDirective(Directive):
    """Lists the fields of the configuration of the task that is named."""

    required_arguments = 1

    def run(self):
        """Make the nodes of the list."""
        module, _, name = self.arguments[0].rpartition(".")
        task = getattr(importlib.import_module(module), name)
        self.state.document.settings.record_dependencies.add(__file__)
        items = [self._makeItem(*field) for field in describeFields(task.ConfigClass())]
        return [nodes.definition_list("", *items)]

    def _makeItem(self, name, kind, default, doc, choices):
        """Make the node of one field."""
        term = nodes.term("", "", nodes.literal(text=name), nodes.Text(f" ({kind}, default "))
        term += [nodes.literal(text=default), nodes.Text(")")]
        definition = nodes.definition("", nodes.paragraph(text=doc))
        if choices:
            definition += nodes.bullet_list(
                "",
                *(
                    nodes.list_item("", nodes.paragraph("", "", nodes.literal(text=key), nodes.Text(f": {text}")))
                    for key, text in choices.items()
                ),
            )
        return nodes.definition_list_item("", term, definition)


def setup(app):
    """Register the directive."""
    app.add_directive("lsst-task-config-fields", FieldsDirective)
    return {"parallel_read_safe": True}
