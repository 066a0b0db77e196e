# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""`Exposure`: for type checkers the class that has the methods."""

__all__ = ["Exposure"]

from typing import TYPE_CHECKING

from ._exposure import Exposure as _Exposure
from ._exposure import TypedExposure

if TYPE_CHECKING:
    Exposure = TypedExposure
else:
    Exposure = _Exposure
