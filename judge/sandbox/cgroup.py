"""The kernel's account of a box: one control group for memory, processes and CPU time.

Only a worker that may make groups has them: as root, or where a group of version 2 is delegated to it. What
is missing is said by ``hierarchy.find`` and counted in other ways by the agent.
"""

import contextlib
import errno
import os
import re
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from judge.sandbox.errors import SandboxError
from judge.sandbox.hierarchy import Hierarchies

AGENT_PROCESSES = 2

OOM_ROOM_BYTES = 32 << 20
"""Given beyond the limit once it is hit, so that the agent itself is not held up while it ends the run."""

LEAST_BYTES = 16 << 20
"""No lower limit is set. The kernel's memory killer weighs a process by its size and by its score, which
counts in shares of the limit: with a tiny one the agents could outweigh the program.
"""

STALE_S = 0.25
"""How long the kernel is given to free what a run left to it, as files in sockets."""

PRECISION_BYTES = 1 << 20
"""A program that uses less may not show, as each processor charges ahead for 64 pages; the kernel's word on
its largest process, which is too much by mapped files, then is the better one."""

SLACK_BYTES = 4 << 20
"""Each processor charges ahead in batches, and an agent may grow a little."""

_REMOVAL_S = 5.0
_SHMEM = re.compile(rb"^shmem (\d+)", re.M)


