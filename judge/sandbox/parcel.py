"""Files on their way into a box: plain names, and contents as descriptors that the keeper copies from."""

import io
import os
import stat
from collections.abc import Iterator, Mapping
from typing import BinaryIO, NamedTuple

from judge.sandbox import streams
from judge.sandbox.wire import MOST_DESCRIPTORS, PACKET_BYTES, Field

Content = bytes | BinaryIO | int
"""What a file is to hold; a file or descriptor is read from where it stands to its end, and stays open."""

PAGE = 4096
PATH_BYTES = 4096

_ENTRY_BYTES = 5 * 8
"""What an entry takes of a packet beside its name, at most."""


class Entry(NamedTuple):
    """One file: ``size`` bytes from ``at`` on of what a descriptor leads to."""

    name: str
    descriptor: int
    at: int
    size: int


class Parcel:
    """Takes hold of contents; whoever has it closes it.

    Raises ValueError for a name that is absolute or has empty, '.', '..' or NUL parts. A name that ends in a
    slash is a folder's.
    """

    def __init__(self, files: Mapping[str, Content]) -> None:
        for name in files:
            check(name.removesuffix("/"))
        self._descriptors: list[int] = []
        self._small: int | None = None
        self._small_bytes = 0
        try:
            self.entries = [self._entry(name, content) for name, content in files.items()]
        except BaseException:
            self.close()
            raise

    @property
    def total_bytes(self) -> int:
        """What all contents come to."""
        return sum(entry.size for entry in self.entries)

    @property
    def taken_bytes(self) -> int:
        """What they take of a file system in memory, by whole pages."""
        return sum(-(-entry.size // PAGE) * PAGE for entry in self.entries)

    def requests(self) -> Iterator[tuple[list[Field], list[int]]]:
        """What the keeper is told after the kind of request, with descriptors, in packets of a good size."""
        fields: list[Field] = []
        sources: list[int] = []
        count = room = 0
        for name, descriptor, at, size in self.entries:
            needed = len(name.encode()) + _ENTRY_BYTES
            is_full = descriptor not in sources and len(sources) == MOST_DESCRIPTORS
            if count and (is_full or needed > room):
                yield [count, *fields], sources
                fields, sources, count = [], [], 0
            if not count:
                room = PACKET_BYTES - _ENTRY_BYTES
            if descriptor not in sources:
                sources.append(descriptor)
            fields += [name, sources.index(descriptor), at, size]
            count += 1
            room -= needed
        yield [count, *fields], sources

    def close(self) -> None:
        while self._descriptors:
            os.close(self._descriptors.pop())

    def _entry(self, name: str, content: Content) -> Entry:
        if name.endswith("/") and content != b"":
            raise ValueError(f"{name!r} is a folder's name, and has contents")
        if isinstance(content, bytes):
            return self._small_entry(name, content)
        descriptor, at = _regular(content) or (streams.sealed(content), 0)
        self._descriptors.append(descriptor)
        return Entry(name, descriptor, at, max(0, os.fstat(descriptor).st_size - at))

    def _small_entry(self, name: str, content: bytes) -> Entry:
        """All that is in our memory goes one after another into one file."""
        if self._small is None:
            self._small = os.memfd_create("parcel", os.MFD_CLOEXEC)
            self._descriptors.append(self._small)
        streams.write(self._small, content)
        at, self._small_bytes = self._small_bytes, self._small_bytes + len(content)
        return Entry(name, self._small, at, len(content))


def check(name: str) -> None:
    """Raise ValueError for a file name that could lead out of its folder."""
    if len(name.encode()) >= PATH_BYTES:
        raise ValueError(f"a file name of {len(name)} characters is too long")
    if "\0" in name or any(part in ("", ".", "..") or len(part.encode()) > 255 for part in name.split("/")):
        raise ValueError(f"{name!r} is not a plain relative file name")


def _regular(content: BinaryIO | int) -> tuple[int, int] | None:
    """Another descriptor of a file on disk or in memory, and where it stands; None for what has to be read.

    Not every file object with a descriptor gives what that one leads to: one may decompress.
    """
    if isinstance(content, int):
        descriptor = content
    elif isinstance(getattr(content, "raw", content), io.FileIO):
        content.flush()
        descriptor = content.fileno()
    else:
        return None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or not found.st_size:  # a file of /proc says that it is empty
        return None
    at = os.lseek(descriptor, 0, os.SEEK_CUR) if isinstance(content, int) else content.tell()
    return os.dup(descriptor), at
