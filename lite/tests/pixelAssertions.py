# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assertions on the pixels of images."""

__all__ = ["PixelAssertions", "sharesPixels"]

import numpy as np

import lsst.utils.tests


class PixelAssertions(lsst.utils.tests.TestCase):
    """A test case that compares images."""

    def assertImagesEqual(self, image, other):
        """Fail unless images, or masks, have the same pixels."""
        np.testing.assert_array_equal(image.array, other.array)

    def assertMaskedImagesEqual(self, maskedImage, other):
        """Fail unless masked images have the same pixels in all planes."""
        for plane in ("image", "mask", "variance"):
            self.assertImagesEqual(getattr(maskedImage, plane), getattr(other, plane))


def sharesPixels(maskedImage, other):
    """Return whether masked images have memory in common (`bool`)."""
    planes = ("image", "mask", "variance")
    return any(np.may_share_memory(getattr(maskedImage, p).array, getattr(other, p).array) for p in planes)
