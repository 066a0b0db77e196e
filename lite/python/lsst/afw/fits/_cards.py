# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Header cards: from text to values and back, as cfitsio lays them out."""

from __future__ import annotations

__all__ = ["BLOCK", "CARD", "Card", "Header", "formatCard", "formatHeader", "tableCards"]

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias, cast

BLOCK = 2880
"""Length of a FITS block, in bytes."""

CARD = 80
"""Length of a header card, in bytes."""

# Nothing is tried twice (`*+`, `++`): a header may have many cards that are
# nearly of one kind.
_VALUE = re.compile(
    r"\s*+(?:'(?P<str>(?:[^']++|'')*+)'"
    r"|(?P<bool>[TtFf])(?=\s*+(?:/|$))"
    r"|(?P<int>[+-]?\d++)(?=\s*+(?:/|$))"
    r"|(?P<float>[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[EeDd][+-]?\d++)?)(?=\s*+(?:/|$))"
    r"|(?P<other>[^/']*+))\s*+(?:/ ?(?P<comment>.*))?$",
    re.ASCII | re.DOTALL,
)
_STANDARD_KEY = re.compile(r"[A-Z0-9_-]{1,8}\Z", re.ASCII)
_COMMENTARY = frozenset({"COMMENT", "HISTORY", ""})

# afw writes non-finite numbers as these strings; FITS has no others.
_NON_FINITE = {"NAN": math.nan, "+INFINITY": math.inf, "INFINITY": math.inf, "-INFINITY": -math.inf}

CardValue: TypeAlias = bool | int | float | str | None
"""What a keyword can have as its value."""


class Card(NamedTuple):
    """One keyword of a header, with continued strings put together."""

    key: str
    """Keyword, without ``HIERARCH``; ``COMMENT``, ``HISTORY`` or "" for
    commentary.
    """

    value: CardValue
    """Value; text for commentary, `None` if undefined."""

    comment: str = ""
    """Comment after the slash."""


def _parseValue(text: str) -> tuple[CardValue, str]:
    """Parse what follows the equals sign of a card.

    Returns
    -------
    value : `bool`, `int`, `float`, `str` or `None`
    comment : `str`
    """
    match = _VALUE.match(text)
    if match is None:
        # An unclosed quote: what is there is the value.
        return text.strip().lstrip("'"), ""
    string, boolean, integer, real, other, comment = match.groups()
    comment = (comment or "").rstrip()
    if string is not None:
        string = string.replace("''", "'").rstrip()
        return _NON_FINITE.get(string, string), comment
    if boolean is not None:
        return boolean in "Tt", comment
    if integer is not None:
        return int(integer), comment
    if real is not None:
        return float(real.upper().replace("D", "E")), comment
    return other.strip() or None, comment


def _parseCard(text: str) -> Card:
    """Parse one card of 80 characters."""
    if text.startswith("HIERARCH ") and "=" in text:
        key, _, rest = text[9:].partition("=")
        return Card(key.strip(), *_parseValue(rest))
    key = text[:8].rstrip()
    if text[8:10] == "= " and key not in _COMMENTARY:
        return Card(key, *_parseValue(text[10:]))
    return Card(key, text[8:].rstrip())


class Header:
    """The cards of one header, in order.

    Parameters
    ----------
    cards : `list` [`Card`]
        Cards, without ``END``.
    """

    def __init__(self, cards: Iterable[Card]) -> None:
        self.cards = list(cards)
        self._first: dict[str, Card] = {}
        for card in self.cards:
            self._first.setdefault(card.key, card)

    @classmethod
    def parse(cls, text: str) -> Header:
        """Parse the text of a header.

        Parameters
        ----------
        text : `str`
            Cards of 80 characters each, without ``END``.
        """
        cards: list[Card] = []
        parts: list[tuple[Any, str]] = []
        # What is left free before END is no card.
        text = text.rstrip(" ")
        for start in range(0, len(text), CARD):
            raw = text[start : start + CARD].ljust(CARD)
            if raw.startswith("CONTINUE") and parts and parts[-1][0].endswith("&"):
                part = _parseValue(raw[8:])
                if isinstance(part[0], str):
                    parts.append(part)
                    continue
            cls._join(cards, parts)
            card = _parseCard(raw)
            cards.append(card)
            parts = [card[1:]] if isinstance(card.value, str) and card.key not in _COMMENTARY else []
        cls._join(cards, parts)
        return cls(cards)

    @staticmethod
    def _join(cards: list[Card], parts: list[tuple[Any, str]]) -> None:
        """Give the last card the string that ``CONTINUE`` cards go on with.

        Parameters
        ----------
        cards : `list` [`Card`]
            Cards, the last of which is changed.
        parts : `list` [`tuple` [`str`, `str`]]
            Parts of its value and of its comment; all but the last part of
            the value end in ``&``.
        """
        if len(parts) > 1:
            values, comments = zip(*parts, strict=True)
            value = "".join([part[:-1] for part in values[:-1]]) + values[-1]
            # Without blanks between them, as in the stack.
            cards[-1] = Card(cards[-1].key, value, "".join(comments))

    def __contains__(self, key: str) -> bool:
        return key in self._first

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of the first card with this keyword."""
        card = self._first.get(key)
        return default if card is None else card.value

    def getInt(self, key: str, default: Any = None) -> Any:
        """Return an integer value; the default if it is anything else."""
        value = self.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else default

    def getStr(self, key: str, default: Any = "") -> Any:
        """Return a string value; the default if it is anything else."""
        value = self.get(key)
        return value if isinstance(value, str) else default


def _formatFloat(value: float) -> str:
    """Write a float as cfitsio does where that loses nothing.

    cfitsio writes 15 digits; up to 17 are needed to get the same number
    back.
    """
    if not math.isfinite(value):
        return _formatString("NAN" if math.isnan(value) else f"{'+' if value > 0 else '-'}INFINITY")
    text = f"{value:.15G}"
    if float(text) != value:
        text = repr(float(value)).upper()
    if "." not in text:
        text = text.replace("E", ".0E") if "E" in text else text + "."
    return text


def _formatString(value: str) -> str:
    """Quote a string, padded to the 8 characters that FITS wants."""
    return "'{}'".format(value.replace("'", "''").ljust(8))


def _formatValue(value: CardValue) -> str:
    """Write a value as it stands in a card."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _formatString(value)
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, int):
        return str(value)
    return _formatFloat(value)


