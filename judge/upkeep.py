"""What keeps the tables small, and sweepers out of each other's way."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from sqlalchemy import ColumnElement, Tuple, delete, exists, func, select, tuple_, update
from sqlalchemy.exc import OperationalError

from judge import blobs, versions
from judge.db import affected, delete_in_parts, transaction
from judge.journal import now
from judge.models import (
    EventRow,
    MessageRow,
    PackageRow,
    Problem,
    RejudgedRow,
    RunEventRow,
    RunRow,
    SubmissionRow,
    VerificationEventRow,
    VerificationRow,
)
from judge.verdict import VersionState

log = logging.getLogger(__name__)

_SWEEPING = 0x7377656570  # "sweep": a lock's number, which every sweeper agrees on
_ALONE = select(
    func.pg_try_advisory_xact_lock(_SWEEPING),
    func.set_config("idle_in_transaction_session_timeout", "3s", True),  # of this transaction alone
)
_PURGED_AT_ONCE = 5000
_KEYS: dict[type[EventRow] | type[RunEventRow] | type[VerificationEventRow], Tuple] = {
    EventRow: tuple_(EventRow.submission_id, EventRow.seq),
    RunEventRow: tuple_(RunEventRow.run_id, RunEventRow.seq),
    VerificationEventRow: tuple_(VerificationEventRow.verification_id, VerificationEventRow.seq),
}


@contextmanager
def alone_in_sweeping() -> Iterator[bool]:
    """Whether no other process sweeps; if so, none does until the block ends, or until it stands still.

    Postgres takes the lock from whoever says nothing for three seconds: it may be frozen, and what has lost
    its worker waits for a sweep. Two at once do no harm.
    """
    with ExitStack() as stack:
        session = stack.enter_context(transaction())
        is_alone, _ = session.execute(_ALONE).one()
        yield is_alone
        try:
            stack.close()
        except OperationalError:
            log.info("it took so long that others may have swept, too")


def purge_events(*, older_than: timedelta) -> int:
    """Remove events that are older than they are kept; returns how many."""
    for table in (SubmissionRow, RunRow, VerificationRow):
        _give_up_publishing(table, older_than)
    removed = 0
    for log, key in _KEYS.items():
        old = select(*key.clauses).where(log.at < now() - older_than).limit(_PURGED_AT_ONCE)
        removed += delete_in_parts(delete(log).where(key.in_(old)))
    return removed


def purge_drafts(*, older_than: timedelta) -> int:
    """Remove versions that never came to be good and that nothing names; returns how many."""
    with transaction() as session:
        found = session.execute(
            select(PackageRow.id, PackageRow.problem_id).where(*_abandoned(older_than))
        ).all()
    removed = 0
    for package_id, problem_id in found:
        with transaction() as session:
            # Whoever uploads the same package meanwhile has the problem's row, or waits for it.
            session.execute(select(Problem.id).where(Problem.id == problem_id).with_for_update())
            conditions = (PackageRow.id == package_id, *_abandoned(older_than))
            statement = delete(PackageRow).where(*conditions)
            removed += affected(session, statement.execution_options(synchronize_session=False))
    return removed


def _abandoned(older_than: timedelta) -> tuple[ColumnElement[bool], ...]:
    """Conditions on a version: a draft or rejected, of long ago, and neither current nor judged by."""
    row, long_ago = PackageRow, now() - older_than
    last_tried = func.coalesce(VerificationRow.finished_at, now())
    uses = (
        exists().where(Problem.package_id == row.id),
        exists().where(SubmissionRow.package_id == row.id),
        exists().where(
            SubmissionRow.problem_id == row.problem_id,
            SubmissionRow.former["package_id"].as_integer() == row.id,
        ),
        exists().where(RejudgedRow.package_id == row.id),
        exists().where(VerificationRow.package_id == row.id, last_tried > long_ago),
    )
    states = (VersionState.DRAFT, VersionState.REJECTED)
    return row.state.in_(states), row.created_at < long_ago, *(~use for use in uses)


def purge_blobs() -> int:
    """Remove data that no version names any more; returns how many pieces."""
    old = blobs.old()  # first: what is named meanwhile was put meanwhile, and is left
    return blobs.purge(old - versions.named())


def purge_deliveries(*, older_than: timedelta) -> int:
    """Remove what webhooks were told, or could not be told, longer ago than that; how many messages."""
    old = select(MessageRow.id).where(MessageRow.created_at < now() - older_than).limit(_PURGED_AT_ONCE)
    return delete_in_parts(delete(MessageRow).where(MessageRow.id.in_(old)))  # deliveries go with them


def _give_up_publishing(
    table: type[SubmissionRow] | type[RunRow] | type[VerificationRow], older_than: timedelta
) -> None:
    """Nobody can publish any more what is about to go, so nobody need look for it either."""
    stale = (table.published_seq < table.last_seq, table.changed_at < now() - older_than)
    with transaction() as session:
        session.execute(update(table).where(*stale).values(published_seq=table.last_seq))
