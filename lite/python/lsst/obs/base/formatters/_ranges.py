# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files behind URIs, of which only what is needed is fetched."""

__all__ = ["canReadRanges", "nameOf", "openRanges"]

import contextlib
import io
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from lsst.afw.fits import FitsError
from lsst.afw.fits._rangeFile import RangeFile
from lsst.daf.butler import FileIntegrityError
from lsst.resources import ResourcePath

_LOG = logging.getLogger(__name__)

_TRIES = 3
"""How often a range is asked for while the connection breaks off."""

_TIMEOUT = (60.0, 300.0)
"""How long to wait for a connection, and for an answer, in seconds."""

_withoutRanges: set[tuple[str, str]] = set()
"""Scheme and host of the servers that are known to give whole files only."""


def canReadRanges(uri: ResourcePath) -> bool:
    """Return whether it is worth while to ask for parts of a file.

    Parameters
    ----------
    uri : `lsst.resources.ResourcePath`
        A remote file.

    Returns
    -------
    canRead : `bool`
        `False` for compressed files, and for servers that have been found to
        give whole files only.
    """
    return uri.getExtension() != ".fits.gz" and (uri.scheme, uri.netloc) not in _withoutRanges


def nameOf(uri: ResourcePath) -> str:
    """Return a URI without what may be secret.

    Parameters
    ----------
    uri : `lsst.resources.ResourcePath`
        A file.

    Returns
    -------
    name : `str`
        The URI without user, password, query and fragment.
    """
    parts = urlsplit(uri.geturl())
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


@contextlib.contextmanager
def openRanges(uri: ResourcePath, expectedSize: int, what: str) -> Iterator[RangeFile]:
    """Open a remote file.

    Parameters
    ----------
    uri : `lsst.resources.ResourcePath`
        The file.
    expectedSize : `int`
        Length that it should have, in bytes; -1 if that is not known.
    what : `str`
        What it holds, for messages.

    Yields
    ------
    file : `RangeFile`
        The file, as long as the context lasts.

    Raises
    ------
    FileNotFoundError
        Raised if the server does not give the file.
    lsst.daf.butler.FileIntegrityError
        Raised if it has another length, is no FITS file that can be read, or
        was changed while it was read: its ETag, or else its modification
        time, is another one after the last range than before the first. A
        server that says neither cannot be checked.

    Notes
    -----
    Errors of `lsst.resources`, and those that the Butler makes of others,
    quote the URI, which may be signed: what is raised here has it without
    what is secret, and none of theirs as its cause or context.
    """
    name = nameOf(uri)
    before = _askState(uri, name, what)
    with _Fetcher(uri, name, what) as fetcher:
        size = fetcher.fetchWhole() if before is None else before.size
        if expectedSize not in (-1, size):
            raise FileIntegrityError(
                f"{name} has {size} bytes, but {expectedSize} are expected of the {what}."
            )
        try:
            with RangeFile(f"{name} ({what})", size, fetcher.fetch) as file:
                yield file
        except (FileNotFoundError, FitsError) as err:
            # First see whether it is another file by now.
            _checkSame(before, _askState(uri, name, what), name, what)
            if isinstance(err, FileNotFoundError):
                raise
            raise FileIntegrityError(str(err)) from None
    _checkSame(before, _askState(uri, name, what), name, what)


class _Fetcher:
    """Fetches ranges of bytes through handles of `lsst.resources`.

    Parameters
    ----------
    uri : `lsst.resources.ResourcePath`
        The file.
    name, what : `str`
        See `openRanges`.
    """

    def __init__(self, uri: ResourcePath, name: str, what: str) -> None:
        self._uri = uri
        self._name = name
        self._what = what
        self._whole: bytes | None = None
        self._handles = contextlib.ExitStack()
        # A handle serves one thread at a time.
        self._local = threading.local()

    def __enter__(self) -> "_Fetcher":
        return self

    def __exit__(self, *args: object) -> None:
        self._handles.close()

    def fetchWhole(self) -> int:
        """Fetch all of the file; return its length, in bytes."""
        data: bytes = _ask(self._uri.read, self._name, self._what)
        self._noteWhole(data)
        return len(data)

    def fetch(self, start: int, size: int) -> bytes:
        """Fetch some bytes."""
        if self._whole is None:
            data = _ask(lambda: self._read(start, size), self._name, self._what)
            if len(data) <= size:
                return data
            # The server does not do what it says that it can.
            self._whole = data
        return self._whole[start : start + size]

    @property
    def _handle(self) -> Any:
        """Handle of this thread."""
        if not hasattr(self._local, "handle"):
            handle = self._handles.enter_context(self._uri.open("rb"))
            if isinstance(handle, io.BytesIO):
                self._noteWhole(handle.getvalue())
            self._local.handle = handle
        return self._local.handle

    def _read(self, start: int, size: int) -> bytes:
        self._handle.seek(start)
        return self._handle.read(size)

    def _noteWhole(self, data: bytes) -> None:
        """Note that all of the file has come."""
        self._whole = data
        server = (self._uri.scheme, self._uri.netloc)
        if server not in _withoutRanges:
            _withoutRanges.add(server)
            host = urlsplit(self._name).netloc
            _LOG.info("%s gives whole files only, so that whole files are fetched", host)


