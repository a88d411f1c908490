"""What keeps the tables small, and sweepers out of each other's way."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import delete, func, select, tuple_, update

from judge.db import transaction
from judge.journal import now
from judge.models import EventRow, SubmissionRow, VerificationEventRow, VerificationRow

_SWEEPING = 0x7377656570  # "sweep": a lock's number, which every sweeper agrees on
_PURGED_AT_ONCE = 5000
_KEYS = {
    EventRow: tuple_(EventRow.submission_id, EventRow.seq),
    VerificationEventRow: tuple_(VerificationEventRow.verification_id, VerificationEventRow.seq),
}


@contextmanager
def alone_in_sweeping() -> Iterator[bool]:
    """Whether no other process sweeps; if so, none does until the block ends."""
    with transaction() as session:
        yield bool(session.scalar(select(func.pg_try_advisory_xact_lock(_SWEEPING))))


def purge_events(*, older_than: timedelta) -> int:
    """Remove events that are older than they are kept; returns how many."""
    for table in (SubmissionRow, VerificationRow):
        _give_up_publishing(table, older_than)
    removed = 0
    for log in (EventRow, VerificationEventRow):
        while batch := _purge_some(log, older_than):
            removed += batch
    return removed


def _give_up_publishing(table: type[SubmissionRow] | type[VerificationRow], older_than: timedelta) -> None:
    """Nobody can publish any more what is about to go, so nobody need look for it either."""
    stale = (table.published_seq < table.last_seq, table.changed_at < now() - older_than)
    with transaction() as session:
        session.execute(update(table).where(*stale).values(published_seq=table.last_seq))


def _purge_some(log: type[EventRow] | type[VerificationEventRow], older_than: timedelta) -> int:
    """A part that is small enough for one statement's time."""
    key = _KEYS[log]
    old = select(*key.clauses).where(log.at < now() - older_than).limit(_PURGED_AT_ONCE)
    with transaction() as session:
        gone = session.execute(delete(log).where(key.in_(old)))
        return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE's result is a CursorResult
