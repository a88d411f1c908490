"""One attempt at a submission: its lease kept, its steps recorded and told, its box stopped when lost."""

import logging
import threading
import time
from types import TracebackType
from typing import Any, Self

from sqlalchemy.exc import OperationalError

from judge import submissions
from judge.config import settings
from judge.errors import AttemptLost
from judge.judging import Box
from judge.records import Judgement, TestResult
from judge.submissions import Claim
from judge.tasks.held import Held

log = logging.getLogger(__name__)

TEST_ROWS_LATE_S = 0.04
"""How long a test's row may wait for the next one, so that short tests share a transaction."""


class Attempt(Held):
    """Records a judging as it goes on; a thread beside it renews the lease and writes the test rows.

    Once the attempt is lost, because its lease ran out, somebody took it or the submission was cancelled, its
    boxes are killed and every step raises AttemptLost.
    """

    def __init__(self, claim: Claim, task: Any) -> None:
        super().__init__(claim.submission_id, task, claim.event)
        self._number = claim.attempt
        self._boxes: list[Box] = []
        self._changed = threading.Condition()
        self._pending: list[TestResult] = []
        self._pending_since = 0.0
        self._ending = False
        self._keeper = threading.Thread(target=self._keep, name=f"attempt {self._id}", daemon=True)

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_keeper()

    def guard(self, box: Box) -> Box:
        """Kill this box, too, when the attempt must end before its judging does; returns it."""
        self._boxes.append(box)
        if self._failure is not None:
            box.kill()
        return box

    def interrupt(self, reason: Exception) -> None:
        """End the attempt, as any; its boxes are killed."""
        super().interrupt(reason)
        for box in self._boxes:
            box.kill()

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

    def _note_published(self) -> None:
        first, last = self._published
        try:
            submissions.mark_sent(self._id, published_after=first, published_seq=last, sent=False)
        except OperationalError as error:
            log.warning("submission %s: %s", self._id, error.orig)  # a hint: it is published once more

    def _end_keeper(self) -> list[TestResult]:
        """Stop the thread; returns the test rows that it has not written."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        if self._keeper.is_alive():
            self._keeper.join()
        tests, self._pending = self._pending, []
        return tests

    def _renew(self) -> None:
        submissions.renew(self._id, self._number)

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
                    self._renew()
                    self._renewed(asked_at)
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
