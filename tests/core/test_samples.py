"""Samples of the queue: one a moment, whoever takes them, and what has ended counted once."""

import threading

from sqlalchemy import text

from judge import db, runs, samples, submissions
from judge.records import Judgement
from judge.samples import Sample
from judge.submissions import interventions
from judge.verdict import Verdict
from tests.runs import RESULT, new_run
from tests.servers import new_language, submit

NOTHING = (0, 0)


def judged(verdict: Verdict, language: str = "python3") -> str:
    """A submission that has ended."""
    made, _ = submit(language=language)
    assert submissions.claim(made.id, "worker")
    submissions.finish(made.id, 1, Judgement(verdict), published=NOTHING)
    return made.id


def let_pass(seconds: float = samples.EVERY_S) -> None:
    """Let the samples that there are be older."""
    # Out of each other's way first: two are never at the same moment, not even in between.
    with db.transaction() as session:
        session.execute(text("UPDATE queue_samples SET at = at - interval '1 year'"))
        query = "UPDATE queue_samples SET at = at + interval '1 year' - make_interval(secs => :by)"
        session.execute(text(query), {"by": seconds})


def taken() -> list[Sample]:
    """The samples after another was taken."""
    samples.take()
    return samples.of_last_hour()


def test_one_a_moment(problem: str) -> None:
    """However many sweep, a moment has one sample; the next has another, on the same grid."""
    threads = [threading.Thread(target=samples.take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(samples.of_last_hour()) in (1, 2)  # a moment may have ended meanwhile
    let_pass(60)
    before = len(samples.of_last_hour())
    found = taken()
    assert len(found) == before + 1
    assert all(sample.at.timestamp() % samples.EVERY_S == 0 for sample in found)
    assert found == sorted(found, key=lambda sample: sample.at)


def test_what_stands(problem: str) -> None:
    """What waits and what is held, submissions and runs together, and how long the oldest has waited."""
    [nothing] = taken()
    assert (nothing.queued, nothing.held, nothing.oldest_s, nothing.ended) == (0, 0, None, 0)
    let_pass()
    held, _ = submit()
    assert submissions.claim(held.id, "worker")
    submit()
    new_run()
    with db.transaction() as session:
        session.execute(text("UPDATE runs SET changed_at = changed_at - interval '90 s'"))
    latest = taken()[-1]
    assert (latest.queued, latest.held) == (2, 1)
    assert latest.oldest_s is not None
    assert 90 <= latest.oldest_s < 100


def test_what_has_ended_is_counted_once(problem: str) -> None:
    """By language and verdict, or state where there is none; runs apart; nothing twice or left out."""
    new_language("c")
    samples.take()
    let_pass()
    for verdict in (Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.WRONG_ANSWER):
        judged(verdict)
    judged(Verdict.COMPILE_ERROR, "c")
    interventions.cancel(submit()[0].id)
    submit()
    run, _ = new_run()
    assert runs.claim(run.id, "worker")
    runs.finish(run.id, 1, RESULT, published=NOTHING)
    latest = taken()[-1]
    assert latest.submissions_ended == {
        "python3": {"accepted": 2, "wrong_answer": 1, "cancelled": 1},
        "c": {"compile_error": 1},
    }
    assert (latest.runs_ended, latest.ended) == (1, 6)
    let_pass()
    judged(Verdict.ACCEPTED)
    assert taken()[-1].submissions_ended == {"python3": {"accepted": 1}}
    let_pass()
    assert taken()[-1].ended == 0


def test_what_is_not_committed_yet_is_counted_later(problem: str) -> None:
    """An event's instant is older than its commit: while a transaction is open nothing since is counted."""
    samples.take()
    let_pass()
    with db.transaction() as open_:
        open_.execute(text("SELECT 1"))
        judged(Verdict.ACCEPTED)
        assert taken()[-1].ended == 0
    let_pass()
    assert taken()[-1].submissions_ended == {"python3": {"accepted": 1}}


def test_an_hour_is_kept(problem: str) -> None:
    """What is older goes when the next one comes."""
    samples.take()
    let_pass(samples.KEPT_S + 60)
    assert len(taken()) == 1


def test_after_a_pause(problem: str) -> None:
    """Where nobody sampled for long, the next sample reads a minute of events and not all of them."""
    samples.take()
    old = judged(Verdict.ACCEPTED)
    judged(Verdict.WRONG_ANSWER)
    with db.transaction() as session:
        session.execute(
            text("UPDATE events SET at = at - interval '10 minutes' WHERE submission_id = :id"), {"id": old}
        )
        session.execute(
            text(
                "UPDATE queue_samples SET at = at - interval '30 minutes',"
                " counted_until = counted_until - interval '30 minutes'"
            )
        )
    assert taken()[-1].submissions_ended == {"python3": {"wrong_answer": 1}}
