# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP server on the loopback that gives ranges of files, and fails on
demand.
"""

__all__ = ["RangeServer"]

import email.utils
import os
import pathlib
import re
import threading
import time
import urllib.parse
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHUNK = 1 << 16
"""Bytes that are sent at a time."""


class RangeServer:
    """Serves the files of a folder, as a context.

    Parameters
    ----------
    folder : `str`
        What to serve.
    latency : `float`
        Seconds before each answer.
    bandwidth : `float`
        Bytes per second, for all answers together; infinite by default.

    Attributes
    ----------
    hasRanges : `bool`
        Whether parts of files are given, and said to be.
    ignoresRanges : `bool`
        Whether whole files are given to who asks for a part.
    answersHead : `bool`
        Whether HEAD requests are answered, else they are 403.
    hasLengths : `bool`
        Whether HEAD requests are answered with the length of the file.
    hasDates : `bool`
        Whether it is said when files were changed.
    hasETags : `bool`
        Whether it is said which content files have.
    isClosing : `bool`
        Whether connections are closed without an answer to anything but
        OPTIONS.
    signature : `str` or `None`
        What a request must have after ``?Signature=``, else it is 403.
    failures : `list` [`str` or `int`]
        What happens to the next GET requests, in turn: a status, "cut" for
        a connection that breaks off in the middle, or "" for nothing.
    beforeGet : `~collections.abc.Callable` or `None`
        Called before each GET request, with its number from 1.
    """

    def __init__(self, folder, latency=0.0, bandwidth=float("inf")):
        self.folder = pathlib.Path(folder)
        self.latency = latency
        self.bandwidth = bandwidth
        self.hasRanges = True
        self.ignoresRanges = False
        self.answersHead = True
        self.hasLengths = True
        self.hasDates = True
        self.hasETags = False
        self.isClosing = False
        self.signature = None
        self.failures = []
        self.beforeGet = None
        self._arrival = threading.Lock()
        self._lock = threading.Lock()
        self.clear()

    def clear(self):
        """Count from zero."""
        self.requests = []
        self.bytesSent = 0

    @property
    def numGets(self):
        """Number of GET requests."""
        return sum(method == "GET" for method, _ in self.requests)

    def __enter__(self):
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *args):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def note(self, method, wanted):
        """Note a request, and return how many GET requests there are by now.

        Several requests are answered at a time.
        """
        with self._arrival:
            self.requests.append((method, wanted))
            return self.numGets

    def send(self, stream, data):
        """Send bytes, as fast as the line is."""
        for start in range(0, len(data), CHUNK):
            part = data[start : start + CHUNK]
            with self._lock:
                # The line is shared: who sends keeps the others waiting.
                if self.bandwidth < float("inf"):
                    time.sleep(len(part) / self.bandwidth)
                self.bytesSent += len(part)
            stream.write(part)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_OPTIONS(self):
        self._answer(200, {})

    def do_HEAD(self):
        self._give(withData=False)

    def do_GET(self):
        self._give(withData=True)

    def _give(self, withData):
        owner = self.owner
        number = owner.note(self.command, self.headers.get("Range"))
        time.sleep(owner.latency)
        if owner.isClosing:
            self.close_connection = True
            return
        failure = ""
        if withData:
            if owner.beforeGet is not None:
                owner.beforeGet(number)
            failure = owner.failures.pop(0) if owner.failures else ""
        url = urllib.parse.urlsplit(self.path)
        path = owner.folder / urllib.parse.unquote(url.path).lstrip("/")
        signature = urllib.parse.parse_qs(url.query).get("Signature", [None])[0]
        if signature != owner.signature or not (withData or owner.answersHead):
            self._answer(403, {})
        elif isinstance(failure, int):
            self._answer(failure, {})
        elif not path.is_file():
            self._answer(404, {})
        else:
            self._giveFile(path, withData, failure == "cut")

    def _giveFile(self, path, withData, isCut):
        owner = self.owner
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            headers = {}
            if owner.hasDates:
                headers["Last-Modified"] = email.utils.formatdate(status.st_mtime, usegmt=True)
            if owner.hasETags:
                headers["ETag"] = f'"{zlib.crc32(file.read()):x}"'
            if owner.hasRanges:
                headers["Accept-Ranges"] = "bytes"
            start, stop, code = 0, status.st_size, 200
            wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            if wanted and owner.hasRanges and not owner.ignoresRanges:
                start = int(wanted[1])
                if start >= status.st_size:
                    self._answer(416, headers)
                    return
                stop = min(stop, int(wanted[2]) + 1) if wanted[2] else stop
                code = 206
                headers["Content-Range"] = f"bytes {start}-{stop - 1}/{status.st_size}"
            headers["Content-Length"] = str(stop - start) if withData or owner.hasLengths else None
            self._answer(code, headers)
            if withData:
                file.seek(start)
                data = file.read(stop - start)
                if isCut:
                    owner.send(self.wfile, data[: len(data) // 2])
                    self.close_connection = True
                else:
                    owner.send(self.wfile, data)

    def _answer(self, code, headers):
        self.send_response(code)
        for name, value in {"Content-Length": "0", **headers}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
