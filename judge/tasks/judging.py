"""The task that judges one submission."""

import logging

from celery import Task

from judge import queue, submissions
from judge.errors import AttemptLost, QueueUnavailable
from judge.judging import Judging, judge
from judge.languages import table
from judge.queue import JUDGE, app
from judge.submissions import Claim
from judge.tasks.attempt import Attempt
from judge.tasks.cancelling import cancellable
from judge.tasks.lifecycle import Drained, boxes, drainable

log = logging.getLogger(__name__)


@app.task(name=JUDGE, bind=True)
def judge_submission(self: Task, submission_id: str) -> None:
    """Judge a submission, if it is there to be claimed; a message that comes twice finds nothing to do."""
    with drainable() as drain, cancellable(submission_id) as cancellation:
        claim = submissions.claim(submission_id, self.request.hostname)
        if claim is None:
            log.info("submission %s: nothing to claim", submission_id)
            return
        log.info("submission %s: attempt %d", submission_id, claim.attempt)
        with Attempt(claim, self) as attempt:
            drain.interrupts(attempt)
            cancellation.reaches(attempt)
            _judge_and_tell(claim, attempt)


def _judge_and_tell(claim: Claim, attempt: Attempt) -> None:
    try:
        _judge(claim, attempt)
    except AttemptLost:
        log.warning("submission %s: attempt %d is lost or cancelled", claim.submission_id, claim.attempt)
    except Drained:
        attempt.give_back(lost=False)
        _send_elsewhere(claim)
    except Exception:
        # A failure of ours, the soft time limit among them, is never a verdict: somebody tries again.
        attempt.give_back(lost=True)
        raise


def _judge(claim: Claim, attempt: Attempt) -> None:
    judging = Judging(claim.manifest, table()[claim.language], claim.files, claim.entry_point)
    pool = boxes()
    try:
        judgement = judge(judging, lambda: attempt.guard(pool.take()), attempt)
    except Exception:
        attempt.check()  # was a box killed because the attempt ends? then that is the reason
        raise
    attempt.finish(judgement)


def _send_elsewhere(claim: Claim) -> None:
    try:
        judging_s = queue.judging_s(claim.manifest, claim.language)
        queue.send(claim.submission_id, claim.language, judging_s)
    except QueueUnavailable as error:
        log.warning("submission %s: left to the sweeper: %s", claim.submission_id, error)
        return
    submissions.mark_sent(claim.submission_id, published_seq=0, sent=True)
