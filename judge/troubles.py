"""What workers have in hand, and what has failed or may soon, with what it was lost to; reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    Text,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
)

from judge.db import transaction
from judge.models import PackageRow, RunRow, SubmissionRow, TestRow, VerificationRow
from judge.verdict import HELD, State

_WITHIN_MS = 1000


@dataclass(frozen=True)
class Case:
    """A submission, a run or a verification, as whoever runs the judge looks at it.

    problem_id: None of a run. language: None of a verification. since: of what is in hand when its first
    attempt began; of what is in trouble when something last became of it. lost_to: the worker that lost the
    latest of the lost attempts, and how. test_count, tests_done: of submissions alone.
    """

    kind: str
    id: str
    problem_id: str | None
    user_id: str
    language: str | None
    state: str
    attempt: int
    lost_attempts: int
    lost_to: str | None
    worker: str | None
    since: datetime
    test_count: int | None
    tests_done: int | None


def in_hand(*, limit: int) -> list[Case]:
    """What workers hold, the longest first."""
    parts = [_cases(row, row.started_at).where(row.state.in_(HELD)) for row in _TABLES]
    return _found(parts, "since", limit)


def in_trouble(*, limit: int) -> list[Case]:
    """What has failed, and what is open with lost attempts, the latest first; what was let go is not told."""
    parts = [
        _cases(row, row.changed_at).where(
            # As the indexes have it, which are in this order, too: there may be many.
            or_(row.state == State.FAILED, and_(row.finished_at.is_(None), row.lost_attempts > 0))
        )
        for row in _TABLES
    ]
    return _found(parts, "since DESC", limit)


_Row = type[SubmissionRow] | type[RunRow] | type[VerificationRow]
_TABLES: tuple[_Row, ...] = (SubmissionRow, RunRow, VerificationRow)


def _found(parts: Iterable[Select[*tuple[Any, ...]]], order: str, limit: int) -> list[Case]:
    """Raises OperationalError where that takes longer than a second."""
    firsts = [select(part.order_by(text(order)).limit(limit).subquery()) for part in parts]
    query = union_all(*firsts).order_by(text(order)).limit(limit)
    with transaction() as session:
        session.execute(text(f"SET LOCAL statement_timeout = {_WITHIN_MS}"))
        return [Case(**row._mapping) for row in session.execute(query)]


def _cases(row: _Row, since: Any) -> Select[*tuple[Any, ...]]:
    """The rows of a table as cases."""
    kind, problem_id, language, test_count, tests_done = _OWN[row]
    return select(
        literal(kind).label("kind"),
        row.id,
        problem_id.label("problem_id"),
        row.user_id,
        language.label("language"),
        row.state,
        row.attempt,
        row.lost_attempts,
        row.lost_to,
        row.worker,
        since.label("since"),
        test_count.label("test_count"),
        tests_done.label("tests_done"),
    )


_TESTS_DONE = (
    select(func.count())
    .where(TestRow.submission_id == SubmissionRow.id, TestRow.attempt == SubmissionRow.attempt)
    .scalar_subquery()
)
_VERIFIED = select(PackageRow.problem_id).where(PackageRow.id == VerificationRow.package_id).scalar_subquery()
_NO_TEXT, _NO_NUMBER = cast(null(), Text), cast(null(), Integer)
_OWN: dict[_Row, tuple[str, Any, Any, Any, Any]] = {
    SubmissionRow: (
        "submission",
        SubmissionRow.problem_id,
        SubmissionRow.language,
        SubmissionRow.test_count,
        _TESTS_DONE,
    ),
    RunRow: ("run", _NO_TEXT, RunRow.language, _NO_NUMBER, _NO_NUMBER),
    VerificationRow: ("verification", _VERIFIED, _NO_TEXT, _NO_NUMBER, _NO_NUMBER),
}
"""What not all of them have: the problem, the language, how many tests there are and how many have ended."""
