"""One attempt at a submission: its lease kept, its steps recorded and told, its box stopped when lost."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from sqlalchemy.exc import OperationalError

from judge import submissions
from judge.config import settings
from judge.errors import AttemptLost
from judge.events import Event
from judge.judging import Box
from judge.records import Judgement, TestResult
from judge.submissions import Claim
from judge.tasks.signals import tell

log = logging.getLogger(__name__)

_RETRY_S = 0.5

TEST_ROWS_LATE_S = 0.04
"""How long a test's row may wait for the next one, so that short tests share a transaction."""


class Attempt:
    """Records a judging as it goes on; a thread beside it renews the lease and writes the test rows.

    Once the attempt is lost, because its lease ran out or somebody took it, its box is killed and every
    step raises AttemptLost.
    """

    def __init__(self, claim: Claim, task: Any) -> None:
        self._id, self._number = claim.submission_id, claim.attempt
        self._task = task
        self._box: Box | None = None
        self._changed = threading.Condition()
        self._pending: list[TestResult] = []
        self._pending_since = 0.0
        self._ending = False
        self._failure: Exception | None = None
        self._published = claim.event.seq - 1, claim.event.seq - 1
        self._held_until = time.monotonic() + settings().lease_s
        self._keeper = threading.Thread(target=self._keep, name=f"attempt {self._id}", daemon=True)
        self._tell([claim.event])

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_keeper()

    def guard(self, box: Box) -> None:
        """Kill this box when the attempt must end before its judging does."""
        self._box = box
        if self._failure is not None:
            box.kill()

    def interrupt(self, reason: Exception) -> None:
        """End the attempt: its box is killed, and whatever is asked of it next raises ``reason``.

        Safe in a signal handler and from any thread.
        """
        self._failure = reason
        if self._box is not None:
            self._box.kill()

    def check(self) -> None:
        """Raises AttemptLost, or the reason of an interruption, once the attempt must end."""
        if self._failure is not None:
            raise self._failure

    def compiled(self, output: bytes | None) -> None:
        """The program is compiled; its tests begin."""
        self.check()
        self._tell(
            self._insist(
                lambda: submissions.start_running(self._id, self._number, output, published=self._published)
            )
        )

    def tested(self, result: TestResult) -> None:
        """A test has ended; its row is written beside the next run."""
        self.check()
        with self._changed:
            if not self._pending:
                self._pending_since = time.monotonic()
            self._pending.append(result)
            self._changed.notify()

    def finish(self, judgement: Judgement) -> None:
        """The verdict, with the rows that still wait, in one transaction."""
        tests = self._end_keeper()
        self.check()
        self._tell(
            self._insist(
                lambda: submissions.finish(
                    self._id, self._number, judgement, tests, published=self._published
                )
            )
        )
        self._note_published()

    def give_back(self, *, lost: bool) -> None:
        """End without a verdict; the rows that still wait are recorded first."""
        tests = self._end_keeper()
        if tests:
            self._tell(submissions.record_tests(self._id, self._number, tests, published=self._published))
        self._tell(submissions.give_back(self._id, self._number, lost=lost))
        self._note_published()

    def _insist(self, write: Callable[[], list[Event]]) -> list[Event]:
        """Write, as soon as Postgres takes it: as long as the lease holds, an outage costs no judging."""
        while True:
            try:
                return write()
            except OperationalError as error:
                log.warning("submission %s: %s", self._id, error.orig)
                if time.monotonic() + _RETRY_S > self._held_until:
                    raise AttemptLost(self._id) from error
                time.sleep(_RETRY_S)

    def _note_published(self) -> None:
        first, last = self._published
        try:
            submissions.mark_sent(self._id, published_after=first, published_seq=last, sent=False)
        except OperationalError as error:
            log.warning("submission %s: %s", self._id, error.orig)  # a hint: it is published once more

    def _tell(self, events: Sequence[Event]) -> None:
        first, last = self._published
        # After a gap nothing more is noted: the sweeper publishes from there.
        if tell(self._task, events) and events[0].seq == last + 1:
            self._published = first, events[-1].seq

    def _end_keeper(self) -> list[TestResult]:
        """Stop the thread; returns the test rows that it has not written."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        if self._keeper.is_alive():
            self._keeper.join()
        tests, self._pending = self._pending, []
        return tests

    # The thread

    def _keep(self) -> None:
        renew_at = time.monotonic() + settings().lease_renew_s
        while True:
            tests = self._wait(renew_at)
            if tests is None:
                return
            try:
                if tests:
                    self._tell(
                        submissions.record_tests(self._id, self._number, tests, published=self._published)
                    )
                    tests = []
                if time.monotonic() >= renew_at:
                    asked_at = time.monotonic()
                    submissions.renew(self._id, self._number)
                    self._held_until = asked_at + settings().lease_s
                    renew_at = asked_at + settings().lease_renew_s
            except OperationalError as error:
                # Postgres is away. What it did not take is tried again until the lease has run out.
                log.warning("submission %s: %s", self._id, error.orig)
                with self._changed:
                    self._pending[:0] = tests
                    self._pending_since = renew_at = time.monotonic() + 1.0
                if time.monotonic() > self._held_until:
                    self.interrupt(AttemptLost(self._id))
                    return
            except Exception as error:  # noqa: BLE001  # AttemptLost, or what nobody has thought of
                self.interrupt(error)  # no lease is kept from now on, and these rows were not written
                return

    def _wait(self, renew_at: float) -> list[TestResult] | None:
        """Until there is something to write or to renew; None at the end."""
        with self._changed:
            while not self._ending:
                write_at = self._pending_since + TEST_ROWS_LATE_S if self._pending else renew_at
                left = min(write_at, renew_at) - time.monotonic()
                if left <= 0:
                    tests, self._pending = self._pending, []
                    return tests
                self._changed.wait(left)
            return None
