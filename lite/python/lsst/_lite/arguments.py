# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions with several call forms, tried in order.

The stack's classes are compiled: many of their constructors and methods can
be called in several forms, and a call that fits none of them is a
`TypeError`. A form here is a plain function whose annotations say what each
argument may be: a class, or one of the converters of this module, which
raise `TypeError`, so that they can be called anywhere.
"""

__all__ = [
    "Array2",
    "Bool",
    "Float",
    "Int",
    "MismatchError",
    "Optional",
    "Overloads",
    "Size",
    "checkArguments",
]

import inspect
import math

import numpy as np

from .numbers import toBool, toDouble, toInt


class MismatchError(TypeError):
    """An argument does not fit the call form that is being tried.

    Only functions that are forms raise this: `Overloads` goes on to the next.
    """


class Int:
    """An integer of any size; see `lsst._lite.numbers.toInt`."""

    def __new__(cls, value):
        return toInt(value, -math.inf, math.inf)


class Size:
    """A number of pixels: an integer that is not negative."""

    def __new__(cls, value):
        number = Int(value)
        if number < 0:
            raise TypeError(f"{value!r} is negative")
        return number


class Float:
    """A real number, as a `float`; see `lsst._lite.numbers.toDouble`."""

    def __new__(cls, value):
        return toDouble(value)


class Bool:
    """A truth value; also `None` and numbers, but no strings or arrays."""

    def __new__(cls, value):
        if np.ndim(value):
            raise TypeError(f"{type(value).__name__} is not a bool")
        return toBool(value)


class Array2:
    """A two-dimensional `numpy.ndarray` that can be written to."""

    def __new__(cls, value):
        if not isinstance(value, np.ndarray) or value.ndim != 2 or not value.flags.writeable:
            raise TypeError("not a writeable 2-d array")
        return value


class Optional:
    """An instance of a class, or `None`.

    Parameters
    ----------
    cls : `type`
        The class.
    """

    def __init__(self, cls):
        self.cls = cls
        self.__name__ = f"{cls.__name__} | None"

    def __call__(self, value):
        if value is not None and not isinstance(value, self.cls):
            raise TypeError(f"{type(value).__name__} is not {self.cls.__name__}")
        return value


_CONVERTERS = (Array2, Bool, Float, Int, Size)


def _makeConverter(annotation):
    """Return the function that checks and converts one argument."""
    if annotation is inspect.Parameter.empty:
        return lambda value: value
    if annotation in _CONVERTERS or isinstance(annotation, Optional):
        return annotation

    def checkInstance(value):
        if not isinstance(value, annotation):
            # Not its repr: that of an image takes longer than all the rest.
            raise TypeError(f"{type(value).__name__} is not {annotation.__name__}")
        return value

    return checkInstance


class _Form:
    """One call form."""

    def __init__(self, function):
        self.function = function
        self.signature = inspect.signature(function)
        parameters = list(self.signature.parameters.values())[1:]
        self._parameters = [(p.name, _makeConverter(p.annotation), p.default) for p in parameters]

    def bind(self, args, kwargs):
        """Match arguments with the parameters of this form.

        Raises
        ------
        TypeError
            Raised if they do not fit.
        """
        if len(args) > len(self._parameters):
            raise TypeError("too many arguments")
        values = list(map(lambda value, parameter: parameter[1](value), args, self._parameters))
        named = 0
        for name, convert, default in self._parameters[len(args) :]:
            if name in kwargs:
                values.append(convert(kwargs[name]))
                named += 1
            elif default is not inspect.Parameter.empty:
                values.append(default)
            else:
                raise TypeError(f"no {name!r}")
        if named != len(kwargs):
            raise TypeError("unknown keyword arguments")
        return values


class Overloads:
    """A function that is called in one of several forms.

    Parameters
    ----------
    name : `str`
        Name for error messages.
    *functions : `~collections.abc.Callable`
        The forms, in the order in which they are tried. The first argument
        of each is the instance. A function may itself raise `MismatchError`
        if an argument turns out not to fit.
    """

    def __init__(self, name, *functions):
        self._name = name
        self._forms = [_Form(function) for function in functions]

    def __call__(self, instance, args, kwargs):
        """Call the first form that fits.

        Raises
        ------
        TypeError
            Raised if none fits; the message lists the forms.
        """
        for form in self._forms:
            try:
                values = form.bind(args, kwargs)
            except TypeError:
                continue
            try:
                return form.function(instance, *values)
            except MismatchError:
                continue
        given = [type(value).__name__ for value in args]
        given += [f"{name}={type(value).__name__}" for name, value in kwargs.items()]
        forms = "\n".join(f"    {_describe(form.signature)}" for form in self._forms)
        raise TypeError(f"{self._name}: incompatible arguments ({', '.join(given)}); call it as\n{forms}")


def _describe(signature):
    """Format a signature without the instance."""
    words = []
    for parameter in list(signature.parameters.values())[1:]:
        kind = getattr(parameter.annotation, "__name__", str(parameter.annotation))
        default = "" if parameter.default is inspect.Parameter.empty else f" = {parameter.default}"
        words.append(f"{parameter.name}: {kind}{default}")
    return f"({', '.join(words)})"


def checkArguments(name, /, **arguments):
    """Check the arguments of a function that has one call form.

    Parameters
    ----------
    name : `str`
        Name of the function, for the error message.
    **arguments : `tuple`
        For each argument its value and the class, or tuple of classes, that
        it must be an instance of.

    Raises
    ------
    TypeError
        Raised if one is not.
    """
    for argument, (value, cls) in arguments.items():
        if not isinstance(value, cls):
            wanted = " or ".join(c.__name__ for c in (cls if isinstance(cls, tuple) else (cls,)))
            raise TypeError(f"{name}: {argument} must be {wanted}, not {type(value).__name__}")
