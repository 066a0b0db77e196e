# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a template, its patches and its science exposure."""

from __future__ import annotations

__all__ = [
    "averageBlocks",
    "computePatchOfPixels",
    "plotPanels",
    "plotTemplate",
    "readProvenance",
    "tractProjection",
]

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

import lsst.afw.image as afwImage
import lsst.geom as geom
from lsst.afw.geom import Polygon, SkyWcs
from lsst.skymap import PatchInfo, TractInfo

from .coaddRecord import UNIT_CARD
from .inputChecks import checkType
from .interfaces import ScienceExposure
from .templateProvenance import TemplateProvenance

if TYPE_CHECKING:
    from astropy.wcs import WCS
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.patheffects import AbstractPathEffect


@dataclass(frozen=True)
class OutlineStyle:
    """How an outline is drawn."""

    label: str
    """Text in the legend."""

    color: str
    """Colour, of the palette of Okabe and Ito (2008), which people with
    any kind of colour vision can tell apart.
    """

    lineStyle: Literal["-"] | tuple[float, tuple[float, ...]]
    """Line style, which tells the outlines apart without colours."""


USED = OutlineStyle("patch used", "#0072B2", "-")
SKIPPED = OutlineStyle("patch skipped", "#E69F00", (0, (6, 2, 1, 2)))
MISSING = OutlineStyle("patch missing", "#D55E00", (0, (4, 3)))
DETECTOR = OutlineStyle("detector", "#009E73", "-")
NO_DATA_COLOR = "#999999"

FIGURE_SIZE = (8.0, 6.4)
"""Width and height of a figure with one template, in inches."""

MARGINS = {"left": 0.14, "right": 0.78, "bottom": 0.1, "top": 0.91}
"""Place of the axes in a figure of that size, with room for the legend on the
right. Matplotlib's own layout engines take the labels of axes on the sky for
larger than they are.
"""


def tractProjection(tractInfo: TractInfo) -> WCS:
    """Make the projection of axes on which tract pixels are drawn.

    Parameters
    ----------
    tractInfo : `lsst.skymap.TractInfo`
        Tract.

    Returns
    -------
    wcs : `astropy.wcs.WCS`
        Pixels of the tract to sky (ICRS). Pixel (0, 0) of astropy is pixel
        (0, 0) of the tract.

    Examples
    --------
    >>> ax = figure.add_subplot(projection=tractProjection(tractInfo))
    >>> plotTemplate(template, tractInfo, ax=ax)
    """
    from astropy.wcs import WCS

    checkType("tractInfo", tractInfo, TractInfo)
    return WCS(tractInfo.getWcs().getFitsMetadata().toDict())


def plotTemplate(
    template: afwImage.Exposure,
    tractInfo: TractInfo,
    ax: Axes | None = None,
    *,
    exposure: ScienceExposure | None = None,
    patchesUsed: Iterable[int] | None = None,
    patchesMissing: Iterable[int] | None = None,
    maxPixels: int = 800,
) -> Axes:
    """Draw a template, the patches it was made from, and the detector.

    Parameters
    ----------
    template : `lsst.afw.image.Exposure`
        Template, in tract pixels.
    tractInfo : `lsst.skymap.TractInfo`
        Tract whose pixel grid the template has.
    ax : `matplotlib.axes.Axes`, optional
        Axes to draw on: with the projection of `tractProjection` they show
        the sky, otherwise tract pixels. By default axes on the sky in a new
        pyplot figure.
    exposure : `lsst.afw.image.Exposure` or similar, optional
        Science exposure whose outline is drawn; only its ``getBBox`` and
        ``getWcs`` are used.
    patchesUsed, patchesMissing : `~collections.abc.Iterable` [`int`], \
            optional
        Sequential numbers of the patches that were copied and of those that
        had no coadd. By default what the template's own metadata says.
    maxPixels : `int`, optional
        Width and height, in pixels, above which the template is drawn from
        averages of blocks of its pixels.

    Returns
    -------
    ax : `matplotlib.axes.Axes`
        The axes; data coordinates are tract pixels. ``ax.images[0]`` is the
        template.

    Raises
    ------
    TypeError
        If an argument is not of the type above.
    ValueError
        If the patches are neither given nor in the template's metadata, or
        not in the tract, the metadata names another tract than ``tractInfo``,
        or the exposure has no WCS.
    """
    checkType("template", template, afwImage.Exposure)
    checkType("tractInfo", tractInfo, TractInfo)
    patches = _sortPatches(template, tractInfo, patchesUsed, patchesMissing)
    if ax is None:
        ax = _makeAxes(tractInfo)
    isHatched = _drawPixels(ax, template, maxPixels)
    _limitView(ax, template.getBBox())
    for style, numbers in patches.items():
        for number in sorted(numbers):
            _drawPatch(ax, tractInfo[number], style)
    if exposure is not None:
        _drawDetector(ax, exposure, tractInfo.getWcs())
    _nameAxes(ax)
    outlines = [style for style, numbers in patches.items() if numbers]
    _addLegend(ax, outlines + ([] if exposure is None else [DETECTOR]), isHatched)
    return ax


