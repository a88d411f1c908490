"""What the tables say of submissions and of their logs; reads only."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from judge.db import transaction
from judge.errors import NotFound
from judge.events import Event
from judge.journal import now
from judge.logs import Log
from judge.models import EventRow, Problem, SubmissionRow, TestRow
from judge.records import GroupResult, SourceFile, Submission, TestResult, is_id
from judge.submissions import rejudged
from judge.verdict import HELD, State, Verdict


def get(submission_id: str) -> Submission:
    """A submission with its tests. Raises NotFound."""
    with transaction() as session:
        row = session.get(SubmissionRow, submission_id) if is_id(submission_id) else None
        if row is None:
            raise NotFound(f"there is no submission {submission_id!r}")
        return read_row(session, row)


def source(submission_id: str) -> tuple[tuple[SourceFile, ...], str | None]:
    """The files that were submitted, and the one or the class to begin with, if one was named.

    Raises NotFound.
    """
    query = select(SubmissionRow.files, SubmissionRow.entry_point).where(SubmissionRow.id == submission_id)
    with transaction() as session:
        row = session.execute(query).first()
    if row is None:
        raise NotFound(f"there is no submission {submission_id!r}")
    return tuple(SourceFile(**file) for file in row.files), row.entry_point


def page(
    *, limit: int, before: str | None = None, with_tests: bool = True, **equal: str | None
) -> list[Submission]:
    """The newest submissions first; ``equal`` names columns and what they must hold.

    What is judged anew is found by the verdict that counts meanwhile.
    """
    equal["counted_verdict"] = equal.pop("verdict", None)
    query = select(SubmissionRow).order_by(SubmissionRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(SubmissionRow.id < before)
    for column, value in equal.items():
        if value is not None:
            query = query.where(getattr(SubmissionRow, column) == value)
    with transaction() as session:
        rows = session.scalars(query).all()
        return _read_rows(session, rows) if with_tests else [_submission(row, ()) for row in rows]


def recent(user_id: str, *, within: timedelta, limit: int = 1000) -> list[Submission]:
    """A user's submissions that have changed in the last while, or are not ended; oldest first."""
    # Two questions, each with an index of its own; asked as one, they would walk the user's whole history.
    changed = select(SubmissionRow.id).where(
        SubmissionRow.user_id == user_id, SubmissionRow.changed_at > now() - within
    )
    open_ = select(SubmissionRow.id).where(
        SubmissionRow.user_id == user_id, SubmissionRow.finished_at.is_(None)
    )
    query = (
        select(SubmissionRow)
        .where(SubmissionRow.id.in_(changed.union(open_)))
        .order_by(SubmissionRow.id.desc())
        .limit(limit)
    )
    with transaction() as session:
        return _read_rows(session, list(reversed(session.scalars(query).all())))


def solved(user_id: str, *, limit: int, after: str = "", among: Sequence[str] | None = None) -> list[str]:
    """The listed problems that a user has solved, in the order of their ids; ``among`` names some of them."""
    # A look at an index for each problem: the submissions of a user may be many more.
    accepted = (
        select(SubmissionRow.id)
        .where(
            SubmissionRow.user_id == user_id,
            SubmissionRow.problem_id == Problem.id,
            SubmissionRow.counted_verdict == Verdict.ACCEPTED,
        )
        .exists()
    )
    query = select(Problem.id).where(Problem.package_id.is_not(None), Problem.id > after, accepted)
    if among is not None:
        query = query.where(Problem.id.in_(among))
    with transaction() as session:
        return list(session.scalars(query.order_by(Problem.id).limit(limit)))


def accepted_figures(
    problem_id: str, *, language: str | None, among: int, limit: int
) -> list[tuple[float, int]]:
    """CPU time in seconds and memory in bytes of the latest accepted submissions to a problem.

    among: how many of the latest submissions are looked at, accepted or not.
    """
    latest = (
        select(
            SubmissionRow.counted_verdict,
            SubmissionRow.language,
            SubmissionRow.cpu_time_s,
            SubmissionRow.memory_bytes,
        )
        .where(SubmissionRow.problem_id == problem_id)
        .order_by(SubmissionRow.id.desc())
        .limit(among)
        .subquery()
        .c
    )
    query = select(latest.cpu_time_s, latest.memory_bytes).where(
        latest.counted_verdict == Verdict.ACCEPTED,
        latest.cpu_time_s.is_not(None),
        latest.memory_bytes.is_not(None),
    )
    if language is not None:
        query = query.where(latest.language == language)
    with transaction() as session:
        return [tuple(row) for row in session.execute(query.limit(limit))]


