"""The folder of a submission in a box: what is put there, and what a compiler has left, for another box."""

import os
import struct
from collections.abc import Mapping

from judge.sandbox.cgroup import Cgroup
from judge.sandbox.link import CAPTURE, PUT, SEAL, Link
from judge.sandbox.order import Answer
from judge.sandbox.parcel import Content, Parcel

CAPTURE_BYTES = 64 << 20
CAPTURE_FILES = 1024

_NUMBER = struct.Struct("=q")


class Code:
    """What the keeper is told about /code, and what is known of it."""

    def __init__(self, link: Link, cgroup: Cgroup, most_bytes: int) -> None:
        self._link = link
        self._cgroup = cgroup
        self._most_bytes = most_bytes
        self._sealed = False
        self._given_bytes = 0
        """What it took when files were put there; more than that programs have written."""
        self.written_bytes = 0
        """What programs have written, and the next run's does not have to answer for."""

    def put(self, files: Mapping[str, Content]) -> None:
        """As ``Box.put``."""
        if self._sealed:
            raise ValueError("the box is sealed")
        parcel = Parcel(files)
        try:
            if parcel.total_bytes > self._most_bytes:
                raise ValueError(f"the files are more than {self._most_bytes} bytes")
            self._cgroup.lift()
            for fields, descriptors in parcel.requests():
                held = self._link.ask_keeper(PUT, *fields, descriptors=descriptors)
                self._given_bytes = held.code_bytes
        finally:
            parcel.close()

    @property
    def is_sealed(self) -> bool:
        """Whether the box has compiled what it is to run."""
        return self._sealed

    def seal(self) -> None:
        """As ``Box.seal``."""
        self._link.ask_keeper(SEAL)
        self._sealed = True

    def after(self, answer: Answer) -> None:
        """A run is over."""
        self.written_bytes = max(0, answer.code_bytes - self._given_bytes)

    def capture(self, most_bytes: int, most_files: int) -> dict[str, bytes] | None:
        """As ``Box.capture``."""
        self._cgroup.lift()
        contents_bytes, file = self._link.take_from_keeper(CAPTURE, most_bytes, most_files)
        if file is None:
            return None
        try:
            return _read(file, contents_bytes)
        except UnicodeDecodeError:
            return None
        finally:
            os.close(file)


def _read(file: int, contents_bytes: int) -> dict[str, bytes]:
    """Read contents that lie one after another, and behind them names and sizes."""
    listing_bytes = os.fstat(file).st_size - contents_bytes
    listing = os.pread(file, listing_bytes, contents_bytes)
    found = {}
    at = taken = 0
    while at < listing_bytes:
        (length,) = _NUMBER.unpack_from(listing, at)
        name = listing[at + _NUMBER.size :][:length].decode()
        (size,) = _NUMBER.unpack_from(listing, at + _NUMBER.size + length)
        at += 2 * _NUMBER.size + length
        found[name] = os.pread(file, size, taken)
        taken += size
    return found
