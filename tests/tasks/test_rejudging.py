"""Real workers that judge anew: by another version, for a preview, and with what dies on the way."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from judge import db, events, rejudgings, submissions
from judge.config import settings
from judge.records import Judgement
from judge.rejudgings import ledger as rejudging_ledger
from judge.rejudgings.ledger import Rejudging, Wanted
from judge.submissions import interventions, ledger
from judge.tasks import sweeping
from judge.verdict import State, Verdict
from tests.servers import log_of, new_problem, submit
from tests.tasks.test_cancelling import NEVER_RENEWED
from tests.tasks.workers import (
    SHORT,
    Worker,
    box_in_use,
    command,
    descendants,
    ended,
    is_alive,
    send,
)

ONE = "print(1)"
"""Right for a problem whose only test is 1, wrong for one with further tests."""
ECHO = "print(input())"
SLOW = "import time\ntime.sleep(1)\nprint(input())"


def runs(worker: Worker) -> bool:
    """Whether a submitted program runs; a trial's state does not tell."""
    return any(b"/code/main.py" in command(pid) for pid in descendants(worker.child))


def rejudging(*, by_hand: bool) -> str:
    return rejudgings.create(
        Wanted(problem_id="echo"), user_id="eve", reason="", by_hand=by_hand, same_version=False
    )


def swept(rejudging_id: str, worker: Worker, *states: str) -> Rejudging:
    """The rejudging once it is in one of these states."""

    def look() -> bool:
        sweeping.sweep()
        return rejudging_ledger.get(rejudging_id).state in states

    worker.until(look)
    return rejudging_ledger.get(rejudging_id)


def test_a_package_has_changed(problem: str, tmp_path: Path, start_worker: Callable[..., Worker]) -> None:
    """One submission is judged by the new version, and its verdict is another."""
    worker = start_worker()
    submission_id = send(ONE)
    assert ended(submission_id, worker).verdict == "accepted"
    new_problem(tmp_path, tests=3)
    interventions.rejudge(submission_id)
    assert ledger.get(submission_id).state == State.QUEUED
    judged = ended(submission_id, worker, swept=True)
    assert (judged.verdict, judged.version, judged.attempt) == ("wrong_answer", 2, 2)
    assert [(test.index, test.verdict) for test in judged.tests] == [(1, "accepted"), (2, "wrong_answer")]
    words = [word for _, word in log_of(submission_id)]
    assert words[5:] == ["queued", "compiling", "running", "test", "test", "done"]


def test_a_preview_of_thirty(problem: str, tmp_path: Path, start_worker: Callable[..., Worker]) -> None:
    """What would change is told before anything does, though a child is killed in the middle of it."""
    worker = start_worker(**SHORT)
    ids = [send(ONE if index % 3 == 0 else SLOW if index == 29 else ECHO) for index in range(30)]
    for one in ids:
        assert ended(one, worker).verdict == "accepted"
    logs = [log_of(one) for one in ids]
    new_problem(tmp_path, tests=3, time_limit_s=60.0)
    rejudging_id = rejudging(by_hand=True)
    sweeping.sweep()
    worker.until(lambda: runs(worker))
    os.kill(worker.child, signal.SIGKILL)
    done = swept(rejudging_id, worker, "done")
    assert done.matrix == {"accepted": {"accepted": 20, "wrong_answer": 10}}
    assert {ledger.get(one).verdict for one in ids} == {"accepted"}
    assert [log_of(one) for one in ids] == logs
    rejudgings.apply(rejudging_id)
    assert swept(rejudging_id, worker, "applied").counts["applied"] == 30
    for index, one in enumerate(ids):
        assert ledger.get(one).verdict == ("wrong_answer" if index % 3 == 0 else "accepted")
        assert log_of(one)[len(logs[index]) :] == [(logs[index][-1][0] + 1, "done")]


def test_a_preview_is_cancelled(problem: str, start_worker: Callable[..., Worker]) -> None:
    """The program that runs is stopped at once, and its submission is as if nobody had ever tried."""
    created, _ = submit("while True: pass")
    claim = submissions.claim(created.id, "another")
    assert claim is not None
    submissions.finish(created.id, claim.attempt, Judgement(Verdict.ACCEPTED), published=(0, 0))
    before, log = ledger.get(created.id), log_of(created.id)
    worker = start_worker(**NEVER_RENEWED)
    rejudging_id = rejudging(by_hand=True)
    sweeping.sweep()
    worker.until(lambda: runs(worker))
    box = box_in_use(worker)
    in_queue = rejudgings.judging(rejudging_id)
    assert in_queue == [created.id]
    assert rejudgings.cancel(rejudging_id) == []
    events.publish_cancelled(in_queue)
    worker.until(lambda: not any(map(is_alive, box)))
    assert ended(send(ECHO), worker).verdict == "accepted"
    assert replace(ledger.get(created.id), attempt=before.attempt) == before
    assert log_of(created.id) == log


def test_one_that_cannot_be_judged_any_more(
    problem: str, tmp_path: Path, start_worker: Callable[..., Worker]
) -> None:
    """Our own failures cost every attempt, and then it is as it was judged before."""
    worker = start_worker()
    submission_id = send(ECHO)
    before = ended(submission_id, worker)
    with db.transaction() as session:
        session.execute(text("DELETE FROM blobs"))
    for kept in (settings().home / "blobs").glob("??/*"):
        kept.unlink()
    interventions.rejudge(submission_id)
    after = ended(submission_id, worker, swept=True)
    assert after.attempt == 1 + settings().max_attempts
    assert replace(after, attempt=1, last_seq=before.last_seq) == before
    assert log_of(submission_id)[-1][1] == "done"
