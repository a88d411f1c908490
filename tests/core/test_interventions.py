"""What people do to a submission, in every state that it can be in."""

import pytest

from judge import interventions, ledger, submissions
from judge.errors import AttemptLost, Conflict, NotFound
from judge.records import Judgement, new_id
from judge.verdict import State, Verdict
from tests.servers import expire, log_of, submit

NOTHING = (0, 0)
ACCEPTED = Judgement(Verdict.ACCEPTED, 0.25, 0.5, 2**20)


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
        submissions.start_running(submission_id, claim.attempt, None, published=NOTHING)
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
        lambda: submissions.start_running(submission_id, attempt, None, published=NOTHING),
        lambda: submissions.finish(submission_id, attempt, ACCEPTED, published=NOTHING),
        lambda: submissions.give_back(submission_id, attempt, lost=True),
    ):
        with pytest.raises(AttemptLost):
            write()
    assert submissions.lapse() == []
    assert submissions.give_back_of(submission_id, "worker") == []
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
    for unknown in (new_id(), "nonsense"):
        with pytest.raises(NotFound):
            interventions.cancel(unknown)
