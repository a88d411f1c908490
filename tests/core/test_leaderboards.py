"""Leaderboards: the rules, and that the sorted sets, the SQL and a plain reading of the rules agree."""

import threading
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from judge import cache_server, changes, db, leaderboards, problems
from judge import events as judge_events
from judge.errors import NotFound
from judge.leaderboards import builder, places, standings
from judge.leaderboards.standings import Board, Ranked, Standing
from judge.models import PackageRow, Problem, SubmissionRow
from judge.records import new_id
from tests.servers import Servers, new_language, new_package

ALL = Board()
PROBLEMS = ("one", "two", "three")
BOARDS = [ALL, *map(Board, PROBLEMS)]
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Judged:
    """A submission as it was judged; ``at_ms`` after the beginning."""

    id: str
    user_id: str
    problem_id: str
    verdict: str
    score: float | None
    at_ms: int


@pytest.fixture
def listed(clean: Servers, tmp_path: Path) -> None:
    """Problems that can be submitted to."""
    new_language()
    for problem_id in PROBLEMS:
        problems.add(new_package(tmp_path, 1, problem_id))


def judge(user_id: str, problem_id: str, verdict: str, score: float | None = None, at_ms: int = 0) -> Judged:
    """A row as a judging leaves it; leaderboards are told of it."""
    judged = Judged(new_id(), user_id, problem_id, verdict, score, at_ms)
    package = PackageRow.__table__.select().where(PackageRow.problem_id == problem_id)
    when = BEGAN + timedelta(milliseconds=at_ms)
    with db.transaction() as session:
        session.execute(
            insert(SubmissionRow),
            [
                {
                    "id": judged.id,
                    "user_id": user_id,
                    "problem_id": problem_id,
                    "package_id": session.execute(package).first().id,  # type: ignore[union-attr]
                    "language": "python3",
                    "files": [],
                    "test_count": 1,
                    "state": "done",
                    "verdict": verdict,
                    "score": score,
                    "created_at": when + timedelta(microseconds=999),
                    "finished_at": when,
                }
            ],
        )
    tell(judged)
    return judged


def tell(judged: Judged) -> None:
    changes.submission_changed(judged.id, judged.user_id, judged.problem_id)


def rejudge(judged: Judged, verdict: str, score: float | None) -> Judged:
    """Judge a submission anew."""
    with db.transaction() as session:
        row = update(SubmissionRow).where(SubmissionRow.id == judged.id)
        session.execute(row.values(verdict=verdict, score=score))
    tell(judged)
    return replace(judged, verdict=verdict, score=score)


def remove(judged: Judged) -> None:
    """Delete a submission."""
    with db.transaction() as session:
        session.execute(delete(SubmissionRow).where(SubmissionRow.id == judged.id))
        changes.note(session, changes.submission(judged.id, judged.user_id, judged.problem_id))
    tell(judged)


def list_problem(problem_id: str, *, is_listed: bool) -> None:
    """Withdraw a problem, or take it back."""
    with db.transaction() as session:
        package = PackageRow.__table__.select().where(PackageRow.problem_id == problem_id)
        package_id = session.execute(package).first().id  # type: ignore[union-attr]
        row = update(Problem).where(Problem.id == problem_id)
        session.execute(row.values(package_id=package_id if is_listed else None))
        changes.note(session, changes.problem(problem_id))
    changes.problem_changed(problem_id)


def by_the_rules(board: Board, history: Iterable[Judged], unlisted: set[str]) -> list[Ranked]:
    """The leaderboard, from the rules as docs/http.md tells them."""
    results: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for judged in history:
        is_of_board = board.problem_id in (None, judged.problem_id)
        if is_of_board and judged.problem_id not in unlisted and judged.user_id != "anonymous":
            results[judged.user_id, judged.problem_id].append(judged)
    found: dict[str, Standing] = {}
    for (user_id, _), judgings in results.items():
        before = found.get(user_id, Standing(user_id, 0, 0, 0))
        solved = [each.at_ms for each in judgings if each.verdict == "accepted"]
        best = max((each.score for each in judgings if each.score is not None), default=0.0)
        reached = [min(solved)] if solved else []
        if best > 0:
            reached.append(min(each.at_ms for each in judgings if each.score == best))
        if reached:
            began_ms = int(BEGAN.timestamp() * 1000)
            found[user_id] = Standing(
                user_id,
                before.solved + bool(solved),
                before.points + round(best * standings.POINT) * (best > 0),
                max(before.reached_ms, began_ms + max(reached)),
            )

    def key(standing: Standing) -> tuple[int, int, int]:
        worth = (-standing.solved, -standing.points)
        return (*(worth if board.problem_id is None else reversed(worth)), standing.reached_ms)  # type: ignore[return-value]

    ordered = sorted(found.values(), key=lambda each: (key(each), each.user_id))
    return [Ranked(1 + sum(key(other) < key(each) for other in ordered), each) for each in ordered]


