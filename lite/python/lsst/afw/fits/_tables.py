# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Binary tables as afw.table lays out its catalogs."""

from __future__ import annotations

__all__ = ["UNSIGNED_ZERO", "Catalog", "Field", "Row", "Rows", "Schema", "Table"]

import dataclasses
import functools
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._cards import formatHeader, tableCards
from ._error import FitsError

_FORM = re.compile(r"(\d*)([LXBIJKAED]|[PQ][LBIJKAED])(?:\(\d*\))?\s*\Z", re.ASCII)

_TYPES = {"L": "u1", "B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8", "A": "S1"}

_DESCRIPTORS = {"P": ">i4", "Q": ">i8"}

UNSIGNED_ZERO = 1 << 15
"""What is taken off 16-bit integers without sign: FITS has none."""


@dataclasses.dataclass(frozen=True)
class _Column:
    """Where in a row a column is."""

    name: str
    """Name of the column."""

    offset: int
    """First byte in the row."""

    count: int
    """Number of elements, or of bits."""

    code: str
    """FITS code of an element."""

    variable: str
    """Code of the descriptor if the elements are in the heap, or ""."""

    @functools.cached_property
    def elementSize(self) -> int:
        """Bytes of an element that is no bit."""
        return np.dtype(_TYPES[self.code]).itemsize

    @property
    def size(self) -> int:
        """Bytes in the row."""
        if self.variable:
            return 2 * self.count * np.dtype(_DESCRIPTORS[self.variable]).itemsize
        if self.code == "X":
            return -(-self.count // 8)
        return self.count * self.elementSize


class Catalog:
    """A catalog in a file; only the rows asked for are read.

    Parameters
    ----------
    hdu : `lsst.afw.fits._file.Hdu`
        A binary table.

    Raises
    ------
    FitsError
        Raised if the table's header contradicts itself or the file's size.
    """

    def __init__(self, hdu: Any) -> None:
        self.hdu = hdu
        if hdu.header.get("XTENSION") != "BINTABLE" or len(hdu.axes) != 2:
            raise hdu.error("expected a binary table")
        hdu.checkComplete()
        self.rowLength, self.rows = hdu.axes
        if self.rows and not self.rowLength:
            # As many as the header likes.
            raise hdu.error(f"expected rows that have columns, found {self.rows} rows and NAXIS1 = 0")
        self.columns = {column.name: column for column in self._parseColumns()}
        self.heap = hdu.header.getInt("THEAP", self.rowLength * self.rows)
        self.flags = self._parseFlags()

    def _parseColumns(self) -> Iterator[_Column]:
        """Yield the columns."""
        header, offset = self.hdu.header, 0
        for i in range(1, header.getInt("TFIELDS", 0) + 1):
            match = _FORM.match(header.getStr(f"TFORM{i}"))
            if match is None or len(match[1]) > 9:
                raise self.hdu.error(f"expected a known TFORM{i}, found {header.get(f'TFORM{i}')!r}")
            count, variable = int(match[1] or 1), match[2][:-1]
            column = _Column(header.getStr(f"TTYPE{i}"), offset, count, match[2][-1], variable)
            offset += column.size
            if offset > self.rowLength:
                raise self.hdu.error(
                    f"expected rows of at least {offset} bytes, found NAXIS1 = {self.rowLength}"
                )
            yield column

    def _parseFlags(self) -> dict[str, int]:
        """Find the bit of each flag.

        Returns
        -------
        flags : `dict` [`str`, `int`]
            Number of the bit in the column of flags.
        """
        header, flags = self.hdu.header, {}
        i = 1
        while name := header.getStr(f"TFLAG{i}"):
            flags[name] = i - 1
            i += 1
        return flags

    def read(self, first: int, count: int) -> Rows:
        """Read rows.

        Parameters
        ----------
        first, count : `int`
            Which.

        Returns
        -------
        rows : `Rows`

        Raises
        ------
        FitsError
            Raised if the table has no such rows.
        """
        if first < 0 or count < 0 or first + count > self.rows:
            raise self.hdu.error(f"expected rows {first} to {first + count}, found {self.rows} rows")
        data = self.hdu.read(first * self.rowLength, count * self.rowLength)
        return Rows(self, data, count)

    def column(self, name: str, code: str) -> list[Any]:
        """Read a column of one integer, or of characters, in all rows.

        Parameters
        ----------
        name : `str`
            Name of the column.
        code : `str`
            What it holds: "J" for integers of 32 bits, "A" for characters.

        Returns
        -------
        values : `list` [`int` or `str`]

        Raises
        ------
        FitsError
            Raised if there is no such column.
        """
        column = self.columns.get(name)
        if (
            column is None
            or (column.code, column.variable) != (code, "")
            or (code == "J" and column.count != 1)
        ):
            raise self.hdu.error(f"expected a column {name!r} of type {code}, found {sorted(self.columns)}")
        elements = self.read(0, self.rows).column(name)
        if code == "A":
            return [_decode(row.tobytes()) for row in elements]
        return elements[:, 0].tolist()

    def getFlag(self, name: str) -> int:
        """Return the bit of a flag."""
        if name not in self.flags or "flags" not in self.columns:
            raise self.hdu.error(f"expected a flag {name!r}, found {sorted(self.flags)}")
        bit = self.flags[name]
        if bit >= self.columns["flags"].count:
            raise self.hdu.error(f"expected more than {bit} flags")
        return bit

    def readHeap(self, offset: int, size: int) -> bytes:
        """Read bytes of the heap."""
        return self.hdu.read(self.heap + offset, size)


def _decode(characters: bytes) -> str:
    """Make a string of characters that zeros or spaces fill up."""
    return characters.split(b"\0")[0].decode("utf-8", "replace").rstrip()


class Rows(Sequence["Row"]):
    """Some rows of a catalog.

    Parameters
    ----------
    catalog : `Catalog`
        Catalog that the rows are of.
    data : `bytes`
        Bytes of the rows.
    count : `int`
        Number of rows.
    """

    def __init__(self, catalog: Catalog, data: Any, count: int) -> None:
        self.catalog = catalog
        self.data = data
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, i: int) -> Row:  # type: ignore[override]
        if not 0 <= i < self._count:
            raise IndexError(f"{i} is not one of {self._count} rows")
        return Row(self, i)

    def _view(self, column: _Column, code: str, count: int, offset: int = 0) -> npt.NDArray[Any]:
        """View the elements that a column has in the rows themselves."""
        dtype, stride = np.dtype(code), self.catalog.rowLength
        if not self._count:
            return np.empty((0, count), dtype)
        place = column.offset + offset
        return np.ndarray((self._count, count), dtype, self.data, place, (stride, dtype.itemsize))

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return a column's elements in all rows.

        Parameters
        ----------
        name : `str`
            Name of a column that is not in the heap.

        Returns
        -------
        elements : `numpy.ndarray`
            Elements of shape (rows, elements), of the file's byte order.

        Raises
        ------
        FitsError
            Raised if there is no such column.
        """
        column = self.catalog.columns.get(name)
        if column is None or column.variable or column.code == "X":
            raise self.catalog.hdu.error(f"expected a column {name!r}, found {sorted(self.catalog.columns)}")
        return self._view(column, _TYPES[column.code], column.count)

    def places(self, name: str) -> list[tuple[int, int]]:
        """Find a column's elements in the heap, for all rows.

        Parameters
        ----------
        name : `str`
            Name of a column whose elements are there.

        Returns
        -------
        places : `list` [`tuple` [`int`, `int`]]
            First byte, from the start of the heap, and number of bytes.
        """
        column = self.catalog.columns[name]
        if column.count != 1 or not column.variable:
            return [(0, 0)] * self._count
        descriptors = self._view(column, _DESCRIPTORS[column.variable], 2).tolist()
        return [(offset, count * column.elementSize) for count, offset in descriptors]

    def flag(self, name: str) -> npt.NDArray[Any]:
        """Return a flag in all rows.

        Parameters
        ----------
        name : `str`
            Name of the flag.

        Returns
        -------
        flags : `numpy.ndarray`
            Array of `bool`.
        """
        bit = self.catalog.getFlag(name)
        bits = self._view(self.catalog.columns["flags"], "u1", 1, bit // 8)[:, 0]
        return (bits >> (7 - bit % 8) & 1).astype(bool)


class Row:
    """One row of a catalog.

    Parameters
    ----------
    rows : `Rows`
        Rows that it is one of.
    number : `int`
        Which.
    """

    def __init__(self, rows: Rows, number: int) -> None:
        self._rows = rows
        self._catalog = rows.catalog
        self._number = number

    def error(self, message: str) -> FitsError:
        """Make an error that names file and HDU."""
        return self._catalog.hdu.error(message)

    def __contains__(self, name: str) -> bool:
        return name in self._catalog.columns

    def array(self, name: str) -> npt.NDArray[Any]:
        """Return a column's elements in this row.

        Parameters
        ----------
        name : `str`
            Name of the column.

        Returns
        -------
        elements : `numpy.ndarray`
            Elements in one dimension, of the computer's own byte order.

        Raises
        ------
        FitsError
            Raised if there is no such column of numbers or characters.
        """
        column = self._catalog.columns.get(name)
        if column is not None and column.variable:
            data = self._catalog.readHeap(*self._rows.places(name)[self._number])
            elements = np.frombuffer(data, _TYPES[column.code])
        else:
            elements = self._rows.column(name)[self._number]
        return elements.astype(elements.dtype.newbyteorder("="))

    def scalar(self, name: str) -> int | float:
        """Return a column's only number in this row.

        Returns
        -------
        number : `int` or `float`
        """
        elements = self.array(name)
        if elements.size != 1 or elements.dtype.kind not in "uif":
            raise self.error(f"expected one number in column {name!r}, found {elements.size} elements")
        return elements[0].item()

    def integer(self, name: str) -> int:
        """Return a column's only integer in this row (`int`)."""
        number = self.scalar(name)
        if not isinstance(number, int):
            raise self.error(f"expected an integer in column {name!r}")
        return number

    def string(self, name: str) -> str:
        """Return a column's characters in this row (`str`)."""
        return _decode(self.array(name).tobytes())

    def hasFlag(self, name: str) -> bool:
        """Whether there is a flag of this name."""
        return name in self._catalog.flags

    def flag(self, name: str) -> bool:
        """Return a flag in this row (`bool`)."""
        return bool(self._rows.flag(name)[self._number])


