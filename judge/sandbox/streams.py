"""The host's ends of a program's standard streams."""

import fcntl
import io
import os
import select
from abc import ABC, abstractmethod
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from judge.sandbox.watch import Watch

if TYPE_CHECKING:
    from judge.sandbox.attendance import Attended

CHUNK = 64 << 10


def sealed(content: bytes | BinaryIO | int) -> int:
    """Return a read-only copy of the content in memory, as a descriptor at its start.

    A program must not get a descriptor of a host's file: it could learn its path, and as the same user
    change its mode. An int or file is read from where it stands to its end, and stays open.
    """
    copy = os.memfd_create("stdin", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        if isinstance(content, bytes):
            write(copy, content)
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
        write(copy, chunk)


def write(file: int, content: bytes) -> None:
    """Write all of it."""
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]


class Stream(ABC):
    """A pipe that a program writes to, and how much has come of it, of ``limit`` bytes at most."""

    def __init__(self, limit: int) -> None:
        self.reader, self.writer = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self.reader, False)
        if os.geteuid() == 0:
            # The program may open /dev/stdout by its name, and is another user than we are.
            os.fchmod(self.writer, 0o666)
        self._limit = limit
        self._seen = 0
        self.ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def exceeded(self) -> bool:
        return self._seen > self._limit

    @property
    def content(self) -> bytes:
        """What was kept of it."""
        return b""

    @abstractmethod
    def join(self, watch: Watch, run: "Attended") -> None:
        """Have what comes handled as it comes, and the run stopped when it is too much."""

    @abstractmethod
    def read(self) -> None:
        """Take what there is now."""

    def writer_goes_on(self) -> None:  # noqa: B027  most need not know
        """The main program has been asked for, and is not about to end."""

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

    def _take(self) -> bytes:
        """Read what there is now, and note how much it was, or that it was the end."""
        try:
            chunk = os.read(self.reader, CHUNK)
        except BlockingIOError:
            return b""
        self._count(len(chunk))
        return chunk

    def _count(self, size: int) -> None:
        self._seen += size
        if not size:
            self.ended = True


class Drain(Stream):
    """Reads a pipe as it fills: keeps the first ``keep`` bytes, and says when more than ``limit`` came."""

    def __init__(self, keep: int, limit: int) -> None:
        super().__init__(limit)
        self._keep = keep
        self._kept = bytearray()  # no list of pieces: a program can make each a byte or two

    @property
    def content(self) -> bytes:
        return bytes(self._kept)

    def join(self, watch: Watch, run: "Attended") -> None:
        def take() -> None:
            self.read()
            if self.ended:
                watch.forget(self.reader)
            if self.exceeded:
                run.stop()

        watch.expect(self.reader, select.POLLIN, take)

    def read(self) -> None:
        self._kept += self._take()[: self._keep - len(self._kept)]
