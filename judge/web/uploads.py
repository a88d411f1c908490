"""Packages that come in: streamed to disk, and read beside the event loop, a few at a time."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from flask import request
from gevent import Timeout, sleep
from gevent.threadpool import ThreadPool
from werkzeug.exceptions import RequestEntityTooLarge

from judge import packages, versions
from judge.blobs import digest_of
from judge.config import settings
from judge.errors import PackageError
from judge.packages import archives
from judge.versions import Prepared
from judge.web.faults import Fault

_AT_ONCE = 4
"""So many packages are received or read by one process; each may need gigabytes of disk."""
_READ_AT_ONCE = 2
_RECEIVE_S = 600.0
_BLOCK_BYTES = 64 * 1024
PACKAGE = ("application/zip", "application/octet-stream")
"""Media types of a package."""
_ZIP = (*PACKAGE, "application/x-zip-compressed", "")


@dataclass(frozen=True)
class Upload:
    """A package as it came, and as it was read; the archive is a file that goes with the request."""

    version: Prepared
    archive: BinaryIO
    archive_digest: str


class _Room:
    """Counts the packages that are being received or read."""

    def __init__(self) -> None:
        self._taken = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Room for one more. Raises Fault."""
        if self._taken >= _AT_ONCE:
            raise Fault(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{_AT_ONCE} packages are being read already; try again soon",
                headers={"Retry-After": "10"},
            )
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1


_room = _Room()


def body() -> Iterator[bytes]:
    """The body of this request, which must be a zip, in blocks. Raises Fault."""
    if request.mimetype not in _ZIP:
        raise Fault(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "send the package as a zip, with the header `Content-Type: application/zip`",
        )
    request.max_content_length = settings().max_package_bytes + 1  # one more tells that there was more
    return iter(partial(request.stream.read, _BLOCK_BYTES), b"")


@contextmanager
def uploaded(problem_id: str, blocks: Iterable[bytes]) -> Iterator[Upload]:
    """The package that comes in these blocks. Raises Fault, PackageError."""
    with _room.taken(), tempfile.TemporaryFile() as archive:
        with Timeout(_RECEIVE_S, Fault(HTTPStatus.REQUEST_TIMEOUT, "the package came too slowly")):
            _receive(archive, blocks)
        # Reading is Python's work for seconds: in a thread, requests go on beside it.
        read = _threads().apply(_read, (archive, problem_id))
        if isinstance(read, PackageError):
            raise read
        yield read


def _receive(archive: BinaryIO, blocks: Iterable[bytes]) -> None:
    most = settings().max_package_bytes
    received = 0
    for block in blocks:
        received += len(block)
        if received > most:
            raise RequestEntityTooLarge
        archive.write(block)
        sleep(0)  # who sends as fast as we read would otherwise be the only one served
    archive.flush()


def _read(archive: BinaryIO, problem_id: str) -> Upload | PackageError:
    """A fault of the package is a value here: gevent would log it as a failure of ours."""
    with tempfile.TemporaryDirectory(prefix="judge-upload-") as above:
        try:
            # The folder's name is the problem's id.
            folder = archives.unpack(archive, Path(above) / problem_id)
            version = versions.prepared(packages.read(folder), folder)
        except PackageError as error:
            return error
        return Upload(version, archive, digest_of(archive))


@cache
def _threads() -> ThreadPool:
    """Threads of the system, not greenlets; made when they are first needed, in the process that serves."""
    return ThreadPool(_READ_AT_ONCE)
