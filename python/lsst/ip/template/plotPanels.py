# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A template and its science image side by side, and where the template's
pixels are from.
"""

from __future__ import annotations

__all__ = ["PANELS_SIZE", "findPatchOfPixels", "plotPanels"]

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.geom import Polygon
from lsst.skymap import TractInfo

from .plotTemplate import averageBlocks
from .provenance import TemplateProvenance

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS_SIZE = (10.0, 9.0)
"""Width and height of a figure with four panels, in inches."""

MAX_PIXELS = 400
"""Width and height of a panel, in pixels, above which blocks are averaged."""

NO_PATCH = -1
"""In the place of a patch number, where no patch has pixels."""


def plotPanels(
    template: afwImage.Exposure,
    tractInfo: TractInfo,
    figure: Figure,
    *,
    exposure: afwImage.Exposure | None = None,
    maskPlanes: Sequence[str] = (),
) -> None:
    """Draw a template, its science image, its variance, and which patch each
    of its pixels is from.

    Parameters
    ----------
    template : `lsst.afw.image.Exposure`
        Template, in tract pixels.
    tractInfo : `lsst.skymap.TractInfo`
        Tract whose pixel grid the template has.
    figure : `matplotlib.figure.Figure`
        Figure to draw on; it should be empty.
    exposure : `lsst.afw.image.Exposure`, optional
        Science exposure; drawn in its own pixels. Without it, its panel stays
        empty.
    maskPlanes : `~collections.abc.Sequence` [`str`], optional
        Mask planes that are drawn on the template, in colours. Those that the
        template does not have are left out.
    """
    axes = figure.subplots(2, 2)
    _drawImage(axes[0, 0], template, template.image.array, "template")
    _drawMask(axes[0, 0], template, maskPlanes)
    if exposure is None:
        axes[0, 1].set_axis_off()
    else:
        _drawImage(axes[0, 1], exposure, exposure.image.array, "science image, own pixels")
    _drawImage(axes[1, 0], template, template.variance.array, "variance of the template")
    _drawOrigins(axes[1, 1], template, tractInfo)


def findPatchOfPixels(template: afwImage.Exposure, tractInfo: TractInfo) -> npt.NDArray[np.int32] | None:
    """Find the patch that each pixel of a template is from.

    Parameters
    ----------
    template : `lsst.afw.image.Exposure`
        Template, in tract pixels, with the metadata that the task writes.
    tractInfo : `lsst.skymap.TractInfo`
        Tract whose pixel grid the template has.

    Returns
    -------
    patches : `numpy.ndarray` [`int`] or `None`
        Sequential patch numbers, shape (height, width); -1 where no patch has
        pixels. `None` if the template does not tell: it has no inputs, and
        was not made such that later patches stand.
    """
    bbox = template.getBBox()
    patches = np.full((bbox.getHeight(), bbox.getWidth()), NO_PATCH, dtype=np.int32)
    inputs = template.getInfo().getCoaddInputs()
    if inputs is not None:
        boxes = [(record["patch"], _boxOf(record.getValidPolygon())) for record in inputs.ccds]
    else:
        provenance = TemplateProvenance.read(template.getMetadata())
        if provenance is None or provenance.configuration.get("overlapPolicy") != "last":
            return None
        boxes = [(patch, tractInfo[patch].getOuterBBox()) for patch in provenance.patchesUsed]
    for patch, box in boxes:
        common = box.clippedTo(bbox)
        if not common.isEmpty():
            patches[common.shiftedBy(geom.Point2I(0, 0) - bbox.getMin()).getSlices()] = patch
    return patches


def _boxOf(outline: Polygon) -> geom.Box2I:
    """Find the pixels in the outline of a box."""
    region = outline.getBBox()
    return geom.Box2I(
        geom.Point2I(round(region.getMinX() + 0.5), round(region.getMinY() + 0.5)),
        geom.Point2I(round(region.getMaxX() - 0.5), round(region.getMaxY() - 0.5)),
    )


def _drawImage(ax: Axes, exposure: afwImage.Exposure, array: npt.NDArray[Any], title: str) -> None:
    """Draw one plane of an exposure, with its colour bar."""
    from astropy.visualization import ZScaleInterval

    pixels = averageBlocks(array, np.isfinite(array), _findStep(array))
    good = pixels[np.isfinite(pixels)]
    low, high = ZScaleInterval().get_limits(good) if good.size else (0.0, 1.0)
    image = ax.imshow(
        pixels, cmap="gray_r", vmin=low, vmax=high, origin="lower", extent=_findExtent(exposure, pixels)
    )
    ax.set_title(title)
    if good.size:
        ax.figure.colorbar(image, ax=ax, format="{x:.3g}", shrink=0.8)


def _findStep(array: npt.NDArray[Any]) -> int:
    """Find the width of the blocks that are averaged."""
    return max(1, math.ceil(max(array.shape) / MAX_PIXELS))


def _findExtent(exposure: afwImage.Exposure, drawn: npt.NDArray[Any]) -> tuple[float, float, float, float]:
    """Find where an exposure's pixels are drawn: each at its number."""
    bbox = exposure.getBBox()
    step = _findStep(exposure.image.array)
    left, bottom = bbox.getMinX() - 0.5, bbox.getMinY() - 0.5
    return (left, left + step * drawn.shape[1], bottom, bottom + step * drawn.shape[0])


def _drawMask(ax: Axes, template: afwImage.Exposure, maskPlanes: Sequence[str]) -> None:
    """Draw mask planes over a template, each in a colour of its own."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    known = template.mask.getMaskPlaneDict()
    legend = []
    for number, plane in enumerate(plane for plane in maskPlanes if plane in known):
        bits = template.mask.array & template.mask.getPlaneBitMask(plane) != 0
        fraction = averageBlocks(bits.astype(float), np.ones(bits.shape, bool), _findStep(bits))
        color = colormaps["tab10"](number % 10)
        shown = np.where(fraction > 0, 1.0, np.nan)
        extent = _findExtent(template, shown)
        ax.imshow(shown, cmap=ListedColormap([color]), alpha=0.4, origin="lower", extent=extent)
        legend.append(Patch(color=color, alpha=0.4, label=plane))
    if legend:
        ax.legend(handles=legend, loc="upper right", fontsize="small")


def _drawOrigins(ax: Axes, template: afwImage.Exposure, tractInfo: TractInfo) -> None:
    """Draw the patch of each pixel in a colour, with its number."""
    from matplotlib import colormaps

    ax.set_title("patch of each pixel")
    patches = findPatchOfPixels(template, tractInfo)
    if patches is None:
        ax.set_axis_off()
        ax.text(0.5, 0.5, "only known with psf = 'patches'", ha="center", transform=ax.transAxes)
        return
    step = _findStep(patches)
    shown = patches[::step, ::step]
    numbers = [number for number in np.unique(shown) if number != NO_PATCH]
    ranks = np.searchsorted(numbers, shown) % 10
    ax.imshow(
        np.where(shown == NO_PATCH, np.nan, ranks),
        cmap=colormaps["tab10"],
        vmin=-0.5,
        vmax=9.5,
        origin="lower",
        extent=_findExtent(template, shown),
    )
    for number in numbers:
        rows, columns = np.nonzero(patches == number)
        x, y = template.getBBox().getMin() + geom.Extent2I(int(np.median(columns)), int(np.median(rows)))
        ax.text(x, y, str(number), ha="center", va="center", fontweight="bold", color="white")
