# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of schemas."""

from __future__ import annotations

__all__ = ["SubSchema"]
from typing import Any


class SubSchema:
    """The fields of a schema whose names begin with a prefix, or one field.

    Parameters
    ----------
    schema : `Schema`
        The schema.
    prefix : `str`
        The prefix, or the name of the field.
    """

    __module__ = "lsst.afw.table"

    def __init__(self, schema: Any, prefix: str) -> None:
        self._schema, self._prefix = schema, prefix

    def getPrefix(self) -> str:
        """Return the prefix."""
        return self._prefix

    def getNames(self, topOnly: bool = False) -> set[str]:
        """Return what follows the prefix in the names of the fields.

        Parameters
        ----------
        topOnly : `bool`, optional
            Whether to return only what comes before the next "_".

        Returns
        -------
        names : `set` [`str`]
        """
        start = self._schema.join(self._prefix, "")
        rest = [name.removeprefix(start) for name in self._schema.getNames() if name.startswith(start)]
        return {name.split("_")[0] if topOnly else name for name in rest}

    def asKey(self) -> Any:
        """Return the key of the one field (`Key`).

        Raises
        ------
        lsst.pex.exceptions.NotFoundError
            Raised if there is no such field.
        """
        return self._schema._findName(self._prefix).key

    def asField(self) -> Any:
        """Return the one field (`Field`).

        Raises
        ------
        lsst.pex.exceptions.NotFoundError
            Raised if there is no such field.
        """
        return self._schema._findName(self._prefix).field

    def find(self, name: str) -> Any:
        """Find a field.

        Parameters
        ----------
        name : `str`
            What follows the prefix in its name.

        Returns
        -------
        item : `SchemaItem`

        Raises
        ------
        lsst.pex.exceptions.NotFoundError
            Raised if there is no such field.
        """
        return self._schema._findName(self._schema.join(self._prefix, name))

    def __getitem__(self, name: str) -> SubSchema:
        return SubSchema(self._schema, self._schema.join(self._prefix, name))
