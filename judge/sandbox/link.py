"""The judge's hold on the two agents of a box: start them, talk to them, end them."""

import contextlib
import fcntl
import os
import select
import signal
import threading
import time
from _socket import AF_UNIX, SOCK_SEQPACKET, socketpair
from _socket import socket as Socket
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from judge.sandbox import wire
from judge.sandbox.errors import BoxKilled, SandboxError
from judge.sandbox.wire import Field

AGENT = Path(__file__).parent / "box-agent"
"""The program that agent/*.c are compiled to."""

PUT, SEAL, RENEW, COVER, PLACE, FETCH, DISCARD, CAPTURE = 1, 2, 3, 4, 5, 6, 7, 8
"""What the keeper can be asked for."""

RUN, STOP, ASK = 1, 2, 3
"""What init can be asked for."""

DEATH_S = 10.0
"""How long a killed box may take to be gone, which is the time to take its memory apart."""

OPEN_S = 30.0

LAST_WORDS_S = 0.2
"""How long agents that are dying are given to say why."""

_PLACES = (3, 4)
"""Where the agent finds its two sockets, the keeper's and init's."""

_ABOVE_ITS_OWN = 10

_AGENTS = 2


class Held(NamedTuple):
    """What the folders of a box take of its memory, as the keeper says."""

    code_bytes: int
    scratch_bytes: int


