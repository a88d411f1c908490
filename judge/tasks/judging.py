"""The task that judges one submission."""

import logging
from contextlib import ExitStack, nullcontext

from celery import Task

from judge import line, submissions
from judge.judging import Judging, judge
from judge.languages import table
from judge.queue import JUDGE, app, language_of
from judge.submissions import Claim
from judge.tasks.attempt import Attempt
from judge.tasks.calling import call_next, next_called
from judge.tasks.cancelling import cancellable
from judge.tasks.fitness import taking
from judge.tasks.lifecycle import boxes, drainable

log = logging.getLogger(__name__)


@app.task(name=JUDGE, bind=True)
def judge_submission(self: Task, submission_id: str) -> None:
    """Judge a submission, if it is there to be claimed; a message that comes twice finds nothing to do."""
    with drainable() as drain, cancellable(submission_id) as cancellation:
        with taking(self.request.hostname):
            claim = submissions.claim(submission_id, self.request.hostname)
        if claim is None:
            log.info("submission %s: nothing to claim", submission_id)
            call_next(language_of(self))
            return
        log.info("submission %s: attempt %d", submission_id, claim.attempt)
        with next_called(claim.language), Attempt(claim, self) as attempt:
            drain.interrupts(attempt)
            cancellation.reaches(attempt)
            with attempt.given_back(lambda: line.hand_out(claim.language)), ExitStack() as taken:
                _judge(claim, attempt, taken)


def _judge(claim: Claim, attempt: Attempt, taken: ExitStack) -> None:
    """taken: the boxes, which are ended once the verdict is told: nobody waits for that."""
    judging = Judging(claim.manifest, table()[claim.language], claim.files, claim.entry_point)
    pool = boxes()
    try:
        judgement = judge(
            judging,
            lambda hidden: nullcontext(taken.enter_context(attempt.guard(pool.take(hidden)))),
            attempt,
        )
    except Exception:
        attempt.check()  # was a box killed because the attempt ends? then that is the reason
        raise
    attempt.finish(judgement)
    log.info("submission %s: %s", claim.submission_id, judgement.verdict)
