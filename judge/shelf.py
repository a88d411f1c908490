"""Files under digests in a folder of bounded size: what was used longest ago goes first.

Several processes may share a folder. A file appears under its name when it is whole, or not at all.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from io import BufferedRandom, BufferedReader
from pathlib import Path

_SCANNED_AFTER = 16
"""Who has put a sixteenth of the bound looks again at what all have put; to look each time would be dear."""

_PART = ".part-"
_ABANDONED_S = 3600.0
"""A part that nobody has written to for so long is one whose writer has died."""


class Shelf:
    """One such folder; ``most_bytes`` is what its files may take together.

    As each process looks only now and then, they may for a while take more: for each a sixteenth of that and
    its last file.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._put_bytes: int | None = None
        """Since the last look, if there was one."""

    def path(self, digest: str) -> Path:
        """Where a digest's file lies, if it is there."""
        return Path(f"{self._folder}/{digest[:2]}/{digest}")

    def open(self, digest: str) -> BufferedReader | None:
        """The file of a digest, used now; None where there is none. It can be read to its end in any case."""
        try:
            file = self.path(digest).open("rb")
        except FileNotFoundError:
            return None
        status = os.fstat(file.fileno())
        # Eviction goes by the last use, which stands beside the time of writing.
        os.utime(file.fileno(), ns=(time.time_ns(), status.st_mtime_ns))
        return file

    @contextmanager
    def put(self, digest: str) -> Iterator[BufferedRandom]:
        """A new file to be written, which is the digest's at the end of the block unless that raises.

        It stays open, for the block to close or to hand on.
        """
        path = self.path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=_PART)  # its mode is 0600
        file = os.fdopen(descriptor, "w+b")
        try:
            yield file
            if not file.closed:
                file.flush()
            size = os.stat(part).st_size
            os.replace(part, path)
        except BaseException:
            file.close()
            os.unlink(part)
            raise
        self._make_room(path, size)

    def discard(self, digest: str) -> None:
        """Take a digest's file away."""
        self.path(digest).unlink(missing_ok=True)

    def _make_room(self, newest: Path, size: int) -> None:
        if self._put_bytes is None or (self._put_bytes + size) * _SCANNED_AFTER > self._most_bytes:
            self._evict(keep=newest)
            self._put_bytes = 0
        else:
            self._put_bytes += size

    def _evict(self, keep: Path) -> None:
        """Remove what was used longest ago until the rest is within its bound."""
        found = sorted(self._found())
        excess = sum(size for _, size, _ in found) - self._most_bytes
        for _, size, path in found:
            if excess <= 0:
                break
            if path != keep and not path.name.startswith(_PART):
                path.unlink(missing_ok=True)
                excess -= size

    def _found(self) -> Iterator[tuple[int, int, Path]]:
        """The files with their last use and size; those that died writers have left are removed."""
        oldest = time.time() - _ABANDONED_S
        for path in self._folder.glob("??/*"):
            with suppress(FileNotFoundError):  # another process has evicted it
                status = path.stat()
                if path.name.startswith(_PART) and status.st_mtime < oldest:
                    path.unlink()
                    continue
                yield status.st_atime_ns, status.st_size, path


@cache
def shelf(folder: Path, most_bytes: int) -> Shelf:
    """The one of a process for a folder, which remembers when it has last looked."""
    return Shelf(folder, most_bytes)
