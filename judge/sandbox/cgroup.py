"""The kernel's account of a box: one control group (v1) for memory, processes and CPU time.

Only a worker that may write to its own groups has them, which means root on version 1 so far; version 2 is
not used yet. What is missing is said by ``find`` and counted in other ways by the agent.
"""

import contextlib
import os
import re
import secrets
import select
import time
from dataclasses import dataclass, field
from pathlib import Path

from judge.sandbox.errors import SandboxError

CONTROLLERS = ("memory", "pids", "cpuacct")

AGENT_PROCESSES = 1
"""Of the two agents init alone is in the group."""

OOM_ROOM_BYTES = 32 << 20
"""Given beyond the limit once it is hit, so that the agent itself is not held up while it ends the run."""

LEAST_BYTES = 16 << 20
"""No lower limit is set. The kernel's memory killer weighs a process by its size and by its score, which
counts in shares of the limit: with a tiny one the agent, some 12 MB with its libraries, would outweigh the
program.
"""

STALE_S = 0.25
"""How long the kernel is given to free what a run left to it: a namespace's segments, files in sockets."""

SLACK_BYTES = 4 << 20
"""Each processor charges ahead in batches, and an agent may grow a little."""

_CACHE, _SHMEM = re.compile(rb"^cache (\d+)", re.M), re.compile(rb"^shmem (\d+)", re.M)

_MEND = "let the worker write to its own control groups, or start it unprivileged"
_REMOVAL_S = 5.0


@dataclass(frozen=True)
class Hierarchies:
    """Where groups can be made, by controller, and for the other controllers why not."""

    folders: dict[str, Path] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def find() -> Hierarchies:
    """Return the folders of this process's own groups that may have children."""
    found = Hierarchies()
    mounts = _mounts()
    own = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        own.update(dict.fromkeys(names.split(","), path))
    for controller in CONTROLLERS:
        if controller not in mounts or controller not in own:
            found.missing[controller] = "no version 1 hierarchy is mounted, and version 2 is not used yet"
            continue
        mounted, top = mounts[controller]
        path = own[controller]
        below = path[len(top) :] if top != "/" and path.startswith(top) else path
        folder = Path(mounted + "/" + below.strip("/"))
        if not os.access(folder, os.W_OK | os.X_OK):
            found.missing[controller] = f"{folder} is not ours to write"
        else:
            found.folders[controller] = folder
    return found


def _mounts() -> dict[str, tuple[str, str]]:
    """Return controller: (mount point, the group that is its root), of version 1."""
    found = {}
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, after = line.split(" - ", 1)
        kind, _, options = after.split(" ", 2)
        if kind == "cgroup":
            words = before.split(" ")
            found.update(dict.fromkeys(options.split(","), (words[4], words[3])))
    return found


def sweep(hierarchies: Hierarchies) -> None:
    """Remove the groups that processes now dead have left, as far as nothing runs in them."""
    for folder in set(hierarchies.folders.values()):
        for group in folder.glob("judge-*-*"):
            owner = group.name.split("-")[1]
            if owner.isdecimal() and not Path("/proc", owner).exists():
                with contextlib.suppress(OSError):  # still dying, or another judge was faster
                    group.rmdir()


