"""One attempt at a submission: its lease kept, its steps recorded and told, its box stopped when lost."""

from collections.abc import Sequence
from typing import Any

from judge import submissions
from judge.events import Event
from judge.records import Judgement, TestResult
from judge.submissions import Claim, Compiled, Step
from judge.tasks.recorder import Recorder


class Attempt(Recorder[Step]):
    """Records a judging as it goes on; its steps are written beside the next run, or with the verdict."""

    def __init__(self, claim: Claim, task: Any) -> None:
        super().__init__(submissions, claim.submission_id, claim.attempt, task, claim.event)

    def compiled(self, output: bytes | None) -> None:
        """The program is compiled; its tests begin."""
        self._stepped(Compiled(output))

    def tested(self, result: TestResult) -> None:
        """A test has ended."""
        self._stepped(result)

    def finish(self, judgement: Judgement) -> None:
        """The verdict, with the steps that still wait, in one transaction."""
        steps = self._end_keeper()
        self.check()
        self._tell(
            self._insist(
                lambda: submissions.finish(
                    self._id, self._number, judgement, steps, published=self._published
                )
            )
        )
        self._note_published()

    def _stepped(self, step: Step) -> None:
        self.check()
        with self._changed:
            self._pending.append(step)
            self._await_writing()

    def _write(self, items: Sequence[Step]) -> list[Event]:
        return submissions.record(self._id, self._number, items, published=self._published)
