"""Keep webhooks, what they are told, and how each telling went"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

instant = sa.DateTime(timezone=True)
now = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("has_account", sa.Boolean(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("problem_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.Text(), nullable=True),
        sa.Column("previous_until", instant, nullable=True),
        sa.Column("state", sa.Text(), server_default="enabled", nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("disabled_at", instant, nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", instant, nullable=True),
        sa.Column("created_at", instant, server_default=now, nullable=False),
        sa.CheckConstraint("scope IN ('own', 'all')", name="webhooks_scope"),
        sa.CheckConstraint("state IN ('enabled', 'disabled')", name="webhooks_state"),
        sa.CheckConstraint(
            "(state = 'disabled') = (disabled_reason IS NOT NULL)"
            " AND (state = 'disabled') = (disabled_at IS NOT NULL)",
            name="webhooks_reason_when_disabled",
        ),
        sa.CheckConstraint(
            "(previous_secret IS NULL) = (previous_until IS NULL)", name="webhooks_previous_secret"
        ),
        sa.CheckConstraint("(failures = 0) = (failing_since IS NULL)", name="webhooks_failing"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("webhooks_user", "webhooks", ["user_id", "id"])
    op.create_index("webhooks_all", "webhooks", ["id"], postgresql_where="scope = 'all'")
    op.create_table(
        "webhook_messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", instant, server_default=now, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("webhook_messages_created", "webhook_messages", ["created_at"])
    _create_deliveries()


def _create_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claims", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", instant, server_default=now, nullable=False),
        sa.Column("sent_at", instant, nullable=True),
        sa.Column("lease_until", instant, nullable=True),
        sa.Column("created_at", instant, server_default=now, nullable=False),
        sa.Column("finished_at", instant, nullable=True),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'failed')", name="webhook_deliveries_state"),
        sa.CheckConstraint(
            "(state = 'pending') = (finished_at IS NULL)", name="webhook_deliveries_finished_when_ended"
        ),
        sa.CheckConstraint(
            "state = 'pending' OR lease_until IS NULL", name="webhook_deliveries_lease_when_pending"
        ),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["webhook_messages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    table, pending = "webhook_deliveries", "state = 'pending'"
    op.create_index("webhook_deliveries_webhook", table, ["webhook_id", "id"])
    op.create_index("webhook_deliveries_message", table, ["message_id"])
    op.create_index("webhook_deliveries_due", table, ["due_at"], postgresql_where=pending)
    op.create_index("webhook_deliveries_waiting", table, ["webhook_id"], postgresql_where=pending)
    op.create_index(
        "webhook_deliveries_held", table, ["lease_until"], postgresql_where="lease_until IS NOT NULL"
    )


def downgrade() -> None:
    for table in ("webhook_deliveries", "webhook_messages", "webhooks"):
        op.drop_table(table)