@dataclass(frozen=True)
class _FileState:
    """What a server says of a file."""

    size: int
    """Its length, in bytes."""

    tag: Any
    """Something that is another one for other content: its ETag or checksums;
    `None` if the server does not say it.
    """

    modified: Any
    """When it was changed; `None` if the server does not say it."""


def _askState(uri: ResourcePath, name: str, what: str) -> _FileState | None:
    """Ask for the state of a file; `None` if the server does not tell at
    least its length.
    """
    return _ask(lambda: _readState(uri), name, what)


def _readState(uri: Any) -> _FileState | None:
    """Ask for the state of a file once."""
    if uri.scheme in ("http", "https"):
        return _readHttpState(uri)
    try:
        info = uri.get_info()
    except ValueError:
        return None
    return _FileState(info.size, info.checksums or None, info.last_modified)


def _readHttpState(uri: Any) -> _FileState | None:
    """Ask a web server for the state of a file.

    ``uri.get_info()`` leaves the ETag out.
    """
    url, session = uri.geturl(), uri.metadata_session
    # Lengths are those of the file, not of what is sent.
    headers = {"Accept-Encoding": "identity"}
    if any(name.endswith("Signature") for name in parse_qs(urlsplit(url).query)):
        # It is signed for GET alone.
        headers["Range"] = "bytes=0-0"
        response = session.get(url, timeout=_TIMEOUT, stream=True, headers=headers)
    else:
        response = session.head(url, timeout=_TIMEOUT, allow_redirects=True, stream=False, headers=headers)
    with response:
        found = response.headers
        match response.status_code:
            case 200:
                size = found.get("Content-Length", "")
            case 206:
                size = found.get("Content-Range", "").rpartition("/")[2]
            case 404:
                raise FileNotFoundError("status: 404")
            case _:
                # GET may be allowed, or tells the reason.
                return None
    if not size.isdecimal():
        return None
    return _FileState(int(size), found.get("ETag"), found.get("Last-Modified"))


def _ask(question: Callable[[], Any], name: str, what: str) -> Any:
    """Ask the server something, again if the connection breaks off."""
    for left in reversed(range(_TRIES)):
        try:
            return question()
        except Exception as err:
            if left and _isCut(err):
                continue
            # Not even the reason may be quoted: it has the URI.
            status = _findStatus(err)
            failure = FileNotFoundError(f"{name}, the {what}, cannot be read: {status}")
        raise failure
    raise AssertionError("unreachable")


def _isCut(err: Exception) -> bool:
    """Return whether an error is that of a connection that broke off."""
    # Who has such an error has imported the package; not everybody needs it.
    requests = sys.modules.get("requests")
    return requests is not None and isinstance(err, requests.exceptions.ChunkedEncodingError)


def _findStatus(err: Exception) -> str:
    """Say what went wrong, without the URI that an error quotes."""
    text = str(err)
    for word in ("status code: ", "status: "):
        if word in text:
            return f"status {text.rpartition(word)[2]}"
    return f"{type(err).__name__}"


def _checkSame(before: _FileState | None, after: _FileState | None, name: str, what: str) -> None:
    """Raise if a file was changed while it was read."""
    if before is None or after is None:
        return
    told = [("ETag", before.tag, after.tag), ("modification time", before.modified, after.modified)]
    told = [(kind, was, now) for kind, was, now in told if was is not None and now is not None]
    for kind, was, now in (("length", before.size, after.size), *told[:1]):
        if was != now:
            raise FileIntegrityError(
                f"{name}, the {what}, was changed while it was read: its {kind} was {was} and is {now}."
            )
