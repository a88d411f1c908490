"""One run seen from pid 1: start the program, watch its limits, end everything, clean up."""

import contextlib
import math
import os
import resource
import select
import signal
import time
from _socket import socket as Socket
from _socket import socketpair

from judge.sandbox import kernel, mounts, usage, wire
from judge.sandbox.mounts import Scratch
from judge.sandbox.seccomp import Filter
from judge.sandbox.spawn import Spawner, Start
from judge.sandbox.usage import CgroupCpu, SampledCpu
from judge.sandbox.wire import Message

REAP_EVERY_S = 0.02
"""Orphans are ours to reap, and each counts as a process until then."""

SAMPLE_EVERY_S = 0.005
"""How often memory is looked at where no cgroup counts it."""

SHORTEST_WAIT_S = 0.001

STACK_SLACK = 1 << 20

DATA_FACTOR, DATA_SLACK = 16, 1 << 30
"""Without a memory cgroup: the address space for private data is bounded, but far above the limit, as
runtimes ask for stacks and heaps that they never touch. It stops what would outrun the samples."""


class Programs:
    """Runs programs one at a time for as long as the box lives."""

    def __init__(self, socket: Socket, proc: int, cpu_usage: int | None, *, memory_cgroup: bool) -> None:
        """proc: /proc of the box; cpu_usage: the cgroup's CPU counter, if there is one (descriptors)."""
        self._socket = socket
        self._proc = proc
        self._cpu_usage = cpu_usage
        self._memory_cgroup = memory_cgroup
        self._spawner = Spawner(proc, self._rlimits, Filter(memory_cgroup=memory_cgroup))
        self._cpu: CgroupCpu | SampledCpu | None = None
        self._scratch = Scratch()
        self._cpus = len(os.sched_getaffinity(0))

    @property
    def spare_bytes(self) -> int:
        """What the box holds in memory between two runs, and not during a run."""
        return self._spawner.spare_bytes

    def get_ready(self) -> None:
        """Between two runs: have a child ready to become the next program."""
        if self._cpu is None:
            # What the child uses counts from its birth on, until its exec says how much of it was ours.
            self._cpu = SampledCpu(self._proc) if self._cpu_usage is None else CgroupCpu(self._cpu_usage)
            with contextlib.suppress(OSError):  # whoever needs the child tries again, and tells
                self._spawner.fork_ahead()

    def run(self, request: Message, streams: list[int]) -> Message:
        """Run one program to its end and leave nothing of it; streams: stdin, stdout, stderr.

        Returns reason ("exit", "cpu", "wall", "memory" or "stop"), wait_status, cpu_ns, wall_ns, memory_bytes
        (0 where a cgroup counts it), exec_errno, started, and files_bytes: what /code takes.
        """
        limits = request["limits"]
        self._scratch.prepare(limits["file_bytes"], limits["file_count"])
        self.get_ready()
        watch = _Watch(self, limits)
        self._cpu = None
        start = self._spawner.spawn(request, streams)
        for stream in streams:
            os.close(stream)
        streams.clear()
        answer = watch.until_over(start)
        self._scratch.clean()
        self._collect_sockets()
        self._forget_ids()
        return answer | {"files_bytes": mounts.code_bytes()}

    @staticmethod
    def _collect_sockets() -> None:
        """Have the kernel free what was sent into sockets that nobody holds: it looks when one is closed."""
        for end in socketpair():
            end.close()

    def _forget_ids(self) -> None:
        """Number the next run's processes from the start again: how many there were is a message, too."""
        with contextlib.suppress(OSError):  # a kernel without CONFIG_CHECKPOINT_RESTORE
            last = os.open("sys/kernel/ns_last_pid", os.O_WRONLY | os.O_CLOEXEC, dir_fd=self._proc)
            try:
                os.write(last, b"1")
            finally:
                os.close(last)

    def _rlimits(self, limits: Message) -> list[tuple[int, int]]:
        found = [
            (resource.RLIMIT_CPU, math.ceil(limits["cpu_ns"] / 1e9) + 1),
            (resource.RLIMIT_FSIZE, limits["file_bytes"]),
            (resource.RLIMIT_NOFILE, limits["open_files"]),
            # A little more than the memory limit, so that the stack meets that one first.
            (resource.RLIMIT_STACK, limits["memory_bytes"] + STACK_SLACK),
            # The two of ours are counted too: the kernel counts by user, and the user is the same.
            (resource.RLIMIT_NPROC, limits["processes"] + 2),
        ]
        if not self._memory_cgroup:
            found.append((resource.RLIMIT_DATA, DATA_FACTOR * limits["memory_bytes"] + DATA_SLACK))
        return found


