# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Visit images of `lsst.images` with simulated pixels, on real detectors."""

__all__ = ["Pointing", "makeDetectorImage", "makeSkyProjection", "writeDetectorImage"]

from dataclasses import dataclass

import numpy as np

OBSERVATORY = (1818938.94, -5208470.95, -3195172.08)
"""Geocentric place of the Simonyi Survey Telescope, in metres."""

EXPOSURE_TIME = 30.0
"""Seconds of a visit."""

PLANES = {
    "NO_DATA": "No data was available for this pixel.",
    "SATURATED": "Pixel is saturated.",
    "DETECTED": "Pixel is part of a source.",
}
"""Mask planes of the images, and what they mean."""


@dataclass(frozen=True)
class Pointing:
    """Where a real detector looked in a real visit."""

    detectorName: str
    serial: str

    size: tuple[int, int]
    """Width and height of the detector, in pixels."""

    center: tuple[float, float]
    """Right ascension and declination of its centre, in degrees."""

    cdMatrix: tuple[tuple[float, float], tuple[float, float]]
    """Degrees a pixel: a gnomonic projection from the centre that agrees with
    the real one at the detector's corners, to 0.5 arcseconds.
    """

    begin: str
    """Begin of the exposure, in TAI."""

    boresight: tuple[float, float]
    """Right ascension and declination, in degrees."""

    azAlt: tuple[float, float]
    """Azimuth and altitude of the boresight at the begin, in degrees."""

    rotation: float
    """Rotation of the sky, in degrees."""

    weather: tuple[float, float, float]
    """Temperature (K), pressure (hPa) and relative humidity (%)."""


def makeDetectorImage(preview, bbox):
    """Make a part of a detector's image.

    Parameters
    ----------
    preview : `previews.Preview`
        The detector and the visit.
    bbox : `lsst.images.Box`
        The part, in pixels of the detector.

    Returns
    -------
    image : `lsst.images.VisitImage`
        An image of noise.
    """
    from astropy import units

    from lsst.images import Image, MaskPlane, MaskSchema, VisitImage
    from lsst.images.psfs import GaussianPointSpreadFunction

    noise = np.random.default_rng(preview.visit).normal(0.0, 5.0, bbox.shape).astype("float32")
    return VisitImage(
        Image(noise, bbox=bbox, unit=units.nJy),
        variance=Image(25.0, bbox=bbox, dtype="float32", unit=units.nJy**2),
        mask_schema=MaskSchema([MaskPlane(*plane) for plane in PLANES.items()]),
        sky_projection=makeSkyProjection(preview),
        obs_info=_makeObservationInfo(preview),
        psf=GaussianPointSpreadFunction(2.0, bounds=bbox, stamp_size=21),
        detector=_makeDetector(preview),
        band=preview.band,
    )


def writeDetectorImage(preview, path):
    """Write the lower left corner of a detector's image to a file."""
    from lsst.images import Box
    from lsst.images.json import write

    write(makeDetectorImage(preview, Box.factory[0:16, 0:16]), path)


def makeSkyProjection(preview):
    """Make the projection of a detector's pixels to the sky
    (`lsst.images.SkyProjection`), which is bounded by the detector.
    """
    from astropy.wcs import WCS

    from lsst.images import DetectorFrame, SkyProjection

    bbox = _makeBox(preview)
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = "RA---TAN", "DEC--TAN"
    wcs.wcs.crval = preview.pointing.center
    # FITS counts from 1, and the centre of n pixels is at (n - 1) / 2.
    wcs.wcs.crpix = [(length + 1) / 2 for length in preview.pointing.size]
    wcs.wcs.cd = preview.pointing.cdMatrix
    frame = DetectorFrame(
        instrument=preview.instrument, visit=preview.visit, detector=preview.detector, bbox=bbox
    )
    return SkyProjection.from_fits_wcs(wcs, frame, pixel_bounds=bbox)


def _makeBox(preview):
    from lsst.images import Box

    width, height = preview.pointing.size
    return Box.factory[0:height, 0:width]


def _makeDetector(preview):
    from lsst.images.cameras import (
        CameraFrameSetSerializationModel,
        Detector,
        DetectorAttributes,
        DetectorType,
        Orientation,
    )

    attributes = DetectorAttributes(
        name=preview.pointing.detectorName,
        id=preview.detector,
        type=DetectorType.SCIENCE,
        serial=preview.pointing.serial,
        bbox=_makeBox(preview),
        orientation=Orientation(focal_plane_x=0.0, focal_plane_y=0.0, focal_plane_z=0.0),
        pixel_size=0.01,
        physical_type="CCD",
    )
    # Frames have no other public way in but what files have.
    frames = CameraFrameSetSerializationModel(
        instrument=preview.instrument, ast=_dumpFrames(preview.detector)
    )
    return Detector(attributes, [], frames.deserialize(None), visit=preview.visit)


def _dumpFrames(detector):
    """Dump the coordinate systems of a camera with one detector, as AST
    does: its focal plane, and with a scale the angles and the pixels.
    """
    lines = ["Begin FrameSet", "IsA Frame", "Nframe = 3", "Currnt = 1", "Lnk2 = 1", "Lnk3 = 1"]
    for i, (ident, unit) in enumerate(
        (("FOCAL_PLANE", "mm"), ("FIELD_ANGLE", "rad"), (f"DETECTOR_{detector}", "pix")), 1
    ):
        lines += [f"Frm{i} =", "Begin Frame", f'Ident = "{ident}"', "IsA Object", "Naxes = 2"]
        for axis in (1, 2):
            lines += [f"Ax{axis} =", "Begin Axis", f'Unit = "{unit}"', "End Axis"]
        lines += ["End Frame"]
    for i, zoom in ((2, 1e-4), (3, 100)):
        lines += [f"Map{i} =", "Begin ZoomMap", "Nin = 2", "IsA Mapping", f"Zoom = {zoom}", "End ZoomMap"]
    return "\n".join([*lines, "End FrameSet", ""])


def _makeObservationInfo(preview):
    from astro_metadata_translator import makeObservationInfo
    from astropy import units
    from astropy.coordinates import AltAz, EarthLocation, SkyCoord
    from astropy.time import Time, TimeDelta

    pointing = preview.pointing
    begin = Time(pointing.begin, scale="tai")
    place = EarthLocation.from_geocentric(*OBSERVATORY, unit=units.m)
    azimuth, altitude = pointing.azAlt * units.deg
    temperature, pressure, humidity = pointing.weather
    return makeObservationInfo(
        telescope="Simonyi Survey Telescope",
        instrument=preview.instrument,
        location=place,
        exposure_id=preview.visit,
        visit_id=preview.visit,
        observation_id=str(preview.visit),
        observing_day=preview.visit // 100000,
        physical_filter=preview.physicalFilter,
        datetime_begin=begin,
        datetime_end=begin + TimeDelta(EXPOSURE_TIME * units.s),
        exposure_time=EXPOSURE_TIME * units.s,
        dark_time=EXPOSURE_TIME * units.s,
        boresight_airmass=float(1 / np.sin(altitude)),
        boresight_rotation_angle=pointing.rotation * units.deg,
        boresight_rotation_coord="sky",
        detector_num=preview.detector,
        detector_unique_name=pointing.detectorName,
        detector_serial=pointing.serial,
        temperature=temperature * units.K,
        pressure=pressure * units.hPa,
        relative_humidity=humidity,
        tracking_radec=SkyCoord(*pointing.boresight, unit="deg"),
        altaz_begin=AltAz(azimuth, altitude, obstime=begin, location=place),
        observation_type="science",
        has_simulated_content=True,
    )
