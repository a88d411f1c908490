"""A worker that is of no use for a while: what it cannot do is left to others, and costs no attempts."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from judge import queue, submissions, troubles, workers
from judge.submissions import ledger
from judge.verdict import State
from tests.chaos.proxy import before_postgres, before_redis
from tests.servers import Servers, expire, new_problem, submit
from tests.tasks.workers import (
    SHORT,
    Worker,
    assert_whole,
    descendants,
    ended,
    lost_attempts,
    running,
    send,
    stop,
)


def test_a_worker_that_cannot_judge_takes_nothing(
    problem: str, tmp_path: Path, start_worker: Callable[..., Worker]
) -> None:
    """Its first failure is one lost attempt; what comes after it goes back to the queue until it is well."""
    home, away = tmp_path / "home", tmp_path / "away"
    # One language: its companion, too, must have nothing more to prove in that folder.
    worker = start_worker(JUDGE_HOME=str(home), JUDGE_LANGUAGES="python3")
    home.rename(away)
    home.touch()  # nothing can be kept in it any more
    first = send("print(input())")
    worker.until(lambda: lost_attempts(first) == 1)
    others = [send("print(input())") for _ in range(3)]
    worker.until(lambda: worker.said("this worker cannot judge") > len(others))
    [told] = workers.present()
    assert told.unfit is not None
    assert str(home) in told.unfit
    [case] = troubles.in_trouble(limit=5)
    assert case.lost_to is not None
    assert case.lost_to.startswith(f"{told.name}: ")
    assert str(home) in case.lost_to
    home.unlink()
    away.rename(home)
    assert [ended(id_, worker, swept=True).verdict for id_ in (first, *others)] == ["accepted"] * 4
    assert [lost_attempts(id_) for id_ in (first, *others)] == [1, 0, 0, 0]
    assert [worker.unfit for worker in workers.present()] == [None]


def test_postgres_is_away_when_a_message_comes(
    problem: str, servers: Servers, start_worker: Callable[..., Worker]
) -> None:
    """Messages stay on the queue, and are judged as soon as it is back."""
    proxy, url = before_postgres(servers.environment["DATABASE_URL"])
    try:
        worker = start_worker(DATABASE_URL=url)
        proxy.order("cut")
        waiting = [send("print(input())") for _ in range(3)]
        worker.until(lambda: worker.said("Postgres is away: ") > len(waiting))
        assert queue.depth("python3") >= len(waiting) - 1  # one may be in its hands
        proxy.order("open")
        assert [ended(id_, worker).verdict for id_ in waiting] == ["accepted"] * 3
        assert not any(map(lost_attempts, waiting))
    finally:
        worker.end()
        proxy.close()


def test_who_stood_still_has_measured_nothing(
    problem: str, tmp_path: Path, start_worker: Callable[..., Worker]
) -> None:
    """A whole machine stops past a lease, and nobody else was there: no program is too slow by that."""
    new_problem(tmp_path, tests=1, problem_id="brief", time_limit_s=1.0)
    worker = start_worker(**SHORT)
    created, _ = submit("import time\ntime.sleep(0.7)\nprint(input())", problem_id="brief")
    queue.send(created.id, "python3", 200.0)
    running(created.id, worker)
    child = worker.child
    frozen = []
    for pid in (worker.process.pid, *descendants(worker.process.pid)):
        with suppress(ProcessLookupError, FileNotFoundError):  # a box that is just being made ends some
            stop(pid)
            frozen.append(pid)
    held_s = 4.0  # longer than the lease, and than a program may take by the clock
    time.sleep(held_s)
    # The child first: whoever sweeps would call its attempt lost, and that is not what is to be seen.
    companion = [pid for pid in frozen if pid not in descendants(child) and pid != child]
    for pid in [pid for pid in frozen if pid not in companion]:
        with suppress(ProcessLookupError):  # who goes on first may end the others: they are its box
            os.kill(pid, signal.SIGCONT)
    worker.until(lambda: worker.said("is lost or cancelled"))
    assert ledger.get(created.id).state == State.RUNNING
    for pid in companion:
        os.kill(pid, signal.SIGCONT)
    judged = ended(created.id, worker, swept=True)
    assert (judged.verdict, judged.attempt, lost_attempts(created.id)) == ("accepted", 2, 1)
    assert_whole(created.id)


def test_leases_run_out_while_redis_says_nothing(
    problem: str, servers: Servers, start_worker: Callable[..., Worker]
) -> None:
    """One sweep hangs, for it has something to tell; what runs out meanwhile is given back all the same."""
    first, second = submit()[0].id, submit()[0].id
    proxy, url = before_redis(servers.environment["REDIS_URL"])
    try:
        worker = start_worker(REDIS_URL=url)
        for submission_id in (first, second):
            assert submissions.claim(submission_id, "dead")
        proxy.order("silent")
        for submission_id in (first, second):
            expire(submission_id)
            worker.until(lambda waiting=submission_id: ledger.get(waiting).state == State.QUEUED, 9.0)
    finally:
        proxy.order("open")
        worker.end()
        proxy.close()
