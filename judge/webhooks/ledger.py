"""What the tables say of deliveries to webhooks; reads only."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from judge.config import settings
from judge.db import transaction
from judge.errors import NotFound
from judge.journal import now
from judge.models import DeliveryRow, MessageRow, WebhookRow
from judge.records import instant
from judge.webhooks.attempts import is_free

_FORGOTTEN_AFTER = timedelta(seconds=20)


@dataclass(frozen=True)
class Delivery:
    """A delivery as it stood when it was read; ``attempts`` tell of the latest tries."""

    id: str
    webhook_id: str
    message_id: str
    type: str
    state: str
    attempts: list[dict[str, Any]]
    due_at: datetime
    created_at: datetime
    finished_at: datetime | None
    body: str

    def as_json(self, *, full: bool = False) -> dict[str, Any]:
        """An entry of the log; with ``full`` what was sent as well."""
        shown = {
            "id": self.id,
            "webhook_id": self.webhook_id,
            "message_id": self.message_id,
            "type": self.type,
            "state": self.state,
            "attempts": self.attempts,
            "next_attempt_at": instant(self.due_at) if self.state == "pending" else None,
            "created_at": instant(self.created_at),
            "finished_at": instant(self.finished_at),
        }
        return shown | {"payload": json.loads(self.body)} if full else shown


def get(webhook_id: str, delivery_id: str) -> Delivery:
    """A delivery of a webhook. Raises NotFound."""
    found = _read(DeliveryRow.webhook_id == webhook_id, DeliveryRow.id == delivery_id, limit=1)
    if not found:
        raise NotFound(f"webhook {webhook_id!r} has no delivery {delivery_id!r}")
    return found[0]


def page(webhook_id: str, *, limit: int, before: str | None, state: str | None) -> list[Delivery]:
    """The newest deliveries of a webhook first."""
    where = [DeliveryRow.webhook_id == webhook_id]
    if before is not None:
        where.append(DeliveryRow.id < before)
    if state is not None:
        where.append(DeliveryRow.state == state)
    return _read(*where, limit=limit)


def unsent() -> list[str]:
    """Deliveries that are due and that no broker has taken, a few of each host."""
    # Whoever has just committed is about to send; it is given a second.
    just_now = now() - timedelta(seconds=1)
    return _due(DeliveryRow.sent_at.is_(None), DeliveryRow.due_at < just_now)


def overdue() -> list[str]:
    """As ``unsent``, of those that the broker took a good while ago and that no courier has claimed."""
    return _due(DeliveryRow.sent_at < now() - _FORGOTTEN_AFTER)


def next_after(host: str, user_id: str) -> list[str]:
    """What may be sent now that something to a host, for a user, has come to its end."""
    theirs = or_(WebhookRow.host == host, WebhookRow.user_id == user_id)
    return _due(DeliveryRow.sent_at.is_(None), theirs, limit=1)


def _due(*where: ColumnElement[bool], limit: int = 200) -> list[str]:
    """Of each user and host so many as may be sent at once: who hangs must not hide the others."""
    whose = (WebhookRow.host, WebhookRow.user_id)
    place = func.row_number().over(partition_by=whose, order_by=DeliveryRow.due_at)
    due = (
        select(DeliveryRow.id, DeliveryRow.due_at, place.label("place"))
        .join(WebhookRow, WebhookRow.id == DeliveryRow.webhook_id)
        .where(
            DeliveryRow.state == "pending",
            DeliveryRow.due_at <= now(),
            is_free(),
            *where,
        )
        .subquery()
    )
    query = (
        select(due.c.id)
        .where(due.c.place <= settings().courier_per_host)
        .order_by(due.c.place, due.c.due_at)
        .limit(limit)
    )
    with transaction() as session:
        return list(session.scalars(query))


def _read(*where: ColumnElement[bool], limit: int) -> list[Delivery]:
    query = (
        select(DeliveryRow, MessageRow.type, MessageRow.body)
        .join(MessageRow, MessageRow.id == DeliveryRow.message_id)
        .where(*where)
        .order_by(DeliveryRow.id.desc())
        .limit(limit)
    )
    with transaction() as session:
        return [
            Delivery(
                row.id, row.webhook_id, row.message_id, type_, row.state, row.attempts, row.due_at,
                row.created_at, row.finished_at, body,
            )
            for row, type_, body in session.execute(query)
        ]  # fmt: skip
