"""A real worker, and the ways in which it, its children and its broker can die: nothing is lost."""

import os
import re
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
import requests
from sqlalchemy import text

from judge import db, queue, submissions
from judge.config import settings
from judge.judging import SandboxError
from judge.queue import JUDGE, app, language_queue
from judge.records import Judgement
from judge.submissions import interventions
from judge.tasks import lifecycle
from judge.verdict import State, Verdict
from tests.servers import Servers, expire, log_of, new_problem, submit
from tests.tasks.workers import (
    SHORT,
    Worker,
    assert_whole,
    box_in_use,
    descendants,
    ended,
    is_alive,
    lasting,
    lost_attempts,
    running,
    send,
    stop,
)


def test_a_message_that_comes_twice_is_judged_once(problem: str, start_worker: Callable[..., Worker]) -> None:
    """The second finds nothing to claim, before the first has ended and after it."""
    worker = start_worker()
    first = send("print(input())")
    queue.send(first, "python3", 1.0)
    assert ended(first, worker).verdict == "accepted"
    queue.send(first, "python3", 1.0)
    second = send("print(input())")
    assert ended(second, worker).verdict == "accepted"
    assert [word for _, word in log_of(first)] == ["queued", "compiling", "running", "test", "done"]
    assert_whole(first)


def test_a_child_that_is_killed(problem: str, start_worker: Callable[..., Worker]) -> None:
    """Its box dies with it, its lease lapses, and the second attempt ends the submission."""
    worker = start_worker(**SHORT)
    submission_id = send(lasting(3))
    box = running(submission_id, worker)
    os.kill(worker.child, signal.SIGKILL)
    worker.until(lambda: not any(map(is_alive, box)))
    judged = ended(submission_id, worker, swept=True)
    assert (judged.verdict, judged.attempt, lost_attempts(submission_id)) == ("accepted", 2, 1)
    assert_whole(submission_id)


def test_a_lease_is_kept_while_a_program_runs(problem: str, start_worker: Callable[..., Worker]) -> None:
    """A program that outlives several leases is judged once."""
    worker = start_worker(**SHORT)
    submission_id = send(lasting(5))
    judged = ended(submission_id, worker, swept=True)
    assert (judged.verdict, judged.attempt) == ("accepted", 1)
    assert_whole(submission_id)


def test_the_hard_limit(problem: str, start_worker: Callable[..., Worker]) -> None:
    """A child that answers nothing is killed, and its box is gone; its lease gives the attempt back.

    The worker counts it once, though Celery tells of it twice, and logs whose it was.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    worker = start_worker(**SHORT, JUDGE_METRICS_PORT=str(port))
    created, _ = submit(lasting(60))
    app.send_task(JUDGE, args=[created.id], queue=language_queue("python3"), time_limit=2, retry=False)
    box = running(created.id, worker)
    child = worker.child
    stop(child)
    worker.until(lambda: not any(map(is_alive, [child, *box])))
    worker.until(lambda: lost_attempts(created.id) == 1)
    interventions.cancel(created.id)  # or it would be taken again
    counted = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    assert re.search(r"^judge_hard_limits_total 1\.0$", counted, re.MULTILINE)
    assert worker.logged(f"killed at the hard time limit submission_id={created.id}") == 1
    after = send("print(input())")
    assert ended(after, worker).verdict == "accepted"


def test_a_box_is_there_before_a_submission(start_worker: Callable[..., Worker]) -> None:
    """The child has a box made, its two agents, when it starts."""
    worker = start_worker()
    worker.until(lambda: len(descendants(worker.child)) == 2)


def test_no_box_when_a_child_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that can have no box yet lives, and asks again when it needs one."""
    pools: list[Mock] = []

    def pool(**_: object) -> Mock:
        pools.append(Mock())
        if len(pools) == 1:
            raise SandboxError("agent", "none today")
        return pools[-1]

    monkeypatch.setattr(lifecycle, "Pool", pool)
    monkeypatch.setattr(lifecycle, "cpus_of_this_slot", lambda: {0})
    lifecycle.begin_child()
    assert lifecycle.boxes() is lifecycle.boxes() is pools[1]
    lifecycle.end_child()
    pools[1].close.assert_called_once_with()


