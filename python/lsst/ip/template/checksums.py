# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verification of the FITS checksums of coadd files."""

__all__ = ["ChecksumError", "verifyChecksums"]

import contextlib
import gzip
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from lsst.resources import ResourcePath

from .coaddHandle import describeHandle
from .interfaces import CoaddHandle

if TYPE_CHECKING:
    from astropy.io.fits import Header

_CHUNK = 2880 * 1000
"""Number of bytes to read at a time: whole blocks of a FITS file."""

_CARD = 80
"""Number of bytes of a card of a header."""

_END = b"END".ljust(_CARD)
"""Last card of a header."""

_ALL_ONES = 0xFFFFFFFF
"""Sum of an HDU with the right checksum."""

_FITS_NAME = re.compile(r"\.(fits?|fz)(\.gz)?$", re.IGNORECASE)
_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MEMBER = "zip-path="


class ChecksumError(RuntimeError):
    """A coadd's file is not as it was written."""


def verifyChecksums(handle: CoaddHandle) -> int:
    """Compare a coadd's files with the checksums in their headers.

    Parameters
    ----------
    handle : `lsst.daf.butler.DeferredDatasetHandle` or similar
        Stands for the coadd of one patch. One that comes from no Butler, or
        from one that keeps it in memory, has no file.

    Returns
    -------
    count : `int`
        Number of HDUs with ``CHECKSUM`` or ``DATASUM``; the others cannot be
        verified.

    Raises
    ------
    ChecksumError
        If a checksum is wrong, or a file ends too early or cannot be
        unpacked.
    OSError
        If a file cannot be read, or is not FITS.

    Notes
    -----
    All of a file is read, and a remote one is fetched for it. A coadd that
    the Butler keeps in one file for each component has some that are not
    FITS; these have no checksums.
    """
    butler, ref = getattr(handle, "butler", None), getattr(handle, "ref", None)
    if butler is None or ref is None:
        return 0
    primary, components = butler.getURIs(ref)
    files = {name: uri for name, uri in components.items() if _FITS_NAME.search(_nameOf(uri))}
    if primary is not None:
        files = {} if primary.scheme == "mem" else {"": primary}
    count = 0
    for component, uri in files.items():
        try:
            count += _verifyFile(uri)
        except Exception as err:
            part = f"the component {component!r}" if component else "the file"
            err.add_note(f"while verifying {part} of the coadd {describeHandle(handle)}")
            raise
    return count


def _nameOf(uri: ResourcePath) -> str:
    """Return the name of a file, or of the member of a zip file."""
    return _memberOf(uri) or uri.basename()


def _memberOf(uri: ResourcePath) -> str:
    """Return the path within a zip file, empty for other files."""
    isMember = uri.unquoted_fragment.startswith(_ZIP_MEMBER)
    return uri.unquoted_fragment.removeprefix(_ZIP_MEMBER) if isMember else ""


def _verifyFile(uri: ResourcePath) -> int:
    """Verify one file; return its number of HDUs with checksums."""
    with _openFile(uri) as file:
        try:
            with _unpack(file, _memberOf(uri)) as unpacked:
                return _verifyHdus(unpacked, uri)
        except (ChecksumError, OSError):
            raise
        except Exception as err:
            # Damaged headers and archives give many kinds.
            name = _describe(uri)
            raise ChecksumError(f"{name} cannot be read: {err!r}. The file is damaged.") from err


def _describe(uri: ResourcePath) -> str:
    """Return a URI without what may be secret: user, password, signature."""
    return str(uri.replace(netloc=uri.netloc.rpartition("@")[2], query=""))


@contextlib.contextmanager
def _openFile(uri: ResourcePath) -> Iterator[Any]:
    """Open a file; of a zip file only the member is fetched."""
    with contextlib.ExitStack() as stack:
        try:
            if _memberOf(uri):
                file = stack.enter_context(uri.open("rb"))
            else:
                local = stack.enter_context(uri.as_local())
                if not os.path.isfile(local.ospath):
                    raise OSError(f"{_describe(uri)} is not there, or no regular file.")
                file = stack.enter_context(open(local.ospath, "rb"))
        except Exception as err:
            if uri.isLocal:
                raise
            # What lsst.resources says has the whole URI.
            raise OSError(f"{_describe(uri)} cannot be fetched ({type(err).__name__}).") from None
        yield file


@contextlib.contextmanager
def _unpack(file: BinaryIO, member: str) -> Iterator[Any]:
    """Unpack a file that is compressed with gzip, or in a zip file.

    All of it is unpacked at once, since that compares it with checksums of
    the archive's own; on the disk, since a little can become much.
    """
    with contextlib.ExitStack() as stack:
        if member:
            archive = stack.enter_context(zipfile.ZipFile(file))
            file = _spool(stack, stack.enter_context(archive.open(member)))
        isCompressed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        file.seek(0)
        yield _spool(stack, gzip.open(file)) if isCompressed else file


def _spool(stack: contextlib.ExitStack, source: Any) -> BinaryIO:
    """Write what a stream gives to a temporary file."""
    target = stack.enter_context(tempfile.TemporaryFile())
    shutil.copyfileobj(source, target)
    target.seek(0)
    return target


def _verifyHdus(file: BinaryIO, uri: ResourcePath) -> int:
    """Verify the HDUs of an open file; return the number of those with
    checksums.
    """
    from astropy.io import fits

    size = file.seek(0, os.SEEK_END)
    end = index = count = 0
    while end < size:
        start = file.seek(end)
        if index and not _isHeader(file):
            break
        file.seek(start)
        header = fits.Header.fromfile(file)
        data = file.tell()
        end = data + header.data_size_padded
        name = f"{_describe(uri)}, HDU {index} ({header.get('EXTNAME', '')})"
        if end > size:
            raise ChecksumError(f"{name} ends at byte {end}, but the file at {size}. The file is damaged.")
        if wrong := _findWrong(header, _addWords(file, start, data), _addWords(file, data, end)):
            raise ChecksumError(f"{name}: {' and '.join(wrong)} do not fit. The file is damaged.")
        count += bool(header.get("CHECKSUM") or header.get("DATASUM"))
        index += 1
    return count


def _isHeader(file: BinaryIO) -> bool:
    """Return whether the rest of a file begins with a header, be it damaged:
    what else may follow the last HDU has no checksums.
    """
    card = file.read(_CARD)
    while card and not card.startswith((b"XTENSION", _END)):
        card = file.read(_CARD)
    return bool(card)


def _findWrong(header: "Header", headerSum: int, dataSum: int) -> list[str]:
    """Name the cards that do not fit the sums of header and data."""
    wrong = []
    if header.get("CHECKSUM") and _fold(headerSum + dataSum) != _ALL_ONES:
        wrong.append("CHECKSUM")
    if header.get("DATASUM") and int(header["DATASUM"]) != dataSum:
        wrong.append("DATASUM")
    return wrong


def _addWords(file: BinaryIO, start: int, end: int) -> int:
    """Add up a part of a file as FITS checksums do: in 32-bit words, with
    one's complement.

    Astropy verifies a header as it understood it, and not the bytes that are
    there.
    """
    file.seek(start)
    total = 0
    for position in range(start, end, _CHUNK):
        words = np.frombuffer(file.read(min(_CHUNK, end - position)), ">u4")
        total = _fold(total + int(words.sum(dtype=np.uint64)))
    return total


def _fold(total: int) -> int:
    """Bring the carry of a sum back into 32 bits."""
    while total > _ALL_ONES:
        total = (total & _ALL_ONES) + (total >> 32)
    return total
