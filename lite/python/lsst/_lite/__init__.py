# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""How lsst-lite says that it does not have something, or is in the way.

Every package of lsst-lite imports this module, so the check for a full stack
that lsst-lite hides runs once in a process, whichever package comes first.
"""

__all__ = ["AbsentModuleError", "Partial", "absentAttribute", "absentModule", "moduleGetattr", "notInLite"]

import os
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import lsst

_POINTER = "is not in lsst-lite; it needs the full LSST Science Pipelines stack (https://pipelines.lsst.io)"

# What lsst-lite supplies, as folders below ``lsst``.
_PACKAGES = (
    "geom",
    "afw/coord",
    "afw/detection",
    "afw/fits",
    "afw/geom",
    "afw/image",
    "afw/math",
    "afw/table",
    "daf/base",
    "ip/diffim",
    "meas/algorithms",
    "obs/base",
    "pex/exceptions",
    "skymap",
)


class AbsentModuleError(ModuleNotFoundError, NotImplementedError):
    """A module of the full stack that lsst-lite does not have.

    Code that tries whether the module can be imported sees the
    `ImportError` that it expects; everyone else sees the pointer to the full
    stack.
    """


def absentModule(dottedName: str) -> AbsentModuleError:
    """Make the error for a whole module that lite lacks.

    Parameters
    ----------
    dottedName : `str`
        Full dotted name, such as ``lsst.afw.table``.

    Returns
    -------
    error : `AbsentModuleError`
        To be raised by the stand-in for that module.
    """
    # With its ``name`` set, "from lsst.afw import table" would drop this error
    # and its pointer, and make one that says only "cannot import name".
    return AbsentModuleError(f"{dottedName} {_POINTER}")


def absentAttribute(dottedName: str) -> AttributeError:
    """Make the error for a name that the full stack has and lite lacks.

    Parameters
    ----------
    dottedName : `str`
        Full dotted name, such as ``lsst.afw.image.TransmissionCurve``.

    Returns
    -------
    error : `AttributeError`
        To be raised by the caller.
    """
    return AttributeError(f"{dottedName} {_POINTER}")


def notInLite(dottedName: str) -> NotImplementedError:
    """Make the error for a call that the full stack could serve.

    Parameters
    ----------
    dottedName : `str`
        Full dotted name of what was called.

    Returns
    -------
    error : `NotImplementedError`
        To be raised by the caller.
    """
    return NotImplementedError(f"{dottedName} {_POINTER}")


def moduleGetattr(moduleName: str) -> Callable[[str], NoReturn]:
    """Make a module's ``__getattr__`` that names what is lacking.

    Parameters
    ----------
    moduleName : `str`
        The module's ``__name__``.

    Returns
    -------
    getattr : `~collections.abc.Callable`
        To be assigned to ``__getattr__`` at module level.
    """

    def __getattr__(name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(f"module {moduleName!r} has no attribute {name!r}")
        raise absentAttribute(f"{moduleName}.{name}")

    return __getattr__


class _PartialType(type):
    """Type of the classes that say which members they lack."""

    # Type checkers shall say so, too.
    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> NoReturn:
            if name.startswith("_"):
                raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
            raise absentAttribute(f"{cls.__module__}.{cls.__qualname__}.{name}")


class Partial(metaclass=_PartialType):
    """A class that has fewer members here than in the full stack."""

    __slots__ = ()

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_") or hasattr(type(self), name):
                # Raises what a property raised before, or Python's own error.
                return object.__getattribute__(self, name)
            return getattr(type(self), name)


def _shadowed(searchPath: list[str], own: str) -> list[str]:
    """Find packages that come later on the path than lite's.

    Parameters
    ----------
    searchPath : `list` [`str`]
        Folders in which ``lsst`` packages are looked for, in order.
    own : `str`
        The one of them that is lite's.

    Returns
    -------
    shadowed : `list` [`str`]
        Folders of the packages that cannot be imported because of lite's.
    """
    folders = [os.path.realpath(folder) for folder in searchPath]
    own = os.path.realpath(own)
    if own not in folders:
        return []
    later = dict.fromkeys(folders[folders.index(own) + 1 :])
    later.pop(own, None)
    # Another copy of lite is no stack.
    stacks = [folder for folder in later if not os.path.isdir(os.path.join(folder, "_lite"))]
    candidates = (os.path.join(folder, *package.split("/")) for folder in stacks for package in _PACKAGES)
    return [folder for folder in candidates if os.path.isfile(os.path.join(folder, "__init__.py"))]


def _warnIfInTheWay() -> None:
    """Warn if lsst-lite hides packages of a full stack."""
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    shadowed = _shadowed(list(lsst.__path__), own)
    if shadowed:
        warnings.warn(
            f"lsst-lite in {own} hides {', '.join(shadowed)}, which come later on the path. lsst-lite is for "
            "environments without the LSST Science Pipelines stack: take it off the path, or uninstall it.",
            stacklevel=2,
        )


_warnIfInTheWay()
