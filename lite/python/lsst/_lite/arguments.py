# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions with several call forms, tried in order.

The stack's classes are compiled: many of their constructors and methods can
be called in several forms, and a call that fits none of them is a
`TypeError`. A form here is a plain function whose annotations say what each
argument may be: a class, a union of classes, or an annotated type whose
function converts the value, and raises `TypeError` if it cannot.
"""

__all__ = [
    "Array2",
    "Bool",
    "Float",
    "Int",
    "MismatchError",
    "Overloads",
    "Size",
    "checkArguments",
    "toFlag",
    "toSize",
]

import inspect
from collections.abc import Callable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, TypeAlias, get_args, get_origin

import numpy as np

from .numbers import toBool, toDouble, toInteger


class MismatchError(TypeError):
    """An argument does not fit the call form that is being tried.

    Only functions that are forms raise this: `Overloads` goes on to the next.
    """


def toSize(value: Any) -> int:
    """Convert to a number of pixels or rows, which is not negative."""
    number = toInteger(value)
    if number < 0:
        raise TypeError(f"{value!r} is negative")
    return number


def toFlag(value: Any) -> bool:
    """Convert to a truth value, but no string and no array."""
    if np.ndim(value):
        raise TypeError(f"{type(value).__name__} is not a bool")
    return toBool(value)


def _toArray2(value: Any) -> np.ndarray:
    if not isinstance(value, np.ndarray) or value.ndim != 2 or not value.flags.writeable:
        raise TypeError("not a writeable 2-d array")
    return value


Int: TypeAlias = Annotated[int, toInteger]
"""An integer of any size."""

Size: TypeAlias = Annotated[int, toSize]
"""A number of pixels: an integer that is not negative."""

Float: TypeAlias = Annotated[float, toDouble]
"""A real number, as a `float`."""

Bool: TypeAlias = Annotated[bool, toFlag]
"""A truth value; also `None` and numbers, but no strings or arrays."""

Array2: TypeAlias = Annotated[np.ndarray, _toArray2]
"""A two-dimensional `numpy.ndarray` that can be written to."""


def _makeConverter(annotation: Any) -> Callable[[Any], Any]:
    """Return the function that checks and converts one argument."""
    if annotation is inspect.Parameter.empty or annotation is Any:
        return lambda value: value
    origin = get_origin(annotation)
    if origin is Annotated:
        return annotation.__metadata__[0]
    if origin is not None and origin is not UnionType:
        annotation = origin

    def checkInstance(value: Any) -> Any:
        if not isinstance(value, annotation):
            # Not its repr: that of an image takes longer than all the rest.
            raise TypeError(f"{type(value).__name__} is not {_name(annotation)}")
        return value

    return checkInstance


def _name(annotation: Any) -> str:
    """Return the name of a type: a class, a union, or an annotated class."""
    if get_origin(annotation) is Annotated:
        return annotation.__origin__.__name__
    classes = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    return " | ".join("None" if cls is NoneType else cls.__name__ for cls in classes)


class _Form:
    """One call form."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.signature = inspect.signature(function, eval_str=True)
        parameters = list(self.signature.parameters.values())[1:]
        self._parameters = [(p.name, _makeConverter(p.annotation), p.default) for p in parameters]

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
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

    def __init__(self, name: str, *functions: Callable[..., Any]) -> None:
        self._name = name
        self._forms = [_Form(function) for function in functions]

    def __call__(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
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


def _describe(signature: inspect.Signature) -> str:
    """Format a signature without the instance."""
    words = []
    for parameter in list(signature.parameters.values())[1:]:
        annotation = parameter.annotation
        kind = "" if annotation is inspect.Parameter.empty else f": {_name(annotation)}"
        default = "" if parameter.default is inspect.Parameter.empty else f" = {parameter.default}"
        words.append(f"{parameter.name}{kind}{default}")
    return f"({', '.join(words)})"


def checkArguments(name: str, /, **arguments: tuple[Any, type | tuple[type, ...]]) -> None:
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
