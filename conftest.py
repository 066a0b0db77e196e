# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests share."""

import logging

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


@pytest.fixture(autouse=True)
def _restoreLogLevels():
    """Let the loggers of tasks, which belong to the process, say in the next
    test what they would have said.
    """
    before = _findLogLevels()
    yield
    for name, level in _findLogLevels().items():
        if level != before.get(name, logging.NOTSET):
            logging.getLogger(name).setLevel(before.get(name, logging.NOTSET))


def _findLogLevels():
    loggers = logging.root.manager.loggerDict.items()
    return {name: logger.level for name, logger in loggers if isinstance(logger, logging.Logger)}
