"""The open streams of a web process: sockets, event streams and long polls share one cap, and its end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus

from judge import metrics
from judge.config import settings
from judge.web.faults import Fault


class Streams:
    """Counts streams and wakes them all when the process is told to end."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._open: set[threading.Event] = set()
        self.closing = False

    def check(self) -> None:
        """Raises Fault (503) where no further stream may be opened, or none that would last."""
        if self.closing or self._is_full():
            raise Fault(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"this process serves {self._cap} streams at most; try again soon, or ask without waiting",
                headers={"Retry-After": "5"},
            )

    @contextmanager
    def open(self, wake: threading.Event, kind: str) -> Iterator[None]:
        """One more stream; ``wake`` is set when it must look at ``closing``. Raises Fault.

        kind: "socket", "event_stream" or "poll". While the process ends it ends at once: whoever has asked by
        HTTP is answered all the same.
        """
        if self._is_full():
            self.check()
        self._open.add(wake)
        metrics.streams.inc(kind)
        try:
            yield
        finally:
            metrics.streams.inc(kind, by=-1)
            self._open.discard(wake)

    def close(self) -> None:
        """Let every stream end, and each that is opened from now on as soon as it has begun."""
        self.closing = True
        for wake in list(self._open):
            wake.set()

    def _is_full(self) -> bool:
        return len(self._open) >= self._cap

    def __len__(self) -> int:
        return len(self._open)


@cache
def streams() -> Streams:
    """The streams of this process."""
    return Streams(settings().max_streams)
