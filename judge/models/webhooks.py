"""Webhooks, what they are told, and how each telling went."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from judge.db import Base
from judge.models.columns import INSTANT, NOW, one_of


class WebhookRow(Base):
    """An address that hears of a user's events. Only judge.webhooks changes it."""

    __tablename__ = "webhooks"
    __table_args__ = (
        CheckConstraint(one_of("scope", ("own", "all")), name="webhooks_scope"),
        CheckConstraint(one_of("state", ("enabled", "disabled")), name="webhooks_state"),
        CheckConstraint(
            "(state = 'disabled') = (disabled_reason IS NOT NULL)"
            " AND (state = 'disabled') = (disabled_at IS NOT NULL)",
            name="webhooks_reason_when_disabled",
        ),
        CheckConstraint(
            "(previous_secret IS NULL) = (previous_until IS NULL)", name="webhooks_previous_secret"
        ),
        CheckConstraint("(failures = 0) = (failing_since IS NULL)", name="webhooks_failing"),
        Index("webhooks_user", "user_id", "id"),
        Index("webhooks_all", "id", postgresql_where="scope = 'all'"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # sorts by time of creation
    user_id: Mapped[str] = mapped_column(Text)
    # Made with a token: then its owner must still be a user. Made without: it hears of no user's events.
    has_account: Mapped[bool] = mapped_column(Boolean)
    url: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text)  # of the URL: so many are sent to one at once
    scope: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str] | None] = mapped_column(ARRAY(Text))  # None: of all types
    problem_id: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)

    # In the clear, for they must sign; never shown again.
    secret: Mapped[str] = mapped_column(Text)
    previous_secret: Mapped[str | None] = mapped_column(Text)
    previous_until: Mapped[datetime | None] = mapped_column(INSTANT)

    state: Mapped[str] = mapped_column(Text, server_default="enabled")
    disabled_reason: Mapped[str | None] = mapped_column(Text)
    disabled_at: Mapped[datetime | None] = mapped_column(INSTANT)
    failures: Mapped[int] = mapped_column(Integer, server_default="0")  # since the last success
    failing_since: Mapped[datetime | None] = mapped_column(INSTANT)

    created_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)


class MessageRow(Base):
    """What is told of one event, to one webhook or several; ``id`` is the header webhook-id."""

    __tablename__ = "webhook_messages"
    __table_args__ = (Index("webhook_messages_created", "created_at"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)  # as it is signed, to the byte
    created_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)


class DeliveryRow(Base):
    """One message on its way to one webhook; changed by ``deliveries`` and ``attempts`` of judge.webhooks."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint(one_of("state", ("pending", "delivered", "failed")), name="webhook_deliveries_state"),
        CheckConstraint(
            "(state = 'pending') = (finished_at IS NULL)", name="webhook_deliveries_finished_when_ended"
        ),
        CheckConstraint(
            "state = 'pending' OR lease_until IS NULL", name="webhook_deliveries_lease_when_pending"
        ),
        Index("webhook_deliveries_webhook", "webhook_id", "id"),
        Index("webhook_deliveries_message", "message_id"),
        Index("webhook_deliveries_due", "due_at", postgresql_where="state = 'pending'"),
        Index("webhook_deliveries_waiting", "webhook_id", postgresql_where="state = 'pending'"),
        Index("webhook_deliveries_held", "lease_until", postgresql_where="lease_until IS NOT NULL"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # sorts by time of creation
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(ForeignKey("webhook_messages.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(Text, server_default="pending")
    attempts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")  # the latest ones
    tries: Mapped[int] = mapped_column(Integer, server_default="0")  # since it was last asked for
    claims: Mapped[int] = mapped_column(Integer, server_default="0")  # fences writes; never resets
    due_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)
    sent_at: Mapped[datetime | None] = mapped_column(INSTANT)  # when the queue last took it
    lease_until: Mapped[datetime | None] = mapped_column(INSTANT)  # while a courier is at it
    created_at: Mapped[datetime] = mapped_column(INSTANT, server_default=NOW)
    finished_at: Mapped[datetime | None] = mapped_column(INSTANT)