def shown(board: Board, limit: int = 200) -> list[Ranked]:
    """The whole of a board, page by page, which must come from Redis."""
    items: list[Ranked] = []
    while True:
        page = leaderboards.page(board, limit=limit, after=items[-1].standing if items else None)
        assert page.status in ("hit", "miss")
        items += page.items
        if len(page.items) < limit:
            return items


def by_sql(board: Board, limit: int = 200) -> list[Ranked]:
    """The same from Postgres."""
    items: list[Ranked] = []
    while True:
        page = standings.page(board, limit=limit, after=items[-1].standing if items else None)
        items += page
        if len(page) < limit:
            return items


USERS = st.sampled_from(["a", "B", "b", "b-", "zoë".replace("ë", "e"), "anonymous", "0"])
OUTCOMES = st.sampled_from(
    [
        ("accepted", None),
        ("wrong_answer", None),
        ("accepted", 100.0),
        ("wrong_answer", 0.1),
        ("wrong_answer", 0.2),
        ("accepted", 0.3),
        ("wrong_answer", 0.0),
        ("accepted", 33.333333),
    ]
)
STEPS = st.one_of(
    st.tuples(
        st.just("judge"), USERS, st.sampled_from(PROBLEMS), OUTCOMES, st.integers(min_value=0, max_value=3)
    ),
    st.tuples(st.just("rejudge"), st.integers(min_value=0, max_value=50), OUTCOMES),
    st.tuples(st.just("remove"), st.integers(min_value=0, max_value=50)),
    st.tuples(st.just("list"), st.sampled_from(PROBLEMS), st.booleans()),
    st.tuples(st.just("look"), st.sampled_from([None, *PROBLEMS]), st.integers(min_value=1, max_value=3)),
    st.tuples(st.just("evict"), st.integers(min_value=0, max_value=50)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=25))
def test_whatever_happens_the_board_is_what_the_rows_say(
    listed: None, steps: list[tuple[object, ...]]
) -> None:
    """Judged, rejudged, deleted, withdrawn, evicted in parts; at any time and in pages of any length."""
    with db.transaction() as session:
        session.execute(delete(SubmissionRow))
    for problem_id in PROBLEMS:
        list_problem(problem_id, is_listed=True)
    judge_events.connection().flushall()
    history: list[Judged] = []
    unlisted: set[str] = set()
    for step in steps:
        match step:
            case "judge", str(user_id), str(problem_id), (verdict, score), int(at_ms):
                history.append(judge(user_id, problem_id, verdict, score, at_ms))
            case "rejudge", int(index), (verdict, score) if history:
                at = index % len(history)
                history[at] = rejudge(history[at], verdict, score)
            case "remove", int(index) if history:
                remove(history.pop(index % len(history)))
            case "list", str(problem_id), bool(is_listed):
                list_problem(problem_id, is_listed=is_listed)
                (unlisted.discard if is_listed else unlisted.add)(problem_id)
            case "evict", int(index):
                if keys := sorted(judge_events.connection().keys("judge:cache:*")):
                    judge_events.connection().delete(keys[index % len(keys)])
            case "look", problem_id, int(limit) if problem_id not in unlisted:
                board = Board(problem_id)  # type: ignore[arg-type]
                expected = by_the_rules(board, history, unlisted)
                assert shown(board, limit) == expected
                assert by_sql(board, limit) == expected
                for each in expected:
                    user_id, wanted = each.standing.user_id, expected.index(each)
                    near = expected[max(0, wanted - (limit - 1) // 2) :][:limit]
                    assert leaderboards.around(board, user_id, limit=limit).items == near
                    assert standings.around(board, user_id, limit=limit) == near
        boards = {board: by_the_rules(board, history, unlisted) for board in BOARDS}
        assert {board: shown(board) for board in BOARDS if board.problem_id not in unlisted} == {
            board: items for board, items in boards.items() if board.problem_id not in unlisted
        }
    for board in BOARDS:
        if board.problem_id in unlisted:
            with pytest.raises(NotFound):
                leaderboards.page(board, limit=1)
        else:
            assert shown(board) == by_sql(board)


EXTREMES = st.builds(
    Standing,
    st.from_regex(r"\A[A-Za-z0-9._@-]{1,64}\Z"),
    st.integers(min_value=0, max_value=2**32 - 1),
    st.integers(min_value=0, max_value=9 * 10**18),
    st.integers(min_value=0, max_value=2**47),
)


@given(st.lists(EXTREMES, min_size=2, max_size=20), st.sampled_from([ALL, Board("one")]))
def test_the_order_of_bytes_is_the_order_of_the_rules(found: list[Standing], board: Board) -> None:
    """Nothing is rounded, however large; and each place tells the standing that it was made of."""

    def key(standing: Standing) -> tuple[object, ...]:
        worth = (-standing.solved, -standing.points)
        return (*(worth if board == ALL else worth[::-1]), standing.reached_ms, standing.user_id.encode())

    assert [places.standing_of(board, places.place(board, each)) for each in found] == found
    assert sorted(found, key=key) == sorted(found, key=lambda each: places.place(board, each).encode())


def test_two_workers_finish_for_the_same_user_at_once(listed: None) -> None:
    """Each ends many submissions beside the other; none is lost, whoever reads and writes last."""
    assert shown(ALL) == []

    def work(problem_id: str) -> None:
        for number in range(25):
            judge("ada", problem_id, "wrong_answer", float(number + 1), at_ms=number)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, PROBLEMS))
    [only] = shown(ALL)
    assert (only.rank, only.standing.points) == (1, 75 * standings.POINT)
    assert shown(ALL) == by_sql(ALL)


