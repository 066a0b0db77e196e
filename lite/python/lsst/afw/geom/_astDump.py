# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of AST dumps before AST sees them.

Dumps come from files, and AST believes them: a count, an axis number or a
power that makes no sense has it read and write outside its arrays, and an
error within a nested object may end the process. So only what AST reads
without an error gets through: objects of the classes that celestial WCSs are
made of, with just the items that these have, and numbers that fit together.
"""

__all__ = ["checkDump"]

import functools
import re
from collections.abc import Iterable
from typing import Any, NoReturn

_MAX_AXES = 100
"""More axes, or frames, than any WCS has."""

_MAX_DEPTH = 200
"""Deeper nesting than that of any WCS; AST reads a dump by recursion."""

_MAX_OBJECTS = 1000
"""More objects than any WCS is made of."""

_MAX_ITERATIONS = 1000
"""More iterations than any inverse of a polynomial needs."""

_MAX_WORK = 1_000_000
"""Terms that are evaluated at most to invert a polynomial at a point."""

_MAX_PARAMETER = {
    **dict.fromkeys(("AZP", "SIN", "CYP", "COP", "COE", "COD", "COO", "NCP", "HPX"), 2),
    **dict.fromkeys(("AIR", "CEA", "BON"), 1),
    **dict.fromkeys(("TAN", "STG", "ARC", "ZEA", "CAR", "MER", "SFL", "PAR", "MOL", "AIT"), 0),
    **dict.fromkeys(("PCO", "TSC", "CSC", "QSC", "GLS", "XPH"), 0),
    **{"SZP": 3, "ZPN": 39, "TPN": 39},
}
"""Projections, and the largest number of a parameter of the latitude axis."""

_SYSTEMS = frozenset(
    "FK4 FK4_NO_E FK4-NO-E FK5 EQUATORIAL J2000 ICRS AZEL GAPPT GEOCENTRIC APPARENT ECLIPTIC HELIOECLIPTIC "
    "GALACTIC SUPERGALACTIC UNKNOWN".split()
)

_SLA_ARGUMENTS = {
    **dict.fromkeys("GALEQ EQGAL GALSUP SUPGAL J2000H HJ2000".split(), 0),
    **dict.fromkeys("ADDET SUBET FK45Z FK54Z ECLEQ EQECL FK5HZ HFK5Z HEEQ EQHE R2H H2R".split(), 1),
    **dict.fromkeys("PREBN PREC AMP MAP H2E E2H".split(), 2),
    **dict.fromkeys("HPCEQ EQHPC HPREQ EQHPR".split(), 4),
}
"""Celestial conversions, and how many numbers each of them takes."""

_PARENTS = {"Mapping": "Object", "Axis": "Object", "SkyAxis": "Axis", "Frame": "Mapping"}
_PARENTS |= dict.fromkeys(("FrameSet", "SkyFrame", "CmpFrame"), "Frame")
_PARENTS |= dict.fromkeys("CmpMap TranMap UnitMap ZoomMap ShiftMap WinMap MatrixMap".split(), "Mapping")
_PARENTS |= dict.fromkeys("PermMap PolyMap SphMap PcdMap WcsMap SlaMap NormMap LutMap".split(), "Mapping")
_PARENTS |= dict.fromkeys(("UnitNormMap",), "Mapping") | {"ChebyMap": "PolyMap"}

_ABSTRACT = ("Object", "Mapping")

# Items of each class: integers, numbers, strings, objects. In lower case, as
# AST compares them.
_ITEMS = {
    "Object": ("usedfs|refcnt|nobj", "", "id|ident", ""),
    "Mapping": ("nin|nout|invert|issimp|resimp|alsimp|fwd|inv|report", "", "", ""),
    "Frame": (
        r"naxes|dir\d+|dig\d+|prm\d+|digits|presrv|permut|minax|maxax|mchend|actunt",
        r"top\d+|bot\d+|epoch|obslat|obslon|obsalt|dtai|dut1",
        r"lbl\d+|sym\d+|fmt\d+|uni\d+|title|domain|system|alsys",
        r"ax\d+",
    ),
    "SkyFrame": ("aloff|neglon", r"srefp?[12]|epoch|eqnox|skytol", "srefis|system|proj", ""),
    "CmpFrame": (r"axp\d+", "", "", "framea|frameb"),
    "FrameSet": (r"nframe|nnode|base|currnt|(?:nod|vfr|lnk|inv)\d+", "", "", r"(?:frm|map)\d+"),
    "Axis": ("digits|dirn", "top|bottom", "label|symbol|unit|format", ""),
    "SkyAxis": ("islat|cnzer|astime", "", "format", ""),
    "CmpMap": ("series|inva|invb", "", "", "mapa|mapb"),
    "TranMap": ("inva|invb", "", "", "mapa|mapb"),
    "UnitMap": ("", "", "", ""),
    "ZoomMap": ("", "zoom", "", ""),
    "ShiftMap": ("", r"sft\d+", "", ""),
    "WinMap": ("", r"(?:sft|scl)\d+", "", ""),
    "MatrixMap": ("", r"i?m\d+", "form", ""),
    "PermMap": (r"pmsplt|incpy|outcpy|nconst|(?:in|out)\d+", r"con\d+", "", ""),
    "PolyMap": (
        r"(?:mp|nc)[fi]\d+|p[fi]\d+(?:_\d+_\d+)?|iterinv|niterinv",
        r"c[fi]\d+(?:_\d+)?|tolinv",
        "",
        "",
    ),
    "ChebyMap": ("", r"[fi](?:scl|off)\d+", "", ""),
    "SphMap": ("untrd", "plrlg", "", ""),
    "PcdMap": ("", "pcdcn0|pcdcn1|disco", "", ""),
    "WcsMap": (r"fitsprj|lonchk|tpntan|wcsax[12]", r"projp\d|pv\d+_\d+", "type", ""),
    "SlaMap": ("nsla", r"sla\d+[a-d]", r"sla\d+", ""),
    "NormMap": ("", "", "", "frame"),
    "LutMap": ("nlut|lutint", r"start|incr|luteps|l\d+", "", ""),
    "UnitNormMap": ("", r"ctr\d+", "", ""),
}

_LINE = re.compile(
    r" *(?:(?P<word>Begin|End|IsA) (?P<cls>\w+)"
    r'|(?P<name>\w{1,8}) =(?: (?P<value>"(?:[^"\0]|"")*"|[^\s"#]+))?) *(?:#.*)?',
    re.ASCII,
)
_INTEGER = re.compile(r"-?\d{1,9}", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|-?(?:nan|inf)|<bad>", re.ASCII)


class _DumpError(RuntimeError):
    """The dump is not what AST writes."""


class _Object:
    """An object of a dump.

    Parameters
    ----------
    cls : `str`
        Its class.
    """

    def __init__(self, cls: str) -> None:
        self.cls = cls
        self.ancestry = [cls]
        while self.ancestry[-1] != "Object":
            self.ancestry.append(_PARENTS[self.ancestry[-1]])
        self.items: dict[tuple[str, str], Any] = {}

    def fail(self, message: str) -> NoReturn:
        raise _DumpError(f"{self.cls}: {message}")

    def require(self, condition: Any, message: str) -> None:
        if not condition:
            self.fail(message)

    def get(self, cls: str, name: str, default: Any = None) -> Any:
        """Return an item of one of its classes."""
        return self.items.get((cls, name), default)

    def indices(self, cls: str, prefix: str) -> list[int]:
        """Return the numbers of the items ``prefix`` with a number."""
        pattern = re.compile(rf"{prefix}(\d+)")
        matches = (pattern.fullmatch(name) for owner, name in self.items if owner == cls)
        return [int(match[1]) for match in matches if match]

    def checkIndices(self, cls: str, prefixes: Iterable[str], first: int, last: int) -> None:
        """Raise if there are items with numbers outside a range."""
        for prefix in prefixes:
            for index in self.indices(cls, prefix):
                self.require(first <= index <= last, f"{prefix}{index} is not in {first} to {last}")

    def checkPermutation(self, cls: str, prefix: str, count: int) -> None:
        """Raise if items are no permutation of that many numbers."""
        self.checkIndices(cls, [prefix], 1, count)
        numbers = sorted(self.get(cls, f"{prefix}{i}", i) for i in range(1, count + 1))
        self.require(numbers == list(range(1, count + 1)), f"{prefix} is no permutation of {count} axes")


@functools.cache
def _patterns(cls: str) -> list[re.Pattern[str]]:
    return [re.compile(pattern) for pattern in _ITEMS[cls]]


def _convert(owner: _Object, cls: str, name: str, value: str) -> Any:
    """Return the value of an item of a class of an object."""
    integers, numbers, strings, _ = _patterns(cls)
    if integers.fullmatch(name) and _INTEGER.fullmatch(value):
        return int(value)
    if numbers.fullmatch(name) and _NUMBER.fullmatch(value):
        return None if value == "<bad>" else float(value)
    if strings.fullmatch(name) and value.startswith('"'):
        return value[1:-1]
    return owner.fail(f"{cls} has no {name} = {value[:40]}")


class _Parser:
    """Reader of a dump, line by line.

    Parameters
    ----------
    lines : `list` [`str`]
        The dump.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._count = 0

    def _next(self) -> re.Match[str]:
        line = next(self._lines, None)
        match = None if line is None else _LINE.fullmatch(line)
        if match is None:
            found = "its end" if line is None else repr(line.strip()[:50])
            raise _DumpError(f"unexpected {found}")
        return match

    def read(self, depth: int = 0) -> _Object:
        """Read an object that starts here (`_Object`)."""
        match = self._next()
        cls = match["cls"]
        self._count += 1
        if self._count > _MAX_OBJECTS or depth > _MAX_DEPTH:
            raise _DumpError(f"more than {_MAX_OBJECTS} objects, or nested {depth} deep")
        if match["word"] != "Begin" or cls not in _ITEMS or cls in _ABSTRACT:
            raise _DumpError(f"unexpected {match[0].strip()[:50]!r}")
        result, section, remaining = _Object(cls), {}, _Object(cls).ancestry[::-1]
        while True:
            match = self._next()
            if match["name"] is not None:
                name = match["name"].lower()
                result.require(name not in section, f"two items {name}")
                section[name] = match["value"] if match["value"] is not None else self.read(depth + 1)
                continue
            word, owner = match["word"], match["cls"]
            isLast = word == "End" and owner == cls
            isParent = word == "IsA" and owner in remaining[:-1]
            result.require(isLast or isParent, f"unexpected {word} {owner}")
            remaining = remaining[remaining.index(owner) + 1 :]
            self._add(result, owner, section)
            section = {}
            if isLast:
                return result

    @staticmethod
    def _add(result: _Object, cls: str, section: Any) -> None:
        """Give an object the items of one of its classes."""
        for name, value in section.items():
            if isinstance(value, str):
                value = _convert(result, cls, name, value)
            else:
                result.require(_patterns(cls)[3].fullmatch(name), f"{cls} has no object {name}")
            result.items[cls, name] = value


