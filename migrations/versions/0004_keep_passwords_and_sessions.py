"""Keep users' passwords, what their tokens may do and for how long, and browser sessions"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    now = sa.text("clock_timestamp()")
    op.add_column("users", sa.Column("password_hash", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("disabled_at", instant, nullable=True))
    op.add_column("users", sa.Column("removed_at", instant, nullable=True))
    op.add_column("tokens", sa.Column("id", sa.Text(), nullable=True))
    op.add_column("tokens", sa.Column("name", sa.Text(), server_default="", nullable=False))
    op.add_column("tokens", sa.Column("scope", sa.Text(), nullable=True))
    op.add_column("tokens", sa.Column("expires_at", instant, nullable=True))
    op.add_column("tokens", sa.Column("last_used_at", instant, nullable=True))
    # Until now a token could do all that its user might. Its id has the length and letters of every other.
    op.execute(
        """
        UPDATE tokens SET id = left('00' || translate(gen_random_uuid()::text, '-', ''), 26),
            scope = CASE users.role WHEN 'user' THEN 'submit' ELSE users.role END
        FROM users WHERE users.id = tokens.user_id"""
    )
    op.alter_column("tokens", "id", nullable=False)
    op.alter_column("tokens", "scope", nullable=False)
    op.create_unique_constraint("tokens_id_key", "tokens", ["id"])
    op.create_check_constraint("tokens_scope", "tokens", "scope IN ('read', 'submit', 'author', 'admin')")
    op.drop_index("ix_tokens_user_id", "tokens")
    op.create_index("tokens_user", "tokens", ["user_id", "id"])
    op.create_table(
        "sessions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("last_used_at", instant, server_default=now, nullable=False),
        sa.Column("created_at", instant, server_default=now, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("sessions_user", "sessions", ["user_id", "created_at"])
    op.create_index("sessions_expires", "sessions", ["expires_at"])


def downgrade() -> None:
    """Passwords and sessions are lost; what was disabled or bounded before must not come back to life."""
    op.drop_table("sessions")
    op.execute(
        """
        DELETE FROM tokens USING users WHERE users.id = tokens.user_id AND (
            users.disabled_at IS NOT NULL OR users.removed_at IS NOT NULL OR tokens.expires_at IS NOT NULL
            OR tokens.scope <> CASE users.role WHEN 'user' THEN 'submit' ELSE users.role END)"""
    )
    op.drop_index("tokens_user", "tokens")
    op.create_index("ix_tokens_user_id", "tokens", ["user_id"])
    op.drop_constraint("tokens_scope", "tokens")
    op.drop_constraint("tokens_id_key", "tokens")
    for name in ("last_used_at", "expires_at", "scope", "name", "id"):
        op.drop_column("tokens", name)
    for name in ("removed_at", "disabled_at", "password_hash"):
        op.drop_column("users", name)
