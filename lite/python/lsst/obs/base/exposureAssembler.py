# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Components and parts of images and exposures that are in memory."""

__all__ = ("ExposureAssembler",)

from collections.abc import Iterable, Mapping
from typing import Any

from lsst._lite import moduleGetattr
from lsst.afw.image import makeExposure, makeMaskedImage
from lsst.daf.butler import DatasetComponent, DatasetProvenance, DatasetRef, StorageClassDelegate
from lsst.utils.introspection import get_full_type_name

from .formatters._provenance import addProvenance

_PLANES = ("image", "mask", "variance")


class ExposureAssembler(StorageClassDelegate):
    """Delegate for `lsst.afw.image.Exposure` and the images that it has.

    It takes them apart, puts them together, gets components of them and cuts
    out boxes, all without a file.
    """

    EXPOSURE_COMPONENTS = {"image", "variance", "mask", "wcs", "psf"}
    EXPOSURE_INFO_COMPONENTS = {
        "apCorrMap",
        "coaddInputs",
        "photoCalib",
        "metadata",
        "filter",
        "transmissionCurve",
        "visitInfo",
        "detector",
        "validPolygon",
        "summaryStats",
        "id",
    }
    EXPOSURE_READ_COMPONENTS = {"bbox", "dimensions", "xy0"}

    COMPONENT_MAP = {"bbox": "BBox", "xy0": "XY0"}
    """Components whose getter is not ``get`` and the name with a capital."""

    def getComponent(self, composite: Any, componentName: str) -> Any:
        """Get a component of an image, exposure or exposure info.

        Parameters
        ----------
        composite : `lsst.afw.image.Exposure` or `object`
            What to get it from.
        componentName : `str`
            Name of the component.

        Returns
        -------
        component : `object`
            The component; `None` if the composite has no value for it.

        Raises
        ------
        AttributeError
            Raised if there is no such component.
        """
        getter = self.COMPONENT_MAP.get(componentName, componentName)
        if componentName in self.EXPOSURE_COMPONENTS | self.EXPOSURE_READ_COMPONENTS:
            return super().getComponent(composite, getter)
        if componentName in self.EXPOSURE_INFO_COMPONENTS:
            if hasattr(composite, "getInfo"):
                composite = composite.getInfo()
            return super().getComponent(composite, getter)
        raise AttributeError(
            f"Do not know how to get component {componentName} from {get_full_type_name(composite)}"
        )

    def disassemble(
        self, composite: Any, subset: Iterable[str] | None = None, override: Any | None = None
    ) -> dict[str, DatasetComponent]:
        """Take an exposure apart.

        Parameters
        ----------
        composite : `lsst.afw.image.Exposure`
            Exposure to take apart.
        subset : `~collections.abc.Iterable` [`str`], optional
            Not supported: all components of the storage class are taken.
        override : `object`, optional
            Not supported.

        Returns
        -------
        components : `dict` [`str`, `lsst.daf.butler.DatasetComponent`]
            Components that have a value.

        Raises
        ------
        NotImplementedError
            Raised for a subset or an override.
        TypeError
            Raised if this is no exposure of the storage class.
        """
        if subset is not None:
            raise NotImplementedError("ExposureAssembler can not disassemble a subset of the components.")
        if override is not None:
            raise NotImplementedError("ExposureAssembler can not disassemble an override of the composite.")
        names = set(self.storageClass.components)
        components = super().disassemble(composite, subset=names & self.EXPOSURE_COMPONENTS)
        infoNames = names & self.EXPOSURE_INFO_COMPONENTS
        components.update(super().disassemble(composite, subset=infoNames, override=composite.getInfo()))
        return components

    def add_provenance(
        self, inMemoryDataset: Any, ref: DatasetRef, provenance: DatasetProvenance | None = None
    ) -> Any:
        # Docstring inherited.
        metadata = getattr(inMemoryDataset, "metadata", None)
        if metadata is not None:
            addProvenance(metadata, ref, provenance)
        return inMemoryDataset

    def assemble(self, components: dict[str, Any], pytype: type | None = None) -> Any:
        """Put an exposure together.

        Parameters
        ----------
        components : `dict` [`str`, `object`]
            Components by name. Without an image the exposure has no pixels.
        pytype : `type`, optional
            Type to make, if not that of the storage class.

        Returns
        -------
        exposure : `lsst.afw.image.Exposure`
            The exposure; it shares the components.

        Raises
        ------
        RuntimeError
            Raised if pixels are of another type than the exposure's.
        ValueError
            Raised for components that an exposure does not have.
        """
        if pytype is None:
            pytype = self.storageClass.pytype
        components = dict(components)
        wcs = components.pop("wcs", None)
        planes = {name: components.pop(name, None) for name in _PLANES}
        if any(plane is not None for plane in planes.values()):
            exposure = makeExposure(makeMaskedImage(**planes), wcs=wcs)
            if not isinstance(exposure, pytype):
                raise RuntimeError(
                    f"The planes make an exposure of type {get_full_type_name(exposure)}, "
                    f"not {get_full_type_name(pytype)}."
                )
        else:
            exposure = pytype()
            exposure.setWcs(wcs)
        _setComponents(exposure, components)
        return exposure

    def handleParameters(self, inMemoryDataset: Any, parameters: Mapping[str, Any] | None = None) -> Any:
        """Cut out the box that the parameters name.

        Parameters
        ----------
        inMemoryDataset : `lsst.afw.image.Exposure` or `object`
            Exposure, masked image, image or mask.
        parameters : `~collections.abc.Mapping` [`str`, `object`], optional
            ``bbox`` (`lsst.geom.Box2I`, pixels) and ``origin``
            (`lsst.afw.image.ImageOrigin`, PARENT unless given; ignored
            without a box). Others are left to whoever understands them.

        Returns
        -------
        part : `object`
            View of the box; the dataset itself if there is no box.
        """
        use = self.storageClass.filterParameters(parameters, subset=("bbox", "origin"))
        return inMemoryDataset.subset(**use) if "bbox" in use else inMemoryDataset

    @classmethod
    def selectResponsibleComponent(cls, readComponent: str, fromComponents: set[str | None]) -> str:
        # Docstring inherited.
        if readComponent in cls.EXPOSURE_READ_COMPONENTS:
            for plane in _PLANES:
                if plane in fromComponents:
                    return plane
        raise ValueError(f"Can not calculate read component {readComponent} from {fromComponents}")


def _setComponents(exposure: Any, components: dict[str, Any]) -> None:
    """Set what an exposure has beside pixels and WCS.

    Parameters
    ----------
    exposure : `lsst.afw.image.Exposure`
        Changed in place.
    components : `dict` [`str`, `object`]
        Components by name.

    Raises
    ------
    ValueError
        Raised for components that an exposure does not have.
    """
    info = exposure.getInfo()
    # A visit info can set the id too; the id of the exposure itself stands.
    for name in sorted(components, key=lambda name: name == "id"):
        value = components[name]
        if name == "id":
            info.id = value
        elif hasattr(info, setter := f"set{name[0].upper()}{name[1:]}"):
            getattr(info, setter)(value)
        else:
            raise ValueError(f"An exposure has no component {name!r}.")


__getattr__ = moduleGetattr(__name__)
