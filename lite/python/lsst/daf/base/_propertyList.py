# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

__all__ = ["PropertyList"]

import dataclasses
from collections.abc import Iterator
from typing import Any, Self

from lsst.pex.exceptions import NotFoundError

from ._propertySet import Property, PropertySet, formatValues


class PropertyList(PropertySet):
    """Container of named values with comments, in the order in which they
    were set: what a FITS header needs.

    Dots are just part of the names.
    """

    __slots__ = ("_namesInOrder",)

    COMMENTSUFFIX = "#COMMENT"
    """What to append to a name to set its comment in dictionary syntax."""

    def __init__(self) -> None:
        super().__init__()
        self._namesInOrder = False

    def _levels(self, name: str) -> list[str]:
        return [name]

    def _below(self, name: str) -> dict[str, Property]:
        return {}

    def getComment(self, name: str, /) -> str:
        """Return the comment of a name.

        Parameters
        ----------
        name : `str`
            The name.

        Returns
        -------
        comment : `str`
            The comment; empty if there is none.

        Raises
        ------
        lsst.pex.exceptions.NotFoundError
            Raised if there is no such name.
        """
        return self._require(name, NotFoundError).comment

    def setComment(self, name: str, comment: str) -> None:
        """Replace the comment of a name.

        Parameters
        ----------
        name : `str`
            The name.
        comment : `str`
            New comment.

        Raises
        ------
        KeyError
            Raised if there is no such name.
        """
        self._properties[name] = dataclasses.replace(self._require(name), comment=comment)

    def names(self, topLevelOnly: bool = True) -> list[str]:
        """Return the names, in no order that means anything (`list`)."""
        return list(self._properties if self._namesInOrder else reversed(self._properties))

    def getOrderedNames(self) -> list[str]:
        """Return the names in the order in which they were set (`list`)."""
        return list(self._properties)

    def _nameInOrder(self) -> PropertyList:
        """Let `names` begin with the name that was set first.

        So does the hash table of the full stack once it held many names.
        """
        self._namesInOrder = True
        return self

    def deepCopy(self) -> Self:
        """Return a copy."""
        result = super().deepCopy()
        result._namesInOrder = self._namesInOrder
        return result

    __copy__ = deepCopy

    def toList(self) -> list[tuple[str, Any, str]]:
        """Return a list of all values.

        Returns
        -------
        values : `list` of `tuple`
            Name, value and comment for each value, in order.
        """
        return [(name, v, found.comment) for name, found in self._properties.items() for v in found.values]

    def toOrderedDict(self) -> dict[str, Any]:
        """Return a `dict` of all names and values, in order."""
        return self.toDict()

    def toString(self, topLevelOnly: bool = False, indent: str = "") -> str:
        """Return all names and values as text.

        Parameters
        ----------
        topLevelOnly, indent : `bool`, `str`, optional
            Not used.

        Returns
        -------
        text : `str`
            One line for each name, and one for each comment, in order.
        """
        lines = []
        for name, found in self._properties.items():
            lines.append(f"{name} = {formatValues(found.values)}\n")
            if found.comment:
                lines.append(f"// {found.comment}\n")
        return "".join(lines)

    def __iter__(self) -> Iterator[str]:
        return iter(self.getOrderedNames())

    def __setitem__(self, name: str, value: Any) -> None:
        if name.endswith(self.COMMENTSUFFIX):
            self.setComment(name.removesuffix(self.COMMENTSUFFIX), value)
        else:
            super().__setitem__(name, value)
