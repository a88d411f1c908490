"""Webhooks: who is told of which events, and where; the only module that changes one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from judge.config import settings
from judge.db import take_turns, transaction
from judge.errors import Conflict, NotFound
from judge.journal import now
from judge.models import DeliveryRow, User, WebhookRow
from judge.prepared import prepared
from judge.records import instant, is_id, new_id
from judge.webhooks.signatures import new_secret

PING = "ping"
"""The type of what is told for a test."""
TYPES = (
    "submission.done",
    "submission.failed",
    "submission.cancelled",
    "verification.done",
    "verification.failed",
)
"""What can be heard of: how things end."""

OLD_SECRET_SIGNS = timedelta(hours=24)
_DISABLE_AFTER_FAILURES = 20
"""At least so many in a row, however long it takes: one that hears little is not given up for one fault."""


class WebhookRefused(Conflict):
    """A webhook that cannot be made or used as it is; the message says why."""


@dataclass(frozen=True)
class Webhook:
    """A webhook as it stood when it was read; without its secret."""

    id: str
    user_id: str
    url: str
    scope: str
    events: Sequence[str] | None
    problem_id: str | None
    description: str | None
    state: str
    disabled_reason: str | None
    disabled_at: datetime | None
    failures: int
    failing_since: datetime | None
    previous_until: datetime | None
    created_at: datetime

    def as_json(self) -> dict[str, Any]:
        """As GET /webhooks/{id} shows it."""
        return {
            "id": self.id,
            "user_id": self.user_id,
            "url": self.url,
            "scope": self.scope,
            "events": self.events,
            "problem_id": self.problem_id,
            "description": self.description,
            "state": self.state,
            "disabled_reason": self.disabled_reason,
            "disabled_at": instant(self.disabled_at),
            "failures": self.failures,
            "failing_since": instant(self.failing_since),
            "previous_secret_until": instant(self.previous_until),
            "created_at": instant(self.created_at),
        }


def create(*, user_id: str, has_account: bool, **values: Any) -> tuple[Webhook, str]:
    """A new webhook and its secret, which nobody is shown again. Raises WebhookRefused.

    values: url, host, scope, events, problem_id, description. The caller has checked them.
    """
    with transaction() as session:
        take_turns(session, f"webhooks of {user_id}")  # two at once would each count the other out
        count = session.scalar(select(func.count()).where(WebhookRow.user_id == user_id)) or 0
        if count >= settings().webhooks_per_user:
            raise WebhookRefused(f"{user_id} has {count} webhooks, and more are not taken; delete one first")
        if not has_account and session.scalar(select(User.id).where(User.id == user_id)):
            raise WebhookRefused(f"{user_id} is a user with tokens, whose webhooks need JUDGE_AUTH=token")
        row = WebhookRow(id=new_id(), user_id=user_id, has_account=has_account, secret=new_secret(), **values)
        session.add(row)
        session.flush()
        session.refresh(row)
        return _webhook(row), row.secret


def get(webhook_id: str) -> Webhook:
    """A webhook. Raises NotFound."""
    with transaction() as session:
        return _webhook(_row(session, webhook_id, lock=False))


def page(*, limit: int, before: str | None, user_id: str | None) -> list[Webhook]:
    """The newest webhooks first, of one user or of all."""
    query = select(WebhookRow).order_by(WebhookRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(WebhookRow.id < before)
    if user_id is not None:
        query = query.where(WebhookRow.user_id == user_id)
    with transaction() as session:
        return [_webhook(row) for row in session.scalars(query)]


def change(webhook_id: str, *, state: str | None = None, **values: Any) -> Webhook:
    """Change some of what ``create`` takes, and whether it is enabled. Raises NotFound."""
    with transaction() as session:
        row = _row(session, webhook_id)
        for name, value in values.items():
            setattr(row, name, value)
        if state == "enabled":
            row.state, row.disabled_reason, row.disabled_at = state, None, None
            row.failures, row.failing_since = 0, None
        elif state == "disabled" and row.state != state:
            _disable(session, row, "switched off")
        session.flush()
        session.refresh(row)
        return _webhook(row)


def remove(webhook_id: str) -> None:
    """Remove a webhook, with the log of its deliveries. Raises NotFound."""
    with transaction() as session:
        session.execute(delete(WebhookRow).where(WebhookRow.id == _row(session, webhook_id).id))


def rotate(webhook_id: str) -> tuple[Webhook, str]:
    """A new secret; the old one signs too for another day. Raises NotFound."""
    with transaction() as session:
        row = _row(session, webhook_id)
        row.previous_secret, row.previous_until = row.secret, now() + OLD_SECRET_SIGNS
        row.secret = new_secret()
        session.flush()
        session.refresh(row)
        return _webhook(row), row.secret


def hearing(session: Session, type_: str, *, user_id: str, problem_id: str | None) -> list[tuple[str, bool]]:
    """Who hears of an event: the ids of webhooks, and whether too much waits for each already.

    They are kept from being removed until the transaction ends, which would make it fail.
    """
    asked: dict[str, Any] = {"type_": type_, "user_id_": user_id, "problem_id_": problem_id}
    asked["most"] = settings().webhook_backlog
    return [(id_, full) for id_, full in session.execute(_hearing(), asked)]


@cache
def _hearing() -> Select[str, bool]:
    """Made once: it is asked at each end of a judging, and to make it takes longer than to ask it."""
    user_id, problem_id = bindparam("user_id_", type_=Text), bindparam("problem_id_", type_=Text)
    types = cast(array([bindparam("type_", type_=Text)]), WebhookRow.events.type)
    is_users = exists(select(User.id).where(User.id == user_id))
    owner = select(User.id).where(
        User.id == WebhookRow.user_id, User.disabled_at.is_(None), User.removed_at.is_(None)
    )
    return prepared(
        select(WebhookRow.id, is_full(bindparam("most", type_=Integer)))
        .where(
            # Two indexes, one for each.
            or_(and_(WebhookRow.scope == "own", WebhookRow.user_id == user_id), WebhookRow.scope == "all"),
            WebhookRow.state == "enabled",
            or_(WebhookRow.events.is_(None), WebhookRow.events.contains(types)),
            or_(WebhookRow.problem_id.is_(None), WebhookRow.problem_id == problem_id),
            # Who made one where nobody was asked for a token has shown no right to a user's events.
            or_(
                and_(~WebhookRow.has_account, ~is_users),
                and_(
                    WebhookRow.has_account,
                    exists(owner.where(or_(WebhookRow.scope == "own", User.role == "admin"))),
                ),
            ),
        )
        .with_for_update(read=True, key_share=True, of=WebhookRow)
    )


def is_full(most: int | ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that so many deliveries wait for a webhook."""
    waiting = (
        select(DeliveryRow.id)
        .where(DeliveryRow.webhook_id == WebhookRow.id, DeliveryRow.state == "pending")
        .correlate(WebhookRow)
        .offset(most - 1)
    )
    return exists(waiting)