class Link:
    """A box's agents and the sockets to them; ``kill`` may come from anywhere, any time.

    The keeper is our child, and ends when the thread that started it does.
    """

    def __init__(self, plan: Sequence[Field], descriptors: Sequence[int]) -> None:
        """Have a box made by a plan (see agent/main.c); returns before it stands. Raises SandboxError."""
        self._lock = threading.RLock()  # reentrant, so that a signal handler may kill in the midst of close
        self._ends: list[int] = []
        """The agents' pidfds, the keeper's and then init's, as far as they have told of themselves."""
        self._killed = False
        self._abandoned = False
        self._stands = False
        self._unanswered = 0
        self.process_ids: list[int] = []
        """Those of keeper and init, once the box stands."""
        self.has_shelf = False
        """Whether the folder that was to be shown is, once the box stands."""
        self._keeper, keepers = socketpair(AF_UNIX, SOCK_SEQPACKET)
        self.socket, inits = socketpair(AF_UNIX, SOCK_SEQPACKET)
        try:
            self._started = _start(keepers, inits)
        except BaseException:
            self._keeper.close()
            self.socket.close()
            raise
        finally:
            keepers.close()
            inits.close()
        try:
            self._send(self._keeper, wire.pack(*plan), descriptors)
        except BaseException:
            self.close()
            raise

    def wait(self) -> None:
        """Return when the box stands. Raises SandboxError when it cannot be made, BoxKilled."""
        deadline = time.monotonic() + OPEN_S
        while not self._stands:
            if not readable(self._awaited(), deadline - time.monotonic()):
                raise SandboxError("agent", f"no answer within {OPEN_S:.0f} s")
            self._advance()

    def stands(self) -> bool:
        """Whether the box stands now; a look that waits for nothing. Raises as ``wait``."""
        while not self._stands and readable(self._awaited()):
            self._advance()
        return self._stands

    def lives(self) -> bool:
        """Whether both agents of a box that stands are alive."""
        return not any(map(readable, self._ends))

    def _awaited(self) -> int:
        """The socket on which the next of the messages before the box stands will come."""
        return (self._keeper if len(self._ends) < _AGENTS else self.socket).fileno()

    def _advance(self) -> None:
        """Take the next of those messages: who the keeper is, who init is, and from init that all is made."""
        if len(self._ends) == _AGENTS:
            (has_shelf,) = self.receive()
            self.has_shelf = bool(has_shelf)
            self._stands = True
            return
        (pid,), (pidfd,) = self._receive(self._keeper)
        with self._lock:
            self._ends.append(pidfd)
            self.process_ids.append(pid)
        if self._killed:
            self.abandon()  # kill had nobody to send to

    def ask_keeper(self, *request: Field, descriptors: Sequence[int] = ()) -> Held:
        """Have the keeper do something, and return what the folders take then. Raises as ``send``."""
        self.tell_keeper(*request, descriptors=descriptors)
        held = self.settle()
        assert held
        return held

    def tell_keeper(self, *request: Field, descriptors: Sequence[int] = ()) -> None:
        """The same, but do not wait for it; ``settle`` does."""
        self._send(self._keeper, wire.pack(*request), descriptors)
        self._unanswered += 1

    def settle(self) -> Held | None:
        """Wait until the keeper has done what it was told; return its last answer, if one was due."""
        held = None
        while self._unanswered:
            held = Held(*self._receive(self._keeper)[0])
            self._unanswered -= 1
        return held

    def take_from_keeper(self, *request: Field) -> tuple[int, int | None]:
        """Ask for something of the box; return a number, and the descriptor beside it if there is one."""
        self.settle()
        self._send(self._keeper, wire.pack(*request), ())
        (number,), descriptors = self._receive(self._keeper)
        return number, (descriptors[0] if descriptors else None)

    def send(self, packet: bytes, descriptors: Sequence[int] = ()) -> None:
        """Send a request to init. Raises SandboxError, BoxKilled, or ValueError when it is too long."""
        self._send(self.socket, packet, descriptors)

    def receive(self) -> tuple[int, ...]:
        """Wait for init's next answer. Raises SandboxError when it is a failure or none, BoxKilled."""
        return self._receive(self.socket)[0]

    def _send(self, socket: Socket, packet: bytes, descriptors: Sequence[int]) -> None:
        if self._abandoned:
            raise self._death()
        try:
            wire.send(socket, packet, descriptors)
        except (wire.Closed, OSError) as error:
            raise self._death() from error

    def _receive(self, socket: Socket) -> tuple[tuple[int, ...], list[int]]:
        try:
            return wire.receive(socket)
        except wire.Failed as failed:
            raise SandboxError(failed.layer, failed.reason) from None
        except (wire.Closed, OSError) as error:
            raise self._death() from error

    def _death(self) -> SandboxError:
        """Return why nothing can be expected of this box any more."""
        if self._killed:
            return BoxKilled()
        # Init may have said why before it ended, and the keeper what ended it.
        for socket in (self.socket, self._keeper):
            with contextlib.suppress(wire.Closed, OSError):
                try:
                    while readable(socket.fileno(), LAST_WORDS_S):
                        wire.receive(socket)
                except wire.Failed as failed:
                    return SandboxError(failed.layer, failed.reason)
        return SandboxError("agent", "it has ended unexpectedly")

    def kill(self) -> None:
        """SIGKILL the box: with pid 1 the kernel ends every process of its namespace."""
        self._killed = True
        self.abandon()

    def abandon(self) -> None:
        """End a box whose state is not known any more, as something broke off a request."""
        self._abandoned = True
        with self._lock:
            # Init's end is the keeper's, which takes leave of it first; without init the keeper's is all.
            self._signal(self._ends[-1:])

    def close(self) -> None:
        """End the box and wait until all its processes are gone. Raises SandboxError if they are not."""
        deadline = time.monotonic() + DEATH_S
        try:
            self._hear_out(deadline)
            self.abandon()
            if not self._ends:  # it never came to tell of itself; not yet waited for, it is still ours
                os.kill(self._started, signal.SIGKILL)
            if not all(readable(end, deadline - time.monotonic()) for end in reversed(self._ends)):
                self._signal(self._ends)
                raise SandboxError("agent", f"processes live on {DEATH_S:.0f} s after SIGKILL")
            for child in {self._started, *self.process_ids[:1]}:
                with contextlib.suppress(ChildProcessError):  # our process may reap children of all kinds
                    os.waitpid(child, 0)
        finally:
            self._keeper.close()
            self.socket.close()
            with self._lock:
                ends, self._ends = self._ends, []
                for end in ends:
                    os.close(end)

    def _hear_out(self, deadline: float) -> None:
        """Wait until the agents have said who they are, and so can be killed, or are gone."""
        with contextlib.suppress(SandboxError):
            while len(self._ends) < _AGENTS and readable(self._awaited(), deadline - time.monotonic()):
                self._advance()

    @staticmethod
    def _signal(ends: Sequence[int]) -> None:
        for end in ends:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(end, signal.SIGKILL)


def readable(descriptor: int, within_s: float = 0) -> bool:
    """Whether a socket has something to be read, or the process of a pidfd has ended, within that time."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(max(0, within_s) * 1000))


def _start(keepers: Socket, inits: Socket) -> int:
    """Start the agent by vfork and exec, so that nothing of our memory is copied; return its process id.

    It is in a session of its own, so that an interrupt typed at our terminal is ours to handle.
    """
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _ABOVE_ITS_OWN) for end in (keepers, inits)]
    actions = [
        *((os.POSIX_SPAWN_OPEN, stream, "/dev/null", os.O_RDWR, 0) for stream in range(3)),
        *((os.POSIX_SPAWN_DUP2, end, place) for end, place in zip(high, _PLACES, strict=True)),
    ]
    try:
        return os.posix_spawn(AGENT, [str(AGENT), str(os.getpid())], {}, file_actions=actions, setsid=True)
    except OSError as error:
        mend = (
            "make judge/sandbox/box-agent compiles it, as make up does"
            if isinstance(error, FileNotFoundError)
            else ""
        )
        raise SandboxError("agent", str(error), mend) from error
    finally:
        for end in high:
            os.close(end)