def _sortPatches(
    template: afwImage.Exposure,
    tractInfo: TractInfo,
    used: Iterable[int] | None,
    missing: Iterable[int] | None,
) -> dict[OutlineStyle, set[int]]:
    """Sort the numbers of the patches by the style to draw them in."""
    if used is None or missing is None:
        provenance = readProvenance(template)
        if provenance.tract != tractInfo.getId():
            raise ValueError(
                f"The template was made from tract {provenance.tract}, not from tract {tractInfo.getId()}."
            )
        used = provenance.patchesUsed if used is None else used
        missing = provenance.patchesMissing if missing is None else missing
    used, missing, bbox = set(used), set(missing), template.getBBox()
    if unknown := (used | missing) - set(range(len(tractInfo))):
        raise ValueError(
            f"Patches {unknown} are none of the {len(tractInfo)} patches of tract {tractInfo.getId()}."
        )
    near = {patch.getSequentialIndex() for patch in tractInfo if patch.getOuterBBox().overlaps(bbox)}
    # What is drawn later lies on top: the few that are not used.
    return {USED: used, SKIPPED: near - used - missing, MISSING: missing}


def _makeAxes(tractInfo: TractInfo) -> Axes:
    """Make axes on the sky in a new pyplot figure."""
    from matplotlib import pyplot

    figure = pyplot.figure(figsize=FIGURE_SIZE)
    figure.subplots_adjust(**MARGINS)
    return figure.add_subplot(projection=tractProjection(tractInfo))


def _drawPixels(ax: Axes, template: afwImage.Exposure, maxPixels: int) -> bool:
    """Draw the image, and hatch where there is no data.

    Returns whether there is such a place.
    """
    image, empty = _drawPlane(ax, template, "image", maxPixels)
    if not empty.all():
        # Explain the gray levels, below the legend.
        low, high = image.get_clim()
        barAxes = ax.inset_axes((1.05, 0.0, 0.04, 0.5))
        bar = barAxes.figure.colorbar(image, cax=barAxes)
        bar.set_ticks([low, (low + high) / 2, high] if low < high else [low])
        bar.ax.yaxis.set_major_formatter("{x:.3g}")
        bar.set_label(_getUnit(template))
    return bool(empty.any())


def _drawPlane(
    ax: Axes, exposure: afwImage.Exposure, plane: str, maxPixels: int
) -> tuple[AxesImage, npt.NDArray[np.bool_]]:
    """Draw one plane of an exposure in gray, hatched where there is no data.

    Returns the image, and which of its pixels have no data.
    """
    from astropy.visualization import ZScaleInterval

    array = getattr(exposure, plane).array
    hasData = (exposure.mask.array & exposure.mask.getPlaneBitMask("NO_DATA")) == 0
    step = _computeStep(array, maxPixels)
    pixels = averageBlocks(array, hasData, step)
    empty = np.isnan(pixels)
    low, high = (0.0, 1.0) if empty.all() else ZScaleInterval().get_limits(pixels[~empty])
    extent = _computeExtent(exposure.getBBox(), pixels, step)
    image = ax.imshow(pixels, cmap="gray_r", vmin=low, vmax=high, origin="lower", extent=extent, zorder=0)
    if empty.any():
        hatch = ax.contourf(
            # Twice in each direction: contours need more than one pixel.
            empty.repeat(2, axis=0).repeat(2, axis=1).astype(float),
            levels=[0.5, 1.5],
            colors="none",
            hatches=["////"],
            origin="lower",
            extent=extent,
            zorder=1,
        )
        hatch.set_edgecolor(NO_DATA_COLOR)
        hatch.set_linewidth(0.0)
    return image, empty