def _ascii(text: str) -> str:
    """Replace what FITS cannot hold: headers are printable ASCII."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if " " <= c <= "~" else "?" for c in text)


def _quotedChunks(value: str, first: int, rest: int) -> Iterator[str]:
    """Cut a string into quoted pieces that end in ``&`` but for the last.

    Parameters
    ----------
    value : `str`
        The string.
    first, rest : `int`
        Characters available, quotes included, in the first card and in the
        ones that continue it.
    """
    escaped = [c if c != "'" else "''" for c in value]
    chunk, room = "", first - 3
    for i, c in enumerate(escaped):
        if len(chunk) + len(c) > room and sum(map(len, escaped[i:])) + len(chunk) > room + 1:
            yield f"'{chunk}&'"
            chunk, room = "", rest - 3
        chunk += c
    yield f"'{chunk}'"


def formatCard(key: str, value: CardValue, comment: str = "") -> str:
    """Write one keyword.

    Parameters
    ----------
    key : `str`
        Keyword; one that is no standard FITS keyword is written with
        ``HIERARCH``.
    value : `bool`, `int`, `float`, `str` or `None`
        Value; for ``COMMENT`` and ``HISTORY`` the text.
    comment : `str`, optional
        Comment, cut where the card ends.

    Returns
    -------
    cards : `str`
        One or several cards of 80 characters.
    """
    key, comment = _ascii(key), _ascii(comment)
    if key in _COMMENTARY:
        text = _ascii(cast(str, value or ""))
        return "".join(f"{key:<8}{text[i : i + 72]:<72}" for i in range(0, max(1, len(text)), 72))
    standard = _STANDARD_KEY.match(key)
    start = f"{key:<8}= " if standard else f"HIERARCH {key} = "
    text = _formatValue(_ascii(value) if isinstance(value, str) else value)
    if len(start) + len(text) > CARD and not standard:
        start = f"HIERARCH {key}= "
    if len(start) + len(text) > CARD and isinstance(value, str):
        return _formatLongString(start, _ascii(value), comment)
    width = max(0, 30 - len(start))
    text = text.ljust(width) if isinstance(value, str) else text.rjust(width)
    card = f"{start}{text} / {comment}" if comment else start + text
    return f"{card[:CARD]:<80}"


def _formatLongString(start: str, value: str, comment: str) -> str:
    """Write a string that needs ``CONTINUE`` cards."""
    chunks = list(_quotedChunks(value, CARD - len(start), CARD - 10))
    cards = [f"{start}{chunks[0]}", *(f"CONTINUE  {chunk}" for chunk in chunks[1:])]
    if comment and len(cards[-1]) < CARD - 4:
        cards[-1] = f"{cards[-1]} / {comment}"[:CARD]
    return "".join(f"{card:<80}" for card in cards)


def formatHeader(cards: Iterable[tuple[Any, ...] | str]) -> bytes:
    """Write a whole header, ``END`` and padding included.

    Parameters
    ----------
    cards : iterable of `tuple`
        Arguments of `formatCard`; a `str` is taken as cards already
        written.

    Returns
    -------
    header : `bytes`
        A whole number of blocks.
    """
    text = "".join(card if isinstance(card, str) else formatCard(*card) for card in cards)
    text += "END".ljust(CARD)
    return text.ljust(-(-len(text) // BLOCK) * BLOCK).encode("ascii")


def tableCards(rowLength: int, rows: int, heap: int, fields: int) -> list[tuple[Any, ...]]:
    """Cards that every binary table starts with.

    Parameters
    ----------
    rowLength, rows : `int`
        Bytes of a row, and number of rows.
    heap : `int`
        Bytes behind the rows.
    fields : `int`
        Number of columns.
    """
    return [
        ("XTENSION", "BINTABLE", "binary table extension"),
        ("BITPIX", 8, "8-bit bytes"),
        ("NAXIS", 2, "2-dimensional binary table"),
        ("NAXIS1", rowLength, "width of table in bytes"),
        ("NAXIS2", rows, "number of rows in table"),
        ("PCOUNT", heap, "size of special data area"),
        ("GCOUNT", 1, "one data group (required keyword)"),
        ("TFIELDS", fields, "number of fields in each row"),
    ]
