"""Deliveries to webhooks, written with the event that they tell of and handed to couriers.

A delivery is a row, written in the transaction of its event. Its id is then sent to a courier, as a hint:
what is lost on the way the sweeper finds in the rows, and a hint that comes twice finds nothing to claim::

    pending ──claim──> held ──record──> delivered
       ^                │  └──────────> failed, after the last try, or when its webhook is disabled
       └─ again, later ─┘
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from judge import queue, webhooks
from judge.config import settings
from judge.db import after_commit, transaction, write_hint
from judge.errors import NotFound, QueueUnavailable
from judge.events import Event, VerificationEvent
from judge.journal import now
from judge.models import DeliveryRow, MessageRow, WebhookRow
from judge.records import instant, new_id
from judge.webhooks import PING, TYPES, WebhookRefused, messages
from judge.webhooks.attempts import Attempt, add_attempt, is_free

log = logging.getLogger(__name__)


def note(session: Session, events: Sequence[Event | VerificationEvent]) -> None:
    """Write, in the transaction that wrote the events, what webhooks are to be told of them."""
    for event in events:
        if event.type not in TYPES:
            continue
        hearing = webhooks.hearing(session, event.type, user_id=event.user_id, problem_id=event.problem_id)
        if hearing:
            _write(session, hearing, event.type, event.at, event.as_json())


def ping(webhook_id: str) -> str:
    """Have a webhook told that it is one, once; the delivery's id. Raises NotFound, WebhookRefused."""
    with transaction() as session:
        row = _enabled(session, webhook_id)
        if session.scalar(
            select(webhooks.is_full(settings().webhook_backlog)).where(WebhookRow.id == webhook_id)
        ):
            raise WebhookRefused("too many deliveries wait for this webhook already")
        [delivery_id] = _write(session, [(row.id, False)], PING, datetime.now(UTC), {"webhook_id": row.id})
        return delivery_id


def redeliver(webhook_id: str, delivery_id: str) -> None:
    """Tell something again, under the same message id, with all tries. Raises NotFound, WebhookRefused.

    One that a courier has in its hands stays as it is.
    """
    with transaction() as session:
        _enabled(session, webhook_id)
        mine = (DeliveryRow.id == delivery_id, DeliveryRow.webhook_id == webhook_id)
        if session.scalar(select(DeliveryRow.id).where(*mine)) is None:
            raise NotFound(f"webhook {webhook_id!r} has no delivery {delivery_id!r}")
        session.execute(
            update(DeliveryRow)
            .where(*mine, is_free())
            .values(state="pending", tries=0, due_at=now(), sent_at=now(), finished_at=None)
        )
        after_commit(session, lambda: _hand_over([delivery_id]))


def send(ids: Sequence[str]) -> None:
    """Tell the couriers of these; what the broker does not take is left to the sweeper."""
    if ids:
        # Noted before it is so: a courier may be quicker, and what it notes is what holds.
        _note_sent(ids, now())
        _hand_over(ids)


def _write(
    session: Session, hearing: Sequence[tuple[str, bool]], type_: str, at: datetime, data: dict[str, Any]
) -> list[str]:
    message = MessageRow(id=f"msg_{new_id()}", type=type_, body=messages.body(type_, at, data))
    session.add(message)
    session.flush()
    made = {"message_id": message.id, "attempts": [], "sent_at": now()}
    rows = [DeliveryRow(id=new_id(), webhook_id=id_, **made) for id_, _ in hearing]
    for row, (_, full) in zip(rows, hearing, strict=True):
        if full:
            why = f"{settings().webhook_backlog} deliveries waited already"
            row.state, row.finished_at = "failed", now()
            add_attempt(row, Attempt(str(instant(at)), None, None, why))
    session.add_all(rows)
    waiting = [row.id for row, (_, full) in zip(rows, hearing, strict=True) if not full]
    after_commit(session, lambda: _hand_over(waiting))
    return [row.id for row in rows]


def _hand_over(ids: Sequence[str]) -> None:
    """Send what is noted as sent; of what the broker does not take that is taken back."""
    for index, delivery_id in enumerate(ids):
        try:
            queue.send_delivery(delivery_id)
        except QueueUnavailable as error:
            log.warning("%d deliveries are left to the sweeper: %s", len(ids) - index, error)
            _note_sent(ids[index:], None)
            return


def _note_sent(ids: Sequence[str], at: Any) -> None:
    with transaction() as session:
        write_hint(session)
        session.execute(update(DeliveryRow).where(DeliveryRow.id.in_(ids)).values(sent_at=at))


def _enabled(session: Session, webhook_id: str) -> WebhookRow:
    row = webhooks.lock(session, webhook_id)
    if row is None:
        raise NotFound(f"there is no webhook {webhook_id!r}")
    if row.state != "enabled":
        raise WebhookRefused(f"the webhook is disabled: {row.disabled_reason}; enable it first")
    return row
