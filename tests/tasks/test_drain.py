"""How a worker ends when it is told to: what it holds goes to others, and nothing of it stays."""

import os
import signal
import time
from collections.abc import Callable

from sqlalchemy import text

from judge import db, line, queue, workers
from judge.runs import ledger as run_ledger
from judge.submissions import ledger
from judge.verdict import State
from tests.runs import new_run
from tests.servers import submit
from tests.tasks.workers import (
    SHORT,
    Worker,
    assert_whole,
    children,
    descendants,
    ended,
    is_alive,
    lasting,
    lost_attempts,
    running,
    send,
)


def test_a_drain(problem: str, start_worker: Callable[..., Worker]) -> None:
    """A worker that is told to end gives back what lasts, within 25 s and as not lost; another ends it."""
    first = start_worker("one", **SHORT)
    submission_id = send(lasting(22))
    box = running(submission_id, first)
    began = time.monotonic()
    first.process.terminate()
    first.until(lambda: [worker.is_draining for worker in workers.present()] == [True])
    second = start_worker("two", **SHORT)
    assert sorted(worker.is_draining for worker in workers.present()) == [False, True]
    assert first.process.wait(25 - (time.monotonic() - began)) == 0
    assert not any(map(is_alive, box))
    judged = ended(submission_id, second)
    assert (judged.verdict, judged.attempt, lost_attempts(submission_id)) == ("accepted", 2, 0)
    assert_whole(submission_id)
    assert queue.depth("python3") == 0


def test_a_platform_that_tells_every_process(problem: str, start_worker: Callable[..., Worker]) -> None:
    """Where the child hears of the end as well as its parent, it gives back at once, as not lost."""
    worker = start_worker()
    submission_id = send(lasting(8))
    box, child = running(submission_id, worker), worker.child
    worker.process.terminate()
    os.kill(child, signal.SIGTERM)
    assert worker.process.wait(10) == 0
    assert not any(map(is_alive, box))
    assert lost_attempts(submission_id) == 0
    judged = ended(submission_id, start_worker("two"))
    assert (judged.verdict, judged.attempt) == ("accepted", 2)
    assert_whole(submission_id)


def test_a_worker_leaves_nothing_behind(problem: str, start_worker: Callable[..., Worker]) -> None:
    """An idle worker that is told to end does so at once, with its companion and its row."""
    worker = start_worker()
    family = descendants(worker.process.pid)
    assert len(children(worker.process.pid)) == 2
    began = time.monotonic()
    worker.process.terminate()
    assert worker.process.wait(10) == 0
    assert time.monotonic() - began < 5
    worker.until(lambda: not any(map(is_alive, family)))
    with db.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM workers")) == 0


def test_a_drain_under_load(problem: str, start_worker: Callable[..., Worker]) -> None:
    """Three slots hold what lasts, what somebody types to, and what is short; all of it goes on elsewhere."""
    first = start_worker("one", JUDGE_SLOTS="3", JUDGE_OPEN_RUN_SLOTS="1")
    run, _ = new_run("input()", stdin_open=True)
    line.send_run(run, 60.0)
    lasts, _ = submit(lasting(25))
    line.send_submission(lasts, 200.0)
    held = (State.COMPILING, State.RUNNING)
    first.until(lambda: run_ledger.get(run.id).state in held and ledger.get(lasts.id).state in held)
    flood = [submit("print(input())")[0] for _ in range(60)]
    for one in flood:
        line.send_submission(one, 200.0)
    first.until(lambda: ledger.get(flood[10].id).state == State.DONE)
    began = time.monotonic()
    first.process.terminate()
    second = start_worker("two", JUDGE_SLOTS="2")
    assert first.process.wait(25 - (time.monotonic() - began)) == 0
    for one in [*flood, lasts]:
        assert ended(one.id, second).verdict == "accepted"
        assert_whole(one.id)
        assert lost_attempts(one.id) == 0
    second.until(lambda: run_ledger.get(run.id).state == State.RUNNING)
    assert run_ledger.get(run.id).attempt == 2
