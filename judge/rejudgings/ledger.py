"""What the tables say of rejudgings: how far each is, what it changes, whom it would concern; reads only."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from judge.db import transaction
from judge.errors import NotFound
from judge.models import RejudgedRow, RejudgingRow, SubmissionRow
from judge.records import instant, is_id
from judge.verdict import RejudgedState, RejudgingState

_CHANGED = and_(
    RejudgedRow.after.is_not(None),
    RejudgedRow.state.in_((RejudgedState.JUDGED, RejudgedState.APPLIED)),
    or_(
        RejudgedRow.before != RejudgedRow.after,
        RejudgedRow.score_before.is_distinct_from(RejudgedRow.score_after),
    ),
)
_OUTCOME = func.coalesce(SubmissionRow.counted_verdict, SubmissionRow.state)


@dataclass(frozen=True)
class Wanted:
    """Which submissions are meant; what is None restricts nothing.

    outcomes: verdicts, and ``failed`` and ``cancelled``. version: of the package that they were judged by.
    """

    problem_id: str | None = None
    user_id: str | None = None
    language: str | None = None
    outcomes: Sequence[str] | None = None
    version: int | None = None
    submitted_after: datetime | None = None
    submitted_before: datetime | None = None
    ids: Sequence[str] | None = None

    def where(self) -> list[ColumnElement[bool]]:
        """The conditions on a submission's row."""
        row = SubmissionRow
        equal = {name: getattr(self, name) for name in ("problem_id", "user_id", "language", "version")}
        conditions = [getattr(row, name) == value for name, value in equal.items() if value is not None]
        if self.outcomes is not None:
            conditions.append(_OUTCOME.in_(self.outcomes))
        if self.submitted_after is not None:
            conditions.append(row.created_at >= self.submitted_after)
        if self.submitted_before is not None:
            conditions.append(row.created_at < self.submitted_before)
        if self.ids is not None:
            conditions.append(row.id.in_(self.ids))
        return conditions

    def as_json(self) -> dict[str, Any]:
        """What was asked for, as it is kept and shown."""
        given = {name: value for name, value in asdict(self).items() if value is not None}
        if self.outcomes is not None:
            given["verdict"] = given.pop("outcomes")
        return {
            name: instant(value) if isinstance(value, datetime) else value for name, value in given.items()
        }


@dataclass(frozen=True)
class Matched:
    """How many submissions are meant: by outcome those that have ended, and those that have not."""

    by_outcome: dict[str, int]
    not_ended: int

    @property
    def count(self) -> int:
        """How many a rejudging would judge anew."""
        return sum(self.by_outcome.values())


@dataclass(frozen=True)
class Rejudging:
    """A rejudging as it stood when it was read.

    counts: of its submissions by their states. changed: how many have another verdict or score than before.
    matrix: how many went from one outcome to another.
    """

    id: str
    state: RejudgingState
    apply: str
    judge_by: str
    reason: str
    user_id: str
    wanted: dict[str, Any]
    counts: dict[str, int]
    changed: int
    matrix: dict[str, dict[str, int]]
    created_at: datetime
    finished_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """GET /rejudgings/{id}."""
        shown = asdict(self)
        shown["filter"] = shown.pop("wanted")
        shown["counts"] = {"total": sum(self.counts.values()), **self.counts}
        for name in ("created_at", "finished_at"):
            shown[name] = instant(shown[name])
        return shown


@dataclass(frozen=True)
class Item:
    """One submission of a rejudging; ``before`` and ``after``: a verdict or the state it ended in."""

    submission_id: str
    problem_id: str
    user_id: str
    language: str
    state: RejudgedState
    before: str | None
    after: str | None
    score_before: float | None
    score_after: float | None
    changed: bool

    def as_json(self) -> dict[str, Any]:
        """An entry of GET /rejudgings/{id}/items."""
        shown = asdict(self)
        names = {"before": "from", "after": "to", "score_before": "from_score", "score_after": "to_score"}
        return {names.get(name, name): value for name, value in shown.items()}


