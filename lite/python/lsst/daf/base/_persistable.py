# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

__all__ = ["Persistable"]


class Persistable:
    """Base class of what the compiled stack can persist.

    There is no constructor.
    """

    def __init__(self, *args, **kwargs):
        raise TypeError("lsst.daf.base.Persistable: No constructor defined!")
