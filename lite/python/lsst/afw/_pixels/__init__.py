# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images, masks and masked images; `lsst.afw.image` has their public names."""
