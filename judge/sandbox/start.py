"""Starts the interpreters that boxes come from: an agent for a single box, or a zygote that forks many."""

import contextlib
import os
import select
import signal
import subprocess
import sys
from _socket import AF_UNIX, SOCK_SEQPACKET, socketpair
from _socket import socket as Socket
from pathlib import Path
from typing import Literal

from judge.sandbox import wire
from judge.sandbox.errors import SandboxError

# The interpreter is started isolated (no site, no environment, no current folder on its path), so it cannot
# find the package by itself, and must not run the package's __init__, which is the judge's side. It is given
# the two names that its imports need and nothing else.
BOOTSTRAP = """
import sys
for name in ("judge", "judge.sandbox"):
    sys.modules[name] = type(sys)(name)
    sys.modules[name].__path__ = [sys.argv[1]]
from judge.sandbox.{module} import main
main(int(sys.argv[2]), int(sys.argv[3]))
"""


def interpreter(module: Literal["agent", "zygote"], control: int, words: int) -> "subprocess.Popen[bytes]":
    """Start ``main`` of a module of this package, by vfork and exec: nothing of our memory is copied.

    control: its end of a socket; words: where its last words go. In a session of its own, so that an
    interrupt typed at our terminal is ours to handle. Raises SandboxError.
    """
    package = str(Path(__file__).parent)
    bootstrap = BOOTSTRAP.format(module=module)
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", bootstrap, package, str(control), str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            env={},
            cwd="/",
            pass_fds=[control],
            start_new_session=True,
        )
    except OSError as error:
        raise SandboxError("agent", str(error), f"{sys.executable} must be there to be run") from error


def readable(descriptor: int, within_s: float = 0) -> bool:
    """Whether a socket has something to be read, or the process of a pidfd has ended, within that time."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(max(0, within_s) * 1000))


class Zygote:
    """The judge's hold on a zygote, which lives as long as the thread that starts it, at most."""

    def __init__(self) -> None:
        """Start it; it is not waited for. Raises SandboxError."""
        self._words = os.memfd_create("zygote", os.MFD_CLOEXEC)
        self._socket, theirs = socketpair(AF_UNIX, SOCK_SEQPACKET)
        try:
            self._process = interpreter("zygote", theirs.fileno(), self._words)
        except BaseException:
            self._socket.close()
            os.close(self._words)
            raise
        finally:
            theirs.close()
        self.process_id = self._process.pid
        self._pidfd = os.pidfd_open(self.process_id)

    def fork(self, control: Socket, words: int) -> None:
        """Ask for an agent that is at the other end of ``control``; returns at once. Raises SandboxError."""
        try:
            wire.send(self._socket, wire.encode({}), [control.fileno(), words])
        except (wire.Closed, OSError) as error:
            last = os.pread(self._words, 4096, 0).decode(errors="replace").strip()
            raise SandboxError("agent", "the zygote has ended" + (f": {last}" if last else "")) from error

    def lives(self) -> bool:
        """Whether it can be asked for more; without it, the boxes it made are dead or dying as well."""
        return not readable(self._pidfd)

    def close(self) -> None:
        """End it and with it every box that it made."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        self._process.wait()
        self._socket.close()
        os.close(self._pidfd)
        os.close(self._words)
