"""How many workers the load asks for: the formula by its examples, and its figures as Postgres has them."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from judge import capacity, db, workers
from judge.capacity import Load, desired_workers
from judge.languages import table
from tests.servers import Servers, new_language, new_problem, submit

IDLE = Load(0, 0, 0, 0, 0.0, 2.0, frozenset())


@pytest.mark.parametrize(
    ("load", "slots", "wanted"),
    [
        (IDLE, 4, 0),
        (replace(IDLE, queued=1), 4, 1),
        (replace(IDLE, queued=100, judging_s=0.2), 4, 1),  # 2 slots have them judged in 10 s
        (replace(IDLE, queued=1000, judging_s=1.0), 4, 36),  # 100 slots, taken to seven tenths
        (replace(IDLE, queued=1000, judging_s=1.0, oldest_wait_s=5.0), 4, 72),  # in the 5 s that are left
        (replace(IDLE, queued=1000, judging_s=1.0, oldest_wait_s=3600.0), 4, 143),  # late is late
        (replace(IDLE, queued=10, judging_s=600.0), 4, 4),  # no more slots than there is to judge
        (replace(IDLE, running=40), 4, 15),
        (replace(IDLE, running=2, verifications=5), 4, 3),
        (replace(IDLE, running=7), 10, 1),  # seven tenths are not one too many
        (replace(IDLE, stranded=500), 4, 1),
        (replace(IDLE, stranded=500, running=3), 4, 2),
    ],
)
def test_the_formula(load: Load, slots: int, wanted: int) -> None:
    """The examples of docs/scaling.md, and its edges."""
    assert desired_workers(load, slots=slots, target_wait_s=10.0) == wanted


def test_more_load_never_asks_for_fewer() -> None:
    """Each figure that grows has the number grow, or stay."""
    base = Load(20, 3, 1, 5, 3.0, 0.7, frozenset())
    for field in ("queued", "stranded", "verifications", "running", "oldest_wait_s", "judging_s"):
        numbers = [
            desired_workers(replace(base, **{field: value}), slots=2, target_wait_s=10.0)  # type: ignore[arg-type]
            for value in range(200)
        ]
        assert numbers == sorted(numbers), field


@pytest.fixture
def echo(clean: Servers, tmp_path: Path) -> None:
    """A problem, and two languages to solve it in."""
    new_problem(tmp_path)
    new_language()
    new_language("c")


def present(name: str, *languages: str, slots: int = 2) -> None:
    """A worker that is there."""
    specs = [{"id": one, "name": table()[one].name, "source": "", "extensions": []} for one in languages]
    workers.register(name, slots=slots, sandbox="none", languages=specs)


def change(statement: str) -> None:
    """Put rows into a state that is tedious to come by."""
    with db.transaction() as session:
        session.execute(text(statement))


def test_what_waits_and_runs(echo: None) -> None:
    """Counts, the oldest wait, and what workers of some languages cannot judge."""
    assert capacity.read_load(None) == IDLE
    assert capacity.desired() == 0
    ids = [submit()[0].id for _ in range(3)] + [submit(language="c")[0].id]
    change(f"UPDATE submissions SET changed_at = changed_at - interval '7 s' WHERE id = '{ids[0]}'")
    change(f"""UPDATE submissions SET state = 'running', worker = 'w', lease_until = now(), started_at = now()
               WHERE id = '{ids[1]}'""")
    load = capacity.read_load(None)
    assert (load.queued, load.stranded, load.running, load.languages) == (3, 0, 1, {"python3", "c"})
    assert 7 <= load.oldest_wait_s < 60
    load = capacity.read_load({"c"})
    assert (load.queued, load.stranded, load.running) == (1, 2, 1)
    assert load.oldest_wait_s < 7


def test_what_nobody_can_judge_asks_for_one(echo: None) -> None:
    """However much of it waits; what nobody has looked at yet counts in full."""
    for _ in range(60):
        submit(language="c")
    change("UPDATE submissions SET changed_at = changed_at - interval '1 h'")
    present("other", "python3")
    assert capacity.desired() == 1
    submit()
    assert capacity.desired() == 1
    workers.leave("other")
    present("able", "python3", "c")
    assert capacity.desired() == 35  # 61 of 2 s each within 2.5 s, 1.4 slots a worker


def test_the_mean_is_of_what_has_ended_lately(echo: None) -> None:
    """Seconds from the claim to the end, over the last minutes."""
    for took_s, ago_s in ((1, 10), (4, 20), (600, 3600)):
        id_ = submit()[0].id
        change(f"""UPDATE submissions SET state = 'done', verdict = 'accepted',
                          finished_at = now() - interval '{ago_s} s',
                          started_at = now() - interval '{ago_s + took_s} s' WHERE id = '{id_}'""")
        change(f"""INSERT INTO events (submission_id, seq, type, at, data)
                   VALUES ('{id_}', 9, 'submission.done', now() - interval '{ago_s} s', '{{}}')""")
    assert capacity.read_load(None).judging_s == pytest.approx(2.5)
