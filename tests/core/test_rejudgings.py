"""Many judged anew: in slices, at once or for a preview, and what becomes of each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from judge import rejudgings, submissions
from judge.errors import Conflict, NotFound
from judge.records import Judgement, Submission, TestResult, new_id
from judge.rejudgings import ledger as rejudging_ledger
from judge.rejudgings.ledger import Rejudging, Wanted
from judge.submissions import Compiled, interventions, ledger
from judge.verdict import RejudgingState, State, Verdict
from tests.servers import Servers, expire, forget_settings, log_of, new_problem, submit

NOTHING = (0, 0)
ACCEPTED, WRONG = Judgement(Verdict.ACCEPTED, 0.25, 0.5, 2**20), Judgement(Verdict.WRONG_ANSWER, 0.5, 0.5, 1)
SLICE = 10


@pytest.fixture(autouse=True)
def small_slices(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """So that a rejudging of thirty takes several."""
    monkeypatch.setenv("JUDGE_REJUDGING_SLICE", str(SLICE))
    forget_settings()
    yield
    monkeypatch.undo()
    forget_settings()


def result(index: int) -> TestResult:
    return TestResult(index, f"secret/{index}", f"secret/{index}", "accepted", 0.1, 0.1, 1, 0, None, None)


def judge(submission_id: str, judgement: Judgement = ACCEPTED) -> None:
    """What a worker does, without its boxes."""
    claim = submissions.claim(submission_id, "worker")
    assert claim is not None
    tests = [result(index) for index in range(1, len(claim.manifest.tests) + 1)]
    submissions.record(submission_id, claim.attempt, [Compiled(None)], published=NOTHING)
    submissions.finish(submission_id, claim.attempt, judgement, tests, published=NOTHING)


def judged(judgement: Judgement = ACCEPTED, user_id: str = "1") -> str:
    created, _ = submit(user_id=user_id)
    judge(created.id, judgement)
    return created.id


def begin(*, by_hand: bool, same_version: bool = False, wanted: Wanted | None = None) -> str:
    return rejudgings.create(
        wanted or Wanted(problem_id="echo"),
        user_id="eve",
        reason="a better test",
        by_hand=by_hand,
        same_version=same_version,
    )


def state_of(rejudging_id: str) -> RejudgingState:
    return rejudging_ledger.get(rejudging_id).state


def counts(rejudging: Rejudging) -> dict[str, int]:
    return {state: count for state, count in rejudging.counts.items() if count}


def everything(ids: list[str]) -> list[Submission]:
    return [ledger.get(submission_id) for submission_id in ids]


def but_attempt(submission: Submission) -> dict[str, object]:
    shown = submission.as_json(full=True)
    del shown["attempt"]
    return shown


def test_thirty_in_slices_for_a_preview(problem: str, tmp_path: Path) -> None:
    """Nobody is told and nothing is seen of it before it is applied; then each counts, and is told."""
    ids = [judged() for _ in range(30)]
    before, logs = everything(ids), [log_of(one) for one in ids]
    new_problem(tmp_path, tests=5)
    rejudging_id = begin(by_hand=True)
    sent: list[str] = []
    while state_of(rejudging_id) == RejudgingState.RUNNING:
        step = rejudgings.go_on()
        assert step.events == []
        assert len(step.queued) <= SLICE
        assert rejudgings.go_on().queued == [], "no more than a slice is in the queue"
        for submission_id in step.queued:
            assert but_attempt(ledger.get(submission_id)) == but_attempt(before[ids.index(submission_id)])
            judge(submission_id, WRONG if ids.index(submission_id) % 3 == 0 else ACCEPTED)
            sent.append(submission_id)
    assert sorted(sent) == sorted(ids)
    done = rejudging_ledger.get(rejudging_id)
    assert (done.state, done.changed, counts(done)) == ("done", 10, {"judged": 30})
    assert done.matrix == {"accepted": {"accepted": 20, "wrong_answer": 10}}
    assert done.finished_at is not None
    assert [*map(but_attempt, everything(ids))] == [*map(but_attempt, before)]
    assert [log_of(one) for one in ids] == logs
    changed = rejudging_ledger.items(rejudging_id, limit=99, changed=True)
    assert {item.submission_id for item in changed} == set(ids[::3])
    assert {(item.before, item.after, item.changed) for item in changed} == {
        ("accepted", "wrong_answer", True)
    }
    assert len(rejudging_ledger.items(rejudging_id, limit=99, changed=False)) == 20

    rejudgings.apply(rejudging_id)
    rejudgings.apply(rejudging_id)
    told = []
    while state_of(rejudging_id) == RejudgingState.APPLYING:
        told += rejudgings.go_on().events
    assert sorted(event.submission_id for event in told) == sorted(ids)
    for index, after in enumerate(everything(ids)):
        assert (after.state, after.version, after.test_count, after.former) == (State.DONE, 2, 5, None)
        assert after.verdict == ("wrong_answer" if index % 3 == 0 else "accepted")
        assert [test.index for test in after.tests] == [1, 2, 3, 4, 5]
        assert log_of(after.id) == [*logs[index], (logs[index][-1][0] + 1, "done")]
        assert ledger.events_after(after.id, logs[index][-1][0])[0].data == after.as_json()
    assert counts(rejudging_ledger.get(rejudging_id)) == {"applied": 30}
    assert rejudging_ledger.get(rejudging_id).changed == 10


def test_at_once(problem: str) -> None:
    """Each new verdict counts when it is there; the rejudging says what has changed, and ends applied."""
    ids = [judged(), judged(WRONG), judged(WRONG)]
    rejudging_id = begin(by_hand=False)
    step = rejudgings.go_on()
    assert [event.type for event in step.events] == ["submission.queued"] * 3
    assert step.queued == sorted(ids)
    former = ledger.get(ids[0]).former
    assert former is not None
    assert former["verdict"] == "accepted"
    for one in ids:
        judge(one)
    rejudgings.go_on()
    done = rejudging_ledger.get(rejudging_id)
    assert (done.state, done.changed, counts(done)) == ("applied", 2, {"applied": 3})
    assert done.matrix == {"accepted": {"accepted": 1}, "wrong_answer": {"accepted": 2}}
    assert {ledger.get(one).verdict for one in ids} == {"accepted"}
    with pytest.raises(Conflict, match="nothing to apply"):
        rejudgings.apply(rejudging_id)
    with pytest.raises(Conflict, match="count already"):
        rejudgings.cancel(rejudging_id)


def fail(submission_id: str) -> None:
    """Every attempt at it is lost."""
    attempt = ledger.get(submission_id).attempt
    while submissions.claim(submission_id, "worker"):
        expire(submission_id)
        submissions.lapse()
        attempt += 1
    assert ledger.get(submission_id).attempt == attempt


@pytest.mark.parametrize("by_hand", [True, False])
def test_one_that_fails(problem: str, by_hand: bool) -> None:
    """It is as it was judged before; the rejudging counts it as failed, and ends all the same."""
    one = judged()
    before = but_attempt(ledger.get(one))
    rejudging_id = begin(by_hand=by_hand)
    rejudgings.go_on()
    fail(one)
    rejudgings.go_on()
    rejudging = rejudging_ledger.get(rejudging_id)
    assert rejudging.state == ("done" if by_hand else "applied")
    assert (counts(rejudging), rejudging.matrix, rejudging.changed) == ({"failed": 1}, {}, 0)
    assert but_attempt(ledger.get(one)) == before
    if by_hand:
        rejudgings.apply(rejudging_id)
        assert rejudgings.go_on().events == []
        assert but_attempt(ledger.get(one)) == before


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_rejudging_that_is_cancelled(problem: str, by_hand: bool) -> None:
    """What waits and what is judged is as before, nobody can write to it; what was judged is dropped."""
    ids = [judged() for _ in range(SLICE + 2)]
    before = [*map(but_attempt, everything(ids))]
    rejudging_id = begin(by_hand=by_hand)
    rejudgings.go_on()
    judge(ids[0], WRONG)
    claim = submissions.claim(ids[1], "worker")
    assert claim is not None
    in_queue = rejudgings.judging(rejudging_id)
    assert set(in_queue) == set(ids[1:SLICE])
    events = rejudgings.cancel(rejudging_id)
    assert {event.submission_id for event in events} == (set() if by_hand else set(in_queue))
    assert {event.type for event in events} <= {"submission.done"}
    assert submissions.claim(ids[2], "worker") is None
    with pytest.raises(Exception, match=ids[1]):
        submissions.renew(ids[1], claim.attempt)
    cancelled = rejudging_ledger.get(rejudging_id)
    assert cancelled.state == "cancelled"
    assert counts(cancelled) == {"judged" if by_hand else "applied": 1, "cancelled": SLICE + 1}
    after = [*map(but_attempt, everything(ids))]
    assert after[1:] == before[1:]
    assert ledger.get(ids[0]).verdict == ("accepted" if by_hand else "wrong_answer")
    assert rejudgings.go_on().queued == []
    assert rejudgings.cancel(rejudging_id) == []
    with pytest.raises(Conflict):
        rejudgings.apply(rejudging_id)


def test_a_preview_and_what_else_is_done_meanwhile(problem: str) -> None:
    """To everybody else it is done: neither cancelled nor judged anew. A later judgement counts more."""
    one, two, three = judged(), judged(), judged()
    rejudging_id = begin(by_hand=True)
    rejudgings.go_on()
    for intervene in (interventions.cancel, interventions.rejudge, interventions.delete):
        with pytest.raises(Conflict):
            intervene(one)
    with pytest.raises(Conflict, match="wait until"):
        rejudgings.apply(rejudging_id)
    for each in (one, two, three):
        judge(each, WRONG)
    rejudgings.go_on()
    interventions.rejudge(one)
    judge(one)
    interventions.delete(two)
    rejudgings.apply(rejudging_id)
    assert [event.submission_id for event in rejudgings.go_on().events] == [three]
    assert (ledger.get(one).verdict, ledger.get(three).verdict) == ("accepted", "wrong_answer")
    assert counts(rejudging_ledger.get(rejudging_id)) == {"applied": 1, "skipped": 1}


def test_two_rejudgings_of_one_submission(problem: str) -> None:
    """The second waits for the first; nothing of either is lost."""
    one = judged()
    first, second = begin(by_hand=True), begin(by_hand=False)
    for judgement, states in ((WRONG, ("done", "running")), (ACCEPTED, ("done", "applied"))):
        rejudgings.go_on()
        judge(one, judgement)
        rejudgings.go_on()
        if states == ("done", "running"):
            assert (state_of(first), state_of(second)) == states
    rejudgings.go_on()
    assert (state_of(first), state_of(second)) == ("done", "applied")
    assert rejudging_ledger.get(first).matrix == {"accepted": {"wrong_answer": 1}}
    assert rejudging_ledger.get(second).matrix == {"accepted": {"accepted": 1}}


def test_what_has_not_ended_is_not_meant(problem: str) -> None:
    """It is counted apart, and by its own judging as up to date as it can be."""
    waiting, _ = submit()
    one, failed = judged(), judged()
    interventions.rejudge(failed)
    interventions.cancel(failed)
    cancelled, _ = submit()
    interventions.cancel(cancelled.id)
    found = rejudging_ledger.matched(Wanted(problem_id="echo"))
    assert (found.by_outcome, found.not_ended, found.count) == ({"accepted": 2, "cancelled": 1}, 1, 3)
    rejudging_id = begin(by_hand=True, wanted=Wanted(outcomes=["accepted"], ids=[one, waiting.id]))
    assert [item.submission_id for item in rejudging_ledger.items(rejudging_id, limit=9)] == [one]


def test_a_cancelled_one_is_tried(problem: str) -> None:
    """Before it counts it is cancelled as before, without a verdict."""
    created, _ = submit()
    interventions.cancel(created.id)
    rejudging_id = begin(by_hand=True)
    rejudgings.go_on()
    assert (ledger.get(created.id).state, ledger.get(created.id).verdict) == (State.CANCELLED, None)
    judge(created.id)
    rejudgings.go_on()
    assert (ledger.get(created.id).state, ledger.get(created.id).verdict) == (State.CANCELLED, None)
    assert rejudging_ledger.get(rejudging_id).matrix == {"cancelled": {"accepted": 1}}
    rejudgings.apply(rejudging_id)
    rejudgings.go_on()
    assert (ledger.get(created.id).state, ledger.get(created.id).verdict) == (State.DONE, "accepted")


def test_each_field_of_a_filter(problem: str, tmp_path: Path) -> None:
    """Each restricts, and all of them together."""
    anns = judged(user_id="ann")
    new_problem(tmp_path, tests=2)
    bens = judged(WRONG, user_id="ben")
    when = ledger.get(bens).created_at
    for wanted, expected in (
        (Wanted(problem_id="echo"), [anns, bens]),
        (Wanted(problem_id="other"), []),
        (Wanted(user_id="ann"), [anns]),
        (Wanted(language="python3"), [anns, bens]),
        (Wanted(language="c"), []),
        (Wanted(outcomes=["wrong_answer", "failed"]), [bens]),
        (Wanted(problem_id="echo", version=1), [anns]),
        (Wanted(submitted_after=when), [bens]),
        (Wanted(submitted_before=when), [anns]),
        (Wanted(ids=[bens]), [bens]),
        (Wanted(ids=[bens], user_id="ann"), []),
    ):
        assert rejudging_ledger.matched(wanted).count == len(expected), wanted
        items = rejudging_ledger.items(begin(by_hand=True, wanted=wanted), limit=9)
        assert [item.submission_id for item in items] == expected
    assert rejudging_ledger.unknown([anns, "0" * 26]) == {"0" * 26}


def test_what_is_not_there(problem: str) -> None:
    """Neither an unknown id nor what could be none."""
    for unknown in (new_id(), "nonsense"):
        for ask in (rejudging_ledger.get, rejudgings.apply, rejudgings.cancel):
            with pytest.raises(NotFound):
                ask(unknown)
