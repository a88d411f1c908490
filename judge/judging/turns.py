"""Programs of all slots run side by side, unless one has to be measured while all others pause."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from judge.config import settings

PATIENCE_S = 30.0
"""How long somebody waits for others: one that is stopped in the midst of its turn stops nobody for good."""

_LOOK_EVERY_S = 0.005


class Turns:
    """The turns of one judging; a context manager.

    Slots agree on two locked files in JUDGE_HOME, which each judging opens for itself: a lock belongs to an
    opened file, and processes that were forked would share it.
    """

    def __init__(self) -> None:
        folder = settings().home / "turns"
        folder.mkdir(parents=True, exist_ok=True)
        # Whoever wants to be alone holds the gate, so that no newcomer gets into the room before them.
        self._gate, self._room = (_opened(folder / name) for name in ("gate", "room"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._gate)
        os.close(self._room)

    @contextmanager
    def beside_others(self) -> Iterator[None]:
        """While the block runs, nobody is alone."""
        with _held(self._gate, fcntl.LOCK_SH):
            pass
        with _held(self._room, fcntl.LOCK_SH):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While the block runs, nobody else of this machine who shares our JUDGE_HOME runs a program."""
        with _held(self._gate, fcntl.LOCK_EX), _held(self._room, fcntl.LOCK_EX):
            yield


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def _held(file: int, kind: int) -> Iterator[None]:
    """The lock or, after PATIENCE_S, none. The kernel wakes nobody at a deadline, hence the looks."""
    deadline = time.monotonic() + PATIENCE_S
    while not _locked(file, kind) and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY_S)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _locked(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
