"""Real workers, slow programs for them, and ways to see how both are."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from judge import db, queue, submissions, workers
from judge.errors import QueueUnavailable
from judge.records import Submission
from judge.submissions import ledger
from judge.tasks import sweeping  # the module: pytest looks at names here, and a task wants its broker
from judge.verdict import ENDED, State
from tests.servers import FEW_LANGUAGES, PATIENCE_S, log_of, submit, until

SHORT = {"JUDGE_LEASE_S": "2", "JUDGE_LEASE_RENEW_S": "0.5"}
"""Leases for tests that would otherwise wait for them."""


class Worker:
    """A worker process with one slot, ready to judge Python, C and C++."""

    def __init__(self, name: str, log: Path, **environment: str) -> None:
        self._log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "judge.tasks", "worker", "-n", f"{name}@%h"],
                env={**os.environ, **FEW_LANGUAGES, "JUDGE_SLOTS": "1", **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._name = name
        try:
            self.until(self._is_ready)
        except AssertionError:
            self.end()  # or it would take what later tests send
            raise

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self._log.read_text()
        return any(worker.name.startswith(f"{self._name}@") for worker in workers.present())

    def until(self, check: Callable[[], object], within_s: float = PATIENCE_S) -> None:
        """Wait for something that this worker does."""
        try:
            until(check, within_s)
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{self._log.read_text()}") from None

    def logged(self, words: str) -> int:
        """How often it has said this."""
        return self._log.read_text().count(words)

    @property
    def child(self) -> int:
        """The process that judges."""
        [child] = [pid for pid in children(self.process.pid) if b"companion" not in command(pid)]
        return child

    def said(self, words: str) -> int:
        """How often these words stand in its log."""
        return self._log.read_text().count(words)

    def end(self) -> None:
        """Drain it, or where that takes long, kill it."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def send(code: str) -> str:
    """Submit a program as the web process does, which leaves what does not arrive to the sweeper; its id."""
    created, event = submit(code)
    try:
        queue.send(created.id, created.language, 200.0)
    except QueueUnavailable:
        return created.id
    submissions.mark_sent(created.id, published_seq=event.seq, sent=True)
    return created.id


def lasting(seconds: float) -> str:
    """A right program that ends at a certain moment, yet lasts two seconds each time that it is started.

    A worker that is late to start it is still seen while it runs.
    """
    return f"import time\ntime.sleep(max(2, {time.time() + seconds} - time.time()))\nprint(input())\n"


def age(by_s: float = 60.0) -> None:
    """Let everything have happened a while ago, but for what is held."""
    query = """UPDATE submissions SET changed_at = changed_at - make_interval(secs => :by),
                                      sent_at = sent_at - make_interval(secs => :by),
                                      put_off_until = put_off_until - make_interval(secs => :by)"""
    with db.transaction() as session:
        session.execute(text(query), {"by": by_s})


def ended(submission_id: str, worker: Worker, *, swept: bool = False) -> Submission:
    """The submission once it has ended."""

    def look() -> bool:
        if swept:
            age(2.0)  # the sweeper leaves alone what has only just happened
            sweeping.sweep()
        return ledger.get(submission_id).state in ENDED

    worker.until(look)
    return ledger.get(submission_id)


def children(pid: int) -> list[int]:
    """The children of a process."""
    try:
        return [
            int(word)
            for path in Path(f"/proc/{pid}/task").glob("*/children")
            for word in path.read_text().split()
        ]
    except FileNotFoundError:
        return []


def descendants(pid: int) -> list[int]:
    """Every process that stems from one, boxes and their programs among them."""
    found = children(pid)
    return found + [one for child in found for one in descendants(child)]


def command(pid: int) -> bytes:
    """The words by which a process was started; none once it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def is_alive(pid: int) -> bool:
    """Whether it runs: a zombie does not."""
    return bool(command(pid))


def stop(pid: int) -> None:
    """Freeze a process, and come back once it stands still."""
    os.kill(pid, signal.SIGSTOP)
    until(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")


def lost_attempts(submission_id: str) -> int:
    """How many attempts of a submission were lost."""
    query = text("SELECT lost_attempts FROM submissions WHERE id = :id")
    with db.transaction() as session:
        return int(session.execute(query, {"id": submission_id}).scalar_one())


def running(submission_id: str, worker: Worker) -> list[int]:
    """Wait until its program runs; every process of the worker then."""
    worker.until(
        lambda: (
            ledger.get(submission_id).state == State.RUNNING
            and any(
                b"/code/main.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
                for pid in descendants(worker.child)
            )
        )
    )
    return descendants(worker.child)


def box_in_use(worker: Worker) -> list[int]:
    """Every process of the box that a program runs in; the box made ahead is none of it."""
    [keeper] = [
        one
        for one in children(worker.child)
        if any(b"/code/main.py" in command(pid) for pid in descendants(one))
    ]
    return [keeper, *descendants(keeper)]


def assert_whole(submission_id: str) -> None:
    """Its log has no gap, and it ended once."""
    log = log_of(submission_id)
    assert [seq for seq, _ in log] == list(range(1, len(log) + 1))
    assert [word for _, word in log].count("done") == 1
    assert log[-1][1] == "done"
