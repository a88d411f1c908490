"""What the tables say of verifications and of their logs; reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from judge import journal
from judge.db import transaction
from judge.errors import NotFound
from judge.events import VerificationEvent
from judge.journal import now
from judge.logs import Log
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


def _event(row: VerificationEventRow, problem_id: str, version: int, user_id: str) -> VerificationEvent:
    return VerificationEvent(
        row.verification_id, row.seq, row.type, problem_id, version, user_id, row.at, row.data
    )


_log = Log(
    VerificationRow,
    VerificationEventRow,
    VerificationEventRow.verification_id,
    select(VerificationEventRow, PackageRow.problem_id, PackageRow.version, VerificationRow.user_id)
    .join(VerificationRow, VerificationRow.id == VerificationEventRow.verification_id)
    .join(PackageRow, PackageRow.id == VerificationRow.package_id),
    _event,
)
events_after = _log.after
events_of_user = _log.of_user
events_of_user_after = _log.of_user_after
unpublished = _log.unpublished
