# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests share."""

import pytest


@pytest.fixture(autouse=True, scope="class")
def _restoreMaskPlanes():
    """Take away the mask planes that a test case has added.

    The dictionary of planes belongs to the process, and has room for 32.
    """
    from lsst.afw.image import Mask

    before = set(Mask().getMaskPlaneDict())
    yield
    for plane in set(Mask().getMaskPlaneDict()) - before:
        Mask.removeMaskPlane(plane)
