"""From fork to exec: how a child of the agent turns into the contestant's program."""

import contextlib
import errno
import os
import resource
import struct
import sys
import time
from _socket import AF_UNIX, SOCK_SEQPACKET, socketpair
from _socket import socket as Socket
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from judge.sandbox import kernel, usage, wire
from judge.sandbox.errors import SandboxError
from judge.sandbox.mounts import SCRATCH
from judge.sandbox.seccomp import Filter
from judge.sandbox.wire import Message

PATH = ("/usr/local/bin", "/usr/bin", "/bin")

ENVIRONMENT = {"PATH": ":".join(PATH), "HOME": SCRATCH, "TMPDIR": SCRATCH, "LANG": "C.UTF-8"}

ARTEFACT_FAULTS = {errno.ENOENT, errno.EACCES, errno.ENOEXEC, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
ARTEFACT_FAULTS |= {errno.EINVAL, errno.ENOMEM, errno.ELIBBAD, errno.ETXTBSY, errno.EPERM, errno.EIO}
"""What exec answers when the file is missing, no program, ends early, or asks for more than any box has."""

FORK_SLACK_BYTES = 1 << 20
"""What a child of the agent may grow by between saying what it uses and its exec."""

_STARTED = struct.Struct("=cqqq")

FIXED_LIMITS = (
    # One byte, not zero: the kernel then starts no dump helper of the host either.
    (resource.RLIMIT_CORE, 1),
    (resource.RLIMIT_MEMLOCK, 64 << 10),
    (resource.RLIMIT_SIGPENDING, 4096),
    (resource.RLIMIT_MSGQUEUE, 819200),
    (resource.RLIMIT_RTPRIO, 0),
    (resource.RLIMIT_NICE, 0),
)


_ANY_LIMITS: Message = dict.fromkeys(
    ("cpu_ns", "wall_ns", "memory_bytes", "processes", "file_bytes", "file_count", "open_files"), 1
)
_REHEARSAL = wire.encode({"op": "run", "argv": ["sh", "-c", ":"], "env": {"A": "B"}, "limits": _ANY_LIMITS})


class Start(NamedTuple):
    """A child at the moment of its exec: what it had used by then is the agent's, not the program's.

    moment_ns is CLOCK_MONOTONIC; exec_errno is 0 when the program runs. A child that died before (the memory
    limit can do that) has no moment.
    """

    pid: int
    pidfd: int
    moment_ns: int | None
    cpu_ns: int
    rss_bytes: int
    exec_errno: int = 0


class _Spare(NamedTuple):
    """A child that waits to become a program; pid 1 has its socket, the child the other end."""

    pid: int
    pidfd: int
    socket: Socket


def hard_limit(which: int) -> int:
    """Return the most that a resource limit can be set to here."""
    _, hard = resource.getrlimit(which)
    return sys.maxsize if hard == resource.RLIM_INFINITY else hard


def find(name: str) -> str:
    """Return the path that exec is to be given: names without a slash are looked for in PATH."""
    if "/" in name:
        return name
    for folder in PATH:
        if os.access(f"{folder}/{name}", os.X_OK):
            return f"{folder}/{name}"
    return f"{PATH[-1]}/{name}"


class Spawner:
    """Starts programs, each as a child that is forked ahead: the spare.

    It is forked when no program is alive, and has given up all that it can before it is told what to run.
    """

    def __init__(
        self, proc: int, rlimits: Callable[[Message], Sequence[tuple[int, int]]], filter_: Filter
    ) -> None:
        """proc: /proc of the box; rlimits: what the limits of a request come to."""
        self._proc = proc
        self._rlimits = rlimits
        self._filter = filter_
        self._spare: _Spare | None = None
        self.spare_bytes = 0
        """What a spare holds in memory and lets go by its exec, as the first one found."""
        for which, most in FIXED_LIMITS:
            value = min(most, hard_limit(which))
            resource.setrlimit(which, (value, value))
        self._hard = {which: hard_limit(which) for which, _ in rlimits(_ANY_LIMITS)}

    def fork_ahead(self) -> None:
        """Have a spare. Raises OSError when the kernel gives none."""
        if self._spare is None:
            ours, theirs = socketpair(AF_UNIX, SOCK_SEQPACKET)
            try:
                pid = os.fork()
            except OSError:
                ours.close()
                theirs.close()
                raise
            if pid == 0:
                self._become(theirs)
            theirs.close()
            self._spare = _Spare(pid, os.pidfd_open(pid), ours)
            if not self.spare_bytes:
                self.spare_bytes = int(ours.recv(32) or 0)

    def spawn(self, request: Message, streams: Sequence[int]) -> Start:
        """Start a program with its standard streams; return once it runs, or could not be run.

        Raises SandboxError when any step before exec fails.
        """
        order = wire.encode(request)
        try:
            self._hand_over(order, streams)
        except wire.Closed:
            # What the last run left in memory may have cost the spare its life; now there is room.
            self._bury()
            try:
                self._hand_over(order, streams)
            except wire.Closed as error:
                raise SandboxError("start of a program", "it died before it was told what to run") from error
        spare, self._spare = self._spare, None
        assert spare
        text = b""
        with contextlib.suppress(ConnectionResetError):  # it died without having read
            while said := spare.socket.recv(4096):
                text += said
        spare.socket.close()
        return _read(spare.pid, spare.pidfd, text)

    def _hand_over(self, order: bytes, streams: Sequence[int]) -> None:
        try:
            self.fork_ahead()
        except OSError as error:
            raise SandboxError("start of a program", f"fork: {error}", "raise the host's limit") from error
        assert self._spare
        wire.send(self._spare.socket, order, streams)

    def _bury(self) -> None:
        spare, self._spare = self._spare, None
        assert spare
        os.waitpid(spare.pid, 0)
        os.close(spare.pidfd)
        spare.socket.close()

    def _words(
        self, request: Message
    ) -> "tuple[str, list[bytes], dict[bytes, bytes], list[tuple[int, int]]]":
        """Return what the kernel is to be told: path, arguments, environment, resource limits."""
        return (
            find(request["argv"][0]),
            [os.fsencode(word) for word in request["argv"]],
            {os.fsencode(k): os.fsencode(v) for k, v in (ENVIRONMENT | request["env"]).items()},
            [(which, min(value, self._hard[which])) for which, value in self._rlimits(request["limits"])],
        )

    def _become(self, orders: Socket) -> NoReturn:
        """In the child: give up everything, step by step, wait to be told what to run, and exec."""
        told = 3
        try:
            os.setsid()
            kernel.unshare(kernel.CLONE_NEWIPC)
            # Our own /proc files are closed to us while we cannot be dumped; no program is alive to profit.
            kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
            score = os.open("self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC, dir_fd=self._proc)
            os.write(score, b"1000")
            if not self.spare_bytes:
                orders.send(str(usage.private_bytes(self._proc)).encode())
            kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
            if orders.fileno() != told:
                os.dup2(orders.fileno(), told, inheritable=False)
            kernel.close_from(told + 1)
            os.umask(0o022)
            kernel.drop_capabilities()
            self._filter.install()
            inbox = Socket(fileno=told)
            # Once for nothing: the pages that it writes to are copied now, and not when somebody waits.
            self._words(wire.decode(_REHEARSAL))
            request, streams = wire.receive(inbox)
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
            kernel.close_from(told + 1)
            os.chdir(SCRATCH)
            path, argv, env, rlimits = self._words(request)
            for which, value in rlimits:
                resource.setrlimit(which, (value, value))
            used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
            os.write(told, _STARTED.pack(b"S", time.monotonic_ns(), time.process_time_ns(), used))
        except wire.Closed:
            os._exit(1)
        except OSError as error:
            os.write(told, b"F" + str(error).encode())
            os._exit(1)
        try:
            os.execve(path, argv, env)  # noqa: S606  no shell is what we want
        except OSError as error:
            os.write(told, str(error.errno).encode())
        os._exit(127)


def _read(pid: int, pidfd: int, text: bytes) -> Start:
    """Understand what the child said of itself."""
    if text.startswith(b"F"):
        raise SandboxError("start of a program", text[1:].decode(errors="replace"))
    if len(text) < _STARTED.size:
        return Start(pid, pidfd, None, 0, 0)
    _, moment, cpu, rss = _STARTED.unpack_from(text)
    failure = int(text[_STARTED.size :] or b"0")
    if failure and failure not in ARTEFACT_FAULTS:
        raise SandboxError("start of a program", f"exec: {os.strerror(failure)}")
    return Start(pid, pidfd, moment, cpu, rss + FORK_SLACK_BYTES, failure)