def lock(session: Session, webhook_id: str) -> WebhookRow | None:
    """A webhook that nobody else changes until the transaction ends; locked before its deliveries."""
    return session.scalar(
        select(WebhookRow).where(WebhookRow.id == webhook_id).with_for_update(key_share=True)
    )


def succeeded(row: WebhookRow) -> None:
    """Something has reached its receiver."""
    row.failures, row.failing_since = 0, None


def failed(session: Session, row: WebhookRow, status: int | None, at: datetime) -> None:
    """A try has failed, which may have been one too many."""
    row.failures += 1
    row.failing_since = row.failing_since or at
    days = settings().webhook_disable_days
    if status == 410:
        _disable(session, row, "the receiver answered 410, by which it wants no more")
    elif row.failures >= _DISABLE_AFTER_FAILURES and at - row.failing_since >= timedelta(days=days):
        _disable(session, row, f"{row.failures} tries in {days:g} days or more, and none of them succeeded")


def _disable(session: Session, row: WebhookRow, reason: str) -> None:
    """What waits has failed; it can be asked for again."""
    row.state, row.disabled_reason, row.disabled_at = "disabled", reason, now()
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.webhook_id == row.id, DeliveryRow.state == "pending")
        .values(state="failed", lease_until=None, finished_at=now())
    )


def _row(session: Session, webhook_id: str, *, lock: bool = True) -> WebhookRow:
    query = select(WebhookRow).where(WebhookRow.id == webhook_id)
    query = query.with_for_update(key_share=True) if lock else query
    row = session.scalar(query) if is_id(webhook_id) else None
    if row is None:
        raise NotFound(f"there is no webhook {webhook_id!r}")
    return row


def _webhook(row: WebhookRow) -> Webhook:
    return Webhook(**{name: getattr(row, name) for name in Webhook.__dataclass_fields__})
