"""What the processes of a run use: by the cgroup's account, or by asking one process after another."""

import contextlib
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

    def reaped(self, pid: int, used: struct_rusage) -> None:
        """A process has ended; the counter knows."""

    def cpu_ns(self, living: list[int]) -> int:
        """Nanoseconds of all processes since the beginning, dead ones included."""
        return self._counter() - self._before

    def _counter(self) -> int:
        return int(os.pread(self._usage, 32, 0)) - time.process_time_ns()


class SampledCpu:
    """CPU time by the kernel's word on each process that was reaped, and by asking those alive.

    A process that vanished between two looks was reaped by its parent, whose figures then hold all it used,
    or by the kernel unseen (where the parent ignores SIGCHLD), and nobody's do. So what was last seen of it
    stays with its parent, beside the parent's own word on its children; the greater of both counts. What
    escapes is what such children use after they were last asked.
    """

    def __init__(self, proc: int) -> None:
        self._proc = proc
        self._gone_ns = 0
        self._ended: dict[int, int] = {}
        self._seen: dict[int, _Seen] = {}

    def reaped(self, pid: int, used: struct_rusage) -> None:
        """A child of pid 1 has ended; its figures hold those of its own children, if it waited for them."""
        self._ended[pid] = round((used.ru_utime + used.ru_stime) * 1e9)

    def cpu_ns(self, living: list[int]) -> int:
        """Nanoseconds of all processes that could be asked."""
        now = {pid: found for pid in living if (found := self._ask(pid))}
        vanished = {pid: seen for pid, seen in self._seen.items() if pid not in now}
        for pid, found in now.items():
            if pid in self._seen:
                found.unseen_ns = self._seen[pid].unseen_ns
        # The youngest first, so that what a child leaves has come to its parent before the parent's turn.
        for pid in sorted(vanished, reverse=True):
            ended = self._ended.pop(pid, None)
            used = max(vanished[pid].total_ns, ended or 0)
            heir = now.get(vanished[pid].parent) or vanished.get(vanished[pid].parent)
            if ended is None and heir:
                heir.unseen_ns += used
            else:
                self._gone_ns += used
        self._gone_ns += sum(self._ended.values())
        self._ended.clear()
        self._seen = now
        return self._gone_ns + sum(seen.total_ns for seen in now.values())

    def _ask(self, pid: int) -> "_Seen | None":
        try:
            # The clock id of a process, as clock_getcpuclockid makes it; exact where /proc counts ticks.
            own = time.clock_gettime_ns((~pid << 3) | 2)
            stat = _read(self._proc, f"{pid}/stat")
        except OSError:
            return None  # it ended between the listing and here
        fields = stat[stat.rindex(b")") + 2 :].split()
        return _Seen(int(fields[1]), own, (int(fields[13]) + int(fields[14])) * _TICK_NS)


class _Seen:
    """A process as it was last seen: its parent, its time, its children's as it says, and as seen of them."""

    def __init__(self, parent: int, own_ns: int, children_ns: int) -> None:
        self.parent = parent
        self.own_ns = own_ns
        self.children_ns = children_ns
        self.unseen_ns = 0

    @property
    def total_ns(self) -> int:
        return self.own_ns + max(self.children_ns, self.unseen_ns)


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
        figures = _memory(self._proc, pid, "status")
        self._mapped_files[pid] = max(self._mapped_files.get(pid, 0), figures.get(b"RssFile:", 0))
        return figures.get(b"RssAnon:", 0) + figures.get(b"VmPTE:", 0), figures.get(b"RssShmem:", 0)

    def _share(self, pid: int) -> tuple[int, int]:
        figures = _memory(self._proc, pid, "smaps_rollup")
        if not figures:  # a program that cannot be read is not told of either
            return self._resident(pid)
        tables = _memory(self._proc, pid, "status").get(b"VmPTE:", 0)
        return figures[b"Pss_Anon:"] + tables, figures[b"Pss_Shmem:"]


def private_bytes(proc: int) -> int:
    """Return the memory that this process shares with no other, less what is mapped of files."""
    return _figures(proc, "self/smaps_rollup").get(b"Private_Dirty:", 0)


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


def _memory(proc: int, pid: int, name: str) -> dict[bytes, int]:
    """Return the figures of a process; its first thread may have ended, and then only the others tell."""
    found = _figures(proc, f"{pid}/{name}")
    if found:
        return found
    with contextlib.suppress(OSError):  # it is gone
        folder = os.open(f"{pid}/task", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
        try:
            threads = os.listdir(folder)
        finally:
            os.close(folder)
        for thread in threads:
            if found := _figures(proc, f"{pid}/task/{thread}/{name}"):
                break
    return found
