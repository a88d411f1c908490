"""The host's ends of a program's standard streams."""

import fcntl
import io
import os
from typing import BinaryIO

CHUNK = 64 << 10


def sealed(content: bytes | BinaryIO | int) -> int:
    """Return a read-only copy of the content in memory, as a descriptor at its start.

    A program must not get a descriptor of a host's file: it could learn its path, and as the same user
    change its mode. An int or file is read from where it stands to its end, and stays open.
    """
    copy = os.memfd_create("stdin", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        if isinstance(content, bytes):
            _write(copy, content)
        else:
            _copy(content, copy)
        os.lseek(copy, 0, os.SEEK_SET)
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
        fcntl.fcntl(copy, fcntl.F_ADD_SEALS, seals)
    except BaseException:
        os.close(copy)
        raise
    return copy


def nothing() -> int:
    """Return an empty standard input."""
    return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)


def _copy(source: BinaryIO | int, copy: int) -> None:
    read = source.read if not isinstance(source, int) else io.FileIO(source, closefd=False).read
    while chunk := read(1 << 20):
        _write(copy, chunk)


def _write(file: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]


class Drain:
    """Reads a pipe as it fills: keeps the first ``keep`` bytes, and says when more than ``limit`` came."""

    def __init__(self, keep: int, limit: int) -> None:
        self.reader, self.writer = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self.reader, False)
        if os.geteuid() == 0:
            # The program may open /dev/stdout by its name, and is another user than we are.
            os.fchmod(self.writer, 0o666)
        self._keep = keep
        self._limit = limit
        self._seen = 0
        self._kept = bytearray()  # no list of pieces: a program can make each a byte or two
        self.ended = False

    @property
    def exceeded(self) -> bool:
        return self._seen > self._limit

    @property
    def content(self) -> bytes:
        return bytes(self._kept)

    def read(self) -> None:
        """Take what there is now."""
        try:
            chunk = os.read(self.reader, CHUNK)
        except BlockingIOError:
            return
        if not chunk:
            self.ended = True
        else:
            self._kept += chunk[: self._keep - len(self._kept)]
        self._seen += len(chunk)

    def read_rest(self) -> None:
        """Take all that is left of writers who are dead; it need not end in an end of file.

        A descriptor that a program sent to a socket and never took out can hold the pipe open for a while.
        """
        while not self.ended:
            seen = self._seen
            self.read()
            if self._seen == seen:
                return

    def close_writer(self) -> None:
        """Let go of the program's end, so that the pipe ends with the program."""
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1

    def close(self) -> None:
        self.close_writer()
        os.close(self.reader)
