"""`judge autoscale` with real workers: up, down, to zero and back, and what happens when something dies."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from judge import workers
from judge.submissions import ledger
from judge.verdict import ENDED, State
from tests.conftest import JUDGE
from tests.scaling.conftest import QUICK, Autoscaler, present
from tests.servers import FEW_LANGUAGES, Servers, submit, until
from tests.tasks.workers import assert_whole, is_alive, lasting, lost_attempts, send

QUICKLY = "print(input())"

Start = Callable[..., Autoscaler]


def judged(autoscaler: Autoscaler, submission_id: str) -> None:
    """It ends with its verdict, at its first attempt."""
    autoscaler.until(lambda: ledger.get(submission_id).state in ENDED)
    found = ledger.get(submission_id)
    assert (found.verdict, found.attempt) == ("accepted", 1), autoscaler.log
    assert_whole(submission_id)


def held(submission_id: str) -> bool:
    """Whether a worker judges it."""
    return ledger.get(submission_id).state == State.RUNNING


def test_from_zero_and_back_and_up_again(autoscale: Start) -> None:
    """Nobody is there until something waits, nor a while after it; each start has a name of its own."""
    autoscaler = autoscale("--max", "3")
    autoscaler.until(lambda: "keeping 0 to 3 workers" in autoscaler.log)
    names = []
    for _ in range(2):
        assert autoscaler.workers == [], autoscaler.log
        judged(autoscaler, send(QUICKLY))
        names.append(autoscaler.until_ready(1)[0].name)
        autoscaler.until(lambda: not autoscaler.workers and not present())
    assert len(set(names)) == 2
    assert "0 workers from now on, 1 before: 0 queued" in autoscaler.log


def test_a_flood_brings_the_most_and_what_lasts_is_never_killed(autoscale: Start) -> None:
    """All that may be come for a flood; then idle ones go, and who judges stays until that is done."""
    autoscaler = autoscale("--max", "2")
    long = send(lasting(20))
    autoscaler.until(lambda: held(long))
    [its_worker] = [worker.name for worker in present() if worker.busy]
    flood = [send(QUICKLY) for _ in range(60)]
    autoscaler.until(lambda: len(autoscaler.workers) == 2)
    for submission_id in flood:
        judged(autoscaler, submission_id)
    judged(autoscaler, long)
    # It was needed a moment ago, so it stays for a while yet.
    assert f"{its_worker} is told to end" not in autoscaler.log
    autoscaler.until(lambda: not autoscaler.workers)
    assert autoscaler.log.count(" is told to end") == 2


def test_sigterm_drains_all(autoscale: Start) -> None:
    """It ends with its workers, within 25 s; what they held is given back, and not as lost."""
    autoscaler = autoscale("--min", "2", "--max", "2")
    autoscaler.until_ready(2)
    long, short = send(lasting(60)), send(lasting(3))
    autoscaler.until(lambda: held(long) and held(short))
    family = autoscaler.workers
    autoscaler.process.terminate()
    assert autoscaler.process.wait(25) == 0
    assert not any(map(is_alive, family))
    assert ledger.get(short).verdict == "accepted"
    assert (ledger.get(long).state, lost_attempts(long)) == (State.QUEUED, 0)
    until(lambda: not present())


def test_a_worker_that_dies_is_replaced(autoscale: Start) -> None:
    """kill -9 of a worker: another one comes, by a delay that grows with each death."""
    autoscaler = autoscale("--min", "1", "--max", "1")
    killed: set[str] = set()
    for delay in ("0.5", "1.0"):
        autoscaler.until(lambda: any(worker.name not in killed for worker in present()))  # noqa: B023
        killed |= {worker.name for worker in present()}
        [pid] = autoscaler.workers
        os.kill(pid, signal.SIGKILL)
        said = f"was killed by SIGKILL; the next starts in {delay} s"
        autoscaler.until(lambda said=said: said in autoscaler.log)


def test_workers_that_cannot_start(autoscale: Start) -> None:
    """They are tried again and again, ever more seldom, and the autoscaler lives."""
    autoscaler = autoscale("--min", "2", "--max", "2", "--no-such-option")
    autoscaler.until(lambda: "exited with code 2; the next starts in 2.0 s" in autoscaler.log)
    assert autoscaler.process.poll() is None
    autoscaler.process.terminate()
    assert autoscaler.process.wait(10) == 0


def test_kill_9_of_the_autoscaler(autoscale: Start) -> None:
    """Its workers finish what they hold and end; the next one need not wait for them, nor loses anything."""
    first = autoscale("--max", "1")
    long = send(lasting(20))
    first.until(lambda: held(long))
    [orphan] = first.workers
    first.process.kill()
    first.process.wait()
    second = autoscale("--max", "1")
    judged(second, send(QUICKLY))
    judged(second, long)
    until(lambda: not is_alive(orphan))
    assert len(second.workers) <= 1


def test_two_at_once(autoscale: Start, tmp_path: Path) -> None:
    """Of one JUDGE_HOME the second refuses; of two, each counts what the other keeps."""
    first = autoscale("--min", "1", "--max", "1")
    first.until_ready(1)
    refused = autoscale("--max", "1")
    assert refused.process.wait(20) == 1
    assert "another autoscaler keeps the workers" in refused.log
    other = autoscale("--max", "1", JUDGE_HOME=str(tmp_path / "other"))
    other.until(lambda: other.log.count("keeping 0 to 1 workers") == 1)
    judged(first, send(QUICKLY))
    assert other.workers == []


def test_postgres_away_and_back(autoscale: Start, servers: Servers) -> None:
    """While Postgres is away the number is held; afterwards it follows the load again."""
    autoscaler = autoscale("--min", "1", "--max", "1")
    autoscaler.until_ready(1)
    [pid] = autoscaler.workers
    with servers.without_postgres():
        autoscaler.until(lambda: "Postgres is away, keeping 1 workers" in autoscaler.log)
        assert autoscaler.workers == [pid]
    autoscaler.until(lambda: "Postgres is back" in autoscaler.log)
    judged(autoscaler, send(QUICKLY))
    assert autoscaler.log.count("Postgres is away, keeping") == 1


def once() -> dict[str, Any]:
    """What `judge autoscale --once` says."""
    done = subprocess.run(
        [*JUDGE, "autoscale", "--max", "3", "--once", "--json"],
        env={**os.environ, **FEW_LANGUAGES, **QUICK}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_once(autoscale: Start) -> None:
    """A preview: the figures and the decision, and no worker for it."""
    for _ in range(5):
        submit()
    told = once()
    assert (told["workers"], told["desired_workers"], told["elsewhere"]) == (1, 1, 0)
    assert (told["load"]["queued"], told["load"]["languages"]) == (5, ["python3"])
    assert present() == []


def test_who_takes_nothing_is_no_help(autoscale: Start) -> None:
    """A worker elsewhere spares one here, unless it drains or has said that it is unfit."""
    submit()
    name, python = "other@elsewhere", {"id": "python3"}
    for unfit, is_draining, here in ((None, False, 0), ("its disk is full", False, 1), (None, True, 1)):
        workers.register(name, slots=2, sandbox="namespaces", languages=[python])
        workers.note_fitness(name, unfit)
        assert workers.seen(name, is_draining=is_draining)
        told = once()
        assert (told["workers"], told["elsewhere"]) == (here, 1 - here)
