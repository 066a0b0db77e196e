# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many threads to use, and running tasks in them.

Threads help where the work lets go of the interpreter's lock: in deflate, and
in numpy's operations on large arrays.
"""

__all__ = ["run", "threadCount", "threads"]

import contextlib
import contextvars
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_threadOverride: contextvars.ContextVar[int | None] = contextvars.ContextVar("threadOverride", default=None)


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """Set the number of threads for what is read, written or warped within.

    Parameters
    ----------
    count : `int`
        Number of threads.
    """
    if count < 1:
        raise ValueError(f"The number of threads must be positive, not {count}.")
    token = _threadOverride.set(int(count))
    try:
        yield
    finally:
        _threadOverride.reset(token)


def threadCount() -> int:
    """Return the number of threads to use.

    Returns
    -------
    count : `int`
        That of the innermost `threads` context, or of the environment
        variable ``LSST_LITE_THREADS``; otherwise 1 in a child process of
        multiprocessing (there the processes share the cores already), and
        the number of cores, but no more than 4, elsewhere.
    """
    if (override := _threadOverride.get()) is not None:
        return override
    if wanted := os.environ.get("LSST_LITE_THREADS"):
        if not wanted.isdecimal() or int(wanted) < 1:
            raise ValueError(f"LSST_LITE_THREADS must be a positive integer, not {wanted!r}.")
        return int(wanted)
    process = sys.modules.get("multiprocessing.process")
    if process is not None and process.parent_process() is not None:
        return 1
    return min(4, os.cpu_count() or 1)


def run(tasks: Sequence[Callable[[], T]], count: int | None = None) -> list[T]:
    """Run tasks, in threads if that can help.

    Parameters
    ----------
    tasks : `list` [`~collections.abc.Callable`]
        Functions without arguments that do not depend on each other.
    count : `int`, optional
        Number of threads; by default `threadCount`.

    Returns
    -------
    results : `list`
        What the tasks returned, in their order.

    Notes
    -----
    The first exception, in the order of the tasks, is raised; tasks that
    were not begun by then are not run.
    """
    count = min(count or threadCount(), len(tasks))
    if count <= 1:
        return [task() for task in tasks]
    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(task) for task in tasks]
        try:
            return [future.result() for future in futures]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
