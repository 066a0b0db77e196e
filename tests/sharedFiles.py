# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that other projects made, which are not in this repository."""

__all__ = ["findShared", "needsShared"]

import pathlib
import unittest


def findShared(*names):
    """Find a file or folder beside the checkout.

    Parameters
    ----------
    *names : `str`
        Its path below ``../shared/golden``.

    Returns
    -------
    path : `pathlib.Path`
        Where it is, or would be.
    """
    return pathlib.Path(__file__).resolve().parents[2].joinpath("shared", "golden", *names)


def needsShared(*names):
    """Skip a test where `findShared` finds nothing."""
    return unittest.skipUnless(
        findShared(*names).exists(), f"Needs {'/'.join(names)} in ../shared/golden, beside the checkout."
    )
