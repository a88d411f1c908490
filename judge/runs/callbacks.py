"""Callbacks: the end of a run, told to a URL that came with it; the only module that changes one.

The row is written with the run, and is due from the transaction on in which the run ends. As with webhooks,
its id is then sent to a courier as a hint; what is lost on the way the sweeper finds in the rows::

    waiting ──the run ends──> due ──claim──> held ──record──> removed: told, or given up
                               ^               │
                               └─ again, later ┘
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from judge import queue
from judge.config import settings
from judge.db import after_commit, take_turns, transaction, write_hint
from judge.errors import QueueUnavailable
from judge.journal import now
from judge.models import RunCallbackRow, RunRow

log = logging.getLogger(__name__)

DELAYS = (timedelta(seconds=5), timedelta(seconds=30))
"""Between the tries; after the last one nobody is told."""
_LEASE_BEYOND_REQUEST = timedelta(seconds=20)
_FORGOTTEN_AFTER = timedelta(seconds=20)


@dataclass(frozen=True)
class Claim:
    """What a courier needs to tell of a run, and the number of its try, which it must name afterwards."""

    run_id: str
    user_id: str
    url: str
    host: str
    number: int


def ask(session: Session, run_id: str, *, user_id: str, url: str, host: str) -> None:
    """Have a run's end told to a URL that was checked; in the transaction that makes the run."""
    session.add(RunCallbackRow(run_id=run_id, user_id=user_id, url=url, host=host))
    session.flush()
    session.execute(update(RunRow).where(RunRow.id == run_id).values(calls_back=True))


def note_end(session: Session, run: RunRow) -> None:
    """In the transaction that ends a run: whoever wants to be told of it is, once it has committed."""
    if run.calls_back:
        session.execute(
            update(RunCallbackRow).where(RunCallbackRow.run_id == run.id).values(due_at=now(), sent_at=now())
        )
        after_commit(session, lambda: _hand_over([run.id]))


def claim(run_id: str) -> Claim | None:
    """Take a callback that is due; None where there is nothing to do, or its host and user have to wait."""
    lease = timedelta(seconds=settings().webhook_timeout_s) + _LEASE_BEYOND_REQUEST
    with transaction() as session:
        take_turns(session, "callbacks")  # couriers count each other's
        row = session.scalar(
            select(RunCallbackRow)
            .where(RunCallbackRow.run_id == run_id, RunCallbackRow.due_at <= now(), _is_free())
            .with_for_update()
        )
        if row is None:
            return None
        if _too_many_held(session, row):
            row.sent_at = None  # whoever ends first sends it
            return None
        if row.tries > len(DELAYS):  # the last try's courier ended before it had an answer
            session.delete(row)
            return None
        row.tries, row.lease_until = row.tries + 1, now() + lease
        return Claim(row.run_id, row.user_id, row.url, row.host, row.tries)


def record(claim: Claim, *, again: bool) -> None:
    """How a try went: it is made again, later, or was the last; nothing where the claim does not hold."""
    mine = (RunCallbackRow.run_id == claim.run_id, RunCallbackRow.tries == claim.number)
    with transaction() as session:
        if again and claim.number <= len(DELAYS):
            later = {"due_at": now() + DELAYS[claim.number - 1], "sent_at": None, "lease_until": None}
            session.execute(update(RunCallbackRow).where(*mine).values(**later))
        else:
            session.execute(delete(RunCallbackRow).where(*mine))


def unsent() -> list[str]:
    """Runs whose callbacks are due and that no broker has taken."""
    return _due(RunCallbackRow.sent_at.is_(None))


def overdue() -> list[str]:
    """As ``unsent``, of those that the broker took a good while ago and that no courier has claimed."""
    return _due(RunCallbackRow.sent_at < now() - _FORGOTTEN_AFTER)


def next_after(claim: Claim) -> list[str]:
    """What may be sent now that a try has ended, to the same host or for the same user."""
    theirs = or_(RunCallbackRow.host == claim.host, RunCallbackRow.user_id == claim.user_id)
    return _due(RunCallbackRow.sent_at.is_(None), theirs, limit=1)


def send(ids: Sequence[str]) -> None:
    """Tell the couriers of these; what the broker does not take is left to the sweeper."""
    if ids:
        # Noted before it is so: a courier may be quicker, and what it notes is what holds.
        _note_sent(ids, sent=True)
        _hand_over(ids)


def _hand_over(ids: Sequence[str]) -> None:
    for index, run_id in enumerate(ids):
        try:
            queue.send_callback(run_id)
        except QueueUnavailable as error:
            log.warning("%d callbacks are left to the sweeper: %s", len(ids) - index, error)
            _note_sent(ids[index:], sent=False)
            return


def _note_sent(ids: Sequence[str], *, sent: bool) -> None:
    with transaction() as session:
        write_hint(session)
        session.execute(
            update(RunCallbackRow)
            .where(RunCallbackRow.run_id.in_(ids))
            .values(sent_at=now() if sent else None)
        )


def _due(*where: ColumnElement[bool], limit: int = 200) -> list[str]:
    """Of each host and user so many as may be told at once: who hangs must not hide the others."""
    whose = (RunCallbackRow.host, RunCallbackRow.user_id)
    place = func.row_number().over(partition_by=whose, order_by=RunCallbackRow.due_at)
    due = (
        select(RunCallbackRow.run_id, RunCallbackRow.due_at, place.label("place"))
        .where(RunCallbackRow.due_at <= now(), _is_free(), *where)
        .subquery()
    )
    query = select(due.c.run_id).where(due.c.place <= settings().courier_per_host).order_by(due.c.due_at)
    with transaction() as session:
        return list(session.scalars(query.limit(limit)))


def _is_free() -> ColumnElement[bool]:
    return or_(RunCallbackRow.lease_until.is_(None), RunCallbackRow.lease_until < now())


def _too_many_held(session: Session, row: RunCallbackRow) -> bool:
    of_host, of_user = session.execute(
        select(
            func.count().filter(RunCallbackRow.host == row.host),
            func.count().filter(RunCallbackRow.user_id == row.user_id),
        ).where(RunCallbackRow.lease_until > now())
    ).one()
    return bool(of_host >= settings().courier_per_host or of_user >= settings().courier_per_user)
