# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few things that this package does with starlink.Ast objects.

Attributes that are no integers are read with ``get``, since memory of
starlink.Ast's properties for them is never freed.
"""

__all__ = [
    "AST_ERRORS",
    "applyForward",
    "applyInverse",
    "describeError",
    "dumpObject",
    "errorsOfAst",
    "findDomain",
    "inverted",
    "jacobian",
    "loadObject",
    "series",
    "toArrays",
]

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import starlink.Ast as Ast

from ._astDump import checkDump
from ._astLocale import withDecimalPoint

AST_ERRORS = (Ast.AstError, UnicodeDecodeError)
"""What starlink.Ast raises; it cannot decode some of its own messages."""

_FLOAT = re.compile(r"= (-?\d+\.?\d*(?:[eE][-+]?\d+)?)$", re.MULTILINE)


class _TextSource:
    """Lines of text, as an AST channel asks for them."""

    def __init__(self, text: str) -> None:
        self._lines = iter(text.split("\n"))

    def astsource(self) -> str | None:
        return next(self._lines, None)


class _TextSink:
    """Collector of the lines that an AST channel writes."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def astsink(self, line: str) -> None:
        self.lines.append(line)


def describeError(error: Exception) -> str:
    """Say what went wrong in AST.

    Parameters
    ----------
    error : `Exception`
        One of `AST_ERRORS`.

    Returns
    -------
    message : `str`
        AST's message, if it is readable.
    """
    return str(error) if isinstance(error, Ast.AstError) else "AST does not say why"


@contextlib.contextmanager
def errorsOfAst(what: str) -> Iterator[None]:
    """Turn errors of AST into `RuntimeError`. Also a decorator.

    Parameters
    ----------
    what : `str`
        What went wrong, for the message.
    """
    try:
        yield
    except AST_ERRORS as err:
        raise RuntimeError(f"{what}: {describeError(err)}") from err


@withDecimalPoint()
@errorsOfAst("Cannot read an AST object")
def loadObject(text: str) -> Any:
    """Read an AST object from its dump.

    Parameters
    ----------
    text : `str`
        What `dumpObject` gave.

    Returns
    -------
    obj : `starlink.Ast.Object` or `None`
        The object; `None` if there is none in the text.

    Raises
    ------
    RuntimeError
        Raised if the text is not a valid dump of a mapping or frame set.
    """
    checkDump(text)
    return Ast.Channel(_TextSource(text)).read()


def _eighteenDigits(match: re.Match[str]) -> str:
    text = match.group(1)
    if text.lstrip("-").isdigit():
        return match.group(0)
    return f"= {float(text):.18g}"


@withDecimalPoint()
def dumpObject(obj: Any) -> str:
    """Write an AST object as text, without comments.

    Parameters
    ----------
    obj : `starlink.Ast.Object`
        What to write.

    Returns
    -------
    text : `str`
        The dump. Numbers have 18 significant digits, as in the stack's
        files, so that a string that was read is written back unchanged.
    """
    sink = _TextSink()
    Ast.Channel(None, sink, "Comment=0").write(obj)
    sink.lines.append("")
    return _FLOAT.sub(_eighteenDigits, "\n".join(sink.lines))


def _apply(mapping: Any, data: npt.NDArray[Any], forward: bool) -> npt.NDArray[Any]:
    if data.shape[1] == 0:
        # AST has no empty sets of points.
        return np.empty((mapping.Nout if forward else mapping.Nin, 0))
    with errorsOfAst("Cannot transform points"):
        result = mapping.tran(data, forward)
    result[result == Ast.BAD] = np.nan
    return result


def applyForward(mapping: Any, data: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Transform points.

    Parameters
    ----------
    mapping : `starlink.Ast.Mapping`
        The mapping.
    data : `numpy.ndarray`
        Coordinates, of shape (number of input axes, number of points).

    Returns
    -------
    result : `numpy.ndarray`
        Coordinates, of shape (number of output axes, number of points); NaN
        where the mapping is not defined.

    Raises
    ------
    RuntimeError
        Raised if the mapping has no forward transformation.
    """
    return _apply(mapping, data, True)


def applyInverse(mapping: Any, data: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Transform points backwards; see `applyForward`."""
    return _apply(mapping, data, False)


def series(first: Any, second: Any) -> Any:
    """Put two mappings one after the other, first one first."""
    return Ast.CmpMap(first, second, True)


def inverted(mapping: Any) -> Any:
    """Copy a mapping, with its two directions exchanged."""
    result = mapping.copy()
    result.invert()
    return result


@errorsOfAst("Cannot differentiate a mapping")
def jacobian(mapping: Any, point: Any) -> npt.NDArray[Any]:
    """Compute the derivatives of a two-dimensional mapping at a point.

    Parameters
    ----------
    mapping : `starlink.Ast.Mapping`
        The mapping.
    point : sequence of `float`
        Input coordinates.

    Returns
    -------
    matrix : `numpy.ndarray`
        ``matrix[i, j]`` is the derivative of output i by input j.
    """
    at = [float(point[0]), float(point[1])]
    return np.array([[mapping.rate(at, i, j) for j in (1, 2)] for i in (1, 2)])


def findDomain(frameSet: Any, domain: str) -> int | None:
    """Look up a frame by its domain, whatever its number of axes.

    Parameters
    ----------
    frameSet : `starlink.Ast.FrameSet`
        Where to look.
    domain : `str`
        Domain of the frame, such as "IWC".

    Returns
    -------
    index : `int` or `None`
        1-based index of the frame; `None` if there is none.
    """
    for index in range(1, frameSet.Nframe + 1):
        if frameSet.getframe(index).get("Domain") == domain:
            return index
    return None


def toArrays(points: Sequence[Any]) -> npt.NDArray[Any]:
    """Stack the coordinates of points as AST wants them.

    Parameters
    ----------
    points : sequence
        Sequence of points with two coordinates, as `float`.

    Returns
    -------
    data : `numpy.ndarray`
        Array of shape (2, number of points).
    """
    return np.array([(p[0], p[1]) for p in points], dtype=float).reshape(-1, 2).T.copy()
