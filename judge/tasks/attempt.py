"""One attempt at a submission: its lease kept, its steps recorded and told, its box stopped when lost."""

from collections.abc import Sequence
from typing import Any

from judge import submissions
from judge.events import Event
from judge.records import Judgement, TestResult
from judge.submissions import Claim
from judge.tasks.recorder import Recorder


class Attempt(Recorder[TestResult]):
    """Records a judging as it goes on; test rows are written beside the next run."""

    def __init__(self, claim: Claim, task: Any) -> None:
        super().__init__(submissions, claim.submission_id, claim.attempt, task, claim.event)

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
            self._pending.append(result)
            self._await_writing()

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

    def _write(self, items: Sequence[TestResult]) -> list[Event]:
        return submissions.record_tests(self._id, self._number, items, published=self._published)
