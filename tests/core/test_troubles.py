"""What workers have in hand, what has failed or may soon, and what it was lost to."""

from sqlalchemy import text

from judge import db, runs, submissions, troubles, workers
from judge.config import settings
from judge.submissions import Compiled, interventions, ledger
from judge.verdict import State
from tests.core.test_submissions import ACCEPTED, NOTHING, result
from tests.runs import new_run
from tests.servers import expire, submit

ROOM = 10


def lose(id_: str, times: int, failure: str = "SandboxError: no room") -> None:
    """Have attempts lost by a worker."""
    for _ in range(times):
        claim = submissions.claim(id_, "worker")
        assert claim is not None
        submissions.give_back(id_, claim.attempt, lost=True, failure=failure)


def test_what_workers_have_in_hand(problem: str) -> None:
    """Submissions and runs with who holds them, the longest first, and how many tests have ended."""
    first, waiting = submit()[0].id, submit()[0].id
    run, _ = new_run(user_id="2")
    assert submissions.claim(first, "one")
    assert runs.claim(run.id, "two")
    submissions.record(first, 1, [Compiled(None), result(1), result(2)], published=NOTHING)
    found = troubles.in_hand(limit=ROOM)
    assert [(case.kind, case.id, case.worker, case.state) for case in found] == [
        ("submission", first, "one", "running"),
        ("run", run.id, "two", "compiling"),
    ]
    assert (found[0].problem_id, found[0].user_id, found[0].language) == ("echo", "1", "python3")
    assert (found[0].test_count, found[0].tests_done) == (3, 2)
    assert (found[1].problem_id, found[1].test_count, found[1].tests_done) == (None, None, None)
    assert waiting not in {case.id for case in found}
    assert len(troubles.in_hand(limit=1)) == 1


def test_nothing_is_in_trouble_by_itself(problem: str) -> None:
    """Neither what waits, nor what is held, nor what has ended, nor what a drain gave back."""
    submit()
    for _ in range(2):
        made, _ = submit()
        claim = submissions.claim(made.id, "worker")
        assert claim is not None
    submissions.finish(made.id, 1, ACCEPTED, published=NOTHING)
    drained, _ = submit()
    assert submissions.claim(drained.id, "worker")
    submissions.give_back(drained.id, 1, lost=False)
    assert troubles.in_trouble(limit=ROOM) == []


def test_what_attempts_were_lost_to(problem: str) -> None:
    """The worker of the latest and how: its failure, or that it fell silent, whoever finds that out."""
    failing, silent, taken = (submit()[0].id for _ in range(3))
    lose(failing, 1)
    for id_ in (silent, taken):
        assert submissions.claim(id_, "dead")
        expire(id_)
    assert submissions.claim(taken, "alive")  # a message that came twice, before any sweeper
    submissions.lapse()
    found = {case.id: case for case in troubles.in_trouble(limit=ROOM)}
    assert {id_: (case.state, case.lost_attempts, case.lost_to) for id_, case in found.items()} == {
        failing: ("queued", 1, "worker: SandboxError: no room"),
        silent: ("queued", 1, "dead: fell silent"),
        taken: ("compiling", 1, "dead: fell silent"),
    }


def test_what_has_failed(problem: str) -> None:
    """It stays in trouble, the latest first, until it is judged anew; then it has no history."""
    first, second = submit()[0].id, submit()[0].id
    for id_ in (first, second):
        lose(id_, settings().max_attempts)
        assert ledger.get(id_).state == State.FAILED
    assert [case.id for case in troubles.in_trouble(limit=ROOM)] == [second, first]
    assert [case.id for case in troubles.in_trouble(limit=1)] == [second]
    interventions.rejudge(second)
    [failed] = troubles.in_trouble(limit=ROOM)
    assert (failed.id, failed.lost_attempts) == (first, settings().max_attempts)
    lose(second, 1, "OSError: later")
    assert troubles.in_trouble(limit=ROOM)[0].lost_to == "worker: OSError: later"


def test_whatever_an_error_says_can_be_kept(problem: str) -> None:
    """NUL, a lone surrogate and great length keep nothing from being given back."""
    made, _ = submit()
    lose(made.id, 1, "OSError: /tmp/\0\udcff" + "x" * 10_000)
    [case] = troubles.in_trouble(limit=ROOM)
    assert case.lost_to is not None
    assert case.lost_to.startswith("worker: OSError: /tmp/\ufffd\ufffdx")
    assert len(case.lost_to) < 2000


def test_runs_and_the_index(problem: str) -> None:
    """A run that has failed is told of too; each table is asked by its index of what is in trouble."""
    run, _ = new_run()
    for attempt in range(1, settings().max_attempts + 1):
        assert runs.claim(run.id, "worker")
        runs.give_back(run.id, attempt, lost=True, failure="SandboxError: no room")
    [case] = troubles.in_trouble(limit=ROOM)
    assert (case.kind, case.id, case.lost_to) == ("run", run.id, "worker: SandboxError: no room")
    with db.transaction() as session:
        for table in ("submissions", "runs", "verifications"):
            session.execute(text("SET LOCAL enable_seqscan = off"))
            plan = session.scalars(
                text(
                    f"EXPLAIN SELECT id FROM {table}"
                    " WHERE state = 'failed' OR finished_at IS NULL AND lost_attempts > 0"
                )
            ).all()
            assert any(f"{table}_troubled" in line for line in plan), plan


def test_how_workers_are(problem: str) -> None:
    """Unfit with the reason until it is fit, draining once told, silent for an hour after its last word."""
    workers.register("one", slots=2, sandbox="none", languages=[])
    workers.note_fitness("one", "the disk is full")
    [worker] = workers.present()
    assert (worker.unfit, worker.is_draining, worker.is_silent) == ("the disk is full", False, False)
    workers.note_fitness("one", None)
    assert workers.seen("one", is_draining=True)
    [worker] = workers.present()
    assert (worker.unfit, worker.is_draining) == (None, True)
    with db.transaction() as session:
        session.execute(text("UPDATE workers SET seen_at = seen_at - interval '1 minute'"))
    assert workers.present() == []
    assert [(worker.name, worker.is_silent) for worker in workers.lately()] == [("one", True)]
    with db.transaction() as session:
        session.execute(text("UPDATE workers SET seen_at = seen_at - interval '1 hour'"))
    assert workers.lately() == []
