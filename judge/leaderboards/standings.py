"""Who has solved what, as the rows of submissions say: the rules of ranking, in SQL.

A *standing* is what a user has reached, over all problems that are listed or in one of them:

- ``solved``: problems with an accepted submission
- ``points``: the sum of the best scores in each problem, in millionths, so that sums are exact
- ``reached_ms``: when it came to that, by the creation of the submissions that brought it: of each problem
  the first that was accepted and the first with the best score, and of these the latest

Over all problems more solved ranks first, then more points; in one problem more points, then solved. After
that whoever reached it earlier; who is equal in all three shares a rank, and is listed in the order of ids.
Neither a submission that is worth nothing nor ``anonymous``, who may be many, has a standing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Float, Numeric, Select, and_, cast, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import array

from judge.db import transaction
from judge.errors import NotFound
from judge.models import Problem, SubmissionRow
from judge.records import ANONYMOUS, instant
from judge.verdict import Verdict

POINT = 1_000_000
_MOST_POINTS = 1e9
_MOST_MILLIONTHS = 9 * 10**18

# What counts of a submission, also while it is judged anew. The indexes submissions_counted name the same, so
# that they alone are read.
_accepted = SubmissionRow.counted_verdict == Verdict.ACCEPTED
_score = SubmissionRow.counted_score


@dataclass(frozen=True)
class Board:
    """A leaderboard: of one problem, or of all of them where that is None."""

    problem_id: str | None = None

    @property
    def name(self) -> str:
        """What it is kept under."""
        return f"board:{self.problem_id or ''}"


@dataclass(frozen=True)
class Standing:
    """What a user has reached, as this module's first lines say; never without anything."""

    user_id: str
    solved: int
    points: int
    reached_ms: int


@dataclass(frozen=True)
class Ranked:
    """A standing with its rank: one more than there are users who have reached more, or the same earlier."""

    rank: int
    standing: Standing

    def as_json(self) -> dict[str, Any]:
        """An item of a leaderboard."""
        at = self.standing
        return {
            "rank": self.rank,
            "user_id": at.user_id,
            "solved": at.solved,
            "score": at.points / POINT,
            "reached_at": instant(datetime.fromtimestamp(at.reached_ms / 1000, UTC)),
        }


def check(board: Board) -> None:
    """Raises NotFound where a board is of a problem that is not listed."""
    if board.problem_id is None:
        return
    query = select(Problem.id).where(Problem.id == board.problem_id, _is_listed())
    with transaction() as session:
        if session.scalar(query) is None:
            raise NotFound(f"there is no problem {board.problem_id!r}")


Place = tuple[Board, str]
"""A user's place on a board."""


def of(places: Sequence[Place]) -> dict[Place, Standing]:
    """The standings of those users that have one, all of them as they are from now on."""
    users: dict[Board, list[str]] = {}
    for board, user_id in places:
        users.setdefault(board, []).append(user_id)
    with transaction() as session:
        return {
            (board, row.user_id): Standing(*row)
            for board, user_ids in users.items()
            for row in session.execute(_standings(board, SubmissionRow.user_id.in_(user_ids)))
        }


def everybody(board: Board, *, at_once: int) -> Iterator[list[Standing]]:
    """All standings, those of so many submissions at once, each lot as it is when it is read."""
    last: str | None = ""
    while last is not None:
        with transaction() as session:
            following = SubmissionRow.user_id > last
            counted = select(SubmissionRow.user_id).where(following, *_counted(board))
            # Bounded by a name, a lot is read from the index alone; by a number of users it would take all.
            last = session.scalar(counted.order_by(SubmissionRow.user_id).offset(at_once).limit(1))
            upto = () if last is None else (SubmissionRow.user_id <= last,)
            lot = [Standing(*row) for row in session.execute(_standings(board, following, *upto))]
        yield lot


def page(board: Board, *, limit: int, after: Standing | None = None) -> list[Ranked]:
    """The standings that follow one, the best first, by SQL alone."""
    ranked = _ranked(board)
    query = select(ranked).order_by(ranked.c.place).limit(limit)
    if after is not None:
        keys = (*_best_first(board, ranked.c), ranked.c.reached_ms, ranked.c.user_id.collate("C"))
        query = query.where(
            tuple_(*keys) > tuple_(*_best_first(board, after), after.reached_ms, after.user_id)
        )
    return _read(query)


def around(board: Board, user_id: str, *, limit: int) -> list[Ranked]:
    """A user's standing with those before and behind it; nothing for who has none."""
    ranked = _ranked(board)
    place = select(ranked.c.place).where(ranked.c.user_id == user_id).scalar_subquery()
    first = func.greatest(1, place - (limit - 1) // 2)
    return _read(select(ranked).where(ranked.c.place >= first).order_by(ranked.c.place).limit(limit))


def _read(query: Select[Any]) -> list[Ranked]:
    with transaction() as session:
        return [
            Ranked(row.rank, Standing(row.user_id, row.solved, row.points, row.reached_ms))
            for row in session.execute(query)
        ]


def _ranked(board: Board) -> Any:
    standings = _standings(board).subquery()
    order = (*_best_first(board, standings.c), standings.c.reached_ms)
    return select(
        *standings.c,
        func.rank().over(order_by=order).label("rank"),
        func.row_number().over(order_by=(*order, standings.c.user_id.collate("C"))).label("place"),
    ).subquery()


def _best_first(board: Board, standing: Any) -> tuple[Any, Any]:
    """What ranks first is least; of a standing, or of columns that hold one."""
    solved, points = -standing.solved, -standing.points
    return (solved, points) if board.problem_id is None else (points, solved)


def _is_listed() -> Any:
    return Problem.package_id.is_not(None)


def _counted(board: Board) -> list[Any]:
    """Which submissions count, if their problem is listed."""
    where = [or_(_accepted, _score > 0), SubmissionRow.user_id != ANONYMOUS]
    return where if board.problem_id is None else [*where, SubmissionRow.problem_id == board.problem_id]


def _standings(board: Board, *where: Any) -> Select[Any]:
    """Columns as the fields of a Standing, a row a user."""
    ms = cast(func.floor(func.extract("epoch", SubmissionRow.created_at) * 1000), Float)
    score = func.least(_score, _MOST_POINTS)  # the least of it and NaN, too
    results = (
        select(
            SubmissionRow.user_id,
            func.min(ms).filter(_accepted).label("solved_ms"),
            # The least of such pairs is the best score, with the first moment at which there was one.
            func.min(array([-score, ms])).filter(_score > 0).label("best"),
        )
        .join(Problem, and_(Problem.id == SubmissionRow.problem_id, _is_listed()))
        .where(*_counted(board), *where)
        .group_by(SubmissionRow.user_id, SubmissionRow.problem_id)
    )
    result = results.subquery().c
    millionths = func.round(-cast(result.best[1], Numeric), 6) * POINT
    points = func.least(func.coalesce(func.sum(millionths), 0), _MOST_MILLIONTHS)
    return select(
        result.user_id,
        func.count(result.solved_ms).label("solved"),
        cast(points, BigInteger).label("points"),
        cast(func.max(func.greatest(result.solved_ms, result.best[2])), BigInteger).label("reached_ms"),
    ).group_by(result.user_id)