# Numbers of axes


def _shape(mapping: _Object) -> tuple[int, int]:
    """Number of inputs and outputs of a mapping that is not inverted."""
    if "Frame" in mapping.ancestry:
        axes = _checkFrame(mapping)
        return axes, axes
    nin = mapping.get("Mapping", "nin", 0)
    shape = nin, mapping.get("Mapping", "nout", nin)
    mapping.require(all(0 < n <= _MAX_AXES for n in shape), f"{shape[0]} inputs, {shape[1]} outputs")
    _CHECKS[mapping.cls](mapping, *shape)
    return shape


def _child(parent: _Object, cls: str, name: str, kind: str) -> _Object:
    """Return an object that another must have."""
    child = parent.get(cls, name)
    parent.require(child is not None and kind in child.ancestry, f"no {kind} {name}")
    return child


def _components(mapping: _Object) -> list[tuple[int, ...]]:
    """Shapes of the two mappings of a compound one, as they are used."""
    shapes: list[tuple[int, ...]] = []
    for name in "ab":
        shape = _shape(_child(mapping, mapping.cls, f"map{name}", "Mapping"))
        shapes.append(shape[::-1] if mapping.get(mapping.cls, f"inv{name}", 0) else shape)
    return shapes


def _checkCmpMap(mapping: _Object, nin: int, nout: int) -> None:
    (inA, outA), (inB, outB) = _components(mapping)
    if mapping.get("CmpMap", "series", 1):
        fits = (inA, outA, outB) == (nin, inB, nout)
    else:
        fits = (inA + inB, outA + outB) == (nin, nout)
    mapping.require(fits, "its mappings do not fit together")


