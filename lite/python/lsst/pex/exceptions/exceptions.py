# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Low-level exception objects, which carry the message of an exception and
the places that it has passed.
"""

__all__ = ["Tracepoint"]

import builtins


class Tracepoint:
    """A place in the code that an exception has passed.

    Parameters
    ----------
    file : `str`
        File name.
    line : `int`
        Line number.
    func : `str`
        Name of the function.
    message : `str`
        What was added to the exception there.
    """

    def __init__(self, file, line, func, message):
        self._file = file
        self._line = int(line)
        self._func = func
        self._message = message


class Exception:
    """Message and traceback of an exception.

    Parameters
    ----------
    message : `str`
        What went wrong.

    Raises
    ------
    builtins.TypeError
        Raised if the message is no string.
    """

    def __init__(self, message):
        if not isinstance(message, str):
            raise builtins.TypeError(f"An exception's message must be a string, not {type(message).__name__}")
        self._message = message
        self._traceback = []

    def addMessage(self, file, line, func, message):
        """Add a message and the place it comes from.

        Parameters
        ----------
        file, line, func : `str`, `int`, `str`
            The place.
        message : `str`
            Text that is appended, after ``"; "``, to the message so far.
        """
        if not self._traceback:
            self._message = message if not self._message else f"{self._message}; {message}"
        else:
            self._message = f"{self._message} {{{len(self._traceback) - 1}}}; {message}"
        self._traceback.append(Tracepoint(file, line, func, message))

    def getTraceback(self):
        """Return the places that the exception has passed (`list`)."""
        return list(self._traceback)

    def what(self):
        """Return the message (`str`)."""
        return self._message

    def getType(self):
        """Return the name of the C++ type (`str`)."""
        return f"lsst::pex::exceptions::{type(self).__name__} *"

    def clone(self):
        """Return a copy (`Exception`)."""
        copy = type(self)(self._message)
        copy._traceback = self.getTraceback()
        return copy

    def asString(self):
        """Return the message, after the traceback if there is one."""
        if not self._traceback:
            return self._message
        lines = [""]
        for index, point in enumerate(self._traceback):
            lines.append(f'  File "{point._file}", line {point._line}, in {point._func}')
            lines.append(f"    {point._message} {{{index}}}")
        return "\n".join([*lines, f"{self.getType()[:-2]}: '{self._message}'", ""])

    def __repr__(self):
        return f"{type(self).__name__}('{self._message}')"


class LogicError(Exception):
    """Low-level form of `lsst.pex.exceptions.LogicError`."""


class DomainError(LogicError):
    """Low-level form of `lsst.pex.exceptions.DomainError`."""


class InvalidParameterError(LogicError):
    """Low-level form of `lsst.pex.exceptions.InvalidParameterError`."""


class LengthError(LogicError):
    """Low-level form of `lsst.pex.exceptions.LengthError`."""


class OutOfRangeError(LogicError):
    """Low-level form of `lsst.pex.exceptions.OutOfRangeError`."""


class RuntimeError(Exception):
    """Low-level form of `lsst.pex.exceptions.RuntimeError`."""


class RangeError(RuntimeError):
    """Low-level form of `lsst.pex.exceptions.RangeError`."""


class OverflowError(RuntimeError):
    """Low-level form of `lsst.pex.exceptions.OverflowError`."""


class UnderflowError(RuntimeError):
    """Low-level form of `lsst.pex.exceptions.UnderflowError`."""


class NotFoundError(Exception):
    """Low-level form of `lsst.pex.exceptions.NotFoundError`."""


class IoError(RuntimeError):
    """Low-level form of `lsst.pex.exceptions.IoError`."""


class TypeError(LogicError):
    """Low-level form of `lsst.pex.exceptions.TypeError`."""
