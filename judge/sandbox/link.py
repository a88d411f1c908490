"""The judge's hold on the two processes of a box: start them, talk to them, end them."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from _socket import AF_UNIX, SOCK_SEQPACKET, socketpair
from collections.abc import Sequence
from pathlib import Path

from judge.sandbox import wire
from judge.sandbox.cgroup import Cgroup
from judge.sandbox.errors import BoxKilled, SandboxError
from judge.sandbox.wire import Message

# The agent is started isolated (no site, no environment, no current folder on its path), so it cannot find
# the package by itself, and must not run the package's __init__, which is the judge's side. It is given the
# two names that its imports need and nothing else.
BOOTSTRAP = """
import sys, types
for name in ("judge", "judge.sandbox"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [sys.argv[1]]
from judge.sandbox.agent import main
main(int(sys.argv[2]))
"""

DEATH_S = 10.0
"""How long a killed box may take to be gone, which is the time to take its memory apart."""

OPEN_S = 30.0


class Link:
    """A started pair of agent processes and the socket to them; ``kill`` may come from anywhere, any time."""

    def __init__(self, request: Message, cgroup: Cgroup | None) -> None:
        """Start the agent, in its cgroup if it has one; return when the box stands. Raises SandboxError."""
        self._lock = threading.RLock()  # reentrant, so that a signal handler may kill in the midst of close
        self._pidfds: list[int] = []
        self._killed = False
        self._words = os.memfd_create("agent", os.MFD_CLOEXEC)
        self.socket, theirs = socketpair(AF_UNIX, SOCK_SEQPACKET)
        try:
            package = str(Path(__file__).parent)
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", BOOTSTRAP, package, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._words,
                env={},
                cwd="/",
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # a terminal's Ctrl-C is for the judge alone
            )
        except OSError as error:
            self.socket.close()
            os.close(self._words)
            raise SandboxError("agent", str(error), f"{sys.executable} must be there to be run") from error
        finally:
            theirs.close()
        try:
            self._pidfds.append(os.pidfd_open(self._process.pid))
            descriptors = []
            if cgroup:
                # While its interpreter starts: joining can take the kernel as long as that.
                cgroup.join(self._process.pid)
                descriptors = [cgroup.cpu_usage] if cgroup.cpu_usage is not None else []
            self.send(request, descriptors)
            deadline = time.monotonic() + OPEN_S
            answer, received = self._await(deadline)
            self._pidfds += received
            self.process_ids = (self._process.pid, int(answer["init"]))
            self._await(deadline)
        except BaseException:
            self.close()
            raise

    def _await(self, deadline: float) -> tuple[Message, list[int]]:
        if not select.select([self.socket], [], [], max(0, deadline - time.monotonic()))[0]:
            raise SandboxError("agent", f"no answer within {OPEN_S:.0f} s")
        return self._receive()

    def send(self, message: Message, descriptors: Sequence[int] = ()) -> None:
        """Send a request. Raises SandboxError, BoxKilled, or ValueError when it is too long."""
        packet = wire.encode(message)
        try:
            wire.send(self.socket, packet, descriptors)
        except (wire.Closed, OSError) as error:
            raise self.death() from error

    def receive(self) -> Message:
        """Wait for the next answer. Raises SandboxError when it is a failure or cannot be read, BoxKilled."""
        message, unasked = self._receive()
        for descriptor in unasked:
            os.close(descriptor)
        return message

    def _receive(self) -> tuple[Message, list[int]]:
        try:
            message, descriptors = wire.receive(self.socket)
        except (wire.Closed, wire.Malformed, OSError) as error:
            raise self.death() from error
        if failed := message.get("failed"):
            raise SandboxError(str(failed["layer"]), str(failed["reason"]), str(failed["mend"]))
        return message, descriptors

    def death(self) -> SandboxError:
        """Return why nothing can be expected of this box any more."""
        if self._killed:
            return BoxKilled()
        last = os.pread(self._words, 4096, 0).decode(errors="replace").strip()
        return SandboxError("agent", "it has ended unexpectedly" + (f": {last}" if last else ""))

    def kill(self) -> None:
        """SIGKILL both agents; the kernel then ends every process of their pid namespace."""
        self._killed = True
        self.abandon()

    def abandon(self) -> None:
        """End a box whose state is not known any more, as something broke off a request."""
        with self._lock:
            for pidfd in self._pidfds:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def close(self) -> None:
        """End the box and wait until all its processes are gone. Raises SandboxError if they are not."""
        self.abandon()
        self.socket.close()
        deadline = time.monotonic() + DEATH_S
        try:
            for pidfd in self._pidfds:
                poll = select.poll()
                poll.register(pidfd, select.POLLIN)
                if not poll.poll(max(0, deadline - time.monotonic()) * 1000):
                    raise SandboxError("agent", f"processes live on {DEATH_S:.0f} s after SIGKILL")
            self._process.wait()
        finally:
            with self._lock:
                pidfds, self._pidfds = self._pidfds, []
                for pidfd in pidfds:
                    os.close(pidfd)
            os.close(self._words)
