"""The writable folder of a box: fresh for a run, filled before it, or kept from the last one."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from judge.sandbox.limits import Limits
from judge.sandbox.link import DISCARD, FETCH, PLACE, RENEW, Link
from judge.sandbox.order import Answer
from judge.sandbox.parcel import Content, Parcel, check


class Fetched(NamedTuple):
    """The beginning of a file that a run left, and how large the file is."""

    content: bytes
    size: int

    @property
    def cut(self) -> bool:
        return self.size > len(self.content)


class Scratch:
    """What the keeper is told about /tmp, and what is known of it."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._room: tuple[int, int] | None = None
        """Of the folder that waits for the next run, if one does."""
        self._is_new = False
        self._is_kept = False
        self._is_filled = False
        self._parcels: list[Parcel] = []
        self.held_bytes = 0
        """What it takes before the next run, by files that were placed or kept."""

    @property
    def awaits_files(self) -> bool:
        """Whether the next ``prepare`` will have files put there."""
        return bool(self._parcels)

    def place(self, files: Mapping[str, Content]) -> None:
        """Have files put there before the next run. Raises ValueError for their names."""
        self._parcels.append(Parcel(files))

    def prepare(self, limits: Limits) -> bool:
        """Have the folder of the right size that the next run gets, and return whether it is a new one.

        Raises ValueError when the files to be placed are more than it may hold, SandboxError.
        """
        if sum(parcel.taken_bytes for parcel in self._parcels) > limits.file_bytes:
            raise ValueError(f"the files are more than {limits.file_bytes} bytes")
        if not self._is_kept and self._room != (limits.file_bytes, limits.file_count):
            self._renew(limits.file_bytes, limits.file_count)
        self._is_filled = bool(self._parcels)
        for parcel in self._parcels:
            for fields, descriptors in parcel.requests():
                held = self._link.ask_keeper(PLACE, *fields, descriptors=descriptors)
                self.held_bytes = held.scratch_bytes
        self._drop_parcels()
        self._link.settle()
        is_new, self._is_new = self._is_new, False
        return is_new

    def after(self, answer: Answer, limits: Limits, *, keep: bool) -> None:
        """A run is over: keep what it left, or have the next one find nothing of it.

        The keeper exchanges the folder while the caller looks at the outcome.
        """
        if keep:
            self._is_kept = True
            self.held_bytes = answer.scratch_bytes
        elif self._is_kept or self._is_filled or not answer.untouched:
            self._renew(limits.file_bytes, limits.file_count)

    def clear(self) -> None:
        """Forget what was to be placed, and throw away what was kept."""
        self._drop_parcels()
        if self._is_kept and self._room:
            self._renew(*self._room)

    def fetch(self, name: str, most_bytes: int) -> Fetched | None:
        """Read a file there. Raises ValueError for the name, SandboxError."""
        check(name)
        size, file = self._link.take_from_keeper(FETCH, name)
        if file is None:
            return None
        try:
            return Fetched(os.read(file, min(size, most_bytes)), size)
        finally:
            os.close(file)

    def discard(self, name: str) -> bool:
        """Remove a file there; whether there was one. Raises ValueError for the name, SandboxError."""
        check(name)
        return bool(self._link.take_from_keeper(DISCARD, name)[0])

    def close(self) -> None:
        """Let go of what was to be placed."""
        self._drop_parcels()

    def _renew(self, file_bytes: int, file_count: int) -> None:
        self._link.tell_keeper(RENEW, file_bytes, file_count)
        self._room = file_bytes, file_count
        self._is_new = True
        self._is_kept = False
        self.held_bytes = 0

    def _drop_parcels(self) -> None:
        while self._parcels:
            self._parcels.pop().close()
