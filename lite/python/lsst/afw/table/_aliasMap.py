# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other names for the fields of a schema."""

from __future__ import annotations

__all__ = ["AliasMap"]

import bisect
from collections.abc import Iterator
from typing import Any

from lsst._lite.arguments import checkArguments
from lsst.pex.exceptions import NotFoundError, RuntimeError


class AliasMap:
    """Other names for fields, or for what the names of fields begin with.

    Parameters
    ----------
    other : `AliasMap`, optional
        Map to copy.
    """

    __module__ = "lsst.afw.table"

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, other: AliasMap | None = None) -> None:
        checkArguments("AliasMap", other=(other, (AliasMap, type(None))))
        self._targets: dict[str, str] = {} if other is None else dict(other._targets)

    def __len__(self) -> int:
        return len(self._targets)

    def empty(self) -> bool:
        """Whether there is no alias."""
        return not self._targets

    def apply(self, name: str) -> str:
        """Replace aliases in a name until there is none left.

        Parameters
        ----------
        name : `str`
            Name of a field, or an alias for it.

        Returns
        -------
        name : `str`
            Name of the field.

        Raises
        ------
        lsst.pex.exceptions.RuntimeError
            Raised if the aliases lead back to where they began.
        """
        aliases = sorted(self._targets)
        for _ in range(len(aliases) + 1):
            # As in the stack, only the last alias before the name in
            # alphabetical order may be what the name begins with.
            i = bisect.bisect_right(aliases, name)
            if i == 0 or not name.startswith(aliases[i - 1]):
                return name
            name = self._targets[aliases[i - 1]] + name[len(aliases[i - 1]) :]
        raise RuntimeError(f"Cycle detected in schema aliases involving name '{name}'")

    def get(self, alias: str) -> str:
        """Return what an alias stands for.

        Parameters
        ----------
        alias : `str`
            The alias.

        Raises
        ------
        lsst.pex.exceptions.NotFoundError
            Raised if there is no such alias.
        """
        if alias not in self._targets:
            raise NotFoundError(f"Alias '{alias}' not found")
        return self._targets[alias]

    __getitem__ = get

    def set(self, alias: str, target: str) -> None:
        """Add an alias, or replace one.

        Parameters
        ----------
        alias : `str`
            The alias.
        target : `str`
            What it stands for.
        """
        checkArguments("set", alias=(alias, str), target=(target, str))
        self._targets[alias] = target

    __setitem__ = set

    def erase(self, alias: str) -> bool:
        """Remove an alias.

        Parameters
        ----------
        alias : `str`
            The alias.

        Returns
        -------
        found : `bool`
            Whether there was one.
        """
        return self._targets.pop(alias, None) is not None

    __delitem__ = erase

    def contains(self, other: AliasMap) -> bool:
        """Whether all aliases of another map are here, too.

        Parameters
        ----------
        other : `AliasMap`
            Another map.
        """
        return self._targets.items() >= other._targets.items()

    __contains__ = contains

    def items(self) -> Iterator[tuple[str, str]]:
        """Iterate over aliases and what they stand for, sorted."""
        return iter(sorted(self._targets.items()))

    def keys(self) -> Iterator[str]:
        """Iterate over aliases, sorted."""
        return iter(sorted(self._targets))

    def values(self) -> Iterator[str]:
        """Iterate over what aliases stand for, sorted by alias."""
        return (target for _, target in self.items())

    def __iter__(self) -> Iterator[str]:
        return self.keys()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AliasMap):
            return NotImplemented
        return self._targets == other._targets

    def __reduce__(self) -> tuple[Any, ...]:
        return _makeAliasMap, (self._targets,)


def _makeAliasMap(targets: dict[str, str]) -> AliasMap:
    """Make a map of aliases, for pickles."""
    aliases = AliasMap()
    aliases._targets.update(targets)
    return aliases
