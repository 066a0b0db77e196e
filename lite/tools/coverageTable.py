# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the tables of lite/README.md: what lsst-lite has of the stack's API.

usage: coverageTable.py            write the tables into lite/README.md
       coverageTable.py --check    exit status 1 if they are not up to date

The stack's public names are those of lite/tests/data/golden/api.json, which
is what introspection of the compiled stack gave.
"""

__all__ = []

import ast
import importlib
import inspect
import json
import pathlib
import sys
import textwrap
from dataclasses import dataclass

LITE = pathlib.Path(__file__).resolve().parents[1]
README = LITE / "README.md"
API = LITE / "tests" / "data" / "golden" / "api.json"

# Packages whose names introspection of the stack did not list, and of which
# lite has just a few.
UNLISTED = ("lsst.ip.diffim",)

# Packages of which introspection listed a part, and lite has more.
PARTLY_LISTED = ("lsst.afw.math",)

BEGIN = "<!-- tables: made by tools/coverageTable.py -->"
END = "<!-- end of tables -->"


@dataclass(frozen=True)
class ClassCoverage:
    """How much of one class of the stack is there."""

    name: str
    """Name of the class within its module."""

    members: tuple[str, ...]
    """Public members that the class has in the stack."""

    lacks: tuple[str, ...]
    """Those of them that lite lacks, or whose only act is to say so."""


def isStandIn(member):
    """Tell whether a member does nothing but say that lite lacks it.

    Parameters
    ----------
    member : `object`
        Method, property or class attribute.

    Returns
    -------
    standIn : `bool`
        Whether its body is a single ``raise notInLite(...)``.
    """
    function = getattr(member, "fget", None) or getattr(member, "__func__", member)
    if not inspect.isfunction(function):
        return False
    [node] = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    if not isinstance(node, ast.FunctionDef):
        return False
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "notInLite" in ast.unparse(body[0])


def isThere(owner, name):
    """Tell whether an object has a member that works.

    Parameters
    ----------
    owner : `object`
        Module or class.
    name : `str`
        Name of the member.

    Returns
    -------
    there : `bool`
        Whether it has the member and that is no stand-in.
    """
    return hasattr(owner, name) and not isStandIn(inspect.getattr_static(owner, name))


def importIfThere(moduleName):
    """Import a module.

    Parameters
    ----------
    moduleName : `str`
        Dotted name of the module.

    Returns
    -------
    module : `types.ModuleType` or `None`
        The module, or `None` if lite lacks it.
    """
    try:
        return importlib.import_module(moduleName)
    except ImportError:
        return None


def isPublic(name):
    """Tell whether a member is one that users name or use by operator."""
    return not name.startswith("_") or (name.startswith("__") and name != "__init__")


def coverClass(module, name, stack):
    """Compare a class with that of the stack.

    Parameters
    ----------
    module : `types.ModuleType`
        Module that has the class.
    name : `str`
        Name of the class.
    stack : `dict`
        What ``api.json`` says of it.

    Returns
    -------
    coverage : `ClassCoverage`
        What is there and what is not.
    """
    cls = getattr(module, name)
    members = tuple(sorted(filter(isPublic, stack["members"])))
    return ClassCoverage(name, members, tuple(member for member in members if not isThere(cls, member)))


def makeRows(classes):
    """Make table rows, one for all classes with the same members.

    Parameters
    ----------
    classes : `list` [`ClassCoverage`]
        Classes of one module.

    Yields
    ------
    row : `str`
        Row of a Markdown table.
    """
    groups = {}
    for coverage in classes:
        groups.setdefault((coverage.members, coverage.lacks), []).append(f"`{coverage.name}`")
    for (members, lacks), names in groups.items():
        there = f"{len(members) - len(lacks)} of {len(members)}"
        yield f"| {', '.join(names)} | {there} | {', '.join(f'`{name}`' for name in lacks)} |"


def makeSection(moduleName, stack):
    """Make the part about one module.

    Parameters
    ----------
    moduleName : `str`
        Dotted name of the module.
    stack : `dict`
        What ``api.json`` says of its names.

    Yields
    ------
    line : `str`
        Line of Markdown.
    """
    module = importIfThere(moduleName)
    there = [name for name in stack if isThere(module, name)]
    isClass = {name: stack[name]["kind"] in ("class", "enum") for name in stack}
    classes = [coverClass(module, name, stack[name]) for name in there if isClass[name]]
    others = [f"`{name}`" for name in there if not isClass[name]]
    absent = [f"`{name}`" for name in stack if name not in there]
    yield f"### {moduleName}"
    yield ""
    if classes:
        yield "| class | members | of these it lacks |"
        yield "|---|---|---|"
        yield from makeRows(classes)
        yield ""
    if others:
        yield f"Functions and values: {', '.join(others)}."
        yield ""
    if absent:
        yield f"Not there: {', '.join(absent)}."
        yield ""
    if moduleName in PARTLY_LISTED:
        yield f"Besides these: {', '.join(f'`{name}`' for name in listClasses(module) if name not in stack)}."
        yield ""


def listClasses(module):
    """Return the names of the public classes of a module."""
    return [name for name in dir(module) if isPublic(name) and inspect.isclass(getattr(module, name))]


def makeUnlistedSection(moduleName):
    """Make the part about a module that ``api.json`` does not have.

    Parameters
    ----------
    moduleName : `str`
        Dotted name of the module.

    Yields
    ------
    line : `str`
        Line of Markdown.
    """
    module = importlib.import_module(moduleName)
    yield f"### {moduleName}"
    yield ""
    yield f"Only {', '.join(f'`{name}`' for name in listClasses(module))}."
    yield ""


def makeTables():
    """Make all tables.

    Returns
    -------
    text : `str`
        Markdown.
    """
    lines = []
    for moduleName, stack in json.loads(API.read_text()).items():
        lines += makeSection(moduleName, stack)
    for moduleName in UNLISTED:
        lines += makeUnlistedSection(moduleName)
    return "\n".join(lines)


def renewed(text):
    """Put new tables into the text of the README.

    Parameters
    ----------
    text : `str`
        README with old tables.

    Returns
    -------
    text : `str`
        README with new tables.
    """
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{makeTables()}\n{END}{tail}"


def main(arguments):
    """Write or check the README; give the exit status."""
    text = README.read_text()
    new = renewed(text)
    if "--check" in arguments:
        if new != text:
            print("lite/README.md is not up to date: run python lite/tools/coverageTable.py", file=sys.stderr)
        return int(new != text)
    README.write_text(new)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
