# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""How lsst-lite says that it does not have something."""

__all__ = ["absentAttribute", "moduleGetattr", "notInLite"]

_POINTER = "is not in lsst-lite; it needs the full LSST Science Pipelines stack (https://pipelines.lsst.io)"


def absentAttribute(dottedName):
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


def notInLite(dottedName):
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


def moduleGetattr(moduleName):
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

    def __getattr__(name):
        if name.startswith("__"):
            raise AttributeError(f"module {moduleName!r} has no attribute {name!r}")
        raise absentAttribute(f"{moduleName}.{name}")

    return __getattr__
