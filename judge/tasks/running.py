"""The task that runs one program on its owner's own input, and tells what it prints while it runs."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from typing import Any, Literal

from celery import Task

from judge import line, runs
from judge.config import settings
from judge.events import RunEvent
from judge.execution import ExecutionResult
from judge.judging import Feed, execute
from judge.queue import RUN, app, language_of
from judge.runs import Claim
from judge.runs.records import Piece
from judge.tasks.calling import call_next, next_called
from judge.tasks.cancelling import cancellable
from judge.tasks.fitness import taking
from judge.tasks.input import Reader
from judge.tasks.lifecycle import boxes, drainable
from judge.tasks.recorder import Recorder
from judge.tasks.transcript import Transcript

log = logging.getLogger(__name__)


@app.task(name=RUN, bind=True)
def run_program(self: Task, run_id: str) -> None:
    """Run a program, if there is one to be claimed; a message that comes twice finds nothing to do."""
    with drainable() as drain, cancellable(run_id) as cancellation:
        with taking(self.request.hostname):
            claim = runs.claim(run_id, self.request.hostname)
        if claim is None:
            log.info("run %s: nothing to claim", run_id)
            call_next(language_of(self))
            return
        log.info("run %s: attempt %d", run_id, claim.attempt)
        language = claim.execution.language.id
        with next_called(language), Running(claim, self) as running:
            drain.interrupts(running)
            cancellation.reaches(running)
            with running.given_back(lambda: line.hand_out(language)), ExitStack() as taken:
                _run(claim, running, taken)


def _run(claim: Claim, running: "Running", taken: ExitStack) -> None:
    """taken: its box, which is ended once the result is told."""
    pool = boxes()
    with ExitStack() as stack:
        feed = None
        if claim.stdin_open:
            feed = Feed(settings().max_run_input_bytes)
            stack.enter_context(Reader(claim.run_id, feed))
        try:
            result = execute(
                claim.execution,
                lambda hidden: nullcontext(taken.enter_context(running.guard(pool.take(hidden)))),
                running,
                feed,
            )
        except Exception:
            running.check()  # was the box killed because the attempt ends? then that is the reason
            raise
    running.finish(result)
    log.info("run %s: %s", claim.run_id, result.verdict)


class Running(Recorder[Piece]):
    """One attempt at a run: what the program prints is told at most 50 ms after it came."""

    def __init__(self, claim: Claim, task: Any) -> None:
        super().__init__(runs, claim.run_id, claim.attempt, task, claim.event)
        self._transcript = Transcript()

    def compiled(self, output: bytes | None) -> None:
        """The program is compiled; it runs from now on."""
        self.check()
        self._tell(
            self._insist(
                lambda: runs.start_running(self._id, self._number, output, published=self._published)
            )
        )

    def printed(self, stream: Literal["stdout", "stderr"], data: bytes, repetition: int) -> None:
        """A piece of a stream has come; it is written beside the program."""
        self.check()
        with self._changed:
            self._transcript.printed(self._pending, stream, data, repetition)
            if self._pending:
                self._await_writing()

    def finish(self, result: ExecutionResult) -> None:
        """What came of it, with the pieces that still wait, in one transaction."""
        pieces = self._end_keeper()
        self._transcript.ended(pieces)
        self.check()
        self._tell(
            self._insist(
                lambda: runs.finish(self._id, self._number, result, pieces, published=self._published)
            )
        )
        self._note_published()

    def _write(self, items: Sequence[Piece]) -> list[RunEvent]:
        return runs.record_output(self._id, self._number, items, published=self._published)