def _computeStep(array: npt.NDArray[Any], maxPixels: int) -> int:
    """Compute the width of the blocks that are averaged."""
    return max(1, -(-max(array.shape) // maxPixels))


def _computeExtent(bbox: geom.Box2I, drawn: npt.NDArray[Any], step: int) -> tuple[float, float, float, float]:
    """Compute where pixels are drawn: the centre of each at its number."""
    left, bottom = bbox.getMinX() - 0.5, bbox.getMinY() - 0.5
    return (left, left + step * drawn.shape[1], bottom, bottom + step * drawn.shape[0])


def _getUnit(exposure: afwImage.Exposure) -> str:
    """Return the unit of an exposure's pixels; empty if it is not known."""
    metadata, photoCalib = exposure.getMetadata(), exposure.getPhotoCalib()
    if UNIT_CARD in metadata:
        return metadata.getScalar(UNIT_CARD)
    return "" if photoCalib is None else f"{photoCalib.getCalibrationMean():.4g} nJy"


def averageBlocks(array: npt.NDArray[Any], good: npt.NDArray[np.bool_], step: int) -> npt.NDArray[Any]:
    """Average the good and finite pixels of square blocks.

    Parameters
    ----------
    array : `numpy.ndarray`
        Pixels.
    good : `numpy.ndarray` [`bool`]
        Which of them to use.
    step : `int`
        Width of a block, in pixels. Blocks at the upper edges may be cut.

    Returns
    -------
    averages : `numpy.ndarray`
        One value a block, NaN for a block without a pixel to use.
    """
    good = good & np.isfinite(array)
    # In double precision, since single precision overflows at 1e38.
    total = _sumBlocks(np.where(good, array, 0.0).astype(np.float64), step)
    number = _sumBlocks(good.astype(np.int32), step)
    return np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)


def _sumBlocks(array: npt.NDArray[Any], step: int) -> npt.NDArray[Any]:
    """Add the pixels of square blocks."""
    for axis in (0, 1):
        array = np.add.reduceat(array, np.arange(0, array.shape[axis], step), axis=axis)
    return array


def _limitView(ax: Axes, bbox: geom.Box2I) -> None:
    """Show the template with a margin, for the outlines that leave it."""
    margin = 0.06 * max(bbox.getWidth(), bbox.getHeight())
    ax.set_xlim(bbox.getMinX() - 0.5 - margin, bbox.getMaxX() + 0.5 + margin)
    ax.set_ylim(bbox.getMinY() - 0.5 - margin, bbox.getMaxY() + 0.5 + margin)
    ax.set_aspect("equal")


def _drawPatch(ax: Axes, patchInfo: PatchInfo, style: OutlineStyle) -> None:
    """Draw the outer box of a patch, and its number."""
    _drawOutline(ax, geom.Box2D(patchInfo.getOuterBBox()).getCorners(), style, linewidth=1.3)
    place = _placeLabel(ax, patchInfo)
    if place is not None:
        ax.text(
            place.x,
            place.y,
            str(patchInfo.getSequentialIndex()),
            color=style.color,
            fontsize="large",
            fontweight="bold",
            ha="center",
            va="center",
            path_effects=_halo(3.0),
            clip_on=True,
            zorder=5,
        )


def _placeLabel(ax: Axes, patchInfo: PatchInfo) -> geom.Point2D | None:
    """Compute the middle of the part of a patch that is seen.

    The part that no neighbour overlaps is preferred, then the inner box. A
    strip too narrow for the number is not enough.
    """
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    view = geom.Box2D(geom.Point2D(x0, y0), geom.Point2D(x1, y1))
    narrow = 0.03 * view.getWidth()
    place = None
    for bbox in (patchInfo.getOuterBBox(), patchInfo.getInnerBBox(), _computeCore(patchInfo)):
        seen = geom.Box2D(bbox)
        seen.clip(view)
        if not seen.isEmpty() and (place is None or min(seen.getWidth(), seen.getHeight()) > narrow):
            place = seen.getCenter()
    return place


def _computeCore(patchInfo: PatchInfo) -> geom.Box2I:
    """Compute the part of a patch that no neighbour overlaps."""
    inner, outer = patchInfo.getInnerBBox(), patchInfo.getOuterBBox()
    # At the edge of a tract the border is narrower.
    low, high = inner.getMin() - outer.getMin(), outer.getMax() - inner.getMax()
    return inner.erodedBy(max(low.x, low.y, high.x, high.y))


def _drawDetector(ax: Axes, exposure: ScienceExposure, tractWcs: SkyWcs) -> None:
    """Draw the outline of a science exposure."""
    wcs = exposure.getWcs()
    if wcs is None:
        raise ValueError("The exposure has no WCS: its outline cannot be drawn.")
    corners = wcs.pixelToSky(geom.Box2D(exposure.getBBox()).getCorners())
    _drawOutline(ax, tractWcs.skyToPixel(corners), DETECTOR, linewidth=2.2)


def _drawOutline(ax: Axes, corners: Iterable[geom.Point2D], style: OutlineStyle, linewidth: float) -> None:
    """Draw a polygon, on a light background line."""
    from matplotlib import patches

    ax.add_patch(
        patches.Polygon(
            [(corner.x, corner.y) for corner in corners],
            closed=True,
            fill=False,
            edgecolor=style.color,
            linestyle=style.lineStyle,
            linewidth=linewidth,
            path_effects=_halo(linewidth + 1.5),
            zorder=4 if style is DETECTOR else 3,
        )
    )


def _halo(linewidth: float) -> list[AbstractPathEffect]:
    """Make what sets a line off from dark pixels."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=linewidth, foreground="white")]


def _nameAxes(ax: Axes) -> None:
    """Label the axes with what they show and its unit."""
    if not hasattr(ax, "coords"):
        ax.set_xlabel("tract x (pixels)")
        ax.set_ylabel("tract y (pixels)")
        return
    rightAscension, declination = ax.coords
    rightAscension.set_axislabel("right ascension (ICRS)")
    declination.set_axislabel("declination (ICRS)")


def _addLegend(ax: Axes, styles: Iterable[OutlineStyle], isHatched: bool) -> None:
    """Explain the outlines, outside of the axes."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Artist] = [
        Line2D([], [], color=style.color, linestyle=style.lineStyle, linewidth=2.0, label=style.label)
        for style in styles
    ]
    if isHatched:
        handles.append(
            Patch(facecolor="none", edgecolor=NO_DATA_COLOR, hatch="////", linewidth=0.0, label="NO_DATA")
        )
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False, handlelength=3.0)


