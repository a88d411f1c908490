"""An attempt beside its judging: rows in groups, events in order, and an end as soon as it is lost."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from judge import db, events, submissions
from judge.errors import AttemptLost
from judge.judging import Box, SandboxError
from judge.records import Judgement, TestResult
from judge.sandbox import Limits
from judge.submissions import ledger
from judge.tasks.attempt import Attempt
from judge.tasks.lifecycle import Drained
from judge.tasks.signals import step_recorded
from judge.verdict import State, Verdict
from tests.servers import PATIENCE_S, Servers, expire, forget_settings, log_of, submit, until

ACCEPTED = Judgement(Verdict.ACCEPTED)


@pytest.fixture(autouse=True)
def short_leases(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leases that are renewed while one looks."""
    monkeypatch.setenv("JUDGE_LEASE_S", "2")
    monkeypatch.setenv("JUDGE_LEASE_RENEW_S", "0.1")
    forget_settings()
    yield
    monkeypatch.undo()
    forget_settings()


def result(index: int) -> TestResult:
    """A test that went well."""
    return TestResult(index, f"secret/{index}", f"secret/{index}", "accepted", 0.1, 0.1, 1, 0, None, None)


def begin() -> tuple[str, Attempt]:
    """A submission whose first event was sent and published, and an attempt at it."""
    created, event = submit()
    assert events.publish([event])
    submissions.mark_sent(created.id, published_seq=1, sent=True)
    claim = submissions.claim(created.id, "worker")
    assert claim is not None
    return created.id, Attempt(claim, None)


def noted(submission_id: str) -> tuple[int, int]:
    """Up to which number events are noted as published, and how many there are."""
    query = text("SELECT published_seq, last_seq FROM submissions WHERE id = :id")
    with db.transaction() as session:
        row = session.execute(query, {"id": submission_id}).one()
    return row.published_seq, row.last_seq


def test_every_step_is_recorded_and_noted(problem: str) -> None:
    """However fast tests end, each has its row and its event, and nothing is left to the sweeper."""
    submission_id, attempt = begin()
    with attempt:
        attempt.compiled(None)
        for index in range(1, 51):
            attempt.tested(result(index))
        attempt.finish(ACCEPTED)
    assert [test.index for test in ledger.get(submission_id).tests] == list(range(1, 51))
    assert log_of(submission_id)[-1] == (54, "done")
    assert noted(submission_id) == (54, 54)


def test_a_short_judging_is_written_at_once(problem: str) -> None:
    """What ends within the time that steps may wait costs one transaction, in which nothing is left out."""
    submission_id, attempt = begin()
    with attempt:
        attempt.compiled(b"a warning")
        attempt.tested(result(1))
        attempt.finish(replace(ACCEPTED, compile_output=b"a warning"))
    found = ledger.get(submission_id)
    assert (found.state, found.compile_output, len(found.tests)) == (State.DONE, b"a warning", 1)
    log = ledger.events_after(submission_id, 0)
    assert [event.type.partition(".")[2] for event in log] == [
        *("queued", "compiling", "running", "test", "done")
    ]
    assert len({event.at for event in log[2:]}) == 1
    assert noted(submission_id) == (5, 5)


def test_a_row_is_written_while_the_next_test_runs(problem: str) -> None:
    """A watcher need not wait for the next test to end."""
    submission_id, attempt = begin()
    with attempt:
        attempt.compiled(None)
        attempt.tested(result(1))
        until(lambda: log_of(submission_id)[-1][1] == "test")
        assert ledger.get(submission_id).state == State.RUNNING
        attempt.finish(ACCEPTED)


def test_what_redis_did_not_take_is_not_noted(problem: str, servers: Servers) -> None:
    """Redis was away for one step: that step and what follows stay for the sweeper to publish again."""
    submission_id, attempt = begin()
    told = threading.Event()

    def note(**_: object) -> bool:
        told.set()
        return True

    with attempt:
        servers.stop_redis()
        step_recorded.connect(note)
        try:
            attempt.compiled(None)
            assert told.wait(PATIENCE_S)
        finally:
            step_recorded.disconnect(note)
            servers.start_redis()
        attempt.tested(result(1))
        attempt.finish(ACCEPTED)
    assert noted(submission_id) == (2, 5)
    with db.transaction() as session:
        session.execute(text("UPDATE submissions SET changed_at = changed_at - interval '5 s'"))
    assert [event.seq for event in ledger.unpublished()] == [3, 4, 5]


def test_its_lease_is_renewed(problem: str) -> None:
    """As long as the attempt lives; and no longer."""
    submission_id, attempt = begin()
    lease = text("SELECT lease_until FROM submissions")

    def until_when() -> object:
        with db.transaction() as session:
            return session.scalar(lease)

    with attempt:
        first = until_when()
        until(lambda: until_when() != first)
    last = until_when()
    time.sleep(0.3)
    assert until_when() == last
    assert ledger.get(submission_id).state == State.COMPILING


def test_a_lost_attempt_kills_its_box(problem: str) -> None:
    """Somebody else has the submission: the program is stopped at once, and nothing more can be told."""
    submission_id, attempt = begin()
    with attempt, Box() as box:
        attempt.guard(box)
        expire(submission_id)
        assert submissions.claim(submission_id, "other")
        limits = Limits(cpu_time_s=20, wall_time_s=20, memory_bytes=2**28, output_bytes=2**20)
        with pytest.raises(SandboxError):
            box.run(["sleep", "20"], limits)
        for step in (attempt.check, lambda: attempt.tested(result(1)), lambda: attempt.finish(ACCEPTED)):
            with pytest.raises(AttemptLost):
                step()


def test_rows_that_cannot_be_written_end_the_attempt(problem: str) -> None:
    """A verdict without all of its tests would be worse than another attempt."""
    submission_id, attempt = begin()
    with attempt:
        attempt.compiled(None)
        attempt.tested(result(1))
        until(lambda: log_of(submission_id)[-1][1] == "test")
        attempt.tested(result(1))  # the database has it already
        with pytest.raises(Exception, match="test_results_pkey"):
            until(attempt.check)
        with pytest.raises(Exception, match="test_results_pkey"):
            attempt.finish(ACCEPTED)
    assert ledger.get(submission_id).state == State.RUNNING


def test_what_fails_after_the_verdict_costs_nothing(problem: str) -> None:
    """A box that does not end, or a time limit that comes then: the verdict stands, the failure is told."""
    submission_id, attempt = begin()

    def fail_late() -> None:
        with attempt, attempt.given_back(lambda: None):
            attempt.compiled(None)
            attempt.finish(ACCEPTED)
            raise SandboxError("agent", "processes live on")

    with pytest.raises(SandboxError, match="live on"):
        fail_late()
    assert ledger.get(submission_id).verdict == Verdict.ACCEPTED
    assert log_of(submission_id)[-1] == (4, "done")


def test_a_drained_attempt_keeps_what_it_saw(problem: str) -> None:
    """Interrupted, it gives back with the rows that still waited, and costs nothing."""
    submission_id, attempt = begin()
    with attempt:
        attempt.compiled(None)
        attempt.tested(result(1))
        attempt.interrupt(Drained("now"))
        with pytest.raises(Drained):
            attempt.tested(result(2))
        attempt.give_back(lost=False)
    assert [word for _, word in log_of(submission_id)] == ["queued", "compiling", "running", "test", "queued"]
    assert noted(submission_id) == (5, 5)
    with Box() as box:
        attempt.guard(box)  # one that was only being made when the attempt was interrupted
        with pytest.raises(SandboxError):
            box.put({"file": b""})
