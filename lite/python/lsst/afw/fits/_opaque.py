# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects in a file that lite does not understand, which say so."""

__all__ = ["OpaqueComponent", "addOpaqueClass", "makeOpaque"]

from collections.abc import Callable
from typing import Any, NoReturn, Self

from lsst._lite import notInLite

from ._carried import Carried, OpaqueArchive
from ._outputArchive import writeObject


class _OpaqueError(NotImplementedError, AttributeError):
    """An opaque object cannot compute; and, for `hasattr`, does not have the
    attribute.
    """


class OpaqueComponent(Carried):
    """An object of a class that lite does not have.

    It can be carried from one file to another, but cannot compute.

    Parameters
    ----------
    archive : `OpaqueArchive`
        Where it is.
    id : `int`
        Archive id there.
    name, module : `str`
        Its class and the Python module of that.
    """

    @property
    def _persistedAs(self) -> str:
        """Full name of the class, as far as the file has it (`str`)."""
        return f"{self._moduleName}.{self._className}" if self._moduleName else self._className

    def _refuse(self, attribute: str) -> _OpaqueError:
        """Make the error for something that is to be computed."""
        return _OpaqueError(f"{self!r}: {notInLite(f'{self._persistedAs}.{attribute}')}")

    def __repr__(self) -> str:
        return f"<{self._className}, opaque in lsst-lite, persisted as {self._persistedAs}>"

    __str__ = __repr__

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        raise self._refuse(name)

    def __getitem__(self, key: str) -> NoReturn:
        raise self._refuse("__getitem__")

    def __contains__(self, key: str) -> bool:
        raise self._refuse("__contains__")

    def __iter__(self) -> NoReturn:
        raise self._refuse("__iter__")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # It cannot be changed.
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OpaqueComponent):
            return NotImplemented
        return self is other or (
            (self._archiveId, self._className) == (other._archiveId, other._className)
            and (self._archive is other._archive or self._archive.digest == other._archive.digest)
        )

    def __hash__(self) -> int:
        return hash((self._archiveId, self._className))

    def __reduce__(self) -> tuple[Any, ...]:
        return makeOpaque, (self._archive, self._archiveId, self._className, self._moduleName)

    def isPersistable(self) -> bool:
        """Whether this can be written to a file: always `True`."""
        return True

    def clone(self) -> Self:
        """Return a copy, which is this: it cannot be changed."""
        return self

    def writeFits(self, fileName: str, mode: str = "w") -> None:
        """Write this, with all that it refers to, to a file of its own.

        Parameters
        ----------
        fileName : `str`
            Name of the file.
        mode : `str`, optional
            "w": a new file; "a": append.
        """
        writeObject(self, fileName, mode)


_CLASSES: dict[str, type[Any]] = {}
"""Classes of opaque objects by what the names of their classes end with."""


def addOpaqueClass(suffix: str, base: type[Any]) -> None:
    """Let opaque objects belong to a class of lite.

    Parameters
    ----------
    suffix : `str`
        What the names of the classes of such objects end with.
    base : `type`
        Class of lite, of which each method will say that it is not here.
    """

    def refuse(name: str) -> Callable[..., NoReturn]:
        def method(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
            raise self._refuse(name)

        return method

    kept = vars(OpaqueComponent).keys() | vars(object).keys() | {"__weakref__", "__dict__", "__module__"}
    names = [name for name in dir(base) if name not in kept and (name[0] != "_" or name[:2] == "__")]
    namespace: dict[str, Any] = {name: refuse(name) for name in names if callable(getattr(base, name))}
    namespace |= {"__module__": __name__, "__doc__": f"A {base.__name__} that lite cannot compute."}
    _CLASSES[suffix] = type(f"Opaque{base.__name__}", (OpaqueComponent, base), namespace)


def makeOpaque(archive: OpaqueArchive, id: int, name: str, module: str) -> Any:
    """Make an opaque object.

    Parameters
    ----------
    archive : `OpaqueArchive`
        Where it is.
    id : `int`
        Archive id there.
    name, module : `str`
        Its class and the Python module of that.

    Returns
    -------
    component : `OpaqueComponent`
        An `lsst.afw.detection.Psf` or `lsst.afw.math.BoundedField`, too, if
        its name says so.
    """
    cls = next((cls for suffix, cls in _CLASSES.items() if name.endswith(suffix)), OpaqueComponent)
    return cls(archive, id, name, module)