def matched(wanted: Wanted) -> Matched:
    """Whom a rejudging would concern."""
    ended = SubmissionRow.finished_at.is_not(None)
    query = (
        select(_OUTCOME.label("outcome"), ended.label("ended"), func.count().label("found"))
        .where(*wanted.where())
        .group_by("outcome", "ended")
        .order_by("outcome")
    )
    with transaction() as session:
        rows = session.execute(query).all()
    by_outcome = {row.outcome: row.found for row in rows if row.ended}
    return Matched(by_outcome, sum(row.found for row in rows if not row.ended))


def unknown(ids: Sequence[str]) -> set[str]:
    """Those of these ids that no submission has."""
    with transaction() as session:
        return set(ids) - set(session.scalars(select(SubmissionRow.id).where(SubmissionRow.id.in_(ids))))


def get(rejudging_id: str) -> Rejudging:
    """A rejudging. Raises NotFound."""
    found = _read(RejudgingRow.id == rejudging_id) if is_id(rejudging_id) else []
    if not found:
        raise NotFound(f"there is no rejudging {rejudging_id!r}")
    return found[0]


def page(*, limit: int, before: str | None = None, problem_id: str | None = None) -> list[Rejudging]:
    """The newest rejudgings first; all, or those whose filter names a problem."""
    where = [RejudgingRow.id < before] if before else []
    if problem_id is not None:
        where.append(RejudgingRow.wanted["problem_id"].astext == problem_id)
    return _read(*where, limit=limit)


def items(rejudging_id: str, *, limit: int, after: str = "", changed: bool | None = None) -> list[Item]:
    """The submissions of a rejudging in the order of their ids; all, or those that changed or did not."""
    query = (
        select(RejudgedRow, _CHANGED.label("changed"), *_TOLD)
        .join(SubmissionRow, SubmissionRow.id == RejudgedRow.submission_id)
        .where(RejudgedRow.rejudging_id == rejudging_id, RejudgedRow.submission_id > after)
        .order_by(RejudgedRow.submission_id)
        .limit(limit)
    )
    if changed is not None:
        query = query.where(_CHANGED if changed else ~_CHANGED)
    with transaction() as session:
        return [
            Item(
                submission_id=item.submission_id,
                problem_id=problem_id,
                user_id=user_id,
                language=language,
                state=RejudgedState(item.state),
                before=item.before,
                after=item.after,
                score_before=item.score_before,
                score_after=item.score_after,
                changed=bool(has_changed),
            )
            for item, has_changed, problem_id, user_id, language in session.execute(query)
        ]


_TOLD = (SubmissionRow.problem_id, SubmissionRow.user_id, SubmissionRow.language)


def _read(*where: ColumnElement[bool], limit: int | None = None) -> list[Rejudging]:
    query = select(RejudgingRow).where(*where).order_by(RejudgingRow.id.desc()).limit(limit)
    with transaction() as session:
        rows = session.scalars(query).all()
        return _with_counts(session, rows) if rows else []


def _with_counts(session: Session, rows: Sequence[RejudgingRow]) -> list[Rejudging]:
    item = RejudgedRow
    query = (
        select(
            item.rejudging_id, item.state, item.before, item.after, func.count(), _CHANGED.label("changed")
        )
        .where(item.rejudging_id.in_([row.id for row in rows]))
        .group_by(item.rejudging_id, item.state, item.before, item.after, "changed")
    )
    counts: dict[str, dict[str, int]] = {row.id: dict.fromkeys(map(str, RejudgedState), 0) for row in rows}
    changes: dict[str, int] = defaultdict(int)
    matrices: dict[str, dict[str, dict[str, int]]] = {row.id: {} for row in rows}
    for id_, state, before, after, found, changed in session.execute(query):
        counts[id_][state] += found
        changes[id_] += found if changed else 0
        if state in (RejudgedState.JUDGED, RejudgedState.APPLIED):
            line = matrices[id_].setdefault(str(before), {})
            line[str(after)] = line.get(str(after), 0) + found
    return [
        Rejudging(
            id=row.id,
            state=RejudgingState(row.state),
            apply=row.apply,
            judge_by=row.judge_by,
            reason=row.reason,
            user_id=row.user_id,
            wanted=row.wanted,
            counts=counts[row.id],
            changed=changes[row.id],
            matrix=matrices[row.id],
            created_at=row.created_at,
            finished_at=row.finished_at,
        )
        for row in rows
    ]
