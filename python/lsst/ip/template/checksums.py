# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verification of the FITS checksums of coadd files."""

__all__ = ["ChecksumError", "verifyChecksums"]

from .coaddPatch import describeHandle


class ChecksumError(RuntimeError):
    """A coadd's file is not as it was written."""


def verifyChecksums(handle):
    """Compare a coadd's file with the checksums in its headers.

    Parameters
    ----------
    handle : `lsst.daf.butler.DeferredDatasetHandle` or similar
        Stands for the coadd of one patch. One that comes from no Butler has
        no file.

    Returns
    -------
    count : `int`
        Number of HDUs with ``CHECKSUM`` or ``DATASUM``; the others cannot be
        verified.

    Raises
    ------
    ChecksumError
        If a checksum is wrong.
    OSError
        If a file cannot be read as FITS.

    Notes
    -----
    All of the file is read, and a remote one is fetched for it.
    """
    butler, ref = getattr(handle, "butler", None), getattr(handle, "ref", None)
    if butler is None or ref is None:
        return 0
    primary, components = butler.getURIs(ref)
    uris = [primary] if primary is not None else components.values()
    try:
        return sum(_verifyFile(uri) for uri in uris)
    except (ChecksumError, OSError) as err:
        err.add_note(f"while verifying the file of the coadd {describeHandle(handle)}")
        raise


def _verifyFile(uri):
    """Verify one file; return its number of HDUs with checksums."""
    from astropy.io import fits

    count = 0
    with uri.as_local() as local, fits.open(local.ospath, disable_image_compression=True) as hdus:
        for index, hdu in enumerate(hdus):
            valid = {"CHECKSUM": hdu.verify_checksum(), "DATASUM": hdu.verify_datasum()}
            if wrong := [card for card, code in valid.items() if code == 0]:
                raise ChecksumError(
                    f"{uri}, HDU {index} ({hdu.name}): {' and '.join(wrong)} do not fit. The file is damaged."
                )
            count += any(code == 1 for code in valid.values())
    return count