def test_the_soft_limit(problem: str, start_worker: Callable[..., Worker]) -> None:
    """A judging that takes longer than it can is ended by its own child, which lives on."""
    worker = start_worker()
    child = worker.child
    created, _ = submit(lasting(60))
    limits = {"soft_time_limit": 1, "time_limit": 60}
    app.send_task(JUDGE, args=[created.id], queue=language_queue("python3"), retry=False, **limits)
    running(created.id, worker)
    box = box_in_use(worker)
    worker.until(lambda: lost_attempts(created.id) == 1, 45)  # before it ends by itself
    worker.until(lambda: not any(map(is_alive, box)))
    assert worker.child == child


def test_redis_dies_while_a_program_runs(
    problem: str, servers: Servers, start_worker: Callable[..., Worker]
) -> None:
    """The verdict is recorded without it, and once it is back the worker takes work again."""
    worker = start_worker(**SHORT)
    first = send(lasting(3))
    running(first, worker)
    servers.stop_redis()
    try:
        assert ended(first, worker).verdict == "accepted"
    finally:
        servers.start_redis()
    second = send("print(input())")
    assert ended(second, worker, swept=True).verdict == "accepted"
    assert worker.process.poll() is None
    assert lost_attempts(first) == 0
    assert_whole(first)
    assert_whole(second)


def test_who_wakes_up_too_late_writes_nothing(
    problem: str, tmp_path: Path, start_worker: Callable[..., Worker]
) -> None:
    """A child is frozen past its lease; what it has to say when it wakes is refused."""
    new_problem(tmp_path, tests=20, problem_id="many", time_limit_s=5.0)
    worker = start_worker(**SHORT)
    created, _ = submit("import time\ntime.sleep(0.2)\nprint(input())", problem_id="many")
    queue.send(created.id, "python3", 200.0)
    running(created.id, worker)
    child = worker.child
    stop(child)
    expire(created.id)
    claim = submissions.claim(created.id, "other")
    assert claim is not None
    before = log_of(created.id)
    assert claim.event.seq == len(before)
    os.kill(child, signal.SIGCONT)
    after = send("print(input())")
    assert ended(after, worker).verdict == "accepted"
    assert worker.child == child
    assert log_of(created.id) == before
    submissions.finish(created.id, claim.attempt, Judgement(Verdict.WRONG_ANSWER), published=(0, 0))
    assert_whole(created.id)


def test_our_own_failure_is_never_a_verdict(
    problem: str, tmp_path: Path, start_worker: Callable[..., Worker]
) -> None:
    """Test data that is gone costs every attempt, and then the submission has failed."""
    path = tmp_path / "1.in"
    path.write_text("of another problem\n")
    new_problem(tmp_path, tests=1, problem_id="gone")
    with db.transaction() as session:
        session.execute(text("DELETE FROM blobs"))
    for kept in (settings().home / "blobs").glob("??/*"):
        kept.unlink()
    worker = start_worker()
    created, _ = submit(problem_id="gone")
    judged = ended(created.id, worker, swept=True)
    assert (judged.state, judged.verdict, judged.attempt) == (State.FAILED, None, settings().max_attempts)
    assert log_of(created.id)[-1][1] == "failed"


def test_a_worker_makes_a_header_that_cpp_compiles_faster_by(
    problem: str, start_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    """Beside its work, once that can begin, and as many as have room."""
    worker = start_worker(JUDGE_HOME=str(tmp_path), JUDGE_HEADER_BYTES=str(200 << 20))
    assert ended(send("print(input())"), worker).verdict == "accepted"
    worker.until(lambda: list(tmp_path.glob("headers/*/bits/stdc++.h.gch")), 60.0)
