"""How much waits and is in hand, by queue, and for how long: what Prometheus asks for."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, text, union_all
from sqlalchemy.orm import InstrumentedAttribute

from judge.db import transaction
from judge.journal import now
from judge.models import DeliveryRow, RunRow, SubmissionRow, VerificationRow
from judge.verdict import HELD, State

VERIFICATIONS, DELIVERIES = "verify", "webhooks"
"""Queues beside those of languages."""

_WITHIN_MS = 1000


@dataclass(frozen=True)
class Waiting:
    """What one queue is to bring to a worker: how many wait or are in hand, and the oldest."""

    queued: int
    held: int
    oldest_s: float


def by_queue() -> dict[str, Waiting]:
    """Each queue with something in it: a language's id, ``verify`` or ``webhooks``.

    Raises OperationalError where Postgres does not answer within a second.
    """
    everything = union_all(
        _open(SubmissionRow, SubmissionRow.language),
        _open(RunRow, RunRow.language),
        _open(VerificationRow, literal(VERIFICATIONS)),
        _due_deliveries(),
    ).subquery()
    state, is_queued = everything.c.state, everything.c.state == State.QUEUED
    query = select(
        everything.c.queue,
        func.count().filter(is_queued),
        func.count().filter(state.in_(HELD)),
        func.extract("epoch", now() - func.min(everything.c.since).filter(is_queued)),
    ).group_by(everything.c.queue)
    with transaction() as session:
        session.execute(text(f"SET LOCAL statement_timeout = {_WITHIN_MS}"))
        return {
            queue: Waiting(queued, held, max(0.0, float(oldest_s or 0)))
            for queue, queued, held, oldest_s in session.execute(query)
        }


def _open(row: Any, queue: ColumnElement[str] | InstrumentedAttribute[str]) -> Select[Any]:
    # One that is judged anew may be years old, and waits since then; one that was given back waits on.
    since = func.coalesce(row.started_at, row.changed_at).label("since")
    return select(queue.label("queue"), row.state.label("state"), since).where(row.finished_at.is_(None))


def _due_deliveries() -> Select[Any]:
    """Between two tries nothing waits."""
    is_held = and_(DeliveryRow.lease_until.is_not(None), DeliveryRow.lease_until > now())
    state = case((is_held, literal(State.RUNNING)), else_=literal(State.QUEUED))
    return select(literal(DELIVERIES), state, DeliveryRow.due_at).where(
        DeliveryRow.state == "pending", DeliveryRow.due_at <= now()
    )