def test_the_last_to_read_writes(listed: None) -> None:
    """A worker that was slow after its read may not put its user back to where they were."""
    judge("ada", "one", "accepted")
    assert len(shown(ALL)) == 1
    place = ALL, "ada"
    slow = leaderboards._claimed([place], "slow")
    before = standings.of([place])
    judge("ada", "two", "accepted")
    assert slow == [place]
    leaderboards._unwritten([place], "slow", before)
    [only] = shown(ALL)
    assert only.standing.solved == 2


def test_who_finishes_while_a_board_is_built_is_on_it(listed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read before the verdict, shown after it: the builder reads such users once more."""
    everybody, told = standings.everybody, threading.Event()

    def slowly(board: Board, *, at_once: int) -> Iterable[list[Standing]]:
        yield from everybody(board, at_once=at_once)
        if not told.is_set():
            told.set()
            judge("ada", "one", "accepted")
            rejudge(of_bob, "wrong_answer", None)

    of_bob = judge("bob", "one", "accepted")
    monkeypatch.setattr(builder.standings, "everybody", slowly)
    assert [each.standing.user_id for each in shown(Board("one"))] == ["ada"]
    assert told.is_set()


def test_many_users_are_built_in_lots(listed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are at once, all of them come, and those who are equal share a rank."""
    monkeypatch.setattr(builder, "_AT_ONCE", 7)
    for number in range(30):
        judge(f"user{number:02}", "one", "accepted", at_ms=number // 3)
    items = shown(ALL, limit=4)
    assert items == by_sql(ALL, limit=4)
    assert [each.rank for each in items] == [1 + number // 3 * 3 for number in range(30)]


def test_a_board_of_which_a_part_is_gone_is_built_anew(listed: None) -> None:
    """Redis may evict any key; what is left of a board is no board."""
    for number in range(5):
        judge(f"user{number}", "one", "accepted", at_ms=number)
    expected = shown(ALL)
    kept = [key for key in judge_events.connection().keys("judge:cache:*") if ":board::" in key]
    assert len(kept) == 2
    for key in kept:
        assert judge_events.connection().delete(key) == 1
        assert shown(ALL) == expected
        judge_events.connection().delete(key)
        judge("user0", "two", "accepted")
        assert shown(ALL) == (expected := by_sql(ALL))
    assert all(judge_events.connection().pttl(key) > 0 for key in judge_events.connection().keys("judge:*"))


def test_without_redis_postgres_answers(listed: None, servers: Servers) -> None:
    """The same, and quickly: Redis is not waited for each time."""
    for number in range(5):
        judge(f"user{number}", "one", "accepted", at_ms=number)
    before = shown(ALL)
    servers.stop_redis()
    try:
        for _ in range(3):
            page = leaderboards.page(ALL, limit=50)
            assert (page.items, page.status) == (before, "bypass")
        judged = judge("ada", "two", "accepted")
    finally:
        servers.start_redis()
    cache_server.server.cache_clear()
    assert changes.settled()
    assert judged.user_id in [each.standing.user_id for each in shown(ALL)]
