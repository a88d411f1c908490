"""What every attempt does that holds a row by a lease: it ends when that is lost, and tells its steps."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError

from judge.config import settings
from judge.errors import AttemptLost
from judge.events import AnyEvent
from judge.journal import Published
from judge.tasks.signals import tell

log = logging.getLogger(__name__)

_RETRY_S = 0.5

Events = TypeVar("Events", bound=Sequence[AnyEvent])


class Held:
    """An attempt that may have to end before its work does: lost, cancelled, or from a signal handler."""

    def __init__(self, id_: str, task: Any, claimed: AnyEvent | None) -> None:
        self._id, self._task = id_, task
        self._failure: Exception | None = None
        before = claimed.seq - 1 if claimed else 0
        self._published: Published = before, before
        self._held_until = time.monotonic() + settings().lease_s
        self._tell([claimed] if claimed else [])

    def interrupt(self, reason: Exception) -> None:
        """End the attempt: whatever is asked of it next raises ``reason``.

        Safe in a signal handler and from any thread.
        """
        self._failure = reason

    def confirm(self) -> None:
        """Renew the lease now; where it is lost, or the row has been cancelled, the attempt is interrupted.

        Safe in any thread.
        """
        asked_at = time.monotonic()
        try:
            self._renew()
            self._renewed(asked_at)
        except OperationalError as error:
            log.warning("%s: %s", self._id, error.orig)  # whoever keeps the lease tries again
        except AttemptLost as error:
            self.interrupt(error)

    def check(self) -> None:
        """Raises AttemptLost, or the reason of an interruption, once the attempt must end."""
        if self._failure is not None:
            raise self._failure

    def _insist(self, write: Callable[[], Events]) -> Events:
        """Write, as soon as Postgres takes it: as long as the lease holds, an outage costs no work."""
        while True:
            try:
                return write()
            except OperationalError as error:
                log.warning("%s: %s", self._id, error.orig)
                if time.monotonic() + _RETRY_S > self._held_until:
                    raise AttemptLost(self._id) from error
                time.sleep(_RETRY_S)

    def _tell(self, events: Sequence[AnyEvent]) -> None:
        first, last = self._published
        # After a gap nothing more is noted: the sweeper publishes from there.
        if events and tell(self._task, events) and events[0].seq == last + 1:
            self._published = first, events[-1].seq

    def _renew(self) -> None:
        """Ask the row for another lease. Raises AttemptLost."""
        raise NotImplementedError

    def _renewed(self, asked_at: float) -> None:
        """The lease was asked for at this moment, and given."""
        self._held_until = asked_at + settings().lease_s
