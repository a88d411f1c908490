"""From fork to exec: how a child of the agent turns into the contestant's program."""

import errno
import os
import resource
import struct
import time
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from judge.sandbox import kernel
from judge.sandbox.errors import SandboxError
from judge.sandbox.mounts import SCRATCH
from judge.sandbox.seccomp import Filter

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


def limit(which: int, value: int) -> None:
    """Set a resource limit, hard and soft, to ``value`` or to the hard limit that already holds."""
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


def find(name: str) -> str:
    """Return the path that exec is to be given: names without a slash are looked for in PATH."""
    if "/" in name:
        return name
    for folder in PATH:
        if os.access(f"{folder}/{name}", os.X_OK):
            return f"{folder}/{name}"
    return f"{PATH[-1]}/{name}"


class Spawner:
    """Starts programs; what is the same for all of them is made ready here, once."""

    def __init__(self, proc: int, *, memory_cgroup: bool) -> None:
        self._proc = proc
        self._filter = Filter(memory_cgroup=memory_cgroup)
        for which, value in FIXED_LIMITS:
            limit(which, value)

    def spawn(
        self,
        argv: Sequence[str],
        env: dict[str, str],
        limits: Sequence[tuple[int, int]],
        streams: Sequence[int],
    ) -> Start:
        """Start a program with its standard streams; return once it runs, or could not be run.

        Raises SandboxError when any step before exec fails.
        """
        path = find(argv[0])
        words = [os.fsencode(word) for word in argv]
        environment = {os.fsencode(k): os.fsencode(v) for k, v in (ENVIRONMENT | env).items()}
        report, told = os.pipe()
        try:
            pid = os.fork()
        except OSError as error:
            os.close(report)
            os.close(told)
            raise SandboxError("start of a program", f"fork: {error}", "raise the host's limit") from error
        if pid == 0:
            self._become(told, path, words, environment, limits, streams)
        # Now, as the program may soon have taken all the memory that there is for both of us.
        pidfd = os.pidfd_open(pid)
        os.close(told)
        text = b"".join(iter(lambda: os.read(report, 4096), b""))
        os.close(report)
        return _read(pid, pidfd, text)

    def _become(
        self,
        told: int,
        path: str,
        argv: list[bytes],
        env: dict[bytes, bytes],
        limits: Sequence[tuple[int, int]],
        streams: Sequence[int],
    ) -> NoReturn:
        """In the child: give up everything, step by step, and exec."""
        try:
            os.setsid()
            kernel.unshare(kernel.CLONE_NEWIPC)
            # Our own /proc files are closed to us while we cannot be dumped; no program is alive to profit.
            kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
            score = os.open("self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC, dir_fd=self._proc)
            os.write(score, b"1000")
            kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
            if told != 3:
                os.dup2(told, 3, inheritable=False)
            kernel.close_from(4)
            told = 3
            os.chdir(SCRATCH)
            os.umask(0o022)
            for which, value in limits:
                limit(which, value)
            kernel.drop_capabilities()
            self._filter.install()
            used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
            os.write(told, _STARTED.pack(b"S", time.monotonic_ns(), time.process_time_ns(), used))
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
