"""Keep how the queue stood, what attempts were lost to, and how workers are"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

_TABLES = ("submissions", "runs", "verifications")
_IN_TROUBLE = "state = 'failed' OR finished_at IS NULL AND lost_attempts > 0"

instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("lost_to", sa.Text()))
        op.create_index(f"{table}_troubled", table, ["changed_at"], postgresql_where=_IN_TROUBLE)
    op.add_column("workers", sa.Column("is_draining", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("workers", sa.Column("unfit", sa.Text()))
    op.create_table(
        "queue_samples",
        sa.Column("at", instant, nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("oldest_s", sa.Float()),
        sa.Column("runs_ended", sa.Integer(), nullable=False),
        sa.Column("submissions_ended", postgresql.JSONB(), nullable=False),
        sa.Column("counted_until", instant, nullable=False),
        sa.PrimaryKeyConstraint("at"),
    )


def downgrade() -> None:
    op.drop_table("queue_samples")
    op.drop_column("workers", "unfit")
    op.drop_column("workers", "is_draining")
    for table in _TABLES:
        op.drop_index(f"{table}_troubled", table_name=table)
        op.drop_column(table, "lost_to")
