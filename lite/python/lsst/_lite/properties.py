# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties that are made of methods, for type checkers, too."""

__all__ = ["TypedProperty"]

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

T = TypeVar("T")

if TYPE_CHECKING:

    class TypedProperty(Generic[T]):
        """A `property` whose type is what its first function returns."""

        def __init__(
            self, fget: Callable[[Any], T], fset: Callable[[Any, Any], None] | None = None, *, doc: str = ""
        ) -> None: ...

        @overload
        def __get__(self, instance: None, owner: type | None = None) -> Self: ...
        @overload
        def __get__(self, instance: object, owner: type | None = None) -> T: ...
        def __get__(self, instance: object, owner: type | None = None) -> Any: ...

        def __set__(self, instance: object, value: Any) -> None: ...

else:
    TypedProperty = property
