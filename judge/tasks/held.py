"""What every attempt does that holds a row by a lease: it ends when that is lost, and tells its steps."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol, TypeVar

from sqlalchemy.exc import OperationalError

from judge import metrics
from judge.config import settings
from judge.errors import AttemptLost, QueueUnavailable
from judge.events import AnyEvent
from judge.journal import Published
from judge.tasks.fitness import doubt
from judge.tasks.lifecycle import Drained
from judge.tasks.signals import tell

log = logging.getLogger(__name__)

_RETRY_S = 0.5

Events = TypeVar("Events", bound=Sequence[AnyEvent])


class Rows(Protocol):
    """What judge.submissions, judge.runs and judge.verifications offer to whoever holds a row of theirs."""

    def renew(self, id_: str, attempt: int) -> None:
        """Keep the lease for another while. Raises AttemptLost."""

    def give_back(self, id_: str, attempt: int, *, lost: bool, failure: str = "") -> Sequence[AnyEvent]:
        """End an attempt without a result. Raises AttemptLost."""

    def mark_sent(self, id_: str, *, published_after: int = 0, published_seq: int, sent: bool) -> None:
        """Remember what broker and Redis have taken."""


class Held:
    """An attempt that may have to end before its work does: lost, cancelled, or from a signal handler."""

    def __init__(self, rows: Rows, id_: str, attempt: int, task: Any, claimed: AnyEvent | None) -> None:
        self._rows, self._id, self._number, self._task = rows, id_, attempt, task
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
            self._check_lease()
            self._rows.renew(self._id, self._number)
            self._renewed(asked_at)
        except OperationalError as error:
            log.warning("%s: %s", self._id, error.orig)  # whoever keeps the lease tries again
        except AttemptLost as error:
            self.interrupt(error)

    def _check_lease(self) -> None:
        """Raises AttemptLost once the lease has run out, though nobody else may have claimed the row yet.

        Whoever stood still for so long has measured a program that did, too.
        """
        if time.monotonic() > self._held_until:
            raise AttemptLost(self._id)

    def check(self) -> None:
        """Raises AttemptLost, or the reason of an interruption, once the attempt must end."""
        if self._failure is not None:
            raise self._failure
        self._check_lease()

    @contextmanager
    def given_back(self, send: Callable[[], None]) -> Iterator[None]:
        """Whatever ends the block early gives the row back, unless it is lost already.

        send: has it sent again, for another worker, where this one drains.
        """
        try:
            yield
        except AttemptLost:
            metrics.attempts_taken_away.inc()
            log.warning("%s: attempt %d is lost or cancelled", self._id, self._number)
        except Drained:
            self.give_back(lost=False)
            try:
                send()
            except QueueUnavailable as error:
                log.warning("%s: left to the sweeper: %s", self._id, error)
        except Exception as error:
            # A failure of ours, the soft time limit among them, is never a verdict: somebody tries again.
            doubt()
            with suppress(AttemptLost):  # as after the verdict, while its boxes are ended: it stands
                self.give_back(lost=True, failure=f"{type(error).__name__}: {error}")
            raise

    def give_back(self, *, lost: bool, failure: str = "") -> None:
        """End without a result; ``failure`` says what it was lost to."""
        self._tell(self._rows.give_back(self._id, self._number, lost=lost, failure=failure))
        self._note_published()

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

    def _note_published(self) -> None:
        first, last = self._published
        try:
            self._rows.mark_sent(self._id, published_after=first, published_seq=last, sent=False)
        except OperationalError as error:
            log.warning("%s: %s", self._id, error.orig)  # a hint: it is published once more

    def _renewed(self, asked_at: float) -> None:
        """The lease was asked for at this moment, and given."""
        self._held_until = asked_at + settings().lease_s
