"""What the processes of a run use: by the cgroup's account, or by asking one process after another."""

import os
import time
from resource import struct_rusage

from judge.sandbox.mounts import Scratch

_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


class CgroupCpu:
    """CPU time by the cgroup's counter, less what the agent itself took of it."""

    def __init__(self, usage: int) -> None:
        """usage: a descriptor of cpuacct.usage. Counting begins here."""
        self._usage = usage
        self._before = self._counter()

    def reaped(self, used: struct_rusage) -> None:
        """A process has ended; the counter knows."""

    def cpu_ns(self, living: list[int]) -> int:
        """Nanoseconds of all processes since the beginning, dead ones included."""
        return self._counter() - self._before

    def _counter(self) -> int:
        return int(os.pread(self._usage, 32, 0)) - time.process_time_ns()


class SampledCpu:
    """CPU time by the kernel's word on each process that was reaped, and by asking those alive.

    What escapes: the children of a process that lets the kernel reap them unseen (SIGCHLD ignored), from
    the last time that they were asked.
    """

    def __init__(self, proc: int) -> None:
        self._proc = proc
        self._reaped_ns = 0

    def reaped(self, used: struct_rusage) -> None:
        """A child of pid 1 has ended; its figures hold those of its own children, if it waited for them."""
        self._reaped_ns += round((used.ru_utime + used.ru_stime) * 1e9)

    def cpu_ns(self, living: list[int]) -> int:
        """Nanoseconds of all processes that could be asked."""
        return self._reaped_ns + sum(map(self._living_ns, living))

    def _living_ns(self, pid: int) -> int:
        try:
            # The clock id of a process, as clock_getcpuclockid makes it; exact where /proc counts ticks.
            own = time.clock_gettime_ns((~pid << 3) | 2)
            stat = _read(self._proc, f"{pid}/stat")
        except OSError:
            return 0  # it ended between the listing and here; whoever reaps it tells
        fields = stat[stat.rindex(b")") + 2 :].split()
        return own + (int(fields[13]) + int(fields[14])) * _TICK_NS


class SampledMemory:
    """Peak memory of a run where no cgroup counts it: resident pages now and then, and files.

    What escapes: pages that are shared, unmapped and still held; a peak between two looks of a process that
    is not alone. A single process's own peak is exact but for the mapped files in it, since the kernel keeps
    it.
    """

    def __init__(self, proc: int, limit_bytes: int) -> None:
        self._proc = proc
        self._limit = limit_bytes
        self._files_before = Scratch.used_bytes()
        self._fork_rss = 0
        self._mapped_files: dict[int, int] = {}
        self.peak_bytes = 0

    def started(self, fork_rss: int) -> None:
        """The program runs; up to ``fork_rss`` bytes, the kernel's peak is that of the agent it came from."""
        self._fork_rss = fork_rss

    def reaped(self, pid: int, used: struct_rusage) -> None:
        """A process has ended, and with it comes its own peak."""
        own = used.ru_maxrss << 10
        if own > self._fork_rss:
            self.peak_bytes = max(self.peak_bytes, own - self._mapped_files.pop(pid, 0))

    def look(self, living: list[int]) -> None:
        """Add up what is held now."""
        files = max(0, Scratch.used_bytes() - self._files_before)
        total = self._total(files, [self._resident(pid) for pid in living])
        if total > self._limit and len(living) > 1:
            # Pages shared after a fork were counted once for each; ask again, dearly, for each one's share.
            total = self._total(files, [self._share(pid) for pid in living])
        self.peak_bytes = max(self.peak_bytes, total)

    def exceeded(self) -> bool:
        return self.peak_bytes > self._limit

    @staticmethod
    def _total(files: int, held: list[tuple[int, int]]) -> int:
        """Own pages, and the greater of files and shared pages, since a mapped file in /tmp is both."""
        return sum(own for own, _ in held) + max(files, sum(shared for _, shared in held))

    def _resident(self, pid: int) -> tuple[int, int]:
        """Return a process's own and shared resident bytes; mapped files are only remembered."""
        figures = _figures(self._proc, f"{pid}/status")
        self._mapped_files[pid] = max(self._mapped_files.get(pid, 0), figures.get(b"RssFile:", 0))
        return figures.get(b"RssAnon:", 0), figures.get(b"RssShmem:", 0)

    def _share(self, pid: int) -> tuple[int, int]:
        figures = _figures(self._proc, f"{pid}/smaps_rollup")
        if not figures:  # a program that cannot be read is not told of either
            return self._resident(pid)
        return figures[b"Pss_Anon:"], figures[b"Pss_Shmem:"]


def living(proc: int) -> list[int]:
    """Return the ids of all processes of the box but pid 1; zombies are among them."""
    return [int(name) for name in os.listdir(proc) if name.isdecimal() and name != "1"]


def _read(folder: int, name: str) -> bytes:
    file = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        return os.read(file, 4096)
    finally:
        os.close(file)


def _figures(folder: int, name: str) -> dict[bytes, int]:
    """Return the lines in kB of a file of /proc, in bytes; nothing for a process that is gone."""
    try:
        words = [line.split() for line in _read(folder, name).splitlines()]
    except OSError:
        return {}
    return {line[0]: int(line[1]) << 10 for line in words if line[-1:] == [b"kB"]}
