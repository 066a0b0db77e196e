# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers in text, for AST, whatever the locale is.

AST reads and writes them with the C library, which takes a comma for the
decimal point where the process has set such a locale, as Qt does when it
starts.
"""

__all__ = ["withDecimalPoint"]

import contextlib
import locale
import threading
from collections.abc import Iterator

_LOCK = threading.RLock()


@contextlib.contextmanager
def withDecimalPoint() -> Iterator[None]:
    """Have the C library write numbers with a point.

    Also a decorator. It costs a microsecond where that is so anyway.
    """
    before = locale.setlocale(locale.LC_NUMERIC)
    if before in ("C", "POSIX"):
        yield
        return
    with _LOCK:
        locale.setlocale(locale.LC_NUMERIC, "C")
        try:
            yield
        finally:
            locale.setlocale(locale.LC_NUMERIC, before)
