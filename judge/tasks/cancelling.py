"""What a child holds is cancelled: it hears so on Redis, and asks the row, which alone decides.

Without Redis, or where a message is lost, the next renewal of the lease says the same.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache

import redis

from judge import metrics
from judge.events import cancellations
from judge.tasks.held import Held

log = logging.getLogger(__name__)

_RECONNECT_S = 1.0


class Cancellation:
    """Whether one id was named as cancelled, and the attempt that then asks its row."""

    def __init__(self) -> None:
        self._told = False
        self._attempt: Held | None = None

    def tell(self) -> None:
        """Called by the listening thread."""
        self._told = True
        if self._attempt is not None:
            self._attempt.confirm()

    def reaches(self, attempt: Held) -> None:
        """From now on this attempt is asked; at once, if something was said before it was there."""
        self._attempt = attempt
        if self._told:
            attempt.confirm()


class _Ear:
    """The one subscription of this child, and what it listens for."""

    def __init__(self) -> None:
        self._listening: dict[str, Cancellation] = {}
        threading.Thread(target=self._run, name="cancellations", daemon=True).start()

    @contextmanager
    def listening(self, id_: str) -> Iterator[Cancellation]:
        self._listening[id_] = Cancellation()
        try:
            yield self._listening[id_]
        finally:
            del self._listening[id_]

    def _run(self) -> None:
        while True:
            try:
                for id_ in cancellations():
                    self._tell(id_)
            except (redis.RedisError, OSError) as error:
                metrics.redis_errors.inc("subscribe")
                log.warning("redis: no cancellations are heard: %s", error)
            except Exception:
                log.exception("redis: no cancellations are heard")  # the thread must outlive what is not ours
            time.sleep(_RECONNECT_S)

    def _tell(self, id_: str | None) -> None:
        """None: anything may have been said before."""
        for listening_for, cancellation in list(self._listening.items()):
            if id_ in (None, listening_for):
                cancellation.tell()


@cache
def _ear() -> _Ear:
    """Made when there is first something to hold, so never in the parent that children are forked from."""
    return _Ear()


def cancellable(id_: str) -> AbstractContextManager[Cancellation]:
    """While the block runs, a cancellation of this id is heard. It begins before the row is claimed."""
    return _ear().listening(id_)
