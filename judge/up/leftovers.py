"""Processes that outlive their `judge up` after a `kill -9`, and their end."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

# In the environment of every program that we start, as HOME:RUN, so that it can be told from any other.
MARK = "JUDGE_UP"

PATIENCE_S = 4.0  # the kernel has told them to stop already; a database that is killed loses nothing


def of_run(mark: str) -> list[int]:
    """Process ids of those that carry exactly this mark."""
    return _found(lambda process: f"{MARK}={mark}" in _environment(process))


def of_home(home: Path, database: Path) -> list[int]:
    """Process ids of those that any run in ``home`` has started, its database in ``database`` included."""
    start = f"{MARK}={home}:"

    def ours(process: Path) -> bool:
        # PostgreSQL overwrites its environment with its title, but always works in its data.
        return any(word.startswith(start) for word in _environment(process)) or _serves(process, database)

    return _found(ours)


def end_leftovers(find: Callable[[], list[int]]) -> int:
    """Wait until ``find`` finds nobody, and kill who does not go; tell how many there were at most.

    The caller makes sure that nothing starts any more of them.
    """
    most = 0
    until = time.monotonic() + PATIENCE_S
    while left := find():
        most = max(most, len(left))
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                _end(pid, find, until)
    return most


def _end(pid: int, find: Callable[[], list[int]], until: float) -> None:
    fd = os.pidfd_open(pid)
    try:
        if pid not in find():  # looked at again, now that the number cannot become another's
            return
        ended = select.poll()
        ended.register(fd, select.POLLIN)
        if not ended.poll(max(0.0, until - time.monotonic()) * 1000):
            signal.pidfd_send_signal(fd, signal.SIGKILL)
            ended.poll(PATIENCE_S * 1000)
    finally:
        os.close(fd)


def _found(ours: Callable[[Path], bool]) -> list[int]:
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            with contextlib.suppress(OSError):  # it has ended, or belongs to somebody else
                if ours(process):
                    found.append(int(process.name))
    return found


def _environment(process: Path) -> list[str]:
    return os.fsdecode((process / "environ").read_bytes()).split("\0")


def _serves(process: Path, database: Path) -> bool:
    # Somebody's shell may stand in that folder too.
    inside = Path(os.readlink(process / "cwd")) == database
    return inside and Path(os.readlink(process / "exe").removesuffix(" (deleted)")).name == "postgres"