class Cgroup:
    """The group of one box. Every file is opened once; nothing is moved between groups during a run."""

    def __init__(self, hierarchies: Hierarchies) -> None:
        """Make the group in every hierarchy found. Raises SandboxError."""
        name = f"judge-{os.getpid()}-{secrets.token_hex(6)}"
        self._folders = {c: folder / name for c, folder in hierarchies.folders.items()}
        self._files: dict[str, int] = {}
        self.oom_event: int | None = None
        self.oom_event_kind = select.POLLIN
        self._opened_bytes = 0
        self._held_bytes = 0
        self._limit_bytes = 0
        self._peak_bytes = 0
        self._kills_before = 0
        self._kills_seen = 0
        self._cache_bytes = 0
        self._hit = False
        try:
            for folder in set(self._folders.values()):
                folder.mkdir()
            if self.counts_memory:
                self._open("memory", "memory.limit_in_bytes", os.O_WRONLY)
                self._open("memory", "memory.max_usage_in_bytes", os.O_RDWR)
                self._open("memory", "memory.usage_in_bytes", os.O_RDONLY)
                self._open("memory", "memory.stat", os.O_RDONLY)
                self._open("memory", "memory.oom_control", os.O_RDONLY)
                # Swap would hide what a program holds, and slow down whoever shares the disk.
                (self._folders["memory"] / "memory.swappiness").write_text("0")
                self._listen()
            if "pids" in self._folders:
                self._open("pids", "pids.max", os.O_WRONLY)
            if "cpuacct" in self._folders:
                self._open("cpuacct", "cpuacct.usage", os.O_RDONLY)
        except OSError as error:
            self.remove()
            raise SandboxError("cgroup", str(error), _MEND) from error

    @property
    def counts_memory(self) -> bool:
        return "memory" in self._folders

    @property
    def cpu_usage(self) -> int | None:
        """A descriptor of the CPU counter, for the agent."""
        return self._files.get("cpuacct.usage")

    def doors(self) -> list[int]:
        """Open what a process writes "0" to in order to join; its children are born there.

        Raises SandboxError. A thread that moves itself alone needs no pause of the whole machine: 0.1 ms,
        where a process that is moved by its number into ``cgroup.procs`` waits 10 to 30 ms for the kernel.
        """
        found: list[int] = []
        try:
            for folder in set(self._folders.values()):
                found.append(os.open(folder / "tasks", os.O_WRONLY | os.O_CLOEXEC))
        except OSError as error:
            for door in found:
                os.close(door)
            raise SandboxError("cgroup", str(error), _MEND) from error
        return found

    def opened(self) -> None:
        """The box stands and has run nothing yet: what it holds now is its own."""
        if self.counts_memory:
            self._opened_bytes = self._used_bytes()

    def begin(self, memory_bytes: int, processes: int, files_bytes: int, *, as_left: bool) -> None:
        """Set the limits of the next run, beyond what the box holds already, and forget the last peak.

        files_bytes: what the files that outlast a run take. More than these and the box's own is not conceded
        to a program: it would have what earlier runs left to be freed on top of its limit. as_left: nothing
        was done to the box since the last run ended, so the files cached then need not be asked for again.
        """
        try:
            if "pids" in self._folders:
                self._write("pids.max", processes + AGENT_PROCESSES)
            if self.counts_memory:
                most = self._opened_bytes + files_bytes + SLACK_BYTES
                used = self._number("memory.usage_in_bytes") - self._cache_bytes if as_left else most + 1
                self._held_bytes = max(0, used) if used <= most else self._settled_bytes(most)
                self._limit_bytes = self._held_bytes + max(memory_bytes, LEAST_BYTES)
                self._write("memory.limit_in_bytes", self._limit_bytes)
                self._kills_before = self._kills_seen
                self._hit = False
                self._peak_bytes = 0
                self._write("memory.max_usage_in_bytes", 0)
        except OSError as error:
            raise SandboxError("cgroup", str(error), _MEND) from error

    def give_room(self) -> bool:
        """Whether the limit was hit: let the agent breathe while it ends the run.

        With room again the kernel may see no need to kill any more, so its notice is remembered as well.
        """
        if self._drain_event():
            self._hit = True
            self._write("memory.limit_in_bytes", self._limit_bytes + OOM_ROOM_BYTES)
        return self._hit

    def memory_exceeded(self) -> bool:
        """Whether the kernel has told of, or killed for, want of memory since ``begin``."""
        if not self.counts_memory:
            return False
        self._kills_seen = self._kills()
        return self._drain_event() or self._hit or self._kills_seen > self._kills_before

    def look(self) -> None:
        """Note the peak since the last look, less the cached files.

        The cache is that of now, not of the moment of the peak, which no kernel tells; so look often, or a
        program hides a peak behind files that it reads afterwards.
        """
        if self.counts_memory:
            peak = min(self._number("memory.max_usage_in_bytes"), self._limit_bytes)
            self._write("memory.max_usage_in_bytes", 0)
            self._cache_bytes = self._file_cache()
            self._peak_bytes = max(self._peak_bytes, peak - self._cache_bytes)

    def peak_bytes(self) -> int:
        """The peak since ``begin``, less what the box held before and what it kept cached of files."""
        self.look()
        return max(0, self._peak_bytes - self._held_bytes)

    def remove(self) -> None:
        """Take the group away; its processes must be dead or dying. Raises SandboxError if it stays."""
        for file in self._files.values():
            os.close(file)
        self._files.clear()
        if self.oom_event is not None:
            os.close(self.oom_event)
            self.oom_event = None
        deadline = time.monotonic() + _REMOVAL_S
        for folder in set(self._folders.values()):
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
        self._folders = {}

    def _listen(self) -> None:
        """Have the kernel tell when the memory limit is hit and nothing could be taken back."""
        self.oom_event = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        order = f"{self.oom_event} {self._files['memory.oom_control']}"
        (self._folders["memory"] / "cgroup.event_control").write_text(order)

    def _drain_event(self) -> bool:
        """Return whether there was a notice since the last look."""
        try:
            return self.oom_event is not None and os.eventfd_read(self.oom_event) > 0
        except BlockingIOError:
            return False

    def _open(self, controller: str, name: str, mode: int) -> None:
        self._files[name] = os.open(self._folders[controller] / name, mode | os.O_CLOEXEC)

    def _number(self, name: str) -> int:
        return int(os.pread(self._files[name], 64, 0))

    def _write(self, name: str, value: int) -> None:
        os.pwrite(self._files[name], str(value).encode(), 0)

    def _kills(self) -> int:
        return self._field("memory.oom_control", b"oom_kill")

    def _used_bytes(self) -> int:
        return max(0, self._number("memory.usage_in_bytes") - self._file_cache())

    def _settled_bytes(self, most: int) -> int:
        """What is in use, once it is down to ``most`` or will not become less."""
        deadline = time.monotonic() + STALE_S
        while (used := self._used_bytes()) > most and time.monotonic() < deadline:
            time.sleep(0.001)  # the kernel's workers free in their own time and tell nobody
        return min(used, most)

    def _file_cache(self) -> int:
        """Cached pages of real files: the kernel's to take back, not the program's."""
        text = os.pread(self._files["memory.stat"], 8192, 0)
        cache, shmem = _CACHE.search(text), _SHMEM.search(text)
        assert cache
        assert shmem
        return int(cache[1]) - int(shmem[1])

    def _field(self, name: str, key: bytes) -> int:
        for line in os.pread(self._files[name], 4096, 0).splitlines():
            word, value = line.split()
            if word == key:
                return int(value)
        return 0
