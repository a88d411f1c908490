"""The judge's hold on the two processes of a box: start them, talk to them, end them."""

import contextlib
import os
import signal
import threading
import time
from _socket import AF_UNIX, SHUT_WR, SOCK_SEQPACKET, socketpair
from collections.abc import Sequence

from judge.sandbox import wire
from judge.sandbox.cgroup import Cgroup
from judge.sandbox.errors import BoxKilled, SandboxError
from judge.sandbox.start import Zygote, interpreter, readable
from judge.sandbox.wire import Message

DEATH_S = 10.0
"""How long a killed box may take to be gone, which is the time to take its memory apart."""

OPEN_S = 30.0


class Link:
    """A pair of agent processes and the socket to them; ``kill`` may come from anywhere, any time."""

    def __init__(self, request: Message, cgroup: Cgroup, zygote: Zygote | None) -> None:
        """Have a box made, by an agent of its own or one of the zygote; returns before it stands.

        Raises SandboxError.
        """
        self._lock = threading.RLock()  # reentrant, so that a signal handler may kill in the midst of close
        self._pidfds: list[int] = []
        self._killed = False
        self._stands = False
        self.spare_bytes = 0
        self._process = None
        self.process_ids: tuple[int, int] | None = None
        self._words = os.memfd_create("agent", os.MFD_CLOEXEC)
        self.socket, theirs = socketpair(AF_UNIX, SOCK_SEQPACKET)
        doors: list[int] = []
        try:
            doors = cgroup.doors()
            if zygote:
                zygote.fork(theirs, self._words)
            else:
                self._process = interpreter("agent", theirs.fileno(), self._words)
            theirs.close()
            usage = [] if cgroup.cpu_usage is None else [cgroup.cpu_usage]
            self.send(request | {"cgroups": len(doors)}, doors + usage)
        except BaseException:
            theirs.close()
            self.close()
            raise
        finally:
            for door in doors:
                os.close(door)

    def wait(self) -> None:
        """Return when the box stands. Raises SandboxError when it cannot be made, BoxKilled."""
        deadline = time.monotonic() + OPEN_S
        while not self._stands:
            if not readable(self.socket.fileno(), deadline - time.monotonic()):
                raise SandboxError("agent", f"no answer within {OPEN_S:.0f} s")
            self._advance()

    def stands(self) -> bool:
        """Whether the box stands now; a look that waits for nothing. Raises as ``wait``."""
        while not self._stands and readable(self.socket.fileno()):
            self._advance()
        return self._stands

    def lives(self) -> bool:
        """Whether both agents of a box that stands are alive."""
        return not any(readable(pidfd) for pidfd in self._pidfds)

    def _advance(self) -> None:
        """Take the next of the two messages before the box stands: who its agents are, and that it does."""
        message, received = self._receive()
        with self._lock:
            self._pidfds += received
        if self._killed:
            self.abandon()  # kill had nobody to send to
        if self.process_ids is None:
            self.process_ids = int(message["agent"]), int(message["init"])
        else:
            self.spare_bytes = int(message["spare_bytes"])
            self._stands = True

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
        deadline = time.monotonic() + DEATH_S
        try:
            if self._process:
                self._process.kill()
            self._hear_out(deadline)
            for pidfd in self._pidfds:
                if not readable(pidfd, deadline - time.monotonic()):
                    raise SandboxError("agent", f"processes live on {DEATH_S:.0f} s after SIGKILL")
            if self._process:
                self._process.wait()
        finally:
            self.socket.close()
            with self._lock:
                pidfds, self._pidfds = self._pidfds, []
                for pidfd in pidfds:
                    os.close(pidfd)
            os.close(self._words)

    def _hear_out(self, deadline: float) -> None:
        """Wait until the agents have said who they are, and so can be killed, or are gone."""
        with contextlib.suppress(OSError):  # they are gone
            self.socket.shutdown(SHUT_WR)  # one that waits to be told what to make need not wait any more
        with contextlib.suppress(SandboxError):
            while self.process_ids is None and readable(self.socket.fileno(), deadline - time.monotonic()):
                self._advance()
        self.abandon()