class _Watch:
    """The watch over one run."""

    def __init__(self, programs: Programs, limits: Message) -> None:
        self._socket = programs._socket
        self._proc = programs._proc
        self._cpus = programs._cpus
        self._cpu_limit_ns = int(limits["cpu_ns"])
        self._wall_limit_ns = int(limits["wall_ns"])
        assert programs._cpu
        self._cpu = programs._cpu
        self._asks_processes = programs._cpu_usage is None or not programs._memory_cgroup
        self._memory = (
            None if programs._memory_cgroup else usage.SampledMemory(self._proc, limits["memory_bytes"])
        )
        self._wait_status: int | None = None
        self._cpu_seen_ns = 0

    def until_over(self, start: Start) -> Message:
        """Wait until the program ends or must, then end all that it left running."""
        began = time.monotonic_ns() if start.moment_ns is None else start.moment_ns
        if self._memory:
            self._memory.started(start.rss_bytes)
        reason = self._wait(start, began)
        ended = time.monotonic_ns()
        self._end_all(start.pid)
        if self._memory and self._memory.exceeded():
            reason = "memory"
        return {
            "reason": reason,
            "wait_status": self._wait_status,
            "cpu_ns": self._cpu_ns(start, []),
            "wall_ns": ended - began,
            "memory_bytes": self._memory.peak_bytes if self._memory else 0,
            "exec_errno": start.exec_errno,
            "started": start.moment_ns is not None,
        }

    def _wait(self, start: Start, began: int) -> str:
        """Return why the run is over: "exit", "cpu", "wall", "memory", or "stop" when the judge says so."""
        try:
            poll = select.poll()
            poll.register(start.pidfd, select.POLLIN)
            poll.register(self._socket.fileno(), select.POLLIN)
            longest = SHORTEST_WAIT_S
            while True:
                living = usage.living(self._proc) if self._asks_processes else []
                if self._memory:
                    self._memory.look(living)
                    if self._memory.exceeded():
                        return "memory"
                cpu_left = self._cpu_limit_ns - self._cpu_ns(start, living)
                wall_left = self._wall_limit_ns - (time.monotonic_ns() - began)
                if cpu_left < 0:
                    return "cpu"
                if wall_left < 0:
                    return "wall"
                # Short at first, so that a short program is looked at as well.
                longest = min(SAMPLE_EVERY_S, 2 * longest) if self._asks_processes else REAP_EVERY_S
                wait_s = max(SHORTEST_WAIT_S, min(longest, cpu_left / 1e9 / self._cpus, wall_left / 1e9))
                ready = [descriptor for descriptor, _ in poll.poll(math.ceil(wait_s * 1000))]
                if start.pidfd in ready:
                    return "exit"
                if ready:
                    wire.receive(self._socket)  # only "stop" comes during a run; Closed ends the box
                    return "stop"
                self._reap(start.pid, os.WNOHANG)
                if self._wait_status is not None:
                    return "exit"
        finally:
            os.close(start.pidfd)

    def _cpu_ns(self, start: Start, living: list[int]) -> int:
        """CPU time so far, which never falls: what was seen once was used, whoever reaped it since."""
        self._cpu_seen_ns = max(self._cpu_seen_ns, self._cpu.cpu_ns(living) - start.cpu_ns)
        return self._cpu_seen_ns

    def _end_all(self, main: int) -> None:
        """Kill every process of the box but ourselves and wait until none is left.

        The kernel holds all forks while it sends to -1, so none slips through.
        """
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        self._reap(main, 0)

    def _reap(self, main: int, options: int) -> None:
        """Take leave of ended children, with WNOHANG of those that there are, otherwise of all."""
        while True:
            try:
                pid, status, used = os.wait4(-1, kernel.WALL | options)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == main:
                self._wait_status = status
            self._cpu.reaped(pid, used)
            if self._memory:
                self._memory.reaped(pid, used)
