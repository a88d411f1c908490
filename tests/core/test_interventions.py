"""What people do to a submission, in every state that it can be in."""

from pathlib import Path

import pytest
from sqlalchemy import text

from judge import db, submissions
from judge.config import settings
from judge.errors import AttemptLost, Conflict, NotFound
from judge.records import GroupResult, Judgement, Submission, TestResult, instant, new_id
from judge.submissions import Compiled, interventions, ledger
from judge.verdict import State, Verdict
from tests.servers import expire, log_of, new_problem, submit

NOTHING = (0, 0)
ACCEPTED = Judgement(Verdict.ACCEPTED, 0.25, 0.5, 2**20)


def result(index: int) -> TestResult:
    """A test that went well."""
    return TestResult(index, f"secret/{index}", f"secret/{index}", "accepted", 0.1, 0.1, 1, 0, None, None)


def brought_to(state: State) -> str:
    """A submission in a state, at its first attempt."""
    created, _ = submit()
    if state == State.CANCELLED:
        interventions.cancel(created.id)
    elif state != State.QUEUED:
        bring(created.id, state)
    return created.id


def bring(submission_id: str, state: State) -> None:
    """Have a queued submission claimed, and then come to a state."""
    claim = submissions.claim(submission_id, "worker")
    assert claim is not None
    if state in (State.RUNNING, State.DONE):
        submissions.record(submission_id, claim.attempt, [Compiled(None)], published=NOTHING)
    if state == State.DONE:
        submissions.finish(submission_id, claim.attempt, ACCEPTED, published=NOTHING)
    while state == State.FAILED and ledger.get(submission_id).state != State.FAILED:
        expire(submission_id)
        submissions.lapse()
        submissions.claim(submission_id, "worker")


@pytest.mark.parametrize("state", [State.QUEUED, State.COMPILING, State.RUNNING])
def test_what_has_not_ended_is_cancelled(problem: str, state: State) -> None:
    """At once, without a verdict, and told once; nobody can claim it or write to it any more."""
    submission_id = brought_to(state)
    attempt = ledger.get(submission_id).attempt
    done = interventions.cancel(submission_id)
    assert (done.submission.state, done.submission.verdict) == (State.CANCELLED, None)
    assert done.submission.finished_at is not None
    assert [event.type for event in done.events] == ["submission.cancelled"]
    assert done.events[0].data == ledger.get(submission_id).as_json()
    assert interventions.cancel(submission_id).events == ()
    assert submissions.claim(submission_id, "worker") is None
    for write in (
        lambda: submissions.renew(submission_id, attempt),
        lambda: submissions.record(submission_id, attempt, [Compiled(None)], published=NOTHING),
        lambda: submissions.finish(submission_id, attempt, ACCEPTED, published=NOTHING),
        lambda: submissions.give_back(submission_id, attempt, lost=True),
    ):
        with pytest.raises(AttemptLost):
            write()
    assert submissions.lapse() == []
    log = log_of(submission_id)
    assert [seq for seq, _ in log] == list(range(1, len(log) + 1))
    assert [word for _, word in log].count("cancelled") == 1
    assert log[-1][1] == "cancelled"


@pytest.mark.parametrize("state", [State.DONE, State.FAILED])
def test_what_has_ended_is_not_cancelled(problem: str, state: State) -> None:
    """It is said what can be done instead, and nothing changes."""
    submission_id = brought_to(state)
    before = ledger.get(submission_id)
    with pytest.raises(Conflict, match=f"the submission is {state}"):
        interventions.cancel(submission_id)
    assert ledger.get(submission_id) == before


def test_what_is_not_there(problem: str) -> None:
    """Neither an unknown id nor what could be none is found."""
    for intervene in (interventions.cancel, interventions.rejudge, interventions.delete):
        for unknown in (new_id(), "nonsense"):
            with pytest.raises(NotFound):
                intervene(unknown)


# Judged anew


@pytest.mark.parametrize("state", [State.QUEUED, State.COMPILING, State.RUNNING])
def test_what_has_not_ended_is_not_judged_anew(problem: str, state: State) -> None:
    """Nor deleted."""
    submission_id = brought_to(state)
    before = ledger.get(submission_id)
    for intervene in (interventions.rejudge, interventions.delete):
        with pytest.raises(Conflict, match="cancel it first"):
            intervene(submission_id)
    assert ledger.get(submission_id) == before


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.CANCELLED])
def test_what_has_ended_is_judged_anew(problem: str, state: State) -> None:
    """Its log goes on, attempts count on, lost ones from the beginning, and the new verdict counts."""
    submission_id = brought_to(state)
    before = ledger.get(submission_id)
    last = log_of(submission_id)[-1][0]
    done = interventions.rejudge(submission_id)
    assert (done.submission.state, done.submission.verdict, done.submission.finished_at) == (
        State.QUEUED,
        None,
        None,
    )
    assert (done.submission.former is not None) == (state == State.DONE)
    assert [(event.seq, event.type) for event in done.events] == [(last + 1, "submission.queued")]
    assert done.is_queued
    claim = submissions.claim(submission_id, "worker")
    assert claim is not None
    assert claim.attempt == before.attempt + 1
    wrong = Judgement(Verdict.WRONG_ANSWER, 0.5, 0.5, 2**21)
    submissions.finish(submission_id, claim.attempt, wrong, [result(1)], published=NOTHING)
    after = ledger.get(submission_id)
    assert (after.state, after.verdict, after.former, after.cpu_time_s) == (
        State.DONE,
        "wrong_answer",
        None,
        0.5,
    )
    assert [test.index for test in after.tests] == [1]
    log = log_of(submission_id)
    assert [seq for seq, _ in log] == list(range(1, len(log) + 1))
    assert [word for _, word in log][last:] == ["queued", "compiling", "test", "done"]