def backlog() -> tuple[int, int, float | None]:
    """How many submissions wait, how many are judged, and how many seconds the oldest has waited."""
    # One that is judged anew may be years old, and waits since then; one that was given back waits on.
    since = func.coalesce(SubmissionRow.started_at, SubmissionRow.changed_at)
    query = select(
        func.count().filter(SubmissionRow.state == State.QUEUED),
        func.count().filter(SubmissionRow.state.in_(HELD)),
        func.extract("epoch", now() - func.min(since).filter(SubmissionRow.state == State.QUEUED)),
    ).where(SubmissionRow.finished_at.is_(None))
    with transaction() as session:
        queued, running, oldest_s = session.execute(query).one()
    return queued, running, None if oldest_s is None else float(oldest_s)


def pending(user_id: str, *, at_most: int) -> int:
    """How many submissions of a user have not ended, counted no further than ``at_most``.

    What somebody else has judged anew is no doing of theirs.
    """
    open_ = select(SubmissionRow.id).where(
        SubmissionRow.user_id == user_id,
        SubmissionRow.finished_at.is_(None),
        SubmissionRow.former.is_(None),
        SubmissionRow.rejudging_id.is_(None),
    )
    with transaction() as session:
        return session.scalars(select(func.count()).select_from(open_.limit(at_most).subquery())).one()


def read_row(
    session: Session, row: SubmissionRow, *, tests: Sequence[TestResult] | None = None
) -> Submission:
    """A row as a value, in the caller's transaction; with its tests, which are read unless they are given."""
    if tests is not None:
        return _submission(row, tests)
    [submission] = _read_rows(session, [row])
    return submission


def _read_rows(session: Session, rows: Sequence[SubmissionRow]) -> list[Submission]:
    """Rows as values. While a submission is queued, what a former attempt saw is not shown.

    A trial shows nothing but the judgement that it may replace.
    """
    tests: dict[str, list[TestResult]] = {row.id: [] for row in rows}
    if judged := [row.id for row in rows if row.is_trial or row.state != State.QUEUED]:
        for found in session.scalars(_TESTS, {"ids": judged}):
            tests[found.submission_id].append(TestResult(**_fields(TestResult, found)))
    return [_submission(row, tests[row.id]) for row in rows]


_TESTS = (
    select(TestRow)
    .join(SubmissionRow, SubmissionRow.id == TestRow.submission_id)
    .where(
        TestRow.submission_id.in_(bindparam("ids", expanding=True)),
        TestRow.attempt == SubmissionRow.shown_attempt,
    )
    .order_by(TestRow.index)
)
"""Made once, for it is asked at every end of a judging and for whoever looks at one."""


def _submission(row: SubmissionRow, tests: Sequence[TestResult]) -> Submission:
    fields = _fields(Submission, row)
    if row.former is not None:
        if row.is_trial:
            as_judged = {**rejudged.columns(row.former), "version": row.former["version"], "former": None}
            fields |= {name: value for name, value in as_judged.items() if name in fields}
        else:
            fields["former"] = rejudged.shown(row.former)
    if fields["groups"] is not None:
        fields["groups"] = tuple(GroupResult(**group) for group in fields["groups"])
    return Submission(**fields | {"tests": tuple(tests), "state": State(fields["state"])})


def _fields(kind_of: type, row: object) -> dict[str, Any]:
    return {name: getattr(row, name, None) for name in kind_of.__dataclass_fields__}  # type: ignore[attr-defined]


def _event(row: EventRow, problem_id: str, user_id: str) -> Event:
    return Event(row.submission_id, row.seq, row.type, problem_id, user_id, row.at, row.data)


_log = Log(
    SubmissionRow,
    EventRow,
    EventRow.submission_id,
    select(EventRow, SubmissionRow.problem_id, SubmissionRow.user_id).join(
        SubmissionRow, SubmissionRow.id == EventRow.submission_id
    ),
    _event,
)
events_after = _log.after
events_of_user = _log.of_user
events_of_user_after = _log.of_user_after
unpublished = _log.unpublished
