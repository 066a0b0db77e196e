# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""PSF, filter and photometric calibration of a template."""

__all__ = ["TemplateComponents"]

from typing import Any

import lsst.afw.image as afwImage

from .patchSource import PatchOverlap

_SUFFIXES = {"psfPatch": "Psf", "filterPatch": "Filter", "photoCalibPatch": "PhotoCalib"}
"""For each component, the name for the patch that gives it, and how the names
of its getter and setter end.
"""


class TemplateComponents:
    """The components of the first patches that have them.

    Patches may be offered in any order: what counts is the order of copying.
    """

    def __init__(self) -> None:
        self._found: dict[str, tuple[PatchOverlap, Any]] = {}

    def offer(self, overlap: PatchOverlap, coadd: afwImage.Exposure) -> None:
        """Take from a coadd what no earlier patch has given.

        Parameters
        ----------
        overlap : `PatchOverlap`
            The patch.
        coadd : `lsst.afw.image.Exposure`
            Coadd of the patch, or any part of it.
        """
        for name in self._findOpen(overlap):
            component = getattr(coadd, f"get{_SUFFIXES[name]}")()
            if component is not None:
                self._found[name] = (overlap, component)

    def isOpen(self, overlap: PatchOverlap) -> bool:
        """Return whether a patch might still give a component.

        Parameters
        ----------
        overlap : `PatchOverlap`
            The patch.

        Returns
        -------
        isOpen : `bool`
            Whether there is a component that no patch up to this one has
            given.
        """
        return bool(self._findOpen(overlap))

    def _findOpen(self, overlap: PatchOverlap) -> list[str]:
        return [
            name for name in _SUFFIXES if name not in self._found or self._found[name][0].rank > overlap.rank
        ]

    def getPatches(self) -> dict[str, int | None]:
        """Return which patches give the components.

        Returns
        -------
        patches : `dict` [`str`, `int` or `None`]
            Sequential patch numbers: ``psfPatch``, ``filterPatch`` and
            ``photoCalibPatch``; `None` for what no patch has.
        """
        return {name: self._found[name][0].patch if name in self._found else None for name in _SUFFIXES}

    def setOn(self, template: afwImage.Exposure) -> None:
        """Give the template the components.

        Parameters
        ----------
        template : `lsst.afw.image.Exposure`
            The template; changed in place.
        """
        for name, (_, component) in self._found.items():
            getattr(template, f"set{_SUFFIXES[name]}")(component)