def judged() -> str:
    """A submission that is accepted, with two tests and what its compiler said."""
    created, _ = submit()
    claim = submissions.claim(created.id, "worker")
    assert claim is not None
    groups = (GroupResult("secret/1", "secret/trees", "accepted", 40.0, None),)
    judgement = Judgement(Verdict.ACCEPTED, 0.25, 0.5, 2**20, 40.0, b"warning \xff\0", groups)
    submissions.finish(created.id, claim.attempt, judgement, [result(1), result(2)], published=NOTHING)
    return created.id


def without_attempt(submission: Submission) -> dict[str, object]:
    """What is shown of it but for the attempt, which never resets, and the number of its last event."""
    shown = submission.as_json(full=True)
    del shown["attempt"]
    return shown


def test_the_former_judgement_is_kept(problem: str) -> None:
    """Shown beside the state while it is judged anew, and counting, so that it is found by it."""
    submission_id = judged()
    before = ledger.get(submission_id)
    interventions.rejudge(submission_id)
    for bring_on in (State.QUEUED, State.COMPILING, State.RUNNING):
        if bring_on == State.COMPILING:
            assert submissions.claim(submission_id, "worker")
        if bring_on == State.RUNNING:
            submissions.record(submission_id, 2, [Compiled(b"anew")], published=NOTHING)
            submissions.record(submission_id, 2, [result(1)], published=NOTHING)
        shown = ledger.get(submission_id).as_json()
        assert (shown["state"], shown["verdict"], shown["score"]) == (bring_on, None, None)
        assert len(shown["tests"]) == (1 if bring_on == State.RUNNING else 0)
        assert shown["former"] == {
            "verdict": "accepted", "score": 40.0, "cpu_time_s": 0.25, "wall_time_s": 0.5,
            "memory_bytes": 2**20, "test_count": 3, "version": 1, "attempt": 1,
            "started_at": instant(before.started_at), "finished_at": instant(before.finished_at),
        }  # fmt: skip
        assert [found.id for found in ledger.page(limit=9, verdict="accepted")] == [submission_id]


@pytest.mark.parametrize("way", ["failed", "cancelled", "cancelled in the queue"])
def test_the_former_judgement_counts_again(problem: str, way: str) -> None:
    """Where the new judging ends without a verdict, all is as it was, and told as done."""
    submission_id = judged()
    before = ledger.get(submission_id)
    interventions.rejudge(submission_id)
    attempt = 1
    if way != "cancelled in the queue":
        assert submissions.claim(submission_id, "worker")
        submissions.record(submission_id, 2, [Compiled(b"anew")], published=NOTHING)
        submissions.record(submission_id, 2, [result(1)], published=NOTHING)
        attempt = 2
    if way == "failed":
        attempt = 1 + settings().max_attempts
        while ledger.get(submission_id).state != State.DONE:
            expire(submission_id)
            submissions.lapse()
            submissions.claim(submission_id, "worker")
    else:
        told = interventions.cancel(submission_id).events
        assert [event.type for event in told] == ["submission.done"]
    after = ledger.get(submission_id)
    assert without_attempt(after) == without_attempt(before)
    assert after.attempt == attempt
    last = ledger.events_after(submission_id, 0)[-1]
    assert (last.type, last.data) == ("submission.done", after.as_json())
    with pytest.raises(AttemptLost):
        submissions.finish(submission_id, 2, ACCEPTED, published=NOTHING)
    with pytest.raises(Conflict):
        interventions.cancel(submission_id)
    assert interventions.rejudge(submission_id).submission.former is not None


def test_by_which_version(problem: str, tmp_path: Path) -> None:
    """The current one, or the same as before; a former judgement tells its own."""
    submission_id = judged()
    new_problem(tmp_path, tests=5)
    assert ledger.get(submission_id).version == 1
    same = interventions.rejudge(submission_id, same_version=True).submission
    assert (same.version, same.test_count) == (1, 3)
    interventions.cancel(submission_id)
    current = interventions.rejudge(submission_id).submission
    assert (current.version, current.test_count) == (2, 5)
    claim = submissions.claim(submission_id, "worker")
    assert claim is not None
    assert len(claim.manifest.tests) == 5
    submissions.give_back(submission_id, claim.attempt, lost=False)
    interventions.cancel(submission_id)
    assert (ledger.get(submission_id).version, ledger.get(submission_id).test_count) == (1, 3)


def test_what_waits_again(problem: str) -> None:
    """Not since it was submitted, and not on the account of its user."""
    submission_id = judged()
    with db.transaction() as session:
        session.execute(text("UPDATE submissions SET created_at = created_at - interval '1 year'"))
    interventions.rejudge(submission_id)
    queued, running, oldest_s = ledger.backlog()
    assert (queued, running) == (1, 0)
    assert oldest_s is not None
    assert oldest_s < 3600
    assert ledger.pending("1", at_most=9) == 0
    submit()
    assert ledger.pending("1", at_most=9) == 1


# Deleted


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.CANCELLED])
def test_what_has_ended_is_deleted(problem: str, state: State) -> None:
    """With its tests and its log; a message about it that is still queued finds nothing."""
    submission_id = brought_to(state)
    interventions.delete(submission_id)
    with pytest.raises(NotFound):
        ledger.get(submission_id)
    assert log_of(submission_id) == []
    assert submissions.claim(submission_id, "worker") is None
    with db.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM test_results")) == 0