@dataclasses.dataclass(frozen=True)
class Field:
    """A column of a catalog that is written."""

    name: str
    """Name of the column, or of the flag."""

    form: str
    """``TFORM``: "J", "nD" and so on, "QB" if the elements are in the heap;
    with "U" for 16-bit integers without sign; or "flag".
    """

    doc: str = ""
    """What it is."""

    unit: str = ""
    """Its unit."""

    template: str = ""
    """How afw.table calls such a field, if not as its form and unit say."""

    @property
    def code(self) -> str:
        """FITS code of an element."""
        return self.form[-1].replace("U", "I")

    @property
    def size(self) -> int:
        """Bytes in a row."""
        return 16 if "Q" in self.form else int(self.form[:-1] or 1) * np.dtype(_TYPES[self.code]).itemsize

    @property
    def kind(self) -> str:
        """How afw.table calls such a field."""
        if self.template:
            return self.template
        if self.form.endswith("A"):
            return "String"
        if self.unit == "rad":
            return "Angle"
        # An array may have one element: "1D" is one, "D" is not.
        return "Array" if self.form[-1] in "DB" and self.form != "D" else "Scalar"


@dataclasses.dataclass(frozen=True)
class Schema:
    """The columns of a catalog that is written, in order."""

    fields: tuple[Field, ...]
    """Columns and flags; all flags are bits of one column, the first."""

    aliases: tuple[tuple[str, str], ...] = ()
    """Other names, and what they stand for."""

    @property
    def flags(self) -> list[str]:
        """Names of the flags, in order (`list`)."""
        return [field.name for field in self.fields if field.form == "flag"]

    def cards(self, lengths: dict[str, int]) -> Iterator[tuple[Any, ...]]:
        """Describe the columns.

        Parameters
        ----------
        lengths : `dict` [`str`, `int`]
            Number of elements of the longest value of each column that is
            in the heap.

        Yields
        ------
        card : `tuple`
            Arguments of `formatCard`.
        """
        column = flag = 0
        if self.flags:
            column = 1
            yield "TTYPE1", "flags", "bits for all Flag fields; see also TFLAGn"
            yield "TFORM1", f"{len(self.flags)}X", "format of field"
            yield "FLAGCOL", 1, "Column number for the bitflags."
        for field in self.fields:
            if field.form == "flag":
                flag += 1
                yield f"TFLAG{flag}", field.name
                yield f"TFDOC{flag}", field.doc
                continue
            column += 1
            form = field.form[:-1] + field.code
            form = form if form[0].isdigit() else f"1{form}"
            yield f"TTYPE{column}", field.name, "label for field"
            yield (
                f"TFORM{column}",
                f"{form}({lengths[field.name]})" if "Q" in form else form,
                "format of field",
            )
            if field.form.endswith("U"):
                yield f"TSCAL{column}", 1, "data are not scaled"
                yield f"TZERO{column}", UNSIGNED_ZERO, "offset for unsigned integers"
            if field.doc:
                yield f"TDOC{column}", field.doc
            if field.unit:
                yield f"TUNIT{column}", field.unit
            yield f"TCCLS{column}", field.kind, "Field template used by lsst.afw.table"
        for alias, target in self.aliases:
            yield "ALIAS", f"{alias}:{target}"