def _checkTranMap(mapping: Any, nin: Any, nout: Any) -> None:
    mapping.require(_components(mapping) == [(nin, nout)] * 2, "its mappings do not fit together")


def _checkSquare(mapping: _Object, nin: int, nout: int) -> None:
    mapping.require(nin == nout, f"{nin} inputs, {nout} outputs")
    mapping.checkIndices(mapping.cls, ("sft", "scl"), 1, nin)


def _checkMatrixMap(mapping: _Object, nin: int, nout: int) -> None:
    sizes = {"full": nin * nout, "diagonal": min(nin, nout), "unit": 0}
    form = mapping.get("MatrixMap", "form", "Full").lower()
    mapping.require(form in sizes, f"form {form!r}")
    mapping.checkIndices("MatrixMap", ("m", "im"), 0, sizes[form] - 1)


def _checkPermMap(mapping: Any, nin: Any, nout: Any) -> None:
    count = mapping.get("PermMap", "nconst", 0)
    mapping.require(count <= _MAX_AXES, f"{count} constants")
    mapping.checkIndices("PermMap", ["con"], 1, count)
    for copied, prefix, here, there in (("incpy", "in", nin, nout), ("outcpy", "out", nout, nin)):
        isCopied = mapping.get("PermMap", copied, 0)
        mapping.require(not isCopied or nin == nout, f"{nin} inputs, {nout} outputs")
        mapping.checkIndices("PermMap", [prefix], 1, 0 if isCopied else here)
        for i in mapping.indices("PermMap", prefix):
            value = mapping.get("PermMap", f"{prefix}{i}")
            mapping.require(-count <= value <= there, f"{prefix}{i} = {value}")


