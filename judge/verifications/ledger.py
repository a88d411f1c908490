"""What the tables say of verifications and of their logs; reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, tuple_

from judge import journal
from judge.db import transaction
from judge.errors import NotFound
from judge.events import VerificationEvent
from judge.journal import now
from judge.models import PackageRow, VerificationEventRow, VerificationRow
from judge.records import instant, is_id
from judge.verdict import VerificationState


@dataclass(frozen=True)
class Verification:
    """A verification as it stood when it was read; ``report`` is the verifier's, once it is done."""

    id: str
    problem_id: str
    version: int
    user_id: str
    state: VerificationState
    ok: bool | None
    attempt: int
    report: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    last_seq: int

    def as_json(self) -> dict[str, Any]:
        """As shown with its version."""
        return {
            "id": self.id,
            "state": self.state,
            "ok": self.ok,
            "attempt": self.attempt,
            "report": self.report,
            "created_at": instant(self.created_at),
            "started_at": instant(self.started_at),
            "finished_at": instant(self.finished_at),
        }


def get(verification_id: str) -> Verification:
    """A verification. Raises NotFound."""
    found = _read(VerificationRow.id == verification_id) if is_id(verification_id) else []
    if not found:
        raise NotFound(f"there is no verification {verification_id!r}")
    return found[0]


def latest(package_id: int) -> Verification | None:
    """The newest verification of a version."""
    found = _read(VerificationRow.package_id == package_id, limit=1)
    return found[0] if found else None


def recent(user_id: str, *, within: timedelta) -> list[Verification]:
    """The verifications that a user has asked for and that have changed in the last while."""
    return _read(VerificationRow.user_id == user_id, VerificationRow.changed_at > now() - within)


def events_after(
    verification_id: str, seq: int, *, before: int | None = None, limit: int | None = None
) -> list[VerificationEvent]:
    """The log of a verification after ``seq`` (and before another number), in order; the first ``limit``."""
    where = [VerificationEventRow.verification_id == verification_id, VerificationEventRow.seq > seq]
    if before is not None:
        where.append(VerificationEventRow.seq < before)
    return _events(*where, limit=limit)


def events_of_user(user_id: str, *, within: timedelta) -> list[VerificationEvent]:
    """What happened to a user's verifications in the last while, each one's in order."""
    since = now() - within
    return _events(
        VerificationRow.user_id == user_id,
        VerificationRow.changed_at > since,
        VerificationEventRow.at > since,
    )


def events_of_user_after(
    user_id: str, place: tuple[datetime, str, int], *, limit: int
) -> list[VerificationEvent]:
    """The first ``limit`` events of a user after a place, which is an instant, an id and a ``seq``."""
    order = VerificationEventRow.at, VerificationEventRow.verification_id, VerificationEventRow.seq
    return _events(
        VerificationRow.user_id == user_id,
        VerificationRow.changed_at >= place[0],
        tuple_(*order) > place,
        order=order,
        limit=limit,
    )


def unpublished(*, limit: int = 100) -> list[VerificationEvent]:
    """Events committed a while ago of which nobody has noted that Redis took them."""
    pending = (
        select(VerificationRow.id)
        .where(journal.unpublished(VerificationRow))
        .order_by(VerificationRow.changed_at)
        .limit(limit)
    )
    return _events(VerificationRow.id.in_(pending), VerificationEventRow.seq > VerificationRow.published_seq)


def unsent() -> list[str]:
    """Queued verifications that no broker has taken."""
    return _to_send(journal.never_sent(VerificationRow))


def overdue() -> list[str]:
    """Those that the broker took a good while ago and that nobody has claimed."""
    return _to_send(journal.overdue(VerificationRow))


def _to_send(where: ColumnElement[bool]) -> list[str]:
    query = select(VerificationRow.id).where(where).order_by(VerificationRow.id).limit(500)
    with transaction() as session:
        return list(session.scalars(query))


def _read(*where: ColumnElement[bool], limit: int | None = None) -> list[Verification]:
    query = (
        select(VerificationRow, PackageRow.problem_id, PackageRow.version)
        .join(PackageRow, PackageRow.id == VerificationRow.package_id)
        .where(*where)
        .order_by(VerificationRow.id.desc())
        .limit(limit)
    )
    with transaction() as session:
        return [
            Verification(
                id=row.id,
                problem_id=problem_id,
                version=version,
                user_id=row.user_id,
                state=VerificationState(row.state),
                ok=row.ok,
                attempt=row.attempt,
                report=row.report,
                created_at=row.created_at,
                started_at=row.started_at,
                finished_at=row.finished_at,
                last_seq=row.last_seq,
            )
            for row, problem_id, version in session.execute(query)
        ]


def _events(
    *where: ColumnElement[bool],
    order: Sequence[Any] = (VerificationEventRow.verification_id, VerificationEventRow.seq),
    limit: int | None = None,
) -> list[VerificationEvent]:
    query = (
        select(VerificationEventRow, PackageRow.problem_id, PackageRow.version, VerificationRow.user_id)
        .join(VerificationRow, VerificationRow.id == VerificationEventRow.verification_id)
        .join(PackageRow, PackageRow.id == VerificationRow.package_id)
        .where(*where)
        .order_by(*order)
        .limit(limit)
    )
    with transaction() as session:
        return [
            VerificationEvent(
                row.verification_id, row.seq, row.type, problem_id, version, user_id, row.at, row.data
            )
            for row, problem_id, version, user_id in session.execute(query)
        ]