class Cgroup(ABC):
    """The group of one box. Every file is opened once; nothing is moved between groups during a run.

    The classes of the versions fill in what they call things and how they tell.
    """

    LIMIT: ClassVar[str]
    UNLIMITED: ClassVar[bytes]
    USAGE: ClassVar[str]
    STAT: ClassVar[str] = "memory.stat"
    CACHE: ClassVar[re.Pattern[bytes]]
    """The line of STAT that counts cached files, those in tmpfs among them."""

    OOM_EVENT_KIND: ClassVar[int]
    """What to poll ``oom_event`` for."""

    memory_is_sampled = False
    """Whether a run's peak has to be sampled besides, as this kernel tells of none since a moment."""

    def __init__(self, hierarchies: Hierarchies) -> None:
        """Make the group in every hierarchy found. Raises SandboxError."""
        name = f"judge-{os.getpid()}-{secrets.token_hex(6)}"
        self.folders = {c: folder / name for c, folder in hierarchies.folders.items()}
        self.files: dict[str, int] = {}
        self.oom_event: int | None = None
        self._opened_bytes = 0
        self._held_bytes = 0
        self._limit_bytes = 0
        self._peak_bytes = 0
        self._cache_bytes = 0
        self._kills_before = 0
        self._kills_seen = 0
        self._hit = False
        try:
            for folder in set(self.folders.values()):
                folder.mkdir()
            if "pids" in self.folders:
                self._open("pids", "pids.max", os.O_WRONLY)
            if self.counts_memory:
                self._open("memory", self.LIMIT, os.O_WRONLY)
                self._open("memory", self.USAGE, os.O_RDONLY)
                self._open("memory", self.STAT, os.O_RDONLY)
            self._prepare()
        except OSError as error:
            self.remove()
            raise SandboxError("cgroup", str(error)) from error

    @property
    def counts_memory(self) -> bool:
        return "memory" in self.folders

    @property
    @abstractmethod
    def cpu_usage(self) -> int | None:
        """A descriptor of the CPU counter, for the agent."""

    def doors(self) -> list[int]:
        """Open what a process writes "0" to in order to join; its children are born there.

        Raises SandboxError.
        """
        return []

    def birthplace(self) -> list[int]:
        """Open the group for a process to be born in, where it can; nothing where it has to join.

        Raises SandboxError.
        """
        return []

    def opened(self) -> None:
        """The box stands and has run nothing yet: what it holds now is its own. Raises SandboxError."""
        try:
            self._opened_bytes = self._used_bytes() if self.counts_memory else 0
        except OSError as error:
            raise SandboxError("cgroup", str(error)) from error

    def lift(self) -> None:
        """Let the agent take what it is to put into files, whose folders have bounds; nothing else runs.

        Until the next ``begin``. Raises SandboxError.
        """
        try:
            if self._limit_bytes:  # otherwise none was set yet
                os.pwrite(self.files[self.LIMIT], self.UNLIMITED, 0)
        except OSError as error:
            raise SandboxError("cgroup", str(error)) from error

    def begin(self, memory_bytes: int, processes: int, files_bytes: int, *, as_left: bool) -> None:
        """Set the limits of the next run, beyond what the box holds already, and forget the last peak.

        files_bytes: what the files that outlast a run take. More than these and the box's own is not conceded
        to a program: it would have what earlier runs left to be freed on top of its limit. as_left: nothing
        was done to the box since the last run ended, so the files cached then need not be asked for again.
        """
        try:
            if "pids" in self.folders:
                self._write("pids.max", processes + AGENT_PROCESSES)
            if self.counts_memory:
                most = self._opened_bytes + files_bytes + SLACK_BYTES
                used = self._number(self.USAGE) - self._cache_bytes if as_left else most + 1
                if used > most:
                    used = self._settled_bytes(most)
                self._held_bytes = max(0, min(used, most))
                self._limit_bytes = self._held_bytes + max(memory_bytes, LEAST_BYTES)
                if used > self._limit_bytes:
                    # Version 2 would kill for such a limit, and there are only the agents to be killed.
                    raise OSError(errno.EBUSY, "an earlier run's memory is still held")
                self._write(self.LIMIT, self._limit_bytes)
                self._kills_before = self._kills_seen
                self._was_noticed()  # what the last run's end was told of is no matter of this one's
                self._hit = False
                self._peak_bytes = 0
                self._forget_peak()
        except OSError as error:
            raise SandboxError("cgroup", str(error)) from error

    def give_room(self) -> bool:
        """Whether the limit was hit: let the agent breathe while it ends the run.

        With room again the kernel may see no need to kill any more, so its notice is remembered as well.
        """
        if self._was_noticed():
            self._hit = True
            self._write(self.LIMIT, self._limit_bytes + OOM_ROOM_BYTES)
        return self._hit

    def memory_exceeded(self) -> bool:
        """Whether the kernel has told of, or killed for, want of memory since ``begin``."""
        if not self.counts_memory:
            return False
        self._kills_seen = self._kills()
        return self._was_noticed() or self._hit or self._kills_seen > self._kills_before

    def look(self) -> None:
        """Note the peak since the last look, less the cached files.

        The cache is that of now, not of the moment of the peak, which no kernel tells; so look often, or a
        program hides a peak behind files that it reads afterwards.
        """
        if self.counts_memory:
            peak = min(self._peak(), self._limit_bytes)
            self._forget_peak()
            self._cache_bytes = self._file_cache()
            self._peak_bytes = max(self._peak_bytes, peak - self._cache_bytes)

    def peak_bytes(self, by_processes: int) -> int:
        """The peak since ``begin``, less what the box held before and what it kept cached of files.

        by_processes: what init has found by asking the processes, sampled or of the largest one.
        """
        if not self.counts_memory:
            return by_processes
        self.look()
        if not self.memory_is_sampled:
            by_processes = min(by_processes, PRECISION_BYTES)
        return max(by_processes, self._peak_bytes - self._held_bytes)

    def remove(self) -> None:
        """Take the group away; its processes must be dead or dying. Raises SandboxError if it stays."""
        for file in self.files.values():
            os.close(file)
        self.files.clear()
        deadline = time.monotonic() + _REMOVAL_S
        for folder in set(self.folders.values()):
            while True:
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    break
                except OSError as error:
                    if time.monotonic() > deadline:
                        raise SandboxError("cgroup", str(error), "the next box tries again") from error
                    time.sleep(0.001)  # version 1 has no event for a group's last process
                else:
                    break
        self.folders = {}

    @abstractmethod
    def _prepare(self) -> None:
        """Open what else is needed, and set what never changes. Raises OSError."""

    @abstractmethod
    def _peak(self) -> int:
        """The most that was in use since the peak was last forgotten, as far as the kernel tells."""

    @abstractmethod
    def _forget_peak(self) -> None:
        """Begin to note the peak anew."""

    @abstractmethod
    def _kills(self) -> int:
        """How many processes the kernel has killed for want of memory, ever."""

    @abstractmethod
    def _was_noticed(self) -> bool:
        """Whether the kernel has told that the limit was hit since the last question."""

    def _open(self, controller: str, name: str, mode: int) -> int:
        self.files[name] = os.open(self.folders[controller] / name, mode | os.O_CLOEXEC)
        return self.files[name]

    def _number(self, name: str) -> int:
        return int(os.pread(self.files[name], 64, 0))

    def _write(self, name: str, value: int) -> None:
        os.pwrite(self.files[name], str(value).encode(), 0)

    def _field(self, name: str, key: bytes) -> int:
        """The number of a line "KEY NUMBER"."""
        text = b"\n" + os.pread(self.files[name], 8192, 0)
        _, found, after = text.partition(b"\n" + key + b" ")
        return int(after.partition(b"\n")[0]) if found else 0

    def _used_bytes(self) -> int:
        self._cache_bytes = self._file_cache()
        return max(0, self._number(self.USAGE) - self._cache_bytes)

    def _settled_bytes(self, most: int) -> int:
        """What is in use, once it is down to ``most`` or will not become less."""
        deadline = time.monotonic() + STALE_S
        while (used := self._used_bytes()) > most and time.monotonic() < deadline:
            time.sleep(0.001)  # the kernel's workers free in their own time and tell nobody
        return used

    def _file_cache(self) -> int:
        """Cached pages of real files: the kernel's to take back, not the program's."""
        text = os.pread(self.files[self.STAT], 8192, 0)
        cache, shmem = self.CACHE.search(text), _SHMEM.search(text)
        assert cache
        assert shmem
        return int(cache[1]) - int(shmem[1])


def opened_all(paths: Iterable[Path], mode: int) -> list[int]:
    """Open files or folders, all or none. Raises SandboxError."""
    with contextlib.ExitStack() as stack:
        found = []
        for path in paths:
            try:
                found.append(os.open(path, mode | os.O_CLOEXEC))
            except OSError as error:
                raise SandboxError("cgroup", str(error)) from error
            stack.callback(os.close, found[-1])
        stack.pop_all()
    return found