def _checkPolynomial(mapping: _Object, letter: str, nin: int, nout: int) -> bool:
    """Check one direction of a polynomial; tell whether it is there."""
    powers = [mapping.get("PolyMap", f"mp{letter}{i + 1}") for i in range(nin)]
    counts = [mapping.get("PolyMap", f"nc{letter}{i + 1}") for i in range(nout)]
    if None in powers or None in counts:
        pattern = re.compile(rf"(?:mp|nc|c|p){letter}\d.*")
        isThere = any(pattern.fullmatch(name) for cls, name in mapping.items if cls == "PolyMap")
        mapping.require(not isThere, f"only a part of polynomial {letter!r}")
        return False
    mapping.checkIndices("PolyMap", [f"mp{letter}"], 1, nin)
    mapping.checkIndices("PolyMap", [f"nc{letter}"], 1, nout)
    # Terms without coefficient and powers are none that AST writes.
    mapping.require(0 <= min(counts) and sum(counts) <= len(mapping.items), f"counts {counts}")
    mapping.require(0 <= min(powers) and max(powers) <= _MAX_AXES, f"powers {powers}")
    coefficient = re.compile(rf"c{letter}(\d+)(?:_(\d+))?")
    power = re.compile(rf"p{letter}(\d+)(?:_(\d+)_(\d+))?")
    for (cls, name), value in mapping.items.items():
        if cls != "PolyMap":
            continue
        if match := coefficient.fullmatch(name):
            mapping.require(_isTerm(match[1], match[2], counts), f"unexpected {name}")
        elif match := power.fullmatch(name):
            axis = int(match[3]) - 1 if match[3] else (int(match[1]) - 1) % nin
            term = match[1] if match[3] else str((int(match[1]) - 1) // nin + 1)
            mapping.require(
                _isTerm(term, match[2], counts) and 0 <= axis < nin and 0 <= value <= powers[axis],
                f"{name} = {value}",
            )
    return True


def _isTerm(first: str, second: str | None, counts: Any) -> bool:
    """Whether a term is one of those of a polynomial.

    It has one number, or, in old dumps, those of the output and of the term.
    """
    if second is None:
        return 1 <= int(first) <= sum(counts)
    return 1 <= int(first) <= len(counts) and 1 <= int(second) <= counts[int(first) - 1]


def _checkPolyMap(mapping: _Object, nin: int, nout: int) -> None:
    there = [_checkPolynomial(mapping, "f", nin, nout), _checkPolynomial(mapping, "i", nout, nin)]
    mapping.require(any(there), "no polynomial")
    iterations = mapping.get("PolyMap", "niterinv", 0)
    work = iterations * len(mapping.items)
    mapping.require(iterations <= _MAX_ITERATIONS and work <= _MAX_WORK, f"NiterInv = {iterations}")
    if mapping.cls == "PolyMap":
        return
    for letter, isThere, axes in (("f", there[0], nin), ("i", there[1], nout)):
        prefixes = (f"{letter}scl", f"{letter}off")
        mapping.checkIndices("ChebyMap", prefixes, 1, axes)
        found = {prefix: mapping.indices("ChebyMap", prefix) for prefix in prefixes}
        given = [mapping.get("ChebyMap", f"{p}{i}") is not None for p in prefixes for i in found[p]]
        wanted = (0, 2 * axes) if isThere else (0,)
        mapping.require(all(given) and len(given) in wanted, "scales or offsets")


def _checkSphMap(mapping: _Object, nin: int, nout: int) -> None:
    mapping.require((nin, nout) == (3, 2), f"{nin} inputs, {nout} outputs")


def _checkPcdMap(mapping: Any, nin: Any, nout: Any) -> None:
    mapping.require((nin, nout) == (2, 2), f"{nin} inputs, {nout} outputs")


def _checkWcsMap(mapping: _Object, nin: int, nout: int) -> None:
    axes = [mapping.get("WcsMap", f"wcsax{i}", i) for i in (1, 2)]
    isValid = nin == nout and 1 <= min(axes) and max(axes) <= nin and axes[0] != axes[1]
    mapping.require(isValid, f"axes {axes}")
    kind = mapping.get("WcsMap", "type", "")
    mapping.require(kind in _MAX_PARAMETER, f"type {kind!r}")
    mapping.checkIndices("WcsMap", ["projp"], 0, _MAX_PARAMETER[kind])
    limits = {axes[0]: 39 if kind == "TPN" else 4, axes[1]: _MAX_PARAMETER[kind]}
    for axis in range(1, 10):
        mapping.checkIndices("WcsMap", [f"pv{axis}_"], 0, limits.get(axis, -1))


def _checkSlaMap(mapping: Any, nin: Any, nout: Any) -> None:
    count = mapping.get("SlaMap", "nsla", 0)
    mapping.require((nin, nout) == (2, 2) and 0 <= count <= _MAX_AXES, f"{count} steps")
    wanted = {"nsla"} if ("SlaMap", "nsla") in mapping.items else set()
    for i in range(1, count + 1):
        step = mapping.get("SlaMap", f"sla{i}")
        mapping.require(step in _SLA_ARGUMENTS, f"step {step!r}")
        wanted |= {f"sla{i}", *(f"sla{i}{letter}" for letter in "abcd"[: _SLA_ARGUMENTS[step]])}
    found = {name for cls, name in mapping.items if cls == "SlaMap"}
    mapping.require(found == wanted, f"items {sorted(found ^ wanted)}")


def _checkNormMap(mapping: Any, nin: Any, nout: Any) -> None:
    axes = _checkFrame(_child(mapping, "NormMap", "frame", "Frame"))
    mapping.require(nin == nout == axes, f"{nin} inputs, {nout} outputs, {axes} axes")


def _checkLutMap(mapping: Any, nin: Any, nout: Any) -> None:
    count = mapping.get("LutMap", "nlut", 2)
    mapping.require(nin == nout == 1 and 2 <= count <= len(mapping.items) + 2, f"{count} values")
    mapping.checkIndices("LutMap", ["l"], 1, count)


def _checkUnitNormMap(mapping: Any, nin: Any, nout: Any) -> None:
    mapping.require(nout == nin + 1, f"{nin} inputs, {nout} outputs")
    mapping.checkIndices("UnitNormMap", ["ctr"], 1, nin)


_CHECKS = {
    **dict.fromkeys(("UnitMap", "ZoomMap", "ShiftMap", "WinMap"), _checkSquare),
    **dict.fromkeys(("PolyMap", "ChebyMap"), _checkPolyMap),
    "CmpMap": _checkCmpMap,
    "TranMap": _checkTranMap,
    "MatrixMap": _checkMatrixMap,
    "PermMap": _checkPermMap,
    "SphMap": _checkSphMap,
    "PcdMap": _checkPcdMap,
    "WcsMap": _checkWcsMap,
    "SlaMap": _checkSlaMap,
    "NormMap": _checkNormMap,
    "LutMap": _checkLutMap,
    "UnitNormMap": _checkUnitNormMap,
}


def _checkFrame(frame: _Object) -> int:
    """Check a frame; give its number of axes."""
    if frame.cls == "FrameSet":
        return _checkFrameSet(frame)
    own = frame.get("Frame", "naxes", 0)
    frame.require(0 <= own <= _MAX_AXES, f"{own} axes")
    for i in range(1, own + 1):
        _child(frame, "Frame", f"ax{i}", "Axis")
    frame.checkIndices("Frame", ("ax", "lbl", "sym", "fmt", "uni", "dir", "top", "bot", "dig"), 1, own)
    frame.checkPermutation("Frame", "prm", own)
    _checkSystem(frame)
    if frame.cls == "SkyFrame":
        frame.require(own == 2, f"{own} axes")
        isKnown = frame.get("SkyFrame", "srefis", " ").strip().lower() in ("pole", "origin", "ignored", "")
        frame.require(isKnown, "unknown srefis")
    if frame.cls != "CmpFrame":
        frame.require(own > 0, "no axes")
        return own
    frame.require(own == 0, f"{own} axes")
    axes = sum(_checkFrame(_child(frame, "CmpFrame", f"frame{name}", "Frame")) for name in "ab")
    frame.checkPermutation("CmpFrame", "axp", axes)
    return axes


def _checkSystem(frame: _Object) -> None:
    """Raise if a frame's coordinate system is unknown."""
    known = _SYSTEMS if frame.cls == "SkyFrame" else {"CARTESIAN"}
    if frame.cls == "CmpFrame":
        known = {"COMPOUND"}
    for cls, name in (("Frame", "system"), ("Frame", "alsys"), ("SkyFrame", "system")):
        value = frame.get(cls, name)
        frame.require(value is None or value.upper() in known, f"system {value!r}")


def _checkFrameSet(frames: _Object) -> int:
    """Check a set of frames; give the number of axes of the current one."""
    count = frames.get("FrameSet", "nframe", 1)
    nodes = frames.get("FrameSet", "nnode", count)
    frames.require(1 <= count <= nodes <= _MAX_AXES, f"{count} frames, {nodes} nodes")
    frames.require(not any(cls == "Frame" for cls, _ in frames.items), "a frame of its own")
    frames.checkIndices("FrameSet", ("frm", "nod", "vfr"), 1, count)
    frames.checkIndices("FrameSet", ("lnk", "inv", "map"), 2, nodes)
    numbers = range(1, count + 1)
    axes = [_checkFrame(_child(frames, "FrameSet", f"frm{i}", "Frame")) for i in numbers]
    where = [frames.get("FrameSet", f"nod{i}", i) for i in numbers]
    variants = [frames.get("FrameSet", f"vfr{i}", 0) for i in numbers]
    frames.require(1 <= min(where) and max(where) <= nodes, f"nodes {where}")
    frames.require(0 <= min(variants) and max(variants) <= count, f"variants {variants}")
    base = frames.get("FrameSet", "base", 1)
    current = frames.get("FrameSet", "currnt", count)
    frames.require(base in numbers and current in numbers, f"frames {base} and {current} of {count}")
    _checkLinks(frames, nodes, dict(zip(where, axes, strict=True)))
    return axes[current - 1]


def _checkLinks(frames: _Object, nodes: int, axes: dict[int, int]) -> None:
    """Raise if the nodes of a set of frames are not one tree, or the
    mappings between them do not fit.

    Parameters
    ----------
    frames : `_Object`
        The set of frames.
    nodes : `int`
        Number of nodes.
    axes : `dict` [`int`, `int`]
        Number of axes of the frame at each node that has one.
    """
    tree = {i: i for i in range(1, nodes + 1)}
    for i in range(2, nodes + 1):
        link = frames.get("FrameSet", f"lnk{i}", 0)
        frames.require(1 <= link <= nodes and tree[link] != tree[i], f"lnk{i} = {link}")
        merged = tree[i]
        tree = {node: tree[link] if root == merged else root for node, root in tree.items()}
        shape = _shape(_child(frames, "FrameSet", f"map{i}", "Mapping"))
        shape = shape[::-1] if frames.get("FrameSet", f"inv{i}", 0) else shape
        for node, size in zip((link, i), shape, strict=True):
            frames.require(axes.setdefault(node, size) == size, f"map{i} has {shape} axes")


@functools.lru_cache(maxsize=16)
def checkDump(text: str) -> None:
    """Raise if AST could not read a dump, or not without harm.

    The coadds of a tract have the same WCS, so the last few results are
    remembered.

    Parameters
    ----------
    text : `str`
        The dump, in lines; it may be empty.

    Raises
    ------
    RuntimeError
        Raised if the dump is not that of a mapping or a set of frames.
    """
    lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        return
    try:
        top = _Parser(lines).read()
        top.require("Mapping" in top.ancestry, "no mapping")
        _shape(top)
    except _DumpError as err:
        raise RuntimeError(f"Cannot read an AST object: {err}") from None
