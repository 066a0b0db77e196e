# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exceptions of the Science Pipelines, each catchable as the Python
built-in that it stands for.
"""

__all__ = [
    "DomainError",
    "Exception",
    "ExceptionMeta",
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
    "declare",
    "register",
    "translate",
]

import builtins
import warnings

from . import exceptions

registry = {}


def register(cls):
    """Make an exception class the translation of the class that it wraps.

    Parameters
    ----------
    cls : `type`
        Exception class with a ``WrappedClass`` attribute.

    Returns
    -------
    cls : `type`
        The same class, so that this can be used as a decorator.
    """
    registry[cls.WrappedClass] = cls
    return cls


class ExceptionMeta(type):
    """Metaclass that looks attributes up in the wrapped class, too."""

    def __getattr__(cls, name):
        return getattr(cls.WrappedClass, name)


@register
class Exception(builtins.Exception, metaclass=ExceptionMeta):
    """Base class of the exceptions of the Science Pipelines.

    Parameters
    ----------
    arg : `str` or `lsst.pex.exceptions.exceptions.Exception`
        Message, or the low-level exception to wrap.
    """

    __module__ = "lsst.pex.exceptions"

    WrappedClass = exceptions.Exception

    def __init__(self, arg, *args, **kwds):
        if isinstance(arg, exceptions.Exception):
            cpp, message = arg, arg.what()
        else:
            cpp, message = self.WrappedClass(arg, *args, **kwds), arg
        super().__init__(message)
        self.cpp = cpp

    def __getattr__(self, name):
        if name == "cpp":
            raise AttributeError(name)
        return getattr(self.cpp, name)

    def __repr__(self):
        return f"{type(self).__name__}('{self.cpp.what()}')"

    def __str__(self):
        return self.cpp.asString()


@register
class LogicError(Exception):
    """Mistake in the calling code."""

    WrappedClass = exceptions.LogicError


@register
class DomainError(LogicError):
    """Argument outside the domain of a function."""

    WrappedClass = exceptions.DomainError


@register
class InvalidParameterError(LogicError):
    """Argument that the function cannot accept."""

    WrappedClass = exceptions.InvalidParameterError


@register
class LengthError(LogicError):
    """Sizes or regions that do not fit each other."""

    WrappedClass = exceptions.LengthError


@register
class OutOfRangeError(LogicError):
    """Index or value outside the permitted range."""

    WrappedClass = exceptions.OutOfRangeError


@register
class RuntimeError(Exception, builtins.RuntimeError):
    """Problem that shows only while running."""

    WrappedClass = exceptions.RuntimeError


@register
class RangeError(RuntimeError):
    """Result that the return type cannot hold."""

    WrappedClass = exceptions.RangeError


@register
class OverflowError(RuntimeError, builtins.OverflowError):
    """Result that is too large for its type."""

    WrappedClass = exceptions.OverflowError


@register
class UnderflowError(RuntimeError, builtins.ArithmeticError):
    """Result that is too small for its type."""

    WrappedClass = exceptions.UnderflowError


@register
class NotFoundError(Exception, builtins.LookupError):
    """Name or item that is not there."""

    WrappedClass = exceptions.NotFoundError


@register
class IoError(RuntimeError, builtins.IOError):
    """Problem with a file or a device."""

    WrappedClass = exceptions.IoError


@register
class TypeError(LogicError, builtins.TypeError):
    """Value of the wrong type."""

    WrappedClass = exceptions.TypeError


def translate(cpp):
    """Return the Python exception for a low-level one.

    Parameters
    ----------
    cpp : `lsst.pex.exceptions.exceptions.Exception`
        Low-level exception.

    Returns
    -------
    exception : `Exception`
        Instance of the class that is registered for the type of ``cpp``;
        a plain `Exception`, with a warning, if there is none.
    """
    cls = registry.get(type(cpp))
    if cls is None:
        warnings.warn("Could not find appropriate Python type for C++ Exception", stacklevel=2)
        cls = Exception
    return cls(cpp)


def declare(module, exception_name, base, wrapped_class):
    """Define an exception class in a module.

    Parameters
    ----------
    module : `types.ModuleType`
        Module that gets the class.
    exception_name : `str`
        Name of the class.
    base : `type`
        Base class, a subclass of `Exception`.
    wrapped_class : `type`
        Low-level class that the new one wraps.
    """
    cls = ExceptionMeta(exception_name, (base,), {"WrappedClass": wrapped_class})
    setattr(module, exception_name, register(cls))
