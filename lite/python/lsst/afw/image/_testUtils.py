# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparison of images in tests.

These become methods of `lsst.utils.tests.TestCase`, as in the stack.
"""

__all__ = [
    "assertImagesAlmostEqual",
    "assertImagesEqual",
    "assertMaskedImagesAlmostEqual",
    "assertMaskedImagesEqual",
    "assertMasksEqual",
]

import numpy as np

from lsst.utils.tests import inTestCase

from ._imageBase import PixelArray


def _getPixels(image):
    """Return the pixels of an image, or an array as it is."""
    return image.array if isinstance(image, PixelArray) else np.asarray(image)


def _describeDifference(image0, image1, skipMask, rtol, atol):
    """Say how two images differ.

    Parameters
    ----------
    image0, image1 : `Image`, `Mask` or `numpy.ndarray`
        Images.
    skipMask : `Mask`, `numpy.ndarray` or `None`
        Pixels that are not zero here are not compared.
    rtol, atol : `float`
        Tolerances, as in `numpy.allclose`.

    Returns
    -------
    difference : `str`
        What differs; empty if nothing does.
    """
    pixels0, pixels1 = _getPixels(image0), _getPixels(image1)
    if pixels0.shape != pixels1.shape:
        return f"shapes differ: {pixels0.shape} and {pixels1.shape}"
    use = np.ones(pixels0.shape, dtype=bool) if skipMask is None else _getPixels(skipMask) == 0
    if use.shape != pixels0.shape:
        return f"the mask of pixels to skip has shape {use.shape}, the images {pixels0.shape}"
    # Differences of unsigned integers would wrap around, and large integers
    # are not exact as floating-point numbers.
    values0, values1 = pixels0[use].astype(float), pixels1[use].astype(float)
    if rtol == atol == 0:
        bad = (pixels0[use] != pixels1[use]) & ~(np.isnan(values0) & np.isnan(values1))
    else:
        bad = ~np.isclose(values0, values1, rtol=rtol, atol=atol, equal_nan=True)
    if not bad.any():
        return ""
    y, x = np.argwhere(use)[np.flatnonzero(bad)[0]]
    return (
        f"{np.count_nonzero(bad)} of {bad.size} pixels differ; the first is at local ({x}, {y}): "
        f"{pixels0[y, x]} and {pixels1[y, x]} with rtol={rtol}, atol={atol}"
    )


@inTestCase
def assertImagesAlmostEqual(
    testCase, image0, image1, skipMask=None, rtol=1.0e-05, atol=1e-08, msg="Images differ"
):
    """Assert that two images have nearly the same pixels.

    Parameters
    ----------
    testCase : `unittest.TestCase`
        Test that fails if they have not.
    image0, image1 : `Image` or `numpy.ndarray`
        Images; NaN equals NaN, and ``xy0`` is not compared.
    skipMask : `Mask` or `numpy.ndarray`, optional
        Pixels that are not zero here are not compared.
    rtol, atol : `float`, optional
        Tolerances, as in `numpy.allclose`.
    msg : `str`, optional
        Start of the message.
    """
    difference = _describeDifference(image0, image1, skipMask, rtol, atol)
    if difference:
        testCase.fail(f"{msg}: {difference}")


@inTestCase
def assertImagesEqual(*args, **kwds):
    """Assert that two images have the same pixels.

    The arguments are those of `assertImagesAlmostEqual`, without tolerances.
    """
    assertImagesAlmostEqual(*args, rtol=0, atol=0, **kwds)


@inTestCase
def assertMasksEqual(testCase, mask0, mask1, skipMask=None, msg="Masks differ"):
    """Assert that two masks have the same pixels.

    Parameters
    ----------
    testCase : `unittest.TestCase`
        Test that fails if they have not.
    mask0, mask1 : `Mask` or `numpy.ndarray`
        Masks.
    skipMask : `Mask` or `numpy.ndarray`, optional
        Pixels that are not zero here are not compared.
    msg : `str`, optional
        Start of the message.
    """
    difference = _describeDifference(mask0, mask1, skipMask, 0, 0)
    if difference:
        testCase.fail(f"{msg}: {difference}")


@inTestCase
def assertMaskedImagesAlmostEqual(
    testCase,
    maskedImage0,
    maskedImage1,
    doImage=True,
    doMask=True,
    doVariance=True,
    skipMask=None,
    rtol=1.0e-05,
    atol=1e-08,
    msg="Masked images differ",
):
    """Assert that two masked images have nearly the same pixels.

    Parameters
    ----------
    testCase : `unittest.TestCase`
        Test that fails if they have not.
    maskedImage0, maskedImage1 : `MaskedImage` or `tuple`
        Masked images, or tuples of the arrays of three planes.
    doImage, doMask, doVariance : `bool`, optional
        Whether to compare each plane; masks must be exactly equal.
    skipMask : `Mask` or `numpy.ndarray`, optional
        Pixels that are not zero here are not compared.
    rtol, atol : `float`, optional
        Tolerances, as in `numpy.allclose`.
    msg : `str`, optional
        Start of the message.
    """
    planes0, planes1 = _getPlanes(maskedImage0), _getPlanes(maskedImage1)
    differences = []
    for name, use, exact, plane0, plane1 in zip(
        ("image", "mask", "variance"),
        (doImage, doMask, doVariance),
        (False, True, False),
        planes0,
        planes1,
        strict=True,
    ):
        if use:
            tolerances = (0, 0) if exact else (rtol, atol)
            difference = _describeDifference(plane0, plane1, skipMask, *tolerances)
            differences += [f"{name}: {difference}"] if difference else []
    if differences:
        testCase.fail(f"{msg}: {'; '.join(differences)}")


def _getPlanes(maskedImage):
    """Return the three planes of a masked image or tuple."""
    if isinstance(maskedImage, tuple):
        return maskedImage
    return maskedImage.image, maskedImage.mask, maskedImage.variance


@inTestCase
def assertMaskedImagesEqual(*args, **kwds):
    """Assert that two masked images have the same pixels.

    The arguments are those of `assertMaskedImagesAlmostEqual`, without
    tolerances.
    """
    assertMaskedImagesAlmostEqual(*args, rtol=0, atol=0, **kwds)
