# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The difference of an exposure and its template, for the demo."""

__all__ = ["matchToScience", "plotDifference"]

import numpy as np
from matplotlib.patches import Circle
from scipy import ndimage

import lsst.geom as geom

HALF_WIDTH = 80
"""Half the width of the pictures, in pixels."""


def matchToScience(template, exposure, position):
    """Make the image that the science exposure would have if nothing had
    changed.

    Parameters
    ----------
    template : `lsst.afw.image.ExposureF`
        Template in the pixels of the exposure, with a border.
    exposure : `lsst.afw.image.ExposureF`
        Science exposure, whose PSF is the wider one. Both PSFs are Gaussians
        here, so that a Gaussian makes one of the other; for real PSFs this is
        the business of ``lsst.ip.diffim``.
    position : `lsst.geom.Point2D`
        Where both PSFs are asked for.

    Returns
    -------
    matched : `lsst.afw.image.ImageF`
        The template, convolved and in the exposure's calibration; of the
        exposure's box.
    """
    shapes = [image.getPsf().computeShape(position) for image in (exposure, template)]
    wide, narrow = (shape.getDeterminantRadius() for shape in shapes)
    ratio = template.getPhotoCalib().getCalibrationMean() / exposure.getPhotoCalib().getCalibrationMean()
    matched = template.image.clone()
    matched.array[:] = ratio * ndimage.gaussian_filter(matched.array, np.sqrt(wide**2 - narrow**2))
    return matched[exposure.getBBox()]


def plotDifference(figure, exposure, template, place):
    """Draw exposure, template and difference around a place on the sky.

    Parameters
    ----------
    figure : `matplotlib.figure.Figure`
        Figure to draw on.
    exposure, template : `lsst.afw.image.ExposureF`
        As of `matchToScience`.
    place : `lsst.geom.SpherePoint`
        Place, which gets a ring.

    Returns
    -------
    difference : `lsst.afw.image.ImageF`
        The whole difference.
    """
    center = exposure.getWcs().skyToPixel(place)
    matched = matchToScience(template, exposure, center)
    difference = exposure.image.clone()
    difference -= matched
    box = geom.Box2I.makeCenteredBox(center, geom.Extent2I(2 * HALF_WIDTH, 2 * HALF_WIDTH))
    box.clip(exposure.getBBox())
    noise = np.sqrt(np.median(exposure.variance.array))
    extent = [box.getMinX() - 0.5, box.getMaxX() + 0.5, box.getMinY() - 0.5, box.getMaxY() + 0.5]
    panels = {"science": exposure.image, "template, matched": matched, "difference": difference}
    for ax, (name, image) in zip(figure.subplots(1, 3, sharey=True), panels.items(), strict=True):
        shown = ax.imshow(
            image[box].array,
            origin="lower",
            cmap="gray_r",
            vmin=-5 * noise,
            vmax=15 * noise,
            extent=extent,
        )
        ax.add_patch(Circle((center.x, center.y), 12, fill=False, color="#D55E00", linewidth=1.5))
        ax.set_title(name)
        ax.set_xlabel("x, pixels")
    figure.axes[0].set_ylabel("y, pixels")
    figure.colorbar(shown, ax=figure.axes, label="nJy in each pixel", pad=0.01)
    return difference
