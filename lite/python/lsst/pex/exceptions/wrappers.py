# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exceptions of the Science Pipelines, each catchable as the Python
built-in that it stands for.
"""

__all__ = [
    "DomainError",
    "Exception",
    "InvalidParameterError",
    "IoError",
    "LengthError",
    "LogicError",
    "NotFoundError",
    "OutOfRangeError",
    "OverflowError",
    "RangeError",
    "RuntimeError",
    "TypeError",
    "UnderflowError",
]

import builtins
from typing import Any


class _Message:
    """What the exceptions have of the C++ ones that they stand for."""

    args: tuple[Any, ...]

    def what(self) -> str:
        """Return the message (`str`)."""
        return self.args[0]


class Exception(_Message, builtins.Exception):
    """Base class of the exceptions of the Science Pipelines.

    Parameters
    ----------
    message : `str`
        What went wrong.

    Raises
    ------
    builtins.TypeError
        Raised if the message is no string.
    """

    __module__ = "lsst.pex.exceptions"

    def __init__(self, message: str) -> None:
        if not isinstance(message, str):
            raise builtins.TypeError(f"An exception's message must be a string, not {type(message).__name__}")
        super().__init__(message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{self.what()}')"

    def __str__(self) -> str:
        return self.what()


class LogicError(Exception):
    """Mistake in the calling code."""


class DomainError(LogicError):
    """Argument outside the domain of a function."""


class InvalidParameterError(LogicError):
    """Argument that the function cannot accept."""


class LengthError(LogicError):
    """Sizes or regions that do not fit each other."""


class OutOfRangeError(LogicError):
    """Index or value outside the permitted range."""


class RuntimeError(Exception, builtins.RuntimeError):
    """Problem that shows only while running."""


class RangeError(RuntimeError):
    """Result that the return type cannot hold."""


class OverflowError(RuntimeError, builtins.OverflowError):
    """Result that is too large for its type."""


class UnderflowError(RuntimeError, builtins.ArithmeticError):
    """Result that is too small for its type."""


class NotFoundError(Exception, builtins.LookupError):
    """Name or item that is not there."""


class IoError(RuntimeError, builtins.IOError):
    """Problem with a file or a device."""


class TypeError(LogicError, builtins.TypeError):
    """Value of the wrong type."""
