"""Requests to stop, which come as signals, and the sleep from which they and ended children wake us."""

import contextlib
import select
import signal
import socket
import time
from types import FrameType

ECHO_S = 0.5  # one Ctrl-C can arrive twice, from the terminal and from a wrapper
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequests:
    """Counts Ctrl-C, SIGTERM and SIGHUP instead of dying of them; only the main thread may make one."""

    def __init__(self) -> None:
        self.count = 0
        self._last = 0.0
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)  # a handler, so that it wakes us
        for number in SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self._ask)

    def sleep(self, timeout_s: float) -> None:
        """Until a signal comes, a child's end included, or ``timeout_s`` have passed."""
        select.select([self._reader], [], [], timeout_s)
        with contextlib.suppress(BlockingIOError):
            while self._reader.recv(4096):
                pass

    def close(self) -> None:
        """Let signals do again what they do by default."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, *SIGNALS):
            signal.signal(number, signal.SIG_DFL)
        self._reader.close()
        self._writer.close()

    def _ask(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._last > ECHO_S:
            self.count += 1
            self._last = now