PANELS_SIZE = (10.0, 9.0)
"""Width and height of a figure with four panels, in inches."""

MAX_PANEL_PIXELS = 400
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
    of its pixels comes from.

    Parameters
    ----------
    template : `lsst.afw.image.Exposure`
        Template, in tract pixels.
    tractInfo : `lsst.skymap.TractInfo`
        Tract whose pixel grid the template has.
    figure : `matplotlib.figure.Figure`
        Figure to draw on; it should be empty, and gets a layout engine.
    exposure : `lsst.afw.image.Exposure`, optional
        Science exposure; drawn in its own pixels. Without it, its panel stays
        empty.
    maskPlanes : `~collections.abc.Sequence` [`str`], optional
        Mask planes that are drawn on the template, in colours. Those that
        none of its pixels has are left out.
    """
    figure.set_layout_engine("compressed")
    axes = figure.subplots(2, 2)
    _drawPanel(axes[0, 0], template, "image", "template")
    _drawMask(axes[0, 0], template, maskPlanes)
    if exposure is None:
        axes[0, 1].set_axis_off()
    else:
        _drawPanel(axes[0, 1], exposure, "image", "science image")
        axes[0, 1].set_xlabel("detector x (pixels)")
        axes[0, 1].set_ylabel("detector y (pixels)")
    _drawPanel(axes[1, 0], template, "variance", "variance of the template")
    _drawOrigins(axes[1, 1], template, tractInfo)
    for ax in (axes[0, 0], axes[1, 0], axes[1, 1]):
        _nameAxes(ax)


def computePatchOfPixels(template: afwImage.Exposure, tractInfo: TractInfo) -> npt.NDArray[np.int32]:
    """Compute which patch the pixels of a template come from, by geometry.

    Parameters
    ----------
    template : `lsst.afw.image.Exposure`
        Template, in tract pixels, with the metadata that the task writes.
    tractInfo : `lsst.skymap.TractInfo`
        Tract whose pixel grid the template has.

    Returns
    -------
    patches : `numpy.ndarray` [`int`]
        Sequential patch numbers, shape (height, width); -1 where no patch has
        pixels. With the overlap policy "keepValid", a pixel that is bad in
        this patch comes from another.

    Raises
    ------
    ValueError
        If the metadata does not say what the template was made from.
    """
    bbox = template.getBBox()
    patches = np.full((bbox.getHeight(), bbox.getWidth()), NO_PATCH, dtype=np.int32)
    inputs = template.getInfo().getCoaddInputs()
    if inputs is not None:
        boxes = [(record["patch"], _boxOf(record.getValidPolygon())) for record in inputs.ccds]
    else:
        boxes = [(patch, tractInfo[patch].getOuterBBox()) for patch in readProvenance(template).patchesUsed]
    for patch, box in boxes:
        common = box.clippedTo(bbox)
        if not common.isEmpty():
            patches[common.shiftedBy(geom.Point2I(0, 0) - bbox.getMin()).getSlices()] = patch
    return patches


def readProvenance(template: afwImage.Exposure) -> TemplateProvenance:
    """Read what a template was made from.

    Parameters
    ----------
    template : `lsst.afw.image.Exposure`
        Template, with the metadata that the task writes.

    Raises
    ------
    ValueError
        If the metadata does not say it.
    """
    provenance = TemplateProvenance.read(template.getMetadata())
    if provenance is None:
        raise ValueError("The template's metadata does not say which tract and patches it was made from.")
    return provenance


def _boxOf(outline: Polygon) -> geom.Box2I:
    """Return the pixels in the outline of a box."""
    region = outline.getBBox()
    return geom.Box2I(
        geom.Point2I(round(region.getMinX() + 0.5), round(region.getMinY() + 0.5)),
        geom.Point2I(round(region.getMaxX() - 0.5), round(region.getMaxY() - 0.5)),
    )


def _drawPanel(ax: Axes, exposure: afwImage.Exposure, plane: str, title: str) -> None:
    """Draw one plane of an exposure, with its colour bar."""
    image, empty = _drawPlane(ax, exposure, plane, MAX_PANEL_PIXELS)
    ax.set_title(title)
    if not empty.all():
        unit = _getUnit(exposure)
        unit = f"({unit})$^2$" if unit and plane == "variance" else unit
        ax.figure.colorbar(image, ax=ax, format="{x:.3g}", shrink=0.8, label=unit)


def _drawMask(ax: Axes, template: afwImage.Exposure, maskPlanes: Sequence[str]) -> None:
    """Draw mask planes over a template, each in a colour of its own."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    legend = []
    for number, plane in enumerate(name for name in maskPlanes if name in template.mask.getMaskPlaneDict()):
        bits = template.mask.array & template.mask.getPlaneBitMask(plane) != 0
        if not bits.any():
            continue
        step = _computeStep(bits, MAX_PANEL_PIXELS)
        fraction = averageBlocks(bits.astype(float), np.ones(bits.shape, bool), step)
        shown = np.where(fraction > 0, 1.0, np.nan)
        color = colormaps["tab10"](number % 10)
        extent = _computeExtent(template.getBBox(), shown, step)
        ax.imshow(shown, cmap=ListedColormap([color]), alpha=0.4, origin="lower", extent=extent)
        legend.append(Patch(color=color, alpha=0.4, label=plane))
    if legend:
        ax.legend(handles=legend, loc="upper right", fontsize="small")


def _drawOrigins(ax: Axes, template: afwImage.Exposure, tractInfo: TractInfo) -> None:
    """Draw the patch of each pixel in a colour, with its number."""
    from matplotlib import colormaps

    isExact = readProvenance(template).overlapPolicy == "last"
    ax.set_title("patch of each pixel" if isExact else "patch, by geometry")
    patches = computePatchOfPixels(template, tractInfo)
    step = _computeStep(patches, MAX_PANEL_PIXELS)
    shown = patches[::step, ::step]
    numbers = [number for number in np.unique(shown) if number != NO_PATCH]
    ax.imshow(
        np.where(shown == NO_PATCH, np.nan, np.searchsorted(numbers, shown) % 10),
        cmap=colormaps["tab10"],
        vmin=-0.5,
        vmax=9.5,
        origin="lower",
        extent=_computeExtent(template.getBBox(), shown, step),
    )
    for number in numbers:
        rows, columns = np.nonzero(patches == number)
        x, y = template.getBBox().getMin() + geom.Extent2I(int(np.median(columns)), int(np.median(rows)))
        ax.text(x, y, str(number), ha="center", va="center", fontweight="bold", path_effects=_halo(2.5))
