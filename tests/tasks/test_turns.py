"""Turns under load: real workers, a long line, and what comes after it."""

from collections.abc import Callable
from functools import partial

from sqlalchemy import text

from judge import db, events, line, rejudgings, submissions
from judge.records import Judgement
from judge.rejudgings.ledger import Wanted
from judge.runs import ledger as run_ledger
from judge.submissions import ledger
from judge.verdict import ENDED, Verdict
from tests.runs import new_run
from tests.servers import new_language, submit
from tests.tasks.workers import SHORT, Worker, assert_whole

ECHO = "print(input())"
AT_MOST = 6
"""How many a newcomer may see begun before its own, of two slots: what is on the queue, what is taken off it
at that moment, and the rest of a round of two."""


def post(user_id: str, code: str = ECHO, language: str = "python3") -> str:
    """A submission as the web process makes and sends it."""
    created, _ = submit(code, user_id=user_id, language=language)
    line.send_submission(created, 200.0)
    return created.id


def begun_meanwhile(table: str, id_: str) -> int:
    """How many submissions began after this was accepted and before it began."""
    query = f"""SELECT count(*) FROM submissions AS other, {table} AS it
                WHERE it.id = :id AND other.id <> it.id
                AND other.started_at > it.created_at AND other.started_at < it.started_at"""
    with db.transaction() as session:
        return int(session.execute(text(query), {"id": id_}).scalar_one())


def have_ended(ids: list[str]) -> bool:
    query = text("SELECT count(*) FROM submissions WHERE id = ANY(:ids) AND finished_at IS NOT NULL")
    with db.transaction() as session:
        return session.execute(query, {"ids": ids}).scalar_one() == len(ids)


def test_a_flood_of_two_hundred(problem: str, start_worker: Callable[..., Worker]) -> None:
    """Two workers are at it; whoever comes meanwhile is judged among the next few, and so is their second."""
    flood = [post("ann") for _ in range(200)]
    worker = start_worker("one")
    start_worker("two")
    newcomers = []
    for number in range(5):
        worker.until(partial(have_ended, flood[: 10 * (number + 1)]))
        newcomers += [post("ben"), post(f"user-{number}")]
        worker.until(partial(have_ended, newcomers))
    assert max(begun_meanwhile("submissions", id_) for id_ in newcomers) <= AT_MOST
    worker.until(lambda: have_ended(flood))
    for id_ in [*flood, *newcomers]:
        assert_whole(id_)
        assert ledger.get(id_).attempt == 1


def test_a_mass_rejudging(problem: str, start_worker: Callable[..., Worker]) -> None:
    """A run and a first submission pass three hundred that are judged anew, a slice at a time."""
    ids = []
    for number in range(300):
        created, _ = submit(ECHO, user_id=f"user-{number}")
        claim = submissions.claim(created.id, "worker")
        assert claim is not None
        submissions.finish(created.id, claim.attempt, Judgement(Verdict.WRONG_ANSWER), published=(0, 0))
        ids.append(created.id)
    rejudging_id = rejudgings.create(
        Wanted(problem_id="echo"), user_id="eve", reason="", by_hand=False, same_version=False
    )
    worker = start_worker("one", JUDGE_SLOTS="2")
    worker.until(lambda: ledger.get(ids[20]).verdict == "accepted")
    run, _ = new_run("print(1)", user_id="ann")
    line.send_run(run, 60.0)
    first = post("ben")
    worker.until(lambda: have_ended([first]) and run_ledger.get(run.id).state in ENDED)
    assert begun_meanwhile("runs", run.id) <= AT_MOST
    assert begun_meanwhile("submissions", first) <= AT_MOST
    assert rejudgings.judging(rejudging_id)


def test_redis_is_emptied_in_the_middle(problem: str, start_worker: Callable[..., Worker]) -> None:
    """The sweeper finds the head of the line gone, and all goes on in its order; nothing is judged twice."""
    flood = [post("ann") for _ in range(60)]
    worker = start_worker("one", JUDGE_SLOTS="2", **SHORT)
    worker.until(lambda: have_ended(flood[:10]))
    events.connection().flushall()
    last = post("ben")
    worker.until(lambda: have_ended([*flood, last]))
    for id_ in [*flood, last]:
        assert_whole(id_)
        assert ledger.get(id_).attempt == 1


def test_languages_take_turns_as_well(problem: str, start_worker: Callable[..., Worker]) -> None:
    """A flood in one language holds up no other: a worker takes from each queue in its turn."""
    new_language("c")
    flood = [post("ann") for _ in range(100)]
    worker = start_worker("one")
    worker.until(lambda: have_ended(flood[:10]))
    source = '#include <stdio.h>\nint main(void) { int n; scanf("%d", &n); printf("%d\\n", n); }'
    others = [post("ann", source, "c") for _ in range(3)]
    worker.until(lambda: have_ended(others))
    assert max(begun_meanwhile("submissions", id_) for id_ in others) <= AT_MOST
    assert not have_ended(flood)
