# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which module imports which, held against an order of layers."""

__all__ = ["findOffences", "readLayers"]

import ast
from graphlib import CycleError, TopologicalSorter


def readLayers(path, package):
    """Read the order of the layers of a package.

    Parameters
    ----------
    path : `pathlib.Path`
        File with a line for each layer, the topmost first: modules or
        packages, as paths without suffix in the folder of the package. An
        indented line has one more module of the layer above it, and what it
        is for.
    package : `str`
        Dotted name of the package.

    Returns
    -------
    layers : `dict` [`str`, `int`]
        Number of the layer, from the top, by dotted names.
    """
    layers, number = {}, 0
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            continue
        isIndented = line.startswith(" ")
        number += not isIndented
        for name in line.split()[: 1 if isIndented else None]:
            layers[f"{package}.{name.replace('/', '.')}"] = number
    return layers


def findOffences(folder, package, layers):
    """Find imports that point up, go around or hide in functions.

    Parameters
    ----------
    folder : `pathlib.Path`
        Folder of the package.
    package : `str`
        Dotted name of the package.
    layers : `dict` [`str`, `int`]
        What `readLayers` gave.

    Returns
    -------
    offences : `list` [`str`]
        A sentence for each.
    """
    modules = {_moduleName(path, folder, package): path for path in folder.rglob("*.py")}
    offences, graph = [], {}
    for module, path in modules.items():
        graph[module] = set()
        for node, target in _findImports(path, module, modules):
            where = f"{path.relative_to(folder)}:{node.lineno}"
            mine, theirs = _findLayer(module, layers), _findLayer(target, layers)
            if theirs is None and target.endswith(".__init__"):
                # A namespace, which others fill, too.
                continue
            graph[module].add(target)
            if node.col_offset:
                offences.append(f"{where} imports {target} within a block, not at the top of the file")
            if mine is None or theirs is None:
                offences.append(f"{where}: no layer has {module if mine is None else target}")
            elif theirs < mine:
                offences.append(f"{where} imports {target}, which is above it")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as err:
        offences.append(f"circle: {' <- '.join(err.args[1])}")
    return offences


def _moduleName(path, folder, package):
    """Make the dotted name of a file; that of a package ends with its
    ``__init__``.
    """
    return ".".join([package, *path.relative_to(folder).with_suffix("").parts])


def _findLayer(module, layers):
    """Find the layer that a module, or a package of it, is named in."""
    parts = module.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((layers[name] for name in names if name in layers), None)


def _findImports(path, module, modules):
    """Find the modules of the same package that a file imports.

    Yields
    ------
    node : `ast.stmt`
        The import statement, wherever it stands.
    target : `str`
        What it imports.
    """
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level] if node.level else []
            source = ".".join([*base, *filter(None, [node.module])])
            wanted = [f"{source}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in wanted:
            target = _resolve(name, modules)
            if target is not None and target != module:
                yield node, target


def _resolve(name, modules):
    """Find the module that has a name, or is it; `None` if none has."""
    for candidate in (name, name.rpartition(".")[0]):
        for module in (candidate, f"{candidate}.__init__"):
            if module in modules:
                return module
    return None