class Table:
    """A catalog that is being made.

    Parameters
    ----------
    schema : `Schema`
        Its columns.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.rows: list[Any] = []
        self._heap = bytearray()
        self._lengths = {field.name: 0 for field in schema.fields if "Q" in field.form}

    def append(self, values: dict[str, Any]) -> None:
        """Append a row.

        Parameters
        ----------
        values : `dict`
            Values by names of the columns and flags.
        """
        self.rows.append(b"".join(self._encode(values)))

    def _encode(self, values: Any) -> Iterator[bytes]:
        """Yield the bytes of each column of a row."""
        flags = self.schema.flags
        if flags:
            yield np.packbits([bool(values[name]) for name in flags]).tobytes()
        for field in self.schema.fields:
            value = values.get(field.name)
            if field.form == "flag":
                continue
            if field.form.endswith("A") and "Q" not in field.form:
                yield value.encode("utf-8")[: field.size].ljust(field.size)
                continue
            data = self._encodeElements(field, value)
            if "Q" in field.form:
                length = len(data) // np.dtype(_TYPES[field.code]).itemsize
                yield np.array([length, len(self._heap)], ">i8").tobytes()
                self._heap += data
                self._lengths[field.name] = max(self._lengths[field.name], length)
            else:
                yield data

    @staticmethod
    def _encodeElements(field: Field, value: Any) -> bytes:
        """Make the bytes of the elements of a field."""
        if isinstance(value, bytes):
            return value
        if isinstance(value, str):
            return value.encode("utf-8")
        if field.form.endswith("U"):
            value = np.asarray(value, "i4") - UNSIGNED_ZERO
        return np.asarray(value).astype(_TYPES[field.code]).tobytes()

    def header(self, cards: list[tuple[Any, ...]]) -> bytes:
        """Write the header.

        Parameters
        ----------
        cards : `list` [`tuple`]
            Cards after the description of the columns.

        Returns
        -------
        header : `bytes`
        """
        flags = self.schema.flags
        sizes = [field.size for field in self.schema.fields if field.form != "flag"]
        length = sum(sizes) + -(-len(flags) // 8)
        start = tableCards(length, len(self.rows), len(self._heap), len(sizes) + bool(flags))
        return formatHeader([*start, *self.schema.cards(self._lengths), *cards])

    @property
    def data(self) -> bytes:
        """Rows and heap (`bytes`)."""
        return b"".join(self.rows) + bytes(self._heap)
