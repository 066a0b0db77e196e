# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""How objects become rows of an archive and back.

The archive knows this interface only. Each class has a `Persistable` beside
it, which is registered when its module is imported.
"""

from __future__ import annotations

__all__ = ["Persistable", "findReader", "findWriter", "oneCatalog", "onlyRow", "register"]

import dataclasses
import importlib
from collections.abc import Callable, Iterable
from typing import Any

from ._tables import Row, Schema

_MODULES = ("lsst.afw.detection", "lsst.afw.geom", "lsst.afw.image", "lsst.afw.math", "lsst.meas.algorithms")
"""Modules of lite that an archive may name: those that register a class."""

_persistables: dict[str, Persistable] = {}


@dataclasses.dataclass(frozen=True)
class Persistable:
    """How the objects of a class are persisted."""

    name: str
    """Name of the class in the file."""

    module: str
    """Python module that registers it; "" if importing afw is enough."""

    read: Callable[..., Any]
    """Function of the archive and of the object's rows (a list with an
    `lsst.afw.fits._tables.Rows` for each catalog) that makes an object.
    """

    write: Callable[..., Any] | None = None
    """Function of an object and of the archive that gives, for each catalog,
    the `lsst.afw.fits._tables.Schema` and the rows, each a `dict` of values
    by columns. Rows that refer to other objects come from a generator, which
    puts those into the archive. `None` if the class is only read.
    """

    parts: Callable[[Any], Iterable[Any]] = lambda value: ()
    """Function of an object that gives what it refers to."""


def register(persistable: Persistable) -> None:
    """Let archives read and write the objects of a class.

    Parameters
    ----------
    persistable : `Persistable`
        How.
    """
    _persistables[persistable.name] = persistable


def findReader(name: str, module: str) -> Persistable | None:
    """Find out how to read an object.

    Parameters
    ----------
    name : `str`
        Name of its class in the file.
    module : `str`
        Python module that the file names. It is imported if it is one of
        lite's, as the stack does; a file can cause no other import.

    Returns
    -------
    persistable : `Persistable` or `None`
        `None` if lite does not have the class.
    """
    if name not in _persistables and module in _MODULES:
        importlib.import_module(module)
    return _persistables.get(name)


def findWriter(value: object) -> Persistable | None:
    """Find out how an object is persisted.

    Parameters
    ----------
    value : `object`
        The object.

    Returns
    -------
    persistable : `Persistable` or `None`
        `None` if lite cannot write such an object.
    """
    for cls in type(value).__mro__:
        found = _persistables.get(cls.__name__)
        if found is not None and found.write is not None and cls.__module__.startswith("lsst."):
            return found
    return None


def onlyRow(rows: Any) -> Row:
    """Return the only row of an object that has one."""
    if len(rows) != 1 or len(rows[0]) != 1:
        raise ValueError(f"expected one row, found {[len(catalog) for catalog in rows]}")
    return rows[0][0]


def oneCatalog(schema: Schema, rows: Callable[[Any, Any], Any]) -> Callable[..., list[Any]]:
    """Make the writer of a class whose objects have rows in one catalog.

    Parameters
    ----------
    schema : `Schema`
        Columns of the catalog.
    rows : `~collections.abc.Callable`
        Function of an object and an archive that gives the values of each
        row.
    """
    return lambda value, archive: [(schema, rows(value, archive))]
